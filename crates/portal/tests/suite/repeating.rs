//! The answer to `enrol` is lost, or the server stops in the middle: the same key gets the same certificate, another none.

use super::{
    cards::{BIRTH_DATE, confirm, pass},
    forger::Forger,
    world::{Answer, World},
};
use async_trait::async_trait;
use der::{Decode, Encode};
use domain::{
    identity::{CertificateOrderId, IdentityId, IdentityStatus},
    request::{GRACE_SECONDS, RequestId},
    uzi::CardType,
};
use p256::{
    ecdsa::{DerSignature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use portal::{
    ports::{IssuedCertificate, Issuer, IssuerError},
    services::{ShownRequest, registration},
};
use protocol::{
    B64, ProblemCode,
    enrol::{Enrolled, enrol_mac},
    jws,
    request::Redeemed,
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use x509_cert::{Certificate, request::CertReq};

/// A phone that sends its messages by hand.
pub struct Phone {
    forger: Forger,
    pub shown: ShownRequest,
    digest: [u8; 32],
}

impl Phone {
    /// Somebody registered, and their QR code was scanned by this phone.
    async fn scanned(world: &World) -> Self {
        let browser = world.browser();
        confirm(world, &browser, &pass(world, CardType::Z), BIRTH_DATE).await.unwrap();
        let shown = registration::current(&world.app, &browser).await.unwrap().enrolment.unwrap();
        Self::scans(world, shown).await
    }
    pub async fn scans(world: &World, shown: ShownRequest) -> Self {
        let redeemed = world.post("/api/v1/requests/redeem", &json!({ "nonce": shown.link.nonce.reveal() })).await;
        let digest = jws::digest(&redeemed.good::<Redeemed>().request);
        Self { forger: Forger::new(world).await, shown, digest }
    }
    pub async fn enrol(&self, world: &World, key: u8) -> Answer {
        let csr = csr(key);
        let installation = self.forger.identity.installation;
        let mac = enrol_mac(&self.forger.mac_key, &self.digest, &csr, installation);
        let body = json!({
            "nonce": self.shown.link.nonce.reveal(),
            "csr": B64(csr),
            "birth_date": "1980-02-29",
            "installation": installation,
            "unlock": self.forger.unlock,
            "mac": B64(mac.to_vec()),
        });
        world.post("/api/v1/enrol", &body).await
    }
}

/// A certificate request; the same seed is the same key, with a signature of its own.
fn csr(seed: u8) -> Vec<u8> {
    let key = SigningKey::from_slice(&[seed; 32]).unwrap();
    let spki = key.verifying_key().to_public_key_der().unwrap().into_vec();
    // CertificationRequestInfo: version 0, an empty name, the key, no attributes.
    let info = [&[0x02, 1, 0, 0x30, 0][..], &spki, &[0xa0, 0]].concat();
    let info = [&[0x30, u8::try_from(info.len()).unwrap()][..], &info].concat();
    let signature: DerSignature = key.sign(&info);
    let bits = [&[0x03, u8::try_from(signature.as_bytes().len() + 1).unwrap(), 0][..], signature.as_bytes()].concat();
    let algorithm = [0x30, 0x0a, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    let request = [info.as_slice(), &algorithm, &bits].concat();
    let length = u8::try_from(request.len()).unwrap();
    let request = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] }
        .into_iter()
        .chain(request)
        .collect::<Vec<_>>();
    assert_eq!(CertReq::from_der(&request).unwrap().to_der().unwrap(), request);
    request
}

async fn identity(world: &World, id: IdentityId) -> domain::identity::Identity {
    let found: Result<_, storage::StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.identity(id).await })).await;
    found.unwrap().unwrap()
}

async fn count(world: &World, event: &str) -> usize {
    world.events().await.iter().filter(|entry| entry.event.as_str() == event).count()
}

#[tokio::test]
async fn the_same_key_gets_the_same_certificate_until_the_time_is_over() {
    let world = World::new().await;
    let phone = Phone::scanned(&world).await;
    let first: Enrolled = phone.enrol(&world, 7).await.good();
    let again: Enrolled = phone.enrol(&world, 7).await.good();
    assert_eq!((&again.chain, again.identity, &again.name), (&first.chain, first.identity, &first.name));
    assert_eq!(again.organisations, first.organisations);
    assert_eq!((count(&world, "identity.activated").await, count(&world, "identity.answer-repeated").await), (1, 1));
    // The first intrekkingscode was never seen by anybody; the second is the one that counts.
    assert_ne!(again.revocation_code, first.revocation_code);
    world.pass(GRACE_SECONDS - 1);
    let last: Enrolled = phone.enrol(&world, 7).await.good();
    assert_eq!(last.chain, first.chain);
    world.pass(1);
    assert_eq!(phone.enrol(&world, 7).await.code(), ProblemCode::RequestUsed);
}

#[tokio::test]
async fn another_key_or_a_replaced_identity_gets_nothing() {
    let world = World::new().await;
    let phone = Phone::scanned(&world).await;
    let first: Enrolled = phone.enrol(&world, 7).await.good();
    let code = identity(&world, first.identity).await.revocation_code;
    assert_eq!(phone.enrol(&world, 8).await.code(), ProblemCode::RequestUsed);
    // Another installation, with a PIN of its own, that saw the same QR code and stole the key.
    let thief = Phone { forger: Forger::new(&world).await, shown: phone.shown.clone(), digest: phone.digest };
    assert_eq!(thief.enrol(&world, 7).await.code(), ProblemCode::RequestUsed);
    assert_eq!(identity(&world, first.identity).await.revocation_code, code);
    let mut replaced = identity(&world, first.identity).await;
    replaced.status = IdentityStatus::Replaced;
    let stored: Result<(), storage::StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.update_identity(&replaced).await })).await;
    stored.unwrap();
    assert_eq!(phone.enrol(&world, 7).await.code(), ProblemCode::RequestUsed);
    assert_eq!(count(&world, "identity.answer-repeated").await, 0);
}

/// Issues, and then its answer is lost, once: as when the server is killed before it commits.
pub struct Unlucky {
    issuer: Arc<dyn Issuer>,
    lost: AtomicBool,
}
impl Unlucky {
    pub fn new(issuer: Arc<dyn Issuer>) -> Self {
        Self { issuer, lost: false.into() }
    }
}

#[async_trait]
impl Issuer for Unlucky {
    async fn issue(&self, id: RequestId, to: IdentityId, spki: &[u8]) -> Result<IssuedCertificate, IssuerError> {
        let issued = self.issuer.issue(id, to, spki).await?;
        match self.lost.swap(true, Ordering::Relaxed) {
            true => Ok(issued),
            false => Err(IssuerError::Unreachable("killed".into())),
        }
    }
    async fn reissue(&self, order: CertificateOrderId) -> Result<IssuedCertificate, IssuerError> {
        let issued = self.issuer.reissue(order).await?;
        match self.lost.swap(true, Ordering::Relaxed) {
            true => Ok(issued),
            false => Err(IssuerError::Unreachable("killed".into())),
        }
    }
    async fn crl(&self) -> Result<Vec<u8>, IssuerError> {
        self.issuer.crl().await
    }
    async fn ocsp(&self, request: &[u8]) -> Result<Vec<u8>, IssuerError> {
        self.issuer.ocsp(request).await
    }
    async fn ping(&self) -> Result<(), IssuerError> {
        self.issuer.ping().await
    }
}

#[tokio::test]
async fn a_kill_between_the_ca_and_the_commit_costs_no_new_qr_code() {
    let world = World::new().await;
    let phone = Phone::scanned(&world).await;
    let unlucky = Arc::new(Unlucky::new(world.app.issuer.clone()));
    let killed = world.node_with(|parts| parts.issuer = unlucky).await;
    assert_eq!(phone.enrol(&killed, 7).await.code(), ProblemCode::Unavailable);
    // The CA certifies no second key for it ...
    assert_eq!(phone.enrol(&world, 8).await.code(), ProblemCode::RequestUsed);
    // ... but the first one is finished, also by another node.
    let enrolled: Enrolled = phone.enrol(&world, 7).await.good();
    let leaf = Certificate::from_der(&enrolled.chain[0].0).unwrap();
    assert_eq!(leaf.tbs_certificate.subject_public_key_info.to_der().unwrap(), spki(7));
    assert_eq!(count(&world, "identity.activated").await, 1);
}

fn spki(seed: u8) -> Vec<u8> {
    let key = SigningKey::from_slice(&[seed; 32]).unwrap();
    key.verifying_key().to_public_key_der().unwrap().into_vec()
}
