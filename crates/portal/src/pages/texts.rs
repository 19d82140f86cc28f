//! The Fluent texts of `i18n/`, per language.

use crate::caller::Lang;
use arc_swap::ArcSwap;
use i18n_embed::{I18nAssets, LanguageLoader, fluent::FluentLanguageLoader, unic_langid::LanguageIdentifier};
use protocol::ProblemCode;
use rust_embed::RustEmbed;
use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

/// The files, in the binary.
#[derive(RustEmbed)]
#[folder = "i18n/"]
pub(super) struct Files;

/// The texts of one language; Dutch where one is missing (a test sees to it that none is).
pub type Texts = Arc<FluentLanguageLoader>;

/// The texts of both languages, and the operator's name in them.
pub(super) struct All {
    operator: Option<String>,
    pub languages: [Texts; 2],
}

static ALL: LazyLock<ArcSwap<All>> = LazyLock::new(|| ArcSwap::from_pointee(All::new(None)));

impl All {
    pub fn new(operator: Option<String>) -> Self {
        let (dutch, english) = (identifier("nl"), identifier("en"));
        let loader = FluentLanguageLoader::new("portal", dutch.clone());
        let files = Named { operator: operator.as_deref() };
        if let Err(error) = loader.load_languages(&files, &[dutch.clone(), english.clone()]) {
            tracing::error!(%error, "the texts cannot be loaded");
        }
        // Isolation marks would surround every value with invisible characters.
        loader.set_use_isolating(false);
        let languages = [dutch, english].map(|language| Arc::new(loader.select_languages(&[language])));
        Self { operator, languages }
    }
}

/// The files, with the operator's name from the settings in the place of the term.
struct Named<'a> {
    operator: Option<&'a str>,
}

const TERM: &str = "-operator = ";

impl Named<'_> {
    fn fill(&self, text: &str) -> String {
        let Some(name) = self.operator else { return text.to_owned() };
        // As a Fluent string literal: whatever the name holds, it is only text.
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ").replace('\\', "\\\\").replace('"', "\\\"");
        let line = |line: &str| match line.starts_with(TERM) {
            true => format!("{TERM}{{ \"{name}\" }}\n"),
            false => format!("{line}\n"),
        };
        text.lines().map(line).collect()
    }
}

impl I18nAssets for Named<'_> {
    fn get_files(&self, path: &str) -> Vec<Cow<'_, [u8]>> {
        let file = Files::get(path).map(|file| self.fill(&String::from_utf8_lossy(&file.data)));
        file.into_iter().map(|text| Cow::Owned(text.into_bytes())).collect()
    }
    fn filenames_iter(&self) -> Box<dyn Iterator<Item = String> + '_> {
        Box::new(Files::iter().map(|name| name.into_owned()))
    }
}

/// Texts that speak of the operator use this name from now on. A program serves one portal.
pub(crate) fn operator_is(name: &str) {
    if ALL.load().operator.as_deref() != Some(name) {
        ALL.store(Arc::new(All::new(Some(name.to_owned()))));
    }
}

fn identifier(tag: &str) -> LanguageIdentifier {
    LanguageIdentifier::from_bytes(tag.as_bytes()).unwrap_or_default()
}

/// The texts of a language.
pub fn of(lang: Lang) -> Texts {
    let [dutch, english] = &ALL.load().languages;
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
