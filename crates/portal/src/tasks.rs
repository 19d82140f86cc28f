//! What the server does by itself: sealing the log, forgetting QR codes that nobody scanned, deleting what is over.

use crate::{
    AppError, AppState,
    services::{
        applications, desk, ending, live,
        log::watch::{self, Watch},
        notices, purge, reissue,
    },
};
use std::{sync::Arc, time::Duration};
use storage::Sealer;

/// The log is sealed every second.
const SEAL_EVERY: Duration = Duration::from_secs(1);
/// An unsealed entry older than this is an alarm.
const ALARM_MILLIS: i64 = 5_000;

/// Seals the log, once.
pub async fn seal(app: &AppState, sealer: &dyn Sealer) {
    match app.store.seal(sealer).await {
        Ok(sealed) => {
            app.metrics.log_sealed.add(sealed.entries);
            app.metrics.log_seal_lag.set(u64::try_from(sealed.oldest_millis).unwrap_or(0));
            if sealed.oldest_millis > ALARM_MILLIS {
                tracing::error!(millis = sealed.oldest_millis, "log entries waited too long for their seal");
            }
        }
        Err(error) => {
            app.metrics.log_seal_failures.up();
            tracing::error!(%error, "the log could not be sealed");
        }
    }
}

/// Seals the log every second until the task is dropped.
pub async fn keep_sealing(app: AppState, sealer: Arc<dyn Sealer>) {
    let mut every = tokio::time::interval(SEAL_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        seal(&app, &*sealer).await;
    }
}

/// How often unused requests are looked for, and how long they are kept.
const FORGET_EVERY: Duration = Duration::from_secs(10 * 60);
const KEEP_SECONDS: i64 = 24 * 60 * 60;

/// Forgets QR codes and launches that nobody opened, once; everybody who looks at the login page leaves one.
pub async fn forget(app: &AppState) {
    let before = app.now().plus_seconds(-KEEP_SECONDS);
    let forgotten = app.write(move |tx| Box::pin(async move { Ok(tx.forget_unopened(before).await?) })).await;
    match forgotten {
        Ok(0) => {}
        Ok(requests) => tracing::info!(requests, "unused requests forgotten"),
        Err(error) => tracing::error!(cause = error.cause, "unused requests could not be forgotten"),
    }
}

/// Forgets every ten minutes until the task is dropped.
pub async fn keep_forgetting(app: AppState) {
    let mut every = tokio::time::interval(FORGET_EVERY);
    loop {
        every.tick().await;
        forget(&app).await;
    }
}

/// How often what is over is deleted.
const PURGE_EVERY: Duration = Duration::from_secs(60 * 60);

/// Deletes what nobody finished and nobody can finish any more, once.
pub async fn purge(app: &AppState) {
    match purge::run(app).await {
        Ok(run) if run == purge::Run::default() => {}
        Ok(run) => tracing::info!(
            registrations = run.registrations,
            requests = run.requests,
            installations = run.installations,
            changes = run.changes,
            mails = run.mails,
            prepared = run.prepared,
            documents = run.documents,
            log = run.log,
            "what was over is deleted"
        ),
        Err(error) => tracing::error!(cause = error.cause, "what is over could not be deleted"),
    }
}

/// Deletes every hour until the task is dropped.
pub async fn keep_purging(app: AppState) {
    let mut every = tokio::time::interval(PURGE_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        purge(&app).await;
    }
}

/// How often is looked whether the time of an application came.
const APPLICATIONS_EVERY: Duration = Duration::from_secs(60);

/// Reminders and expiry of applications, and the rest of the people of an organisation that ended, once.
pub async fn move_applications(app: &AppState) {
    match applications::pass_time(app).await {
        Ok(0) => {}
        Ok(applications) => tracing::info!(applications, "applications were reminded or expired"),
        Err(error) => tracing::error!(cause = error.cause, "applications could not be looked at"),
    }
    match applications::end_rest(app).await {
        Ok(0) => {}
        Ok(memberships) => tracing::info!(memberships, "memberships of ended organisations were ended"),
        Err(error) => tracing::error!(cause = error.cause, "memberships of ended organisations could not be ended"),
    }
}

/// Does so every minute until the task is dropped.
pub async fn keep_moving_applications(app: AppState) {
    let mut every = tokio::time::interval(APPLICATIONS_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        move_applications(&app).await;
    }
}

/// How often is looked whether something ends at this minute.
const ENDS_EVERY: Duration = Duration::from_secs(60);

/// Ends memberships whose end date came and sessions whose UZI-pas ended or was revoked, once.
pub async fn end_what_is_over(app: &AppState) {
    told("memberships reached their end date", ending::memberships(app).await);
    told("sessions ended with their UZI-pas", ending::card_sessions(app).await);
}

/// Does so every minute until the task is dropped.
pub async fn keep_ending(app: AppState) {
    let mut every = tokio::time::interval(ENDS_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        end_what_is_over(&app).await;
    }
}

/// How often the certificates behind attributes and Mobile IDs are looked at.
const CERTIFICATES_EVERY: Duration = Duration::from_secs(60 * 60);

/// Ends card attributes with their certificate, and tells people whose Mobile ID ends soon, once.
pub async fn look_at_certificates(app: &AppState) {
    told("card attributes ended with their certificate", ending::attributes(app).await);
    told("people were told that their Mobile ID ends soon", ending::tell_of_ends(app).await);
}

/// Does so every hour until the task is dropped.
pub async fn keep_looking_at_certificates(app: AppState) {
    let mut every = tokio::time::interval(CERTIFICATES_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        look_at_certificates(&app).await;
    }
}

fn told(what: &str, done: Result<usize, AppError>) {
    match done {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "{what}"),
        Err(error) => tracing::error!(cause = error.cause, "could not be looked at: {what}"),
    }
}

/// How often identities are looked for whose digits nobody typed in time.
const REVOKE_EVERY: Duration = Duration::from_secs(30);

/// Revokes identities whose digits nobody typed in time, once.
pub async fn revoke_overdue(app: &AppState) {
    match desk::revoke_overdue(app).await {
        Ok(0) => {}
        Ok(identities) => tracing::info!(identities, "identities without their digits are revoked"),
        Err(error) => tracing::error!(cause = error.cause, "identities without their digits could not be revoked"),
    }
}

/// Revokes them every half minute until the task is dropped.
pub async fn keep_revoking(app: AppState) {
    let mut every = tokio::time::interval(REVOKE_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        revoke_overdue(&app).await;
    }
}

/// How often the CA is asked for certificates that were ordered.
const REISSUE_EVERY: Duration = Duration::from_secs(5);

/// Delivers the certificates that corrections ordered, once.
pub async fn reissue(app: &AppState) {
    told("certificates with a corrected name were delivered", reissue::run(app).await);
}

/// Delivers them every few seconds until the task is dropped.
pub async fn keep_reissuing(app: AppState) {
    let mut every = tokio::time::interval(REISSUE_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        reissue(&app).await;
    }
}

/// The notices are looked at at least this often: a wake-up of another node may be lost.
const NOTICES_EVERY: Duration = Duration::from_secs(10);

/// Keeps the notices fresh until the task is dropped.
pub async fn keep_notices(app: AppState) {
    loop {
        // Subscribed before the look, so that nothing falls between.
        let mut notifications = app.store.notifications();
        if let Err(error) = notices::refresh(&app).await {
            tracing::error!(cause = error.cause, "the notices could not be read");
        }
        live::wait(&mut notifications, notices::TOPIC, NOTICES_EVERY).await;
    }
}

/// How often is looked whether the log must be checked; the first time some minutes after the start.
const CHECK_EVERY: Duration = Duration::from_secs(60 * 60);
const CHECK_FIRST: Duration = Duration::from_secs(10 * 60);

/// Checks the whole log once a night until the task is dropped.
pub async fn keep_checking_log(app: AppState, watch: Watch) {
    let mut every = tokio::time::interval_at(tokio::time::Instant::now() + CHECK_FIRST, CHECK_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        match watch::nightly(&app, &watch).await {
            Ok(None) => {}
            Ok(Some(found)) => {
                tracing::info!(entries = found.entries, errors = found.errors.len(), "the log is checked")
            }
            Err(error) => tracing::error!(cause = error.cause, "the log could not be checked"),
        }
    }
}
