use super::*;
use crate::{
    flow::{Event, tests::asked},
    trouble::Trouble,
};
use domain::request::{Decision, Purpose};
use protocol::response::Responded;
use smartcard::{CardError, Pin};

struct Zeros;
impl domain::Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

fn at_pin() -> Flow {
    let (mut flow, _) = Flow::new(None);
    flow.handle(Event::Launched(Ok(Box::new(asked(Purpose::Login)))));
    let card = CardInfo {
        label: String::from("z"),
        reader: String::new(),
        holder: String::from("Jan de Tester"),
        number: String::new(),
        keypad: false,
        soft: true,
    };
    flow.handle(Event::CardsSeen(Ok(vec![card])));
    flow
}

#[test]
fn the_pin_screen_says_who_asks_and_shows_the_control_code_and_the_environment() {
    let view = view(&at_pin(), Language::Dutch);
    assert!(view.pin && !view.busy && !view.question);
    assert_eq!(view.control_code, "1234");
    assert_eq!(view.bar, "Testomgeving (acceptatie): geen echte gegevens");
    assert_eq!(view.details[0], (String::from("Wie vraagt het"), String::from("ZORG-ID Portaal")));
    assert!(view.details.contains(&(String::from("Pas van"), String::from("Jan de Tester"))));
    assert_eq!(view.close, "Annuleren");
}

#[test]
fn a_wrong_pin_says_how_many_tries_are_left_and_a_blocked_card_what_to_do() {
    let mut flow = at_pin();
    for (left, words) in [(2, "Nog 2 keer"), (1, "nog één keer")] {
        flow.handle(Event::PinGiven(Pin::parse("999999")));
        let wrong = CardError::PinWrong { tries_left: Some(left) };
        flow.handle(Event::LoggedIn(Err(Trouble::card(&Zeros, wrong))));
        let view = view(&flow, Language::Dutch);
        assert!(view.pin && view.warning.contains(words), "{}", view.warning);
    }
    flow.handle(Event::PinGiven(Pin::parse("999999")));
    flow.handle(Event::LoggedIn(Err(Trouble::card(&Zeros, CardError::PinLocked))));
    let view = view(&flow, Language::Dutch);
    assert!(!view.pin && view.message.contains("pukcode"), "{}", view.message);
    assert_eq!(view.small_print, "Code card-pin-blocked, referentie 00000000");
    assert_eq!((view.close.as_str(), view.closes_after), ("Sluiten", None));
}

#[test]
fn a_card_that_was_taken_out_need_only_be_put_back() {
    let mut flow = at_pin();
    flow.handle(Event::CardGone(Trouble::card(&Zeros, CardError::CardRemoved)));
    let view = view(&flow, Language::Dutch);
    assert!(view.warning.starts_with("De pas is uit de lezer gehaald. Steek de pas er weer in."), "{}", view.warning);
    assert!(!view.warning.contains("Verversen"), "the page need not be left: {}", view.warning);
    assert_eq!(view.small_print, "Code card-removed, referentie 00000000");
}

#[test]
fn after_yes_the_code_can_be_typed_and_the_window_closes_itself() {
    let mut flow = at_pin();
    flow.handle(Event::PinGiven(Pin::parse("123456")));
    flow.handle(Event::LoggedIn(Ok(())));
    assert!(view(&flow, Language::English).question);
    flow.handle(Event::Decided(Decision::Accepted));
    flow.handle(Event::Responded(Ok(Box::new(Responded {
        decision: Decision::Accepted,
        pairing_code: None,
        return_url: Some(String::from("https://portal.example.nl/desktop/return#ABCD1234")),
        desktop_session: None,
        renewed: None,
    }))));
    let view = view(&flow, Language::English);
    assert_eq!(view.return_code, "ABCD-1234");
    assert_eq!(view.closes_after, Some(CLOSE_LATER));
    assert!(view.details.is_empty() && !view.question);
}
