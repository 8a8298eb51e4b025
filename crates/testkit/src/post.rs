//! A mail server as an operator sets one up.

use crate::outside::Foreign;
use crate::smtp::{Security, SmtpServer};
use fieldkeep_trust::secret::write_private;

/// A mail server with an account, and the configuration that leads to it.
pub struct Post {
    /// The server.
    pub server: SmtpServer,
    /// What leads to it.
    pub config: String,
    _files: tempfile::TempDir,
}

impl Post {
    /// With STARTTLS under an authority of its own.
    pub async fn starttls() -> Self {
        let foreign = Foreign::new("localhost");
        let security = Security::Starttls(foreign.acceptor.clone());
        Self::with(security, "starttls", &foreign.ca_pem).await
    }

    /// With this TLS.
    pub async fn with(security: Security, tls: &str, ca_pem: &str) -> Self {
        let server = SmtpServer::start(security, Some(("fieldkeep", "open sesame"))).await;
        let files = tempfile::tempdir().unwrap();
        let (ca, password) = (files.path().join("ca.pem"), files.path().join("password"));
        std::fs::write(&ca, ca_pem).unwrap();
        write_private(&password, b"open sesame\n").unwrap();
        let config = format!(
            "[mail]\nhost = \"localhost\"\nport = {}\ntls = \"{tls}\"\nfrom = \"Fieldkeep <keep@example.com>\"\n\
             username = \"fieldkeep\"\npassword_file = \"{}\"\nca_file = \"{}\"\n",
            server.address.port(),
            password.display(),
            ca.display()
        );
        Self { server, config, _files: files }
    }
}
