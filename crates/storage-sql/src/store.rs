//! [`storage::Store`] over either database.

use crate::{
    postgres::Postgres,
    seal,
    sqlite::{Sqlite, Work},
};
use futures::stream;
use storage::{Job, Notifications, Sealed, Sealer, Store, StoreError};
use tokio::sync::broadcast;

/// Topics that may wait for a slow page; a page that missed some polls anyway.
pub(crate) const TOPICS: usize = 4096;

/// An open database.
pub struct SqlStore {
    pub(crate) database: Database,
    pub(crate) topics: broadcast::Sender<String>,
}

pub(crate) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

#[async_trait::async_trait]
impl Store for SqlStore {
    async fn run(&self, job: Job) -> Result<(), StoreError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.run(Work::Job(job)).await,
            Database::Postgres(postgres) => postgres.run(job).await,
        }
    }
    async fn view(&self, job: Job) -> Result<(), StoreError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.view(job).await,
            Database::Postgres(postgres) => postgres.view(job).await,
        }
    }
    async fn seal(&self, sealer: &dyn Sealer) -> Result<Sealed, StoreError> {
        match &self.database {
            Database::Sqlite(sqlite) => seal::on_sqlite(sqlite, sealer).await,
            Database::Postgres(postgres) => seal::on_postgres(postgres, sealer).await,
        }
    }
    async fn notify(&self, topic: &str) -> Result<(), StoreError> {
        match &self.database {
            Database::Sqlite(_) => {
                // An error only says that nobody listens.
                let _ = self.topics.send(topic.to_owned());
                Ok(())
            }
            Database::Postgres(postgres) => postgres.notify(topic),
        }
    }
    fn notifications(&self) -> Notifications {
        Box::pin(stream::unfold(self.topics.subscribe(), |mut topics| async move {
            loop {
                match topics.recv().await {
                    Ok(topic) => return Some((topic, topics)),
                    Err(broadcast::error::RecvError::Lagged(missed)) => tracing::warn!(missed, "notifications missed"),
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        }))
    }
}
