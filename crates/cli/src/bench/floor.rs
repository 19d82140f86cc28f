//! What this machine can do at best: P-256 on one core, and durable commits one after the other.

use super::{BenchError, report::Figure};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey},
};
use std::{
    io::Write,
    time::{Duration, Instant},
};

const ROUND: Duration = Duration::from_secs(1);

/// Measures all floors, a second each.
pub async fn measure() -> Result<Vec<Figure>, BenchError> {
    tokio::task::spawn_blocking(|| {
        let (sign, verify) = p256()?;
        let commits = commits()?;
        Ok(vec![
            figure("P-256 signatures", sign),
            figure("P-256 verifications", verify),
            figure("durable commits", commits),
        ])
    })
    .await
    .map_err(|error| BenchError::new("floor", error))?
}

fn figure(name: &str, (n, per_second): (usize, f64)) -> Figure {
    Figure { n, ..Figure::plain(name, "1/s", per_second, "-") }
}

#[allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn repeat(mut work: impl FnMut() -> Result<(), BenchError>) -> Result<(usize, f64), BenchError> {
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < ROUND {
        work()?;
        count += 1;
    }
    Ok((count, count as f64 / start.elapsed().as_secs_f64()))
}

type Rate = (usize, f64);

fn p256() -> Result<(Rate, Rate), BenchError> {
    let failed = |error| BenchError::new("P-256", error);
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
    let random = SystemRandom::new();
    let message = [7u8; 256];
    let sign = repeat(|| key.sign(&random, &message).map(|_| ()).map_err(failed))?;
    let signature = key.sign(&random, &message).map_err(failed)?;
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref());
    let verify = repeat(|| public.verify(&message, signature.as_ref()).map_err(failed))?;
    Ok((sign, verify))
}

/// Appends of 300 bytes, each followed by `fdatasync`: what a database cannot beat without grouping.
fn commits() -> Result<Rate, BenchError> {
    let failed = |error| BenchError::new("commits", error);
    let mut file = tempfile::tempfile().map_err(failed)?;
    repeat(|| file.write_all(&[7; 300]).and_then(|()| file.sync_data()).map_err(failed))
}
