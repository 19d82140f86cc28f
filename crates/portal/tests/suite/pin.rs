//! The PIN over HTTP: guesses are counted exactly, on both databases.

use super::world::{World, call, chance};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::Entropy;
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialResponse, RegistrationResponse,
};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use portal::keys::Dice;
use protocol::{
    B64, ProblemCode,
    jws::{Algorithm, TYP_INSTALLATION, Unsigned},
    link::ServerId,
    pin::{
        InstallationAction, LoginFinish, LoginStartClaims, LoginStarted, NonceIssued, PinStanding,
        RegisterFinishClaims, RegisterStart, RegisterStarted, Suite,
    },
};
use serde::Serialize;
use serde_json::json;
use storage_sql::testing::{TestDatabase, TestEntropy};

const RIGHT: &[u8] = b"right";

struct Installation {
    key: SigningKey,
    id: domain::installation::InstallationId,
    entropy: TestEntropy,
}

impl Installation {
    async fn new(world: &World) -> Self {
        let entropy = chance(77);
        let mut secret = [0; 32];
        entropy.fill(&mut secret);
        secret[0] = 1;
        let key = SigningKey::from_slice(&secret).unwrap();
        let start = ClientRegistration::<Suite>::start(&mut Dice(&entropy), RIGHT).unwrap();
        let body = RegisterStart {
            installation_key: B64(key.verifying_key().to_public_key_der().unwrap().into_vec()),
            message: B64(start.message.serialize().to_vec()),
        };
        let started: RegisterStarted = world.post("/api/v1/pin/register/start", &body).await.good();
        let response = RegistrationResponse::<Suite>::deserialize(&started.message.0).unwrap();
        let finish = start
            .state
            .finish(&mut Dice(&entropy), RIGHT, response, ClientRegistrationFinishParameters::default())
            .unwrap();
        let installation = Self { key, id: started.installation, entropy };
        let claims = RegisterFinishClaims {
            action: InstallationAction::Register,
            installation: installation.id,
            aud: server(),
            nonce: started.nonce,
            message: B64(finish.message.serialize().to_vec()),
        };
        let body = json!({ "jws": installation.sign(&claims) });
        let done = world.post("/api/v1/pin/register/finish", &body).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text());
        let again = world.post("/api/v1/pin/register/finish", &body).await;
        assert_eq!(again.code(), ProblemCode::NonceStale);
        installation
    }
    fn sign(&self, claims: &impl Serialize) -> String {
        let none: [Vec<u8>; 0] = [];
        let unsigned = Unsigned::new(Algorithm::ES256, TYP_INSTALLATION, &none, claims).unwrap();
        let signature: Signature = self.key.sign(unsigned.signing_input());
        unsigned.with_signature(&signature.to_bytes())
    }
    async fn guess(&self, world: &World, password: &[u8]) -> (ClientLogin<Suite>, serde_json::Value) {
        let issued: NonceIssued = world.post("/api/v1/pin/nonce", &json!({ "installation": self.id })).await.good();
        let start = ClientLogin::<Suite>::start(&mut Dice(&self.entropy), password).unwrap();
        let claims = LoginStartClaims {
            action: InstallationAction::Login,
            installation: self.id,
            aud: server(),
            nonce: issued.nonce,
            message: B64(start.message.serialize().to_vec()),
        };
        (start.state, json!({ "jws": self.sign(&claims) }))
    }
    fn finish(&self, state: ClientLogin<Suite>, started: &LoginStarted, password: &[u8]) -> Option<LoginFinish> {
        let response = CredentialResponse::<Suite>::deserialize(&started.message.0).unwrap();
        let finish =
            state.finish(&mut Dice(&self.entropy), password, response, ClientLoginFinishParameters::default()).ok()?;
        Some(LoginFinish { unlock: started.unlock, message: B64(finish.message.serialize().to_vec()) })
    }
}

fn server() -> ServerId {
    ServerId::parse("acceptatie").unwrap()
}

async fn hundred_guesses(world: World) {
    let installation = Installation::new(&world).await;
    let mut guesses = Vec::new();
    for n in 0..100_u32 {
        let (_, body) = installation.guess(&world, &n.to_be_bytes()).await;
        let request = Request::post("/api/v1/pin/login/start").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        let router = world.portal.clone();
        guesses.push(tokio::spawn(async move { call(&router, request).await }));
    }
    let mut evaluated = 0;
    let mut waiting = 0;
    for guess in guesses {
        let answer = guess.await.unwrap();
        if answer.status.is_success() {
            evaluated += 1;
        } else {
            let problem = answer.problem();
            assert_eq!(problem.code, ProblemCode::PinWait);
            let standing: PinStanding = serde_json::from_value(problem.extra["pin"].clone()).unwrap();
            assert!(matches!(standing, PinStanding::Wait { seconds: 60, .. }), "{standing:?}");
            waiting += 1;
        }
    }
    assert_eq!((evaluated, waiting), (4, 96));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_guesses_at_once_are_four_evaluations_on_sqlite() {
    hundred_guesses(World::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_guesses_at_once_are_four_evaluations_on_postgres() {
    hundred_guesses(World::on(TestDatabase::postgres().await).await).await;
}

#[tokio::test]
async fn four_rounds_and_then_blocked_for_good() {
    let world = World::new().await;
    let installation = Installation::new(&world).await;
    for (round, wait) in [60, 300, 3600].into_iter().enumerate() {
        for left in [3, 2, 1] {
            let (_, body) = installation.guess(&world, b"wrong").await;
            let started: LoginStarted = world.post("/api/v1/pin/login/start", &body).await.good();
            assert_eq!(started.if_wrong, PinStanding::Wrong { tries_left: left }, "round {round}");
        }
        let (_, body) = installation.guess(&world, b"wrong").await;
        let started: LoginStarted = world.post("/api/v1/pin/login/start", &body).await.good();
        assert!(matches!(started.if_wrong, PinStanding::Wait { seconds, .. } if seconds == wait));
        world.pass(i64::from(wait) - 1);
        let (_, body) = installation.guess(&world, b"wrong").await;
        assert_eq!(world.post("/api/v1/pin/login/start", &body).await.code(), ProblemCode::PinWait);
        world.pass(1);
    }
    for _ in 0..4 {
        let (_, body) = installation.guess(&world, b"wrong").await;
        world.post("/api/v1/pin/login/start", &body).await.good::<LoginStarted>();
    }
    world.pass(365 * 24 * 3600);
    let (_, body) = installation.guess(&world, RIGHT).await;
    assert_eq!(world.post("/api/v1/pin/login/start", &body).await.code(), ProblemCode::PinBlocked);
}

#[tokio::test]
async fn a_late_right_answer_gives_the_tries_back() {
    let world = World::new().await;
    let installation = Installation::new(&world).await;
    let (state, body) = installation.guess(&world, RIGHT).await;
    let right: LoginStarted = world.post("/api/v1/pin/login/start", &body).await.good();
    for _ in 0..3 {
        let (state, body) = installation.guess(&world, b"wrong").await;
        let wrong: LoginStarted = world.post("/api/v1/pin/login/start", &body).await.good();
        assert!(installation.finish(state, &wrong, b"wrong").is_none(), "the phone itself sees that it is wrong");
        let nonsense = LoginFinish { unlock: wrong.unlock, message: B64(vec![0; 64]) };
        assert_eq!(world.post("/api/v1/pin/login/finish", &nonsense).await.code(), ProblemCode::PinWrong);
    }
    let (_, body) = installation.guess(&world, RIGHT).await;
    assert_eq!(world.post("/api/v1/pin/login/start", &body).await.code(), ProblemCode::PinWait);
    let finish = installation.finish(state, &right, RIGHT).unwrap();
    world.post("/api/v1/pin/login/finish", &finish).await.good::<serde_json::Value>();
    let (_, body) = installation.guess(&world, RIGHT).await;
    let free: LoginStarted = world.post("/api/v1/pin/login/start", &body).await.good();
    assert_eq!(free.if_wrong, PinStanding::Wrong { tries_left: 3 });
    let twice = world.post("/api/v1/pin/login/finish", &finish).await;
    assert_eq!(twice.code(), ProblemCode::PinWrong);
}

#[tokio::test]
async fn a_try_needs_a_fresh_nonce_and_the_installations_key() {
    let world = World::new().await;
    let installation = Installation::new(&world).await;
    let (_, body) = installation.guess(&world, b"wrong").await;
    world.post("/api/v1/pin/login/start", &body).await.good::<LoginStarted>();
    assert_eq!(world.post("/api/v1/pin/login/start", &body).await.code(), ProblemCode::NonceStale);
    let (_, late) = installation.guess(&world, b"wrong").await;
    world.pass(60);
    assert_eq!(world.post("/api/v1/pin/login/start", &late).await.code(), ProblemCode::NonceStale);
    let thief =
        Installation { key: SigningKey::from_slice(&[5; 32]).unwrap(), id: installation.id, entropy: chance(5) };
    let (_, stolen) = thief.guess(&world, b"wrong").await;
    assert_eq!(world.post("/api/v1/pin/login/start", &stolen).await.code(), ProblemCode::ResponseSignature);
    let (_, body) = installation.guess(&world, b"wrong").await;
    let started: LoginStarted = world.post("/api/v1/pin/login/start", &body).await.good();
    assert_eq!(started.if_wrong, PinStanding::Wrong { tries_left: 2 }, "only two tries were taken");
}
