//! The identities on this phone, as *ID en Sessies* lists them.

use crate::{chain, error::WalletError, vault::Held, wallet::Wallet};
use domain::{Environment, Timestamp, identity::IdentityId};
use protocol::{ProblemCode, link::ServerId, request::OrganisationLabel};

/// Longest name that a person may give an identity, in characters.
const LABEL_LENGTH: usize = 60;

/// One identity, without anything secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityView {
    /// Its id.
    pub id: IdentityId,
    /// Its server.
    pub server: ServerId,
    /// Acceptatie or productie.
    pub environment: Environment,
    /// Whose.
    pub name: String,
    /// The person's own name for it.
    pub label: Option<String>,
    /// Organisations where it opened something when it was activated.
    pub organisations: Vec<OrganisationLabel>,
    /// When it was activated.
    pub activated_at: Timestamp,
    /// End of its certificate.
    pub not_after: Option<Timestamp>,
    /// Why it works no more, as far as this phone was told: replaced, revoked or expired.
    pub ended: Option<ProblemCode>,
    /// Answers it gave.
    pub answers: u64,
}

impl Wallet {
    /// The identities of every unlocked server, oldest first per server.
    pub fn identities(&self) -> Vec<IdentityView> {
        let open = self.open.iter().filter(|(id, _)| self.is_unlocked(id));
        let mut views = Vec::new();
        for (server, unlocked) in open {
            let Ok(known) = self.server(server) else { continue };
            views.extend(unlocked.vault.identities.iter().map(|held| view(server, known.environment, held)));
        }
        views
    }
    /// Gives an identity a name of the person's own; an empty one takes it away.
    pub async fn rename_identity(&mut self, server: &ServerId, id: IdentityId, label: &str) -> Result<(), WalletError> {
        let label: String = label.trim().chars().filter(|c| !c.is_control()).take(LABEL_LENGTH).collect();
        self.change_vault(server, |vault| {
            let held = vault.identities.iter_mut().find(|held| held.id == id);
            held.ok_or_else(|| WalletError::NoIdentity(server.clone()))?.label = Some(label).filter(|l| !l.is_empty());
            Ok(())
        })
        .await
    }
    /// Removes an identity and its key from this phone. Its certificate stays valid until it is revoked or expires, but
    /// nobody has the key any more.
    pub async fn remove_identity(&mut self, server: &ServerId, id: IdentityId) -> Result<(), WalletError> {
        self.change_vault(server, |vault| {
            let before = vault.identities.len();
            vault.identities.retain(|held| held.id != id);
            (vault.identities.len() < before).then_some(()).ok_or_else(|| WalletError::NoIdentity(server.clone()))
        })
        .await
    }
}

fn view(server: &ServerId, environment: Environment, held: &Held) -> IdentityView {
    IdentityView {
        id: held.id,
        server: server.clone(),
        environment,
        name: held.name.clone(),
        label: held.label.clone(),
        organisations: held.organisations.clone(),
        activated_at: held.activated_at,
        not_after: held.chain.first().and_then(|leaf| chain::not_after(&leaf.0)),
        ended: held.ended,
        answers: held.counter,
    }
}
