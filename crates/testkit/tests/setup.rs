//! The first hour: what a new deployment says of itself, and to whom. On both databases.

use fieldkeep_domain::DeviceId;
use fieldkeep_server::simulated::Simulator;
use fieldkeep_testkit::process::wait_until;
use fieldkeep_testkit::world::{Place, block_on};
use fieldkeep_testkit::{Backend, World, both_databases, readings};
use serde_json::{Value, json};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

both_databases!(
    the_first_hour_is_counted_as_far_as_the_caller_sees,
    a_simulated_device_measures_and_goes_on_after_a_kill,
    a_simulated_device_takes_every_right_of_its_steps,
    a_simulated_device_that_does_not_enrol_is_told_of,
);

async fn setup(world: &World, key: &str) -> Value {
    world.call_as(key, "GET", "/api/v1/setup", None).await.expect(200).body
}

async fn the_first_hour_is_counted_as_far_as_the_caller_sees(backend: Backend) {
    let world = World::new(backend).await;
    let server = format!("https://devices.localhost:{}", world.address().port());
    let empty = json!({
        "people": 0, "organizations": 0, "projects": 0, "devices": 0, "readings": false, "mail": false,
        "certificate": "built-in", "console": "tls", "simulated": false,
        "address": format!("https://localhost:{}/", world.address().port()),
        "agent": {"server": server, "command": "fieldkeep-agent"},
    });
    assert_eq!(setup(&world, &world.operator).await, empty);

    let (place, _, mut devices) = world.with_devices(2).await;
    let neighbour = world.place(place.organization).await;
    let counts =
        |found: &Value| ["organizations", "projects", "devices"].map(|name| found[name].as_u64().unwrap());
    let found = setup(&world, &world.operator).await;
    assert_eq!((counts(&found), &found["readings"]), ([1, 2, 2], &json!(false)));
    devices[0].measure(&world, readings("temperature", Some("Cel"), world.now(), &[4.0])).await.expect(200);
    assert_eq!(setup(&world, &world.operator).await["readings"], true);

    // Whoever is elsewhere learns nothing of it.
    let found = setup(&world, &world.key("viewer", Some(&neighbour)).await).await;
    assert_eq!((counts(&found), &found["readings"]), ([1, 1, 0], &json!(false)));
    let found = setup(&world, &world.key("viewer", Some(&place)).await).await;
    assert_eq!((counts(&found), &found["readings"]), ([1, 1, 2], &json!(true)));
    // A custodian of a company sees its name and nothing in it.
    let custodian = world.key("custodian", Some(&place)).await;
    let found = setup(&world, &custodian).await;
    assert_eq!((counts(&found), &found["readings"]), ([1, 0, 0], &json!(false)));
}

#[test]
fn the_door_and_the_ways_out_are_told() {
    block_on(async {
        let more = "[console]\nloopback = \"127.0.0.1:0\"\n[mail]\nhost = \"mail.example.com\"\nfrom = \"x@example.com\"\n";
        let world = World::with(Backend::Sqlite, more).await;
        assert_eq!(setup(&world, &world.operator).await["mail"], true);
        let port = world.running.as_ref().unwrap().console.unwrap().port();
        let request = world.client(world.tls(None)).get(format!("http://127.0.0.1:{port}/api/v1/setup"));
        let request = request.header("host", format!("localhost:{port}")).bearer_auth(&world.operator);
        let body: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!((&body["console"], &body["mail"]), (&json!("loopback"), &json!(true)));
    });
}

#[test]
fn anybody_may_fetch_the_root_and_nothing_but_the_root() {
    block_on(async {
        let world = World::new(Backend::Sqlite).await;
        let url = format!("https://localhost:{}/root.pem", world.address().port());
        let response = world.client(world.tls(None)).get(url).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &"application/x-pem-file".parse().unwrap())
        );
        let text = response.text().await.unwrap();
        assert_eq!(text, world.root_pem);
        assert!(!text.contains("PRIVATE"));
    });
}

/// Events of a project, as they come.
struct Events {
    response: reqwest::Response,
    left: String,
}

impl Events {
    async fn open(world: &World, place: &Place) -> Self {
        let path = format!("/api/v1/events?project={}", place.project);
        let url = format!("https://localhost:{}{path}", world.address().port());
        let request = world.client(world.tls(None)).get(url).bearer_auth(&world.operator);
        Self { response: request.send().await.unwrap(), left: String::new() }
    }

    /// The newest temperature of the device's next batch.
    async fn temperature(&mut self, device: &str) -> Value {
        loop {
            while let Some((block, rest)) =
                self.left.split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned()))
            {
                self.left = rest;
                let Some(data) = block.lines().find_map(|line| line.strip_prefix("data: ")) else { continue };
                let told: Value = serde_json::from_str(data).unwrap();
                assert_ne!(told["type"], "held", "{told}");
                if told["type"] != "reading" || told["device"] != device {
                    continue;
                }
                let latest = told["latest"].as_array().unwrap().iter();
                if let Some(found) = latest.into_iter().find(|one| one["metric"] == "temperature") {
                    return found.clone();
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(60), self.response.chunk());
            let bytes = chunk.await.expect("an event in time").unwrap().expect("no end of the stream");
            self.left.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}

/// Agents that run on this data folder.
fn agents(world: &World) -> usize {
    let data = world.folder().path().display().to_string();
    let own = |entry: std::fs::DirEntry| {
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).into_owned();
        (line.contains("fieldkeep-agent") && line.contains(&data)).then_some(())
    };
    std::fs::read_dir("/proc").unwrap().flatten().filter_map(own).count()
}

async fn simulate(world: &World, key: &str, place: &Place) -> fieldkeep_testkit::Reply {
    let path = format!("/api/v1/projects/{}/simulated", place.project);
    world.call_as(key, "POST", &path, Some(&json!({"site": place.site}))).await
}

/// From its next start on it listens where it listens now, as a deployment does whose devices know its address.
fn keep_its_port(world: &World) {
    let path = world.folder().config();
    let text = std::fs::read_to_string(&path).unwrap();
    let listen = |at: &str| format!("[server]\nlisten = \"{at}\"");
    let kept = text.replacen(&listen("127.0.0.1:0"), &listen(&world.address().to_string()), 1);
    assert_ne!(kept, text);
    std::fs::write(&path, kept).unwrap();
}

async fn a_simulated_device_measures_and_goes_on_after_a_kill(backend: Backend) {
    let mut world = World::external(backend, "").await;
    keep_its_port(&world);
    let owner = world.organization("Northern Cold").await;
    let place = world.place_with(owner.id, json!({})).await;
    assert_eq!(setup(&world, &world.operator).await["simulated"], true);
    let mut events = Events::open(&world, &place).await;
    let made = simulate(&world, &world.operator, &place).await.expect(201);
    let device = made.body["device"].as_str().unwrap().to_owned();
    let first = events.temperature(&device).await;
    assert_eq!(first["unit"], "Cel");
    let latest = world.call("GET", &format!("/api/v1/devices/{device}/latest"), None).await.expect(200);
    let metrics: Vec<_> =
        latest.body["readings"].as_array().unwrap().iter().map(|one| one["metric"].clone()).collect();
    assert_eq!(metrics, ["door", "humidity", "power", "temperature"]);
    let shown = world.call("GET", &format!("/api/v1/devices/{device}"), None).await.expect(200).body;
    assert_eq!((&shown["serial"], &shown["state"]), (&json!("SIM-0001"), &json!("installed")));
    assert!(shown["model"].as_str().unwrap().contains("simulated"));
    let acts = world.call("GET", "/api/v1/acts", None).await.expect(200).text;
    for act in ["registry.import", "device.claim", "device.claimed", "device.install", "project.settings"] {
        assert!(acts.contains(&format!("\"{act}\"")), "{act}");
    }

    // Killed where it stands: its agent ends with it, and the next start brings it back.
    world.kill();
    wait_until("the agent ends", Duration::from_secs(60), || (agents(&world) == 0).then_some(()));
    world.start().await;
    let again = Events::open(&world, &place).await.temperature(&device).await;
    assert!(again["time"].as_str() > first["time"].as_str(), "{again} after {first}");

    for _ in 1..5 {
        simulate(&world, &world.operator, &place).await.expect(201);
    }
    let refused = simulate(&world, &world.operator, &place).await.expect(409);
    assert!(refused.body["detail"].as_str().unwrap().contains("5 simulated devices"), "{}", refused.text);
    // What has ended makes room, and its agent is gone.
    let retire = format!("/api/v1/devices/{device}/retire");
    world.post(&retire, json!({"reason": "x"})).await.expect(200);
    wait_until("the retired one ends", Duration::from_secs(60), || (agents(&world) == 4).then_some(()));
    simulate(&world, &world.operator, &place).await.expect(201);
    world.stop().await;
    assert_eq!(agents(&world), 0);
    world.start().await;
    assert!(!world.folder().path().join("simulated").join(&device).exists());
}

/// What it was asked to do, in place of processes; it enrols nobody.
#[derive(Debug, Default)]
struct Idle {
    ran: Mutex<Vec<DeviceId>>,
}

impl Simulator for Idle {
    fn enroll(&self, folder: &Path) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'static>> {
        let there = folder.join("device.key").is_file();
        Box::pin(async move { Err(format!("nobody answers (its key is there: {there})")) })
    }
    fn run(&self, device: DeviceId, _: &Path) {
        self.ran.lock().unwrap().push(device);
    }
    fn stop(&self, device: DeviceId) {
        self.ran.lock().unwrap().retain(|one| *one != device);
    }
}

async fn a_simulated_device_takes_every_right_of_its_steps(backend: Backend) {
    let world = World::new(backend).await;
    let owner = world.organization("Northern Cold").await;
    let place = world.place(owner.id).await;
    for (role, action) in [
        ("viewer", "device.install"),
        ("installer", "device.claim"),
        ("engineer", "registry.import"),
        // The project does not declare everything that is measured.
        ("program-provisioner", "project.write"),
    ] {
        let key = world.key(role, None).await;
        let refused = simulate(&world, &key, &place).await.expect(403);
        assert_eq!(refused.body["action"], action, "{role}: {}", refused.text);
    }
    // Over the project alone nobody registers a maker or claims for the company.
    let key = world.key("administrator", Some(&place)).await;
    assert_eq!(simulate(&world, &key, &place).await.expect(403).body["action"], "device.claim");
    let refused = simulate(&world, &world.operator, &place).await.expect(409);
    let text = "this server runs no simulated devices: the fieldkeep-agent program is not beside it";
    assert_eq!(refused.body["detail"], text);
    let devices = world.call("GET", "/api/v1/devices", None).await.expect(200).body;
    assert_eq!(devices["items"], json!([]), "nothing was made");
}

async fn a_simulated_device_that_does_not_enrol_is_told_of(backend: Backend) {
    let world = World::new(backend).await;
    let owner = world.organization("Northern Cold").await;
    let (place, other) = (world.place(owner.id).await, world.place(owner.id).await);
    let idle = Arc::new(Idle::default());
    let app = &world.running.as_ref().unwrap().app;
    app.simulation.give(idle.clone());
    assert_eq!(setup(&world, &world.operator).await["simulated"], true);
    let elsewhere = Place { site: other.site, ..place };
    simulate(&world, &world.operator, &elsewhere).await.expect(404);
    let refused = simulate(&world, &world.operator, &place).await.expect(503);
    let text = refused.body["detail"].as_str().unwrap();
    assert!(text.contains("`SIM-0001`") && text.contains("its key is there: true"), "{text}");
    let devices = world.call("GET", "/api/v1/devices", None).await.expect(200).body;
    assert_eq!(devices["items"][0]["state"], "claiming");
    // Its agent goes on, so that it can be installed by hand.
    let ran = idle.ran.lock().unwrap().clone();
    assert_eq!(json!(ran), json!([devices["items"][0]["id"]]));
    // Nor does it keep its place for ever: what was never claimed can be retired too.
    for _ in 1..5 {
        simulate(&world, &world.operator, &place).await.expect(503);
    }
    simulate(&world, &world.operator, &place).await.expect(409);
    assert!(text.contains("or retire it"), "{text}");
    let retire = format!("/api/v1/devices/{}/retire", ran[0]);
    let retired = world.post(&retire, json!({"reason": "it never enrolled"})).await.expect(200).body;
    assert_eq!(retired["state"], "retired");
    assert!(!idle.ran.lock().unwrap().contains(&ran[0]), "its agent has ended");
    simulate(&world, &world.operator, &place).await.expect(503);
}
