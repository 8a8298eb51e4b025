//! The honest part of the story, step by step: who makes, owns, installs and measures.

use super::cases::Case;
use super::device::{Device, head_of};
use super::people::{self, Person};
use super::report::Report;
use crate::client::{Client, Place};
use crate::commands::Env;
use crate::factory::{self, Made, MakeWish, OrderWish, Which};
use crate::files;
use crate::processes::{agent, agent_answer, serve, stop};
use anyhow::{Context, Result, bail};
use fieldkeep_api as api;
use fieldkeep_domain::OrderId;
use fieldkeep_domain::access::{Role, RoleRef};
use fieldkeep_domain::project::Name;
use fieldkeep_server::Config;
use fieldkeep_trust::secret::write_private;
use fieldkeep_trust::tls;
use fieldkeep_wire::json::format_time;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Child;
use tokio::time::Instant;

/// Devices of the order, by what the story does with them.
pub const MACHINE: usize = 0;
pub const SOLAR: usize = 1;
pub const COLD: usize = 2;
pub const COPIED: usize = 3;
pub const BROKEN: usize = 4;
pub const STOLEN: usize = 5;
pub const BOXED: usize = 6;
pub const BUSY: usize = 7;
const DEVICES: usize = 8;

/// Near Seville, in the port of Hamburg, in Helsinki.
const SITES: [(&str, [f64; 2]); 3] =
    [("Solar park", [37.417, -6.005]), ("Cold store", [53.531, 9.961]), ("Data centre", [60.187, 24.941])];

/// Batches and readings of the burst: long enough to measure, short enough for the limits of one device.
const BURST_BATCHES: usize = 1_500;
const BURST_READINGS: usize = 100;
const IN_FLIGHT: usize = 64;

/// Everything on the stage.
pub struct Stage<'a> {
    pub env: &'a Env,
    csv: Vec<PathBuf>,
    server: Option<Child>,
    pub agents: Vec<Child>,
    pub place: Place,
    console: u16,
    pub client: Client,
    viewer: Option<Client>,
    pub made: Vec<Made>,
    /// Simulated cold stores, beside the devices of the story.
    pub cold: Vec<Made>,
    /// Who has joined.
    pub people: Vec<Person>,
    order: Option<OrderId>,
    pub organization: Option<api::Organization>,
    pub project: Option<api::Project>,
    pub sites: Vec<api::Site>,
    pub cases: Vec<Case>,
    batches_per_s: f64,
}

impl<'a> Stage<'a> {
    /// A new deployment that runs.
    pub async fn open(env: &'a Env, csv: Vec<PathBuf>) -> Result<Self> {
        // Files that cannot be replayed are named before anything is started.
        declared(env, &csv).await?;
        let port = free_port(8443)?;
        let console = free_port(8480)?;
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\n[console]\nloopback = \"127.0.0.1:{console}\"\n[monitor]\nlisten = \"127.0.0.1:0\"\n[telemetry]\nsettle_s = 2\n"
        );
        write_private(&env.folder.config(), text.as_bytes()).context("cannot write the configuration")?;
        let config = Config::load(&env.folder.config())?;
        fieldkeep_server::init::init(&env.folder, config, env.clock.clone()).await?;
        let server = serve(env.data()).await?;
        let place = Place::read(env.data())?;
        env.out.note(format_args!("server      listens on https://localhost:{}", place.address.port()));
        env.out.note(format_args!("console     http://localhost:{console}, on this machine alone"));
        let client = Client::from_data(env.data(), &env.folder.operator_key())?;
        Ok(Self {
            env,
            csv,
            server: Some(server),
            agents: Vec::new(),
            place,
            console,
            client,
            viewer: None,
            made: Vec::new(),
            cold: Vec::new(),
            people: Vec::new(),
            order: None,
            organization: None,
            project: None,
            sites: Vec::new(),
            cases: Vec::new(),
            batches_per_s: 0.0,
        })
    }

    pub fn say(&self, who: &str, what: impl std::fmt::Display) {
        self.env.out.note(format_args!("{who:<11} {what}"));
    }

    fn bar(&self, length: u64, what: &str) -> ProgressBar {
        let bar = ProgressBar::new(length);
        if let Ok(style) = ProgressStyle::with_template("            {msg} {bar:30} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar
    }

    pub fn factory_folder(&self) -> PathBuf {
        self.env.data().join("factory")
    }
    /// The folder of a device's agent.
    pub fn agent_folder(&self, which: usize) -> PathBuf {
        self.env.data().join("agents").join(&self.made[which].serial)
    }

    /// Makes an order and its devices; a second, smaller one is nobody's.
    pub fn make(&self, count: u32, prefix: &str, ask: u32) -> Result<(OrderId, Vec<Made>)> {
        self.make_model("DX-1", count, prefix, ask)
    }

    /// The same of another kind.
    pub fn make_model(
        &self,
        model: &str,
        count: u32,
        prefix: &str,
        ask: u32,
    ) -> Result<(OrderId, Vec<Made>)> {
        let (maker, model) = (Name::parse("Demo Devices Ltd")?, Name::parse(model)?);
        let wish = OrderWish { maker: &maker, model: &model, count, serial_prefix: prefix };
        let now = self.env.clock.now();
        let order = factory::order(&self.factory_folder(), &wish, now)?.work.order;
        Ok((order, self.make_more(order, ask)?))
    }

    /// Makes devices of an order.
    pub fn make_more(&self, order: OrderId, count: u32) -> Result<Vec<Made>> {
        let url = format!("https://{}:{}", super::device::NAME, self.place.address.port());
        let wish = MakeWish {
            order,
            count,
            deployment_ca_pem: &self.place.root_pem,
            onboarding_url: &url,
            csr: None,
        };
        factory::make(&self.factory_folder(), &wish, self.env.clock.now(), |_| {})
    }

    pub fn factory(&mut self) -> Result<()> {
        let (order, made) = self.make(DEVICES as u32, "DX-", DEVICES as u32)?;
        self.say(
            "factory",
            format_args!("made {} devices under a signed work order of {DEVICES}", made.len()),
        );
        (self.order, self.made) = (Some(order), made);
        let refused = self.make_more(order, 1).err();
        self.cases.push(Case::new(
            "one device more than ordered",
            "refused by the factory",
            refused.is_some(),
            refused.map_or("made".into(), |error| error.to_string()),
        ));
        Ok(())
    }

    pub async fn company(&mut self) -> Result<()> {
        let organization =
            self.client.create_organization(&api::NewOrganization { name: "Demo Company".into() }).await?;
        let settings = api::ProjectSettings { metrics: self.metrics().await?, ..Default::default() };
        let new = api::NewProject { name: "Demo".into(), settings };
        let project = self.client.create_project(organization.id, &new).await?;
        for (name, location) in SITES {
            let networks = vec!["127.0.0.0/8".into()];
            let new = api::NewSite { name: name.into(), location: Some(location), networks };
            self.sites.push(self.client.create_site(project.id, &new).await?);
        }
        let role = RoleRef::Standard(Role::Viewer);
        let key = api::NewKey { project: Some(project.id), ..api::NewKey::of("demo viewer", role) };
        let secret = self.client.create_key(&key).await?.secret;
        let path = self.viewer_key();
        write_private(&path, format!("{secret}\n").as_bytes()).context("cannot write the viewer's key")?;
        self.viewer = Some(Client::from_data(self.env.data(), &path)?);
        self.people = people::join(&self.client, &organization, self.env.clock.now()).await?;
        let declared = project.settings.metrics.len();
        self.say("company", format_args!("has a project with {declared} declared metrics and three sites"));
        (self.organization, self.project) = (Some(organization), Some(project));
        Ok(())
    }

    fn viewer_key(&self) -> PathBuf {
        self.env.data().join("viewer.key")
    }

    /// What the sensors of this machine and the files will send, declared before the first batch.
    async fn metrics(&self) -> Result<BTreeMap<String, api::MetricDeclaration>> {
        declared(self.env, &self.csv).await
    }
}

/// The metrics of this machine's sensors and of the files, as the agent names them.
async fn declared(env: &Env, csv: &[PathBuf]) -> Result<BTreeMap<String, api::MetricDeclaration>> {
    let mut args: Vec<&OsStr> = vec!["inspect".as_ref(), "--sensors".as_ref(), "--simulate".as_ref()];
    for file in csv {
        args.extend([OsStr::new("--csv"), file.as_os_str()]);
    }
    let found = agent_answer(env.data(), "inspect", &args).await?;
    let mut metrics: BTreeMap<String, api::MetricDeclaration> = BTreeMap::new();
    for (metric, unit) in found["metrics"].as_object().into_iter().flatten() {
        let unit = unit.as_str().map(str::to_owned);
        metrics.insert(metric.clone(), api::MetricDeclaration { unit, ..Default::default() });
    }
    let temperature =
        api::MetricDeclaration { unit: Some("Cel".into()), range: Some([-40.0, 85.0]), period_s: None };
    metrics.insert("temperature".into(), temperature);
    Ok(metrics)
}

impl Stage<'_> {
    pub async fn claim_and_enroll(&mut self) -> Result<()> {
        let organization = self.organization.clone().context("the company comes first")?;
        let order = self.order.context("the factory comes first")?;
        let key = factory::owner_key(&organization.owner_key)?;
        factory::assign(&self.factory_folder(), &Which::Order(order), &key, self.env.clock.now())?;
        let import: api::RegistryImport =
            files::json(&factory::registry_path(&self.factory_folder(), order))?;
        self.client.import(&import).await?;
        let bar = self.bar(self.made.len() as u64, "claim and enrol");
        for (n, made) in self.made.clone().into_iter().enumerate() {
            let claim = api::Claim { organization: organization.id, voucher: None, label: None };
            self.client.claim(made.device, &claim).await?;
            let folder = self.agent_folder(n);
            let args: [&OsStr; 7] = [
                "enroll".as_ref(),
                "--bundle".as_ref(),
                made.folder.as_ref(),
                "--data".as_ref(),
                folder.as_ref(),
                "--wait".as_ref(),
                "30".as_ref(),
            ];
            agent_answer(self.env.data(), &format!("agent-{}", made.serial), &args).await?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        let count = self.made.len();
        self.say(
            "company",
            format_args!("claimed {count} devices; each answered with its own key and enrolled"),
        );
        Ok(())
    }

    pub async fn install(&mut self) -> Result<()> {
        let project = self.project.clone().context("the company comes first")?.id;
        let mut installer = people::with_role(&self.people, Role::Installer)?.page.clone();
        for n in (0..DEVICES).filter(|n| *n != BOXED) {
            let made = &self.made[n];
            Device::enrolled(made.device, &self.place, &self.agent_folder(n))?.get("/v1/hello").await?;
            let site = self.sites[match n {
                SOLAR => 0,
                COLD | BROKEN => 1,
                _ => 2,
            }]
            .id;
            let path = format!("/devices/{}/install", made.device);
            let _: Json = installer.post(&path, &api::Install { project, site }).await?;
        }
        self.say(
            "installer",
            format_args!("installed {} devices on three sites; one stays in its box", DEVICES - 1),
        );
        Ok(())
    }

    pub async fn measure(&mut self) -> Result<()> {
        let files = self.csv.clone();
        for (n, file) in files.iter().enumerate() {
            let which = [SOLAR, COLD, MACHINE][n % 3];
            let folder = self.agent_folder(which);
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bar = self.bar(0, &format!("replay {name}"));
            bar.enable_steady_tick(Duration::from_millis(100));
            let args: [&OsStr; 6] = [
                "run".as_ref(),
                "--once".as_ref(),
                "--data".as_ref(),
                folder.as_ref(),
                "--csv".as_ref(),
                file.as_ref(),
            ];
            let serial = self.made[which].serial.clone();
            let answer = agent_answer(self.env.data(), &format!("agent-{serial}"), &args).await?;
            bar.finish_and_clear();
            self.say(
                "agent",
                format_args!(
                    "{serial} replayed {name}: {} readings in {} batches",
                    answer["readings"], answer["batches"]
                ),
            );
        }
        let before = self.counter("fieldkeep_readings_admitted_total").await?;
        self.keep_measuring()?;
        let deadline = Instant::now() + Duration::from_secs(60);
        let bar = self.bar(30, "sensors of this machine");
        loop {
            let seen = self.counter("fieldkeep_readings_admitted_total").await? - before;
            bar.set_position((seen as u64).min(30));
            if seen >= 30.0 {
                bar.finish_and_clear();
                self.say("agents", format_args!("sent {seen} readings of this machine's sensors"));
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("the agents sent too few readings within a minute; see the logs in the data folder");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Starts the agents that go on.
    pub fn keep_measuring(&mut self) -> Result<()> {
        if !self.agents.is_empty() {
            return Ok(());
        }
        for which in [MACHINE, SOLAR, COLD] {
            let folder = self.agent_folder(which);
            let args: [&OsStr; 6] = [
                "run".as_ref(),
                "--sensors".as_ref(),
                "--period".as_ref(),
                "1".as_ref(),
                "--data".as_ref(),
                folder.as_ref(),
            ];
            self.agents.push(agent(self.env.data(), &format!("agent-{}", self.made[which].serial), &args)?);
        }
        Ok(())
    }

    pub async fn bad_cases(&mut self) -> Result<()> {
        super::cases::play(self).await?;
        let good = self.cases.iter().filter(|case| case.good).count();
        let all = self.cases.len();
        self.say("bad cases", format_args!("{good} of {all} went as they must"));
        Ok(())
    }

    /// Many batches of one device in flight: how many are acknowledged per second, durably.
    pub async fn burst(&mut self) -> Result<()> {
        let mut device = Device::enrolled(self.made[BUSY].device, &self.place, &self.agent_folder(BUSY))?;
        device.authenticate().await?;
        let now = self.env.clock.now();
        let values: Vec<f64> = (0..BURST_READINGS).map(|n| (n % 50) as f64 / 10.0).collect();
        let mut head = None;
        let mut batches = Vec::with_capacity(BURST_BATCHES);
        for n in 0..BURST_BATCHES {
            let at = now.plus_secs(-((n * BURST_READINGS) as i64));
            let one = device.batch(head, at, &values)?;
            head = Some(head_of(&one));
            batches.push(one);
        }
        let bar = self.bar(BURST_BATCHES as u64, "burst");
        let begun = Instant::now();
        let mut sending = tokio::task::JoinSet::new();
        let mut stored = 0;
        for one in batches {
            if sending.len() == IN_FLIGHT {
                stored += taken(sending.join_next().await)?;
                bar.inc(1);
            }
            let device = device.clone();
            sending.spawn(async move { device.send(&one).await });
        }
        while !sending.is_empty() {
            stored += taken(sending.join_next().await)?;
            bar.inc(1);
        }
        self.batches_per_s = BURST_BATCHES as f64 / begun.elapsed().as_secs_f64();
        bar.finish_and_clear();
        let found = format!("{stored} stored");
        self.cases.push(Case::new(
            "a burst of batches in flight",
            "every one stored",
            stored == BURST_BATCHES,
            found,
        ));
        self.say(
            "burst",
            format_args!(
                "{:.0} batches of {BURST_READINGS} readings acknowledged per second",
                self.batches_per_s
            ),
        );
        Ok(())
    }

    /// Everything that was acknowledged can be read, sealed as it is.
    pub async fn read_back(&mut self) -> Result<()> {
        let viewer = self.viewer.clone().context("the company comes first")?;
        let wanted = BURST_BATCHES * BURST_READINGS;
        let now = self.env.clock.now();
        let query = api::RangeQuery {
            metric: "temperature".into(),
            from: format_time(now.plus_secs(-(wanted as i64) - 7_200)),
            to: format_time(now.plus_secs(60)),
            px: None,
            limit: None,
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut found = 0;
        while found != wanted && Instant::now() < deadline {
            found = viewer.readings(self.made[BUSY].device, &query).await?.readings.len();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let text = format!("{found} of {wanted}");
        self.cases.push(Case::new(
            "everything acknowledged is read back",
            "all of it, once",
            found == wanted,
            text,
        ));
        let latest = viewer.latest(self.made[MACHINE].device).await?.readings.len();
        self.say(
            "viewer",
            format_args!("read {found} readings of the burst and {latest} latest values of this machine"),
        );
        Ok(())
    }

    /// The value of a counter, summed over its labels.
    async fn counter(&self, name: &str) -> Result<f64> {
        let text = self.metrics_text().await?;
        Ok(text
            .lines()
            .filter(|line| line.starts_with(name))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum())
    }

    async fn metrics_text(&self) -> Result<String> {
        let config = tls::client_config(&self.place.root_pem, None)?;
        let http = reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().build()?;
        Ok(http.get(format!("http://{}/metrics", self.place.monitor)).send().await?.text().await?)
    }

    pub async fn report(&mut self) -> Result<Report> {
        let console = people::owners_link(&self.client, self.console).await?;
        let metrics = self.metrics_text().await?;
        let files = ["fieldkeep.db", "fieldkeep.db-wal"].map(|name| self.env.data().join(name));
        let bytes: u64 =
            files.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|meta| meta.len()).sum();
        let port = self.place.address.port();
        let device = self.made[MACHINE].device;
        let data = absolute(self.env.data());
        let program = std::env::current_exe().map_or("fieldkeep".into(), |path| path.display().to_string());
        let key = absolute(&self.viewer_key());
        let root = absolute(&self.env.folder.certificate("root"));
        Ok(Report::new(
            self.made.len() + self.cold.len(),
            &metrics,
            bytes,
            self.batches_per_s,
            std::mem::take(&mut self.cases),
            [
                console,
                format!("https://localhost:{port}"),
                format!(
                    "curl --cacert {root} -H \"Authorization: Bearer $(cat {key})\" https://localhost:{port}/api/v1/devices/{device}/latest"
                ),
                format!("{program} query latest {device} --data {data} --key {key}"),
                format!("{program} serve --data {data}"),
            ],
        ))
    }

    pub async fn until_stopped(&mut self) -> Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let server = self.server.as_mut().context("the server runs")?;
        tokio::select! {
            _ = tokio::signal::ctrl_c() => Ok(()),
            _ = terminate.recv() => Ok(()),
            status = server.wait() => bail!("the server ended with {}; see logs/server.log in the data folder", status?),
        }
    }

    /// Ends every process, the agents first.
    pub async fn close(&mut self) {
        for child in self.agents.drain(..) {
            stop(child).await;
        }
        if let Some(server) = self.server.take() {
            stop(server).await;
        }
    }
}

fn taken(joined: Option<Result<Result<super::device::Reply>, tokio::task::JoinError>>) -> Result<usize> {
    let reply = joined.context("nothing was sent")???;
    Ok(usize::from(reply.status == 200))
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// A reply as one short text.
pub fn short(status: u16, body: &Json) -> String {
    match body["detail"].as_str() {
        Some(detail) => format!("{status}: {detail}"),
        None => status.to_string(),
    }
}

/// This port of loopback, or another one where it is taken.
fn free_port(wanted: u16) -> Result<u16> {
    let bound = std::net::TcpListener::bind(("127.0.0.1", wanted))
        .or_else(|_| std::net::TcpListener::bind(("127.0.0.1", 0)))
        .context("no port of this machine is free")?;
    Ok(bound.local_addr()?.port())
}
