//! The calls to the portal.

use crate::{
    http::{Answer, Http, HttpError, LONG_TIMEOUT, TIMEOUT},
    texts::Language,
    trouble::Trouble,
    verify,
};
use domain::Entropy;
use protocol::{
    Nonce, Problem, ProblemCode,
    app_config::KnownServer,
    card::{DesktopNext, DesktopNextAnswer, LaunchRedeem},
    request::{Redeemed, RequestClaims},
    response::{Respond, Responded},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};

/// A verified request, with the server it is from.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who asked.
    pub server: KnownServer,
    /// The exact request JWS: its digest goes into the answer.
    pub request: String,
    /// What it says.
    pub claims: RequestClaims,
}

/// What `launch/next` brought.
#[derive(Clone, Debug)]
pub enum Next {
    /// Nothing yet.
    Waiting,
    /// A further request for the same card.
    Asked(Box<Asked>),
    /// The session is over.
    Ended,
}

/// The portals that this computer knows.
pub struct Api {
    http: Http,
    language: Language,
    entropy: Arc<dyn Entropy>,
}

impl Api {
    /// Calls with this client; the portal explains problems in this language.
    pub fn new(http: Http, language: Language, entropy: Arc<dyn Entropy>) -> Self {
        Self { http, language, entropy }
    }

    /// A problem found on this computer.
    pub fn here(&self, code: ProblemCode, details: impl Into<String>) -> Trouble {
        Trouble::here(self.entropy.as_ref(), code, details)
    }

    /// Exchanges a launch token, at the first server that knows it.
    pub async fn redeem(&self, servers: &[KnownServer], token: &Nonce) -> Result<Asked, Trouble> {
        let mut first: Option<Trouble> = None;
        for server in servers {
            let body = LaunchRedeem { token: token.clone() };
            let answer = self.call::<Redeemed>(server, "/api/v1/launch/redeem", &body, TIMEOUT).await;
            match answer {
                Ok(redeemed) => return self.verify(server, redeemed.request),
                Err(trouble) => {
                    // "Unknown here" says less than any other answer.
                    let replace = first.as_ref().is_none_or(|t| t.code() == ProblemCode::LaunchUnknown);
                    let elsewhere = matches!(trouble.code(), ProblemCode::LaunchUnknown | ProblemCode::Unreachable);
                    if replace {
                        first = Some(trouble);
                    }
                    if !elsewhere {
                        break;
                    }
                }
            }
        }
        Err(first.unwrap_or_else(|| self.here(ProblemCode::ServerUnknown, "no server is configured")))
    }

    fn verify(&self, server: &KnownServer, request: String) -> Result<Asked, Trouble> {
        match verify::request(&request, server) {
            Ok(claims) => Ok(Asked { server: server.clone(), request, claims }),
            Err(error) => Err(self.here(error.code(), error.to_string())),
        }
    }

    /// Hands in a signed answer.
    pub async fn respond(&self, asked: &Asked, response: String) -> Result<Responded, Trouble> {
        let path = format!("/api/v1/requests/{}/response", asked.claims.request_id);
        self.call(&asked.server, &path, &Respond { response }, TIMEOUT).await
    }

    /// Waits for the wizard's next request.
    pub async fn next(&self, server: &KnownServer, session: &Nonce) -> Result<Next, Trouble> {
        let body = DesktopNext { session: session.clone(), end: false };
        match self.call(server, "/api/v1/launch/next", &body, LONG_TIMEOUT).await? {
            DesktopNextAnswer::Waiting => Ok(Next::Waiting),
            DesktopNextAnswer::Ended => Ok(Next::Ended),
            DesktopNextAnswer::Request { request } => Ok(Next::Asked(Box::new(self.verify(server, request)?))),
        }
    }

    /// Ends the card session.
    pub async fn end(&self, server: &KnownServer, session: &Nonce) -> Result<(), Trouble> {
        let body = DesktopNext { session: session.clone(), end: true };
        self.call::<DesktopNextAnswer>(server, "/api/v1/launch/next", &body, Duration::from_secs(5)).await.map(|_| ())
    }

    async fn call<T: DeserializeOwned>(
        &self,
        server: &KnownServer,
        path: &str,
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<T, Trouble> {
        let body = serde_json::to_vec(body).map_err(|e| self.here(ProblemCode::Internal, e.to_string()))?;
        let url = format!("{}{path}", server.api_origin);
        let answer = self.http.post(&url, body, self.language.tag(), timeout).await;
        let answer = answer.map_err(|error| self.unreachable(server, &error))?;
        if answer.status == 200
            && let Ok(value) = serde_json::from_slice(&answer.body)
        {
            return Ok(value);
        }
        Err(self.refused(server, &answer))
    }

    fn unreachable(&self, server: &KnownServer, error: &HttpError) -> Trouble {
        let code = match error {
            HttpError::Address(_) => ProblemCode::ServerUnknown,
            _ => ProblemCode::Unreachable,
        };
        self.here(code, format!("{}: {error}", server.api_origin))
    }

    fn refused(&self, server: &KnownServer, answer: &Answer) -> Trouble {
        match serde_json::from_slice::<Problem>(&answer.body) {
            Ok(problem) => Trouble::server(problem),
            // Not our server's words: a proxy in between, or another version.
            Err(_) => {
                let code = if answer.status >= 500 { ProblemCode::Unreachable } else { ProblemCode::Internal };
                self.here(code, format!("{} answered {} without a problem document", server.api_origin, answer.status))
            }
        }
    }
}
