//! What the portal needs from the outside: the issuing CA, the request-signing key and the UZI check. `crate::pki_ports`
//! connects them to the crate `pki`; tests bring their own.

use async_trait::async_trait;
use domain::{
    PersonName, Timestamp, Ura, UziNumber,
    identity::{CertificateOrderId, IdentityId},
    organisation::OrganisationId,
    registration::CardData,
    request::RequestId,
    uzi::{CardType, RoleCode},
};
use protocol::{ProblemCode, jws::Algorithm};

/// Signs request objects with a key whose certificate chains to the environment's root.
pub trait SignRequests: Send + Sync {
    /// ES256 signature, r‖s.
    fn sign(&self, input: &[u8]) -> Result<Vec<u8>, String>;
    /// DER, leaf first, without the root.
    fn chain(&self) -> &[Vec<u8>];
}

/// A certificate that the CA issued.
#[derive(Clone, Debug)]
pub struct IssuedCertificate {
    /// DER of the leaf.
    pub certificate: Vec<u8>,
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// DER, leaf first, without the root.
    pub chain: Vec<Vec<u8>>,
}

/// The CA did not do it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum IssuerError {
    /// Not reachable.
    #[error("the CA is not reachable: {0}")]
    Unreachable(String),
    /// It refused.
    #[error("the CA refused: {0}")]
    Refused(String),
}

/// The issuing CA, usually a process of its own.
#[async_trait]
pub trait Issuer: Send + Sync {
    /// Issues for a stored, opened enrolment. The certificate's contents come from the registration; `spki` is DER.
    async fn issue(
        &self,
        enrolment: RequestId,
        identity: IdentityId,
        spki: &[u8],
    ) -> Result<IssuedCertificate, IssuerError>;
    /// Issues what a committed order asks for: a new certificate on the key that its identity has.
    async fn reissue(&self, order: CertificateOrderId) -> Result<IssuedCertificate, IssuerError>;
    /// The present CRL, DER.
    async fn crl(&self) -> Result<Vec<u8>, IssuerError>;
    /// Answers an OCSP request, DER in and out.
    async fn ocsp(&self, request: &[u8]) -> Result<Vec<u8>, IssuerError>;
    /// Whether it answers.
    async fn ping(&self) -> Result<(), IssuerError>;
}

/// A UZI-pas whose profile, chain and revocation were checked.
#[derive(Clone, Debug)]
pub struct CheckedCard {
    /// UZI-nummer.
    pub uzi_number: UziNumber,
    /// Kind of pass.
    pub card_type: CardType,
    /// Abonneenummer.
    pub ura: Ura,
    /// Role code.
    pub role_code: RoleCode,
    /// Names on the pass.
    pub name: PersonName,
    /// Organisation on the pass.
    pub organisation_name: String,
    /// Serial number, hex.
    pub serial: String,
    /// End of the certificate.
    pub valid_until: Timestamp,
    /// What the check relied on, JSON.
    pub evidence: String,
    /// DER of the CA that issued it.
    pub issuer: Option<Vec<u8>>,
}

impl CheckedCard {
    /// What is kept of it: with the organisation that has its URA here, and its certificate (DER).
    pub fn data(self, organisation: OrganisationId, certificate: Vec<u8>) -> CardData {
        CardData {
            uzi_number: self.uzi_number,
            card_type: self.card_type,
            ura: self.ura,
            role_code: self.role_code,
            name: self.name,
            organisation_name: self.organisation_name,
            organisation,
            certificate,
            evidence: self.evidence,
            serial: self.serial,
            valid_until: self.valid_until,
        }
    }
}

/// Why a pass is refused.
#[derive(Clone, Debug)]
pub struct CardProblem {
    /// From the one list.
    pub code: ProblemCode,
    /// For the operator's log; names no person.
    pub detail: String,
}

/// Checks UZI-passen.
pub trait CheckCards: Send + Sync {
    /// Profile, chain and revocation of an authentication certificate; `chain` is DER, leaf first.
    fn check(&self, chain: &[Vec<u8>], now: Timestamp) -> Result<CheckedCard, CardProblem>;
    /// Whether any revocation list names this serial number (hex): then [`CheckCards::is_revoked`] is worth asking.
    fn names_serial(&self, serial: &str) -> bool;
    /// Whether a certificate that was found good before is revoked by now. `issuer`: DER of its CA.
    fn is_revoked(&self, certificate: &[u8], issuer: Option<&[u8]>) -> bool;
}

/// A PKCS#10 request whose self-signature was verified.
#[derive(Clone, Debug)]
pub struct CheckedCsr {
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
    /// Uncompressed P-256 point, 65 bytes.
    pub public_key: Vec<u8>,
}

/// Small X.509 work.
pub trait Certificates: Send + Sync {
    /// Parses and verifies a PKCS#10 request with a P-256 key.
    fn csr(&self, der: &[u8]) -> Option<CheckedCsr>;
    /// The uncompressed P-256 point in a SubjectPublicKeyInfo (DER).
    fn p256_point(&self, spki: &[u8]) -> Option<Vec<u8>>;
    /// Whether the certificate's key made this signature (ES256: r‖s).
    fn verify(&self, certificate: &[u8], algorithm: Algorithm, input: &[u8], signature: &[u8]) -> bool;
    /// Whether our issuing CA made this Mobile ID certificate. Its dates and status are the caller's to look at: an
    /// implementation may remember what it verified.
    fn is_ours(&self, certificate: &[u8], now: Timestamp) -> bool;
    /// DER of the root.
    fn root(&self) -> &[u8];
    /// DER of the issuing CA.
    fn issuing(&self) -> &[u8];
}
