use super::*;
use smartcard::PinState;

struct Zeros;
impl Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// A card whose module never comes back from signing.
struct Stuck(CardInfo);

impl Card for Stuck {
    fn info(&self) -> &CardInfo {
        &self.0
    }
    fn chain(&self) -> &[Vec<u8>] {
        &[]
    }
    fn algorithm(&self) -> protocol::jws::Algorithm {
        protocol::jws::Algorithm::RS256
    }
    fn pin_state(&mut self) -> Result<PinState, CardError> {
        Ok(PinState::Fresh)
    }
    fn log_in(&mut self, _: Option<&Pin>) -> Result<(), CardError> {
        Ok(())
    }
    fn sign(&mut self, _: &[u8]) -> Result<Signed, CardError> {
        loop {
            std::thread::park();
        }
    }
    fn check_present(&mut self) -> Result<(), CardError> {
        Ok(())
    }
}

struct StuckReader;

impl CardSource for StuckReader {
    fn cards(&mut self) -> Result<Vec<Box<dyn Card>>, CardError> {
        let info = CardInfo {
            label: String::from("z"),
            reader: String::new(),
            holder: String::new(),
            number: String::new(),
            keypad: false,
            soft: false,
        };
        Ok(vec![Box::new(Stuck(info))])
    }
}

#[tokio::test]
async fn a_card_that_never_answers_is_a_card_that_failed() {
    let (events, mut inbox) = tokio::sync::mpsc::unbounded_channel();
    let worker = Worker::start(Box::new(|_| Box::new(StuckReader)), events, Arc::new(Zeros));
    worker.send(Command::Look(Environment::Acceptatie));
    assert!(matches!(inbox.recv().await, Some(Event::CardsSeen(Ok(cards))) if cards.len() == 1));
    worker.send(Command::Choose(0));
    assert!(worker.describe().await.is_ok());
    let hurried = Worker { signed_within: Duration::from_millis(20), ..worker };
    assert!(matches!(hurried.sign(b"message".to_vec()).await, Err(CardError::Failed { .. })));
}
