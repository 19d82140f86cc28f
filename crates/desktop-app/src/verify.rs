//! Is this request really from the server that we know, and for this app?
//!
//! The signer's validity is held against the moment of signing (`iat`), not against this computer's clock, which may
//! be wrong; the server alone judges expiry, and lets each request be answered once.

use domain::{Timestamp, request::Purpose};
use pki::keys::{Algorithm, verify_signature};
use protocol::{
    ProblemCode,
    app_config::KnownServer,
    jws::{self, Jws, JwsError, TYP_REQUEST},
    request::{Audience, RequestClaims},
};
use thiserror::Error;

/// Why a request is not shown to the person.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RequestError {
    /// Not a request JWS.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// The signer's certificate is not under the server's root, or not for signing requests.
    #[error(transparent)]
    Chain(#[from] pki::ChainError),
    /// The signature is not right.
    #[error("the signature is not right: {0}")]
    Signature(String),
    /// From another server, or for the Mobile App.
    #[error("the request is from another server or for another app")]
    Address,
    /// Of the other environment.
    #[error("the request is of another environment")]
    Environment,
    /// A request to sign without a sentence.
    #[error("there is nothing to sign in it")]
    Sentence,
}

impl RequestError {
    /// The code that the person sees.
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Address | Self::Environment => ProblemCode::OtherEnvironment,
            _ => ProblemCode::RequestSignature,
        }
    }
}

/// Verifies a request JWS against what is known of the server.
pub fn request(compact: &str, server: &KnownServer) -> Result<RequestClaims, RequestError> {
    let jws = Jws::parse(compact, TYP_REQUEST)?;
    // Read for its moment only; nothing of it is used unless the signature under that moment's chain holds.
    let claims: RequestClaims = jws.claims()?;
    let moment = Timestamp::from_unix(claims.iat);
    pki::request_signer::verify_request_chain(&jws.chain, &server.root.0, moment)?;
    let leaf = jws.chain.first().ok_or(pki::ChainError::Empty)?;
    if jws.header.alg != jws::Algorithm::ES256 {
        return Err(RequestError::Signature(String::from("requests are signed with ES256")));
    }
    verify_signature(leaf, Algorithm::Es256, jws.signing_input(), &jws.signature)
        .map_err(|error| RequestError::Signature(error.to_string()))?;
    if claims.iss != server.id || claims.aud != Audience::DesktopApp {
        return Err(RequestError::Address);
    }
    if claims.env != server.environment {
        return Err(RequestError::Environment);
    }
    if claims.purpose == Purpose::Sign && claims.sentence.is_none() {
        return Err(RequestError::Sentence);
    }
    Ok(claims)
}
