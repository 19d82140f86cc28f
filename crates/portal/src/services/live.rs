//! Live pages: a stream of what happens to one request.

use super::{login, request_topic};
use crate::{AppError, AppState, browser::Browser};
use domain::request::{RequestId, RequestStatus};
use futures::{Stream, StreamExt};
use protocol::events::StatusEvent;
use std::time::Duration;
use storage::Notifications;

/// A page looks again at least this often: expiry makes no noise, and a notification may be lost.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

struct Watch {
    app: AppState,
    browser: Browser,
    id: RequestId,
    notifications: Notifications,
    told: Option<StatusEvent>,
}

/// What happens to a request of this browser: first where it stands, then every change, until it is accepted or over.
/// Fails when the browser has no such request.
pub async fn watch(
    app: &AppState,
    browser: &Browser,
    id: RequestId,
) -> Result<impl Stream<Item = StatusEvent> + Send + use<>, AppError> {
    // Subscribe before the first look, so that nothing falls between.
    let notifications = app.store.notifications();
    login::status(app, browser, id).await?;
    let watch = Watch { app: app.clone(), browser: browser.clone(), id, notifications, told: None };
    Ok(futures::stream::unfold(watch, next))
}

fn is_last(event: &StatusEvent) -> bool {
    event.status.is_final() || event.status == RequestStatus::Accepted
}

async fn next(mut watch: Watch) -> Option<(StatusEvent, Watch)> {
    if watch.told.as_ref().is_some_and(is_last) {
        return None;
    }
    loop {
        let event = login::status(&watch.app, &watch.browser, watch.id).await.ok()?;
        let news = watch.told.as_ref().is_none_or(|told| told.status != event.status || told.problem != event.problem);
        if news {
            watch.told = Some(event.clone());
            return Some((event, watch));
        }
        wait(&mut watch.notifications, &request_topic(watch.id), LOOK_AGAIN).await;
    }
}

/// Waits until the topic is named, at most `most`.
pub(crate) async fn wait(notifications: &mut Notifications, topic: &str, most: Duration) {
    let named = async {
        loop {
            match notifications.next().await {
                Some(named) if named == topic => return,
                Some(_) => {}
                None => futures::future::pending::<()>().await,
            }
        }
    };
    // Running into the time limit is the normal way to look again.
    let _ = tokio::time::timeout(most, named).await;
}
