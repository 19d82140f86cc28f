//! The eleven columns of the table: who calls.

use crate::suite::{
    backoffice::with_role,
    beheerder::{Beheerder, memberships_of},
    forger::Forger,
    visitor::{Visitor, make_auditor, make_operator},
    world::{World, add_organisation},
};
use domain::{
    organisation::{OrganisationId, OrganisationStatus},
    person::{MembershipId, MembershipStatus, Role},
};
use storage::StoreError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Nobody,
    Signer,
    Helpdesk,
    Manager,
    Administrator,
    Auditor,
    /// The administrator of another organisation.
    Elsewhere,
    /// Was administrator here and is blocked; works elsewhere as Signer, or there would be no session at all.
    Blocked,
    /// Was administrator here and works here no more; works elsewhere as Signer.
    Ended,
    /// An operator who works in no organisation.
    Operator,
    /// An auditor of the environment who works in no organisation.
    EnvironmentAuditor,
}

impl Who {
    pub const ALL: [Self; 11] = [
        Self::Nobody,
        Self::Signer,
        Self::Helpdesk,
        Self::Manager,
        Self::Administrator,
        Self::Auditor,
        Self::Elsewhere,
        Self::Blocked,
        Self::Ended,
        Self::Operator,
        Self::EnvironmentAuditor,
    ];
}

/// Everybody's phone, and the other organisation.
pub struct Cast {
    phones: Vec<Option<Forger>>,
    pub elsewhere: OrganisationId,
    /// Another beheerder here, who made what those who may not are tried with.
    pub colleague: Forger,
    /// Another operator.
    pub second: Forger,
}

/// The memberships of the person become these; the others end.
async fn works(world: &World, forger: &Forger, places: Vec<(OrganisationId, Vec<Role>, MembershipStatus)>) {
    let person = forger.identity.person;
    let ids: Vec<MembershipId> =
        places.iter().map(|_| MembershipId::new(world.app.now(), world.app.entropy())).collect();
    let saved: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut membership = tx.memberships_of(person).await?.remove(0);
                let first = membership.organisation;
                membership.status = MembershipStatus::Ended;
                tx.update_membership(&membership).await?;
                for ((organisation, roles, status), id) in places.into_iter().zip(ids) {
                    let known = organisation == first;
                    membership.organisation = organisation;
                    membership.roles = roles;
                    membership.status = status;
                    if known {
                        tx.update_membership(&membership).await?;
                    } else {
                        let other = domain::person::Membership { id, ..membership.clone() };
                        tx.insert_membership(&other).await?;
                    }
                }
                Ok(())
            })
        })
        .await;
    saved.unwrap();
}

impl Cast {
    pub async fn new(world: &World) -> Self {
        let (here, app) = (world.organisation, &world.app);
        let elsewhere = add_organisation(app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
        let administrator = || vec![Role::Signer, Role::Administrator];
        let mut phones = Vec::new();
        for who in Who::ALL {
            let phone = Forger::new(world).await;
            match who {
                Who::Nobody => {
                    phones.push(None);
                    continue;
                }
                Who::Signer => {}
                Who::Helpdesk => with_role(world, &phone, Role::Helpdesk).await,
                Who::Manager => with_role(world, &phone, Role::Manager).await,
                Who::Administrator => with_role(world, &phone, Role::Administrator).await,
                Who::Auditor => with_role(world, &phone, Role::Auditor).await,
                Who::Elsewhere => {
                    works(world, &phone, vec![(elsewhere, administrator(), MembershipStatus::Active)]).await;
                }
                Who::Blocked | Who::Ended => {
                    let status = if who == Who::Blocked { MembershipStatus::Blocked } else { MembershipStatus::Ended };
                    let there = (elsewhere, vec![Role::Signer], MembershipStatus::Active);
                    works(world, &phone, vec![(here, administrator(), status), there]).await;
                }
                Who::Operator => {
                    make_operator(world, phone.identity.person).await;
                    works(world, &phone, Vec::new()).await;
                }
                Who::EnvironmentAuditor => {
                    make_auditor(world, phone.identity.person).await;
                    works(world, &phone, Vec::new()).await;
                }
            }
            phones.push(Some(phone));
        }
        let second = Forger::new(world).await;
        make_operator(world, second.identity.person).await;
        works(world, &second, Vec::new()).await;
        let colleague = Beheerder::new(world).await.forger;
        Self { phones, elsewhere, colleague, second }
    }
    pub fn phone(&self, who: Who) -> Option<&Forger> {
        self.phones[Who::ALL.iter().position(|one| *one == who).unwrap()].as_ref()
    }
    /// In a browser of their own, just logged in.
    pub async fn visit<'a>(&self, world: &'a World, who: Who) -> Visitor<'a> {
        match self.phone(who) {
            Some(phone) => Visitor::logged_in(world, phone).await,
            None => Visitor::new(world),
        }
    }
    /// Only a membership here, of this status.
    pub async fn shut_out(&self, world: &World, who: Who) {
        let phone = self.phone(who).unwrap();
        for membership in memberships_of(world, phone.identity.person).await {
            if membership.organisation == self.elsewhere {
                let mut gone = membership;
                gone.status = MembershipStatus::Ended;
                let saved: Result<(), StoreError> =
                    world.app.store.write(move |tx| Box::pin(async move { tx.update_membership(&gone).await })).await;
                saved.unwrap();
            }
        }
    }
}
