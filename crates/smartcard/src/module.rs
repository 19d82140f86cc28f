//! Which PKCS#11 module: from the configuration, or the first of the well-known names that exists.

use std::path::{Path, PathBuf};

/// How the module is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleChoice {
    /// Configured files, tried in this order; when there are any, no other is looked for.
    pub configured: Vec<PathBuf>,
}

impl ModuleChoice {
    /// Exactly this module.
    pub fn only(path: impl Into<PathBuf>) -> Self {
        Self { configured: vec![path.into()] }
    }
    /// The files to try.
    pub fn candidates(&self) -> Vec<PathBuf> {
        if self.configured.is_empty() { well_known_modules() } else { self.configured.clone() }
    }
}

/// Modules by name and usual place: SafeSign (issued with the UZI-pas) first, then OpenSC, then SoftHSM (tests).
pub fn well_known_modules() -> Vec<PathBuf> {
    if cfg!(target_os = "windows") {
        let system = std::env::var_os("SystemRoot").map_or_else(|| PathBuf::from(r"C:\Windows"), PathBuf::from);
        let programs =
            std::env::var_os("ProgramFiles").map_or_else(|| PathBuf::from(r"C:\Program Files"), PathBuf::from);
        return vec![
            system.join(r"System32\aetpkss1.dll"),
            programs.join(r"OpenSC Project\OpenSC\pkcs11\opensc-pkcs11.dll"),
        ];
    }
    let names: &[&str] = if cfg!(target_os = "macos") {
        &[
            "/usr/local/lib/libaetpkss.dylib",
            "/Applications/tokenadmin.app/Contents/Frameworks/libaetpkss.dylib",
            "/Library/OpenSC/lib/opensc-pkcs11.so",
            "/opt/homebrew/lib/opensc-pkcs11.so",
        ]
    } else {
        &[
            "/usr/lib/libaetpkss.so.3",
            "/usr/lib/libaetpkss.so",
            "/usr/lib64/libaetpkss.so.3",
            "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
            "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
            "/usr/lib64/opensc-pkcs11.so",
            "/usr/lib/opensc-pkcs11.so",
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib64/softhsm/libsofthsm2.so",
        ]
    };
    names.iter().map(PathBuf::from).collect()
}

/// A file name as text for messages.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}
