//! Ways that lead round a right: each was open once.

use crate::refused;
use fieldkeep_testkit::person::{Browser, Person};
use fieldkeep_testkit::post::Post;
use fieldkeep_testkit::{Backend, World};
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};

fn over(role: &str, organization: &str) -> Value {
    json!([{"role": role, "organization": organization}])
}

pub async fn devices_are_not_pulled_out_of_foreign_projects_and_groups(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, devices) = world.with_devices(1).await;
    let other = world.place(place.organization).await;
    let (device, key) = (devices[0].id, world.key("engineer", Some(&other)).await);
    let install = json!({"project": other.project, "site": other.site});
    let path = format!("/api/v1/devices/{device}/install");
    world.call_as(&key, "POST", &path, Some(&install)).await.expect(404);
    // Nor by way of a job, and a device that ended elsewhere tells nothing of itself.
    let job = json!({"kind": "install", "devices": [device], "project": other.project, "site": other.site});
    let job = world.call_as(&key, "POST", "/api/v1/jobs", Some(&job)).await.expect(202).body;
    crate::over(&world, &job["id"]).await;
    let failures = format!("/api/v1/jobs/{}/failures", job["id"].as_str().unwrap());
    let failed = world.call("GET", &failures, None).await.expect(200).body;
    assert_eq!(failed["items"][0]["status"], 404, "{failed}");
    world.post(&format!("/api/v1/devices/{device}/revoke"), json!({"reason": "x"})).await.expect(200);
    world.call_as(&key, "POST", &path, Some(&install)).await.expect(404);

    let (place, _, devices) = world.with_devices(1).await;
    let groups = format!("/api/v1/projects/{}/groups", place.project);
    let mut ids = Vec::new();
    for name in ["G", "H"] {
        let made = world.post(&groups, json!({"name": name})).await.expect(201).body;
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let arrange = format!("/api/v1/devices/{}/group", devices[0].id);
    world.call("PUT", &arrange, Some(&json!({"group": ids[0]}))).await.expect(200);
    let key = json!({"name": "k", "role": "engineer", "group": ids[0]});
    let key = world.post("/api/v1/keys", key).await.expect(201).body["secret"].as_str().unwrap().to_owned();
    world.call_as(&key, "PUT", &arrange, Some(&json!({"group": ids[1]}))).await.expect(404);
}

pub async fn a_guard_rail_that_waits_for_an_agreement_is_refused(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id;
    let cedar = "forbid (principal, action == Fieldkeep::Action::\"policy.write\", resource) unless { context.approved };";
    let guard = json!({"name": "four eyes", "cedar": cedar});
    let path = format!("/api/v1/organizations/{ours}/guards");
    let reply = world.post(&path, guard).await;
    refused(&reply, 409, "conflict", "could no longer change policies");
}

pub async fn an_ended_role_rules_and_shows_nothing(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let theirs = world.organization("Theirs").await.id.to_string();
    let mut uma = world.person("uma@ours.example", Some(&ours), over("viewer", &ours)).await;
    let mut host = world.person("host@theirs.example", Some(&theirs), over("administrator", &theirs)).await;
    let until = format_time(world.now().plus_secs(3_600));
    let grant = json!({"person": uma.id, "role": "viewer", "organization": theirs, "expires_at": until});
    world.post("/api/v1/grants", grant).await.expect(201);
    let path = format!("/api/v1/people/{}", uma.id);
    host.browser.get(&path).await.expect(200);
    world.clock.shift_secs(3_601);
    host.browser.sign_in(&mut host.passkey).await.expect(200);
    host.browser.get(&path).await.expect(404);
    let listed = host.browser.get("/api/v1/people").await.expect(200);
    assert!(!listed.text.contains(&uma.id), "{}", listed.text);
    // Whose networks they are does not matter to somebody who has nothing there any more.
    let rules = format!("/api/v1/organizations/{theirs}/rules");
    let inside = json!({"sign_in": {"networks": ["127.0.0.0/8"], "session_s_max": 3_600, "idle_s_max": 60}});
    world.call("PUT", &rules, Some(&inside)).await.expect(200);
    uma.browser.sign_in(&mut uma.passkey).await.expect(200);
    let me = uma.browser.get("/api/v1/me").await.expect(200).body;
    assert_ne!(me["rules"]["idle_s_max"], 60, "{me}");
}

pub async fn a_reset_is_no_way_into_another_organization(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let ours = world.organization("Ours").await.id.to_string();
    let theirs = world.organization("Theirs").await.id.to_string();
    let mut admin =
        post.person(&world, "admin@ours.example", Some(&ours), over("administrator", &ours)).await;
    let carl = post.person(&world, "carl@ours.example", Some(&ours), over("viewer", &ours)).await;
    let grant = json!({"person": carl.id, "role": "owner", "organization": theirs});
    world.post("/api/v1/grants", grant).await.expect(201);
    let says = "holds rights beyond your own";
    let reset = format!("/api/v1/people/{}/reset", carl.id);
    let reply = admin.browser.post(&reset, json!({"reason": "x"})).await;
    refused(&reply, 403, "forbidden", says);
    let strip = format!("/api/v1/people/{}/remove-factor", carl.id);
    let reply = admin.browser.post(&strip, json!({"factor": "passkeys", "reason": "x"})).await;
    refused(&reply, 403, "forbidden", says);
    // Their own may still shut them out, and who is out is not reset.
    let out = format!("/api/v1/people/{}/disable", carl.id);
    admin.browser.post(&out, json!({"reason": "left"})).await.expect(204);
    let reply = world.post(&reset, json!({"reason": "x"})).await;
    refused(&reply, 409, "conflict", "shut out");
    world.post(&format!("/api/v1/people/{}/enable", carl.id), json!({"reason": "x"})).await.expect(204);
    let reply = world.post(&format!("/api/v1/people/{}/enable", carl.id), json!({"reason": "x"})).await;
    refused(&reply, 409, "conflict", "not shut out");
}

pub async fn a_partner_with_an_owner_of_its_own_is_shut_out(backend: Backend) {
    let world = World::new(backend).await;
    let theirs = world.organization("Theirs").await.id.to_string();
    world.person("boss@theirs.example", Some(&theirs), over("owner", &theirs)).await;
    let mut central = world.person("central@example.com", None, json!([{"role": "administrator"}])).await;
    let path = format!("/api/v1/organizations/{theirs}/disable");
    central.browser.post(&path, json!({"reason": "dissolved"})).await.expect(204);
}

pub async fn an_agreement_does_not_cover_another_act(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let mut one = world.person("one@ours.example", Some(&ours), over("owner", &ours)).await;
    let mut two = world.person("two@ours.example", Some(&ours), over("owner", &ours)).await;
    let mia = world.person("mia@ours.example", Some(&ours), json!([])).await;
    let key = json!({"name": "k", "role": "viewer", "organization": ours});
    let key = world.post("/api/v1/keys", key).await.expect(201).body["id"].as_str().unwrap().to_owned();
    let rules = json!({"two_people": ["key.write", "person.disable", "person.reset", "role.grant"]});
    world.call("PUT", &format!("/api/v1/organizations/{ours}/rules"), Some(&rules)).await.expect(200);
    let because = json!({"reason": "leaked"});
    let factor = json!({"factor": "passkeys", "reason": "x"});
    for (asked, body, other, other_body) in [
        (format!("keys/{key}/revoke"), &because, format!("keys/{key}/rotate"), &because),
        (format!("people/{}/disable", mia.id), &because, format!("people/{}/enable", mia.id), &because),
        (format!("people/{}/remove-factor", mia.id), &factor, format!("people/{}/reset", mia.id), &because),
    ] {
        let first = one.browser.post(&format!("/api/v1/{asked}"), body.clone()).await.expect(403).body;
        let id = first["approval"].as_str().unwrap();
        let waiting = two.browser.get("/api/v1/approvals").await.expect(200).body;
        let shown = waiting["items"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
        assert!(shown["content"]["do"].is_string(), "{shown}");
        two.browser.post(&format!("/api/v1/approvals/{id}/agree"), json!({"reason": "x"})).await.expect(204);
        let spent = one.browser.post(&format!("/api/v1/{other}"), other_body.clone()).await.expect(403);
        assert_eq!(spent.body["needs"], "second-person", "{other}: {}", spent.text);
        one.browser.post(&format!("/api/v1/{asked}"), body.clone()).await.expect(204);
    }
}

pub async fn nothing_is_made_after_its_maker_was_shut_out(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let theirs = world.organization("Theirs").await.id.to_string();
    let partner = world.person("vic@theirs.example", Some(&theirs), over("administrator", &ours)).await;
    let maker = async |mut browser: Browser| {
        let mut made = Vec::new();
        loop {
            let key = json!({"name": "k", "role": "installer", "organization": ours});
            let reply = browser.post("/api/v1/keys", key).await;
            match reply.status {
                201 => made.push(reply.body["secret"].as_str().unwrap().to_owned()),
                429 => {}
                _ => return made,
            }
        }
    };
    let makers = futures_util::future::join_all((0..4).map(|_| maker(partner.browser.clone())));
    let out = async {
        let path = format!("/api/v1/organizations/{theirs}/disable");
        world.post(&path, json!({"reason": "dissolved"})).await.expect(204);
    };
    let (made, ()) = tokio::join!(makers, out);
    for key in made.into_iter().flatten() {
        world.call_as(&key, "GET", "/api/v1/devices", None).await.expect(401);
    }
}

pub async fn keys_get_no_right_that_their_maker_lacks(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let mut admin = world.person("admin@ours.example", Some(&ours), over("administrator", &ours)).await;
    let key = |role: &str, rights: &[&str]| json!({"name": "k", "role": role, "organization": ours, "rights": rights});
    admin.browser.post("/api/v1/keys", key("analyst", &["telemetry.export"])).await.expect(403);
    // The maker's own key lacks what it was not given by name, though its role has it.
    let narrow = admin.browser.post("/api/v1/keys", key("administrator", &["key.write"])).await.expect(201);
    let narrow = narrow.body["secret"].as_str().unwrap().to_owned();
    let wider = key("administrator", &["role.grant"]);
    let reply = world.call_as(&narrow, "POST", "/api/v1/keys", Some(&wider)).await.expect(403);
    assert_eq!(reply.body["action"], "role.grant", "{}", reply.text);
    // What the key's own role lacks is no right of it.
    let beyond = admin.browser.post("/api/v1/keys", key("sales-rep", &["key.write"])).await;
    refused(&beyond, 400, "invalid", "role `sales-rep` has no `key.write`");
    let made = key("administrator", &["key.write", "key.write"]);
    let made = admin.browser.post("/api/v1/keys", made).await.expect(201).body;
    assert_eq!(made["rights"], json!(["key.write"]), "{made}");
    let past =
        json!({"name": "k", "role": "sales-rep", "organization": ours, "expires_at": "2001-01-01T00:00:00Z"});
    admin.browser.post("/api/v1/keys", past).await.expect(400);
    let account =
        world.post("/api/v1/service-accounts", json!({"name": "ours alone"})).await.expect(201).body;
    let hung = json!({"name": "k", "role": "sales-rep", "organization": ours, "account": account["id"]});
    admin.browser.post("/api/v1/keys", hung).await.expect(403);
}

pub async fn the_last_way_in_that_counts_stays(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let mut boss = world.person("boss@ours.example", Some(&ours), over("owner", &ours)).await;
    let begun = boss.browser.post("/api/v1/me/totp/begin", json!({})).await.expect(200).body;
    let code = crate::totp(begun["totp"]["secret"].as_str().unwrap(), &world);
    boss.browser.post("/api/v1/me/totp", json!({"flow": begun["flow"], "code": code})).await.expect(204);
    boss.browser
        .post("/api/v1/me/password", json!({"password": "orchard-gravel-teapot-91"}))
        .await
        .expect(204);
    let rules = format!("/api/v1/organizations/{ours}/rules");
    let strict = json!({"sign_in": {"passkey_required": true}});
    boss.browser.call("PUT", &rules, Some(&strict)).await.expect(200);
    let me = boss.browser.get("/api/v1/me").await.expect(200).body;
    let path = format!("/api/v1/me/passkeys/{}/remove", me["passkeys"][0]["id"].as_str().unwrap());
    refused(&boss.browser.post(&path, json!({})).await, 409, "conflict", "nothing would be left");
    let lax = json!({"sign_in": {"passkey_required": false, "second_factors": ["sms"]}});
    boss.browser.call("PUT", &rules, Some(&lax)).await.expect(200);
    // The passkey still counts; without one, these rules would shut their author out.
    boss.browser.call("PUT", &rules, Some(&json!({"sign_in": {}}))).await.expect(200);
    boss.browser.post(&path, json!({})).await.expect(204);
    let reply = boss.browser.call("PUT", &rules, Some(&lax)).await;
    refused(&reply, 409, "conflict", "nothing yourself that counts");
}

pub async fn an_invitation_without_roles_ends_with_the_right_to_invite(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let mut admin = world.person("admin@ours.example", Some(&ours), over("administrator", &ours)).await;
    let new = json!({"address": "new@ours.example", "organization": ours, "roles": []});
    let made = admin.browser.post("/api/v1/invitations", new).await.expect(201).body;
    let link = made["link"].as_str().unwrap().to_owned();
    let token = json!({"token": link.split_once('#').unwrap().1});
    Browser::new(&world).post("/api/v1/join", token.clone()).await.expect(200);
    let grants =
        world.call("GET", &format!("/api/v1/grants?person={}", admin.id), None).await.expect(200).body;
    let id = grants["items"][0]["id"].as_str().unwrap();
    world.post(&format!("/api/v1/grants/{id}/revoke"), json!({"reason": "x"})).await.expect(204);
    let reply = Browser::new(&world).post("/api/v1/join", token).await;
    refused(&reply, 401, "unauthenticated", "whoever invited you may not any more");
    // A key's invitation names the key as who gave.
    let link = world.invite("kim@ours.example", Some(&ours), over("viewer", &ours)).await;
    let kim = Person::join(&world, &link, "Kim", "kim@ours.example").await;
    let grants = world.call("GET", &format!("/api/v1/grants?person={}", kim.id), None).await.expect(200).body;
    assert!(grants["items"][0]["made_by"].as_str().unwrap().starts_with("key/"), "{grants}");
}
