//! Identifiers: random UUIDs (version 7, so that new rows sit together in an index), one type per kind of thing.

use crate::{Entropy, Timestamp};

/// Makes a UUID version 7 (RFC 9562 §5.7) from a moment and 80 random bits.
pub fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> uuid::Uuid {
    let millis = u64::try_from(now.0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &entropy.array::<10>()).into_uuid()
}

/// The smallest id of a moment: ids made before it are less, so a range of ids is a range of time.
pub fn first_at(moment: Timestamp) -> uuid::Uuid {
    let millis = u64::try_from(moment.0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

/// Declares an id type around a UUID.
#[macro_export]
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// A new id.
            pub fn new(now: $crate::Timestamp, entropy: &dyn $crate::Entropy) -> Self {
                Self($crate::ids::uuid_v7(now, entropy))
            }
            /// Reads the hyphenated text form.
            pub fn parse(text: &str) -> Option<Self> {
                uuid::Uuid::try_parse(text).ok().map(Self)
            }
            /// The 16 bytes.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}
