//! People, memberships, proofings.

use super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::SqlTx,
    value::values,
};
use domain::{
    BirthDate, PersonName, UziNumber,
    ids::uuid_v7,
    organisation::OrganisationId,
    person::{CardAttributes, CardProofing, Membership, MembershipId, MembershipStatus, Person, PersonId, Role},
};
use storage::People;

macro_rules! select_people {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, given, prefix, surname, birth_date, birth_date_self_declared, created_at FROM people ",
            $rest
        )
    };
}

fn person(row: &mut Row) -> Result<Person> {
    Ok(Person {
        id: row.id(PersonId)?,
        number: row.text()?,
        name: PersonName { given: row.text()?, prefix: row.text()?, surname: row.text()? },
        birth_date: row.word(BirthDate::parse_iso)?,
        birth_date_self_declared: row.bool()?,
        created_at: row.time()?,
    })
}

fn membership(row: &mut Row) -> Result<Membership> {
    Ok(Membership {
        id: row.id(MembershipId)?,
        person: row.id(PersonId)?,
        organisation: row.id(OrganisationId)?,
        roles: row.word(roles)?,
        status: row.word(MembershipStatus::parse)?,
        attributes: row.json_opt::<CardAttributes>()?,
        created_at: row.time()?,
    })
}

fn roles(text: &str) -> Option<Vec<Role>> {
    text.split(' ').filter(|word| !word.is_empty()).map(Role::parse).collect()
}

/// Roles, attributes and UZI number as they are stored.
fn stored(membership: &Membership) -> Result<(String, Option<String>, Option<&str>)> {
    let roles = membership.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ");
    let attributes = membership.attributes.as_ref().map(serde_json::to_string).transpose();
    let number = membership.attributes.as_ref().map(|attributes| attributes.uzi_number.as_str());
    Ok((roles, attributes.map_err(|_| corrupt("attributes"))?, number))
}

#[async_trait::async_trait]
impl People for SqlTx<'_> {
    async fn alone(&mut self, about: &str) -> Result<()> {
        self.lock_name(about).await
    }
    async fn person(&mut self, id: PersonId) -> Result<Option<Person>> {
        self.load_one(select_people!("WHERE id = $1"), values![id], person).await
    }
    async fn people_by_uzi_number(&mut self, number: &UziNumber) -> Result<Vec<Person>> {
        let sql = select_people!("WHERE id IN (SELECT person FROM memberships WHERE uzi_number = $1) ORDER BY id");
        self.load_all(sql, values![number.as_str()], person).await
    }
    async fn people_by_birth_date(&mut self, organisation: OrganisationId, date: BirthDate) -> Result<Vec<Person>> {
        let sql = select_people!(
            "WHERE birth_date = $2 AND id IN (SELECT person FROM memberships WHERE organisation = $1 AND status <> \
             'ended') ORDER BY id"
        );
        self.load_all(sql, values![organisation, date.to_iso().as_str()], person).await
    }
    async fn insert_person(&mut self, new: &Person) -> Result<()> {
        let sql = "INSERT INTO people (id, number, given, prefix, surname, birth_date, birth_date_self_declared, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let date = new.birth_date.to_iso();
        let values = values![
            new.id,
            &new.number,
            &new.name.given,
            &new.name.prefix,
            &new.name.surname,
            &date,
            new.birth_date_self_declared,
            new.created_at
        ];
        self.insert("a person with this number", sql, values).await
    }
    async fn memberships_of(&mut self, person: PersonId) -> Result<Vec<Membership>> {
        let sql = "SELECT id, person, organisation, roles, status, attributes, created_at FROM memberships \
                   WHERE person = $1 ORDER BY created_at, id";
        self.load_all(sql, values![person], membership).await
    }
    async fn insert_membership(&mut self, new: &Membership) -> Result<()> {
        let sql = "INSERT INTO memberships (id, person, organisation, roles, status, attributes, uzi_number, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let (roles, attributes, number) = stored(new)?;
        let status = new.status.as_str();
        let values = values![new.id, new.person, new.organisation, &roles, status, &attributes, number, new.created_at];
        self.insert("a membership of this person here", sql, values).await
    }
    async fn update_membership(&mut self, changed: &Membership) -> Result<()> {
        let sql = "UPDATE memberships SET roles = $2, status = $3, attributes = $4, uzi_number = $5 WHERE id = $1";
        let (roles, attributes, number) = stored(changed)?;
        let values = values![changed.id, &roles, changed.status.as_str(), &attributes, number];
        self.update("membership", sql, values).await
    }
    async fn insert_card_proofing(&mut self, new: &CardProofing) -> Result<()> {
        let sql = "INSERT INTO card_proofings (id, person, organisation, certificate, evidence, confirmation, \
                   terms_version, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let id = uuid_v7(new.at, &*self.context.entropy);
        let values = values![
            id,
            new.person,
            new.organisation,
            &new.certificate,
            &new.evidence,
            &new.confirmation,
            &new.terms_version,
            new.at
        ];
        self.insert("this proofing", sql, values).await
    }
}
