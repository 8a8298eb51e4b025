//! People: how they join, sign in and prove presence, and how they are shut out. On both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fieldkeep_testkit::passkey::SoftPasskey;
use fieldkeep_testkit::person::{Browser, Person};
use fieldkeep_testkit::{Backend, World, both_databases};
use serde_json::{Value, json};

both_databases!(
    the_first_administrator_joins_with_the_printed_link_once,
    passkeys_sign_in_and_sessions_end,
    a_phished_passkey_opens_nothing,
    a_password_alone_opens_nothing_and_a_code_opens_once,
    known_and_unknown_accounts_look_and_cost_the_same,
    guesses_are_slowed_and_a_passkey_still_works,
    weak_and_leaked_passwords_are_refused,
    a_stolen_cookie_cannot_step_up_and_dies_at_sign_out,
    sessions_are_fixed_by_nobody_and_end_by_age,
    whoever_is_shut_out_is_out_at_once,
    a_partner_organization_is_shut_out_whole,
    invitations_are_for_one_person_once,
    sensitive_acts_ask_for_presence,
    requests_from_other_sites_change_nothing,
    nobody_gives_what_they_do_not_hold,
    links_die_with_who_made_them_and_others_keep_nobody_in,
);

const PASSWORD: &str = "orchard-gravel-teapot-91";

fn owner() -> Value {
    json!([{"role": "owner"}])
}

async fn first(world: &World) -> Person {
    let app = &world.running.as_ref().unwrap().app;
    let link = fieldkeep_server::account::invite::first(app).await.unwrap().expect("a first invitation");
    Person::join(world, &link, "Ada First", "ada@example.com").await
}

/// The code of an authenticator app.
fn totp(secret: &str, world: &World) -> String {
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let app = totp_rs::TOTP::new_unchecked(totp_rs::Algorithm::SHA1, 6, 1, 30, bytes, None, String::new());
    app.generate(world.now().as_secs().unsigned_abs())
}

/// Somebody with a password and an authenticator app; the app's secret.
async fn with_password(world: &World, address: &str, roles: Value) -> (Browser, String, Vec<String>) {
    let link = world.invite(address, None, roles).await;
    let mut browser = Browser::new(world);
    let token = link.split_once('#').unwrap().1;
    let opened = browser.post("/api/v1/join", json!({"token": token})).await.expect(200).body;
    let wish = json!({"flow": opened["flow"], "name": "Pat Word", "password": PASSWORD});
    let begun = browser.post("/api/v1/join/password", wish).await.expect(200).body;
    let secret = begun["totp"]["secret"].as_str().unwrap().to_owned();
    assert!(begun["totp"]["uri"].as_str().unwrap().starts_with("otpauth://totp/"));
    let wrong = json!({"flow": begun["flow"], "code": "000000"});
    browser.post("/api/v1/join/confirm", wrong).await.expect(401);
    let done = json!({"flow": begun["flow"], "code": totp(&secret, world)});
    let joined = browser.post("/api/v1/join/confirm", done.clone()).await.expect(201).body;
    browser.post("/api/v1/join/confirm", done).await.expect(401);
    let codes = joined["recovery_codes"].as_array().unwrap();
    (browser, secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn the_first_administrator_joins_with_the_printed_link_once(backend: Backend) {
    let world = World::new(backend).await;
    let app = world.running.as_ref().unwrap().app.clone();
    let link = fieldkeep_server::account::invite::first(&app).await.unwrap().unwrap();
    assert!(fieldkeep_server::account::invite::first(&app).await.unwrap().is_none());
    let mut ada = Person::join(&world, &link, "Ada First", "Ada@Example.com").await;
    let me = ada.browser.get("/api/v1/me").await.expect(200).body;
    assert_eq!((me["name"].as_str(), me["address_verified"].as_bool()), (Some("Ada First"), Some(false)));
    assert_eq!(me["factors"], json!(["passkey"]));
    assert_eq!(ada.recovery.len(), 10);
    // She owns the deployment.
    ada.browser.post("/api/v1/organizations", json!({"name": "Northern Cold"})).await.expect(201);
    let token = link.split_once('#').unwrap().1;
    Browser::new(&world).post("/api/v1/join", json!({"token": token})).await.expect(401);
}

async fn passkeys_sign_in_and_sessions_end(backend: Backend) {
    let world = World::new(backend).await;
    let mut ada = first(&world).await;
    let mut elsewhere = Browser::new(&world);
    elsewhere.agent = "Otherbrowser/2";
    elsewhere.sign_in(&mut ada.passkey).await.expect(200);
    let sessions = ada.browser.get("/api/v1/me/sessions").await.expect(200).body;
    let sessions = sessions["items"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|one| one["current"] == false).unwrap();
    assert_eq!(
        (other["agent"].as_str(), other["method"].as_str()),
        (Some("Otherbrowser/2"), Some("passkey"))
    );
    let path = format!("/api/v1/me/sessions/{}/end", other["id"].as_str().unwrap());
    ada.browser.post(&path, json!({})).await.expect(204);
    elsewhere.get("/api/v1/me").await.expect(401);
    ada.browser.get("/api/v1/me").await.expect(200);
    elsewhere.sign_in(&mut ada.passkey).await.expect(200);
    ada.browser.post("/api/v1/me/sessions/end-all", json!({})).await.expect(204);
    elsewhere.get("/api/v1/me").await.expect(401);
    // An answer is taken once.
    let begun = elsewhere.post("/api/v1/sign-in/passkey/begin", json!({})).await.expect(200).body;
    let credential = ada.passkey.show(&begun["options"], &elsewhere.origin.clone());
    let answer = json!({"flow": begun["flow"], "credential": credential});
    elsewhere.post("/api/v1/sign-in/passkey", answer.clone()).await.expect(200);
    Browser::new(&world).post("/api/v1/sign-in/passkey", answer).await.expect(401);
    let history = elsewhere.get("/api/v1/me/sign-ins").await.expect(200).body;
    assert!(history["items"].as_array().unwrap().iter().all(|one| one["outcome"] == "accepted"));
    assert_eq!(history["items"].as_array().unwrap().len(), 3);
}

async fn a_phished_passkey_opens_nothing(backend: Backend) {
    let world = World::new(backend).await;
    let mut ada = first(&world).await;
    let mut browser = Browser::new(&world);
    let begun = browser.post("/api/v1/sign-in/passkey/begin", json!({})).await.expect(200).body;
    for origin in
        ["https://localhost.evil.example", "https://evil.example", "http://localhost", "https://localhost:1"]
    {
        let credential = ada.passkey.show(&begun["options"], origin);
        let answer = json!({"flow": begun["flow"], "credential": credential});
        browser.post("/api/v1/sign-in/passkey", answer).await.expect(401);
    }
    // Nor does one without the person verified, one of an unknown key, or one that says it is somebody else's.
    let origin = browser.origin.clone();
    ada.passkey.verifies = false;
    let credential = ada.passkey.show(&begun["options"], &origin);
    let answer = json!({"flow": begun["flow"], "credential": credential});
    browser.post("/api/v1/sign-in/passkey", answer).await.expect(401);
    ada.passkey.verifies = true;
    let bob = world.person("bob@example.com", None, json!([])).await;
    let own = std::mem::replace(&mut ada.passkey.user, bob.passkey.user.clone());
    let credential = ada.passkey.show(&begun["options"], &origin);
    let answer = json!({"flow": begun["flow"], "credential": credential});
    browser.post("/api/v1/sign-in/passkey", answer).await.expect(401);
    ada.passkey.user = own;
    browser.sign_in(&mut ada.passkey).await.expect(200);
    // A passkey made on another page is not taken either.
    browser.step_up(&mut ada.passkey).await.expect(200);
    let begun = browser.post("/api/v1/me/passkeys/begin", json!({})).await.expect(200).body;
    let (_, credential) = SoftPasskey::create(&begun["options"], "https://evil.example");
    browser
        .post("/api/v1/me/passkeys", json!({"flow": begun["flow"], "credential": credential}))
        .await
        .expect(400);
}

async fn a_password_alone_opens_nothing_and_a_code_opens_once(backend: Backend) {
    let world = World::new(backend).await;
    let (_, secret, recovery) = with_password(&world, "pat@example.com", owner()).await;
    world.clock.shift_secs(60);
    let mut browser = Browser::new(&world);
    let begun = browser.password("PAT@example.com ", PASSWORD).await.expect(200).body;
    assert_eq!(begun["factors"], json!(["totp", "recovery"]));
    assert!(browser.cookies.is_empty());
    let code = totp(&secret, &world);
    let answer = json!({"flow": begun["flow"], "factor": "totp", "code": code});
    browser.post("/api/v1/sign-in/code", answer.clone()).await.expect(200);
    browser.get("/api/v1/me").await.expect(200);
    // The same flow, and the same code in another flow, open nothing more.
    let mut thief = Browser::new(&world);
    thief.post("/api/v1/sign-in/code", answer).await.expect(401);
    let begun = thief.password("pat@example.com", PASSWORD).await.expect(200).body;
    let replay = json!({"flow": begun["flow"], "factor": "totp", "code": code});
    thief.post("/api/v1/sign-in/code", replay).await.expect(401);
    // A recovery code opens once.
    let answer = json!({"flow": begun["flow"], "factor": "recovery", "code": recovery[0]});
    thief.post("/api/v1/sign-in/code", answer).await.expect(200);
    // It proves no presence: it sets factors up anew, and opens nothing that asks for more.
    let key = json!({"name": "x", "role": "viewer"});
    let refused = thief.post("/api/v1/keys", key).await.expect(403);
    assert_eq!(refused.body["needs"], "step-up");
    thief.post("/api/v1/me/totp/begin", json!({})).await.expect(200);
    let begun = thief.password("pat@example.com", PASSWORD).await.expect(200).body;
    let again = json!({"flow": begun["flow"], "factor": "recovery", "code": recovery[0]});
    thief.post("/api/v1/sign-in/code", again).await.expect(401);
    // Owners have no codes sent to them.
    let sms = json!({"flow": begun["flow"], "factor": "mail"});
    thief.post("/api/v1/sign-in/send", sms).await.expect(400);
}

async fn known_and_unknown_accounts_look_and_cost_the_same(backend: Backend) {
    let world = World::new(backend).await;
    with_password(&world, "pat@example.com", owner()).await;
    world.person("passkey-only@example.com", None, json!([])).await;
    let app = &world.running.as_ref().unwrap().app;
    let mut answers = Vec::new();
    for address in ["pat@example.com", "nobody@example.com", "passkey-only@example.com", "not an address"] {
        let before = app.passwords.count();
        let reply = Browser::new(&world).password(address, "wrong-password-entirely").await.expect(401);
        assert_eq!(app.passwords.count() - before, 1, "{address}");
        let mut body = reply.body.clone();
        body["request_id"] = json!(null);
        answers.push(body);
    }
    assert!(answers.iter().all(|one| *one == answers[0]), "{answers:#?}");
}

async fn guesses_are_slowed_and_a_passkey_still_works(backend: Backend) {
    let world = World::new(backend).await;
    let mut ada = first(&world).await;
    let app = world.running.as_ref().unwrap().app.clone();
    let before = app.passwords.count();
    let begun = world.now();
    let mut tries = 0;
    for n in 0..10_000 {
        let reply =
            Browser::new(&world).password("ada@example.com", &format!("guess number {n} of many")).await;
        if reply.status == 429 {
            assert!(reply.retry_after.is_some() && reply.body["limit"] == "sign-in");
            // The rest of the list meets the same wall; nothing is hashed for it.
            if n > 200 {
                break;
            }
        } else {
            tries += 1;
        }
    }
    // Five, and one more for each wait that ended meanwhile on a slow machine: 1, 2, 4, … seconds.
    let took_s = world.now().secs_since(begun);
    let waits = (1..).take_while(|n| (1 << n) - 1 <= took_s).count() as u64;
    assert!((5..=5 + waits).contains(&tries), "{tries} in {took_s} s");
    assert_eq!(app.passwords.count() - before, tries, "nothing is hashed for a try at the wall");
    // The owner is not locked out: a passkey signs in meanwhile.
    Browser::new(&world).sign_in(&mut ada.passkey).await.expect(200);
    // And from a browser that she signed in from before, her own tries are counted by themselves.
    let reply = ada.browser.password("ada@example.com", "not the password either").await;
    assert_eq!(reply.status, 401, "{}", reply.text);
    // The wait ends.
    world.clock.shift_secs(16 * 60);
    Browser::new(&world).password("ada@example.com", "another guess of the list").await.expect(401);
}

async fn weak_and_leaked_passwords_are_refused(backend: Backend) {
    let world = World::new(backend).await;
    let list = "velvet-anchor-mosaic-77\n";
    let path = world.folder().leaked_filter();
    fieldkeep_server::account::build_leaked(list.as_bytes(), 1, &path, |_| {}).unwrap();
    let link = world.invite("new@example.com", None, json!([])).await;
    let mut browser = Browser::new(&world);
    let token = link.split_once('#').unwrap().1;
    let opened = browser.post("/api/v1/join", json!({"token": token})).await.expect(200).body;
    for (password, why) in [
        ("short-Pw1!", "at least 12 characters"),
        ("passwordpassword1", "guess"),
        ("aaaaaaaaaaaaaaaa", "guess"),
        ("New Person example", "guess"),
        ("velvet-anchor-mosaic-77", "leaked"),
        (&"x".repeat(600), "at most"),
    ] {
        let wish = json!({"flow": opened["flow"], "name": "New Person", "password": password});
        let reply = browser.post("/api/v1/join/password", wish).await;
        assert_eq!(reply.status, 400, "{password:.30}: {}", reply.text);
        assert!(reply.body["detail"].as_str().unwrap().contains(why), "{password:.30}: {}", reply.text);
    }
}

async fn a_stolen_cookie_cannot_step_up_and_dies_at_sign_out(backend: Backend) {
    let world = World::new(backend).await;
    let mut ada = first(&world).await;
    let mut thief = ada.browser.clone();
    world.clock.shift_secs(6 * 60);
    let key = json!({"name": "for me", "role": "viewer"});
    let refused = thief.post("/api/v1/keys", key.clone()).await.expect(403);
    assert_eq!(
        (refused.body["needs"].as_str(), refused.body["action"].as_str()),
        (Some("step-up"), Some("key.write"))
    );
    // Recovery codes and guesses prove no presence.
    let begun = thief.post("/api/v1/step-up/code/begin", json!({})).await.expect(200).body;
    let answer = json!({"flow": begun["flow"], "factor": "recovery", "code": ada.recovery[0]});
    thief.post("/api/v1/step-up/code", answer).await.expect(401);
    // The owner steps up: the cookie that was stolen is worth nothing from here on.
    ada.browser.step_up(&mut ada.passkey).await.expect(200);
    thief.get("/api/v1/me").await.expect(401);
    ada.browser.post("/api/v1/keys", key).await.expect(201);
    let thief = ada.browser.clone();
    ada.browser.post("/api/v1/sign-out", json!({})).await.expect(204);
    let mut thief = thief;
    thief.get("/api/v1/me").await.expect(401);
    assert!(!ada.browser.cookies.keys().any(|name| name == "__Host-fieldkeep"));
}

async fn sessions_are_fixed_by_nobody_and_end_by_age(backend: Backend) {
    let world = World::new(backend).await;
    let mut ada = first(&world).await;
    // A cookie that was planted before the sign-in is not the session after it.
    let mut browser = Browser::new(&world);
    browser.cookies.insert("__Host-fieldkeep".into(), "fk_ses_planted".into());
    browser.sign_in(&mut ada.passkey).await.expect(200);
    assert_ne!(browser.cookies["__Host-fieldkeep"], "fk_ses_planted");
    let old = browser.cookies["__Host-fieldkeep"].clone();
    browser.step_up(&mut ada.passkey).await.expect(200);
    assert_ne!(browser.cookies["__Host-fieldkeep"], old);
    // Two cookies of the name are none.
    let mut twice = browser.clone();
    twice.cookies.insert("__Host-fieldkeep ".into(), old);
    twice.get("/api/v1/me").await.expect(401);
    world.clock.shift_secs(29 * 60);
    browser.get("/api/v1/me").await.expect(200);
    world.clock.shift_secs(29 * 60);
    browser.get("/api/v1/me").await.expect(200);
    world.clock.shift_secs(31 * 60);
    browser.get("/api/v1/me").await.expect(401);
    browser.sign_in(&mut ada.passkey).await.expect(200);
    for _ in 0..26 {
        browser.get("/api/v1/me").await.expect(200);
        world.clock.shift_secs(27 * 60);
    }
    let end = browser.get("/api/v1/me").await;
    assert_eq!(end.status, 200);
    world.clock.shift_secs(20 * 60);
    browser.get("/api/v1/me").await.expect(401);
}

async fn whoever_is_shut_out_is_out_at_once(backend: Backend) {
    let world = World::new(backend).await;
    let mut ada = first(&world).await;
    let mut bob = world.person("bob@example.com", None, json!([{"role": "owner"}])).await;
    let key =
        bob.browser.post("/api/v1/keys", json!({"name": "bob's", "role": "viewer"})).await.expect(201).body;
    let key = key["secret"].as_str().unwrap().to_owned();
    let invited =
        bob.browser.post("/api/v1/invitations", json!({"address": "eve@example.com", "roles": owner()}));
    let invited = invited.await.expect(201).body;
    world.call_as(&key, "GET", "/api/v1/organizations", None).await.expect(200);
    // Under load: his session asks without a pause while he is shut out. What was asked after the
    // answer to that is refused, every time.
    let shut = Arc::new(AtomicBool::new(false));
    let (over, mut busy) = (shut.clone(), bob.browser.clone());
    let (started, begun) = tokio::sync::oneshot::channel();
    let busy = tokio::spawn(async move {
        busy.get("/api/v1/organizations").await.expect(200);
        started.send(()).unwrap();
        while !over.load(Ordering::Acquire) {
            busy.get("/api/v1/organizations").await;
        }
        for _ in 0..20 {
            busy.get("/api/v1/organizations").await.expect(401);
        }
    });
    begun.await.unwrap();
    let path = format!("/api/v1/people/{}/disable", bob.id);
    ada.browser.post(&path, json!({"reason": "left the company"})).await.expect(204);
    shut.store(true, Ordering::Release);
    // From the answer on, nothing is answered any more.
    bob.browser.get("/api/v1/organizations").await.expect(401);
    world.call_as(&key, "GET", "/api/v1/organizations", None).await.expect(401);
    busy.await.unwrap();
    Browser::new(&world).sign_in(&mut bob.passkey).await.expect(401);
    let token = invited["link"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    Browser::new(&world).post("/api/v1/join", json!({"token": token})).await.expect(401);
    let path = format!("/api/v1/people/{}/enable", bob.id);
    ada.browser.post(&path, json!({"reason": "a mistake"})).await.expect(204);
    Browser::new(&world).sign_in(&mut bob.passkey).await.expect(200);
    // The key stays withdrawn, and nobody shuts themselves out.
    world.call_as(&key, "GET", "/api/v1/organizations", None).await.expect(401);
    ada.browser.post(&format!("/api/v1/people/{}/disable", ada.id), json!({"reason": "x"})).await.expect(409);
}

async fn a_partner_organization_is_shut_out_whole(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let partner = world.organization("Partner").await.id.to_string();
    let mut paul = world
        .person("paul@partner.example", Some(&partner), json!([{"role": "viewer", "organization": ours}]))
        .await;
    let mut olga = world
        .person("olga@ours.example", Some(&ours), json!([{"role": "viewer", "organization": partner}]))
        .await;
    let key = json!({"name": "partner's", "role": "viewer", "organization": partner});
    let key = world.post("/api/v1/keys", key).await.expect(201).body["secret"].as_str().unwrap().to_owned();
    paul.browser.get(&format!("/api/v1/organizations/{ours}")).await.expect(200);
    olga.browser.get(&format!("/api/v1/organizations/{partner}")).await.expect(200);
    let path = format!("/api/v1/organizations/{partner}/disable");
    world.post(&path, json!({"reason": "the contract ended"})).await.expect(204);
    paul.browser.get(&format!("/api/v1/organizations/{ours}")).await.expect(401);
    world.call_as(&key, "GET", "/api/v1/organizations", None).await.expect(401);
    Browser::new(&world).sign_in(&mut paul.passkey).await.expect(401);
    // Our own person is signed in, and what she held there is gone.
    olga.browser.get("/api/v1/me").await.expect(200);
    olga.browser.get(&format!("/api/v1/organizations/{partner}")).await.expect(404);
    let path = format!("/api/v1/organizations/{partner}/enable");
    world.post(&path, json!({"reason": "a new contract"})).await.expect(204);
    olga.browser.get(&format!("/api/v1/organizations/{partner}")).await.expect(200);
    Browser::new(&world).sign_in(&mut paul.passkey).await.expect(200);
}

async fn invitations_are_for_one_person_once(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let link =
        world.invite("sam@example.com", Some(&ours), json!([{"role": "viewer", "organization": ours}])).await;
    let token = link.split_once('#').unwrap().1.to_owned();
    let mut browser = Browser::new(&world);
    let opened = browser.post("/api/v1/join", json!({"token": token})).await.expect(200).body;
    assert_eq!(
        (opened["kind"].as_str(), opened["organization"].as_str()),
        (Some("invitation"), Some("Ours"))
    );
    let other = json!({"flow": opened["flow"], "name": "Sam", "address": "other@example.com"});
    browser.post("/api/v1/join/passkey/begin", other).await.expect(400);
    let mut sam = Person::join(&world, &link, "Sam", "sam@example.com").await;
    Browser::new(&world).post("/api/v1/join", json!({"token": token})).await.expect(401);
    // A flow that was opened before is over, too.
    let wish = json!({"flow": opened["flow"], "name": "Sam"});
    browser.post("/api/v1/join/passkey/begin", wish).await.expect(401);
    // Somebody with an account takes the next one up with it; nobody else can.
    let theirs = world.organization("Theirs").await.id.to_string();
    let roles = json!([{"role": "viewer", "organization": theirs}]);
    let link = world.invite("SAM@example.com", Some(&theirs), roles).await;
    let token = json!({"token": link.split_once('#').unwrap().1});
    let mut stranger = world.person("stranger@example.com", None, json!([])).await;
    stranger.browser.post("/api/v1/me/invitations", token.clone()).await.expect(403);
    sam.browser.get(&format!("/api/v1/organizations/{theirs}")).await.expect(404);
    sam.browser.post("/api/v1/me/invitations", token.clone()).await.expect(204);
    sam.browser.get(&format!("/api/v1/organizations/{theirs}")).await.expect(200);
    sam.browser.post("/api/v1/me/invitations", token).await.expect(401);
    // One that is withdrawn or over opens nothing.
    let made =
        world.post("/api/v1/invitations", json!({"address": "late@example.com", "roles": [], "days": 1}));
    let made = made.await.expect(201).body;
    let late = json!({"token": made["link"].as_str().unwrap().split_once('#').unwrap().1});
    let path = format!("/api/v1/invitations/{}/revoke", made["id"].as_str().unwrap());
    world.post(&path, json!({})).await.expect(204);
    Browser::new(&world).post("/api/v1/join", late).await.expect(401);
    let link = world.invite("later@example.com", None, json!([])).await;
    world.clock.shift_secs(8 * 86_400);
    let late = json!({"token": link.split_once('#').unwrap().1});
    Browser::new(&world).post("/api/v1/join", late).await.expect(401);
    let listed = world.call("GET", "/api/v1/invitations", None).await.expect(200);
    assert!(!listed.text.contains("fk_link_"));
    let states: Vec<&str> =
        listed.body["items"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    for state in ["used", "revoked", "expired"] {
        assert!(states.contains(&state), "{states:?}");
    }
}

async fn sensitive_acts_ask_for_presence(backend: Backend) {
    let world = World::new(backend).await;
    let mut ada = first(&world).await;
    let (place, _, devices) = world.with_devices(1).await;
    world.clock.shift_secs(6 * 60);
    let device = devices[0].id;
    for (path, body, action) in [
        ("/api/v1/keys".to_owned(), json!({"name": "x", "role": "viewer"}), "key.write"),
        (format!("/api/v1/devices/{device}/revoke"), json!({"reason": "x"}), "device.revoke"),
        (format!("/api/v1/people/{}/reset", ada.id), json!({"reason": "x"}), "person.reset"),
        (
            format!("/api/v1/organizations/{}/disable", place.organization),
            json!({"reason": "x"}),
            "organization.disable",
        ),
    ] {
        let reply = ada.browser.post(&path, body).await.expect(403);
        assert_eq!(
            (reply.body["needs"].as_str(), reply.body["action"].as_str()),
            (Some("step-up"), Some(action))
        );
    }
    ada.browser.post("/api/v1/me/passkeys/begin", json!({})).await.expect(403);
    ada.browser.step_up(&mut ada.passkey).await.expect(200);
    ada.browser.post(&format!("/api/v1/devices/{device}/revoke"), json!({"reason": "x"})).await.expect(200);
    // A program's key has such rights only when they were given to it by name.
    let plain = world.post("/api/v1/keys", json!({"name": "x", "role": "security"})).await.expect(201).body;
    let plain = plain["secret"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/devices/{device}/retire");
    let reply = world.call_as(&plain, "POST", &path, Some(&json!({"reason": "x"}))).await.expect(403);
    assert_eq!(reply.body["needs"], "right");
    let given = json!({"name": "x", "role": "security", "rights": ["device.revoke"]});
    let given =
        world.post("/api/v1/keys", given).await.expect(201).body["secret"].as_str().unwrap().to_owned();
    world.call_as(&given, "POST", &path, Some(&json!({"reason": "x"}))).await.expect(200);
}

async fn requests_from_other_sites_change_nothing(backend: Backend) {
    let world = World::new(backend).await;
    let mut ada = first(&world).await;
    let contract = serde_json::to_value(fieldkeep_server::http::openapi()).unwrap();
    let client = world.client(world.tls(None));
    let cookie = format!("__Host-fieldkeep={}", ada.browser.cookies["__Host-fieldkeep"]);
    let own = ada.browser.origin.clone();
    let evil = "https://evil.example";
    let foreign: [(Option<&str>, Option<&str>); 8] = [
        (Some("cross-site"), None),
        (Some("same-site"), None),
        (Some("none"), None),
        (Some("cross-site"), Some(&own)),
        (Some("same-origin"), Some(evil)),
        (None, Some(evil)),
        (None, Some("null")),
        (None, None),
    ];
    let mut routes = 0;
    for (path, item) in contract["paths"].as_object().unwrap() {
        for method in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|method| ["post", "put", "delete"].contains(&method.as_str()))
        {
            routes += 1;
            for (site, origin) in foreign {
                let path = path.replace(['{', '}'], "");
                let mut request = client
                    .request(method.to_uppercase().parse().unwrap(), format!("{own}{path}"))
                    .header("cookie", &cookie)
                    .header("content-type", "text/plain")
                    .body("{}");
                request =
                    site.map_or(request.try_clone().unwrap(), |site| request.header("sec-fetch-site", site));
                if let Some(origin) = origin {
                    request = request.header("origin", origin);
                }
                let reply = fieldkeep_testkit::device::reply(request.send().await.unwrap()).await.unwrap();
                assert_eq!(reply.status, 403, "{method} {path} from {site:?} {origin:?}: {}", reply.text);
                assert_eq!(reply.body["check"], "same-origin");
            }
        }
    }
    assert!(routes > 40, "{routes}");
    // Reading is not changing, and one's own page may do both.
    ada.browser.site = Some("cross-site");
    ada.browser.get("/api/v1/me").await.expect(200);
    ada.browser.site = Some("same-origin");
    ada.browser.call("PUT", "/api/v1/me", Some(&json!({"name": "Ada L."}))).await.expect(200);
    // Every answer carries the headers that keep a page in its place; none lets another page read.
    let answer = client.get(format!("{own}/nowhere")).header("origin", evil).send().await.unwrap();
    let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert!(header("content-security-policy").unwrap().contains("require-trusted-types-for 'script'"));
    assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"));
    assert_eq!(header("referrer-policy").as_deref(), Some("no-referrer"));
    assert!(header("access-control-allow-origin").is_none());
}

async fn nobody_gives_what_they_do_not_hold(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let theirs = world.organization("Theirs").await.id.to_string();
    let roles = json!([{"role": "administrator", "organization": ours}]);
    let mut admin = world.person("admin@ours.example", Some(&ours), roles).await;
    let invite = |role: &str, organization: Option<&str>| {
        let role = match organization {
            Some(organization) => json!({"role": role, "organization": organization}),
            None => json!({"role": role}),
        };
        json!({"address": "new@ours.example", "organization": ours, "roles": [role]})
    };
    for (role, organization, status) in [
        ("installer", Some(ours.as_str()), 201),
        ("administrator", Some(&ours), 201),
        // Administrators read no data, so they cannot give anybody the reading of it.
        ("viewer", Some(&ours), 403),
        ("owner", Some(&ours), 403),
        ("security", Some(&ours), 403),
        ("installer", None, 404),
        ("installer", Some(&theirs), 404),
    ] {
        let reply = admin.browser.post("/api/v1/invitations", invite(role, organization)).await;
        let status_is =
            if status == 404 { matches!(reply.status, 403 | 404) } else { reply.status == status };
        assert!(status_is, "{role} {organization:?}: {}", reply.text);
        let key = json!({"name": "k", "role": role, "organization": organization});
        let reply = admin.browser.post("/api/v1/keys", key).await;
        let status_is =
            if status == 404 { matches!(reply.status, 403 | 404) } else { reply.status == status };
        assert!(status_is, "key {role} {organization:?}: {}", reply.text);
    }
    // Nor does an administrator act on somebody above.
    let boss = world
        .person("boss@ours.example", Some(&ours), json!([{"role": "owner", "organization": ours}]))
        .await;
    let path = format!("/api/v1/organizations/{ours}/disable");
    assert_eq!(
        admin.browser.post(&path, json!({"reason": "x"})).await.expect(403).body["action"],
        "organization.disable"
    );
    world.post(&format!("/api/v1/people/{}/disable", boss.id), json!({"reason": "x"})).await.expect(204);
    for act in ["disable", "reset", "enable"] {
        admin
            .browser
            .post(&format!("/api/v1/people/{}/{act}", boss.id), json!({"reason": "x"}))
            .await
            .expect(403);
    }
}

async fn links_die_with_who_made_them_and_others_keep_nobody_in(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let theirs = world.organization("Theirs").await.id.to_string();
    let role = |role: &str, organization: &str| json!([{"role": role, "organization": organization}]);
    let mut admin = world.person("admin@ours.example", Some(&ours), role("administrator", &ours)).await;
    // An invitation by a key of somebody who is dismissed opens nothing any more.
    let rights =
        ["key.write", "person.disable", "person.reset", "role.grant", "policy.write", "device.revoke"];
    let key = json!({"name": "k", "role": "administrator", "organization": ours, "rights": rights});
    let key =
        admin.browser.post("/api/v1/keys", key).await.expect(201).body["secret"].as_str().unwrap().to_owned();
    let new =
        json!({"address": "back@ours.example", "organization": ours, "roles": role("installer", &ours)});
    let link = world.call_as(&key, "POST", "/api/v1/invitations", Some(&new)).await.expect(201).body;
    let token = json!({"token": link["link"].as_str().unwrap().split_once('#').unwrap().1});
    Browser::new(&world).post("/api/v1/join", token.clone()).await.expect(200);
    world.post(&format!("/api/v1/people/{}/disable", admin.id), json!({"reason": "left"})).await.expect(204);
    Browser::new(&world).post("/api/v1/join", token).await.expect(401);
    // What another company gave somebody does not keep their own from shutting them out.
    let xeno = world.person("x@ours.example", Some(&ours), role("administrator", &theirs)).await;
    let mut boss = world.person("boss@ours.example", Some(&ours), role("owner", &ours)).await;
    let path = format!("/api/v1/people/{}/disable", xeno.id);
    boss.browser.post(&path, json!({"reason": "left"})).await.expect(204);
}
