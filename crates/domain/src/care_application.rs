//! Care applications (zorgapplicaties) that operators registered; how they connect comes with the care application
//! interface.

use crate::{Timestamp, Ura};
use serde::{Deserialize, Serialize};

crate::id_type!(
    /// Names a registered care application.
    CareApplicationId
);

/// A registered care application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareApplication {
    /// Its id.
    pub id: CareApplicationId,
    /// Its name, shown on the phone.
    pub name: String,
    /// The organisation that runs it.
    pub organisation: String,
    /// Common name of its TLS client certificate.
    pub certificate_name: Option<String>,
    /// Its public key, PEM (SubjectPublicKeyInfo).
    pub public_key: Option<String>,
    /// Where a browser may be sent back to; `https` only.
    pub redirect_addresses: Vec<String>,
    /// The URAs that it serves.
    pub uras: Vec<Ura>,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub ended_at: Option<Timestamp>,
}
