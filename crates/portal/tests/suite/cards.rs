//! The Desktop App with a pass: redeems launches over HTTP and signs with the pass's key.

use super::world::{World, caller};
use domain::{
    request::{Decision, RequestId},
    uzi::CardType,
};
use p256::ecdsa::Signature;
use pki::{
    keys::Signer,
    test_register::{CardSpec, CardState, TestCard, card_spec},
};
use portal::{
    browser::Browser,
    services::{ShownLaunch, card, registration},
};
use protocol::{
    B64, ProblemCode,
    code::LoginCode,
    jws::{self, Algorithm, Jws, TYP_REQUEST, TYP_RESPONSE, Unsigned},
    request::{Redeemed, RequestClaims},
    response::{Responded, ResponseClaims},
};
use serde_json::json;

pub const BIRTH_DATE: &str = "29-02-1980";

pub fn pass(world: &World, card_type: CardType) -> TestCard {
    pass_in(world, card_spec(card_type, CardState::Valid))
}
pub fn pass_in(world: &World, spec: CardSpec) -> TestCard {
    world.register.issue(spec, world.app.now(), world.app.entropy()).unwrap()
}

/// What the Desktop App fetched.
pub struct Opened {
    pub jws: String,
    pub claims: RequestClaims,
}

impl Opened {
    pub fn id(&self) -> RequestId {
        self.claims.request_id
    }
}

pub async fn open(world: &World, launch: &ShownLaunch) -> Result<Opened, ProblemCode> {
    let answer = world.post("/api/v1/launch/redeem", &json!({ "token": launch.link.token.reveal() })).await;
    if !answer.status.is_success() {
        return Err(answer.code());
    }
    Ok(opened(answer.good::<Redeemed>().request))
}

pub fn opened(jws: String) -> Opened {
    let claims = Jws::parse(&jws, TYP_REQUEST).unwrap().claims().unwrap();
    Opened { jws, claims }
}

pub fn answer(card: &TestCard, opened: &Opened, decision: Decision) -> String {
    let claims = ResponseClaims {
        iss: card.spec.uzi_number.clone(),
        aud: opened.claims.iss.clone(),
        env: opened.claims.env,
        request_id: opened.id(),
        request_digest: B64::from(jws::digest(&opened.jws).as_slice()),
        purpose: opened.claims.purpose,
        decision,
        iat: opened.claims.iat,
        phone: None,
    };
    let unsigned = Unsigned::new(Algorithm::ES256, TYP_RESPONSE, &card.chain(), &claims).unwrap();
    let der = card.certificates[0].key.sign(unsigned.signing_input()).unwrap();
    let signature = Signature::from_der(&der).unwrap().to_bytes();
    unsigned.with_signature(&signature)
}

pub async fn respond(
    world: &World,
    card: &TestCard,
    opened: &Opened,
    decision: Decision,
) -> Result<Responded, ProblemCode> {
    let path = format!("/api/v1/requests/{}/response", opened.id());
    let answer = world.post(&path, &json!({ "response": answer(card, opened, decision) })).await;
    if answer.status.is_success() { Ok(answer.good()) } else { Err(answer.code()) }
}

pub fn return_code(responded: &Responded) -> LoginCode {
    let url = responded.return_url.as_ref().expect("a return address");
    LoginCode::parse(url.split_once("/desktop/return#").unwrap().1).unwrap()
}

/// Launch, card, Ja, return.
pub async fn use_card(
    world: &World,
    browser: &Browser,
    card: &TestCard,
    kind: card::CardKind,
) -> Result<Responded, ProblemCode> {
    let launch = card::start(&world.app, &caller(), browser, kind).await.map_err(|error| error.code)?;
    let opened = open(world, &launch).await?;
    let responded = respond(world, card, &opened, Decision::Accepted).await?;
    if responded.return_url.is_some() {
        let code = return_code(&responded);
        card::bring_return(&world.app, &caller(), browser, &code).await.map_err(|error| error.code)?;
    }
    Ok(responded)
}

/// The wizard up to the read card.
pub async fn read_card(world: &World, browser: &Browser, card: &TestCard) -> Result<Responded, ProblemCode> {
    registration::accept_terms(&world.app, browser).await.map_err(|error| error.code)?;
    use_card(world, browser, card, card::CardKind::Register).await
}

/// The wizard up to and including *Bevestigen*.
pub async fn confirm(world: &World, browser: &Browser, card: &TestCard, birth_date: &str) -> Result<(), ProblemCode> {
    read_card(world, browser, card).await?;
    registration::checked(&world.app, browser).await.map_err(|error| error.code)?;
    registration::birth_date(&world.app, browser, birth_date).await.map_err(|error| error.code)?;
    use_card(world, browser, card, card::CardKind::Confirm).await.map(|_| ())
}
