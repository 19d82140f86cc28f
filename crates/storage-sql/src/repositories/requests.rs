//! Requests.

use super::Result;
use crate::{row::Row, transaction::SqlTx, value::values};
use domain::{
    Timestamp,
    identity::IdentityId,
    ids::first_at,
    installation::InstallationId,
    organisation::OrganisationId,
    person::PersonId,
    request::{Means, Purpose, Request, RequestId, RequestStatus},
    retention::Disposable,
};
use storage::{Purged, Requests};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, purpose, means, status, nonce_hash, code_hash, browser, browser_label, organisation, person, \
             sentence_nl, sentence_en, control_code, desktop_session, digest, proof_hash, tries_left, identity, \
             installation, response, problem, created_at, expires_at, opened_at, decided_at, browser_key, asked_by, \
             problem_reference FROM requests ",
            $rest
        )
    };
}

fn request(row: &mut Row) -> Result<Request> {
    Ok(Request {
        id: row.id(RequestId)?,
        purpose: row.word(Purpose::parse)?,
        means: row.word(Means::parse)?,
        status: row.word(RequestStatus::parse)?,
        nonce_hash: row.array()?,
        code_hash: row.array_opt()?,
        browser: row.array_opt()?,
        browser_label: row.text_opt()?,
        organisation: row.id_opt(OrganisationId)?,
        person: row.id_opt(PersonId)?,
        sentence: row.text_opt()?.zip(row.text_opt()?),
        control_code: row.text_opt()?,
        desktop_session: row.array_opt()?,
        digest: row.array_opt()?,
        proof_hash: row.array_opt()?,
        tries_left: row.number()?,
        identity: row.id_opt(IdentityId)?,
        installation: row.id_opt(InstallationId)?,
        response: row.text_opt()?,
        problem: row.text_opt()?,
        created_at: row.time()?,
        expires_at: row.time()?,
        opened_at: row.time_opt()?,
        decided_at: row.time_opt()?,
        browser_key: row.array_opt()?,
        asked_by: row.id_opt(PersonId)?,
        problem_reference: row.text_opt()?,
    })
}

/// Whether the list of people shows it.
fn is_qr(request: &Request) -> bool {
    request.purpose == Purpose::Enrol && request.means == Means::Phone
}

#[async_trait::async_trait]
impl Requests for SqlTx<'_> {
    async fn request(&mut self, id: RequestId) -> Result<Option<Request>> {
        self.load_one(select!("WHERE id = $1"), values![id], request).await
    }
    async fn request_by_nonce(&mut self, hash: &[u8; 32]) -> Result<Option<Request>> {
        self.load_one(select!("WHERE nonce_hash = $1"), values![hash], request).await
    }
    async fn request_by_code(&mut self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Request>> {
        let sql = select!("WHERE code_hash = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC LIMIT 1");
        self.load_one(sql, values![hash, now], request).await
    }
    async fn request_by_return(&mut self, hash: &[u8; 32]) -> Result<Option<Request>> {
        let sql = select!(
            "WHERE proof_hash = $1 AND status = 'returning' AND means = 'card' ORDER BY created_at DESC, id DESC LIMIT 1"
        );
        self.load_one(sql, values![hash], request).await
    }
    async fn card_login_of_browser(&mut self, browser: &[u8; 32]) -> Result<Option<Request>> {
        let sql = select!(
            "WHERE browser = $1 AND purpose = 'login' AND means = 'card' AND status = 'finished' \
             ORDER BY created_at DESC, id DESC LIMIT 1"
        );
        self.load_one(sql, values![browser], request).await
    }
    async fn request_of_desktop_session(&mut self, hash: &[u8; 32]) -> Result<Option<Request>> {
        let sql = select!(
            "WHERE desktop_session = $1 AND status IN ('created', 'opened') AND means = 'card' \
             ORDER BY created_at DESC, id DESC LIMIT 1"
        );
        self.load_one(sql, values![hash], request).await
    }
    async fn insert_request(&mut self, new: &Request) -> Result<()> {
        let sql = "INSERT INTO requests (id, purpose, means, status, nonce_hash, code_hash, browser, browser_label, \
                   organisation, person, sentence_nl, sentence_en, control_code, desktop_session, digest, proof_hash, \
                   tries_left, identity, installation, response, problem, created_at, expires_at, opened_at, decided_at, \
                   browser_key, asked_by, problem_reference) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
                   $21, $22, $23, $24, $25, $26, $27, $28) ON CONFLICT DO NOTHING";
        let values = values![
            new.id,
            new.purpose.as_str(),
            new.means.as_str(),
            new.status.as_str(),
            &new.nonce_hash,
            &new.code_hash,
            &new.browser,
            &new.browser_label,
            new.organisation,
            new.person,
            new.sentence.as_ref().map(|(dutch, _)| dutch.as_str()),
            new.sentence.as_ref().map(|(_, english)| english.as_str()),
            &new.control_code,
            &new.desktop_session,
            &new.digest,
            &new.proof_hash,
            new.tries_left,
            new.identity,
            new.installation,
            &new.response,
            &new.problem,
            new.created_at,
            new.expires_at,
            new.opened_at,
            new.decided_at,
            &new.browser_key,
            new.asked_by,
            &new.problem_reference
        ];
        self.insert("this request", sql, values).await?;
        new.person.filter(|_| is_qr(new)).into_iter().for_each(|person| self.touch(person));
        Ok(())
    }
    async fn update_request(&mut self, changed: &Request) -> Result<()> {
        if is_qr(changed) {
            let before = "SELECT person FROM requests WHERE id = $1 AND person IS NOT NULL";
            for mut row in self.rows(before, values![changed.id]).await? {
                let person = row.id(PersonId)?;
                self.touch(person);
            }
            changed.person.into_iter().for_each(|person| self.touch(person));
        }
        // What was asked, by whom and for what stays as it was.
        let sql = "UPDATE requests SET status = $2, code_hash = $3, browser = $4, organisation = $5, person = $6, \
                   desktop_session = $7, digest = $8, proof_hash = $9, tries_left = $10, identity = $11, \
                   installation = $12, response = $13, expires_at = $14, opened_at = $15, decided_at = $16, \
                   control_code = $17, problem = $18, browser_key = $19, problem_reference = $20 \
                   WHERE id = $1";
        let values = values![
            changed.id,
            changed.status.as_str(),
            &changed.code_hash,
            &changed.browser,
            changed.organisation,
            changed.person,
            &changed.desktop_session,
            &changed.digest,
            &changed.proof_hash,
            changed.tries_left,
            changed.identity,
            changed.installation,
            &changed.response,
            changed.expires_at,
            changed.opened_at,
            changed.decided_at,
            &changed.control_code,
            &changed.problem,
            &changed.browser_key,
            &changed.problem_reference
        ];
        self.update("request", sql, values).await
    }
    async fn open_enrolments_of(&mut self, person: PersonId) -> Result<Vec<Request>> {
        let sql = select!(
            "WHERE person = $1 AND purpose = 'enrol' AND means = 'phone' \
             AND status IN ('created', 'opened', 'pairing') ORDER BY id"
        );
        self.load_all(sql, values![person], request).await
    }
    async fn forget_unopened(&mut self, before: Timestamp) -> Result<u64> {
        let sql = "DELETE FROM requests WHERE opened_at IS NULL AND person IS NULL AND created_at < $1 \
                   AND id NOT IN (SELECT card_request FROM registrations WHERE card_request IS NOT NULL)";
        self.execute(sql, values![before]).await
    }
    async fn purge_requests(&mut self, may_go: &Disposable, most: u32) -> Result<Purged> {
        // `Disposable::request` as a statement; a test compares them. Ids rise with time and a request ends after it began,
        // so the first condition only spares looking at what is younger.
        let sql = "DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE id < $1 AND expires_at < $2 \
                   AND NOT (purpose = 'sign' AND status IN ('accepted', 'finished')) \
                   AND NOT EXISTS (SELECT 1 FROM registrations WHERE card_request = requests.id) \
                   AND NOT EXISTS (SELECT 1 FROM registrations WHERE enrolment = requests.id) \
                   ORDER BY id LIMIT $3) RETURNING person, purpose = 'enrol' AND means = 'phone'";
        let mut rows = self.rows(sql, values![first_at(may_go.requests), may_go.requests, most]).await?;
        let mut purged = Purged::default();
        for row in &mut rows {
            let (person, is_qr) = (row.id_opt(PersonId)?, row.bool()?);
            purged.all += 1;
            purged.about_people += u64::from(person.is_some());
            person.filter(|_| is_qr).into_iter().for_each(|person| self.touch(person));
        }
        Ok(purged)
    }
}
