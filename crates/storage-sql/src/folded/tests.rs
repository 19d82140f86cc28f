#![allow(clippy::unwrap_used)]

use super::*;

fn found(name: &PersonName, typed: &str) -> bool {
    person(name, "123456789", EmailAddress::parse("J.Berg@Example.org").as_ref()).contains(&fold(typed))
}

#[test]
fn names_are_found_as_people_type_them() {
    let name = PersonName::new("Jan-Willem", "van der", "Bergström").unwrap();
    for typed in
        ["jan", "Jan Willem van der Berg", "van der bergstrom jan", "bergström, ", "janwillem bergstrom", "456"]
    {
        assert_eq!(found(&name, typed), !typed.contains(','), "{typed}");
    }
    assert!(found(&name, "j.berg@example"));
    // Nothing is found across two fields.
    assert!(!found(&name, "willem123"));
}

#[test]
fn ij_is_one_letter_within_a_word_and_between_two() {
    let name = PersonName::new("Mari", "", "Jansen").unwrap();
    for typed in ["mari", "jansen", "mari jansen", "jansen mari"] {
        assert!(found(&name, typed), "{typed}");
    }
    let name = PersonName::new("Gijs", "", "Dijkstra").unwrap();
    for typed in ["gijs", "Gÿs", "dijk", "dyk"] {
        assert!(found(&name, typed), "{typed}");
    }
}

#[test]
fn surnames_sort_before_longer_ones() {
    let key = |given, surname| name_key(&PersonName::new(given, "van", surname).unwrap());
    assert!(key("Zoë", "Berg") < key("Anna", "Bergen"));
    assert!(key("Anna", "Berg") < key("Zoë", "Berg"));
}
