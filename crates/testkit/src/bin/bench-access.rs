//! What authorisation costs, and what a flood of sign-ins does to devices (docs/manual/performance.md, rows 11 and 11b).
//! Prints a table and writes `bench/results/access.json`. Started by `cargo xtask bench access`.

use fieldkeep_domain::access::{Action, Place, Role, RoleRef};
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{CustomRoleId, DeviceId, GuardId, OrganizationId, PersonId, ProjectId};
use fieldkeep_policy::{Additions, Ask, Engine, Guard, Slice, forbidding};
use fieldkeep_testkit::person::Browser;
use fieldkeep_testkit::world::block_on;
use fieldkeep_testkit::{Backend, Device, World, readings};
use serde_json::json;
use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const DEVICES: usize = 10_000;
const ROUNDS: usize = 12;
const DIRECT: usize = 2_000;
/// Rounds without and with the flood: A B B A …
const ORDER: [bool; 12] = [false, true, true, false, false, true, true, false, false, true, true, false];
const ROUND: Duration = Duration::from_secs(4);
const MEASURING: usize = 8;
const SIGN_INS_PER_S: u64 = 200;

/// A hundred policies: those that come with Fieldkeep, and a company's roles and guard rails up to that number.
fn slice(engine: &Engine) -> Slice {
    let mut additions = Additions::default();
    for n in 0..52 {
        let id = CustomRoleId::from_random([n; 16]);
        additions.roles.insert(id, [Action::DeviceRead, Action::TelemetryRead].into());
    }
    for n in 0..15 {
        let cedar = forbidding(&[Action::TelemetryExport], &["10.0.0.0/8".parse().unwrap()]);
        additions.guards.push(Guard { id: GuardId::from_random([n; 16]), cedar });
    }
    engine.slice(additions).unwrap()
}

fn places() -> Vec<Place> {
    let organization = OrganizationId::from_random([1; 16]);
    let project = ProjectId::from_random([2; 16]);
    let device = |n: usize| {
        let mut id = [3; 16];
        id[..8].copy_from_slice(&(n as u64).to_be_bytes());
        DeviceId::from_random(id)
    };
    (0..DEVICES)
        .map(|n| Place::within(Scope::Project { organization, project }, vec![], Some(device(n))))
        .collect()
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Nanoseconds of a decision from memory, and of one that Cedar works out.
fn decisions() -> (f64, f64) {
    let engine = Engine::new().unwrap();
    let (slice, places) = (slice(&engine), places());
    let roles = [RoleRef::Standard(Role::Operator), RoleRef::Custom(CustomRoleId::from_random([7; 16]))];
    let doer = Doer::Person(PersonId::from_random([9; 16]));
    let ask = |place| {
        let action = Action::TelemetryRead;
        Ask { doer, roles: &roles, action, place, fresh: false, approved: false, address: None }
    };
    assert!(places.iter().all(|place| engine.decide(&slice, &ask(place)).is_allowed()));
    let mut cached = Vec::new();
    let mut direct = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for place in &places {
            black_box(engine.decide(&slice, black_box(&ask(place))));
        }
        cached.push(begun.elapsed().as_nanos() as f64 / places.len() as f64);
        let begun = Instant::now();
        for place in &places[..DIRECT] {
            black_box(engine.evaluate(&slice, black_box(&ask(place))));
        }
        direct.push(begun.elapsed().as_nanos() as f64 / DIRECT as f64);
    }
    (median(cached), median(direct))
}

/// Each device sends batches of a hundred readings, one after the other, until it is told to stop; how long each took.
async fn measure(world: Arc<World>, mut device: Device, stop: Arc<AtomicBool>) -> (Device, Vec<f64>) {
    let mut times = Vec::new();
    let values: Vec<f64> = (0..100).map(|n| f64::from(n) / 10.0).collect();
    let mut at = world.now().plus_secs(-80_000_000);
    // Always the same load, within what one device may send.
    let mut every = tokio::time::interval(Duration::from_millis(10));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !stop.load(Ordering::Relaxed) {
        every.tick().await;
        at = at.plus_secs(100);
        let begun = Instant::now();
        device.measure(&world, readings("temperature", Some("Cel"), at, &values)).await.expect(200);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    (device, times)
}

/// Sign-ins with passwords that are wrong, each for another account, from many browsers.
async fn flood(world: Arc<World>, stop: Arc<AtomicBool>, sent: Arc<AtomicU64>) {
    let mut every = tokio::time::interval(Duration::from_micros(1_000_000 / SIGN_INS_PER_S));
    let mut tasks = tokio::task::JoinSet::new();
    let browser = Browser::new(&world);
    while !stop.load(Ordering::Relaxed) {
        every.tick().await;
        let (mut browser, n) = (browser.clone(), sent.fetch_add(1, Ordering::Relaxed));
        tasks.spawn(async move {
            let given = json!({"address": format!("nobody-{n}@example.com"), "password": "not the password"});
            browser.post("/api/v1/sign-in/password", given).await.status
        });
        while tasks.try_join_next().is_some() {}
    }
    while tasks.join_next().await.is_some() {}
}

/// Server and load have a core each, where there are two (docs/manual/performance.md): the load must not be what is measured.
fn apart(server: u32) -> bool {
    let pin = |pid: u32, core: &str| {
        let line = ["-a", "-p", "-c", core, &pid.to_string()].map(str::to_owned);
        Command::new("taskset").args(line).output().is_ok_and(|done| done.status.success())
    };
    pin(server, "0") && pin(std::process::id(), "1")
}

/// Seconds of a core that a process has used (proc(5): utime and stime, in hundredths).
fn cpu_s(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|field| field.parse::<f64>().unwrap() / 100.0).sum()
}

fn p99(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() * 99 / 100]
}

/// What the flood did.
#[derive(Debug, Default, Clone, Copy)]
struct Flooded {
    apart: bool,
    /// Milliseconds until a batch is acknowledged, 99th percentile, without and with the flood.
    p99_ms: [f64; 2],
    /// Share of a core: the server's, and that of what loads it.
    server_cores: [f64; 2],
    load_cores: [f64; 2],
    batches_per_s: [f64; 2],
    sign_ins: u64,
}

async fn ingest() -> Flooded {
    let world = World::external(Backend::Sqlite, "").await;
    let (_, _, mut devices) = world.with_devices(MEASURING).await;
    let (server, load) = (world.server_pid(), std::process::id());
    let apart = apart(server);
    let world = Arc::new(world);
    let sent = Arc::new(AtomicU64::new(0));
    // By round: percentile, the two shares of a core, batches a second.
    let mut rounds: [Vec<[f64; 4]>; 2] = [Vec::new(), Vec::new()];
    for flooded in ORDER {
        let stop = Arc::new(AtomicBool::new(false));
        let (begun, used) = (Instant::now(), [cpu_s(server), cpu_s(load)]);
        let lanes: Vec<_> = devices
            .drain(..)
            .map(|device| tokio::spawn(measure(world.clone(), device, stop.clone())))
            .collect();
        let attack = flooded.then(|| tokio::spawn(flood(world.clone(), stop.clone(), sent.clone())));
        tokio::time::sleep(ROUND).await;
        stop.store(true, Ordering::Relaxed);
        let mut times = Vec::new();
        for lane in lanes {
            let (device, taken) = lane.await.unwrap();
            devices.push(device);
            times.extend(taken);
        }
        if let Some(attack) = attack {
            attack.await.unwrap();
        }
        let took_s = begun.elapsed().as_secs_f64();
        let share = |pid, before: f64| (cpu_s(pid) - before) / took_s;
        let batches = times.len() as f64 / took_s;
        rounds[usize::from(flooded)].push([
            p99(times),
            share(server, used[0]),
            share(load, used[1]),
            batches,
        ]);
    }
    let of = |n: usize| rounds.each_ref().map(|rounds| median(rounds.iter().map(|round| round[n]).collect()));
    Flooded {
        apart,
        p99_ms: of(0),
        server_cores: of(1),
        load_cores: of(2),
        batches_per_s: of(3),
        sign_ins: sent.load(Ordering::Relaxed),
    }
}

fn main() {
    let (cached_ns, direct_ns) = decisions();
    println!("authorisation, 100 policies, 10,000 devices");
    println!("  from memory       {cached_ns:8.0} ns");
    println!("  Cedar, each time  {direct_ns:8.0} ns   ({:.0}x)", direct_ns / cached_ns);
    let seen = Arc::new(std::sync::Mutex::new(Flooded::default()));
    let filled = seen.clone();
    block_on(async move { *filled.lock().unwrap() = ingest().await });
    let found = *seen.lock().unwrap();
    let cores =
        if found.apart { "server and load on a core each" } else { "server and load share the cores" };
    println!("acknowledging a batch of 100 readings, {MEASURING} devices, {cores}");
    println!("                              p99, ms   batches/s   server's core   load's core");
    let names = ["calm".to_owned(), format!("{SIGN_INS_PER_S} sign-ins a second")];
    for (n, name) in names.iter().enumerate() {
        let (p99, batches) = (found.p99_ms[n], found.batches_per_s[n]);
        let [server, load] = [found.server_cores[n], found.load_cores[n]].map(|share| share * 100.0);
        println!("  {name:26}{p99:9.2}{batches:12.0}{server:14.0} %{load:12.0} %");
    }
    println!("  under the flood            {:+8.0} %", (found.p99_ms[1] / found.p99_ms[0] - 1.0) * 100.0);
    let answer = json!({
        "decision_cached_ns": cached_ns, "decision_cedar_ns": direct_ns, "cores_apart": found.apart,
        "ack_p99_calm_ms": found.p99_ms[0], "ack_p99_flooded_ms": found.p99_ms[1],
        "server_cores_calm": found.server_cores[0], "server_cores_flooded": found.server_cores[1],
        "load_cores_calm": found.load_cores[0], "load_cores_flooded": found.load_cores[1],
        "sign_ins_sent": found.sign_ins, "sign_ins_per_s": SIGN_INS_PER_S,
    });
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/results");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("access.json"), format!("{answer:#}\n")).unwrap();
}
