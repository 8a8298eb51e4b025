//! Ways around a rule, and acts that would change nothing: a guard rail that shuts its operator out, a role that grows under
//! whoever holds it, sessions that outlive stricter rules, codes that nothing can send.

use crate::{refused, token};
use fieldkeep_testkit::person::Browser;
use fieldkeep_testkit::{Backend, World};
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};

pub(crate) fn over(role: &str, organization: &str) -> Value {
    json!([{"role": role, "organization": organization}])
}

fn why() -> Value {
    json!({"reason": "x"})
}

pub async fn no_guard_rail_shuts_the_operator_out(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let mut admin = world.person("admin@ours.example", Some(&ours), over("administrator", &ours)).await;
    let guards = format!("/api/v1/organizations/{ours}/guards");
    let locks = "forbid (principal is Fieldkeep::Program, action, resource);";
    for name in ["one", "two"] {
        let new = json!({"name": name, "cedar": locks});
        admin.browser.post(&guards, new).await.expect(201);
    }
    // It holds, but not against seeing and lifting it.
    let made = json!({"name": "x", "role": "viewer", "organization": ours});
    world.post("/api/v1/keys", made).await.expect(403);
    let all = world.call("GET", "/api/v1/organizations", None).await.expect(200).body;
    assert!(all["items"].as_array().unwrap().iter().any(|one| one["id"] == ours.as_str()), "{all}");
    let found = world.call("GET", &guards, None).await.expect(200).body;
    for guard in found["items"].as_array().unwrap() {
        let path = format!("/api/v1/guards/{}/remove", guard["id"].as_str().unwrap());
        world.post(&path, json!({})).await.expect(204);
    }
    // A program of the organization's own is bound by one.
    let key = json!({"name": "x", "role": "administrator", "organization": ours, "rights": ["policy.write"]});
    let key = world.post("/api/v1/keys", key).await.expect(201).body["secret"].as_str().unwrap().to_owned();
    admin.browser.post(&guards, json!({"name": "three", "cedar": locks})).await.expect(201);
    world.call_as(&key, "GET", &guards, None).await.expect(403);
}

pub async fn a_role_does_not_grow_past_two_people(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let mut admin = world.person("admin@ours.example", Some(&ours), over("administrator", &ours)).await;
    let other = world.person("other@ours.example", Some(&ours), json!([])).await;
    let roles = format!("/api/v1/organizations/{ours}/roles");
    let new = json!({"name": "Night shift", "actions": ["device.read"]});
    let role = admin.browser.post(&roles, new).await.expect(201).body["role"].as_str().unwrap().to_owned();
    let grant = json!({"person": other.id, "role": role, "organization": ours});
    admin.browser.post("/api/v1/grants", grant.clone()).await.expect(201);
    // What somebody holds already is not given again.
    refused(&admin.browser.post("/api/v1/grants", grant).await, 409, "conflict", "already");
    let path = format!("/api/v1/organizations/{ours}/rules");
    let mut rules = world.call("GET", &path, None).await.expect(200).body;
    rules["two_people"] = json!(["role.grant"]);
    admin.browser.call("PUT", &path, Some(&rules)).await.expect(200);
    let change = format!("/api/v1/roles/{role}/actions");
    let wider = json!({"actions": ["device.read", "person.reset"]});
    let reply = admin.browser.post(&change, wider).await.expect(403);
    assert_eq!(
        (&reply.body["needs"], &reply.body["action"]),
        (&json!("second-person"), &json!("role.grant"))
    );
    // Nobody is asked to agree to what could not be.
    rules["sign_in"]["password_chars_min"] = json!(4);
    admin.browser.call("PUT", &path, Some(&rules)).await.expect(400);
}

pub async fn stricter_rules_reach_sessions_that_are_open(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let mut admin = world.person("admin@ours.example", Some(&ours), over("administrator", &ours)).await;
    let mut other = world.person("other@ours.example", Some(&ours), over("viewer", &ours)).await;
    let path = format!("/api/v1/organizations/{ours}/rules");
    let mut rules = world.call("GET", &path, None).await.expect(200).body;
    (rules["sign_in"]["idle_s_max"], rules["sign_in"]["session_s_max"]) = (json!(60), json!(600));
    admin.browser.call("PUT", &path, Some(&rules)).await.expect(200);
    // Who works is not thrown out by the pause.
    for _ in 0..8 {
        world.clock.shift_secs(30);
        other.browser.get("/api/v1/me").await.expect(200);
    }
    // Who pauses is, and so is whoever has been here for too long.
    admin.browser.get("/api/v1/me").await.expect(401);
    for _ in 0..11 {
        world.clock.shift_secs(30);
        other.browser.get("/api/v1/me").await;
    }
    world.clock.shift_secs(40);
    other.browser.get("/api/v1/me").await.expect(401);
}

pub async fn no_code_is_promised_that_nothing_can_send(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let link = world.invite("new@ours.example", Some(&ours), json!([])).await;
    let mut browser = Browser::new(&world);
    let opened = browser.post("/api/v1/join", json!({"token": token(&link)})).await.expect(200).body;
    for (factor, phone) in [("mail", Value::Null), ("sms", json!("+420601123456"))] {
        let wish = json!({"flow": opened["flow"], "name": "New Person", "password": "velvet-anchor-mosaic-77",
            "factor": factor, "phone": phone});
        let reply = browser.post("/api/v1/join/password", wish).await;
        refused(&reply, 409, "conflict", "no code would come");
    }
    let mut person = world.person("it@ours.example", Some(&ours), over("viewer", &ours)).await;
    let reply = person.browser.post("/api/v1/me/addresses/begin", json!({"to": "it@ours.example"})).await;
    refused(&reply, 409, "conflict", "no code would come");
}

pub async fn what_changes_nothing_is_refused(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let person = world.person("it@ours.example", Some(&ours), over("viewer", &ours)).await;
    let factor = json!({"factor": "totp", "reason": "x"});
    let path = format!("/api/v1/people/{}/remove-factor", person.id);
    refused(&world.post(&path, factor).await, 409, "conflict", "no such factor");
    let enable = format!("/api/v1/organizations/{ours}/enable");
    refused(&world.post(&enable, why()).await, 409, "conflict", "not shut out");
    let account = json!({"name": "x", "organization": ours});
    let account = world.post("/api/v1/service-accounts", account).await.expect(201).body;
    let disable = format!("/api/v1/service-accounts/{}/disable", account["id"].as_str().unwrap());
    world.post(&disable, why()).await.expect(204);
    refused(&world.post(&disable, why()).await, 409, "conflict", "shut out already");
    // Whom an organization's people hold nothing over is not there.
    let mut admin = world.person("admin@ours.example", Some(&ours), over("administrator", &ours)).await;
    let owner = world.person("owner@host.example", None, json!([{"role": "owner"}])).await;
    admin.browser.get(&format!("/api/v1/people/{}", owner.id)).await.expect(404);
}

pub async fn a_successor_may_last_longer(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let (soon, late) = (world.now().plus_secs(3_600), world.now().plus_secs(86_400));
    let key = json!({"name": "x", "role": "viewer", "organization": ours, "expires_at": format_time(soon)});
    let key = world.post("/api/v1/keys", key).await.expect(201).body;
    let rotate = format!("/api/v1/keys/{}/rotate", key["id"].as_str().unwrap());
    let next = world.post(&format!("{rotate}?expires_at={}", format_time(late)), json!({})).await.expect(201);
    assert_eq!(next.body["expires_at"], format_time(late).as_str());
    let same = world.post(&rotate, json!({})).await.expect(201);
    assert_eq!(same.body["expires_at"], format_time(soon).as_str());
    for bad in ["expires_at=2020-01-01T00:00:00Z", "expires_at=soon", "until=never"] {
        world.post(&format!("{rotate}?{bad}"), json!({})).await.expect(400);
    }
}

pub async fn an_owner_is_no_custodian(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let mut owner = world.person("owner@ours.example", Some(&ours), over("owner", &ours)).await;
    let mut one = world.person("one@ours.example", Some(&ours), over("custodian", &ours)).await;
    let reason = json!({"organization": ours, "reason": "the owners are out of reach"});
    refused(&owner.browser.post("/api/v1/glass", reason.clone()).await, 403, "forbidden", "`glass.break`");
    let glass = one.browser.post("/api/v1/glass", reason).await.expect(201).body;
    let confirm = format!("/api/v1/glass/{}/confirm", glass["id"].as_str().unwrap());
    refused(&owner.browser.post(&confirm, json!({})).await, 403, "forbidden", "`glass.break`");
    let why = format!("/api/v1/access/explain?principal=me&action=glass.break&organization={ours}");
    let why = owner.browser.get(&why).await.expect(200).body;
    assert_eq!((&why["allowed"], &why["decision"]), (&json!(false), &json!("no-role")), "{why}");
}

pub async fn a_group_is_enough_for_what_lies_below_it(backend: Backend) {
    let world = World::new(backend).await;
    let owner = world.organization("Ours").await;
    let place = world.place(owner.id).await;
    let groups = format!("/api/v1/projects/{}/groups", place.project);
    let group = world.post(&groups, json!({"name": "hall"})).await.expect(201).body["id"].clone();
    let key = json!({"name": "x", "role": "engineer", "group": group});
    let key = world.post("/api/v1/keys", key).await.expect(201).body["secret"].as_str().unwrap().to_owned();
    let below = json!({"name": "rack", "parent": group});
    world.call_as(&key, "POST", &groups, Some(&below)).await.expect(201);
    world.call_as(&key, "POST", &groups, Some(&json!({"name": "beside"}))).await.expect(403);
    // A group of another project is no way into this one.
    let other = world.place(owner.id).await;
    let elsewhere = format!("/api/v1/projects/{}/groups", other.project);
    let reply = world.call_as(&key, "POST", &elsewhere, Some(&below)).await;
    assert!([400, 404].contains(&reply.status), "{}", reply.text);
}
