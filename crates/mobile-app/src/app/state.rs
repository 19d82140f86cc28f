//! The state: which screen, which wallet, what is waiting for the PIN.

use super::Failure;
use crate::texts::{Language, Text, fill};
use domain::{Environment, identity::IdentityId, request::Purpose};
use leptos::prelude::*;
use protocol::link::ServerId;
use wallet::{Activated, Answered, Asked, IdentityView, PinState, Wallet, WalletError};

/// What is on the screen.
#[derive(Clone)]
pub enum Screen {
    /// Reading storage and the list of servers.
    Loading,
    /// The server cannot be reached at the start.
    Offline,
    /// A newer window has the wallet.
    Elsewhere,
    /// A link opened in Safari, outside the installed app.
    IosBrowser,
    /// First run: what this is.
    Welcome,
    /// First run: choose a PIN and repeat it.
    ChoosePin,
    /// Ask the PIN.
    Unlock,
    /// The PIN does not help now: wait, blocked or revoked.
    PinTrouble(PinTrouble),
    /// *Pincode vergeten*.
    Forget,
    /// The start.
    Home,
    /// Camera, link or code.
    Scan,
    /// Someone asks something.
    Request(Box<Asked>),
    /// What became of it.
    Result(Box<Outcome>),
    /// Someone's identity is offered to this phone.
    Enrol(Box<Asked>),
    /// The new identity works once the beheerder typed these digits.
    Digits(Box<NewIdentity>),
    /// The new identity's intrekkingscode, shown once.
    Revocation(Box<Activated>),
    /// *ID en Sessies*.
    Identities,
    /// Asks once before an identity goes.
    Remove(Box<IdentityView>),
    /// *Over*.
    About,
    /// Something failed.
    Problem(Box<Failure>),
}

/// A PIN state in which typing the PIN is useless.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PinTrouble {
    /// Until this moment of the phone's clock, in milliseconds since 1970.
    Wait(i64),
    /// For good.
    Blocked,
    /// The identity is gone.
    Revoked,
}

/// An answer and when it came, by the phone's clock.
#[derive(Clone)]
pub struct Outcome {
    /// What the server recorded.
    pub answered: Answered,
    /// What it was for.
    pub purpose: Purpose,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// A new identity that waits for its digits, and since when, by the phone's clock.
#[derive(Clone)]
pub struct NewIdentity {
    /// With its digits and intrekkingscode.
    pub activated: Activated,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// What goes on once the PIN was typed.
#[derive(Clone)]
pub enum After {
    /// A link or code, not used yet.
    Link(String),
    /// A screen that was open already.
    Screen(Box<Screen>),
}

/// The server that the app shows.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// Its id.
    pub id: ServerId,
    /// Who runs it.
    pub operator: String,
    /// Acceptatie or productie.
    pub environment: Environment,
    /// The portal's address.
    pub origin: String,
}

/// Everything, as one handle that can be copied into every closure.
#[derive(Clone, Copy)]
pub struct App {
    /// The screen.
    pub screen: RwSignal<Screen>,
    /// The language.
    pub language: RwSignal<Language>,
    /// The server that is shown; `None` until the list of servers came in.
    pub server: RwSignal<Option<ServerFacts>>,
    /// Other servers that the app knows.
    pub others: RwSignal<Vec<ServerFacts>>,
    /// Something is being done with the wallet; buttons wait.
    pub busy: RwSignal<bool>,
    /// What is wrong with what was typed on this screen.
    pub notice: RwSignal<Option<String>>,
    /// What goes on after the PIN.
    pub after: RwSignal<Option<After>>,
    /// The browser offers to install the app.
    pub installable: RwSignal<bool>,
    wallet: StoredValue<Option<Wallet>, LocalStorage>,
    lock_wanted: StoredValue<bool>,
}

impl App {
    /// The state before anything was read.
    pub fn new(language: Language) -> Self {
        Self {
            screen: RwSignal::new(Screen::Loading),
            language: RwSignal::new(language),
            server: RwSignal::new(None),
            others: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            notice: RwSignal::new(None),
            after: RwSignal::new(None),
            installable: RwSignal::new(false),
            wallet: StoredValue::new_local(None),
            lock_wanted: StoredValue::new(false),
        }
    }

    /// A text in the chosen language.
    pub fn say(self, text: Text) -> String {
        text.say(self.language.get())
    }
    /// A text with values filled in.
    pub fn fill(self, text: Text, values: &[&str]) -> String {
        fill(&self.say(text), values)
    }

    /// Another screen, with nothing wrong yet.
    pub fn show(self, screen: Screen) {
        self.notice.set(None);
        self.screen.set(screen);
    }
    /// Says what is wrong on this screen.
    pub fn complain(self, text: String) {
        // Cleared first, so that a screen reader hears a repeated message again.
        self.notice.set(None);
        self.notice.set(Some(text));
    }
    /// The screen of a problem.
    pub fn fail(self, error: &WalletError) {
        let failure = Failure::of(error, self.language.get_untracked());
        leptos::logging::warn!("{}: {}", failure.code, failure.detail);
        self.show(Screen::Problem(Box::new(failure)));
    }

    /// Puts a wallet in place.
    pub fn keep(self, wallet: Wallet) {
        let facts = |s: &protocol::app_config::KnownServer| ServerFacts {
            id: s.id.clone(),
            operator: s.operator.clone(),
            environment: s.environment,
            origin: s.api_origin.clone(),
        };
        let (current, others): (Vec<_>, Vec<_>) =
            wallet.servers().iter().map(facts).partition(|s| s.id == *wallet.current());
        // Only what changed: a screen is not drawn anew, and nothing typed is lost, because a step ended.
        let current = current.into_iter().next();
        if self.server.with_untracked(|known| *known != current) {
            self.server.set(current);
        }
        if self.others.with_untracked(|known| *known != others) {
            self.others.set(others);
        }
        self.wallet.set_value(Some(wallet));
    }

    /// Does something with the wallet that takes time. One at a time: while the wallet is out, nothing else gets it.
    pub async fn with<T>(self, act: impl AsyncFnOnce(&mut Wallet) -> T) -> Option<T> {
        let mut wallet = self.wallet.try_update_value(Option::take).flatten()?;
        self.busy.set(true);
        let result = act(&mut wallet).await;
        if self.lock_wanted.try_update_value(std::mem::take).unwrap_or_default() {
            wallet.lock();
        }
        self.keep(wallet);
        self.busy.set(false);
        Some(result)
    }
    /// Looks at the wallet; `None` while it is out.
    pub fn look<T>(self, act: impl FnOnce(&Wallet) -> T) -> Option<T> {
        self.wallet.with_value(|wallet| wallet.as_ref().map(act))
    }
    /// Wipes the keys now, or as soon as the running step is done.
    pub fn wipe(self) {
        let locked = self.wallet.try_update_value(|wallet| wallet.as_mut().map(Wallet::lock)).flatten();
        if locked.is_none() {
            self.lock_wanted.set_value(true);
        }
    }
    /// Whether the shown server is unlocked (also while a step is running).
    pub fn is_unlocked(self) -> bool {
        self.look(|wallet| wallet.unlock_age().is_some()).unwrap_or(true)
    }

    /// The identities of a server that can still answer.
    pub fn usable(self, server: &ServerId, now: i64) -> Vec<IdentityView> {
        let all = self.look(Wallet::identities).unwrap_or_default();
        let usable = |i: &IdentityView| i.server == *server && i.not_after.is_none_or(|end| end.0 > now);
        all.into_iter().filter(usable).collect()
    }
    /// The screens for a PIN that was not accepted; `Wrong` stays on its screen.
    pub fn pin_refused(self, state: PinState, now: i64) {
        match state {
            PinState::Wrong { tries_left: 1 } => self.complain(self.say(Text::PinWrongOnce)),
            PinState::Wrong { tries_left } => self.complain(self.fill(Text::PinWrong, &[&tries_left.to_string()])),
            PinState::Wait { seconds, .. } => {
                self.show(Screen::PinTrouble(PinTrouble::Wait(now + i64::from(seconds) * 1000)));
            }
            PinState::Blocked => self.show(Screen::PinTrouble(PinTrouble::Blocked)),
            PinState::Revoked => self.show(Screen::PinTrouble(PinTrouble::Revoked)),
        }
    }
    /// Which identity answers when the person did not choose.
    pub fn only(identities: &[IdentityView]) -> Option<IdentityId> {
        match identities {
            [only] => Some(only.id),
            _ => None,
        }
    }
}
