//! The way in: each check refuses what it must and says so, each discrepancy is held with its reason, and what was
//! stored once is stored once. On both databases.

use fieldkeep_domain::Timestamp;
use fieldkeep_testkit::device::head_of;
use fieldkeep_testkit::{Backend, Device, Maker, World, both_databases, readings};
use serde_json::json;

both_databases!(
    each_check_refuses_and_is_named,
    each_discrepancy_is_held_with_its_reason,
    a_replay_is_answered_with_the_first_receipt,
    gaps_forks_and_lost_batches,
    many_batches_in_flight_arrive_in_order,
    plain_json_and_packed_bodies,
    signed_heads_tell_a_clone,
    held_batches_are_released_or_destroyed_once,
    receipts_beyond_the_newest_are_trimmed,
);

fn some(at: Timestamp, value: f64) -> Vec<fieldkeep_domain::telemetry::Segment> {
    readings("temperature", Some("Cel"), at, &[value])
}

async fn each_check_refuses_and_is_named(backend: Backend) {
    let world = World::new(backend).await;
    let owner = world.organization("Owner").await;
    let place = world.place(owner.id).await;
    let maker = Maker::new(world.now());
    let mut devices = [maker.make()];
    world.register(&maker, &mut devices, &owner).await;
    let [mut device] = devices;
    let now = world.now();

    // A birth certificate opens no batches.
    let reply = device.measure(&world, some(now, 4.0)).await.expect(403);
    assert_eq!(reply.failed(), "credential");
    // Nobody has claimed it: ask later. No enrolment either.
    let reply = device.get(&world, "/v1/claim").await.expect(404);
    assert!(reply.retry_after.is_some());
    assert_eq!(device.enroll(&world).await.expect(403).failed(), "owned");

    world.claim(&device, owner.id).await.expect(202);
    device.answer_claim(&world).await.expect(200);
    device.enroll(&world).await.expect(200);
    let reply = device.measure(&world, some(now, 4.0)).await.expect(401);
    assert_eq!(reply.failed(), "token");
    device.authenticate(&world).await;
    let reply = device.measure(&world, some(now, 4.0)).await.expect(403);
    assert_eq!(reply.failed(), "installed");
    let checks = reply.body["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 7, "every check is named");
    assert_eq!(checks[2], json!({"check": "made", "outcome": "passed"}));
    assert_eq!(checks[6], json!({"check": "plausible", "outcome": "not-reached"}));

    device.get(&world, "/v1/hello").await.expect(200);
    world.install(&device, &place).await.expect(200);
    device.measure(&world, some(now, 4.0)).await.expect(200);
    let bad = [
        ("application/cbor", b"\xff\xff".to_vec(), 400),
        ("application/cbor", vec![], 400),
        ("application/json", b"{".to_vec(), 400),
        ("text/plain", b"hello".to_vec(), 415),
        ("application/json", vec![b' '; 3 * 1024 * 1024], 413),
        ("application/json", "[".repeat(100_000).into_bytes(), 400),
    ];
    for (kind, body, status) in bad {
        let reply = device.send_bytes(&world, kind, body).await.unwrap().expect(status);
        assert_eq!(reply.failed(), "fresh");
    }
    // A good token on another device's connection.
    let token = device.token.clone();
    let mut other = [maker.make()];
    world.register(&maker, &mut other, &owner).await;
    other[0].settle(&world, &place).await;
    other[0].token = token;
    assert_eq!(other[0].measure(&world, some(now, 4.0)).await.expect(401).failed(), "token");
    // An expired token.
    world.clock.shift_secs(601);
    assert_eq!(device.measure(&world, some(now, 4.0)).await.expect(401).failed(), "token");
    device.new_token(&world).await.expect(200);
    device.measure(&world, some(now.plus_secs(2), 4.0)).await.expect(200);
    // Held for a time: refused, and let go again.
    let path = format!("/api/v1/devices/{}", device.id);
    world.post(&format!("{path}/suspend"), json!({"reason": "test"})).await.expect(200);
    device.reconnect();
    assert_eq!(device.measure(&world, some(now.plus_secs(3), 4.0)).await.expect(403).failed(), "installed");
    world.post(&format!("{path}/resume"), json!({"reason": "test"})).await.expect(200);
    device.measure(&world, some(now.plus_secs(3), 4.0)).await.expect(200);
}

async fn each_discrepancy_is_held_with_its_reason(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    let now = world.now();
    let cases = [
        (readings("humidity", Some("%RH"), now, &[40.0]), "undeclared-metric"),
        (readings("temperature", Some("K"), now, &[4.0]), "wrong-unit"),
        (readings("temperature", None, now, &[4.0]), "wrong-unit"),
        (readings("temperature", Some("Cel"), now, &[85.1]), "outside-range"),
        (readings("temperature", Some("Cel"), Timestamp::from_secs(86_400), &[4.0]), "clock"),
        (readings("temperature", Some("Cel"), Timestamp::from_secs(4_070_908_800), &[4.0]), "clock"),
    ];
    for (segments, reason) in cases {
        let reply = device.measure(&world, segments).await.expect(202);
        assert_eq!(reply.reasons(), [reason]);
        assert!(reply.body["receipt"]["index"].is_u64());
    }
    // The chain went on: the next good batch is admitted.
    device.measure(&world, some(now, 4.0)).await.expect(200);
    let path = format!("/api/v1/projects/{}/quarantine", place.project);
    let held = world.call("GET", &path, None).await.expect(200).body;
    assert_eq!(held["items"].as_array().unwrap().len(), 6);
    let clocks = world.call("GET", &format!("{path}?reason=clock"), None).await.expect(200).body;
    assert_eq!(clocks["items"].as_array().unwrap().len(), 2);

    // Another network than the site lists.
    let elsewhere = format!("/api/v1/projects/{}/sites", place.project);
    let site = world.post(&elsewhere, json!({"name": "Far", "networks": ["10.9.0.0/16"]})).await.expect(201);
    let far = fieldkeep_testkit::world::Place {
        site: serde_json::from_value(site.body["id"].clone()).unwrap(),
        ..place
    };
    device.get(&world, "/v1/hello").await.expect(200);
    world.install(device, &far).await.expect(200);
    assert_eq!(device.measure(&world, some(now, 4.5)).await.expect(202).reasons(), ["network"]);
}

async fn a_replay_is_answered_with_the_first_receipt(backend: Backend) {
    let mut world = World::new(backend).await;
    let (_, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    let first = device.next(some(world.now(), 4.0));
    let stored = device.send_batch(&world, &first).await.unwrap().expect(200);
    device.head = Some(head_of(&first));
    let again = device.send_batch(&world, &first).await.unwrap().expect(200);
    assert_eq!(again.body, stored.body);
    device.measure(&world, some(world.now(), 5.0)).await.expect(200);
    // After a day, a restart and a new token it is still the same one.
    world.clock.shift_secs(86_400);
    world.stop().await;
    world.start().await;
    device.reconnect();
    device.new_token(&world).await.expect(200);
    let again = device.send_batch(&world, &first).await.unwrap().expect(200);
    assert_eq!(again.body, stored.body);
    let path = format!("/api/v1/devices/{}", device.id);
    assert_eq!(world.call("GET", &path, None).await.body["head"]["seq"], 2);
}

/// A disk that was set back to yesterday: everything sent since is taken again, once, and nothing doubles.
#[test]
fn a_restored_backup_takes_what_it_misses_once() {
    fieldkeep_testkit::world::block_on(async {
        let mut world = World::new(Backend::Sqlite).await;
        let (place, _, mut devices) = world.with_devices(1).await;
        let device = &mut devices[0];
        let start = world.now().plus_secs(-100);
        let mut sent = Vec::new();
        for n in 0..10 {
            let one = device.next(some(start.plus_secs(n), n as f64));
            device.measure(&world, one.segments.clone()).await.expect(200);
            sent.push(one);
            if n == 4 {
                world.stop().await;
                copy(world.folder().path(), &world.data.path().join("backup"));
                world.start().await;
                device.reconnect();
            }
        }
        world.stop().await;
        std::fs::remove_dir_all(world.folder().path()).unwrap();
        copy(&world.data.path().join("backup"), world.folder().path());
        world.start().await;
        device.reconnect();
        // The device learns from the hello where the restored chain ends, and sends what is missing.
        let head = device.get(&world, "/v1/hello").await.expect(200).body["head"]["seq"].as_u64().unwrap();
        assert_eq!(head, 5);
        for round in 0..2 {
            for one in &sent {
                device.send_batch(&world, one).await.unwrap().expect(200);
            }
            let seq = device.get(&world, "/v1/hello").await.body["head"]["seq"].as_u64();
            assert_eq!(seq, Some(10), "round {round}");
        }
        let viewer = world.key("viewer", Some(&place)).await;
        let (from, to) =
            (fieldkeep_wire::json::format_time(start), fieldkeep_wire::json::format_time(world.now()));
        let path = format!("/api/v1/devices/{}/readings?metric=temperature&from={from}&to={to}", device.id);
        for _ in 0..200 {
            let body = world.call_as(&viewer, "GET", &path, None).await.expect(200).body;
            let indexes: std::collections::BTreeSet<u64> = body["readings"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["index"].as_u64().unwrap())
                .collect();
            if indexes.len() == 10 {
                assert_eq!(body["readings"].as_array().unwrap().len(), 10);
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the readings never came back");
    });
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    let done = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

async fn gaps_forks_and_lost_batches(backend: Backend) {
    let world = World::new(backend).await;
    let (_, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    let now = world.now();
    device.measure(&world, some(now, 1.0)).await.expect(200);
    let second = device.next(some(now.plus_secs(1), 2.0));
    device.measure(&world, second.segments.clone()).await.expect(200);

    // Another content under a number that is taken: a fork, held once however often it comes, moving nothing.
    let fork =
        fieldkeep_domain::telemetry::Batch { segments: some(now.plus_secs(1), 99.0), ..second.clone() };
    let held = device.send_batch(&world, &fork).await.unwrap().expect(202);
    assert!(held.reasons().contains(&"fork"));
    let again = device.send_batch(&world, &fork).await.unwrap().expect(202);
    assert_eq!(again.index(), held.index());
    // The next number after something else than the chain's end.
    let mut wrong = device.next(some(now.plus_secs(2), 3.0));
    wrong.prev = Some(fieldkeep_domain::Hash([7; 32]));
    assert_eq!(device.send_batch(&world, &wrong).await.unwrap().expect(202).reasons(), ["fork"]);
    // An epoch of the past.
    device.epoch = 5;
    device.measure(&world, some(now.plus_secs(2), 3.0)).await.expect(200);
    let old = fieldkeep_domain::telemetry::Batch { epoch: 3, seq: 1, ..device.next(some(now, 1.0)) };
    assert_eq!(device.send_batch(&world, &old).await.unwrap().expect(202).reasons(), ["fork"]);

    // A gap is named with the number that is expected; the same again is held.
    let mut gap = device.next(some(now.plus_secs(9), 9.0));
    gap.seq += 3;
    let refused = device.send_batch(&world, &gap).await.unwrap().expect(409);
    assert_eq!(refused.body["expected"], json!({"boot_epoch": 5, "seq": 2}));
    assert_eq!(refused.failed(), "fresh");
    let held = device.send_batch(&world, &gap).await.unwrap().expect(202);
    assert_eq!(held.reasons(), ["repeated-gap"]);
    // Once more, because the answer was lost: still held, under the same receipt.
    let again = device.send_batch(&world, &gap).await.unwrap().expect(202);
    assert_eq!((again.index(), again.reasons()), (held.index(), vec!["repeated-gap"]));
    device.head = Some(head_of(&gap));
    // `prev` may not be left out where the project requires it.
    let mut naked = device.next(some(now.plus_secs(10), 1.0));
    naked.prev = None;
    device.send_batch(&world, &naked).await.unwrap().expect(400);
    // What a full spool dropped is declared, admitted and recorded.
    let mut lost = device.next(vec![]);
    lost.lost = 17;
    assert_eq!(device.send_batch(&world, &lost).await.unwrap().expect(200).body["receipt"]["count"], 0);
}

async fn many_batches_in_flight_arrive_in_order(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    let now = world.now().plus_secs(-200);
    let batches: Vec<_> = (0..100)
        .map(|n| {
            let one = device.next(some(now.plus_secs(n), n as f64 / 2.0));
            device.head = Some(head_of(&one));
            one
        })
        .collect();
    // The last first: each waits for the one before it.
    let mut sending = tokio::task::JoinSet::new();
    let world = std::sync::Arc::new(world);
    for one in batches.into_iter().rev() {
        let (mut device, world) = (device.clone(), world.clone());
        sending.spawn(async move { device.send_batch(&world, &one).await.unwrap().expect(200).index() });
    }
    let indexes: std::collections::BTreeSet<u64> = sending.join_all().await.into_iter().collect();
    assert_eq!(indexes.len(), 100);
    let path = format!("/api/v1/devices/{}", device.id);
    assert_eq!(world.call("GET", &path, None).await.body["head"]["seq"], 100);
    let held = world.call("GET", &format!("/api/v1/projects/{}/quarantine", place.project), None).await;
    assert_eq!(held.body["items"], json!([]));
}

async fn plain_json_and_packed_bodies(backend: Backend) {
    let world = World::new(backend).await;
    let (_, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    let time = fieldkeep_wire::json::format_time(world.now());
    let body = json!({"boot_epoch": 1, "seq": 1, "prev": null, "readings": [
        {"metric": "temperature", "time": time, "value": 4.2, "unit": "Cel"},
        {"metric": "mode", "time": time, "value": "defrost"},
    ]});
    let stored = device.send_bytes(&world, "application/json", body.to_string().into_bytes()).await.unwrap();
    let hash = stored.expect(200).body["receipt"]["hash"].clone();
    let next = json!({"boot_epoch": 1, "seq": 2, "prev": hash, "readings": [
        {"metric": "mode", "time": time, "value": true},
    ]});
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(next.to_string().as_bytes()).unwrap();
    let packed = [("gzip", gzip.finish().unwrap()), ("zstd", zstd::encode_all(&b"{}"[..], 3).unwrap())];
    for ((coding, body), status) in packed.into_iter().zip([200, 400]) {
        send_coded(device, &world, coding, body).await.expect(status);
    }
    // Bombs are refused at the limit, whichever way they are packed.
    let bomb = vec![b' '; 100 * 1024 * 1024];
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&bomb).unwrap();
    send_coded(device, &world, "gzip", gzip.finish().unwrap()).await.expect(413);
    send_coded(device, &world, "zstd", zstd::encode_all(&bomb[..], 3).unwrap()).await.expect(413);
    send_coded(device, &world, "br", vec![1]).await.expect(415);
}

async fn send_coded(
    device: &mut Device,
    world: &World,
    coding: &str,
    body: Vec<u8>,
) -> fieldkeep_testkit::Reply {
    let token = device.token.clone();
    let sent = device.send(world, "POST", "/v1/batches", |request| {
        let request = request.header("content-type", "application/json").header("content-encoding", coding);
        request.bearer_auth(token).body(body)
    });
    sent.await.unwrap()
}

async fn signed_heads_tell_a_clone(backend: Backend) {
    let world = World::new(backend).await;
    let (_, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    device.measure(&world, some(world.now(), 4.0)).await.expect(200);
    send_head(device, &world, device.head.unwrap(), device.identity().1.clone()).await.expect(204);
    // The same place, another hash: somebody else measures with this key.
    let other =
        fieldkeep_domain::journal::Head { hash: fieldkeep_domain::Hash([1; 32]), ..device.head.unwrap() };
    send_head(device, &world, other, device.identity().1.clone()).await.expect(409);
    // Not signed by the key of the connection.
    let stranger = fieldkeep_trust::sign::SigningKey::generate().unwrap();
    send_head(device, &world, device.head.unwrap(), stranger).await.expect(403);
}

async fn send_head(
    device: &mut Device,
    world: &World,
    head: fieldkeep_domain::journal::Head,
    key: fieldkeep_trust::sign::SigningKey,
) -> fieldkeep_testkit::Reply {
    use fieldkeep_wire::head::{AAD, HeadStatement, encode};
    let statement = HeadStatement { device: device.id, head, time: world.now() };
    let body = fieldkeep_wire::cose::encode_sign1(&key.sign(AAD, encode(&statement)).unwrap());
    let token = device.token.clone();
    let sent = device.send(world, "POST", "/v1/head", |request| {
        request.header("content-type", "application/cose").bearer_auth(token).body(body)
    });
    sent.await.unwrap()
}

async fn held_batches_are_released_or_destroyed_once(backend: Backend) {
    let mut world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    let now = world.now().plus_secs(-50);
    for value in [90.0, 91.0] {
        device.measure(&world, some(now.plus_secs(value as i64), value)).await.expect(202);
    }
    let security = world.key("security", Some(&place)).await;
    let list = format!("/api/v1/projects/{}/quarantine", place.project);
    let held = world.call_as(&security, "GET", &list, None).await.expect(200).body;
    let ids: Vec<String> =
        held["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    let detail =
        world.call_as(&security, "GET", &format!("/api/v1/quarantine/{}", ids[0]), None).await.expect(200);
    assert_eq!(detail.body["sample"][0]["value"], 91.0);
    assert!(detail.body["why"][0].as_str().unwrap().contains("outside the physical range"));

    let act = |id: &str, what: &str| format!("/api/v1/quarantine/{id}/{what}");
    let because = json!({"reason": "the sensor was in the oven for a test"});
    // Operators see it and may not decide, administrators see no readings; a decision needs a reason.
    for role in ["operator", "administrator"] {
        let key = world.key(role, Some(&place)).await;
        world.call_as(&key, "POST", &act(&ids[0], "release"), Some(&because)).await.expect(403);
        let seen = world.call_as(&key, "GET", &list, None).await;
        assert_eq!(seen.status == 200, role == "operator", "{}", seen.text);
    }
    world.call_as(&security, "POST", &act(&ids[0], "release"), Some(&json!({}))).await.expect(400);
    world.call_as(&security, "POST", &act(&ids[0], "release"), Some(&because)).await.expect(204);
    world.call_as(&security, "POST", &act(&ids[0], "release"), Some(&because)).await.expect(409);
    world.call_as(&security, "POST", &act(&ids[1], "destroy"), Some(&because)).await.expect(204);
    world.call_as(&security, "POST", &act(&ids[1], "release"), Some(&because)).await.expect(409);
    let gone = world.call_as(&security, "GET", &act(&ids[1], ""), None).await;
    assert!(gone.status == 404 || gone.body["sample"] == json!([]));

    world.stop().await;
    world.start().await;
    let viewer = world.key("viewer", Some(&place)).await;
    let range = format!(
        "/api/v1/devices/{}/readings?metric=temperature&from={}&to={}",
        device.id,
        fieldkeep_wire::json::format_time(now),
        fieldkeep_wire::json::format_time(now.plus_secs(200)),
    );
    for _ in 0..200 {
        let body = world.call_as(&viewer, "GET", &range, None).await.expect(200).body;
        let found = body["readings"].as_array().unwrap().len();
        if found == 1 {
            assert_eq!(body["readings"][0]["value"], 91.0);
            return;
        }
        assert_eq!(found, 0);
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the released reading never came");
}

async fn receipts_beyond_the_newest_are_trimmed(backend: Backend) {
    let world = std::sync::Arc::new(World::new(backend).await);
    let (_, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    let start = world.now().plus_secs(-2_000);
    let mut sending = tokio::task::JoinSet::new();
    let mut first = None;
    for n in 0..1_152i64 {
        let one = device.next(some(start.plus_secs(n), 1.0));
        device.head = Some(head_of(&one));
        first = first.or_else(|| Some(one.clone()));
        if sending.len() == 32 {
            sending.join_next().await.unwrap().unwrap();
        }
        let (mut device, world) = (device.clone(), world.clone());
        sending.spawn(async move { drop(device.send_batch(&world, &one).await.unwrap().expect(200)) });
    }
    sending.join_all().await;
    let app = &world.running.as_ref().unwrap().app;
    app.receipts_over.lock().unwrap().insert(device.id);
    fieldkeep_server::jobs::trim(app).await.unwrap();
    let mut tx = app.db.read().await.unwrap();
    let (kept,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM receipts").fetch_one(&mut *tx).await.unwrap();
    drop(tx);
    assert_eq!(kept, 1_024);
    let old = device.send_batch(&world, &first.unwrap()).await.unwrap().expect(200);
    assert_eq!(old.body, json!({"already_stored": true}));
}
