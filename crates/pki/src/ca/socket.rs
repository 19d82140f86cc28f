//! Paths of sockets: the system takes at most 107 bytes, and data folders may lie deep.

use std::{
    fs::File,
    io,
    os::{fd::AsRawFd, unix::ffi::OsStrExt},
    path::{Path, PathBuf},
};

/// `sockaddr_un` has 108 bytes, one of them the final zero.
const LONGEST: usize = 107;

/// A path that the system takes; the folder stays open as long as it is used.
pub(super) struct ShortPath {
    path: PathBuf,
    _folder: Option<File>,
}

impl ShortPath {
    /// The path itself, or one through the opened folder.
    pub(super) fn of(socket: &Path) -> io::Result<Self> {
        if socket.as_os_str().as_bytes().len() <= LONGEST {
            return Ok(Self { path: socket.to_owned(), _folder: None });
        }
        let invalid = || io::Error::from(io::ErrorKind::InvalidInput);
        let folder = File::open(socket.parent().ok_or_else(invalid)?)?;
        let name = socket.file_name().ok_or_else(invalid)?;
        let path = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name);
        Ok(Self { path, _folder: Some(folder) })
    }
}

impl AsRef<Path> for ShortPath {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}
