//! The [`crate::ports`] on top of the crate `pki`.

use crate::ports::{
    CardProblem, Certificates, CheckCards, CheckedCard, CheckedCsr, IssuedCertificate, Issuer, IssuerError,
    SignRequests,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use der::Decode;
use domain::{
    Timestamp,
    identity::{CertificateOrderId, IdentityId},
    request::RequestId,
};
use p256::{elliptic_curve::sec1::ToEncodedPoint, pkcs8::DecodePublicKey};
use pki::{
    ca::IssueError,
    cert::CertificateRead,
    keys::{self, verify_signature},
    mobile::{csr_public_key, verify_identity_chain},
    request_signer::RequestSigner,
    uzi::{Evidence, UziRefusal, UziValidator},
};
use protocol::{ProblemCode, jws::Algorithm};
use sha2::{Digest, Sha256};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};
use x509_cert::Certificate;

impl SignRequests for RequestSigner {
    fn sign(&self, input: &[u8]) -> Result<Vec<u8>, String> {
        Self::sign(self, input).map(|signature| signature.to_vec()).map_err(|error| error.to_string())
    }
    fn chain(&self) -> &[Vec<u8>] {
        Self::chain(self)
    }
}

/// The CA behind its socket, or in this process.
pub struct PkiIssuer(pub Arc<dyn pki::ca::Issuer>);

fn failed(error: IssueError) -> IssuerError {
    match error {
        IssueError::Unavailable(why) => IssuerError::Unreachable(why),
        refused => IssuerError::Refused(refused.to_string()),
    }
}

fn read(chain: Vec<Vec<u8>>) -> Result<IssuedCertificate, IssuerError> {
    let unreadable = || IssuerError::Unreachable("the CA answered with something unreadable".to_owned());
    let certificate = chain.first().cloned().ok_or_else(unreadable)?;
    let read = Certificate::from_der(&certificate).map_err(|_| unreadable())?;
    Ok(IssuedCertificate {
        serial: read.serial(),
        not_before: read.not_before(),
        not_after: read.not_after(),
        certificate,
        chain,
    })
}

#[async_trait::async_trait]
impl Issuer for PkiIssuer {
    async fn issue(
        &self,
        enrolment: RequestId,
        identity: IdentityId,
        spki: &[u8],
    ) -> Result<IssuedCertificate, IssuerError> {
        let chain = self.0.issue(enrolment, identity, spki.to_vec()).await.map_err(failed)?;
        read(chain)
    }
    async fn reissue(&self, order: CertificateOrderId) -> Result<IssuedCertificate, IssuerError> {
        read(self.0.reissue(order).await.map_err(failed)?)
    }
    async fn crl(&self) -> Result<Vec<u8>, IssuerError> {
        self.0.crl().await.map_err(failed)
    }
    async fn ocsp(&self, request: &[u8]) -> Result<Vec<u8>, IssuerError> {
        self.0.ocsp(request.to_vec()).await.map_err(failed)
    }
    async fn ping(&self) -> Result<(), IssuerError> {
        self.crl().await.map(|_| ())
    }
}

/// The code that people are shown for a refused pass.
pub fn code_of(refusal: &UziRefusal) -> ProblemCode {
    match refusal {
        UziRefusal::Unreadable(_) | UziRefusal::WrongCertificate(_) => ProblemCode::CardUnreadable,
        UziRefusal::Untrusted(_) => ProblemCode::CardUntrusted,
        UziRefusal::WrongType(_) => ProblemCode::CardType,
        UziRefusal::NotYetValid => ProblemCode::CardNotYetValid,
        UziRefusal::Expired => ProblemCode::CardExpired,
        UziRefusal::Revoked => ProblemCode::CardRevoked,
        UziRefusal::CrlMissing(_) => ProblemCode::CrlMissing,
        UziRefusal::CrlStale { .. } => ProblemCode::CrlStale,
    }
}

impl CheckCards for UziValidator {
    fn check(&self, chain: &[Vec<u8>], now: Timestamp) -> Result<CheckedCard, CardProblem> {
        let refuse = |refusal: UziRefusal| CardProblem { code: code_of(&refusal), detail: refusal.to_string() };
        let (card, evidence) = self.validate(chain, now).map_err(refuse)?;
        let issuer = issuer(&evidence);
        let evidence = serde_json::to_string(&evidence)
            .map_err(|error| CardProblem { code: ProblemCode::Internal, detail: error.to_string() })?;
        Ok(CheckedCard {
            uzi_number: card.uzi_number,
            card_type: card.card_type,
            ura: card.ura,
            role_code: card.role_code,
            name: card.name,
            organisation_name: card.organisation_name,
            serial: card.serial_hex,
            valid_until: card.not_after,
            evidence,
            issuer,
        })
    }
    fn names_serial(&self, serial: &str) -> bool {
        Self::names_serial(self, serial)
    }
    fn is_revoked(&self, certificate: &[u8], issuer: Option<&[u8]>) -> bool {
        Self::is_revoked(self, certificate, issuer)
    }
}

/// The CA in what a check relied on: the path holds the pass first, then who issued it.
fn issuer(evidence: &Evidence) -> Option<Vec<u8>> {
    STANDARD.decode(evidence.path.get(1)?).ok()
}

/// DER of the CA that issued a pass, from the evidence that was kept (JSON).
pub fn issuer_in(evidence: &str) -> Option<Vec<u8>> {
    issuer(&serde_json::from_str(evidence).ok()?)
}

/// No trust anchors are configured: every pass is refused, and says why.
pub struct NoTrust;

impl CheckCards for NoTrust {
    fn check(&self, _: &[Vec<u8>], _: Timestamp) -> Result<CheckedCard, CardProblem> {
        Err(CardProblem { code: ProblemCode::CardUntrusted, detail: "no trust anchors are configured".to_owned() })
    }
    fn names_serial(&self, _: &str) -> bool {
        false
    }
    fn is_revoked(&self, _: &[u8], _: Option<&[u8]>) -> bool {
        false
    }
}

/// Small X.509 work, with the environment's root and issuing CA.
pub struct PkiCertificates {
    root: Vec<u8>,
    issuing: Vec<u8>,
    // SHA-256 of certificates whose chain was verified. A chain does not change; its dates and status are looked at
    // every time, in the database.
    verified: Mutex<HashSet<[u8; 32]>>,
}

/// Certificates that are remembered; then it begins again.
const REMEMBERED: usize = 100_000;

impl PkiCertificates {
    /// With the root and the issuing CA, DER.
    pub fn new(root: Vec<u8>, issuing: Vec<u8>) -> Self {
        Self { root, issuing, verified: Mutex::default() }
    }
}

impl Certificates for PkiCertificates {
    fn csr(&self, der: &[u8]) -> Option<CheckedCsr> {
        let spki = csr_public_key(der).ok()?;
        let public_key = self.p256_point(&spki)?;
        Some(CheckedCsr { spki, public_key })
    }
    fn p256_point(&self, spki: &[u8]) -> Option<Vec<u8>> {
        let key = p256::PublicKey::from_public_key_der(spki).ok()?;
        Some(key.to_encoded_point(false).as_bytes().to_vec())
    }
    fn verify(&self, certificate: &[u8], algorithm: Algorithm, input: &[u8], signature: &[u8]) -> bool {
        let algorithm = match algorithm {
            Algorithm::ES256 => keys::Algorithm::Es256,
            Algorithm::RS256 => keys::Algorithm::Rs256,
        };
        verify_signature(certificate, algorithm, input, signature).is_ok()
    }
    fn is_ours(&self, certificate: &[u8], now: Timestamp) -> bool {
        let hash: [u8; 32] = Sha256::digest(certificate).into();
        if self.verified.lock().unwrap_or_else(PoisonError::into_inner).contains(&hash) {
            return true;
        }
        if let Err(error) = verify_identity_chain(&[certificate.to_vec(), self.issuing.clone()], &self.root, now) {
            tracing::warn!(%error, "a Mobile ID certificate that does not verify");
            return false;
        }
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= REMEMBERED {
            verified.clear();
        }
        verified.insert(hash);
        true
    }
    fn root(&self) -> &[u8] {
        &self.root
    }
    fn issuing(&self) -> &[u8] {
        &self.issuing
    }
}
