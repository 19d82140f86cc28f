//! Somebody who was not in the register yet.

use crate::{AppState, error::Halt};
use domain::{
    BirthDate, PersonName,
    person::{Person, PersonId, person_number},
};
use storage::{StoreError, Tx};

/// Numbers that are drawn for a new person.
const NUMBER_TRIES: u8 = 8;

/// Adds a person with a number of their own. `self_given`: nobody looked at the birth date in an identity document.
pub(super) async fn add(
    app: &AppState,
    tx: &mut dyn Tx,
    name: &PersonName,
    birth_date: BirthDate,
    birthplace: &str,
    self_given: bool,
) -> Result<Person, Halt> {
    let now = app.now();
    let number = person_number(app.entropy().array());
    let mut person = Person::new(PersonId::new(now, app.entropy()), number, name.clone(), birth_date, self_given, now);
    birthplace.clone_into(&mut person.birthplace);
    // Of 900 million numbers one is taken now and then: among a million people once in nine hundred times.
    for tries_left in (0..NUMBER_TRIES).rev() {
        match tx.insert_person(&person).await {
            Err(StoreError::Duplicate(_)) if tries_left > 0 => person.number = person_number(app.entropy().array()),
            inserted => {
                inserted?;
                break;
            }
        }
    }
    Ok(person)
}
