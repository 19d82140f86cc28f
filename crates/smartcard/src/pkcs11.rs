//! Cards through PKCS#11 (SafeSign, OpenSC, SoftHSM).

use crate::{
    Card, CardError, CardInfo, CardSource, KeyKind, ModuleChoice, Pin, PinState, Presence, ReaderWatch, Signed,
    module::shown,
    profile::{self, authentication_key},
};
use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
    mechanism::Mechanism,
    object::{Attribute, AttributeType, CertificateType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    slot::Slot,
    types::AuthPin,
};
use protocol::jws::Algorithm;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// DER of `DigestInfo { sha256, NULL, OCTET STRING (32 bytes) }` up to the digest (RFC 8017 §9.2).
const SHA256_DIGEST_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// The cards that the chosen modules show. Modules are loaded at the first look.
pub struct Pkcs11Source {
    choice: ModuleChoice,
    modules: Vec<Arc<Module>>,
}

/// A loaded module. The one that initialised it finalises it, when the last card of it is gone too.
struct Module {
    pkcs11: Pkcs11,
    ours: bool,
}

impl Drop for Module {
    fn drop(&mut self) {
        if self.ours
            && let Err(error) = self.pkcs11.clone().finalize()
        {
            tracing::debug!(%error, "C_Finalize");
        }
    }
}

impl Pkcs11Source {
    /// Looks in these modules.
    pub fn new(choice: ModuleChoice) -> Self {
        Self { choice, modules: Vec::new() }
    }

    fn load(&mut self) -> Result<(), CardError> {
        if !self.modules.is_empty() {
            return Ok(());
        }
        let candidates = self.choice.candidates();
        let mut failed = None;
        for path in candidates.iter().filter(|p| p.exists()) {
            match load_module(path) {
                Ok(module) => self.modules.push(Arc::new(module)),
                Err(error) => {
                    tracing::warn!(module = %path.display(), %error, "PKCS#11 module not usable");
                    failed = Some(CardError::ModuleFailed { path: shown(path), cause: error.to_string() });
                }
            }
        }
        if self.modules.is_empty() {
            let tried = candidates.iter().map(|p| shown(p)).collect();
            return Err(failed.unwrap_or(CardError::ModuleMissing { tried }));
        }
        Ok(())
    }
}

fn load_module(path: &std::path::Path) -> Result<Module, Error> {
    let pkcs11 = Pkcs11::new(path)?;
    match pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) => Ok(Module { pkcs11, ours: true }),
        // Another part of this process uses the same module.
        Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(Module { pkcs11, ours: false }),
        Err(error) => Err(error),
    }
}

impl CardSource for Pkcs11Source {
    fn cards(&mut self) -> Result<Vec<Box<dyn Card>>, CardError> {
        self.load()?;
        let mut found: Vec<Box<dyn Card>> = Vec::new();
        // The most telling reason why there is none.
        let mut reason = CardError::ReaderMissing;
        for module in &self.modules {
            let slots = module.pkcs11.get_all_slots().map_err(failed)?;
            if !slots.is_empty() && reason == CardError::ReaderMissing {
                reason = CardError::CardMissing;
            }
            for slot in module.pkcs11.get_slots_with_initialized_token().map_err(failed)? {
                match Pkcs11Card::open(module, slot) {
                    // Two modules may show the same card.
                    Ok(card) if found.iter().any(|other| other.chain().first() == card.chain.first()) => {}
                    Ok(card) => found.push(Box::new(card)),
                    Err(CardError::CardRemoved) => {}
                    Err(error) => reason = error,
                }
            }
        }
        if found.is_empty() { Err(reason) } else { Ok(found) }
    }
}

struct Pkcs11Card {
    // Dropped before `module`.
    session: Session,
    slot: Slot,
    info: CardInfo,
    serial: String,
    chain: Vec<Vec<u8>>,
    key_id: Vec<u8>,
    kind: KeyKind,
    key: Option<ObjectHandle>,
    watch: Option<ReaderWatch>,
    module: Arc<Module>,
}

impl Pkcs11Card {
    fn open(loaded: &Arc<Module>, slot: Slot) -> Result<Self, CardError> {
        let module = &loaded.pkcs11;
        let token = module.get_token_info(slot).map_err(failed)?;
        let reader = module.get_slot_info(slot).map_err(failed)?.slot_description().trim().to_owned();
        // Watching begins before reading, so that a swap in between is noticed.
        let watch = ReaderWatch::start(&reader);
        let session = module.open_ro_session(slot).map_err(failed)?;
        let certificates = certificates(&session).map_err(failed)?;
        let mut refusal = String::from("it holds no certificate");
        let mut best: Option<(u64, KeyKind, &TokenCertificate)> = None;
        for certificate in &certificates {
            match authentication_key(&certificate.der) {
                Ok(kind) => {
                    let until = profile::not_after(&certificate.der);
                    if best.is_none_or(|(known, ..)| until > known) {
                        best = Some((until, kind, certificate));
                    }
                }
                Err(profile::ProfileError::Issuer) => {}
                Err(error) => refusal = error.to_string(),
            }
        }
        let Some((_, kind, certificate)) = best else { return Err(CardError::NotUsable { cause: refusal }) };
        let (holder, number) = profile::holder(&certificate.der);
        let others: Vec<Vec<u8>> = certificates.iter().map(|c| c.der.clone()).collect();
        let info = CardInfo {
            label: token.label().trim().to_owned(),
            reader,
            holder,
            number,
            keypad: token.protected_authentication_path(),
            soft: false,
        };
        Ok(Self {
            chain: profile::chain_of(&certificate.der, &others),
            key_id: certificate.id.clone(),
            serial: token.serial_number().to_owned(),
            module: Arc::clone(loaded),
            slot,
            session,
            info,
            kind,
            key: None,
            watch,
        })
    }

    /// What an error of the module means, now that the reader can be asked.
    fn explain(&mut self, error: Error) -> CardError {
        let Error::Pkcs11(code, _) = &error else { return failed(error) };
        match code {
            RvError::DeviceRemoved | RvError::TokenNotPresent | RvError::TokenNotRecognized => CardError::CardRemoved,
            // OpenSC says CKR_GENERAL_ERROR, others say these, when the card is gone.
            RvError::GeneralError
            | RvError::DeviceError
            | RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::SlotIdInvalid => match self.watch.as_mut().map(ReaderWatch::look_twice) {
                Some(Presence::Present) => failed(error),
                _ => CardError::CardRemoved,
            },
            RvError::PinLocked => CardError::PinLocked,
            RvError::PinLenRange | RvError::PinInvalid => CardError::PinForm,
            RvError::FunctionCanceled | RvError::Cancel => CardError::KeypadCancelled,
            RvError::PinIncorrect => match self.pin_state() {
                Ok(PinState::Locked) => CardError::PinLocked,
                Ok(PinState::TriesLeft(tries_left)) => CardError::PinWrong { tries_left },
                Ok(PinState::Fresh) => CardError::PinWrong { tries_left: None },
                Err(other) => other,
            },
            _ => failed(error),
        }
    }

    fn log_in_session(&self, pin: Option<&Pin>) -> Result<(), Error> {
        let secret = pin.map(|pin| AuthPin::from(pin.reveal()));
        self.session.login(UserType::User, secret.as_ref())
    }

    fn find_key(&self) -> Result<Option<ObjectHandle>, Error> {
        let template = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(self.key_id.clone())];
        Ok(self.session.find_objects(&template)?.first().copied())
    }

    fn sign_rsa(&self, key: ObjectHandle, message: &[u8]) -> Result<Vec<u8>, Error> {
        match self.session.sign(&Mechanism::Sha256RsaPkcs, key, message) {
            // Some cards only do the bare operation; then we hash here.
            Err(Error::Pkcs11(RvError::MechanismInvalid | RvError::FunctionNotSupported, _)) => {
                self.session.sign(&Mechanism::RsaPkcs, key, &digest_info(message))
            }
            other => other,
        }
    }
}

impl Card for Pkcs11Card {
    fn info(&self) -> &CardInfo {
        &self.info
    }
    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }
    fn algorithm(&self) -> Algorithm {
        self.kind.algorithm()
    }

    fn pin_state(&mut self) -> Result<PinState, CardError> {
        let token = match self.module.pkcs11.get_token_info(self.slot) {
            Ok(token) => token,
            Err(error) => return Err(self.explain(error)),
        };
        Ok(if token.user_pin_locked() {
            PinState::Locked
        } else if token.user_pin_final_try() {
            PinState::TriesLeft(Some(1))
        } else if token.user_pin_count_low() {
            PinState::TriesLeft(None)
        } else {
            PinState::Fresh
        })
    }

    fn log_in(&mut self, pin: Option<&Pin>) -> Result<(), CardError> {
        if pin.is_none() && !self.info.keypad {
            return Err(CardError::PinForm);
        }
        self.check_present()?;
        let mut result = self.log_in_session(pin);
        if let Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) = result {
            // A login that someone else in this process left behind says nothing about *this* PIN.
            result = self.session.logout().and_then(|()| self.log_in_session(pin));
        }
        result.map_err(|error| self.explain(error))?;
        self.key = match self.find_key() {
            Ok(Some(key)) => Some(key),
            Ok(None) => return Err(CardError::KeyMissing),
            Err(error) => return Err(self.explain(error)),
        };
        Ok(())
    }

    fn sign(&mut self, message: &[u8]) -> Result<Signed, CardError> {
        self.check_present()?;
        let key = self.key.ok_or(CardError::KeyMissing)?;
        let made = match self.kind {
            KeyKind::Rsa => self.sign_rsa(key, message),
            KeyKind::P256 => self.session.sign(&Mechanism::Ecdsa, key, &Sha256::digest(message)),
        };
        match made {
            Ok(signature) => Ok(Signed { algorithm: self.algorithm(), signature }),
            Err(error) => Err(self.explain(error)),
        }
    }

    fn check_present(&mut self) -> Result<(), CardError> {
        if let Some(watch) = self.watch.as_mut() {
            return match watch.look() {
                Presence::Present => Ok(()),
                Presence::Removed => Err(CardError::CardRemoved),
            };
        }
        // No PC/SC, or a module without readers: ask the slot, and that it is still the same token.
        let slot = self.module.pkcs11.get_slot_info(self.slot).map_err(|_| CardError::CardRemoved)?;
        let token = self.module.pkcs11.get_token_info(self.slot).map_err(|_| CardError::CardRemoved)?;
        let same = slot.token_present() && token.token_initialized() && token.serial_number() == self.serial;
        if same { Ok(()) } else { Err(CardError::CardRemoved) }
    }
}

struct TokenCertificate {
    id: Vec<u8>,
    der: Vec<u8>,
}

fn certificates(session: &Session) -> Result<Vec<TokenCertificate>, Error> {
    let template = [Attribute::Class(ObjectClass::CERTIFICATE), Attribute::CertificateType(CertificateType::X_509)];
    let mut found = Vec::new();
    for object in session.find_objects(&template)? {
        let (mut id, mut der) = (Vec::new(), Vec::new());
        for attribute in session.get_attributes(object, &[AttributeType::Id, AttributeType::Value])? {
            match attribute {
                Attribute::Id(value) => id = value,
                Attribute::Value(value) => der = value,
                _ => {}
            }
        }
        found.push(TokenCertificate { id, der });
    }
    Ok(found)
}

fn failed(error: Error) -> CardError {
    match error {
        Error::Pkcs11(RvError::TokenNotPresent | RvError::DeviceRemoved, _) => CardError::CardRemoved,
        Error::Pkcs11(RvError::TokenNotRecognized, _) => {
            CardError::NotUsable { cause: String::from("the module does not know this kind of card") }
        }
        other => CardError::Failed { cause: other.to_string() },
    }
}

fn digest_info(message: &[u8]) -> Vec<u8> {
    [SHA256_DIGEST_INFO.as_slice(), Sha256::digest(message).as_slice()].concat()
}

#[cfg(test)]
mod tests;
