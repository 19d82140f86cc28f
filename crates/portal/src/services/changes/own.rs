//! Changes of oneself.

use super::Maker;
use crate::{AppError, error::Halt, services::email};
use domain::change::OwnChange;
use protocol::ProblemCode;
use storage::Tx;

/// Does it.
pub(super) async fn execute(maker: &Maker<'_>, tx: &mut dyn Tx, change: &OwnChange) -> Result<(), Halt> {
    match change {
        OwnChange::Email(address) => {
            let person = tx.person(maker.person).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
            // Pressed twice, or the mail did not come: the code again, and nothing changed.
            if person.email == *address {
                return match person.email_confirmed_at {
                    Some(_) => Ok(()),
                    None => email::again(maker.app, maker.caller, tx, &person).await,
                };
            }
            email::change(maker.app, maker.caller, tx, person, address.clone(), maker.entry(email::CHANGED)).await
        }
    }
}
