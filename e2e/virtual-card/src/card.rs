//! The card: the PIV applet behind ISO 7816 commands, with what the applet leaves to its surroundings (chained commands,
//! long answers, forgetting the PIN when the power goes), and being pulled out at a chosen moment.

use crate::platform::Client;
use heapless::Vec as Buffer;
use iso7816::{Command, Status, command::class::Chain};
use piv_authenticator::{Authenticator, Options};
use std::sync::{Arc, Mutex, PoisonError, mpsc::Sender};
use vpicc::VSmartCard;

const LONGEST: usize = 8192;
const VERIFY: u8 = 0x20;
const GENERAL_AUTHENTICATE: u8 = 0x87;
const GET_RESPONSE: u8 = 0xC0;
/// VERIFY with P1 = FF: forget the PIN.
const LOG_OUT: [u8; 4] = [0x00, VERIFY, 0xFF, 0x80];
/// Of a new card; the applet's default.
pub const PIN_TRIES: u8 = 3;

/// When the card leaves the reader by itself, without answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// When it is given a PIN.
    Pin,
    /// When it is asked to sign.
    Sign,
}

/// What the outside sees of the card and asks of it.
#[derive(Debug)]
pub struct Outside {
    /// Tries left, as the card itself answered last.
    pub tries: u8,
    /// Pulled out at this moment.
    pub pull: Option<Moment>,
}

/// The card in the reader.
pub struct Card<'a> {
    applet: Authenticator<Client<'a>>,
    outside: Arc<Mutex<Outside>>,
    powered: Sender<u32>,
    /// How many times it was put in.
    pub times: u32,
    /// Set when it was pulled out: nothing is answered any more.
    pub pulled: bool,
    chained: Option<Command<LONGEST>>,
    rest: Vec<u8>,
}

impl<'a> Card<'a> {
    /// A new card; `powered` hears when the reader gives it power, and which time in the reader that is.
    pub fn new(client: Client<'a>, outside: Arc<Mutex<Outside>>, powered: Sender<u32>) -> Self {
        let applet = Authenticator::new(client, Options::new());
        Self { applet, outside, powered, times: 0, pulled: false, chained: None, rest: Vec::new() }
    }

    /// Tells that it is made.
    pub fn ready(&self) {
        let _ = self.powered.send(self.times);
    }

    /// One command to the applet: its answer and status word.
    pub fn ask(&mut self, command: &Command<LONGEST>) -> (Vec<u8>, u16) {
        let mut answer = Buffer::<u8, LONGEST>::new();
        match self.applet.respond(command.as_view(), &mut answer) {
            Ok(()) => (answer.to_vec(), u16::from(Status::Success)),
            Err(status) => (Vec::new(), status.into()),
        }
    }

    /// One command as bytes.
    pub fn ask_bytes(&mut self, command: &[u8]) -> (Vec<u8>, u16) {
        match Command::try_from(command) {
            Ok(command) => self.ask(&command),
            Err(_) => (Vec::new(), u16::from(Status::WrongLength)),
        }
    }

    fn forget(&mut self) {
        self.chained = None;
        self.rest.clear();
        self.ask_bytes(&LOG_OUT);
    }

    /// The next part of a long answer.
    fn send(&mut self, extended: bool) -> Vec<u8> {
        let most = if extended { self.rest.len() } else { self.rest.len().min(256) };
        let mut part: Vec<u8> = self.rest.drain(..most).collect();
        match self.rest.len() {
            0 => part.extend([0x90, 0x00]),
            left => part.extend([0x61, u8::try_from(left).unwrap_or(0)]),
        }
        part
    }

    fn outside(&self) -> std::sync::MutexGuard<'_, Outside> {
        self.outside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pull_now(&mut self, instruction: u8, data: &[u8]) -> bool {
        let moment = match instruction {
            VERIFY if !data.is_empty() => Moment::Pin,
            GENERAL_AUTHENTICATE => Moment::Sign,
            _ => return false,
        };
        let mut outside = self.outside();
        let now = outside.pull == Some(moment);
        if now {
            outside.pull = None;
        }
        now
    }

    fn note_tries(&self, instruction: u8, data: &[u8], status: u16) {
        let tries = match status {
            0x63C0..=0x63CF => u8::try_from(status & 0xF).unwrap_or(0),
            0x6983 => 0,
            0x9000 if !data.is_empty() => PIN_TRIES,
            _ => return,
        };
        if instruction == VERIFY {
            self.outside().tries = tries;
        }
    }
}

impl VSmartCard for Card<'_> {
    fn power_on(&mut self) {
        self.forget();
        let _ = self.powered.send(self.times);
    }
    fn power_off(&mut self) {
        self.forget();
    }
    fn reset(&mut self) {
        self.forget();
    }

    fn execute(&mut self, message: &[u8]) -> Vec<u8> {
        let Ok(command) = Command::<LONGEST>::try_from(message) else { return vec![0x67, 0x00] };
        let instruction = u8::from(command.instruction());
        if instruction == GET_RESPONSE {
            return self.send(false);
        }
        let command = match self.chained.take() {
            Some(mut whole) if whole.instruction() == command.instruction() => {
                if whole.extend_from_command(&command).is_err() {
                    return vec![0x67, 0x00];
                }
                whole
            }
            _ => command,
        };
        if command.class().chain() == Chain::NotTheLast {
            self.chained = Some(command);
            return vec![0x90, 0x00];
        }
        if self.pull_now(instruction, command.data()) {
            self.pulled = true;
            return Vec::new();
        }
        let (answer, status) = self.ask(&command);
        self.note_tries(instruction, command.data(), status);
        if status != 0x9000 {
            return status.to_be_bytes().to_vec();
        }
        self.rest = answer;
        // Long commands were sent by a reader that takes long answers.
        self.send(message.len() > 5 && message[4] == 0)
    }
}
