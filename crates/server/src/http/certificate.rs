//! What the server shows of itself: the certificate behind each of its names. Devices always see the built-in authority's,
//! because that is the root they know. People see it too, or a chain out of files of the operator's own.
//!
//! Never: which devices are let in; another fallback than the chain that was shown before.

use crate::app::Folder;
use crate::clock::Clock;
use crate::config::{Config, ConfigError, private_file};
use crate::limits::{CA_FILE_BYTES_MAX, SECRET_FILE_BYTES_MAX};
use crate::{App, Fault};
use fieldkeep_domain::{Hash, Timestamp};
use fieldkeep_trust::ca::{Authority, Profile};
use fieldkeep_trust::pair::Pair;
use fieldkeep_trust::secret::{Secret, write_private};
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::tls::{self, DeviceVerifier};
use fieldkeep_trust::{TrustError, hash, x509};
use fieldkeep_wire::json::format_time;
use rustls::ServerConfig;
use rustls::sign::SingleCertAndKey;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// TLS of both names.
#[derive(Debug, Clone)]
pub struct Tls {
    /// For people: no client certificate.
    pub people: Arc<ServerConfig>,
    /// For devices: client certificate required.
    pub devices: Arc<ServerConfig>,
    /// When the built-in certificate should be replaced.
    pub renew_at: Timestamp,
    /// What the people's name shows, where that is the operator's own.
    pub own: Option<Own>,
}

/// A certificate of the operator's own, in use.
#[derive(Debug, Clone)]
pub struct Own {
    /// What is shown.
    pub pair: Pair,
    /// SHA-256 of the two files that it came from.
    files: Hash,
    /// Why newer files are not in use.
    pub refused: Option<String>,
}

/// What two files hold, not judged yet.
struct Files {
    chain: Vec<u8>,
    key: Secret,
}

impl Own {
    /// Reads and judges the files that are set; none where none are.
    pub fn load(config: &Config, folder: &Folder, now: Timestamp) -> Result<Option<Self>, ConfigError> {
        match Files::read(config, folder)? {
            Some(files) => files.judge(config, folder, now).map(Some),
            None => Ok(None),
        }
    }

    /// Leaves the chain in the data folder: commands on this machine know the server by its leaf.
    pub fn leave(&self, folder: &Folder) -> std::io::Result<()> {
        let chain: String = self.pair.shown.cert.iter().map(|der| x509::to_pem("CERTIFICATE", der)).collect();
        write_private(&folder.people_certificate(), chain.as_bytes())
    }
}

/// Which file, for an error.
fn refused(config: &Config, folder: &Folder, of_key: bool, why: String) -> ConfigError {
    let (key, file) = match of_key {
        true => ("server.people_key", &config.server.people_key),
        false => ("server.people_certificate", &config.server.people_certificate),
    };
    ConfigError::File { path: folder.config(), key, file: PathBuf::from(file), why }
}

impl Files {
    fn read(config: &Config, folder: &Folder) -> Result<Option<Self>, ConfigError> {
        let server = &config.server;
        if server.people_certificate.is_empty() {
            return Ok(None);
        }
        let at = |file: &str| folder.path().join(file);
        let chain =
            chain_file(&at(&server.people_certificate)).map_err(|why| refused(config, folder, false, why))?;
        let key = private_file(&at(&server.people_key), SECRET_FILE_BYTES_MAX)
            .map_err(|why| refused(config, folder, true, why))?;
        Ok(Some(Self { chain, key }))
    }

    fn hash(&self) -> Hash {
        hash::sha256(&[hash::sha256(&[&self.chain]).as_bytes(), self.key.expose()])
    }

    fn judge(&self, config: &Config, folder: &Folder, now: Timestamp) -> Result<Own, ConfigError> {
        let pair = Pair::judge(&self.chain, &self.key, &config.server.people_name, now)
            .map_err(|bad| refused(config, folder, bad.is_of_key(), bad.to_string()))?;
        Ok(Own { pair, files: self.hash(), refused: None })
    }
}

fn chain_file(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|open| open.take(CA_FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(|error| error.to_string())?;
    match bytes.len() as u64 > CA_FILE_BYTES_MAX {
        true => Err(format!("it is larger than {CA_FILE_BYTES_MAX} bytes")),
        false => Ok(bytes),
    }
}

/// Takes up files that were renewed in place; keeps what is shown where they are no good, and says so once.
///
/// Their content is compared and not their time: a copy may keep the time, and a link may lead elsewhere.
pub fn look(app: &App) -> Result<(), Fault> {
    let tls = app.tls.load_full();
    let Some(used) = &tls.own else { return Ok(()) };
    let found = match Files::read(&app.config, &app.folder) {
        Ok(Some(files)) if files.hash() == used.files => Ok(None),
        Ok(Some(files)) => files.judge(&app.config, &app.folder, app.clock.now()).map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    };
    let refused = match found {
        Ok(None) => None,
        Ok(Some(own)) => {
            // First on the disk: a command that reads it too early finds the server a moment later.
            own.leave(&app.folder).map_err(Fault::internal)?;
            tracing::info!(fingerprint = %own.pair.fingerprint, until = format_time(own.pair.not_after), "http.certificate renewed");
            let people = people(own.pair.shown.clone(), &app.clock)?;
            app.tls.store(Arc::new(Tls { people, own: Some(own), ..(*tls).clone() }));
            return Ok(());
        }
        Err(error) => Some(error.to_string()),
    };
    if refused != used.refused {
        if let Some(why) = &refused {
            tracing::warn!(%why, "http.certificate refused; the one before stays in use");
        }
        let own = Some(Own { refused, ..used.clone() });
        app.tls.store(Arc::new(Tls { own, ..(*tls).clone() }));
    }
    Ok(())
}

fn people(shown: Arc<rustls::sign::CertifiedKey>, clock: &Clock) -> Result<Arc<ServerConfig>, TrustError> {
    let resolver = Arc::new(SingleCertAndKey::from(shown));
    Ok(Arc::new(tls::server_config(resolver, None, Arc::new(clock.clone()))?))
}

/// Issues a new certificate for both names; the operator's own stands before it for people.
pub fn tls_of(
    config: &Config,
    server_ca: &Authority,
    verifier: &Arc<DeviceVerifier>,
    clock: &Clock,
    own: Option<Own>,
) -> Result<Tls, TrustError> {
    let key = SigningKey::generate()?;
    let names = vec![config.server.people_name.clone(), config.server.devices_name.clone()];
    let now = clock.now();
    let leaf = server_ca.issue(&Profile::ServerNames(names), &key.public(), now)?;
    let identity = tls::identity(&[leaf, server_ca.der().to_vec()], &key)?;
    let shown = own.as_ref().map_or_else(|| identity.clone(), |own| own.pair.shown.clone());
    let resolver = Arc::new(SingleCertAndKey::from(identity));
    Ok(Tls {
        people: people(shown, clock)?,
        devices: Arc::new(tls::server_config(resolver, Some(verifier.clone()), Arc::new(clock.clone()))?),
        renew_at: now.plus_secs(fieldkeep_trust::ca::SERVER_DAYS * 86_400 / 2),
        own,
    })
}
