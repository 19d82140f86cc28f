//! One visit to a page: who calls, in which browser, and who is logged in there.

use super::{
    nav,
    ui::{SessionBar, Ui},
};
use crate::{
    AppError, AppState,
    browser::Browser,
    caller::Caller,
    services::session::{self, Current},
};
use axum::{extract::FromRequestParts, http::request::Parts};
use domain::{authorise::Action, session::WARNING_SECONDS};
use protocol::ProblemCode;

/// A visit. It counts as activity of the session.
pub(super) struct Visit {
    pub app: AppState,
    pub caller: Caller,
    pub browser: Browser,
    pub current: Option<Current>,
    /// Another site's page led here, or the browser only looks ahead.
    pub from_elsewhere: bool,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, AppError> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let browser = Browser::from_request_parts(parts, app).await?;
        let mut current = session::current(app, &browser).await?;
        if let Some(current) = &mut current {
            session::touch(app, current).await?;
            current.session.seen_at = current.session.seen_at.max(app.now().plus_seconds(-session::TOUCH_SECONDS));
        }
        let says = |name: &str, word: &str| {
            parts.headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(word))
        };
        // "Sec-Purpose: prefetch" (HTML, speculative loading): the browser looks ahead, nobody asked for the page.
        let from_elsewhere = says("sec-fetch-site", "cross-site") || says("sec-purpose", "prefetch");
        Ok(Self { app: app.clone(), caller, browser, current, from_elsewhere })
    }
}

impl Visit {
    /// The frame of a page that lives at `path`.
    pub fn ui(&self, path: &str) -> Ui {
        let session = self.current.as_ref().map(|current| SessionBar {
            seconds: current.session.ends_at(&self.app.config.times).seconds_from(self.app.now()),
            warn_before: WARNING_SECONDS,
        });
        let plain = Ui::plain(&self.app, self.caller.lang, path);
        let nav = self.current.as_ref().map(|current| nav::of(&plain.t, current, path, self.app.now()));
        Ui { csrf: self.browser.csrf(&self.app), session, nav: nav.unwrap_or_default(), ..plain }
    }
    /// Whether who is logged in may see or begin something.
    pub fn may(&self, action: Action) -> bool {
        let actor = self.current.as_ref().and_then(|current| current.actor(self.app.now()));
        actor.is_some_and(|actor| actor.may(action).is_ok())
    }
    /// Who is logged in, or *log in first*.
    pub fn logged_in(&self) -> Result<&Current, AppError> {
        self.current.as_ref().ok_or(AppError::new(ProblemCode::LoginRequired))
    }
}
