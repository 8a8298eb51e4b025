//! Files that a command is given or writes. Never: reads without a bound, or overwrites what is there.

use crate::limits::FILE_BYTES_MAX;
use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Reads a file up to a size.
pub fn read(path: &Path, bytes_max: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        let text = format!("larger than {bytes_max} bytes");
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}

/// Reads a file of text.
pub fn text(path: &Path) -> Result<String> {
    let bytes = read(path, FILE_BYTES_MAX).with_context(|| format!("cannot read {}", path.display()))?;
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8 text", path.display()))
}

/// Reads a file of JSON; the error names file and place.
pub fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_str(&text(path)?).with_context(|| format!("{} is refused", path.display()))
}

/// A place for a secret, taken before the secret is made, so that it is not lost for want of a file.
#[derive(Debug)]
pub struct SecretFile {
    path: PathBuf,
    filled: bool,
}

impl SecretFile {
    /// Takes the place; refuses one that is taken.
    pub fn reserve(path: &Path) -> Result<Self> {
        // With its folder in it: a bare file name has none that could be synced.
        let place = std::path::absolute(path).with_context(|| format!("cannot write {}", path.display()))?;
        let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place);
        match made {
            Ok(_) => Ok(Self { path: place, filled: false }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                bail!("{} exists already and is left as it is; nothing was made", path.display())
            }
            Err(error) => Err(error).with_context(|| format!("cannot write {}", path.display())),
        }
    }

    /// Writes the secret with a line end.
    pub fn fill(mut self, secret: &str) -> Result<()> {
        fieldkeep_trust::secret::write_private(&self.path, format!("{secret}\n").as_bytes())
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        self.filled = true;
        Ok(())
    }
}

impl Drop for SecretFile {
    fn drop(&mut self) {
        if !self.filled {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_overwrites_nothing_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("viewer.key");
        drop(SecretFile::reserve(&path).unwrap());
        assert!(!path.exists());
        SecretFile::reserve(&path).unwrap().fill("one").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\n");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(SecretFile::reserve(&path).unwrap_err().to_string().contains("left as it is"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\n");
    }

    #[test]
    fn a_bare_file_name_is_a_place() {
        assert!(SecretFile::reserve(Path::new("target-of-a-test.key")).unwrap().path.is_absolute());
        assert!(!Path::new("target-of-a-test.key").exists());
    }

    #[test]
    fn a_file_larger_than_its_bound_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, [0; 11]).unwrap();
        assert!(read(&path, 10).unwrap_err().to_string().contains("larger than 10"));
        assert_eq!(read(&path, 11).unwrap().len(), 11);
    }
}
