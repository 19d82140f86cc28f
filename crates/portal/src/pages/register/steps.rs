//! The five numbered steps: terms, card, check, birth date, summary.

use super::{Step, at, contact, onward, path_of};
use crate::{
    AppError,
    browser::SafeForm,
    config::TERMS_VERSION,
    pages::{
        desktop::NoFields,
        dutch_time,
        launch::{self, Launch},
        texts::Texts,
        ui::{self, Ui},
        visit::Visit,
    },
    services::{
        card::{self as cards, CardKind},
        registration,
    },
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use domain::{
    BirthDate, Timestamp, organisation::Organisation, registration::CardData, request::Purpose, uzi::CardType,
};
use i18n_embed_fl::fl;
use serde::Deserialize;

/// `Stap 2 van 5: UZI-pas lezen`.
fn title(t: &Texts, step: u8) -> String {
    let name = match step {
        1 => fl!(t, "register-step-terms"),
        2 => fl!(t, "register-step-card"),
        3 => fl!(t, "register-step-check"),
        4 => fl!(t, "register-step-birth-date"),
        _ => fl!(t, "register-step-summary"),
    };
    fl!(t, "register-step", step = step, name = name)
}

#[derive(Template)]
#[template(path = "register/terms.html")]
struct TermsPage {
    ui: Ui,
    title: String,
    missing: bool,
    changed: bool,
}

fn terms_page(visit: &Visit, missing: bool, changed: bool) -> TermsPage {
    let ui = visit.ui("/registreren");
    TermsPage { title: title(&ui.t, 1), ui, missing, changed }
}

/// Step 1, or wherever the wizard stands.
pub(in crate::pages) async fn terms(visit: Visit) -> Result<Response, AppError> {
    let view = registration::current(&visit.app, &visit.browser).await?;
    match view.registration.step {
        Step::Terms => ui::page(&terms_page(&visit, false, false)),
        step => Ok(ui::see(path_of(step))),
    }
}

/// The tick, and which version was read.
#[derive(Deserialize)]
pub(in crate::pages) struct TermsForm {
    akkoord: Option<String>,
    versie: Option<String>,
}

impl TermsForm {
    /// Nobody ticked.
    pub fn is_missing(&self) -> bool {
        self.akkoord.is_none()
    }
    /// There is a newer version than the one on the page.
    pub fn is_changed(&self) -> bool {
        self.versie.as_deref().is_some_and(|read| read != TERMS_VERSION)
    }
}

/// Terms accepted.
pub(in crate::pages) async fn accept_terms(
    visit: Visit,
    SafeForm(form): SafeForm<TermsForm>,
) -> Result<Response, AppError> {
    let (missing, changed) = (form.is_missing(), form.is_changed());
    if missing || changed {
        return ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &terms_page(&visit, missing && !changed, changed));
    }
    onward(registration::accept_terms(&visit.app, &visit.browser).await, Step::Card)
}

fn reading(visit: &Visit) -> Launch {
    Launch {
        title: title(&crate::pages::texts::of(visit.caller.lang), 2),
        next: "/registreren/wachten".to_owned(),
        again: "/registreren/pas",
        renew: None,
        cancel: "/inloggen",
        step: Some(2),
        confirming: false,
    }
}

pub(super) fn confirming(visit: &Visit) -> Launch {
    Launch {
        title: fl!(crate::pages::texts::of(visit.caller.lang), "confirm-title"),
        next: "/registreren/wachten".to_owned(),
        again: "/registreren/samenvatting",
        renew: Some("/registreren/bevestigen"),
        cancel: "/registreren/samenvatting",
        step: Some(5),
        confirming: true,
    }
}

/// Step 2: launches the Desktop App to read the card.
pub(in crate::pages) async fn card(visit: Visit) -> Result<Response, AppError> {
    if visit.from_elsewhere {
        return launch::from_elsewhere(&visit, reading(&visit), "/registreren/pas");
    }
    if let Err(elsewhere) = at(&visit, Step::Card).await? {
        return Ok(elsewhere);
    }
    match cards::start(&visit.app, &visit.caller, &visit.browser, CardKind::Register).await {
        Ok(shown) => launch::shown(&visit, &shown, reading(&visit), "/registreren/pas"),
        Err(error) => onward(Err(error), Step::Card),
    }
}

/// Where the open card request stands; the wizard's own page when there is none.
pub(in crate::pages) async fn waiting(visit: Visit) -> Result<Response, AppError> {
    let view = registration::current(&visit.app, &visit.browser).await?;
    let Some(request) = &view.card_request else { return Ok(ui::see(path_of(view.registration.step))) };
    let launch = if request.purpose == Purpose::Sign { confirming(&visit) } else { reading(&visit) };
    launch::answered(&visit, request, launch, contact(&visit, &view))
}

/// What the card says, for people.
pub(super) struct Data {
    pub(super) given: String,
    pub(super) prefix: String,
    pub(super) surname: String,
    pub(super) birth_date: Option<String>,
    pub(super) organisation: String,
    pub(super) ura: String,
    pub(super) uzi_number: String,
    pub(super) kind: String,
    pub(super) role_code: Option<String>,
}

impl Data {
    pub(super) fn new(
        t: &Texts,
        card: &CardData,
        organisation: Option<&Organisation>,
        birth_date: Option<BirthDate>,
    ) -> Self {
        Self {
            given: card.name.given.clone(),
            prefix: card.name.prefix.clone(),
            surname: card.name.surname.clone(),
            birth_date: birth_date.map(BirthDate::to_dutch),
            organisation: organisation.map_or_else(|| card.organisation_name.clone(), |known| known.name.clone()),
            ura: card.ura.to_string(),
            uzi_number: card.uzi_number.to_string(),
            kind: match card.card_type {
                CardType::Z => fl!(t, "data-card-type-z"),
                CardType::N => fl!(t, "data-card-type-n"),
                other => other.letter().to_owned(),
            },
            role_code: Some(card.role_code.to_string()).filter(|_| !card.role_code.is_none()),
        }
    }
}

#[derive(Template)]
#[template(path = "register/check.html")]
struct CheckPage {
    ui: Ui,
    title: String,
    card: Data,
}

/// Step 3: the card's data.
pub(in crate::pages) async fn check(visit: Visit) -> Result<Response, AppError> {
    let view = match at(&visit, Step::Check).await? {
        Ok(view) => view,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let Some(card) = &view.registration.card else { return Ok(ui::see(path_of(Step::Card))) };
    let ui = visit.ui("/registreren/gegevens");
    ui::page(&CheckPage { title: title(&ui.t, 3), card: Data::new(&ui.t, card, view.organisation.as_ref(), None), ui })
}

/// Card data checked.
pub(in crate::pages) async fn checked(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    onward(registration::checked(&visit.app, &visit.browser).await, Step::BirthDate)
}

#[derive(Template)]
#[template(path = "register/birth_date.html")]
struct BirthDatePage {
    ui: Ui,
    title: String,
    typed: String,
    today: String,
    error: Option<String>,
}

impl BirthDatePage {
    fn new(visit: &Visit, typed: String, error: Option<String>) -> Self {
        let ui = visit.ui("/registreren/geboortedatum");
        Self { title: title(&ui.t, 4), typed, today: dutch_time::iso_date(visit.app.now()), error, ui }
    }
}

/// Step 4.
pub(in crate::pages) async fn birth_date(visit: Visit) -> Result<Response, AppError> {
    let view = match at(&visit, Step::BirthDate).await? {
        Ok(view) => view,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let typed = view.registration.birth_date.map(BirthDate::to_dutch).unwrap_or_default();
    ui::page(&BirthDatePage::new(&visit, typed, None))
}

/// Typed, or chosen in the browser's calendar (which needs no script: the server takes either).
#[derive(Deserialize)]
pub(in crate::pages) struct BirthDateForm {
    geboortedatum: Option<String>,
    kalender: Option<String>,
}

impl BirthDateForm {
    /// Whichever field was filled in.
    pub(super) fn typed(self) -> String {
        let fields = [self.geboortedatum, self.kalender];
        fields.into_iter().flatten().find(|field| !field.trim().is_empty()).unwrap_or_default()
    }
}

/// What is not right with a typed birth date.
pub(super) fn date_message(t: &Texts, typed: &str, now: Timestamp) -> Option<String> {
    match BirthDate::parse_typed(typed) {
        _ if typed.trim().is_empty() => Some(fl!(t, "birth-date-missing")),
        Some(date) if date.is_future(now) => Some(fl!(t, "birth-date-future")),
        Some(_) => None,
        None => Some(fl!(t, "birth-date-invalid")),
    }
}

/// Birth date filled in.
pub(in crate::pages) async fn fill_birth_date(
    visit: Visit,
    SafeForm(form): SafeForm<BirthDateForm>,
) -> Result<Response, AppError> {
    let typed = form.typed();
    let message = date_message(&crate::pages::texts::of(visit.caller.lang), &typed, visit.app.now());
    if message.is_some() {
        let typed = typed.chars().take(20).collect();
        return ui::page_with(StatusCode::UNPROCESSABLE_ENTITY, &BirthDatePage::new(&visit, typed, message));
    }
    onward(registration::birth_date(&visit.app, &visit.browser, &typed).await, Step::Confirm)
}

#[derive(Template)]
#[template(path = "register/summary.html")]
struct SummaryPage {
    ui: Ui,
    title: String,
    card: Data,
}

/// Step 5: everything once more.
pub(in crate::pages) async fn summary(visit: Visit) -> Result<Response, AppError> {
    let view = match at(&visit, Step::Confirm).await? {
        Ok(view) => view,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let Some(card) = &view.registration.card else { return Ok(ui::see(path_of(Step::Card))) };
    let ui = visit.ui("/registreren/samenvatting");
    let card = Data::new(&ui.t, card, view.organisation.as_ref(), view.registration.birth_date);
    ui::page(&SummaryPage { title: title(&ui.t, 5), card, ui })
}

/// *Bevestigen*: the card signs.
pub(in crate::pages) async fn confirm(visit: Visit, _: SafeForm<NoFields>) -> Result<Response, AppError> {
    match cards::start(&visit.app, &visit.caller, &visit.browser, CardKind::Confirm).await {
        Ok(shown) => launch::shown(&visit, &shown, confirming(&visit), "/registreren/bevestigen"),
        Err(error) => onward(Err(error), Step::Confirm),
    }
}
