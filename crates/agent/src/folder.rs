//! The agent's data folder: which file is what, and the rule that each is replaced whole and durably or not at all.
//!
//! Never: leaves a private key readable by others, or a certificate beside a key that is not its own.

use crate::error::AgentError;
use crate::limits;
use fieldkeep_domain::DeviceId;
use fieldkeep_trust::secret::{Secret, write_private};
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::x509;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Who this device is and where it reports; copied from the bundle at enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFile {
    /// Its id.
    pub device: DeviceId,
    /// Its serial number, for people.
    pub serial: String,
    /// Its model, for people.
    pub model: String,
    /// Where it reports, such as `https://devices.localhost:8443`.
    pub url: String,
}

/// A certificate chain, leaf first, and the key that its leaf certifies.
#[derive(Debug, Clone)]
pub struct Identity {
    /// DER, leaf first.
    pub chain: Vec<Vec<u8>>,
    /// Its private key.
    pub key: SigningKey,
}

impl Identity {
    /// Pairs a chain with its key; a key that is not the leaf's is refused.
    pub fn new(chain: Vec<Vec<u8>>, key: SigningKey) -> Option<Self> {
        let certified = chain.first().and_then(|leaf| x509::public_key(leaf).ok())?;
        (certified == key.public()).then_some(Self { chain, key })
    }
    /// The leaf in DER.
    pub fn leaf(&self) -> &[u8] {
        self.chain.first().map_or(&[], Vec::as_slice)
    }
}

/// The folder.
#[derive(Debug, Clone)]
pub struct Folder {
    dir: PathBuf,
}

/// Held while an agent works in the folder.
#[derive(Debug)]
pub struct Held {
    _file: File,
}

const CURRENT: (&str, &str) = ("device-ops.key", "ops.pem");
const NEXT: (&str, &str) = ("ops.next.key", "ops.next.pem");

impl Folder {
    /// A folder that may not exist yet.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }
    /// Makes it, for its owner alone.
    pub fn create(&self) -> Result<(), AgentError> {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .map_err(AgentError::file("making", &self.dir))
    }
    /// Keeps every other agent out until the guard is dropped.
    pub fn hold(&self) -> Result<Held, AgentError> {
        let path = self.path("lock");
        let file = File::create(&path).map_err(AgentError::file("opening", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Held { _file: file }),
            Err(_) => Err(AgentError::Busy(self.dir.clone())),
        }
    }
    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Replaces a file durably.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), AgentError> {
        let path = self.path(name);
        write_private(&path, bytes).map_err(|source| AgentError::File {
            action: "writing",
            path,
            kept: "the file's old content stands",
            source,
        })
    }
    /// Replaces a JSON file durably.
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), AgentError> {
        let bytes =
            serde_json::to_vec_pretty(value).map_err(|error| AgentError::Internal(error.to_string()))?;
        self.write(name, &bytes)
    }
    /// A JSON file, or `None` where it does not exist.
    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, AgentError> {
        let path = self.path(name);
        let Some(bytes) = read_optional(&path)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| AgentError::content(&path, error))
    }
    /// Removes a file if it is there.
    pub fn remove(&self, name: &str) -> Result<(), AgentError> {
        let path = self.path(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(AgentError::file("removing", &path)(error))
            }
            _ => Ok(()),
        }
    }

    /// Who this device is; not yet when it was never enrolled.
    pub fn device(&self) -> Result<DeviceFile, AgentError> {
        self.read_json("device.json")?.ok_or_else(|| not_enrolled(&self.dir))
    }
    /// The root that the server must stand under.
    pub fn root_pem(&self) -> Result<String, AgentError> {
        read_text(&self.path("ca.pem"))
    }
    /// The API key.
    pub fn api_key(&self) -> Result<Option<Secret>, AgentError> {
        Ok(read_optional(&self.path("api.key"))?.map(|bytes| Secret::new(bytes.trim_ascii().to_vec())))
    }

    /// A new operational key, kept before anything is asked for with it; the one already kept after a crash.
    pub fn pending_key(&self, next: bool) -> Result<SigningKey, AgentError> {
        let name = names(next).0;
        let path = self.path(name);
        if let Some(pem) = read_optional(&path)? {
            return parse_key(&path, &pem);
        }
        let key = SigningKey::generate()?;
        self.write(name, key.to_pem().expose())?;
        Ok(key)
    }
    /// Keeps the certificate of a pending key.
    pub fn write_chain(&self, chain: &[Vec<u8>], next: bool) -> Result<(), AgentError> {
        let pem: String = chain.iter().map(|der| x509::to_pem("CERTIFICATE", der)).collect();
        self.write(names(next).1, pem.as_bytes())
    }
    /// The operational identity in use. A switch that a crash cut in two is finished here.
    pub fn identity(&self) -> Result<Option<Identity>, AgentError> {
        if let Some(identity) = self.pair(CURRENT.0, CURRENT.1)? {
            return Ok(Some(identity));
        }
        // The key was renamed, its certificate not yet.
        if let Some(identity) = self.pair(CURRENT.0, NEXT.1)? {
            self.rename(NEXT.1, CURRENT.1)?;
            return Ok(Some(identity));
        }
        Ok(None)
    }
    /// The identity that a renewal has obtained and nobody has used yet.
    pub fn next_identity(&self) -> Result<Option<Identity>, AgentError> {
        self.pair(NEXT.0, NEXT.1)
    }
    /// Makes the next identity the current one; only now is the old key gone.
    pub fn promote(&self) -> Result<(), AgentError> {
        self.rename(NEXT.0, CURRENT.0)?;
        self.rename(NEXT.1, CURRENT.1)
    }

    fn pair(&self, key: &str, chain: &str) -> Result<Option<Identity>, AgentError> {
        let (key_path, chain_path) = (self.path(key), self.path(chain));
        let (Some(key), Some(chain)) = (read_optional(&key_path)?, read_optional(&chain_path)?) else {
            return Ok(None);
        };
        let key = parse_key(&key_path, &key)?;
        let chain = x509::from_pem(&String::from_utf8_lossy(&chain))
            .map_err(|error| AgentError::content(&chain_path, error))?;
        Ok(Identity::new(chain, key))
    }
    fn rename(&self, from: &str, to: &str) -> Result<(), AgentError> {
        let (from, to) = (self.path(from), self.path(to));
        std::fs::rename(&from, &to).map_err(AgentError::file("renaming", &from))?;
        File::open(&self.dir).and_then(|dir| dir.sync_all()).map_err(AgentError::file("syncing", &self.dir))
    }
}

fn names(next: bool) -> (&'static str, &'static str) {
    if next { NEXT } else { CURRENT }
}

fn not_enrolled(dir: &Path) -> AgentError {
    AgentError::NotYet(format!(
        "`{}` holds no enrolled device; run `fieldkeep-agent enroll --bundle BUNDLE --data {}` first",
        dir.display(),
        dir.display()
    ))
}

fn parse_key(path: &Path, pem: &[u8]) -> Result<SigningKey, AgentError> {
    let pem = std::str::from_utf8(pem).map_err(|error| AgentError::content(path, error))?;
    SigningKey::from_pem(pem).map_err(|error| AgentError::content(path, error))
}

/// A whole file, bounded; `None` where it does not exist.
pub fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, AgentError> {
    use std::io::Read;
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(AgentError::file("opening", path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(limits::FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(AgentError::file("reading", path))?;
    if bytes.len() as u64 > limits::FILE_BYTES_MAX {
        return Err(AgentError::content(path, format!("longer than {} bytes", limits::FILE_BYTES_MAX)));
    }
    Ok(Some(bytes))
}

/// A whole file that must be there.
pub fn read(path: &Path) -> Result<Vec<u8>, AgentError> {
    read_optional(path)?.ok_or_else(|| AgentError::file("opening", path)(std::io::ErrorKind::NotFound.into()))
}

/// A whole text file that must be there.
pub fn read_text(path: &Path) -> Result<String, AgentError> {
    String::from_utf8(read(path)?).map_err(|error| AgentError::content(path, error))
}

/// A private key file that must be there.
pub fn read_key(path: &Path) -> Result<SigningKey, AgentError> {
    parse_key(path, &read(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fieldkeep_domain::Timestamp;
    use fieldkeep_trust::ca::{Authority, Profile};

    fn certify(ca: &Authority, key: &SigningKey) -> Vec<u8> {
        let profile = Profile::ServerNames(vec!["x.test".into()]);
        ca.issue(&profile, &key.public(), Timestamp::from_secs(1_795_000_000)).unwrap()
    }

    #[test]
    fn a_switch_cut_in_two_is_finished() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        let ca = Authority::root("r", Timestamp::from_secs(1_795_000_000)).unwrap();
        let old = folder.pending_key(false).unwrap();
        assert_eq!(folder.pending_key(false).unwrap().public(), old.public());
        folder.write_chain(&[certify(&ca, &old)], false).unwrap();
        let new = folder.pending_key(true).unwrap();
        folder.write_chain(&[certify(&ca, &new)], true).unwrap();
        assert_eq!(folder.identity().unwrap().unwrap().key.public(), old.public());
        assert_eq!(folder.next_identity().unwrap().unwrap().key.public(), new.public());
        folder.rename(NEXT.0, CURRENT.0).unwrap(); // and here the power fails
        assert_eq!(folder.identity().unwrap().unwrap().key.public(), new.public());
        assert!(folder.next_identity().unwrap().is_none());
        assert_eq!(folder.identity().unwrap().unwrap().key.public(), new.public());
    }

    #[test]
    fn one_agent_per_folder() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        let held = folder.hold().unwrap();
        assert!(matches!(folder.hold(), Err(AgentError::Busy(_))));
        drop(held);
        assert!(folder.hold().is_ok());
    }
}
