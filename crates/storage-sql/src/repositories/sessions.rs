//! Portal sessions.

use super::Result;
use crate::{
    row::{Row, corrupt},
    transaction::SqlTx,
    value::values,
};
use domain::{
    Timestamp, UziNumber,
    identity::IdentityId,
    person::PersonId,
    session::{LoggedInWith, Session, SessionCard, SessionId},
};
use storage::Sessions;
use uuid::Uuid;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, token_hash, browser, person, identity, uzi_number, browser_label, browser_trusted, created_at, \
             seen_at, ended_at, card_certificate, card_issuer, card_serial, card_valid_until FROM sessions ",
            $rest
        )
    };
}

fn session(row: &mut Row) -> Result<Session> {
    Ok(Session {
        id: row.id(SessionId)?,
        token_hash: row.array()?,
        browser: row.array()?,
        person: row.id_opt(PersonId)?,
        with: means(row)?,
        browser_label: row.text()?,
        browser_trusted: row.bool()?,
        created_at: row.time()?,
        seen_at: row.time()?,
        ended_at: row.time_opt()?,
        card: card(row)?,
    })
}

fn card(row: &mut Row) -> Result<Option<SessionCard>> {
    let (certificate, issuer) = (row.bytes_opt()?, row.bytes_opt()?);
    let (serial, valid_until) = (row.text_opt()?, row.time_opt()?);
    Ok(match (certificate, serial, valid_until) {
        (Some(certificate), Some(serial), Some(valid_until)) => {
            Some(SessionCard { certificate, issuer, serial, valid_until })
        }
        _ => None,
    })
}

fn means(row: &mut Row) -> Result<LoggedInWith> {
    let identity = row.id_opt(IdentityId)?;
    let number = row.text_opt()?;
    let card = number.as_deref().and_then(UziNumber::parse).map(LoggedInWith::Card);
    identity.map(LoggedInWith::Phone).or(card).ok_or_else(|| corrupt("a session without a means"))
}

#[async_trait::async_trait]
impl Sessions for SqlTx<'_> {
    async fn session_by_token(&mut self, hash: &[u8; 32]) -> Result<Option<Session>> {
        self.load_one(select!("WHERE token_hash = $1"), values![hash], session).await
    }
    async fn session(&mut self, id: SessionId) -> Result<Option<Session>> {
        self.load_one(select!("WHERE id = $1"), values![id], session).await
    }
    async fn sessions_of(&mut self, person: PersonId) -> Result<Vec<Session>> {
        let sql = select!("WHERE person = $1 AND ended_at IS NULL ORDER BY created_at, id");
        self.load_all(sql, values![person], session).await
    }
    async fn sessions_in_browser(&mut self, browser: &[u8; 32]) -> Result<Vec<Session>> {
        let sql = select!("WHERE browser = $1 AND ended_at IS NULL ORDER BY created_at, id");
        self.load_all(sql, values![browser], session).await
    }
    async fn insert_session(&mut self, new: &Session) -> Result<()> {
        let sql = "INSERT INTO sessions (id, token_hash, browser, person, identity, uzi_number, browser_label, \
                   browser_trusted, created_at, seen_at, ended_at, card_certificate, card_issuer, card_serial, \
                   card_valid_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
                   ON CONFLICT DO NOTHING";
        let (identity, number) = match &new.with {
            LoggedInWith::Phone(identity) => (Some(*identity), None),
            LoggedInWith::Card(number) => (None, Some(number.as_str())),
        };
        let card = new.card.as_ref();
        let certificate = card.map(|card| card.certificate.as_slice());
        let issuer = card.and_then(|card| card.issuer.as_deref());
        let serial = card.map(|card| card.serial.as_str());
        let values = values![
            new.id,
            &new.token_hash,
            &new.browser,
            new.person,
            identity,
            number,
            &new.browser_label,
            new.browser_trusted,
            new.created_at,
            new.seen_at,
            new.ended_at,
            certificate,
            issuer,
            serial,
            card.map(|card| card.valid_until)
        ];
        self.insert("this session", sql, values).await
    }
    async fn update_session(&mut self, changed: &Session) -> Result<()> {
        let sql = "UPDATE sessions SET person = $2, browser_trusted = $3, seen_at = $4, ended_at = $5 WHERE id = $1";
        let values = values![changed.id, changed.person, changed.browser_trusted, changed.seen_at, changed.ended_at];
        self.update("session", sql, values).await
    }
    async fn card_sessions(&mut self, since: Timestamp, after: Option<SessionId>, limit: u32) -> Result<Vec<Session>> {
        let sql = select!(
            "WHERE ended_at IS NULL AND card_serial IS NOT NULL AND created_at >= $1 AND id > $2 ORDER BY id LIMIT $3"
        );
        self.load_all(sql, values![since, after.map_or(Uuid::nil(), |id| id.0), limit], session).await
    }
    async fn sessions_with(&mut self, identity: IdentityId) -> Result<Vec<Session>> {
        let sql = select!("WHERE identity = $1 AND ended_at IS NULL ORDER BY created_at, id");
        self.load_all(sql, values![identity], session).await
    }
}
