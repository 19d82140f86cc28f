//! Memberships.

use super::super::Result;
use crate::{
    folded,
    row::{Row, corrupt},
    transaction::SqlTx,
    value::values,
};
use domain::{
    Timestamp,
    name::fold,
    organisation::OrganisationId,
    person::{Membership, MembershipId, MembershipStatus, PersonId, Role},
};
use uuid::Uuid;

/// The columns of a membership, for statements that name the table `memberships`.
macro_rules! columns {
    () => {
        "memberships.id, memberships.person, memberships.organisation, memberships.roles, memberships.status, \
         memberships.attributes, memberships.department, memberships.personnel_number, memberships.ends_at, \
         memberships.blocked_at, memberships.created_at"
    };
}
pub(super) use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM memberships ", $rest)
    };
}

pub(super) fn membership(row: &mut Row) -> Result<Membership> {
    Ok(Membership {
        id: row.id(MembershipId)?,
        person: row.id(PersonId)?,
        organisation: row.id(OrganisationId)?,
        roles: row.word(roles)?,
        status: row.word(MembershipStatus::parse)?,
        attributes: row.json_opt()?,
        department: row.text()?,
        personnel_number: row.text()?,
        ends_at: row.time_opt()?,
        blocked_at: row.time_opt()?,
        created_at: row.time()?,
    })
}

fn roles(text: &str) -> Option<Vec<Role>> {
    text.split(' ').filter(|word| !word.is_empty()).map(Role::parse).collect()
}

/// What is stored in another form than the domain has it.
struct Stored<'a> {
    roles: String,
    attributes: Option<String>,
    /// Beside the attributes (JSON), to be found by.
    uzi_number: Option<&'a str>,
    department_key: String,
    personnel_key: String,
    search: String,
}

impl<'a> Stored<'a> {
    fn of(membership: &'a Membership) -> Result<Self> {
        let Membership { roles, attributes, department, personnel_number, .. } = membership;
        let json = attributes.as_ref().map(serde_json::to_string).transpose();
        Ok(Self {
            roles: roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" "),
            attributes: json.map_err(|_| corrupt("attributes"))?,
            uzi_number: attributes.as_ref().map(|attributes| attributes.uzi_number.as_str()),
            department_key: fold(department),
            personnel_key: fold(personnel_number),
            search: format!("{} {}", folded::words(personnel_number), folded::words(department)),
        })
    }
}

pub(super) async fn by_id(tx: &mut SqlTx<'_>, id: MembershipId) -> Result<Option<Membership>> {
    tx.load_one(select!("WHERE id = $1"), values![id], membership).await
}

pub(super) async fn organisation_of(tx: &mut SqlTx<'_>, id: MembershipId) -> Result<Option<OrganisationId>> {
    let mut rows = tx.rows("SELECT organisation FROM memberships WHERE id = $1", values![id]).await?;
    rows.first_mut().map(|row| row.id(OrganisationId)).transpose()
}

pub(super) async fn of(tx: &mut SqlTx<'_>, person: PersonId) -> Result<Vec<Membership>> {
    tx.load_all(select!("WHERE person = $1 ORDER BY created_at, id"), values![person], membership).await
}

pub(super) async fn with_role(tx: &mut SqlTx<'_>, organisation: OrganisationId, role: Role) -> Result<Vec<Membership>> {
    let sql = if role == Role::Signer {
        select!("WHERE organisation = $1 AND status <> 'ended' AND ' ' || roles || ' ' LIKE $2 ORDER BY created_at, id")
    } else {
        // The words of the index of the few who are more than Signer.
        select!(
            "WHERE organisation = $1 AND roles <> 'Signer' AND status <> 'ended' AND ' ' || roles || ' ' LIKE $2 \
             ORDER BY created_at, id"
        )
    };
    tx.load_all(sql, values![organisation, &format!("% {} %", role.as_str())], membership).await
}

pub(super) async fn to_end(tx: &mut SqlTx<'_>, now: Timestamp, limit: u32) -> Result<Vec<Membership>> {
    let sql = select!("WHERE ends_at <= $1 AND status <> 'ended' ORDER BY ends_at, id LIMIT $2");
    tx.load_all(sql, values![now, limit], membership).await
}

pub(super) async fn with_attributes(
    tx: &mut SqlTx<'_>,
    after: Option<MembershipId>,
    limit: u32,
) -> Result<Vec<Membership>> {
    let sql = select!("WHERE id > $1 AND attributes IS NOT NULL ORDER BY id LIMIT $2");
    tx.load_all(sql, values![after.map_or(Uuid::nil(), |id| id.0), limit], membership).await
}

pub(super) async fn within(
    tx: &mut SqlTx<'_>,
    organisation: OrganisationId,
    after: Option<MembershipId>,
    limit: u32,
) -> Result<Vec<Membership>> {
    let sql = select!("WHERE organisation = $1 AND id > $2 AND status <> 'ended' ORDER BY id LIMIT $3");
    tx.load_all(sql, values![organisation, after.map_or(Uuid::nil(), |id| id.0), limit], membership).await
}

pub(super) async fn insert(tx: &mut SqlTx<'_>, new: &Membership) -> Result<()> {
    let sql = "INSERT INTO memberships (id, person, organisation, roles, status, attributes, uzi_number, department, \
               personnel_number, ends_at, created_at, department_key, personnel_key, search, blocked_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING";
    let stored = Stored::of(new)?;
    let values = values![
        new.id,
        new.person,
        new.organisation,
        &stored.roles,
        new.status.as_str(),
        &stored.attributes,
        stored.uzi_number,
        &new.department,
        &new.personnel_number,
        new.ends_at,
        new.created_at,
        &stored.department_key,
        &stored.personnel_key,
        &stored.search,
        new.blocked_at,
    ];
    tx.insert("a membership of this person here", sql, values).await?;
    tx.touch(new.person);
    Ok(())
}

pub(super) async fn update(tx: &mut SqlTx<'_>, changed: &Membership) -> Result<()> {
    let sql = "UPDATE memberships SET roles = $2, status = $3, attributes = $4, uzi_number = $5, department = $6, \
               personnel_number = $7, ends_at = $8, department_key = $9, personnel_key = $10, search = $11, \
               blocked_at = $12 WHERE id = $1";
    let stored = Stored::of(changed)?;
    let values = values![
        changed.id,
        &stored.roles,
        changed.status.as_str(),
        &stored.attributes,
        stored.uzi_number,
        &changed.department,
        &changed.personnel_number,
        changed.ends_at,
        &stored.department_key,
        &stored.personnel_key,
        &stored.search,
        changed.blocked_at,
    ];
    tx.update("membership", sql, values).await?;
    tx.touch(changed.person);
    Ok(())
}
