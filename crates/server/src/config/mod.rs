//! The configuration: one commented file compiled in, one beside the data that may change it, all checked before a
//! port is bound. Never: a default that stands anywhere else.

mod outward;

pub use outward::{Mail, MailTls, Notify, Providers, Sms, loopback, private_file, secret_file, text_file};

use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The defaults and the manual.
pub const DEFAULT: &str = include_str!("default.toml");

/// Everything that can be set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listening.
    pub server: Server,
    /// People and their browsers.
    pub people: People,
    /// The console on this machine alone.
    pub console: Console,
    /// Health and metrics.
    pub monitor: Monitor,
    /// Where rows are kept.
    pub database: Database,
    /// The journal.
    pub journal: Journal,
    /// Readings at rest.
    pub telemetry: Telemetry,
    /// Sending e-mail.
    pub mail: Mail,
    /// Sending SMS.
    pub sms: Sms,
    /// Telling programs outside.
    pub notify: Notify,
    /// Identity providers of organizations.
    pub providers: Providers,
}

/// Listening.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port.
    pub listen: SocketAddr,
    /// Name for people and programs.
    pub people_name: String,
    /// Name for devices.
    pub devices_name: String,
    /// File with a certificate chain of the operator's own for the people's name; empty: the built-in authority's.
    pub people_certificate: String,
    /// File with its private key.
    pub people_key: String,
}

impl Server {
    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if self.people_name == self.devices_name {
            return Err(("server.devices_name", "another name than server.people_name expected"));
        }
        let is_name = |name: &str| rustls_pki_types::DnsName::try_from(name).is_ok();
        if !is_name(&self.people_name) {
            return Err(("server.people_name", "a DNS name expected"));
        }
        if !is_name(&self.devices_name) {
            return Err(("server.devices_name", "a DNS name expected"));
        }
        match (self.people_certificate.is_empty(), self.people_key.is_empty()) {
            (false, true) => Err((
                "server.people_key",
                "the file with the private key of server.people_certificate expected: both are set, or neither",
            )),
            (true, false) => Err((
                "server.people_certificate",
                "the file with the certificate of server.people_key expected: both are set, or neither",
            )),
            _ => Ok(()),
        }
    }
}

/// People and their browsers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// Where people reach the server; empty: the people's name and the port that is listened on.
    pub url: String,
    /// What passkeys are bound to; empty: the people's name.
    pub rp_id: String,
}

impl People {
    fn check(&self, people_name: &str) -> Result<(), (&'static str, &'static str)> {
        let host = match self.url.as_str() {
            "" => people_name.to_owned(),
            text => {
                let why = "empty, or an address such as https://fieldkeep.example/ expected, without more behind it";
                let url: url::Url = text.parse().map_err(|_| ("people.url", why))?;
                let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
                if url.scheme() != "https" || url.path() != "/" || !plain {
                    return Err(("people.url", why));
                }
                url.domain().ok_or(("people.url", why))?.to_owned()
            }
        };
        let rp_id = if self.rp_id.is_empty() { people_name } else { &self.rp_id };
        if host == rp_id || host.ends_with(&format!(".{rp_id}")) {
            return Ok(());
        }
        Err(("people.rp_id", "the name in people.url, or a domain above it, expected"))
    }
}

/// The console on this machine alone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Console {
    /// Loopback address and port, without TLS; empty: not served.
    pub loopback: String,
}

impl Console {
    /// Where it listens.
    pub fn address(&self) -> Option<SocketAddr> {
        self.loopback.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback())
    }
    fn check(&self, server: &Server, people: &People) -> Result<(), (&'static str, &'static str)> {
        if self.loopback.is_empty() {
            return Ok(());
        }
        if self.address().is_none() {
            return Err((
                "console.loopback",
                "empty, or a loopback address with a port expected: it has no TLS",
            ));
        }
        let own = |name: &str, default: &str| {
            if name.is_empty() { default == "localhost" } else { name == "localhost" }
        };
        if server.people_name == "localhost"
            && own(&people.rp_id, &server.people_name)
            && people.url.is_empty()
        {
            return Ok(());
        }
        let why = "works only where server.people_name and people.rp_id are localhost and people.url is empty: \
                   a browser lets a page of http://localhost use no other passkeys";
        Err(("console.loopback", why))
    }
}

/// Health and metrics.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// Address and port.
    pub listen: SocketAddr,
}

/// Where rows are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// PostgreSQL; empty: embedded.
    pub url: String,
}

/// The journal.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// Seconds that bodies stay after every reader has passed.
    pub keep_s: u32,
}

/// Readings at rest.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// MiB for readings not yet in chunks.
    pub memory_mib: u32,
    /// Seconds after the end of an hour until it is written.
    pub settle_s: u32,
}

/// Why the configuration is refused. No port was bound.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Not TOML, an unknown key or a wrong type; the text names key and line.
    #[error("{path}: {why}", path = path.display())]
    Parse {
        /// Which.
        path: PathBuf,
        /// What and where.
        why: String,
    },
    /// A value that cannot work.
    #[error("{path}: `{key}`: {why}", path = path.display())]
    Value {
        /// Which file.
        path: PathBuf,
        /// Which key.
        key: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A file that a key names.
    #[error("{path}: `{key}`: {file}: {why}", path = path.display(), file = file.display())]
    File {
        /// Which configuration.
        path: PathBuf,
        /// Which key.
        key: &'static str,
        /// The file it names.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl Config {
    /// Reads the defaults and, where it exists, the file that changes them.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(ConfigError::Read { path: path.to_owned(), source }),
        };
        Self::parse(&text, path)
    }

    /// The defaults with a text of changes laid over them.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let refused = |why: String| ConfigError::Parse { path: path.to_owned(), why };
        let mut merged: toml::Table =
            DEFAULT.parse().map_err(|error| refused(format!("defaults: {error}")))?;
        let changes: toml::Table =
            text.parse().map_err(|error: toml::de::Error| refused(error.to_string()))?;
        overlay(&mut merged, changes, "").map_err(refused)?;
        let config: Self = merged.try_into().map_err(|error: toml::de::Error| refused(error.to_string()))?;
        config.check(path)?;
        Ok(config)
    }

    fn check(&self, path: &Path) -> Result<(), ConfigError> {
        let bad = |key, why| Err(ConfigError::Value { path: path.to_owned(), key, why });
        if !self.monitor.listen.ip().is_loopback() {
            return bad("monitor.listen", "a loopback address expected: it has no TLS and no sign-in");
        }
        if let Err((key, why)) = self.server.check() {
            return bad(key, why);
        }
        if let Err((key, why)) = self.people.check(&self.server.people_name) {
            return bad(key, why);
        }
        if let Err((key, why)) = self.console.check(&self.server, &self.people) {
            return bad(key, why);
        }
        if !self.database.url.is_empty() && !self.database.url.starts_with("postgres") {
            return bad("database.url", "empty or postgres://… expected");
        }
        if !(8..=65_536).contains(&self.telemetry.memory_mib) {
            return bad("telemetry.memory_mib", "8 to 65536 expected");
        }
        let outward = self
            .mail
            .check()
            .and_then(|()| self.sms.check())
            .and_then(|()| self.notify.check())
            .and_then(|()| self.providers.check());
        outward.or_else(|(key, why)| bad(key, why))
    }
}

/// Tables whose keys are the operator's own.
const FREE: [&str; 1] = ["sms.headers"];

/// Lays changes over defaults; a key that has no default does not exist.
fn overlay(defaults: &mut toml::Table, changes: toml::Table, prefix: &str) -> Result<(), String> {
    for (key, value) in changes {
        let name = format!("{prefix}{key}");
        match (defaults.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(own)) if FREE.contains(&name.as_str()) => {
                *below = own;
            }
            (None, _) => return Err(format!("`{name}` is not a key; see the commented defaults")),
            (Some(toml::Value::Table(below)), toml::Value::Table(changes)) => {
                overlay(below, changes, &format!("{name}."))?;
            }
            (Some(old), new) if old.same_type(&new) => *old = new,
            (Some(old), new) => {
                return Err(format!("`{name}`: a {} expected, not a {}", old.type_str(), new.type_str()));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Config::parse(text, Path::new("fieldkeep.toml")).unwrap_err().to_string()
    }

    #[test]
    fn the_defaults_are_valid_and_can_be_changed() {
        let config = Config::parse("[journal]\nkeep_s = 5", Path::new("x")).unwrap();
        assert_eq!(config.journal.keep_s, 5);
        assert_eq!(config.server.listen.port(), 8443);
    }

    #[test]
    fn errors_name_file_and_key() {
        assert_eq!(
            refused("[journal]\nkeeps = 5"),
            "fieldkeep.toml: `journal.keeps` is not a key; see the commented defaults"
        );
        assert!(refused("[journal]\nkeep_s = \"x\"").contains("`journal.keep_s`: a integer expected"));
        assert!(refused("[monitor]\nlisten = \"0.0.0.0:1\"").contains("`monitor.listen`"));
        assert!(refused("[console]\nloopback = \"0.0.0.0:8480\"").contains("`console.loopback`: empty, or"));
        let other = "[console]\nloopback = \"127.0.0.1:8480\"\n[server]\npeople_name = \"fk.example\"";
        assert!(refused(other).contains("works only where"));
        assert!(refused("[server]\ndevices_name = \"localhost\"").contains("`server.devices_name`"));
        for (one, other) in [("people_key", "people_certificate"), ("people_certificate", "people_key")] {
            let text = refused(&format!("[server]\n{one} = \"x.pem\""));
            assert!(text.starts_with(&format!("fieldkeep.toml: `server.{other}`: the file with")), "{text}");
        }
        assert!(refused("nonsense").starts_with("fieldkeep.toml:"));
    }
}
