//! What the server does by itself: sealing the log, forgetting QR codes that nobody scanned, deleting what is over.

use crate::{AppState, services::purge};
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
