//! Those who were prepared from a file: removed one by one, some, or all that are found.

use super::Desk;
use crate::{
    AppError,
    browser::SafeForm,
    pages::{confirm, form, ui, visit::Visit},
    services::files,
};
use axum::{extract::Path, response::Response};
use domain::{
    authorise::Action,
    change::{Change, OrganisationChange},
    preregistration::PreRegistrationId,
};
use protocol::ProblemCode;

/// *Verwijderen*: the field `wie` is there for each one that was ticked; `alles` means everybody who is found with `zoek`.
/// More than one is a bulk change, which is always confirmed with the count.
pub(super) async fn remove(
    visit: Visit,
    Path(org): Path<String>,
    SafeForm(fields): SafeForm<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::Manage).await?;
    let of = |wanted: &'static str| fields.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value);
    let organisation = desk.organisation.id;
    let ids = if of("alles").next().is_some() {
        let text = of("zoek").next().map(|typed| form::tidy(typed)).unwrap_or_default();
        files::prepared_ids(&desk.visit.app, organisation, text).await?
    } else {
        let ids: Option<Vec<PreRegistrationId>> = of("wie").map(|id| PreRegistrationId::parse(id)).collect();
        ids.ok_or(AppError::new(ProblemCode::BadInput))?
    };
    if ids.is_empty() {
        return Ok(ui::see(&desk.path("?filter=voorbereid&gedaan=niemand-gekozen")));
    }
    let change = Change::Organisation { organisation, change: OrganisationChange::RemovePrepared(ids) };
    confirm::propose(&desk.visit, Some(organisation), change, "").await
}
