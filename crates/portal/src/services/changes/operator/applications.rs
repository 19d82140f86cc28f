//! Deciding on applications.

use super::refuse;
use crate::{
    AppError,
    error::Halt,
    services::{applications, changes::Maker},
};
use domain::{
    Ura,
    application::{Application, ApplicationId, ApplicationStatus, Checks},
    log::Event,
    mail::MailKind,
    name::fits_key,
    organisation::{Organisation, OrganisationId, OrganisationStatus},
};
use protocol::ProblemCode;
use storage::Tx;

/// The longest name of an organisation, in characters.
const MAX_NAME: usize = 200;

async fn application(tx: &mut dyn Tx, id: ApplicationId) -> Result<Application, Halt> {
    tx.application(id).await?.ok_or_else(|| AppError::new(ProblemCode::NotFound).into())
}

/// Whether this can be an organisation's name.
pub(super) fn is_name(name: &str) -> bool {
    let fits = name.chars().count() <= MAX_NAME && fits_key(name, MAX_NAME);
    !name.trim().is_empty() && fits && !name.chars().any(char::is_control)
}

/// "Ik behandel deze".
pub(super) async fn handle(maker: &Maker<'_>, tx: &mut dyn Tx, id: ApplicationId) -> Result<(), Halt> {
    let mut application = application(tx, id).await?;
    let mine = application.handled_by == Some(maker.person);
    application.handle(maker.person).map_err(AppError::from)?;
    if mine {
        return Ok(());
    }
    tx.update_application(&application).await?;
    maker.entry(Event::ApplicationHandled).detail(id).write(tx).await
}

/// Approved under this name and URA: there is an organisation now, which its UZI-pas holder validates.
pub(super) async fn approve(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    id: ApplicationId,
    name: &str,
    ura: &Ura,
    checks: &Checks,
) -> Result<(), Halt> {
    let (app, now) = (maker.app, maker.app.now());
    // What is decided about a URA waits for each other, before anything is locked: submitting does so too.
    tx.alone(&applications::about(ura)).await?;
    let mut application = application(tx, id).await?;
    if application.status != ApplicationStatus::Submitted {
        return refuse(ProblemCode::NotNow);
    }
    let checked = [&checks.name, &checks.ura, &checks.representative];
    if !is_name(name) || checked.iter().any(|how| how.trim().is_empty()) {
        return refuse(ProblemCode::BadInput);
    }
    // Under a corrected URA somebody else may have applied.
    let others = tx.applications_of(ura).await?;
    if others.iter().any(|other| other.id != id && other.status.is_open()) {
        return refuse(ProblemCode::ApplicationOpen);
    }
    let organisation = organisation(maker, tx, name, ura).await?;
    application.approve(maker.person, name, ura.clone(), checks.clone(), organisation, now).map_err(AppError::from)?;
    tx.update_application(&application).await.map_err(applications::open_already)?;
    maker.entry(Event::ApplicationApproved).within(organisation).detail(id).write(tx).await?;
    applications::tell(app, maker.caller, tx, &application, MailKind::ApplicationApproved, "", "").await
}

/// A new organisation, or the one that took part under this URA before.
async fn organisation(maker: &Maker<'_>, tx: &mut dyn Tx, name: &str, ura: &Ura) -> Result<OrganisationId, Halt> {
    let now = maker.app.now();
    let known = match tx.organisation_by_ura(ura).await? {
        Some(known) => tx.organisation_to_change(known.id).await?,
        None => None,
    };
    if let Some(mut known) = known {
        if known.status == OrganisationStatus::Validated {
            return refuse(ProblemCode::OrganisationKnown);
        }
        if !tx.memberships_in(known.id, None, 1).await?.is_empty() {
            // It ended a moment ago and its people are still being ended.
            return refuse(ProblemCode::NotNow);
        }
        known.name = name.to_owned();
        known.status = OrganisationStatus::Approved;
        known.reopened_for = None;
        tx.update_organisation(&known).await?;
        maker.entry(Event::OrganisationChanged).within(known.id).detail("approved-again").write(tx).await?;
        return Ok(known.id);
    }
    let organisation = Organisation {
        id: OrganisationId::new(now, maker.app.entropy()),
        name: name.to_owned(),
        ura: ura.clone(),
        contact: None,
        status: OrganisationStatus::Approved,
        reopened_for: None,
        created_at: now,
    };
    tx.insert_organisation(&organisation).await?;
    maker.entry(Event::OrganisationAdded).within(organisation.id).write(tx).await?;
    Ok(organisation.id)
}

/// Rejected, with the reason that the applicant reads.
pub(super) async fn reject(maker: &Maker<'_>, tx: &mut dyn Tx, id: ApplicationId) -> Result<(), Halt> {
    let mut application = application(tx, id).await?;
    application.reject(maker.person, maker.reason, maker.app.now()).map_err(AppError::from)?;
    tx.update_application(&application).await?;
    maker.entry(Event::ApplicationRejected).detail(id).write(tx).await?;
    let kind = MailKind::ApplicationRejected;
    applications::tell(maker.app, maker.caller, tx, &application, kind, maker.reason, "").await
}
