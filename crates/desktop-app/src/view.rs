//! A state in words: everything the window shows, decided here so that it can be tested without one.

use crate::{
    flow::{Flow, Outcome, Step},
    texts::{Language, Text, purpose_text},
};
use domain::Environment;
use smartcard::{CardError, CardInfo};
use std::time::Duration;

/// How long the last screen stays when nothing is left to do.
pub const CLOSE_SOON: Duration = Duration::from_secs(4);
/// How long it stays when the person may still need the code on it.
pub const CLOSE_LATER: Duration = Duration::from_secs(30);

/// What the window shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The bar across the top, in acceptatie.
    pub bar: String,
    /// The heading.
    pub heading: String,
    /// One or two sentences under it.
    pub message: String,
    /// Something is wrong (red): what, and what to do.
    pub warning: String,
    /// Who, what, for whom: label and value.
    pub details: Vec<(String, String)>,
    /// What is signed.
    pub sentence: String,
    /// The controlecode, shown large.
    pub control_code: String,
    /// The PIN field is there.
    pub pin: bool,
    /// The card is busy with a PIN.
    pub busy: bool,
    /// The buttons *Ja, toegang geven* and *Nee* are there.
    pub question: bool,
    /// Cards to choose from.
    pub cards: Vec<String>,
    /// The text of the button that stops or closes; empty: none.
    pub close: String,
    /// The code to type in the page, should the browser not open.
    pub return_code: String,
    /// What stands above that code.
    pub return_why: String,
    /// Code and reference of a problem.
    pub small_print: String,
    /// The window closes by itself after this time.
    pub closes_after: Option<Duration>,
}

/// Says a state in a language.
pub fn view(flow: &Flow, language: Language) -> View {
    let say = |text: Text| text.in_language(language);
    let mut view = View { bar: bar(flow, language), ..View::default() };
    let (heading, message) = match &flow.step {
        Step::Launching => (Text::Launching, Text::LaunchingWhy),
        Step::Looking(_) => (Text::Looking, Text::LookingWhy),
        Step::Choosing(_) => (Text::Choosing, Text::ChoosingWhy),
        Step::Pin { .. } => (Text::PinHeading, Text::PinWhy),
        Step::Question => (Text::QuestionHeading, Text::QuestionWhy),
        Step::Sending(_) => (Text::Sending, Text::SendingWhy),
        Step::Waiting => (Text::WaitingHeading, Text::WaitingWhy),
        Step::Done(Outcome::Accepted) => (Text::DoneHeading, Text::DoneWhy),
        Step::Done(Outcome::Declined) => (Text::DeclinedHeading, Text::DeclinedWhy),
        Step::Done(Outcome::SessionEnded) => (Text::EndedHeading, Text::EndedWhy),
        Step::Done(Outcome::Cancelled) => (Text::CancelledHeading, Text::CancelledWhy),
        Step::Failed(_) => (Text::OtherTitle, Text::OtherNext),
    };
    (view.heading, view.message) = (say(heading), say(message));
    match &flow.step {
        Step::Looking(Some(trouble)) => {
            // Here putting it back is enough; anywhere else it means to begin again.
            let removed = trouble.card_error() == Some(&CardError::CardRemoved);
            let advice = if removed { say(Text::CurePutBack) } else { trouble.detail(language) };
            view.warning = format!("{}. {advice}", trouble.title(language));
            view.small_print = trouble.small_print(language);
        }
        Step::Choosing(cards) => view.cards = cards.iter().map(card_name).collect(),
        Step::Pin { trouble, checking } => {
            let keypad = flow.card.as_ref().is_some_and(|card| card.keypad);
            view.pin = !keypad;
            view.busy = *checking;
            if keypad {
                view.message = say(Text::PinKeypad);
            } else if *checking {
                view.message = say(Text::PinChecking);
            }
            if let Some(trouble) = trouble {
                view.warning = trouble.detail(language);
                view.small_print = trouble.small_print(language);
            }
        }
        Step::Question => view.question = true,
        Step::Failed(trouble) => {
            (view.heading, view.message) = (trouble.title(language), trouble.detail(language));
            view.small_print = trouble.small_print(language);
        }
        _ => {}
    }
    if !flow.is_over() && !matches!(flow.step, Step::Waiting) {
        request(&mut view, flow, language);
    }
    if matches!(flow.step, Step::Waiting | Step::Done(Outcome::Accepted)) {
        return_code(&mut view, flow, language);
    }
    view.close = match flow.step {
        Step::Question | Step::Sending(_) => String::new(),
        Step::Waiting | Step::Done(_) | Step::Failed(_) => say(Text::Close),
        _ => say(Text::Cancel),
    };
    view.closes_after = match flow.step {
        Step::Done(Outcome::Accepted) if !view.return_code.is_empty() => Some(CLOSE_LATER),
        Step::Done(_) => Some(CLOSE_SOON),
        _ => None,
    };
    view
}

fn bar(flow: &Flow, language: Language) -> String {
    let test = flow.asked.as_ref().is_some_and(|asked| asked.claims.env == Environment::Acceptatie);
    if test { Text::TestBar.in_language(language) } else { String::new() }
}

/// Who asks what: the same on every screen until it is answered.
fn request(view: &mut View, flow: &Flow, language: Language) {
    let Some(asked) = &flow.asked else { return };
    let claims = &asked.claims;
    let mut add = |label: Text, value: String| view.details.push((label.in_language(language), value));
    add(Text::Who, claims.requester.clone());
    if let Some(organisation) = &claims.organisation {
        add(Text::Organisation, Text::OrganisationUra.fill(language, &[&organisation.name, &organisation.ura]));
    }
    add(Text::Purpose, purpose_text(claims.purpose).in_language(language));
    if let Some(browser) = &claims.browser {
        let name = if language == Language::English { browser.in_english() } else { browser.name.clone() };
        add(Text::Browser, name);
    }
    if let Some(card) = &flow.card {
        add(Text::Holder, card.holder.clone());
    }
    if let Some(sentence) = &claims.sentence {
        view.sentence = match language {
            Language::Dutch => sentence.nl.clone(),
            Language::English => sentence.en.clone(),
        };
    }
    view.control_code = claims.control_code.as_ref().map(|code| code.reveal().to_owned()).unwrap_or_default();
}

fn return_code(view: &mut View, flow: &Flow, language: Language) {
    let Some(url) = flow.given.last().and_then(|given| given.return_url.as_deref()) else { return };
    let Some((_, code)) = url.split_once('#') else { return };
    // In groups of four, as the page accepts it.
    view.return_code = protocol::code::LoginCode::parse(code).map_or_else(|| code.to_owned(), |code| code.grouped());
    view.return_why = Text::ReturnCode.in_language(language);
    if flow.browser_failed {
        view.warning = Text::NotDefaultBrowser.in_language(language);
    }
}

/// How a card is told from another: whose, and its label.
fn card_name(card: &CardInfo) -> String {
    if card.holder.is_empty() { card.label.clone() } else { format!("{} ({})", card.holder, card.label) }
}

#[cfg(test)]
mod tests;
