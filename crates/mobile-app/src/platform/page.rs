//! The page itself: language, address, clock, chance, timers, and how the app was opened.

use crate::texts::Language;
use domain::{Clock, Entropy, Timestamp};
use js_sys::{Function, Promise, Reflect};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The phone's clock; only shown and noted, never trusted.
pub struct BrowserClock;

impl Clock for BrowserClock {
    fn now(&self) -> Timestamp {
        Timestamp(js_sys::Date::now() as i64)
    }
}

/// `crypto.getRandomValues`.
pub struct BrowserEntropy;

impl Entropy for BrowserEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        if getrandom::getrandom(buffer).is_err() {
            // No secret may ever be made of anything but chance: stop everything.
            std::process::abort();
        }
    }
}

/// Dutch, unless the person chose English here or the phone speaks something else than Dutch but English.
pub fn language() -> Language {
    let window = web_sys::window();
    let chosen =
        window.as_ref().and_then(|w| w.local_storage().ok().flatten()).and_then(|s| s.get_item("lang").ok()?);
    if let Some(language) = chosen.as_deref().and_then(Language::parse) {
        return language;
    }
    let spoken = window.and_then(|w| w.navigator().language()).unwrap_or_default();
    if spoken.starts_with("en") { Language::English } else { Language::Dutch }
}

/// Remembers the chosen language and tells screen readers.
pub fn set_language(language: Language) {
    if let Some(storage) = web_sys::window().and_then(|w| w.local_storage().ok().flatten()) {
        // Without storage the choice lasts until the app is closed.
        let _ = storage.set_item("lang", language.tag());
    }
    show_language(language);
}

/// Sets `<html lang>`.
pub fn show_language(language: Language) {
    let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element());
    if let Some(root) = root {
        let _ = root.set_attribute("lang", language.tag());
    }
}

/// The origin that serves the app.
pub fn origin() -> String {
    web_sys::window().and_then(|w| w.location().origin().ok()).unwrap_or_default()
}

/// Takes the fragment out of the address, before anything else sees it. Returns the whole link when it may be one.
pub fn take_link() -> Option<String> {
    let window = web_sys::window()?;
    let fragment = window.location().hash().ok().filter(|f| f.len() > 1)?;
    let history = window.history().ok()?;
    history.replace_state_with_url(&JsValue::NULL, "", Some("/")).ok()?;
    Some(format!("{}/{fragment}", origin()))
}

/// Whether this is Safari on an iPhone or iPad outside the installed app: its storage is apart from the app's.
pub fn is_ios_browser() -> bool {
    let Some(navigator) = web_sys::window().map(|w| w.navigator()) else { return false };
    // Only iOS knows `navigator.standalone`; it is true inside an installed app.
    Reflect::get(&navigator, &"standalone".into()).ok().and_then(|v| v.as_bool()) == Some(false)
}

/// Whether the page is hidden (other app in front, phone locked).
pub fn is_hidden() -> bool {
    let document = web_sys::window().and_then(|w| w.document());
    document.is_some_and(|d| d.visibility_state() == web_sys::VisibilityState::Hidden)
}

/// Asks the browser not to throw the app's data away; it may say no.
pub async fn keep_storage() {
    let asked = web_sys::window().map(|w| w.navigator().storage()).and_then(|s| s.persist().ok());
    if let Some(asked) = asked {
        let _ = JsFuture::from(asked).await;
    }
}

/// Waits.
pub async fn sleep(duration: Duration) {
    let millis = i32::try_from(duration.as_millis()).unwrap_or(i32::MAX);
    let waiting = Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
        }
    });
    let _ = JsFuture::from(waiting).await;
}

/// Starts the app anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

/// Only one window at a time may use the wallet: a newer window takes over, the older one hears it.
pub fn own_the_wallet(lost: impl FnOnce() + 'static) {
    let claim = || -> Result<Promise, JsValue> {
        let navigator = web_sys::window().ok_or("no window")?.navigator();
        let locks = Reflect::get(&navigator, &"locks".into())?;
        let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
        // The lock is held as long as this promise is open: until the window goes.
        let forever = Closure::once_into_js(|| Promise::new(&mut |_, _| {}));
        let options = super::object(&[("steal", true.into())]);
        request.call3(&locks, &"zorgid-wallet".into(), &options, &forever)?.dyn_into()
    };
    // A browser without locks (before 2022) runs without this protection; the server's counters still hold.
    let Ok(held) = claim() else { return };
    spawn_local(async move {
        if JsFuture::from(held).await.is_err_and(|e| super::name_of(&e) == "AbortError") {
            lost();
        }
    });
}

/// Calls back on an event of the window or document; for the life of the page.
pub fn listen(target: &web_sys::EventTarget, event: &str, act: impl FnMut(web_sys::Event) + 'static) {
    let callback = Closure::<dyn FnMut(web_sys::Event)>::new(act).into_js_value();
    let _ = target.add_event_listener_with_callback(event, callback.unchecked_ref());
}

thread_local! {
    static INSTALL_OFFER: std::cell::RefCell<Option<web_sys::Event>> = const { std::cell::RefCell::new(None) };
}

/// Keeps the browser's offer to install the app until the person asks for it.
pub fn keep_install_offer(event: web_sys::Event) {
    INSTALL_OFFER.with(|offer| offer.replace(Some(event)));
}

/// Shows the browser's own question; each offer works once.
pub fn install() {
    let Some(event) = INSTALL_OFFER.with(std::cell::RefCell::take) else { return };
    let prompt = Reflect::get(&event, &"prompt".into()).ok().and_then(|p| p.dyn_into::<Function>().ok());
    if let Some(prompt) = prompt {
        let _ = prompt.call0(&event);
    }
}

/// Returns when there may be internet again: the browser says so, the person asks, or 15 seconds passed.
pub async fn internet_again() {
    let waiting = Promise::new(&mut |resolve, _| {
        let Some(window) = web_sys::window() else { return };
        for event in ["online", TRY_AGAIN] {
            let options = web_sys::AddEventListenerOptions::new();
            options.set_once(true);
            let _ = window.add_event_listener_with_callback_and_add_event_listener_options(event, &resolve, &options);
        }
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, 15_000);
    });
    let _ = JsFuture::from(waiting).await;
}

const TRY_AGAIN: &str = "zorgid-try-again";

/// The person asks to try the server again.
pub fn try_again() {
    if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new(TRY_AGAIN)) {
        let _ = window.dispatch_event(&event);
    }
}

/// Moves the focus to the new screen's heading, so that keyboard and screen reader start there, and names the page after it.
pub fn announce_heading() {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
    let Some(heading) = document.query_selector("h1").ok().flatten() else { return };
    let text = heading.text_content().unwrap_or_default();
    document.set_title(&format!("{text} – {}", crate::texts::PRODUCT));
    if let Some(heading) = heading.dyn_ref::<web_sys::HtmlElement>() {
        let _ = heading.focus();
    }
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}
