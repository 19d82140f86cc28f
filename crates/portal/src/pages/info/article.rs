//! Long texts: help for every role, privacy, accessibility. Each is a file per language in `templates/info/{nl,en}`, without
//! markup of its own beyond headings, lists and links; a test compares the two and follows the links.

use crate::{
    AppError,
    pages::{
        contact,
        texts::Texts,
        ui::{self, Ui},
        visit::Visit,
    },
};
use askama::Template;
use axum::response::Response;
use i18n_embed_fl::fl;

/// A long text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Article {
    Help,
    Worker,
    Manager,
    Administrator,
    Helpdesk,
    Auditor,
    Applicant,
    Operator,
    Technology,
    Privacy,
    Accessibility,
}

impl Article {
    pub const ALL: [Self; 11] = [
        Self::Help,
        Self::Worker,
        Self::Manager,
        Self::Administrator,
        Self::Helpdesk,
        Self::Auditor,
        Self::Applicant,
        Self::Operator,
        Self::Technology,
        Self::Privacy,
        Self::Accessibility,
    ];
    /// Where it lives. The file has the last part of this name.
    pub fn path(self) -> &'static str {
        match self {
            Self::Help => "/hulp",
            Self::Worker => "/hulp/zorgmedewerker",
            Self::Manager => "/hulp/beheerder",
            Self::Administrator => "/hulp/administrator",
            Self::Helpdesk => "/hulp/helpdesk",
            Self::Auditor => "/hulp/auditor",
            Self::Applicant => "/hulp/aanvrager",
            Self::Operator => "/hulp/operator",
            Self::Technology => "/hulp/techniek",
            Self::Privacy => "/privacy",
            Self::Accessibility => "/toegankelijkheid",
        }
    }
    fn title(self, t: &Texts) -> String {
        match self {
            Self::Help => fl!(t, "help-title"),
            Self::Worker => fl!(t, "help-worker"),
            Self::Manager => fl!(t, "help-manager"),
            Self::Administrator => fl!(t, "help-administrator"),
            Self::Helpdesk => fl!(t, "help-helpdesk"),
            Self::Auditor => fl!(t, "help-auditor"),
            Self::Applicant => fl!(t, "help-applicant"),
            Self::Operator => fl!(t, "help-operator"),
            Self::Technology => fl!(t, "help-technology"),
            Self::Privacy => fl!(t, "privacy-title"),
            Self::Accessibility => fl!(t, "accessibility-title"),
        }
    }
    /// Whether it is one of the pages under *Hulp*.
    fn is_help(self) -> bool {
        self.path().starts_with("/hulp/")
    }
}

#[derive(Template)]
#[template(path = "info/article.html")]
struct ArticlePage {
    ui: Ui,
    article: Article,
    title: String,
    /// One's own organisations.
    contacts: Vec<String>,
    /// The operator: what a link leads to and its text.
    operator: Option<(String, String)>,
    /// Where the Mobile App is.
    app: String,
}

/// The page of a text.
pub(super) async fn page(visit: Visit, article: Article) -> Result<Response, AppError> {
    let contacts = contact::of_visit(&visit).await?;
    let config = &visit.app.config;
    let operator = config.contact.people.as_ref().map(|address| (address.href(), address.text()));
    let app = config.app_origin.clone();
    let ui = visit.ui(article.path());
    ui::page(&ArticlePage { title: article.title(&ui.t), article, contacts, operator, app, ui })
}
