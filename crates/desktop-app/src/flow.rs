//! What happens next, without doing any of it: events in, effects out. The window, the headless mode and the tests all
//! stand on this.
//!
//! launch → card → PIN → Ja / Nee → answer → (the wizard's further requests, with only Ja / Nee) → end.

use crate::{
    api::{Asked, Next},
    trouble::Trouble,
};
use domain::request::{Decision, RequestId};
use protocol::{Nonce, response::Responded};
use smartcard::{CardError, CardInfo, Pin};

/// Seconds that one card session may serve a wizard (SYSTEM §4, flow 3).
pub const SESSION_SECONDS: u64 = 10 * 60;

/// Where we are.
#[derive(Clone, Debug)]
pub enum Step {
    /// The launch token is being exchanged.
    Launching,
    /// Waiting for a card; why there is none yet.
    Looking(Option<Trouble>),
    /// More than one card.
    Choosing(Vec<CardInfo>),
    /// The PIN is asked; what was wrong with the previous one; whether one is being checked now.
    Pin {
        /// About the previous PIN.
        trouble: Option<Trouble>,
        /// A PIN was given, the card is busy.
        checking: bool,
    },
    /// Ja or Nee.
    Question,
    /// The answer is being signed and sent.
    Sending(Decision),
    /// Answered; the wizard may ask again while the card stays in.
    Waiting,
    /// Over, and why.
    Done(Outcome),
    /// Over: it did not work.
    Failed(Trouble),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Ja was recorded.
    Accepted,
    /// Nee was recorded.
    Declined,
    /// A card session with at least one answer ended: finished, card out, or 10 minutes.
    SessionEnded,
    /// The person closed the app before answering.
    Cancelled,
}

/// What came in.
#[derive(Debug)]
pub enum Event {
    /// The launch token was exchanged.
    Launched(Result<Box<Asked>, Trouble>),
    /// The cards that are present changed.
    CardsSeen(Result<Vec<CardInfo>, Trouble>),
    /// The person chose one of [`Step::Choosing`].
    CardChosen(usize),
    /// The person gave a PIN (`None`: on the reader's keypad).
    PinGiven(Option<Pin>),
    /// The card judged the PIN.
    LoggedIn(Result<(), Trouble>),
    /// The person chose Ja or Nee.
    Decided(Decision),
    /// The server answered to our answer, or the card refused to sign.
    Responded(Result<Box<Responded>, Trouble>),
    /// `launch/next` answered.
    NextCame(Result<Next, Trouble>),
    /// The card left the reader.
    CardGone(Trouble),
    /// The browser could not be started.
    BrowserFailed,
    /// The time to answer this request is over.
    RequestTimeUp(Trouble, RequestId),
    /// The card session's time is over.
    SessionTimeUp,
    /// The person closed the app.
    Closed,
}

/// What must be done.
#[derive(Debug)]
pub enum Effect {
    /// Exchange the launch token.
    Redeem,
    /// Look for cards until there is one, for this request's environment.
    LookForCards,
    /// Hold on to this card, and watch it.
    ChooseCard(usize),
    /// Try this PIN.
    LogIn(Option<Pin>),
    /// Sign and send this answer.
    Respond(Decision),
    /// Open this address.
    OpenBrowser(String),
    /// Ask for the wizard's next request; `true`: after a pause, because the last call failed.
    AskNext(Nonce, bool),
    /// Tell the server that the card session is over.
    EndSession(Nonce),
    /// Tell when the current request's time is over, in seconds.
    StartRequestClock(u32, RequestId),
    /// Tell when the session's time is over.
    StartSessionClock,
    /// Log the card out and let it go.
    ReleaseCard,
}

/// One answered request, for the report.
#[derive(Clone, Debug)]
pub struct Given {
    /// The request.
    pub asked: Asked,
    /// What was recorded.
    pub decision: Decision,
    /// The address that was opened, with its one-time code.
    pub return_url: Option<String>,
}

/// The state machine.
#[derive(Debug)]
pub struct Flow {
    /// Where we are.
    pub step: Step,
    /// The request at hand, once known.
    pub asked: Option<Asked>,
    /// The card in use.
    pub card: Option<CardInfo>,
    /// The answers so far.
    pub given: Vec<Given>,
    /// The browser did not start: the person must type the code.
    pub browser_failed: bool,
    session: Option<Nonce>,
    wanted: Option<String>,
    cards: Vec<CardInfo>,
}

impl Flow {
    /// A new one; `wanted`: the label of the card to use when there are several.
    pub fn new(wanted: Option<String>) -> (Self, Vec<Effect>) {
        let flow = Self {
            step: Step::Launching,
            asked: None,
            card: None,
            given: Vec::new(),
            browser_failed: false,
            session: None,
            wanted,
            cards: Vec::new(),
        };
        (flow, vec![Effect::Redeem])
    }

    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        matches!(self.step, Step::Done(_) | Step::Failed(_))
    }

    /// Whether a further request can come.
    pub fn in_session(&self) -> bool {
        self.session.is_some()
    }

    /// Makes a step. Events that do not fit the moment (a late answer, a double click) change nothing.
    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        if self.is_over() {
            return Vec::new();
        }
        match event {
            Event::Launched(result) => self.launched(result),
            Event::CardsSeen(result) => self.cards_seen(result),
            Event::CardChosen(index) => self.card_chosen(index),
            Event::PinGiven(pin) => self.pin_given(pin),
            Event::LoggedIn(result) => self.logged_in(result),
            Event::Decided(decision) => self.decided(decision),
            Event::Responded(Ok(answer)) => self.responded(*answer),
            Event::Responded(Err(trouble)) => self.response_failed(trouble),
            Event::NextCame(result) => self.next_came(result),
            Event::CardGone(trouble) => self.card_gone(trouble),
            Event::BrowserFailed => {
                self.browser_failed = true;
                Vec::new()
            }
            Event::RequestTimeUp(trouble, id) => self.request_time_up(trouble, id),
            Event::SessionTimeUp => self.end(),
            Event::Closed => self.end(),
        }
    }

    fn launched(&mut self, result: Result<Box<Asked>, Trouble>) -> Vec<Effect> {
        if !matches!(self.step, Step::Launching) {
            return Vec::new();
        }
        match result {
            Ok(asked) => {
                let clock = Effect::StartRequestClock(asked.claims.expires_in, asked.claims.request_id);
                self.asked = Some(*asked);
                self.step = Step::Looking(None);
                vec![clock, Effect::LookForCards]
            }
            Err(trouble) => self.fail(trouble),
        }
    }

    fn cards_seen(&mut self, result: Result<Vec<CardInfo>, Trouble>) -> Vec<Effect> {
        if !matches!(self.step, Step::Looking(_) | Step::Choosing(_)) {
            return Vec::new();
        }
        match result {
            Ok(cards) => {
                self.cards = cards;
                let by_label = self.wanted.as_ref().and_then(|w| self.cards.iter().position(|c| c.label == *w));
                match (by_label, self.cards.len()) {
                    (Some(index), _) => self.choose(index),
                    (None, 1) => self.choose(0),
                    _ => {
                        self.step = Step::Choosing(self.cards.clone());
                        Vec::new()
                    }
                }
            }
            // That the reader is empty is no news to who took the card out; what happened stays on the screen.
            Err(trouble) if trouble.card_error() == Some(&CardError::CardMissing) && self.was_removed() => Vec::new(),
            Err(trouble) if trouble.card_error().is_some_and(CardError::may_pass) => {
                self.step = Step::Looking(Some(trouble));
                Vec::new()
            }
            Err(trouble) => self.fail(trouble),
        }
    }

    fn card_chosen(&mut self, index: usize) -> Vec<Effect> {
        match self.step {
            Step::Choosing(_) if index < self.cards.len() => self.choose(index),
            _ => Vec::new(),
        }
    }

    fn choose(&mut self, index: usize) -> Vec<Effect> {
        let card = self.cards.get(index).cloned();
        let keypad = card.as_ref().is_some_and(|c| c.keypad);
        self.card = card;
        self.step = Step::Pin { trouble: None, checking: keypad };
        let mut effects = vec![Effect::ChooseCard(index)];
        if keypad {
            effects.push(Effect::LogIn(None));
        }
        effects
    }

    fn pin_given(&mut self, pin: Option<Pin>) -> Vec<Effect> {
        match &mut self.step {
            Step::Pin { checking, .. } if !*checking => {
                *checking = true;
                vec![Effect::LogIn(pin)]
            }
            _ => Vec::new(),
        }
    }

    fn logged_in(&mut self, result: Result<(), Trouble>) -> Vec<Effect> {
        if !matches!(self.step, Step::Pin { checking: true, .. }) {
            return Vec::new();
        }
        match result {
            Ok(()) => {
                self.step = Step::Question;
                Vec::new()
            }
            Err(trouble) => match trouble.card_error() {
                Some(error) if error.pin_again() => {
                    self.step = Step::Pin { trouble: Some(trouble), checking: false };
                    Vec::new()
                }
                Some(CardError::CardRemoved) => self.look_again(trouble),
                _ => self.fail(trouble),
            },
        }
    }

    fn decided(&mut self, decision: Decision) -> Vec<Effect> {
        match self.step {
            Step::Question => {
                self.step = Step::Sending(decision);
                vec![Effect::Respond(decision)]
            }
            _ => Vec::new(),
        }
    }

    fn responded(&mut self, answer: Responded) -> Vec<Effect> {
        let (Step::Sending(_), Some(asked)) = (&self.step, &self.asked) else { return Vec::new() };
        // Only an address of the server itself is ever opened.
        let base = format!("{}/", asked.server.api_origin);
        let return_url = answer.return_url.filter(|url| url.starts_with(&base));
        self.given.push(Given { asked: asked.clone(), decision: answer.decision, return_url: return_url.clone() });
        let mut effects: Vec<Effect> = return_url.into_iter().map(Effect::OpenBrowser).collect();
        if answer.decision == Decision::Declined {
            effects.extend(self.finish(Outcome::Declined));
            return effects;
        }
        if let Some(session) = answer.desktop_session {
            if self.session.is_none() {
                effects.push(Effect::StartSessionClock);
            }
            self.session = Some(session);
        }
        match &self.session {
            Some(session) => {
                effects.push(Effect::AskNext(session.clone(), false));
                self.step = Step::Waiting;
                effects
            }
            None => {
                effects.extend(self.finish(Outcome::Accepted));
                effects
            }
        }
    }

    fn response_failed(&mut self, trouble: Trouble) -> Vec<Effect> {
        match (&self.step, trouble.card_error()) {
            (Step::Sending(_), Some(CardError::CardRemoved)) if self.session.is_none() => self.look_again(trouble),
            (Step::Sending(_), _) => self.fail(trouble),
            _ => Vec::new(),
        }
    }

    fn next_came(&mut self, result: Result<Next, Trouble>) -> Vec<Effect> {
        let (Step::Waiting, Some(session)) = (&self.step, self.session.clone()) else { return Vec::new() };
        match result {
            Ok(Next::Waiting) => vec![Effect::AskNext(session, false)],
            Ok(Next::Asked(asked)) => {
                let clock = Effect::StartRequestClock(asked.claims.expires_in, asked.claims.request_id);
                self.asked = Some(*asked);
                self.step = Step::Question;
                vec![clock]
            }
            Ok(Next::Ended) => {
                // The server ended it; there is nothing left to tell it.
                self.session = None;
                self.finish(Outcome::SessionEnded)
            }
            // A proxy may cut a long call; the session itself is only over when the server says so.
            Err(trouble) if trouble.code() == protocol::ProblemCode::Unreachable => {
                vec![Effect::AskNext(session, true)]
            }
            Err(trouble) => self.fail(trouble),
        }
    }

    fn card_gone(&mut self, trouble: Trouble) -> Vec<Effect> {
        match self.step {
            _ if self.session.is_some() => self.finish(Outcome::SessionEnded),
            Step::Pin { .. } | Step::Question => self.look_again(trouble),
            // While sending, the card or the server tells how it went.
            _ => Vec::new(),
        }
    }

    fn look_again(&mut self, trouble: Trouble) -> Vec<Effect> {
        self.card = None;
        self.step = Step::Looking(Some(trouble));
        vec![Effect::LookForCards]
    }

    fn was_removed(&self) -> bool {
        matches!(&self.step, Step::Looking(Some(trouble)) if trouble.card_error() == Some(&CardError::CardRemoved))
    }

    fn request_time_up(&mut self, trouble: Trouble, id: RequestId) -> Vec<Effect> {
        let current = self.asked.as_ref().is_some_and(|asked| asked.claims.request_id == id);
        let open = matches!(self.step, Step::Looking(_) | Step::Choosing(_) | Step::Pin { .. } | Step::Question);
        if current && open { self.fail(trouble) } else { Vec::new() }
    }

    fn end(&mut self) -> Vec<Effect> {
        let outcome = if self.given.is_empty() { Outcome::Cancelled } else { Outcome::SessionEnded };
        self.finish(outcome)
    }

    fn finish(&mut self, outcome: Outcome) -> Vec<Effect> {
        self.step = Step::Done(outcome);
        self.let_go()
    }

    fn fail(&mut self, trouble: Trouble) -> Vec<Effect> {
        self.step = Step::Failed(trouble);
        self.let_go()
    }

    fn let_go(&mut self) -> Vec<Effect> {
        let end = self.session.take().map(Effect::EndSession);
        end.into_iter().chain([Effect::ReleaseCard]).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests;
