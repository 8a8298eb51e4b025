//! What is set about sending: e-mail, SMS, webhooks; and the files with secrets that these keys name.
//!
//! Never: a secret in the configuration itself, a plain connection that leaves this machine.

use super::ConfigError;
use crate::limits::{CA_FILE_BYTES_MAX, SECRET_FILE_BYTES_MAX};
use fieldkeep_domain::project::Network;
use fieldkeep_trust::secret::Secret;
use http::{HeaderName, HeaderValue, Method};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A key and what is wrong with its value.
pub(super) type Bad = (&'static str, &'static str);

/// How the mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailTls {
    /// TLS after STARTTLS (RFC 3207), required.
    Starttls,
    /// TLS from the first byte (RFC 8314 §3.3).
    Implicit,
    /// None; to a loopback address only.
    LoopbackPlaintext,
}

/// Sending e-mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server; empty: none.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub tls: MailTls,
    /// The sender.
    pub from: String,
    /// The account; empty: none.
    pub username: String,
    /// File with the account's password.
    pub password_file: String,
    /// File with authorities; empty: the public ones.
    pub ca_file: String,
}

impl Mail {
    /// Whether e-mail is sent.
    pub fn on(&self) -> bool {
        !self.host.is_empty()
    }

    pub(super) fn check(&self) -> Result<(), Bad> {
        if !self.on() {
            return Ok(());
        }
        if rustls_pki_types::ServerName::try_from(self.host.as_str()).is_err() {
            return Err(("mail.host", "a DNS name or an IP address expected"));
        }
        if self.port == 0 {
            return Err(("mail.port", "1 to 65535 expected"));
        }
        if self.tls == MailTls::LoopbackPlaintext && loopback(&self.host).is_none() {
            return Err(("mail.tls", "\"loopback-plaintext\" is for a loopback address in mail.host only"));
        }
        if crate::notify::Sender::parse(&self.from).is_none() {
            return Err(("mail.from", "an address such as \"Fieldkeep <alerts@example.com>\" expected"));
        }
        if self.username.is_empty() != self.password_file.is_empty() {
            return Err(("mail.password_file", "mail.username and mail.password_file go together"));
        }
        Ok(())
    }
}

/// Sending SMS through a gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// The gateway; empty: none.
    pub url: String,
    /// How it is asked.
    pub method: String,
    /// What the body is.
    pub content_type: String,
    /// The body, with placeholders.
    pub body: String,
    /// First word of the Authorization header.
    pub auth_scheme: String,
    /// File with the rest of it.
    pub auth_file: String,
    /// File with authorities; empty: the public ones.
    pub ca_file: String,
    /// More headers.
    pub headers: BTreeMap<String, String>,
}

impl Sms {
    /// Whether SMS are sent.
    pub fn on(&self) -> bool {
        !self.url.is_empty()
    }

    pub(super) fn check(&self) -> Result<(), Bad> {
        if !self.on() {
            return Ok(());
        }
        let url = reqwest::Url::parse(&self.url).map_err(|_| ("sms.url", "an https:// address expected"))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        match url.scheme() {
            "https" => {}
            "http" if loopback(host).is_some() => {}
            _ => return Err(("sms.url", "https:// expected; http:// is for loopback addresses only")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(("sms.url", "no account in the address: put it into sms.auth_file"));
        }
        if self
            .method
            .parse::<Method>()
            .ok()
            .is_none_or(|method| ![Method::POST, Method::PUT].contains(&method))
        {
            return Err(("sms.method", "POST or PUT expected"));
        }
        if crate::notify::Template::parse(&self.content_type, &self.body).is_err() {
            return Err((
                "sms.body",
                "text of sms.content_type (application/json or application/x-www-form-urlencoded) with {text} \
                 and {to} or {to_digits} expected",
            ));
        }
        if self.auth_scheme.is_empty()
            || !self.auth_scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return Err(("sms.auth_scheme", "one word such as \"Basic\" or \"Bearer\" expected"));
        }
        self.check_headers()
    }

    fn check_headers(&self) -> Result<(), Bad> {
        for (name, value) in &self.headers {
            let (Ok(name), Ok(_)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) else {
                return Err(("sms.headers", "names and values of HTTP headers expected"));
            };
            if name == http::header::AUTHORIZATION {
                return Err(("sms.headers", "no secret here: put it into sms.auth_file"));
            }
        }
        Ok(())
    }
}

/// Telling programs outside.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// Networks besides the public ones.
    pub webhook_networks: Vec<String>,
    /// File with further authorities.
    pub webhook_ca_file: String,
}

impl Notify {
    pub(super) fn check(&self) -> Result<(), Bad> {
        if self.webhook_networks.iter().any(|text| text.parse::<Network>().is_err()) {
            return Err((
                "notify.webhook_networks",
                "networks such as 10.20.0.0/16 expected, host bits zero",
            ));
        }
        Ok(())
    }
    /// The networks, parsed.
    pub fn networks(&self) -> Vec<Network> {
        self.webhook_networks.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

/// Identity providers of organizations.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Providers {
    /// Networks besides the public ones.
    pub networks: Vec<String>,
    /// File with further authorities.
    pub ca_file: String,
}

impl Providers {
    pub(super) fn check(&self) -> Result<(), Bad> {
        if self.networks.iter().any(|text| text.parse::<Network>().is_err()) {
            return Err(("providers.networks", "networks such as 10.20.0.0/16 expected, host bits zero"));
        }
        Ok(())
    }
    /// The networks, parsed.
    pub fn networks(&self) -> Vec<Network> {
        self.networks.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

/// The loopback address that a host is, where it is one by itself and not by what a resolver says.
pub fn loopback(host: &str) -> Option<IpAddr> {
    if host == "localhost" {
        return Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
    }
    host.parse::<IpAddr>().ok().filter(IpAddr::is_loopback)
}

/// The secret in the file that a key names; without the line's end. Others must not be able to read it.
pub fn secret_file(config: &Path, key: &'static str, file: &str) -> Result<Secret, ConfigError> {
    let refused =
        |why: String| ConfigError::File { path: config.to_owned(), key, file: PathBuf::from(file), why };
    let secret = private_file(Path::new(file), SECRET_FILE_BYTES_MAX).map_err(refused)?;
    let line = secret.expose().trim_ascii_end();
    let printable = !line.is_empty() && line.iter().all(|byte| !byte.is_ascii_control());
    if !printable || std::str::from_utf8(line).is_err() {
        return Err(refused("one line of text expected".into()));
    }
    Ok(Secret::new(line.to_vec()))
}

/// A file that nobody but its owner may read, up to a size; else why it is refused.
pub fn private_file(file: &Path, bytes_max: u64) -> Result<Secret, String> {
    let open = File::open(file).map_err(|error| error.to_string())?;
    let mode = open.metadata().map_err(|error| error.to_string())?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(format!("it can be read by others (mode {mode:03o}): restrict it with `chmod 600`"));
    }
    let mut bytes = Vec::new();
    open.take(bytes_max + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    let secret = Secret::new(bytes);
    match secret.expose().len() as u64 > bytes_max {
        true => Err(format!("it is larger than {bytes_max} bytes")),
        false => Ok(secret),
    }
}

/// The text of a file that a key names; none where the key is empty.
pub fn text_file(config: &Path, key: &'static str, file: &str) -> Result<Option<String>, ConfigError> {
    if file.is_empty() {
        return Ok(None);
    }
    let refused =
        |why: String| ConfigError::File { path: config.to_owned(), key, file: PathBuf::from(file), why };
    let mut text = String::new();
    File::open(file)
        .and_then(|open| open.take(CA_FILE_BYTES_MAX).read_to_string(&mut text))
        .map_err(|error| refused(error.to_string()))?;
    Ok(Some(text))
}
