//! Puts a pass of the test register on the card: its RSA key and certificate in slot 9A (PIV authentication).

use crate::card::Card;
use des::{
    TdesEde3,
    cipher::{BlockEncrypt, KeyInit, generic_array::GenericArray},
};
use p12_keystore::KeyStore;
use rsa::{
    RsaPrivateKey,
    pkcs8::DecodePrivateKey,
    traits::{PrivateKeyParts, PublicKeyParts},
};
use std::path::Path;

/// The PIN of the passes of `zorgid dev-pki` and the password of their files; a new PIV card has the same.
const PIN: &str = "123456";
/// Of a new card.
const MANAGEMENT_KEY: [u8; 24] = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8];

/// Reads `auth.p12` of a pass and puts it on the card.
pub fn issue(card: &mut Card<'_>, file: &Path) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let store = KeyStore::from_pkcs12(&bytes, PIN).map_err(|error| format!("{}: {error}", file.display()))?;
    let (_, chain) = store.private_key_chain().ok_or("the file holds no key")?;
    let key = RsaPrivateKey::from_pkcs8_der(chain.key()).map_err(|error| format!("not an RSA key: {error}"))?;
    let certificate = chain.chain().first().ok_or("the file holds no certificate")?.as_der();
    become_administrator(card)?;
    let [p, q] = key.primes() else { return Err(String::from("not a key of two primes")) };
    let parts = [tlv(&[0x01], &p.to_bytes_be()), tlv(&[0x02], &q.to_bytes_be()), tlv(&[0x03], &key.e().to_bytes_be())];
    // Yubico's IMPORT: P1 is RSA-2048, P2 the slot.
    order(card, [0x00, 0xFE, 0x07, 0x9A], &parts.concat())?;
    let object = [tlv(&[0x70], certificate), tlv(&[0x71], &[0]), tlv(&[0xFE], &[])].concat();
    let put = [tlv(&[0x5C], &[0x5F, 0xC1, 0x05]), tlv(&[0x53], &object)].concat();
    order(card, [0x00, 0xDB, 0x3F, 0xFF], &put)?;
    Ok(())
}

/// Mutual authentication with the management key (SP 800-73-4 part 2, appendix A.1).
fn become_administrator(card: &mut Card<'_>) -> Result<(), String> {
    const TO_KEY_9B: [u8; 4] = [0x00, 0x87, 0x03, 0x9B];
    let challenge = order(card, TO_KEY_9B, &tlv(&[0x7C], &tlv(&[0x81], &[])))?;
    let mut block = GenericArray::clone_from_slice(challenge.get(4..12).ok_or("no challenge")?);
    TdesEde3::new(&MANAGEMENT_KEY.into()).encrypt_block(&mut block);
    order(card, TO_KEY_9B, &tlv(&[0x7C], &tlv(&[0x82], &block)))?;
    Ok(())
}

fn order(card: &mut Card<'_>, header: [u8; 4], data: &[u8]) -> Result<Vec<u8>, String> {
    let length = u16::try_from(data.len()).map_err(|_| "too long")?.to_be_bytes();
    let command = [header.as_slice(), &[0], &length, data, &[0, 0]].concat();
    match card.ask_bytes(&command) {
        (answer, 0x9000) => Ok(answer),
        (_, status) => Err(format!("the card answered {status:04X} to {header:02X?}")),
    }
}

fn tlv(tag: &[u8], value: &[u8]) -> Vec<u8> {
    let length = match value.len() {
        short @ 0..=0x7F => vec![short as u8],
        long => [&[0x82], (long as u16).to_be_bytes().as_slice()].concat(),
    };
    [tag, &length, value].concat()
}
