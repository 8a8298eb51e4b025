//! Many devices: searched, filtered, sorted and counted as single questions would answer, on both databases.

use fieldkeep_domain::journal::{Head, Receipt};
use fieldkeep_domain::{DeviceId, Hash};
use fieldkeep_server::{journal, registry};
use fieldkeep_testkit::world::Place;
use fieldkeep_testkit::{Backend, World, readings};
use fieldkeep_trust::seal::{Binding, Purpose};
use serde_json::{Value, json};
use std::time::Instant;

fieldkeep_testkit::both_databases!(
    devices_are_found_sorted_and_paged,
    silence_makes_a_device_stale_and_then_offline,
    what_waits_is_counted_for_who_may_see_it,
    the_index_follows_what_happens,
    bad_questions_are_refused,
);

async fn ask(world: &World, key: &str, query: &str) -> Value {
    world.call_as(key, "GET", &format!("/api/v1/devices?{query}"), None).await.expect(200).body
}

fn texts(page: &Value, member: &str) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|one| one[member].as_str().unwrap_or_default().to_owned()).collect()
}

pub async fn devices_are_found_sorted_and_paged(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, devices) = world.with_devices(5).await;
    let key = world.key("viewer", Some(&place)).await;
    let all = ask(&world, &key, "").await;
    assert!(all["total"].is_null(), "nobody counts where nothing is searched");
    let mut serials = texts(&all, "serial");
    serials.sort();
    for (order, wanted) in [("asc", serials.clone()), ("desc", serials.iter().rev().cloned().collect())] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = ask(&world, &key, &format!("sort=serial&order={order}&limit=2{after}")).await;
            assert_eq!(page["total"], 5);
            found.extend(texts(&page, "serial"));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(found, wanted);
    }
    for sort in ["seen", "made", "state", "model"] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = ask(&world, &key, &format!("sort={sort}&limit=2{after}")).await;
            found.extend(texts(&page, "id"));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        found.sort();
        let mut ids: Vec<String> = devices.iter().map(|one| one.id.to_string()).collect();
        ids.sort();
        assert_eq!(found, ids, "by {sort}");
    }
    let part = serials[0][3..].to_uppercase();
    for (query, count) in [
        (format!("q={part}"), 1),
        (format!("q={}", &devices[0].id.to_string()[4..]), 1),
        ("q=tk-".to_owned(), 5),
        ("q=%C3%89t%C3%A9".to_owned(), 0),
        (format!("site={}", place.site), 5),
        ("model=TK-1".to_owned(), 5),
        ("model=TK".to_owned(), 0),
        ("freshness=never".to_owned(), 5),
        ("freshness=online".to_owned(), 0),
        ("sort=made&state=suspended".to_owned(), 0),
        (format!("work_order={}", all["items"][0]["order"].as_str().unwrap()), 5),
        ("work_order=0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e".to_owned(), 0),
    ] {
        let page = ask(&world, &key, &query).await;
        assert_eq!((&page["total"], texts(&page, "id").len()), (&json!(count), count), "{query}");
    }
}

pub async fn silence_makes_a_device_stale_and_then_offline(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(2).await;
    let of = world.call("GET", &format!("/api/v1/devices/{}", devices[0].id), None).await.expect(200).body;
    assert_eq!((&of["freshness"], &of["last_seen"]), (&json!("never"), &Value::Null));
    let segments = readings("temperature", Some("Cel"), world.now(), &[1.0]);
    devices[0].measure(&world, segments).await.expect(200);
    for (later_s, freshness) in [(0, "online"), (200, "stale"), (600, "offline")] {
        world.clock.shift_secs(later_s);
        let path = format!("freshness={freshness}&project={}", place.project);
        let page = ask(&world, &world.operator, &path).await;
        assert_eq!(texts(&page, "id"), [devices[0].id.to_string()], "{freshness}");
        assert!(page["items"][0]["last_seen"].is_string());
        let path = format!("/api/v1/fleet/summary?project={}", place.project);
        let counts = world.call("GET", &path, None).await.expect(200).body;
        assert_eq!(
            (&counts["by_freshness"][freshness], &counts["by_freshness"]["never"]),
            (&json!(1), &json!(1))
        );
    }
}

pub async fn what_waits_is_counted_for_who_may_see_it(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(2).await;
    let neighbour = world.place(place.organization).await;
    for _ in 0..2 {
        let segments = readings("temperature", Some("Cel"), world.now(), &[99.0]);
        devices[0].measure(&world, segments).await.expect(202);
    }
    let operator = world.key("operator", Some(&place)).await;
    let seller = world.key("sales-rep", Some(&place)).await;
    let path = format!("/api/v1/devices/{}", devices[0].id);
    let summary = "/api/v1/fleet/summary";
    for (key, held, waiting) in [(&operator, json!(2), json!(2)), (&seller, Value::Null, Value::Null)] {
        assert_eq!(world.call_as(key, "GET", &path, None).await.expect(200).body["held"], held);
        let counts = world.call_as(key, "GET", summary, None).await.expect(200).body;
        assert_eq!((&counts["held"], &counts["total"]), (&waiting, &json!(2)), "{counts}");
        assert_eq!((&counts["by_state"]["installed"], &counts["sites"]), (&json!(2), &json!(1)));
        assert_eq!(counts["by_model"], json!([{"model": "TK-1", "count": 2}]));
    }
    // The list is filtered by it for those alone who may see it.
    for (key, yes, no) in [(&operator, vec![devices[0].id], vec![devices[1].id]), (&seller, vec![], vec![])] {
        for (held, wanted) in [(true, yes), (false, no)] {
            let page = ask(&world, key, &format!("held={held}")).await;
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            assert_eq!((&page["total"], texts(&page, "id")), (&json!(wanted.len()), wanted));
        }
    }
    let of_other = format!("{summary}?project={}", neighbour.project);
    world.call_as(&operator, "GET", &of_other, None).await.expect(404);
    let near = world.key("operator", Some(&neighbour)).await;
    assert_eq!(world.call_as(&near, "GET", summary, None).await.expect(200).body["total"], 0);
    world.call_as(&near, "GET", &format!("/api/v1/devices?site={}", place.site), None).await.expect(404);
    world.call_as(&near, "GET", &format!("{summary}?site={}", place.site), None).await.expect(404);
    // What cannot be read is named, and what is expected there.
    for (query, says) in [
        ("project=zz", "`project`: an id such as 0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e expected"),
        ("nonsense=1", "`nonsense`: no member of this query"),
    ] {
        let answer = world.call("GET", &format!("{summary}?{query}"), None).await.expect(400).body;
        assert!(answer["detail"].as_str().unwrap().starts_with(says), "{answer}");
    }
    // A decision takes it off the count.
    let list = format!("/api/v1/projects/{}/quarantine", place.project);
    let held = world.call("GET", &list, None).await.expect(200).body["items"][0]["id"].clone();
    let release = format!("/api/v1/quarantine/{}/release", held.as_str().unwrap());
    world.post(&release, json!({"reason": "x"})).await.expect(204);
    assert_eq!(world.call_as(&operator, "GET", &path, None).await.expect(200).body["held"], 1);
}

pub async fn the_index_follows_what_happens(backend: Backend) {
    let mut world = World::new(backend).await;
    let (place, maker, mut devices) = world.with_devices(2).await;
    assert_eq!(ask(&world, &world.operator, "sort=seen").await["total"], 2);
    let suspend = format!("/api/v1/devices/{}/suspend", devices[0].id);
    world.post(&suspend, json!({"reason": "x"})).await.expect(200);
    let page = ask(&world, &world.operator, "sort=made&state=suspended").await;
    assert_eq!(texts(&page, "id"), [devices[0].id.to_string()]);
    let owner = world.call("GET", &format!("/api/v1/organizations/{}", place.organization), None).await;
    let owner = serde_json::from_value(owner.expect(200).body).unwrap();
    let mut new = [maker.make()];
    world.register(&maker, &mut new, &owner).await;
    assert_eq!(ask(&world, &world.operator, "sort=made").await["total"], 3);
    let segments = readings("temperature", Some("Cel"), world.now(), &[1.0]);
    devices[1].measure(&world, segments).await.expect(200);
    let page = ask(&world, &world.operator, "sort=seen&order=desc&limit=1").await;
    assert_eq!(texts(&page, "id"), [devices[1].id.to_string()]);
    let seen = page["items"][0]["last_seen"].clone();
    // Read anew, it is the same.
    world.stop().await;
    world.start().await;
    let page = ask(&world, &world.operator, "sort=seen&order=desc&limit=1").await;
    assert_eq!((&page["total"], &page["items"][0]["last_seen"]), (&json!(3), &seen));
}

pub async fn bad_questions_are_refused(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, _) = world.with_devices(1).await;
    let key = world.key("viewer", Some(&place)).await;
    let long = format!("q={}", "x".repeat(121));
    for query in [
        "sort=name",
        "sort=seen&order=up",
        "freshness=new",
        "limit=1001",
        "limit=0&sort=seen",
        "sort=seen&after=x",
        "sort=seen&after=0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e",
        "sort=serial&after=0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e",
        "sort=serial&after=1.0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e",
        "wrong=1",
        &long,
    ] {
        world.call_as(&key, "GET", &format!("/api/v1/devices?{query}"), None).await.expect(400);
    }
    assert_eq!(ask(&world, &key, "limit=1000").await["items"].as_array().unwrap().len(), 1);
}

const MANY: usize = 50_000;

/// Rows of many devices, each with its last batches, as if they had come over the years.
async fn make_many(world: &World, place: &Place, like: DeviceId) {
    let app = &world.running.as_ref().unwrap().app;
    let mut tx = app.db.write().await.unwrap();
    let head = journal::sql::lock(&mut tx).await.unwrap();
    let template = registry::sql::device(&mut tx, like).await.unwrap().unwrap();
    let keys = app.keys.organization(None).unwrap();
    let (mut receipts, mut heads) = (Vec::new(), Vec::new());
    for n in 0..MANY as u64 {
        let id = DeviceId::from_random(fieldkeep_trust::random());
        let names =
            json!({"model": format!("TK-{}", n % 7), "serial": format!("SN-{:06}", n * 7_919 % 999_983)});
        let binding = Binding::deployment(Purpose::Name, *id.as_bytes());
        let sealed = keys.seal.seal(&binding, names.to_string().as_bytes()).unwrap();
        let row = registry::sql::DeviceRow { id, sealed, ..template.clone() };
        registry::sql::insert_device(&mut tx, &row, head.revision).await.unwrap();
        registry::sql::update_device(&mut tx, &row, head.revision).await.unwrap();
        for seq in 1..=3 {
            let (hash, index) = (Hash([0; 32]), (n + seq) % head.size);
            receipts.push((id, Head { epoch: 1, seq, hash }, Receipt { index, hash, count: 1 }));
        }
        heads.push((id, Head { epoch: 1, seq: 3, hash: Hash([0; 32]) }, head.size - 1));
    }
    journal::sql::insert_receipts(&mut tx, &receipts).await.unwrap();
    journal::sql::upsert_heads(&mut tx, &heads).await.unwrap();
    tx.commit().await.unwrap();
    println!("{} devices in {}", MANY, place.project);
}

async fn p50_ms(world: &World, key: &str, path: &str) -> (f64, Value) {
    let (mut times, mut body) = (Vec::new(), Value::Null);
    for _ in 0..31 {
        let begun = Instant::now();
        body = world.call_as(key, "GET", path, None).await.expect(200).body;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], body)
}

/// Prints what docs/manual/performance.md holds:
/// `cargo nextest run -p fieldkeep-testkit --test fleet --run-ignored only --no-capture`.
#[test]
#[ignore = "makes fifty thousand devices; it measures"]
fn fifty_thousand_devices() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        fieldkeep_testkit::world::block_on(async move {
            let mut world = World::new(backend).await;
            let (place, _, devices) = world.with_devices(1).await;
            make_many(&world, &place, devices[0].id).await;
            world.stop().await;
            world.start().await;
            let key = world.key("operator", Some(&place)).await;
            let begun = Instant::now();
            let path = "/api/v1/devices?sort=serial&limit=1";
            world.call_as(&key, "GET", path, None).await.expect(200);
            println!(
                "{backend:?}: the first question, index and all {:.0} ms",
                begun.elapsed().as_secs_f64() * 1e3
            );
            let project = place.project;
            for (what, path, total) in [
                (
                    "sorted, filtered, searched, 100 of them",
                    format!("/api/v1/devices?project={project}&q=sn-1&freshness=online&sort=seen&order=desc"),
                    5_000,
                ),
                ("sorted by serial, 100 of all", "/api/v1/devices?sort=serial".to_owned(), MANY),
                ("sorted by serial, 1,000 of all", "/api/v1/devices?sort=serial&limit=1000".to_owned(), MANY),
                ("summary", format!("/api/v1/fleet/summary?project={project}"), MANY),
            ] {
                let (ms, body) = p50_ms(&world, &key, &path).await;
                assert!(body["total"].as_u64().unwrap() as usize >= total, "{what}: {}", body["total"]);
                println!("{backend:?}: {what}: p50 {ms:.1} ms");
            }
            let guard = json!({"name": "x", "cedar":
                "forbid (principal, action == Fieldkeep::Action::\"device.read\", resource) when { context has address && context.address.isInRange(ip(\"192.0.2.0/24\")) };"});
            world
                .post(&format!("/api/v1/organizations/{}/guards", place.organization), guard)
                .await
                .expect(201);
            let (ms, _) = p50_ms(&world, &key, "/api/v1/devices?sort=serial").await;
            println!("{backend:?}: sorted by serial, with a guard rail: p50 {ms:.1} ms");
        });
    }
}
