//! Activating an identity: the key is made here, the certificate's contents come from the registration.

use crate::{
    api,
    ask::{Asked, Ticket},
    chain, csr,
    error::WalletError,
    opaque::HostRng,
    vault::{Held, Pending, SecretKeyBytes},
    wallet::Wallet,
};
use domain::{BirthDate, identity::IdentityId, request::Purpose};
use p256::ecdsa::SigningKey;
use protocol::{
    code::Digits4,
    enrol::{Enrol, Enrolled, enrol_mac},
    request::OrganisationLabel,
};

/// A new identity.
#[derive(Clone)]
pub struct Activated {
    /// Its id.
    pub identity: IdentityId,
    /// Whose.
    pub name: String,
    /// Organisations where it opens something.
    pub organisations: Vec<OrganisationLabel>,
    /// The *intrekkingscode*, grouped. Show it once to write down; the wallet does not keep it.
    pub revocation_code: String,
    /// Digits for whoever showed the QR code face to face. Until they are typed there, for two minutes, the identity opens
    /// nothing; when that does not happen it never will, and a new QR code is needed.
    pub pairing_code: Option<Digits4>,
}

/// Without the intrekkingscode.
impl std::fmt::Debug for Activated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Activated").field("identity", &self.identity).finish_non_exhaustive()
    }
}

impl Wallet {
    /// Makes the key, has it certified and keeps the identity. `birth_date` where `claims.enrolment` asks for it.
    ///
    /// The server leaves the request open after a wrong birth date, so the same [`Asked`] can be tried again. After a lost
    /// answer as well, for two minutes: the key is the same, so the server gives the same certificate.
    pub async fn activate(&mut self, asked: &Asked, birth_date: Option<BirthDate>) -> Result<Activated, WalletError> {
        let offer = asked.claims.enrolment.as_ref().filter(|_| asked.claims.purpose == Purpose::Enrol);
        let offer = offer.ok_or(WalletError::WrongKind)?;
        if offer.birth_date_required && birth_date.is_none() {
            return Err(WalletError::BirthDateRequired);
        }
        let key = self.enrolment_key(asked).await?;
        let csr = csr::make(&key)?;
        let (registration, open) = self.unlocked(&asked.server)?;
        let installation = registration.installation;
        let root = registration.root.clone();
        let (nonce, code) = match &asked.ticket {
            Ticket::Nonce(nonce) => (Some(nonce.clone()), None),
            Ticket::Code(code) => (None, Some(code.clone())),
        };
        let body = Enrol {
            nonce,
            code,
            mac: enrol_mac(&open.mac_key, &asked.digest, &csr, installation).as_slice().into(),
            csr: csr.into(),
            birth_date: birth_date.filter(|_| offer.birth_date_required).map(BirthDate::to_iso),
            installation,
            unlock: open.unlock,
        };
        let origin = &self.server(&asked.server)?.api_origin;
        let enrolled: Enrolled =
            self.relock(&asked.server, api::post(self.ports.transport.as_ref(), origin, "/api/v1/enrol", &body).await)?;
        let leaf = chain::verify(&enrolled.chain, &root.0)
            .map_err(|_| WalletError::BadAnswer("the certificate is not from this server"))?;
        if leaf.point() != key.verifying_key().to_encoded_point(false).as_bytes() {
            return Err(WalletError::BadAnswer("the certificate is for another key"));
        }
        let held = Held {
            id: enrolled.identity,
            key: SecretKeyBytes(key.to_bytes().as_slice().into()),
            chain: enrolled.chain,
            name: enrolled.name.clone(),
            organisations: enrolled.organisations.clone(),
            label: None,
            counter: 0,
            ended: None,
            activated_at: self.ports.clock.now(),
        };
        self.change_vault(&asked.server, |vault| {
            // Two windows may have asked for the same one.
            vault.identities.retain(|known| known.id != held.id);
            vault.identities.push(held);
            vault.pending = None;
            Ok(())
        })
        .await?;
        Ok(Activated {
            identity: enrolled.identity,
            name: enrolled.name,
            organisations: enrolled.organisations,
            revocation_code: enrolled.revocation_code,
            pairing_code: enrolled.pairing_code,
        })
    }

    /// The key that this enrolment began with, or a new one, which is in the vault before anybody hears of it.
    async fn enrolment_key(&mut self, asked: &Asked) -> Result<SigningKey, WalletError> {
        let fresh = SigningKey::random(&mut HostRng(self.ports.entropy.as_ref()));
        let damaged = || WalletError::VaultDamaged(asked.server.clone());
        self.change_vault(&asked.server, |vault| {
            if let Some(pending) = vault.pending.as_ref().filter(|p| p.request.0 == asked.digest) {
                return SigningKey::from_slice(&pending.key.0.0).map_err(|_| damaged());
            }
            let key = SecretKeyBytes(fresh.to_bytes().as_slice().into());
            vault.pending = Some(Pending { request: asked.digest.as_slice().into(), key });
            Ok(fresh)
        })
        .await
    }
}
