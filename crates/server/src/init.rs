//! A new deployment: keys, authorities, database, the first administrator's key. Never: overwrites anything.

use crate::app::{App, Folder, StartError};
use crate::clock::Clock;
use crate::config::Config;
use crate::keys::Keys;
use crate::{account, journal};
use fieldkeep_trust::ca::{Authority, Profile};
use fieldkeep_trust::keyring::{Keyring, KeyringError};
use fieldkeep_trust::seal::{Binding, Purpose, SealKey};
use fieldkeep_trust::secret::{Secret, write_private};
use fieldkeep_trust::{TrustError, hash, x509};
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// What the operator has to be told once.
pub struct Initialized {
    /// Opens the root's key file. Not stored anywhere.
    pub root_passphrase: Secret,
}

/// The part of a root key file before the sealed key: names the format.
const ROOT_HEADER: &str = "fieldkeep root key 1\n";

/// Makes a deployment in an empty or absent folder.
pub async fn init(folder: &Folder, config: Config, clock: Clock) -> Result<Initialized, StartError> {
    std::fs::create_dir_all(folder.path())
        .map_err(|source| StartError::File { path: folder.path().to_owned(), source })?;
    restrict(folder.path())?;
    let taken = [
        folder.master_key(),
        folder.keyring(),
        folder.database(),
        folder.certificate("root"),
        folder.operator_key(),
    ];
    if let Some(path) = taken.into_iter().find(|path| path.exists()) {
        return Err(KeyringError::Exists { path }.into());
    }
    let now = clock.now();
    let root = Authority::root("Fieldkeep root", now)?;
    let devices = root.subordinate(&Profile::Devices, now)?;
    let server = root.subordinate(&Profile::Server, now)?;
    let mut keyring = Keyring::create(&folder.master_key(), &folder.keyring())?;
    Keys::found(&mut keyring)?;
    for (name, authority) in [("devices", &devices), ("server", &server)] {
        Keys::add_authority(&mut keyring, name, authority)?;
        write(&folder.certificate(name), x509::to_pem("CERTIFICATE", authority.der()).as_bytes())?;
    }
    write(&folder.certificate("root"), x509::to_pem("CERTIFICATE", root.der()).as_bytes())?;
    drop(keyring);
    let root_passphrase = seal_root(folder, &root)?;
    first_key(folder, config, clock).await?;
    Ok(Initialized { root_passphrase })
}

async fn first_key(folder: &Folder, config: Config, clock: Clock) -> Result<(), StartError> {
    let (app, committer) = App::open(folder.clone(), config, clock).await?;
    let quiet = CancellationToken::new();
    let running = tokio::spawn(journal::run(app.clone(), committer, quiet.clone()));
    let key = account::keys::first_key(&app).await;
    quiet.cancel();
    let _ = running.await;
    app.db.close().await;
    write(&folder.operator_key(), format!("{}\n", key?.secret).as_bytes())
}

/// Everything of the deployment is the server's own.
fn restrict(path: &Path) -> Result<(), StartError> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
        .map_err(|source| StartError::File { path: path.to_owned(), source })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), StartError> {
    write_private(path, bytes).map_err(|source| StartError::File { path: path.to_owned(), source })
}

fn root_seal(passphrase: &[u8]) -> Result<SealKey, TrustError> {
    // 160 random bits need no stretching.
    SealKey::from_secret(Secret::new(
        hash::hmac_sha256(b"fieldkeep/root/1", &[passphrase]).as_bytes().to_vec(),
    ))
}

fn seal_root(folder: &Folder, root: &Authority) -> Result<Secret, StartError> {
    let text = data_encoding::BASE32_NOPAD.encode(&fieldkeep_trust::random::<20>()).to_ascii_lowercase();
    let groups: Vec<String> =
        text.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
    let passphrase = Secret::new(groups.join("-").into_bytes());
    let sealed = root_seal(passphrase.expose())?
        .seal(&Binding::deployment(Purpose::Keyring, *b"root-certificate"), root.key().pkcs8().expose())?;
    let file = format!("{ROOT_HEADER}{}\n", data_encoding::BASE64.encode(&sealed));
    write(&folder.root_key(), file.as_bytes())?;
    Ok(passphrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_key_opens_with_its_passphrase_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path());
        let root = Authority::root("Test", Clock::system().now()).unwrap();
        let passphrase = seal_root(&folder, &root).unwrap();
        let file = std::fs::read_to_string(folder.root_key()).unwrap();
        let sealed =
            data_encoding::BASE64.decode(file.strip_prefix(ROOT_HEADER).unwrap().trim().as_bytes()).unwrap();
        let binding = Binding::deployment(Purpose::Keyring, *b"root-certificate");
        let opened = root_seal(passphrase.expose()).unwrap().open(&binding, &sealed).unwrap();
        assert_eq!(opened, root.key().pkcs8().expose());
        assert!(root_seal(b"wrong").unwrap().open(&binding, &sealed).is_err());
    }
}
