//! What is told by webhooks: signed, to the outside only, each organization's own, and once.

use super::{app, code, later, until};
use data_encoding::BASE64;
use fieldkeep_domain::notify::{Channel, DuplicateKey, Language, News, Withdrawn};
use fieldkeep_domain::{OrganizationId, Timestamp};
use fieldkeep_server::notify;
use fieldkeep_testkit::outside::{Answer, Asked, Foreign, Outside};
use fieldkeep_testkit::{Backend, World, readings};
use fieldkeep_trust::hash::hmac_sha256;
use serde_json::json;

/// Webhooks may lead to this machine.
pub const LOOPBACK: &str = "[notify]\nwebhook_networks = [\"127.0.0.0/8\"]\n";

/// Makes a webhook that leads to a receiver; its id and its secret.
pub async fn webhook(world: &World, organization: OrganizationId, receiver: &Outside) -> (String, String) {
    let path = format!("/api/v1/organizations/{organization}/webhooks");
    let url = format!("http://{}/hook", receiver.address);
    let made = world.post(&path, json!({"name": "Duty", "url": url})).await.expect(201);
    let text = |name: &str| made.body[name].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

/// What a receiver does: the signature over id, time and body, with the secret that it was given.
fn verify(asked: &Asked, secret: &str, now: Timestamp) {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let (id, time) = (asked.header("webhook-id"), asked.header("webhook-timestamp"));
    let signed = format!("{id}.{time}.{}", asked.body);
    let mac = hmac_sha256(&key, &[signed.as_bytes()]);
    assert_eq!(asked.header("webhook-signature"), format!("v1,{}", BASE64.encode(mac.as_bytes())));
    assert!((time.parse::<i64>().unwrap() - now.as_secs()).abs() < 60);
}

pub async fn webhooks_are_signed_and_verified_by_the_receiver(backend: Backend) {
    let foreign = Foreign::new("localhost");
    let receiver = Outside::start(Some(foreign.acceptor.clone())).await;
    let files = tempfile::tempdir().unwrap();
    let ca = files.path().join("ca.pem");
    std::fs::write(&ca, &foreign.ca_pem).unwrap();
    let config = format!(
        "[notify]\nwebhook_networks = [\"127.0.0.0/8\", \"::1/128\"]\nwebhook_ca_file = \"{}\"\n",
        ca.display()
    );
    let world = World::with(backend, &config).await;
    let owner = world.organization("Northern Cold").await;
    let path = format!("/api/v1/organizations/{}/webhooks", owner.id);
    let url = format!("https://localhost:{}/hook/token?x=1", receiver.address.port());
    let made = world.post(&path, json!({"name": "Duty", "url": url})).await.expect(201);
    let secret = made.body["secret"].as_str().unwrap().to_owned();
    let listed = world.call("GET", &path, None).await.expect(200);
    assert!(
        !listed.text.contains("whsec_") && listed.body["items"][0]["kinds"].as_array().unwrap().len() == 7
    );
    let test = format!("/api/v1/webhooks/{}/test", made.body["id"].as_str().unwrap());
    receiver.next(Answer::Status(500));
    let letter = world.post(&test, json!({})).await.expect(202);
    assert_eq!((&letter.body["channel"], &letter.body["to"]), (&json!("webhook"), &made.body["id"]));
    receiver.asked(1).await;
    until(&world, "waiting", |all| all.iter().any(|one| one["error"] == "it answered 500")).await;
    later(&world, 11);
    let asked = receiver.asked(2).await;
    for one in &asked {
        verify(one, &secret, world.now());
        assert_eq!(one.line, "POST /hook/token?x=1");
        assert_eq!(
            (&one.json()["type"], one.header("webhook-id")),
            (&json!("test"), letter.body["id"].as_str().unwrap())
        );
    }
    assert_eq!(asked[0].body, asked[1].body, "each try says the same");
    assert_ne!(asked[0].header("webhook-timestamp"), asked[1].header("webhook-timestamp"));
    until(&world, "sent", |all| all.len() == 1).await;
}

pub async fn webhooks_reach_no_inner_address_and_follow_nothing(backend: Backend) {
    let (receiver, inner) = (Outside::start(None).await, Outside::start(None).await);
    let closed = World::new(backend).await;
    let owner = closed.organization("Northern Cold").await;
    let path = format!("/api/v1/organizations/{}/webhooks", owner.id);
    let port = receiver.address.port();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://2130706433:{port}/"),
        "https://169.254.169.254/latest/meta-data/".into(),
        "https://10.0.0.1/".into(),
        "http://example.com/".into(),
        "https://a:b@example.com/".into(),
    ] {
        let refused = closed.post(&path, json!({"name": "x", "url": url})).await.expect(400);
        assert!(refused.body["detail"].as_str().unwrap().starts_with("`url`"), "{url}: {}", refused.text);
    }
    // A name that resolves to an inner address is found out when it is looked up, at each try.
    for scheme in ["https", "http"] {
        let url = format!("{scheme}://localhost:{port}/");
        let made = closed.post(&path, json!({"name": "x", "url": url})).await.expect(201);
        let test = format!("/api/v1/webhooks/{}/test", made.body["id"].as_str().unwrap());
        closed.post(&test, json!({})).await.expect(202);
    }
    let dead = until(&closed, "dead", |all| all.len() == 2).await;
    assert!(dead.iter().all(|one| one["error"].as_str().unwrap().contains("not public")), "{dead:?}");
    // A redirect is an answer, not a way.
    let open = World::with(backend, LOOPBACK).await;
    let owner = open.organization("Northern Cold").await;
    let (hook, _) = webhook(&open, owner.id, &receiver).await;
    receiver.next(Answer::Redirect(format!("http://{}/inner", inner.address)));
    open.post(&format!("/api/v1/webhooks/{hook}/test"), json!({})).await.expect(202);
    receiver.asked(1).await;
    until(&open, "waiting", |all| {
        all.iter().any(|one| one["error"].as_str().is_some_and(|why| why.contains("307")))
    })
    .await;
    assert_eq!((receiver.so_far().len(), inner.so_far().len()), (1, 0));
}

pub async fn webhooks_belong_to_their_organization(backend: Backend) {
    let receiver = Outside::start(None).await;
    let world = World::with(backend, LOOPBACK).await;
    let (one, other) = (world.organization("One").await, world.organization("Other").await);
    let (hook, _) = webhook(&world, one.id, &receiver).await;
    let path = format!("/api/v1/organizations/{}/webhooks", one.id);
    let body = json!({"name": "stranger", "role": "security", "organization": other.id});
    let key = world.post("/api/v1/keys", body).await.expect(201).body["secret"].as_str().unwrap().to_owned();
    for (method, path) in [
        ("GET", path.clone()),
        ("POST", format!("/api/v1/webhooks/{hook}/test")),
        ("POST", format!("/api/v1/webhooks/{hook}/remove")),
    ] {
        world.call_as(&key, method, &path, Some(&json!({}))).await.expect(404);
    }
    world.post(&format!("/api/v1/webhooks/{hook}/test"), json!({})).await.expect(202);
    let sent = until(&world, "sent", |all| all.len() == 1).await;
    let page = world.call_as(&key, "GET", "/api/v1/outbox?state=sent", None).await.expect(200);
    assert_eq!(page.body["items"], json!([]), "letters of another organization");
    let retry = format!("/api/v1/outbox/{}/retry", sent[0]["id"].as_str().unwrap());
    world.call_as(&key, "POST", &retry, Some(&json!({}))).await.expect(404);
    for bad in [
        json!({"name": "x", "url": "https://example.com/", "kinds": ["code"]}),
        json!({"name": "x", "url": "https://example.com/", "kinds": ["test"]}),
        json!({"name": "", "url": "https://example.com/"}),
        json!({"name": "x", "url": "https://example.com/", "secret": "whsec_x"}),
    ] {
        world.post(&path, bad).await.expect(400);
    }
    for bad in ["state=x", "after=x", "after=1.x", "limit=0"] {
        world.call("GET", &format!("/api/v1/outbox?{bad}"), None).await.expect(400);
    }
    // Removed, it gets nothing, not even what was on its way.
    receiver.next(Answer::Status(500));
    world.post(&format!("/api/v1/webhooks/{hook}/test"), json!({})).await.expect(202);
    until(&world, "waiting", |all| all.iter().any(|one| one["error"].is_string())).await;
    world.post(&format!("/api/v1/webhooks/{hook}/remove"), json!({})).await.expect(204);
    world.post(&format!("/api/v1/webhooks/{hook}/remove"), json!({})).await.expect(404);
    later(&world, 11);
    let dead = until(&world, "dead", |all| all.len() == 1).await;
    assert_eq!(dead[0]["error"], "the webhook was removed");
    assert_eq!(receiver.so_far().len(), 2);
    let app = app(&world);
    let mut tx = app.db.write().await.unwrap();
    let to = Channel::Webhook(hook.parse().unwrap());
    let key = DuplicateKey::new(&["x"]);
    let refused = notify::enqueue(&mut tx, &app, &key, Language::En, to, Some(one.id), &code("999999")).await;
    assert!(refused.is_err(), "a code is for one person's eyes");
}

pub async fn a_cause_in_the_quarantine_is_told_once_until_somebody_decides(backend: Backend) {
    let receiver = Outside::start(None).await;
    let world = World::with(backend, LOOPBACK).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let (_, secret) = webhook(&world, place.organization, &receiver).await;
    let device = &mut devices[0];
    let app = app(&world);
    for _ in 0..3 {
        device.measure(&world, readings("temperature", Some("Cel"), world.now(), &[99.0])).await.expect(202);
        while notify::look(&app).await.unwrap() {}
    }
    let asked = receiver.asked(1).await.remove(0);
    verify(&asked, &secret, world.now());
    let event = asked.json();
    assert_eq!(
        (&event["type"], &event["data"]["reason"]),
        (&json!("quarantine-cause"), &json!("outside-range"))
    );
    assert_eq!(
        (&event["data"]["device"], &event["organization"]),
        (&json!(device.id), &json!(place.organization))
    );
    // Another cause is news; the same one is news again once somebody has decided.
    device.measure(&world, readings("bilby", None, world.now(), &[1.0])).await.expect(202);
    assert_eq!(receiver.asked(2).await[1].json()["data"]["reason"], "undeclared-metric");
    let held = world.call("GET", &format!("/api/v1/projects/{}/quarantine", place.project), None).await;
    let held = held.body["items"][0]["id"].as_str().unwrap().to_owned();
    let security = world.key("security", Some(&place)).await;
    let destroy = format!("/api/v1/quarantine/{held}/destroy");
    world.call_as(&security, "POST", &destroy, Some(&json!({"reason": "seen"}))).await.expect(204);
    device.measure(&world, readings("temperature", Some("Cel"), world.now(), &[99.0])).await.expect(202);
    assert_eq!(receiver.asked(3).await[2].json()["data"]["reason"], "outside-range");
    until(&world, "sent", |all| all.len() == 3).await;
    assert_eq!(receiver.so_far().len(), 3);
}

pub async fn copied_and_withdrawn_devices_are_told_once_a_day(backend: Backend) {
    let receiver = Outside::start(None).await;
    let world = World::with(backend, LOOPBACK).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    webhook(&world, place.organization, &receiver).await;
    let suspend = format!("/api/v1/devices/{}/suspend", devices[0].id);
    world.post(&suspend, json!({"reason": "lost"})).await.expect(200);
    for _ in 0..3 {
        let sent =
            devices[0].measure(&world, readings("temperature", Some("Cel"), world.now(), &[1.0])).await;
        assert_eq!(sent.status, 403, "{}", sent.text);
    }
    let asked = receiver.asked(1).await.remove(0).json();
    assert_eq!((&asked["type"], &asked["data"]["why"]), (&json!("refused-device"), &json!("suspended")));
    let app = app(&world);
    for _ in 0..3 {
        notify::tell(&app, place.organization, News::CloneSeen(devices[0].id));
        notify::tell(&app, place.organization, News::RefusedDevice(devices[0].id, Withdrawn::Suspended));
    }
    assert_eq!(receiver.asked(2).await[1].json()["type"], "clone-seen");
    world.clock.shift_secs(86_400);
    notify::tell(&app, place.organization, News::CloneSeen(devices[0].id));
    receiver.asked(3).await;
    until(&world, "sent", |all| all.len() == 3).await;
    assert_eq!(receiver.so_far().len(), 3);
}
