//! A phone that may lie: its identity is real, every claim of its answers can be changed before it signs.

use super::world::World;
use domain::{
    BirthDate, PersonName,
    identity::{Identity, IdentityId, IdentityStatus},
    installation::{Installation, InstallationId, Unlock, UnlockId},
    person::{Membership, MembershipId, Person, PersonId, Role, person_number},
    pin::PinCounter,
    request::Decision,
};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use pki::{keys::Credential, mobile::MobileSubject, setup};
use portal::services::ShownRequest;
use protocol::{
    B64,
    jws::{self, Algorithm, Jws, TYP_REQUEST, TYP_RESPONSE, Unsigned},
    request::{Redeemed, RequestClaims},
    response::{PhoneProof, ResponseClaims, phone_mac},
};
use serde_json::json;
use sha2::{Digest, Sha256};

pub struct Forger {
    pub key: SigningKey,
    pub identity: Identity,
    pub unlock: UnlockId,
    pub mac_key: [u8; 32],
    pub counter: u64,
}

impl Forger {
    pub async fn new(world: &World) -> Self {
        let (app, now) = (&world.app, world.app.now());
        let mut secret: [u8; 32] = app.entropy().array();
        secret[0] = 1;
        let key = SigningKey::from_slice(&secret).unwrap();
        let (id, number) = (PersonId::new(now, app.entropy()), person_number(app.entropy().array()));
        let name = PersonName::new("Jan", "van", "Test").unwrap();
        let person = Person::new(id, number, name, BirthDate::new(1980, 2, 29).unwrap(), true, now);
        let credential = Credential::parse(&"ab".repeat(32)).unwrap();
        let (ca, _) = setup::open_issuing(&world.ca_dir, &credential).unwrap();
        let spki = key.verifying_key().to_public_key_der().unwrap().into_vec();
        let certificate = ca.issue(&MobileSubject::of(&person), &spki, now, app.entropy()).unwrap();
        let installation = Installation {
            id: InstallationId::new(now, app.entropy()),
            key: spki,
            opaque_record: Some(vec![1]),
            register_nonce: None,
            pin: PinCounter::default(),
            created_at: now,
        };
        let mac_key = app.entropy().array();
        let unlock = UnlockId::new(now, app.entropy());
        let unlocked = Unlock {
            id: unlock,
            installation: installation.id,
            login_state: None,
            mac_key: app.keys.seal(unlock.as_bytes(), &mac_key, app.entropy()),
            started_at: now,
            finished_at: Some(now),
        };
        let identity = Identity {
            id: IdentityId::new(now, app.entropy()),
            person: person.id,
            installation: installation.id,
            status: IdentityStatus::Active,
            certificate_sha256: Sha256::digest(&certificate).into(),
            certificate,
            serial: app.entropy().array::<16>().to_vec(),
            public_key: key.verifying_key().to_encoded_point(false).as_bytes().to_vec(),
            not_before: now,
            not_after: now.plus_seconds(1000 * 24 * 3600),
            counter: 0,
            revocation_code: app.entropy().array(),
            ended_at: None,
            created_at: now,
            last_used_at: None,
        };
        let id = MembershipId::new(now, app.entropy());
        let membership = Membership::new(id, person.id, world.organisation, vec![Role::Signer], None, now);
        let (p, i, m) = (person, identity.clone(), membership);
        let stored: Result<(), storage::StoreError> = app
            .store
            .write(move |tx| {
                Box::pin(async move {
                    tx.insert_person(&p).await?;
                    tx.insert_membership(&m).await?;
                    tx.insert_installation(&installation).await?;
                    tx.insert_unlock(&unlocked).await?;
                    tx.insert_identity(&i).await
                })
            })
            .await;
        stored.unwrap();
        Self { key, identity, unlock, mac_key, counter: 0 }
    }

    /// Changes the stored identity.
    pub async fn change(&self, world: &World, change: impl FnOnce(&mut Identity) + Send + 'static) {
        let mut identity = self.identity.clone();
        change(&mut identity);
        let stored: Result<(), storage::StoreError> =
            world.app.store.write(move |tx| Box::pin(async move { tx.update_identity(&identity).await })).await;
        stored.unwrap();
    }

    pub async fn open(&self, world: &World, shown: &ShownRequest) -> String {
        let body = json!({ "nonce": shown.link.nonce.reveal() });
        world.post("/api/v1/requests/redeem", &body).await.good::<Redeemed>().request
    }

    /// Honest claims for a request.
    pub fn claims(&mut self, request: &str, decision: Decision) -> ResponseClaims {
        self.counter += 1;
        let asked: RequestClaims = Jws::parse(request, TYP_REQUEST).unwrap().claims().unwrap();
        let digest = jws::digest(request);
        let (identity, installation) = (self.identity.id, self.identity.installation);
        let mac = phone_mac(&self.mac_key, &digest, decision, identity, installation, self.counter);
        ResponseClaims {
            iss: identity.to_string(),
            aud: asked.iss,
            env: asked.env,
            request_id: asked.request_id,
            request_digest: B64::from(digest.as_slice()),
            purpose: asked.purpose,
            decision,
            iat: asked.iat,
            phone: Some(PhoneProof {
                identity,
                installation,
                counter: self.counter,
                unlock: self.unlock,
                mac: B64::from(mac.as_slice()),
            }),
        }
    }

    /// The MAC again, after claims were changed.
    pub fn remac(&self, claims: &mut ResponseClaims) {
        let decision = claims.decision;
        let digest = claims.request_digest.clone();
        if let Some(proof) = &mut claims.phone {
            let mac =
                phone_mac(&self.mac_key, digest.as_ref(), decision, proof.identity, proof.installation, proof.counter);
            proof.mac = B64::from(mac.as_slice());
        }
    }

    pub fn sign(&self, claims: &ResponseClaims) -> String {
        let chain = [&self.identity.certificate];
        let unsigned = Unsigned::new(Algorithm::ES256, TYP_RESPONSE, &chain, claims).unwrap();
        let signature: Signature = self.key.sign(unsigned.signing_input());
        unsigned.with_signature(&signature.to_bytes())
    }

    pub async fn send(&self, world: &World, request: &str, response: &str) -> super::world::Answer {
        let asked: RequestClaims = Jws::parse(request, TYP_REQUEST).unwrap().claims().unwrap();
        let path = format!("/api/v1/requests/{}/response", asked.request_id);
        world.post(&path, &json!({ "response": response })).await
    }
}
