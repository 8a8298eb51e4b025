//! Which factors count, how many passkeys there are and whose they are, registrations that are tried again, and
//! failures that somebody else made.

use crate::{refused, totp};
use fieldkeep_testkit::passkey::SoftPasskey;
use fieldkeep_testkit::person::{Browser, Person};
use fieldkeep_testkit::post::Post;
use fieldkeep_testkit::{Backend, World};
use serde_json::{Value, json};

/// Joins, and has the own address confirmed as a second factor; the answer that did it.
async fn with_mail(world: &World, post: &Post, roles: Value) -> (Person, Value) {
    let mut mia = post.person(world, "mia@example.com", None, roles).await;
    let sent = post.server.so_far().len();
    let to = json!({"to": "mia@example.com"});
    let begun = mia.browser.post("/api/v1/me/addresses/begin", to).await.expect(200).body;
    let code = post.code_to("mia@example.com", sent).await;
    let answer = json!({"flow": begun["flow"], "code": code});
    mia.browser.post("/api/v1/me/addresses", answer.clone()).await.expect(204);
    (mia, answer)
}

/// Sets an authenticator app up; its secret and the flow that did it.
async fn add_app(world: &World, mia: &mut Person) -> (String, Value) {
    let begun = mia.browser.post("/api/v1/me/totp/begin", json!({})).await.expect(200).body;
    let secret = begun["totp"]["secret"].as_str().unwrap().to_owned();
    let answer = json!({"flow": begun["flow"], "code": totp(&secret, world)});
    mia.browser.post("/api/v1/me/totp", answer).await.expect(204);
    (secret, begun["flow"].clone())
}

pub async fn step_up_takes_what_the_organization_takes(backend: Backend) {
    const BEGIN: &str = "/api/v1/step-up/code/begin";
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let strict = world.organization("Strict").await.id.to_string();
    let rules = format!("/api/v1/organizations/{strict}/rules");
    let role = json!([{"role": "viewer", "organization": strict}]);
    let (mut mia, _) = with_mail(&world, &post, role).await;
    let (secret, _) = add_app(&world, &mut mia).await;
    world.clock.shift_secs(301);
    let sent = post.server.so_far().len();
    let mail = || json!({"factor": "mail"});
    let begun = mia.browser.post(BEGIN, mail()).await.expect(200).body;
    assert_eq!(begun["factors"], json!(["totp", "mail"]));
    let code = post.code_to("mia@example.com", sent).await;
    let answer = |factor: &str, code: &str| json!({"flow": begun["flow"], "factor": factor, "code": code});
    // A code that is on its way already does not count any more, and none is sent.
    let only = json!({"sign_in": {"second_factors": ["totp"]}});
    world.call("PUT", &rules, Some(&only)).await.expect(200);
    let reply = mia.browser.post("/api/v1/step-up/code", answer("mail", &code)).await;
    refused(&reply, 401, "unauthenticated", "begin again");
    refused(&mia.browser.post(BEGIN, mail()).await, 400, "invalid", "not one that counts");
    assert_eq!(mia.browser.post(BEGIN, json!({})).await.expect(200).body["factors"], json!(["totp"]));
    let stale = mia.browser.post("/api/v1/me/recovery-codes", json!({})).await;
    refused(&stale, 403, "forbidden", "step up");
    // Where passkeys are asked for, no code does, and a passkey does.
    let none = json!({"sign_in": {"passkey_required": true}});
    world.call("PUT", &rules, Some(&none)).await.expect(200);
    let shown = totp(&secret, &world);
    let reply = mia.browser.post("/api/v1/step-up/code", answer("totp", &shown)).await;
    refused(&reply, 401, "unauthenticated", "begin again");
    assert_eq!(mia.browser.post(BEGIN, json!({})).await.expect(200).body["factors"], Value::Null);
    let stale = mia.browser.post("/api/v1/me/recovery-codes", json!({})).await;
    refused(&stale, 403, "forbidden", "step up");
    // The same flow and the same code, where the organization takes them again.
    world.call("PUT", &rules, Some(&only)).await.expect(200);
    mia.browser.post("/api/v1/step-up/code", answer("totp", &shown)).await.expect(200);
    mia.browser.post("/api/v1/me/recovery-codes", json!({})).await.expect(200);
}

/// Asks for one more passkey.
async fn ask(person: &mut Person) -> Value {
    person.browser.post("/api/v1/me/passkeys/begin", json!({})).await.expect(200).body
}

/// Answers with it.
fn answer(begun: &Value, credential: &Value) -> Value {
    json!({"flow": begun["flow"], "credential": credential, "name": "one more"})
}

pub async fn passkeys_are_bounded_and_belong_to_one_person(backend: Backend) {
    const ADD: &str = "/api/v1/me/passkeys";
    const BAD: &str = "the passkey was refused: make another one";
    let world = World::new(backend).await;
    let mut ada = world.person("ada@example.com", None, json!([])).await;
    let mut bob = world.person("bob@example.com", None, json!([])).await;
    let origin = ada.browser.origin.clone();
    // The same one again: asked for twice before it was known, so that no list of known ones can keep it out.
    let (one, two) = (ask(&mut ada).await, ask(&mut ada).await);
    let (mut own, credential) = SoftPasskey::create(&one["options"], &origin);
    ada.browser.post(ADD, answer(&one, &credential)).await.expect(204);
    let again = answer(&two, &own.again(&two["options"], &origin));
    refused(&ada.browser.post(ADD, again).await, 400, "invalid", BAD);
    // By somebody else, with an account and without.
    let begun = ask(&mut bob).await;
    let stolen = answer(&begun, &own.again(&begun["options"], &origin));
    refused(&bob.browser.post(ADD, stolen).await, 400, "invalid", BAD);
    let link = world.invite("eve@example.com", None, json!([])).await;
    let mut eve = Browser::new(&world);
    let open = json!({"token": crate::token(&link)});
    let opened = eve.post("/api/v1/join", open.clone()).await.expect(200).body;
    let wish = json!({"flow": opened["flow"], "name": "Eve"});
    let begun = eve.post("/api/v1/join/passkey/begin", wish).await.expect(200).body;
    let stolen = answer(&begun, &own.again(&begun["options"], &origin));
    refused(&eve.post("/api/v1/join/passkey", stolen).await, 400, "invalid", BAD);
    eve.post("/api/v1/join", open).await.expect(200);
    let mut browser = Browser::new(&world);
    assert_eq!(browser.sign_in(&mut own).await.expect(200).body["person"], ada.id.as_str());
    assert_eq!(bob.browser.get("/api/v1/me").await.body["passkeys"].as_array().unwrap().len(), 1);
    // 16 there are. Two at once that were asked for in time: one is taken.
    for _ in 2..15 {
        let begun = ask(&mut ada).await;
        let (_, credential) = SoftPasskey::create(&begun["options"], &origin);
        ada.browser.post(ADD, answer(&begun, &credential)).await.expect(204);
    }
    let (one, two) = (ask(&mut ada).await, ask(&mut ada).await);
    let credential = SoftPasskey::create(&one["options"], &origin).1;
    ada.browser.post(ADD, answer(&one, &credential)).await.expect(204);
    let credential = SoftPasskey::create(&two["options"], &origin).1;
    let late = ada.browser.post(ADD, answer(&two, &credential)).await;
    refused(&late, 409, "conflict", "limit `passkeys`: at most 16 per person");
    let late = ada.browser.post("/api/v1/me/passkeys/begin", json!({})).await;
    refused(&late, 409, "conflict", "limit `passkeys`: at most 16 per person");
    assert_eq!(ada.browser.get("/api/v1/me").await.body["passkeys"].as_array().unwrap().len(), 16);
}

pub async fn a_registration_is_taken_once(backend: Backend) {
    const OVER: &str = "this attempt is over or was never begun";
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let (mut mia, address) = with_mail(&world, &post, json!([])).await;
    refused(&mia.browser.post("/api/v1/me/addresses", address).await, 401, "unauthenticated", OVER);
    // The app: with a code that was not seen before, so that nothing else refuses it.
    let (secret, flow) = add_app(&world, &mut mia).await;
    world.clock.shift_secs(90);
    let again = json!({"flow": flow, "code": totp(&secret, &world)});
    refused(&mia.browser.post("/api/v1/me/totp", again).await, 401, "unauthenticated", OVER);
    // The passkey: with another one for the same question.
    let begun = ask(&mut mia).await;
    let origin = mia.browser.origin.clone();
    for taken in [true, false] {
        let (mut passkey, credential) = SoftPasskey::create(&begun["options"], &origin);
        let reply = mia.browser.post("/api/v1/me/passkeys", answer(&begun, &credential)).await;
        let signed_in = Browser::new(&world).sign_in(&mut passkey).await;
        if taken {
            reply.expect(204);
            signed_in.expect(200);
        } else {
            refused(&reply, 401, "unauthenticated", OVER);
            refused(&signed_in, 401, "unauthenticated", "does not open an account");
        }
    }
    let me = mia.browser.get("/api/v1/me").await.expect(200).body;
    assert_eq!(me["passkeys"].as_array().unwrap().len(), 2);
}

pub async fn failed_passkeys_keep_no_neighbour_out(backend: Backend) {
    const FINISH: &str = "/api/v1/sign-in/passkey";
    let world = World::new(backend).await;
    let mut ada = world.person("ada@example.com", None, json!([])).await;
    let mut eve = world.person("eve@example.com", None, json!([])).await;
    let mut browser = Browser::new(&world);
    let begun = browser.post("/api/v1/sign-in/passkey/begin", json!({})).await.expect(200).body;
    let credential = eve.passkey.show(&begun["options"], "https://evil.example");
    let wrong = json!({"flow": begun["flow"], "credential": credential});
    // 50 are free; each one after that would double the wait, if it did so without end.
    let mut failed = 0;
    while failed < 70 {
        let reply = browser.post(FINISH, wrong.clone()).await;
        match reply.status {
            401 => failed += 1,
            _ => {
                refused(&reply, 429, "too-many-requests", "too many failures");
                let wait = reply.retry_after.unwrap();
                assert!(wait <= 4, "after {failed} failures of somebody else: {wait} s");
                world.clock.shift_secs(wait as i64);
            }
        }
    }
    world.clock.shift_secs(4);
    Browser::new(&world).sign_in(&mut ada.passkey).await.expect(200);
    // Her success ends the count for the network.
    browser.post(FINISH, wrong.clone()).await.expect(401);
    browser.post(FINISH, wrong).await.expect(401);
    Browser::new(&world).sign_in(&mut ada.passkey).await.expect(200);
}
