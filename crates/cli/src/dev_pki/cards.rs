//! A pass as files: `cards/<name>/{auth,sign,enc}.p12` and `info.json`.

use super::{failed, kept};
use crate::failure::Failure;
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKeyChain};
use pki::{
    cert::to_pem,
    test_register::{CardState, TestCard, TestCertificate},
};
use std::path::Path;

/// PIN of every pass, and password of its PKCS#12 files.
pub const PIN: &str = "123456";
/// A test password beside its file: more rounds protect nothing.
const ROUNDS: u64 = 2048;

/// Writes one pass.
pub fn write(folder: &Path, card: &TestCard) -> Result<(), Failure> {
    let folder = folder.join("cards").join(&card.spec.folder);
    for one in &card.certificates {
        let file = pkcs12(one, &card.authorities).map_err(|error| failed(&folder, error))?;
        kept::write(&folder.join(format!("{}.p12", one.name)), &file)?;
        let pem = to_pem("CERTIFICATE", &one.certificate);
        kept::write(&folder.join(format!("{}.pem", one.name)), pem.as_bytes())?;
    }
    let text = serde_json::to_vec_pretty(&info(card)).map_err(|error| failed(&folder, error))?;
    kept::write(&folder.join("info.json"), &text)
}

fn pkcs12(one: &TestCertificate, authorities: &[Vec<u8>]) -> p12_keystore::Result<Vec<u8>> {
    let ders = std::iter::once(&one.certificate).chain(authorities);
    let chain = ders.map(|der| Certificate::from_der(der)).collect::<p12_keystore::Result<Vec<_>>>()?;
    let mut store = KeyStore::new();
    let entry = PrivateKeyChain::new(one.key.to_pkcs8(), [one.id], chain);
    store.add_entry(one.name, KeyStoreEntry::PrivateKeyChain(entry));
    store.writer(PIN).encryption_iterations(ROUNDS).mac_iterations(ROUNDS).write()
}

fn info(card: &TestCard) -> serde_json::Value {
    let spec = &card.spec;
    let state = match spec.state {
        CardState::Valid => "valid",
        CardState::Revoked => "revoked",
        CardState::Expired => "expired",
        CardState::NotYetValid => "not-yet-valid",
    };
    serde_json::json!({
        "pin": PIN,
        "tokenLabel": spec.folder,
        "cardType": spec.card_type.letter(),
        "state": state,
        "uziNumber": spec.uzi_number,
        "ura": spec.ura,
        "organisation": spec.organisation,
        "commonName": spec.common_name(),
        "givenName": spec.given_name,
        "prefix": spec.prefix,
        "surname": spec.surname,
        "title": spec.title,
        "roleCode": spec.role_code,
        "agbCode": spec.agb_code,
    })
}
