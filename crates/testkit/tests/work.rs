//! Work on many devices, and dashboards: through the whole router, on both databases, with servers that come and go.

use fieldkeep_testkit::{Backend, Device, Maker, World, both_databases};
use serde_json::{Value, json};

both_databases!(
    work_is_done_device_by_device_and_its_failures_are_listed,
    work_stops_is_tried_again_and_outlives_its_server,
    work_ends_with_the_rights_of_its_asker,
    work_asks_for_presence_and_is_bounded,
    work_claims_by_label,
    dashboards_are_versioned_and_nobodys_change_is_lost,
    tiles_that_cannot_be_drawn_are_refused,
);

async fn job(world: &World, key: &str, new: Value) -> Value {
    world.call_as(key, "POST", "/api/v1/jobs", Some(&new)).await.expect(202).body
}

/// Waits until it is over.
async fn over(world: &World, id: &Value) -> Value {
    let path = format!("/api/v1/jobs/{}", id.as_str().unwrap());
    for _ in 0..600 {
        let now = world.call("GET", &path, None).await.expect(200).body;
        if now["finished_at"].is_string() {
            return now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the work is not over");
}

async fn failures(world: &World, id: &Value) -> Vec<Value> {
    let path = format!("/api/v1/jobs/{}/failures", id.as_str().unwrap());
    world.call("GET", &path, None).await.expect(200).body["items"].as_array().unwrap().clone()
}

async fn state(world: &World, device: &Device) -> String {
    let path = format!("/api/v1/devices/{}", device.id);
    world.call("GET", &path, None).await.expect(200).body["state"].as_str().unwrap().to_owned()
}

async fn work_is_done_device_by_device_and_its_failures_are_listed(backend: Backend) {
    let world = World::new(backend).await;
    let (place, maker, devices) = world.with_devices(3).await;
    let other = world.organization("Other").await;
    let theirs = world.place(other.id).await;
    let mut foreign = vec![maker.make()];
    world.register(&maker, &mut foreign, &other).await;
    foreign[0].settle(&world, &theirs).await;
    let key = world.key("engineer", Some(&place)).await;
    let ids: Vec<_> = devices.iter().chain(&foreign).map(|device| device.id).collect();
    let new = json!({"kind": "suspend", "devices": ids, "reason": "storm"});
    let made = job(&world, &key, new).await;
    let done = over(&world, &made["id"]).await;
    assert_eq!(
        (&done["state"], &done["total"], &done["done"], &done["failed"]),
        (&json!("done"), &json!(4), &json!(3), &json!(1)),
        "{done}"
    );
    let failed = failures(&world, &made["id"]).await;
    assert_eq!(
        (&failed[0]["device"], &failed[0]["status"]),
        (&json!(foreign[0].id), &json!(404)),
        "{failed:?}"
    );
    for device in &devices {
        assert_eq!(state(&world, device).await, "suspended");
    }
    assert_eq!(state(&world, &foreign[0]).await, "installed");
    // Each is an act of who asked, with the reason.
    let path = format!("/api/v1/acts?object={}&verb=device.suspend", devices[1].id);
    let act = world.call("GET", &path, None).await.expect(200).body["items"][0].clone();
    assert_eq!((&act["doer"]["kind"], &act["detail"]["reason"]), (&json!("key"), &json!("storm")), "{act}");
    // Seen by who asked and by who may read the record, by nobody else.
    let path = format!("/api/v1/jobs/{}", made["id"].as_str().unwrap());
    world.call_as(&key, "GET", &path, None).await.expect(200);
    let neighbour = world.key("engineer", Some(&place)).await;
    world.call_as(&neighbour, "GET", &path, None).await.expect(404);
    world.call_as(&neighbour, "POST", &format!("{path}/stop"), None).await.expect(404);
    assert_eq!(
        world.call_as(&neighbour, "GET", "/api/v1/jobs", None).await.expect(200).body["items"],
        json!([])
    );
}

/// Devices that are registered and claimed by nobody: fast to make in numbers.
async fn many(world: &World, count: usize) -> (Maker, Vec<Device>) {
    let owner = world.organization("Many").await;
    let maker = Maker::new(world.now());
    let mut devices: Vec<Device> = (0..count).map(|_| maker.make()).collect();
    world.register(&maker, &mut devices, &owner).await;
    (maker, devices)
}

async fn work_stops_is_tried_again_and_outlives_its_server(backend: Backend) {
    let mut world = World::new(backend).await;
    let (_, devices) = many(&world, 400).await;
    let ids: Vec<_> = devices.iter().map(|device| device.id).collect();
    let new = json!({"kind": "retire", "devices": ids, "reason": "recall"});
    let made = world.post("/api/v1/jobs", new).await.expect(202).body;
    let path = format!("/api/v1/jobs/{}", made["id"].as_str().unwrap());
    world.post(&format!("{path}/stop"), json!({})).await.expect(200);
    let stopped = over(&world, &made["id"]).await;
    assert_eq!(stopped["state"], "stopped", "{stopped}");
    let before = stopped["done"].as_u64().unwrap();
    assert!(before < 400, "{stopped}");
    world.post(&format!("{path}/stop"), json!({})).await.expect(409);
    world.post(&format!("{path}/retry"), json!({})).await.expect(200);
    // The server goes away in the middle; the next one goes on, and does nothing twice.
    world.stop().await;
    world.start().await;
    world.clock.shift_secs(31);
    let done = over(&world, &made["id"]).await;
    assert_eq!(
        (&done["state"], &done["done"], &done["failed"]),
        (&json!("done"), &json!(400), &json!(0)),
        "{done}"
    );
    let acts = world.call("GET", "/api/v1/acts?verb=device.retire&limit=500", None).await.expect(200).body;
    assert_eq!(acts["items"].as_array().unwrap().len(), 400);
    assert_eq!(state(&world, &devices[399]).await, "retired");
}

async fn work_ends_with_the_rights_of_its_asker(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, devices) = world.with_devices(2).await;
    let made = world
        .post("/api/v1/keys", json!({"name": "short", "role": "engineer", "project": place.project}))
        .await
        .expect(201)
        .body;
    let key = made["secret"].as_str().unwrap().to_owned();
    let first =
        job(&world, &key, json!({"kind": "suspend", "devices": [devices[0].id], "reason": "x"})).await;
    assert_eq!(over(&world, &first["id"]).await["done"], 1);
    let second = job(
        &world,
        &key,
        json!({"kind": "suspend", "devices": [devices[0].id, devices[1].id], "reason": "x"}),
    )
    .await;
    over(&world, &second["id"]).await;
    world
        .post(&format!("/api/v1/devices/{}/resume", devices[1].id), json!({"reason": "x"}))
        .await
        .expect(200);
    // What failed is tried again by who asked; with the key withdrawn, nothing of it is done.
    let third = job(&world, &key, json!({"kind": "resume", "devices": [devices[1].id], "reason": "x"})).await;
    over(&world, &third["id"]).await;
    let path = format!("/api/v1/jobs/{}", third["id"].as_str().unwrap());
    world.post(&format!("{path}/retry"), json!({})).await.expect(403);
    world.call_as(&key, "POST", &format!("{path}/retry"), None).await.expect(200);
    let id = made["id"].as_str().unwrap();
    world.post(&format!("/api/v1/keys/{id}/revoke"), json!({"reason": "lost"})).await.expect(204);
    world.call_as(&key, "GET", &path, None).await.expect(401);
    assert_eq!(over(&world, &third["id"]).await["failed"], 1);
}

async fn work_asks_for_presence_and_is_bounded(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, devices) = world.with_devices(1).await;
    let organization = place.organization.to_string();
    let role = json!([{"role": "owner", "organization": organization}]);
    let mut boss = world.person("boss@example.com", Some(&organization), role).await;
    world.clock.shift_secs(360);
    let new = json!({"kind": "revoke", "devices": [devices[0].id], "reason": "stolen"});
    let refused = boss.browser.post("/api/v1/jobs", new.clone()).await.expect(403);
    assert_eq!(refused.body["needs"], "step-up", "{}", refused.text);
    boss.browser.step_up(&mut boss.passkey).await.expect(200);
    let made = boss.browser.post("/api/v1/jobs", new).await.expect(202).body;
    assert_eq!(over(&world, &made["id"]).await["done"], 1);
    assert_eq!(made["made_by_name"], "Test Person");
    assert_eq!(state(&world, &devices[0]).await, "revoked");

    let viewer = world.key("viewer", Some(&place)).await;
    let new = json!({"kind": "suspend", "devices": [devices[0].id], "reason": "x"});
    let refused = world.call_as(&viewer, "POST", "/api/v1/jobs", Some(&new)).await.expect(403);
    assert_eq!(refused.body["action"], "device.suspend");
    let elsewhere = world.organization("Other").await.id;
    let theirs = world.place(elsewhere).await;
    let id = devices[0].id;
    for (new, status) in [
        (json!({"kind": "suspend", "devices": [], "reason": "x"}), 400),
        (json!({"kind": "retire", "devices": [id]}), 400),
        (json!({"kind": "retire", "devices": [id], "reason": " "}), 400),
        (json!({"kind": "explode", "devices": [id]}), 400),
        (json!({"kind": "install", "devices": [id], "project": place.project}), 400),
        (json!({"kind": "claim", "devices": [id]}), 400),
        (json!({"kind": "suspend", "devices": vec![id; 10_001], "reason": "x"}), 400),
        (json!({"kind": "suspend", "devices": [id], "reason": "x".repeat(1_001)}), 400),
    ] {
        world.post("/api/v1/jobs", new).await.expect(status);
    }
    let engineer = world.key("engineer", Some(&place)).await;
    let install = json!({"kind": "install", "devices": [id], "project": theirs.project, "site": theirs.site});
    world.call_as(&engineer, "POST", "/api/v1/jobs", Some(&install)).await.expect(404);
}

fn tile(id: &str, x: u32, kind: &str) -> Value {
    json!({"id": id, "kind": kind, "x": x, "y": 0, "w": 4, "h": 3})
}

async fn work_claims_by_label(backend: Backend) {
    let world = World::new(backend).await;
    let (maker, owner) = (Maker::new(world.now()), world.organization("Buyer").await);
    let mut devices: Vec<Device> = (0..3).map(|_| maker.make()).collect();
    world.register(&maker, &mut devices, &owner).await;
    let label = |device: &Device, secret: [u8; 16]| {
        fieldkeep_wire::label::encode(&fieldkeep_wire::label::Label {
            device: device.id,
            claim_secret: secret,
        })
    };
    let ids: Vec<_> = devices.iter().map(|device| device.id).collect();
    let claim = |kind: &str, labels: Value| json!({"kind": kind, "devices": ids, "organization": owner.id, "labels": labels});
    let ours = label(&devices[0], devices[0].claim_secret);
    for (kind, labels, named) in [
        ("claim", json!({devices[0].id.to_string(): "FK1:x"}), "FK1"),
        ("claim", json!({devices[1].id.to_string(): ours}), "another device"),
        ("suspend", json!({devices[0].id.to_string(): ours}), "only a claim"),
    ] {
        let refused = world.post("/api/v1/jobs", claim(kind, labels)).await.expect(400).body;
        assert!(refused["detail"].as_str().unwrap().contains(named), "{refused}");
    }
    let wrong = label(&devices[1], [7; 16]);
    let labels = json!({devices[0].id.to_string(): ours, devices[1].id.to_string(): wrong});
    let made = world.post("/api/v1/jobs", claim("claim", labels)).await.expect(202).body;
    assert!(made.get("labels").is_none(), "a claim secret is shown to nobody: {made}");
    let done = over(&world, &made["id"]).await;
    let failed = failures(&world, &made["id"]).await;
    let of = |device: &Device| failed.iter().find(|one| one["device"] == json!(device.id));
    assert!(of(&devices[0]).is_none(), "{done} {failed:?}");
    assert!(of(&devices[1]).unwrap()["text"].as_str().unwrap().contains("claim secret"), "{failed:?}");
    assert_eq!(state(&world, &devices[0]).await, "claiming");
}

async fn dashboards_are_versioned_and_nobodys_change_is_lost(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, devices) = world.with_devices(1).await;
    let all = format!("/api/v1/projects/{}/dashboards", place.project);
    let series = json!([{"device": devices[0].id, "metric": "temperature"}]);
    let chart =
        json!({"id": "a", "kind": "chart", "x": 0, "y": 0, "w": 8, "h": 4, "series": series, "range": "24h"});
    let made = world.post(&all, json!({"name": "Hall 3", "tiles": [chart]})).await.expect(201).body;
    assert_eq!((&made["version"], &made["tiles"][0]["series"]), (&json!(1), &series));
    let path = format!("/api/v1/dashboards/{}", made["id"].as_str().unwrap());
    let change = |name: &str, version: u64| json!({"name": name, "tiles": [tile("b", 0, "value")], "version": version});
    let one = world.call("PUT", &path, Some(&change("Hall 3 and 4", 1))).await.expect(200).body;
    assert_eq!(one["version"], 2);
    let late = world.call("PUT", &path, Some(&change("Mine", 1))).await.expect(409);
    assert_eq!(late.body["check"], "version", "{}", late.text);
    assert_eq!(world.call("GET", &path, None).await.expect(200).body["name"], "Hall 3 and 4");
    let versions = world.call("GET", &format!("{path}/versions"), None).await.expect(200).body;
    let names: Vec<_> = versions["items"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Hall 3 and 4", "Hall 3"]);
    // Two at once: one of them is told.
    let (a, b) = (change("A", 2), change("B", 2));
    let (one, two) = tokio::join!(world.call("PUT", &path, Some(&a)), world.call("PUT", &path, Some(&b)));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let viewer = world.key("viewer", Some(&place)).await;
    world.call_as(&viewer, "GET", &path, None).await.expect(200);
    let refused = world.call_as(&viewer, "PUT", &path, Some(&change("x", 3))).await.expect(403);
    assert_eq!(refused.body["action"], "dashboard.write");
    for n in 3..60 {
        world.call("PUT", &path, Some(&change("more", n))).await.expect(200);
    }
    let versions = world.call("GET", &format!("{path}/versions"), None).await.expect(200).body;
    assert_eq!(versions["items"].as_array().unwrap().len(), 50, "the last fifty are kept");
    world.post(&format!("{path}/remove"), json!({})).await.expect(204);
    world.call("GET", &path, None).await.expect(404);
    assert_eq!(world.call("GET", &all, None).await.expect(200).body["items"], json!([]));
}

async fn tiles_that_cannot_be_drawn_are_refused(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, _) = world.with_devices(1).await;
    let all = format!("/api/v1/projects/{}/dashboards", place.project);
    let with = |tile: Value| json!({"name": "x", "tiles": [tile]});
    let series: Vec<_> =
        (0..17).map(|n| json!({"device": place.project, "metric": format!("m{n}")})).collect();
    for (new, says) in [
        (with(tile("a", 9, "value")), "outside the grid"),
        (with(tile("a", 0, "script")), "`kind`"),
        (with(tile("a b", 0, "value")), "`id`"),
        (json!({"name": "x", "tiles": [tile("a", 0, "value"), tile("a", 4, "value")]}), "`id` of its own"),
        (json!({"name": "x", "tiles": [tile("a", 0, "value"), tile("b", 3, "value")]}), "lies over tile `a`"),
        (
            with(
                json!({"id": "a", "kind": "note", "x": 0, "y": 0, "w": 4, "h": 3, "text": "x".repeat(4_001)}),
            ),
            "too long",
        ),
        (
            with(json!({"id": "a", "kind": "chart", "x": 0, "y": 0, "w": 4, "h": 3, "series": series})),
            "limit `series`",
        ),
        (json!({"name": "", "tiles": []}), "`name`"),
    ] {
        let refused = world.post(&all, new).await.expect(400);
        assert!(refused.body["detail"].as_str().unwrap().contains(says), "{says}: {}", refused.text);
    }
    let many: Vec<_> = (0..65)
        .map(|n| json!({"id": format!("t{n}"), "kind": "value", "x": n % 12, "y": n / 12, "w": 1, "h": 1}))
        .collect();
    world.post(&all, json!({"name": "x", "tiles": many})).await.expect(400);
    assert_eq!(world.call("GET", &all, None).await.expect(200).body["items"], json!([]));
}
