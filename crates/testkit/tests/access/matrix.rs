//! Route × role × somebody else's object: every route of the contract stands in the table, with the action that it asks for.

use fieldkeep_domain::access::{Action, Role};
use fieldkeep_testkit::{Backend, World, readings};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Whose object a route touches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Of {
    /// A project's.
    Project,
    /// An organization's.
    Organization,
    /// The deployment's: no object of anybody.
    Deployment,
    /// Nobody's in particular: what is listed must not hold what is foreign.
    List,
    /// Of who asks, or of nobody yet: a session, a sign-in. A key has none; the tests of `account` look at these.
    Oneself,
}

type Row = (&'static str, &'static str, &'static str, Of, &'static str);

const SPAN: &str = "metric=temperature&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";
const BECAUSE: &str = r#"{"reason":"x"}"#;

/// Method, path with its query, action (none: it depends), whose object, body. `{name}` stands for the object's id.
const TABLE: &[Row] = &[
    ("GET", "/organizations", "organization.read", Of::List, ""),
    ("POST", "/organizations", "organization.create", Of::Deployment, r#"{"name":"x"}"#),
    ("GET", "/organizations/{organization}", "organization.read", Of::Organization, ""),
    ("GET", "/organizations/{organization}/projects", "project.read", Of::Organization, ""),
    ("POST", "/organizations/{organization}/projects", "project.write", Of::Organization, r#"{"name":"x"}"#),
    ("GET", "/organizations/{organization}/rules", "policy.read", Of::Organization, ""),
    ("PUT", "/organizations/{organization}/rules", "policy.write", Of::Organization, "{}"),
    ("GET", "/organizations/{organization}/roles", "policy.read", Of::Organization, ""),
    (
        "POST",
        "/organizations/{organization}/roles",
        "policy.write",
        Of::Organization,
        r#"{"name":"x","actions":["device.read"]}"#,
    ),
    ("GET", "/organizations/{organization}/guards", "policy.read", Of::Organization, ""),
    (
        "POST",
        "/organizations/{organization}/guards",
        "policy.write",
        Of::Organization,
        r#"{"name":"x","forbid":["device.read"]}"#,
    ),
    ("GET", "/organizations/{organization}/webhooks", "notify.read", Of::Organization, ""),
    (
        "POST",
        "/organizations/{organization}/webhooks",
        "notify.write",
        Of::Organization,
        r#"{"name":"x","url":"https://example.com/x"}"#,
    ),
    ("GET", "/organizations/{organization}/providers", "policy.read", Of::Organization, ""),
    (
        "POST",
        "/organizations/{organization}/providers",
        "policy.write",
        Of::Organization,
        r#"{"name":"x","issuer":"https://id.example.com","client_id":"x"}"#,
    ),
    ("POST", "/providers/{provider}/remove", "policy.write", Of::Organization, ""),
    ("POST", "/webhooks/{webhook}/remove", "notify.write", Of::Organization, ""),
    ("POST", "/webhooks/{webhook}/test", "notify.write", Of::Organization, ""),
    ("GET", "/outbox?state=waiting", "notify.read", Of::List, ""),
    ("POST", "/outbox/{letter}/retry", "notify.write", Of::Organization, ""),
    ("POST", "/roles/{role}/actions", "policy.write", Of::Organization, r#"{"actions":["device.read"]}"#),
    ("POST", "/roles/{role}/remove", "policy.write", Of::Organization, ""),
    ("POST", "/guards/{guard}/remove", "policy.write", Of::Organization, ""),
    ("GET", "/grants", "role.read", Of::List, ""),
    (
        "POST",
        "/grants",
        "role.grant",
        Of::Project,
        r#"{"person":"{person}","role":"custodian","project":"{project}"}"#,
    ),
    ("POST", "/grants/{grant}/revoke", "role.grant", Of::Project, BECAUSE),
    ("GET", "/approvals", "", Of::List, ""),
    ("POST", "/approvals/{approval}/agree", "", Of::Project, BECAUSE),
    ("POST", "/approvals/{approval}/refuse", "", Of::Project, BECAUSE),
    ("GET", "/glass", "glass.break", Of::List, ""),
    ("POST", "/glass", "glass.break", Of::Organization, r#"{"organization":"{organization}","reason":"x"}"#),
    ("POST", "/glass/{glass}/confirm", "glass.break", Of::Organization, ""),
    ("POST", "/glass/{glass}/end", "glass.end", Of::Organization, BECAUSE),
    ("GET", "/access/explain?principal=me&action=device.read&device={device}", "", Of::Project, ""),
    ("GET", "/access/rights?device={device}", "", Of::Project, ""),
    ("GET", "/projects/{project}", "project.read", Of::Project, ""),
    ("PUT", "/projects/{project}/settings", "project.write", Of::Project, "{}"),
    ("GET", "/projects/{project}/sites", "project.read", Of::Project, ""),
    ("POST", "/projects/{project}/sites", "project.write", Of::Project, r#"{"name":"x"}"#),
    ("GET", "/projects/{project}/groups", "project.read", Of::Project, ""),
    ("POST", "/projects/{project}/groups", "group.write", Of::Project, r#"{"name":"x"}"#),
    ("GET", "/projects/{project}/quarantine", "quarantine.read", Of::Project, ""),
    (
        "GET",
        "/projects/{project}/aggregate?metric=temperature&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&step_s=60",
        "telemetry.read",
        Of::Project,
        "",
    ),
    (
        "GET",
        "/projects/{project}/export?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
        "telemetry.export",
        Of::Project,
        "",
    ),
    ("GET", "/fleet/summary", "device.read", Of::List, ""),
    ("GET", "/events?project={project}", "project.read", Of::Project, ""),
    ("GET", "/quarantine/{held}", "quarantine.read", Of::Project, ""),
    ("POST", "/quarantine/{held}/release", "quarantine.release", Of::Project, BECAUSE),
    ("POST", "/quarantine/{held}/destroy", "quarantine.destroy", Of::Project, BECAUSE),
    ("POST", "/registry/imports", "registry.import", Of::Deployment, ""),
    ("GET", "/devices", "device.read", Of::List, ""),
    ("GET", "/devices/{device}", "device.read", Of::Project, ""),
    (
        "POST",
        "/devices/{device}/claim",
        "device.claim",
        Of::Organization,
        r#"{"organization":"{organization}"}"#,
    ),
    (
        "POST",
        "/devices/{device}/install",
        "device.install",
        Of::Project,
        r#"{"project":"{project}","site":"{site}"}"#,
    ),
    ("POST", "/devices/{device}/suspend", "device.suspend", Of::Project, BECAUSE),
    ("POST", "/devices/{device}/resume", "device.suspend", Of::Project, BECAUSE),
    ("POST", "/devices/{device}/revoke", "device.revoke", Of::Project, BECAUSE),
    ("POST", "/devices/{device}/retire", "device.revoke", Of::Project, BECAUSE),
    ("PUT", "/devices/{device}/group", "group.write", Of::Project, r#"{"group":"{group}"}"#),
    ("GET", "/devices/{device}/latest", "telemetry.read", Of::Project, ""),
    ("GET", "/devices/{device}/readings?{span}", "telemetry.read", Of::Project, ""),
    ("GET", "/devices/{device}/buckets?{span}", "telemetry.read", Of::Project, ""),
    ("GET", "/devices/{device}/metrics", "telemetry.read", Of::Project, ""),
    (
        "GET",
        "/devices/{device}/held-spans?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
        "quarantine.read",
        Of::Project,
        "",
    ),
    ("GET", "/devices/{device}/identity", "device.read", Of::Project, ""),
    ("GET", "/certificates", "device.read", Of::List, ""),
    ("GET", "/authorities", "organization.read", Of::List, ""),
    ("POST", "/projects/{project}/simulated", "device.install", Of::Project, r#"{"site":"{site}"}"#),
    ("GET", "/projects/{project}/dashboards", "project.read", Of::Project, ""),
    ("POST", "/projects/{project}/dashboards", "dashboard.write", Of::Project, r#"{"name":"x","tiles":[]}"#),
    ("GET", "/dashboards/{dashboard}", "project.read", Of::Project, ""),
    (
        "PUT",
        "/dashboards/{dashboard}",
        "dashboard.write",
        Of::Project,
        r#"{"name":"x","tiles":[],"version":1}"#,
    ),
    ("GET", "/dashboards/{dashboard}/versions", "project.read", Of::Project, ""),
    ("POST", "/dashboards/{dashboard}/remove", "dashboard.write", Of::Project, ""),
    // Each device of a job is asked about when its turn comes.
    ("POST", "/jobs", "", Of::Deployment, ""),
    ("GET", "/jobs", "", Of::List, ""),
    ("GET", "/jobs/{job}", "", Of::Organization, ""),
    ("GET", "/jobs/{job}/failures", "", Of::Organization, ""),
    ("POST", "/jobs/{job}/stop", "", Of::Organization, ""),
    ("POST", "/jobs/{job}/retry", "", Of::Organization, ""),
    ("GET", "/acts", "record.read", Of::List, ""),
    ("GET", "/health", "health.read", Of::Deployment, ""),
    // Counts of what the lists beside it would show.
    ("GET", "/setup", "", Of::List, ""),
    ("GET", "/registry/makers", "registry.read", Of::Deployment, ""),
    ("GET", "/registry/orders", "registry.read", Of::Deployment, ""),
    ("GET", "/keys", "key.read", Of::List, ""),
    ("POST", "/keys", "key.write", Of::Project, r#"{"name":"x","role":"viewer","project":"{project}"}"#),
    ("POST", "/keys/{key}/rotate", "key.write", Of::Project, ""),
    ("POST", "/keys/{key}/revoke", "key.write", Of::Project, BECAUSE),
    ("GET", "/service-accounts", "key.read", Of::List, ""),
    (
        "POST",
        "/service-accounts",
        "key.write",
        Of::Organization,
        r#"{"name":"x","organization":"{organization}"}"#,
    ),
    ("POST", "/service-accounts/{account}/disable", "key.write", Of::Organization, BECAUSE),
    ("POST", "/service-accounts/{account}/enable", "key.write", Of::Organization, BECAUSE),
    ("POST", "/organizations/{organization}/disable", "organization.disable", Of::Organization, BECAUSE),
    ("POST", "/organizations/{organization}/enable", "organization.disable", Of::Organization, BECAUSE),
    ("GET", "/people", "person.read", Of::List, ""),
    ("GET", "/people/{person}", "person.read", Of::Organization, ""),
    ("GET", "/people/{person}/sign-ins", "person.read", Of::Organization, ""),
    ("POST", "/people/{person}/disable", "person.disable", Of::Organization, BECAUSE),
    ("POST", "/people/{person}/enable", "person.disable", Of::Organization, BECAUSE),
    ("POST", "/people/{person}/reset", "person.reset", Of::Organization, BECAUSE),
    (
        "POST",
        "/people/{person}/remove-factor",
        "person.reset",
        Of::Organization,
        r#"{"factor":"totp","reason":"x"}"#,
    ),
    ("GET", "/invitations", "person.read", Of::List, ""),
    (
        "POST",
        "/invitations",
        "person.invite",
        Of::Organization,
        r#"{"address":"x@example.com","organization":"{organization}","roles":[]}"#,
    ),
    ("POST", "/invitations/{invitation}/revoke", "person.invite", Of::Organization, ""),
    ("GET", "/me", "", Of::Oneself, ""),
    ("PUT", "/me", "", Of::Oneself, ""),
    ("GET", "/me/sessions", "", Of::Oneself, ""),
    ("GET", "/me/sign-ins", "", Of::Oneself, ""),
    ("POST", "/join", "", Of::Oneself, ""),
    ("POST", "/join/confirm", "", Of::Oneself, ""),
    ("POST", "/join/oidc/begin", "", Of::Oneself, ""),
    ("POST", "/join/passkey", "", Of::Oneself, ""),
    ("POST", "/join/passkey/begin", "", Of::Oneself, ""),
    ("POST", "/join/password", "", Of::Oneself, ""),
    ("POST", "/me/addresses", "", Of::Oneself, ""),
    ("POST", "/me/addresses/begin", "", Of::Oneself, ""),
    ("POST", "/me/identities/begin", "", Of::Oneself, ""),
    ("POST", "/me/identities/{identity}/remove", "", Of::Oneself, ""),
    ("POST", "/me/invitations", "", Of::Oneself, ""),
    ("POST", "/me/passkeys", "", Of::Oneself, ""),
    ("POST", "/me/passkeys/begin", "", Of::Oneself, ""),
    ("POST", "/me/passkeys/{passkey}/remove", "", Of::Oneself, ""),
    ("POST", "/me/password", "", Of::Oneself, ""),
    ("POST", "/me/recovery-codes", "", Of::Oneself, ""),
    ("POST", "/me/sessions/end-all", "", Of::Oneself, ""),
    ("POST", "/me/sessions/{session}/end", "", Of::Oneself, ""),
    ("POST", "/me/totp", "", Of::Oneself, ""),
    ("POST", "/me/totp/begin", "", Of::Oneself, ""),
    ("POST", "/sign-in/code", "", Of::Oneself, ""),
    ("POST", "/sign-in/oidc/{provider}/begin", "", Of::Oneself, ""),
    ("POST", "/sign-in/passkey", "", Of::Oneself, ""),
    ("POST", "/sign-in/passkey/begin", "", Of::Oneself, ""),
    ("POST", "/sign-in/password", "", Of::Oneself, ""),
    ("POST", "/sign-in/send", "", Of::Oneself, ""),
    ("POST", "/sign-out", "", Of::Oneself, ""),
    ("POST", "/step-up/code", "", Of::Oneself, ""),
    ("POST", "/step-up/code/begin", "", Of::Oneself, ""),
    ("POST", "/step-up/oidc/begin", "", Of::Oneself, ""),
    ("POST", "/step-up/passkey", "", Of::Oneself, ""),
    ("POST", "/step-up/passkey/begin", "", Of::Oneself, ""),
];

const UNKNOWN: &str = "0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e";

type Objects = BTreeMap<&'static str, String>;

fn filled(template: &str, objects: &Objects) -> String {
    let with_span = template.replace("{span}", SPAN);
    objects.iter().fold(with_span, |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
}

async fn send(world: &World, key: &str, row: &Row, objects: &Objects) -> fieldkeep_testkit::Reply {
    let (method, path, _, _, body) = row;
    let body: Value = serde_json::from_str(&filled(body, objects)).unwrap_or(Value::Null);
    let body = (*method != "GET").then_some(if body.is_null() { json!({}) } else { body });
    world.call_as(key, method, &format!("/api/v1{}", filled(path, objects)), body.as_ref()).await
}

/// Routes of the contract that the table does not have, and the other way round.
fn check_coverage() {
    let contract = serde_json::to_value(fieldkeep_server::http::openapi()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|name| *name != "parameters") {
            routes.insert((method.to_uppercase(), path.trim_start_matches("/api/v1").to_owned()));
        }
    }
    let bare = |path: &str| path.split('?').next().unwrap().to_owned();
    let table: BTreeSet<_> = TABLE.iter().map(|row| (row.0.to_owned(), bare(row.1))).collect();
    let missing: Vec<_> = routes.difference(&table).collect();
    let stale: Vec<_> = table.difference(&routes).collect();
    assert!(missing.is_empty(), "give these routes an action and a kind of object in the table: {missing:?}");
    assert!(stale.is_empty(), "not in the contract: {stale:?}");
}

/// One object of each kind, all of one company and project, and a neighbour's project and another company.
async fn objects(world: &World) -> (Objects, fieldkeep_testkit::world::Place) {
    let (place, _, mut devices) = world.with_devices(1).await;
    devices[0].measure(world, readings("temperature", Some("Cel"), world.now(), &[99.0])).await.expect(202);
    let (organization, project) = (place.organization, place.project);
    let of = format!("/api/v1/organizations/{organization}");
    let id = |reply: fieldkeep_testkit::Reply| {
        reply.body.get("id").unwrap_or(&reply.body["role"]).as_str().unwrap().to_owned()
    };
    let held = world.call("GET", &format!("/api/v1/projects/{project}/quarantine"), None).await;
    let post = |path: String, body: Value| async move { id(world.post(&path, body).await.expect(201)) };
    let hook = json!({"name": "x", "url": "https://hooks.example.com/x"});
    let webhook = post(format!("{of}/webhooks"), hook).await;
    let letter = id(world.post(&format!("/api/v1/webhooks/{webhook}/test"), json!({})).await.expect(202));
    let role = post(format!("{of}/roles"), json!({"name": "x", "actions": ["device.read"]})).await;
    let mut out = Objects::new();
    let person = crate::people::person(world, Some(organization)).await;
    let grant = json!({"person": person, "role": "viewer", "project": project});
    out.insert("grant", post("/api/v1/grants".into(), grant).await);
    let (one, _) = crate::people::custodians(world, organization).await;
    let reason = json!({"organization": organization, "reason": "x"});
    out.insert("glass", crate::people::open_glass(world, &one, organization, &reason).await);
    let group = post(format!("/api/v1/projects/{project}/groups"), json!({"name": "x"})).await;
    let key = json!({"name": "x", "role": "viewer", "project": project});
    let guard = json!({"name": "x", "forbid": ["telemetry.export"]});
    let account = json!({"name": "x", "organization": organization});
    let provider = json!({"name": "x", "issuer": "https://id.example.com", "client_id": "x"});
    out.insert("provider", post(format!("{of}/providers"), provider).await);
    out.insert("guard", post(format!("{of}/guards"), guard).await);
    out.insert("key", post("/api/v1/keys".into(), key).await);
    out.insert("account", post("/api/v1/service-accounts".into(), account).await);
    let invitation = json!({"address": "x@example.com", "organization": organization, "roles": []});
    let made = world.post("/api/v1/invitations", invitation).await.expect(201);
    let made = made.body.get("invitation").unwrap_or(&made.body)["id"].clone();
    out.insert("invitation", made.as_str().unwrap().to_owned());
    let dashboard = json!({"name": "x", "tiles": []});
    out.insert("dashboard", post(format!("/api/v1/projects/{project}/dashboards"), dashboard).await);
    let job = json!({"kind": "resume", "devices": [devices[0].id], "reason": "x"});
    out.insert("job", id(world.post("/api/v1/jobs", job).await.expect(202)));
    let rules = json!({"two_people": ["device.suspend"]});
    world.call("PUT", &format!("{of}/rules"), Some(&rules)).await.expect(200);
    let suspend = format!("/api/v1/devices/{}/suspend", devices[0].id);
    let asked = world.post(&suspend, json!({"reason": "x"})).await.expect(403);
    out.insert("approval", asked.body["approval"].as_str().unwrap().to_owned());
    for (name, id) in [
        ("organization", organization.to_string()),
        ("project", project.to_string()),
        ("site", place.site.to_string()),
        ("device", devices[0].id.to_string()),
        ("held", held.body["items"][0]["id"].as_str().unwrap().to_owned()),
        ("person", person.to_string()),
        ("webhook", webhook),
        ("letter", letter),
        ("role", role),
        ("group", group),
    ] {
        out.insert(name, id);
    }
    (out, place)
}

pub async fn every_route_hides_foreign_objects_from_every_role(backend: Backend) {
    check_coverage();
    let world = World::new(backend).await;
    let (objects, place) = objects(&world).await;
    let other = world.organization("Other").await;
    world.place(other.id).await;
    let neighbour = world.place(place.organization).await;
    let unknown: Objects = objects.keys().map(|name| (*name, UNKNOWN.to_owned())).collect();
    let of_project = ["project", "site", "device", "held", "grant", "group", "key", "approval"];
    for role in Role::ALL {
        let near = world.key(role.name(), Some(&neighbour)).await;
        let far = key_over(&world, *role, other.id).await;
        for row in TABLE {
            for (key, is_far) in [(&near, false), (&far, true)] {
                let what = format!("{} {} as {role}, far: {is_far}", row.0, row.1);
                let foreign = match row.3 {
                    Of::Oneself => false,
                    Of::Project => true,
                    Of::Organization => is_far,
                    // Lists show what is one's own.
                    Of::List => {
                        let reply = send(&world, key, row, &objects).await;
                        assert!(matches!(reply.status, 200 | 403), "{what}: {}", reply.text);
                        let names: Vec<_> =
                            if is_far { objects.keys().collect() } else { of_project.iter().collect() };
                        for name in names {
                            assert!(!reply.text.contains(&objects[name]), "{what} shows {name}");
                        }
                        continue;
                    }
                    Of::Deployment => {
                        let status = send(&world, key, row, &objects).await.status;
                        assert!(matches!(status, 400 | 403), "{what}: {status}");
                        continue;
                    }
                };
                if !foreign {
                    continue;
                }
                let reply = send(&world, key, row, &objects).await;
                assert_eq!(reply.status, 404, "{what}: {}", reply.text);
                let nothing = send(&world, key, row, &unknown).await;
                assert_eq!(
                    (nothing.status, &nothing.body["detail"]),
                    (404, &reply.body["detail"]),
                    "{what}: the two must look the same"
                );
            }
        }
    }
    actions_are_those_of_the_table(&world, &objects, &place).await;
}

async fn key_over(world: &World, role: Role, organization: fieldkeep_domain::OrganizationId) -> String {
    let rights = world.rights_of(role.name());
    let body = json!({"name": "x", "role": role, "rights": rights, "organization": organization});
    let reply = world.post("/api/v1/keys", body).await.expect(201);
    reply.body["secret"].as_str().unwrap().to_owned()
}

/// Somebody inside whose role has not the action is told which one is missing.
async fn actions_are_those_of_the_table(
    world: &World,
    objects: &Objects,
    place: &fieldkeep_testkit::world::Place,
) {
    let app = &world.running.as_ref().unwrap().app;
    let matrix = app.policies.engine.matrix();
    let mut keys = BTreeMap::new();
    for role in [Role::Custodian, Role::SalesRep, Role::ProgramReader] {
        keys.insert(role, key_over(world, role, place.organization).await);
    }
    for row in TABLE.iter().filter(|row| !row.2.is_empty() && row.1 != "/registry/imports") {
        let action = Action::parse(row.2).unwrap_or_else(|| panic!("{row:?}"));
        let Some((_, key)) = keys.iter().find(|(role, _)| !matrix.allows(**role, action)) else { continue };
        let reply = send(world, key, row, objects).await;
        assert_eq!(reply.status, 403, "{} {}: {}", row.0, row.1, reply.text);
        assert_eq!(reply.body["action"], row.2, "{} {}: {}", row.0, row.1, reply.text);
        for id in objects.values() {
            assert!(!reply.text.contains(id.as_str()), "a refusal names the action, never the object");
        }
    }
}
