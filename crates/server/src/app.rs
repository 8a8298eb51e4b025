//! Everything a running server holds, and how it starts and stops: the same code recovers and begins.

use crate::access::Policies;
use crate::admission::chain::Chains;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::db::{Db, DbError};
use crate::http::{Buckets, Connections, Files, Listener, Metrics, certificate};
use crate::journal::Journal;
use crate::keys::Keys;
use crate::limits::{API_BURST, API_PER_S, DEVICE_BURST, DEVICE_PER_S};
use crate::simulated::{self, Simulation, Simulator};
use crate::telemetry::Tail;
use crate::{Fault, account, fleet, identity, jobs, journal, live, notify, registry, telemetry};
use arc_swap::ArcSwap;
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::{DeviceId, KeyId, Timestamp};
use fieldkeep_trust::ca::Authority;
use fieldkeep_trust::keyring::{Keyring, KeyringError};
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::tls::DeviceVerifier;
use fieldkeep_trust::{TrustError, x509};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;
use webauthn_rs::Webauthn;

/// Files of a data folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// A folder that may or may not exist.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }
    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }
    /// The configuration that changes the defaults.
    pub fn config(&self) -> PathBuf {
        self.0.join("fieldkeep.toml")
    }
    /// The key above every other.
    pub fn master_key(&self) -> PathBuf {
        self.0.join("master.key")
    }
    /// Every other key.
    pub fn keyring(&self) -> PathBuf {
        self.0.join("keyring")
    }
    /// The embedded database.
    pub fn database(&self) -> PathBuf {
        self.0.join("fieldkeep.db")
    }
    /// Certificates of the deployment's authorities: `root`, `devices`, `server`.
    pub fn certificate(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.pem"))
    }
    /// The operator's own certificate that the running server shows to people.
    pub fn people_certificate(&self) -> PathBuf {
        self.0.join("people.pem")
    }
    /// The root's key, encrypted: to be moved away.
    pub fn root_key(&self) -> PathBuf {
        self.0.join("root.key.sealed")
    }
    /// The first administrator's key.
    pub fn operator_key(&self) -> PathBuf {
        self.0.join("operator.key")
    }
    /// The filter of leaked passwords, where the operator built one.
    pub fn leaked_filter(&self) -> PathBuf {
        self.0.join("leaked.filter")
    }
    /// Where the running server listens, for local commands.
    pub fn address(&self) -> PathBuf {
        self.0.join("address")
    }
}

/// Why a server does not start. Nothing was bound, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyringError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The embedded database is gone, though its keys are there.
    #[error("{path} is missing, and with it the registry, the revocations and the readings: bring it back from a backup; nothing was made in its place", path = path.display())]
    NoDatabase {
        /// Where it should be.
        path: PathBuf,
    },
    /// Certificates.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A file.
    #[error("cannot use {path}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A port.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Reading what is there.
    #[error("cannot read the deployment's state: {0}")]
    State(#[from] Fault),
}

/// Where people reach the server.
#[derive(Debug)]
struct Pages {
    people: String,
    base: Url,
    devices: String,
    party: Webauthn,
    origins: Vec<String>,
}

/// The running deployment.
#[derive(Debug)]
pub struct App {
    /// What is set.
    pub config: Config,
    /// Where files are.
    pub folder: Folder,
    /// The time.
    pub clock: Clock,
    /// The rows.
    pub db: Db,
    /// The keys.
    pub keys: Keys,
    /// The deployment's root certificate, DER.
    pub root: Vec<u8>,
    /// The CA above the organizations.
    pub devices_ca: Authority,
    /// Signs device tokens.
    pub token_key: SigningKey,
    /// The journal.
    pub journal: Journal,
    /// Pending ends of the devices' chains.
    pub chains: Chains,
    /// Open connections of devices.
    pub connections: Arc<Connections>,
    /// Readings not yet in chunks.
    pub tail: Tail,
    /// Revocation lists as they were last made.
    pub lists: identity::Lists,
    /// Devices whose oldest receipts should go.
    pub receipts_over: Mutex<HashSet<DeviceId>>,
    /// Counters.
    pub metrics: Metrics,
    /// TLS, replaced when the certificate is renewed.
    pub tls: ArcSwap<certificate::Tls>,
    /// Limits per program.
    pub callers: Buckets<Doer>,
    /// Who may do what.
    pub policies: Policies,
    /// Hashes passwords.
    pub passwords: account::Passwords,
    /// The identity providers of organizations, as far as they were asked.
    pub providers: account::oidc::Providers,
    /// Who has to wait after failures.
    pub throttle: account::Throttle,
    /// Failed sign-ins that are not written down yet.
    pub failed_sign_ins: Mutex<Vec<account::SignInRow>>,
    /// Limits per device.
    pub devices: Buckets<DeviceId>,
    /// The ways out: e-mail, SMS, webhooks.
    pub post: notify::Post,
    /// Word to the outbox's job that there is something new. After the commit; a lost one costs a moment.
    pub outbox: Notify,
    /// What was seen of devices and should be told.
    pub news: notify::Newsroom,
    /// Word to the job of work that there is something new.
    pub work: Notify,
    /// What devices are searched by.
    pub fleet: fleet::Fleet,
    /// Open streams of live events.
    pub live: Arc<live::Feed>,
    /// Devices that are simulated on this machine.
    pub simulation: Simulation,
    server_ca: Authority,
    verifier: Arc<DeviceVerifier>,
    used: Mutex<HashMap<KeyId, Timestamp>>,
    looked_at: AtomicI64,
    /// Since when this server runs.
    pub started_at: Timestamp,
    pages: OnceLock<Pages>,
    files: OnceLock<Files>,
}

impl App {
    /// Opens a data folder: keys, database, certificates. Binds nothing.
    pub async fn open(
        folder: Folder,
        config: Config,
        clock: Clock,
    ) -> Result<(Arc<Self>, journal::Committer), StartError> {
        let post = notify::Post::new(&config, &folder.config())?;
        let providers = account::oidc::Providers::new(&config, &folder.config())?;
        let own = certificate::Own::load(&config, &folder, clock.now())?;
        let keys = Keys::new(Keyring::open(&folder.master_key(), &folder.keyring())?);
        let db = connect(&folder, &config, &keys).await?;
        db.migrate().await?;
        let root = certificate(&folder, "root")?;
        let devices_ca = keys.authority("devices", certificate(&folder, "devices")?)?;
        let server_ca = keys.authority("server", certificate(&folder, "server")?)?;
        let verifier = DeviceVerifier::new(&root)?;
        let tls = certificate::tls_of(&config, &server_ca, &verifier, &clock, own)?;
        let (journal, committer) = Journal::new();
        let app = Arc::new(Self {
            token_key: keys.token()?,
            tail: Tail::new(config.telemetry.memory_mib as usize * 1024 * 1024),
            tls: ArcSwap::from_pointee(tls),
            chains: Chains::default(),
            connections: Arc::default(),
            lists: identity::Lists::default(),
            receipts_over: Mutex::default(),
            metrics: Metrics::default(),
            policies: Policies::new()?,
            passwords: account::Passwords::new()?,
            throttle: account::Throttle::default(),
            failed_sign_ins: Mutex::default(),
            pages: OnceLock::new(),
            files: OnceLock::new(),
            callers: Buckets::new("requests-per-caller", API_PER_S, API_BURST),
            devices: Buckets::new("requests-per-device", DEVICE_PER_S, DEVICE_BURST),
            post,
            providers,
            outbox: Notify::new(),
            work: Notify::new(),
            news: notify::Newsroom::default(),
            fleet: fleet::Fleet::default(),
            live: Arc::default(),
            simulation: Simulation::default(),
            used: Mutex::default(),
            looked_at: AtomicI64::new(clock.now().as_nanos()),
            started_at: clock.now(),
            config,
            folder,
            clock,
            db,
            keys,
            root,
            devices_ca,
            journal,
            server_ca,
            verifier,
        });
        journal::refresh(&app, &committer).await?;
        app.reload_makers().await?;
        Ok((app, committer))
    }

    /// Trusts the roots of the makers that are registered now.
    pub async fn reload_makers(&self) -> Result<(), Fault> {
        let mut tx = self.db.read().await?;
        let roots: Vec<Vec<u8>> =
            registry::sql::makers(&mut tx).await?.into_iter().map(|maker| maker.root).collect();
        Ok(self.verifier.trust_makers(&roots)?)
    }

    /// The console's files: none where the server was started without.
    pub fn files(&self) -> Files {
        self.files.get().copied().unwrap_or(|_| None)
    }

    /// Replaces the server's certificate when it is time, and the operator's own when its files were.
    pub fn renew_certificate(&self) -> Result<(), Fault> {
        let tls = self.tls.load();
        if self.clock.now() >= tls.renew_at {
            let own = tls.own.clone();
            let next = certificate::tls_of(&self.config, &self.server_ca, &self.verifier, &self.clock, own)?;
            self.tls.store(Arc::new(next));
        }
        certificate::look(self)
    }

    /// Whether the last use of a key should be written now: once a minute.
    pub fn mark_used(&self, key: KeyId, now: Timestamp) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() > 10_000 {
            used.clear();
        }
        let due = used.get(&key).is_none_or(|at| now.secs_since(*at) >= 60);
        if due {
            used.insert(key, now);
        }
        due
    }

    /// The address of the people's pages. Known once the server listens.
    pub fn base(&self) -> Result<&Url, Fault> {
        self.pages
            .get()
            .map(|pages| &pages.base)
            .ok_or_else(|| Fault::internal("the server does not listen yet"))
    }

    /// The address that people reach the console at from other machines. Known once the server listens.
    pub fn people_url(&self) -> Result<&str, Fault> {
        let pages = self.pages.get();
        pages
            .map(|pages| pages.people.as_str())
            .ok_or_else(|| Fault::internal("the server does not listen yet"))
    }

    /// The address that devices call. Known once the server listens.
    pub fn devices_url(&self) -> Result<&str, Fault> {
        self.pages
            .get()
            .map(|pages| pages.devices.as_str())
            .ok_or_else(|| Fault::internal("the server does not listen yet"))
    }

    /// The relying party of passkeys.
    pub fn webauthn(&self) -> Result<&Webauthn, Fault> {
        self.pages
            .get()
            .map(|pages| &pages.party)
            .ok_or_else(|| Fault::internal("the server does not listen yet"))
    }

    /// Whether pages of this origin are the deployment's own.
    pub fn is_own_origin(&self, origin: &str) -> bool {
        self.pages.get().is_some_and(|pages| pages.origins.iter().any(|own| own == origin))
    }

    /// Takes note of where people reach the server: what is set, or its name and port. Where the console is served on this
    /// machine alone too, links lead there: its browsers need no certificate first.
    pub fn reached_at(&self, port: u16, local: Option<SocketAddr>) -> Result<(), Fault> {
        let people = &self.config.people;
        let text = match people.url.is_empty() {
            true => format!("https://{}:{port}/", self.config.server.people_name),
            false => people.url.clone(),
        };
        let mut base: Url = text.parse().map_err(Fault::internal)?;
        let address = base.to_string();
        let mut others = Vec::new();
        if let Some(local) = local {
            let local = format!("http://localhost:{}/", local.port()).parse().map_err(Fault::internal)?;
            others.push(std::mem::replace(&mut base, local));
        }
        let rp_id = match people.rp_id.is_empty() {
            true => &self.config.server.people_name,
            false => &people.rp_id,
        };
        let party = account::webauthn::relying_party(rp_id, &base, &others)?;
        let origins = others.iter().chain([&base]).map(|url| url.origin().ascii_serialization()).collect();
        let devices = format!("https://{}:{port}", self.config.server.devices_name);
        let _ = self.pages.set(Pages { base, people: address, devices, party, origins });
        Ok(())
    }

    /// Notes that identities were looked at just now.
    pub fn looked(&self) {
        self.looked_at.store(self.clock.now().as_nanos(), Ordering::Relaxed);
    }

    /// Whether the last look at identities is fresh enough to go by.
    pub fn current(&self) -> bool {
        let looked = Timestamp(self.looked_at.load(Ordering::Relaxed));
        self.clock.now().secs_since(looked).abs() <= jobs::LOOK_AGE_S_MAX
    }
}

async fn connect(folder: &Folder, config: &Config, keys: &Keys) -> Result<Db, StartError> {
    if config.database.url.is_empty() {
        return Ok(Db::embedded(&folder.database(), &keys.database()?).await?);
    }
    Ok(Db::postgres(&config.database.url).await?)
}

/// A certificate of the data folder, DER.
fn certificate(folder: &Folder, name: &str) -> Result<Vec<u8>, StartError> {
    let path = folder.certificate(name);
    let pem = std::fs::read_to_string(&path).map_err(|source| StartError::File { path, source })?;
    Ok(x509::from_pem(&pem)?.swap_remove(0))
}

/// A server that listens.
pub struct Running {
    /// The deployment.
    pub app: Arc<App>,
    /// Where people and devices connect.
    pub address: SocketAddr,
    /// Where health and metrics are.
    pub monitor: SocketAddr,
    /// Where the console is on this machine alone.
    pub console: Option<SocketAddr>,
    stop: CancellationToken,
    quiet: CancellationToken,
    serving: Vec<tokio::task::JoinHandle<()>>,
    working: Vec<tokio::task::JoinHandle<()>>,
}

/// A port and where it is.
type Bound = (Listener, SocketAddr);

async fn bind_one(address: SocketAddr) -> Result<Bound, StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = Listener::bind(address).await.map_err(failed)?;
    let bound = listener.address().map_err(failed)?;
    Ok((listener, bound))
}

async fn bind(config: &Config) -> Result<(Bound, Bound, Option<Bound>), StartError> {
    let main = bind_one(config.server.listen).await?;
    let monitor = bind_one(config.monitor.listen).await?;
    let console = match config.console.address() {
        Some(address) => Some(bind_one(address).await?),
        None => None,
    };
    Ok((main, monitor, console))
}

/// What the server is given by whoever starts it.
#[derive(Debug)]
pub struct Given {
    /// Without one, there are no simulated devices.
    pub simulator: Option<Arc<dyn Simulator>>,
    /// The console's files.
    pub files: Files,
}

/// Starts everything, without simulated devices and without a console.
pub async fn start(folder: Folder, config: Config, clock: Clock) -> Result<Running, StartError> {
    start_with(folder, config, clock, Given { simulator: None, files: |_| None }).await
}

/// Starts everything: what was left behind is read by the same code that follows the journal.
pub async fn start_with(
    folder: Folder,
    config: Config,
    clock: Clock,
    given: Given,
) -> Result<Running, StartError> {
    let path = folder.database();
    if config.database.url.is_empty() && !path.exists() {
        return Err(StartError::NoDatabase { path });
    }
    let (app, committer) = App::open(folder, config, clock).await?;
    let bound = bind(&app.config).await;
    if bound.is_err() {
        // Closed in order: at exit the library below would be cleaned up while connections still close themselves.
        app.db.close().await;
    }
    let ((listener, address), (monitor, monitor_address), console) = bound?;
    let console_address = console.as_ref().map(|(_, address)| *address);
    app.reached_at(address.port(), console_address)?;
    let _ = app.files.set(given.files);
    if let Some(simulator) = given.simulator {
        app.simulation.give(simulator);
    }
    // The port is bound: agents that are quicker than the rest of this wait in its queue.
    if let Err(fault) = simulated::resume(&app).await {
        tracing::error!(inside = ?fault.inside, "simulated.resume failed; the server goes on without simulated devices");
    }
    leave_certificate(&app)?;
    let path = app.folder.address();
    let text = format!("{}\n{address}\n{monitor_address}\n", app.config.server.people_name);
    std::fs::write(&path, text).map_err(|source| StartError::File { path, source })?;
    let (stop, quiet) = (CancellationToken::new(), CancellationToken::new());
    let working = vec![
        tokio::spawn(journal::run(app.clone(), committer, quiet.clone())),
        tokio::spawn(telemetry::follow(app.clone(), stop.clone())),
        tokio::spawn(jobs::run(app.clone(), stop.clone())),
        tokio::spawn(notify::run(app.clone(), stop.clone())),
        tokio::spawn(crate::work::run(app.clone(), stop.clone())),
        tokio::spawn(live::follow(app.clone(), stop.clone())),
        tokio::spawn(crate::http::serve_monitor(app.clone(), monitor, stop.clone())),
    ];
    let mut serving = vec![tokio::spawn(crate::http::serve(app.clone(), listener, stop.clone()))];
    if let Some((console, _)) = console {
        serving.push(tokio::spawn(crate::http::serve_local(app.clone(), console, stop.clone())));
    }
    tracing::info!(%address, monitor = %monitor_address, "http.listening");
    Ok(Running {
        app,
        address,
        monitor: monitor_address,
        console: console_address,
        stop,
        quiet,
        serving,
        working,
    })
}

/// What commands on this machine know the people's door by, besides the root; nothing of an earlier run.
fn leave_certificate(app: &App) -> Result<(), StartError> {
    let path = app.folder.people_certificate();
    let left = match &app.tls.load().own {
        Some(own) => own.leave(&app.folder),
        None => match std::fs::remove_file(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        },
    };
    left.map_err(|source| StartError::File { path, source })
}

impl Running {
    /// Stops: no new connections, open requests finish, the journal settles what it took, then the database closes.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.serving {
            let _ = task.await;
        }
        self.quiet.cancel();
        for task in self.working {
            let _ = task.await;
        }
        let _ = std::fs::remove_file(self.app.folder.address());
        let _ = std::fs::remove_file(self.app.folder.people_certificate());
        self.app.db.close().await;
    }
}

/// Closes what must not stay open when identities changed: here, and on other servers of the deployment.
pub async fn look_again(app: &App, since: u64) -> Result<(), Fault> {
    let mut tx = app.db.read().await?;
    for (device, life) in registry::sql::changed_since(&mut tx, since).await? {
        if matches!(
            life,
            fieldkeep_domain::registry::Life::Suspended
                | fieldkeep_domain::registry::Life::Revoked
                | fieldkeep_domain::registry::Life::Retired
        ) {
            app.connections.close_device(device);
        }
    }
    let revoked = identity::sql::revoked_since(&mut tx, since).await?;
    app.connections.close_certificates(&revoked, app.clock.now());
    Ok(())
}
