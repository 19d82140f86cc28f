//! UZI-passen: reading the certificate profile, and deciding whether a pass counts (CPS UZI-register §7).

mod certificate;
mod config;
mod evidence;
mod lists;
mod problem;
#[cfg(test)]
mod tests;
mod validator;

pub use certificate::{CertificateKind, UziCertificate};
pub use config::{IssuerRule, UziConfig, split_trust};
pub use evidence::{CrlEvidence, Evidence};
pub use problem::{UziProblem, UziRefusal, problem_code};
pub use validator::{UziCard, UziSetupError, UziValidator};
