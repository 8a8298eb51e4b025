//! Devices under load that remember everything they sent, and what must hold of a deployment whatever happened to it.

use crate::device::{Device, Reply, head_of, readings};
use crate::world::{Place, World};
use fieldkeep_domain::Timestamp;
use fieldkeep_domain::telemetry::Batch;
use fieldkeep_server::App;
use fieldkeep_server::journal::sql::{groups_from, head};
use fieldkeep_trust::merkle::Edge;
use fieldkeep_wire::json::format_time;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::Value as Json;
use sqlx::Row;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Readings of a batch.
pub const READINGS: usize = 20;
/// Batches of one device on their way at once.
const WINDOW: usize = 8;
const PATIENCE: Duration = Duration::from_secs(60);
/// One batch in so many lies outside the physical range and is held.
const HELD_EACH: usize = 17;

/// Moments that can be had again: SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    /// A number below another.
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % below
    }
}

/// Where the dice begin: `FIELDKEEP_SEED`, or anywhere.
pub fn seed() -> u64 {
    let given = std::env::var("FIELDKEEP_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from_le_bytes(fieldkeep_trust::random()))
}

/// A batch as its device remembers it.
pub struct Sent {
    /// The batch.
    pub batch: Batch,
    /// Whether it lies outside the physical range.
    pub held: bool,
    /// Its index and its receipt, once it has one.
    pub receipt: Option<(u64, Json)>,
}

/// One device and everything it ever sent, in order: number `n` stands at `n - 1`.
pub struct Lane {
    /// The device.
    pub device: Device,
    /// Time of its first reading.
    pub from: Timestamp,
    /// What it sent.
    pub sent: Vec<Sent>,
    /// Answers that asked to come back later.
    pub deferred: usize,
}

impl Lane {
    /// A device that has sent nothing yet; its readings are a second apart.
    pub fn new(device: Device, from: Timestamp) -> Self {
        Self { device, from, sent: vec![], deferred: 0 }
    }

    /// One more batch, remembered before it is sent; where it stands.
    pub fn make(&mut self) -> usize {
        let n = self.sent.len();
        let held = n % HELD_EACH == HELD_EACH - 1;
        let mut values: Vec<f64> = (0..READINGS).map(|k| (n * READINGS + k) as f64 / 1e6).collect();
        if held {
            values[0] = 99.0;
        }
        let from = self.from.plus_secs((n * READINGS) as i64);
        let batch = self.device.next(readings("temperature", Some("Cel"), from, &values));
        self.device.head = Some(head_of(&batch));
        self.sent.push(Sent { batch, held, receipt: None });
        n
    }

    /// A new connection: asks for the head, which covers everything that was acknowledged. False: no server any more.
    pub async fn connect(&mut self, world: &World) -> bool {
        self.device.reconnect();
        let Ok(hello) = self.device.send(world, "GET", "/v1/hello", |request| request).await else {
            return false;
        };
        let head = &hello.expect(200).body["head"];
        let stands = head["seq"].as_u64().unwrap_or(0) as usize;
        assert!(stands <= self.sent.len());
        let acknowledged = self.sent.iter().rposition(|one| one.receipt.is_some()).map_or(0, |at| at + 1);
        assert!(acknowledged <= stands, "batch {acknowledged} was acknowledged; the head is {stands}");
        if stands > 0 {
            assert_eq!(head["hash"], head_of(&self.sent[stands - 1].batch).hash.to_string());
        }
        let key = self.device.api_key.clone();
        let token = self.device.send(world, "POST", "/v1/token", |request| request.header("x-api-key", key));
        let Ok(token) = token.await else { return false };
        self.device.token = token.expect(200).body["token"].as_str().unwrap().to_owned();
        true
    }

    /// Sends what was not acknowledged, then so many new batches, until all is settled; without end, until the server is
    /// gone.
    pub async fn drive(&mut self, world: &World, acknowledged: &AtomicUsize, new: usize) {
        let (may_end, mut left) = (new == usize::MAX, new);
        if !self.connect(world).await {
            assert!(may_end, "the server does not answer");
            return;
        }
        let mut waiting: VecDeque<usize> =
            (0..self.sent.len()).filter(|at| self.sent[*at].receipt.is_none()).collect();
        let mut flying = FuturesUnordered::new();
        let (mut gone, mut pause) = (false, None);
        loop {
            while !gone && pause.is_none() && flying.len() < WINDOW {
                let at = match waiting.pop_front() {
                    Some(at) => at,
                    None if left == 0 => break,
                    None => {
                        left -= 1;
                        self.make()
                    }
                };
                let (mut device, batch) = (self.device.clone(), self.sent[at].batch.clone());
                flying.push(async move { (at, device.send_batch(world, &batch).await) });
            }
            let Some((at, outcome)) = flying.next().await else {
                match pause.take() {
                    Some(pause) if !gone => tokio::time::sleep(pause).await,
                    _ => break,
                }
                continue;
            };
            match outcome {
                Err(_) => gone = true,
                Ok(reply) if matches!(reply.status, 409 | 429 | 503) => {
                    // Nothing was stored: it goes again, in its order, once what is on its way has landed.
                    self.deferred += 1;
                    let place = waiting.partition_point(|other| *other < at);
                    waiting.insert(place, at);
                    pause = Some(Duration::from_secs(reply.retry_after.unwrap_or(0).min(2)));
                }
                Ok(reply) => {
                    self.settle(at, &reply);
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        assert!(!gone || may_end, "the server broke a connection");
    }

    /// Takes a receipt; a second one must be the first.
    pub fn settle(&mut self, at: usize, reply: &Reply) {
        assert!(matches!(reply.status, 200 | 202), "{} {}", reply.status, reply.text);
        let sent = &mut self.sent[at];
        if reply.status == 202 {
            assert!(sent.held && reply.reasons() == ["outside-range"], "batch {}: {}", at + 1, reply.text);
        }
        let receipt = &reply.body["receipt"];
        assert_eq!(receipt["hash"], head_of(&sent.batch).hash.to_string());
        assert_eq!(receipt["count"], READINGS);
        let found = (reply.index(), receipt.clone());
        assert_eq!(*sent.receipt.get_or_insert(found.clone()), found);
    }

    /// Sends every batch once more: the same receipt, or, for one long ago, word that it is there.
    pub async fn replay(&mut self, world: &World) {
        for at in 0..self.sent.len() {
            let batch = self.sent[at].batch.clone();
            let mut reply = self.device.send_batch(world, &batch).await.unwrap();
            while reply.status == 429 {
                tokio::time::sleep(Duration::from_millis(100)).await;
                reply = self.device.send_batch(world, &batch).await.unwrap();
            }
            let old = self.sent.len() - at > fieldkeep_domain::limits::RECEIPTS_KEPT as usize;
            if old && reply.body["already_stored"] == true {
                continue;
            }
            self.settle(at, &reply);
        }
    }

    /// Reads everything back: what was sent and not held, no more, each under its receipt's index.
    pub async fn read_back(&self, world: &World, viewer: &str) {
        let mut wanted = BTreeMap::new();
        for (n, sent) in self.sent.iter().enumerate().filter(|(_, sent)| !sent.held) {
            let index = sent.receipt.as_ref().unwrap().0;
            for k in n * READINGS..(n + 1) * READINGS {
                let time = format_time(self.from.plus_secs(k as i64));
                wanted.insert(time, (k as f64 / 1e6, index));
            }
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let found = self.read_once(world, viewer).await;
            if found.len() >= wanted.len() {
                assert!(found == wanted, "other readings come back than went in");
                return;
            }
            assert!(Instant::now() < end, "{} of {} readings came back", found.len(), wanted.len());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    async fn read_once(&self, world: &World, viewer: &str) -> BTreeMap<String, (f64, u64)> {
        let mut found = BTreeMap::new();
        let mut from = format_time(self.from.plus_secs(-3_600));
        let to = format_time(world.now().plus_secs(3_600));
        loop {
            let path =
                format!("/api/v1/devices/{}/readings?metric=temperature&from={from}&to={to}", self.device.id);
            let body = world.call_as(viewer, "GET", &path, None).await.expect(200).body;
            for one in body["readings"].as_array().unwrap() {
                let time = one["time"].as_str().unwrap().to_owned();
                let value = (one["value"].as_f64().unwrap(), one["index"].as_u64().unwrap());
                assert!(found.insert(time, value).is_none(), "a reading came twice");
            }
            match body["next_from"].as_str() {
                Some(next) => from = next.to_owned(),
                None => return found,
            }
        }
    }
}

/// The tree, leaf by leaf: every group begins where the one before it ended, with its root, and ends with its own.
pub async fn verify_tree(app: &App) -> u64 {
    let mut tx = app.db.read().await.unwrap();
    let mut edge = Edge::new();
    loop {
        let groups = groups_from(&mut tx, edge.size(), 1_000).await.unwrap();
        if groups.is_empty() {
            break;
        }
        for (first, before, root, leaves) in groups {
            assert_eq!(first, edge.size(), "the indexes have a gap");
            assert_eq!(before, edge.root());
            assert!(!leaves.is_empty() && leaves.len() % 33 == 0);
            leaves.chunks(33).for_each(|leaf| edge.append(leaf));
            assert_eq!(root, edge.root(), "the group at {first}");
        }
    }
    let head = head(&mut tx).await.unwrap();
    assert_eq!((head.size, head.root, head.edge), (edge.size(), edge.root(), edge.to_bytes()));
    edge.size()
}

/// Queries answer one time once; here the rows themselves are counted: nothing stands in two chunks.
pub async fn chunks_hold_each_reading_once(app: &App, place: &Place, wanted: i64) {
    let end = Instant::now() + PATIENCE;
    loop {
        let mut tx = app.db.read().await.unwrap();
        let text = "SELECT CAST(COALESCE(SUM(readings), 0) AS BIGINT) FROM chunks WHERE project = $1";
        let row =
            sqlx::query(text).bind(place.project.as_bytes().to_vec()).fetch_one(&mut *tx).await.unwrap();
        let found: i64 = row.get(0);
        assert!(found <= wanted, "{found} readings stand in chunks of {wanted}: some twice");
        if found == wanted {
            break;
        }
        assert!(Instant::now() < end, "{found} readings of {wanted} came into chunks");
        drop(tx);
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
