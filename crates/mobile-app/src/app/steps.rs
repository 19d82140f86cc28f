//! The steps that people take. Each runs to its end even when the screen changes in the meantime.

use super::{After, App, Failure, NewIdentity, Outcome, Screen};
use crate::{platform::page, texts::Text};
use domain::{
    BirthDate,
    identity::IdentityId,
    request::{Decision, Purpose},
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{ProblemCode, code::ShortCode, link::ServerId};
use wallet::{Asked, IdentityView, Wallet, WalletError, WalletState};
use zeroize::Zeroizing;

fn now() -> i64 {
    js_sys::Date::now() as i64
}

impl App {
    /// First run: the PIN was typed twice.
    pub fn choose_pin(self, pin: Zeroizing<String>) {
        spawn_local(async move {
            page::keep_storage().await;
            match self.with(async |wallet| wallet.choose_pin(&pin).await).await {
                None => {}
                Some(Ok(())) => self.go_on(),
                // Another window chose one in the meantime, or the unlocking after the registration failed.
                Some(Err(WalletError::PinExists)) => self.show(Screen::Unlock),
                Some(Err(error)) => self.fail(&error),
            }
        });
    }

    /// The PIN was typed.
    pub fn unlock(self, pin: Zeroizing<String>) {
        spawn_local(async move {
            match self.with(async |wallet| wallet.unlock(&pin).await).await {
                None => {}
                Some(Ok(())) => self.go_on(),
                Some(Err(WalletError::Pin(state))) => self.pin_refused(state, now()),
                Some(Err(error)) => self.fail(&error),
            }
        });
    }

    /// After the PIN: what was waiting, or the start.
    fn go_on(self) {
        match self.after.try_update(Option::take).flatten() {
            Some(After::Link(text)) => {
                self.show(Screen::Home);
                self.open_link(text);
            }
            Some(After::Screen(screen)) => self.show(*screen),
            None => self.show(Screen::Home),
        }
    }

    /// Asks the PIN first, then goes on.
    pub fn ask_pin(self, after: Option<After>) {
        self.after.set(after);
        let no_pin = self.look(|wallet| wallet.state() == WalletState::NoPin).unwrap_or_default();
        self.show(if no_pin { Screen::Welcome } else { Screen::Unlock });
    }

    /// *Vergrendelen*.
    pub fn lock(self) {
        self.wipe();
        self.ask_pin(None);
    }
    /// Two minutes in the background: the keys go; what someone asks comes back after the PIN.
    pub fn lock_in_background(self) {
        self.wipe();
        match self.screen.get_untracked() {
            screen @ (Screen::Request(_) | Screen::Enrol(_)) => self.ask_pin(Some(After::Screen(Box::new(screen)))),
            Screen::Home | Screen::Scan | Screen::Result(_) | Screen::Identities | Screen::Remove(_) => {
                self.ask_pin(None)
            }
            // Digits and intrekkingscode are shown only once; the others show nothing that the PIN protects.
            _ => {}
        }
    }

    /// A scanned, pasted or opened link, or a typed code.
    pub fn open_link(self, text: String) {
        spawn_local(async move {
            let opened = self.with(async |wallet| inspect(wallet, &text).await).await;
            match opened {
                None => {}
                Some(Ok(asked)) if asked.claims.purpose == Purpose::Enrol => self.show(Screen::Enrol(Box::new(asked))),
                Some(Ok(asked)) => self.show(Screen::Request(Box::new(asked))),
                Some(Err(WalletError::Locked(_) | WalletError::NoPin)) => self.ask_pin(Some(After::Link(text))),
                Some(Err(error)) => {
                    let other = matches!(error, WalletError::OtherEnvironment { .. });
                    self.fail(&error);
                    // Kept for after the switch: the link was not used.
                    self.after.set(other.then_some(After::Link(text)));
                }
            }
        });
    }

    /// Shows another server; what waits goes on there.
    pub fn switch(self, server: ServerId) {
        spawn_local(async move {
            let selected = self.with(async |wallet| {
                wallet.select(&server).await?;
                Ok::<_, WalletError>(wallet.state())
            });
            match selected.await {
                None => {}
                Some(Ok(WalletState::Unlocked)) => self.go_on(),
                Some(Ok(_)) => self.ask_pin(self.after.get_untracked()),
                Some(Err(error)) => self.fail(&error),
            }
        });
    }

    /// *Accepteren* or *Weigeren*.
    pub fn answer(self, asked: Box<Asked>, decision: Decision, identity: Option<IdentityId>) {
        spawn_local(async move {
            match self.with(async |wallet| wallet.answer(&asked, decision, identity).await).await {
                None => {}
                Some(Ok(answered)) => {
                    let purpose = asked.claims.purpose;
                    self.show(Screen::Result(Box::new(Outcome { answered, purpose, at: now() })));
                }
                Some(Err(WalletError::Locked(_))) => {
                    self.ask_pin(Some(After::Screen(Box::new(Screen::Request(asked)))))
                }
                Some(Err(WalletError::Pin(state))) => self.pin_refused(state, now()),
                Some(Err(error)) => self.fail(&error),
            }
        });
    }

    /// The person accepts the identity that is offered.
    pub fn activate(self, asked: Box<Asked>, birth_date: Option<BirthDate>) {
        spawn_local(async move {
            match self.with(async |wallet| wallet.activate(&asked, birth_date).await).await {
                None => {}
                Some(Ok(activated)) if activated.pairing_code.is_some() => {
                    self.show(Screen::Digits(Box::new(NewIdentity { activated, at: now() })));
                }
                Some(Ok(activated)) => self.show(Screen::Revocation(Box::new(activated))),
                Some(Err(WalletError::Locked(_))) => self.ask_pin(Some(After::Screen(Box::new(Screen::Enrol(asked))))),
                Some(Err(WalletError::BirthDateRequired)) => self.complain(self.say(Text::BirthDateInvalid)),
                // The request is still open, or the answer was lost on its way: *Accepteren* asks again, with the same key.
                Some(Err(error)) if matches!(error.code(), ProblemCode::Unreachable | ProblemCode::Unavailable) => {
                    self.complain(Failure::of(&error, self.language.get_untracked()).sentences.join(" "));
                }
                Some(Err(error)) => match tries_left(&error) {
                    Some(1) => self.complain(self.say(Text::BirthDateWrongOnce)),
                    Some(tries @ 2..) => self.complain(self.fill(Text::BirthDateWrong, &[&tries.to_string()])),
                    _ => self.fail(&error),
                },
            }
        });
    }

    /// Removes an identity from the phone.
    pub fn remove(self, identity: Box<IdentityView>) {
        spawn_local(async move {
            let removed = self.with(async |wallet| wallet.remove_identity(&identity.server, identity.id).await).await;
            match removed {
                None => {}
                Some(Ok(())) => self.show(Screen::Identities),
                Some(Err(WalletError::Locked(_))) => {
                    self.ask_pin(Some(After::Screen(Box::new(Screen::Remove(identity)))));
                }
                Some(Err(error)) => self.fail(&error),
            }
        });
    }

    /// *App leegmaken*.
    pub fn forget(self) {
        spawn_local(async move {
            match self.with(async |wallet| wallet.forget_everything().await).await {
                None => {}
                Some(Ok(())) => self.show(Screen::Welcome),
                Some(Err(error)) => self.fail(&error),
            }
        });
    }

    /// The start; asks the PIN when it was typed too long ago.
    pub fn home(self) {
        self.visit(Screen::Home);
    }
    /// A screen that needs the PIN.
    pub fn visit(self, screen: Screen) {
        if self.is_unlocked() { self.show(screen) } else { self.ask_pin(Some(After::Screen(Box::new(screen)))) }
    }
}

/// Redeems a link or code, unless nothing here could answer it: a QR code is never used up in vain.
async fn inspect(wallet: &mut Wallet, text: &str) -> Result<Asked, WalletError> {
    let scanned = wallet.scan(text)?;
    let enrols = match scanned.kind {
        Some(kind) => kind == Purpose::Enrol,
        None => matches!(ShortCode::parse(text.trim()), Some(ShortCode::Enrol(_))),
    };
    let answers = |identity: &IdentityView| identity.server == scanned.server;
    if !enrols && wallet.is_unlocked(&scanned.server) && !wallet.identities().iter().any(answers) {
        return Err(WalletError::NoIdentity(scanned.server));
    }
    wallet.inspect(text).await
}

fn tries_left(error: &WalletError) -> Option<u64> {
    match error {
        WalletError::Server(problem) if problem.code == ProblemCode::BirthDateWrong => {
            problem.extra.get("triesLeft").and_then(serde_json::Value::as_u64)
        }
        _ => None,
    }
}
