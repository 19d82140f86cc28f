//! The key that `portal.js` keeps in a browser, and its two proofs.

use super::world::{World, caller};
use domain::request::RequestId;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use portal::{
    browser::Browser,
    services::{browser_key, login, session::NewSession},
};
use protocol::{
    B64, ProblemCode,
    browser_key::{BrowserProof, ProofStep, signed_text},
};

pub struct Script(SigningKey);

impl Script {
    pub fn new(world: &World) -> Self {
        let mut secret: [u8; 32] = world.app.entropy().array();
        secret[0] = 1;
        Self(SigningKey::from_slice(&secret).unwrap())
    }
    /// The two form fields, over any text.
    pub fn fields(&self, text: &str) -> (String, String) {
        let signature: Signature = self.0.sign(text.as_bytes());
        let point = self.0.verifying_key().to_encoded_point(false);
        (B64::from(point.as_bytes()).to_string(), B64::from(signature.to_bytes().as_slice()).to_string())
    }
    pub fn proof(&self, world: &World, browser: &Browser, step: ProofStep, id: RequestId) -> BrowserProof {
        let challenge = browser_key::challenge(&world.app, browser, step, id);
        let (key, signature) = self.fields(&signed_text(&world.app.config.public_url, step, id, &challenge));
        BrowserProof::parse(&key, &signature).unwrap()
    }
    /// The page that asks.
    pub async fn ask(&self, world: &World, browser: &Browser, id: RequestId) -> Result<(), ProblemCode> {
        let proof = self.proof(world, browser, ProofStep::Ask, id);
        browser_key::prove(&world.app, &caller(), browser, id, &proof).await.map_err(|error| error.code)
    }
    /// The page that takes the result.
    pub async fn take(&self, world: &World, browser: &Browser, id: RequestId) -> Result<NewSession, ProblemCode> {
        let proof = self.proof(world, browser, ProofStep::Take, id);
        login::finish(&world.app, &caller(), browser, id, Some(&proof)).await.map_err(|error| error.code)
    }
}
