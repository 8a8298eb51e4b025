//! What charts are drawn from: reduced ranges as bytes, held spans and what a device has measured, on both databases.

use fieldkeep_api::{BUCKETS_TYPE, Columns};
use fieldkeep_domain::Timestamp;
use fieldkeep_domain::telemetry::Segment;
use fieldkeep_testkit::{Backend, Device, World, readings};
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};
use std::time::Instant;

fieldkeep_testkit::both_databases!(
    bytes_say_what_json_says,
    held_spans_are_those_of_the_window,
    a_device_says_what_it_has_measured,
);

async fn columns(world: &World, key: &str, path: &str) -> Columns {
    let url = format!("https://localhost:{}{path}", world.address().port());
    let request = world.client(world.tls(None)).get(url).bearer_auth(key);
    let response =
        request.header("accept", format!("{BUCKETS_TYPE}, application/json;q=0.5")).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"].to_str().unwrap()),
        (200, &BUCKETS_TYPE)
    );
    Columns::decode(&response.bytes().await.unwrap()).unwrap()
}

pub async fn bytes_say_what_json_says(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let key = world.key("viewer", Some(&place)).await;
    let from = world.now().plus_secs(-600);
    for (later, values) in [(0, [1.0, 5.0, 3.0]), (300, [-2.0, 2.0, 9.0])] {
        let segments = readings("temperature", Some("Cel"), from.plus_secs(later), &values);
        devices[0].measure(&world, segments).await.expect(200);
    }
    let span = format!("from={}&to={}", format_time(from), format_time(from.plus_secs(600)));
    let path = format!("/api/v1/devices/{}/buckets?metric=temperature&{span}&px=6", devices[0].id);
    let json = world.call_as(&key, "GET", &path, None).await.expect(200).body;
    let found = columns(&world, &key, &path).await;
    assert_eq!((found.columns.len(), found.step_s), (6, json["step_s"].as_f64().unwrap()));
    assert!((found.start_s - from.as_nanos() as f64 / 1e9).abs() < 1e-3);
    let filled: Vec<_> = found.columns.iter().filter(|one| one.count > 0).collect();
    let buckets = json["buckets"].as_array().unwrap();
    assert_eq!((filled.len(), buckets.len()), (2, 2));
    for (column, bucket) in filled.iter().zip(buckets) {
        let shown = json!([column.min, column.max, column.mean, column.count]);
        assert_eq!(shown, json!([bucket["min"], bucket["max"], bucket["mean"], bucket["count"]]));
    }
    assert!(found.columns[1].min.is_nan() && found.columns[3].count == 3);
    let other = path.replace("temperature", "mode");
    assert!(columns(&world, &key, &other).await.columns.iter().all(|one| one.count == 0));
    world.call_as(&key, "GET", &path.replace("px=6", "px=10001"), None).await.expect(400);
}

pub async fn held_spans_are_those_of_the_window(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let operator = world.key("operator", Some(&place)).await;
    let now = world.now();
    let mut held = Vec::new();
    for ago in [7_000, 5_000, 1_000] {
        let segments = readings("temperature", Some("Cel"), now.plus_secs(-ago), &[99.0, 1.0]);
        devices[0].measure(&world, segments).await.expect(202);
        let list = format!("/api/v1/projects/{}/quarantine?limit=1", place.project);
        held.push(world.call("GET", &list, None).await.expect(200).body["items"][0]["id"].clone());
    }
    let path = |from: i64, to: i64| {
        let (from, to) = (format_time(now.plus_secs(from)), format_time(now.plus_secs(to)));
        format!("/api/v1/devices/{}/held-spans?from={from}&to={to}", devices[0].id)
    };
    let ids = async |from: i64, to: i64| {
        let body = world.call_as(&operator, "GET", &path(from, to), None).await.expect(200).body;
        body["items"].as_array().unwrap().iter().map(|one| one["held"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(-9_000, 0).await, held);
    assert_eq!(ids(-6_000, 0).await, held[1..]);
    // From the second reading of the one to the first of the other, which is not in it.
    assert_eq!(ids(-4_999, -1_000).await, held[1..2]);
    let body = world.call_as(&operator, "GET", &path(-1_500, 0), None).await.expect(200).body;
    let wanted = json!({"from": format_time(now.plus_secs(-1_000)), "to": format_time(now.plus_secs(-999)),
        "held": held[2], "reasons": ["outside-range"]});
    assert_eq!(body["items"], json!([wanted]));
    let destroy = format!("/api/v1/quarantine/{}/destroy", held[1].as_str().unwrap());
    world.post(&destroy, json!({"reason": "x"})).await.expect(204);
    assert_eq!(ids(-9_000, 0).await, [held[0].clone(), held[2].clone()]);
    world.call_as(&operator, "GET", &path(0, 0), None).await.expect(400);
    let seller = world.key("sales-rep", Some(&place)).await;
    world.call_as(&seller, "GET", &path(-9_000, 0), None).await.expect(403);
}

pub async fn a_device_says_what_it_has_measured(backend: Backend) {
    let world = World::with(backend, "[telemetry]\nsettle_s = 0\n").await;
    let (place, _, mut devices) = world.with_devices(2).await;
    let key = world.key("viewer", Some(&place)).await;
    let now = world.now();
    // Hours that soon stand in chunks, and the running one.
    for ago in [90_000, 7_200, 10] {
        let segments = readings("temperature", Some("Cel"), now.plus_secs(-ago), &[1.0, 2.0]);
        devices[0].measure(&world, segments).await.expect(200);
    }
    let segments = readings("mode", None, now.plus_secs(-9_000), &[1.0]);
    devices[0].measure(&world, segments).await.expect(200);
    let of = async |device: &Device| {
        let path = format!("/api/v1/devices/{}/metrics", device.id);
        world.call_as(&key, "GET", &path, None).await.expect(200).body["items"].clone()
    };
    let time = |ago: i64| format_time(now.plus_secs(-ago));
    let wanted = json!([
        {"metric": "mode", "unit": null, "range": null, "from": time(9_000), "to": time(9_000)},
        {"metric": "temperature", "unit": "Cel", "range": {"min": -40.0, "max": 85.0}, "from": time(90_000), "to": time(9)},
    ]);
    assert_eq!(of(&devices[0]).await, wanted);
    assert_eq!(of(&devices[1]).await, json!([]));
}

const HOURS: i64 = 8_760;
const PERIOD_S: i64 = 10;

/// One batch of a day, a reading each ten seconds.
fn day(start: Timestamp, first: i64, last: i64) -> Vec<Segment> {
    (first..last)
        .flat_map(|hour| {
            let values: Vec<f64> =
                (0..3_600 / PERIOD_S).map(|n| ((hour * 360 + n) as f64 / 500.0).sin() * 20.0).collect();
            let mut segments = readings("temperature", Some("Cel"), start.plus_secs(hour * 3_600), &values);
            let times = &mut segments[0].series[0].times;
            for (n, time) in times.iter_mut().enumerate() {
                *time = start.plus_secs(hour * 3_600 + n as i64 * PERIOD_S);
            }
            segments.truncate(1);
            segments
        })
        .collect()
}

/// Prints what docs/manual/performance.md holds:
/// `cargo nextest run -p fieldkeep-testkit --test charts --run-ignored only --no-capture`.
#[test]
#[ignore = "sends a year of readings; it measures"]
fn a_year_of_one_signal() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        fieldkeep_testkit::world::block_on(async move {
            let world = World::with(backend, "[telemetry]\nsettle_s = 0\n").await;
            let (place, _, mut devices) = world.with_devices(1).await;
            let key = world.key("viewer", Some(&place)).await;
            let start = Timestamp::from_secs((world.now().as_secs() / 3_600 - HOURS - 1) * 3_600);
            for first in (0..HOURS).step_by(24) {
                let segments = day(start, first, (first + 24).min(HOURS));
                devices[0].measure(&world, segments).await.expect(200);
            }
            println!("{backend:?}: a year was sent");
            let app = &world.running.as_ref().unwrap().app;
            let flushed = async || {
                let mut tx = app.db.read().await.unwrap();
                let row: (i64,) =
                    sqlx::query_as("SELECT COUNT(*) FROM chunks").fetch_one(&mut *tx).await.unwrap();
                row.0
            };
            while flushed().await < HOURS {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
            let span =
                format!("from={}&to={}", format_time(start), format_time(start.plus_secs(HOURS * 3_600)));
            let path = format!("/api/v1/devices/{}/buckets?metric=temperature&{span}&px=1500", devices[0].id);
            let mut times = Vec::new();
            for _ in 0..11 {
                let begun = Instant::now();
                let found = columns(&world, &key, &path).await;
                times.push(begun.elapsed().as_secs_f64() * 1e3);
                let count: u64 = found.columns.iter().map(|one| u64::from(one.count)).sum();
                assert_eq!(count, (HOURS * 3_600 / PERIOD_S) as u64);
            }
            let first = times[0];
            times.sort_by(f64::total_cmp);
            println!("{backend:?}: a year to 1,500 px: p50 {:.0} ms, the first {first:.0} ms", times[5]);
            let begun = Instant::now();
            let path = format!("/api/v1/devices/{}/metrics", devices[0].id);
            let body: Value = world.call_as(&key, "GET", &path, None).await.expect(200).body;
            assert_eq!(body["items"].as_array().unwrap().len(), 1);
            println!("{backend:?}: what it has measured: {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
        });
    }
}
