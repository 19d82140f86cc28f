//! What every handler shares.

use crate::{
    AppError,
    config::Config,
    error::Halt,
    keys::ServerKeys,
    metrics::Metrics,
    outgoing, pages,
    ports::{Certificates, CheckCards, Issuer, SignRequests},
};
use arc_swap::ArcSwap;
use domain::{Clock, Entropy, Timestamp, notice::Notice};
use opaque_ke::ServerSetup;
use protocol::pin::Suite;
use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use storage::{BoxFuture, Store, Tx};

/// The UZI check, replaceable while serving.
pub type Cards = ArcSwap<Box<dyn CheckCards>>;

/// Cheap to clone; given to axum as state.
#[derive(Clone)]
pub struct AppState {
    parts: Arc<Parts>,
    /// A mail was put into the outbox, perhaps not committed yet.
    mail_written: Arc<AtomicBool>,
    /// What every page shows: not worth a query each.
    notices: Arc<ArcSwap<Vec<Notice>>>,
}

/// The parts of [`AppState`].
pub struct Parts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// "Now".
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Settings.
    pub config: Config,
    /// MACs and seals.
    pub keys: ServerKeys,
    /// Signs request objects.
    pub signer: Arc<dyn SignRequests>,
    /// Issues Mobile ID certificates.
    pub issuer: Arc<dyn Issuer>,
    /// Checks UZI-passen; replaced when trust anchors or CRLs are reloaded.
    pub cards: Cards,
    /// Small X.509 work.
    pub certificates: Arc<dyn Certificates>,
    /// OPAQUE's server half.
    pub opaque: ServerSetup<Suite>,
    /// Counters for `/metrics`.
    pub metrics: Metrics,
}

impl Deref for AppState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl AppState {
    /// Wraps the parts.
    pub fn new(parts: Parts) -> Self {
        pages::texts::operator_is(&parts.config.operator);
        Self { parts: Arc::new(parts), mail_written: Arc::default(), notices: Arc::default() }
    }
    /// Notices of disturbance and maintenance, for now and later, as this node knows them (`services::notices`).
    pub fn notices(&self) -> Arc<Vec<Notice>> {
        self.notices.load_full()
    }
    pub(crate) fn know_notices(&self, notices: Vec<Notice>) {
        self.notices.store(Arc::new(notices));
    }
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
    /// Chance.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }
    /// Runs a change. [`Halt::Keep`] commits what was written and still returns the error.
    pub async fn write<T, F>(&self, job: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut dyn Tx) -> BoxFuture<'a, Result<T, Halt>> + Send + 'static,
    {
        let outcome: Result<Result<T, AppError>, AppError> = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    match job(tx).await {
                        Ok(value) => Ok(Ok(value)),
                        Err(Halt::Keep(error)) => Ok(Err(error)),
                        Err(Halt::Undo(error)) => Err(error),
                    }
                })
            })
            .await;
        if self.mail_written.swap(false, Ordering::Relaxed) {
            self.wake(outgoing::TOPIC).await;
        }
        outcome?
    }
    /// A mail was put into the outbox: when the transaction has ended, who sends mails is woken.
    pub(crate) fn mail_written(&self) {
        self.mail_written.store(true, Ordering::Relaxed);
    }
    /// Reads something.
    pub async fn read<T, F>(&self, job: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut dyn Tx) -> BoxFuture<'a, Result<T, AppError>> + Send + 'static,
    {
        self.store.read(job).await
    }
    /// Wakes pages that wait for a topic. A lost wake-up only delays them until they poll.
    pub async fn wake(&self, topic: &str) {
        if let Err(error) = self.store.notify(topic).await {
            tracing::warn!(%error, "could not notify");
        }
    }
}
