//! Operators: who decides on applications and corrects the register (SYSTEM.md §2). They log in with a Mobile ID like
//! everybody else and need no organisation.

use crate::{Timestamp, person::PersonId};

/// Somebody who is or was an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Who.
    pub person: PersonId,
    /// Who invited them; nobody for the first one, who is made on the server's console.
    pub invited_by: Option<PersonId>,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub ended_at: Option<Timestamp>,
}

impl Operator {
    /// Whether they are one now.
    pub fn is_active(&self) -> bool {
        self.ended_at.is_none()
    }
}
