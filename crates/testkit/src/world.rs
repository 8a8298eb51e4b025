//! A deployment of a test's own: its folder, its database, its clock, its running server and its first administrator.

use crate::device::{Device, Reply, reply};
use crate::maker::Maker;
use crate::postgres;
use fieldkeep_api as api;
use fieldkeep_domain::{OrganizationId, ProjectId, SiteId, Timestamp};
use fieldkeep_server::app::{Folder, Running, start};
use fieldkeep_server::clock::Clock;
use fieldkeep_server::config::Config;
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::tls;
use serde_json::{Value as Json, json};
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
    /// Address of its database; empty: embedded.
    pub url: String,
    more: String,
    people: Option<reqwest::Client>,
}

/// Runs a test on a runtime of its own.
pub fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

impl World {
    /// A fresh deployment that runs.
    pub async fn new(backend: Backend) -> Self {
        Self::with(backend, "").await
    }

    /// A fresh deployment with more configuration.
    pub async fn with(backend: Backend, more: &str) -> Self {
        let url = match backend {
            Backend::Sqlite => String::new(),
            Backend::Postgres => postgres::fresh_database(),
        };
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::new(&data.path().join("data"));
        let clock = Clock::system();
        let more = more.to_owned();
        fieldkeep_server::init::init(&folder, config(&url, &more), clock.clone()).await.unwrap();
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        let root_pem = read(&folder.certificate("root"));
        let operator = read(&folder.operator_key()).trim().to_owned();
        let mut world = Self { data, clock, root_pem, operator, running: None, url, more, people: None };
        world.start().await;
        world
    }

    /// The data folder.
    pub fn folder(&self) -> Folder {
        Folder::new(&self.data.path().join("data"))
    }

    /// Starts the server on what is there.
    pub async fn start(&mut self) {
        let running = start(self.folder(), config(&self.url, &self.more), self.clock.clone()).await;
        self.running = Some(running.unwrap_or_else(|error| panic!("{error}: {error:?}")));
        self.people = Some(self.client(self.tls(None)));
    }

    /// Stops it as an operator would.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.running.as_ref().unwrap().address
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

    /// Makes a key of a role for an organization or the whole deployment; its secret.
    pub async fn key(&self, role: &str, place: Option<&Place>) -> String {
        let mut body = json!({"name": format!("test {role}"), "role": role});
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

fn config(url: &str, more: &str) -> Config {
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[monitor]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = \"{url}\"\n{more}"
    );
    Config::parse(&text, Path::new("test.toml")).unwrap()
}
