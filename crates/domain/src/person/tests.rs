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
