//! The agent at work against a server that fails in every way that a server may.

use crate::common::{Fault, Server, until, write_csv};
use fieldkeep_agent::{Event, Progress, RunOptions, RunReport, run};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn replay(data: &Path, csv: &Path) -> RunOptions {
    RunOptions { csv: vec![csv.to_owned()], once: true, ..RunOptions::new(data) }
}

async fn finish(options: RunOptions) -> RunReport {
    run(options, Progress::silent(), std::future::pending()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_arrives_whole_over_one_connection() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let csv = dir.path().join("a.csv");
    write_csv(&csv, 10_000);
    let report = finish(replay(&data, &csv)).await;
    server.assert_whole(20_000);
    assert_eq!((report.totals.readings, report.pending, report.totals.rebases), (20_000, 0, 0));
    assert!(report.totals.batches > 5);
    let state = server.state();
    assert_eq!((state.heads, state.gaps), (1, 0));
    // Bodies travel beside each other; the requests were made in the order of the chain.
    let mut posts: Vec<_> =
        state.posts.iter().map(|(_, arrival, head)| (*arrival, head.epoch, head.seq)).collect();
    posts.sort();
    assert!(posts.is_sorted_by_key(|(_, epoch, seq)| (*epoch, *seq)));
    assert!(state.versions.iter().all(|version| version == "HTTP/2.0"));
    let unit = |metric: &str| {
        state.readings.iter().find(|((name, _), _)| name == metric).unwrap().1.ends_with("Cel")
    };
    assert!(unit("a") && !unit("b"));
    drop(state);
    let status = fieldkeep_agent::status(&data).unwrap();
    assert_eq!(status.head, report.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_loses_nothing() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let collected = Arc::new(Mutex::new(0u64));
    let seen = collected.clone();
    let progress = Progress::new(move |event| {
        if let Event::Collected { readings } = event {
            *seen.lock().unwrap() += readings;
        }
    });
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let options = RunOptions { sensors: true, period: Duration::from_millis(20), ..RunOptions::new(&data) };
    let agent = tokio::spawn(run(options, progress, async { drop(stopped.await) }));
    until("the first batches arrive", || server.state().stored > 3).await;
    server.stop().await;
    let before = server.state().stored;
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.resume().await;
    until("what waited arrives", || server.state().stored > before + 60).await;
    stop.send(()).unwrap();
    agent.await.unwrap().unwrap();
    let report = finish(RunOptions { once: true, ..RunOptions::new(&data) }).await;
    assert_eq!(report.pending, 0);
    server.assert_whole(*collected.lock().unwrap() as usize);
    assert_eq!(server.state().lost, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_waited_out() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let csv = dir.path().join("a.csv");
    write_csv(&csv, 100);
    server.state().faults.push_back(Fault::Status(429, Some(2)));
    finish(replay(&data, &csv)).await;
    server.assert_whole(200);
    let posts = &server.state().posts;
    assert!(posts[1].0 - posts[0].0 >= Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_answer_ends_well() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let csv = dir.path().join("a.csv");
    write_csv(&csv, 3_000);
    let faults = [
        Fault::Status(503, Some(0)),
        Fault::Status(500, Some(0)),
        Fault::Status(401, None),
        Fault::Quarantine("clock"),
        Fault::Status(403, Some(0)),
        Fault::Status(409, Some(0)),
        Fault::Quarantine("clock"),
    ];
    server.state().faults.extend(faults);
    let told = Arc::new(Mutex::new(0));
    let seen = told.clone();
    let progress = Progress::new(move |event| {
        *seen.lock().unwrap() += u64::from(matches!(event, Event::Quarantined { .. }))
    });
    let report = run(replay(&data, &csv), progress, std::future::pending()).await.unwrap();
    server.assert_whole(6_000);
    assert!(server.state().faults.is_empty());
    assert_eq!((report.totals.rebases, server.state().lost), (0, 0));
    assert!(report.totals.quarantined["clock"] >= 1);
    assert_eq!(*told.lock().unwrap(), 1, "a reason is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_batch_is_declared_lost_and_the_rest_arrives() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let csv = dir.path().join("a.csv");
    write_csv(&csv, 5_000);
    server.state().faults.push_back(Fault::Status(400, None));
    let report = finish(replay(&data, &csv)).await;
    let lost = server.state().lost;
    assert!(lost > 0);
    assert_eq!((report.totals.lost, report.totals.rebases), (lost, 1));
    server.assert_whole(10_000 - lost as usize);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_spool_says_what_it_dropped() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    server.stop().await;
    let counts = Arc::new(Mutex::new((0u64, 0u64)));
    let seen = counts.clone();
    let progress = Progress::new(move |event| match event {
        Event::Collected { readings } => seen.lock().unwrap().0 += readings,
        Event::Dropped { readings } => seen.lock().unwrap().1 += readings,
        _ => {}
    });
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let options = RunOptions {
        sensors: true,
        period: Duration::from_millis(1),
        spool_bytes: 0,
        ..RunOptions::new(&data)
    };
    let agent = tokio::spawn(run(options.clone(), progress, async { drop(stopped.await) }));
    until("the spool is full", || counts.lock().unwrap().1 > 100).await;
    server.resume().await;
    until("what is left arrives", || server.state().lost > 0).await;
    stop.send(()).unwrap();
    agent.await.unwrap().unwrap();
    finish(RunOptions { sensors: false, once: true, ..options }).await;
    let (collected, dropped) = *counts.lock().unwrap();
    let lost = server.state().lost;
    // What was dropped while in flight may have arrived after all; then it is not declared.
    assert!(lost <= dropped, "{lost} lost, {dropped} dropped");
    server.assert_whole((collected - lost) as usize);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_installed_keeps_everything_for_later() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    server.state().token_status = Some(403);
    let options = RunOptions {
        sensors: true,
        once: true,
        patience: Duration::from_millis(100),
        ..RunOptions::new(&data)
    };
    let error = run(options.clone(), Progress::silent(), std::future::pending()).await.unwrap_err();
    assert_eq!(error.exit_code(), 3, "{error}");
    server.state().token_status = None;
    let report = finish(RunOptions { sensors: false, ..options }).await;
    assert!(report.totals.readings > 0);
    server.assert_whole(report.totals.readings as usize);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_in_time_and_the_old_key_kept_until_then() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    server.state().issue_ago_s = 70 * 86_400;
    let data = server.enrolled(dir.path()).await;
    let old = std::fs::read(data.join("device-ops.key")).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let options = RunOptions { sensors: true, period: Duration::from_millis(50), ..RunOptions::new(&data) };
    let renewed = Arc::new(Mutex::new(false));
    let seen = renewed.clone();
    let progress = Progress::new(move |event| *seen.lock().unwrap() |= *event == Event::Renewed);
    let agent = tokio::spawn(run(options, progress, async { drop(stopped.await) }));
    until("the certificate is renewed", || *renewed.lock().unwrap()).await;
    let before = server.state().stored;
    until("batches go on", || server.state().stored > before + 3).await;
    stop.send(()).unwrap();
    agent.await.unwrap().unwrap();
    assert_eq!(server.state().renewed, 1);
    assert_ne!(std::fs::read(data.join("device-ops.key")).unwrap(), old);
    assert!(!data.join("ops.next.key").exists());
    assert_eq!(server.state().forks, 0);
}

/// Stored, but the answer was lost with the connection: sent again, answered as a replay, counted once.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_came_doubles_nothing() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let csv = dir.path().join("a.csv");
    write_csv(&csv, 8_000);
    server.state().faults.extend([Fault::Quarantine("clock"), Fault::Swallow]);
    let options = RunOptions { window: 1, ..replay(&data, &csv) };
    let agent = tokio::spawn(run(options, Progress::silent(), std::future::pending()));
    until("the batch is stored whose answer is lost", || server.state().stored == 2).await;
    server.stop().await;
    server.resume().await;
    let report = agent.await.unwrap().unwrap();
    server.assert_whole(16_000);
    assert!(server.state().replays >= 1);
    assert_eq!((report.totals.readings, report.totals.batches), (16_000, server.state().stored));
}

/// What the server keeps as a fork never becomes its head: the rest of the chain has to join the other side.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_held_as_a_fork_is_continued_from_the_servers_head() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let csv = dir.path().join("a.csv");
    write_csv(&csv, 8_000);
    server.state().faults.extend([Fault::Fork]);
    let report = finish(replay(&data, &csv)).await;
    assert_eq!(report.totals.quarantined["fork"], 1);
    assert_eq!((report.totals.readings, report.totals.rebases), (16_000, 1));
    let state = server.state();
    assert_eq!((state.readings.len() as u64 + state.forked, state.lost), (16_000, 0));
}

/// A year of a real server, newest first, hour by hour: hundreds of batches, most of the window in flight.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_year_arrives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("FIELDKEEP_SHARED_DATA").map_or(folder, std::path::PathBuf::from);
    let csv = folder.join("datacentre/gpu_server_09.txt");
    if !csv.is_file() {
        println!("skipped: no real measurements at ../shared/data beside the repository");
        return;
    }
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let started = tokio::time::Instant::now();
    let report = finish(replay(&data, &csv)).await;
    let took = started.elapsed();
    println!("{} batches, {} readings in {took:?}", report.totals.batches, report.totals.readings);
    server.assert_whole(report.csv[0].readings as usize);
    assert_eq!((report.totals.rebases, server.state().lost), (0, 0));
}
