//! Deletes what nobody finished: abandoned wizards, requests that are long over, installations without a PIN. The rules are
//! `domain::retention`'s; what was about people leaves an entry in the log.

use super::journal;
use crate::{AppError, AppState, caller::Caller, error::Halt};
use domain::{Timestamp, log::Event, registration::RegistrationId, retention::Disposable};
use storage::Tx;

/// Rows of one transaction: others wait no longer than that.
const MOST: u32 = 500;

/// What a run deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Wizards.
    pub registrations: u64,
    /// Requests.
    pub requests: u64,
    /// Installations.
    pub installations: u64,
}

/// Deletes everything that may go now.
pub async fn run(app: &AppState) -> Result<Run, AppError> {
    let may_go = app.config.retention.at(app.now());
    // Wizards first: a request that a wizard still shows stays with it.
    Ok(Run {
        registrations: registrations(app, may_go).await?,
        requests: requests(app, may_go).await?,
        installations: installations(app, may_go).await?,
    })
}

/// One wizard to delete: unless somebody went on with it in the meantime.
#[derive(Clone, Copy)]
struct Abandoned {
    id: RegistrationId,
    updated_at: Timestamp,
    about_a_person: bool,
}

async fn registrations(app: &AppState, may_go: Disposable) -> Result<u64, AppError> {
    let (mut after, mut deleted) = (None, 0);
    loop {
        let before = may_go.unconfirmed.max(may_go.registrations);
        let page = app.read(move |tx| {
            Box::pin(async move { Ok::<_, AppError>(tx.idle_registrations(before, after, MOST).await?) })
        });
        let page = page.await?;
        let Some(last) = page.last() else { return Ok(deleted) };
        after = Some(last.id);
        let abandoned: Vec<Abandoned> = page
            .iter()
            .filter(|one| may_go.registration(one))
            .map(|one| Abandoned { id: one.id, updated_at: one.updated_at, about_a_person: one.card.is_some() })
            .collect();
        if abandoned.is_empty() {
            continue;
        }
        let state = app.clone();
        deleted += app
            .write(move |tx| {
                Box::pin(async move {
                    let (mut gone, mut about_people) = (0, 0);
                    for one in abandoned {
                        let deleted = tx.delete_registration(one.id, one.updated_at).await?;
                        gone += u64::from(deleted);
                        about_people += u64::from(deleted && one.about_a_person);
                    }
                    note(&state, tx, "registrations", about_people).await?;
                    Ok(gone)
                })
            })
            .await?;
    }
}

async fn requests(app: &AppState, may_go: Disposable) -> Result<u64, AppError> {
    let mut deleted = 0;
    loop {
        let state = app.clone();
        let purged = app
            .write(move |tx| {
                Box::pin(async move {
                    let purged = tx.purge_requests(&may_go, MOST).await?;
                    note(&state, tx, "requests", purged.about_people).await?;
                    Ok(purged)
                })
            })
            .await?;
        deleted += purged.all;
        if purged.all < u64::from(MOST) {
            return Ok(deleted);
        }
    }
}

async fn installations(app: &AppState, may_go: Disposable) -> Result<u64, AppError> {
    let mut deleted = 0;
    loop {
        let gone =
            app.write(move |tx| Box::pin(async move { Ok(tx.purge_installations(&may_go, MOST).await?) })).await?;
        deleted += gone;
        if gone < u64::from(MOST) {
            return Ok(deleted);
        }
    }
}

/// Says in the log, in the same transaction, how much about people was deleted.
async fn note(app: &AppState, tx: &mut dyn Tx, what: &str, about_people: u64) -> Result<(), Halt> {
    if about_people == 0 {
        return Ok(());
    }
    let entry = journal::entry(app, &Caller::system(app), Event::PersonDataPurged).by_system();
    entry.reason(&format!("{what}={about_people}")).write(tx).await
}
