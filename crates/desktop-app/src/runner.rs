//! Does what [`crate::flow`] decides: one loop that takes events, makes a step, and carries out the effects.

use crate::{
    answer,
    api::{Api, Asked},
    browser::Browser,
    config::Config,
    flow::{Effect, Event, Flow, SESSION_SECONDS},
    http::Http,
    servers,
    trouble::Trouble,
    worker::{Command, Worker},
};
use domain::{Clock, Entropy, request::Decision};
use protocol::{Nonce, ProblemCode, response::Responded};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender},
    task::AbortHandle,
};

/// The pause before a failed long poll is made again.
const PAUSE: Duration = Duration::from_secs(2);

/// Everything the loop needs.
pub struct Runner {
    /// The portals.
    pub api: Arc<Api>,
    /// Which servers this computer knows.
    pub config: Arc<Config>,
    /// To fetch lists of servers with.
    pub http: Http,
    /// From the launch link.
    pub token: Nonce,
    /// The card's thread.
    pub worker: Worker,
    /// Opens addresses.
    pub browser: Arc<dyn Browser>,
    /// The computer's clock.
    pub clock: Arc<dyn Clock>,
    /// For references.
    pub entropy: Arc<dyn Entropy>,
    /// Where events come in; results of effects go there too.
    pub events: UnboundedSender<Event>,
    /// Runs while a request waits for its answer.
    pub request_clock: Mutex<Option<AbortHandle>>,
}

impl Runner {
    /// Runs until it is over. `on_change` sees the state after every step and may send events.
    pub async fn run(
        self,
        wanted: Option<String>,
        mut inbox: UnboundedReceiver<Event>,
        mut on_change: impl FnMut(&Flow),
    ) -> Flow {
        let (mut flow, effects) = Flow::new(wanted);
        on_change(&flow);
        self.perform(&flow, effects).await;
        while !flow.is_over() {
            let Some(event) = inbox.recv().await else { break };
            let effects = flow.handle(event);
            self.perform(&flow, effects).await;
            on_change(&flow);
        }
        self.worker.stop().await;
        flow
    }

    async fn perform(&self, flow: &Flow, effects: Vec<Effect>) {
        for effect in effects {
            self.perform_one(flow, effect).await;
        }
    }

    async fn perform_one(&self, flow: &Flow, effect: Effect) {
        match effect {
            Effect::Redeem => {
                let (api, config) = (Arc::clone(&self.api), Arc::clone(&self.config));
                let (http, token) = (self.http.clone(), self.token.clone());
                self.spawn(async move {
                    let result = match servers::known(&config, &http).await {
                        Ok(servers) => api.redeem(&servers, &token).await,
                        Err(error) => Err(api.here(error.code(), error.to_string())),
                    };
                    Event::Launched(result.map(Box::new))
                });
            }
            Effect::LookForCards => {
                if let Some(asked) = &flow.asked {
                    self.worker.send(Command::Look(asked.server.environment));
                }
            }
            Effect::ChooseCard(index) => self.worker.send(Command::Choose(index)),
            Effect::LogIn(pin) => self.worker.send(Command::LogIn(pin)),
            Effect::Respond(decision) => {
                self.stop_request_clock();
                let Some(asked) = flow.asked.clone() else { return };
                let (api, worker) = (Arc::clone(&self.api), self.worker.clone());
                let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
                self.spawn(async move {
                    let result = respond(&api, &worker, clock.as_ref(), entropy.as_ref(), &asked, decision).await;
                    Event::Responded(result.map(Box::new))
                });
            }
            Effect::OpenBrowser(url) => {
                if let Err(error) = self.browser.open(&url) {
                    tracing::warn!(%error, "the browser could not be opened");
                    let _ = self.events.send(Event::BrowserFailed);
                }
            }
            Effect::AskNext(session, pause) => {
                let Some(server) = flow.asked.as_ref().map(|asked| asked.server.clone()) else { return };
                let api = Arc::clone(&self.api);
                self.spawn(async move {
                    if pause {
                        tokio::time::sleep(PAUSE).await;
                    }
                    Event::NextCame(api.next(&server, &session).await)
                });
            }
            Effect::EndSession(session) => {
                // Waited for: afterwards the program may end. The server ends the session by itself if this fails.
                if let Some(asked) = &flow.asked {
                    let _ = self.api.end(&asked.server, &session).await;
                }
            }
            Effect::StartRequestClock(seconds, id) => {
                self.stop_request_clock();
                let api = Arc::clone(&self.api);
                let clock = self.spawn(async move {
                    tokio::time::sleep(Duration::from_secs(u64::from(seconds))).await;
                    Event::RequestTimeUp(api.here(ProblemCode::RequestExpired, "not answered in time"), id)
                });
                *self.request_clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(clock);
            }
            Effect::StartSessionClock => {
                self.spawn(async {
                    tokio::time::sleep(Duration::from_secs(SESSION_SECONDS)).await;
                    Event::SessionTimeUp
                });
            }
            Effect::ReleaseCard => self.worker.send(Command::Release),
        }
    }

    fn spawn(&self, work: impl Future<Output = Event> + Send + 'static) -> AbortHandle {
        let events = self.events.clone();
        let task = tokio::spawn(async move {
            let _ = events.send(work.await);
        });
        task.abort_handle()
    }

    fn stop_request_clock(&self) {
        if let Some(clock) = self.request_clock.lock().unwrap_or_else(PoisonError::into_inner).take() {
            clock.abort();
        }
    }
}

/// Has the card sign the answer, and sends it.
async fn respond(
    api: &Api,
    worker: &Worker,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    asked: &Asked,
    decision: Decision,
) -> Result<Responded, Trouble> {
    let card = |error| Trouble::card(entropy, error);
    let described = worker.describe().await.map_err(card)?;
    let unsigned = answer::unsigned(asked, decision, &described.chain, described.algorithm, clock)
        .map_err(|error| api.here(ProblemCode::Internal, error.to_string()))?;
    let signed = worker.sign(unsigned.signing_input().to_vec()).await.map_err(card)?;
    api.respond(asked, unsigned.with_signature(&signed.signature)).await
}
