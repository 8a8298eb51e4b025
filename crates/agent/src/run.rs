//! The agent at work: sources fill the spool, the uplink empties it, chores keep certificate, configuration and head fresh.
//!
//! Never: listens; lets the network decide whether a reading is kept.

use crate::chain::{Chain, HeadText};
use crate::collect::{self, ColdStore, CsvReport, Reading, Sensors};
use crate::error::AgentError;
use crate::folder::Folder;
use crate::limits::{self, HISTORY_AT_ONCE, HISTORY_S};
use crate::net::{Api, backoff};
use crate::progress::{Event, Progress};
use crate::uplink::{Link, Totals};
use crate::{head, renew, spool};
use fieldkeep_domain::Timestamp;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What to collect and how to send it.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The agent's folder.
    pub data: PathBuf,
    /// Whether to read this machine's sensors.
    pub sensors: bool,
    /// Whether to read a cold store that does not exist.
    pub simulate: bool,
    /// Around which temperature it is kept, in °C; its serial number's own when absent.
    pub set_point: Option<f64>,
    /// How many days of its past come first.
    pub history_days: Option<u16>,
    /// Files to replay, oldest reading first.
    pub csv: Vec<PathBuf>,
    /// Time between two readings of the sensors.
    pub period: Duration,
    /// End once everything collected is acknowledged.
    pub once: bool,
    /// With `once`: how long to go on without any progress.
    pub patience: Duration,
    /// Batches in flight at once.
    pub window: usize,
    /// Bound of the spool.
    pub spool_bytes: u64,
}

impl RunOptions {
    /// Sends what the spool holds, and nothing else.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            sensors: false,
            simulate: false,
            set_point: None,
            history_days: None,
            csv: Vec::new(),
            period: Duration::from_secs(10),
            once: false,
            patience: Duration::from_secs(300),
            window: limits::WINDOW,
            spool_bytes: limits::SPOOL_BYTES,
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RunReport {
    /// Acknowledged, held back, lost.
    #[serde(flatten)]
    pub totals: Totals,
    /// Batches that still wait.
    pub pending: usize,
    /// The last batch that the server is known to have.
    pub head: Option<HeadText>,
    /// What the files held.
    pub csv: Vec<CsvReport>,
}

/// Collects and sends until `stop` is over, or with `once` until everything is acknowledged.
pub async fn run(
    options: RunOptions,
    progress: Progress,
    stop: impl Future<Output = ()>,
) -> Result<RunReport, AgentError> {
    let folder = Folder::new(&options.data);
    let device = folder.device()?.device;
    let _held = folder.hold()?;
    let link = Arc::new(open(&folder, device, &options, progress).await?);
    let done = Arc::new(AtomicBool::new(false));
    let reports = Arc::new(std::sync::Mutex::new(Vec::new()));
    let replayed = AtomicBool::new(false);
    let sources = async {
        let result = collect_all(&link, &folder, &options, &reports, &replayed).await;
        done.store(true, Ordering::Release);
        link.news.notify_one();
        match result {
            Ok(()) => std::future::pending().await,
            Err(error) => error,
        }
    };
    let outcome = tokio::select! {
        error = sources => Err(error),
        result = link.drive(options.once, options.patience, || done.load(Ordering::Acquire)) => result,
        () = chores(&link) => Ok(()),
        () = stop => Ok(()),
    };
    link.chain(Chain::settle).await??;
    outcome?;
    if replayed.load(Ordering::Acquire) {
        crate::replay::over(&folder)?;
    }
    if options.once {
        // Everything is stored by now: a head that does not arrive is worth a line, not a failure.
        if let Err(error) = head::send(&link).await {
            tracing::warn!("the signed head was not sent: {error}");
        }
    }
    let csv = reports.lock().map(|reports| reports.clone()).unwrap_or_default();
    let (pending, head) = link.peek(|chain| (chain.pending(), chain.acknowledged().map(HeadText::from)));
    Ok(RunReport { totals: link.totals(), pending, head, csv })
}

async fn open(
    folder: &Folder,
    device: fieldkeep_domain::DeviceId,
    options: &RunOptions,
    progress: Progress,
) -> Result<Link, AgentError> {
    let identity = folder.identity()?.ok_or_else(|| {
        AgentError::NotYet("there is no operational certificate; run `fieldkeep-agent enroll` again, it goes on where it stopped".into())
    })?;
    let api = Api::new(&folder.device()?.url, &folder.root_pem()?, Some(&identity))?;
    let (at, bytes) = (folder.clone(), options.spool_bytes);
    let chain = tokio::task::spawn_blocking(move || {
        let key = spool::key(&at)?;
        Chain::open(&at, device, key, bytes)
    });
    let chain = chain.await.map_err(|error| AgentError::Internal(error.to_string()))??;
    Link::new(folder.clone(), api, chain, options.window, progress)
}

async fn collect_all(
    link: &Link,
    folder: &Folder,
    options: &RunOptions,
    reports: &std::sync::Mutex<Vec<CsvReport>>,
    replayed: &AtomicBool,
) -> Result<(), AgentError> {
    if !options.csv.is_empty() {
        first_config(link, options).await?;
    }
    for path in &options.csv {
        let (file, at) = (path.clone(), folder.clone());
        let reading = tokio::task::spawn_blocking(move || {
            collect::read_csv(&file, |hash| crate::replay::began(&at, hash, crate::clock::now()))
        });
        let (readings, report) = reading.await.map_err(|error| AgentError::Internal(error.to_string()))??;
        tracing::info!("{report}");
        if let Ok(mut reports) = reports.lock() {
            reports.push(report);
        }
        replay(link, readings).await?;
    }
    replayed.store(true, Ordering::Release);
    let store = match options.simulate {
        true => {
            let store = ColdStore::of(&folder.device()?.serial);
            match options.set_point {
                Some(celsius) => store.map(|store| store.kept_at(celsius)),
                None => store,
            }
        }
        false => None,
    };
    if let (Some(store), Some(days)) = (&store, options.history_days) {
        past(link, options, store, days).await?;
    }
    let sensors = options.sensors.then(Sensors::new);
    if sensors.is_none() && store.is_none() {
        return Ok(());
    }
    measure(link, options, sensors, store).await
}

/// The past of a simulated store, at whole minutes: told again after a cut, it is the same readings once more.
async fn past(link: &Link, options: &RunOptions, store: &ColdStore, days: u16) -> Result<(), AgentError> {
    first_config(link, options).await?;
    let until = crate::clock::now().as_secs() / HISTORY_S * HISTORY_S;
    let count = i64::from(days) * 86_400 / HISTORY_S;
    for at in (1..=count).rev().map(|n| until - n * HISTORY_S).collect::<Vec<_>>().chunks(HISTORY_AT_ONCE) {
        let readings = at.iter().flat_map(|at| store.read(Timestamp::from_secs(*at))).collect();
        replay(link, readings).await?;
    }
    Ok(())
}

/// Reads again and again.
async fn measure(
    link: &Link,
    options: &RunOptions,
    mut sensors: Option<Sensors>,
    store: Option<ColdStore>,
) -> Result<(), AgentError> {
    let mut ticks = tokio::time::interval(options.period.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now = crate::clock::now();
        let mut readings = sensors.as_mut().map(|sensors| sensors.read(now)).unwrap_or_default();
        readings.extend(store.iter().flat_map(|store| store.read(now)));
        // The next reading comes in any case: one that cannot be kept is told, not fatal.
        let count = readings.len() as u64;
        if let Err(error) = keep(link, readings).await {
            tracing::error!(
                "{count} readings of the sensors could not be kept and will be declared lost: {error}"
            );
            link.peek(|chain| chain.note_lost(count));
        }
        if options.once {
            return Ok(());
        }
    }
}

/// A file can wait for its units, as long as no configuration is known at all.
async fn first_config(link: &Link, options: &RunOptions) -> Result<(), AgentError> {
    let started = tokio::time::Instant::now();
    let mut failures = 0;
    while let Err(error) = link.refresh_config().await {
        if link.config().is_some() {
            return Ok(());
        }
        let wait = backoff(failures);
        failures += 1;
        if options.once && started.elapsed() + wait > options.patience {
            return Err(AgentError::NotYet(format!(
                "the project's declared units are not known yet: {error}; nothing of the files was read; have the device installed, then run the same command again"
            )));
        }
        let why = format!("no configuration yet: {error}");
        link.progress.tell(Event::Waiting { wait_ms: wait.as_millis() as u64, why });
        tokio::time::sleep(wait).await;
    }
    Ok(())
}

/// A file's readings, as the spool has room: nothing is dropped for the sake of a replay.
async fn replay(link: &Link, readings: Vec<Reading>) -> Result<(), AgentError> {
    for part in readings.chunks(limits::BATCH_READINGS) {
        loop {
            let (bytes, capacity) = link.peek(|chain| chain.bytes());
            if bytes < capacity / 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            link.chain(Chain::settle).await??;
        }
        keep(link, part.to_vec()).await?;
    }
    Ok(())
}

async fn keep(link: &Link, mut readings: Vec<Reading>) -> Result<(), AgentError> {
    let config = link.config().unwrap_or_default();
    for reading in &mut readings {
        reading.unit = config.unit(reading.metric.as_str(), reading.unit.as_ref());
    }
    let drafts = collect::drafts(readings);
    let progress = link.progress.clone();
    // Told where it is done: a stop may end the waiting, never the work.
    let work = move |chain: &mut Chain| -> Result<(), AgentError> {
        let pushed = chain.push(drafts)?;
        progress.tell(Event::Collected { readings: pushed.readings });
        if pushed.dropped > 0 {
            progress.tell(Event::Dropped { readings: pushed.dropped });
        }
        Ok(())
    };
    link.chain(work).await??;
    link.news.notify_one();
    Ok(())
}

/// What has to be done now and then; no failure of theirs stops the agent.
async fn chores(link: &Link) {
    let every = |period| {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        ticks
    };
    let (mut heads, mut configs) = (every(limits::HEAD_PERIOD), every(limits::CONFIG_PERIOD));
    let (mut renewals, mut trims) = (every(limits::RENEW_PERIOD), every(limits::TRIM_PERIOD));
    heads.reset();
    loop {
        let (what, result) = tokio::select! {
            _ = trims.tick() => ("the spool was not trimmed", settle(link).await),
            _ = heads.tick() => ("the signed head was not sent", head::send(link).await.map(drop)),
            _ = configs.tick() => ("the configuration was not refreshed", report_in(link).await),
            _ = renewals.tick() => ("the certificate was not renewed", renew::renew_when_due(link).await.map(drop)),
        };
        if let Err(error) = result {
            tracing::warn!("{what}: {error}");
        }
    }
}

/// Says hello, so that an installer finds the device awake, and asks what the project expects.
async fn report_in(link: &Link) -> Result<(), AgentError> {
    link.hello().await?;
    link.refresh_config().await
}

async fn settle(link: &Link) -> Result<(), AgentError> {
    link.chain(Chain::settle).await?
}
