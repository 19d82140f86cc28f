//! The phone's half of the PIN: OPAQUE registration and login (RFC 9807), and the installation's own signatures.

use crate::{api, error::WalletError, ports::Device, vault::Key, wallet::Ports};
use domain::{Entropy, installation::InstallationId, installation::UnlockId, pin::PinRule};
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialResponse, RegistrationResponse, errors::ProtocolError,
};
use protocol::{
    app_config::KnownServer,
    jws::{Algorithm, TYP_INSTALLATION, Unsigned},
    link::ServerId,
    pin::{
        InstallationAction, LoginFinish, LoginFinished, LoginStart, LoginStartClaims, LoginStarted, MAC_KEY,
        NonceIssued, NonceRequest, RegisterFinish, RegisterFinishClaims, RegisterStart, RegisterStarted, Suite,
        VAULT_KEY, derive,
    },
};
use rand::{CryptoRng, RngCore};
use serde::Serialize;
use zeroize::Zeroizing;

/// The host's chance in the form that `rand` users want.
pub(crate) struct HostRng<'a>(pub &'a dyn Entropy);

impl RngCore for HostRng<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.array())
    }
    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.array())
    }
    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.fill(dest);
    }
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand::Error> {
        self.0.fill(dest);
        Ok(())
    }
}
impl CryptoRng for HostRng<'_> {}

/// A new registration.
pub(crate) struct Registered {
    pub installation: InstallationId,
    pub vault_key: Key,
}

/// A successful login.
pub(crate) struct LoggedIn {
    pub unlock: UnlockId,
    pub mac_key: Key,
    pub vault_key: Key,
    pub expires_in: u32,
}

/// Six digits, or no try is spent on it.
pub(crate) fn check_form(pin: &str) -> Result<(), WalletError> {
    let six_digits = pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit());
    six_digits.then_some(()).ok_or(WalletError::PinRule(PinRule::SixDigits))
}

/// OPAQUE's password: useless without this device.
async fn password(device: &dyn Device, server: &ServerId, pin: &str) -> Result<Key, WalletError> {
    let mut message = Zeroizing::new(Vec::with_capacity(server.as_str().len() + 1 + pin.len()));
    message.extend_from_slice(server.as_str().as_bytes());
    message.push(0);
    message.extend_from_slice(pin.as_bytes());
    Ok(Zeroizing::new(device.hmac(&message).await?))
}

/// A JWS by the installation's own key.
async fn installation_jws(device: &dyn Device, claims: &impl Serialize) -> Result<String, WalletError> {
    let unsigned = Unsigned::new(Algorithm::ES256, TYP_INSTALLATION, &[] as &[Vec<u8>], claims)
        .map_err(|_| WalletError::Crypto("encoding a message"))?;
    let signature = device.sign(unsigned.signing_input()).await?;
    Ok(unsigned.with_signature(&signature))
}

/// Sets the PIN at a server.
pub(crate) async fn register(ports: &Ports, server: &KnownServer, pin: &str) -> Result<Registered, WalletError> {
    let crypto = |_| WalletError::Crypto("PIN registration");
    let (device, transport) = (ports.device.as_ref(), ports.transport.as_ref());
    let mut rng = HostRng(ports.entropy.as_ref());
    let password = password(device, &server.id, pin).await?;
    let start = ClientRegistration::<Suite>::start(&mut rng, password.as_slice()).map_err(crypto)?;
    let body = RegisterStart {
        installation_key: device.public_key().await?.into(),
        message: start.message.serialize().as_slice().into(),
    };
    let started: RegisterStarted =
        api::post(transport, &server.api_origin, "/api/v1/pin/register/start", &body).await?;
    let response = RegistrationResponse::<Suite>::deserialize(&started.message.0)
        .map_err(|_| WalletError::BadAnswer("PIN registration"))?;
    let finish = start
        .state
        .finish(&mut rng, password.as_slice(), response, ClientRegistrationFinishParameters::default())
        .map_err(|_| WalletError::BadAnswer("PIN registration"))?;
    let claims = RegisterFinishClaims {
        action: InstallationAction::Register,
        installation: started.installation,
        aud: server.id.clone(),
        nonce: started.nonce,
        message: finish.message.serialize().as_slice().into(),
    };
    let body = RegisterFinish { jws: installation_jws(device, &claims).await? };
    api::post_unit(transport, &server.api_origin, "/api/v1/pin/register/finish", &body).await?;
    let vault_key = Zeroizing::new(derive(&finish.export_key, VAULT_KEY));
    Ok(Registered { installation: started.installation, vault_key })
}

/// Tries the PIN at a server. A wrong PIN is found here, on the phone; the server already counted the try.
pub(crate) async fn login(
    ports: &Ports,
    server: &KnownServer,
    installation: InstallationId,
    pin: &str,
) -> Result<LoggedIn, WalletError> {
    let (device, transport, origin) = (ports.device.as_ref(), ports.transport.as_ref(), &server.api_origin);
    let mut rng = HostRng(ports.entropy.as_ref());
    let password = password(device, &server.id, pin).await?;
    let start =
        ClientLogin::<Suite>::start(&mut rng, password.as_slice()).map_err(|_| WalletError::Crypto("PIN login"))?;
    let issued: NonceIssued = api::post(transport, origin, "/api/v1/pin/nonce", &NonceRequest { installation }).await?;
    let claims = LoginStartClaims {
        action: InstallationAction::Login,
        installation,
        aud: server.id.clone(),
        nonce: issued.nonce,
        message: start.message.serialize().as_slice().into(),
    };
    let body = LoginStart { jws: installation_jws(device, &claims).await? };
    let started: LoginStarted = api::post(transport, origin, "/api/v1/pin/login/start", &body).await?;
    let response = CredentialResponse::<Suite>::deserialize(&started.message.0)
        .map_err(|_| WalletError::BadAnswer("PIN login"))?;
    let finish = start
        .state
        .finish(&mut rng, password.as_slice(), response, ClientLoginFinishParameters::default())
        .map_err(|error| match error {
            ProtocolError::InvalidLoginError => WalletError::Pin(started.if_wrong.clone().into()),
            _ => WalletError::BadAnswer("PIN login"),
        })?;
    let body = LoginFinish { unlock: started.unlock, message: finish.message.serialize().as_slice().into() };
    let finished: LoginFinished = api::post(transport, origin, "/api/v1/pin/login/finish", &body).await?;
    Ok(LoggedIn {
        unlock: started.unlock,
        mac_key: Zeroizing::new(derive(&finish.session_key, MAC_KEY)),
        vault_key: Zeroizing::new(derive(&finish.export_key, VAULT_KEY)),
        expires_in: finished.expires_in,
    })
}
