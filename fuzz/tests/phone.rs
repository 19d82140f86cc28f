//! What reaches a phone, and what a phone sends about its PIN: requests of a server, the wallet's own file, OPAQUE.

use async_trait::async_trait;
use domain::{
    Clock, Environment,
    request::{Purpose, RequestId},
};
use fuzz::{Bend, Dice, THEN, Then, authority};
use opaque_ke::{
    ClientLogin, ClientRegistration, CredentialFinalization, CredentialRequest, CredentialResponse,
    RegistrationRequest, RegistrationResponse, RegistrationUpload, ServerRegistration, ServerSetup,
};
use pki::setup;
use protocol::{
    B64, Nonce, Problem,
    app_config::{AppConfig, KnownServer},
    enrol::Enrolled,
    jws::{Algorithm, TYP_REQUEST, Unsigned},
    link::ServerId,
    pin::{
        LoginFinish, LoginFinished, LoginStart, LoginStartClaims, LoginStarted, NonceIssued, NonceRequest,
        RegisterFinish, RegisterFinishClaims, RegisterStart, RegisterStarted, Suite,
    },
    request::{Audience, Redeemed, RequestClaims},
    response::{Respond, Responded},
};
use rand::{SeedableRng, rngs::StdRng};
use std::{panic::AssertUnwindSafe, rc::Rc};
use wallet::{
    Ports, Wallet,
    ports::{Device, DeviceError, HttpAnswer, RustCrypto, Storage, StorageError, Transport, TransportError},
    verify::{self, Expected, KnownSigner},
};

fn claims() -> RequestClaims {
    RequestClaims {
        iss: ServerId::parse("acceptatie").expect("an id"),
        aud: Audience::MobileApp,
        env: Environment::Acceptatie,
        request_id: RequestId::new(THEN, &Dice::default()),
        purpose: Purpose::Login,
        requester: "Portaal".into(),
        organisation: None,
        sentence: None,
        browser: None,
        age: 1,
        expires_in: 299,
        iat: THEN.unix(),
        challenge: Nonce::from_bytes([3; 32]),
        enrolment: None,
        asked_by: None,
        control_code: None,
    }
}

/// A request object: the text bent, or one of its certificates before it is signed again.
#[test]
fn fuzz_request_object() {
    let (folder, credential) = authority();
    let root = setup::root(folder.path()).expect("a root");
    let signer = setup::open_request_signer(folder.path(), &credential).expect("a signer");
    // A key that signs has no state that a panic could leave half changed.
    let signer = AssertUnwindSafe(signer);
    let signed = |chain: &[Vec<u8>]| {
        let unsigned = Unsigned::new(Algorithm::ES256, TYP_REQUEST, chain, &claims()).expect("a JWS");
        let signature = signer.sign(unsigned.signing_input()).expect("a signature");
        unsigned.with_signature(&signature)
    };
    let server = ServerId::parse("acceptatie").expect("an id");
    let check = |jws: &str| {
        let expected = Expected {
            server: &server,
            environment: Environment::Acceptatie,
            root: &root,
            audience: Audience::MobileApp,
        };
        verify::request(jws, expected, &KnownSigner::default(), &RustCrypto, |purpose| purpose == Purpose::Login)
    };
    let good = signed(signer.chain());
    check(&good).expect("the example is good");
    bolero::check!().with_type::<(Bend, u8)>().for_each(|(bend, place)| {
        let mut chain = signer.chain().to_vec();
        match usize::from(*place) % (chain.len() + 1) {
            0 => {
                let text = bend.text(&[&good]);
                assert!(text == good || check(&text).is_err(), "a changed request was believed");
            }
            place => {
                chain[place - 1] = bend.bytes(&[&chain[place - 1]]);
                let changed = place == 1 && chain[0] != signer.chain()[0];
                let outcome = check(&signed(&chain));
                assert!(!changed || outcome.is_err(), "a changed certificate was believed");
            }
        }
    });
}

struct Nothing;

#[async_trait(?Send)]
impl Device for Nothing {
    async fn hmac(&self, _: &[u8]) -> Result<[u8; 32], DeviceError> {
        Ok([1; 32])
    }
    async fn sign(&self, _: &[u8]) -> Result<[u8; 64], DeviceError> {
        Ok([1; 64])
    }
    async fn public_key(&self) -> Result<Vec<u8>, DeviceError> {
        Err(DeviceError("none".into()))
    }
}

#[async_trait(?Send)]
impl Transport for Nothing {
    async fn post(&self, _: &str, _: String) -> Result<HttpAnswer, TransportError> {
        Err(TransportError("offline".into()))
    }
    async fn get(&self, _: &str) -> Result<HttpAnswer, TransportError> {
        Err(TransportError("offline".into()))
    }
}

struct Stored(Vec<u8>);

#[async_trait(?Send)]
impl Storage for Stored {
    async fn load(&self) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(Some(self.0.clone()))
    }
    async fn save(&self, _: &[u8]) -> Result<(), StorageError> {
        Ok(())
    }
}

/// A changed file opens locked, or not at all.
#[test]
fn fuzz_wallet_file() {
    let example = r#"{"version":1,"current":"acceptatie","servers":{"acceptatie":{"installation":"00000000-0000-4000-8000-000000000001","root":"AAAA","vault":{"nonce":"AAAAAAAAAAAAAAAA","ciphertext":"AAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}}}"#;
    let open = |bytes: Vec<u8>| {
        let known = KnownServer {
            id: ServerId::parse("acceptatie").expect("an id"),
            api_origin: "https://portaal.example".into(),
            app_origin: "https://app.example".into(),
            environment: Environment::Acceptatie,
            root: B64(vec![0; 3]),
            operator: "Operator".into(),
        };
        let clock: Rc<dyn Clock> = Rc::new(Then);
        let ports = Ports {
            device: Rc::new(Nothing),
            storage: Rc::new(Stored(bytes)),
            transport: Rc::new(Nothing),
            entropy: Rc::new(Dice::default()),
            clock,
            ecdsa: Rc::new(RustCrypto),
        };
        futures::executor::block_on(async {
            let mut wallet = Wallet::open(ports, AppConfig { servers: vec![known] }).await?;
            let unlocked = wallet.unlock("482913").await;
            assert!(unlocked.is_err() && wallet.identities().is_empty(), "nobody was asked, nothing is open");
            Ok::<_, wallet::WalletError>(wallet.state())
        })
    };
    assert_eq!(open(example.into()).expect("the example is read"), wallet::WalletState::Locked);
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let _ = open(bend.bytes(&[example.as_bytes()]));
    });
}

/// Messages of the PIN: the server's half reads the phone's, the phone's half the server's.
#[test]
fn fuzz_opaque() {
    let mut dice = StdRng::seed_from_u64(2);
    let setup = ServerSetup::<Suite>::new(&mut dice);
    let begun = ClientRegistration::<Suite>::start(&mut dice, b"password").expect("a registration");
    let request = begun.message.serialize().to_vec();
    let parsed = RegistrationRequest::<Suite>::deserialize(&request).expect("the example is valid");
    let response = ServerRegistration::<Suite>::start(&setup, parsed, b"id").expect("a registration").message;
    let response = response.serialize().to_vec();
    let login = ClientLogin::<Suite>::start(&mut dice, b"password").expect("a login").message.serialize().to_vec();
    let filled = |length: usize| (0..length).map(|i| (i * 7) as u8).collect::<Vec<u8>>();
    let (upload, credential, last) = (filled(192), filled(320), filled(64));
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let bytes = bend.bytes(&[&request, &response, &login, &upload, &credential, &last]);
        if let Ok(message) = RegistrationRequest::<Suite>::deserialize(&bytes) {
            // The library reads the beginning and ignores what follows.
            assert!(bytes.starts_with(&message.serialize()), "one message has one form");
            let _ = ServerRegistration::<Suite>::start(&setup, message, b"id");
        }
        if let Ok(message) = RegistrationUpload::<Suite>::deserialize(&bytes) {
            let record = ServerRegistration::<Suite>::finish(message).serialize();
            ServerRegistration::<Suite>::deserialize(&record).expect("a stored record is read again");
        }
        if let Ok(message) = CredentialRequest::<Suite>::deserialize(&bytes) {
            assert!(bytes.starts_with(&message.serialize()));
        }
        let _ = CredentialFinalization::<Suite>::deserialize(&bytes);
        let _ = RegistrationResponse::<Suite>::deserialize(&bytes);
        let _ = CredentialResponse::<Suite>::deserialize(&bytes);
    });
}

/// The JSON around them, and the answers of a server.
#[test]
fn fuzz_pin_messages() {
    let id = "00000000-0000-4000-8000-000000000001";
    let nonce = Nonce::from_bytes([9; 32]).reveal();
    let examples = [
        r#"{"installation_key":"AAAA","message":"AAAA"}"#.to_owned(),
        format!(r#"{{"installation":"{id}","message":"AAAA","nonce":"{nonce}"}}"#),
        format!(
            r#"{{"action":"register","installation":"{id}","aud":"acceptatie","nonce":"{nonce}","message":"AAAA"}}"#
        ),
        format!(r#"{{"action":"login","installation":"{id}","aud":"acceptatie","nonce":"AAAA","message":"AAAA"}}"#),
        format!(r#"{{"unlock":"{id}","message":"AAAA","if_wrong":{{"state":"wait","until":1,"seconds":2}}}}"#),
        format!(r#"{{"chain":["AAAA"],"identity":"{id}","name":"x","organisations":[],"revocation_code":"x"}}"#),
        r#"{"jws":"a.b.c","request":"a.b.c","response":"a.b.c","decision":"accepted","pairing_code":"0417"}"#
            .to_owned(),
        r#"{"type":"about:blank","title":"x","status":400,"code":"bad-input","reference":"AAAAAAAA"}"#.to_owned(),
    ];
    serde_json::from_str::<RegisterFinishClaims>(&examples[2]).expect("the example is valid");
    serde_json::from_str::<LoginStarted>(&examples[4]).expect("the example is valid");
    let examples: Vec<&str> = examples.iter().map(String::as_str).collect();
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let text = bend.text(&examples);
        let _ = serde_json::from_str::<RegisterStart>(&text);
        let _ = serde_json::from_str::<RegisterStarted>(&text);
        let _ = serde_json::from_str::<RegisterFinish>(&text);
        let _ = serde_json::from_str::<RegisterFinishClaims>(&text);
        let _ = serde_json::from_str::<NonceRequest>(&text);
        let _ = serde_json::from_str::<NonceIssued>(&text);
        let _ = serde_json::from_str::<LoginStart>(&text);
        let _ = serde_json::from_str::<LoginStartClaims>(&text);
        let _ = serde_json::from_str::<LoginStarted>(&text);
        let _ = serde_json::from_str::<LoginFinish>(&text);
        let _ = serde_json::from_str::<LoginFinished>(&text);
        let _ = serde_json::from_str::<Redeemed>(&text);
        let _ = serde_json::from_str::<Respond>(&text);
        let _ = serde_json::from_str::<Responded>(&text);
        let _ = serde_json::from_str::<Enrolled>(&text);
        let _ = serde_json::from_str::<Problem>(&text);
    });
}
