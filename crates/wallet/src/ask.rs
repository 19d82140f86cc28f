//! From a scanned link or typed code to a request that can be shown to the person.

use crate::{api, error::WalletError, verify, wallet::Wallet};
use domain::{Timestamp, request::Purpose, request::RequestId};
use protocol::{
    Nonce,
    app_config::KnownServer,
    code::ShortCode,
    jws,
    link::{QrLink, ServerId},
    request::{Audience, Redeem, Redeemed, RequestClaims},
};

/// The secret by which a request is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ticket {
    Nonce(Nonce),
    Code(ShortCode),
}

/// A link or code that was understood; nothing was sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// Which server to ask.
    pub server: ServerId,
    /// What the link says it is for; a code of 16 characters is for enrolment, one of 8 for anything else.
    pub kind: Option<Purpose>,
    pub(crate) ticket: Ticket,
}

impl Scanned {
    /// Whether it promises an identity to activate; anything else is to be answered.
    pub fn is_enrolment(&self) -> bool {
        self.allows(Purpose::Enrol)
    }
    fn allows(&self, purpose: Purpose) -> bool {
        match (self.kind, &self.ticket) {
            (Some(kind), _) => purpose == kind,
            (None, Ticket::Code(ShortCode::Enrol(_))) => purpose == Purpose::Enrol,
            (None, _) => purpose != Purpose::Enrol,
        }
    }
}

/// A verified request, to be shown to the person.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The server that asks.
    pub server: ServerId,
    /// What it asks; every text to show is in here.
    pub claims: RequestClaims,
    /// When it came in, by this device's clock; `claims.expires_in` counts from here.
    pub received_at: Timestamp,
    /// SHA-256 of the exact request JWS.
    pub(crate) digest: [u8; 32],
    pub(crate) ticket: Ticket,
    jws: String,
}

impl Asked {
    /// Which request.
    pub fn request_id(&self) -> RequestId {
        self.claims.request_id
    }
    /// Seconds left to answer, as far as this device can tell; the server decides.
    pub fn seconds_left(&self, now: Timestamp) -> u32 {
        let passed = u32::try_from(now.seconds_since(self.received_at)).unwrap_or(u32::MAX);
        self.claims.expires_in.saturating_sub(passed)
    }
    /// SHA-256 of the exact request JWS: what an answer is tied to.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
    /// The exact request JWS, for [`Wallet::examine`] after an interruption.
    pub fn jws(&self) -> &str {
        &self.jws
    }
}

impl Wallet {
    /// Reads a scanned or pasted link, or a typed code (which goes to the current server). Sends nothing.
    pub fn scan(&self, text: &str) -> Result<Scanned, WalletError> {
        if let Some(code) = ShortCode::parse(text.trim()) {
            return Ok(Scanned { server: self.current().clone(), kind: None, ticket: Ticket::Code(code) });
        }
        let link = QrLink::parse(text).map_err(|_| WalletError::NotOurs)?;
        let server = self.server(&link.server)?;
        if server.environment != self.current_server()?.environment {
            return Err(WalletError::OtherEnvironment { server: link.server, environment: server.environment });
        }
        Ok(Scanned { server: link.server, kind: Some(link.kind), ticket: Ticket::Nonce(link.nonce) })
    }

    /// Exchanges a link or code for the request and verifies it. Nothing is sent while locked or without an identity that
    /// could answer, so that neither uses up a QR code.
    pub async fn inspect(&self, text: &str) -> Result<Asked, WalletError> {
        let scanned = self.scan(text)?;
        let (_, open) = self.unlocked(&scanned.server)?;
        if !scanned.is_enrolment() && open.vault.identities.is_empty() {
            return Err(WalletError::NoIdentity(scanned.server));
        }
        let redeem = match &scanned.ticket {
            Ticket::Nonce(nonce) => Redeem { nonce: Some(nonce.clone()), code: None },
            Ticket::Code(code) => Redeem { nonce: None, code: Some(code.clone()) },
        };
        let origin = &self.server(&scanned.server)?.api_origin;
        let redeemed: Redeemed =
            api::post(self.ports.transport.as_ref(), origin, "/api/v1/requests/redeem", &redeem).await?;
        self.accept_request(scanned, redeemed.request)
    }

    /// Verifies a request that was redeemed before with the same link or code (see [`Asked::jws`]).
    pub fn examine(&self, text: &str, request_jws: String) -> Result<Asked, WalletError> {
        self.accept_request(self.scan(text)?, request_jws)
    }

    fn accept_request(&self, scanned: Scanned, request_jws: String) -> Result<Asked, WalletError> {
        let (registration, _) = self.unlocked(&scanned.server)?;
        let server: &KnownServer = self.server(&scanned.server)?;
        let expected = verify::Expected {
            root: &registration.root.0,
            ..verify::Expected::from_server(server, Audience::MobileApp)
        };
        let claims = verify::request(&request_jws, expected, &self.signer, self.ports.ecdsa.as_ref(), |purpose| {
            scanned.allows(purpose)
        })?;
        Ok(Asked {
            server: scanned.server,
            claims,
            received_at: self.ports.clock.now(),
            digest: jws::digest(&request_jws),
            ticket: scanned.ticket,
            jws: request_jws,
        })
    }
}
