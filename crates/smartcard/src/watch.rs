//! Notices that a card leaves its reader. PC/SC tells it reliably; a PKCS#11 module often keeps showing what it cached
//! (OpenSC lists a removed card until the process ends).

use pcsc::{Context, ReaderState, Scope, State};
use std::{ffi::CString, time::Duration};

/// How long a module's failure may be ahead of the service: a service that has to ask its reader does so twice a second.
const NOTICED_WITHIN: Duration = Duration::from_secs(2);
/// That time is waited in parts, because any change ends a wait, also that a program begins to use the card.
const PARTS: u32 = 8;

/// What a reader says of the card that was in it when watching began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The same card, all the time.
    Present,
    /// Gone, or gone and back.
    Removed,
}

/// Watches one reader through PC/SC (`SCardGetStatusChange`).
pub struct ReaderWatch {
    context: Context,
    state: ReaderState,
    events: u32,
    /// Once gone it stays gone, also when nothing happens any more.
    gone: bool,
}

impl ReaderWatch {
    /// Starts watching the reader with this name; `None` when there is no PC/SC service, no such reader or no card in
    /// it, as with modules that have no reader at all.
    ///
    /// PKCS#11 cuts a slot's description at 64 bytes, so a reader's name need only begin with it.
    pub fn start(reader: &str) -> Option<Self> {
        let reader = reader.trim();
        if reader.is_empty() {
            return None;
        }
        let context = Context::establish(Scope::User).ok()?;
        let name: CString =
            context.list_readers_owned().ok()?.into_iter().find(|name| {
                name.to_str().is_ok_and(|n| n == reader || (reader.len() >= 60 && n.starts_with(reader)))
            })?;
        let mut states = [ReaderState::new(name, State::UNAWARE)];
        context.get_status_change(Duration::ZERO, &mut states).ok()?;
        let [mut state] = states;
        if !state.event_state().contains(State::PRESENT) {
            return None;
        }
        state.sync_current_state();
        let events = state.event_count();
        Some(Self { context, state, events, gone: false })
    }

    /// Asks the reader, without waiting.
    pub fn look(&mut self) -> Presence {
        self.wait(Duration::ZERO)
    }

    /// Asks the reader after something failed, and gives it time to notice that the card is gone.
    pub fn look_twice(&mut self) -> Presence {
        let gone = (0..PARTS).any(|_| self.wait(NOTICED_WITHIN / PARTS) == Presence::Removed);
        if gone { Presence::Removed } else { Presence::Present }
    }

    fn wait(&mut self, longest: Duration) -> Presence {
        self.gone = self.gone || !self.still_there(longest);
        if self.gone { Presence::Removed } else { Presence::Present }
    }

    fn still_there(&mut self, longest: Duration) -> bool {
        match self.context.get_status_change(longest, std::slice::from_mut(&mut self.state)) {
            Ok(()) => {}
            // Nothing changed since the last look.
            Err(pcsc::Error::Timeout) => return true,
            // The reader was unplugged, or the service stopped: either way the card is out of reach.
            Err(_) => return false,
        }
        let state = self.state.event_state();
        // The counter rises with every insertion and removal, so a quick swap is seen too.
        let swapped = self.state.event_count() != self.events;
        self.state.sync_current_state();
        let present = state.contains(State::PRESENT) && !state.intersects(State::UNAVAILABLE | State::UNKNOWN);
        present && !swapped
    }
}

impl std::fmt::Debug for ReaderWatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReaderWatch({})", self.state.name().to_string_lossy())
    }
}
