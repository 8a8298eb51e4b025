//! The console as a browser meets it: its files, and the door on this machine that needs no certificate.

use fieldkeep_testkit::chromium::Chromium;
use fieldkeep_testkit::world::block_on;
use fieldkeep_testkit::{Backend, World};
use serde_json::json;

const LOCAL: &str = "[console]\nloopback = \"127.0.0.1:0\"\n";

fn port(world: &World) -> u16 {
    world.running.as_ref().unwrap().console.expect("the console listens").port()
}

#[test]
fn passkeys_work_on_this_machine_without_a_certificate() {
    block_on(async {
        let world = World::with(Backend::Sqlite, LOCAL).await;
        let browser = Chromium::start(&world).await;
        let origin = format!("http://localhost:{}", port(&world));
        let app = &world.running.as_ref().unwrap().app;
        let link = fieldkeep_server::account::invite::first(app).await.unwrap().unwrap();
        assert!(link.starts_with(&format!("{origin}/join#")), "{link}");
        browser.open(&link).await;
        let token = link.split_once('#').unwrap().1;
        let (status, opened) = browser.fetch("POST", "/api/v1/join", &json!({"token": token})).await;
        assert_eq!(status, 200, "{opened}");
        let wish = json!({"flow": opened["flow"], "name": "Ada First", "address": "ada@example.com"});
        let (_, begun) = browser.fetch("POST", "/api/v1/join/passkey/begin", &wish).await;
        let credential = browser.create(&begun["options"]).await;
        let done = json!({"flow": begun["flow"], "credential": credential});
        let (status, joined) = browser.fetch("POST", "/api/v1/join/passkey", &done).await;
        assert_eq!(status, 201, "{joined}");
        // The cookie came and goes back, `Secure` as it is.
        let (status, me) = browser.fetch("GET", "/api/v1/me", &json!(null)).await;
        assert_eq!((status, me["name"].as_str()), (200, Some("Ada First")), "{me}");
        // The same passkey opens the door with TLS.
        browser.open(&format!("https://localhost:{}/", world.address().port())).await;
        let (_, begun) = browser.fetch("POST", "/api/v1/sign-in/passkey/begin", &json!({})).await;
        let credential = browser.show(&begun["options"]).await;
        let shown = json!({"flow": begun["flow"], "credential": credential});
        let (status, body) = browser.fetch("POST", "/api/v1/sign-in/passkey", &shown).await;
        assert_eq!(status, 200, "{body}");
    });
}

#[test]
fn the_door_on_this_machine_answers_to_one_name_and_no_device() {
    block_on(async {
        let world = World::with(Backend::Sqlite, LOCAL).await;
        let client = world.client(world.tls(None));
        let url = format!("http://127.0.0.1:{}", port(&world));
        let ask = async |path: &str, host: &str| {
            let host = format!("{host}:{}", port(&world));
            client.get(format!("{url}{path}")).header("host", host).send().await.unwrap()
        };
        // A name that an attacker's DNS points here is another host (DNS rebinding).
        for host in ["127.0.0.1", "attacker.example", "devices.localhost"] {
            assert_eq!(ask("/api/v1/me", host).await.status(), 421, "{host}");
        }
        assert_eq!(ask("/v1/hello", "localhost").await.headers()["content-type"], "text/html; charset=utf-8");
        let answer = ask("/api/v1/me", "localhost").await;
        assert_eq!(answer.status(), 401);
        // Kept by the browser, it would close this door and every other program's of the name.
        assert!(!answer.headers().contains_key("strict-transport-security"));
        let elsewhere = client.post(format!("{url}/api/v1/sign-in/passkey/begin")).json(&json!({}));
        let elsewhere = elsewhere.header("host", format!("localhost:{}", port(&world)));
        let elsewhere = elsewhere.header("origin", "http://localhost:1").send().await.unwrap();
        assert_eq!(elsewhere.status(), 403);
    });
}

#[test]
fn programs_never_get_a_page_and_pages_may_run_nothing_foreign() {
    block_on(async {
        let world = World::new(Backend::Sqlite).await;
        let missing = world.call_as("", "GET", "/api/v1/nothing", None).await.expect(404);
        assert_eq!(missing.body["type"], "/problems/not-found");
        world.call_as("", "GET", "/assets/none.js", None).await.expect(404);
        world.call_as("", "POST", "/fleet", None).await.expect(405);
        let client = world.client(world.tls(None));
        let url = format!("https://localhost:{}/fleet", world.address().port());
        let page = client.get(url).send().await.unwrap();
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("require-trusted-types-for"),
            "{policy}"
        );
        assert_eq!(page.headers()["x-content-type-options"], "nosniff");
        assert!(page.text().await.unwrap().starts_with("<!doctype html>"));
    });
}
