//! What every page needs: language, environment, navigation, and how a template becomes a response.

use super::{statics, texts, texts::Texts};
use crate::{AppError, AppState, caller::Lang};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::Environment;

/// The frame around every page.
pub(super) struct Ui {
    pub t: Texts,
    pub lang: Lang,
    pub acceptatie: bool,
    pub product: String,
    pub assets: &'static str,
    pub csrf: String,
    /// Where this page can be fetched again (language switch, *Verlengen*).
    pub path: String,
    pub session: Option<SessionBar>,
    pub other_environment: Option<String>,
}

/// The warning before the session ends.
pub(super) struct SessionBar {
    pub seconds: u32,
    pub warn_before: i64,
}

impl Ui {
    /// A frame without session and forms.
    pub fn plain(app: &AppState, lang: Lang, path: &str) -> Self {
        Self {
            t: texts::of(lang),
            lang,
            acceptatie: app.config.environment == Environment::Acceptatie,
            product: app.config.product.clone(),
            assets: statics::prefix(),
            csrf: String::new(),
            path: path.to_owned(),
            session: None,
            other_environment: app.config.other_environment_url.clone(),
        }
    }
    /// The language that the switch offers.
    pub fn other_lang(&self) -> &'static str {
        match self.lang {
            Lang::Nl => "en",
            Lang::En => "nl",
        }
    }
    /// Which of the wizard's five marks are filled.
    pub fn dots(&self, step: &u8) -> [bool; 5] {
        [1, 2, 3, 4, 5].map(|mark| mark <= *step)
    }
}

/// Renders a template.
pub(super) fn page(template: &impl Template) -> Result<Response, AppError> {
    page_with(StatusCode::OK, template)
}

/// Renders a template with a status.
pub(super) fn page_with(status: StatusCode, template: &impl Template) -> Result<Response, AppError> {
    let html = template.render().map_err(AppError::internal)?;
    Ok((status, Html(html)).into_response())
}

/// POST, redirect, GET.
pub(super) fn see(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A path of this portal that somebody gave us to return to; anything else becomes `/`.
pub(super) fn own_path(given: Option<&str>) -> &str {
    let plain = |path: &str| {
        path.starts_with('/')
            && path.len() <= 200
            && path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.'))
            && !path.starts_with("//")
    };
    given.filter(|path| plain(path)).unwrap_or("/")
}
