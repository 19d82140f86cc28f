//! What forms and long lists of every room share: a labelled field with its help and its message (`_field.html`), the
//! pager under a list (`_pager.html`), and the word after a change that was made (`_flash.html`).
//!
//! In a template: `{% for field in fields %}{% include "_field.html" %}{% endfor %}`, or
//! `{% let field = &self.name %}{% include "_field.html" %}`; the form itself has `novalidate data-check`, so that
//! portal.js tells what is not right while somebody types, and the server tells it again.

use super::texts::Texts;
use domain::name::{fits_key, hides};
use i18n_embed_fl::fl;
use storage::Window;

/// Rows on a page of a long list.
pub(super) const ROWS: u32 = 50;

/// How a field is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One line; the word is the `type` attribute (`text`, `email`, `date`, `datetime-local`).
    Line(&'static str),
    /// Several lines.
    Area,
    /// One of these: value and label.
    Choice(Vec<(String, String)>),
}

/// A labelled field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Its id, unlike any other on the page.
    pub id: String,
    /// Its name in the form.
    pub name: &'static str,
    /// What it asks.
    pub label: String,
    /// What was typed.
    pub value: String,
    /// What is not right with it.
    pub error: Option<String>,
    /// What helps to fill it in.
    pub help: Option<String>,
    /// How it is filled in.
    pub kind: Kind,
    /// Whether it may be empty.
    pub required: bool,
    /// The most characters that it takes.
    pub most: usize,
    /// The form that its value has (HTML `pattern`).
    pub pattern: Option<&'static str>,
    /// Which keyboard a phone shows.
    pub inputmode: &'static str,
    /// What the browser may fill in by itself.
    pub autocomplete: &'static str,
    /// A short field.
    pub short: bool,
    /// The message while the value does not fit.
    pub hint: Option<String>,
}

impl Field {
    /// A required line of text.
    pub fn new(name: &'static str, label: String, value: &str) -> Self {
        Self {
            id: name.to_owned(),
            name,
            label,
            value: value.to_owned(),
            error: None,
            help: None,
            kind: Kind::Line("text"),
            required: true,
            most: 200,
            pattern: None,
            inputmode: "text",
            autocomplete: "off",
            short: false,
            hint: None,
        }
    }
    /// With another id, on a page where several forms have a field of this name.
    pub fn id(mut self, id: String) -> Self {
        self.id = id;
        self
    }
    /// With help.
    pub fn help(mut self, help: String) -> Self {
        self.help = Some(help);
        self
    }
    /// With the message of the server.
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }
    /// May be empty.
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }
    /// Filled in another way.
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }
    /// Exactly so many digits.
    pub fn digits(mut self, pattern: &'static str, hint: String) -> Self {
        self.pattern = Some(pattern);
        self.inputmode = "numeric";
        self.most = 20;
        self.short = true;
        self.hint = Some(hint);
        self
    }
    /// An e-mail address.
    pub fn email(mut self, hint: String) -> Self {
        self.kind = Kind::Line("email");
        self.inputmode = "email";
        self.most = 254;
        self.hint = Some(hint);
        self
    }
    /// Takes at most so many characters.
    pub fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }
    /// What the browser may fill in.
    pub fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = what;
        self
    }
    /// A short field.
    pub fn short(mut self) -> Self {
        self.short = true;
        self
    }
    /// Whether this is the option that was chosen.
    pub fn chosen(&self, option: &str) -> bool {
        self.value == option
    }
    /// The ids of help and message, for `aria-describedby`.
    pub fn described_by(&self) -> String {
        let help = self.help.as_ref().map(|_| format!("{}-help", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-fout", self.id));
        help.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}

/// Whether one of the fields has a message.
pub(super) fn any_error(fields: &[Field]) -> bool {
    fields.iter().any(|field| field.error.is_some())
}

/// The links under a long list. Filter, sort and search stay in the address.
#[derive(Clone, Debug)]
pub(super) struct Pager {
    /// `Pagina 2 van 12 (573)`.
    pub text: String,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the page after.
    pub next: Option<String>,
    /// Address of the last page, when it is not the next one.
    pub last: Option<String>,
}

impl Pager {
    /// The pager of page `page` (from 1) of a list of `total` rows at `path`, whose other query fields are `query`.
    pub fn new(t: &Texts, path: &str, query: &[(&str, &str)], page: u64, total: u64) -> Self {
        let pages = total.div_ceil(u64::from(ROWS)).max(1);
        let page = page.clamp(1, pages);
        let to = |page: u64| {
            let mut pairs = url::form_urlencoded::Serializer::new(String::new());
            pairs.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
            pairs.append_pair("pagina", &page.to_string());
            format!("{path}?{}", pairs.finish())
        };
        Self {
            text: fl!(t, "pager-text", page = page, pages = pages, total = total),
            previous: (page > 1).then(|| to(page - 1)),
            next: (page < pages).then(|| to(page + 1)),
            last: (page + 1 < pages).then(|| to(pages)),
        }
    }
}

/// The page that was asked for, from 1.
pub(super) fn page_number(given: Option<&str>) -> u64 {
    given.and_then(|text| text.parse().ok()).filter(|page| (1..=1_000_000).contains(page)).unwrap_or(1)
}

/// The rows of a page.
pub(super) fn window(page: u64) -> Window {
    Window { offset: (page.max(1) - 1) * u64::from(ROWS), limit: ROWS }
}

/// The text of `?gedaan=<word>`: no free text ever comes out of an address.
pub(super) fn flash(t: &Texts, word: Option<&str>) -> Option<String> {
    let word = word.filter(|word| word.len() <= 40 && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))?;
    let key = format!("gedaan-{word}");
    t.has(&key).then(|| t.get(&key))
}

/// What somebody typed on one line: spaces at the ends and double ones go.
pub(super) fn tidy(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a tidied text can be stored: not empty, not too long (nor to be sorted by), only characters that show as what
/// they are.
pub(super) fn fits(text: &str, most: usize) -> bool {
    !text.is_empty() && text.chars().count() <= most && fits_key(text, most) && !text.chars().any(hides)
}
