//! What people are told of their own accounts, how often an address is written to, owners that an emergency leaves in place,
//! and a list of leaked passwords that is damaged.

use crate::turns::over;
use crate::{refused, totp};
use fieldkeep_testkit::passkey::SoftPasskey;
use fieldkeep_testkit::person::{Browser, Person};
use fieldkeep_testkit::post::Post;
use fieldkeep_testkit::{Backend, World};
use fieldkeep_wire::json::format_time;
use serde_json::json;

pub async fn changes_of_ones_own_factors_are_told(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let mut mia = post.person(&world, "mia@example.com", None, json!([])).await;
    let sent = post.server.so_far().len();
    let mut other = Browser::new(&world);
    other.sign_in(&mut mia.passkey).await.expect(200);
    let password = json!({"password": "velvet lantern 77 anchor mosaic"});
    mia.browser.post("/api/v1/me/password", password).await.expect(204);
    // In the same commit: whoever knew the old one is out.
    other.get("/api/v1/me").await.expect(401);
    mia.browser.post("/api/v1/me/recovery-codes", json!({})).await.expect(200);
    let begun = mia.browser.post("/api/v1/me/totp/begin", json!({})).await.expect(200).body;
    let code = totp(begun["totp"]["secret"].as_str().unwrap(), &world);
    mia.browser.post("/api/v1/me/totp", json!({"flow": begun["flow"], "code": code})).await.expect(204);
    let begun = mia.browser.post("/api/v1/me/passkeys/begin", json!({})).await.expect(200).body;
    let origin = mia.browser.origin.clone();
    let (_, credential) = SoftPasskey::create(&begun["options"], &origin);
    let answer = json!({"flow": begun["flow"], "credential": credential, "name": "second"});
    mia.browser.post("/api/v1/me/passkeys", answer).await.expect(204);
    let me = mia.browser.get("/api/v1/me").await.expect(200).body;
    let second = me["passkeys"].as_array().unwrap().iter().find(|one| one["name"] == "second").unwrap();
    let path = format!("/api/v1/me/passkeys/{}/remove", second["id"].as_str().unwrap());
    mia.browser.post(&path, json!({})).await.expect(204);
    for what in [
        "the password is another one",
        "there are new recovery codes",
        "another authenticator app",
        "a passkey was added",
        "a passkey was removed",
    ] {
        let text = post.text_to("mia@example.com", sent, what).await;
        assert!(text.contains("If that was not you, end all sessions now"), "{text}");
        assert!(!text.contains("velvet"), "a letter holds no secret: {text}");
    }
    // What was refused changed nothing, and nobody is written to.
    let so_far = post.server.so_far().len();
    mia.browser.post("/api/v1/me/password", json!({"password": "short"})).await.expect(400);
    mia.browser.post("/api/v1/me/recovery-codes", json!({})).await.expect(200);
    post.text_to("mia@example.com", so_far, "new recovery codes").await;
    assert_eq!(post.server.so_far().len(), so_far + 1);
}

pub async fn an_address_is_not_written_to_again_and_again(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let ours = world.organization("Ours").await.id.to_string();
    let theirs = world.organization("Theirs").await.id.to_string();
    let invite = |address: &str, organization: &str| json!({"address": address, "organization": organization, "roles": []});
    for n in 0..5 {
        let from = if n % 2 == 0 { &ours } else { &theirs };
        let made = world.post("/api/v1/invitations", invite("Mia@example.com", from)).await.expect(201).body;
        // Withdrawn ones count: the letter is in the mailbox all the same.
        let path = format!("/api/v1/invitations/{}/revoke", made["id"].as_str().unwrap());
        world.post(&path, json!({})).await.expect(204);
    }
    let reply = world.post("/api/v1/invitations", invite("mia@EXAMPLE.com", &ours)).await;
    refused(&reply, 429, "too-many-requests", "5 were sent to this address within a day; nothing was sent");
    assert_eq!(reply.body["limit"], "invitations");
    world.post("/api/v1/invitations", invite("bob@example.com", &ours)).await.expect(201);
    // Nor with links for a new password.
    let ada = post.person(&world, "ada@example.com", None, json!([])).await;
    let reset = format!("/api/v1/people/{}/reset", ada.id);
    for _ in 0..5 {
        world.post(&reset, json!({"reason": "asked for it"})).await.expect(204);
    }
    let reply = world.post(&reset, json!({"reason": "asked for it"})).await;
    refused(&reply, 429, "too-many-requests", "5 were sent to this person within a day; nothing was sent");
    world.clock.shift_secs(86_401);
    world.post("/api/v1/invitations", invite("mia@example.com", &ours)).await.expect(201);
    world.post(&reset, json!({"reason": "asked for it"})).await.expect(204);
}

async fn grants_of(world: &World, person: &Person, role: &str) -> Vec<String> {
    let path = format!("/api/v1/grants?person={}", person.id);
    let listed = world.call("GET", &path, None).await.expect(200).body;
    let held = listed["items"].as_array().unwrap().iter().filter(|one| one["role"] == role);
    held.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

pub async fn an_emergency_leaves_the_last_owner(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let owner = world.person("owner@ours.example", Some(&ours), over("owner", &ours)).await;
    let mut one = world.person("one@ours.example", Some(&ours), over("custodian", &ours)).await;
    let mut two = world.person("two@ours.example", Some(&ours), over("custodian", &ours)).await;
    let reason = json!({"organization": ours, "reason": "the owner is out of reach"});
    let glass = one.browser.post("/api/v1/glass", reason).await.expect(201).body;
    let confirm = format!("/api/v1/glass/{}/confirm", glass["id"].as_str().unwrap());
    two.browser.post(&confirm, json!({})).await.expect(200);
    let take = format!("/api/v1/grants/{}/revoke", grants_of(&world, &owner, "owner").await[0]);
    let why = || json!({"reason": "we take over"});
    let last = "this is the organization's last owner: make another one first";
    refused(&one.browser.post(&take, why()).await, 409, "conflict", last);
    // Nor by shutting them out first, nor by taking their way in.
    let person = |verb: &str| format!("/api/v1/people/{}/{verb}", owner.id);
    refused(&one.browser.post(&person("disable"), why()).await, 409, "conflict", last);
    let lost = json!({"factor": "passkeys", "reason": "we take over"});
    refused(&one.browser.post(&person("remove-factor"), lost).await, 403, "forbidden", "owns without an end");
    // Nothing that an organization adds keeps an emergency from being ended.
    let guards = format!("/api/v1/organizations/{ours}/guards");
    one.browser.post(&guards, json!({"name": "stay", "forbid": ["glass.end"]})).await.expect(201);
    // The other custodian owns for an hour: that is no other owner.
    let next = world.person("next@ours.example", Some(&ours), over("owner", &ours)).await;
    one.browser.post(&take, why()).await.expect(204);
    // Now the next one is the last, for everybody but whoever owns the deployment: they make another one whenever they like.
    let take = format!("/api/v1/grants/{}/revoke", grants_of(&world, &next, "owner").await[0]);
    refused(&two.browser.post(&take, why()).await, 409, "conflict", last);
    world.post(&take, why()).await.expect(204);
    // What is given with the rights of the hour ends with them, however early.
    let soon = format_time(world.now().plus_secs(1_800));
    let key = json!({"name": "x", "role": "viewer", "organization": ours, "expires_at": soon});
    let key =
        one.browser.post("/api/v1/keys", key).await.expect(201).body["secret"].as_str().unwrap().to_owned();
    let outsider = json!({"person": two.id, "role": "owner", "organization": ours, "expires_at": soon});
    one.browser.post("/api/v1/grants", outsider).await;
    // An owner ends what they could not have begun.
    let mut third = world.person("third@ours.example", Some(&ours), over("owner", &ours)).await;
    let end = format!("/api/v1/glass/{}/end", glass["id"].as_str().unwrap());
    let roles = format!("/api/v1/organizations/{ours}/roles");
    one.browser.get(&roles).await.expect(200);
    third.browser.post(&end, why()).await.expect(204);
    one.browser.get(&roles).await.expect(403);
    two.browser.get(&roles).await.expect(403);
    world.call_as(&key, "GET", &roles, None).await.expect(401);
}

pub async fn a_damaged_list_of_leaked_passwords_says_so(backend: Backend) {
    let world = World::new(backend).await;
    let mut mia = world.person("mia@example.com", None, json!([])).await;
    let path = world.folder().leaked_filter();
    let password = || json!({"password": "velvet lantern 77 anchor mosaic"});
    std::fs::write(&path, b"fk leaked list 2 and then nothing of it").unwrap();
    let reply = mia.browser.post("/api/v1/me/password", password()).await;
    refused(&reply, 503, "unavailable", "the operator mends it with `fieldkeep user leaked`");
    // Whoever has a passkey is not kept out by it.
    Browser::new(&world).sign_in(&mut mia.passkey).await.expect(200);
    std::fs::remove_file(&path).unwrap();
    mia.browser.post("/api/v1/me/password", password()).await.expect(204);
}

pub async fn the_machines_key_outlives_an_emergency(backend: Backend) {
    let world = World::new(backend).await;
    let mut last = world.person("last@example.com", None, json!([{"role": "owner"}])).await;
    let mut one = world.person("one@example.com", None, json!([{"role": "custodian"}])).await;
    let mut two = world.person("two@example.com", None, json!([{"role": "custodian"}])).await;
    let glass = one.browser.post("/api/v1/glass", json!({"reason": "drill"})).await.expect(201).body;
    two.browser
        .post(&format!("/api/v1/glass/{}/confirm", glass["id"].as_str().unwrap()), json!({}))
        .await
        .expect(200);
    let keys = one.browser.get("/api/v1/keys").await.expect(200).body;
    let all = keys["items"].as_array().unwrap();
    let key = all.iter().find(|key| key["role"] == "owner").expect("operator.key is listed");
    let take = format!("/api/v1/keys/{}/revoke", key["id"].as_str().unwrap());
    let why = || json!({"reason": "we take over"});
    refused(&one.browser.post(&take, why()).await, 403, "forbidden", "owns without an end");
    for factor in ["passkeys", "recovery-codes"] {
        let lost = json!({"factor": factor, "reason": "we take over"});
        let path = format!("/api/v1/people/{}/remove-factor", last.id);
        refused(&one.browser.post(&path, lost).await, 403, "forbidden", "owns without an end");
    }
    world.call("GET", "/api/v1/keys", None).await.expect(200);
    Browser::new(&world).sign_in(&mut last.passkey).await.expect(200);
    last.browser.post(&take, why()).await.expect(204);
}
