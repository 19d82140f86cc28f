//! MACs and derived keys: fixed vectors, computed apart from this code with Python's `hmac` and `hashlib`, so that a
//! change that both sides would make together is noticed.

use crate::{
    enrol::enrol_mac,
    pin::{MAC_KEY, VAULT_KEY, derive},
    response::phone_mac,
};
use domain::{identity::IdentityId, installation::InstallationId, request::Decision};
use proptest::prelude::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
fn identity(byte: u8) -> IdentityId {
    IdentityId::parse(&format!("{byte:02x}").repeat(16)).expect("a UUID")
}
fn installation(byte: u8) -> InstallationId {
    InstallationId::parse(&format!("{byte:02x}").repeat(16)).expect("a UUID")
}
fn key() -> [u8; 32] {
    std::array::from_fn(|i| i as u8)
}

#[test]
fn vectors() {
    let phone = phone_mac(&key(), &[0x11; 32], Decision::Accepted, identity(0x22), installation(0x33), 7);
    assert_eq!(hex(&phone), "9ea35cea3d8a304b3c79836faf27b75f7135f98545043043b0b9097f90884c8a");
    let enrol = enrol_mac(&key(), &[0x11; 32], b"csr", installation(0x33));
    assert_eq!(hex(&enrol), "18bb6da3f69736ff28fa713ebf054d7fee7943eadec3f0945c546ac03d484926");
    let output: [u8; 64] = std::array::from_fn(|i| i as u8);
    let vault = derive(&output, VAULT_KEY);
    assert_eq!(hex(&vault), "f0246f9e02aa438cf528ebb82e04d18657fa09096ea85af3a8a79573268695e4");
    let mac = derive(&output, MAC_KEY);
    assert_eq!(hex(&mac), "5aff03813b9655cef735244adb6928df1f91d5f7eceecd1d1a1af11cd6bf3c89");
}

#[test]
fn every_field_counts() {
    let base = phone_mac(&key(), &[1; 32], Decision::Accepted, identity(2), installation(3), 4);
    for other in [
        phone_mac(&[0; 32], &[1; 32], Decision::Accepted, identity(2), installation(3), 4),
        phone_mac(&key(), &[9; 32], Decision::Accepted, identity(2), installation(3), 4),
        phone_mac(&key(), &[1; 32], Decision::Declined, identity(2), installation(3), 4),
        phone_mac(&key(), &[1; 32], Decision::Accepted, identity(9), installation(3), 4),
        phone_mac(&key(), &[1; 32], Decision::Accepted, identity(2), installation(9), 4),
        phone_mac(&key(), &[1; 32], Decision::Accepted, identity(2), installation(3), 5),
    ] {
        assert_ne!(base, other);
    }
}

proptest! {
    #[test]
    fn bytes_cannot_move_from_one_field_to_the_next(
        digest in prop::collection::vec(any::<u8>(), 0..64),
        csr in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let mut longer = digest.clone();
        longer.push(csr[0]);
        let one = enrol_mac(&key(), &digest, &csr, installation(1));
        let other = enrol_mac(&key(), &longer, &csr[1..], installation(1));
        prop_assert_ne!(one, other);
    }
}
