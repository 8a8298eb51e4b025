//! One-time links: from where they are taken up, which of two counts, and whose rights they give.

use crate::{refused, token, totp};
use fieldkeep_api::OrganizationRules;
use fieldkeep_domain::access::{Action, Actor, Grant, Role, RoleRef, Standing};
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{GrantId, KeyId, OrganizationId};
use fieldkeep_server::access::{authorize, rules};
use fieldkeep_testkit::passkey::SoftPasskey;
use fieldkeep_testkit::person::{Browser, Person};
use fieldkeep_testkit::post::Post;
use fieldkeep_testkit::{Backend, World};
use serde_json::{Value, json};

const PASSWORD: &str = "orchard-gravel-teapot-91";

/// An owner in an office sets the networks of an organization: it is not where this test is.
async fn only_from(world: &World, organization: OrganizationId, networks: &[&str]) {
    let app = &world.running.as_ref().unwrap().app;
    let scope = Scope::Organization { organization };
    let role = RoleRef::Standard(Role::Owner);
    let actor = Actor {
        doer: Doer::Key(KeyId::MIN),
        grants: vec![Grant { id: GrantId::MIN, role, scope, expires_at: None }],
        standing: Standing::Person { fresh_until: world.now().plus_secs(60) },
        address: networks[0].split('/').next().unwrap().parse().ok(),
        now: world.now(),
    };
    let permit = authorize(app, &actor, Action::PolicyWrite, scope).await.unwrap();
    let new: OrganizationRules = serde_json::from_value(json!({"sign_in": {"networks": networks}})).unwrap();
    rules::set(app, &actor, permit, organization, new).await.unwrap();
}

/// Opens a link, and is asked for a passkey; the answer to it.
async fn half_joined(browser: &mut Browser, link: &str) -> Value {
    let opened = browser.post("/api/v1/join", json!({"token": token(link)})).await.expect(200).body;
    let wish = json!({"flow": opened["flow"], "name": "New Person"});
    let begun = browser.post("/api/v1/join/passkey/begin", wish).await.expect(200).body;
    let (_, credential) = SoftPasskey::create(&begun["options"], &browser.origin.clone());
    json!({"flow": begun["flow"], "credential": credential})
}

pub async fn networks_hold_for_those_who_join(backend: Backend) {
    const OUTSIDE: &str = "not accepted from this network";
    let world = World::new(backend).await;
    let organization = world.organization("Ours").await.id;
    let ours = organization.to_string();
    let role = json!([{"role": "viewer", "organization": ours}]);
    // One belongs to the organization, one is only given a role in it, one has an account.
    let belongs = world.invite("one@ours.example", Some(&ours), json!([])).await;
    let given = world.invite("two@partner.example", None, role.clone()).await;
    let mut known = world.person("three@partner.example", None, json!([])).await;
    let more = world.invite("three@partner.example", None, role).await;
    only_from(&world, organization, &["10.0.0.0/8"]).await;

    let mut first = Browser::new(&world);
    let passkey = half_joined(&mut first, &belongs).await;
    refused(&first.post("/api/v1/join/passkey", passkey.clone()).await, 403, "forbidden", OUTSIDE);
    let mut second = Browser::new(&world);
    let opened = second.post("/api/v1/join", json!({"token": token(&given)})).await.expect(200).body;
    let wish = json!({"flow": opened["flow"], "name": "Two Partner", "password": PASSWORD});
    let begun = second.post("/api/v1/join/password", wish).await.expect(200).body;
    let code = totp(begun["totp"]["secret"].as_str().unwrap(), &world);
    let code = json!({"flow": begun["flow"], "code": code});
    refused(&second.post("/api/v1/join/confirm", code.clone()).await, 403, "forbidden", OUTSIDE);
    let taken = json!({"token": token(&more)});
    refused(&known.browser.post("/api/v1/me/invitations", taken.clone()).await, 403, "forbidden", OUTSIDE);
    // Nobody came in, and nothing is spent: not the link, not the flow, not the passkey, not the code.
    assert!(first.cookies.is_empty() && second.cookies.is_empty());
    let people = world.call("GET", "/api/v1/people", None).await.expect(200).body;
    assert_eq!(people["items"].as_array().unwrap().len(), 1, "{people}");
    let path = format!("/api/v1/organizations/{ours}");
    known.browser.get(&path).await.expect(404);
    only_from(&world, organization, &["127.0.0.0/8"]).await;
    first.post("/api/v1/join/passkey", passkey).await.expect(201);
    second.post("/api/v1/join/confirm", code).await.expect(201);
    known.browser.post("/api/v1/me/invitations", taken).await.expect(204);
    known.browser.get(&path).await.expect(200);
}

pub async fn a_second_reset_ends_the_first(backend: Backend) {
    const OVER: &str = "this link was used, withdrawn or is over: ask for a new one";
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let mia = post.person(&world, "mia@example.com", None, json!([])).await;
    let reset = format!("/api/v1/people/{}/reset", mia.id);
    let sent = post.server.so_far().len();
    world.post(&reset, json!({"reason": "forgot it"})).await.expect(204);
    let first = json!({"token": post.token_to("mia@example.com", sent).await});
    let mut browser = Browser::new(&world);
    let opened = browser.post("/api/v1/join", first.clone()).await.expect(200).body;
    let sent = post.server.so_far().len();
    world.post(&reset, json!({"reason": "lost the letter"})).await.expect(204);
    let second = json!({"token": post.token_to("mia@example.com", sent).await});
    assert_ne!(first, second);
    // The one that may have come into other hands is over, and so is what was begun with it.
    refused(&browser.post("/api/v1/join", first).await, 401, "unauthenticated", OVER);
    let new = json!({"flow": opened["flow"], "password": PASSWORD});
    refused(&browser.post("/api/v1/join/password", new).await, 401, "unauthenticated", OVER);
    let opened = browser.post("/api/v1/join", second).await.expect(200).body;
    let new = json!({"flow": opened["flow"], "password": PASSWORD});
    browser.post("/api/v1/join/password", new).await.expect(204);
    browser.password("mia@example.com", PASSWORD).await.expect(200);
}

pub async fn a_link_waits_while_its_organization_is_shut_out(backend: Backend) {
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let link = world.invite("one@ours.example", Some(&ours), json!([])).await;
    let token = json!({"token": link.split_once('#').unwrap().1});
    let mut browser = Browser::new(&world);
    let begun = browser.post("/api/v1/join", token.clone()).await.expect(200).body;
    let of = format!("/api/v1/organizations/{ours}");
    world.post(&format!("{of}/disable"), json!({"reason": "dissolved"})).await.expect(204);
    let shut = "the organization of this link is shut out: the link works again once it is let in";
    refused(&browser.post("/api/v1/join", token.clone()).await, 401, "unauthenticated", shut);
    let wish = json!({"flow": begun["flow"], "name": "One"});
    refused(&browser.post("/api/v1/join/passkey/begin", wish).await, 401, "unauthenticated", shut);
    world.post(&format!("{of}/enable"), json!({"reason": "mistake"})).await.expect(204);
    Person::join(&world, &link, "One", "one@ours.example").await;
}

pub async fn who_has_no_passkey_cannot_ask_for_them(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let ours = world.organization("Ours").await.id.to_string();
    let role = json!([{"role": "owner", "organization": ours}]);
    let mut boss = post.person(&world, "boss@ours.example", Some(&ours), role).await;
    let me = boss.browser.get("/api/v1/me").await.expect(200).body;
    let password = json!({"password": PASSWORD});
    boss.browser.post("/api/v1/me/password", password).await.expect(204);
    let passkey = me["passkeys"][0]["id"].as_str().unwrap();
    let begun = boss.browser.post("/api/v1/me/totp/begin", json!({})).await.expect(200).body;
    let code = crate::totp(begun["totp"]["secret"].as_str().unwrap(), &world);
    boss.browser.post("/api/v1/me/totp", json!({"flow": begun["flow"], "code": code})).await.expect(204);
    boss.browser.post(&format!("/api/v1/me/passkeys/{passkey}/remove"), json!({})).await.expect(204);
    let rules = format!("/api/v1/organizations/{ours}/rules");
    let strict = json!({"sign_in": {"passkey_required": true}});
    let reply = boss.browser.call("PUT", &rules, Some(&strict)).await;
    refused(&reply, 409, "conflict", "you have nothing yourself that counts");
}

pub async fn a_link_ends_with_the_rights_that_it_gives(backend: Backend) {
    const GONE: &str = "whoever invited you may not any more: ask for a new link";
    let world = World::new(backend).await;
    let ours = world.organization("Ours").await.id.to_string();
    let held = |role: &str| json!([{"role": role, "organization": ours}]);
    let mut boss = world.person("boss@ours.example", Some(&ours), held("owner")).await;
    let mut known = world.person("known@ours.example", Some(&ours), json!([])).await;
    let listed = world.call("GET", &format!("/api/v1/grants?person={}", boss.id), None).await.expect(200);
    let owns = listed.body["items"][0]["id"].as_str().unwrap().to_owned();
    let mut links = Vec::new();
    for (address, role) in
        [("new@ours.example", "viewer"), ("known@ours.example", "viewer"), ("low@ours.example", "installer")]
    {
        let new = json!({"address": address, "organization": ours, "roles": held(role)});
        let made = boss.browser.post("/api/v1/invitations", new).await.expect(201).body;
        links.push(made["link"].as_str().unwrap().to_owned());
    }
    let mut browser = Browser::new(&world);
    let begun = half_joined(&mut browser, &links[0]).await;
    // From owner to administrator: who manages people reads no measurements, and so gives nobody that.
    let less = json!({"person": boss.id, "role": "administrator", "organization": ours});
    world.post("/api/v1/grants", less).await.expect(201);
    world.post(&format!("/api/v1/grants/{owns}/revoke"), json!({"reason": "moved"})).await.expect(204);
    let open = |n: usize| json!({"token": token(&links[n])});
    refused(&browser.post("/api/v1/join", open(0)).await, 401, "unauthenticated", GONE);
    refused(&browser.post("/api/v1/join/passkey", begun).await, 401, "unauthenticated", GONE);
    refused(&known.browser.post("/api/v1/me/invitations", open(1)).await, 401, "unauthenticated", GONE);
    let path = format!("/api/v1/organizations/{ours}");
    known.browser.get(&path).await.expect(404);
    // What the administrator still holds, the link still gives.
    browser.post("/api/v1/join", open(2)).await.expect(200);
}
