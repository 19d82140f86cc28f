//! Is this request object really from the server it says, and for this app?
//!
//! Chain of the signer to the server's known root → its extended key usage → signature → claims. The phone's clock is
//! not asked: it may be wrong, and the server alone judges expiry. The signer's validity is held against the moment of
//! signing (`iat`); a replay of an old request is stopped by the server, where each request is used once.

pub use crate::chain::KnownSigner;
use crate::{chain::ChainError, ports::Ecdsa};
use domain::{Environment, Timestamp, oids, request::Purpose};
use protocol::{
    app_config::KnownServer,
    jws::{Algorithm, Jws, JwsError, TYP_REQUEST},
    link::ServerId,
    request::{Audience, RequestClaims},
};
use thiserror::Error;

/// Why a request object was refused. Nothing of it is shown to the person.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RequestError {
    /// Not a request JWS.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// The signer's certificate is not from this server.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The signer's certificate was not valid when it signed.
    #[error("the signer's certificate was not valid when it signed")]
    Validity,
    /// The signature is not right.
    #[error("the signature is not right")]
    Signature,
    /// From or for someone else.
    #[error("the request is from another server or for another app")]
    Address,
    /// Of the other environment.
    #[error("the request is of another environment")]
    Environment,
    /// For something else than the link said, or incomplete for its purpose.
    #[error("the request is not for what the link said")]
    Purpose,
}

/// What the caller already knows about the request.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The server's id.
    pub server: &'a ServerId,
    /// The server's environment.
    pub environment: Environment,
    /// The server's root certificate, DER.
    pub root: &'a [u8],
    /// The app that asks to verify.
    pub audience: Audience,
}

impl<'a> Expected<'a> {
    /// For a server of the list and an app.
    pub fn from_server(server: &'a KnownServer, audience: Audience) -> Self {
        Self { server: &server.id, environment: server.environment, root: &server.root.0, audience }
    }
}

/// Seconds that the server's own clock may have jumped around the making of its certificate.
const SLACK_SECONDS: i64 = 5 * 60;

/// Verifies a request JWS; `signer` remembers whose chain was good before, `allowed` judges the purpose (what the link or
/// code promised).
pub fn request(
    compact: &str,
    expected: Expected<'_>,
    signer: &KnownSigner,
    ecdsa: &dyn Ecdsa,
    allowed: impl Fn(Purpose) -> bool,
) -> Result<RequestClaims, RequestError> {
    let jws = Jws::parse(compact, TYP_REQUEST)?;
    let leaf = signer.verify(&jws.chain, expected.root)?;
    if !leaf.is_for(oids::REQUEST_SIGNING) {
        return Err(ChainError::Use.into());
    }
    if jws.header.alg != Algorithm::ES256 {
        return Err(RequestError::Signature);
    }
    if !ecdsa.verify(leaf.point(), jws.signing_input(), &jws.signature) {
        return Err(RequestError::Signature);
    }
    let claims: RequestClaims = jws.claims()?;
    if !leaf.is_valid_at(Timestamp::from_unix(claims.iat), SLACK_SECONDS) {
        return Err(RequestError::Validity);
    }
    if claims.iss != *expected.server || claims.aud != expected.audience {
        return Err(RequestError::Address);
    }
    if claims.env != expected.environment {
        return Err(RequestError::Environment);
    }
    // A card enrols by being read; a phone must be told whose identity it becomes.
    let offer_missing =
        claims.purpose == Purpose::Enrol && expected.audience == Audience::MobileApp && claims.enrolment.is_none();
    let sentence_missing = claims.purpose == Purpose::Sign && claims.sentence.is_none();
    let organisation_missing = claims.purpose == Purpose::Link && claims.organisation.is_none();
    if !allowed(claims.purpose) || offer_missing || sentence_missing || organisation_missing {
        return Err(RequestError::Purpose);
    }
    Ok(claims)
}
