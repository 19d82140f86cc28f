//! Who works for the environment (SYSTEM.md §2): operators, who decide on applications and correct the register, and its
//! auditors, who read the log and change nothing. They log in with a Mobile ID like everybody else and need no organisation.

use crate::{Timestamp, person::PersonId};

/// What somebody is for the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Office {
    /// Decides on applications, corrects, registers care applications, reads the log.
    Operator,
    /// Reads the log and its exports, nothing else.
    Auditor,
}

impl Office {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Operator, Self::Auditor];
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }
    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|office| office.as_str() == text)
    }
}

/// Somebody who works or worked for the environment. Nobody holds both offices at once: an auditor would read about their own
/// work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub office: Office,
    /// Who invited them; nobody for the first operator, who is made on the server's console.
    pub invited_by: Option<PersonId>,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub ended_at: Option<Timestamp>,
}

impl Operator {
    /// Whether they work for the environment now, as whatever: they can log in, and an organisation gives them no phone.
    pub fn holds_office(&self) -> bool {
        self.ended_at.is_none()
    }
    /// Whether they hold this office now.
    pub fn holds(&self, office: Office) -> bool {
        self.holds_office() && self.office == office
    }
    /// Whether they are operator now.
    pub fn is_operator(&self) -> bool {
        self.holds(Office::Operator)
    }
    /// Whether they are the environment's auditor now.
    pub fn is_auditor(&self) -> bool {
        self.holds(Office::Auditor)
    }
}

#[cfg(test)]
mod tests;
