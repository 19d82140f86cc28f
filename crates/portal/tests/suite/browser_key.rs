//! A trusted browser proves that it is no copy: the cookie alone, a replayed proof or another browser's key is an unknown
//! browser, which is asked for the koppelcode.

use super::{
    cards::{self, BIRTH_DATE, confirm, pass},
    forger::Forger,
    login::{log_in, renew_unlock},
    phone::phone,
    script::Script,
    world::{Answer, PORTAL, World, caller},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{
    BirthDate,
    request::{Decision, RequestId},
    uzi::CardType,
};
use pki::test_register::{CardState, card_spec};
use portal::{
    browser::Browser,
    services::{
        browser_key,
        card::{self, CardKind},
        login, registration,
    },
};
use protocol::{
    B64, ProblemCode,
    browser_key::{BrowserProof, ProofStep, signed_text},
    response::Responded,
};

/// A person whose browser and key are trusted, on the third day.
async fn trusted(world: &World) -> (Browser, Script, Forger) {
    let (browser, mut phone, script) = (world.browser(), Forger::new(world).await, Script::new(world));
    for _ in 0..2 {
        assert!(log_in(world, &browser, Some(&script), &mut phone).await);
        world.pass(24 * 3600);
        renew_unlock(world, &mut phone).await;
    }
    (browser, script, phone)
}

/// The phone accepts; true when it shows a koppelcode.
async fn accept(world: &World, shown: &portal::services::ShownRequest, phone: &mut Forger) -> bool {
    let request = phone.open(world, shown).await;
    let claims = phone.claims(&request, Decision::Accepted);
    let responded: Responded = phone.send(world, &request, &phone.sign(&claims)).await.good();
    responded.pairing_code.is_some()
}

#[tokio::test]
async fn a_copied_cookie_is_asked_for_the_koppelcode() {
    let world = World::new().await;
    let (browser, script, mut phone) = trusted(&world).await;
    assert!(!log_in(&world, &browser, Some(&script), &mut phone).await, "the browser itself is known");
    // The same cookie elsewhere: without a key, then with a key of its own.
    let bare = login::start(&world.app, &browser).await.unwrap();
    assert!(accept(&world, &bare, &mut phone).await);
    let thief = Script::new(&world);
    let keyed = login::start(&world.app, &browser).await.unwrap();
    thief.ask(&world, &browser, keyed.id).await.unwrap();
    assert!(accept(&world, &keyed, &mut phone).await);
    assert!(!log_in(&world, &browser, Some(&script), &mut phone).await, "and nothing changed for the browser itself");
}

#[tokio::test]
async fn a_login_with_another_key_begins_anew() {
    let world = World::new().await;
    let (browser, script, mut phone) = trusted(&world).await;
    let other = Script::new(&world);
    assert!(log_in(&world, &browser, Some(&other), &mut phone).await);
    assert!(log_in(&world, &browser, Some(&other), &mut phone).await, "not on the same day");
    assert!(log_in(&world, &browser, Some(&script), &mut phone).await, "and the first key is not known any more");
}

#[tokio::test]
async fn a_copied_cookie_cannot_take_the_result_of_the_browser_itself() {
    let world = World::new().await;
    let (browser, script, mut phone) = trusted(&world).await;
    let shown = login::start(&world.app, &browser).await.unwrap();
    script.ask(&world, &browser, shown.id).await.unwrap();
    assert!(!accept(&world, &shown, &mut phone).await);
    let bare = login::finish(&world.app, &caller(), &browser, shown.id, None).await.unwrap_err();
    assert_eq!(bare.code, ProblemCode::BrowserKey);
    let thief = Script::new(&world);
    assert_eq!(thief.take(&world, &browser, shown.id).await.err(), Some(ProblemCode::BrowserKey));
    let refused = world.events().await.into_iter().filter(|e| e.event.as_str() == "request.refused").count();
    assert_eq!(refused, 2, "both are in the log");
    assert!(script.take(&world, &browser, shown.id).await.unwrap().session.browser_trusted);
}

#[tokio::test]
async fn a_proof_serves_one_step_of_one_request_once() {
    let world = World::new().await;
    let (browser, script, mut phone) = trusted(&world).await;
    let prove = async |id: RequestId, browser: &Browser, proof: &BrowserProof| {
        browser_key::prove(&world.app, &caller(), browser, id, proof).await.map_err(|error| error.code)
    };
    let first = login::start(&world.app, &browser).await.unwrap();
    let proof = script.proof(&world, &browser, ProofStep::Ask, first.id);
    prove(first.id, &browser, &proof).await.unwrap();
    assert_eq!(prove(first.id, &browser, &proof).await, Err(ProblemCode::RequestUsed), "replayed");

    let second = login::start(&world.app, &browser).await.unwrap();
    assert_eq!(prove(second.id, &browser, &proof).await, Err(ProblemCode::BrowserKey), "of another request");
    let take = script.proof(&world, &browser, ProofStep::Take, second.id);
    assert_eq!(prove(second.id, &browser, &take).await, Err(ProblemCode::BrowserKey), "of another step");
    let id = second.id;
    let challenge = browser_key::challenge(&world.app, &browser, ProofStep::Ask, id);
    let (key, signature) = script.fields(&signed_text("https://evil.example", ProofStep::Ask, id, &challenge));
    let elsewhere = BrowserProof::parse(&key, &signature).unwrap();
    assert_eq!(prove(id, &browser, &elsewhere).await, Err(ProblemCode::BrowserKey), "signed for another origin");
    let (key, _) = Script::new(&world).fields("");
    let good = script.proof(&world, &browser, ProofStep::Ask, id);
    let swapped = BrowserProof::parse(&key, &B64::from(good.signature().as_slice()).to_string()).unwrap();
    assert_eq!(prove(id, &browser, &swapped).await, Err(ProblemCode::BrowserKey), "another key's signature");
    let stranger = world.browser();
    let foreign = script.proof(&world, &stranger, ProofStep::Ask, id);
    assert_eq!(prove(id, &stranger, &foreign).await, Err(ProblemCode::NotFound), "another browser's request");
    assert!(accept(&world, &second, &mut phone).await, "none of these counted");

    // After the answer it is too late.
    assert_eq!(prove(id, &browser, &good).await, Err(ProblemCode::RequestUsed));
    let late = login::start(&world.app, &browser).await.unwrap();
    world.pass(300);
    assert_eq!(script.ask(&world, &browser, late.id).await, Err(ProblemCode::RequestExpired));
}

#[tokio::test]
async fn a_reported_browser_is_asked_again() {
    let world = World::new().await;
    let (browser, script, mut phone) = trusted(&world).await;
    let (person, cookie) = (phone.identity.person, browser.hash);
    let reported: Result<(), storage::StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut known = tx.browser(person, &cookie).await?.unwrap();
                known.reported = true;
                tx.save_browser(&known).await
            })
        })
        .await;
    reported.unwrap();
    assert!(log_in(&world, &browser, Some(&script), &mut phone).await);
}

/// The wizard in a browser with this script, up to *Bevestigen*; `None`: a browser without script.
async fn wizard(world: &World, browser: &Browser, script: Option<&Script>, card: &pki::test_register::TestCard) {
    registration::accept_terms(&world.app, browser).await.unwrap();
    let launch = card::start(&world.app, &caller(), browser, CardKind::Register).await.unwrap();
    if let Some(script) = script {
        script.ask(world, browser, launch.id).await.unwrap();
    }
    let opened = cards::open(world, &launch).await.unwrap();
    let responded = cards::respond(world, card, &opened, Decision::Accepted).await.unwrap();
    card::bring_return(&world.app, &caller(), browser, &cards::return_code(&responded)).await.unwrap();
    if registration::current(&world.app, browser).await.unwrap().enrolment.is_some() {
        return;
    }
    registration::checked(&world.app, browser).await.unwrap();
    registration::birth_date(&world.app, browser, BIRTH_DATE).await.unwrap();
    cards::use_card(world, browser, card, CardKind::Confirm).await.unwrap();
}

/// Activates a phone with the wizard's QR code and logs in; true when a koppelcode was asked.
async fn first_login(world: &World, browser: &Browser, script: &Script, seed: u64) -> bool {
    let qr = registration::current(&world.app, browser).await.unwrap().enrolment.expect("a QR code");
    let mut phone = phone(world, seed).await;
    let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
    phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap();
    let shown = login::start(&world.app, browser).await.unwrap();
    script.ask(world, browser, shown.id).await.unwrap();
    let asked = phone.inspect(&shown.link.reveal()).await.unwrap();
    let answered = phone.answer(&asked, Decision::Accepted, None).await.unwrap();
    if let Some(code) = &answered.pairing_code {
        login::pair(&world.app, &caller(), browser, shown.id, code).await.unwrap();
    }
    let new = script.take(world, browser, shown.id).await.unwrap();
    assert_eq!(new.session.browser_trusted, answered.pairing_code.is_none());
    answered.pairing_code.is_some()
}

#[tokio::test]
async fn the_browser_of_the_wizard_is_known_at_the_first_login() {
    let world = World::new().await;
    let (desk, z, script) = (world.browser(), pass(&world, CardType::Z), Script::new(&world));
    wizard(&world, &desk, Some(&script), &z).await;
    assert!(!first_login(&world, &desk, &script, 1).await);
}

#[tokio::test]
async fn the_browser_of_the_wizard_without_script_stays_unknown() {
    let world = World::new().await;
    let (desk, z, script) = (world.browser(), pass(&world, CardType::Z), Script::new(&world));
    wizard(&world, &desk, None, &z).await;
    assert!(first_login(&world, &desk, &script, 1).await);
}

#[tokio::test]
async fn the_wizard_makes_its_browser_known_to_nobody_else() {
    let world = World::new().await;
    let (desk, z, script) = (world.browser(), pass(&world, CardType::Z), Script::new(&world));
    wizard(&world, &desk, Some(&script), &z).await;
    let mut colleague = Forger::new(&world).await;
    assert!(log_in(&world, &desk, Some(&script), &mut colleague).await);
}

#[tokio::test]
async fn a_lost_qr_code_and_a_known_person_make_the_new_browser_known_too() {
    let world = World::new().await;
    let z = pass(&world, CardType::Z);
    confirm(&world, &world.browser(), &z, BIRTH_DATE).await.unwrap();
    // The same card, another browser: straight to a new QR code.
    let (second, script) = (world.browser(), Script::new(&world));
    wizard(&world, &second, Some(&script), &z).await;
    assert!(!first_login(&world, &second, &script, 1).await);
    // A new pass of the same person, in a third browser: known after *Ja, dat ben ik*.
    let mut spec = card_spec(CardType::Z, CardState::Valid);
    spec.uzi_number = "900077773".into();
    let (third, script) = (world.browser(), Script::new(&world));
    wizard(&world, &third, Some(&script), &cards::pass_in(&world, spec)).await;
    registration::known_person(&world.app, &caller(), &third, true).await.unwrap();
    assert!(!first_login(&world, &third, &script, 2).await);
}

/// The pages themselves: what they ask the script to sign, and the two forms.
#[tokio::test]
async fn the_pages_ask_for_the_key_and_take_it() {
    let world = World::new().await;
    let (browser, script, mut phone) = trusted(&world).await;
    let cookie = set_cookie(&world).await;
    let own = Browser { hash: cookie.1, ..browser };
    for known in [false, true] {
        if known {
            make_trusted(&world, &own, &script, &phone).await;
        }
        let page = visit(&world, "/inloggen", &cookie.0).await;
        let id = RequestId::parse(&attribute(&page, "data-request")).unwrap();
        let fields = filled(&page, &script, ProofStep::Ask);
        let ask = format!("/verzoeken/{id}/sleutel");
        let nonsense = fields.replace("sleutel=B", "sleutel=C");
        assert_eq!(post(&world, &ask, &cookie.0, nonsense).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(post(&world, &ask, &cookie.0, fields.clone()).await.status, StatusCode::NO_CONTENT);
        assert_eq!(post(&world, &ask, &cookie.0, fields).await.status, StatusCode::CONFLICT);
        let html = page.text();
        let link = html.split("id=\"qr-link\">").nth(1).unwrap().split('<').next().unwrap();
        let nonce = link.rsplit('/').next().unwrap();
        let opened = world.post("/api/v1/requests/redeem", &serde_json::json!({ "nonce": nonce })).await;
        let request = opened.good::<protocol::request::Redeemed>().request;
        let claims = phone.claims(&request, Decision::Accepted);
        let responded: Responded = phone.send(&world, &request, &phone.sign(&claims)).await.good();
        assert_eq!(responded.pairing_code.is_some(), !known);
        if let Some(code) = responded.pairing_code {
            login::pair(&world.app, &caller(), &own, id, &code).await.unwrap();
        }
        let page = visit(&world, &format!("/inloggen/wachten/{id}"), &cookie.0).await;
        let bare = format!("csrf={}&verzoek={id}", field(&page, "csrf"));
        let refused = post(&world, "/inloggen/verder", &cookie.0, bare).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.text().contains("browser-key"), "{}", refused.text());
        let fields = format!("{}&verzoek={id}", filled(&page, &script, ProofStep::Take));
        let done = post(&world, "/inloggen/verder", &cookie.0, fields).await;
        assert_eq!(done.headers[header::LOCATION], "/overzicht", "{}", done.text());
    }
}

/// A browser cookie as a visitor gets it, and its hash.
async fn set_cookie(world: &World) -> (String, [u8; 32]) {
    let answer = world.get("/inloggen").await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let nonce = protocol::Nonce::parse(cookie.split_once('=').unwrap().1).unwrap();
    (cookie, nonce.hash())
}

async fn make_trusted(world: &World, browser: &Browser, script: &Script, phone: &Forger) {
    let (person, cookie, now) = (phone.identity.person, browser.hash, world.app.now());
    let key = script.proof(world, browser, ProofStep::Ask, RequestId::new(now, world.app.entropy())).key_hash();
    let done: Result<(), storage::StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut known = tx.browser(person, &cookie).await?.unwrap();
                assert_eq!(known.key_hash, Some(key), "the first login registered the key");
                known.trusted_at = Some(now);
                tx.save_browser(&known).await
            })
        })
        .await;
    done.unwrap();
}

async fn visit(world: &World, path: &str, cookie: &str) -> Answer {
    let page = world.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    page
}

async fn post(world: &World, path: &str, cookie: &str, form: String) -> Answer {
    let request = Request::post(path)
        .header(header::ORIGIN, PORTAL)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    world.send(request.body(Body::from(form)).unwrap()).await
}

fn after(page: &Answer, mark: &str) -> String {
    let html = page.text();
    let rest = html.split(mark).nth(1).unwrap_or_else(|| panic!("no {mark} in {html}"));
    rest.split('"').next().unwrap().to_owned()
}
fn attribute(page: &Answer, name: &str) -> String {
    after(page, &format!("{name}=\""))
}
fn field(page: &Answer, name: &str) -> String {
    after(page, &format!("name=\"{name}\" value=\""))
}

/// What the script sends for the form of this page.
fn filled(page: &Answer, script: &Script, step: ProofStep) -> String {
    assert_eq!(attribute(page, "data-key-step"), step.as_str());
    let id = RequestId::parse(&attribute(page, "data-request")).unwrap();
    let (key, signature) = script.fields(&signed_text(PORTAL, step, id, &attribute(page, "data-challenge")));
    format!("csrf={}&sleutel={key}&handtekening={signature}", field(page, "csrf"))
}
