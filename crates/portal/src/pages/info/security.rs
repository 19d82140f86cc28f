//! `/.well-known/security.txt` (RFC 9116): where who found a weakness tells of it.

use crate::{AppState, config::ContactAddress};
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::Timestamp;

/// How long the file may be relied on. The RFC recommends less than a year; it is made anew at every call.
const DAYS: i64 = 90;

pub(super) async fn text(State(app): State<AppState>) -> Response {
    let config = &app.config;
    let address = config.contact.security.as_ref().or(config.contact.people.as_ref());
    let contact = address.map_or_else(|| format!("{}/hulp", config.public_url), ContactAddress::href);
    // The start of a day: everybody is told the same.
    const DAY: i64 = 24 * 60 * 60;
    let expires = Timestamp::from_unix((app.now().unix().div_euclid(DAY) + DAYS) * DAY);
    let text = format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: nl, en\nCanonical: {}/.well-known/security.txt\n",
        config.public_url
    );
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
