//! The notices of disturbance and maintenance that every page shows. Each node knows them by heart: a query per page would be
//! too much, and a page must tell of a disturbance of the database too.

use crate::{AppError, AppState};
use domain::change::{Change, OperatorChange};

/// Topic that wakes the nodes when a notice was changed.
pub const TOPIC: &str = "notices";

/// Looks again what is to be shown now and later.
pub async fn refresh(app: &AppState) -> Result<(), AppError> {
    let now = app.now();
    let found = app.read(move |tx| Box::pin(async move { Ok::<_, AppError>(tx.notices(now).await?) })).await?;
    app.know_notices(found);
    Ok(())
}

/// Whether a change is about them.
pub(super) fn is_about(change: &Change) -> bool {
    matches!(change, Change::Operator(OperatorChange::ShowNotice { .. } | OperatorChange::EndNotice(_)))
}

/// They were changed here: this node shows it at once, the others when they hear of it.
pub(super) async fn changed(app: &AppState) {
    if let Err(error) = refresh(app).await {
        // Committed is committed; the task looks again within seconds.
        tracing::warn!(cause = error.cause, "the notices could not be read");
    }
    app.wake(TOPIC).await;
}
