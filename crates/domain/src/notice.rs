//! The notice banner: a disturbance or planned maintenance, told on every page.

use crate::{Timestamp, person::PersonId};

crate::id_type!(
    /// Names a notice.
    NoticeId
);

/// What kind of notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// Storing.
    Disturbance,
    /// Onderhoud.
    Maintenance,
}

impl NoticeKind {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disturbance => "disturbance",
            Self::Maintenance => "maintenance",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Disturbance, Self::Maintenance].into_iter().find(|k| k.as_str() == text)
    }
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// What kind.
    pub kind: NoticeKind,
    /// Dutch text.
    pub nl: String,
    /// English text.
    pub en: String,
    /// From when it is shown.
    pub from: Timestamp,
    /// Until when; `None` until it is taken away.
    pub until: Option<Timestamp>,
    /// By which operator.
    pub by: PersonId,
}

impl Notice {
    /// Whether it is shown now.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}
