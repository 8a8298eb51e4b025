//! Files of a factory folder: written whole or not at all, logs that only grow, one command at a time.
//!
//! Never: knows what it writes.

use anyhow::{Context, Result, bail};
use fieldkeep_trust::bundle;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Held by the one command that may change the folder.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock is held as long as the file is open")] File);

/// Makes the folder if need be and takes its lock; fails at once when another command holds it.
pub fn lock(dir: &Path) -> Result<Lock> {
    folder(dir)?;
    let path = dir.join("factory.lock");
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = file.with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => {
            bail!("another command is at work in {}: nothing was changed, wait until it ends", dir.display())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// Makes a folder, and those above it, that only its owner may enter.
pub fn folder(path: &Path) -> Result<()> {
    bundle::private_folder(path).with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Waits until a folder's entries are on disk.
pub fn sync_folder(path: &Path) -> Result<()> {
    bundle::sync_folder(path).with_context(|| format!("cannot sync the folder {}", path.display()))
}

/// Writes what everybody may read: beside its place, synced, then renamed.
pub fn write_public(path: &Path, bytes: &[u8]) -> Result<()> {
    bundle::write_public(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Writes what its owner alone may read.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<()> {
    fieldkeep_trust::secret::write_private(path, bytes)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Reads a file of text.
pub fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Reads a file of JSON.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_str(&read(path)?)
        .with_context(|| format!("{} is not what was written there", path.display()))
}

/// A log of lines that only grows. What [`Self::append`] has returned from survives a power cut.
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
    lines: Vec<String>,
}

impl Log {
    /// Opens a log; a last line without its end was never acted upon and is cut.
    ///
    /// `create`: makes it where there is none. A log that must exist is a guard, and its absence an error.
    pub fn open(path: &Path, create: bool) -> Result<Self> {
        let begin = || -> std::io::Result<(File, String)> {
            let mut options = OpenOptions::new();
            let mut file = options.read(true).append(true).create(create).mode(0o600).open(path)?;
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            let whole = text.rfind('\n').map_or(0, |end| end + 1);
            if whole < text.len() {
                text.truncate(whole);
                file.set_len(whole as u64)?;
            }
            file.sync_all()?;
            Ok((file, text))
        };
        let (file, text) = begin().with_context(|| format!("cannot open the log {}", path.display()))?;
        path.parent().map_or(Ok(()), sync_folder)?;
        Ok(Self { file, path: path.to_path_buf(), lines: text.lines().map(str::to_owned).collect() })
    }

    /// Every line, oldest first.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Adds lines and waits until they are on disk.
    pub fn append(&mut self, lines: Vec<String>) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let text = lines.join("\n") + "\n";
        self.file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_all())
            .with_context(|| format!("cannot write the log {}", self.path.display()))?;
        self.lines.extend(lines);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_cut_and_the_log_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        assert!(Log::open(&path, false).is_err());
        let mut log = Log::open(&path, true).unwrap();
        log.append(vec!["one".into(), "two".into()]).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"thr").unwrap();
        let mut log = Log::open(&path, false).unwrap();
        assert_eq!(log.lines(), ["one", "two"]);
        log.append(vec!["three".into()]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\nthree\n");
    }

    #[test]
    fn two_commands_do_not_work_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let first = lock(dir.path()).unwrap();
        assert!(lock(dir.path()).unwrap_err().to_string().contains("another command"));
        drop(first);
        assert!(lock(dir.path()).is_ok());
    }
}
