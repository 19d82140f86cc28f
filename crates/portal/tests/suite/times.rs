//! Times that can be set: sessions of the portal, QR codes at the desk.

use super::{beheerder::Beheerder, forger::Forger, phone::phone, visitor::Visitor, world::World};
use domain::times::Times;
use portal::services::session;
use protocol::ProblemCode;

async fn with(world: &World, times: Times) -> World {
    world.node_with(|parts| parts.config.times = times).await
}

#[tokio::test]
async fn a_session_lasts_as_long_as_is_set() {
    let one = World::new().await;
    let world = with(&one, Times { session_idle: 300, session_absolute: 3600, ..Times::default() }).await;
    let phone = Forger::new(&world).await;
    let mut visitor = Visitor::logged_in(&world, &phone).await;
    // The page's warning goes by the same time.
    let page = visitor.get("/overzicht").await.text();
    assert!(page.contains("data-session-seconds=\"300\""), "{page}");
    let alive = async |visitor: &Visitor<'_>| session::current(&world.app, &visitor.browser()).await.unwrap().is_some();
    world.pass(299);
    assert!(alive(&visitor).await);
    world.pass(1);
    assert!(!alive(&visitor).await);
    let mut visitor = Visitor::logged_in(&world, &phone).await;
    for _ in 0..14 {
        world.pass(250);
        assert_eq!(visitor.get("/overzicht").await.status, 200);
    }
    world.pass(99);
    assert!(alive(&visitor).await);
    world.pass(1);
    assert!(!alive(&visitor).await, "however active");
    let longer = with(&one, Times { session_idle: 3600, session_absolute: 12 * 3600, ..Times::default() }).await;
    let visitor = Visitor::logged_in(&longer, &phone).await;
    longer.pass(3599);
    assert!(session::current(&longer.app, &visitor.browser()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_qr_code_at_the_desk_lasts_as_long_as_is_set() {
    for seconds in [300, 8 * 3600] {
        let one = World::new().await;
        let world = with(&one, Times { desk_qr: seconds, session_idle: 3600, ..Times::default() }).await;
        let desk = Beheerder::new(&world).await;
        let shown = desk.qr(&world, &format!("Dijk{seconds}")).await;
        assert_eq!(i64::from(shown.expires_in), seconds);
        world.pass(seconds - 1);
        phone(&world, 1).await.inspect(&shown.link.reveal()).await.unwrap();
        let (browser, current) = desk.elsewhere(&world).await;
        let desk = Beheerder { browser, current, ..desk };
        let late = desk.qr(&world, &format!("Beek{seconds}")).await;
        world.pass(seconds);
        let refused = phone(&world, 2).await.inspect(&late.link.reveal()).await.unwrap_err();
        assert_eq!(refused.code(), ProblemCode::RequestExpired);
    }
}
