use super::*;

const NOW: Timestamp = Timestamp(1_000_000_000);

fn begun() -> Registration {
    Registration::begin(RegistrationId(uuid::Uuid::nil()), [1; 32], NOW)
}
fn card(number: &str) -> CardData {
    CardData {
        uzi_number: UziNumber::parse(number).unwrap(),
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
fn date() -> BirthDate {
    BirthDate::new(1980, 1, 1).unwrap()
}
/// Ready to be confirmed.
fn filled() -> Registration {
    let mut wizard = begun();
    wizard.accept_terms("1", NOW).unwrap();
    wizard.card_read(card("900012345"), NOW).unwrap();
    wizard.checked(NOW).unwrap();
    wizard.fill_birth_date(date(), NOW).unwrap();
    wizard
}
fn confirmed(found: Match) -> Registration {
    let mut wizard = filled();
    wizard.confirmed(&UziNumber::parse("900012345").unwrap(), "a.b.c".into(), &found, NOW).unwrap();
    wizard
}
fn person() -> PersonId {
    PersonId(uuid::Uuid::from_bytes([7; 16]))
}

#[test]
fn the_straight_way() {
    let mut wizard = begun();
    assert_eq!(wizard.step, Step::Terms);
    wizard.accept_terms("1", NOW).unwrap();
    assert_eq!(wizard.step, Step::Card);
    wizard.card_read(card("900012345"), NOW).unwrap();
    assert_eq!(wizard.step, Step::Check);
    wizard.checked(NOW).unwrap();
    assert_eq!(wizard.step, Step::BirthDate);
    wizard.fill_birth_date(date(), NOW).unwrap();
    assert_eq!(wizard.step, Step::Confirm);
    let mut wizard = confirmed(Match::Nobody);
    assert_eq!(wizard.step, Step::Scan);
    wizard.installed(NOW);
    assert_eq!(wizard.step, Step::Done);
}

#[test]
fn no_step_comes_before_the_one_it_needs() {
    let signer = UziNumber::parse("900012345").unwrap();
    let mut wizard = begun();
    assert_eq!(wizard.card_read(card("900012345"), NOW), Err(RegistrationRefusal::TermsFirst));
    assert_eq!(wizard.checked(NOW), Err(RegistrationRefusal::CardFirst));
    assert_eq!(wizard.fill_birth_date(date(), NOW), Err(RegistrationRefusal::CardFirst));
    let early = wizard.confirmed(&signer, "x".into(), &Match::Nobody, NOW);
    assert_eq!(early, Err(RegistrationRefusal::CardFirst));
    wizard.accept_terms("1", NOW).unwrap();
    wizard.card_read(card("900012345"), NOW).unwrap();
    let early = wizard.confirmed(&signer, "x".into(), &Match::Nobody, NOW);
    assert_eq!(early, Err(RegistrationRefusal::BirthDateFirst));
    assert!(!wizard.is_confirmed());
}

#[test]
fn going_back_keeps_what_was_filled_in() {
    let mut wizard = filled();
    wizard.accept_terms("1", NOW).unwrap();
    wizard.checked(NOW).unwrap();
    assert_eq!((wizard.step, wizard.birth_date), (Step::Confirm, Some(date())));
    wizard.card_read(card("900012345"), NOW).unwrap();
    assert_eq!((wizard.step, wizard.birth_date), (Step::Check, Some(date())));
}

#[test]
fn another_card_starts_over_after_the_terms() {
    let mut wizard = filled();
    wizard.card_read(card("900054321"), NOW).unwrap();
    assert_eq!((wizard.step, wizard.birth_date, wizard.terms_version.as_deref()), (Step::Check, None, Some("1")));
}

#[test]
fn only_the_same_card_confirms() {
    let mut wizard = filled();
    let other = UziNumber::parse("900054321").unwrap();
    let refused = wizard.confirmed(&other, "x".into(), &Match::Nobody, NOW);
    assert_eq!(refused, Err(RegistrationRefusal::OtherCard));
    assert_eq!((wizard.step, wizard.is_confirmed()), (Step::Confirm, false));
}

#[test]
fn after_the_confirmation_nothing_changes() {
    let mut wizard = confirmed(Match::Nobody);
    let before = wizard.clone();
    let signer = UziNumber::parse("900012345").unwrap();
    let refused = Err(RegistrationRefusal::Confirmed);
    assert_eq!(wizard.accept_terms("2", NOW), refused);
    assert_eq!(wizard.card_read(card("900012345"), NOW), refused);
    assert_eq!(wizard.checked(NOW), refused);
    assert_eq!(wizard.fill_birth_date(date(), NOW), refused);
    assert_eq!(wizard.confirmed(&signer, "y".into(), &Match::Nobody, NOW), refused);
    assert_eq!(wizard, before);
}

#[test]
fn where_each_match_leads() {
    for (found, step, known) in [
        (Match::Nobody, Step::Scan, None),
        (Match::SameCard(person()), Step::Scan, None),
        (Match::Possibly(person()), Step::KnownPerson, Some(person())),
        (Match::OtherBirthDate(person()), Step::Stopped, None),
        (Match::Several, Step::Stopped, None),
    ] {
        let wizard = confirmed(found.clone());
        assert_eq!((wizard.step, wizard.known_person), (step, known), "{found:?}");
    }
}

#[test]
fn the_known_person_question_is_answered_once() {
    for (yes, step) in [(true, Step::Scan), (false, Step::Stopped)] {
        let mut wizard = confirmed(Match::Possibly(person()));
        assert_eq!(wizard.answer_known_person(yes, NOW), Some(person()));
        assert_eq!(wizard.step, step);
        assert_eq!(wizard.answer_known_person(!yes, NOW), None);
        assert_eq!(wizard.step, step);
    }
    assert_eq!(filled().answer_known_person(true, NOW), None);
}

#[test]
fn only_a_scanned_code_ends_it() {
    for mut wizard in [begun(), filled(), confirmed(Match::Several), confirmed(Match::Possibly(person()))] {
        let before = wizard.clone();
        wizard.installed(NOW);
        assert_eq!(wizard, before);
    }
}

#[test]
fn an_unfinished_wizard_is_forgotten_after_an_hour() {
    let hour = NOW.plus_seconds(IDLE_SECONDS);
    assert!(!filled().is_forgotten(Timestamp(hour.0 - 1)));
    assert!(filled().is_forgotten(hour));
    assert!(!confirmed(Match::Nobody).is_forgotten(hour.plus_seconds(IDLE_SECONDS)));
}

#[test]
fn the_desktop_session_lives_while_it_asks() {
    let mut wizard = filled();
    assert!(!wizard.desktop_is_alive(NOW));
    wizard.desktop_session_until = Some(NOW.plus_seconds(DESKTOP_SESSION_SECONDS));
    wizard.desktop_seen_at = Some(NOW);
    assert!(wizard.desktop_is_alive(NOW.plus_seconds(39)));
    assert!(!wizard.desktop_is_alive(NOW.plus_seconds(40)));
    wizard.desktop_seen_at = Some(NOW.plus_seconds(DESKTOP_SESSION_SECONDS));
    assert!(!wizard.desktop_is_alive(NOW.plus_seconds(DESKTOP_SESSION_SECONDS)));
}

#[test]
fn the_stored_form_reads_back() {
    for wizard in [begun(), filled(), confirmed(Match::Possibly(person()))] {
        let text = serde_json::to_string(&wizard).unwrap();
        assert_eq!(serde_json::from_str::<Registration>(&text).unwrap(), wizard);
    }
}
