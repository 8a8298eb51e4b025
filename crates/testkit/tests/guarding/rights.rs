//! Rights that end, owners that stay, keys and people of somebody above, a guard rail that hides, the glass.

use crate::refused;
use fieldkeep_testkit::person::Person;
use fieldkeep_testkit::{Backend, World};
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};

fn over(role: &str, organization: &str) -> Value {
    json!([{"role": role, "organization": organization}])
}

pub async fn rights_end_with_their_grant_and_are_not_outlived(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let at = |seconds| format_time(world.now().plus_secs(seconds));
    let (soon, end, late) = (at(1_200), at(1_500), at(7_200));
    let held = json!([{"role": "owner", "organization": ours, "expires_at": end}]);
    let mut brief = world.person("brief@ours.example", Some(&ours), held).await;
    let other = world.person("other@ours.example", Some(&ours), json!([])).await;
    // By key, by grant, by invitation: for no longer than one holds it oneself.
    let mut given = Vec::new();
    for path in ["keys", "grants", "invitations"] {
        for (until, status) in [(None, 403), (Some(&late), 403), (Some(&soon), 201)] {
            let mut role = json!({"role": "viewer", "organization": ours, "expires_at": until});
            let new = match path {
                "keys" => json!({"name": "x"}),
                "grants" => json!({"person": other.id}),
                _ => json!({"address": "new@ours.example", "organization": ours, "roles": [role.take()]}),
            };
            let mut new = new;
            new.as_object_mut().unwrap().extend(role.as_object().cloned().unwrap_or_default());
            let reply = brief.browser.post(&format!("/api/v1/{path}"), new).await;
            if status == 201 {
                given.push(reply.expect(201).body);
                continue;
            }
            refused(&reply, 403, "forbidden", "what you hold there ends at");
            assert_eq!(reply.body["held_until"], end.as_str(), "{path}: {}", reply.text);
        }
    }
    // Nor by a successor of a key that lasts.
    let lasting = json!({"name": "x", "role": "viewer", "organization": ours});
    let lasting = world.post("/api/v1/keys", lasting).await.expect(201).body;
    let rotate = format!("/api/v1/keys/{}/rotate", lasting["id"].as_str().unwrap());
    let reply = brief.browser.post(&rotate, json!({})).await;
    refused(&reply, 403, "forbidden", "what you hold there ends at");
    // A role has no end: rights that end are not written into one, nor added to one that is there.
    let roles = format!("/api/v1/organizations/{ours}/roles");
    let one = json!({"name": "Seer", "actions": ["project.read"]});
    let two = json!({"actions": ["project.read", "device.read"]});
    let reply = brief.browser.post(&roles, one.clone()).await;
    refused(&reply, 403, "forbidden", "you do not hold everything");
    let role = world.post(&roles, one).await.expect(201).body["role"].as_str().unwrap().to_owned();
    let change = format!("/api/v1/roles/{role}/actions");
    let reply = brief.browser.post(&change, two.clone()).await;
    refused(&reply, 403, "forbidden", "you do not hold everything");
    world.post(&change, two).await.expect(200);
    brief.browser.post(&change, json!({"actions": ["project.read"]})).await.expect(200);
    // A role of one's own that is given with an end ends, and so does all of the others.
    let grant = json!({"person": other.id, "role": role, "organization": ours, "expires_at": soon});
    world.post("/api/v1/grants", grant).await.expect(201);
    let path = format!("/api/v1/organizations/{ours}");
    let (mut other, key) = (other, given[0]["secret"].as_str().unwrap());
    other.browser.get(&path).await.expect(200);
    world.call_as(key, "GET", &path, None).await.expect(200);
    world.clock.shift_secs(1_200);
    refused(&other.browser.get(&path).await, 404, "not-found", "no such object");
    world.call_as(key, "GET", &path, None).await.expect(401);
    brief.browser.get(&path).await.expect(200);
    world.clock.shift_secs(300);
    refused(&brief.browser.get(&path).await, 404, "not-found", "no such object");
}

async fn grant_of(world: &World, person: &Person) -> String {
    let path = format!("/api/v1/grants?person={}", person.id);
    let listed = world.call("GET", &path, None).await.expect(200).body;
    listed["items"][0]["id"].as_str().unwrap().to_owned()
}

pub async fn the_last_lasting_owner_is_not_shut_out(backend: Backend) {
    const LAST: &str = "this is the deployment's last owner: make another one first";
    let world = World::new(backend).await;
    let partner = world.organization("Partner").await.id.to_string();
    let mut last = world.person("last@example.com", Some(&partner), json!([{"role": "owner"}])).await;
    let until = format_time(world.now().plus_secs(3_600));
    let brief = json!([{"role": "owner", "expires_at": until}]);
    let mut brief = world.person("brief@example.com", None, brief).await;
    let put_out = format!("/api/v1/people/{}/disable", last.id);
    let take = format!("/api/v1/grants/{}/revoke", grant_of(&world, &last).await);
    let shut = format!("/api/v1/organizations/{partner}/disable");
    let why = || json!({"reason": "x"});
    // One whose rights end is no other owner: not by themselves, nor in the way of the machine's own key.
    for path in [&put_out, &take, &shut] {
        refused(&brief.browser.post(path, why()).await, 409, "conflict", LAST);
        refused(&world.post(path, why()).await, 409, "conflict", LAST);
    }
    last.browser.get("/api/v1/grants").await.expect(200);
    // Nor is one who is shut out with the company that they came with.
    let gone = world.organization("Gone").await.id.to_string();
    let mut absent = world.person("gone@example.com", Some(&gone), json!([{"role": "owner"}])).await;
    world.post(&format!("/api/v1/organizations/{gone}/disable"), why()).await.expect(204);
    absent.browser.get("/api/v1/me").await.expect(401);
    for path in [&put_out, &take, &shut] {
        refused(&world.post(path, why()).await, 409, "conflict", LAST);
    }
    last.browser.get("/api/v1/grants").await.expect(200);
    // With another one who lasts, each of them goes.
    world.person("next@example.com", None, json!([{"role": "owner"}])).await;
    brief.browser.post(&shut, why()).await.expect(204);
    last.browser.get("/api/v1/me").await.expect(401);
    world.post(&format!("/api/v1/organizations/{partner}/enable"), why()).await.expect(204);
    brief.browser.post(&take, why()).await.expect(204);
    brief.browser.post(&put_out, why()).await.expect(204);
}

pub async fn keys_of_somebody_above_are_left_alone(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let mut boss = world.person("boss@ours.example", Some(&ours), over("owner", &ours)).await;
    let account = json!({"name": "ways in", "organization": ours});
    let account = boss.browser.post("/api/v1/service-accounts", account).await.expect(201).body;
    let key = |role: &str| json!({"name": "x", "role": role, "organization": ours, "account": account["id"]});
    let owners = boss.browser.post("/api/v1/keys", key("owner")).await.expect(201).body;
    let secret = owners["secret"].as_str().unwrap();
    let of = |key: &Value, verb: &str| format!("/api/v1/keys/{}/{verb}", key["id"].as_str().unwrap());
    let path = format!("/api/v1/organizations/{ours}");
    let shut = format!("/api/v1/service-accounts/{}/disable", account["id"].as_str().unwrap());
    for role in ["administrator", "security"] {
        let address = format!("{role}@ours.example");
        let mut below = world.person(&address, Some(&ours), over(role, &ours)).await;
        // Neither at once nor with the account that it belongs to.
        for path in [&of(&owners, "revoke"), &shut] {
            let reply = below.browser.post(path, json!({"reason": "x"})).await;
            refused(&reply, 403, "forbidden", "holds rights over others beyond your own");
            assert_eq!(reply.body["action"], "key.write");
        }
        let reply = below.browser.post(&of(&owners, "rotate"), json!({})).await;
        refused(&reply, 403, "forbidden", "you do not hold everything that role `owner` gives there");
        assert!(!reply.text.contains("fk_svc_"));
        world.call_as(secret, "GET", &path, None).await.expect(200);
        // One without rights over others is theirs to end, whoever made it.
        let plain = json!({"name": "x", "role": "viewer", "organization": ours});
        let plain = boss.browser.post("/api/v1/keys", plain).await.expect(201).body;
        below.browser.post(&of(&plain, "revoke"), json!({"reason": "x"})).await.expect(204);
    }
    // The machine's own key stays, too.
    let mut above = world.person("adm@example.com", None, json!([{"role": "administrator"}])).await;
    let listed = world.call("GET", "/api/v1/keys", None).await.expect(200).body;
    let operator = listed["items"].as_array().unwrap().iter().find(|one| one["name"] == "operator.key");
    let reply = above.browser.post(&of(operator.unwrap(), "revoke"), json!({"reason": "x"})).await;
    refused(&reply, 403, "forbidden", "holds rights over others beyond your own");
    world.call("GET", "/api/v1/keys", None).await.expect(200);
    boss.browser.post(&shut, json!({"reason": "x"})).await.expect(204);
    world.call_as(secret, "GET", &path, None).await.expect(401);
}

/// The ids of the people that somebody is shown, page by page.
async fn listed(person: &mut Person, more: &str) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/people?limit=1{more}{after}");
        let page = person.browser.get(&path).await.expect(200).body;
        ids.extend(
            page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return ids,
        }
    }
}

pub async fn whom_a_guard_rail_hides_is_nowhere_seen(backend: Backend) {
    let world = World::new(backend).await;
    let (quiet, open) = (world.organization("Quiet").await.id, world.organization("Open").await.id);
    let (quiet, open) = (quiet.to_string(), open.to_string());
    let hidden = world.person("hidden@quiet.example", Some(&quiet), over("viewer", &quiet)).await;
    let shared = world.person("shared@quiet.example", Some(&quiet), over("viewer", &open)).await;
    let known = world.person("known@open.example", Some(&open), json!([])).await;
    let mut auditor = world.person("auditor@example.com", None, json!([{"role": "auditor"}])).await;
    let mut inside = world.person("inside@quiet.example", Some(&quiet), over("auditor", &quiet)).await;
    let all = listed(&mut auditor, "").await;
    assert_eq!(all.len(), 5, "before it");
    auditor.browser.get(&format!("/api/v1/people/{}", hidden.id)).await.expect(200);
    let guard = json!({"name": "Quiet", "forbid": ["person.read"]});
    world.post(&format!("/api/v1/organizations/{quiet}/guards"), guard).await.expect(201);

    let mut seen = listed(&mut auditor, "").await;
    let mut left = vec![shared.id.clone(), known.id.clone(), auditor.id.clone()];
    seen.sort();
    left.sort();
    assert_eq!(seen, left, "who holds a role elsewhere is seen from there");
    assert!(listed(&mut inside, "").await.is_empty());
    assert_eq!(listed(&mut auditor, &format!("&organization={open}")).await.len(), 2);
    for (person, status) in [(&hidden, 404), (&inside, 404), (&shared, 200), (&known, 200)] {
        let shown = auditor.browser.get(&format!("/api/v1/people/{}", person.id)).await.expect(status);
        assert!(status == 200 || !shown.text.contains("quiet.example"), "{}", shown.text);
    }
    let nobody = "0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e";
    for id in [hidden.id.as_str(), nobody] {
        for what in ["", "/sign-ins"] {
            let reply = inside.browser.get(&format!("/api/v1/people/{id}{what}")).await;
            refused(&reply, 404, "not-found", "no such object");
        }
    }
}

pub async fn breaking_the_glass_asks_for_presence(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let mut one = world.person("one@ours.example", Some(&ours), over("custodian", &ours)).await;
    let mut two = world.person("two@ours.example", Some(&ours), over("custodian", &ours)).await;
    world.clock.shift_secs(301);
    let stale = |reply: fieldkeep_testkit::Reply| {
        refused(&reply, 403, "forbidden", "step up");
        assert_eq!((&reply.body["needs"], &reply.body["action"]), (&json!("step-up"), &json!("glass.break")));
    };
    let new = json!({"organization": ours, "reason": "the owners are out of reach"});
    stale(one.browser.post("/api/v1/glass", new.clone()).await);
    let seen = one.browser.get("/api/v1/glass").await.expect(200).body;
    assert!(seen["items"].as_array().unwrap().is_empty(), "{seen}");
    one.browser.step_up(&mut one.passkey).await.expect(200);
    let glass = one.browser.post("/api/v1/glass", new).await.expect(201).body;
    let confirm = format!("/api/v1/glass/{}/confirm", glass["id"].as_str().unwrap());
    // A cookie that was found gives nobody the hour.
    stale(two.browser.post(&confirm, json!({})).await);
    let roles = format!("/api/v1/organizations/{ours}/roles");
    one.browser.get(&roles).await.expect(403);
    two.browser.get(&roles).await.expect(403);
    two.browser.step_up(&mut two.passkey).await.expect(200);
    two.browser.post(&confirm, json!({})).await.expect(200);
    two.browser.get(&roles).await.expect(200);
}
