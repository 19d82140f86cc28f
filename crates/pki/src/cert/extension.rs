//! Extensions (RFC 5280 §4.2).

use const_oid::{AssociatedOid, ObjectIdentifier};
use der::{
    Encode,
    asn1::{Ia5String, Null, OctetString},
    flagset::FlagSet,
};
use sha2::{Digest, Sha256};
use x509_cert::ext::{
    Extension,
    pkix::{
        AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies,
        CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName, SubjectKeyIdentifier,
        certpolicy::PolicyInformation,
        crl::dp::DistributionPoint,
        name::{DistributionPointName, GeneralName},
    },
};

/// `id-kp-clientAuth`.
pub const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
/// `id-kp-serverAuth`.
pub const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
/// `id-kp-emailProtection`.
pub const EMAIL_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");
/// `id-kp-OCSPSigning`.
pub const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
/// `id-ad-ocsp`.
const AD_OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
/// `id-ad-caIssuers`.
const AD_CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");
/// `id-pkix-ocsp-nocheck`.
const OCSP_NOCHECK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");

/// Any extension.
pub fn extension<T: Encode>(oid: ObjectIdentifier, critical: bool, value: &T) -> der::Result<Extension> {
    Ok(Extension { extn_id: oid, critical, extn_value: OctetString::new(value.to_der()?)? })
}
/// Critical basic constraints of an end entity.
pub fn end_entity() -> der::Result<Extension> {
    extension(BasicConstraints::OID, true, &BasicConstraints { ca: false, path_len_constraint: None })
}
/// Critical basic constraints of a CA.
pub fn authority(path_length: Option<u8>) -> der::Result<Extension> {
    extension(BasicConstraints::OID, true, &BasicConstraints { ca: true, path_len_constraint: path_length })
}
/// Critical key usage.
pub fn key_usage(usages: impl Into<FlagSet<KeyUsages>>) -> der::Result<Extension> {
    extension(KeyUsage::OID, true, &KeyUsage(usages.into()))
}
/// Extended key usage.
pub fn extended_key_usage(purposes: &[ObjectIdentifier]) -> der::Result<Extension> {
    extension(ExtendedKeyUsage::OID, false, &ExtendedKeyUsage(purposes.to_vec()))
}
/// Certificate policies, without qualifiers.
pub fn policies(policies: &[ObjectIdentifier]) -> der::Result<Extension> {
    let information = |oid: &ObjectIdentifier| PolicyInformation { policy_identifier: *oid, policy_qualifiers: None };
    extension(CertificatePolicies::OID, false, &CertificatePolicies(policies.iter().map(information).collect()))
}
/// The key identifier of a public key: the leftmost 160 bits of the SHA-256 of the key's bits (RFC 7093 §2 method 1).
pub fn key_identifier(public_key_bits: &[u8]) -> Vec<u8> {
    Sha256::digest(public_key_bits).iter().copied().take(20).collect()
}
/// Subject key identifier.
pub fn subject_key_identifier(identifier: &[u8]) -> der::Result<Extension> {
    extension(SubjectKeyIdentifier::OID, false, &SubjectKeyIdentifier(OctetString::new(identifier)?))
}
/// Authority key identifier.
pub fn authority_key_identifier(identifier: &[u8]) -> der::Result<Extension> {
    let value = AuthorityKeyIdentifier {
        key_identifier: Some(OctetString::new(identifier)?),
        authority_cert_issuer: None,
        authority_cert_serial_number: None,
    };
    extension(AuthorityKeyIdentifier::OID, false, &value)
}
/// Where the CRL is.
pub fn crl_distribution_point(url: &str) -> der::Result<Extension> {
    let point = DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(vec![uri(url)?])),
        reasons: None,
        crl_issuer: None,
    };
    extension(CrlDistributionPoints::OID, false, &CrlDistributionPoints(vec![point]))
}
/// Where OCSP and the issuer's certificate are.
pub fn authority_information(ocsp: &str, ca_issuers: &str) -> der::Result<Extension> {
    let value = AuthorityInfoAccessSyntax(vec![
        AccessDescription { access_method: AD_OCSP, access_location: uri(ocsp)? },
        AccessDescription { access_method: AD_CA_ISSUERS, access_location: uri(ca_issuers)? },
    ]);
    extension(AuthorityInfoAccessSyntax::OID, false, &value)
}
/// Says of an OCSP signer that nobody needs to check its own revocation.
pub fn ocsp_nocheck() -> der::Result<Extension> {
    extension(OCSP_NOCHECK, false, &Null)
}
/// Subject alternative names.
pub fn subject_alternative_names(names: Vec<GeneralName>) -> der::Result<Extension> {
    extension(SubjectAltName::OID, false, &SubjectAltName(names))
}

fn uri(url: &str) -> der::Result<GeneralName> {
    Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(url)?))
}
