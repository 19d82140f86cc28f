use super::*;

#[test]
fn person_numbers_have_nine_digits_and_no_leading_zero() {
    for random in [[0; 4], [0xFF; 4], [0x35, 0xA4, 0xE8, 0xFF], [0x35, 0xA4, 0xE9, 0]] {
        let number = person_number(random);
        assert_eq!(number.len(), 9);
        assert!(number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0'));
    }
    assert_eq!(person_number([0; 4]), "100000000");
}

#[test]
fn words_read_back() {
    for role in Role::ALL {
        assert_eq!(Role::parse(role.as_str()), Some(role));
    }
    for status in
        [MembershipStatus::Active, MembershipStatus::Blocked, MembershipStatus::Reconfirm, MembershipStatus::Ended]
    {
        assert_eq!(MembershipStatus::parse(status.as_str()), Some(status));
    }
    assert_eq!(Role::parse("signer"), None);
}

fn membership(status: MembershipStatus) -> Membership {
    let id = uuid::Uuid::nil();
    let roles = vec![Role::Signer, Role::Manager];
    let new = Membership::new(MembershipId(id), PersonId(id), OrganisationId(id), roles, None, Timestamp(0));
    Membership { status, ..new }
}

#[test]
fn only_an_active_membership_is_blocked_and_only_a_blocked_one_unblocked() {
    use MembershipStatus::*;
    for status in [Active, Blocked, Reconfirm, Ended] {
        assert_eq!(membership(status).block(Timestamp(1)), status == Active);
        assert_eq!(membership(status).unblock(None, Timestamp(1)), status == Blocked);
    }
}

#[test]
fn an_id_made_during_a_block_waits_to_be_confirmed() {
    let unblocked = |made: i64| {
        let mut membership = membership(MembershipStatus::Active);
        membership.block(Timestamp(100));
        membership.unblock(Some(Timestamp(made)), Timestamp(300));
        membership.status
    };
    assert_eq!(unblocked(50), MembershipStatus::Active);
    assert_eq!(unblocked(200), MembershipStatus::Reconfirm);
}

#[test]
fn who_comes_back_has_no_old_power() {
    let mut membership = membership(MembershipStatus::Active);
    membership.unlink();
    assert_eq!(membership.status, MembershipStatus::Ended);
    membership.link_again();
    assert_eq!((membership.status, membership.roles), (MembershipStatus::Active, vec![Role::Signer]));
}

#[test]
fn past_its_end_date_a_membership_is_over() {
    let membership = Membership { ends_at: Some(Timestamp(10)), ..membership(MembershipStatus::Active) };
    assert!(membership.is_active(Timestamp(9)));
    assert_eq!(membership.status_at(Timestamp(10)), MembershipStatus::Ended);
}

#[test]
fn past_the_end_of_its_certificate_an_attribute_says_nothing() {
    let mut membership = membership(MembershipStatus::Active);
    assert_eq!(membership.attributes_at(Timestamp(9)), None);
    membership.attributes = Some(CardAttributes {
        uzi_number: UziNumber::parse("900012345").unwrap(),
        role_code: RoleCode::parse("01.015").unwrap(),
        certificate_sha256: String::new(),
        certificate_serial: "01".into(),
        valid_until: Timestamp(10),
    });
    assert!(membership.attributes_at(Timestamp(9)).is_some());
    assert_eq!(membership.attributes_at(Timestamp(10)), None);
}
