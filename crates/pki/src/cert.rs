//! The building blocks of the certificates and CRLs made here (RFC 5280).

mod build;
mod extension;
mod name;
mod read;
mod signed;
#[cfg(test)]
mod tests;

pub(crate) use build::algorithm_identifier;
pub use build::{BuildError, CrlDraft, CrlEntry, Draft, crl, serial};
pub use extension::*;
pub use name::{NameBuilder, attribute};
pub(crate) use read::moment;
pub use read::{CertificateRead, certificates_in, crls_in, read_text, sha256_hex, to_pem};
pub(crate) use signed::is_signed_by;

use const_oid::ObjectIdentifier;

/// `id-ecPublicKey`.
pub const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `prime256v1`.
pub const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// `rsaEncryption`.
pub const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `ecdsa-with-SHA256`.
pub const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
/// `sha256WithRSAEncryption`.
pub const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
