//! Accepting or declining: what the phone signs.

use crate::{
    api,
    ask::Asked,
    chain,
    error::WalletError,
    vault::{Held, SecretKeyBytes},
    wallet::Wallet,
};
use domain::{
    identity::IdentityId,
    request::{Decision, Purpose, RequestId},
};
use p256::ecdsa::SigningKey;
use protocol::{
    ProblemCode,
    code::Digits4,
    jws::{Algorithm, TYP_RESPONSE, Unsigned},
    link::ServerId,
    response::{PhoneProof, Renewed, Respond, Responded, ResponseClaims, phone_mac},
};

/// What became of an answer.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Which request.
    pub request_id: RequestId,
    /// What the server recorded.
    pub decision: Decision,
    /// The *koppelcode* to type in the page, when its browser is unknown.
    pub pairing_code: Option<Digits4>,
}

impl Wallet {
    /// Signs and sends a decision. `identity`: which one answers; `None` when there is only one of this server.
    ///
    /// The counter is stored before anything is sent: after a crash the next answer uses a higher one. After
    /// [`WalletError::Locked`] ask the PIN and call it again with the same [`Asked`].
    pub async fn answer(
        &mut self,
        asked: &Asked,
        decision: Decision,
        identity: Option<IdentityId>,
    ) -> Result<Answered, WalletError> {
        if asked.claims.purpose == Purpose::Enrol {
            return Err(WalletError::WrongKind);
        }
        let server = asked.server.clone();
        let held = self
            .change_vault(&server, |vault| {
                let held = choose(&mut vault.identities, &server, identity)?;
                held.counter = held.counter.saturating_add(1);
                Ok(held.clone())
            })
            .await?;
        let response = self.sign_response(asked, decision, &held)?;
        let known = self.server(&server)?;
        let path = format!("/api/v1/requests/{}/response", asked.request_id());
        let answer = api::post(self.ports.transport.as_ref(), &known.api_origin, &path, &Respond { response }).await;
        if let Some(why) = answer.as_ref().err().and_then(ended) {
            self.mark_ended(&server, held.id, why).await?;
        }
        let responded: Responded = self.relock(&server, answer)?;
        if responded.decision != decision {
            return Err(WalletError::BadAnswer("another decision was recorded"));
        }
        if let Some(renewed) = responded.renewed {
            self.renew(&server, held.id, renewed).await;
        }
        Ok(Answered { request_id: asked.request_id(), decision, pairing_code: responded.pairing_code })
    }

    /// Keeps a new certificate on the same key. The answer is recorded already and the old certificate goes on being good
    /// for answers: one that does not fit is left, and one that cannot be kept is offered again with the next answer.
    async fn renew(&mut self, server: &ServerId, id: IdentityId, renewed: Renewed) {
        let Ok((registration, _)) = self.unlocked(server) else { return };
        let Ok(leaf) = chain::verify(&renewed.chain, &registration.root.0) else { return };
        let kept = self.change_vault(server, |vault| {
            let is_own = |held: &&mut Held| held.id == id && point_of(&held.key).as_deref() == Some(leaf.point());
            if let Some(held) = vault.identities.iter_mut().find(is_own) {
                held.chain = renewed.chain;
                held.name = renewed.name;
            }
            Ok(())
        });
        kept.await.unwrap_or_default();
    }

    async fn mark_ended(&mut self, server: &ServerId, id: IdentityId, why: ProblemCode) -> Result<(), WalletError> {
        self.change_vault(server, |vault| {
            vault.identities.iter_mut().filter(|held| held.id == id).for_each(|held| held.ended = Some(why));
            Ok(())
        })
        .await
    }

    fn sign_response(&self, asked: &Asked, decision: Decision, held: &Held) -> Result<String, WalletError> {
        let (registration, open) = self.unlocked(&asked.server)?;
        let known = self.server(&asked.server)?;
        let installation = registration.installation;
        let mac = phone_mac(&open.mac_key, &asked.digest, decision, held.id, installation, held.counter);
        let claims = ResponseClaims {
            iss: held.id.to_string(),
            aud: known.id.clone(),
            env: known.environment,
            request_id: asked.request_id(),
            request_digest: asked.digest.as_slice().into(),
            purpose: asked.claims.purpose,
            decision,
            iat: self.ports.clock.now().unix(),
            phone: Some(PhoneProof {
                identity: held.id,
                installation,
                counter: held.counter,
                unlock: open.unlock,
                mac: mac.as_slice().into(),
            }),
        };
        let unsigned = Unsigned::new(Algorithm::ES256, TYP_RESPONSE, &held.chain, &claims)
            .map_err(|_| WalletError::Crypto("encoding a message"))?;
        let signature = self.ports.ecdsa.sign(&held.key.0.0, unsigned.signing_input());
        let signature = signature.ok_or_else(|| WalletError::VaultDamaged(known.id.clone()))?;
        Ok(unsigned.with_signature(&signature))
    }

    /// The server finds the unlock too old: lock here as well, so that the person is asked the PIN.
    pub(crate) fn relock<T>(&mut self, server: &ServerId, result: Result<T, WalletError>) -> Result<T, WalletError> {
        match result {
            Err(WalletError::Server(problem)) if problem.code == ProblemCode::UnlockRequired => {
                self.open.remove(server);
                Err(WalletError::Locked(server.clone()))
            }
            other => other,
        }
    }
}

/// The public half of a key, an uncompressed point.
fn point_of(key: &SecretKeyBytes) -> Option<Vec<u8>> {
    let key = SigningKey::from_slice(&key.0.0).ok()?;
    Some(key.verifying_key().to_encoded_point(false).as_bytes().to_vec())
}

/// Refusals after which an identity never works again.
fn ended(error: &WalletError) -> Option<ProblemCode> {
    let code = error.code();
    let is_final =
        matches!(code, ProblemCode::IdentityReplaced | ProblemCode::IdentityRevoked | ProblemCode::IdentityExpired);
    is_final.then_some(code)
}

/// The identity that was asked for; without a wish the only one that works. Several of one person (the older ones were
/// replaced) are no choice: the newest answers.
fn choose<'a>(
    identities: &'a mut [Held],
    server: &ServerId,
    wanted: Option<IdentityId>,
) -> Result<&'a mut Held, WalletError> {
    let missing = || WalletError::NoIdentity(server.clone());
    let wanted = match wanted {
        Some(id) => id,
        None => {
            let mut usable: Vec<&Held> = identities.iter().filter(|held| held.ended.is_none()).collect();
            if usable.is_empty() {
                usable = identities.iter().collect();
            }
            let newest = usable.last().ok_or_else(missing)?;
            if usable.iter().any(|held| held.name != newest.name) {
                return Err(WalletError::ChooseIdentity(usable.iter().map(|held| held.id).collect()));
            }
            newest.id
        }
    };
    identities.iter_mut().find(|held| held.id == wanted).ok_or_else(missing)
}
