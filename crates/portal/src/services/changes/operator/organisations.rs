//! Renaming, ending and reopening an organisation; taking a role there.

use super::{applications::is_name, refuse};
use crate::{
    AppError,
    error::Halt,
    services::{
        applications,
        changes::{self, Maker},
        identities, organisations, roles,
    },
};
use domain::{
    UziNumber,
    application::ApplicationStatus,
    log::Event,
    mail::MailKind,
    organisation::{Organisation, OrganisationId, OrganisationStatus, Reopening},
    person::{MembershipId, Role},
};
use protocol::ProblemCode;
use storage::Tx;

/// One that takes part, locked: of two operators at once the second one sees what the first did.
async fn present(tx: &mut dyn Tx, id: OrganisationId) -> Result<Organisation, Halt> {
    let organisation = tx.organisation_to_change(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    if organisation.status == OrganisationStatus::Ended {
        return refuse(ProblemCode::NotNow);
    }
    Ok(organisation)
}

/// Another name.
pub(super) async fn rename(maker: &Maker<'_>, tx: &mut dyn Tx, id: OrganisationId, name: &str) -> Result<(), Halt> {
    let mut organisation = present(tx, id).await?;
    if !is_name(name) {
        return refuse(ProblemCode::BadInput);
    }
    if organisation.name == name {
        return Ok(());
    }
    organisation.name = name.to_owned();
    tx.update_organisation(&organisation).await?;
    maker.entry(Event::OrganisationChanged).within(id).detail("name").write(tx).await
}

/// Takes part no more. The first people end here; `applications::end_rest` ends those of a large organisation.
pub(super) async fn end(maker: &Maker<'_>, tx: &mut dyn Tx, id: OrganisationId) -> Result<(), Halt> {
    // Its applications first: whoever changes one of them and then the organisation must not wait for this in a circle.
    let ura = tx.organisation(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?.ura;
    let applications = tx.applications_of(&ura).await?;
    let mut organisation = present(tx, id).await?;
    organisation.status = OrganisationStatus::Ended;
    organisation.reopened_for = None;
    tx.update_organisation(&organisation).await?;
    maker.entry(Event::OrganisationEnded).within(id).write(tx).await?;
    for mut application in applications {
        if application.status == ApplicationStatus::Approved && application.organisation == Some(id) {
            application.withdraw().map_err(AppError::from)?;
            tx.update_application(&application).await?;
            maker.entry(Event::ApplicationWithdrawn).within(id).detail(application.id).write(tx).await?;
            let kind = MailKind::ApplicationWithdrawn;
            applications::tell(maker.app, maker.caller, tx, &application, kind, maker.reason, "").await?;
        }
    }
    let entry = |event| maker.entry(event);
    organisations::end_batch(maker.app, maker.caller, tx, id, &entry).await?;
    Ok(())
}

/// Only for an organisation that nobody can administer any more (*verweesd*).
pub(super) async fn reopen(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    id: OrganisationId,
    uzi_number: &UziNumber,
) -> Result<(), Halt> {
    let mut organisation = present(tx, id).await?;
    let usable = changes::usable_administrators(maker.app, tx, id).await?;
    if organisation.status != OrganisationStatus::Validated || !usable.is_empty() {
        return refuse(ProblemCode::NotNow);
    }
    let now = maker.app.now();
    if organisation.open_for(now) == Some(uzi_number) {
        return Ok(());
    }
    organisation.reopened_for = Some(Reopening { uzi_number: uzi_number.clone(), at: now });
    tx.update_organisation(&organisation).await?;
    maker.entry(Event::OrganisationReopened).within(id).write(tx).await
}

/// Takes a role, also the last administrator's.
pub(super) async fn take_role(maker: &Maker<'_>, tx: &mut dyn Tx, id: MembershipId, role: Role) -> Result<(), Halt> {
    let mut membership = changes::membership(tx, id).await?;
    let entry = maker.entry(Event::RoleTaken);
    if role == Role::Signer || !roles::take(maker.app, maker.caller, tx, &mut membership, role, entry).await? {
        return refuse(ProblemCode::NotNow);
    }
    if role == Role::Administrator {
        identities::tell_if_orphaned(maker.app, maker.caller, tx, membership.organisation).await?;
    }
    Ok(())
}
