//! Whom somebody can ask for help: the contact of their own organisations.

use super::session::Current;
use crate::{AppError, AppState};
use domain::organisation::Organisation;

/// The organisations where somebody is active now.
pub async fn of(app: &AppState, current: &Current) -> Result<Vec<Organisation>, AppError> {
    let now = app.now();
    let active = current.memberships.iter().filter(|membership| membership.is_active(now));
    let ids: Vec<_> = active.map(|membership| membership.organisation).collect();
    app.read(move |tx| {
        Box::pin(async move {
            let mut found = Vec::new();
            for id in ids {
                found.extend(tx.organisation(id).await?);
            }
            Ok::<_, AppError>(found)
        })
    })
    .await
}
