//! What every page needs: language, environment, navigation, and how a template becomes a response.

use super::{statics, texts, texts::Texts};
use crate::{AppError, AppState, caller::Lang};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::{
    Environment,
    notice::{Notice, NoticeKind},
};
use i18n_embed_fl::fl;

/// The frame around every page.
pub(super) struct Ui {
    pub t: Texts,
    pub lang: Lang,
    pub acceptatie: bool,
    pub product: String,
    pub operator: String,
    pub assets: &'static str,
    pub csrf: String,
    /// Where this page can be fetched again (language switch, *Verlengen*).
    pub path: String,
    pub session: Option<SessionBar>,
    /// The main menu of who is logged in.
    pub nav: Vec<NavLink>,
    pub other_environment: Option<String>,
    /// Disturbance and maintenance.
    pub notices: Vec<NoticeBar>,
}

/// A notice as every page shows it.
pub(super) struct NoticeBar {
    pub kind: &'static str,
    pub heading: String,
    pub text: String,
}

fn notices(app: &AppState, t: &Texts, lang: Lang) -> Vec<NoticeBar> {
    let now = app.now();
    let shown = app.notices();
    let bar = |notice: &Notice| NoticeBar {
        kind: notice.kind.as_str(),
        heading: match notice.kind {
            NoticeKind::Disturbance => fl!(t, "notice-disturbance"),
            NoticeKind::Maintenance => fl!(t, "notice-maintenance"),
        },
        text: if lang == Lang::Nl { notice.nl.clone() } else { notice.en.clone() },
    };
    // What is wrong now comes before what will be done.
    let mut shown: Vec<&Notice> = shown.iter().filter(|notice| notice.is_shown(now)).collect();
    shown.sort_by_key(|notice| notice.kind == NoticeKind::Maintenance);
    shown.into_iter().map(bar).collect()
}

/// A link of the main menu.
pub(super) struct NavLink {
    pub href: String,
    pub text: String,
    pub here: bool,
}

/// The warning before the session ends.
pub(super) struct SessionBar {
    pub seconds: u32,
    pub warn_before: i64,
}

impl Ui {
    /// A frame without session and forms.
    pub fn plain(app: &AppState, lang: Lang, path: &str) -> Self {
        let t = texts::of(lang);
        Self {
            notices: notices(app, &t, lang),
            t,
            lang,
            acceptatie: app.config.environment == Environment::Acceptatie,
            product: app.config.product.clone(),
            operator: app.config.operator.clone(),
            assets: statics::prefix(),
            csrf: String::new(),
            path: path.to_owned(),
            session: None,
            nav: Vec::new(),
            other_environment: app.config.other_environment_url.clone(),
        }
    }
    /// Whether the long texts are the Dutch ones.
    pub fn is_dutch(&self) -> bool {
        self.lang == Lang::Nl
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
