//! The terms, every version that people could accept: what somebody accepted years ago can still be read. A version's text
//! never changes (a test knows its hash); another text is another version.

use crate::{
    AppError,
    config::TERMS_VERSION,
    pages::{
        ui::{self, Ui},
        visit::Visit,
    },
};
use askama::Template;
use axum::{extract::Path, response::Response};
use i18n_embed_fl::fl;
use protocol::ProblemCode;

/// A version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Version {
    November2026,
}

impl Version {
    /// All of them, the newest first.
    pub const ALL: [Self; 1] = [Self::November2026];
    /// What is stored with who accepted it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::November2026 => "2026-11",
        }
    }
    /// The one that people accept now.
    pub fn present() -> Result<Self, AppError> {
        Self::parse(TERMS_VERSION).ok_or_else(|| AppError::internal("the terms in force have no text"))
    }
    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == text)
    }
}

#[derive(Template)]
#[template(path = "terms.html")]
struct TermsPage {
    ui: Ui,
    version: Version,
    /// A newer one is in force.
    is_old: bool,
    versions: [Version; Version::ALL.len()],
}

fn show(visit: &Visit, version: Version, path: &str) -> Result<Response, AppError> {
    let is_old = version != Version::present()?;
    ui::page(&TermsPage { ui: visit.ui(path), version, is_old, versions: Version::ALL })
}

/// The terms in force.
pub(super) async fn present(visit: Visit) -> Result<Response, AppError> {
    show(&visit, Version::present()?, "/voorwaarden")
}

/// One version, for as long as somebody may have accepted it.
pub(super) async fn of_version(visit: Visit, Path(version): Path<String>) -> Result<Response, AppError> {
    let version = Version::parse(&version).ok_or(AppError::new(ProblemCode::NotFound))?;
    show(&visit, version, &format!("/voorwaarden/{}", version.as_str()))
}
