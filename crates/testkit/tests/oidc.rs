//! Sign-in through an organization's identity provider, and every answer of one that must not be taken.
//! On both databases.

use fieldkeep_api as api;
use fieldkeep_testkit::person::{Browser, Person};
use fieldkeep_testkit::provider::{Misdeed, Provider};
use fieldkeep_testkit::{Backend, Reply, World, both_databases};
use serde_json::{Value, json};

both_databases!(
    somebody_links_and_signs_in,
    an_invitation_is_taken_up_through_the_provider,
    hostile_answers_open_nothing,
    an_answer_counts_once_and_in_one_browser,
    two_providers_cannot_be_mixed_up,
    nobody_is_found_by_an_address,
    links_ask_for_presence_and_stay_with_one_person,
    whoever_is_out_stays_out,
    a_provider_that_is_down_is_said_to_be,
    secrets_of_clients_are_shown_nowhere,
);

const LOOPBACK: &str = "[providers]\nnetworks = [\"127.0.0.0/8\"]\n";
const SECRET: &str = "a-client-secret-of-the-provider";

/// A deployment, an organization, its provider here and there.
struct Scene {
    world: World,
    company: api::Organization,
    provider: Provider,
    id: String,
}

async fn register(world: &World, company: &api::Organization, provider: &Provider, secret: bool) -> String {
    let path = format!("/api/v1/organizations/{}/providers", company.id);
    let mut new = json!({"name": "Company sign-in", "issuer": provider.issuer, "client_id": "fieldkeep"});
    if secret {
        new["client_secret"] = json!(SECRET);
    }
    let made = world.post(&path, new).await.expect(201).body;
    made["id"].as_str().unwrap().to_owned()
}

async fn scene(backend: Backend) -> Scene {
    let world = World::with(backend, LOOPBACK).await;
    let company = world.organization("Northern Cold").await;
    let provider = Provider::start(world.clock.clone(), "fieldkeep", Some(SECRET)).await;
    let id = register(&world, &company, &provider, true).await;
    Scene { world, company, provider, id }
}

impl Scene {
    async fn ada(&self) -> Person {
        self.world.person("ada@example.com", Some(&self.company.id.to_string()), json!([])).await
    }

    /// Begins somewhere; the provider's page.
    async fn begin(&self, browser: &mut Browser, path: &str, body: Value) -> String {
        let begun = browser.post(path, body).await.expect(200);
        assert!(browser.cookies.contains_key("__Host-fieldkeep-oidc"));
        begun.body["url"].as_str().unwrap().to_owned()
    }

    async fn page(&self, browser: &mut Browser) -> String {
        self.begin(browser, &format!("/api/v1/sign-in/oidc/{}/begin", self.id), json!({})).await
    }

    async fn sign_in(&self, browser: &mut Browser, subject: &str) -> Reply {
        let page = self.page(browser).await;
        come_back(browser, &self.provider.sign_in(&page, subject)).await
    }

    async fn link(&self, person: &mut Person, subject: &str) -> Reply {
        let page = self
            .begin(&mut person.browser, "/api/v1/me/identities/begin", json!({"provider": self.id}))
            .await;
        come_back(&mut person.browser, &self.provider.sign_in(&page, subject)).await
    }
}

/// The provider's page sends the browser back: from another site, so strict cookies stay at home.
async fn come_back(browser: &mut Browser, path: &str) -> Reply {
    let strict = ["__Host-fieldkeep", "__Host-fieldkeep-browser"];
    let kept: Vec<_> = strict.iter().filter_map(|name| browser.cookies.remove_entry(*name)).collect();
    browser.site = Some("cross-site");
    let reply = browser.get(path).await;
    browser.site = Some("same-origin");
    for (name, value) in kept {
        browser.cookies.entry(name).or_insert(value);
    }
    assert!(!browser.cookies.contains_key("__Host-fieldkeep-oidc"), "the way back is closed behind");
    reply
}

async fn somebody_links_and_signs_in(backend: Backend) {
    let scene = scene(backend).await;
    let mut ada = scene.ada().await;
    let reply = scene.link(&mut ada, "subject-of-ada").await.expect(200);
    assert!(
        reply.text.contains("http-equiv=\"refresh\"") && !reply.text.contains("<script"),
        "{}",
        reply.text
    );
    let me = ada.browser.get("/api/v1/me").await.expect(200).body;
    assert_eq!(me["identities"][0]["name"], "Company sign-in");
    assert!(!me.to_string().contains("subject-of-ada"));

    let mut browser = Browser::new(&scene.world);
    scene.sign_in(&mut browser, "subject-of-ada").await.expect(200);
    let me = browser.get("/api/v1/me").await.expect(200).body;
    assert_eq!(me["id"], json!(ada.id));
    let sessions = browser.get("/api/v1/me/sessions").await.expect(200).body;
    let methods: Vec<_> =
        sessions["items"].as_array().unwrap().iter().map(|one| one["method"].clone()).collect();
    assert!(methods.contains(&json!("oidc")) && methods.contains(&json!("passkey")), "{methods:?}");
    let history = browser.get("/api/v1/me/sign-ins").await.expect(200).body;
    assert_eq!(history["items"][0]["method"], "oidc");
    // It opens a session and proves no presence; a passkey does, and who has one does not go the other way.
    let refused = browser.post("/api/v1/me/recovery-codes", json!({})).await.expect(403);
    assert_eq!(refused.body["needs"], "step-up");
    browser.post("/api/v1/step-up/oidc/begin", json!({"provider": scene.id})).await.expect(409);
    browser.step_up(&mut ada.passkey).await.expect(200);
    browser.post("/api/v1/me/recovery-codes", json!({})).await.expect(200);
    // What was learned of the provider is remembered, and looked up again when it changes its key.
    assert_eq!(scene.provider.asked("/jwks"), 1);
    scene.provider.changes_key();
    scene.world.clock.shift_secs(120);
    scene.sign_in(&mut Browser::new(&scene.world), "subject-of-ada").await.expect(200);
    assert_eq!(scene.provider.asked("/jwks"), 2);
}

async fn an_invitation_is_taken_up_through_the_provider(backend: Backend) {
    let scene = scene(backend).await;
    let company = scene.company.id.to_string();
    let link = scene.world.invite("eve@example.com", Some(&company), json!([])).await;
    let mut browser = Browser::new(&scene.world);
    let token = json!({"token": link.split_once('#').unwrap().1});
    let opened = browser.post("/api/v1/join", token.clone()).await.expect(200).body;
    assert_eq!(opened["providers"][0]["id"], json!(scene.id));
    let wish = json!({"flow": opened["flow"], "provider": scene.id, "name": "Eve New"});
    // A provider of another organization has no say.
    let other = scene.world.organization("Other").await;
    let foreign = register(&scene.world, &other, &scene.provider, true).await;
    let mut bad = wish.clone();
    bad["provider"] = json!(foreign);
    browser.post("/api/v1/join/oidc/begin", bad).await.expect(404);
    let page = scene.begin(&mut browser, "/api/v1/join/oidc/begin", wish).await;
    come_back(&mut browser, &scene.provider.sign_in(&page, "subject-of-eve")).await.expect(200);
    let me = browser.get("/api/v1/me").await.expect(200).body;
    assert_eq!((me["name"].as_str(), me["address"].as_str()), (Some("Eve New"), Some("eve@example.com")));
    assert_eq!((&me["factors"], me["recovery_codes_left"].as_u64()), (&json!([]), Some(0)));
    browser.post("/api/v1/join", token).await.expect(401);
    scene.sign_in(&mut Browser::new(&scene.world), "subject-of-eve").await.expect(200);
    // She has nothing else to prove presence with: the provider asks her anew.
    browser.post("/api/v1/me/passkeys/begin", json!({})).await.expect(403);
    let again = json!({"provider": scene.id});
    scene.provider.does(Misdeed::OldSession);
    let page = scene.begin(&mut browser, "/api/v1/step-up/oidc/begin", again.clone()).await;
    come_back(&mut browser, &scene.provider.sign_in(&page, "subject-of-eve")).await.expect(401);
    scene.provider.does(Misdeed::None);
    let page = scene.begin(&mut browser, "/api/v1/step-up/oidc/begin", again.clone()).await;
    come_back(&mut browser, &scene.provider.sign_in(&page, "somebody-else")).await.expect(401);
    browser.post("/api/v1/me/passkeys/begin", json!({})).await.expect(403);
    let before = browser.cookies["__Host-fieldkeep"].clone();
    let page = scene.begin(&mut browser, "/api/v1/step-up/oidc/begin", again).await;
    come_back(&mut browser, &scene.provider.sign_in(&page, "subject-of-eve")).await.expect(200);
    assert_ne!(before, browser.cookies["__Host-fieldkeep"]);
    browser.post("/api/v1/me/passkeys/begin", json!({})).await.expect(200);
    // And the one way in that she has, she does not take away from herself.
    let identity = me["identities"][0]["id"].as_str().unwrap();
    browser.post(&format!("/api/v1/me/identities/{identity}/remove"), json!({})).await.expect(409);
}

async fn hostile_answers_open_nothing(backend: Backend) {
    let scene = scene(backend).await;
    let mut ada = scene.ada().await;
    scene.link(&mut ada, "subject-of-ada").await.expect(200);
    for misdeed in [
        Misdeed::Nonce,
        Misdeed::NoNonce,
        Misdeed::Audience,
        Misdeed::Audiences,
        Misdeed::Party,
        Misdeed::Expired,
        Misdeed::Future,
        Misdeed::Issuer,
        Misdeed::Unsigned,
        Misdeed::HmacOfKey,
        Misdeed::HmacOfSecret,
        Misdeed::OtherKey,
        Misdeed::AccessHash,
        Misdeed::NoIdToken,
        Misdeed::ForeignIss,
        Misdeed::NoIss,
        Misdeed::Redirects,
    ] {
        scene.provider.does(misdeed);
        let mut browser = Browser::new(&scene.world);
        let reply = scene.sign_in(&mut browser, "subject-of-ada").await;
        assert_eq!(reply.status, 401, "{misdeed:?}: {}", reply.text);
        assert!(browser.cookies.is_empty(), "{misdeed:?}");
    }
    assert_eq!(scene.provider.asked("/other"), 0);
    scene.provider.does(Misdeed::None);
    scene.sign_in(&mut Browser::new(&scene.world), "subject-of-ada").await.expect(200);
}

async fn an_answer_counts_once_and_in_one_browser(backend: Backend) {
    let scene = scene(backend).await;
    let mut ada = scene.ada().await;
    scene.link(&mut ada, "subject-of-ada").await.expect(200);
    let mut browser = Browser::new(&scene.world);
    let page = scene.page(&mut browser).await;
    let cookie = browser.cookies["__Host-fieldkeep-oidc"].clone();
    let back = scene.provider.sign_in(&page, "subject-of-ada");
    // Not in a browser that began nothing, nor in one that began something else: nobody is signed in as somebody else.
    Browser::new(&scene.world).get(&back).await.expect(401);
    let mut other = Browser::new(&scene.world);
    scene.page(&mut other).await;
    come_back(&mut other, &back).await.expect(401);
    assert!(other.cookies.is_empty());
    // Not without its state, or with half of it.
    let mut guess = browser.clone();
    guess.get(back.split("&state=").next().unwrap()).await.expect(401);
    come_back(&mut browser, &back).await.expect(200);
    // Not again: neither this code nor another one in the same flow.
    for replay in [back.clone(), scene.provider.sign_in(&page, "subject-of-ada")] {
        let mut thief = Browser::new(&scene.world);
        thief.cookies.insert("__Host-fieldkeep-oidc".into(), cookie.clone());
        come_back(&mut thief, &replay).await.expect(401);
        assert!(thief.cookies.is_empty());
    }
    // Not after ten minutes.
    let mut late = Browser::new(&scene.world);
    let page = scene.page(&mut late).await;
    let back = scene.provider.sign_in(&page, "subject-of-ada");
    scene.world.clock.shift_secs(601);
    come_back(&mut late, &back).await.expect(401);
    // What the person broke off there is said.
    let page = scene.page(&mut late).await;
    let back = scene.provider.sign_in(&page, "subject-of-ada").replace("code=", "error=access_denied&was=");
    let reply = come_back(&mut late, &back).await.expect(401);
    assert!(reply.text.contains("did not sign you in"), "{}", reply.text);
}

async fn two_providers_cannot_be_mixed_up(backend: Backend) {
    let scene = scene(backend).await;
    let mut ada = scene.ada().await;
    scene.link(&mut ada, "subject-of-ada").await.expect(200);
    // A second provider of the same organization, run by somebody who wants codes of the first.
    let evil = Provider::start(scene.world.clock.clone(), "fieldkeep", None).await;
    let id = register(&scene.world, &scene.company, &evil, false).await;
    let mut browser = Browser::new(&scene.world);
    let path = format!("/api/v1/sign-in/oidc/{id}/begin");
    let page = scene.begin(&mut browser, &path, json!({})).await;
    let honest = page.replace(&evil.issuer, &scene.provider.issuer);
    let back = scene.provider.sign_in(&honest, "subject-of-ada");
    come_back(&mut browser, &back).await.expect(401);
    assert_eq!(evil.asked("/token"), 0, "the code of one is never sent to the other");
    // It says the same subject of itself: that is somebody else.
    let page = scene.begin(&mut browser, &path, json!({})).await;
    come_back(&mut browser, &evil.sign_in(&page, "subject-of-ada")).await.expect(401);
    assert_eq!(evil.asked("/token"), 1);
    // A second registration of the first provider, by another organization, opens nothing of Ada's.
    let other = scene.world.organization("Other").await;
    let id = register(&scene.world, &other, &scene.provider, true).await;
    let path = format!("/api/v1/sign-in/oidc/{id}/begin");
    let page = scene.begin(&mut browser, &path, json!({})).await;
    come_back(&mut browser, &scene.provider.sign_in(&page, "subject-of-ada")).await.expect(401);
}

async fn nobody_is_found_by_an_address(backend: Backend) {
    let scene = scene(backend).await;
    let ada = scene.ada().await;
    // The token says `email: ada@example.com`, verified.
    let mut browser = Browser::new(&scene.world);
    for subject in ["unlinked", "ada@example.com", ada.id.as_str()] {
        scene.sign_in(&mut browser, subject).await.expect(401);
    }
    browser.get("/api/v1/me").await.expect(401);
    let people = scene.world.call("GET", "/api/v1/people", None).await.expect(200);
    assert_eq!(people.body["items"].as_array().unwrap().len(), 1);
}

async fn links_ask_for_presence_and_stay_with_one_person(backend: Backend) {
    let scene = scene(backend).await;
    let mut ada = scene.ada().await;
    let wish = json!({"provider": scene.id});
    scene.world.clock.shift_secs(301);
    ada.browser.post("/api/v1/me/identities/begin", wish.clone()).await.expect(403);
    ada.browser.step_up(&mut ada.passkey).await.expect(200);
    scene.link(&mut ada, "subject-of-ada").await.expect(200);
    scene.link(&mut ada, "subject-of-ada").await.expect(409);
    // Nobody else has it, nor does anybody from outside the organization link anything there.
    let company = scene.company.id.to_string();
    let mut bob = scene.world.person("bob@example.com", Some(&company), json!([])).await;
    scene.link(&mut bob, "subject-of-ada").await.expect(409);
    let mut far = scene.world.person("far@example.com", None, json!([])).await;
    far.browser.post("/api/v1/me/identities/begin", wish.clone()).await.expect(404);
    // A session that ended meanwhile links nothing.
    let page = scene.begin(&mut bob.browser, "/api/v1/me/identities/begin", wish).await;
    bob.browser.post("/api/v1/me/sessions/end-all", json!({})).await.expect(204);
    come_back(&mut bob.browser, &scene.provider.sign_in(&page, "subject-of-bob")).await.expect(401);
    // Unlinked, it opens nothing; only one's own is.
    let me = ada.browser.get("/api/v1/me").await.expect(200).body;
    let remove = format!("/api/v1/me/identities/{}/remove", me["identities"][0]["id"].as_str().unwrap());
    bob.browser.sign_in(&mut bob.passkey).await.expect(200);
    bob.browser.post(&remove, json!({})).await.expect(404);
    ada.browser.post(&remove, json!({})).await.expect(204);
    scene.sign_in(&mut Browser::new(&scene.world), "subject-of-ada").await.expect(401);
}

async fn whoever_is_out_stays_out(backend: Backend) {
    let scene = scene(backend).await;
    let mut ada = scene.ada().await;
    scene.link(&mut ada, "subject-of-ada").await.expect(200);
    let mut browser = Browser::new(&scene.world);
    // The organization's networks count here too.
    let rules = format!("/api/v1/organizations/{}/rules", scene.company.id);
    let before = scene.world.call("GET", &rules, None).await.expect(200).body;
    let mut inside = before.clone();
    inside["sign_in"]["networks"] = json!(["127.0.0.0/8"]);
    scene.world.call("PUT", &rules, Some(&inside)).await.expect(200);
    scene.sign_in(&mut browser, "subject-of-ada").await.expect(200);
    scene.world.call("PUT", &rules, Some(&before)).await.expect(200);
    let person = format!("/api/v1/people/{}", ada.id);
    scene.world.post(&format!("{person}/disable"), json!({"reason": "x"})).await.expect(204);
    browser.get("/api/v1/me").await.expect(401);
    scene.sign_in(&mut browser, "subject-of-ada").await.expect(401);
    scene.world.post(&format!("{person}/enable"), json!({"reason": "x"})).await.expect(204);
    scene.sign_in(&mut browser, "subject-of-ada").await.expect(200);
    // Removed while somebody is there, and before somebody goes.
    let mut away = Browser::new(&scene.world);
    let page = scene.page(&mut away).await;
    scene.world.post(&format!("/api/v1/providers/{}/remove", scene.id), json!({})).await.expect(204);
    browser.get("/api/v1/me").await.expect(401);
    come_back(&mut away, &scene.provider.sign_in(&page, "subject-of-ada")).await.expect(401);
    away.post(&format!("/api/v1/sign-in/oidc/{}/begin", scene.id), json!({})).await.expect(404);
    scene.world.post(&format!("/api/v1/providers/{}/remove", scene.id), json!({})).await.expect(404);
    let me = ada.browser.sign_in(&mut ada.passkey).await.expect(200);
    assert!(me.body["person"].is_string());
    assert_eq!(ada.browser.get("/api/v1/me").await.expect(200).body["identities"], json!([]));
}

async fn a_provider_that_is_down_is_said_to_be(backend: Backend) {
    let scene = scene(backend).await;
    let begin = format!("/api/v1/sign-in/oidc/{}/begin", scene.id);
    for misdeed in [Misdeed::Down, Misdeed::Metadata] {
        scene.provider.does(misdeed);
        let mut browser = Browser::new(&scene.world);
        let reply = browser.post(&begin, json!({})).await.expect(503);
        assert!(reply.text.contains("identity provider does not answer"), "{}", reply.text);
        assert!(reply.retry_after.is_some() && browser.cookies.is_empty());
        // A crowd does not ask again and again.
        let asked = scene.provider.asked("/.well-known/openid-configuration");
        browser.post(&begin, json!({})).await.expect(503);
        assert_eq!(scene.provider.asked("/.well-known/openid-configuration"), asked);
        scene.world.clock.shift_secs(11);
    }
    scene.provider.does(Misdeed::None);
    Browser::new(&scene.world).post(&begin, json!({})).await.expect(200);
    // Addresses that lead inside are refused before anybody asks.
    let path = format!("/api/v1/organizations/{}/providers", scene.company.id);
    for issuer in ["http://10.0.0.1", "https://169.254.169.254", "http://id.example.com", "ftp://x", ""] {
        let new = json!({"name": "x", "issuer": issuer, "client_id": "x"});
        scene.world.post(&path, new).await.expect(400);
    }
}

async fn secrets_of_clients_are_shown_nowhere(backend: Backend) {
    let scene = scene(backend).await;
    let mut ada = scene.ada().await;
    scene.link(&mut ada, "subject-of-ada").await.expect(200);
    let path = format!("/api/v1/organizations/{}/providers", scene.company.id);
    let list = scene.world.call("GET", &path, None).await.expect(200);
    assert!(!list.text.contains(SECRET), "{}", list.text);
    assert_eq!(list.body["items"][0]["confidential"], true);
    assert!(list.body["items"][0]["redirect_uri"].as_str().unwrap().ends_with("/oidc/callback"));
    let app = &scene.world.running.as_ref().unwrap().app;
    let mut tx = app.db.read().await.unwrap();
    for text in
        ["SELECT sealed FROM providers", "SELECT subject_hash FROM identities", "SELECT sealed FROM acts"]
    {
        use sqlx::Row;
        let rows = sqlx::query(text).fetch_all(&mut *tx).await.unwrap();
        assert!(!rows.is_empty(), "{text}");
        for row in rows {
            let bytes: Vec<u8> = row.get(0);
            for clear in [SECRET, "subject-of-ada", scene.provider.issuer.as_str()] {
                assert!(!bytes.windows(clear.len()).any(|part| part == clear.as_bytes()), "{text}: {clear}");
            }
        }
    }
}
