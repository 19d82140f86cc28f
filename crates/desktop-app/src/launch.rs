//! Keeps the launch token out of sight.
//!
//! A browser can hand over a link only as an argument, and other programs of the same computer can read arguments. So
//! the program starts itself again at once, with the link in a pipe instead: on Linux and macOS by `exec`, so that it
//! stays the same process; on Windows as a child. What remains is a few milliseconds, and a token that works once,
//! within a minute. The headless mode, whose standard input is the PIN's, redeems the token first and ends soon.

use protocol::limits;
use std::{
    io::{self, Read, Write},
    process::Command,
};

/// The argument that says: the link is on standard input.
pub const LINK_ON_STDIN: &str = "--link-stdin";

/// Starts this program again with `arguments` (without the link). Returns only when that failed, or, on Windows, when
/// the child runs.
pub fn start_again(link: &str, arguments: &[std::ffi::OsString]) -> io::Result<()> {
    let (reader, mut writer) = io::pipe()?;
    // Far below what a pipe holds, so this never waits for a reader.
    writer.write_all(link.get(..limits::LINK).unwrap_or(link).as_bytes())?;
    drop(writer);
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).arg(LINK_ON_STDIN).stdin(reader);
    replace(command)
}

#[cfg(unix)]
fn replace(mut command: Command) -> io::Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn replace(mut command: Command) -> io::Result<()> {
    command.spawn().map(|_| ())
}

/// Reads the link that [`start_again`] put in the pipe.
pub fn read_link(mut input: impl Read) -> io::Result<String> {
    let mut text = String::new();
    input.by_ref().take(limits::LINK as u64 + 1).read_to_string(&mut text)?;
    Ok(text.trim().to_owned())
}
