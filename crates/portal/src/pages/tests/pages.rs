//! Every page in process: what it says, that it stays within its rules, and where its forms lead.

use super::rig::{Answer, Browser, Rig};
use axum::http::{StatusCode, header};
use domain::{
    PersonName, Timestamp, Ura, UziNumber,
    organisation::{Organisation, OrganisationId, OrganisationStatus},
    person::{Membership, MembershipId, Person, PersonId, Role},
    registration::{CardData, Registration, RegistrationId, Step},
    request::{Request, RequestStatus},
    session::{LoggedInWith, Session, SessionId},
    uzi::{CardType, RoleCode},
};
use protocol::Nonce;

const TEST_BAR: &str = "Testomgeving (acceptatie): geen echte gegevens";

/// What every page must have.
pub(super) fn check(answer: &Answer) {
    let html = answer.html();
    assert!(html.contains(TEST_BAR) || html.contains("Test environment (acceptatie): no real data"), "{html}");
    assert_eq!(html.matches("<h1").count(), 1, "one heading: {html}");
    assert!(html.contains("href=\"#inhoud\"") && html.contains("id=\"inhoud\""), "skip link");
    assert!(html.contains("<html lang=\"") && html.contains("<title>"));
    assert!(!html.contains("No localization"), "a text is missing: {html}");
    assert!(!html.contains("style=\"") && !html.contains("<script>"), "nothing inline");
    let csp = answer.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
    assert!(csp.contains("default-src 'none'") && !csp.contains("unsafe"));
    assert_eq!(answer.headers.get(header::CACHE_CONTROL).unwrap(), "no-store");
}

async fn change_request(rig: &Rig, id: &str, change: impl FnOnce(&mut Request) + Send + 'static) {
    let id = domain::request::RequestId::parse(id).unwrap();
    let changed = rig.app.write(move |tx| {
        Box::pin(async move {
            let mut request = tx.request(id).await?.unwrap();
            change(&mut request);
            Ok(tx.update_request(&request).await?)
        })
    });
    changed.await.unwrap();
}

/// The id in `data-live="/verzoeken/<id>"`.
fn waits_for(answer: &Answer) -> String {
    let html = answer.html();
    let after = html.split("data-live=\"/verzoeken/").nth(1).unwrap_or_else(|| panic!("no live page: {html}"));
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn pages_that_need_no_login() {
    let rig = Rig::new().await;
    for (path, nl, en) in [
        ("/inloggen", "Inloggen", "Log in"),
        ("/registreren", "Stap 1 van 5: Voorwaarden", "Step 1 of 5: Terms"),
        ("/inloggen/uzi", "Inloggen met UZI-pas", "Log in with UZI-pas"),
        ("/desktop/return", "Terug van de Desktop App", "Back from the Desktop App"),
        ("/desktop/test", "Desktop App testen", "Test the Desktop App"),
        ("/valideren", "Valideren", "Validate"),
        ("/aanvragen", "Uw organisatie aanmelden", "Apply for your organisation"),
        ("/aanvragen/formulier", "Aanvraagformulier", "Application form"),
        ("/aanvragen/status", "Status van uw aanvraag", "Status of your application"),
        ("/voorwaarden", "Voorwaarden", "Terms"),
        ("/foutmeldingen", "Foutmeldingen", "Error messages"),
    ] {
        for (language, title) in [("nl", nl), ("en", en)] {
            let mut browser = rig.browser();
            browser.language = language;
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(answer.h1(), title, "{path}");
            check(&answer);
        }
    }
}

#[tokio::test]
async fn the_start_page_leads_to_login_and_the_overview_too() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    assert_eq!(browser.get("/").await.location(), "/inloggen");
    assert_eq!(browser.get("/overzicht").await.location(), "/inloggen");
}

#[tokio::test]
async fn the_login_page_offers_qr_code_link_and_short_code() {
    let rig = Rig::new().await;
    let page = rig.browser().get("/inloggen").await;
    let html = page.html();
    assert!(html.contains("aria-label=\"QR-code om in te loggen."));
    assert!(html.contains("http://localhost:8081/#login/acceptatie/"));
    assert!(html.contains("data-countdown=\"300\""));
    assert!(html.contains("href=\"/registreren\"") && html.contains("href=\"/valideren\""));
    assert!(html.contains("https://productie.example/"), "the other environment");
    let code = html.split("<p class=\"short-code\">").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(code.len(), 9, "XXXX-XXXX: {code}");
}

#[tokio::test]
async fn an_unknown_address_gets_a_page_with_code_and_reference() {
    let rig = Rig::new().await;
    let answer = rig.browser().get("/bestaat-niet").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    check(&answer);
    assert!(answer.html().contains("not-found") && answer.html().contains("Referentie"));
}

#[tokio::test]
async fn every_state_of_a_login_has_its_page() {
    let rig = Rig::new().await;
    for (status, title) in [
        (RequestStatus::Created, "Wachten op uw telefoon"),
        (RequestStatus::Opened, "Kijk op uw telefoon"),
        (RequestStatus::Pairing, "Vul de koppelcode in"),
        (RequestStatus::Accepted, "Het is gelukt"),
        (RequestStatus::Declined, "U hebt geweigerd"),
        (RequestStatus::Expired, "De QR-code is verlopen"),
        (RequestStatus::Cancelled, "Deze QR-code werkt niet meer"),
        (RequestStatus::Finished, "Deze QR-code is al gebruikt"),
    ] {
        let mut browser = rig.browser();
        let id = waits_for(&browser.get("/inloggen").await);
        change_request(&rig, &id, move |request| request.status = status).await;
        let answer = browser.get(&format!("/inloggen/wachten/{id}")).await;
        assert_eq!(answer.h1(), title);
        check(&answer);
        let other = rig.browser().get(&format!("/inloggen/wachten/{id}")).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND, "another browser is told nothing");
    }
}

#[tokio::test]
async fn a_qr_code_expires_after_five_minutes() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    let id = waits_for(&browser.get("/inloggen").await);
    rig.database.clock.advance(300);
    let answer = browser.get(&format!("/inloggen/wachten/{id}")).await;
    assert_eq!(answer.h1(), "De QR-code is verlopen");
    assert!(answer.html().contains(">Nieuwe QR-code</a>"));
    let status = browser.get(&format!("/verzoeken/{id}/status")).await;
    assert!(status.html().contains("\"status\":\"expired\""), "{}", status.html());
}

#[tokio::test]
async fn the_koppelcode_form_keeps_people_on_the_page_until_the_tries_are_gone() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    let id = waits_for(&browser.get("/inloggen").await);
    change_request(&rig, &id, |request| {
        request.status = RequestStatus::Pairing;
        request.proof_hash = Some([1; 32]);
        request.tries_left = 3;
    })
    .await;
    let page = browser.get(&format!("/inloggen/wachten/{id}")).await;
    let empty = browser.post("/inloggen/koppelcode", &page, &[("verzoek", &id), ("koppelcode", "12")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.html().contains("Vul de 4 cijfers in"));
    for left in ["nog 2 keer", "nog 1 keer"] {
        let wrong = browser.post("/inloggen/koppelcode", &page, &[("verzoek", &id), ("koppelcode", "1234")]).await;
        assert!(wrong.html().contains(left), "{}", wrong.html());
        check(&wrong);
    }
    let over = browser.post("/inloggen/koppelcode", &page, &[("verzoek", &id), ("koppelcode", "1234")]).await;
    assert_eq!(over.status, StatusCode::SEE_OTHER);
    let end = browser.get(over.location()).await;
    assert_eq!(end.h1(), "Deze QR-code werkt niet meer");
}

#[tokio::test]
async fn a_form_of_another_site_or_browser_is_refused() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    let page = browser.get("/registreren").await;
    let body = format!("csrf={}&akkoord=ja", page.field("csrf"));
    let foreign = browser.post_raw("/registreren", "https://evil.example", body.clone()).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    check(&foreign);
    let mut other = rig.browser();
    other.get("/registreren").await;
    let stolen = other.post_raw("/registreren", "http://localhost:8080", body).await;
    assert_eq!(stolen.status, StatusCode::FORBIDDEN);
    assert!(stolen.html().contains("foreign-form"));
}

#[tokio::test]
async fn a_launch_needs_a_visit_from_our_own_pages() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    let own = browser.get("/inloggen/uzi").await;
    assert!(own.html().contains("href=\"zorgid://launch/") && own.html().contains("data-launch=\"auto\""));
    for (header, value) in [("sec-fetch-site", "cross-site"), ("sec-purpose", "prefetch;prerender")] {
        let foreign = browser.get_with("/inloggen/uzi", header, value).await;
        assert!(!foreign.html().contains("zorgid://") && foreign.html().contains("Verversen"), "{header}");
        check(&foreign);
    }
}

fn card(organisation: OrganisationId) -> CardData {
    CardData {
        uzi_number: UziNumber::parse("900000123").unwrap(),
        card_type: CardType::N,
        ura: Ura::parse("00001234").unwrap(),
        role_code: RoleCode::parse("00.000").unwrap(),
        name: PersonName::new("Anne", "van", "<b>Dijk</b> & Zoon").unwrap(),
        organisation_name: "Apotheek".to_owned(),
        organisation,
        certificate: vec![1],
        evidence: "{}".to_owned(),
        serial: "01".to_owned(),
        valid_until: Timestamp(i64::MAX / 2),
    }
}

async fn organisation(rig: &Rig) -> OrganisationId {
    let id = OrganisationId::new(rig.app.now(), rig.app.entropy());
    let organisation = Organisation {
        id,
        name: "Apotheek <i>De Linde</i>".to_owned(),
        ura: Ura::parse("00001234").unwrap(),
        contact: Some("Petra, 020-1234567".to_owned()),
        status: OrganisationStatus::Validated,
        reopened_for: None,
        created_at: rig.app.now(),
    };
    rig.app.write(move |tx| Box::pin(async move { Ok(tx.insert_organisation(&organisation).await?) })).await.unwrap();
    id
}

/// Puts the wizard of a browser at a step, with the card read.
async fn wizard(rig: &Rig, browser: &Browser<'_>, step: Step) {
    rig.database.clock.advance(1); // later than what this browser had
    let place = organisation(rig).await;
    let now = rig.app.now();
    let mut registration = Registration::begin(RegistrationId::new(now, rig.app.entropy()), browser.hash(), now);
    registration.accept_terms("2026-11", now).unwrap();
    registration.card_read(card(place), now).unwrap();
    registration.step = step;
    rig.app.write(move |tx| Box::pin(async move { Ok(tx.save_registration(&registration).await?) })).await.unwrap();
}

#[tokio::test]
async fn the_wizard_goes_forward_back_and_survives_reload() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    let page = browser.get("/registreren").await;
    let refused = browser.post("/registreren", &page, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html().contains("Zet een vinkje"));
    let accepted = browser.post("/registreren", &page, &[("akkoord", "ja")]).await;
    assert_eq!(accepted.location(), "/registreren/pas");
    let waiting = browser.get("/registreren/pas").await;
    assert_eq!(waiting.h1(), "Stap 2 van 5: UZI-pas lezen");
    assert!(waiting.html().contains("zorgid://launch/") && waiting.html().contains("Controlecode"));
    check(&waiting);
    assert_eq!(browser.get("/registreren").await.location(), "/registreren/pas", "the server knows the step");
    for later in ["/registreren/gegevens", "/registreren/samenvatting", "/registreren/qr", "/registreren/klaar"] {
        assert_eq!(browser.get(later).await.location(), "/registreren/pas", "{later} comes later");
    }

    wizard(&rig, &browser, Step::Check).await;
    let data = browser.get("/registreren/gegevens").await;
    assert_eq!(data.h1(), "Stap 3 van 5: Gegevens controleren");
    assert!(data.html().contains("&#60;b&#62;Dijk") && !data.html().contains("<b>Dijk"), "names are escaped");
    assert!(!data.html().contains("<i>De Linde"));
    check(&data);
    let next = browser.post("/registreren/gegevens", &data, &[]).await;
    assert_eq!(next.location(), "/registreren/geboortedatum");

    let form = browser.get("/registreren/geboortedatum").await;
    check(&form);
    for (typed, message) in [
        ("", "Vul uw geboortedatum in."),
        ("31-02-1980", "Dit is geen bestaande datum"),
        ("31-12-2099", "Deze datum ligt in de toekomst"),
    ] {
        let wrong = browser.post("/registreren/geboortedatum", &form, &[("geboortedatum", typed)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(wrong.html().contains(message), "{typed}: {}", wrong.html());
        assert!(wrong.html().contains(&format!("value=\"{typed}\"")), "what was typed stays");
        assert!(wrong.html().contains("aria-invalid=\"true\""));
    }
    let by_calendar = [("geboortedatum", ""), ("kalender", "1980-12-31")];
    let next = browser.post("/registreren/geboortedatum", &form, &by_calendar).await;
    assert_eq!(next.location(), "/registreren/samenvatting");
    let summary = browser.get("/registreren/samenvatting").await;
    assert!(summary.html().contains("31-12-1980") && summary.html().contains("kan alleen Operator"));
    check(&summary);
    assert_eq!(browser.get("/registreren/gegevens").await.status, StatusCode::OK, "back");
    assert_eq!(browser.get("/registreren").await.location(), "/registreren/samenvatting", "a second tab");

    let confirming = browser.post("/registreren/bevestigen", &summary, &[]).await;
    assert_eq!(confirming.h1(), "Bevestig in de Desktop App");
    check(&confirming);
    let again = browser.get("/registreren/bevestigen").await;
    assert_eq!(again.h1(), "Bevestig in de Desktop App", "reload");
    assert!(!again.html().contains("zorgid://"), "a launch token is shown once");
    let restarted = browser.post("/registreren/opnieuw", &summary, &[]).await;
    assert_eq!(restarted.location(), "/registreren");
    assert_eq!(browser.get("/registreren").await.h1(), "Stap 1 van 5: Voorwaarden");
}

#[tokio::test]
async fn a_refused_card_is_told_with_cause_cure_and_contact() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    browser.get("/registreren").await;
    wizard(&rig, &browser, Step::Card).await;
    let waiting = browser.get("/registreren/pas").await;
    change_request(&rig, &waits_for(&waiting), |request| {
        request.status = RequestStatus::Declined;
        request.problem = Some("card-revoked".to_owned());
        request.problem_reference = Some("AB12CD34".to_owned());
    })
    .await;
    let told = browser.get("/registreren/wachten").await;
    check(&told);
    assert_eq!(told.h1(), "Deze UZI-pas kan niet worden gebruikt");
    for part in
        ["card-revoked", "AB12CD34", "Uw UZI-pas is ingetrokken", "Gebruik een andere UZI-pas", "Petra, 020-1234567"]
    {
        assert!(told.html().contains(part), "{part}: {}", told.html());
    }
}

#[tokio::test]
async fn the_last_pages_of_the_wizard() {
    let rig = Rig::new().await;
    for (step, path, title) in [
        (Step::KnownPerson, "/registreren/bekend", "Wij kennen u mogelijk al"),
        (Step::Scan, "/registreren/qr", "Uw QR-code werkt niet meer"),
        (Step::Scan, "/registreren/later", "Later verder"),
        (Step::Done, "/registreren/klaar", "Uw Mobile ID is klaar"),
        (Step::Stopped, "/registreren/gestopt", "Uw registratie is gestopt"),
    ] {
        let rig = if path == "/registreren/bekend" { &rig } else { &Rig::new().await };
        let mut browser = rig.browser();
        browser.get("/inloggen").await;
        wizard(rig, &browser, step).await;
        let answer = browser.get(path).await;
        assert_eq!(answer.h1(), title, "{path}");
        check(&answer);
        assert!(browser.get("/registreren").await.location().starts_with("/registreren/"));
    }
}

#[tokio::test]
async fn after_an_hour_only_the_pass_gives_a_new_qr() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    browser.get("/inloggen").await;
    wizard(&rig, &browser, Step::Scan).await;
    let form = "action=\"/registreren/qr\"";
    assert!(browser.get("/registreren/qr").await.html().contains(form));
    rig.database.clock.advance(3600);
    let later = browser.get("/registreren/qr").await;
    check(&later);
    assert_eq!(later.h1(), "Uw QR-code werkt niet meer");
    assert!(!later.html().contains(form) && later.html().contains("action=\"/registreren/opnieuw\""));
    assert_eq!(browser.post("/registreren/qr", &later, &[]).await.location(), "/registreren");
}

/// Logs a browser in, as the services would have done.
pub(super) async fn log_in(rig: &Rig, browser: &mut Browser<'_>, registered: bool) {
    browser.get("/inloggen").await;
    let place = organisation(rig).await;
    let (now, dice) = (rig.app.now(), rig.app.entropy());
    let token = Nonce::from_bytes(dice.array());
    let name = PersonName::new("Anne", "van", "<b>Dijk</b>").unwrap();
    let birth_date = domain::BirthDate::new(1980, 12, 31).unwrap();
    let person = Person::new(PersonId::new(now, dice), "123456789".to_owned(), name, birth_date, true, now);
    let membership = Membership::new(MembershipId::new(now, dice), person.id, place, vec![Role::Signer], None, now);
    let session = Session {
        id: SessionId::new(now, dice),
        token_hash: token.hash(),
        browser: browser.hash(),
        person: registered.then_some(person.id),
        with: LoggedInWith::Card(UziNumber::parse("900000123").unwrap()),
        card: None,
        browser_label: "Firefox op Windows".to_owned(),
        browser_trusted: true,
        created_at: now,
        seen_at: now,
        ended_at: None,
    };
    let write = rig.app.write(move |tx| {
        Box::pin(async move {
            if registered {
                tx.insert_person(&person).await?;
                tx.insert_membership(&membership).await?;
            }
            Ok(tx.insert_session(&session).await?)
        })
    });
    write.await.unwrap();
    browser.cookies.insert("__Host-zorgid-session".to_owned(), token.reveal());
}

#[tokio::test]
async fn the_overview_shows_name_organisation_role_and_session() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    log_in(&rig, &mut browser, true).await;
    assert_eq!(browser.get("/").await.location(), "/overzicht");
    let page = browser.get("/overzicht").await;
    check(&page);
    let html = page.html();
    for part in ["Anne van &#60;b&#62;Dijk", "Zorgmedewerker (Signer)", "00001234", "Firefox op Windows", "Uitloggen"] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(html.contains("data-session-seconds=\"900\"") && html.contains("data-warn-before=\"120\""));
    rig.database.clock.advance(600);
    let extended = browser.post("/verlengen", &page, &[("terug", "/overzicht")]).await;
    assert_eq!(extended.location(), "/overzicht");
    rig.database.clock.advance(600);
    assert_eq!(browser.get("/overzicht").await.status, StatusCode::OK, "Verlengen counted");
    rig.database.clock.advance(901);
    assert_eq!(browser.get("/overzicht").await.location(), "/inloggen");
}

#[tokio::test]
async fn a_card_login_without_mobile_id_is_led_to_registering() {
    let rig = Rig::new().await;
    for registered in [false, true] {
        let rig = if registered { &Rig::new().await } else { &rig };
        let mut browser = rig.browser();
        log_in(rig, &mut browser, registered).await;
        let page = browser.get("/overzicht").await;
        check(&page);
        assert!(page.html().contains("U hebt nog geen Mobile ID") && page.html().contains(">Start</a>"));
    }
}

#[tokio::test]
async fn logging_out_ends_the_session() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    log_in(&rig, &mut browser, true).await;
    let session = browser.cookies["__Host-zorgid-session"].clone();
    let page = browser.get("/overzicht").await;
    let out = browser.post("/uitloggen", &page, &[]).await;
    assert_eq!(out.location(), "/inloggen?reden=uitgelogd");
    assert!(!browser.cookies.contains_key("__Host-zorgid-session"));
    assert!(browser.get(out.location()).await.html().contains("U bent uitgelogd"));
    browser.cookies.insert("__Host-zorgid-session".to_owned(), session);
    assert_eq!(browser.get("/overzicht").await.location(), "/inloggen", "an old cookie opens nothing");
}

#[tokio::test]
async fn the_language_switch_returns_to_the_page() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    let answer = browser.get("/taal?to=en&terug=/voorwaarden").await;
    assert_eq!(answer.location(), "/voorwaarden");
    assert_eq!(browser.get("/voorwaarden").await.h1(), "Terms");
    let foreign = browser.get("/taal?to=nl&terug=//evil.example").await;
    assert_eq!(foreign.location(), "/");
}

#[tokio::test]
async fn static_files_are_kept_and_nothing_else_is_served() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    let html = browser.get("/voorwaarden").await.html();
    let style = html.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let answer = browser.get(&style).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.headers.get(header::CACHE_CONTROL).unwrap().to_str().unwrap().contains("immutable"));
    assert!(answer.html().contains(".nl-button") && answer.html().contains("--zi-accent: #0b5e6b"));
    for missing in ["/static/x/geheim.txt", "/static/x/../Cargo.toml", "/static/x/vendor/nl-design-system/README.md"] {
        assert_eq!(browser.get(missing).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
}
