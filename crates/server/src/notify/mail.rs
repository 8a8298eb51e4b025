//! E-mail by SMTP (RFC 5321): one message, one recipient, plain text.
//!
//! Never: HTML, an unproven server, the words of the server in what is kept: they may repeat the message.

use super::mime::{Sender, message};
use super::outward;
use super::text::Text;
use crate::config::{Config, ConfigError, MailTls, loopback, secret_file};
use crate::limits::SEND_S_MAX;
use fieldkeep_domain::notify::{EmailAddress, Outcome};
use fieldkeep_domain::{LetterId, Timestamp};
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{Address, AsyncTransport, Tokio1Executor};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Replies that speak of our account at the server, not of the letter: the operator can mend them.
const ACCOUNT_REFUSED: [u16; 4] = [530, 534, 535, 538];

/// Hands messages to the mail server.
#[derive(Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Sender,
}

impl Mailer {
    /// The mailer that is configured; none where e-mail is off.
    pub fn new(config: &Config, path: &Path) -> Result<Option<Self>, ConfigError> {
        let mail = &config.mail;
        if !mail.on() {
            return Ok(None);
        }
        let bad = |key, why| ConfigError::Value { path: path.to_owned(), key, why };
        let from = Sender::parse(&mail.from).ok_or_else(|| bad("mail.from", "an e-mail address expected"))?;
        let host = match mail.tls {
            MailTls::LoopbackPlaintext => loopback(&mail.host)
                .ok_or_else(|| bad("mail.tls", "\"loopback-plaintext\" is for a loopback address only"))?
                .to_string(),
            _ => mail.host.clone(),
        };
        let tls = match mail.tls {
            MailTls::LoopbackPlaintext => Tls::None,
            MailTls::Starttls => Tls::Required(parameters(config, path)?),
            MailTls::Implicit => Tls::Wrapper(parameters(config, path)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(mail.port)
            .tls(tls)
            .timeout(Some(Duration::from_secs(SEND_S_MAX)))
            .hello_name(ClientId::Domain(config.server.people_name.clone()));
        if !mail.username.is_empty() {
            let password = secret_file(path, "mail.password_file", &mail.password_file)?;
            let password = String::from_utf8_lossy(password.expose()).into_owned();
            builder = builder
                .credentials(Credentials::new(mail.username.clone(), password))
                .authentication(vec![Mechanism::Plain, Mechanism::Login]);
        }
        Ok(Some(Self { transport: builder.build(), from }))
    }

    /// Sends one message. Sent twice, it carries the same Message-ID, by which a mail program knows it again.
    pub async fn send(&self, letter: LetterId, to: &EmailAddress, text: &Text, now: Timestamp) -> Outcome {
        let (envelope, message) = match self.letter(letter, to, text, now) {
            Ok(letter) => letter,
            Err(why) => return Outcome::Never(why),
        };
        let sending = self.transport.send_raw(&envelope, message.as_bytes());
        match tokio::time::timeout(Duration::from_secs(SEND_S_MAX), sending).await {
            Err(_) => Outcome::Later(format!("the mail server took longer than {SEND_S_MAX} s")),
            Ok(Ok(_)) => Outcome::Delivered,
            Ok(Err(error)) => judge(&error),
        }
    }

    fn letter(
        &self,
        letter: LetterId,
        to: &EmailAddress,
        text: &Text,
        now: Timestamp,
    ) -> Result<(Envelope, String), String> {
        let bad = |error: lettre::address::AddressError| format!("an address that is none: {error}");
        let address = |of: &EmailAddress| Address::new(of.local(), ascii(of.domain())?).map_err(bad);
        let (from, to) = (address(&self.from.address)?, address(to)?);
        let message = message(letter, &self.from, to.as_ref(), text, now);
        let envelope = Envelope::new(Some(from), vec![to]).map_err(|error| error.to_string())?;
        Ok((envelope, message))
    }
}

/// A domain as mail servers write it: `correo.españa` is `correo.xn--espaa-rta`.
fn ascii(domain: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(&format!("https://{domain}/")).map_err(|error| error.to_string())?;
    url.domain().map(str::to_owned).ok_or_else(|| "the recipient's domain is no name".to_owned())
}

fn parameters(config: &Config, path: &Path) -> Result<TlsParameters, ConfigError> {
    let mail = &config.mail;
    let (key, file) = ("mail.ca_file", PathBuf::from(&mail.ca_file));
    let refused = |error: Error| ConfigError::File {
        path: path.to_owned(),
        key,
        file: file.clone(),
        why: error.to_string(),
    };
    let own = outward::authorities(path, key, &mail.ca_file)?;
    let mut builder = TlsParameters::builder(mail.host.clone()).certificate_store(match own.is_empty() {
        true => CertificateStore::WebpkiRoots,
        false => CertificateStore::None,
    });
    for der in own {
        builder = builder.add_root_certificate(Certificate::from_der(der).map_err(refused)?);
    }
    builder.build().map_err(refused)
}

/// Only numbers and kinds of what the server said are kept.
fn judge(error: &Error) -> Outcome {
    let code = error.status().map(u16::from);
    match code {
        Some(code) if error.is_permanent() && !ACCOUNT_REFUSED.contains(&code) => {
            Outcome::Never(format!("the mail server refused it for good ({code})"))
        }
        Some(code) if ACCOUNT_REFUSED.contains(&code) => {
            Outcome::Later(format!("the mail server refused our account ({code}): see `mail.username`"))
        }
        Some(code) => Outcome::Later(format!("the mail server refused it for now ({code})")),
        None if error.is_tls() || unproven(error) => Outcome::Later(
            "the mail server did not prove who it is: see `mail.ca_file` and `mail.host`".into(),
        ),
        None if error.is_timeout() => Outcome::Later("the mail server did not answer in time".into()),
        None if error.is_client() => Outcome::Later(
            "the mail server offers no TLS or no sign-in that we accept: see `mail.tls`".into(),
        ),
        None => Outcome::Later("the mail server cannot be reached, or the connection broke off".into()),
    }
}

/// Whether TLS itself is what failed; the library files that under broken connections.
fn unproven(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(deeper) = source {
        let inner = deeper.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if inner.is_some_and(|inner| inner.is::<rustls::Error>()) || deeper.is::<rustls::Error>() {
            return true;
        }
        source = deeper.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailer() -> Mailer {
        let text = "[mail]\nhost = \"127.0.0.1\"\ntls = \"loopback-plaintext\"\nfrom = \"Fieldkeep <a@example.com>\"";
        let config = Config::parse(text, Path::new("x")).unwrap();
        Mailer::new(&config, Path::new("x")).unwrap().unwrap()
    }

    #[tokio::test]
    async fn one_recipient_and_its_domain_in_ascii() {
        let text = Text { subject: "x".into(), body: "y".into(), short: String::new() };
        let to: EmailAddress = "jose@correo.españa".parse().unwrap();
        let (envelope, message) = mailer().letter(LetterId::MIN, &to, &text, Timestamp(0)).unwrap();
        let named: Vec<String> = envelope.to().iter().map(ToString::to_string).collect();
        assert_eq!(named, ["jose@correo.xn--espaa-rta"]);
        assert!(message.contains("\r\nTo: jose@correo.xn--espaa-rta\r\n"), "{message}");
    }
}
