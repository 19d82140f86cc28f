//! *Foutmeldingen*: every code of every part, generated from the one list, with cause and cure; to be searched without script.

use crate::{
    AppError,
    pages::{
        form,
        texts::{self, ProblemText},
        ui::{self, Ui},
        visit::Visit,
    },
};
use askama::Template;
use axum::{extract::Query, response::Response};
use domain::name::fold;
use i18n_embed_fl::fl;
use protocol::ProblemCode;
use serde::Deserialize;

/// More than this nobody searches for.
const MOST: usize = 100;

/// `?zoek=pincode`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    zoek: String,
}

#[derive(Template)]
#[template(path = "problems.html")]
struct Problems {
    ui: Ui,
    problems: Vec<ProblemText>,
    search: String,
}

/// Whether every word that was typed is in the code or its texts, in whatever spelling of case and accents.
pub(in crate::pages) fn fits(problem: &ProblemText, typed: &str) -> bool {
    let all = fold(&format!("{} {} {} {}", problem.code, problem.title, problem.why, problem.next));
    typed.split_whitespace().all(|word| all.contains(&fold(word)))
}

/// Every code with cause and cure, or those that fit the search.
pub(super) async fn page(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    let search: String = form::tidy(&asked.zoek).chars().take(MOST).collect();
    let all = ProblemCode::ALL.iter().map(|code| texts::problem(visit.caller.lang, *code));
    let problems = all.filter(|problem| fits(problem, &search)).collect();
    ui::page(&Problems { ui: visit.ui("/foutmeldingen"), problems, search })
}
