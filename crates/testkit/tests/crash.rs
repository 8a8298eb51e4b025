//! The server is killed at random moments under load, again and again: what it acknowledged is there, once, and the tree
//! verifies from its leaves. `FIELDKEEP_NIGHTLY=1` kills it hundreds of times; `FIELDKEEP_SEED` repeats a run's moments.

use fieldkeep_domain::Hash;
use fieldkeep_server::{App, db};
use fieldkeep_testkit::device::head_of;
use fieldkeep_testkit::load::{Dice, Lane, READINGS, chunks_hold_each_reading_once, seed, verify_tree};
use fieldkeep_testkit::{Backend, World, both_databases};
use futures_util::future::{join, join_all};
use sqlx::Row;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

both_databases!(what_was_acknowledged_survives_every_kill);

const DEVICES: usize = 8;
const PATIENCE: Duration = Duration::from_secs(60);

fn rounds() -> usize {
    if std::env::var_os("FIELDKEEP_NIGHTLY").is_some_and(|value| value == "1") { 200 } else { 30 }
}

async fn what_was_acknowledged_survives_every_kill(backend: Backend) {
    let seed = seed();
    let mut dice = Dice(seed);
    // Hours that are over are written at once: the writer of chunks is always at work when the kill comes.
    let mut world = World::external(backend, "[telemetry]\nmemory_mib = 8\nsettle_s = 0\n").await;
    let (place, _, devices) = world.with_devices(DEVICES).await;
    let viewer = world.key("viewer", Some(&place)).await;
    let from = world.now().plus_secs(-40 * 86_400);
    let mut lanes: Vec<Lane> = devices.into_iter().map(|device| Lane::new(device, from)).collect();
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
        join(join_all(lanes.iter_mut().map(|lane| lane.drive(&world, &acknowledged, usize::MAX))), killing)
            .await;
        world.start().await;
    }
    join_all(lanes.iter_mut().map(|lane| lane.drive(&world, &acknowledged, 0))).await;
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
    chunks_hold_each_reading_once(&app, &place, (kept * READINGS) as i64).await;
    receipts_stand(&app, &lanes).await;
    every_seal_has_its_own_salt(&app).await;
    world.stop().await;
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

/// The receipts that are kept are those that the devices were given.
async fn receipts_stand(app: &App, lanes: &[Lane]) {
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
