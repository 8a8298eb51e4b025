//! The programs' API: every route denied without credentials, objects of others are 404, limits are honest.
//! On both databases.

use fieldkeep_testkit::{Backend, World, both_databases, readings};
use fieldkeep_wire::json::format_time;
use futures_util::future::join_all;
use serde_json::{Value, json};

both_databases!(
    every_route_is_denied_without_credentials,
    objects_of_other_projects_do_not_exist,
    roles_allow_what_the_table_says,
    lists_are_paged,
    keys_are_rotated_and_revoked,
    bad_requests_are_problem_documents,
    no_route_breaks_under_bad_bodies,
);

/// Every (method, path) of the contract, path parameters filled with an id that could exist.
fn routes() -> Vec<(String, String)> {
    templates().into_iter().map(|(method, path, _)| (method, path)).collect()
}

/// The same with the path as the contract has it.
fn templates() -> Vec<(String, String, String)> {
    let contract = serde_json::to_value(fieldkeep_server::http::openapi()).unwrap();
    let id = "0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e";
    let mut out = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        let filled: String = path
            .split('/')
            .map(|part| if part.starts_with('{') { id } else { part })
            .collect::<Vec<_>>()
            .join("/");
        for method in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| ["get", "put", "post", "delete", "patch"].contains(&&name[..]))
        {
            out.push((method.to_uppercase(), filled.clone(), path.clone()));
        }
    }
    assert!(out.len() >= 27, "{}", out.len());
    out
}

/// Where people who are not signed in begin: each asks for a proof of its own.
fn is_for_strangers(path: &str) -> bool {
    path.starts_with("/api/v1/sign-in/") || path == "/api/v1/join" || path.starts_with("/api/v1/join/")
}

async fn every_route_is_denied_without_credentials(backend: Backend) {
    let world = World::new(backend).await;
    let stale = world.key("viewer", None).await;
    let id = world.call("GET", "/api/v1/keys?limit=500", None).await.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["role"] == "viewer")
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    world.post(&format!("/api/v1/keys/{id}/revoke"), json!({"reason": "x"})).await.expect(204);
    for (method, path) in routes() {
        for key in ["", "nonsense", "fk_svc_x_y_z", &stale] {
            let reply = world.call_as(key, &method, &path, Some(&json!({"nonsense": true}))).await;
            if is_for_strangers(&path) {
                // Nothing but the beginning of a passkey sign-in, which knows nobody and changes nothing.
                let begins = path.ends_with("/sign-in/passkey/begin") && reply.status == 200;
                // A provider that does not exist; no body is read before that is known.
                let unknown = path.starts_with("/api/v1/sign-in/oidc/") && reply.status == 404;
                assert!(begins || unknown || reply.status == 400, "{method} {path}: {}", reply.text);
                continue;
            }
            assert_eq!(reply.status, 401, "{method} {path} with `{key:.8}`: {}", reply.text);
            assert!(reply.body["request_id"].is_string());
        }
    }
}

async fn objects_of_other_projects_do_not_exist(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    devices[0].measure(&world, readings("temperature", Some("Cel"), world.now(), &[99.0])).await.expect(202);
    let held = world.call("GET", &format!("/api/v1/projects/{}/quarantine", place.project), None).await;
    let held = held.body["items"][0]["id"].as_str().unwrap().to_owned();
    let other = world.organization("Other").await;
    let elsewhere = world.place(other.id).await;
    let neighbour = world.place(place.organization).await;
    let span = "metric=temperature&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";
    let paths = [
        format!("/api/v1/devices/{}", devices[0].id),
        format!("/api/v1/devices/{}/latest", devices[0].id),
        format!("/api/v1/devices/{}/readings?{span}", devices[0].id),
        format!("/api/v1/devices/{}/buckets?{span}", devices[0].id),
        format!("/api/v1/projects/{}", place.project),
        format!("/api/v1/projects/{}/sites", place.project),
        format!("/api/v1/projects/{}/aggregate?{span}&step_s=60", place.project),
        format!("/api/v1/projects/{}/quarantine", place.project),
        format!("/api/v1/quarantine/{held}"),
    ];
    for stranger in [&elsewhere, &neighbour] {
        for role in ["viewer", "operator", "installer", "security", "administrator"] {
            let key = world.key(role, Some(stranger)).await;
            for path in &paths {
                let reply = world.call_as(&key, "GET", path, None).await.expect(404);
                let unknown = path
                    .replace(&devices[0].id.to_string(), "0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e")
                    .replace(&place.project.to_string(), "0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e")
                    .replace(&held, "0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e");
                let nothing = world.call_as(&key, "GET", &unknown, None).await.expect(404);
                assert_eq!(
                    reply.body["detail"], nothing.body["detail"],
                    "{path}: the two must look the same"
                );
            }
            let list = world.call_as(&key, "GET", "/api/v1/devices", None).await;
            assert!(list.status == 403 || list.body["items"] == json!([]), "{}", list.text);
            for (what, body) in [
                (format!("/api/v1/devices/{}/revoke", devices[0].id), json!({"reason": "x"})),
                (
                    format!("/api/v1/devices/{}/install", devices[0].id),
                    json!({"project": place.project, "site": place.site}),
                ),
                (format!("/api/v1/quarantine/{held}/destroy"), json!({"reason": "x"})),
                (format!("/api/v1/projects/{}/sites", place.project), json!({"name": "x"})),
                ("/api/v1/keys".to_owned(), json!({"name": "x", "role": "viewer", "project": place.project})),
            ] {
                world.call_as(&key, "POST", &what, Some(&body)).await.expect(404);
            }
        }
    }
}

async fn roles_allow_what_the_table_says(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, devices) = world.with_devices(1).await;
    let latest = format!("/api/v1/devices/{}/latest", devices[0].id);
    for (role, reads) in
        [("viewer", 200), ("operator", 200), ("installer", 403), ("administrator", 403), ("security", 403)]
    {
        let key = world.key(role, Some(&place)).await;
        let reply = world.call_as(&key, "GET", &latest, None).await.expect(reads);
        if reads == 403 {
            assert_eq!(reply.body["action"], "telemetry.read");
        }
        let site = world
            .call_as(
                &key,
                "POST",
                &format!("/api/v1/projects/{}/sites", place.project),
                Some(&json!({"name": "x"})),
            )
            .await;
        assert_eq!(site.status == 201, matches!(role, "operator" | "administrator"), "{role}: {}", site.text);
        // A key of one project makes no organizations.
        let made = world.call_as(&key, "POST", "/api/v1/organizations", Some(&json!({"name": "x"}))).await;
        assert_eq!(made.expect(403).body["action"], "organization.create");
    }
}

async fn lists_are_paged(backend: Backend) {
    let world = World::new(backend).await;
    for n in 0..7 {
        world.organization(&format!("Company {n}")).await;
    }
    let mut found = std::collections::BTreeSet::new();
    let mut path = "/api/v1/organizations?limit=3".to_owned();
    for page in 0.. {
        let body = world.call("GET", &path, None).await.expect(200).body;
        let items = body["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        found.extend(items.iter().map(|one| one["name"].as_str().unwrap().to_owned()));
        match body["next"].as_str() {
            Some(next) => path = format!("/api/v1/organizations?limit=3&after={next}"),
            None => {
                assert_eq!(page, 2);
                break;
            }
        }
    }
    assert_eq!(found.len(), 7);
    for bad in ["limit=0", "limit=501", "after=x", "limit=x", "unknown=1"] {
        world.call("GET", &format!("/api/v1/organizations?{bad}"), None).await.expect(400);
    }
}

async fn keys_are_rotated_and_revoked(backend: Backend) {
    let world = World::new(backend).await;
    let until = format_time(world.now().plus_secs(3_600));
    let made = world
        .post("/api/v1/keys", json!({"name": "dashboard", "role": "viewer", "expires_at": until}))
        .await
        .expect(201);
    let secret = |reply: &Value| reply["secret"].as_str().unwrap().to_owned();
    let old = secret(&made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let new = secret(&world.post(&format!("/api/v1/keys/{id}/rotate"), json!({})).await.expect(201).body);
    for key in [&old, &new] {
        world.call_as(key, "GET", "/api/v1/organizations", None).await.expect(200);
    }
    world.post(&format!("/api/v1/keys/{id}/revoke"), json!({"reason": "rotated"})).await.expect(204);
    world.call_as(&old, "GET", "/api/v1/organizations", None).await.expect(401);
    world.call_as(&new, "GET", "/api/v1/organizations", None).await.expect(200);
    let listed = world.call("GET", "/api/v1/keys", None).await.expect(200);
    assert!(!listed.text.contains("fk_svc_"));
    assert!(listed.body["items"].as_array().unwrap().iter().any(|key| key["used_at"].is_string()));
    world.clock.shift_secs(3_601);
    world.call_as(&new, "GET", "/api/v1/organizations", None).await.expect(401);
}

async fn bad_requests_are_problem_documents(backend: Backend) {
    let world = World::new(backend).await;
    let deep = json!((0..100).fold(json!(1), |inner, _| json!([inner])));
    for (path, body, status) in [
        ("/api/v1/organizations", json!({}), 400),
        ("/api/v1/organizations", json!({"name": ""}), 400),
        ("/api/v1/organizations", json!({"name": "a\u{7}"}), 400),
        ("/api/v1/organizations", json!({"name": "x".repeat(121)}), 400),
        ("/api/v1/organizations", json!({"name": "x", "other": 1}), 400),
        ("/api/v1/organizations", json!({"name": 7}), 400),
        ("/api/v1/organizations", deep, 400),
        ("/api/v1/organizations", json!({"name": "x".repeat(2_000_000)}), 413),
        ("/api/v1/keys", json!({"name": "x", "role": "root"}), 400),
        ("/api/v1/nowhere", json!({}), 404),
        ("/api/v1/openapi.json", json!({}), 405),
    ] {
        let reply = world.post(path, body).await.expect(status);
        assert_eq!(reply.body["status"], status);
        assert!(reply.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
        assert!(reply.body["request_id"].is_string());
    }
    let contract = world.call_as("", "GET", "/api/v1/openapi.json", None).await.expect(200);
    assert!(contract.body["openapi"].as_str().unwrap().starts_with("3.1"));
    // A flood of one key is told which limit it met, and when to come back; another key goes on.
    let flooder = world.key("viewer", None).await;
    let mut limited = None;
    for _ in 0..250 {
        // Many at once: one after another they would be slower than the limit on a machine that has much to do.
        let wave = (0..16).map(|_| world.call_as(&flooder, "GET", "/api/v1/organizations?limit=0", None));
        limited = join_all(wave).await.into_iter().find(|reply| reply.status == 429);
        if limited.is_some() {
            break;
        }
    }
    let limited = limited.expect("a flood is limited");
    assert!(limited.retry_after.is_some() && limited.body["limit"] == "requests-per-caller");
    world.call("GET", "/api/v1/organizations", None).await.expect(200);
}

/// Every route that takes a body, by somebody who may: refused as the caller's fault, never as ours.
async fn no_route_breaks_under_bad_bodies(backend: Backend) {
    let world = World::new(backend).await;
    let client = world.client(world.tls(None));
    let contract = serde_json::to_value(fieldkeep_server::http::openapi()).unwrap();
    let deep = "[".repeat(50_000);
    let bodies: [(&str, &[u8]); 10] = [
        ("application/json", b""),
        ("application/json", b"{"),
        ("application/json", b"null"),
        ("application/json", b"[]"),
        ("application/json", b"{\"a\":1}"),
        ("application/json", b"\xff\xfe"),
        ("application/json", b"{\"name\":1e999}"),
        ("application/json", deep.as_bytes()),
        ("text/plain", b"{}"),
        ("", b"{}"),
    ];
    // A person may use every route that takes a body; those of strangers need nobody.
    let owner = world.person("owner@example.com", None, json!([{"role": "owner"}])).await;
    let cookie = format!("__Host-fieldkeep={}", owner.browser.cookies["__Host-fieldkeep"]);
    let with_body =
        |method: &str, path: &str| contract["paths"][path][method.to_lowercase()]["requestBody"].is_object();
    for (method, path, _) in
        templates().into_iter().filter(|(method, _, template)| with_body(method, template))
    {
        for (kind, body) in &bodies {
            let url = format!("{}{path}", owner.browser.origin);
            let mut request = client
                .request(method.parse().unwrap(), url)
                .header("cookie", &cookie)
                .header("origin", &owner.browser.origin)
                .body(body.to_vec());
            if !kind.is_empty() {
                request = request.header("content-type", *kind);
            }
            let status = request.send().await.unwrap().status().as_u16();
            assert!(
                matches!(status, 400 | 404 | 413 | 415 | 429),
                "{method} {path} with {kind} {:.20?}: {status}",
                body
            );
        }
    }
}
