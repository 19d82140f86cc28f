#![allow(clippy::unwrap_used)]
use super::*;

const DAY: i64 = 24 * 60 * 60;

fn id(byte: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([byte; 16])
}

fn submitted() -> Application {
    Application {
        id: ApplicationId(id(1)),
        form: ApplicationForm {
            organisation_name: "Huisartsenpraktijk De Linde".into(),
            ura: Ura::parse("00001234").unwrap(),
            applicant: PersonName::new("Anna", "van", "Dijk").unwrap(),
            uzi_number: UziNumber::parse("900000001").unwrap(),
            email: EmailAddress::parse("anna@linde.example").unwrap(),
            representative_name: "B. de Boer".into(),
            representative_email: EmailAddress::parse("bestuur@linde.example").unwrap(),
            care_application: "HIS".into(),
        },
        language: Language::Nl,
        link_hash: [0; 32],
        status: ApplicationStatus::Submitted,
        handled_by: None,
        checks: None,
        reason: None,
        decided_by: None,
        decided_at: None,
        organisation: None,
        reminders: 0,
        submitted_at: Timestamp(0),
    }
}

fn approved() -> Application {
    let mut application = submitted();
    let checks = Checks { name: "KvK".into(), ura: "UZI-register".into(), representative: "KvK".into() };
    let ura = Ura::parse("00001234").unwrap();
    application.approve(PersonId(id(9)), "De Linde", ura, checks, OrganisationId(id(2)), Timestamp(0)).unwrap();
    application
}

#[test]
fn every_step_from_every_status() {
    use ApplicationStatus::*;
    let person = PersonId(id(9));
    for status in ApplicationStatus::ALL {
        let with = || Application { status, ..approved() };
        let checks = Checks { name: String::new(), ura: String::new(), representative: String::new() };
        let ura = Ura::parse("00001234").unwrap();
        let organisation = OrganisationId(id(2));
        assert_eq!(with().approve(person, "x", ura, checks, organisation, Timestamp(0)).is_ok(), status == Submitted);
        assert_eq!(with().reject(person, "x", Timestamp(0)).is_ok(), status == Submitted);
        assert_eq!(with().handle(person).is_ok(), status == Submitted);
        assert_eq!(with().withdraw().is_ok(), matches!(status, Submitted | Approved));
        assert_eq!(with().validated().is_ok(), status == Approved);
        assert_eq!(with().expire().is_ok(), status == Approved);
        assert_eq!(ApplicationStatus::parse(status.as_str()), Some(status));
    }
}

#[test]
fn reminders_and_expiry_come_in_time() {
    let mut application = approved();
    let at = |days: i64| Timestamp(0).plus_seconds(days * DAY);
    assert_eq!(application.due(at(13)), Due::Nothing);
    assert_eq!(application.due(at(14)), Due::Remind(76));
    application.reminded(at(14));
    assert_eq!(application.due(at(59)), Due::Nothing);
    assert_eq!(application.due(at(60)), Due::Remind(30));
    application.reminded(at(60));
    assert_eq!(application.due(at(89)), Due::Nothing);
    assert_eq!(application.due(at(90)), Due::Expire);
    application.expire().unwrap();
    assert_eq!(application.due(at(400)), Due::Nothing);
}

#[test]
fn a_late_reminder_is_sent_once() {
    let mut application = approved();
    application.reminded(Timestamp(0).plus_seconds(61 * DAY));
    assert_eq!(application.due(Timestamp(0).plus_seconds(61 * DAY)), Due::Nothing);
}

#[test]
fn an_undecided_application_waits_for_its_operators() {
    assert_eq!(submitted().due(Timestamp(0).plus_seconds(1000 * DAY)), Due::Nothing);
}

#[test]
fn only_the_named_pass_validates() {
    let (ura, number) = (Ura::parse("00001234").unwrap(), UziNumber::parse("900000001").unwrap());
    assert!(approved().may_be_validated_by(&ura, &number));
    assert!(!submitted().may_be_validated_by(&ura, &number));
    assert!(!approved().may_be_validated_by(&Ura::parse("00001235").unwrap(), &number));
    assert!(!approved().may_be_validated_by(&ura, &UziNumber::parse("900000002").unwrap()));
}
