//! A beheerder behind the desk: logged in in a trusted browser, with a Mobile ID of their own.

use super::{
    forger::Forger,
    world::{World, caller},
};
use domain::{
    BirthDate, PersonName,
    change::{Change, ChangeId, MemberChange, NewPerson, OrganisationChange},
    document::{DocumentKind, DocumentNumber},
    identity::Identity,
    organisation::OrganisationId,
    person::{Membership, MembershipId, MembershipStatus, Person, PersonId, Role, ShownDocument},
    request::{Request, RequestId},
    session::{LoggedInWith, Session, SessionId},
};
use portal::{
    browser::Browser,
    services::{
        ShownRequest,
        changes::{self, Proposed},
        desk::{self, ShownOnce},
        proofing,
        session::{self, Current},
    },
};
use protocol::{Nonce, ProblemCode};
use storage::StoreError;

pub struct Beheerder {
    pub browser: Browser,
    pub current: Current,
    pub forger: Forger,
    pub organisation: OrganisationId,
}

impl Beheerder {
    pub async fn new(world: &World) -> Self {
        Self::with(world, world.organisation, &[Role::Signer, Role::Manager]).await
    }
    /// Somebody with these roles in an organisation.
    pub async fn with(world: &World, organisation: OrganisationId, roles: &[Role]) -> Self {
        let forger = Forger::new(world).await;
        let (person, roles) = (forger.identity.person, roles.to_vec());
        let id = MembershipId::new(world.app.now(), world.app.entropy());
        let moved: Result<(), StoreError> = world
            .app
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let mut membership = tx.memberships_of(person).await?.remove(0);
                    membership.roles = roles;
                    if membership.organisation == organisation {
                        return tx.update_membership(&membership).await;
                    }
                    membership.status = MembershipStatus::Ended;
                    tx.update_membership(&membership).await?;
                    membership.status = MembershipStatus::Active;
                    membership.id = id;
                    membership.organisation = organisation;
                    tx.insert_membership(&membership).await
                })
            })
            .await;
        moved.unwrap();
        let (browser, current) = log_in(world, &forger).await;
        Self { browser, current, forger, organisation }
    }
    pub fn person(&self) -> PersonId {
        self.forger.identity.person
    }
    /// The same person in another browser.
    pub async fn elsewhere(&self, world: &World) -> (Browser, Current) {
        log_in(world, &self.forger).await
    }
    pub async fn propose(&self, world: &World, change: Change) -> Result<ChangeId, ProblemCode> {
        let proposed = changes::propose(&world.app, &caller(), &self.browser, &self.current, change, "Nodig").await;
        match proposed.map_err(|error| error.code)? {
            Proposed::Done(id) => Ok(id),
            other => panic!("{other:?}"),
        }
    }
    /// + Registreren.
    pub async fn register(&self, world: &World, surname: &str) -> ChangeId {
        let person = Box::new(new_person(world, surname));
        let change = OrganisationChange::Register { person, prepared: None };
        let change = Change::Organisation { organisation: self.organisation, change };
        self.propose(world, change).await.unwrap()
    }
    /// + Registreren, up to the QR code.
    pub async fn qr(&self, world: &World, surname: &str) -> ShownRequest {
        let change = self.register(world, surname).await;
        self.look(world, change).await.expect("shown for the first time")
    }
    /// Nieuwe QR-code maken.
    pub async fn new_qr(&self, world: &World, person: PersonId) -> Result<ShownRequest, ProblemCode> {
        let change = self.make_new_qr(world, person).await?;
        Ok(self.look(world, change).await.expect("shown for the first time"))
    }
    /// The same, not looked at yet.
    pub async fn make_new_qr(&self, world: &World, person: PersonId) -> Result<ChangeId, ProblemCode> {
        let memberships = memberships_of(world, person).await;
        let membership = memberships.iter().find(|m| m.organisation == self.organisation).unwrap().id;
        let change = Change::Member { membership, change: MemberChange::NewQr(document(world)) };
        self.propose(world, change).await
    }
    /// The page with the QR code; `None`: it was shown before.
    pub async fn look(&self, world: &World, change: ChangeId) -> Option<ShownRequest> {
        match desk::show_once(&world.app, &self.browser, &self.current, Some(self.organisation), change).await.unwrap()
        {
            ShownOnce::Qr(shown) => Some(shown),
            ShownOnce::AlreadyShown => None,
        }
    }
    pub async fn pair(
        &self,
        world: &World,
        id: RequestId,
        digits: &protocol::code::Digits4,
    ) -> Result<(), ProblemCode> {
        let paired = desk::pair(&world.app, &caller(), &self.browser, &self.current, id, digits).await;
        paired.map_err(|error| error.code)
    }
    pub async fn close(&self, world: &World, id: RequestId) {
        desk::close(&world.app, &caller(), &self.browser, &self.current, id).await.unwrap();
    }
}

async fn log_in(world: &World, forger: &Forger) -> (Browser, Current) {
    let (app, now) = (&world.app, world.app.now());
    let (token, mut browser) = (Nonce::from_bytes(app.entropy().array()), world.browser());
    let session = Session {
        id: SessionId::new(now, app.entropy()),
        token_hash: token.hash(),
        browser: browser.hash,
        person: Some(forger.identity.person),
        with: LoggedInWith::Phone(forger.identity.id),
        card: None,
        browser_label: browser.label.clone(),
        browser_trusted: true,
        created_at: now,
        seen_at: now,
        ended_at: None,
    };
    let stored: Result<(), StoreError> =
        app.store.write(move |tx| Box::pin(async move { tx.insert_session(&session).await })).await;
    stored.unwrap();
    browser.session = Some(token.hash());
    let current = session::current(app, &browser).await.unwrap().expect("logged in");
    (browser, current)
}

pub fn document(world: &World) -> ShownDocument {
    let number = DocumentNumber::parse(DocumentKind::Passport, "SPECI2014").unwrap();
    proofing::seal_document(&world.app, DocumentKind::Passport, &number, "2031-01-01").unwrap()
}

pub fn new_person(world: &World, surname: &str) -> NewPerson {
    NewPerson {
        name: PersonName::new("Anna", "van", surname).unwrap(),
        birth_date: BirthDate::new(1990, 5, 17).unwrap(),
        birthplace: "Utrecht".into(),
        document: document(world),
        email: None,
        department: "Interne".into(),
        personnel_number: "1234".into(),
    }
}

pub async fn request(world: &World, id: RequestId) -> Request {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.request(id).await })).await;
    found.unwrap().unwrap()
}

pub async fn person(world: &World, id: PersonId) -> Person {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.person(id).await })).await;
    found.unwrap().unwrap()
}

pub async fn identities_of(world: &World, person: PersonId) -> Vec<Identity> {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.identities_of(person).await })).await;
    found.unwrap()
}

pub async fn memberships_of(world: &World, person: PersonId) -> Vec<Membership> {
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.memberships_of(person).await })).await;
    found.unwrap()
}

/// How often an event is in the log.
pub async fn count(world: &World, event: domain::log::Event) -> usize {
    world.events().await.iter().filter(|entry| entry.event == event).count()
}
