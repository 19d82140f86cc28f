//! The Fluent texts of `i18n/`, per language.

use crate::caller::Lang;
use i18n_embed::{LanguageLoader, fluent::FluentLanguageLoader, unic_langid::LanguageIdentifier};
use protocol::ProblemCode;
use rust_embed::RustEmbed;
use std::sync::{Arc, LazyLock};

/// The files, in the binary.
#[derive(RustEmbed)]
#[folder = "i18n/"]
pub(super) struct Files;

/// The texts of one language; Dutch where one is missing (a test sees to it that none is).
pub type Texts = Arc<FluentLanguageLoader>;

static ALL: LazyLock<[Texts; 2]> = LazyLock::new(|| {
    let (dutch, english) = (identifier("nl"), identifier("en"));
    let loader = FluentLanguageLoader::new("portal", dutch.clone());
    if let Err(error) = loader.load_languages(&Files, &[dutch.clone(), english.clone()]) {
        tracing::error!(%error, "the texts cannot be loaded");
    }
    // Isolation marks would surround every value with invisible characters.
    loader.set_use_isolating(false);
    [Arc::new(loader.select_languages(&[dutch])), Arc::new(loader.select_languages(&[english]))]
});

fn identifier(tag: &str) -> LanguageIdentifier {
    LanguageIdentifier::from_bytes(tag.as_bytes()).unwrap_or_default()
}

/// The texts of a language.
pub fn of(lang: Lang) -> Texts {
    let [dutch, english] = &*ALL;
    match lang {
        Lang::Nl => dutch.clone(),
        Lang::En => english.clone(),
    }
}

/// What people are told about a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemText {
    /// The code itself.
    pub code: ProblemCode,
    /// What happened.
    pub title: String,
    /// Why.
    pub why: String,
    /// What to do now.
    pub next: String,
}

/// The three texts of a problem.
pub fn problem(lang: Lang, code: ProblemCode) -> ProblemText {
    let texts = of(lang);
    let part = |name: &str| texts.get(&format!("problem-{code}-{name}"));
    ProblemText { code, title: part("title"), why: part("why"), next: part("next") }
}
