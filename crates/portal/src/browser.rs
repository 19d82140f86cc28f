//! The browser that talks to us: its cookie, its session, and the two checks that a form came from our own page.

use crate::{
    AppError, AppState,
    caller::cookie,
    keys,
    services::session::{self, Current},
};
use axum::{
    body::Body,
    extract::{Form, FromRequest, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use protocol::{B64, Nonce, ProblemCode, limits};
use serde::de::DeserializeOwned;

/// Names the browser: 256 random bits for a year.
pub const BROWSER_COOKIE: &str = "__Host-zorgid-browser";
/// Holds the code of the application whose status this browser shows.
pub const APPLICATION_COOKIE: &str = "__Host-zorgid-application";
/// Names the session.
pub const SESSION_COOKIE: &str = "__Host-zorgid-session";
const YEAR: u32 = 365 * 24 * 60 * 60;

/// The browser, known by its cookie.
#[derive(Clone, Debug)]
pub struct Browser {
    /// SHA-256 of the cookie: what is stored.
    pub hash: [u8; 32],
    /// SHA-256 of the session cookie, when there is one.
    pub session: Option<[u8; 32]>,
    /// How it looks: `Firefox op Windows`.
    pub label: String,
    /// It had no cookie yet.
    pub is_new: bool,
}

impl Browser {
    /// Reads the cookies; `None` without a browser cookie.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let nonce = Nonce::parse(&cookie(headers, BROWSER_COOKIE)?)?;
        let session = cookie(headers, SESSION_COOKIE).and_then(|text| Nonce::parse(&text)).map(|token| token.hash());
        Some(Self { hash: nonce.hash(), session, label: label_of(headers), is_new: false })
    }
    /// The hidden field `csrf` of every form in this browser and session.
    pub fn csrf(&self, app: &AppState) -> String {
        let session = self.session.unwrap_or_default();
        B64::from(app.keys.mac("csrf", &[&self.hash, &session]).as_slice()).to_string()
    }
}

/// Gives every visitor of a page a browser cookie.
pub async fn with_cookie(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let known = Browser::from_headers(request.headers());
    let mut fresh = None;
    let browser = known.unwrap_or_else(|| {
        let nonce = Nonce::from_bytes(app.entropy().array());
        let browser = Browser { hash: nonce.hash(), session: None, label: label_of(request.headers()), is_new: true };
        fresh = Some(nonce);
        browser
    });
    request.extensions_mut().insert(browser);
    let mut response = next.run(request).await;
    if let Some(nonce) = fresh {
        add_cookie(&mut response, &set_cookie(BROWSER_COOKIE, &nonce, Some(YEAR)));
    }
    response
}

/// `Set-Cookie` value of one of our cookies.
fn set_cookie(name: &str, value: &Nonce, max_age: Option<u32>) -> String {
    let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    format!("{name}={}; Path=/; Secure; HttpOnly; SameSite=Lax{age}", value.reveal())
}

/// Logs the browser in.
pub fn add_session_cookie(response: &mut Response, token: &Nonce) {
    add_cookie(response, &set_cookie(SESSION_COOKIE, token, None));
}

/// Logs the browser out.
pub fn remove_session_cookie(response: &mut Response) {
    add_cookie(response, &format!("{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
}

/// Lets the browser show the status of an application, until it is closed.
pub fn add_application_cookie(response: &mut Response, code: &str) {
    add_cookie(response, &format!("{APPLICATION_COOKIE}={code}; Path=/; Secure; HttpOnly; SameSite=Lax"));
}

/// The browser shows no application any more.
pub fn remove_application_cookie(response: &mut Response) {
    add_cookie(response, &format!("{APPLICATION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
}

fn add_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Browser {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        match parts.extensions.get::<Self>() {
            Some(browser) => Ok(browser.clone()),
            None => Self::from_headers(&parts.headers).ok_or_else(|| ProblemCode::OtherBrowser.into()),
        }
    }
}

/// The logged-in session of this page visit, which counts as activity. Refuses with `login-required`.
#[derive(Clone, Debug)]
pub struct CurrentSession(pub Current);

impl FromRequestParts<AppState> for CurrentSession {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, AppError> {
        let browser = Browser::from_request_parts(parts, app).await?;
        let current = session::current(app, &browser).await?.ok_or(AppError::new(ProblemCode::LoginRequired))?;
        session::touch(app, &current).await?;
        Ok(Self(current))
    }
}

/// Refuses every state-changing request that another site's page sent: `Origin` must be ours; a browser that sends no
/// `Origin` must say `Sec-Fetch-Site: same-origin`.
pub async fn only_own_origin(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && !is_own_origin(&app, request.headers()) {
        return AppError::new(ProblemCode::ForeignForm).into_response();
    }
    next.run(request).await
}

/// The check of [`only_own_origin`].
pub fn is_own_origin(app: &AppState, headers: &HeaderMap) -> bool {
    match headers.get(header::ORIGIN) {
        Some(origin) => origin.as_bytes() == app.config.public_url.as_bytes(),
        None => headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin"),
    }
}

/// A form whose hidden field `csrf` fits this browser and session.
pub struct SafeForm<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for SafeForm<T> {
    type Rejection = AppError;
    async fn from_request(request: Request, app: &AppState) -> Result<Self, AppError> {
        let (mut parts, body) = request.into_parts();
        let browser = Browser::from_request_parts(&mut parts, app).await?;
        let body = axum::body::to_bytes(body, limits::FORM).await.map_err(|_| AppError::new(ProblemCode::TooLarge))?;
        let given = url::form_urlencoded::parse(&body).find(|(name, _)| name == "csrf").map(|(_, value)| value);
        let wanted = browser.csrf(app);
        if !given.is_some_and(|given| keys::same(given.as_bytes(), wanted.as_bytes())) {
            return Err(ProblemCode::ForeignForm.into());
        }
        let request = Request::from_parts(parts, Body::from(body));
        let Form(form) = Form::<T>::from_request(request, app)
            .await
            .map_err(|error| AppError::new(ProblemCode::BadInput).because(error))?;
        Ok(Self(form))
    }
}

/// `Firefox op Windows`: enough to recognise one's own computer.
fn label_of(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let first = |names: &[(&str, &str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| (*name).to_owned())
    };
    // Order matters: Edge and Opera also say Chrome, Chrome also says Safari, Android also says Linux.
    let name = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} op {system}"),
        (Some(name), None) => name,
        (None, Some(system)) => format!("Browser op {system}"),
        (None, None) => "Onbekende browser".to_owned(),
    }
}
