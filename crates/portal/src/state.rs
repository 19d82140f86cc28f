//! What every handler shares.

use crate::{
    AppError,
    config::Config,
    error::Halt,
    keys::ServerKeys,
    metrics::Metrics,
    ports::{Certificates, CheckCards, Issuer, SignRequests},
};
use arc_swap::ArcSwap;
use domain::{Clock, Entropy, Timestamp};
use opaque_ke::ServerSetup;
use protocol::pin::Suite;
use std::{ops::Deref, sync::Arc};
use storage::{BoxFuture, Store, Tx};

/// The UZI check, replaceable while serving.
pub type Cards = ArcSwap<Box<dyn CheckCards>>;

/// Cheap to clone; given to axum as state.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

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
        &self.0
    }
}

impl AppState {
    /// Wraps the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
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
        outcome?
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
