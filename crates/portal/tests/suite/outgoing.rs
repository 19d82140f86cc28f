//! From the outbox to a mail server that takes, refuses, hangs up or is not who it says.

use super::{
    post_office::{PASSWORD, PostOffice, Say, USER},
    visitor::mails,
    world::{World, caller},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use domain::{
    EmailAddress, Language,
    log::Event,
    mail::{CLAIM_SECONDS, Mail, MailKind, MailStatus},
};
use futures::StreamExt;
use portal::{
    config::{MailConfig, MailPassword},
    outgoing::{self, Postman, Run},
    services::{mail, mail::Letter},
};
use std::collections::BTreeSet;
use storage_sql::testing::TestDatabase;

const TO: &str = "anna@delinde.example";

async fn write(world: &World, to: &str) {
    let (app, to) = (world.app.clone(), EmailAddress::parse(to).unwrap());
    let written = world.app.write(move |tx| {
        Box::pin(async move {
            let letter = Letter::new(MailKind::ConfirmAddress).code("ABCD-EFGH");
            mail::to_address(&app, &caller(), tx, &to, Language::Nl, letter).await
        })
    });
    written.await.unwrap();
}

fn postman(config: &MailConfig) -> Postman {
    Postman::new(config, "https://portaal.example").unwrap().unwrap()
}

async fn run(world: &World, postman: &Postman) -> Run {
    outgoing::run(&world.app, postman).await.unwrap()
}

async fn only(world: &World) -> Mail {
    let mut all = mails(world).await;
    assert_eq!(all.len(), 1);
    all.remove(0)
}

const NOTHING: Run = Run { sent: 0, later: 0, failed: 0 };
const SENT: Run = Run { sent: 1, ..NOTHING };
const LATER: Run = Run { later: 1, ..NOTHING };
const FAILED: Run = Run { failed: 1, ..NOTHING };

#[tokio::test]
async fn a_mail_arrives_whole_in_each_kind_of_connection() {
    for (implicit, tls, login) in [(false, true, true), (true, true, true), (false, false, false)] {
        let (world, office) = (World::new().await, PostOffice::with(implicit, tls, login).await);
        let postman = postman(&office.config());
        postman.test().await.unwrap();
        write(&world, TO).await;
        assert_eq!(run(&world, &postman).await, SENT);
        assert_eq!(run(&world, &postman).await, NOTHING);
        let (mail, taken) = (only(&world).await, office.taken());
        assert_eq!((mail.status, mail.attempts, taken.len()), (MailStatus::Sent, 1, 1));
        assert_eq!((taken[0].to.as_str(), taken[0].secure), (TO, tls));
        assert_eq!(taken[0].login.as_deref(), login.then_some(USER));
        assert_eq!(taken[0].header("Message-ID"), format!("<{}@zorg-id.example>", mail.id));
        assert_eq!(taken[0].header("Auto-Submitted"), "auto-generated");
        assert_eq!(taken[0].header("From"), "ZORG-ID <noreply@zorg-id.example>");
        assert!(taken[0].header("Content-Type").starts_with("multipart/alternative"), "{}", taken[0].data);
        assert!(taken[0].data.contains("text/plain") && taken[0].data.contains("text/html"));
        assert!(taken[0].data.contains("ABCD-EFGH"));
        assert!(office.lines()[0].starts_with("EHLO portaal.example"), "{:?}", office.lines());
        let log = world.events().await;
        let of = |event: Event| log.iter().find(|entry| entry.event == event).unwrap();
        assert_eq!(of(Event::MailSent).reference, of(Event::MailQueued).reference);
    }
}

#[tokio::test]
async fn not_now_is_tried_again_after_a_pause() {
    let (world, office) = (World::new().await, PostOffice::open().await);
    let postman = postman(&office.config());
    office.will(&[Say::Later, Say::HangUp]);
    write(&world, TO).await;
    assert_eq!(run(&world, &postman).await, LATER);
    let mail = only(&world).await;
    assert_eq!((mail.status, mail.attempts), (MailStatus::Queued, 1));
    assert!(mail.last_error.unwrap().contains("451"));
    world.pass(59);
    assert_eq!(run(&world, &postman).await, NOTHING, "the pause is not over");
    world.pass(1);
    assert_eq!(run(&world, &postman).await, LATER, "hung up");
    world.pass(5 * 60);
    assert_eq!(run(&world, &postman).await, SENT);
    let mail = only(&world).await;
    assert_eq!((mail.attempts, mail.last_error, office.taken().len()), (3, None, 1));
    assert!(world.events().await.iter().all(|entry| entry.event != Event::MailFailed));
}

#[tokio::test]
async fn never_is_never() {
    let (world, office) = (World::new().await, PostOffice::open().await);
    let postman = postman(&office.config());
    office.will(&[Say::Never]);
    write(&world, TO).await;
    assert_eq!(run(&world, &postman).await, FAILED);
    let mail = only(&world).await;
    assert_eq!(mail.status, MailStatus::Failed);
    assert!(mail.last_error.unwrap().contains("nobody here"));
    let log = world.events().await;
    let failed = log.iter().find(|entry| entry.event == Event::MailFailed).unwrap();
    assert_eq!(failed.reason.as_deref(), Some("550"), "the log names no address");
    world.pass(7 * 24 * 3600);
    assert_eq!((run(&world, &postman).await, office.taken().len()), (NOTHING, 0));
}

#[tokio::test]
async fn a_server_that_is_not_there_or_not_itself_gets_nothing() {
    let world = World::new().await;
    write(&world, TO).await;
    let office = PostOffice::open().await;
    let other = PostOffice::open().await;
    let bare = PostOffice::with(false, false, true).await;
    let wrong = |change: &dyn Fn(&mut portal::config::MailServer)| {
        let mut config = office.config();
        change(config.server.as_mut().unwrap());
        postman(&config)
    };
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let cases = [
        ("unknown authority", wrong(&|server| server.extra_ca = None)),
        ("other authority", wrong(&|server| server.extra_ca = other.config().server.unwrap().extra_ca)),
        ("other name", wrong(&|server| server.host = "127.0.0.1".into())),
        ("nobody there", wrong(&|server| server.port = closed)),
        ("no STARTTLS", wrong(&|server| server.port = bare.config().server.unwrap().port)),
    ];
    for (tried, (name, postman)) in cases.iter().enumerate() {
        assert!(postman.test().await.is_err(), "{name}");
        assert_eq!(run(&world, postman).await, LATER, "{name}");
        assert_eq!(only(&world).await.attempts as usize, tried + 1, "{name}");
        world.pass(4 * 3600);
    }
    for one in [&office, &bare] {
        let said = one.lines();
        assert!(one.taken().is_empty() && said.iter().all(|line| !line.starts_with("AUTH")), "{said:?}");
    }
}

#[tokio::test]
async fn a_refused_password_is_repaired_by_people_and_shown_nowhere() {
    let (world, office) = (World::new().await, PostOffice::open().await);
    let mut config = office.config();
    let wrong = "Verkeerd-wachtwoord-7";
    config.server.as_mut().unwrap().login = Some((USER.into(), MailPassword::new(wrong)));
    write(&world, TO).await;
    let careless = postman(&config);
    assert_eq!(run(&world, &careless).await, LATER, "it is about us, not about the mail");
    let said = only(&world).await.last_error.unwrap();
    assert!(said.contains("535"), "{said}");
    let told = careless.test().await.unwrap_err();
    let encoded = BASE64.encode(format!("\0{USER}\0{wrong}"));
    for text in [said, told, format!("{config:?}"), format!("{:?}", world.events().await)] {
        assert!(!text.contains(wrong) && !text.contains(PASSWORD) && !text.contains(&encoded), "{text}");
    }
    world.pass(60);
    assert_eq!(run(&world, &postman(&office.config())).await, SENT);
}

#[tokio::test]
async fn who_dies_between_sending_and_recording_costs_one_duplicate_with_the_same_id() {
    let (world, office) = (World::new().await, PostOffice::open().await);
    let postman = postman(&office.config());
    write(&world, TO).await;
    let in_hand = outgoing::claim(&world.app).await.unwrap();
    postman.send(&in_hand[0]).await;
    // Here the node died.
    assert_eq!(run(&world, &postman).await, NOTHING, "still in hand");
    world.pass(CLAIM_SECONDS);
    assert_eq!(run(&world, &postman).await, SENT);
    world.pass(CLAIM_SECONDS);
    assert_eq!(run(&world, &postman).await, NOTHING);
    let taken = office.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].header("Message-ID"), taken[1].header("Message-ID"));
    assert_eq!(taken[0].header("Date"), taken[1].header("Date"));
}

#[tokio::test]
async fn a_server_that_takes_a_mail_and_hangs_up_gets_the_same_one_again() {
    let (world, office) = (World::new().await, PostOffice::open().await);
    let postman = postman(&office.config());
    office.will(&[Say::TakeSilently]);
    write(&world, TO).await;
    assert_eq!(run(&world, &postman).await, LATER);
    world.pass(60);
    assert_eq!(run(&world, &postman).await, SENT);
    let ids: BTreeSet<String> = office.taken().iter().map(|taken| taken.header("Message-ID").to_owned()).collect();
    assert_eq!((office.taken().len(), ids.len()), (2, 1));
}

async fn two_nodes_send_each_mail_once(database: TestDatabase) {
    let one = World::on(database).await;
    let (two, office) = (one.second_node().await, PostOffice::open().await);
    let postman = postman(&office.config());
    for number in 0..20 {
        write(&one, &format!("nummer{number}@delinde.example")).await;
    }
    let (first, second) = tokio::join!(run(&one, &postman), run(&two, &postman));
    assert_eq!(first.sent + second.sent, 20);
    let to: BTreeSet<String> = office.taken().into_iter().map(|taken| taken.to).collect();
    assert_eq!((office.taken().len(), to.len()), (20, 20));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_send_each_mail_once_postgres() {
    two_nodes_send_each_mail_once(TestDatabase::postgres().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tasks_send_each_mail_once_sqlite() {
    let (world, office) = (World::new().await, PostOffice::open().await);
    let postman = postman(&office.config());
    for number in 0..20 {
        write(&world, &format!("nummer{number}@delinde.example")).await;
    }
    let (first, second) = tokio::join!(run(&world, &postman), run(&world, &postman));
    assert_eq!((first.sent + second.sent, office.taken().len()), (20, 20));
}

#[tokio::test]
async fn who_sends_is_woken_when_a_mail_is_written() {
    let world = World::new().await;
    let mut notifications = world.app.store.notifications();
    write(&world, TO).await;
    assert_eq!(notifications.next().await.as_deref(), Some(outgoing::TOPIC));
}

#[tokio::test]
async fn without_a_mail_server_acceptatie_shows_its_mails() {
    let (world, office) = (World::new().await, PostOffice::open().await);
    write(&world, "eerste@delinde.example").await;
    world.pass(1);
    write(&world, "tweede@delinde.example").await;
    let page = world.get("/dev/mail").await.text();
    assert!(page.find("tweede@").unwrap() < page.find("eerste@").unwrap(), "the newest comes first");
    assert!(page.contains("ABCD-EFGH"));
    let all: serde_json::Value = world.get("/dev/mail.json").await.good();
    assert_eq!(all["mails"][0]["to"], "tweede@delinde.example");
    assert_eq!(all["mails"][1]["kind"], "confirm-address");
    let sends = world.node_with(|parts| parts.config.mail = office.config()).await;
    let real = world.node_with(|parts| parts.config.environment = domain::Environment::Productie).await;
    for node in [&sends, &real] {
        for path in ["/dev/mail", "/dev/mail.json"] {
            assert_eq!(node.get(path).await.status, 404, "{path}");
        }
    }
}
