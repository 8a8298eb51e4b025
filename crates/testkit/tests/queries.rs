//! Readings at rest and read back: chunks, parts, late and early readings, reduction, aggregates, retention.
//! On both databases.

use fieldkeep_domain::Timestamp;
use fieldkeep_testkit::{Backend, World, both_databases, readings};
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};

both_databases!(
    a_whole_project_is_exported_and_that_is_recorded,
    chunks_and_memory_read_as_one,
    a_small_memory_writes_parts_that_are_merged,
    bodies_are_trimmed_after_every_reader,
    expired_hours_lose_their_readings
);

const QUIET: &str = "[telemetry]\nmemory_mib = 8\nsettle_s = 0";

struct Asker<'a> {
    world: &'a World,
    key: String,
    device: String,
    project: String,
}

impl Asker<'_> {
    async fn ask(&self, path: &str) -> Value {
        self.world.call_as(&self.key, "GET", path, None).await.expect(200).body
    }
    async fn readings(&self, from: Timestamp, to: Timestamp) -> Vec<f64> {
        let (device, from, to) = (&self.device, format_time(from), format_time(to));
        let body = self
            .ask(&format!("/api/v1/devices/{device}/readings?metric=temperature&from={from}&to={to}"))
            .await;
        body["readings"].as_array().unwrap().iter().map(|one| one["value"].as_f64().unwrap()).collect()
    }
    async fn buckets(&self, from: Timestamp, to: Timestamp, px: u32) -> Vec<Value> {
        let (device, from, to) = (&self.device, format_time(from), format_time(to));
        let body = self
            .ask(&format!("/api/v1/devices/{device}/buckets?metric=temperature&from={from}&to={to}&px={px}"))
            .await;
        body["buckets"].as_array().unwrap().clone()
    }
    async fn steps(&self, from: Timestamp, to: Timestamp, step_s: u32) -> Vec<Value> {
        let (project, from, to) = (&self.project, format_time(from), format_time(to));
        let body = self
            .ask(&format!(
                "/api/v1/projects/{project}/aggregate?metric=temperature&from={from}&to={to}&step_s={step_s}"
            ))
            .await;
        body["steps"].as_array().unwrap().clone()
    }
}

/// Waits until the chunk writer has read everything and nothing of past hours waits.
async fn settled(world: &World, parts: impl Fn(i64, i64) -> bool) {
    let app = &world.running.as_ref().unwrap().app;
    for _ in 0..400 {
        let mut tx = app.db.read().await.unwrap();
        let (rows, hours): (i64, i64) =
            sqlx::query_as("SELECT COUNT(*), COUNT(DISTINCT hour) FROM chunks WHERE body IS NOT NULL")
                .fetch_one(&mut *tx)
                .await
                .unwrap();
        drop(tx);
        if parts(rows, hours) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the chunks never came to what was wanted");
}

async fn chunks_and_memory_read_as_one(backend: Backend) {
    let mut world = World::with(backend, QUIET).await;
    let (place, _, mut devices) = world.with_devices(2).await;
    let key = world.key("viewer", Some(&place)).await;
    let now = world.now();
    let start = Timestamp::from_secs((now.as_secs() / 3_600 - 5) * 3_600);
    // Five hours of the past, one value a minute, and the running hour; then late ones in between, out of order.
    let all = |n: i64| n as f64 / 10.0 - 20.0;
    for hour in 0..5i64 {
        for half in [1i64, 0] {
            let mut segments = Vec::new();
            for minute in 0..30 {
                let n = hour * 60 + half * 30 + minute;
                let mut one = readings("temperature", Some("Cel"), start.plus_secs(n * 60), &[all(n)]);
                match segments.first_mut() {
                    None => segments = one,
                    Some(first) => {
                        first.series[0].times.append(&mut one[0].series[0].times);
                        first.series[0].values.append(&mut one[0].series[0].values);
                    }
                }
            }
            devices[0].measure(&world, segments).await.expect(200);
        }
    }
    devices[1]
        .measure(&world, readings("temperature", Some("Cel"), start.plus_secs(30), &[50.0]))
        .await
        .expect(200);
    devices[0].measure(&world, readings("temperature", Some("Cel"), now, &[42.0])).await.expect(200);
    // The same instant again: both are kept, queries take the later one.
    devices[0].measure(&world, readings("temperature", Some("Cel"), start, &[-39.0])).await.expect(200);

    for round in 0..2 {
        settled(&world, |rows, _| rows >= 6).await;
        let asker = Asker {
            world: &world,
            key: key.clone(),
            device: devices[0].id.to_string(),
            project: place.project.to_string(),
        };
        let mut expected: Vec<f64> = (0..300).map(all).collect();
        expected[0] = -39.0;
        assert_eq!(asker.readings(start, start.plus_secs(18_000)).await, expected, "round {round}");
        assert_eq!(asker.readings(start.plus_secs(60), start.plus_secs(121)).await, &expected[1..3]);
        let latest = asker.ask(&format!("/api/v1/devices/{}/latest", devices[0].id)).await;
        assert_eq!(latest["readings"][0]["value"], 42.0);
        assert_eq!(latest["readings"][0]["unit"], "Cel");
        let buckets = asker.buckets(start, start.plus_secs(18_000), 5).await;
        assert_eq!(buckets.len(), 5);
        assert_eq!(
            (buckets[1]["count"].as_u64(), buckets[1]["min"].as_f64(), buckets[1]["max"].as_f64()),
            (Some(60), Some(all(60)), Some(all(119)))
        );
        assert_eq!(buckets[0]["first"], -39.0);
        let fine = asker.buckets(start, start.plus_secs(18_000), 300).await;
        assert_eq!(fine.len(), 300);
        let steps = asker.steps(start, start.plus_secs(18_000), 3_600).await;
        assert_eq!((steps[0]["count"].as_u64(), steps[0]["max"].as_f64()), (Some(61), Some(50.0)));
        assert_eq!(steps[4]["count"], 60);
        // The limit cuts, and says where to go on.
        let path = format!(
            "/api/v1/devices/{}/readings?metric=temperature&from={}&to={}&limit=100",
            devices[0].id,
            format_time(start),
            format_time(start.plus_secs(18_000))
        );
        let cut = asker.ask(&path).await;
        assert_eq!(cut["readings"].as_array().unwrap().len(), 100);
        assert_eq!(cut["next_from"], format_time(start.plus_secs(6_000)));
        world.stop().await;
        world.start().await;
    }
}

async fn a_small_memory_writes_parts_that_are_merged(backend: Backend) {
    // Nothing settles by itself here; memory is the only reason to write.
    let world = World::with(backend, "[telemetry]\nmemory_mib = 8\nsettle_s = 4000000").await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let key = world.key("viewer", Some(&place)).await;
    let start = Timestamp::from_secs((world.now().as_secs() / 3_600 - 1) * 3_600);
    let mut sent = 0;
    // 8 MiB hold about 200,000 readings; each batch brings 15,000 more of the same hour.
    for batch in 0..30i64 {
        let mut segments = readings("temperature", Some("Cel"), start, &[1.0]);
        let series = &mut segments[0].series[0];
        series.times = (0..15_000).map(|n| Timestamp(start.0 + (n * 30 + batch) * 7_000_000)).collect();
        series.values =
            (0..15_000).map(|n| fieldkeep_domain::telemetry::Value::Float(f64::from(n % 80))).collect();
        devices[0].measure(&world, segments).await.expect(200);
        sent += 15_000;
    }
    settled(&world, |rows, _| rows >= 2).await;
    let asker =
        Asker { world: &world, key, device: devices[0].id.to_string(), project: place.project.to_string() };
    let count = async || {
        let steps = asker.steps(start, start.plus_secs(3_600), 3_600).await;
        steps[0]["count"].as_u64().unwrap()
    };
    assert_eq!(count().await, sent);
    let app = &world.running.as_ref().unwrap().app;
    world.clock.shift_secs(4_010_000);
    // What still waits in memory is written now, too: merging is asked for until everything is one chunk.
    for round in 0.. {
        fieldkeep_server::telemetry::merge(app).await.unwrap();
        let mut tx = app.db.read().await.unwrap();
        let (rows,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM chunks").fetch_one(&mut *tx).await.unwrap();
        drop(tx);
        if rows == 1 && app.tail.read().bytes == 0 {
            break;
        }
        assert!(round < 400, "{rows} chunks are left");
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(count().await, sent, "nothing is lost or doubled by merging");
}

async fn bodies_are_trimmed_after_every_reader(backend: Backend) {
    let world =
        World::with(backend, "[telemetry]\nmemory_mib = 8\nsettle_s = 0\n[journal]\nkeep_s = 60").await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let past = world.now().plus_secs(-7_200);
    for n in 0..5 {
        devices[0]
            .measure(&world, readings("temperature", Some("Cel"), past.plus_secs(n), &[4.0]))
            .await
            .expect(200);
    }
    settled(&world, |rows, _| rows >= 1).await;
    let app = world.running.as_ref().unwrap().app.clone();
    let bodies = async || {
        let mut tx = app.db.read().await.unwrap();
        let (count,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM bodies").fetch_one(&mut *tx).await.unwrap();
        count
    };
    fieldkeep_server::jobs::trim(&app).await.unwrap();
    assert!(bodies().await >= 1, "what is younger than keep_s stays");
    world.clock.shift_secs(61);
    devices[0].measure(&world, readings("temperature", Some("Cel"), world.now(), &[5.0])).await.expect(200);
    for _ in 0..100 {
        world.clock.shift_secs(61);
        fieldkeep_server::jobs::trim(&app).await.unwrap();
        if bodies().await == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(bodies().await, 1, "only what no chunk has stays");
    let key = world.key("viewer", Some(&place)).await;
    let asker =
        Asker { world: &world, key, device: devices[0].id.to_string(), project: place.project.to_string() };
    assert_eq!(asker.readings(past, past.plus_secs(10)).await.len(), 5);
}

async fn expired_hours_lose_their_readings(backend: Backend) {
    let world = World::with(backend, QUIET).await;
    let owner = world.organization("Owner").await;
    let settings = serde_json::json!({"metrics": {"temperature": {"unit": "Cel"}}, "retention_days": 1});
    let place = world.place_with(owner.id, settings).await;
    let maker = fieldkeep_testkit::Maker::new(world.now());
    let mut devices = [maker.make()];
    world.register(&maker, &mut devices, &owner).await;
    devices[0].settle(&world, &place).await;
    let past = world.now().plus_secs(-7_200);
    devices[0].measure(&world, readings("temperature", Some("Cel"), past, &[4.0])).await.expect(200);
    settled(&world, |rows, _| rows == 1).await;
    let app = world.running.as_ref().unwrap().app.clone();
    fieldkeep_server::telemetry::expire(&app).await.unwrap();
    settled(&world, |rows, _| rows == 1).await;
    world.clock.shift_secs(86_400);
    fieldkeep_server::telemetry::expire(&app).await.unwrap();
    settled(&world, |rows, _| rows == 0).await;
    let mut tx = app.db.read().await.unwrap();
    let (kept,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM chunks").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(kept, 1, "the batch index is kept");
}

async fn a_whole_project_is_exported_and_that_is_recorded(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(2).await;
    let from = world.now().plus_secs(-3_600);
    for device in &mut devices {
        device
            .measure(&world, readings("temperature", Some("Cel"), from, &[1.0, 2.0, 3.0]))
            .await
            .expect(200);
        device.measure(&world, readings("energy", Some("J"), from, &[4.0])).await.expect(200);
    }
    let span = format!("from={}&to={}", format_time(from), format_time(from.plus_secs(3_600)));
    let path = format!("/api/v1/projects/{}/export?{span}", place.project);
    let analyst = world.key("analyst", Some(&place)).await;
    let before = world.running.as_ref().unwrap().app.journal.progress().borrow().size;
    let reply = world.call_as(&analyst, "GET", &path, None).await.expect(200);
    let lines: Vec<serde_json::Value> =
        reply.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 8);
    for device in &devices {
        let own = lines.iter().filter(|line| line["device"] == device.id.to_string().as_str());
        let values: f64 = own.map(|line| line["value"].as_f64().unwrap()).sum();
        assert_eq!(values, 10.0);
    }
    assert_eq!(world.running.as_ref().unwrap().app.journal.progress().borrow().size, before + 1);
    // Reading is not taking away, and a key takes only when it was given that by name.
    let viewer = world.key("viewer", Some(&place)).await;
    assert_eq!(
        world.call_as(&viewer, "GET", &path, None).await.expect(403).body["action"],
        "telemetry.export"
    );
    let plain = json!({"name": "plain", "role": "analyst", "project": place.project});
    let plain =
        world.post("/api/v1/keys", plain).await.expect(201).body["secret"].as_str().unwrap().to_owned();
    assert_eq!(world.call_as(&plain, "GET", &path, None).await.expect(403).body["needs"], "right");
    let bad = format!("/api/v1/projects/{}/export?from=x&to=y", place.project);
    world.call_as(&analyst, "GET", &bad, None).await.expect(400);
}
