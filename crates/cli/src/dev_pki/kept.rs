//! What a second run needs: the CAs' keys and the list of revoked passes. Test keys, so not sealed; owner only.

use super::failed;
use crate::failure::Failure;
use pki::{
    cert::to_pem,
    keys::SoftKey,
    test_register::{RevokedPass, TestRegister, authority_slugs},
};
use std::{
    fs,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

const REVOKED: &str = "revoked.json";

/// The register of an earlier run, if it finished.
pub fn load(folder: &Path) -> Result<Option<(TestRegister, Vec<RevokedPass>)>, Failure> {
    let kept = folder.join("ca");
    let Ok(text) = fs::read(kept.join(REVOKED)) else { return Ok(None) };
    let revoked = serde_json::from_slice(&text).map_err(|error| failed(&kept.join(REVOKED), error))?;
    let mut parts = Vec::new();
    for slug in authority_slugs() {
        let read = |name: String| {
            let path = kept.join(name);
            fs::read(&path).map_err(|error| failed(&path, error))
        };
        let key = SoftKey::from_pkcs8(&read(format!("{slug}.key.der"))?);
        parts.push((key.map_err(|error| failed(&kept, error))?, read(format!("{slug}.cer"))?));
    }
    let register = TestRegister::from_kept(parts).ok_or_else(|| failed(&kept, "CAs are missing"))?;
    Ok(Some((register, revoked)))
}

/// Keeps it, and writes the certificates to trust.
pub fn save(folder: &Path, register: &TestRegister, revoked: &[RevokedPass]) -> Result<(), Failure> {
    for authority in register.authorities() {
        let slug = authority.slug;
        let pem = to_pem("CERTIFICATE", &authority.certificate);
        write(&folder.join("trust").join(format!("{slug}.pem")), pem.as_bytes())?;
        write(&folder.join("ca").join(format!("{slug}.cer")), &authority.certificate)?;
        write(&folder.join("ca").join(format!("{slug}.key.der")), authority.key.to_pkcs8())?;
    }
    let text = serde_json::to_vec_pretty(revoked).map_err(|error| failed(folder, error))?;
    write(&folder.join("ca").join(REVOKED), &text)
}

/// Writes a file whole or not at all (readers may be looking), readable by its owner only.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    let parent = path.parent().unwrap_or(path);
    let written = fs::DirBuilder::new().recursive(true).mode(0o700).create(parent).and_then(|()| {
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(beside)?;
        file.write_all(content)?;
        fs::rename(beside, path)
    });
    written.map_err(|error| failed(path, error))
}
