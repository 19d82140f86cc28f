//! The files of the Mobile App, and the service worker that must know all of them and their version.

use crate::Outcome;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The service worker: the only file that is changed on the way.
const WORKER: &str = "sw.js";
/// Stands in the service worker for the version of all other files together.
const VERSION_MARK: &str = "@VERSION@";
/// Stands in the service worker for the list of files to keep (a JSON array).
const FILES_MARK: &str = "\"@FILES@\"";

/// Every file by its path under the app's origin, without a slash in front.
pub struct Bundle {
    files: BTreeMap<String, Vec<u8>>,
    version: String,
}

/// Where files come from.
pub struct Source<'a> {
    folder: &'a Path,
    only: Option<&'a str>,
}

impl<'a> Source<'a> {
    /// Everything in a folder.
    pub fn folder(folder: &'a Path) -> Self {
        Self { folder, only: None }
    }
    /// One file or folder inside a folder, under its own name.
    pub fn part(folder: &'a Path, name: &'a str) -> Self {
        Self { folder, only: Some(name) }
    }
}

impl Bundle {
    /// Reads the sources; a later one's file replaces an earlier one's of the same name.
    pub fn collect(sources: &[Source<'_>]) -> Outcome<Self> {
        let mut files = BTreeMap::new();
        for Source { folder, only } in sources {
            match only {
                None => read_folder(folder, "", &mut files)?,
                Some(name) if folder.join(name).is_dir() => {
                    read_folder(&folder.join(name), &format!("{name}/"), &mut files)?;
                }
                Some(name) => {
                    let path = folder.join(name);
                    let content = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                    files.insert((*name).to_owned(), content);
                }
            }
        }
        let worker = files.remove(WORKER).ok_or("sw.js is missing")?;
        let version = version(&files, &worker);
        let worker = String::from_utf8(worker).map_err(|_| "sw.js is not text")?;
        // Licence texts are for people who look for them, not for every phone's storage.
        let kept = files.keys().filter(|path| !path.ends_with(".txt"));
        let list: Vec<String> = kept.map(|path| format!("\"/{}\"", address(path))).collect();
        if !worker.contains(VERSION_MARK) || !worker.contains(FILES_MARK) {
            return Err("sw.js lacks the marks for version and files".to_owned());
        }
        let worker = worker.replace(VERSION_MARK, &version).replace(FILES_MARK, &format!("[{}]", list.join(", ")));
        files.insert(WORKER.to_owned(), worker.into_bytes());
        Ok(Self { files, version })
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Changes whenever any file changes.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Makes `out` hold exactly these files. Unchanged ones are not touched, files of an older build disappear.
    pub fn write(&self, out: &Path) -> Outcome<()> {
        let fail = |path: &Path, e: std::io::Error| format!("{}: {e}", path.display());
        let mut old = BTreeMap::new();
        if out.exists() {
            if !out.join(WORKER).exists() && fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
                return Err(format!("{} is not empty and not an earlier build; nothing was written", out.display()));
            }
            read_folder(out, "", &mut old)?;
        }
        for path in old.keys().filter(|path| !self.files.contains_key(*path)) {
            fs::remove_file(out.join(path)).map_err(|e| fail(&out.join(path), e))?;
        }
        for (path, content) in self.files.iter().filter(|(path, content)| old.get(*path) != Some(*content)) {
            let path: PathBuf = out.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(|e| fail(parent, e))?;
            }
            fs::write(&path, content).map_err(|e| fail(&path, e))?;
        }
        Ok(())
    }
}

/// The start page is kept under the address that people open.
fn address(path: &str) -> &str {
    if path == "index.html" { "" } else { path }
}

fn version(files: &BTreeMap<String, Vec<u8>>, worker: &[u8]) -> String {
    let mut hash = Sha256::new();
    for (path, content) in files {
        hash.update((path.len() as u64).to_be_bytes());
        hash.update(path);
        hash.update((content.len() as u64).to_be_bytes());
        hash.update(content);
    }
    hash.update(worker);
    hex::encode(&hash.finalize()[..8])
}

fn read_folder(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Outcome<()> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries {
        let entry = entry.map_err(|e| format!("{}: {e}", folder.display()))?;
        let name = entry.file_name().into_string().map_err(|_| "a file name is not Unicode".to_owned())?;
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            read_folder(&entry.path(), &format!("{path}/"), files)?;
        } else {
            let content = fs::read(entry.path()).map_err(|e| format!("{}: {e}", entry.path().display()))?;
            files.insert(path, content);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
