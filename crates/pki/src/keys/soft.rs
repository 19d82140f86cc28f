//! Keys in memory, from PKCS#8.

use super::{Algorithm, KeyError, Signer};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256},
};
use domain::Entropy;
use p256::pkcs8::EncodePrivateKey;
use zeroize::Zeroizing;

enum Pair {
    P256(EcdsaKeyPair),
    Rsa(Box<rsa::KeyPair>),
}

/// A private key in this process' memory.
pub struct SoftKey {
    pair: Pair,
    pkcs8: Zeroizing<Vec<u8>>,
    public_key: Vec<u8>,
}

impl SoftKey {
    /// A new P-256 key.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, KeyError> {
        // A random 256-bit number is a good scalar but for 2^-32 of them.
        for _ in 0..8 {
            let scalar = Zeroizing::new(entropy.array::<32>());
            if let Ok(secret) = p256::SecretKey::from_slice(scalar.as_ref()) {
                let der = secret.to_pkcs8_der().map_err(|_| KeyError::Unusable("PKCS#8"))?;
                return Self::from_pkcs8(der.as_bytes());
            }
        }
        Err(KeyError::Unusable("the random source repeats itself"))
    }
    /// A new RSA key (test cards only: real ones are made in the card). Takes its randomness from the operating
    /// system, as the library offers no other way.
    pub fn generate_rsa(bits: RsaBits) -> Result<Self, KeyError> {
        let size = match bits {
            RsaBits::B2048 => rsa::KeySize::Rsa2048,
            RsaBits::B4096 => rsa::KeySize::Rsa4096,
        };
        let pair = rsa::KeyPair::generate(size).map_err(|_| KeyError::Unusable("RSA generation"))?;
        let der = AsDer::<Pkcs8V1Der>::as_der(&pair).map_err(|_| KeyError::Unusable("PKCS#8"))?;
        Self::from_pkcs8(der.as_ref())
    }
    /// Reads a P-256 or RSA key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = match EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der) {
            Ok(pair) => Pair::P256(pair),
            Err(_) => Pair::Rsa(Box::new(
                rsa::KeyPair::from_pkcs8(der).map_err(|_| KeyError::Unusable("neither P-256 nor RSA PKCS#8"))?,
            )),
        };
        let public: PublicKeyX509Der<'static> = match &pair {
            Pair::P256(pair) => pair.public_key().as_der(),
            Pair::Rsa(pair) => pair.public_key().as_der(),
        }
        .map_err(|_| KeyError::Unusable("public key"))?;
        Ok(Self { public_key: public.as_ref().to_vec(), pkcs8: Zeroizing::new(der.to_vec()), pair })
    }
    /// The private key as PKCS#8, DER.
    pub fn to_pkcs8(&self) -> &Zeroizing<Vec<u8>> {
        &self.pkcs8
    }
}

/// Sizes of RSA keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsaBits {
    /// For cards.
    B2048,
    /// For CAs.
    B4096,
}

impl Signer for SoftKey {
    fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::P256(_) => Algorithm::Es256,
            Pair::Rsa(_) => Algorithm::Rs256,
        }
    }
    fn public_key(&self) -> &[u8] {
        &self.public_key
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let failed = |_| KeyError::Signing("the library refused".into());
        match &self.pair {
            Pair::P256(pair) => Ok(pair.sign(&SystemRandom::new(), message).map_err(failed)?.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

impl std::fmt::Debug for SoftKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SoftKey").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

/// The Ed25519 key that signs checkpoints of the log (C2SP `signed-note` knows no P-256).
pub struct CheckpointKey {
    pair: Ed25519KeyPair,
    seed: Zeroizing<[u8; 32]>,
}

impl CheckpointKey {
    /// A new key.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, KeyError> {
        Self::from_seed(&entropy.array::<32>())
    }
    /// From its 32-byte seed (RFC 8032).
    pub fn from_seed(seed: &[u8]) -> Result<Self, KeyError> {
        let seed: [u8; 32] = seed.try_into().map_err(|_| KeyError::Unusable("an Ed25519 seed has 32 bytes"))?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Unusable("Ed25519 seed"))?;
        Ok(Self { pair, seed: Zeroizing::new(seed) })
    }
    /// The seed, to seal it.
    pub fn seed(&self) -> &[u8] {
        self.seed.as_ref()
    }
    /// The 32-byte public key.
    pub fn public_key(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }
    /// The 64-byte signature of a message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}
