//! Live events: what arrives, what is caught up on, who is told and who is not, on both databases.

use fieldkeep_server::account::Came;
use fieldkeep_server::http::Follower;
use fieldkeep_server::{account, live};
use fieldkeep_testkit::device::Device;
use fieldkeep_testkit::world::Place;
use fieldkeep_testkit::{Backend, World, readings};
use fieldkeep_trust::secret::Secret;
use serde_json::{Value, json};
use std::time::Duration;

fieldkeep_testkit::both_databases!(
    what_happens_arrives,
    a_stream_goes_on_after_a_restart_without_loss_or_duplicates,
    what_is_trimmed_cannot_be_caught_up_on,
    rights_decide_what_is_told,
    a_stream_ends_with_the_key_behind_it,
    a_stream_ends_with_the_session_behind_it,
    a_slow_reader_is_told_and_dropped,
    too_many_streams_are_refused,
    a_device_that_moves_is_told_in_both_projects,
    what_is_arranged_is_told,
);

const PATIENCE: Duration = Duration::from_secs(60);

/// An event as a browser takes it apart.
#[derive(Debug, Clone)]
struct Told {
    id: Option<u64>,
    event: String,
    data: Value,
}

/// An open stream.
struct Tape {
    response: reqwest::Response,
    left: String,
    /// As a browser keeps it.
    last: Option<u64>,
}

impl Tape {
    async fn open(world: &World, key: &str, project: impl std::fmt::Display, last: Option<u64>) -> Self {
        let response = Self::ask(world, key, project, last).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self { response, left: String::new(), last }
    }

    async fn ask(
        world: &World,
        key: &str,
        project: impl std::fmt::Display,
        last: Option<u64>,
    ) -> reqwest::Response {
        let url = format!("https://localhost:{}/api/v1/events?project={project}", world.address().port());
        let mut request = world.client(world.tls(None)).get(url).bearer_auth(key);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        request.send().await.unwrap()
    }

    /// The next block; none: the stream has ended.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.left.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.left = rest;
                return Some(block);
            }
            match tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("an event in time") {
                Ok(Some(bytes)) => self.left.push_str(std::str::from_utf8(&bytes).unwrap()),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// The next event; none: the stream has ended.
    async fn next(&mut self) -> Option<Told> {
        loop {
            let block = self.block().await?;
            let field =
                |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            let id = field("id: ").map(|id| id.parse().unwrap());
            self.last = id.or(self.last);
            let Some(data) = field("data: ") else { continue };
            let told =
                Told { id, event: field("event: ").unwrap(), data: serde_json::from_str(&data).unwrap() };
            assert_eq!(told.data["type"], told.event.as_str());
            return Some(told);
        }
    }

    async fn expect(&mut self, event: &str) -> Told {
        let told = self.next().await.expect("an event, not the end");
        assert_eq!(told.event, event, "{told:?}");
        told
    }

    async fn ends(mut self) {
        while self.next().await.is_some() {}
    }
}

async fn measure(world: &World, device: &mut Device, value: f64) -> u64 {
    let status = if value > 85.0 { 202 } else { 200 };
    let segments = readings("temperature", Some("Cel"), world.now(), &[value]);
    device.measure(world, segments).await.expect(status).index()
}

pub async fn what_happens_arrives(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(2).await;
    let neighbour = world.place(place.organization).await;
    let key = world.key("operator", Some(&place)).await;
    let mut tape = Tape::open(&world, &key, place.project, None).await;
    let device = devices[0].id.to_string();
    let from = world.now().plus_secs(-1);
    let index = devices[0]
        .measure(&world, readings("temperature", Some("Cel"), from, &[1.5, 2.5]))
        .await
        .expect(200)
        .index();
    let told = tape.expect("reading").await;
    assert_eq!((told.id, &told.data["device"]), (Some(index), &json!(device)));
    assert_eq!(told.data["count"], 2);
    let latest = json!([{"metric": "temperature", "unit": "Cel", "value": 2.5,
        "time": fieldkeep_wire::json::format_time(from.plus_secs(1))}]);
    assert_eq!(told.data["latest"], latest);
    assert!(told.data["at"].as_str().unwrap().ends_with('Z'));

    let index = measure(&world, &mut devices[0], 99.0).await;
    let told = tape.expect("held").await;
    assert_eq!((told.id, &told.data["reasons"]), (Some(index), &json!(["outside-range"])));
    let held = told.data["held"].as_str().unwrap().to_owned();
    world.post(&format!("/api/v1/quarantine/{held}/release"), json!({"reason": "x"})).await.expect(204);
    let told = tape.expect("decided").await;
    assert_eq!((&told.data["held"], &told.data["decision"]), (&json!(held), &json!("released")));
    assert_eq!(tape.expect("reading").await.data["latest"][0]["value"], 99.0);

    for (verb, state) in [("suspend", "suspended"), ("resume", "installed"), ("retire", "retired")] {
        world.post(&format!("/api/v1/devices/{device}/{verb}"), json!({"reason": "x"})).await.expect(200);
        let told = tape.expect("device").await;
        assert_eq!((&told.data["device"], &told.data["state"]), (&json!(device), &json!(state)));
    }
    let near = world.key("operator", Some(&neighbour)).await;
    let refused = Tape::ask(&world, &near, place.project, None).await;
    assert_eq!(refused.status(), 404);
    let refused = world.client(world.tls(None)).get(refused.url().clone()).bearer_auth(&key);
    assert_eq!(refused.header("last-event-id", "x").send().await.unwrap().status(), 400);
}

pub async fn a_stream_goes_on_after_a_restart_without_loss_or_duplicates(backend: Backend) {
    let mut world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let key = world.key("operator", Some(&place)).await;
    let mut tape = Tape::open(&world, &key, place.project, None).await;
    let (mut sent, mut seen) = (Vec::new(), Vec::new());
    for round in 0..3 {
        for n in 0..6 {
            sent.push(measure(&world, &mut devices[0], f64::from(n)).await);
        }
        // Of the last ones nothing was read when the server stops.
        for _ in 0..4 {
            seen.push(tape.expect("reading").await.id.unwrap());
        }
        world.stop().await;
        world.start().await;
        devices[0].reconnect();
        devices[0].new_token(&world).await.expect(200);
        if round == 0 {
            sent.push(measure(&world, &mut devices[0], 20.0).await);
        }
        tape = Tape::open(&world, &key, place.project, tape.last).await;
    }
    sent.push(measure(&world, &mut devices[0], 30.0).await);
    while seen.len() < sent.len() {
        seen.push(tape.expect("reading").await.id.unwrap());
    }
    assert_eq!(seen, sent);
    // A place of another journal, or of the future.
    let mut tape = Tape::open(&world, &key, place.project, Some(1_000_000)).await;
    assert!(tape.expect("behind").await.data["reason"].as_str().unwrap().contains("not one of this journal"));
    let index = measure(&world, &mut devices[0], 31.0).await;
    assert_eq!(tape.expect("reading").await.id, Some(index));
}

pub async fn what_is_trimmed_cannot_be_caught_up_on(backend: Backend) {
    let world = World::with(backend, "[journal]\nkeep_s = 0\n[telemetry]\nsettle_s = 0\n").await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let key = world.key("operator", Some(&place)).await;
    let first = devices[0]
        .measure(&world, readings("temperature", Some("Cel"), world.now().plus_secs(-7_200), &[1.0]))
        .await
        .expect(200)
        .index();
    let app = &world.running.as_ref().unwrap().app;
    let bodies = async || {
        let mut tx = app.db.read().await.unwrap();
        fieldkeep_server::journal::sql::bodies_from(&mut tx, first, 9).await.unwrap().len()
    };
    let end = std::time::Instant::now() + PATIENCE;
    while bodies().await > 0 {
        assert!(std::time::Instant::now() < end, "the body was not trimmed");
        // What is newest stays until something newer was committed.
        world.organization("another leaf").await;
        fieldkeep_server::jobs::trim(app).await.unwrap();
    }
    let mut tape = Tape::open(&world, &key, place.project, Some(first - 1)).await;
    let told = tape.expect("behind").await;
    assert!(told.data["reason"].as_str().unwrap().contains("no longer kept") && told.id >= Some(first));
    let index = measure(&world, &mut devices[0], 2.0).await;
    assert_eq!(tape.expect("reading").await.id, Some(index));
}

pub async fn rights_decide_what_is_told(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(2).await;
    let path = format!("/api/v1/projects/{}/groups", place.project);
    let group = world.post(&path, json!({"name": "x"})).await.expect(201).body["id"].clone();
    let path = format!("/api/v1/devices/{}/group", devices[1].id);
    world.call("PUT", &path, Some(&json!({"group": group}))).await.expect(200);
    // Sees devices, and nothing that they measure.
    let seller = world.key("sales-rep", Some(&place)).await;
    let of_group = json!({"name": "x", "role": "viewer", "group": group});
    let of_group = world.post("/api/v1/keys", of_group).await.expect(201).body["secret"].clone();
    let mut seller = Tape::open(&world, &seller, place.project, None).await;
    let mut of_group = Tape::open(&world, of_group.as_str().unwrap(), place.project, None).await;
    measure(&world, &mut devices[0], 1.0).await;
    measure(&world, &mut devices[0], 99.0).await;
    let second = measure(&world, &mut devices[1], 2.0).await;
    let suspend = format!("/api/v1/devices/{}/suspend", devices[1].id);
    world.post(&suspend, json!({"reason": "x"})).await.expect(200);
    seller.expect("device").await;
    assert_eq!(of_group.expect("reading").await.id, Some(second));
    of_group.expect("device").await;
}

pub async fn a_stream_ends_with_the_key_behind_it(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let made = json!({"name": "x", "role": "viewer", "project": place.project});
    let made = world.post("/api/v1/keys", made).await.expect(201).body;
    let mut tape = Tape::open(&world, made["secret"].as_str().unwrap(), place.project, None).await;
    measure(&world, &mut devices[0], 1.0).await;
    tape.expect("reading").await;
    let revoke = format!("/api/v1/keys/{}/revoke", made["id"].as_str().unwrap());
    world.post(&revoke, json!({"reason": "x"})).await.expect(204);
    measure(&world, &mut devices[0], 2.0).await;
    assert!(tape.next().await.is_none(), "nothing is told after the revocation");
}

pub async fn a_stream_ends_with_the_session_behind_it(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, _) = world.with_devices(1).await;
    let roles = json!([{"role": "viewer", "project": place.project}]);
    let organization = place.organization.to_string();
    let mut person = world.person("ada@example.com", Some(&organization), roles).await;
    let url = format!("{}/api/v1/events?project={}", person.browser.origin, place.project);
    let cookies: Vec<String> =
        person.browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = world.client(world.tls(None)).get(url).header("cookie", cookies.join("; "));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let tape = Tape { response, left: String::new(), last: None };
    person.browser.post("/api/v1/sign-out", json!({})).await;
    tape.ends().await;
}

pub async fn a_slow_reader_is_told_and_dropped(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let key = world.key("operator", Some(&place)).await;
    let app = &world.running.as_ref().unwrap().app;
    let actor = account::authenticate(app, Some(&key), None).await.unwrap();
    let came = Came::Bearer(Secret::new(key.clone().into_bytes()));
    let follower = Follower { actor, came, address: None };
    // Nobody asks for its pieces: its connection takes nothing.
    let mut slow = live::open(app, follower, place.project, None).await.unwrap();
    let mut quick = Tape::open(&world, &key, place.project, None).await;
    let mut seen = Vec::new();
    for n in 0..300 {
        let index = measure(&world, &mut devices[0], f64::from(n % 80)).await;
        seen.push(quick.expect("reading").await.id.unwrap());
        assert_eq!(seen.last(), Some(&index));
    }
    let mut text = String::new();
    while let Some(piece) = slow.piece().await {
        text.push_str(std::str::from_utf8(&piece).unwrap());
    }
    let blocks: Vec<&str> = text.split_terminator("\n\n").collect();
    let last = blocks.last().unwrap();
    assert!(last.contains("event: behind") && last.contains("more slowly"), "{last}");
    // It comes back with the place that it was given, and misses nothing.
    let last: u64 = last.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().parse().unwrap();
    let told = blocks.iter().filter(|block| block.contains("event: reading")).count();
    assert_eq!(told, fieldkeep_server::limits::EVENT_QUEUE_MAX);
    let mut again = Tape::open(&world, &key, place.project, Some(last)).await;
    for id in &seen[told..] {
        assert_eq!(again.expect("reading").await.id, Some(*id));
    }
}

pub async fn too_many_streams_are_refused(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, _) = world.with_devices(1).await;
    let key = world.key("viewer", Some(&place)).await;
    let mut open = Vec::new();
    for _ in 0..fieldkeep_server::limits::EVENT_STREAMS_EACH_MAX {
        open.push(Tape::open(&world, &key, place.project, None).await);
    }
    let refused = Tape::ask(&world, &key, place.project, None).await;
    assert_eq!((refused.status().as_u16(), refused.headers().contains_key("retry-after")), (429, true));
    // Another one's are not counted.
    let other = world.key("viewer", Some(&place)).await;
    Tape::open(&world, &other, place.project, None).await;
    drop(open);
    let end = std::time::Instant::now() + PATIENCE;
    while Tape::ask(&world, &key, place.project, None).await.status() != 200 {
        assert!(std::time::Instant::now() < end, "places are given back when connections close");
    }
}

pub async fn a_device_that_moves_is_told_in_both_projects(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let other: Place = world.place(place.organization).await;
    let key = world.key("operator", None).await;
    let mut here = Tape::open(&world, &key, place.project, None).await;
    let mut there = Tape::open(&world, &key, other.project, None).await;
    world.install(&devices[0], &other).await.expect(200);
    for tape in [&mut here, &mut there] {
        assert_eq!(tape.expect("device").await.data["state"], "installed");
    }
    devices[0].new_token(&world).await;
    let index = measure(&world, &mut devices[0], 1.0).await;
    assert_eq!(there.expect("reading").await.id, Some(index));
    world
        .post(&format!("/api/v1/devices/{}/revoke", devices[0].id), json!({"reason": "x"}))
        .await
        .expect(200);
    there.expect("device").await;
    world.claim(&devices[0], place.organization).await.expect(202);
    assert_eq!(there.expect("device").await.data["state"], "claiming");
}

/// Two server processes over one database: what one takes, the other tells.
#[test]
fn a_batch_taken_by_one_server_is_told_by_the_other() {
    fieldkeep_testkit::world::block_on(async {
        let world = World::external(Backend::Postgres, "").await;
        let (place, _, mut devices) = world.with_devices(1).await;
        let key = world.key("operator", Some(&place)).await;
        let mut twin = world.twin().await;
        let mut tape = Tape::open(&twin, &key, place.project, None).await;
        for n in 0..3 {
            let index = measure(&world, &mut devices[0], f64::from(n)).await;
            assert_eq!(tape.expect("reading").await.id, Some(index));
        }
        let index = measure(&world, &mut devices[0], 3.0).await;
        tape.expect("reading").await;
        // A stop ends the stream; it goes on at the other server.
        twin.stop().await;
        assert!(tape.next().await.is_none());
        let mut tape = Tape::open(&world, &key, place.project, Some(index - 1)).await;
        assert_eq!(tape.expect("reading").await.id, Some(index));
    });
}

/// Browsers on this machine speak HTTP/1.1 to the console's own port.
#[test]
fn events_arrive_over_the_door_on_this_machine() {
    fieldkeep_testkit::world::block_on(async {
        let world = World::with(Backend::Sqlite, "[console]\nloopback = \"127.0.0.1:0\"\n").await;
        let (place, _, mut devices) = world.with_devices(1).await;
        let key = world.key("operator", Some(&place)).await;
        let port = world.running.as_ref().unwrap().console.unwrap().port();
        let url = format!("http://127.0.0.1:{port}/api/v1/events?project={}&last_event_id=0", place.project);
        let request = world.client(world.tls(None)).get(url).header("host", format!("localhost:{port}"));
        let response = request.bearer_auth(&key).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (200, http::Version::HTTP_11));
        let mut tape = Tape { response, left: String::new(), last: None };
        // From the beginning: its site was made, and the device came into the project.
        tape.expect("changed").await;
        while tape.next().await.expect("the device").event != "device" {}
        let index = measure(&world, &mut devices[0], 1.0).await;
        assert_eq!(tape.expect("reading").await.id, Some(index));
    });
}

pub async fn what_is_arranged_is_told(backend: Backend) {
    let world = World::new(backend).await;
    let owner = world.organization("Northern Cold").await;
    let place = world.place(owner.id).await;
    let other = world.place(owner.id).await;
    let key = world.key("viewer", Some(&place)).await;
    let mut tape = Tape::open(&world, &key, place.project, None).await;
    let at = |what: &str| format!("/api/v1/projects/{}/{what}", place.project);
    // What is arranged elsewhere is told there.
    world.post(&format!("/api/v1/projects/{}/groups", other.project), json!({"name": "x"})).await.expect(201);
    let site = world.post(&at("sites"), json!({"name": "x"})).await.expect(201).body["id"].clone();
    let group = world.post(&at("groups"), json!({"name": "x"})).await.expect(201).body["id"].clone();
    let board = json!({"name": "x", "tiles": []});
    let board = world.post(&at("dashboards"), board).await.expect(201).body["id"].clone();
    let path = format!("/api/v1/dashboards/{}", board.as_str().unwrap());
    world.call("PUT", &path, Some(&json!({"name": "y", "tiles": [], "version": 1}))).await.expect(200);
    let settings = world
        .call("GET", &format!("/api/v1/projects/{}", place.project), None)
        .await
        .expect(200)
        .body["settings"]
        .clone();
    world.call("PUT", &at("settings"), Some(&settings)).await.expect(200);
    let project = json!(place.project.to_string());
    for (noun, id) in [
        ("site", &site),
        ("group", &group),
        ("dashboard", &board),
        ("dashboard", &board),
        ("project", &project),
    ] {
        let told = tape.expect("changed").await;
        assert_eq!((&told.data["noun"], &told.data["id"]), (&json!(noun), id));
    }
}
