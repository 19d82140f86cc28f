//! The PIN's cipher suite: both halves of OPAQUE, with the message sizes that the documentation of [`crate::pin`] names.

use crate::pin::{MAC_KEY, Suite, VAULT_KEY, derive};
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialFinalization, CredentialRequest, CredentialResponse, RegistrationRequest, RegistrationResponse,
    RegistrationUpload, ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup, errors::ProtocolError,
};
use rand::rngs::OsRng;

const ID: &[u8; 16] = b"an installation!";

struct Registered {
    record: Vec<u8>,
    export_key: Vec<u8>,
}

fn register(setup: &ServerSetup<Suite>, password: &[u8]) -> Registered {
    let client = ClientRegistration::<Suite>::start(&mut OsRng, password).expect("a start");
    let request = client.message.serialize();
    assert_eq!(request.len(), 32);
    let request = RegistrationRequest::deserialize(&request).expect("a request");
    let server = ServerRegistration::<Suite>::start(setup, request, ID).expect("a response").message.serialize();
    assert_eq!(server.len(), 64);
    let response = RegistrationResponse::deserialize(&server).expect("a response");
    let finish = client
        .state
        .finish(&mut OsRng, password, response, ClientRegistrationFinishParameters::default())
        .expect("a finish");
    let upload = finish.message.serialize();
    assert_eq!(upload.len(), 192);
    let upload = RegistrationUpload::<Suite>::deserialize(&upload).expect("an upload");
    Registered {
        record: ServerRegistration::finish(upload).serialize().to_vec(),
        export_key: finish.export_key.to_vec(),
    }
}

struct LoggedIn {
    export_key: Vec<u8>,
    phone: Vec<u8>,
    server: Vec<u8>,
}

fn login(setup: &ServerSetup<Suite>, record: &[u8], id: &[u8], password: &[u8]) -> Result<LoggedIn, ProtocolError> {
    let client = ClientLogin::<Suite>::start(&mut OsRng, password)?;
    let request = client.message.serialize();
    assert_eq!(request.len(), 96);
    let record = ServerRegistration::<Suite>::deserialize(record)?;
    let request = CredentialRequest::deserialize(&request)?;
    let server = ServerLogin::start(&mut OsRng, setup, Some(record), request, id, ServerLoginParameters::default())?;
    // Another node may get the last message, so the state goes through the database.
    let state = server.state.serialize();
    let response = server.message.serialize();
    assert_eq!(response.len(), 320);
    let response = CredentialResponse::deserialize(&response)?;
    let finish = client.state.finish(&mut OsRng, password, response, ClientLoginFinishParameters::default())?;
    let last = finish.message.serialize();
    assert_eq!(last.len(), 64);
    let finished = ServerLogin::<Suite>::deserialize(&state)?
        .finish(CredentialFinalization::deserialize(&last)?, ServerLoginParameters::default())?;
    Ok(LoggedIn {
        export_key: finish.export_key.to_vec(),
        phone: finish.session_key.to_vec(),
        server: finished.session_key.to_vec(),
    })
}

#[test]
fn the_right_password_gives_both_sides_one_key_and_the_phone_its_old_export_key() {
    let setup = ServerSetup::<Suite>::new(&mut OsRng);
    // The sealed setup is what survives a restart of the server.
    let setup = ServerSetup::<Suite>::deserialize(&setup.serialize()).expect("the same setup");
    let registered = register(&setup, b"password");
    let one = login(&setup, &registered.record, ID, b"password").expect("logged in");
    let two = login(&setup, &registered.record, ID, b"password").expect("logged in");
    assert_eq!((&one.phone, &one.export_key), (&one.server, &registered.export_key));
    assert_eq!(two.export_key, one.export_key);
    assert_ne!(two.phone, one.phone, "every login has its own session key");
    assert_ne!(derive(&one.export_key, VAULT_KEY), derive(&one.export_key, MAC_KEY));
}

#[test]
fn anything_else_is_found_by_the_phone() {
    let setup = ServerSetup::<Suite>::new(&mut OsRng);
    let registered = register(&setup, b"password");
    let wrong = |result: Result<LoggedIn, ProtocolError>| matches!(result, Err(ProtocolError::InvalidLoginError));
    assert!(wrong(login(&setup, &registered.record, ID, b"Password")));
    assert!(wrong(login(&setup, &registered.record, b"another install!", b"password")), "bound to the installation");
    let other = ServerSetup::<Suite>::new(&mut OsRng);
    assert!(wrong(login(&other, &registered.record, ID, b"password")), "another server");
}

#[test]
fn garbage_is_refused_without_a_panic() {
    for length in [0, 1, 31, 32, 33, 64, 96, 192, 320, 400] {
        let bytes = vec![0xff; length];
        assert!(RegistrationRequest::<Suite>::deserialize(&bytes).is_err());
        assert!(RegistrationUpload::<Suite>::deserialize(&bytes).is_err());
        assert!(CredentialRequest::<Suite>::deserialize(&bytes).is_err());
        assert!(CredentialResponse::<Suite>::deserialize(&bytes).is_err());
    }
}
