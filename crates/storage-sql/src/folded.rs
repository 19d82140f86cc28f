//! Folded texts that rows are sorted and found by. `fold` leaves no spaces, so a space keeps two texts apart: nobody can
//! type what would be found across it. The space also sorts before every letter.

use domain::{EmailAddress, PersonName, name::fold, preregistration::Prepared};

/// Surname, then given names; without the prefix, as Dutch lists are sorted.
pub(crate) fn name_key(name: &PersonName) -> String {
    format!("{} {}", fold(&name.surname), fold(&name.given))
}

/// Words as they are found together and one by one. Folding makes `ij` one letter, also where *Mari Jansen* is typed in one
/// go, and not where only *Jansen* is.
pub(crate) fn words(text: &str) -> String {
    let (apart, together) = (text.split_whitespace().map(fold).collect::<String>(), fold(text));
    if apart == together { apart } else { format!("{apart} {together}") }
}

/// A name in the orders in which people type it: `jan van der berg`, `van der berg jan`, `jan berg`.
fn name(name: &PersonName) -> String {
    let PersonName { given, prefix, surname } = name;
    if prefix.is_empty() {
        return words(&format!("{given} {surname} {given}"));
    }
    format!("{} {}", words(&format!("{given} {prefix} {surname} {given}")), words(&format!("{given} {surname}")))
}

/// What a person is found by.
pub(crate) fn person(person: &PersonName, number: &str, email: Option<&EmailAddress>) -> String {
    format!("{} {number} {}", name(person), email.map(|email| fold(email.as_str())).unwrap_or_default())
}

/// What a pre-registration is found by.
pub(crate) fn prepared(row: &Prepared) -> String {
    let email = row.email.as_ref().map(|email| fold(email.as_str())).unwrap_or_default();
    format!("{} {} {} {email}", name(&row.name), words(&row.personnel_number), words(&row.department))
}

#[cfg(test)]
mod tests;
