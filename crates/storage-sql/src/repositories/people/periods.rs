//! Who had which role and which card attributes when.

use super::{super::Result, columns, person};
use crate::{
    row::{Row, corrupt},
    transaction::{List, SqlTx},
    value::values,
};
use domain::{
    Timestamp,
    organisation::OrganisationId,
    person::{AttributePeriod, MembershipId, Person, PersonId, Role, RolePeriod},
};
use storage::{Page, Window};

pub(super) async fn insert_role(tx: &mut SqlTx<'_>, new: &RolePeriod) -> Result<()> {
    let sql = "INSERT INTO role_periods (membership, person, organisation, role, begins_at, ends_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let values = values![new.membership, new.person, new.organisation, new.role.as_str(), new.from, new.until];
    tx.insert("an open period of this role", sql, values).await
}

pub(super) async fn end_role(tx: &mut SqlTx<'_>, membership: MembershipId, role: Role, until: Timestamp) -> Result<()> {
    let sql = "UPDATE role_periods SET ends_at = $3 WHERE membership = $1 AND role = $2 AND ends_at IS NULL";
    tx.execute(sql, values![membership, role.as_str(), until]).await.map(|_| ())
}

pub(super) fn role_period(row: &mut Row) -> Result<RolePeriod> {
    Ok(RolePeriod {
        membership: row.id(MembershipId)?,
        person: row.id(PersonId)?,
        organisation: row.id(OrganisationId)?,
        role: row.word(Role::parse)?,
        from: row.time()?,
        until: row.time_opt()?,
    })
}

pub(super) async fn roles_at(
    tx: &mut SqlTx<'_>,
    organisation: OrganisationId,
    at: Timestamp,
    window: Window,
) -> Result<Page<(RolePeriod, Person)>> {
    let list = List {
        columns: concat!("p.membership, p.person, p.organisation, p.role, p.begins_at, p.ends_at, ", columns!()),
        from: "role_periods AS p JOIN people ON people.id = p.person \
               WHERE p.organisation = $1 AND p.begins_at <= $2 AND (p.ends_at IS NULL OR p.ends_at > $2)",
        order: "people.name_key, p.membership, p.role",
    };
    let read = |row: &mut Row| Ok((role_period(row)?, person(row)?));
    tx.page(list, values![organisation, at], window, read).await
}

pub(super) async fn insert_attributes(tx: &mut SqlTx<'_>, new: &AttributePeriod) -> Result<()> {
    let sql = "INSERT INTO attribute_periods (membership, attributes, begins_at, ends_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    let attributes = serde_json::to_string(&new.attributes).map_err(|_| corrupt("attributes"))?;
    tx.insert("an open period of attributes", sql, values![new.membership, &attributes, new.from, new.until]).await
}

pub(super) async fn end_attributes(tx: &mut SqlTx<'_>, membership: MembershipId, until: Timestamp) -> Result<()> {
    let sql = "UPDATE attribute_periods SET ends_at = $2 WHERE membership = $1 AND ends_at IS NULL";
    tx.execute(sql, values![membership, until]).await.map(|_| ())
}

pub(super) async fn attributes_of(tx: &mut SqlTx<'_>, membership: MembershipId) -> Result<Vec<AttributePeriod>> {
    let sql = "SELECT attributes, begins_at, ends_at FROM attribute_periods WHERE membership = $1 \
               ORDER BY begins_at DESC, ends_at IS NOT NULL, ends_at DESC";
    let read = |row: &mut Row| {
        Ok(AttributePeriod { membership, attributes: row.json()?, from: row.time()?, until: row.time_opt()? })
    };
    tx.rows(sql, values![membership]).await?.iter_mut().map(read).collect()
}
