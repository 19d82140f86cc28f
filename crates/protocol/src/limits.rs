//! The largest input we accept, in bytes, per kind. A parser checks its limit before it looks at anything else.

/// A scanned or pasted link (QR, launch link).
pub const LINK: usize = 512;
/// A compact JWS with its certificate chain (three RSA-4096 certificates fit).
pub const JWS: usize = 32 * 1024;
/// One DER certificate.
pub const CERTIFICATE: usize = 16 * 1024;
/// A PKCS#10 request.
pub const CSR: usize = 4 * 1024;
/// A JSON body of the app's API.
pub const BODY: usize = 64 * 1024;
/// A form of the portal.
pub const FORM: usize = 64 * 1024;
/// A form with a file of people in it. The file itself may be half of that, so that who brings a larger one can be told.
pub const UPLOAD: usize = 4 * 1024 * 1024;
/// A CRL (the UZI-register's largest is a few megabytes).
pub const CRL: usize = 32 * 1024 * 1024;
/// An OCSP request.
pub const OCSP_REQUEST: usize = 4 * 1024;
/// A typed code, with the hyphens and spaces a person may type.
pub const CODE: usize = 40;
/// The public key of a browser, and its signature: base64url text of exactly this length.
pub const BROWSER_KEY: usize = 87;
/// See [`BROWSER_KEY`].
pub const BROWSER_SIGNATURE: usize = 86;
/// The wallet's own file: identities of all servers, sealed.
pub const WALLET_FILE: usize = 1024 * 1024;
/// Certificates in an `x5c` header.
pub const CHAIN_LENGTH: usize = 5;
