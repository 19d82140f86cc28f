//! The window: shows [`crate::view::View`] and hands in what the person does.

use crate::{
    flow::{Event, Flow, Step},
    report,
    runner::Runner,
    texts::{Language, Text},
    trouble::Trouble,
    ui::{AppWindow, Detail},
    view::{View, view},
};
use domain::request::Decision;
use slint::{ComponentHandle, ModelRc, PlatformError, Timer, TimerMode, VecModel, Weak};
use smartcard::Pin;
use std::{
    cell::RefCell,
    rc::Rc,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    runtime::Handle,
    sync::mpsc::{UnboundedReceiver, UnboundedSender},
};

/// Runs with a window until it is closed, and gives the exit code.
pub fn run(
    runtime: &Handle,
    runner: Runner,
    inbox: UnboundedReceiver<Event>,
    card: Option<String>,
    language: Language,
) -> u8 {
    let shown = match Shown::new(language) {
        Ok(shown) => shown,
        Err(error) => return no_window(&error),
    };
    connect(&shown.window, &runner.events, language);
    let failed = Arc::new(AtomicBool::new(false));
    let (weak, slot) = (shown.window.as_weak(), Arc::new(Mutex::new(View::default())));
    let closing = runner.events.clone();
    let running = {
        let (failed, slot) = (Arc::clone(&failed), Arc::clone(&slot));
        runtime.spawn(async move {
            runner.run(card, inbox, |flow| post(flow, language, &failed, &slot, &weak)).await;
        })
    };
    let result = shown.window.run();
    // Closing the window is stopping: the server hears that the card session is over before the program ends.
    let _ = closing.send(Event::Closed);
    let _ = runtime.block_on(running);
    match result {
        Err(error) => no_window(&error),
        Ok(()) if failed.load(Ordering::Relaxed) => report::NEGATIVE,
        Ok(()) => report::GOOD,
    }
}

/// Shows one problem, for when nothing could be started.
pub fn tell(trouble: &Trouble, language: Language) -> u8 {
    let shown = match Shown::new(language) {
        Ok(shown) => shown,
        Err(error) => return no_window(&error),
    };
    let view = View {
        heading: trouble.title(language),
        message: trouble.detail(language),
        close: Text::Close.in_language(language),
        small_print: trouble.small_print(language),
        ..View::default()
    };
    apply(&shown.window, &view);
    shown.window.on_closed(|| {
        let _ = slint::quit_event_loop();
    });
    match shown.window.run() {
        Ok(()) => report::exit_code(trouble.code()),
        Err(error) => no_window(&error),
    }
}

fn no_window(error: &PlatformError) -> u8 {
    eprintln!("zorgid-desktop: no window can be shown: {error}");
    report::NEGATIVE
}

/// The window with everything that does not change.
pub struct Shown {
    /// The window.
    pub window: AppWindow,
}

impl Shown {
    /// Makes it, without showing it yet.
    pub fn new(language: Language) -> Result<Self, PlatformError> {
        let window = AppWindow::new()?;
        let say = |text: Text| slint::SharedString::from(text.in_language(language));
        window.set_name(say(Text::WindowTitle));
        window.set_pin_label(say(Text::PinLabel));
        window.set_next_label(say(Text::Next));
        window.set_yes_label(say(Text::Yes));
        window.set_no_label(say(Text::No));
        window.set_sentence_label(say(Text::Sentence));
        window.set_control_code_label(say(Text::ControlCode));
        window.set_keep_open_label(say(Text::KeepOpen));
        window.set_about_label(say(Text::About));
        window.set_about_text(Text::AboutText.fill(language, &[env!("CARGO_PKG_VERSION")]).into());
        Ok(Self { window })
    }
}

/// Hands what the person does to the flow.
pub fn connect(window: &AppWindow, events: &UnboundedSender<Event>, language: Language) {
    let send = |events: &UnboundedSender<Event>, event| {
        let _ = events.send(event);
    };
    let (pin, decided, card) = (events.clone(), events.clone(), events.clone());
    let weak = window.as_weak();
    window.on_pin_given(move |typed| {
        // What no card would take as a PIN is not even tried: the field is emptied and asks again.
        match Pin::parse(&typed) {
            Some(typed) => send(&pin, Event::PinGiven(Some(typed))),
            None => again(&weak, language),
        }
    });
    window.on_decided(move |yes| {
        let decision = if yes { Decision::Accepted } else { Decision::Declined };
        send(&decided, Event::Decided(decision));
    });
    window.on_card_chosen(move |index| {
        if let Ok(index) = usize::try_from(index) {
            send(&card, Event::CardChosen(index));
        }
    });
    window.on_closed(|| {
        let _ = slint::quit_event_loop();
    });
}

fn again(weak: &Weak<AppWindow>, language: Language) {
    if let Some(window) = weak.upgrade() {
        window.set_warning(Text::PinForm.in_language(language).into());
        window.set_pin_round(window.get_pin_round() + 1);
    }
}

/// From the runner's thread: the newest view is what the window will show.
fn post(flow: &Flow, language: Language, failed: &AtomicBool, slot: &Arc<Mutex<View>>, weak: &Weak<AppWindow>) {
    failed.store(matches!(flow.step, Step::Failed(_)), Ordering::Relaxed);
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = view(flow, language);
    let slot = Arc::clone(slot);
    // An error means the window is gone already.
    let _ = weak.upgrade_in_event_loop(move |window| {
        let view = slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        apply(&window, &view);
        close_in_time(&window, &view);
    });
}

/// Shows a view.
pub fn apply(window: &AppWindow, view: &View) {
    let details: Vec<Detail> =
        view.details.iter().map(|(label, value)| Detail { label: label.into(), value: value.into() }).collect();
    let cards: Vec<slint::SharedString> = view.cards.iter().map(Into::into).collect();
    if view.pin && window.get_busy() && !view.busy {
        // The previous PIN was judged: start with an empty field.
        window.set_pin_round(window.get_pin_round() + 1);
    }
    window.set_bar(view.bar.as_str().into());
    window.set_heading(view.heading.as_str().into());
    window.set_message(view.message.as_str().into());
    window.set_warning(view.warning.as_str().into());
    window.set_details(ModelRc::new(VecModel::from(details)));
    window.set_sentence(view.sentence.as_str().into());
    window.set_control_code(view.control_code.as_str().into());
    window.set_busy(view.busy);
    window.set_pin_asked(view.pin);
    window.set_question(view.question);
    window.set_cards(ModelRc::new(VecModel::from(cards)));
    window.set_close_label(view.close.as_str().into());
    window.set_return_why(view.return_why.as_str().into());
    window.set_return_code(view.return_code.as_str().into());
    window.set_small_print(view.small_print.as_str().into());
    window.set_closing(view.closes_after.is_some());
}

thread_local! {
    /// The closing timer of the one window, on its thread.
    static CLOSING: RefCell<Option<Rc<Timer>>> = const { RefCell::new(None) };
}

fn close_in_time(window: &AppWindow, view: &View) {
    let Some(time) = view.closes_after else { return };
    let timer = Rc::new(Timer::default());
    timer.start(TimerMode::SingleShot, time, || {
        let _ = slint::quit_event_loop();
    });
    let (kept, weak) = (Rc::clone(&timer), window.as_weak());
    window.on_keep_open(move || {
        kept.stop();
        if let Some(window) = weak.upgrade() {
            window.set_closing(false);
        }
    });
    CLOSING.with(|slot| slot.replace(Some(timer)));
}
