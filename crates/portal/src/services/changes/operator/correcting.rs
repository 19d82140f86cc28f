//! Correcting a person's data. A corrected name orders new certificates for the Mobile IDs that the person has.

use super::refuse;
use crate::{
    AppError,
    error::Halt,
    services::{changes::Maker, reissue},
};
use domain::{BirthDate, PersonName, log::Event, person::PersonId};
use protocol::ProblemCode;
use storage::Tx;

pub(super) async fn correct(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    id: PersonId,
    name: &PersonName,
    birth_date: BirthDate,
    birthplace: &str,
) -> Result<(), Halt> {
    let mut person = tx.person(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    if person.merged_into.is_some() {
        return refuse(ProblemCode::NotNow);
    }
    let mut changed = Vec::new();
    if person.name != *name {
        person.name = name.clone();
        changed.push("name");
    }
    if person.birth_date != birth_date {
        person.birth_date = birth_date;
        changed.push("birth-date");
    }
    if person.birthplace != birthplace {
        birthplace.clone_into(&mut person.birthplace);
        changed.push("birthplace");
    }
    if changed.is_empty() {
        return refuse(ProblemCode::NotNow);
    }
    tx.update_person(&person).await?;
    if changed.contains(&"name") {
        reissue::order(maker.app, tx, id).await?;
    }
    maker.entry(Event::PersonCorrected).about(id).detail(changed.join(" ")).write(tx).await
}
