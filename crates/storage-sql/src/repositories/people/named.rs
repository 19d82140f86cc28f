//! What the log says about many people at once: their names and roles, in one statement for a whole page of entries.

use super::{super::Result, periods};
use crate::{row::Row, transaction::SqlTx, value::Value};
use domain::{
    PersonName,
    operator::Office,
    organisation::OrganisationId,
    person::{PersonId, RolePeriod},
};
use storage::{HeldOffice, NamedPerson};

/// People in one statement, at most.
const PART: usize = 512;

/// `$2, $3, …` for the people, after `$1` for the organisation. Their number is rounded up, so that few different
/// statements exist; who comes twice in a list is still found once.
fn wanted<'a>(people: &[PersonId], organisation: Option<OrganisationId>) -> (String, Vec<Value<'a>>) {
    let last = people.last().copied();
    let filled = people.iter().copied().chain(std::iter::repeat_with(|| last).flatten());
    let filled = filled.take(people.len().next_power_of_two());
    let values: Vec<Value<'a>> = std::iter::once(organisation.into()).chain(filled.map(Value::from)).collect();
    let places: Vec<String> = (2..=values.len()).map(|place| format!("${place}")).collect();
    (places.join(", "), values)
}

pub(super) async fn named(
    tx: &mut SqlTx<'_>,
    people: &[PersonId],
    organisation: Option<OrganisationId>,
) -> Result<Vec<NamedPerson>> {
    let mut found = Vec::new();
    for part in people.chunks(PART) {
        let (places, values) = wanted(part, organisation);
        let sql = format!(
            "SELECT people.id, people.number, people.given, people.prefix, people.surname, \
             (SELECT count(*) FROM memberships WHERE memberships.person = people.id AND memberships.organisation = $1), \
             offices.office, offices.since, offices.ended_at \
             FROM people LEFT JOIN offices ON offices.person = people.id WHERE people.id IN ({places}) ORDER BY people.id"
        );
        let read = |row: &mut Row| {
            Ok(NamedPerson {
                person: row.id(PersonId)?,
                number: row.text()?,
                name: PersonName { given: row.text()?, prefix: row.text()?, surname: row.text()? },
                colleague: row.bool()?,
                offices: match (row.word_opt(Office::parse)?, row.time_opt()?, row.time_opt()?) {
                    (Some(office), Some(from), until) => vec![HeldOffice { office, from, until }],
                    _ => Vec::new(),
                },
            })
        };
        for mut row in tx.rows(&sql, &values).await? {
            let one = read(&mut row)?;
            // Who held two offices comes twice.
            match found.last_mut().filter(|last: &&mut NamedPerson| last.person == one.person) {
                Some(last) => last.offices.extend(one.offices),
                None => found.push(one),
            }
        }
    }
    Ok(found)
}

pub(super) async fn role_periods(
    tx: &mut SqlTx<'_>,
    people: &[PersonId],
    organisation: Option<OrganisationId>,
) -> Result<Vec<RolePeriod>> {
    let mut found = Vec::new();
    for part in people.chunks(PART) {
        let (places, values) = wanted(part, organisation);
        // By membership, which has an index; of a person there are few.
        let sql = format!(
            "SELECT p.membership, p.person, p.organisation, p.role, p.begins_at, p.ends_at \
             FROM memberships JOIN role_periods AS p ON p.membership = memberships.id \
             WHERE memberships.person IN ({places}) AND ($1 IS NULL OR memberships.organisation = $1)"
        );
        for mut row in tx.rows(&sql, &values).await? {
            found.push(periods::role_period(&mut row)?);
        }
    }
    Ok(found)
}
