//! Deletes what nobody finished (abandoned wizards, requests that are long over, installations without a PIN, changes that
//! were not executed) and what is needed no more (mails, prepared colleagues, document numbers, the content of old log
//! entries). The rules are `domain::retention`'s; what was about people leaves an entry in the log, without what it was.

use super::journal;
use crate::{AppError, AppState, caller::Caller, error::Halt};
use domain::{Timestamp, log::Event, registration::RegistrationId, retention::Disposable};
use storage::{BoxFuture, StoreError, Tx};

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
    /// Changes.
    pub changes: u64,
    /// Mails.
    pub mails: u64,
    /// Prepared colleagues.
    pub prepared: u64,
    /// Document numbers.
    pub documents: u64,
    /// Log entries that lost their content.
    pub log: u64,
}

/// Deletes everything that may go now.
pub async fn run(app: &AppState) -> Result<Run, AppError> {
    let may_go = app.config.retention.at(app.now());
    // Wizards first: a request that a wizard still shows stays with it.
    Ok(Run {
        registrations: registrations(app, may_go).await? + validations(app, may_go).await?,
        requests: requests(app, may_go).await?,
        installations: installations(app, may_go).await?,
        changes: batches(app, "changes", move |tx| tx.forget_changes(may_go.changes, MOST)).await?,
        mails: batches(app, "mails", move |tx| tx.forget_mails(may_go.mails, MOST)).await?,
        prepared: batches(app, "prepared", move |tx| tx.forget_preregistrations(may_go.prepared, MOST)).await?,
        documents: batches(app, "document-numbers", move |tx| tx.forget_document_numbers(may_go.documents, MOST))
            .await?,
        log: batches(app, "log", move |tx| tx.forget_log_content(may_go.log, MOST)).await?,
    })
}

/// Forgets [`MOST`] rows at a time until none are left, each batch with its entry.
async fn batches<F>(app: &AppState, what: &'static str, forget: F) -> Result<u64, AppError>
where
    F: for<'a> Fn(&'a mut dyn Tx) -> BoxFuture<'a, Result<u64, StoreError>> + Copy + Send + Sync + 'static,
{
    let mut gone = 0;
    loop {
        let state = app.clone();
        let batch = app.write(move |tx| {
            Box::pin(async move {
                let batch = forget(tx).await?;
                note(&state, tx, what, batch).await?;
                Ok(batch)
            })
        });
        let batch = batch.await?;
        gone += batch;
        if batch < u64::from(MOST) {
            return Ok(gone);
        }
    }
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

/// Validations that nobody finished.
async fn validations(app: &AppState, may_go: Disposable) -> Result<u64, AppError> {
    let state = app.clone();
    app.write(move |tx| {
        Box::pin(async move {
            let gone = tx.forget_validations(may_go.unconfirmed).await?;
            note(&state, tx, "validations", gone).await?;
            Ok(gone)
        })
    })
    .await
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
