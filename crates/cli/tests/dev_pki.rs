//! `zorgid dev-pki` and `zorgid uzi inspect` from the outside, judged by openssl and SoftHSM's own tool.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::{
    path::Path,
    process::{Command, Output},
};

fn zorgid(folder: &Path, line: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zorgid")).args(line).current_dir(folder).output().unwrap()
}

fn openssl(folder: &Path, line: &str) -> (bool, String) {
    let output = Command::new("openssl").args(line.split(' ')).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_test_pki_is_whole_and_renews_its_lists() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let made = zorgid(at, &["dev-pki", "pki", "--ca-bits", "2048", "--json"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made = json(&made);
    assert_eq!(made["cards"].as_array().unwrap().len(), 14);

    // One bundle of trust, one of lists.
    let files = |folder: &str| std::fs::read_dir(at.join("pki").join(folder)).unwrap().map(|e| e.unwrap().path());
    let trust: String = files("trust").map(|path| std::fs::read_to_string(path).unwrap()).collect();
    std::fs::write(at.join("trust.pem"), trust).unwrap();
    let mut lists = String::new();
    for path in files("crl") {
        let (good, pem) = openssl(at, &format!("crl -inform DER -in {}", path.display()));
        assert!(good, "{pem}");
        lists.push_str(&pem);
    }
    std::fs::write(at.join("lists.pem"), lists).unwrap();

    for (card, verdict) in [
        ("z", "OK"),
        ("n", "OK"),
        ("m", "OK"),
        ("s", "OK"),
        ("n-unknown-ura", "OK"),
        ("n-new-number", "OK"),
        ("z-revoked", "certificate revoked"),
        ("n-revoked", "certificate revoked"),
        ("z-expired", "certificate has expired"),
        ("n-expired", "certificate has expired"),
    ] {
        let info = std::fs::read(at.join(format!("pki/cards/{card}/info.json"))).unwrap();
        let info: serde_json::Value = serde_json::from_slice(&info).unwrap();
        let pin = info["pin"].as_str().unwrap();
        for certificate in ["auth", "sign", "enc"] {
            let file = format!("pki/cards/{card}/{certificate}.p12");
            let (good, said) = openssl(at, &format!("pkcs12 -in {file} -passin pass:{pin} -nodes -out one.pem"));
            assert!(good, "{file}: {said}");
            let (_, said) = openssl(at, "verify -crl_check_all -CAfile trust.pem -CRLfile lists.pem one.pem");
            assert!(said.contains(verdict), "{file}: {said}");
            let inspected = zorgid(at, &["uzi", "inspect", "one.pem", "--json"]);
            assert_eq!(inspected.status.code(), Some(0), "{file}");
            let inspected = json(&inspected);
            assert_eq!(inspected["uziNumber"], info["uziNumber"]);
            assert_eq!(inspected["subscriberNumber"], info["ura"]);
            assert_eq!(inspected["cardType"], info["cardType"]);
            assert_eq!(inspected["cardTypeByIssuer"], info["cardType"]);
            assert_eq!(inspected["commonName"], info["commonName"]);
        }
    }

    tokens_answer(at);

    // Again: keys stay, lists are new.
    let before = std::fs::read(at.join("pki/cards/z/auth.p12")).unwrap();
    let list = std::fs::read(at.join("pki/crl/zorgverlener.crl")).unwrap();
    std::fs::write(at.join("clock"), "2031-01-01T00:00:00Z").unwrap();
    let again = zorgid(at, &["dev-pki", "pki", "--crl-hours", "48", "--test-clock", "clock", "--json"]);
    assert_eq!(json(&again)["made"], false);
    assert_eq!(std::fs::read(at.join("pki/cards/z/auth.p12")).unwrap(), before);
    assert_ne!(std::fs::read(at.join("pki/crl/zorgverlener.crl")).unwrap(), list);
    let (_, said) = openssl(at, "crl -inform DER -in pki/crl/zorgverlener.crl -noout -nextupdate");
    assert_eq!(said.trim(), "nextUpdate=Jan  3 00:00:00 2031 GMT");
}

/// The tokens are there, under a configuration of their own, and sign with the key of their certificate.
fn tokens_answer(at: &Path) {
    let softhsm = |program: &str| {
        let mut command = Command::new(program);
        command.env("SOFTHSM2_CONF", at.join("pki/softhsm2.conf")).current_dir(at);
        command
    };
    let slots = softhsm("softhsm2-util").arg("--show-slots").output().unwrap();
    let slots = String::from_utf8_lossy(&slots.stdout).into_owned();
    for card in ["z", "n-revoked", "s-expired", "n-unknown-ura"] {
        let there = slots.lines().any(|l| l.trim().strip_prefix("Label:").is_some_and(|label| label.trim() == card));
        assert!(there, "{card} is not among {slots}");
    }
    let Some(module) = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"]
        .into_iter()
        .find(|path| Path::new(path).exists())
    else {
        panic!("SoftHSM's module is not where it was looked for");
    };
    std::fs::write(at.join("message"), "bericht").unwrap();
    // This tool takes the first token whose label begins so; these begin like no other.
    for (card, id, certificate) in
        [("z-revoked", "01", "auth"), ("z-revoked", "02", "sign"), ("n-unknown-ura", "01", "auth")]
    {
        let signed = softhsm("pkcs11-tool")
            .args(["--module", module, "--token-label", card, "--login", "--pin", "123456"])
            .args(["--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", id, "-i", "message", "-o", "signature"])
            .output()
            .unwrap();
        assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
        let (_, key) = openssl(at, &format!("x509 -in pki/cards/{card}/{certificate}.pem -noout -pubkey"));
        std::fs::write(at.join("key"), key).unwrap();
        let (good, said) = openssl(at, "dgst -sha256 -verify key -signature signature message");
        assert!(good, "{card} {certificate}: {said}");
    }
}

#[test]
fn inspect_ends_as_agreed() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let missing = zorgid(at, &["uzi", "inspect", "nergens.pem", "--json"]);
    assert_eq!(missing.status.code(), Some(2));
    assert_eq!(json(&missing)["code"], "usage");
    assert_eq!(zorgid(at, &["uzi", "inspect"]).status.code(), Some(2));

    std::fs::write(at.join("ruis"), "geen certificaat").unwrap();
    let noise = zorgid(at, &["uzi", "inspect", "ruis", "--json"]);
    assert_eq!(noise.status.code(), Some(1));
    assert_eq!(json(&noise)["problems"][0]["code"], "unreadable");

    // Any other certificate: what it has is shown, what it lacks is said. PEM and DER give the same.
    let make = "req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -subj /CN=Jan/O=Zorg -days 1";
    assert!(openssl(at, make).0);
    assert!(openssl(at, "x509 -in c.pem -outform DER -out c.der").0);
    let pem = zorgid(at, &["uzi", "inspect", "c.pem", "--json"]);
    let der = zorgid(at, &["uzi", "inspect", "c.der", "--json"]);
    assert_eq!(pem.status.code(), Some(1));
    assert_eq!(json(&pem), json(&der));
    assert_eq!(json(&pem)["commonName"], "Jan");
    assert_eq!(json(&pem)["problems"][0]["code"], "san-missing");
}
