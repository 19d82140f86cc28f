//! The key that signs requests to the apps. Its certificate has an extended key usage of its own, so that no other
//! certificate under the same root (a Mobile ID, above all) can pose as the portal.

use crate::{
    ChainError, chain,
    keys::{Algorithm, KeyError, Signer},
};
use const_oid::ObjectIdentifier;
use der::Decode;
use domain::{Timestamp, oids};
use std::sync::Arc;
use x509_cert::Certificate;

/// The extended key usage, [`oids::REQUEST_SIGNING`].
pub const REQUEST_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap(oids::REQUEST_SIGNING);

/// Signs requests with ES256.
#[derive(Clone)]
pub struct RequestSigner {
    signer: Arc<dyn Signer>,
    chain: Vec<Vec<u8>>,
}

impl RequestSigner {
    /// A key with its chain, leaf first, without the root.
    pub fn new(signer: Arc<dyn Signer>, chain: Vec<Vec<u8>>) -> Result<Self, KeyError> {
        if signer.algorithm() != Algorithm::Es256 {
            return Err(KeyError::Unusable("requests are signed with P-256"));
        }
        Ok(Self { signer, chain })
    }
    /// The 64-byte JWS signature `r ‖ s` of the signing input.
    pub fn sign(&self, signing_input: &[u8]) -> Result<[u8; 64], KeyError> {
        let der = self.signer.sign(signing_input)?;
        let signature = p256::ecdsa::Signature::from_der(&der).map_err(|error| KeyError::Signing(error.to_string()))?;
        Ok(signature.to_bytes().into())
    }
    /// The certificates for `x5c`: the request certificate and the issuing CA's, DER.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }
}

/// Verifies the `x5c` of a request against the environment's root, as the apps do, and returns the key (SEC1,
/// uncompressed, 65 bytes).
pub fn verify_request_chain(chain: &[Vec<u8>], root: &[u8], now: Timestamp) -> Result<Vec<u8>, ChainError> {
    chain::verify(chain, root, REQUEST_SIGNING, now)?;
    let leaf = chain.first().ok_or(ChainError::Empty)?;
    let leaf = Certificate::from_der(leaf).map_err(|error| ChainError::Broken(error.to_string()))?;
    Ok(leaf.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes().to_vec())
}
