//! Health and metrics on a loopback listener of their own. Never: a name or a value that a tenant owns.

use crate::App;
use crate::limits::HEADERS_S_MAX;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use fieldkeep_domain::admission::Check;
use fieldkeep_domain::quarantine::Reason;
use http::StatusCode;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Why {
    why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Sent {
    channel: String,
    outcome: String,
}

/// What is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    readings: Counter,
    batches: Counter,
    quarantined: Family<Why, Counter>,
    refused: Family<Why, Counter>,
    replays: Counter,
    clones: Counter,
    groups: Counter,
    groups_failed: Counter,
    chunks: Counter,
    tail_bytes: Gauge,
    connections: Gauge,
    journal_size: Gauge,
    letters: Family<Sent, Counter>,
    letters_waiting: Gauge,
    news_dropped: Counter,
}

impl Metrics {
    /// A batch was stored or held.
    pub fn judged(&self, reasons: &[Reason], readings: u64) {
        if reasons.is_empty() {
            self.batches.inc();
            self.readings.inc_by(readings);
        }
        for reason in reasons {
            self.quarantined.get_or_create(&Why { why: reason.name().to_owned() }).inc();
        }
    }
    /// A request of a device was refused at this check.
    pub fn refused(&self, check: Option<Check>) {
        let why = check.map_or("stranger", Check::name).to_owned();
        self.refused.get_or_create(&Why { why }).inc();
    }
    /// A batch came again.
    pub fn replayed(&self) {
        self.replays.inc();
    }
    /// A device's key is used twice.
    pub fn cloned(&self) {
        self.clones.inc();
    }
    /// A group was committed.
    pub fn committed(&self) {
        self.groups.inc();
    }
    /// A group was not.
    pub fn commit_failed(&self) {
        self.groups_failed.inc();
    }
    /// Chunks were written; so many bytes wait in memory.
    pub fn flushed(&self, chunks: u64, tail_bytes: usize) {
        self.chunks.inc_by(chunks);
        self.tail_bytes.set(tail_bytes as i64);
    }

    /// A letter was tried: `sent`, `again` or `dead`.
    pub fn letter(&self, channel: &str, outcome: &str) {
        let sent = Sent { channel: channel.to_owned(), outcome: outcome.to_owned() };
        self.letters.get_or_create(&sent).inc();
    }
    /// So many letters wait.
    pub fn letters_waiting(&self, count: i64) {
        self.letters_waiting.set(count);
    }
    /// A sighting of a refused or copied device was dropped: too many at once.
    pub fn news_dropped(&self) {
        self.news_dropped.inc();
    }

    fn render(&self, app: &App) -> String {
        self.connections.set(app.connections.count() as i64);
        self.journal_size.set(app.journal.progress().borrow().size as i64);
        let mut registry = Registry::with_prefix("fieldkeep");
        registry.register("readings_admitted", "Readings stored", self.readings.clone());
        registry.register("batches_admitted", "Batches stored", self.batches.clone());
        registry.register("batches_quarantined", "Batches held, by reason", self.quarantined.clone());
        registry.register(
            "requests_refused",
            "Batches refused and connections closed, by the check that failed",
            self.refused.clone(),
        );
        registry.register("batches_replayed", "Batches that were stored already", self.replays.clone());
        registry.register("clones_seen", "Signed heads that contradict the chain", self.clones.clone());
        registry.register("groups_committed", "Group commits", self.groups.clone());
        registry.register("groups_failed", "Group commits that failed", self.groups_failed.clone());
        registry.register("chunks_written", "Chunks written", self.chunks.clone());
        registry.register("tail_bytes", "Memory of readings not yet in chunks", self.tail_bytes.clone());
        registry.register("device_connections", "Open connections of devices", self.connections.clone());
        registry.register("journal_leaves", "Leaves of the tree", self.journal_size.clone());
        registry.register("letters_tried", "Messages tried, by way and outcome", self.letters.clone());
        registry.register("letters_waiting", "Messages waiting in the outbox", self.letters_waiting.clone());
        registry.register(
            "news_dropped",
            "Sightings of devices that were not reported",
            self.news_dropped.clone(),
        );
        let mut text = String::new();
        match encode(&mut text, &registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }
}

/// Serves `/healthz`, `/readyz` and `/metrics` until `stop`.
pub async fn serve_monitor(app: Arc<App>, listener: super::Listener, stop: CancellationToken) {
    let router = Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(|State(app): State<Arc<App>>| async move { app.metrics.render(&app) }))
        .with_state(app);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((tcp, _)) = accepted else { continue };
        let service = TowerToHyperService::new(router.clone());
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(HEADERS_S_MAX));
        let serving = builder.serve_connection(TokioIo::new(tcp), service);
        let stop = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                _ = serving => {}
            }
        });
    }
}

async fn ready(State(app): State<Arc<App>>) -> (StatusCode, String) {
    match app.db.ping().await {
        Ok(()) if app.current() => (StatusCode::OK, "ready\n".into()),
        Ok(()) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the last look at revocations is too old to go by\n".into())
        }
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("the database does not answer: {error}\n")),
    }
}
