//! Bad input on every form. The forms are those of the matrix's rows, with the fields that their pages have, so that a new
//! form is tried too. Whatever is typed into one field: no failure of the server, nothing of it comes back as HTML, and
//! either it is accepted, or the form comes back with a message tied to a field and everything that was typed.

use super::{
    cards::{pass, read_card},
    html::{Field, Form, form_to},
    matrix::{
        fields, is_api,
        roles::{Cast, Who},
        set_up, submit,
        table::{Row, Word, rows},
        target::{Things, fill},
    },
    visitor::Visitor,
    world::{Answer, World},
};
use axum::http::{Method, StatusCode};
use domain::uzi::CardType;
use portal::services::registration;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::{Index, select},
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};
use storage_sql::testing::TestDatabase;

/// What people and programs have typed into forms before.
const NASTY: [&str; 58] = [
    "",
    " ",
    "\t\r\n",
    "\0",
    "Jan\0",
    "a\u{7}b",
    "\u{1b}[31mrood",
    "\u{202e}nednil",
    "Linde\u{200f}",
    "\u{2066}Jan\u{2069}",
    "\u{feff}Jan",
    "\u{200d}",
    "😀",
    "👩‍⚕️ Jansen",
    "e\u{301}e\u{301}",
    "ＦＵＬＬ",
    "<b data-x=\"1\">vet</b>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</textarea><script>alert(1)</script>",
    "&lt;b&gt;&amp;",
    "{{ 7 * 7 }}",
    "'; DROP TABLE people; --",
    "\" OR \"\"=\"",
    "%00",
    "%' OR 1=1",
    "_",
    "../../etc/passwd",
    "=HYPERLINK(\"https://evil.example\")",
    "null",
    "undefined",
    "true",
    "-1",
    "0",
    "1e9",
    "NaN",
    "999999999999999999999999",
    "1234567",
    "123456789",
    "1234567a",
    "12345678",
    "0123456789",
    "١٢٣٤٥٦٧٨",
    "１２３４５６７８",
    "31-02-1990",
    "29-02-1980",
    "00-00-1960",
    "00-13-1960",
    "01-01-2999",
    "1990-02-31",
    "9999-12-31",
    "9999-12-31T23:59",
    "0000-00-00",
    "-0001-01-01",
    "SPECI2014",
    "jan@example.nl",
    "jan@@example.nl",
    "https://example.nl/terug#x",
];

/// Long, in one word and in many.
fn long() -> impl Strategy<Value = String> {
    let text = select(vec!["x", "x ", "é", "😀", "1", "<"]);
    (text, select(vec![41_usize, 121, 201, 255, 301, 501, 4_001, 15_000])).prop_map(|(text, times)| text.repeat(times))
}

fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => select(NASTY.to_vec()).prop_map(str::to_owned),
        2 => long(),
        2 => vec(any::<char>(), 0..40).prop_map(String::from_iter),
        1 => vec(any::<char>().prop_filter("control", |c| c.is_control()), 1..5).prop_map(String::from_iter),
        1 => (Just("Jan "), any::<char>()).prop_map(|(name, c)| format!("{name}{c} Jansen")),
    ]
}

/// A form with somebody who may send it.
struct Tried {
    row: Row,
    who: Who,
}

/// Every form of the table that somebody may send.
fn tried() -> Vec<Tried> {
    let best = [Who::Administrator, Who::Operator, Who::Nobody];
    let forms = rows().into_iter().filter(|row| row.method == Method::POST && !is_api(row.path));
    let who = |row: &Row| {
        let may =
            |who: &Who| row.cells().any(|(one, word)| one == *who && matches!(word, Word::Go | Word::Form | Word::Ok));
        best.into_iter().find(may)
    };
    let whole = forms.filter(|row| !HALFWAY.contains(&row.path));
    whole.filter_map(|row| who(&row).map(|who| Tried { row, who })).collect()
}

/// Forms on another page than their own or the one above it.
const ELSEWHERE: [(&str, &str); 4] = [
    ("/mijn-gegevens/e-mail/code", "/mijn-gegevens"),
    ("/sessies/beeindigen", "/overzicht"),
    ("/verlengen", "/overzicht"),
    ("/voorbereid/verwijderen", "?filter=voorbereid"),
];

/// Forms of a page that is there only halfway: their own tests fill them in.
const HALFWAY: [&str; 8] = [
    "/inloggen/koppelcode",
    "/inloggen/verder",
    "/registreren/geboortedatum",
    "/registreren/bekend",
    "/beheer/{org}/cijfers",
    "/beheer/{org}/sluiten",
    "/backoffice/operators/cijfers",
    "/backoffice/operators/sluiten",
];

/// The form as a page shows it: the one that comes back, or the one on the page that leads to it.
async fn shown(visitor: &mut Visitor<'_>, path: &str) -> Option<Form> {
    let parent = path.rsplit_once('/').map(|(parent, _)| parent).filter(|parent| !parent.is_empty()).unwrap_or("/");
    let named = |(end, page): &(&str, &str)| path.strip_suffix(end).map(|start| format!("{start}{page}"));
    if let Some(page) = ELSEWHERE.iter().find_map(named) {
        return form_to(&visitor.get(&page).await.text(), path);
    }
    for page in [path, parent] {
        let form = form_to(&visitor.get(page).await.text(), path);
        if form.is_some() {
            return form;
        }
    }
    let empty = visitor.post(path, &[("niets", "")]).await;
    form_to(&empty.text(), path)
}

/// Characters that show as something else than what they are, or not at all.
fn hides(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A code from a letter or a phone is not shown again.
fn is_secret(name: &str) -> bool {
    matches!(name, "code" | "cijfers" | "koppelcode")
}

/// What may not be so after something was typed into one field.
fn wrong_with(
    path: &str,
    before: &Form,
    field: &Field,
    value: &str,
    sent: &[(String, String)],
    answer: &Answer,
) -> Option<String> {
    let html = answer.text();
    for mark in ["<b data-x", "<img src=x", "<script>alert", "onmouseover='"] {
        if value.contains(mark) && html.contains(mark) {
            return Some(format!("{mark} comes back as it is"));
        }
    }
    match answer.status {
        status if status.is_server_error() => Some(format!("{status}")),
        StatusCode::SEE_OTHER | StatusCode::OK => {
            let text = value.split_whitespace().collect::<Vec<_>>().join(" ");
            let kept = field.is_typed() && !is_secret(&field.name);
            let long = field.most.is_some_and(|most| text.chars().count() > most);
            // Where only known words or digits count, what is something else may not have been taken for one.
            (kept && (text.chars().any(hides) || long)).then(|| "accepted".to_owned())
        }
        StatusCode::UNPROCESSABLE_ENTITY => {
            let Some(after) = form_to(&html, path) else {
                return (field.kind != "hidden").then(|| "no form came back".to_owned());
            };
            let told = after.wrong();
            if told.is_empty() {
                // What a page hides is not the person's to put right: the page says what is wrong.
                return (field.kind != "hidden").then(|| "no message at any field".to_owned());
            }
            if field.is_typed() && !told.contains(&field.name.as_str()) && !crossed(&field.name, &told) {
                return Some(format!("the message is at {told:?}"));
            }
            lost(before, &after, sent)
        }
        // Larger than any form of ours.
        StatusCode::PAYLOAD_TOO_LARGE if value.len() > 20_000 => None,
        // What no page sends: a word that its list does not have, an id that is none.
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::CONFLICT if !field.is_typed() => None,
        other => Some(format!("{other}")),
    }
}

/// Fields of which one makes the other wrong.
fn crossed(name: &str, told: &[&str]) -> bool {
    [("van", "tot"), ("sleutel", "certificaatnaam")].iter().any(|(one, other)| name == *one && told.contains(other))
}

/// What was typed and is not there any more.
fn lost(before: &Form, after: &Form, sent: &[(String, String)]) -> Option<String> {
    for (name, value) in sent {
        let Some(known) = before.field(name).filter(|field| field.is_typed() && !is_secret(name)) else { continue };
        let Some(now) = after.field(name) else { return Some(format!("{name} is gone")) };
        // A browser sends line breaks as CR LF and shows them as LF; a null character it cannot hold.
        let plain = |text: &str| text.replace("\r\n", "\n").replace(['\r', '\0'], "\n");
        let most = known.most.unwrap_or(usize::MAX);
        let (typed, now) = (plain(value), plain(&now.value));
        let whole = typed == now || typed.trim() == now.trim();
        let cut = now.chars().count() >= most && typed.trim().starts_with(&now);
        if !whole && !cut {
            return Some(format!("{name}: {now:?} instead of {typed:?}"));
        }
    }
    None
}

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Something typed into a field of a form.
async fn tries(world: &World, cast: &Cast, one: &Tried, place: Index, value: &str) -> Result<(), String> {
    // Another hour: what strangers send is limited per hour.
    world.pass(3600);
    let Tried { row, who } = one;
    let (mut visitor, things) = set_up(world, cast, row, *who, true).await;
    let path = fill(row.path, &things);
    let Some(form) = shown(&mut visitor, &path).await else { return Ok(()) };
    let open: Vec<&Field> = form.fields.iter().filter(|field| field.name != "csrf" && !field.name.is_empty()).collect();
    if open.is_empty() {
        return Ok(());
    }
    let field = place.get(&open);
    let (mut visitor, things) = set_up(world, cast, row, *who, true).await;
    let path = fill(row.path, &things);
    let mut sent = fields(row, &things);
    sent.retain(|(name, _)| *name != field.name);
    sent.push((field.name.clone(), value.to_owned()));
    let answer = submit(&mut visitor, &path, &sent).await;
    match wrong_with(&path, &form, field, value, &sent, &answer) {
        None => Ok(()),
        Some(wrong) => {
            let value: String = value.chars().take(60).collect();
            Err(format!("{row}, {} = {value:?}: {} {wrong}", field.name, answer.status))
        }
    }
}

fn on_every_form(database: TestDatabase, runtime: &tokio::runtime::Runtime, cases: u32) {
    let (world, cast) = runtime.block_on(async {
        let world = World::on(database).await;
        let cast = Cast::new(&world).await;
        (world, cast)
    });
    let forms = tried();
    let strategy = (0..forms.len(), any::<Index>(), typed());
    let done = runner(cases).run(&strategy, |(form, place, value)| {
        let tried = runtime.block_on(tries(&world, &cast, &forms[form], place, &value));
        tried.map_err(TestCaseError::fail)
    });
    match done {
        Ok(()) => {}
        Err(TestError::Fail(why, _)) => panic!("{why}"),
        Err(other) => panic!("{other}"),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn bad_input_on_every_form_is_answered_in_words() {
    on_every_form(TestDatabase::sqlite(), &runtime(), 600);
}

/// PostgreSQL holds no null characters, and is stricter about numbers.
#[test]
fn bad_input_on_every_form_is_answered_in_words_on_postgres() {
    let runtime = runtime();
    let database = runtime.block_on(TestDatabase::postgres());
    on_every_form(database, &runtime, 150);
}

/// Every form is found, with its fields: else the tests above would try nothing.
#[tokio::test]
async fn every_form_is_found_on_its_page() {
    let world = World::new().await;
    let cast = Cast::new(&world).await;
    let mut missing = Vec::new();
    for Tried { row, who } in &tried() {
        world.pass(61);
        let (mut visitor, things) = set_up(&world, &cast, row, *who, true).await;
        let named: Vec<String> = fields(row, &things).into_iter().map(|(name, _)| name).collect();
        let found = shown(&mut visitor, &fill(row.path, &things)).await;
        let gone = |name: &&String| found.as_ref().is_none_or(|form| form.field(name).is_none());
        let gone: Vec<&String> = named.iter().filter(gone).collect();
        if !gone.is_empty() {
            missing.push(format!("{row}: {gone:?}"));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// The birth date of the wizard, between the card and the summary.
#[tokio::test]
async fn a_birth_date_that_is_none_is_told_in_the_wizard() {
    let world = World::new().await;
    let card = pass(&world, CardType::Z);
    let mut visitor = Visitor::new(&world);
    read_card(&world, &visitor.browser(), &card).await.unwrap();
    registration::checked(&world.app, &visitor.browser()).await.unwrap();
    let path = "/registreren/geboortedatum";
    let right = ["29-02-1980", "00-00-1960", "00-05-1960", "1980-02-29", "29021980", "29/02/1980"];
    for typed in NASTY.iter().filter(|typed| !right.contains(typed)) {
        let answer = visitor.post(path, &[("geboortedatum", typed)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed:?} {}", answer.h1());
        let form = form_to(&answer.text(), path).unwrap();
        let field = form.field("geboortedatum").unwrap();
        assert!(field.error.is_some(), "{typed:?}");
        assert!(!answer.text().contains("<b data-x"));
        let kept: String = typed.trim().chars().take(field.most.unwrap_or(20)).collect();
        assert!(field.value.trim().starts_with(kept.trim()) || typed.contains(char::is_control), "{typed:?} {field:?}");
    }
    for typed in right {
        let answer = visitor.post(path, &[("geboortedatum", typed)]).await;
        assert_eq!(answer.location(), "/registreren/samenvatting", "{typed}");
    }
}

/// Lists, logs and reports: whatever stands in the address. Each name that pages use, and one that none does.
const ASKED: [&str; 22] = [
    "zoek",
    "filter",
    "sorteer",
    "omgekeerd",
    "pagina",
    "status",
    "gedaan",
    "voor",
    "voorbereid",
    "van",
    "tot",
    "op",
    "datum",
    "gebeurtenis",
    "uitkomst",
    "persoon",
    "organisatie",
    "kenmerk",
    "reden",
    "terug",
    "to",
    "onzin",
];

async fn asks(world: &World, cast: &Cast, one: &Tried, name: &str, value: &str, twice: bool) -> Result<(), String> {
    world.pass(61);
    let Tried { row, who } = one;
    let (mut visitor, things) = set_up(world, cast, row, *who, true).await;
    // Longer addresses no server takes.
    let value: String = value.chars().take(1000).collect();
    let value = value.as_str();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(name, value);
    if twice {
        query.append_pair(name, value);
    }
    let answer = visitor.get(&format!("{}?{}", fill(row.path, &things), query.finish())).await;
    let html = answer.text();
    let raw = ["<b data-x", "<img src=x", "<script>alert", "onmouseover='"];
    let raw = raw.iter().any(|mark| value.contains(mark) && html.contains(mark));
    let page = answer.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let bare = !answer.status.is_success() && !answer.status.is_redirection() && !page;
    let twice_refused = twice && answer.status == StatusCode::BAD_REQUEST;
    let expected = matches!(
        answer.status,
        StatusCode::OK | StatusCode::SEE_OTHER | StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY
    );
    if raw || bare || !(expected || twice_refused) {
        let value: String = value.chars().take(60).collect();
        return Err(format!("{row} ?{name}={value:?}: {} {raw} {bare}", answer.status));
    }
    Ok(())
}

fn on_every_list(database: TestDatabase, runtime: &tokio::runtime::Runtime, cases: u32) {
    let (world, cast) = runtime.block_on(async {
        let world = World::on(database).await;
        let cast = Cast::new(&world).await;
        (world, cast)
    });
    let wanted = |row: &Row| {
        row.method == Method::GET
            && (row.path.starts_with("/beheer") || row.path.starts_with("/backoffice") || row.path.starts_with("/mijn"))
    };
    let who = |row: &Row| {
        let ok = |who: &Who| row.cells().any(|(one, word)| one == *who && word == Word::Ok);
        [Who::Administrator, Who::Operator].into_iter().find(ok)
    };
    let lists: Vec<Tried> =
        rows().into_iter().filter(wanted).filter_map(|row| who(&row).map(|who| Tried { row, who })).collect();
    let strategy = (0..lists.len(), select(ASKED.to_vec()), typed(), any::<u8>());
    let done = runner(cases).run(&strategy, |(list, name, value, dice)| {
        let tried = runtime.block_on(asks(&world, &cast, &lists[list], name, &value, dice < 16));
        tried.map_err(TestCaseError::fail)
    });
    match done {
        Ok(()) => {}
        Err(TestError::Fail(why, _)) => panic!("{why}"),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn whatever_stands_in_an_address_is_answered() {
    on_every_list(TestDatabase::sqlite(), &runtime(), 500);
}

#[test]
fn whatever_stands_in_an_address_is_answered_on_postgres() {
    let runtime = runtime();
    let database = runtime.block_on(TestDatabase::postgres());
    on_every_list(database, &runtime, 150);
}

/// Ids that are none: the page that says so, in words.
#[tokio::test]
async fn an_id_that_is_none_is_not_found() {
    let world = World::new().await;
    let cast = Cast::new(&world).await;
    let ids = ["x", "%00", "%FF", "%2e%2e%2f", "..", "%3Cscript%3E", "00000000-0000-0000-0000-000000000000", "'--"];
    for row in rows().iter().filter(|row| row.names_something() && row.path.contains('{') && !is_api(row.path)) {
        let who = [Who::Administrator, Who::Operator][usize::from(row.path.starts_with("/backoffice"))];
        let mut visitor = cast.visit(&world, who).await;
        for id in ids {
            let names = ["org", "membership", "change", "request", "id"];
            let things: Things = names.iter().map(|name| (*name, id.to_owned())).collect();
            let path = fill(row.path, &things);
            let answer = match row.method {
                Method::GET => visitor.get(&path).await,
                _ => visitor.post(&path, &[]).await,
            };
            let right = matches!(
                answer.status,
                StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY
            );
            assert!(
                right && answer.text().contains("<html lang=\"nl\">"),
                "{path}: {} {}",
                answer.status,
                answer.text()
            );
        }
    }
}

/// The bodies that are larger than any form: refused in words, and nothing is read on.
#[tokio::test]
async fn a_form_of_a_hundred_thousand_characters_is_too_large() {
    let world = World::new().await;
    let mut visitor = Visitor::new(&world);
    let text = "x".repeat(100_000);
    let answer = visitor.post("/aanvragen/formulier", &[("organisatie", text.as_str())]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text().contains("too-large") && answer.text().len() < 20_000);
}
