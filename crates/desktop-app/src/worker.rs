//! The thread that talks to the card: modules and readers block, and a card's session belongs to one thread.

use crate::{flow::Event, trouble::Trouble};
use domain::{Entropy, Environment};
use smartcard::{Card, CardError, CardInfo, CardSource, ModuleChoice, Pin, Pkcs11Source, Signed, SoftSource};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::Duration,
};
use tokio::sync::{mpsc::UnboundedSender, oneshot};

/// How often the readers are looked at, while waiting for a card and while one is in use.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long a signature may take: the slowest cards need a few seconds. A module may never come back from a card that is
/// pulled out at that very moment (OpenSC 0.23 waits for a lock that it holds itself).
const SIGNED_WITHIN: Duration = Duration::from_secs(30);

/// How long the end of the program waits for the card.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens the places where cards may be, for a request of this environment.
pub type OpenSource = Box<dyn Fn(Environment) -> Box<dyn CardSource> + Send>;

/// What the thread is asked to do.
pub enum Command {
    /// Look for cards until there is one.
    Look(Environment),
    /// Keep this one of the found cards.
    Choose(usize),
    /// Try a PIN.
    LogIn(Option<Pin>),
    /// Make a signature. The chain and algorithm are known from [`Command::Describe`].
    Sign(Vec<u8>, oneshot::Sender<Result<Signed, CardError>>),
    /// The certificates and algorithm of the card in use.
    Describe(oneshot::Sender<Result<Described, CardError>>),
    /// Let the card go.
    Release,
    /// Let the card and its module go, say so, and end.
    Stop(oneshot::Sender<()>),
}

/// What goes into the header of an answer.
pub struct Described {
    /// DER certificates, leaf first.
    pub chain: Vec<Vec<u8>>,
    /// Of its signatures.
    pub algorithm: protocol::jws::Algorithm,
}

/// A handle to the thread; it ends when the last handle is dropped.
#[derive(Clone)]
pub struct Worker {
    commands: Sender<Command>,
    signed_within: Duration,
}

impl Worker {
    /// Starts the thread.
    pub fn start(open: OpenSource, events: UnboundedSender<Event>, entropy: Arc<dyn Entropy>) -> Self {
        let (commands, inbox) = channel();
        std::thread::spawn(move || {
            Thread { open, events, entropy, inbox, source: None, last: None, state: State::Idle }.run();
        });
        Self { commands, signed_within: SIGNED_WITHIN }
    }

    /// Hands in a command; a thread that is gone has nothing left to do.
    pub fn send(&self, command: Command) {
        let _ = self.commands.send(command);
    }

    /// Ends the thread and waits for it, so that the program does not end in the middle of a module's work (which
    /// crashes some). A card that hangs is not waited for longer than a moment.
    pub async fn stop(&self) {
        let (reply, stopped) = oneshot::channel();
        self.send(Command::Stop(reply));
        let _ = tokio::time::timeout(PATIENCE, stopped).await;
    }

    /// The certificates and algorithm of the card in use.
    pub async fn describe(&self) -> Result<Described, CardError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Describe(reply));
        self.in_time(answer).await
    }

    /// A signature over a message.
    pub async fn sign(&self, message: Vec<u8>) -> Result<Signed, CardError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Sign(message, reply));
        self.in_time(answer).await
    }

    async fn in_time<T>(&self, answer: oneshot::Receiver<Result<T, CardError>>) -> Result<T, CardError> {
        match tokio::time::timeout(self.signed_within, answer).await {
            Ok(answer) => answer.unwrap_or(Err(CardError::CardRemoved)),
            Err(_) => Err(CardError::Failed { cause: String::from("it did not answer in time") }),
        }
    }
}

enum State {
    Idle,
    Looking,
    Found(Vec<Box<dyn Card>>),
    Holding(Box<dyn Card>),
}

struct Thread {
    open: OpenSource,
    events: UnboundedSender<Event>,
    entropy: Arc<dyn Entropy>,
    inbox: Receiver<Command>,
    last: Option<Result<Vec<CardInfo>, CardError>>,
    // Dropped in this order: cards before the modules they live in.
    state: State,
    source: Option<(Environment, Box<dyn CardSource>)>,
}

impl Thread {
    fn run(mut self) {
        loop {
            let command = match self.state {
                State::Idle => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                _ => self.inbox.recv_timeout(LOOK_EVERY),
            };
            match command {
                Ok(Command::Stop(stopped)) => {
                    drop(self);
                    let _ = stopped.send(());
                    return;
                }
                Ok(command) => self.obey(command),
                Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }

    fn trouble(&self, error: CardError) -> Trouble {
        Trouble::card(self.entropy.as_ref(), error)
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Look(environment) => {
                if self.source.as_ref().is_none_or(|(known, _)| *known != environment) {
                    self.source = Some((environment, (self.open)(environment)));
                }
                self.last = None;
                self.state = State::Looking;
                self.look();
            }
            Command::Choose(index) => {
                self.state = match std::mem::replace(&mut self.state, State::Idle) {
                    State::Found(mut cards) if index < cards.len() => State::Holding(cards.swap_remove(index)),
                    other => other,
                };
            }
            Command::LogIn(pin) => {
                let result = match &mut self.state {
                    State::Holding(card) => card.log_in(pin.as_ref()),
                    _ => Err(CardError::CardRemoved),
                };
                let event = Event::LoggedIn(result.map_err(|error| self.trouble(error)));
                self.tell(event);
            }
            Command::Sign(message, reply) => {
                let result = match &mut self.state {
                    State::Holding(card) => card.sign(&message),
                    _ => Err(CardError::CardRemoved),
                };
                let _ = reply.send(result);
            }
            Command::Describe(reply) => {
                let _ = reply.send(match &self.state {
                    State::Holding(card) => Ok(Described { chain: card.chain().to_vec(), algorithm: card.algorithm() }),
                    _ => Err(CardError::CardRemoved),
                });
            }
            Command::Release | Command::Stop(_) => self.state = State::Idle,
        }
    }

    fn look(&mut self) {
        match &mut self.state {
            State::Idle => {}
            State::Holding(card) => {
                if let Err(error) = card.check_present() {
                    self.state = State::Idle;
                    let event = Event::CardGone(self.trouble(error));
                    self.tell(event);
                }
            }
            State::Looking | State::Found(_) => {
                let Some((_, source)) = &mut self.source else { return };
                let (state, seen) = match source.cards() {
                    Ok(cards) => {
                        let infos = cards.iter().map(|card| card.info().clone()).collect();
                        (State::Found(cards), Ok(infos))
                    }
                    Err(error) => (State::Looking, Err(error)),
                };
                self.state = state;
                // Told only when it changed, so that the window does not flicker and the log stays short.
                if self.last.as_ref() != Some(&seen) {
                    self.last = Some(seen.clone());
                    let event = Event::CardsSeen(seen.map_err(|error| self.trouble(error)));
                    self.tell(event);
                }
            }
        }
    }
}

/// The real places: PKCS#11 modules and, for acceptatie only, a folder of soft cards; `label` narrows to one card.
pub fn real_source(modules: Vec<PathBuf>, cards_dir: Option<PathBuf>, label: Option<String>) -> OpenSource {
    Box::new(move |environment| {
        let soft = cards_dir.clone().filter(|_| environment == Environment::Acceptatie).map(SoftSource::new);
        let hard = Pkcs11Source::new(ModuleChoice { configured: modules.clone() });
        Box::new(Places { hard, soft, label: label.clone() })
    })
}

struct Places {
    hard: Pkcs11Source,
    soft: Option<SoftSource>,
    label: Option<String>,
}

impl CardSource for Places {
    fn cards(&mut self) -> Result<Vec<Box<dyn Card>>, CardError> {
        let mut result = self.hard.cards();
        if let Some(soft) = &mut self.soft {
            result = match (result, soft.cards()) {
                (Ok(mut cards), Ok(more)) => {
                    cards.extend(more);
                    Ok(cards)
                }
                (Ok(cards), Err(_)) | (Err(_), Ok(cards)) => Ok(cards),
                // Whoever configured a folder of soft cards wants to know what is wrong with it.
                (Err(_), Err(error)) => Err(error),
            };
        }
        let cards = result?;
        let Some(label) = &self.label else { return Ok(cards) };
        let chosen: Vec<_> = cards.into_iter().filter(|card| card.info().label == *label).collect();
        if chosen.is_empty() { Err(CardError::OtherCard { label: label.clone() }) } else { Ok(chosen) }
    }
}

#[cfg(test)]
mod tests;
