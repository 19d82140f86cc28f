//! The portal's HTML pages: parse, call one service, render. Texts are in `i18n/`, looks in `static/`, words in LOOK.md.

mod apply;
mod attributes;
mod backoffice;
mod browser_key;
mod confirm;
mod contact;
mod desktop;
mod dev_mail;
pub(crate) mod dutch_time;
mod form;
mod info;
mod launch;
mod live;
mod log;
mod login;
mod lost_phone;
pub mod mails;
mod manage;
mod nav;
mod overview;
mod own;
pub mod problem;
pub mod qr;
mod register;
mod statics;
pub mod texts;
mod ui;
mod upload;
mod validate;
mod visit;

#[cfg(test)]
mod tests;

use crate::routes::Routes;

/// Every route that people visit.
pub fn routes() -> Routes {
    Routes::new()
        .get("/", login::start)
        .get("/inloggen", login::page)
        .get("/inloggen/wachten/{id}", login::waiting)
        .post("/inloggen/koppelcode", login::pairing)
        .post("/inloggen/verder", login::onward)
        .get("/inloggen/uzi", login::card)
        .get("/desktop/return", desktop::arrive)
        .post("/desktop/return", desktop::bring)
        .get("/desktop/return/{id}", desktop::returned)
        .get("/desktop/test", desktop::test)
        .post("/desktop/test", desktop::start_test)
        .get("/desktop/test/{id}", desktop::test_result)
        .get("/start", register::start)
        .post("/start", register::save)
        .get("/registreren", register::terms)
        .post("/registreren", register::accept_terms)
        .get("/registreren/pas", register::card)
        .get("/registreren/wachten", register::waiting)
        .get("/registreren/gegevens", register::check)
        .post("/registreren/gegevens", register::checked)
        .get("/registreren/geboortedatum", register::birth_date)
        .post("/registreren/geboortedatum", register::fill_birth_date)
        .get("/registreren/samenvatting", register::summary)
        .get("/registreren/bevestigen", register::waiting)
        .post("/registreren/bevestigen", register::confirm)
        .get("/registreren/bekend", register::known)
        .post("/registreren/bekend", register::answer_known)
        .get("/registreren/qr", register::qr)
        .post("/registreren/qr", register::new_qr)
        .get("/registreren/qr.png", register::qr_picture)
        .get("/registreren/later", register::later)
        .get("/registreren/installeren", register::install)
        .get("/registreren/klaar", register::done)
        .get("/registreren/gestopt", register::stopped)
        .post("/registreren/opnieuw", register::restart)
        .get("/overzicht", overview::page)
        .post("/sessies/beeindigen", overview::end_session)
        .post("/uitloggen", overview::log_out)
        .post("/verlengen", overview::extend)
        .get("/verzoeken/{id}/events", live::events)
        .get("/verzoeken/{id}/status", live::status)
        .post("/verzoeken/{id}/sleutel", browser_key::prove)
        .get("/taal", info::language)
        .get("/dev/mail", dev_mail::page)
        .get("/dev/mail.json", dev_mail::json)
        .get("/static/{version}/{*path}", statics::file)
        .merge(apply::routes())
        .merge(attributes::routes())
        .merge(backoffice::routes())
        .merge(confirm::routes())
        .merge(info::routes())
        .merge(manage::routes())
        .merge(lost_phone::routes())
        .merge(own::routes())
        .merge(validate::routes())
}
