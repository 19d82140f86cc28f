//! OCSP answers (RFC 6960), by a delegated signer.

use super::IssuingCa;
use crate::{
    cert::{BuildError, algorithm_identifier},
    keys::{KeyError, Signer},
};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use const_oid::ObjectIdentifier;
use der::{
    Decode, Encode,
    asn1::{BitString, GeneralizedTime},
};
use domain::Timestamp;
use std::{sync::Arc, time::Duration};
use x509_cert::{
    Certificate,
    ext::{AsExtension, pkix::CrlReason},
    name::Name,
};
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspRequest, OcspResponse, ResponderId, ResponseData,
    RevokedInfo, SingleResponse, Version, ext::Nonce,
};

/// The largest request that is looked at.
const MAX_SIZE: usize = 4 * 1024;
/// The most certificates that one request may ask for.
const MAX_CERTIFICATES: usize = 16;
/// The longest nonce that is echoed (RFC 9654).
const MAX_NONCE: usize = 128;
/// An answer may be kept for an hour.
const VALID_SECONDS: i64 = 60 * 60;
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// What is known of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateStatus {
    /// Issued, and not revoked.
    Good,
    /// On hold, replaced or revoked.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: CrlReason,
    },
    /// Never issued here.
    Unknown,
}

/// Signs OCSP answers for one issuing CA.
pub struct OcspSigner {
    signer: Arc<dyn Signer>,
    certificate: Certificate,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
}

/// A request that was read.
pub struct OcspQuery {
    ids: Vec<(CertId, Option<Vec<u8>>)>,
    nonce: Option<Nonce>,
}

impl OcspQuery {
    /// The serial numbers (big-endian, without leading zeros) that it asks for, of our own CA only.
    pub fn serials(&self) -> impl Iterator<Item = &[u8]> {
        self.ids.iter().filter_map(|(_, serial)| serial.as_deref())
    }
}

impl OcspSigner {
    /// A delegated signer with its certificate (DER), for the CA that issued it.
    pub fn new(signer: Arc<dyn Signer>, certificate: &[u8], ca: &IssuingCa) -> Result<Self, KeyError> {
        let unusable = |_| KeyError::Unusable("OCSP certificate");
        let issuer = &ca.parsed().tbs_certificate;
        Ok(Self {
            signer,
            certificate: Certificate::from_der(certificate).map_err(unusable)?,
            issuer_name: issuer.subject.to_der().map_err(unusable)?,
            issuer_key: issuer.subject_public_key_info.subject_public_key.raw_bytes().to_vec(),
        })
    }

    /// Reads a request. The error is the answer to send: *malformedRequest*.
    pub fn read(&self, request: &[u8]) -> Result<OcspQuery, Vec<u8>> {
        let malformed = || OcspResponse::malformed_request().to_der().unwrap_or_default();
        if request.len() > MAX_SIZE {
            return Err(malformed());
        }
        let request = OcspRequest::from_der(request).map_err(|_| malformed())?;
        let list = &request.tbs_request.request_list;
        if list.is_empty() || list.len() > MAX_CERTIFICATES {
            return Err(malformed());
        }
        let ids = list.iter().map(|one| (one.req_cert.clone(), self.own_serial(&one.req_cert))).collect();
        let nonce = request.nonce().filter(|nonce| (1..=MAX_NONCE).contains(&nonce.0.as_bytes().len()));
        Ok(OcspQuery { ids, nonce })
    }

    /// Signs the answer; `lookup` knows the status of a serial number.
    pub fn answer(
        &self,
        query: &OcspQuery,
        lookup: impl Fn(&[u8]) -> CertificateStatus,
        now: Timestamp,
    ) -> Result<Vec<u8>, BuildError> {
        let this_update = generalized(now)?;
        let next_update = generalized(now.plus_seconds(VALID_SECONDS))?;
        let single = |(id, serial): &(CertId, Option<Vec<u8>>)| {
            let status = serial.as_deref().map_or(CertificateStatus::Unknown, &lookup);
            let cert_status = match status {
                CertificateStatus::Good => CertStatus::good(),
                CertificateStatus::Unknown => CertStatus::unknown(),
                CertificateStatus::Revoked { at, reason } => CertStatus::revoked(RevokedInfo {
                    revocation_time: generalized(at)?,
                    revocation_reason: (reason != CrlReason::Unspecified).then_some(reason),
                }),
            };
            Ok(SingleResponse {
                cert_id: id.clone(),
                cert_status,
                this_update,
                next_update: Some(next_update),
                single_extensions: None,
            })
        };
        let nonce = query.nonce.as_ref().map(|nonce| nonce.to_extension(&Name::default(), &[])).transpose()?;
        let data = ResponseData {
            version: Version::default(),
            responder_id: ResponderId::ByName(self.certificate.tbs_certificate.subject.clone()),
            produced_at: this_update,
            responses: query.ids.iter().map(single).collect::<der::Result<Vec<_>>>()?,
            response_extensions: nonce.map(|extension| vec![extension]),
        };
        let signature = self.signer.sign(&data.to_der()?)?;
        let response = BasicOcspResponse {
            tbs_response_data: data,
            signature_algorithm: algorithm_identifier(self.signer.algorithm()),
            signature: BitString::from_bytes(&signature)?,
            certs: Some(vec![self.certificate.clone()]),
        };
        Ok(OcspResponse::successful(response)?.to_der()?)
    }

    /// The serial number, when the request is about our CA.
    fn own_serial(&self, id: &CertId) -> Option<Vec<u8>> {
        let algorithm = match id.hash_algorithm.oid {
            SHA1 => &SHA1_FOR_LEGACY_USE_ONLY,
            SHA_256 => &SHA256,
            _ => return None,
        };
        let same = digest(algorithm, &self.issuer_name).as_ref() == id.issuer_name_hash.as_bytes()
            && digest(algorithm, &self.issuer_key).as_ref() == id.issuer_key_hash.as_bytes();
        same.then(|| id.serial_number.as_bytes().iter().copied().skip_while(|b| *b == 0).collect())
    }
}

fn generalized(moment: Timestamp) -> der::Result<OcspGeneralizedTime> {
    let since = Duration::from_secs(u64::try_from(moment.unix()).unwrap_or(0));
    GeneralizedTime::from_unix_duration(since).map(OcspGeneralizedTime)
}
