//! Log entries from a service: filled with what is always known.

use crate::{AppState, caller::Caller, error::Halt};
use domain::{
    identity::IdentityId,
    log::{Actor, EntryId, Event, LogEntry, Outcome},
    organisation::OrganisationId,
    person::PersonId,
    request::{Request, RequestId},
    session::SessionId,
};
use protocol::ProblemCode;
use storage::Tx;

/// An entry being made.
#[must_use = "an entry that is not written is lost"]
pub struct Entry(LogEntry);

/// Begins an entry: a success by nobody known, here and now.
pub fn entry(app: &AppState, caller: &Caller, event: Event) -> Entry {
    let now = app.now();
    Entry(LogEntry {
        id: EntryId::new(now, app.entropy()),
        at: now,
        event,
        outcome: Outcome::Success,
        actor: Actor::Anonymous,
        on_behalf_of: None,
        organisation: None,
        person: None,
        identity: None,
        request: None,
        session: None,
        reason: None,
        detail: None,
        from: caller.address.clone(),
        reference: caller.reference.clone(),
    })
}

impl Entry {
    /// By a person (with a phone's identity).
    pub fn by(mut self, person: PersonId, identity: Option<IdentityId>) -> Self {
        self.0.actor = Actor::Person { person, identity };
        self
    }
    /// Agreed to by a second person, who answers for it too.
    pub fn on_behalf_of(mut self, person: PersonId) -> Self {
        self.0.on_behalf_of = Some(person);
        self
    }
    /// By the holder of a UZI-pas.
    pub fn by_card(mut self, uzi_number: &str) -> Self {
        self.0.actor = Actor::Card { uzi_number: uzi_number.to_owned() };
        self
    }
    /// By the system.
    pub fn by_system(mut self) -> Self {
        self.0.actor = Actor::System;
        self
    }
    /// About a person.
    pub fn about(mut self, person: PersonId) -> Self {
        self.0.person = Some(person);
        self
    }
    /// About an identity.
    pub fn identity(mut self, identity: IdentityId) -> Self {
        self.0.identity = Some(identity);
        self
    }
    /// In an organisation.
    pub fn within(mut self, organisation: OrganisationId) -> Self {
        self.0.organisation = Some(organisation);
        self
    }
    /// About a request (and its organisation and person).
    pub fn request(mut self, request: &Request) -> Self {
        self.0.request = Some(request.id);
        self.0.organisation = self.0.organisation.or(request.organisation);
        self.0.person = self.0.person.or(request.person);
        self
    }
    /// About a request of which only the id is known.
    pub fn request_id(mut self, request: RequestId) -> Self {
        self.0.request = Some(request);
        self
    }
    /// About a session.
    pub fn session(mut self, session: SessionId) -> Self {
        self.0.session = Some(session);
        self
    }
    /// With a reason.
    pub fn reason(mut self, reason: &str) -> Self {
        self.0.reason = Some(reason.to_owned());
        self
    }
    /// What exactly: a role, a kind of document, a count.
    pub fn detail(mut self, detail: impl std::fmt::Display) -> Self {
        self.0.detail = Some(detail.to_string());
        self
    }
    /// Refused with this code.
    pub fn refused(mut self, code: ProblemCode) -> Self {
        self.0.outcome = Outcome::Refused;
        self.0.reason = Some(code.as_str().to_owned());
        self
    }
    /// The reference under which it will be found.
    pub fn reference(&self) -> &str {
        &self.0.reference
    }
    /// Writes it in the transaction.
    pub async fn write(self, tx: &mut dyn Tx) -> Result<(), Halt> {
        Ok(tx.append(&self.0).await?)
    }
}
