//! From the opened page to the first screen, and what goes on in the background.

use super::{After, App, Screen};
use crate::{
    platform::{
        device::BrowserDevice,
        page::{self, BrowserClock, BrowserEntropy},
        storage::BrowserStorage,
        transport::BrowserTransport,
    },
    screens,
};
use leptos::{mount::mount_to_body, prelude::*, task::spawn_local};
use std::{cell::Cell, rc::Rc, time::Duration};
use wallet::{Ports, Wallet, WalletError, WalletState, fetch_config, ports::RustCrypto};

/// In the background for this long: the PIN is asked again. Milliseconds.
const LOCK_AFTER: f64 = 2.0 * 60.0 * 1000.0;
/// How often the age of the unlock is looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Starts everything.
pub fn start() {
    let app = App::new(page::language());
    page::show_language(app.language.get_untracked());
    // Before anything else sees it: the link holds a secret.
    let link = page::take_link();
    mount_to_body(move || screens::root(app));
    page::own_the_wallet(move || {
        app.wipe();
        app.show(Screen::Elsewhere);
    });
    watch_links(app);
    watch_install(app);
    watch_background(app);
    match link {
        Some(_) if page::is_ios_browser() => app.show(Screen::IosBrowser),
        link => {
            app.after.set(link.map(After::Link));
            spawn_local(open(app));
        }
    }
}

/// Opens the wallet; waits for internet when there is none.
async fn open(app: App) {
    loop {
        let opened = open_wallet().await;
        if matches!(app.screen.get_untracked(), Screen::Elsewhere) {
            return;
        }
        match opened {
            Ok(wallet) => {
                let state = wallet.state();
                app.keep(wallet);
                app.show(if state == WalletState::NoPin { Screen::Welcome } else { Screen::Unlock });
                return;
            }
            Err(WalletError::Unreachable(reason)) => {
                leptos::logging::warn!("no server: {reason}");
                app.show(Screen::Offline);
                page::internet_again().await;
            }
            Err(error) => return app.fail(&error),
        }
    }
}

async fn open_wallet() -> Result<Wallet, WalletError> {
    let ports = Ports {
        device: Rc::new(BrowserDevice),
        storage: Rc::new(BrowserStorage),
        transport: Rc::new(BrowserTransport),
        ecdsa: Rc::new(RustCrypto),
        entropy: Rc::new(BrowserEntropy),
        clock: Rc::new(BrowserClock),
    };
    let config = fetch_config(ports.transport.as_ref(), &page::origin()).await?;
    Wallet::open(ports, config).await
}

/// A link that opens while the app runs changes only the fragment.
fn watch_links(app: App) {
    let Some(window) = web_sys::window() else { return };
    page::listen(&window, "hashchange", move |_| {
        let Some(link) = page::take_link() else { return };
        spawn_local(async move {
            while app.busy.get_untracked() {
                page::sleep(Duration::from_millis(100)).await;
            }
            match app.look(|wallet| wallet.state()) {
                Some(WalletState::Unlocked) => app.open_link(link),
                Some(_) => app.ask_pin(Some(After::Link(link))),
                // Still starting: after the PIN.
                None => app.after.set(Some(After::Link(link))),
            }
        });
    });
}

fn watch_install(app: App) {
    let Some(window) = web_sys::window() else { return };
    page::listen(&window, "beforeinstallprompt", move |event| {
        event.prevent_default();
        page::keep_install_offer(event);
        app.installable.set(true);
    });
    page::listen(&window, "appinstalled", move |_| app.installable.set(false));
}

/// Locks after two minutes in the background. Browsers stop timers there, so the clock is looked at again on return.
fn watch_background(app: App) {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
    let hidden_since: Rc<Cell<Option<f64>>> = Rc::default();
    let look = move |hidden_since: &Cell<Option<f64>>| {
        let now = js_sys::Date::now();
        if hidden_since.get().is_some_and(|since| now - since >= LOCK_AFTER) {
            app.lock_in_background();
        }
        if page::is_hidden() {
            hidden_since.set(hidden_since.get().or(Some(now)));
        } else {
            hidden_since.set(None);
        }
    };
    let since = hidden_since.clone();
    page::listen(&document, "visibilitychange", move |_| look(&since));
    spawn_local(async move {
        loop {
            page::sleep(LOOK_AGAIN).await;
            look(&hidden_since);
        }
    });
}
