//! Our own object identifiers. The arc is a placeholder until the product has one of its own (IANA private
//! enterprise numbers); it is named here only.

/// The arc below which everything of ours lives.
pub const ARC: &str = "1.3.6.1.4.1.99999.1";
/// Extended key usage of the certificate that signs requests to the apps.
pub const REQUEST_SIGNING: &str = "1.3.6.1.4.1.99999.1.1";
/// Certificate policy of Mobile IDs, *productie*.
pub const POLICY_MOBILE_PRODUCTIE: &str = "1.3.6.1.4.1.99999.1.2.1";
/// Certificate policy of Mobile IDs, *acceptatie*.
pub const POLICY_MOBILE_ACCEPTATIE: &str = "1.3.6.1.4.1.99999.1.2.2";
