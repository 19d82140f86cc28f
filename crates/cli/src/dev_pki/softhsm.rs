//! The passes as SoftHSM tokens, under a configuration of the folder's own.

use super::{cards::PIN, failed, kept};
use crate::failure::Failure;
use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    object::{Attribute, CertificateType, KeyType, ObjectClass},
    session::{Session, UserType},
    types::AuthPin,
};
use der::{Decode, Encode};
use p12_keystore::KeyStore;
use rsa::{
    BigUint, RsaPrivateKey,
    pkcs8::DecodePrivateKey,
    traits::{PrivateKeyParts, PublicKeyParts},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use x509_cert::Certificate;

const SO_PIN: &str = "12345678";
/// Where distributions put the module.
const MODULES: [&str; 8] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "/usr/lib/libsofthsm2.so",
];
/// Written when all tokens are there.
const WHOLE: &str = "whole";

fn module() -> Result<PathBuf, Failure> {
    let given = std::env::var_os("SOFTHSM2_MODULE").map(PathBuf::from);
    let mut known = given.into_iter().chain(MODULES.iter().map(PathBuf::from));
    known.find(|path| path.exists()).ok_or_else(|| Failure::unreachable("SoftHSM is not installed", "softhsm2"))
}

/// Makes `softhsm2.conf` and the tokens, unless they are there already. Returns how many there are.
pub fn make(folder: &Path, fresh: bool) -> Result<usize, Failure> {
    module()?;
    let tokens = folder.join("softhsm2");
    let configuration = folder.join("softhsm2.conf");
    // Also on a second run: the folder may have been moved.
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n",
        tokens.display()
    );
    kept::write(&configuration, text.as_bytes())?;
    let count = cards(folder)?.len();
    if !fresh && folder.join("ca").join(WHOLE).exists() && tokens.exists() {
        return Ok(count);
    }
    if tokens.exists() {
        fs::remove_dir_all(&tokens).map_err(|error| failed(&tokens, error))?;
    }
    fs::create_dir_all(&tokens).map_err(|error| failed(&tokens, error))?;
    // SoftHSM reads its configuration's place from the environment, which a program may not change for itself.
    let this = std::env::current_exe().map_err(|error| failed(folder, error))?;
    let filled = Command::new(this)
        .args(["dev-pki", "--fill-tokens"])
        .arg(folder)
        .env("SOFTHSM2_CONF", &configuration)
        .output()
        .map_err(|error| failed(folder, error))?;
    if !filled.status.success() {
        let why = String::from_utf8_lossy(&filled.stderr).trim().to_owned();
        return Err(Failure::unreachable("SoftHSM did not take the passes", why));
    }
    kept::write(&folder.join("ca").join(WHOLE), b"")?;
    Ok(count)
}

/// Fills the tokens from the PKCS#12 files; runs with `SOFTHSM2_CONF` set.
pub fn fill(folder: &Path) -> Result<usize, Failure> {
    let refused = |error: cryptoki::error::Error| Failure::unreachable("SoftHSM", error);
    let pkcs11 = Pkcs11::new(module()?).map_err(refused)?;
    pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).map_err(refused)?;
    let cards = cards(folder)?;
    for card in &cards {
        let name = card.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let session = token(&pkcs11, &name).map_err(refused)?;
        for (id, certificate) in [(1, "auth"), (2, "sign"), (3, "enc")] {
            let path = card.join(format!("{certificate}.p12"));
            let file = fs::read(&path).map_err(|error| failed(&path, error))?;
            let store = KeyStore::from_pkcs12(&file, PIN).map_err(|error| failed(&path, error))?;
            let (_, chain) = store.private_key_chain().ok_or_else(|| failed(&path, "no key"))?;
            let key = RsaPrivateKey::from_pkcs8_der(chain.key()).map_err(|error| failed(&path, error))?;
            let ders: Vec<&[u8]> = chain.chain().iter().map(p12_keystore::Certificate::as_der).collect();
            let leaf = ders.first().ok_or_else(|| failed(&path, "no certificate"))?;
            let attributes = key_attributes(&key, id, certificate);
            session.create_object(&attributes).map_err(refused)?;
            put_certificate(&session, leaf, vec![id], certificate).map_err(|error| failed(&path, error))?;
            // The CAs once, as they stand on a real pass.
            for (index, der) in ders.iter().enumerate().skip(1).filter(|_| id == 1) {
                let id = vec![0x10 + u8::try_from(index).unwrap_or(0)];
                put_certificate(&session, der, id, "CA").map_err(|error| failed(&path, error))?;
            }
        }
    }
    Ok(cards.len())
}

fn cards(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = folder.join("cards");
    let entries = fs::read_dir(&folder).map_err(|error| failed(&folder, error))?;
    let mut cards: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.join("info.json").exists()).collect();
    cards.sort();
    Ok(cards)
}

/// A new token with this label, logged in.
fn token(pkcs11: &Pkcs11, label: &str) -> cryptoki::error::Result<Session> {
    let (so_pin, pin) = (AuthPin::new(SO_PIN.into()), AuthPin::new(PIN.into()));
    let free = pkcs11.get_slots_with_token()?.into_iter().rev();
    let mut free = free.filter(|slot| pkcs11.get_token_info(*slot).is_ok_and(|info| !info.token_initialized()));
    let slot = free.next().ok_or(cryptoki::error::Error::NotSupported)?;
    pkcs11.init_token(slot, &so_pin, label)?;
    let session = pkcs11.open_rw_session(slot)?;
    session.login(UserType::So, Some(&so_pin))?;
    session.init_pin(&pin)?;
    session.logout()?;
    session.login(UserType::User, Some(&pin))?;
    Ok(session)
}

fn key_attributes(key: &RsaPrivateKey, id: u8, label: &str) -> Vec<Attribute> {
    let bytes = |number: &BigUint| number.to_bytes_be();
    let primes = key.primes();
    let mut attributes = vec![
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::KeyType(KeyType::RSA),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(label != "enc"),
        Attribute::Decrypt(label == "enc"),
        Attribute::Id(vec![id]),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Modulus(bytes(key.n())),
        Attribute::PublicExponent(bytes(key.e())),
        Attribute::PrivateExponent(bytes(key.d())),
    ];
    if let [p, q] = primes {
        let one = BigUint::from(1u8);
        attributes.push(Attribute::Prime1(bytes(p)));
        attributes.push(Attribute::Prime2(bytes(q)));
        attributes.push(Attribute::Exponent1(bytes(&(key.d() % (p - &one)))));
        attributes.push(Attribute::Exponent2(bytes(&(key.d() % (q - &one)))));
        // q^(p-2) mod p is the inverse of q, p being prime.
        attributes.push(Attribute::Coefficient(bytes(&q.modpow(&(p - &one - &one), p))));
    }
    attributes
}

fn put_certificate(session: &Session, der: &[u8], id: Vec<u8>, label: &str) -> Result<(), String> {
    let read = Certificate::from_der(der).map_err(|error| error.to_string())?.tbs_certificate;
    let encoded = |part: der::Result<Vec<u8>>| part.map_err(|error| error.to_string());
    let attributes = [
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Id(id),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Subject(encoded(read.subject.to_der())?),
        Attribute::Issuer(encoded(read.issuer.to_der())?),
        Attribute::SerialNumber(encoded(read.serial_number.to_der())?),
        Attribute::Value(der.to_vec()),
    ];
    session.create_object(&attributes).map(|_| ()).map_err(|error| error.to_string())
}
