//! What the server stands on fails: the disk fills, the database goes, it is stopped, a second server writes too, the
//! agent is killed. Nothing acknowledged is lost, nothing is acknowledged that is not there, and it goes on by itself.

use fieldkeep_domain::Timestamp;
use fieldkeep_testkit::load::{Dice, Lane, READINGS, chunks_hold_each_reading_once, seed, verify_tree};
use fieldkeep_testkit::postgres::Cluster;
use fieldkeep_testkit::process::wait_until;
use fieldkeep_testkit::world::block_on;
use fieldkeep_testkit::{Backend, Device, World, both_databases, cli};
use fieldkeep_wire::json::format_time;
use futures_util::future::{join, join_all};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PATIENCE: Duration = Duration::from_secs(15);
const GLANCE: Duration = Duration::from_millis(10);

both_databases!(a_stop_in_the_middle_of_work_loses_nothing);

fn lanes(world: &World, devices: Vec<Device>) -> Vec<Lane> {
    let from = world.now().plus_secs(-20 * 86_400);
    devices.into_iter().map(|device| Lane::new(device, from)).collect()
}

async fn drive(lanes: &mut [Lane], world: &World, new: usize) {
    let acknowledged = AtomicUsize::new(0);
    join_all(lanes.iter_mut().map(|lane| lane.drive(world, &acknowledged, new))).await;
}

/// Every receipt comes again, and every reading comes back.
async fn all_is_there(lanes: &mut [Lane], world: &World, viewer: &str) {
    join_all(lanes.iter_mut().map(|lane| lane.replay(world))).await;
    for lane in lanes.iter() {
        lane.read_back(world, viewer).await;
    }
}

async fn a_stop_in_the_middle_of_work_loses_nothing(backend: Backend) {
    let mut world = World::external(backend, "").await;
    let (place, _, devices) = world.with_devices(4).await;
    let viewer = world.key("viewer", Some(&place)).await;
    let mut lanes = lanes(&world, devices);
    for goal in [1, 150, 300] {
        let acknowledged = AtomicUsize::new(0);
        let stopping = async {
            let end = Instant::now() + PATIENCE;
            while acknowledged.load(Ordering::Relaxed) < goal {
                assert!(Instant::now() < end, "no progress\n{}", world.log());
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            world.process.as_ref().unwrap().terminate();
        };
        let driving = join_all(lanes.iter_mut().map(|lane| lane.drive(&world, &acknowledged, usize::MAX)));
        join(driving, stopping).await;
        let ended = world.process.take().unwrap().ended();
        assert!(ended.success(), "it was asked to stop and ended with {ended}\n{}", world.log());
        assert!(!world.folder().address().exists());
        world.start().await;
        drive(&mut lanes, &world, 0).await;
    }
    all_is_there(&mut lanes, &world, &viewer).await;
    world.stop().await;
}

/// A small file system in memory, gone with its guard.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(size: &str) -> Option<Self> {
        let at = tempfile::tempdir().unwrap().keep();
        let options = format!("size={size}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at));
        }
        std::fs::remove_dir(at).unwrap();
        None
    }

    /// Takes all that is left, to the last byte.
    fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(self.filler()).unwrap();
        for block in [1024 * 1024, 4096, 1] {
            while file.write_all(&vec![7; block]).is_ok() {}
        }
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[test]
fn a_full_disk_stops_acknowledgements_and_nothing_else() {
    block_on(async {
        let Some(disk) = SmallDisk::mount("64m") else {
            println!("SKIPPED: a small disk cannot be mounted here (it takes root)");
            return;
        };
        full_disk(&disk).await;
    });
}

async fn full_disk(disk: &SmallDisk) {
    let data = tempfile::tempdir_in(&disk.0).unwrap();
    let mut world = World::external_at(data, String::new(), "").await;
    let (place, _, devices) = world.with_devices(1).await;
    let viewer = world.key("viewer", Some(&place)).await;
    let mut lanes = lanes(&world, devices);
    drive(&mut lanes, &world, 20).await;

    disk.fill();
    let lane = &mut lanes[0];
    // What is free inside the database's own files is still used up: soon the first is refused.
    let refused = loop {
        let at = lane.make();
        let batch = lane.sent[at].batch.clone();
        let reply = lane.device.send_batch(&world, &batch).await.unwrap();
        if reply.status == 503 {
            break reply;
        }
        lane.settle(at, &reply);
        assert!(lane.sent.len() < 5_000, "the disk never filled");
    };
    assert!(refused.retry_after.is_some_and(|seconds| seconds > 0), "{}", refused.text);
    assert_eq!(refused.body["status"], 503);
    assert!(refused.body["detail"].as_str().unwrap().contains("nothing was acknowledged"));
    let last = lane.sent.last().unwrap().batch.clone();
    for _ in 0..5 {
        let again = lane.device.send_batch(&world, &last).await.unwrap().expect(503);
        assert!(again.retry_after.is_some());
    }
    // Reading goes on, and says how far the chain really is.
    let path = format!("/api/v1/devices/{}", lane.device.id);
    let shown = world.call_as(&viewer, "GET", &path, None).await.expect(200).body;
    assert_eq!(shown["head"]["seq"], lane.sent.len() - 1);
    assert_eq!(world.ready().await.0, 200);

    std::fs::remove_file(disk.filler()).unwrap();
    let end = Instant::now() + PATIENCE;
    while lane.device.send_batch(&world, &last).await.unwrap().status == 503 {
        assert!(
            Instant::now() < end,
            "the disk has room again and nothing is accepted\n{:.6000}",
            world.log()
        );
        tokio::time::sleep(GLANCE).await;
    }
    drive(&mut lanes, &world, 20).await;
    all_is_there(&mut lanes, &world, &viewer).await;
    world.stop().await;
    world.start().await;
    lanes[0].device.reconnect();
    all_is_there(&mut lanes, &world, &viewer).await;
    world.stop().await;
    world.run_inside(true);
    world.start().await;
    verify_tree(&world.running.as_ref().unwrap().app).await;
    world.stop().await;
}

/// A cluster of the test's own, stopped with its guard.
struct OwnCluster(tempfile::TempDir, Cluster);

impl OwnCluster {
    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("fk-own").tempdir_in("/tmp").unwrap();
        let cluster = Cluster::start_in(folder.path());
        Self(folder, cluster)
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        Cluster::stop_in(self.0.path());
    }
}

#[test]
fn the_database_goes_and_comes_back() {
    block_on(async {
        let cluster = OwnCluster::start();
        let folder: &Path = cluster.0.path();
        let mut world = World::at(tempfile::tempdir().unwrap(), cluster.1.database(), "").await;
        let (place, _, devices) = world.with_devices(4).await;
        let viewer = world.key("viewer", Some(&place)).await;
        let mut lanes = lanes(&world, devices);
        drive(&mut lanes, &world, 20).await;
        for _ in 0..2 {
            goes_and_comes_back(&world, folder, &mut lanes).await;
        }
        all_is_there(&mut lanes, &world, &viewer).await;
        verify_tree(&world.running.as_ref().unwrap().app).await;
        world.stop().await;
    });
}

async fn goes_and_comes_back(world: &World, folder: &Path, lanes: &mut [Lane]) {
    // Batches come one after the other while it is stopped; the last one of each device is told to come again.
    let stopping = tokio::task::spawn_blocking({
        let folder = folder.to_owned();
        move || Cluster::stop_in(&folder)
    });
    let refused = join_all(lanes.iter_mut().map(async |lane| {
        loop {
            let at = lane.make();
            let batch = lane.sent[at].batch.clone();
            let reply = lane.device.send_batch(world, &batch).await.unwrap();
            if reply.status == 503 {
                return reply;
            }
            lane.settle(at, &reply);
        }
    }));
    for reply in refused.await {
        assert!(reply.retry_after.is_some(), "{}", reply.text);
        assert_eq!(reply.body["status"], 503);
        assert!(reply.body["detail"].is_string() && reply.body["request_id"].is_string(), "{}", reply.text);
        assert!(!reply.text.contains("socket") && !reply.text.contains("postgres"), "{}", reply.text);
    }
    stopping.await.unwrap();
    let (status, said) = world.ready().await;
    assert_eq!(status, 503, "{said}");
    Cluster::start_again_in(folder);
    let end = Instant::now() + PATIENCE;
    while world.ready().await.0 != 200 {
        assert!(Instant::now() < end, "the database is back and the server is not ready");
        tokio::time::sleep(GLANCE).await;
    }
    drive(lanes, world, 5).await;
}

#[test]
fn two_servers_on_one_database_are_one_deployment() {
    block_on(async {
        let more = "[telemetry]\nmemory_mib = 8\nsettle_s = 0\n";
        let mut first = World::external(Backend::Postgres, more).await;
        let (place, _, devices) = first.with_devices(6).await;
        let viewer = first.key("viewer", Some(&place)).await;
        let mut second = first.twin().await;
        let mut lanes = lanes(&first, devices);

        // Some here, some there, several in flight.
        let (here, there) = lanes.split_at_mut(3);
        join(drive(here, &first, 40), drive(there, &second, 40)).await;
        // Then each device changes sides as it likes.
        let seed = seed();
        println!("seed {seed}");
        join_all(lanes.iter_mut().enumerate().map(async |(n, lane)| {
            wander(lane, [&first, &second], Dice(seed.wrapping_add(n as u64)), 60).await;
        }))
        .await;
        join_all(lanes.iter_mut().map(|lane| lane.connect(&first))).await;
        all_is_there(&mut lanes, &first, &viewer).await;
        for lane in &lanes {
            lane.read_back(&second, &viewer).await;
        }
        moved_over_there(&first, &second, &place, &mut lanes[1]).await;
        revoked_over_there(&first, &second, &mut lanes[0]).await;

        second.stop().await;
        first.stop().await;
        first.run_inside(true);
        first.start().await;
        let app = first.running.as_ref().unwrap().app.clone();
        verify_tree(&app).await;
        let stored = |lane: &Lane| lane.sent.iter().filter(|one| !one.held && one.receipt.is_some()).count();
        let kept: usize = lanes.iter().map(stored).sum();
        chunks_hold_each_reading_once(&app, &place, (kept * READINGS) as i64).await;
        first.stop().await;
    });
}

/// One batch after the other, each to one of the servers.
async fn wander(lane: &mut Lane, worlds: [&World; 2], mut dice: Dice, count: usize) {
    let mut sides: Vec<Device> = Vec::new();
    for world in worlds {
        let mut side = lane.device.clone();
        side.reconnect();
        side.get(world, "/v1/hello").await.expect(200);
        sides.push(side);
    }
    for _ in 0..count {
        let side = dice.roll(2) as usize;
        let at = lane.make();
        let batch = lane.sent[at].batch.clone();
        let reply = sides[side].send_batch(worlds[side], &batch).await.unwrap();
        lane.settle(at, &reply);
    }
}

/// A device is installed elsewhere in its project through one server; the other, which it is connected to, takes its
/// readings for the new place without a new connection.
async fn moved_over_there(
    first: &World,
    second: &World,
    place: &fieldkeep_testkit::world::Place,
    lane: &mut Lane,
) {
    assert!(lane.connect(second).await);
    send_one(lane, second).await;
    let path = format!("/api/v1/projects/{}/sites", place.project);
    let site = first.post(&path, json!({"name": "Hall 4"})).await.expect(201).body["id"].clone();
    let path = format!("/api/v1/devices/{}/install", lane.device.id);
    first.post(&path, json!({"project": place.project, "site": site})).await.expect(200);
    send_one(lane, second).await;
}

async fn send_one(lane: &mut Lane, world: &World) {
    let at = lane.make();
    let batch = lane.sent[at].batch.clone();
    let reply = lane.device.send_batch(world, &batch).await.unwrap();
    lane.settle(at, &reply);
}

/// Revoked through one server, a device commits nothing through the other, and its open connection there ends.
async fn revoked_over_there(first: &World, second: &World, lane: &mut Lane) {
    assert!(lane.connect(second).await);
    send_one(lane, second).await;
    let mut config = lane.device.tls(second);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let tcp = tokio::net::TcpStream::connect(second.address()).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let mut open = connector.connect("devices.localhost".try_into().unwrap(), tcp).await.unwrap();
    open.write_all(b"GET /v1/hello HTTP/1.1\r\nhost: devices.localhost\r\n\r\n").await.unwrap();
    let mut buffer = [0; 4096];
    assert!(open.read(&mut buffer).await.unwrap() > 0);

    let path = format!("/api/v1/devices/{}/revoke", lane.device.id);
    first.post(&path, json!({"reason": "stolen"})).await.expect(200);
    let revoked = Instant::now();
    let at = lane.make();
    let batch = lane.sent[at].batch.clone();
    for _ in 0..20 {
        let reply = lane.device.send_batch(second, &batch).await;
        assert!(reply.as_ref().is_err() || reply.as_ref().unwrap().status >= 400, "{reply:?}");
    }
    let ended = tokio::time::timeout(Duration::from_secs(2).saturating_sub(revoked.elapsed()), async {
        while open.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
    });
    ended.await.expect("the open connection ends within two seconds");
    let path = format!("/api/v1/devices/{}", lane.device.id);
    let head = first.call("GET", &path, None).await.expect(200).body["head"]["seq"].clone();
    assert_eq!(head, at, "something was committed after the revocation");
}

/// Rows of the file, one a second; each holds its own number.
const ROWS: i64 = 20_000;
const KILLS: usize = 6;

#[test]
fn an_agent_that_is_killed_while_it_spools_loses_no_row() {
    block_on(async {
        let mut world = World::external(Backend::Sqlite, "").await;
        let installed = cli::install(&world, &json!({"metrics": {"row": {}, "half": {}}})).await;
        let viewer = world.key("viewer", Some(&installed.place)).await;
        let csv = world.data.path().join("history.csv");
        let mut text = String::from("time,row,half\n");
        let first = Timestamp::from_secs(1_767_225_600);
        for n in 0..ROWS {
            text.push_str(&format!("{},{n},{}\n", format_time(first.plus_secs(n)), n as f64 / 2.0));
        }
        std::fs::write(&csv, text).unwrap();
        let (agent, file) = (installed.agent.to_str().unwrap(), csv.to_str().unwrap());
        let seed = seed();
        println!("seed {seed}");
        let mut dice = Dice(seed);
        for _ in 0..KILLS {
            kill_the_agent(&world, &installed, file, &mut dice).await;
        }
        let report = cli::agent(&["run", "--data", agent, "--csv", file, "--once"]);
        assert_eq!(report["pending"], 0, "{report}");
        assert_eq!(report["csv"][0]["rows"], ROWS);
        let held = format!("/api/v1/projects/{}/quarantine", installed.place.project);
        assert_eq!(world.call("GET", &held, None).await.expect(200).body["items"], json!([]));

        let shifted = first.plus_secs(report["csv"][0]["shift_s"].as_i64().unwrap());
        for (metric, each) in [("row", 1.0), ("half", 0.5)] {
            let end = Instant::now() + PATIENCE;
            loop {
                let found = read(&world, &viewer, &installed, metric).await;
                let wanted: Vec<(String, f64)> =
                    (0..ROWS).map(|n| (format_time(shifted.plus_secs(n)), n as f64 * each)).collect();
                if found == wanted {
                    break;
                }
                assert!(found.len() <= wanted.len(), "{metric}: {} readings of {ROWS} rows", found.len());
                assert!(Instant::now() < end, "{metric}: {} of {ROWS} readings came back", found.len());
                tokio::time::sleep(GLANCE).await;
            }
        }
        world.stop().await;
    });
}

/// Starts the agent and kills it once the server has a few batches more, or its folder has changed, whichever is diced.
async fn kill_the_agent(world: &World, installed: &cli::Installed, file: &str, dice: &mut Dice) {
    let agent = installed.agent.to_str().unwrap();
    let path = format!("/api/v1/devices/{}", installed.device);
    let head = async || {
        let head = world.call("GET", &path, None).await.expect(200).body["head"].clone();
        (head["boot_epoch"].as_u64().unwrap_or(0), head["seq"].as_u64().unwrap_or(0))
    };
    let (before, size, more) = (head().await, folder_size(&installed.agent), dice.roll(5));
    let mut running = cli::spawn_agent(&["run", "--data", agent, "--csv", file]);
    let end = Instant::now() + PATIENCE;
    loop {
        // Every look is a request: slower than the limit of one key.
        tokio::time::sleep(GLANCE).await;
        let now = head().await;
        let stored = if now.0 == before.0 { now.1 - before.1 } else { now.1 };
        let spooled = folder_size(&installed.agent).saturating_sub(size) > 10_000;
        // A spool that was sent between two looks was not seen: progress counts as well.
        if (more == 0 && spooled) || (now != before && stored >= more.max(1)) {
            break;
        }
        assert!(running.try_wait().unwrap().is_none(), "the agent ended by itself");
        assert!(Instant::now() < end, "the agent came no further: {before:?} to {now:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    running.kill().unwrap();
    wait_until("the agent is gone", PATIENCE, || running.try_wait().unwrap());
}

fn folder_size(path: &Path) -> u64 {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => folder_size(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}

async fn read(world: &World, viewer: &str, installed: &cli::Installed, metric: &str) -> Vec<(String, f64)> {
    let from = format_time(world.now().plus_secs(-10 * ROWS));
    let to = format_time(world.now().plus_secs(3_600));
    let path = format!("/api/v1/devices/{}/readings?metric={metric}&from={from}&to={to}", installed.device);
    let body: Json = world.call_as(viewer, "GET", &path, None).await.expect(200).body;
    assert!(body["next_from"].is_null());
    let one = |one: &Json| (one["time"].as_str().unwrap().to_owned(), one["value"].as_f64().unwrap());
    body["readings"].as_array().unwrap().iter().map(one).collect()
}
