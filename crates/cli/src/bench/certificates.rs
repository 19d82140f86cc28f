//! Certificates per second of the CA process: it looks the enrolment up, signs, and answers after its own record is on
//! the disk.

use super::{BenchError, people, report::Samples, server::Server};
use crate::edge::{OsEntropy, SystemClock};
use domain::{Clock, identity::IdentityId, request::RequestId};
use futures::{StreamExt, TryStreamExt, stream};
use p256::{ecdsa::SigningKey, pkcs8::EncodePublicKey};
use pki::ca::{CaClient, Issuer};
use std::time::Instant;

/// Requests that wait at the CA at the same time.
const AT_ONCE: usize = 64;

/// Issues `count` certificates, each for an enrolment of its own.
#[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub async fn measure(server: &Server, count: usize) -> Result<Samples, BenchError> {
    let failed = |error: &dyn std::fmt::Display| BenchError::new("issuing", error);
    // One phone's key for all: the CA does not care, and making keys is not what is measured.
    let key = SigningKey::random(&mut rand::rngs::OsRng).verifying_key().to_public_key_der();
    let key = key.map_err(|error| failed(&error))?.into_vec();
    let enrolments = people::opened_enrolments(server, count).await?;
    let ca = CaClient::new(server.data().join("ca").join("ca.sock"));
    let now = SystemClock.now();
    let issue = |enrolment: RequestId| {
        let (ca, key) = (&ca, key.clone());
        async move {
            let begun = Instant::now();
            let identity = IdentityId::new(now, &OsEntropy);
            ca.issue(enrolment, identity, key).await.map_err(|error| failed(&error))?;
            Ok::<_, BenchError>(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX))
        }
    };
    let start = Instant::now();
    let micros: Vec<u64> = stream::iter(enrolments).map(issue).buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(Samples::new(micros, start.elapsed().as_secs_f64()))
}
