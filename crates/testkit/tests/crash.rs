//! The server is killed at random moments under load, again and again: what it acknowledged is there, once, and the tree
//! verifies from its leaves. `FIELDKEEP_NIGHTLY=1` kills it hundreds of times; `FIELDKEEP_SEED` repeats a run's moments.

use fieldkeep_domain::telemetry::Batch;
use fieldkeep_domain::{Hash, Timestamp};
use fieldkeep_server::journal::sql::{groups_from, head};
use fieldkeep_server::{App, db};
use fieldkeep_testkit::device::head_of;
use fieldkeep_testkit::world::Place;
use fieldkeep_testkit::{Backend, Device, Reply, World, both_databases, readings};
use fieldkeep_trust::merkle::Edge;
use fieldkeep_wire::json::format_time;
use futures_util::StreamExt;
use futures_util::future::{join, join_all};
use futures_util::stream::FuturesUnordered;
use serde_json::Value as Json;
use sqlx::Row;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

both_databases!(what_was_acknowledged_survives_every_kill);

const DEVICES: usize = 8;
const READINGS: usize = 20;
/// Batches of one device on their way at once.
const WINDOW: usize = 8;
const PATIENCE: Duration = Duration::from_secs(60);
/// One batch in so many lies outside the physical range and is held.
const HELD_EACH: usize = 17;

/// Moments that can be had again: SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % below
    }
}

fn rounds() -> usize {
    if std::env::var_os("FIELDKEEP_NIGHTLY").is_some_and(|value| value == "1") { 200 } else { 10 }
}

fn seed() -> u64 {
    let given = std::env::var("FIELDKEEP_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from_le_bytes(fieldkeep_trust::random()))
}

/// A batch as its device remembers it.
struct Sent {
    batch: Batch,
    held: bool,
    receipt: Option<(u64, Json)>,
}

/// One device and everything it ever sent, in order: number `n` stands at `n - 1`.
struct Lane {
    device: Device,
    from: Timestamp,
    sent: Vec<Sent>,
    /// Answers that asked to come back later.
    deferred: usize,
}

impl Lane {
    fn make(&mut self) -> usize {
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
    async fn connect(&mut self, world: &World) -> bool {
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

    /// Sends what was not acknowledged, then new batches, until the server is gone; with `only_old`, until all is settled.
    async fn drive(&mut self, world: &World, acknowledged: &AtomicUsize, only_old: bool) {
        if !self.connect(world).await {
            assert!(!only_old, "the server does not answer");
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
                    None if only_old => break,
                    None => self.make(),
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
        assert!(!gone || !only_old, "the server broke a connection");
    }

    /// Takes a receipt; a second one must be the first.
    fn settle(&mut self, at: usize, reply: &Reply) {
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
    async fn replay(&mut self, world: &World) {
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
    async fn read_back(&self, world: &World, viewer: &str) {
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

async fn what_was_acknowledged_survives_every_kill(backend: Backend) {
    let seed = seed();
    let mut dice = Dice(seed);
    // Hours that are over are written at once: the writer of chunks is always at work when the kill comes.
    let mut world = World::external(backend, "[telemetry]\nmemory_mib = 8\nsettle_s = 0\n").await;
    let (place, _, devices) = world.with_devices(DEVICES).await;
    let viewer = world.key("viewer", Some(&place)).await;
    let from = world.now().plus_secs(-40 * 86_400);
    let mut lanes: Vec<Lane> =
        devices.into_iter().map(|device| Lane { device, from, sent: vec![], deferred: 0 }).collect();
    let acknowledged = AtomicUsize::new(0);
    for round in 0..rounds() {
        // Every fifth time it is killed right after its start, while it reads back what the kill before left.
        let more = if round % 5 == 4 { 0 } else { 1 + dice.roll(400) as usize };
        let goal = acknowledged.load(Ordering::Relaxed) + more;
        let killing = async {
            let end = Instant::now() + PATIENCE;
            while acknowledged.load(Ordering::Relaxed) < goal {
                assert!(Instant::now() < end, "seed {seed}, round {round}: no progress\n{}", world.log());
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            world.kill();
        };
        join(join_all(lanes.iter_mut().map(|lane| lane.drive(&world, &acknowledged, false))), killing).await;
        world.start().await;
    }
    join_all(lanes.iter_mut().map(|lane| lane.drive(&world, &acknowledged, true))).await;
    join_all(lanes.iter_mut().map(|lane| lane.replay(&world))).await;
    for lane in &lanes {
        lane.read_back(&world, &viewer).await;
    }
    let sent: usize = lanes.iter().map(|lane| lane.sent.len()).sum();
    let deferred: usize = lanes.iter().map(|lane| lane.deferred).sum();
    println!("seed {seed}: {} kills, {sent} batches, {deferred} deferred", rounds());

    world.stop().await;
    world.run_inside(true);
    world.start().await;
    let app = world.running.as_ref().unwrap().app.clone();
    let leaves = verify_tree(&app).await;
    let indexes: BTreeSet<u64> =
        lanes.iter().flat_map(|lane| &lane.sent).map(|sent| sent.receipt.as_ref().unwrap().0).collect();
    assert_eq!(indexes.len(), sent, "two batches have one index");
    assert!(indexes.iter().all(|index| *index < leaves));
    let kept: usize = lanes.iter().flat_map(|lane| &lane.sent).filter(|sent| !sent.held).count();
    chunks_hold_each_reading_once(&app, &lanes, &place, (kept * READINGS) as i64).await;
    every_seal_has_its_own_salt(&app).await;
    world.stop().await;
}

/// The tree, leaf by leaf: every group begins where the one before it ended, with its root, and ends with its own.
async fn verify_tree(app: &App) -> u64 {
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
async fn chunks_hold_each_reading_once(app: &App, lanes: &[Lane], place: &Place, wanted: i64) {
    let end = Instant::now() + PATIENCE;
    loop {
        let mut tx = app.db.read().await.unwrap();
        let text = "SELECT CAST(COALESCE(SUM(readings), 0) AS BIGINT) FROM chunks WHERE project = $1";
        let row = sqlx::query(text).bind(place.project.as_bytes().to_vec()).fetch_one(&mut *tx).await.unwrap();
        let found: i64 = row.get(0);
        assert!(found <= wanted, "{found} readings stand in chunks of {wanted}: some twice");
        if found == wanted {
            break;
        }
        assert!(Instant::now() < end, "{found} readings of {wanted} came into chunks");
        drop(tx);
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let mut tx = app.db.read().await.unwrap();
    let rows = sqlx::query("SELECT hash, log_index FROM receipts").fetch_all(&mut *tx).await.unwrap();
    let stored: BTreeMap<u64, Hash> = rows
        .iter()
        .map(|row| (row.get::<i64, _>(1) as u64, Hash::from_slice(&row.get::<Vec<u8>, _>(0)).unwrap()))
        .collect();
    for sent in lanes.iter().flat_map(|lane| lane.sent.iter().rev().take(1_024)) {
        let index = sent.receipt.as_ref().unwrap().0;
        assert_eq!(stored.get(&index), Some(&head_of(&sent.batch).hash));
    }
}

/// A row's key comes from its salt: one salt twice would be one key and one nonce twice.
async fn every_seal_has_its_own_salt(app: &App) {
    let mut tx: db::Transaction = app.db.read().await.unwrap();
    let (mut salts, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (table, columns) in [
        ("bodies", &["sealed"][..]),
        ("quarantine", &["sealed"]),
        ("acts", &["sealed"]),
        ("chunks", &["summary", "body", "batches"]),
    ] {
        let text = format!("SELECT id, {} FROM {table}", columns.join(", "));
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&mut *tx).await.unwrap();
        assert!(!rows.is_empty(), "{table} is empty");
        for row in rows {
            assert!(ids.insert(row.get::<Vec<u8>, _>(0)), "{table}: an id twice");
            for at in 0..columns.len() {
                let sealed: Vec<u8> = row.get(at + 1);
                assert!(salts.insert(sealed[1..25].to_vec()), "{table}: a salt twice");
            }
        }
    }
}
