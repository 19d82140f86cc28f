//! Somebody with a browser: cookies, forms with their hidden field, and no scripts.

use super::{
    cards,
    forger::Forger,
    world::{Answer, PORTAL, World, call, caller},
};
use axum::{
    body::Body,
    http::{Request, header},
};
use domain::{
    change::ChangeId,
    operator::{Office, Operator},
    person::PersonId,
    request::Decision,
    session::{LoggedInWith, Session, SessionId},
};
use pki::test_register::TestCard;
use portal::{
    browser::{BROWSER_COOKIE, Browser, SESSION_COOKIE},
    services::{
        card::{self, CardKind},
        changes::{self, Proposed, Shown},
        login,
        session::{self, Current},
    },
};
use protocol::{Nonce, ProblemCode};
use std::collections::BTreeMap;
use storage::StoreError;

pub struct Visitor<'a> {
    pub world: &'a World,
    pub cookies: BTreeMap<String, String>,
    pub language: &'static str,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
    /// The text of `<h1>`.
    pub fn h1(&self) -> String {
        let html = self.text();
        let after = html.split("<h1").nth(1).and_then(|rest| rest.split_once('>')).map_or("", |(_, rest)| rest);
        after.split("</h1>").next().unwrap_or_default().to_owned()
    }
}

impl<'a> Visitor<'a> {
    pub fn new(world: &'a World) -> Self {
        let nonce = Nonce::from_bytes(world.app.entropy().array());
        let cookies = BTreeMap::from([(BROWSER_COOKIE.to_owned(), nonce.reveal())]);
        Self { world, cookies, language: "nl" }
    }
    /// Logged in with this phone, in a browser that is trusted.
    pub async fn logged_in(world: &'a World, phone: &Forger) -> Self {
        let mut visitor = Self::new(world);
        let (app, now, browser) = (&world.app, world.app.now(), visitor.browser());
        let token = Nonce::from_bytes(app.entropy().array());
        let session = Session {
            id: SessionId::new(now, app.entropy()),
            token_hash: token.hash(),
            browser: browser.hash,
            person: Some(phone.identity.person),
            with: LoggedInWith::Phone(phone.identity.id),
            card: None,
            browser_label: browser.label.clone(),
            browser_trusted: true,
            created_at: now,
            seen_at: now,
            ended_at: None,
        };
        let stored: Result<(), StoreError> =
            app.store.write(move |tx| Box::pin(async move { tx.insert_session(&session).await })).await;
        stored.unwrap();
        visitor.cookies.insert(SESSION_COOKIE.to_owned(), token.reveal());
        visitor
    }
    /// A new operator, logged in, with the phone.
    pub async fn operator(world: &'a World) -> (Self, Forger) {
        let phone = Forger::new(world).await;
        make_operator(world, phone.identity.person).await;
        (Self::logged_in(world, &phone).await, phone)
    }
    /// A new auditor of the environment, logged in, with the phone.
    pub async fn auditor(world: &'a World) -> (Self, Forger) {
        let phone = Forger::new(world).await;
        make_auditor(world, phone.identity.person).await;
        (Self::logged_in(world, &phone).await, phone)
    }
    /// Logs in with a UZI-pas whose holder is not registered.
    pub async fn with_card(&mut self, number: &str) {
        let (app, now, browser) = (&self.world.app, self.world.app.now(), self.browser());
        let token = Nonce::from_bytes(app.entropy().array());
        let session = Session {
            id: SessionId::new(now, app.entropy()),
            token_hash: token.hash(),
            browser: browser.hash,
            person: None,
            with: LoggedInWith::Card(domain::UziNumber::parse(number).unwrap()),
            card: None,
            browser_label: browser.label.clone(),
            browser_trusted: false,
            created_at: now,
            seen_at: now,
            ended_at: None,
        };
        let stored: Result<(), StoreError> =
            app.store.write(move |tx| Box::pin(async move { tx.insert_session(&session).await })).await;
        stored.unwrap();
        self.cookies.insert(SESSION_COOKIE.to_owned(), token.reveal());
    }
    /// Logs in with this pass, as people do.
    pub async fn log_in_with(&mut self, pass: &TestCard) {
        let (app, browser) = (&self.world.app, self.browser());
        let launch = card::start(app, &caller(), &browser, CardKind::Login).await.unwrap();
        let opened = cards::open(self.world, &launch).await.unwrap();
        let answer = cards::respond(self.world, pass, &opened, Decision::Accepted).await.unwrap();
        assert!(answer.desktop_session.is_none(), "the Desktop App lets go of the card");
        card::bring_return(app, &caller(), &browser, &cards::return_code(&answer)).await.unwrap();
        let opened = login::finish(app, &caller(), &browser, launch.id, None).await.unwrap();
        self.cookies.insert(SESSION_COOKIE.to_owned(), opened.token.reveal());
    }
    pub fn browser(&self) -> Browser {
        let nonce = |name: &str| self.cookies.get(name).and_then(|text| Nonce::parse(text));
        let hash = nonce(BROWSER_COOKIE).unwrap().hash();
        let session = nonce(SESSION_COOKIE).map(|token| token.hash());
        Browser { hash, session, label: "Firefox op Linux".into(), is_new: false }
    }
    pub async fn current(&self) -> Current {
        session::current(&self.world.app, &self.browser()).await.unwrap().expect("logged in")
    }
    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::USER_AGENT, "Mozilla/5.0 (X11; Linux) Firefox/140.0")
            .header(header::COOKIE, cookies.join("; "))
    }
    async fn send(&mut self, request: Request<Body>) -> Answer {
        let answer = call(&self.world.portal, request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            match rest.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned()),
            };
        }
        answer
    }
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path).body(Body::empty()).unwrap();
        self.send(request).await
    }
    /// One of our own forms.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.browser().csrf(&self.world.app);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &csrf).extend_pairs(fields);
        let request = self
            .request("POST", path)
            .header(header::ORIGIN, PORTAL)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.finish()))
            .unwrap();
        self.send(request).await
    }
    /// One of our own forms with a file in it.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Answer {
        let csrf = self.browser().csrf(&self.world.app);
        self.upload_with(&csrf, path, fields, file).await
    }
    /// The same with another hidden field.
    pub async fn upload_with(&mut self, csrf: &str, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in [("csrf", csrf)].iter().chain(fields) {
            let head = format!("--grens\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let head = "--grens\r\nContent-Disposition: form-data; name=\"bestand\"; filename=\"lijst.csv\"\r\n\
                    Content-Type: text/csv\r\n\r\n";
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--grens--\r\n");
        let request = self
            .request("POST", path)
            .header(header::ORIGIN, PORTAL)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=grens")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }
    /// Accepts on the phone what `/bevestigen/{id}` asks, and goes on.
    pub async fn confirm(&self, phone: &mut Forger, location: &str) -> Result<Proposed, ProblemCode> {
        let id = ChangeId::parse(location.strip_prefix("/bevestigen/").expect(location)).unwrap();
        let (app, browser, current) = (&self.world.app, self.browser(), self.current().await);
        let Some(Shown::Qr(shown)) = changes::ask(app, &browser, &current, id).await.unwrap().shown else {
            panic!("nothing is asked")
        };
        let request = phone.open(self.world, &shown).await;
        let claims = phone.claims(&request, Decision::Accepted);
        phone.send(self.world, &request, &phone.sign(&claims)).await.good::<serde_json::Value>();
        changes::go_on(app, &caller(), &browser, &current, id).await.map_err(|error| error.code)
    }
}

pub async fn make_operator(world: &World, person: PersonId) {
    hold(world, person, Office::Operator).await;
}

/// Of the whole environment.
pub async fn make_auditor(world: &World, person: PersonId) {
    hold(world, person, Office::Auditor).await;
}

async fn hold(world: &World, person: PersonId, office: Office) {
    let operator = Operator { person, office, invited_by: None, since: world.app.now(), ended_at: None };
    let made: Result<(), StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.save_operator(&operator).await })).await;
    made.unwrap();
}

/// The mails in the outbox, oldest first.
pub async fn mails(world: &World) -> Vec<domain::mail::Mail> {
    let window = storage::Window { offset: 0, limit: 1000 };
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.mails(None, window).await })).await;
    let mut mails = found.unwrap().rows;
    mails.sort_by_key(|mail| mail.created_at);
    mails
}

/// How many mails of a kind there are.
pub async fn mailed(world: &World, kind: domain::mail::MailKind) -> usize {
    mails(world).await.iter().filter(|mail| mail.kind == kind).count()
}
