//! Limits on guessing typed codes: 5 wrong ones per address and minute, and 100 a minute over all (SYSTEM.md §5).

use crate::{AppError, AppState, caller::Caller, error::Halt};
use domain::Timestamp;
use protocol::ProblemCode;
use std::net::Ipv6Addr;
use storage::Tx;

const PER_ADDRESS: u32 = 5;
const OVER_ALL: u32 = 100;
const MINUTE: i64 = 60;

fn buckets(caller: &Caller, now: Timestamp) -> [(String, u32); 2] {
    let minute = now.unix().div_euclid(MINUTE);
    let address = caller.address.as_deref().map_or_else(|| "local".to_owned(), neighbourhood);
    [(format!("wrong-code:{address}:{minute}"), PER_ADDRESS), (format!("wrong-code:all:{minute}"), OVER_ALL)]
}

/// Whom an address counts for: itself, or with IPv6 its /64, which one caller has for himself.
pub(super) fn neighbourhood(address: &str) -> String {
    match address.parse::<Ipv6Addr>() {
        Ok(address) => format!("{}/64", Ipv6Addr::from(u128::from(address) >> 64 << 64)),
        Err(_) => address.to_owned(),
    }
}

/// Refuses when too many wrong codes came in this minute.
pub async fn check(app: &AppState, caller: &Caller, tx: &mut dyn Tx) -> Result<(), AppError> {
    let now = app.now();
    for (bucket, most) in buckets(caller, now) {
        if tx.counted(&bucket, now).await? >= most {
            let wait = MINUTE - now.unix().rem_euclid(MINUTE);
            return Err(AppError::new(ProblemCode::TooManyAttempts).with("retryAfter", wait));
        }
    }
    Ok(())
}

/// Counts a wrong code and gives the refusal to keep.
pub async fn wrong(app: &AppState, caller: &Caller, tx: &mut dyn Tx, code: ProblemCode) -> Result<Halt, Halt> {
    let now = app.now();
    for (bucket, _) in buckets(caller, now) {
        tx.count(&bucket, now.plus_seconds(2 * MINUTE)).await?;
    }
    Ok(Halt::Keep(code.into()))
}
