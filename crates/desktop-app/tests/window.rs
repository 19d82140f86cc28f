//! The window without a display: labels, roles and what pressing does.
#![allow(clippy::unwrap_used)]

use desktop_app::{
    flow::Event,
    texts::Language,
    view::View,
    window::{Shown, apply, connect},
};
use domain::request::Decision;
use i_slint_backend_testing::{AccessibleRole, ElementHandle};
use slint::ComponentHandle;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

fn window(language: Language) -> (Shown, UnboundedReceiver<Event>) {
    i_slint_backend_testing::init_no_event_loop();
    let shown = Shown::new(language).unwrap();
    let (events, inbox) = unbounded_channel();
    connect(&shown.window, &events, language);
    shown.window.show().unwrap();
    (shown, inbox)
}

fn find(shown: &Shown, label: &str) -> Option<ElementHandle> {
    // What a screen reader sees: elements without a role are not there for it.
    ElementHandle::find_by_accessible_label(&shown.window, label)
        .find(|element| element.accessible_role().is_some_and(|role| role != AccessibleRole::None))
}

#[test]
fn the_question_has_a_yes_and_a_no_with_the_request_above() {
    let (shown, mut inbox) = window(Language::Dutch);
    let view = View {
        bar: String::from("Testomgeving (acceptatie): geen echte gegevens"),
        heading: String::from("Wilt u toegang geven?"),
        details: vec![(String::from("Organisatie"), String::from("Praktijk De Linde"))],
        control_code: String::from("4711"),
        question: true,
        ..View::default()
    };
    apply(&shown.window, &view);
    for label in
        [view.bar.as_str(), view.heading.as_str(), "Organisatie: Praktijk De Linde", "Controlecode: 4711", "Nee"]
    {
        assert!(find(&shown, label).is_some(), "{label}");
    }
    let yes = find(&shown, "Ja, toegang geven").unwrap();
    assert_eq!(yes.accessible_role(), Some(AccessibleRole::Button));
    assert!(yes.size().height >= 44.0);
    yes.invoke_accessible_default_action();
    assert!(matches!(inbox.try_recv(), Ok(Event::Decided(Decision::Accepted))));
    find(&shown, "Nee").unwrap().invoke_accessible_default_action();
    assert!(matches!(inbox.try_recv(), Ok(Event::Decided(Decision::Declined))));
}

#[test]
fn the_pin_goes_to_the_card_once_and_the_field_is_emptied_for_the_next() {
    let (shown, mut inbox) = window(Language::Dutch);
    let mut view = View { pin: true, ..View::default() };
    apply(&shown.window, &view);
    let field = find(&shown, "Pincode van de pas").unwrap();
    let next = find(&shown, "Volgende").unwrap();
    assert_eq!(next.accessible_enabled(), Some(false), "nothing typed yet");
    field.set_accessible_value("123456");
    next.invoke_accessible_default_action();
    assert!(matches!(inbox.try_recv(), Ok(Event::PinGiven(Some(_)))));
    view.busy = true;
    apply(&shown.window, &view);
    next.invoke_accessible_default_action();
    assert!(inbox.try_recv().is_err(), "busy");
    view.busy = false;
    view.warning = String::from("De pincode klopt niet. Nog 2 keer proberen, daarna blokkeert de pas.");
    apply(&shown.window, &view);
    assert!(find(&shown, &view.warning).is_some());
    assert_eq!(shown.window.get_pin_round(), 1);
}

#[test]
fn a_text_that_is_no_pin_is_not_tried() {
    let (shown, mut inbox) = window(Language::English);
    apply(&shown.window, &View { pin: true, ..View::default() });
    find(&shown, "PIN of the card").unwrap().set_accessible_value("12");
    find(&shown, "Next").unwrap().invoke_accessible_default_action();
    assert!(inbox.try_recv().is_err());
    assert!(find(&shown, "This cannot be the PIN of this card. No try was used.").is_some());
}

#[test]
fn a_card_can_be_chosen() {
    let (shown, mut inbox) = window(Language::Dutch);
    let cards = vec![String::from("Jan de Tester (z)"), String::from("Noor Hendriks (n)")];
    apply(&shown.window, &View { cards, ..View::default() });
    find(&shown, "Noor Hendriks (n)").unwrap().invoke_accessible_default_action();
    assert!(matches!(inbox.try_recv(), Ok(Event::CardChosen(1))));
}
