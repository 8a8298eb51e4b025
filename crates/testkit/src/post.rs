//! A mail server as an operator sets one up.

use crate::outside::Foreign;
use crate::person::Person;
use crate::smtp::{Security, SmtpServer};
use crate::world::World;
use fieldkeep_trust::secret::write_private;
use serde_json::{Value, json};

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

    /// The first letter to somebody after so many others that holds what is looked for. Letters about other things,
    /// and to others, may come in between.
    async fn letter<T>(&self, to: &str, before: usize, find: impl Fn(&str) -> Option<T>) -> T {
        for count in before + 1.. {
            let mails = self.server.mails(count).await;
            let own = mails[before..].iter().filter(|mail| mail.to[0] == to);
            if let Some(found) = own.filter_map(|mail| find(&mail.text())).next() {
                return found;
            }
        }
        unreachable!("mails() fails when none comes")
    }

    /// The first letter to somebody after so many letters that says this, on whatever lines.
    pub async fn text_to(&self, to: &str, before: usize, says: &str) -> String {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.letter(to, before, |text| Some(flat(text)).filter(|text| text.contains(says))).await
    }

    /// The token of the first link to somebody after so many letters.
    pub async fn token_to(&self, to: &str, before: usize) -> String {
        let token =
            |text: &str| Some(text.split_whitespace().find_map(|word| word.split_once('#'))?.1.to_owned());
        self.letter(to, before, token).await
    }

    /// The first code to somebody after so many letters.
    pub async fn code_to(&self, to: &str, before: usize) -> String {
        self.letter(to, before, find_code).await
    }

    /// Invites somebody of a deployment that sends through it: the link goes to them and is shown to nobody else.
    pub async fn invite(
        &self,
        world: &World,
        address: &str,
        organization: Option<&str>,
        roles: Value,
    ) -> String {
        let before = self.server.so_far().len();
        let body = json!({"address": address, "organization": organization, "roles": roles});
        let made = world.post("/api/v1/invitations", body).await.expect(201).body;
        assert_eq!((&made["sent"], made.get("link")), (&json!(true), None), "{made}");
        format!("link#{}", self.token_to(address, before).await)
    }

    /// Somebody with an account and these roles, who took up the invitation that was sent to them.
    pub async fn person(
        &self,
        world: &World,
        address: &str,
        organization: Option<&str>,
        roles: Value,
    ) -> Person {
        let link = self.invite(world, address, organization, roles).await;
        Person::join(world, &link, "Test Person", address).await
    }
}

/// The code in a message, if it is about one.
pub fn find_code(text: &str) -> Option<String> {
    let text = text.replace("%20", " ");
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6);
    code.filter(|_| text.contains("code")).map(str::to_owned)
}
