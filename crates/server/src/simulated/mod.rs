//! Simulated devices: made here, registered, claimed, installed and measured like every other one, by the real agent over
//! the devices' door. Each has a folder below `simulated/` in the data folder; which of them should run follows from the
//! registry.
//!
//! Never: leaves out a step that another device has to take, knows how the agent is started.

mod factory;
pub mod http;

use crate::fault::Kind;
use crate::limits::SIMULATED_MAX;
use crate::{App, Fault, project, registry};
use factory::Factory;
use fieldkeep_api as api;
use fieldkeep_domain::access::Permit;
use fieldkeep_domain::registry::Life;
use fieldkeep_domain::{DeviceId, OrganizationId, ProjectId, SiteId};
use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use tokio::sync::Mutex;

/// Starts agents for simulated devices: whoever starts the server knows where the agent's program is.
pub trait Simulator: fmt::Debug + Send + Sync {
    /// Has the device of this folder prove its owner and fetch its certificate and its key. The error is for people: why it
    /// did not, and nothing secret.
    fn enroll(&self, folder: &Path) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'static>>;
    /// Has the device measure until it is stopped, whatever ends it in between; returns at once. Twice is like once.
    fn run(&self, device: DeviceId, folder: &Path);
    /// Ends the device, if it runs; returns at once.
    fn stop(&self, device: DeviceId);
}

/// What a server knows of simulation.
#[derive(Debug, Default)]
pub struct Simulation {
    simulator: OnceLock<Arc<dyn Simulator>>,
    /// One is made after the other, so that the count holds.
    making: Mutex<()>,
}

impl Simulation {
    /// Gives the simulator, once, before the server listens.
    pub fn give(&self, simulator: Arc<dyn Simulator>) {
        let _ = self.simulator.set(simulator);
    }
    /// Whether there is one.
    pub fn is_there(&self) -> bool {
        self.simulator.get().is_some()
    }
    /// Ends a device that is withdrawn, if it is one of ours.
    pub fn ended(&self, device: DeviceId) {
        if let Some(simulator) = self.simulator.get() {
            simulator.stop(device);
        }
    }
}

/// One permit for each step, because each step is its own use-case.
#[derive(Debug, Clone, Copy)]
pub struct Permits {
    /// To register what a maker has made.
    pub import: Permit,
    /// To claim it for the organization.
    pub claim: Permit,
    /// To install it in the project.
    pub install: Permit,
    /// To declare metrics: asked for only where the project lacks some.
    pub declare: Option<Permit>,
}

/// What a simulated cold store measures: metric, unit, range.
fn metrics() -> [(&'static str, api::MetricDeclaration); 4] {
    let declared = |unit: &str, range| api::MetricDeclaration {
        unit: Some(unit.to_owned()),
        range: Some(range),
        period_s: None,
    };
    [
        ("temperature", declared("Cel", [-40.0, 85.0])),
        ("humidity", declared("%RH", [0.0, 100.0])),
        ("power", declared("W", [0.0, 100_000.0])),
        ("door", api::MetricDeclaration::default()),
    ]
}

fn folders(app: &App) -> PathBuf {
    app.folder.path().join("simulated")
}

/// The project's rules with what it would have to declare; none: it declares all of it.
pub async fn missing(app: &App, _: Permit, id: ProjectId) -> Result<Option<api::ProjectSettings>, Fault> {
    let mut tx = app.db.read().await?;
    let row = project::sql::project(&mut tx, id).await?.ok_or_else(|| Fault::not_found("project"))?;
    drop(tx);
    let mut settings = project::settings(app, &row)?;
    let before = settings.metrics.len();
    for (metric, declared) in metrics() {
        settings.metrics.entry(metric.to_owned()).or_insert(declared);
    }
    Ok((settings.metrics.len() > before).then_some(settings))
}

/// Makes a device and brings it to work; returns when it is installed and its agent runs.
pub async fn add(
    app: &Arc<App>,
    permits: Permits,
    organization: OrganizationId,
    place: api::Install,
) -> Result<DeviceId, Fault> {
    let Some(simulator) = app.simulation.simulator.get().cloned() else {
        let text = "this server runs no simulated devices: the fieldkeep-agent program is not beside it";
        return Err(Fault::conflict(text));
    };
    // Whoever asks may go away in the middle; what was begun is brought to its end.
    let app = app.clone();
    let made = tokio::spawn(async move { Making { app, simulator, organization, place }.all(permits).await });
    made.await.map_err(Fault::internal)?
}

struct Making {
    app: Arc<App>,
    simulator: Arc<dyn Simulator>,
    organization: OrganizationId,
    place: api::Install,
}

impl Making {
    async fn all(self, permits: Permits) -> Result<DeviceId, Fault> {
        let Self { app, simulator, organization, place } = self;
        let _turn = app.simulation.making.lock().await;
        in_project(&app, place.project, place.site).await?;
        let factory = Factory::open(&app, app.clock.now())?;
        let number = next_number(&app, &factory).await?;
        if let Some(permit) = permits.declare
            && let Some(settings) = missing(&app, permit, place.project).await?
        {
            project::set_settings(&app, permit, place.project, settings).await?;
        }
        let device = DeviceId::from_random(fieldkeep_trust::random());
        let folder = folders(&app).join(device.to_string());
        let import = factory.make(&app, device, organization, number, &folder)?;
        let serial = import.devices.first().map(|made| made.serial.clone()).unwrap_or_default();
        if let Err(fault) = registry::import(&app, permits.import, import).await {
            // Nobody has heard of it: what is left of it is a folder.
            remove(&folder);
            return Err(fault);
        }
        let claim = api::Claim { organization, voucher: None, label: None };
        registry::open_claim(&app, permits.claim, device, claim).await?;
        let enrolled = simulator.enroll(&folder).await;
        // In any case: an agent that was late answers later, and can be installed by hand then.
        simulator.run(device, &folder);
        if let Err(why) = enrolled {
            // No `Retry-After`: another try would make another device.
            let text = format!(
                "the simulated device `{serial}` was made, but it did not enrol: {why}. It is not installed. Its agent goes \
                 on trying: install it like any other device once it has said hello, or retire it, which makes room for \
                 another"
            );
            return Err(Fault::new(Kind::Unavailable, text));
        }
        registry::install(&app, permits.install, device, place).await?;
        Ok(device)
    }
}

/// The site must be one of the project, before anything is made for it.
async fn in_project(app: &App, project: ProjectId, site: SiteId) -> Result<(), Fault> {
    match project::project_of_site(app, site).await? == project {
        true => Ok(()),
        false => Err(Fault::not_found("site of the project")),
    }
}

/// The number of the next one; those that have ended count for the number, but not for how many there may be.
async fn next_number(app: &App, factory: &Factory) -> Result<u64, Fault> {
    let mut tx = app.db.read().await?;
    let lives = registry::sql::lives_of_maker(&mut tx, factory.maker).await?;
    let standing: u64 = lives.iter().filter(|(life, _)| !is_over(*life)).map(|(_, count)| count).sum();
    if standing >= SIMULATED_MAX {
        let text = format!(
            "limit `simulated-devices`: this deployment has {standing} simulated devices and may have {SIMULATED_MAX}; \
             none was made. Retire one first"
        );
        return Err(Fault::conflict(text));
    }
    Ok(1 + lives.iter().map(|(_, count)| count).sum::<u64>())
}

fn is_over(life: Life) -> bool {
    matches!(life, Life::Revoked | Life::Retired)
}

/// Starts the devices that stand, and clears away the folders of those that have ended or never came to be. A folder that
/// cannot be read is told of and left.
pub async fn resume(app: &App) -> Result<(), Fault> {
    let Some(simulator) = app.simulation.simulator.get() else { return Ok(()) };
    let Ok(entries) = std::fs::read_dir(folders(app)) else { return Ok(()) };
    let mut tx = app.db.read().await?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(device) = name.to_str().and_then(|name| name.parse::<DeviceId>().ok()) else { continue };
        match registry::sql::device(&mut tx, device).await? {
            Some(row) if !is_over(row.life) => simulator.run(device, &entry.path()),
            _ => remove(&entry.path()),
        }
    }
    Ok(())
}

fn remove(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder) {
        tracing::warn!(%error, folder = %folder.display(), "simulated.clear failed; it will be tried at the next start");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_makes_room() {
        let over: Vec<Life> = Life::ALL.iter().copied().filter(|life| is_over(*life)).collect();
        assert_eq!(over, [Life::Revoked, Life::Retired]);
    }
}
