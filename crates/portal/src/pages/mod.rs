//! The portal's HTML pages: parse, call one service, render. Texts are in `i18n/`, looks in `static/`, words in LOOK.md.

mod browser_key;
mod desktop;
mod dutch_time;
mod info;
mod launch;
mod live;
mod login;
mod overview;
pub mod problem;
mod qr;
mod register;
mod statics;
pub mod texts;
mod ui;
mod visit;

#[cfg(test)]
mod tests;

use crate::AppState;
use axum::{
    Router,
    routing::{get, post},
};

/// Every route that people visit.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(login::start))
        .route("/inloggen", get(login::page))
        .route("/inloggen/wachten/{id}", get(login::waiting))
        .route("/inloggen/koppelcode", post(login::pairing))
        .route("/inloggen/verder", post(login::onward))
        .route("/inloggen/uzi", get(login::card))
        .route("/desktop/return", get(desktop::arrive).post(desktop::bring))
        .route("/desktop/return/{id}", get(desktop::returned))
        .route("/desktop/test", get(desktop::test).post(desktop::start_test))
        .route("/desktop/test/{id}", get(desktop::test_result))
        .route("/registreren", get(register::terms).post(register::accept_terms))
        .route("/registreren/pas", get(register::card))
        .route("/registreren/wachten", get(register::waiting))
        .route("/registreren/gegevens", get(register::check).post(register::checked))
        .route("/registreren/geboortedatum", get(register::birth_date).post(register::fill_birth_date))
        .route("/registreren/samenvatting", get(register::summary))
        .route("/registreren/bevestigen", get(register::waiting).post(register::confirm))
        .route("/registreren/bekend", get(register::known).post(register::answer_known))
        .route("/registreren/qr", get(register::qr).post(register::new_qr))
        .route("/registreren/qr.png", get(register::qr_picture))
        .route("/registreren/later", get(register::later))
        .route("/registreren/installeren", get(register::install))
        .route("/registreren/klaar", get(register::done))
        .route("/registreren/gestopt", get(register::stopped))
        .route("/registreren/opnieuw", post(register::restart))
        .route("/overzicht", get(overview::page))
        .route("/sessies/beeindigen", post(overview::end_session))
        .route("/uitloggen", post(overview::log_out))
        .route("/verlengen", post(overview::extend))
        .route("/verzoeken/{id}/events", get(live::events))
        .route("/verzoeken/{id}/status", get(live::status))
        .route("/verzoeken/{id}/sleutel", post(browser_key::prove))
        .route("/valideren", get(info::validate))
        .route("/voorwaarden", get(info::terms))
        .route("/foutmeldingen", get(info::problems))
        .route("/taal", get(info::language))
        .route("/static/{version}/{*path}", get(statics::file))
}
