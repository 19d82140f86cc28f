use super::*;
use crate::{
    mobile::{MobileSubject, verify_identity_chain},
    request_signer::verify_request_chain,
    testing::{OsChance, StandingClock, openssl, present},
};

fn made() -> (tempfile::TempDir, Credential) {
    let folder = tempfile::tempdir().unwrap();
    let credential = Credential::parse(&"5a".repeat(32)).unwrap();
    let info = CaInfo { environment: Environment::Acceptatie, public_url: "http://localhost:8080".into() };
    init(folder.path(), &info, &credential, &StandingClock::at(present()), &OsChance).unwrap();
    (folder, credential)
}

#[test]
fn the_folder_opens_with_its_credential_only() {
    let (folder, credential) = made();
    assert!(exists(folder.path()));
    assert_eq!(info(folder.path()).unwrap().environment, Environment::Acceptatie);
    open_issuing(folder.path(), &credential).unwrap();
    open_request_signer(folder.path(), &credential).unwrap();
    let checkpoint = open_checkpoint(folder.path(), &credential).unwrap();
    assert_eq!(checkpoint.public_key(), checkpoint_public_key(folder.path()).unwrap());

    let other = Credential::parse(&"5b".repeat(32)).unwrap();
    assert!(matches!(open_issuing(folder.path(), &other), Err(SetupError::Key(KeyError::WrongCredential))));
    assert!(open_request_signer(folder.path(), &other).is_err());
    assert!(open_checkpoint(folder.path(), &other).is_err());
}

#[test]
fn keys_are_sealed_and_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _) = made();
    let mut sealed = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
        if path.extension().is_some_and(|e| e == "sealed") {
            sealed += 1;
            assert!(fs::read(&path).unwrap().starts_with(b"age-encryption.org/v1"));
        }
    }
    assert_eq!(sealed, 5, "root, issuing, ocsp, request, checkpoint: all separate");
}

#[test]
fn a_folder_is_never_overwritten() {
    let (folder, credential) = made();
    let before = root(folder.path()).unwrap();
    let info = info(folder.path()).unwrap();
    let again = init(folder.path(), &info, &credential, &StandingClock::at(present()), &OsChance);
    assert!(matches!(again, Err(SetupError::Exists(_))));
    assert_eq!(root(folder.path()).unwrap(), before);
}

#[test]
fn openssl_accepts_the_certificates() {
    let (folder, _) = made();
    let at = folder.path();
    for name in ["root", "issuing", "ocsp", "request"] {
        assert!(openssl(at, &format!("x509 -inform DER -in {name}.cer -out {name}.pem")).0);
    }
    for name in ["issuing", "ocsp", "request"] {
        let (good, said) =
            openssl(at, &format!("verify -x509_strict -CAfile root.pem -untrusted issuing.pem {name}.pem"));
        assert!(good, "{said}");
    }
    let (_, text) = openssl(at, "x509 -in issuing.pem -noout -text");
    assert!(text.contains("CA:TRUE, pathlen:0"), "{text}");
    assert!(text.contains("Certificate Sign, CRL Sign"), "{text}");
}

#[test]
fn only_the_request_certificate_signs_requests() {
    let (folder, credential) = made();
    let root = root(folder.path()).unwrap();
    let signer = open_request_signer(folder.path(), &credential).unwrap();
    let now = present();
    let key = verify_request_chain(signer.chain(), &root, now).unwrap();
    let signature = signer.sign(b"header.payload").unwrap();
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &key).verify(b"header.payload", &signature).unwrap();

    // A Mobile ID under the same root cannot pose as the portal, nor the portal as a Mobile ID.
    let (ca, _) = open_issuing(folder.path(), &credential).unwrap();
    let phone = SoftKey::generate(&OsChance).unwrap();
    let subject = MobileSubject {
        common_name: "Jan Test:123456789".into(),
        given_name: "Jan".into(),
        surname: "Test".into(),
        serial_number: "123456789".into(),
    };
    let leaf = ca.issue(&subject, phone.public_key(), now, &OsChance).unwrap();
    let chain = vec![leaf, ca.certificate().to_vec()];
    assert!(verify_identity_chain(&chain, &root, now).is_ok());
    assert!(verify_request_chain(&chain, &root, now).is_err());
    assert!(verify_identity_chain(signer.chain(), &root, now).is_err());

    // Another root, another time, nothing, too much.
    let (other, _) = made();
    assert!(verify_request_chain(signer.chain(), &super::root(other.path()).unwrap(), now).is_err());
    assert!(verify_request_chain(signer.chain(), &root, now.plus_seconds(11 * YEAR_SECONDS)).is_err());
    assert!(verify_request_chain(&signer.chain()[..1], &root, now).is_err());
    assert_eq!(verify_request_chain(&[], &root, now), Err(crate::ChainError::Empty));
    let long = vec![signer.chain()[0].clone(); 4];
    assert_eq!(verify_request_chain(&long, &root, now), Err(crate::ChainError::TooLong));
}
