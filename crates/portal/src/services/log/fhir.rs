//! Log entries as FHIR R4 AuditEvent (the form of NEN 7513, RFC 3881 and DICOM PS3.15): who did what, on whose behalf, when,
//! how it ended, from where, with what and where it was recorded. Names are told as [`Names`] allows.

use super::names::{Called, Names};
use domain::{
    Timestamp,
    log::{Actor, Event, EventGroup, LogEntry, Outcome},
    operator::Office,
    person::{PersonId, Role},
};
use serde_json::{Map, Value, json};

const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const ROLE_TYPE: &str = "http://terminology.hl7.org/CodeSystem/extra-security-role-type";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const SOURCE_TYPE: &str = "http://terminology.hl7.org/CodeSystem/security-source-type";
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const OBJECT_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const UZI: &str = "http://fhir.nl/fhir/NamingSystem/uzi-nr-pers";
const URA: &str = "http://fhir.nl/fhir/NamingSystem/ura";

/// Which system recorded it.
#[derive(Clone, Debug)]
pub struct Observer {
    /// Its address; the stem of our own code systems.
    pub url: String,
    /// The product.
    pub product: String,
}

/// The beginning of a Bundle.
pub fn begin(now: Timestamp) -> String {
    format!("{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"timestamp\":\"{now}\"")
}

/// What comes before the first entry: no list is empty in FHIR.
pub const FIRST: &str = ",\"entry\":[\n";
/// What comes before every other entry.
pub const OTHER: &str = ",\n";

/// The end of a Bundle, with entries in it or without.
pub fn end(entries: bool) -> &'static str {
    if entries { "\n]}\n" } else { "}\n" }
}

/// An entry of a Bundle. `words`: the event in the reader's language.
pub fn bundle_entry(entry: &LogEntry, names: &Names, observer: &Observer, words: &str) -> Value {
    json!({
        "fullUrl": format!("urn:uuid:{}", entry.id),
        "resource": audit_event(entry, names, observer, words),
    })
}

/// The AuditEvent of an entry.
pub fn audit_event(entry: &LogEntry, names: &Names, observer: &Observer, words: &str) -> Value {
    let (kind, subtype) = dicom(entry.event);
    let own = coding(&format!("{}/codes/log-event", observer.url), entry.event.as_str(), words);
    let subtypes: Vec<Value> = subtype.into_iter().chain([own]).collect();
    let mut agents = vec![actor(entry, names, observer)];
    agents.extend(entry.on_behalf_of.map(|second| {
        let mut agent = person(second, entry, names, observer);
        agent.insert("type".into(), concept(coding(PARTICIPATION, "RESP", "responsible party")));
        agent.insert("requestor".into(), false.into());
        Value::Object(agent)
    }));
    let mut event = json!({
        "resourceType": "AuditEvent",
        "id": entry.id.to_string(),
        "type": kind,
        "subtype": subtypes,
        "action": action(entry.event),
        "recorded": entry.at.to_string(),
        "outcome": if entry.outcome == Outcome::Success { "0" } else { "8" },
        "agent": agents,
        "source": {
            "site": observer.url,
            "observer": {
                "identifier": { "system": "urn:ietf:rfc:3986", "value": observer.url },
                "display": observer.product,
            },
            "type": [coding(SOURCE_TYPE, "3", "Web Server")],
        },
        "entity": entities(entry, names, observer),
    });
    let reason = entry.reason.as_deref().filter(|reason| !reason.is_empty());
    if let (Some(reason), Some(event)) = (reason, event.as_object_mut()) {
        event.insert("outcomeDesc".into(), reason.into());
    }
    event
}

fn coding(system: &str, code: &str, display: &str) -> Value {
    json!({ "system": system, "code": code, "display": display })
}

fn concept(coding: Value) -> Value {
    json!({ "coding": [coding] })
}

/// What kind of event DICOM (PS3.16 CID 400 and 403) calls it.
fn dicom(event: Event) -> (Value, Option<Value>) {
    let code = |code, display| coding(DICOM, code, display);
    let alert = || code("110113", "Security Alert");
    let authentication = || code("110114", "User Authentication");
    let activity = || code("110100", "Application Activity");
    match event {
        Event::SessionOpened => (authentication(), Some(code("110122", "Login"))),
        Event::SessionEnded => (authentication(), Some(code("110123", "Logout"))),
        Event::LogRead => (code("110101", "Audit Log Used"), None),
        Event::PersonExported | Event::PersonDownloaded => (code("110106", "Export"), None),
        Event::PersonPrepared => (code("110107", "Import"), None),
        Event::PersonDataPurged => (activity(), None),
        _ => match event.group() {
            EventGroup::Sessions | EventGroup::Requests => (authentication(), None),
            EventGroup::Roles => (alert(), Some(code("110136", "Security Roles Changed"))),
            EventGroup::People => (alert(), Some(code("110137", "User Security Attributes Changed"))),
            EventGroup::Organisations | EventGroup::System => (alert(), Some(code("110129", "Security Configuration"))),
            EventGroup::Mails | EventGroup::Reading => (activity(), None),
        },
    }
}

/// Create, read, update, delete, execute.
fn action(event: Event) -> &'static str {
    use Event::*;
    match event {
        ApplicationSubmitted
        | OrganisationAdded
        | PersonRegistered
        | PersonPrepared
        | MembershipAdded
        | RoleGiven
        | OperatorGiven
        | AuditorGiven
        | IdentityQr
        | IdentityPending
        | IdentityActivated
        | IdentityAnswerRepeated
        | RequestCreated
        | RequestProposed
        | ClientSaved
        | MailQueued
        | MembershipAttributes => "C",
        LogRead | PersonExported | PersonDownloaded | RequestOpened => "R",
        PersonUnprepared | PersonRemoved | RoleTaken | OperatorTaken | AuditorTaken | PersonDataPurged => "D",
        SessionOpened | SessionEnded | CardUsed | CardRefused | RequestAccepted | RequestDeclined | RequestRefused
        | RequestCancelled | ProofingCard | ProofingFaceToFace | ProofingRefused | MailSent | MailFailed => "E",
        _ => "U",
    }
}

/// The one who did it.
fn actor(entry: &LogEntry, names: &Names, observer: &Observer) -> Value {
    let human = || concept(coding(ROLE_TYPE, "humanuser", "human user"));
    let mut agent = match &entry.actor {
        Actor::Person { person: id, .. } => {
            let mut agent = person(*id, entry, names, observer);
            agent.insert("type".into(), human());
            agent
        }
        Actor::Card { uzi_number } => {
            let who = json!({ "identifier": { "system": UZI, "value": uzi_number } });
            Map::from_iter([("type".into(), human()), ("who".into(), who)])
        }
        Actor::Anonymous => Map::from_iter([("type".into(), human()), ("who".into(), json!({ "display": "unknown" }))]),
        Actor::System => Map::from_iter([
            ("type".into(), concept(coding(DICOM, "110150", "Application"))),
            ("who".into(), json!({ "display": observer.product })),
        ]),
    };
    agent.insert("requestor".into(), true.into());
    if let Some(address) = names.address(entry) {
        agent.insert("network".into(), json!({ "address": address, "type": "2" }));
    }
    Value::Object(agent)
}

/// A person as `agent`, without its type.
fn person(id: PersonId, entry: &LogEntry, names: &Names, observer: &Observer) -> Map<String, Value> {
    let mut agent = Map::new();
    let mut roles: Vec<&str> = names.roles(id, entry).into_iter().map(Role::as_str).collect();
    match names.called(id, entry.at) {
        Called::Name(known) => {
            let identifier = json!({ "system": format!("{}/id/person", observer.url), "value": known.number });
            let name = known.name.full();
            agent.insert("who".into(), json!({ "identifier": identifier, "display": name }));
            agent.insert("name".into(), name.into());
        }
        Called::Office(office) => {
            agent.insert("who".into(), json!({ "display": office.as_str() }));
        }
        Called::Nobody => {
            agent.insert("who".into(), json!({ "display": "unknown" }));
        }
    }
    roles.extend(names.office(id, entry.at).map(|office| match office {
        Office::Operator => "Operator",
        // Not the code of an organisation's auditor.
        Office::Auditor => "EnvironmentAuditor",
    }));
    if !roles.is_empty() {
        let system = format!("{}/codes/role", observer.url);
        let roles: Vec<Value> = roles.into_iter().map(|role| concept(coding(&system, role, role))).collect();
        agent.insert("role".into(), roles.into());
    }
    agent
}

/// What it was about.
fn entities(entry: &LogEntry, names: &Names, observer: &Observer) -> Vec<Value> {
    let own = |what: &str, id: String| json!({ "system": format!("{}/id/{what}", observer.url), "value": id });
    let entity = |identifier: Value, kind: Value, role: Value, name: Option<String>| {
        let mut entity = json!({ "what": { "identifier": identifier }, "type": kind, "role": role });
        if let (Some(name), Some(entity)) = (name, entity.as_object_mut()) {
            entity.insert("name".into(), name.into());
        }
        entity
    };
    let object = || coding(ENTITY_TYPE, "2", "System Object");
    let security = || coding(OBJECT_ROLE, "13", "Security Resource");
    let mut all = Vec::new();
    if let Some(id) = entry.person {
        let kind = coding(ENTITY_TYPE, "1", "Person");
        let role = coding(OBJECT_ROLE, "6", "User");
        all.push(match names.called(id, entry.at) {
            Called::Name(known) => entity(own("person", known.number.clone()), kind, role, Some(known.name.full())),
            Called::Office(office) => json!({ "what": { "display": office.as_str() }, "type": kind, "role": role }),
            Called::Nobody => {
                json!({ "what": { "display": "unknown" }, "type": kind, "role": role })
            }
        });
    }
    if let Some(found) = entry.organisation.and_then(|id| names.organisation(id)) {
        let kind = coding(ENTITY_TYPE, "3", "Organization");
        let ura = json!({ "system": URA, "value": found.ura.as_str() });
        all.push(entity(ura, kind, coding(OBJECT_ROLE, "4", "Domain Resource"), Some(found.name.clone())));
    }
    let ids = [
        ("identity", entry.identity.map(|id| id.to_string())),
        ("request", entry.request.map(|id| id.to_string())),
        ("session", entry.session.map(|id| id.to_string())),
    ];
    for (what, id) in ids {
        all.extend(id.map(|id| entity(own(what, id), object(), security(), None)));
    }
    let facts = [("reference", Some(&entry.reference)), ("detail", entry.detail.as_ref())];
    let details: Vec<Value> = (facts.into_iter())
        .filter_map(|(kind, value)| Some((kind, value.filter(|value| !value.is_empty())?)))
        .map(|(kind, value)| json!({ "type": kind, "valueString": value }))
        .collect();
    let mut itself = entity(own("log-entry", entry.id.to_string()), object(), security(), None);
    if let Some(itself) = itself.as_object_mut().filter(|_| !details.is_empty()) {
        itself.insert("detail".into(), details.into());
    }
    all.push(itself);
    all
}

#[cfg(test)]
mod tests;
