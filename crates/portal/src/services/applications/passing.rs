//! What time does: reminders of approved applications, their expiry, and the rest of the people of an organisation that
//! ended.

use super::{close_organisation, tell};
use crate::{
    AppError, AppState,
    caller::Caller,
    error::Halt,
    services::{journal, organisations},
};
use domain::{
    application::{Application, ApplicationId, Due},
    log::Event,
    mail::MailKind,
    organisation::{OrganisationId, OrganisationStatus},
};
use storage::Tx;

/// Reminders and expiry of approved applications; tells how many changed. Each one is a transaction of its own, so that
/// one that cannot be done holds up no other.
pub async fn pass_time(app: &AppState) -> Result<u32, AppError> {
    let now = app.now();
    let approved = app.read(|tx| Box::pin(async move { Ok::<_, AppError>(tx.approved_applications().await?) })).await?;
    let due = approved.into_iter().filter(|application| application.due(now) != Due::Nothing);
    let mut changed = 0;
    for application in due {
        let (state, id) = (app.clone(), application.id);
        let caller = Caller::system(app);
        match app.write(move |tx| Box::pin(async move { one(&state, &caller, tx, id).await })).await {
            Ok(()) => changed += 1,
            Err(error) => {
                tracing::error!(application = %id, cause = error.cause, "an application could not be moved on")
            }
        }
    }
    Ok(changed)
}

async fn one(app: &AppState, caller: &Caller, tx: &mut dyn Tx, id: ApplicationId) -> Result<(), Halt> {
    let now = app.now();
    // Another node may have been faster.
    let Some(mut application) = tx.application(id).await? else { return Ok(()) };
    match application.due(now) {
        Due::Nothing => Ok(()),
        Due::Remind(days) => {
            application.reminded(now);
            tx.update_application(&application).await?;
            tell(app, caller, tx, &application, MailKind::ApplicationReminder, "", &days.to_string()).await
        }
        Due::Expire => expire(app, caller, tx, application).await,
    }
}

async fn expire(app: &AppState, caller: &Caller, tx: &mut dyn Tx, mut application: Application) -> Result<(), Halt> {
    application.expire().map_err(AppError::from)?;
    tx.update_application(&application).await?;
    let entry = journal::entry(app, caller, Event::ApplicationExpired).by_system().detail(application.id);
    match application.organisation {
        Some(organisation) => entry.within(organisation),
        None => entry,
    }
    .write(tx)
    .await?;
    close_organisation(app, caller, tx, &application).await?;
    tell(app, caller, tx, &application, MailKind::ApplicationExpired, "", "").await
}

/// Ends the memberships that ending their organisation left over, batch by batch; tells how many.
pub async fn end_rest(app: &AppState) -> Result<usize, AppError> {
    let all = app.read(|tx| Box::pin(async move { Ok::<_, AppError>(tx.organisations().await?) })).await?;
    let ended: Vec<OrganisationId> = all
        .into_iter()
        .filter(|organisation| organisation.status == OrganisationStatus::Ended)
        .map(|organisation| organisation.id)
        .collect();
    let mut total = 0;
    for organisation in ended {
        let left = app.read(move |tx| {
            Box::pin(async move { Ok::<_, AppError>(!tx.memberships_in(organisation, None, 1).await?.is_empty()) })
        });
        if !left.await? {
            continue;
        }
        loop {
            let (state, caller) = (app.clone(), Caller::system(app));
            let batch = app.write(move |tx| {
                Box::pin(async move {
                    // Approved again meanwhile: its people are not ended any more.
                    let found = tx.organisation(organisation).await?;
                    if found.is_none_or(|found| found.status != OrganisationStatus::Ended) {
                        return Ok(0);
                    }
                    let entry = |event| journal::entry(&state, &caller, event).by_system().reason("organisation-ended");
                    organisations::end_batch(&state, &caller, tx, organisation, &entry).await
                })
            });
            match batch.await? {
                0 => break,
                ended => total += ended,
            }
        }
    }
    Ok(total)
}
