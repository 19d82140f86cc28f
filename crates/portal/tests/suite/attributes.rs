//! Attributen registreren: the pass that is one's own counts, every other is refused with its reason.

use super::{
    beheerder::{count, memberships_of},
    cards::{self, pass_in},
    forger::Forger,
    visitor::Visitor,
    world::{World, add_organisation, caller},
};
use axum::http::StatusCode;
use domain::{
    log::{Actor, Event, Outcome},
    organisation::OrganisationStatus,
    person::{AttributePeriod, Membership, MembershipId, MembershipStatus},
    request::{Decision, RequestId, RequestStatus},
    uzi::CardType,
};
use pki::test_register::{CardSpec, CardState, TestCard, card_spec};
use portal::services::{attributes, card, login};
use protocol::ProblemCode;
use storage::StoreError;

/// A pass in the name of everybody's phone here.
fn own_pass(world: &World, change: impl FnOnce(&mut CardSpec)) -> TestCard {
    let mut spec = card_spec(CardType::Z, CardState::Valid);
    // Names are compared as people write them: with or without accent, prefix and capitals.
    (spec.given_name, spec.prefix, spec.surname) = ("JAN".into(), String::new(), "van Tést".into());
    change(&mut spec);
    pass_in(world, spec)
}

async fn periods(world: &World, membership: MembershipId) -> Vec<AttributePeriod> {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.attribute_periods(membership).await })).await;
    found.unwrap()
}

async fn save(world: &World, membership: Membership) {
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_membership(&membership).await })).await;
    stored.unwrap();
}

/// Up to the answer of the card.
async fn show(visitor: &Visitor<'_>, card: &TestCard) -> (RequestId, Result<String, ProblemCode>) {
    let world = visitor.world;
    let current = visitor.current().await;
    let launch = attributes::start(&world.app, &caller(), &visitor.browser(), &current).await.unwrap();
    let opened = cards::open(world, &launch).await.unwrap();
    let answered = cards::respond(world, card, &opened, Decision::Accepted).await;
    (launch.id, answered.map(|answer| cards::return_code(&answer).reveal().to_owned()))
}

/// The whole of it.
async fn register(visitor: &mut Visitor<'_>, card: &TestCard) -> Result<RequestId, ProblemCode> {
    let (id, code) = show(visitor, card).await;
    let returned = visitor.post("/desktop/return", &[("code", &code?)]).await;
    assert_eq!(returned.location(), format!("/desktop/return/{id}"), "{}", returned.text());
    Ok(id)
}

#[tokio::test]
async fn ones_own_pass_gives_number_and_role_code_and_the_pages_say_so() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let mut visitor = Visitor::logged_in(&world, &phone).await;
    let start = visitor.get("/attributen").await;
    assert_eq!((start.status, start.h1().as_str()), (StatusCode::OK, "Attributen registreren"));
    assert!(start.text().contains("href=\"/attributen/pas\""));
    let launch = visitor.get("/attributen/pas").await;
    assert_eq!(launch.h1(), "UZI-pas koppelen");
    assert!(launch.text().contains("data-next=\"/attributen/wachten/"), "{}", launch.text());
    let card = own_pass(&world, |_| {});
    let current = visitor.current().await;
    let launch = attributes::start(&world.app, &caller(), &visitor.browser(), &current).await.unwrap();
    let opened = cards::open(&world, &launch).await.unwrap();
    // What is signed names the person who is logged in: a card that is launched for somebody else shows it.
    let sentence = &opened.claims.sentence.as_ref().unwrap().nl;
    assert!(sentence.contains("Jan van Test") && sentence.contains("UZI-pas"), "{sentence}");
    let answer = cards::respond(&world, &card, &opened, Decision::Accepted).await.unwrap();
    assert!(answer.desktop_session.is_none(), "the Desktop App lets go of the card");
    let membership = memberships_of(&world, phone.identity.person).await.remove(0);
    assert!(membership.attributes.is_none(), "nothing counts before the browser brought the return");
    let path = format!("/attributen/wachten/{}", launch.id);
    assert_eq!(visitor.get(&path).await.h1(), "Bijna klaar");
    let code = cards::return_code(&answer).reveal().to_owned();
    let returned = visitor.post("/desktop/return", &[("code", &code)]).await;
    assert!(visitor.get(returned.location()).await.text().contains(&path));
    assert_eq!(visitor.get(&path).await.location(), "/attributen/klaar");
    let done = visitor.get("/attributen/klaar").await;
    assert_eq!(done.h1(), "Uw UZI-pas is gekoppeld");
    assert!(done.text().contains("900000001") && done.text().contains("01.015"), "{}", done.text());

    let membership = memberships_of(&world, phone.identity.person).await.remove(0);
    let read = membership.attributes.unwrap();
    assert_eq!((read.uzi_number.as_str(), read.role_code.to_string().as_str()), ("900000001", "01.015"));
    assert!(!read.certificate_serial.is_empty() && read.valid_until > world.app.now());
    let kept = periods(&world, membership.id).await;
    assert_eq!((kept.len(), kept[0].until, &kept[0].attributes), (1, None, &read));
    assert_eq!((count(&world, Event::MembershipAttributes).await, count(&world, Event::ProofingCard).await), (1, 1));
    let own = visitor.get("/mijn-gegevens").await.text();
    assert!(own.contains(&read.certificate_serial) && own.contains("geldt nu"), "{own}");
    let file = visitor.post("/mijn-gegevens/downloaden", &[]).await;
    let value: serde_json::Value = serde_json::from_slice(&file.body).unwrap();
    assert_eq!(value["uziAttributes"][0]["uziNumber"], "900000001");
    assert_eq!(value["uziAttributes"][0]["certificateSerial"], read.certificate_serial.as_str());
}

#[tokio::test]
async fn the_same_number_on_a_newer_pass_renews_and_the_history_stays() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let mut visitor = Visitor::logged_in(&world, &phone).await;
    let (old, new) = (own_pass(&world, |_| {}), own_pass(&world, |_| {}));
    register(&mut visitor, &old).await.unwrap();
    world.pass(60);
    register(&mut visitor, &old).await.unwrap();
    world.pass(60);
    register(&mut visitor, &new).await.unwrap();
    let membership = memberships_of(&world, phone.identity.person).await.remove(0);
    let kept = periods(&world, membership.id).await;
    let ends: Vec<bool> = kept.iter().map(|period| period.until.is_some()).collect();
    assert_eq!(ends, [false, true, true]);
    assert_eq!(kept[1].until, Some(kept[0].from));
    assert_eq!(kept[1].attributes, kept[2].attributes);
    assert_ne!(kept[0].attributes.certificate_serial, kept[1].attributes.certificate_serial);
    let rows = visitor.get("/mijn-gegevens").await.text().matches("UZI-pas, certificaat").count();
    assert_eq!(rows, 3);
}

#[tokio::test]
async fn a_pass_that_is_not_ones_own_is_refused_with_its_reason_and_logged() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let mut visitor = Visitor::logged_in(&world, &phone).await;
    add_organisation(&world.app, "Praktijk Elders", "90077777", OrganisationStatus::Validated).await;
    let colleague = Forger::new(&world).await;
    let mut theirs = Visitor::logged_in(&world, &colleague).await;
    register(&mut theirs, &own_pass(&world, |spec| spec.uzi_number = "900088888".into())).await.unwrap();
    let before = world.events().await.len();

    let other_name = pass_in(&world, card_spec(CardType::Z, CardState::Valid));
    let colleagues = own_pass(&world, |spec| spec.uzi_number = "900088888".into());
    let elsewhere = own_pass(&world, |spec| spec.ura = "90077777".into());
    let nowhere = own_pass(&world, |spec| spec.ura = "90066666".into());
    for (card, code) in [
        (&other_name, ProblemCode::AttributesName),
        (&colleagues, ProblemCode::AttributesNumber),
        (&elsewhere, ProblemCode::AttributesOrganisation),
        (&nowhere, ProblemCode::AttributesOrganisation),
    ] {
        let (id, refused) = show(&visitor, card).await;
        assert_eq!(refused.err(), Some(code));
        let page = visitor.get(&format!("/attributen/wachten/{id}")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.text().contains(code.as_str()) && page.text().contains("/attributen/pas"), "{}", page.text());
    }
    // Another number than the one that is known.
    register(&mut visitor, &own_pass(&world, |_| {})).await.unwrap();
    let second = own_pass(&world, |spec| spec.uzi_number = "900099998".into());
    assert_eq!(show(&visitor, &second).await.1.err(), Some(ProblemCode::AttributesNumber));
    let entries = world.events().await.split_off(before);
    let refused: Vec<_> = entries
        .iter()
        .filter(|entry| entry.event == Event::MembershipAttributes && entry.outcome == Outcome::Refused)
        .collect();
    assert_eq!(refused.len(), 5);
    for entry in refused {
        assert_eq!(entry.person, Some(phone.identity.person));
        assert!(matches!(entry.actor, Actor::Card { .. }) && entry.reason.is_some());
    }
    let membership = memberships_of(&world, phone.identity.person).await.remove(0);
    assert_eq!(periods(&world, membership.id).await.len(), 1);
}

#[tokio::test]
async fn a_blocked_or_ended_membership_takes_no_attributes_and_one_that_waits_takes_the_known_number() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let mut visitor = Visitor::logged_in(&world, &phone).await;
    // Active elsewhere, so that the person can log in.
    let elsewhere = add_organisation(&world.app, "Praktijk Elders", "90077777", OrganisationStatus::Validated).await;
    let mut membership = memberships_of(&world, phone.identity.person).await.remove(0);
    let mut second = membership.clone();
    second.id = MembershipId::new(world.app.now(), world.app.entropy());
    second.organisation = elsewhere;
    let stored: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.insert_membership(&second).await })).await;
    stored.unwrap();
    let card = own_pass(&world, |_| {});
    for status in [MembershipStatus::Blocked, MembershipStatus::Ended, MembershipStatus::Reconfirm] {
        membership.status = status;
        save(&world, membership.clone()).await;
        let refused = show(&visitor, &card).await.1.err();
        assert_eq!(refused, Some(ProblemCode::AttributesOrganisation), "{status:?}");
    }
    membership.status = MembershipStatus::Active;
    save(&world, membership.clone()).await;
    register(&mut visitor, &card).await.unwrap();
    let known = |found: Vec<Membership>| found.into_iter().find(|one| one.organisation == world.organisation).unwrap();
    let mut waits = known(memberships_of(&world, phone.identity.person).await);
    waits.status = MembershipStatus::Reconfirm;
    save(&world, waits).await;
    register(&mut visitor, &card).await.unwrap();
    assert_eq!(known(memberships_of(&world, phone.identity.person).await).status, MembershipStatus::Active);
}

#[tokio::test]
async fn only_the_browser_that_asked_and_who_is_still_logged_in_there_gets_them() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let mut visitor = Visitor::logged_in(&world, &phone).await;
    let mut other = Visitor::logged_in(&world, &phone).await;
    let card = own_pass(&world, |_| {});
    // A foreign browser ends the request.
    let (id, code) = show(&visitor, &card).await;
    let code = code.unwrap();
    let stolen = other.post("/desktop/return", &[("code", &code)]).await.text();
    assert!(stolen.contains(ProblemCode::OtherBrowser.as_str()), "{stolen}");
    assert_ne!(visitor.post("/desktop/return", &[("code", &code)]).await.status, StatusCode::SEE_OTHER);
    let request = login::of_browser(&world.app, &visitor.browser(), id).await.unwrap();
    assert_eq!(request.status, RequestStatus::Cancelled);
    assert_eq!(other.get(&format!("/attributen/wachten/{id}")).await.status, StatusCode::NOT_FOUND);
    // Logged out between Ja and the return.
    let (_, code) = show(&visitor, &card).await;
    visitor.post("/uitloggen", &[]).await;
    let late = visitor.post("/desktop/return", &[("code", &code.unwrap())]).await;
    assert_eq!(late.location(), "/inloggen");
    let membership = memberships_of(&world, phone.identity.person).await.remove(0);
    assert!(membership.attributes.is_none());
    // Nobody who is not logged in, and nobody who is not registered.
    for path in ["/attributen", "/attributen/pas", "/attributen/klaar"] {
        assert_eq!(Visitor::new(&world).get(path).await.location(), "/inloggen", "{path}");
    }
    let mut unregistered = Visitor::new(&world);
    unregistered.with_card("900077777").await;
    assert_eq!(unregistered.get("/attributen").await.location(), "/overzicht");
    assert_eq!(unregistered.get("/attributen/pas").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_changed_between_ja_and_the_return_counts() {
    let world = World::new().await;
    let phone = Forger::new(&world).await;
    let visitor = Visitor::logged_in(&world, &phone).await;
    let (id, code) = show(&visitor, &own_pass(&world, |_| {})).await;
    let code = protocol::code::LoginCode::parse(&code.unwrap()).unwrap();
    let mut membership = memberships_of(&world, phone.identity.person).await.remove(0);
    membership.status = MembershipStatus::Blocked;
    save(&world, membership.clone()).await;
    let refused = card::bring_return(&world.app, &caller(), &visitor.browser(), &code).await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::AttributesOrganisation);
    assert!(periods(&world, membership.id).await.is_empty());
    let request = login::of_browser(&world.app, &visitor.browser(), id).await.unwrap();
    assert_eq!(request.status, RequestStatus::Cancelled);
}
