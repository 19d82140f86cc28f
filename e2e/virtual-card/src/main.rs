//! `virtual-card FOLDER auth.p12`: a pass of the test register (`zorgid dev-pki`) on a PIV card in a virtual reader.
//!
//! It starts a smartcard service of its own; programs see the reader when `PCSCLITE_CSOCK_NAME` is `FOLDER/pcscd.comm`.
//! Commands come on standard input, one a line; each is answered by one line:
//!
//! | command | answer | |
//! |---|---|---|
//! | (start) | `ready` | the card is in the reader and has power |
//! | `remove` | `removed` | pulls the card out |
//! | `insert` | `inserted` | puts it in again; the same card, with the same PIN counter |
//! | `pull pin`, `pull sign` | `armed` | pulls it out when it is given a PIN, or asked to sign, before it answers |
//! | `tries` | `tries 2` | PIN tries left, by the card's own last answer |
//! | `quit`, end of input | | ends card, reader and service |
//!
//! The PIN is 123456, with three tries. For tests only: the platform's random numbers are the same every time.

mod card;
mod issue;
mod platform;
mod reader;

use card::{Card, Moment, Outside, PIN_TRIES};
use reader::Reader;
use std::{
    io::BufRead,
    net::{Shutdown, TcpStream},
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

/// How long the reader may take to give the card power, and how often it is put in again.
const PATIENCE: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 5;
/// The platform keeps large buffers on the stack.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder, pass] = &arguments[..] else {
        eprintln!("usage: virtual-card FOLDER auth.p12");
        return ExitCode::from(2);
    };
    match Reader::start(folder).and_then(|reader| run(reader, pass.clone())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("virtual-card: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(reader: Reader, pass: PathBuf) -> Result<(), String> {
    let outside = Arc::new(Mutex::new(Outside { tries: PIN_TRIES, pull: None }));
    let (to_card, inserted) = channel();
    let (power, powered) = channel();
    let shared = Arc::clone(&outside);
    let card = move || platform::with_client(|client| serve(Card::new(client, shared, power), &pass, &inserted));
    std::thread::Builder::new().stack_size(STACK).spawn(card).map_err(|error| error.to_string())?;

    let mut slot = Slot { reader, to_card, powered, times: 0, stream: None };
    // Issuing takes a second or more; only then can it answer a reader.
    slot.powered.recv().map_err(|_| "the card could not be made")?;
    slot.insert()?;
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        match line.trim() {
            "remove" => {
                slot.remove();
                println!("removed");
            }
            "insert" => {
                slot.remove();
                slot.insert()?;
                println!("inserted");
            }
            order @ ("pull pin" | "pull sign") => {
                let moment = if order == "pull pin" { Moment::Pin } else { Moment::Sign };
                outside.lock().unwrap_or_else(PoisonError::into_inner).pull = Some(moment);
                println!("armed");
            }
            "tries" => println!("tries {}", outside.lock().unwrap_or_else(PoisonError::into_inner).tries),
            "quit" => break,
            other => return Err(format!("unknown command: {other}")),
        }
    }
    Ok(())
}

/// The reader's slot with the card in it, or not.
struct Slot {
    reader: Reader,
    to_card: Sender<TcpStream>,
    powered: Receiver<u32>,
    times: u32,
    stream: Option<TcpStream>,
}

impl Slot {
    fn insert(&mut self) -> Result<(), String> {
        for _ in 0..ATTEMPTS {
            let stream = self.reader.connect()?;
            self.stream = Some(stream.try_clone().map_err(|error| error.to_string())?);
            self.to_card.send(stream).map_err(|_| "the card is broken")?;
            self.times += 1;
            while let Ok(time) = self.powered.recv_timeout(PATIENCE) {
                if time == self.times {
                    return Ok(());
                }
            }
            // It was put back before the service saw that it had gone; out once more, then.
            self.remove();
        }
        Err(String::from("the reader gave the card no power"))
    }

    fn remove(&mut self) {
        if let Some(stream) = self.stream.take() {
            // It may have been pulled out already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// The card's own thread: in the reader while there is a connection.
fn serve(mut card: Card<'_>, pass: &std::path::Path, inserted: &Receiver<TcpStream>) {
    if let Err(error) = issue::issue(&mut card, pass) {
        eprintln!("virtual-card: {error}");
        return;
    }
    card.ready();
    while let Ok(stream) = inserted.recv() {
        card.times += 1;
        let Ok(same) = stream.try_clone() else { return };
        let mut connection = vpicc::Connection::from(stream);
        card.pulled = false;
        while !card.pulled && connection.poll(&mut card).is_ok() {}
        let _ = same.shutdown(Shutdown::Both);
    }
}
