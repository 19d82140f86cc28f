//! The answer that the card signs.

use crate::api::Asked;
use domain::{Clock, request::Decision};
use pki::uzi::UziCertificate;
use protocol::{
    B64,
    jws::{self, Algorithm, TYP_RESPONSE, Unsigned},
    response::ResponseClaims,
};

/// A response that still needs the card's signature.
pub fn unsigned(
    asked: &Asked,
    decision: Decision,
    chain: &[Vec<u8>],
    algorithm: Algorithm,
    clock: &dyn Clock,
) -> Result<Unsigned, serde_json::Error> {
    let claims = ResponseClaims {
        iss: uzi_number(chain),
        aud: asked.claims.iss.clone(),
        env: asked.claims.env,
        request_id: asked.claims.request_id,
        request_digest: B64::from(jws::digest(&asked.request).as_slice()),
        purpose: asked.claims.purpose,
        decision,
        iat: clock.now().unix(),
        phone: None,
    };
    Unsigned::new(algorithm, TYP_RESPONSE, chain, &claims)
}

/// The UZI number of the pas: from the otherName of its certificate, else the subject's serial number. The server
/// reads the same certificate and judges it; a wrong value here only means a refusal.
fn uzi_number(chain: &[Vec<u8>]) -> String {
    let Some(leaf) = chain.first() else { return String::new() };
    let read = UziCertificate::parse(leaf).uzi_number;
    if read.is_empty() { smartcard::holder(leaf).1 } else { read }
}
