use super::*;
use crate::services::log::names::Scope;
use domain::{
    PersonName, Ura,
    identity::IdentityId,
    log::EntryId,
    organisation::{Organisation, OrganisationId, OrganisationStatus},
    person::{MembershipId, RolePeriod},
    session::SessionId,
};
use std::collections::HashMap;
use storage::{HeldOffice, NamedPerson};
use uuid::Uuid;

const AT: Timestamp = Timestamp(1_795_350_605_123);

fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn place() -> Organisation {
    Organisation {
        id: OrganisationId(Uuid::from_u128(9)),
        name: "Huisartsenpraktijk De Linde".into(),
        ura: Ura::parse("00001234").unwrap(),
        contact: None,
        status: OrganisationStatus::Validated,
        reopened_for: None,
        created_at: AT,
    }
}

fn entry(event: Event) -> LogEntry {
    LogEntry {
        id: EntryId(Uuid::from_u128(77)),
        at: AT,
        event,
        outcome: Outcome::Success,
        actor: Actor::Person { person: person(1), identity: Some(IdentityId(Uuid::from_u128(5))) },
        on_behalf_of: None,
        organisation: Some(place().id),
        person: Some(person(2)),
        identity: None,
        request: None,
        session: Some(SessionId(Uuid::from_u128(6))),
        reason: Some("Op verzoek".into()),
        detail: Some("Helpdesk".into()),
        from: Some("192.0.2.1".into()),
        reference: "AB12CD34".into(),
    }
}

/// 1 and 2 work here (1 is beheerder), 3 is operator, 4 is of elsewhere, 5 is auditor of the environment.
fn names(scope: Scope) -> Names {
    let named = |number: u128, surname: &str| NamedPerson {
        person: person(number),
        number: format!("20000000{number}"),
        name: PersonName::new("Jan", "van", surname).unwrap(),
        colleague: number < 3,
        offices: match number {
            3 => vec![HeldOffice { office: Office::Operator, from: AT, until: None }],
            5 => vec![HeldOffice { office: Office::Auditor, from: AT, until: None }],
            _ => Vec::new(),
        },
    };
    let people = [named(1, "Een"), named(2, "Twee"), named(3, "Drie"), named(4, "Vier"), named(5, "Vijf")];
    let period = |role, from, until| RolePeriod {
        membership: MembershipId(Uuid::from_u128(8)),
        person: person(1),
        organisation: place().id,
        role,
        from,
        until,
    };
    let roles = vec![
        period(Role::Manager, AT, None),
        period(Role::Signer, Timestamp(0), Some(AT.plus_seconds(1))),
        period(Role::Auditor, Timestamp(0), Some(AT)),
    ];
    let people = people.into_iter().map(|one| (one.person, one)).collect();
    let roles = HashMap::from([(person(1), roles)]);
    Names { scope, people, roles, organisations: HashMap::from([(place().id, place())]) }
}

fn made(entry: &LogEntry, scope: Scope) -> Value {
    let observer = Observer { url: "https://portaal.example.nl".into(), product: "ZORG-ID".into() };
    let value = audit_event(entry, &names(scope), &observer, "Rol gegeven");
    required(&value);
    value
}

fn here() -> Scope {
    Scope::Organisation(place().id)
}

/// What FHIR R4 requires of an AuditEvent: cardinality, forms and the constraint sev-1.
#[track_caller]
fn required(event: &Value) {
    let is_coding = |value: &Value| {
        value["system"].as_str().is_some_and(|system| system.starts_with("http"))
            && value["code"].as_str().is_some_and(|code| !code.is_empty() && code.trim() == code)
    };
    assert_eq!(event["resourceType"], "AuditEvent");
    assert!(event["id"].as_str().is_some_and(|id| id.len() <= 64 && Uuid::try_parse(id).is_ok()));
    assert!(is_coding(&event["type"]), "{event}");
    assert!(event["subtype"].as_array().is_some_and(|all| !all.is_empty() && all.iter().all(is_coding)));
    assert!(["C", "R", "U", "D", "E"].contains(&event["action"].as_str().unwrap()));
    let recorded = event["recorded"].as_str().unwrap();
    assert!(time::OffsetDateTime::parse(recorded, &time::format_description::well_known::Rfc3339).is_ok());
    assert!(["0", "4", "8", "12"].contains(&event["outcome"].as_str().unwrap()));
    let agents = event["agent"].as_array().unwrap();
    assert_eq!(agents.iter().filter(|agent| agent["requestor"] == true).count(), 1);
    for agent in agents {
        assert!(agent["requestor"].is_boolean() && agent["who"].is_object(), "{agent}");
        assert!(is_coding(&agent["type"]["coding"][0]), "{agent}");
        let roles = agent["role"].as_array();
        assert!(roles.is_none_or(|all| !all.is_empty() && all.iter().all(|role| is_coding(&role["coding"][0]))));
        assert!(agent["network"].is_null() || agent["network"]["type"] == "2");
    }
    assert!(
        event["source"]["observer"].is_object() && event["source"]["type"].as_array().unwrap().iter().all(is_coding)
    );
    for entity in event["entity"].as_array().unwrap() {
        assert!(entity["what"].is_object() && is_coding(&entity["type"]) && is_coding(&entity["role"]), "{entity}");
        assert!(entity["query"].is_null(), "sev-1: a name or a query");
        for detail in entity["detail"].as_array().into_iter().flatten() {
            assert!(detail["type"].is_string() && detail["valueString"].is_string());
        }
    }
    // No list and no text is empty.
    let text = event.to_string();
    assert!(!text.contains("[]") && !text.contains("\"\"") && !text.contains("{}") && !text.contains("null"), "{text}");
}

#[test]
fn who_did_what_with_whom_from_where() {
    let event = made(&entry(Event::RoleGiven), here());
    assert_eq!((event["type"]["code"].as_str(), event["action"].as_str()), (Some("110113"), Some("C")));
    assert_eq!(event["subtype"][0]["code"], "110136");
    assert_eq!(
        (&event["subtype"][1]["code"], &event["subtype"][1]["display"]),
        (&json!("role.given"), &json!("Rol gegeven"))
    );
    assert_eq!((&event["outcome"], &event["outcomeDesc"]), (&json!("0"), &json!("Op verzoek")));
    assert_eq!(event["recorded"], AT.to_string());
    let agent = &event["agent"][0];
    assert_eq!(agent["name"], "Jan van Een");
    assert_eq!(agent["who"]["identifier"]["value"], "200000001");
    let roles: Vec<_> =
        agent["role"].as_array().unwrap().iter().map(|role| role["coding"][0]["code"].clone()).collect();
    assert_eq!(roles, ["Signer", "Manager"], "those of that moment");
    assert_eq!(agent["network"]["address"], "192.0.2.1");
    let names: Vec<_> = event["entity"].as_array().unwrap().iter().map(|entity| entity["name"].clone()).collect();
    assert_eq!(names[..2], ["Jan van Twee", "Huisartsenpraktijk De Linde"]);
    assert_eq!(event["entity"][1]["what"]["identifier"]["value"], "00001234");
    assert_eq!(event["entity"][3]["detail"][0]["valueString"], "AB12CD34");
}

#[test]
fn every_event_and_actor_is_an_audit_event() {
    for event in Event::ALL {
        for outcome in [Outcome::Success, Outcome::Refused] {
            let value = made(&LogEntry { outcome, ..entry(*event) }, here());
            assert_eq!(value["outcome"], if outcome == Outcome::Success { "0" } else { "8" });
        }
    }
    for actor in [Actor::Card { uzi_number: "900012345".into() }, Actor::Anonymous, Actor::System] {
        let bare = LogEntry {
            actor,
            organisation: None,
            person: None,
            session: None,
            reason: None,
            detail: None,
            from: None,
            ..entry(Event::CardUsed)
        };
        made(&bare, Scope::Everything);
    }
}

#[test]
fn an_organisation_gets_no_names_of_elsewhere() {
    let from = |number| Actor::Person { person: person(number), identity: None };
    for (number, told) in [(3, "operator"), (4, "unknown"), (5, "auditor")] {
        let entry = LogEntry {
            actor: from(number),
            person: Some(person(number)),
            on_behalf_of: Some(person(number)),
            ..entry(Event::PersonCorrected)
        };
        let event = made(&entry, here());
        assert_eq!(event["agent"][0]["who"]["display"], told);
        assert_eq!(event["agent"][1]["type"]["coding"][0]["code"], "RESP");
        let text = event.to_string();
        for secret in ["Drie", "Vier", "Vijf", "20000000", "192.0.2.1", &person(number).to_string()] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        // Not the word for the auditor of an organisation.
        let role = &event["agent"][0]["role"][0]["coding"][0]["code"];
        let office = [(3, json!("Operator")), (4, Value::Null), (5, json!("EnvironmentAuditor"))];
        assert!(office.iter().any(|(who, word)| *who == number && word == role), "{role}");
        let whole = made(&entry, Scope::Everything).to_string();
        assert!(whole.contains(&format!("20000000{number}")) && whole.contains("192.0.2.1"), "{whole}");
    }
}

#[test]
fn a_bundle_is_json_with_and_without_entries() {
    let observer = Observer { url: "https://portaal.example.nl".into(), product: "ZORG-ID".into() };
    let one = bundle_entry(&entry(Event::LogRead), &names(here()), &observer, "Gelezen").to_string();
    let full: Value = serde_json::from_str(&(begin(AT) + FIRST + &one + OTHER + &one + end(true))).unwrap();
    assert_eq!((full["type"].as_str(), full["entry"].as_array().unwrap().len()), (Some("collection"), 2));
    assert!(full["entry"][0]["fullUrl"].as_str().unwrap().starts_with("urn:uuid:"));
    let empty: Value = serde_json::from_str(&(begin(AT) + end(false))).unwrap();
    assert!(empty["entry"].is_null() && empty["resourceType"] == "Bundle");
}
