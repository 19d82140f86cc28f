//! The QR code that activates an identity: made, cancelled and drawn in one way, for the wizard of *Zelf registreren*, for
//! a beheerder and for the console.

use super::{ShownRequest, desk, grouped_enrol, journal, login::blank};
use crate::{AppState, caller::Caller, error::Halt, keys::ServerKeys};
use domain::{
    identity::IdentityStatus,
    log::Event,
    organisation::OrganisationId,
    person::PersonId,
    request::{BIRTH_DATE_TRIES, Means, Purpose, Request, RequestId},
};
use protocol::{
    Nonce,
    code::EnrolCode,
    link::{QrLink, ServerId},
};
use storage::Tx;

/// Whose QR code, and how it comes to be.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Whose identity it makes.
    pub person: PersonId,
    /// The organisation that identified the person; none with operators.
    pub organisation: Option<OrganisationId>,
    /// Who shows it, face to face: the digits from the phone then take the place of the birth date.
    pub asked_by: Option<PersonId>,
    /// The browser that shows it.
    pub browser: Option<[u8; 32]>,
    /// Seconds that it may be scanned.
    pub seconds: i64,
}

/// Makes the enrolment request; every unused one of the person is cancelled. The caller logs what it means.
pub async fn make(app: &AppState, caller: &Caller, tx: &mut dyn Tx, wanted: Wanted) -> Result<Request, Halt> {
    let person = wanted.person;
    // Two new QR codes at the same time: the later one must see the earlier.
    tx.alone(&format!("enrolments of {person}")).await?;
    for mut old in tx.open_enrolments_of(person).await? {
        old.cancel();
        tx.update_request(&old).await?;
        journal::entry(app, caller, Event::RequestCancelled).request(&old).reason("replaced").write(tx).await?;
    }
    // An identity that still waits for its digits came from such a code.
    for waiting in tx.identities_of(person).await? {
        if waiting.status == IdentityStatus::Pending {
            let entry = journal::entry(app, caller, Event::IdentityRevoked).by_system().reason("replaced");
            desk::revoke_pending(app, tx, waiting, wanted.organisation, entry).await?;
        }
    }
    let request = stored(app, wanted);
    tx.insert_request(&request).await?;
    Ok(request)
}

fn stored(app: &AppState, wanted: Wanted) -> Request {
    let mut request = blank(app, Purpose::Enrol, Means::Phone, [0; 32], wanted.seconds);
    with_secrets(&app.keys, &mut request);
    request.browser = wanted.browser;
    request.organisation = wanted.organisation;
    request.person = Some(wanted.person);
    request.asked_by = wanted.asked_by;
    request.tries_left = BIRTH_DATE_TRIES;
    request
}

/// Puts the hashes of nonce and korte code in. Both are derived from the request's id under the server key, so that the
/// wizard can draw the same QR code again after a reload without any store holding it.
pub fn with_secrets(keys: &ServerKeys, request: &mut Request) {
    request.nonce_hash = nonce(keys, request.id).hash();
    request.code_hash = Some(code_hash(keys, code(keys, request.id).reveal()));
}

/// The keyed hash of a *korte code*.
pub fn code_hash(keys: &ServerKeys, code: &str) -> [u8; 32] {
    keys.mac("korte code", &[code.as_bytes()])
}

fn nonce(keys: &ServerKeys, id: RequestId) -> Nonce {
    Nonce::from_bytes(keys.mac("enrolment nonce", &[id.as_bytes()]))
}

fn code(keys: &ServerKeys, id: RequestId) -> EnrolCode {
    let bytes = keys.mac("enrolment code", &[id.as_bytes()]);
    let mut half = [0; 16];
    half.copy_from_slice(&bytes[..16]);
    EnrolCode::from_random(&half)
}

/// What the QR code holds, and the korte code beside it.
pub fn reveal(keys: &ServerKeys, app_origin: &str, server: &ServerId, id: RequestId) -> (QrLink, String) {
    let link = QrLink {
        app_origin: app_origin.to_owned(),
        kind: Purpose::Enrol,
        server: server.clone(),
        nonce: nonce(keys, id),
    };
    (link, grouped_enrol(&code(keys, id)))
}

/// The QR code of a request, to show.
pub fn show(app: &AppState, request: &Request) -> ShownRequest {
    let (link, code) = reveal(&app.keys, &app.config.app_origin, &app.config.server_id, request.id);
    ShownRequest { id: request.id, link, code, expires_in: request.expires_at.seconds_from(app.now()) }
}
