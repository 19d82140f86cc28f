use super::*;
use crate::{
    PersonName, Ura,
    uzi::{CardType, RoleCode},
};

const NOW: Timestamp = Timestamp(1_000_000_000);

fn number() -> UziNumber {
    UziNumber::parse("900012345").unwrap()
}
fn card() -> CardData {
    CardData {
        uzi_number: number(),
        card_type: CardType::Z,
        ura: Ura::parse("00012345").unwrap(),
        role_code: RoleCode::parse("01.015").unwrap(),
        name: PersonName::new("Jan", "", "Smit").unwrap(),
        organisation_name: "Praktijk".into(),
        organisation: OrganisationId(uuid::Uuid::nil()),
        certificate: vec![],
        evidence: "{}".into(),
        serial: "01".into(),
        valid_until: NOW,
    }
}
fn read() -> Validation {
    let mut wizard = Validation::begin(ValidationId(uuid::Uuid::nil()), [1; 32], NOW);
    wizard.accept_terms("1", NOW).unwrap();
    wizard.launched(RequestId(uuid::Uuid::nil()), NOW).unwrap();
    wizard.card_read(card(), NOW).unwrap();
    wizard
}

#[test]
fn the_straight_way_and_the_role_that_follows() {
    let mut wizard = read();
    assert_eq!((wizard.step, wizard.card_request), (Step::Check, None));
    assert_eq!(wizard.read_with, Some(RequestId(uuid::Uuid::nil())));
    assert!(wizard.organisation().is_none() && !wizard.waits_for(&number()));
    wizard.confirmed(&number(), "a.b.c".into(), None, NOW).unwrap();
    assert_eq!(wizard.organisation(), Some(OrganisationId(uuid::Uuid::nil())));
    assert!(wizard.waits_for(&number()) && !wizard.waits_for(&UziNumber::parse("900000001").unwrap()));
    wizard.role_given(PersonId(uuid::Uuid::nil()), NOW);
    assert!(!wizard.waits_for(&number()) && !wizard.role_waits());
}

#[test]
fn steps_have_an_order_and_an_end() {
    let mut wizard = Validation::begin(ValidationId(uuid::Uuid::nil()), [1; 32], NOW);
    let early = wizard.launched(RequestId(uuid::Uuid::nil()), NOW);
    assert_eq!(early, Err(RegistrationRefusal::TermsFirst));
    assert_eq!(wizard.card_read(card(), NOW), Err(RegistrationRefusal::TermsFirst));
    assert_eq!(wizard.confirmed(&number(), "a".into(), None, NOW), Err(RegistrationRefusal::CardFirst));
    let mut wizard = read();
    let other = UziNumber::parse("900000001").unwrap();
    assert_eq!(wizard.confirmed(&other, "a".into(), None, NOW), Err(RegistrationRefusal::OtherCard));
    wizard.confirmed(&number(), "a".into(), None, NOW).unwrap();
    assert_eq!(wizard.accept_terms("2", NOW), Err(RegistrationRefusal::Confirmed));
    assert_eq!(wizard.card_read(card(), NOW), Err(RegistrationRefusal::Confirmed));
}

#[test]
fn the_browser_shows_it_for_an_hour_and_the_desktop_app_serves_it_ten_minutes() {
    let mut wizard = read();
    assert!(!wizard.is_forgotten(NOW.plus_seconds(IDLE_SECONDS - 1)));
    assert!(wizard.is_forgotten(NOW.plus_seconds(IDLE_SECONDS)));
    wizard.desktop_attached([2; 32], NOW);
    assert!(wizard.desktop_is_alive(NOW.plus_seconds(39)) && !wizard.desktop_is_alive(NOW.plus_seconds(40)));
    wizard.desktop_seen_at = Some(NOW.plus_seconds(DESKTOP_SESSION_SECONDS));
    assert!(!wizard.desktop_is_alive(NOW.plus_seconds(DESKTOP_SESSION_SECONDS)));
    wizard.desktop_gone();
    assert!(wizard.desktop_session.is_none() && !wizard.desktop_is_alive(NOW));
}
