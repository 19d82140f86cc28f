use super::*;
use domain::{Entropy, Environment, Timestamp, request::Purpose};
use protocol::{
    B64, ProblemCode,
    app_config::KnownServer,
    link::ServerId,
    request::{Audience, RequestClaims, Sentence},
};

struct Zeros;
impl Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

pub(crate) fn asked(purpose: Purpose) -> Asked {
    let server = ServerId::parse("acceptatie").unwrap();
    Asked {
        server: KnownServer {
            id: server.clone(),
            api_origin: String::from("https://portal.example.nl"),
            app_origin: String::new(),
            environment: Environment::Acceptatie,
            root: B64::default(),
            operator: String::new(),
        },
        request: String::from("a.b.c"),
        claims: RequestClaims {
            iss: server,
            aud: Audience::DesktopApp,
            env: Environment::Acceptatie,
            request_id: RequestId::new(Timestamp(0), &Zeros),
            purpose,
            requester: String::from("ZORG-ID Portaal"),
            organisation: None,
            sentence: Some(Sentence { nl: String::from("Ik bevestig dit."), en: String::from("I confirm this.") }),
            browser: None,
            age: 1,
            expires_in: 300,
            iat: 0,
            challenge: Nonce::from_bytes([0; 32]),
            enrolment: None,
            asked_by: None,
            control_code: protocol::code::Digits4::parse("1234"),
        },
    }
}

fn card(label: &str) -> CardInfo {
    CardInfo {
        label: label.to_owned(),
        reader: String::from("Reader"),
        holder: String::from("Jan de Tester"),
        number: String::from("900000001"),
        keypad: false,
        soft: false,
    }
}

fn trouble(error: CardError) -> Trouble {
    Trouble::card(&Zeros, error)
}

fn pin() -> Option<Pin> {
    Pin::parse("123456")
}

/// Effects as text: shorter to compare.
fn names(effects: &[Effect]) -> Vec<String> {
    effects.iter().map(|e| format!("{e:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()).collect()
}

fn answer(decision: Decision, url: Option<&str>, session: bool) -> Event {
    Event::Responded(Ok(Box::new(Responded {
        decision,
        pairing_code: None,
        return_url: url.map(str::to_owned),
        desktop_session: session.then(|| Nonce::from_bytes([7; 32])),
        renewed: None,
    })))
}

const RETURN: &str = "https://portal.example.nl/desktop/return#ABCD1234";

/// Up to the question, with one card.
fn at_question(purpose: Purpose) -> Flow {
    let (mut flow, effects) = Flow::new(None);
    assert_eq!(names(&effects), ["Redeem"]);
    let effects = flow.handle(Event::Launched(Ok(Box::new(asked(purpose)))));
    assert_eq!(names(&effects), ["StartRequestClock", "LookForCards"]);
    assert_eq!(names(&flow.handle(Event::CardsSeen(Ok(vec![card("z")])))), ["ChooseCard"]);
    assert!(matches!(flow.step, Step::Pin { trouble: None, checking: false }));
    assert_eq!(names(&flow.handle(Event::PinGiven(pin()))), ["LogIn"]);
    assert!(flow.handle(Event::LoggedIn(Ok(()))).is_empty());
    assert!(matches!(flow.step, Step::Question));
    flow
}

fn in_session() -> Flow {
    let mut flow = at_question(Purpose::Enrol);
    flow.handle(Event::Decided(Decision::Accepted));
    let effects = flow.handle(answer(Decision::Accepted, Some(RETURN), true));
    assert_eq!(names(&effects), ["OpenBrowser", "StartSessionClock", "AskNext"]);
    assert!(matches!(flow.step, Step::Waiting));
    flow
}

#[test]
fn a_login_opens_the_browser_and_lets_the_card_go() {
    let mut flow = at_question(Purpose::Login);
    assert_eq!(names(&flow.handle(Event::Decided(Decision::Accepted))), ["Respond"]);
    // A second click while sending does nothing.
    assert!(flow.handle(Event::Decided(Decision::Declined)).is_empty());
    let effects = flow.handle(answer(Decision::Accepted, Some(RETURN), false));
    assert_eq!(names(&effects), ["OpenBrowser", "ReleaseCard"]);
    assert!(matches!(flow.step, Step::Done(Outcome::Accepted)));
    assert_eq!(flow.given.len(), 1);
    assert!(flow.handle(Event::Closed).is_empty(), "over is over");
}

#[test]
fn no_is_recorded_and_opens_nothing() {
    let mut flow = at_question(Purpose::Login);
    assert_eq!(names(&flow.handle(Event::Decided(Decision::Declined))), ["Respond"]);
    assert_eq!(names(&flow.handle(answer(Decision::Declined, None, false))), ["ReleaseCard"]);
    assert!(matches!(flow.step, Step::Done(Outcome::Declined)));
}

#[test]
fn only_addresses_of_the_server_itself_are_opened() {
    for url in
        ["https://evil.example/desktop/return#X", "https://portal.example.nl.evil.example/", "file:///etc/passwd"]
    {
        let mut flow = at_question(Purpose::Login);
        flow.handle(Event::Decided(Decision::Accepted));
        assert_eq!(names(&flow.handle(answer(Decision::Accepted, Some(url), false))), ["ReleaseCard"], "{url}");
        assert_eq!(flow.given[0].return_url, None);
    }
}

#[test]
fn without_a_card_it_waits_and_without_card_software_it_stops() {
    let (mut flow, _) = Flow::new(None);
    flow.handle(Event::Launched(Ok(Box::new(asked(Purpose::Login)))));
    for error in [CardError::ReaderMissing, CardError::CardMissing, CardError::NotUsable { cause: String::new() }] {
        assert!(flow.handle(Event::CardsSeen(Err(trouble(error)))).is_empty());
        assert!(matches!(flow.step, Step::Looking(Some(_))));
    }
    flow.handle(Event::CardsSeen(Err(trouble(CardError::ModuleMissing { tried: vec![] }))));
    assert!(matches!(&flow.step, Step::Failed(t) if t.code() == ProblemCode::ModuleMissing));
}

#[test]
fn several_cards_are_chosen_from_by_the_person_or_by_label() {
    let (mut flow, _) = Flow::new(None);
    flow.handle(Event::Launched(Ok(Box::new(asked(Purpose::Login)))));
    assert!(flow.handle(Event::CardsSeen(Ok(vec![card("a"), card("b")]))).is_empty());
    assert!(matches!(&flow.step, Step::Choosing(cards) if cards.len() == 2));
    assert!(flow.handle(Event::CardChosen(2)).is_empty());
    assert!(matches!(flow.handle(Event::CardChosen(1))[..], [Effect::ChooseCard(1)]));

    let (mut flow, _) = Flow::new(Some(String::from("b")));
    flow.handle(Event::Launched(Ok(Box::new(asked(Purpose::Login)))));
    assert!(matches!(flow.handle(Event::CardsSeen(Ok(vec![card("a"), card("b")])))[..], [Effect::ChooseCard(1)]));
}

#[test]
fn a_wrong_pin_asks_again_and_a_blocked_one_stops() {
    let (mut flow, _) = Flow::new(None);
    flow.handle(Event::Launched(Ok(Box::new(asked(Purpose::Login)))));
    flow.handle(Event::CardsSeen(Ok(vec![card("z")])));
    flow.handle(Event::PinGiven(pin()));
    assert!(flow.handle(Event::PinGiven(pin())).is_empty(), "one PIN at a time: a double Enter costs no second try");
    flow.handle(Event::LoggedIn(Err(trouble(CardError::PinWrong { tries_left: Some(1) }))));
    assert!(matches!(&flow.step, Step::Pin { trouble: Some(t), checking: false } if t.tries_left() == Some(1)));
    flow.handle(Event::PinGiven(pin()));
    assert_eq!(names(&flow.handle(Event::LoggedIn(Err(trouble(CardError::PinLocked))))), ["ReleaseCard"]);
    assert!(matches!(&flow.step, Step::Failed(t) if t.code() == ProblemCode::CardPinBlocked));
}

#[test]
fn a_card_taken_out_early_may_be_put_back() {
    let mut flow = at_question(Purpose::Login);
    assert_eq!(names(&flow.handle(Event::CardGone(trouble(CardError::CardRemoved)))), ["LookForCards"]);
    assert!(matches!(&flow.step, Step::Looking(Some(t)) if t.code() == ProblemCode::CardRemoved));
    flow.handle(Event::CardsSeen(Ok(vec![card("z")])));
    assert!(matches!(flow.step, Step::Pin { .. }), "and then the PIN is asked again");
}

#[test]
fn that_the_card_was_taken_out_stays_told_while_the_reader_is_empty() {
    let mut flow = at_question(Purpose::Login);
    flow.handle(Event::CardGone(trouble(CardError::CardRemoved)));
    // The search that follows finds the empty reader at once.
    flow.handle(Event::CardsSeen(Err(trouble(CardError::CardMissing))));
    assert!(matches!(&flow.step, Step::Looking(Some(t)) if t.code() == ProblemCode::CardRemoved));
    // Anything else is news.
    flow.handle(Event::CardsSeen(Err(trouble(CardError::ReaderMissing))));
    assert!(matches!(&flow.step, Step::Looking(Some(t)) if t.code() == ProblemCode::ReaderMissing));
}

#[test]
fn the_wizard_asks_again_with_only_yes_and_the_end_is_told() {
    let mut flow = in_session();
    assert_eq!(names(&flow.handle(Event::NextCame(Ok(Next::Waiting)))), ["AskNext"]);
    let effects = flow.handle(Event::NextCame(Ok(Next::Asked(Box::new(asked(Purpose::Sign))))));
    assert_eq!(names(&effects), ["StartRequestClock"]);
    assert!(matches!(flow.step, Step::Question), "no PIN");
    flow.handle(Event::Decided(Decision::Accepted));
    assert_eq!(names(&flow.handle(answer(Decision::Accepted, None, false))), ["AskNext"]);
    assert_eq!(names(&flow.handle(Event::NextCame(Ok(Next::Ended)))), ["ReleaseCard"]);
    assert!(matches!(flow.step, Step::Done(Outcome::SessionEnded)));
    assert_eq!(flow.given.len(), 2);
}

#[test]
fn taking_the_card_out_closing_or_ten_minutes_end_the_session() {
    let removed = || Event::CardGone(trouble(CardError::CardRemoved));
    for event in [removed(), Event::Closed, Event::SessionTimeUp] {
        let mut flow = in_session();
        assert_eq!(names(&flow.handle(event)), ["EndSession", "ReleaseCard"]);
        assert!(matches!(flow.step, Step::Done(Outcome::SessionEnded)));
    }
    // Also in the middle of the wizard's question.
    let mut flow = in_session();
    flow.handle(Event::NextCame(Ok(Next::Asked(Box::new(asked(Purpose::Sign))))));
    assert_eq!(names(&flow.handle(removed())), ["EndSession", "ReleaseCard"]);
}

#[test]
fn a_cut_long_poll_is_asked_again_but_a_refusal_ends_it() {
    let mut flow = in_session();
    let cut = Trouble::here(&Zeros, ProblemCode::Unreachable, "");
    assert!(matches!(flow.handle(Event::NextCame(Err(cut)))[..], [Effect::AskNext(_, true)]));
    let refused = Trouble::here(&Zeros, ProblemCode::RequestSignature, "");
    assert_eq!(names(&flow.handle(Event::NextCame(Err(refused)))), ["EndSession", "ReleaseCard"]);
    assert!(matches!(flow.step, Step::Failed(_)));
}

#[test]
fn time_up_counts_only_for_the_request_at_hand() {
    let late = || Trouble::here(&Zeros, ProblemCode::RequestExpired, "");
    let mut flow = at_question(Purpose::Login);
    let other = RequestId::new(Timestamp(99), &Zeros);
    assert!(flow.handle(Event::RequestTimeUp(late(), other)).is_empty());
    assert!(matches!(flow.step, Step::Question));
    let id = flow.asked.as_ref().unwrap().claims.request_id;
    flow.handle(Event::RequestTimeUp(late(), id));
    assert!(matches!(&flow.step, Step::Failed(t) if t.code() == ProblemCode::RequestExpired));
}

#[test]
fn closing_before_an_answer_is_cancelling() {
    let mut flow = at_question(Purpose::Login);
    assert_eq!(names(&flow.handle(Event::Closed)), ["ReleaseCard"]);
    assert!(matches!(flow.step, Step::Done(Outcome::Cancelled)));
}
