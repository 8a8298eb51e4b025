//! A certificate of the operator's own for the people's name: shown to people and to nobody else, renewed in place, refused
//! where it is no good. Over real TLS. Databases play no part in it.

use fieldkeep_domain::Timestamp;
use fieldkeep_server::app::{Running, start};
use fieldkeep_testkit::cli::fieldkeep;
use fieldkeep_testkit::process::{binary, wait_until};
use fieldkeep_testkit::world::block_on;
use fieldkeep_testkit::{Backend, World};
use fieldkeep_trust::ca::{Authority, Profile, SERVER_DAYS};
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::{tls, x509};
use rustls_pki_types::ServerName;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const DAY_S: i64 = 86_400;

/// An operator's own authority, and the two files that the server is told of.
struct Own {
    dir: tempfile::TempDir,
    root_pem: String,
    issuer: Authority,
}

impl Own {
    fn new(now: Timestamp) -> Self {
        let root = Authority::root("Somebody else", now).unwrap();
        let issuer = root.subordinate(&Profile::Server, now).unwrap();
        let root_pem = x509::to_pem("CERTIFICATE", root.der());
        let own = Self { dir: tempfile::tempdir().unwrap(), root_pem, issuer };
        own.issue("localhost", now);
        own
    }
    fn chain(&self) -> PathBuf {
        self.dir.path().join("chain.pem")
    }
    fn key(&self) -> PathBuf {
        self.dir.path().join("key.pem")
    }
    fn config(&self) -> String {
        let (chain, key) = (self.chain(), self.key());
        format!("people_certificate = \"{}\"\npeople_key = \"{}\"\n", chain.display(), key.display())
    }
    /// Writes a new pair; its leaf.
    fn issue(&self, name: &str, now: Timestamp) -> Vec<u8> {
        let key = SigningKey::generate().unwrap();
        let leaf = self.issuer.issue(&Profile::ServerNames(vec![name.into()]), &key.public(), now).unwrap();
        let chain = x509::to_pem("CERTIFICATE", &leaf) + &x509::to_pem("CERTIFICATE", self.issuer.der());
        std::fs::write(self.chain(), chain).unwrap();
        fieldkeep_trust::secret::write_private(&self.key(), key.to_pem().expose()).unwrap();
        leaf
    }
}

/// The leaf that is shown under a name to whoever trusts this root.
async fn leaf(world: &World, root_pem: &str, name: &'static str) -> std::io::Result<Vec<u8>> {
    let config = tls::client_config_at(root_pem, None, Arc::new(world.clock.clone())).unwrap();
    shown(world, config, name).await
}

async fn shown(world: &World, config: rustls::ClientConfig, name: &'static str) -> std::io::Result<Vec<u8>> {
    let tcp = TcpStream::connect(world.address()).await?;
    let name = ServerName::try_from(name).unwrap();
    let tls = TlsConnector::from(Arc::new(config)).connect(name, tcp).await?;
    Ok(tls.get_ref().1.peer_certificates().unwrap()[0].to_vec())
}

/// The same to whoever goes by what the server has left for commands.
async fn for_commands(world: &World, chain_pem: &str, name: &'static str) -> std::io::Result<Vec<u8>> {
    let clock = Arc::new(world.clock.clone());
    shown(world, tls::client_config_pinned(&world.root_pem, chain_pem, clock).unwrap(), name).await
}

fn certificates(health: &Value) -> (String, String) {
    let found =
        health["checks"].as_array().unwrap().iter().find(|one| one["name"] == "certificates").unwrap();
    (found["state"].as_str().unwrap().to_owned(), found["text"].as_str().unwrap().to_owned())
}

/// Asked through the certificate that is shown now.
async fn health(world: &World, own: &Own) -> Value {
    get(world, own, "/api/v1/health").await
}

async fn get(world: &World, own: &Own, path: &str) -> Value {
    let config = tls::client_config(&own.root_pem, None).unwrap();
    let url = format!("https://localhost:{}{path}", world.address().port());
    let answer = world.client(config).get(url).bearer_auth(&world.operator).send().await.unwrap();
    answer.json().await.unwrap()
}

#[test]
fn people_are_shown_it_and_devices_are_not() {
    block_on(async {
        let own = Own::new(fieldkeep_server::clock::Clock::system().now());
        let world = World::with(Backend::Sqlite, &own.config()).await;
        assert!(leaf(&world, &own.root_pem, "localhost").await.is_ok());
        assert!(leaf(&world, &world.root_pem, "localhost").await.is_err());
        // A device knows the deployment's root alone. It would be asked for its certificate after that.
        assert!(leaf(&world, &world.root_pem, "devices.localhost").await.is_ok());
        assert!(leaf(&world, &own.root_pem, "devices.localhost").await.is_err());
        assert_eq!(get(&world, &own, "/api/v1/setup").await["certificate"], "own");
        // The built-in one is renewed behind it; neither takes the other's place.
        world.clock.shift_secs(SERVER_DAYS * DAY_S / 2 + 60);
        world.running.as_ref().unwrap().app.renew_certificate().unwrap();
        assert!(leaf(&world, &own.root_pem, "localhost").await.is_ok());
        assert!(leaf(&world, &world.root_pem, "devices.localhost").await.is_ok());
    });
}

#[test]
fn a_renewal_is_taken_up_and_a_broken_one_is_not() {
    block_on(async {
        let own = Own::new(fieldkeep_server::clock::Clock::system().now());
        let world = World::with(Backend::Sqlite, &own.config()).await;
        let app = world.running.as_ref().unwrap().app.clone();
        assert_eq!(certificates(&health(&world, &own).await).0, "ok");
        let renewed = own.issue("localhost", world.now());
        app.renew_certificate().unwrap();
        assert_eq!(leaf(&world, &own.root_pem, "localhost").await.unwrap(), renewed);

        own.issue("elsewhere.example", world.now());
        app.renew_certificate().unwrap();
        assert_eq!(leaf(&world, &own.root_pem, "localhost").await.unwrap(), renewed);
        let (state, text) = certificates(&health(&world, &own).await);
        assert!(state == "warn" && text.contains("does not name `localhost`"), "{state}: {text}");
        std::fs::remove_file(own.key()).unwrap();
        app.renew_certificate().unwrap();
        assert_eq!(leaf(&world, &own.root_pem, "localhost").await.unwrap(), renewed);
        let (_, text) = certificates(&health(&world, &own).await);
        assert!(text.contains("`server.people_key`"), "{text}");

        let mended = own.issue("localhost", world.now());
        app.renew_certificate().unwrap();
        assert_eq!(leaf(&world, &own.root_pem, "localhost").await.unwrap(), mended);
        assert_eq!(certificates(&health(&world, &own).await).0, "ok");
    });
}

#[test]
fn its_end_is_told_before_and_after() {
    block_on(async {
        let clock = fieldkeep_server::clock::Clock::system();
        let own = Own::new(clock.now());
        own.issue("localhost", clock.now().plus_secs(-(SERVER_DAYS - 10) * DAY_S));
        let world = World::with(Backend::Sqlite, &own.config()).await;
        let (state, text) = certificates(&health(&world, &own).await);
        assert!(
            state == "warn" && text.contains("your own certificate for people ends in"),
            "{state}: {text}"
        );
        // The client keeps its own time: for it the certificate has not ended.
        world.clock.shift_secs(11 * DAY_S);
        let app = world.running.as_ref().unwrap().app.clone();
        app.renew_certificate().unwrap();
        let (state, text) = certificates(&health(&world, &own).await);
        assert!(state == "bad" && text.contains("ended at") && !text.contains("refused"), "{state}: {text}");
        // Commands still reach it: they know this one certificate, and no other of the same issuer.
        let left = std::fs::read_to_string(world.folder().people_certificate()).unwrap();
        assert!(leaf(&world, &own.root_pem, "localhost").await.is_err());
        assert!(for_commands(&world, &left, "localhost").await.is_ok());
        assert!(for_commands(&world, &left, "devices.localhost").await.is_ok());
        own.issue("localhost", world.now());
        let other = std::fs::read_to_string(own.chain()).unwrap();
        assert!(for_commands(&world, &other, "localhost").await.is_err());
    });
}

async fn started(world: &World) -> Result<Running, String> {
    start(world.folder(), world.config(), world.clock.clone()).await.map_err(|error| error.to_string())
}

#[test]
fn each_fault_of_the_files_is_refused_before_a_port_is_bound() {
    block_on(async {
        let now = fieldkeep_server::clock::Clock::system().now();
        let own = Own::new(now);
        let mut world = World::with(Backend::Sqlite, &own.config()).await;
        world.stop().await;
        let refused = async |world: &World, words: &str| match started(world).await {
            Ok(_) => panic!("it started, though {words}"),
            Err(text) => assert!(text.contains(words), "{text} for {words}"),
        };
        own.issue("elsewhere.example", now);
        refused(&world, "does not name `localhost`").await;
        own.issue("localhost", now.plus_secs(2 * DAY_S));
        refused(&world, "is valid only from").await;
        own.issue("localhost", now.plus_secs(-(SERVER_DAYS + 1) * DAY_S));
        refused(&world, "certificate ended at").await;
        own.issue("localhost", now);
        let before = std::fs::read(own.chain()).unwrap();
        own.issue("localhost", now);
        std::fs::write(own.chain(), before).unwrap();
        refused(&world, "it is not the key of the first certificate").await;
        own.issue("localhost", now);
        std::fs::set_permissions(own.key(), std::fs::Permissions::from_mode(0o640)).unwrap();
        refused(&world, "it can be read by others (mode 640)").await;
        std::fs::set_permissions(own.key(), std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(own.chain(), "").unwrap();
        refused(&world, "`server.people_certificate`").await;
        std::fs::remove_file(own.chain()).unwrap();
        refused(&world, "No such file").await;
        own.issue("localhost", now);
        world.start().await;
        assert!(leaf(&world, &own.root_pem, "localhost").await.is_ok());
    });
}

#[test]
fn commands_reach_the_server_behind_it_before_and_after_a_renewal() {
    block_on(async {
        let own = Own::new(fieldkeep_server::clock::Clock::system().now());
        let mut world = World::external(Backend::Sqlite, &own.config()).await;
        let data = world.folder().path().to_owned();
        fieldkeep(&data, &["org", "create", "Northern Cold"]);
        let said = |args: &[&str]| {
            let mut command = Command::new(binary("fieldkeep"));
            let output = command.args(args).arg("--data").arg(&data).output().unwrap();
            (output.status.code(), String::from_utf8(output.stdout).unwrap())
        };
        for args in [&["trust", "show"][..], &["trust", "install"]] {
            let (code, text) = said(args);
            assert!(code == Some(0) && text.contains("nothing is needed here"), "{code:?} {text}");
        }
        let (code, text) = said(&["doctor"]);
        assert!(code == Some(0) && text.contains("shows your own certificate"), "{code:?} {text}");
        // By the timer of the jobs alone.
        let renewed = own.issue("localhost", world.now());
        let left = data.join("people.pem");
        tokio::task::block_in_place(|| {
            wait_until("the renewal is taken up", Duration::from_secs(60), || {
                let pem = std::fs::read_to_string(&left).ok()?;
                (x509::from_pem(&pem).ok()?[0] == renewed).then_some(())
            });
        });
        fieldkeep(&data, &["org", "create", "Southern Cold"]);
        own.issue("elsewhere.example", world.now());
        let (code, text) = said(&["doctor"]);
        assert!(code == Some(1) && text.contains("does not name `localhost`"), "{code:?} {text}");
        fieldkeep(&data, &["org", "create", "Western Cold"]);
        own.issue("localhost", world.now());
        world.stop().await;
        assert!(!left.exists());
    });
}
