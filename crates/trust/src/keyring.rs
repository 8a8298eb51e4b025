//! Every key of a deployment in one small file, each wrapped by the one above it: master → organization → project.
//!
//! It is rewritten whole and durably, never in place, and never part of the data's backups: destroying a key here
//! destroys what it sealed everywhere.

use crate::seal::{Binding, Purpose, SealKey};
use crate::secret::{Secret, write_private};
use crate::{TrustError, hash::sha256};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

const FORMAT: u32 = 1;
/// Sealed with the master key alone, so that a wrong one is told apart from a damaged entry.
const PROBE: &str = "probe";

/// Why keys cannot be had. The operator can mend each; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// A file is missing or unreadable.
    #[error("cannot read {what} at {path}", path = path.display())]
    Read {
        /// Master key or keyring.
        what: &'static str,
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write the keyring at {path}; the one there is as it was", path = path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file exists already.
    #[error("{path} exists already and is left as it is", path = path.display())]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// Others may read the master key.
    #[error("{path} can be read by others (mode {mode:03o}): restrict it with `chmod 600`", path = path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is not a keyring or not a key.
    #[error("{path} is damaged: {why}", path = path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// In what way.
        why: &'static str,
    },
    /// The master key is another deployment's.
    #[error("the master key does not open this keyring: one of the two files is another deployment's")]
    WrongMaster,
    /// A key that should be there is not.
    #[error("the keyring holds no key `{0}`: it is older than the database, or the key was destroyed")]
    Missing(String),
    /// A key does not unwrap.
    #[error("the key `{0}` does not unwrap: the keyring is damaged; restore it from its backup")]
    Broken(String),
    /// The library failed.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    keys: BTreeMap<String, Entry>,
}

#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Name of the wrapping key; empty: the master key.
    under: String,
    /// Base64 of the sealed key.
    wrapped: String,
}

/// The open keyring. Unwrapped keys stay in memory, zeroized when dropped.
#[derive(Debug)]
pub struct Keyring {
    path: PathBuf,
    master: SealKey,
    entries: BTreeMap<String, Entry>,
    open: HashMap<String, Secret>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry(under `{}`)", self.under)
    }
}

impl Keyring {
    /// Makes a master key and an empty keyring. Refuses to overwrite either.
    pub fn create(master_path: &Path, path: &Path) -> Result<Self, KeyringError> {
        if let Some(path) = [master_path, path].into_iter().find(|path| path.exists()) {
            return Err(KeyringError::Exists { path: path.to_owned() });
        }
        let master = SealKey::generate();
        let text = format!("{}\n", BASE64.encode(master.secret().expose()));
        write_private(master_path, text.as_bytes())
            .map_err(|source| KeyringError::Write { path: master_path.to_owned(), source })?;
        let mut keyring =
            Self { path: path.to_owned(), master, entries: BTreeMap::new(), open: HashMap::new() };
        keyring.add("", PROBE, Secret::random::<32>())?;
        Ok(keyring)
    }

    /// Opens both files.
    pub fn open(master_path: &Path, path: &Path) -> Result<Self, KeyringError> {
        let master = read_master(master_path)?;
        let text = std::fs::read_to_string(path).map_err(|source| KeyringError::Read {
            what: "the keyring",
            path: path.to_owned(),
            source,
        })?;
        let damaged = |why| KeyringError::Damaged { path: path.to_owned(), why };
        let file: File = serde_json::from_str(&text).map_err(|_| damaged("it is not a keyring"))?;
        if file.format != FORMAT {
            return Err(damaged("its format is not one this version reads"));
        }
        let mut keyring = Self { path: path.to_owned(), master, entries: file.keys, open: HashMap::new() };
        keyring.get(PROBE).map_err(|error| match error {
            KeyringError::Missing(_) => damaged("it lacks its probe"),
            _ => KeyringError::WrongMaster,
        })?;
        Ok(keyring)
    }

    /// Whether a key of this name is there.
    pub fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Adds a key below another (empty: below the master key) and writes the file before it returns.
    pub fn add(&mut self, under: &str, name: &str, secret: Secret) -> Result<(), KeyringError> {
        self.add_all(vec![(under.to_owned(), name.to_owned(), secret)])
    }

    /// Adds several keys in one write: all or none.
    pub fn add_all(&mut self, keys: Vec<(String, String, Secret)>) -> Result<(), KeyringError> {
        let before = self.entries.clone();
        for (under, name, secret) in keys {
            if self.entries.contains_key(&name) {
                self.entries = before;
                return Err(KeyringError::Exists { path: self.path.join(name) });
            }
            let wrapped = self.wrapping(&under)?.seal(&binding(&name), secret.expose())?;
            self.entries.insert(name.clone(), Entry { under, wrapped: BASE64.encode(&wrapped) });
            self.open.insert(name, secret);
        }
        self.write().inspect_err(|_| self.entries = before)
    }

    /// Unwraps a key.
    pub fn get(&mut self, name: &str) -> Result<Secret, KeyringError> {
        if let Some(secret) = self.open.get(name) {
            return Ok(secret.clone());
        }
        let entry = self.entries.get(name).cloned().ok_or_else(|| KeyringError::Missing(name.to_owned()))?;
        let broken = || KeyringError::Broken(name.to_owned());
        let wrapped = BASE64.decode(entry.wrapped.as_bytes()).map_err(|_| broken())?;
        let opened = self.wrapping(&entry.under)?.open(&binding(name), &wrapped).map_err(|_| broken())?;
        let secret = Secret::new(opened);
        self.open.insert(name.to_owned(), secret.clone());
        Ok(secret)
    }

    /// Unwraps a sealing key.
    pub fn seal_key(&mut self, name: &str) -> Result<SealKey, KeyringError> {
        Ok(SealKey::from_secret(self.get(name)?)?)
    }

    fn wrapping(&mut self, under: &str) -> Result<SealKey, KeyringError> {
        if under.is_empty() { Ok(self.master.clone()) } else { self.seal_key(under) }
    }

    fn write(&self) -> Result<(), KeyringError> {
        let failed = |source| KeyringError::Write { path: self.path.clone(), source };
        let file = File { format: FORMAT, keys: self.entries.clone() };
        let text = serde_json::to_string_pretty(&file).map_err(|error| failed(error.into()))?;
        write_private(&self.path, text.as_bytes()).map_err(failed)
    }
}

fn binding(name: &str) -> Binding {
    let mut row = [0; 16];
    row.copy_from_slice(&sha256(&[name.as_bytes()]).as_bytes()[..16]);
    Binding::deployment(Purpose::Keyring, row)
}

fn read_master(path: &Path) -> Result<SealKey, KeyringError> {
    use std::os::unix::fs::PermissionsExt;
    let unreadable = |source| KeyringError::Read { what: "the master key", path: path.to_owned(), source };
    let mode = std::fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyringError::Exposed { path: path.to_owned(), mode });
    }
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
    let damaged = || KeyringError::Damaged { path: path.to_owned(), why: "32 bytes in base64 expected" };
    let bytes = BASE64.decode(text.trim().as_bytes()).map_err(|_| damaged())?;
    SealKey::from_secret(Secret::new(bytes)).map_err(|_| damaged())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (master, keyring) = (folder.path().join("master.key"), folder.path().join("keyring"));
        (folder, master, keyring)
    }

    #[test]
    fn keys_come_back_after_a_restart() {
        let (_folder, master, path) = files();
        let mut keyring = Keyring::create(&master, &path).unwrap();
        keyring.add("", "organization/1", Secret::new(vec![1; 32])).unwrap();
        keyring.add("organization/1", "project/1", Secret::new(vec![2; 32])).unwrap();
        let mut again = Keyring::open(&master, &path).unwrap();
        assert_eq!(again.get("project/1").unwrap().expose(), [2; 32]);
        assert!(matches!(again.get("project/2"), Err(KeyringError::Missing(_))));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&BASE64.encode(&[2; 32])));
    }

    #[test]
    fn nothing_is_overwritten() {
        let (_folder, master, path) = files();
        let mut keyring = Keyring::create(&master, &path).unwrap();
        keyring.add("", "a", Secret::new(vec![1; 32])).unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(matches!(Keyring::create(&master, &path), Err(KeyringError::Exists { .. })));
        assert!(keyring.add("", "a", Secret::new(vec![2; 32])).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn wrong_missing_damaged_and_exposed_files_are_told_apart() {
        let (_folder, master, path) = files();
        let (_other_folder, other_master, other_path) = files();
        Keyring::create(&master, &path).unwrap();
        assert!(matches!(Keyring::open(&other_master, &path), Err(KeyringError::Read { .. })));
        assert!(matches!(Keyring::open(&master, &other_path), Err(KeyringError::Read { .. })));
        Keyring::create(&other_master, &other_path).unwrap();
        assert!(matches!(Keyring::open(&other_master, &path), Err(KeyringError::WrongMaster)));
        std::fs::write(&path, "{}").unwrap();
        assert!(matches!(Keyring::open(&master, &path), Err(KeyringError::Damaged { .. })));
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&master, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Keyring::open(&master, &path), Err(KeyringError::Exposed { mode: 0o644, .. })));
    }

    #[test]
    fn a_key_moved_under_another_name_does_not_open() {
        let (_folder, master, path) = files();
        let mut keyring = Keyring::create(&master, &path).unwrap();
        keyring.add("", "aa", Secret::new(vec![1; 32])).unwrap();
        let swapped = std::fs::read_to_string(&path).unwrap().replace("\"aa\"", "\"bb\"");
        std::fs::write(&path, swapped).unwrap();
        let mut again = Keyring::open(&master, &path).unwrap();
        assert!(matches!(again.get("bb"), Err(KeyringError::Broken(_))));
    }
}
