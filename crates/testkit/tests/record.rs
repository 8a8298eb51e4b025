//! What people look at beside readings: the record of acts, makers and orders, certificates, health. On both databases.

use fieldkeep_testkit::{Backend, World, both_databases};
use serde_json::{Value, json};

both_databases!(
    the_record_says_who_did_what_and_what_changed,
    the_record_is_read_where_one_may,
    orders_say_how_far_their_devices_are,
    certificates_are_listed_by_their_end,
    health_says_what_to_do,
);

async fn acts(world: &World, query: &str) -> Vec<Value> {
    let page = world.call("GET", &format!("/api/v1/acts?{query}"), None).await.expect(200).body;
    page["items"].as_array().unwrap().clone()
}

async fn the_record_says_who_did_what_and_what_changed(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, devices) = world.with_devices(1).await;
    let organization = place.organization;
    let mut boss = world
        .person(
            "boss@example.com",
            Some(&organization.to_string()),
            json!([{"role": "owner", "organization": organization}]),
        )
        .await;
    let rules = format!("/api/v1/organizations/{organization}/rules");
    let strict = json!({"sign_in": {"password_chars_min": 20}});
    boss.browser.call("PUT", &rules, Some(&strict)).await.expect(200);
    let device = devices[0].id;
    let reason = json!({"reason": "smoke in the hall"});
    boss.browser.post(&format!("/api/v1/devices/{device}/suspend"), reason).await.expect(200);

    let newest = acts(&world, &format!("organization={organization}&limit=1")).await;
    assert_eq!(newest[0]["verb"], "device.suspend");
    let doer = &newest[0]["doer"];
    assert_eq!((&doer["kind"], &doer["name"]), (&json!("person"), &json!("Test Person")), "{newest:?}");
    assert_eq!(newest[0]["detail"]["reason"], "smoke in the hall");
    let changed = acts(&world, &format!("verb=organization.rules&doer=person/{}", boss.id)).await;
    assert_eq!(changed[0]["detail"]["before"]["sign_in"]["password_chars_min"], 12, "{changed:?}");
    assert_eq!(changed[0]["detail"]["after"]["sign_in"]["password_chars_min"], 20);
    // By object, by kind, by project, page after page: what is left out elsewhere is not lost here.
    let of_device = acts(&world, &format!("object={device}&verb=device.")).await;
    let verbs: Vec<_> = of_device.iter().map(|act| act["verb"].as_str().unwrap()).collect();
    assert!(verbs.contains(&"device.suspend") && verbs.contains(&"device.install"), "{verbs:?}");
    assert!(
        acts(&world, &format!("project={}&object={device}", place.project)).await.len() < of_device.len()
    );
    let all: Vec<u64> = acts(&world, "").await.iter().map(|act| act["index"].as_u64().unwrap()).collect();
    let mut paged = Vec::new();
    let mut before = String::new();
    loop {
        let page = world.call("GET", &format!("/api/v1/acts?limit=3{before}"), None).await.expect(200).body;
        paged.extend(page["items"].as_array().unwrap().iter().map(|act| act["index"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        before = format!("&before={next}");
    }
    assert_eq!(paged, all);
    assert!(all.is_sorted_by(|a, b| a > b), "the newest first");
    world.call("GET", "/api/v1/acts?before=x", None).await.expect(400);
}

async fn the_record_is_read_where_one_may(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, _) = world.with_devices(1).await;
    let other = world.organization("Other").await.id;
    let theirs = world.place(other).await;
    let auditor = world.key("auditor", Some(&place)).await;
    let listed = world.call_as(&auditor, "GET", "/api/v1/acts?limit=500", None).await.expect(200).body;
    let items = listed["items"].as_array().unwrap();
    assert!(!items.is_empty());
    for act in items {
        assert_eq!(act["project"], json!(place.project), "an auditor of a project sees no more: {act}");
    }
    for query in [format!("organization={other}"), format!("project={}", theirs.project)] {
        world.call_as(&auditor, "GET", &format!("/api/v1/acts?{query}"), None).await.expect(404);
    }
    let viewer = world.key("viewer", Some(&place)).await;
    let refused = world.call_as(&viewer, "GET", "/api/v1/acts", None).await.expect(403);
    assert_eq!(refused.body["action"], "record.read");
}

async fn orders_say_how_far_their_devices_are(backend: Backend) {
    let world = World::new(backend).await;
    let (_, maker, mut devices) = world.with_devices(2).await;
    let owner = world.organization("Later").await;
    let mut more = vec![maker.make()];
    world.register(&maker, &mut more, &owner).await;
    world
        .post(&format!("/api/v1/devices/{}/revoke", devices[0].id), json!({"reason": "lost"}))
        .await
        .expect(200);
    devices.clear();
    let makers = world.call("GET", "/api/v1/registry/makers", None).await.expect(200).body;
    assert_eq!(makers["items"][0]["devices"], 3, "{makers}");
    let orders = world.call("GET", "/api/v1/registry/orders", None).await.expect(200).body;
    let items = orders["items"].as_array().unwrap();
    let sum = |name: &str| items.iter().map(|order| order[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("made"), sum("claimed"), sum("installed"), sum("ended")), (3, 1, 1, 1), "{orders}");
    assert!(items.iter().all(|order| order["maker_name"] == makers["items"][0]["name"]));
    assert!(!items[0]["model"].as_str().unwrap().is_empty());
    let none = format!("/api/v1/registry/orders?maker={}", owner.id);
    assert_eq!(world.call("GET", &none, None).await.expect(200).body["items"], json!([]));
}

async fn certificates_are_listed_by_their_end(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, devices) = world.with_devices(3).await;
    let listed = world.call("GET", "/api/v1/certificates", None).await.expect(200).body;
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 3, "{listed}");
    assert!(items.iter().all(|one| one["state"] == "valid" && one["device_serial"].is_string()));
    let ends: Vec<_> = items.iter().map(|one| one["not_after"].as_str().unwrap()).collect();
    assert!(ends.is_sorted());
    let mut paged = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/api/v1/certificates?limit=1{after}");
        let page = world.call("GET", &path, None).await.expect(200).body;
        paged.extend(page["items"].as_array().unwrap().iter().map(|one| one["fingerprint"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(paged, items.iter().map(|one| one["fingerprint"].clone()).collect::<Vec<_>>());
    let revoke = format!("/api/v1/devices/{}/revoke", devices[0].id);
    world.post(&revoke, json!({"reason": "stolen"})).await.expect(200);
    let revoked = world.call("GET", "/api/v1/certificates?state=revoked", None).await.expect(200).body;
    assert_eq!(revoked["items"][0]["device"], json!(devices[0].id), "{revoked}");
    let path = format!("/api/v1/devices/{}/identity", devices[0].id);
    let identity = world.call("GET", &path, None).await.expect(200).body;
    assert_eq!(identity["certificates"][0]["state"], "revoked", "{identity}");
    assert!(identity["keys"][0]["revoked_at"].is_string());
    world.clock.shift_secs(80 * 86_400);
    let soon = world.call("GET", "/api/v1/certificates?state=expiring", None).await.expect(200).body;
    let gone = world.call("GET", "/api/v1/certificates?state=expired", None).await.expect(200).body;
    assert_eq!(
        soon["items"].as_array().unwrap().len() + gone["items"].as_array().unwrap().len(),
        2,
        "{soon} {gone}"
    );
    let authorities = world.call("GET", "/api/v1/authorities", None).await.expect(200).body;
    let kinds: Vec<_> =
        authorities["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["root", "devices", "server", "organization"]);
    let elsewhere = world.place(place.organization).await;
    for (part, count) in [(&place, 1), (&elsewhere, 0)] {
        let installer = world.key("installer", Some(part)).await;
        let path = "/api/v1/certificates?state=revoked";
        let own = world.call_as(&installer, "GET", path, None).await.expect(200).body;
        assert_eq!(own["items"].as_array().unwrap().len(), count, "{own}");
    }
}

async fn health_says_what_to_do(backend: Backend) {
    let world = World::new(backend).await;
    world.with_devices(1).await;
    let health = world.call("GET", "/api/v1/health", None).await.expect(200).body;
    let checks = health["checks"].as_array().unwrap();
    let of = |name: &str| checks.iter().find(|check| check["name"] == name).unwrap();
    assert_eq!(of("messages")["state"], "warn", "no mail server is set up: {health}");
    assert!(of("messages")["advice"].as_str().unwrap().contains("mail.host"));
    assert_eq!(of("clock")["state"], "ok");
    assert!(
        health["journal"]["leaves"].as_u64().unwrap() > 3 && health["journal"]["last_commit_at"].is_string()
    );
    assert_eq!(health["database"]["bytes"].is_u64(), matches!(backend, Backend::Sqlite));
    assert!(health["disk"]["free_bytes"].as_u64().unwrap() > 0);
    let order: Vec<_> = checks.iter().map(|check| check["state"].as_str().unwrap()).collect();
    let rank = |state: &&str| ["bad", "warn", "ok"].iter().position(|one| one == state);
    assert!(order.is_sorted_by_key(rank), "the worst first: {order:?}");
}
