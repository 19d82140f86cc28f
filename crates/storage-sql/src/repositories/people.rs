//! People. Memberships, their histories, proofings and the list of people are in files of their own.

mod list;
mod memberships;
mod named;
mod periods;
mod proofings;

use super::Result;
use crate::{
    folded,
    row::Row,
    transaction::{List, SqlTx},
    value::values,
};
use domain::{
    BirthDate, EmailAddress, PersonName, Timestamp, UziNumber,
    name::fold,
    organisation::OrganisationId,
    person::{
        AttributePeriod, CardProofing, FaceToFaceProofing, Membership, MembershipId, Person, PersonId, Role, RolePeriod,
    },
};
use storage::{NamedPerson, Page, People, PeopleQuery, PersonRow, StoreError, Window};

/// The columns of a person, for statements that name the table `people`.
macro_rules! columns {
    () => {
        "people.id, people.number, people.given, people.prefix, people.surname, people.birth_date, \
         people.birth_date_self_declared, people.birthplace, people.email, people.email_confirmed_at, people.merged_into, \
         people.created_at"
    };
}
use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM people ", $rest)
    };
}

fn person(row: &mut Row) -> Result<Person> {
    Ok(Person {
        id: row.id(PersonId)?,
        number: row.text()?,
        name: PersonName { given: row.text()?, prefix: row.text()?, surname: row.text()? },
        birth_date: row.word(BirthDate::parse_iso)?,
        birth_date_self_declared: row.bool()?,
        birthplace: row.text()?,
        email: row.word_opt(EmailAddress::parse)?,
        email_confirmed_at: row.time_opt()?,
        merged_into: row.id_opt(PersonId)?,
        created_at: row.time()?,
    })
}

fn email(person: &Person) -> Option<&str> {
    person.email.as_ref().map(EmailAddress::as_str)
}

async fn insert(tx: &mut SqlTx<'_>, new: &Person) -> Result<()> {
    let sql = "INSERT INTO people (id, number, given, prefix, surname, birth_date, birth_date_self_declared, birthplace, \
               email, email_confirmed_at, merged_into, created_at, name_key, search) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING";
    let (birth_date, key) = (new.birth_date.to_iso(), folded::name_key(&new.name));
    let search = folded::person(&new.name, &new.number, new.email.as_ref());
    let values = values![
        new.id,
        &new.number,
        &new.name.given,
        &new.name.prefix,
        &new.name.surname,
        &birth_date,
        new.birth_date_self_declared,
        &new.birthplace,
        email(new),
        new.email_confirmed_at,
        new.merged_into,
        new.created_at,
        &key,
        &search
    ];
    tx.insert("a person with this number", sql, values).await
}

async fn update(tx: &mut SqlTx<'_>, changed: &Person) -> Result<()> {
    let sql = "UPDATE people SET given = $2, prefix = $3, surname = $4, birth_date = $5, birth_date_self_declared = $6, \
               birthplace = $7, email = $8, email_confirmed_at = $9, merged_into = $10, name_key = $11, search = $12 \
               WHERE id = $1";
    let (birth_date, key) = (changed.birth_date.to_iso(), folded::name_key(&changed.name));
    let search = folded::person(&changed.name, &changed.number, changed.email.as_ref());
    let values = values![
        changed.id,
        &changed.name.given,
        &changed.name.prefix,
        &changed.name.surname,
        &birth_date,
        changed.birth_date_self_declared,
        &changed.birthplace,
        email(changed),
        changed.email_confirmed_at,
        changed.merged_into,
        &key,
        &search
    ];
    tx.update("person", sql, values).await?;
    tx.touch(changed.id);
    Ok(())
}

/// Deletes a person with everything that says something about them. Who has, had or nearly had an identity stays: its
/// certificate must stay on the lists of revoked ones.
async fn delete(tx: &mut SqlTx<'_>, person: PersonId) -> Result<()> {
    let stays = "SELECT id FROM people WHERE id = $1 \
                 AND NOT EXISTS (SELECT 1 FROM identities WHERE person = $1) \
                 AND NOT EXISTS (SELECT 1 FROM memberships WHERE person = $1 AND status <> 'ended') \
                 AND NOT EXISTS (SELECT 1 FROM offices WHERE person = $1) \
                 AND NOT EXISTS (SELECT 1 FROM people AS other WHERE other.merged_into = $1)";
    if tx.rows(stays, values![person]).await?.is_empty() {
        return Err(StoreError::Corrupt("this person cannot be deleted".to_owned()));
    }
    let about = [
        "DELETE FROM role_periods WHERE membership IN (SELECT id FROM memberships WHERE person = $1)",
        "DELETE FROM attribute_periods WHERE membership IN (SELECT id FROM memberships WHERE person = $1)",
        "DELETE FROM directory WHERE person = $1",
        "DELETE FROM memberships WHERE person = $1",
        "DELETE FROM card_proofings WHERE person = $1",
        "DELETE FROM face_to_face_proofings WHERE person = $1",
        "DELETE FROM browsers WHERE person = $1",
    ];
    for sql in about {
        tx.execute(sql, values![person]).await?;
    }
    tx.untouch(person);
    tx.update("person", "DELETE FROM people WHERE id = $1", values![person]).await
}

/// For operators: over everybody, by name.
async fn search(tx: &mut SqlTx<'_>, text: &str, window: Window) -> Result<Page<Person>> {
    let text = fold(text);
    let mut from = "people".to_owned();
    let mut values = Vec::new();
    if !text.is_empty() {
        values.push(text.as_str().into());
        let (person, card) = (tx.holds("search", 1), tx.holds("uzi_number", 1));
        from = format!("people WHERE {person}");
        // Only digits can be part of a UZI number; looking through everybody's takes its time.
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            from = format!("{from} OR id IN (SELECT person FROM memberships WHERE {card})");
        }
    }
    let list = List { columns: columns!(), from: &from, order: "name_key, id" };
    tx.page(list, &values, window, person).await
}

#[async_trait::async_trait]
impl People for SqlTx<'_> {
    async fn alone(&mut self, about: &str) -> Result<()> {
        self.lock_name(about).await
    }
    async fn person(&mut self, id: PersonId) -> Result<Option<Person>> {
        self.load_one(select!("WHERE id = $1"), values![id], person).await
    }
    async fn people_by_uzi_number(&mut self, number: &UziNumber) -> Result<Vec<Person>> {
        let sql = select!("WHERE id IN (SELECT person FROM memberships WHERE uzi_number = $1) ORDER BY id");
        self.load_all(sql, values![number.as_str()], person).await
    }
    async fn people_by_birth_date(&mut self, organisation: OrganisationId, date: BirthDate) -> Result<Vec<Person>> {
        let sql = select!(
            "WHERE birth_date = $2 AND id IN (SELECT person FROM memberships WHERE organisation = $1 AND status <> \
             'ended') ORDER BY id"
        );
        self.load_all(sql, values![organisation, date.to_iso().as_str()], person).await
    }
    async fn person_by_number(&mut self, number: &str) -> Result<Option<Person>> {
        self.load_one(select!("WHERE number = $1"), values![number], person).await
    }
    async fn insert_person(&mut self, new: &Person) -> Result<()> {
        insert(self, new).await
    }
    async fn update_person(&mut self, changed: &Person) -> Result<()> {
        update(self, changed).await
    }
    async fn delete_person(&mut self, person: PersonId) -> Result<()> {
        delete(self, person).await
    }
    async fn search_people(&mut self, text: &str, window: Window) -> Result<Page<Person>> {
        search(self, text, window).await
    }
    async fn people(&mut self, query: &PeopleQuery) -> Result<Page<PersonRow>> {
        list::page(self, query).await
    }

    async fn membership(&mut self, id: MembershipId) -> Result<Option<Membership>> {
        memberships::by_id(self, id).await
    }
    async fn organisation_of(&mut self, id: MembershipId) -> Result<Option<OrganisationId>> {
        memberships::organisation_of(self, id).await
    }
    async fn memberships_of(&mut self, person: PersonId) -> Result<Vec<Membership>> {
        memberships::of(self, person).await
    }
    async fn memberships_with_role(&mut self, organisation: OrganisationId, role: Role) -> Result<Vec<Membership>> {
        memberships::with_role(self, organisation, role).await
    }
    async fn memberships_to_end(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Membership>> {
        memberships::to_end(self, now, limit).await
    }
    async fn memberships_with_attributes(
        &mut self,
        after: Option<MembershipId>,
        limit: u32,
    ) -> Result<Vec<Membership>> {
        memberships::with_attributes(self, after, limit).await
    }
    async fn memberships_in(
        &mut self,
        organisation: OrganisationId,
        after: Option<MembershipId>,
        limit: u32,
    ) -> Result<Vec<Membership>> {
        memberships::within(self, organisation, after, limit).await
    }
    async fn insert_membership(&mut self, new: &Membership) -> Result<()> {
        memberships::insert(self, new).await
    }
    async fn update_membership(&mut self, changed: &Membership) -> Result<()> {
        memberships::update(self, changed).await
    }

    async fn insert_role_period(&mut self, period: &RolePeriod) -> Result<()> {
        periods::insert_role(self, period).await
    }
    async fn end_role_period(&mut self, membership: MembershipId, role: Role, until: Timestamp) -> Result<()> {
        periods::end_role(self, membership, role, until).await
    }
    async fn roles_at(
        &mut self,
        organisation: OrganisationId,
        at: Timestamp,
        window: Window,
    ) -> Result<Page<(RolePeriod, Person)>> {
        periods::roles_at(self, organisation, at, window).await
    }
    async fn named(&mut self, people: &[PersonId], organisation: Option<OrganisationId>) -> Result<Vec<NamedPerson>> {
        named::named(self, people, organisation).await
    }
    async fn role_periods(
        &mut self,
        people: &[PersonId],
        organisation: Option<OrganisationId>,
    ) -> Result<Vec<RolePeriod>> {
        named::role_periods(self, people, organisation).await
    }
    async fn insert_attribute_period(&mut self, period: &AttributePeriod) -> Result<()> {
        periods::insert_attributes(self, period).await
    }
    async fn end_attribute_period(&mut self, membership: MembershipId, until: Timestamp) -> Result<()> {
        periods::end_attributes(self, membership, until).await
    }
    async fn attribute_periods(&mut self, membership: MembershipId) -> Result<Vec<AttributePeriod>> {
        periods::attributes_of(self, membership).await
    }

    async fn insert_card_proofing(&mut self, new: &CardProofing) -> Result<()> {
        proofings::insert_card(self, new).await
    }
    async fn card_proofings_of(&mut self, person: PersonId) -> Result<Vec<CardProofing>> {
        proofings::cards_of(self, person).await
    }
    async fn insert_face_to_face(&mut self, new: &FaceToFaceProofing) -> Result<()> {
        proofings::insert_face_to_face(self, new).await
    }
    async fn forget_document_numbers(&mut self, before: Timestamp, limit: u32) -> Result<u64> {
        proofings::forget_numbers(self, before, limit).await
    }
    async fn face_to_face_of(&mut self, person: PersonId) -> Result<Vec<FaceToFaceProofing>> {
        proofings::face_to_face_of(self, person).await
    }
}
