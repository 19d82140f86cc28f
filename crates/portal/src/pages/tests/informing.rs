//! Notices, terms, error messages, advice, security.txt, the operator's name, and what is printed.

use super::{
    pages::check,
    rig::{Answer, Rig},
};
use crate::{
    caller::Lang,
    config::{ContactAddress, TERMS_VERSION},
    pages::{
        info::{
            advice::{Advice, Answer as Said, Answers, MobileId},
            codes,
            terms::Version,
        },
        texts,
    },
    services::notices,
};
use axum::http::{StatusCode, header};
use domain::{
    Timestamp,
    notice::{Notice, NoticeId, NoticeKind},
    person::PersonId,
};
use protocol::ProblemCode;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

fn template(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

async fn put(rig: &Rig, kind: NoticeKind, from: i64, until: Option<i64>) -> NoticeId {
    let (now, dice) = (rig.app.now(), rig.app.entropy());
    let notice = Notice {
        id: NoticeId::new(now, dice),
        kind,
        nl: "Vanavond <b>onderhoud</b>.".to_owned(),
        en: "Maintenance tonight.".to_owned(),
        from: now.plus_seconds(from),
        until: until.map(|seconds| now.plus_seconds(seconds)),
        by: PersonId::new(now, dice),
    };
    let id = notice.id;
    rig.app.write(move |tx| Box::pin(async move { Ok(tx.save_notice(&notice).await?) })).await.unwrap();
    id
}

const SHOWN: &str = "Vanavond &#60;b&#62;onderhoud&#60;/b&#62;.";

#[tokio::test]
async fn a_notice_is_on_every_page_from_its_beginning_to_its_end() {
    let rig = Rig::new().await;
    put(&rig, NoticeKind::Maintenance, 60, Some(120)).await;
    let pages = ["/inloggen", "/hulp", "/bestaat-niet", "/registreren", "/telefoon-kwijt"];
    let shows = async |path: &str| rig.browser().get(path).await.html().contains(SHOWN);
    notices::refresh(&rig.app).await.unwrap();
    for (passed, shown) in [(0, false), (59, false), (1, true), (59, true), (1, false)] {
        rig.database.clock.advance(passed);
        for path in pages {
            assert_eq!(shows(path).await, shown, "{path} after {passed}");
        }
    }
    let mut english = rig.browser();
    english.language = "en";
    put(&rig, NoticeKind::Maintenance, 0, None).await;
    put(&rig, NoticeKind::Disturbance, 0, None).await;
    assert!(!english.get("/inloggen").await.html().contains("Maintenance tonight."), "no query per page");
    notices::refresh(&rig.app).await.unwrap();
    let page = english.get("/inloggen").await;
    check(&page);
    for part in ["Disturbance</h2>", "Maintenance tonight.", "aria-labelledby=\"melding-1\""] {
        assert!(page.html().contains(part), "{part}");
    }
    let html = page.html();
    assert!(html.find("Disturbance</h2>") < html.find("Maintenance</h2>"), "what is wrong now comes first");
}

#[tokio::test]
async fn the_terms_of_every_version_stay_readable() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    assert_eq!(Version::ALL[0].as_str(), TERMS_VERSION, "the newest is the one that people accept");
    let present = browser.get("/voorwaarden").await;
    check(&present);
    assert!(
        present.html().contains("Uw Mobile ID is van u alleen") && present.html().contains("alleen Operator uw naam")
    );
    for version in Version::ALL {
        let answer = browser.get(&format!("/voorwaarden/{}", version.as_str())).await;
        assert_eq!((answer.status, answer.h1()), (StatusCode::OK, "Voorwaarden".to_owned()));
        check(&answer);
        assert!(present.html().contains(&format!("href=\"/voorwaarden/{}\"", version.as_str())), "in the list");
    }
    for unknown in ["/voorwaarden/2020-01", "/voorwaarden/2026-1", "/voorwaarden/2026-11x", "/voorwaarden/%3Cb%3E"] {
        assert_eq!(browser.get(unknown).await.status, StatusCode::NOT_FOUND, "{unknown}");
    }
}

/// Somebody signed that they accepted exactly this. Another text is another version: add one, and leave these.
#[test]
fn the_text_of_a_version_never_changes() {
    let hash = |path: &str| hex::encode(&Sha256::digest(template(path).as_bytes())[..8]);
    let known = [("2026-11", "b1d1557e50481f08", "9e7fb0760072cc10")];
    assert_eq!(known.map(|(version, ..)| version), Version::ALL.map(Version::as_str));
    for (version, dutch, english) in known {
        assert_eq!(hash(&format!("terms/nl/{version}.html")), dutch, "{version} nl");
        assert_eq!(hash(&format!("terms/en/{version}.html")), english, "{version} en");
        let page = template(&format!("terms/{version}.html"));
        assert!(
            page.contains(&format!("terms/nl/{version}.html")) && page.contains(&format!("terms/en/{version}.html"))
        );
    }
    assert!(
        template("_terms.html").contains(&format!("terms/{TERMS_VERSION}.html")),
        "the wizards show what is accepted"
    );
}

#[tokio::test]
async fn who_read_older_terms_reads_again() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    for path in ["/registreren", "/valideren"] {
        let page = browser.get(path).await;
        assert_eq!(page.field("versie"), TERMS_VERSION, "{path}");
        let old = browser.post(path, &page, &[("akkoord", "ja"), ("versie", "2020-01")]).await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(old.html().contains("De voorwaarden zijn gewijzigd"), "{path}");
        check(&old);
        let now = browser.post(path, &page, &[("akkoord", "ja"), ("versie", TERMS_VERSION)]).await;
        assert_eq!(now.location(), format!("{path}/pas"));
    }
}

fn found(answer: &Answer) -> BTreeSet<String> {
    let html = answer.html();
    let ids = html.split("<section class=\"problem-entry\" id=\"").skip(1);
    ids.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_code_has_its_line_and_can_be_searched_without_script() {
    let rig = Rig::new().await;
    let all: BTreeSet<String> = ProblemCode::ALL.iter().map(ToString::to_string).collect();
    for language in ["nl", "en"] {
        let mut browser = rig.browser();
        browser.language = language;
        let page = browser.get("/foutmeldingen").await;
        check(&page);
        assert_eq!(found(&page), all, "{language}");
        let one = browser.get("/foutmeldingen?zoek=%20CARD-revoked").await;
        assert_eq!(found(&one), BTreeSet::from(["card-revoked".to_owned()]), "{language}");
        check(&one);
    }
    let mut browser = rig.browser();
    let card = found(&browser.get("/foutmeldingen?zoek=uzi-pas+INGETROKKEN").await);
    assert!(card.contains("card-revoked") && !card.contains("pin-wrong"), "{card:?}");
    let nothing = browser.get("/foutmeldingen?zoek=%22%3E%3Cb%3Exyz").await;
    assert!(found(&nothing).is_empty() && nothing.html().contains("Niets gevonden"));
    assert!(!nothing.html().contains("\"><b>xyz"), "what was typed is text");
    check(&nothing);
}

#[test]
fn a_search_needs_every_word_in_whatever_spelling() {
    let text = texts::problem(Lang::Nl, ProblemCode::PinBlocked);
    for fits in ["", "pincode", "PINCODE geblokkeerd", "pin-blocked", "géblokkeerd", "uzi pas"] {
        assert!(codes::fits(&text, fits), "{fits}");
    }
    for other in ["kaartlezer", "pincode kaartlezer"] {
        assert!(!codes::fits(&text, other), "{other}");
    }
}

#[test]
fn the_advice_fits_what_was_answered() {
    use Advice::*;
    use Said::{No, Unknown, Yes};
    let of = |takes_part, card, phone, mobile_id| Answers { takes_part, card, phone, mobile_id }.advice();
    for takes_part in [Yes, Unknown] {
        assert_eq!(of(takes_part, true, true, MobileId::None), Register);
        assert_eq!(of(takes_part, false, true, MobileId::None), Desk);
        assert_eq!(of(takes_part, true, false, MobileId::None), Card);
        assert_eq!(of(takes_part, false, false, MobileId::None), Phone);
        assert_eq!(of(takes_part, true, true, MobileId::OnAnotherPhone), NewPhoneCard);
        assert_eq!(of(takes_part, false, true, MobileId::OnAnotherPhone), NewPhoneDesk);
        assert_eq!(of(takes_part, false, true, MobileId::OnThisPhone), LogIn);
    }
    for mobile_id in [MobileId::None, MobileId::OnThisPhone, MobileId::OnAnotherPhone] {
        assert_eq!(of(No, true, false, mobile_id), Apply);
        assert_eq!(of(No, false, true, mobile_id), ApplyByColleague);
    }
}

#[tokio::test]
async fn four_answers_lead_to_one_page() {
    let rig = Rig::new().await;
    let mut browser = rig.browser();
    let empty = browser.get("/welk-middel").await;
    check(&empty);
    assert!(!empty.html().contains("aria-invalid") && !empty.html().contains("id=\"advies\""));
    let half = browser.get("/welk-middel?deelname=nee&pas=misschien&telefoon=").await;
    assert_eq!(half.html().matches("aria-invalid=\"true\"").count(), 3, "beside its field: {}", half.html());
    assert!(half.html().contains("value=\"nee\" selected") && !half.html().contains("id=\"advies\""));
    check(&half);
    for (query, title, link) in [
        ("deelname=ja&pas=ja&telefoon=ja&mobile=nee", "Mobile ID, zelf gemaakt met uw UZI-pas", "/registreren"),
        ("deelname=onbekend&pas=nee&telefoon=ja&mobile=nee", "Mobile ID, van uw beheerder", "/hulp/zorgmedewerker"),
        ("deelname=nee&pas=ja&telefoon=ja&mobile=nee", "Meld eerst uw organisatie aan", "/aanvragen"),
    ] {
        let answer = browser.get(&format!("/welk-middel?{query}")).await;
        check(&answer);
        let html = answer.html();
        let advice = html.split("id=\"advies\"").nth(1).unwrap().split("</section>").next().unwrap();
        assert!(advice.contains(title) && advice.contains(&format!("href=\"{link}\"")), "{query}: {advice}");
        assert_eq!(advice.contains("Weet u niet of uw organisatie meedoet?"), query.contains("onbekend"));
    }
}

#[tokio::test]
async fn security_txt_says_where_weaknesses_are_reported() {
    let mail = || ContactAddress::parse("veilig+id@zorg-id.example");
    let page = || ContactAddress::parse("https://zorg-id.example/contact");
    for (people, security, contact) in [
        (None, None, "http://localhost:8080/hulp"),
        (page(), None, "https://zorg-id.example/contact"),
        (page(), mail(), "mailto:veilig+id@zorg-id.example"),
    ] {
        let rig = Rig::with(|config| (config.contact.people, config.contact.security) = (people, security)).await;
        let answer = rig.browser().get("/.well-known/security.txt").await;
        assert_eq!(answer.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
        let text = answer.html();
        let fields: Vec<(&str, &str)> = text.lines().map(|line| line.split_once(": ").unwrap()).collect();
        let [("Contact", to), ("Expires", expires), ("Preferred-Languages", "nl, en"), ("Canonical", at)] = fields[..]
        else {
            panic!("{text}")
        };
        assert_eq!((to, at), (contact, "http://localhost:8080/.well-known/security.txt"));
        let expires = time::OffsetDateTime::parse(expires, &time::format_description::well_known::Rfc3339).unwrap();
        let left = Timestamp::from(expires).unix() - rig.app.now().unix();
        assert!((80 * 86_400..365 * 86_400).contains(&left), "RFC 9116, 2.5.5: {left}");
    }
}

#[tokio::test]
async fn the_operator_is_named_as_set_and_only_as_text() {
    let rig = Rig::new().await;
    let code = texts::problem(Lang::En, ProblemCode::NotAfterActivation);
    assert_eq!(code.next, "Are the details wrong? Ask Operator to correct them.");
    assert!(rig.browser().get("/inloggen").await.html().contains("ZORG-ID wordt aangeboden door Operator."));
    let odd = texts::All::new(Some("Zorg\n\"A\\B\" { $x } { -product }".to_owned()));
    assert_eq!(
        odd.languages[0].get("summary-warning"),
        "Hierna kan alleen Zorg \"A\\B\" { $x } { -product } uw gegevens wijzigen."
    );
    let unnamed = texts::All::new(None);
    assert!(unnamed.languages[1].get("summary-warning").contains("the operator of ZORG-ID"));
}

#[tokio::test]
async fn every_page_leads_to_help_terms_privacy_and_the_other_environment() {
    let rig = Rig::new().await;
    for path in ["/inloggen", "/aanvragen", "/bestaat-niet", "/hulp"] {
        let html = rig.browser().get(path).await.html();
        let footer = html.split("<footer").nth(1).unwrap();
        for link in [
            "/hulp",
            "/voorwaarden",
            "/privacy",
            "/toegankelijkheid",
            "/foutmeldingen",
            "/telefoon-kwijt",
            "/desktop/test",
        ] {
            assert!(footer.contains(&format!("href=\"{link}\"")), "{path}: {link}");
        }
        assert!(footer.contains("href=\"https://productie.example/\""), "{path}");
    }
    for path in ["/inloggen", "/aanvragen"] {
        let html = rig.browser().get(path).await.html();
        let main = html.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        assert!(main.contains("U bent in de testomgeving") && main.contains("https://productie.example/"), "{path}");
    }
    let login = rig.browser().get("/inloggen").await.html();
    let main = login.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    for part in ["/welk-middel", "/telefoon-kwijt", "/hulp", "/aanvragen", "Doet uw organisatie nog niet mee?"] {
        assert!(main.contains(part), "{part}");
    }
}

/// A QR code of the beheerder or an operator is on the screen only; the one of the wizard may be printed, with a warning.
#[test]
fn only_the_qr_code_of_the_wizard_can_be_printed() {
    let hidden = |html: &str| {
        // The code itself, or the part of a page that holds it.
        let before = html.split("{{ qr|safe }}").next().and_then(|html| html.split("_shown_qr.html").next()).unwrap();
        let hides = before.rfind("no-print").expect("hidden on paper");
        // Nothing was closed since that could be the element which hides it.
        !before[hides..].contains("</div>") && !before[hides..].contains("</dialog>")
    };
    for page in ["manage/qr.html", "manage/link_qr.html", "backoffice/qr.html"] {
        let html = template(page);
        assert!(hidden(&html), "{page}");
        assert!(html.contains("print-only\">{{ fl!(self.ui.t, \"print-not\") }}"), "{page}");
    }
    let wizard = template("register/qr.html");
    assert!(!wizard.split("{{ qr|safe }}").next().unwrap().contains("no-print"));
    assert!(wizard.contains("print-only\">{{ fl!(self.ui.t, \"print-qr\") }}"));
    let style = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/static/portal.css")).unwrap();
    let print = style.split("@media print {").nth(1).unwrap();
    assert!(print.lines().any(|line| line.contains(".no-print") && line.contains("display: none !important")));
}
