//! The server of the tests: it verifies as the real one does, and remembers what it saw.

use super::{ca::Ca, world::SeededEntropy};
use der::Decode;
use domain::{
    Entropy, Environment, Timestamp,
    identity::IdentityId,
    installation::{InstallationId, UNLOCK_SECONDS, UnlockId},
    pin::{PinCounter, PinRefusal},
    request::{Purpose, RequestId},
};
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload, ServerLogin,
    ServerLoginParameters, ServerRegistration, ServerSetup,
};
use p256::{
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    pkcs8::DecodePublicKey,
};
use protocol::{
    Nonce, Problem, ProblemCode,
    app_config::KnownServer,
    code::{Digits4, ShortCode},
    enrol::{Enrol, Enrolled, enrol_mac},
    jws::{self, Jws, TYP_INSTALLATION, TYP_RESPONSE},
    link::{QrLink, ServerId},
    pin::*,
    request::{Audience, BrowserLabel, EnrolmentOffer, OrganisationLabel, Redeem, Redeemed, RequestClaims, Sentence},
    response::{Renewed, Respond, Responded, ResponseClaims, phone_mac},
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use x509_cert::request::CertReq;

pub const BIRTH_DATE: &str = "1980-02-01";

struct Installation {
    key: VerifyingKey,
    nonce: Nonce,
    record: Option<Vec<u8>>,
    pin: PinCounter,
}

pub struct Asking {
    pub claims: RequestClaims,
    pub jws: String,
    pub nonce: Nonce,
    pub code: ShortCode,
    pub opened: bool,
    pub done: bool,
}

pub struct FakeServer {
    pub known: KnownServer,
    pub ca: Ca,
    pub entropy: SeededEntropy,
    pub rng: ChaCha20Rng,
    setup: ServerSetup<Suite>,
    installations: BTreeMap<InstallationId, Installation>,
    logins: BTreeMap<UnlockId, (InstallationId, ServerLogin<Suite>)>,
    pub unlocks: BTreeMap<UnlockId, (InstallationId, [u8; 32], Timestamp)>,
    pub asking: Vec<Asking>,
    pub identities: BTreeMap<IdentityId, (VerifyingKey, u64)>,
    /// Responses that were verified.
    pub responses: Vec<ResponseClaims>,
    /// Paths that were called.
    pub calls: Vec<String>,
    /// What the next response is refused with.
    pub refuse: Option<ProblemCode>,
    pub pairing: bool,
    /// Certify this key instead of the phone's.
    pub certify: Option<VerifyingKey>,
    /// Given with the next answers while the phone shows another chain.
    pub renewed: Option<Renewed>,
    /// The last answer showed that one.
    pub shown_renewed: bool,
}

type Answer = Result<Value, Box<Problem>>;

pub fn problem(code: ProblemCode) -> Box<Problem> {
    Box::new(Problem {
        kind: format!("https://portal.test/foutmeldingen#{code}"),
        status: code.status(),
        code,
        title: format!("title of {code}"),
        detail: "why and what now".into(),
        reference: "ABCD1234".into(),
        extra: serde_json::Map::new(),
    })
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, Box<Problem>> {
    serde_json::from_str(body).map_err(|_| problem(ProblemCode::BadInput))
}

fn tell(answer: impl Serialize) -> Answer {
    Ok(serde_json::to_value(answer).expect("JSON"))
}

fn verified(compact: &str, typ: &str, key: &VerifyingKey) -> Result<Jws, Box<Problem>> {
    let jws = Jws::parse(compact, typ).map_err(|_| problem(ProblemCode::BadInput))?;
    let signature = Signature::from_slice(&jws.signature).map_err(|_| problem(ProblemCode::ResponseSignature))?;
    key.verify(jws.signing_input(), &signature).map_err(|_| problem(ProblemCode::ResponseSignature))?;
    Ok(jws)
}

impl FakeServer {
    pub fn new(id: &str, environment: Environment, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let ca = Ca::new(&mut rng);
        let known = KnownServer {
            id: ServerId::parse(id).expect("an id"),
            api_origin: format!("https://{id}.test"),
            app_origin: "https://app.test".into(),
            environment,
            root: ca.root.clone().into(),
            operator: "Test".into(),
        };
        Self {
            setup: ServerSetup::new(&mut rng),
            entropy: SeededEntropy::new(seed + 1),
            known,
            ca,
            rng,
            installations: BTreeMap::new(),
            logins: BTreeMap::new(),
            unlocks: BTreeMap::new(),
            asking: Vec::new(),
            identities: BTreeMap::new(),
            responses: Vec::new(),
            calls: Vec::new(),
            refuse: None,
            pairing: false,
            certify: None,
            renewed: None,
            shown_renewed: false,
        }
    }
    fn entropy(&self) -> &dyn Entropy {
        &self.entropy
    }

    /// Puts a request to the phone; `change` may spoil its claims.
    pub fn ask(&mut self, now: Timestamp, purpose: Purpose, change: impl FnOnce(&mut RequestClaims)) -> &Asking {
        let sentence = Sentence { nl: "Ik bevestig dit.".into(), en: "I confirm this.".into() };
        let offer = EnrolmentOffer { name: "Anna de Vries".into(), birth_date_required: true };
        let mut claims = RequestClaims {
            iss: self.known.id.clone(),
            aud: Audience::MobileApp,
            env: self.known.environment,
            request_id: RequestId::new(now, self.entropy()),
            purpose,
            requester: "ZORG-ID portaal".into(),
            organisation: Some(OrganisationLabel { name: "Praktijk".into(), ura: "90000001".into() }),
            sentence: (purpose == Purpose::Sign).then_some(sentence),
            browser: Some(BrowserLabel { name: "Firefox op Windows".into() }),
            age: 3,
            expires_in: 300,
            iat: now.unix(),
            challenge: Nonce::from_bytes(self.entropy().array()),
            enrolment: (purpose == Purpose::Enrol).then_some(offer),
            asked_by: None,
            control_code: None,
        };
        change(&mut claims);
        let jws = self.ca.sign_request(&claims);
        let code = match purpose {
            Purpose::Enrol => "0123456789ABCDEF".to_owned(),
            _ => format!("{:08}", self.asking.len()),
        };
        self.asking.push(Asking {
            nonce: Nonce::from_bytes(self.entropy().array()),
            code: ShortCode::parse(&code).expect("a code"),
            claims,
            jws,
            opened: false,
            done: false,
        });
        self.asking.last().expect("just pushed")
    }
    /// The QR link of the latest request.
    pub fn link(&self) -> String {
        let asking = self.asking.last().expect("a request");
        self.link_as(asking.claims.purpose)
    }
    /// A link of the latest request that says it is for something.
    pub fn link_as(&self, kind: Purpose) -> String {
        let nonce = self.asking.last().expect("a request").nonce.clone();
        QrLink { app_origin: self.known.app_origin.clone(), kind, server: self.known.id.clone(), nonce }.reveal()
    }

    pub fn handle(&mut self, path: &str, body: &str, now: Timestamp) -> Answer {
        self.calls.push(path.to_owned());
        match path {
            "/api/v1/pin/register/start" => self.register_start(read(body)?, now),
            "/api/v1/pin/register/finish" => self.register_finish(read(body)?),
            "/api/v1/pin/nonce" => tell(NonceIssued { nonce: "a-server-nonce".into() }),
            "/api/v1/pin/login/start" => self.login_start(read(body)?, now),
            "/api/v1/pin/login/finish" => self.login_finish(read(body)?, now),
            "/api/v1/requests/redeem" => self.redeem(read(body)?),
            "/api/v1/enrol" => self.enrol(read(body)?, now),
            _ => match path.strip_prefix("/api/v1/requests/").and_then(|p| p.strip_suffix("/response")) {
                Some(id) => self.respond(id, read(body)?, now),
                None => Err(problem(ProblemCode::NotFound)),
            },
        }
    }

    fn register_start(&mut self, body: RegisterStart, now: Timestamp) -> Answer {
        let id = InstallationId::new(now, self.entropy());
        let request = RegistrationRequest::<Suite>::deserialize(&body.message.0).expect("a registration request");
        let started = ServerRegistration::<Suite>::start(&self.setup, request, id.as_bytes()).expect("a registration");
        let nonce = Nonce::from_bytes(self.entropy().array());
        let key = VerifyingKey::from_public_key_der(&body.installation_key.0).expect("a key");
        let installation = Installation { key, nonce: nonce.clone(), record: None, pin: PinCounter::default() };
        self.installations.insert(id, installation);
        tell(RegisterStarted { installation: id, message: started.message.serialize().as_slice().into(), nonce })
    }
    fn register_finish(&mut self, body: RegisterFinish) -> Answer {
        let unverified = Jws::parse(&body.jws, TYP_INSTALLATION).expect("a JWS");
        let claims: RegisterFinishClaims = unverified.claims().expect("claims");
        let installation = self.installations.get_mut(&claims.installation).expect("an installation");
        verified(&body.jws, TYP_INSTALLATION, &installation.key)?;
        assert_eq!((claims.action, &claims.aud), (InstallationAction::Register, &self.known.id));
        assert_eq!(claims.nonce, installation.nonce);
        let upload = RegistrationUpload::<Suite>::deserialize(&claims.message.0).expect("an upload");
        installation.record = Some(ServerRegistration::<Suite>::finish(upload).serialize().to_vec());
        Ok(Value::Null)
    }
    fn login_start(&mut self, body: LoginStart, now: Timestamp) -> Answer {
        let unverified = Jws::parse(&body.jws, TYP_INSTALLATION).expect("a JWS");
        let claims: LoginStartClaims = unverified.claims().expect("claims");
        let unlock = UnlockId::new(now, &self.entropy);
        let unknown = || problem(ProblemCode::InstallationUnknown);
        let installation = self.installations.get_mut(&claims.installation).ok_or_else(unknown)?;
        verified(&body.jws, TYP_INSTALLATION, &installation.key)?;
        assert_eq!((claims.action, &claims.aud), (InstallationAction::Login, &self.known.id));
        assert_eq!(claims.nonce, "a-server-nonce");
        let standing = |counter: PinCounter| match counter.wait_until {
            _ if counter.is_blocked() => PinStanding::Blocked,
            Some(until) if counter.tries_left() == 0 => PinStanding::Wait { until, seconds: until.seconds_from(now) },
            _ => PinStanding::Wrong { tries_left: counter.tries_left() },
        };
        installation.pin = installation.pin.reserve(now).map_err(|refusal| {
            let (code, pin) = match refusal {
                PinRefusal::Blocked => (ProblemCode::PinBlocked, PinStanding::Blocked),
                PinRefusal::Wait(until) => {
                    (ProblemCode::PinWait, PinStanding::Wait { until, seconds: until.seconds_from(now) })
                }
            };
            let mut problem = problem(code);
            problem.extra.insert("pin".into(), json!(pin));
            problem
        })?;
        let record = installation.record.as_deref().expect("a record");
        let record = ServerRegistration::<Suite>::deserialize(record).expect("a record");
        let request = CredentialRequest::<Suite>::deserialize(&claims.message.0).expect("a request");
        let started = ServerLogin::start(
            &mut self.rng,
            &self.setup,
            Some(record),
            request,
            claims.installation.as_bytes(),
            ServerLoginParameters::default(),
        )
        .expect("a login");
        let if_wrong = standing(installation.pin);
        self.logins.insert(unlock, (claims.installation, started.state));
        tell(LoginStarted { unlock, message: started.message.serialize().as_slice().into(), if_wrong })
    }
    fn login_finish(&mut self, body: LoginFinish, now: Timestamp) -> Answer {
        let (id, login) = self.logins.remove(&body.unlock).expect("a started login");
        let last = CredentialFinalization::<Suite>::deserialize(&body.message.0).expect("a last message");
        let finished = login.finish(last, ServerLoginParameters::default()).expect("the right PIN");
        let installation = self.installations.get_mut(&id).expect("an installation");
        installation.pin = installation.pin.cleared();
        self.unlocks.insert(body.unlock, (id, derive(&finished.session_key, MAC_KEY), now));
        tell(LoginFinished { expires_in: UNLOCK_SECONDS as u32 })
    }

    fn find(&mut self, nonce: Option<&Nonce>, code: Option<&ShortCode>) -> Result<&mut Asking, Box<Problem>> {
        assert!(nonce.is_some() != code.is_some(), "exactly one of nonce and code");
        let found = self.asking.iter_mut().find(|a| nonce == Some(&a.nonce) || code == Some(&a.code));
        found.ok_or_else(|| problem(ProblemCode::RequestUnknown))
    }
    fn redeem(&mut self, body: Redeem) -> Answer {
        let asking = self.find(body.nonce.as_ref(), body.code.as_ref())?;
        if std::mem::replace(&mut asking.opened, true) {
            return Err(problem(ProblemCode::RequestUsed));
        }
        tell(Redeemed { request: asking.jws.clone() })
    }
    fn mac_key(
        &self,
        unlock: UnlockId,
        installation: InstallationId,
        now: Timestamp,
    ) -> Result<[u8; 32], Box<Problem>> {
        let fresh = self.unlocks.get(&unlock).filter(|(_, _, at)| now < at.plus_seconds(UNLOCK_SECONDS));
        let (of, key, _) = fresh.ok_or_else(|| problem(ProblemCode::UnlockRequired))?;
        assert_eq!(*of, installation);
        Ok(*key)
    }
    fn enrol(&mut self, body: Enrol, now: Timestamp) -> Answer {
        let key = self.mac_key(body.unlock, body.installation, now)?;
        let fresh = IdentityId::new(now, &self.entropy);
        let asking = self.find(body.nonce.as_ref(), body.code.as_ref())?;
        assert!(asking.opened);
        let mac = enrol_mac(&key, &jws::digest(&asking.jws), &body.csr.0, body.installation);
        assert_eq!(body.mac.0, mac);
        if asking.claims.enrolment.as_ref().is_some_and(|o| o.birth_date_required)
            && body.birth_date.as_deref() != Some(BIRTH_DATE)
        {
            return Err(problem(ProblemCode::BirthDateWrong));
        }
        let again = std::mem::replace(&mut asking.done, true);
        let face_to_face = asking.claims.enrolment.as_ref().is_some_and(|offer| !offer.birth_date_required);
        let name = asking.claims.enrolment.as_ref().expect("an offer").name.clone();
        let csr = CertReq::from_der(&body.csr.0).expect("PKCS#10");
        let spki = der::Encode::to_der(&csr.info.public_key).expect("a key");
        let phone = VerifyingKey::from_public_key_der(&spki).expect("a key");
        let signature = p256::ecdsa::DerSignature::try_from(csr.signature.raw_bytes()).expect("a signature");
        phone.verify(&der::Encode::to_der(&csr.info).expect("DER"), &signature).expect("proof of possession");
        let known = self.identities.iter().find(|(_, (key, _))| *key == phone).map(|(id, _)| *id);
        if again && known.is_none() {
            return Err(problem(ProblemCode::RequestUsed));
        }
        let id = known.unwrap_or(fresh);
        self.identities.insert(id, (phone, 0));
        let chain = self.ca.mobile_id(self.certify.as_ref().unwrap_or(&phone));
        tell(Enrolled {
            chain: chain.into_iter().map(Into::into).collect(),
            identity: id,
            name,
            organisations: vec![OrganisationLabel { name: "Praktijk".into(), ura: "90000001".into() }],
            revocation_code: "ABCDE-FGHJK-MNPQR-STVWX".into(),
            pairing_code: face_to_face.then(|| Digits4::from_random([0, 0, 16, 225])),
        })
    }
    fn respond(&mut self, path_id: &str, body: Respond, now: Timestamp) -> Answer {
        if let Some(code) = self.refuse.take() {
            return Err(problem(code));
        }
        let unverified = Jws::parse(&body.response, TYP_RESPONSE).expect("a JWS");
        let claims: ResponseClaims = unverified.claims().expect("claims");
        let phone = claims.phone.clone().expect("a phone's proof");
        let key = self.mac_key(phone.unlock, phone.installation, now)?;
        let unknown = || problem(ProblemCode::IdentityUnknown);
        let (public, counter) = self.identities.get_mut(&phone.identity).ok_or_else(unknown)?;
        verified(&body.response, TYP_RESPONSE, public)?;
        let is_renewed =
            self.renewed.as_ref().is_some_and(|renewed| renewed.chain.iter().map(|der| &der.0).eq(&unverified.chain));
        self.shown_renewed = is_renewed;
        if !is_renewed {
            assert_eq!(unverified.chain, self.ca.mobile_id(public));
        }
        if phone.counter <= *counter {
            return Err(problem(ProblemCode::IdentityCopied));
        }
        *counter = phone.counter;
        let asking = self.asking.iter_mut().find(|a| a.claims.request_id.to_string() == path_id);
        let asking = asking.ok_or_else(|| problem(ProblemCode::RequestUnknown))?;
        let digest = jws::digest(&asking.jws);
        let mac = phone_mac(&key, &digest, claims.decision, phone.identity, phone.installation, phone.counter);
        assert_eq!(phone.mac.0, mac);
        assert_eq!(claims.request_digest.0, digest);
        assert_eq!((&claims.aud, claims.env), (&self.known.id, self.known.environment));
        assert_eq!((claims.purpose, claims.request_id), (asking.claims.purpose, asking.claims.request_id));
        assert_eq!(claims.iss, phone.identity.to_string());
        if std::mem::replace(&mut asking.done, true) {
            return Err(problem(ProblemCode::RequestUsed));
        }
        let decision = claims.decision;
        self.responses.push(claims);
        let pairing_code = self.pairing.then(|| Digits4::from_random([0, 0, 16, 225]));
        let renewed = self.renewed.clone().filter(|_| !is_renewed);
        tell(Responded { decision, pairing_code, return_url: None, desktop_session: None, renewed })
    }
}
