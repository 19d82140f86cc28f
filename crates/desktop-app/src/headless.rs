//! Without a window: the PIN comes from standard input and the answer from an argument. For tests, and for whoever
//! cannot use a window.

use crate::{
    flow::{Event, Flow, Step},
    report::{self, Answered, Refused},
    runner::Runner,
    texts::Language,
    trouble::Trouble,
};
use domain::request::Decision;
use protocol::ProblemCode;
use smartcard::{CardError, Pin};
use std::io::Write;
use tokio::sync::mpsc::UnboundedReceiver;

/// What was asked for on the command line.
pub struct Orders {
    /// From standard input; `None`: the reader's keypad.
    pub pin: Option<Pin>,
    /// Ja or Nee.
    pub answer: Decision,
    /// Print JSON.
    pub json: bool,
    /// Keep answering the wizard's further requests.
    pub session: bool,
    /// Of texts.
    pub language: Language,
    /// The card to use.
    pub card: Option<String>,
}

/// Runs to the end and gives the exit code.
pub async fn run(runner: Runner, inbox: UnboundedReceiver<Event>, orders: Orders, out: &mut (dyn Write + Send)) -> u8 {
    let events = runner.events.clone();
    let entropy = std::sync::Arc::clone(&runner.entropy);
    let mut printed = 0;
    let mut stopped: Option<Trouble> = None;
    let flow = runner
        .run(orders.card.clone(), inbox, |flow| {
            for given in flow.given.iter().skip(printed) {
                print(out, orders.json, &Answered::from(given), || {
                    format!("{} {}", given.asked.claims.purpose, given.decision.as_str())
                });
            }
            printed = flow.given.len();
            match next(flow, &orders) {
                Move::Wait => {}
                Move::Send(event) => {
                    let _ = events.send(*event);
                }
                Move::Stop(error) => {
                    if stopped.is_none() {
                        stopped = Some(error.unwrap_or_else(|| {
                            let details = "several cards are present; choose one with --card LABEL";
                            Trouble::here(entropy.as_ref(), ProblemCode::BadInput, details)
                        }));
                    }
                    let _ = events.send(Event::Closed);
                }
            }
        })
        .await;
    let trouble = match (stopped, flow.step) {
        (Some(trouble), _) | (None, Step::Failed(trouble)) => trouble,
        _ => return report::GOOD,
    };
    print(out, orders.json, &Refused::new(&trouble, orders.language), || {
        let (title, detail) = (trouble.title(orders.language), trouble.detail(orders.language));
        format!("{title}. {detail} {}", trouble.small_print(orders.language))
    });
    if trouble.code() == ProblemCode::BadInput { report::USAGE } else { report::exit_code(trouble.code()) }
}

enum Move {
    Wait,
    Send(Box<Event>),
    /// Stop with this problem; `None`: it is unclear which card is meant.
    Stop(Option<Trouble>),
}

fn next(flow: &Flow, orders: &Orders) -> Move {
    match &flow.step {
        // Nobody is there to put a card in.
        Step::Looking(Some(trouble)) => Move::Stop(Some(trouble.clone())),
        Step::Choosing(_) => Move::Stop(None),
        // One PIN, one try: never a loop that blocks a card.
        Step::Pin { trouble: Some(trouble), .. } => Move::Stop(Some(trouble.clone())),
        Step::Pin { trouble: None, checking: false } => Move::Send(Box::new(Event::PinGiven(orders.pin.clone()))),
        Step::Question => Move::Send(Box::new(Event::Decided(orders.answer))),
        Step::Waiting if !orders.session => Move::Send(Box::new(Event::Closed)),
        _ => Move::Wait,
    }
}

fn print(out: &mut (dyn Write + Send), json: bool, object: &impl serde::Serialize, text: impl FnOnce() -> String) {
    let line = if json { serde_json::to_string(object).unwrap_or_default() } else { text() };
    // Whoever closed our output does not want to read it.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Turns the line on standard input into a PIN.
pub fn pin(line: &str, entropy: &dyn domain::Entropy) -> Result<Pin, Trouble> {
    Pin::parse(line.trim_end_matches(['\r', '\n'])).ok_or_else(|| Trouble::card(entropy, CardError::PinForm))
}
