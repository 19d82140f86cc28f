//! Makes this program the one that opens `zorgid://` links, for the person who runs it.

use protocol::link::LAUNCH_SCHEME;
use std::{
    io,
    path::{Path, PathBuf},
    process::Command,
};
use thiserror::Error;

/// The entry's file name.
pub const DESKTOP_FILE: &str = "zorgid-desktop.desktop";

/// Why it did not work.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// A file could not be written.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A program of the system did not do it.
    #[error("{0}")]
    Tool(String),
    /// No home folder.
    #[error("there is no home folder (HOME is not set)")]
    Home,
    /// Not on this system yet.
    #[error("registering is not there yet for this system: the installer package must do it")]
    NotYet,
}

/// Registers `program`, started with this configuration file when there is one.
pub fn register(program: &Path, config: Option<&Path>) -> Result<(), RegisterError> {
    if cfg!(target_os = "windows") {
        return windows_register(program, config);
    }
    if cfg!(target_os = "macos") {
        return Err(RegisterError::NotYet);
    }
    let folder = applications()?;
    let path = folder.join(DESKTOP_FILE);
    std::fs::create_dir_all(&folder).map_err(|cause| RegisterError::File { path: folder.clone(), cause })?;
    std::fs::write(&path, desktop_entry(program, config)).map_err(|cause| RegisterError::File { path, cause })?;
    // Optional cache; without the tool the entry is found all the same.
    let _ = Command::new("update-desktop-database").arg(&folder).output();
    tool("xdg-mime", &["default", DESKTOP_FILE, &format!("x-scheme-handler/{LAUNCH_SCHEME}")])
}

/// Takes it away again; fine when it was not there.
pub fn unregister() -> Result<(), RegisterError> {
    if cfg!(target_os = "windows") {
        return tool("reg", &["delete", &windows_key(), "/f"]);
    }
    if cfg!(target_os = "macos") {
        return Err(RegisterError::NotYet);
    }
    let folder = applications()?;
    let path = folder.join(DESKTOP_FILE);
    match std::fs::remove_file(&path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(RegisterError::File { path, cause }),
        _ => {}
    }
    let _ = Command::new("update-desktop-database").arg(&folder).output();
    Ok(())
}

/// The entry (freedesktop Desktop Entry Specification 1.5).
pub fn desktop_entry(program: &Path, config: Option<&Path>) -> String {
    let config = config.map(|file| format!(" --config {}", quoted(file))).unwrap_or_default();
    format!(
        "[Desktop Entry]\nType=Application\nName=ZORG-ID Desktop App\nComment=Inloggen met een UZI-pas\n\
         Exec={}{config} %u\nTerminal=false\nNoDisplay=true\nMimeType=x-scheme-handler/{LAUNCH_SCHEME};\n",
        quoted(program)
    )
}

/// Quoted as the specification of `Exec` wants: a string, and in it a quoted argument.
fn quoted(path: &Path) -> String {
    let mut text = String::from('"');
    for c in path.to_string_lossy().chars() {
        match c {
            '"' | '`' | '$' => text.extend(['\\', '\\', c]),
            '\\' => text.push_str("\\\\\\\\"),
            '%' => text.push_str("%%"),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

fn applications() -> Result<PathBuf, RegisterError> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let data = var("XDG_DATA_HOME").or_else(|| var("HOME").map(|home| home.join(".local/share")));
    Ok(data.ok_or(RegisterError::Home)?.join("applications"))
}

fn windows_key() -> String {
    format!(r"HKCU\Software\Classes\{LAUNCH_SCHEME}")
}

fn windows_register(program: &Path, config: Option<&Path>) -> Result<(), RegisterError> {
    let key = windows_key();
    let config = config.map(|file| format!(" --config \"{}\"", file.display())).unwrap_or_default();
    let command = format!("\"{}\"{config} \"%1\"", program.display());
    tool("reg", &["add", &key, "/ve", "/d", "URL:ZORG-ID", "/f"])?;
    tool("reg", &["add", &key, "/v", "URL Protocol", "/d", "", "/f"])?;
    tool("reg", &["add", &format!(r"{key}\shell\open\command"), "/ve", "/d", &command, "/f"])
}

fn tool(program: &str, arguments: &[&str]) -> Result<(), RegisterError> {
    let output = Command::new(program).args(arguments).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(RegisterError::Tool(format!("{program} failed: {text}")))
        }
        Err(cause) => Err(RegisterError::Tool(format!("{program} did not start: {cause}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_paths_are_quoted() {
        let entry = desktop_entry(Path::new("/opt/zorg id/100%/zorgid-desktop"), None);
        assert!(entry.contains("Exec=\"/opt/zorg id/100%%/zorgid-desktop\" %u\n"), "{entry}");
        let entry = desktop_entry(Path::new("/a$b"), Some(Path::new("/c d")));
        assert!(entry.contains("Exec=\"/a\\\\$b\" --config \"/c d\" %u\n"), "{entry}");
        assert!(entry.contains("MimeType=x-scheme-handler/zorgid;\n"));
    }
}
