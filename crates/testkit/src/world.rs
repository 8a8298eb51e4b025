//! A deployment of a test's own: its folder, its database, its clock, its running server and its first administrator.

use crate::device::{Device, Reply, reply};
use crate::maker::Maker;
use crate::postgres;
use crate::process::Process;
use fieldkeep_api as api;
use fieldkeep_domain::{OrganizationId, ProjectId, SiteId, Timestamp};
use fieldkeep_server::app::{Folder, Given, Running, start_with};
use fieldkeep_server::clock::Clock;
use fieldkeep_server::config::Config;
use fieldkeep_server::db::Db;
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::tls;
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Embedded.
    Sqlite,
    /// A real PostgreSQL.
    Postgres,
}

/// Where devices are installed in a test.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Whose.
    pub organization: OrganizationId,
    /// Which project.
    pub project: ProjectId,
    /// Which site.
    pub site: SiteId,
}

/// A deployment.
pub struct World {
    /// Its files.
    pub data: tempfile::TempDir,
    /// Its clock.
    pub clock: Clock,
    /// Its root certificate.
    pub root_pem: String,
    /// The first administrator's key.
    pub operator: String,
    /// The server, while it runs.
    pub running: Option<Running>,
    /// The server as a process of its own, while it runs so.
    pub process: Option<Process>,
    /// Address of its database; empty: embedded.
    pub url: String,
    external: bool,
    /// Not in `data`: what is logged of a full disk must not stand on it.
    logs: tempfile::TempDir,
    more: String,
    people: Option<reqwest::Client>,
}

// Databases that a test opened. They are closed before the process ends: OpenSSL cleans up at exit,
// and a connection that still closes itself in a thread of its own would find it gone.
// Of this thread: tests of one process run side by side, and each closes only its own.
thread_local! {
    static OPENED: RefCell<Vec<Db>> = const { RefCell::new(Vec::new()) };
}

/// Runs a test on a runtime of its own.
pub fn block_on(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        test.await;
        let opened = OPENED.take();
        for db in opened {
            let _ = tokio::time::timeout(std::time::Duration::from_secs(10), db.close()).await;
        }
    });
}

impl World {
    /// A fresh deployment that runs.
    pub async fn new(backend: Backend) -> Self {
        Self::with(backend, "").await
    }

    /// A fresh deployment with more configuration: keys of `[server]`, then other tables.
    pub async fn with(backend: Backend, more: &str) -> Self {
        Self::at(tempfile::tempdir().unwrap(), database(backend), more).await
    }

    /// A fresh deployment in a given folder, over a given database.
    pub async fn at(data: tempfile::TempDir, url: String, more: &str) -> Self {
        let folder = Folder::new(&data.path().join("data"));
        fieldkeep_server::init::init(&folder, config(&url, more), Clock::system()).await.unwrap();
        let mut world = Self::of(data, url, more, false);
        world.start().await;
        world
    }

    /// A fresh deployment made by the real `fieldkeep init` and run by the real `fieldkeep serve`, as a process.
    pub async fn external(backend: Backend, more: &str) -> Self {
        Self::external_at(tempfile::tempdir().unwrap(), database(backend), more).await
    }

    /// The same in a given folder, over a given database.
    pub async fn external_at(data: tempfile::TempDir, url: String, more: &str) -> Self {
        let config = data.path().join("given.toml");
        std::fs::write(&config, text(&url, more)).unwrap();
        let folder = data.path().join("data");
        crate::cli::fieldkeep(&folder, &["init", "--config", config.to_str().unwrap()]);
        let mut world = Self::of(data, url, more, true);
        world.start().await;
        world
    }

    /// A second server process of the same deployment: the same database, a copy of the folder with the keyring.
    pub async fn twin(&self) -> Self {
        let data = tempfile::tempdir().unwrap();
        let to = data.path().join("data");
        std::fs::create_dir(&to).unwrap();
        for entry in std::fs::read_dir(self.folder().path()).unwrap().flatten() {
            if !["address", "serve.lock"].contains(&entry.file_name().to_str().unwrap()) {
                std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
        let mut world = Self::of(data, self.url.clone(), &self.more, true);
        world.start().await;
        world
    }

    fn of(data: tempfile::TempDir, url: String, more: &str, external: bool) -> Self {
        let folder = Folder::new(&data.path().join("data"));
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        let root_pem = read(&folder.certificate("root"));
        let operator = read(&folder.operator_key()).trim().to_owned();
        let (more, clock) = (more.to_owned(), Clock::system());
        Self {
            data,
            clock,
            root_pem,
            operator,
            running: None,
            process: None,
            url,
            external,
            logs: tempfile::tempdir().unwrap(),
            more,
            people: None,
        }
    }

    /// From now on the server runs inside the test, so that the test can look into it; or as a process again.
    pub fn run_inside(&mut self, inside: bool) {
        assert!(self.running.is_none() && self.process.is_none(), "stop it first");
        self.external = !inside;
    }

    /// The number of the server's process.
    pub fn server_pid(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    /// SIGKILL to the server's process. What it left behind is started with [`Self::start`].
    pub fn kill(&self) {
        self.process.as_ref().unwrap().kill();
    }

    /// What the server's processes have logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> std::path::PathBuf {
        self.logs.path().join("serve.log")
    }

    /// What `/readyz` says, and with which status.
    pub async fn ready(&self) -> (u16, String) {
        let at = match &self.process {
            Some(process) => process.monitor,
            None => self.running.as_ref().unwrap().monitor,
        };
        let response = self.people.as_ref().unwrap().get(format!("http://{at}/readyz")).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// The data folder.
    pub fn folder(&self) -> Folder {
        Folder::new(&self.data.path().join("data"))
    }

    /// The configuration it runs with.
    pub fn config(&self) -> Config {
        config(&self.url, &self.more)
    }

    /// Starts the server on what is there.
    pub async fn start(&mut self) {
        if self.external {
            self.process = None;
            let (folder, log) = (self.folder(), self.log_path());
            let started = tokio::task::spawn_blocking(move || Process::serve(folder.path(), &log));
            self.process = Some(started.await.unwrap());
            self.people = Some(self.client(self.tls(None)));
            return;
        }
        let given = Given { simulator: None, files: fieldkeep_console::file };
        let running = start_with(self.folder(), self.config(), self.clock.clone(), given).await;
        let running = running.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        OPENED.with_borrow_mut(|opened| opened.push(running.app.db.clone()));
        self.running = Some(running);
        self.people = Some(self.client(self.tls(None)));
    }

    /// Stops it as an operator would.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        if let Some(process) = self.process.take() {
            process.terminate();
            let ended = tokio::task::spawn_blocking(move || process.ended()).await.unwrap();
            assert!(ended.success(), "the server ended with {ended}:\n{}", self.log());
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        match &self.process {
            Some(process) => process.address,
            None => self.running.as_ref().unwrap().address,
        }
    }

    /// Now, by the deployment's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// TLS that trusts the deployment's root, by the deployment's clock.
    pub fn tls(&self, identity: Option<(&[Vec<u8>], &SigningKey)>) -> rustls::ClientConfig {
        tls::client_config_at(&self.root_pem, identity, Arc::new(self.clock.clone())).unwrap()
    }

    /// A client with this TLS, for both names.
    pub fn client(&self, config: rustls::ClientConfig) -> reqwest::Client {
        reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .resolve("localhost", self.address())
            .resolve("devices.localhost", self.address())
            .timeout(std::time::Duration::from_secs(60))
            .build()
            .unwrap()
    }

    /// A request of a program with a key.
    pub async fn call_as(&self, key: &str, method: &str, path: &str, body: Option<&Json>) -> Reply {
        let url = format!("https://localhost:{}{path}", self.address().port());
        let mut request = self.people.as_ref().unwrap().request(method.parse().unwrap(), url);
        if !key.is_empty() {
            request = request.bearer_auth(key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        reply(request.send().await.unwrap()).await.unwrap()
    }

    /// A request of the first administrator.
    pub async fn call(&self, method: &str, path: &str, body: Option<&Json>) -> Reply {
        self.call_as(&self.operator, method, path, body).await
    }

    /// POST by the first administrator.
    pub async fn post(&self, path: &str, body: Json) -> Reply {
        self.call("POST", path, Some(&body)).await
    }

    /// Makes an organization.
    pub async fn organization(&self, name: &str) -> api::Organization {
        let reply = self.post("/api/v1/organizations", json!({"name": name})).await.expect(201);
        serde_json::from_value(reply.body).unwrap()
    }

    /// Makes a project that declares `temperature` in Cel, −40 to 85, and a site in it.
    pub async fn place(&self, organization: OrganizationId) -> Place {
        let settings = json!({"metrics": {
            "temperature": {"unit": "Cel", "range": [-40.0, 85.0]},
            "energy": {"unit": "J"},
            "mode": {},
        }});
        self.place_with(organization, settings).await
    }

    /// Makes a project with these settings and a site in it.
    pub async fn place_with(&self, organization: OrganizationId, settings: Json) -> Place {
        let path = format!("/api/v1/organizations/{organization}/projects");
        let project = self.post(&path, json!({"name": "Cold store", "settings": settings})).await.expect(201);
        let project: api::Project = serde_json::from_value(project.body).unwrap();
        let path = format!("/api/v1/projects/{}/sites", project.id);
        let site = self.post(&path, json!({"name": "Hall 3"})).await.expect(201);
        let site: api::Site = serde_json::from_value(site.body).unwrap();
        Place { organization, project: project.id, site: site.id }
    }

    /// Registers devices under one order, assigned to an organization.
    pub async fn register(&self, maker: &Maker, devices: &mut [Device], owner: &api::Organization) {
        let key = owner_key(owner);
        for device in devices.iter_mut() {
            maker.assign(&mut device.voucher, &key);
        }
        let devices: Vec<&Device> = devices.iter().collect();
        let import = maker.import(devices.len() as u32, &devices);
        self.post("/api/v1/registry/imports", serde_json::to_value(import).unwrap()).await.expect(200);
    }

    /// Opens a claim.
    pub async fn claim(&self, device: &Device, organization: OrganizationId) -> Reply {
        let path = format!("/api/v1/devices/{}/claim", device.id);
        self.post(&path, json!({"organization": organization})).await
    }

    /// Installs a device.
    pub async fn install(&self, device: &Device, place: &Place) -> Reply {
        let path = format!("/api/v1/devices/{}/install", device.id);
        self.post(&path, json!({"project": place.project, "site": place.site})).await
    }

    /// The rights that a key of a standard role can be given explicitly.
    pub fn rights_of(&self, role: &str) -> Vec<&'static str> {
        static ENGINE: std::sync::LazyLock<fieldkeep_policy::Engine> =
            std::sync::LazyLock::new(|| fieldkeep_policy::Engine::new().unwrap());
        let role = fieldkeep_domain::access::Role::parse(role).expect("a standard role");
        let given = fieldkeep_domain::access::Action::ALL.iter();
        let given = given.filter(|action| action.is_sensitive() && ENGINE.matrix().allows(role, **action));
        given.map(|action| action.name()).collect()
    }

    /// Makes a key of a role for a project or the whole deployment, with every right given explicitly; its secret.
    pub async fn key(&self, role: &str, place: Option<&Place>) -> String {
        let rights = self.rights_of(role);
        let mut body = json!({"name": format!("test {role}"), "role": role, "rights": rights});
        if let Some(place) = place {
            body["project"] = json!(place.project);
        }
        let reply = self.post("/api/v1/keys", body).await.expect(201);
        reply.body["secret"].as_str().unwrap().to_owned()
    }

    /// A company with a project, a site and so many devices that are ready to measure.
    pub async fn with_devices(&self, count: usize) -> (Place, Maker, Vec<Device>) {
        let owner = self.organization("Northern Cold").await;
        let place = self.place(owner.id).await;
        let maker = Maker::new(self.now());
        let mut devices: Vec<Device> = (0..count).map(|_| maker.make()).collect();
        self.register(&maker, &mut devices, &owner).await;
        for device in &mut devices {
            device.settle(self, &place).await;
        }
        (place, maker, devices)
    }
}

/// The owner key out of the contract.
pub fn owner_key(owner: &api::Organization) -> fieldkeep_domain::signed::PublicKey {
    let bytes = data_encoding::BASE64.decode(owner.owner_key.as_bytes()).unwrap();
    fieldkeep_wire::cose::decode_key(&bytes).unwrap()
}

fn database(backend: Backend) -> String {
    match backend {
        Backend::Sqlite => String::new(),
        Backend::Postgres => postgres::fresh_database(),
    }
}

fn text(url: &str, more: &str) -> String {
    format!(
        "[monitor]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = \"{url}\"\n[server]\nlisten = \"127.0.0.1:0\"\n{more}"
    )
}

fn config(url: &str, more: &str) -> Config {
    Config::parse(&text(url, more), Path::new("test.toml")).unwrap()
}
