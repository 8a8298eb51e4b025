//! Second factors that are sent, resets and lost factors, against a real mail server and an SMS gateway; keys that end
//! soon. On both databases.

use fieldkeep_testkit::outside::Outside;
use fieldkeep_testkit::person::{Browser, Person};
use fieldkeep_testkit::post::{self, Post};
use fieldkeep_testkit::{Backend, World, both_databases};
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};

both_databases!(
    codes_by_mail_and_sms_open_once_and_not_for_administrators,
    an_address_is_confirmed_only_where_the_link_went_there,
    codes_are_tried_a_few_times_only,
    a_reset_leaves_the_second_factor,
    a_reset_without_a_factor_left_sets_one_up_anew,
    organizations_ask_for_more,
    a_new_browser_is_told_to_its_owner_once,
    keys_that_end_soon_are_told,
    programs_use_short_tokens,
);

const PASSWORD: &str = "orchard-gravel-teapot-91";
const OTHER: &str = "saddle-cobalt-window-42";

fn code_in(text: &str) -> String {
    post::find_code(text).unwrap_or_else(|| panic!("a code expected in {text}"))
}

async fn open(world: &World, token: &str) -> (Browser, Value) {
    let mut browser = Browser::new(world);
    let opened = browser.post("/api/v1/join", json!({"token": token})).await.expect(200).body;
    (browser, opened)
}

/// Joins with a password and codes by e-mail; the browser.
async fn join_by_mail(world: &World, post: &Post, address: &str, roles: Value) -> Browser {
    let sent = post.server.so_far().len();
    let link = post.invite(world, address, None, roles).await;
    let (mut browser, opened) = open(world, link.split_once('#').unwrap().1).await;
    let wish = json!({"flow": opened["flow"], "name": "Mail Reader", "password": PASSWORD, "factor": "mail"});
    let begun = browser.post("/api/v1/join/password", wish).await.expect(200).body;
    let code = post.code_to(address, sent + 1).await;
    browser.post("/api/v1/join/confirm", json!({"flow": begun["flow"], "code": code})).await.expect(201);
    browser
}

async fn codes_by_mail_and_sms_open_once_and_not_for_administrators(backend: Backend) {
    let post = Post::starttls().await;
    let gateway = Outside::start(None).await;
    let config = format!("{}[sms]\nurl = \"http://{}/\"\n", post.config, gateway.address);
    let world = World::with(backend, &config).await;
    let mut mia = join_by_mail(&world, &post, "mia@example.com", json!([])).await;
    // A telephone is added, once its code came back.
    let begun = mia.post("/api/v1/me/addresses/begin", json!({"to": "+46701234567"})).await.expect(200).body;
    let code = code_in(&gateway.asked(1).await[0].body);
    mia.post("/api/v1/me/addresses", json!({"flow": begun["flow"], "code": code})).await.expect(204);
    let me = mia.get("/api/v1/me").await.expect(200).body;
    assert_eq!(me["factors"], json!(["password", "sms", "mail"]));

    let mut browser = Browser::new(&world);
    let begun = browser.password("mia@example.com", PASSWORD).await.expect(200).body;
    assert_eq!(begun["factors"], json!(["sms", "mail", "recovery"]));
    let send = |factor: &str| json!({"flow": begun["flow"], "factor": factor});
    browser.post("/api/v1/sign-in/send", send("sms")).await.expect(202);
    let code = code_in(&gateway.asked(2).await[1].body);
    let answer = json!({"flow": begun["flow"], "factor": "sms", "code": code});
    browser.post("/api/v1/sign-in/code", answer.clone()).await.expect(200);
    Browser::new(&world).post("/api/v1/sign-in/code", answer).await.expect(401);

    // Somebody with rights over others is not asked for a code that was sent: an app or a passkey it must be.
    let link = post.invite(&world, "adm@example.com", None, json!([{"role": "administrator"}])).await;
    let (mut adm, opened) = open(&world, link.split_once('#').unwrap().1).await;
    let wish = json!({"flow": opened["flow"], "name": "Adm", "password": PASSWORD, "factor": "mail"});
    let refused = adm.post("/api/v1/join/password", wish).await.expect(400);
    assert!(refused.body["detail"].as_str().unwrap().contains("codes that are sent"), "{}", refused.text);
    let mut ann = join_by_mail(&world, &post, "ann@example.com", json!([])).await;
    let id = ann.get("/api/v1/me").await.expect(200).body["id"].clone();
    world.post("/api/v1/grants", json!({"person": id, "role": "administrator"})).await.expect(201);
    let begun = Browser::new(&world).password("ann@example.com", PASSWORD).await.expect(200).body;
    assert_eq!(begun["factors"], json!(["recovery"]));
    let begun = ann.post("/api/v1/step-up/code/begin", json!({"factor": "mail"})).await;
    assert_eq!(begun.status, 400, "{}", begun.text);
}

async fn an_address_is_confirmed_only_where_the_link_went_there(backend: Backend) {
    let world = World::new(backend).await;
    let mut shown = world.person("shown@example.com", None, json!([])).await;
    let me = shown.browser.get("/api/v1/me").await.expect(200).body;
    assert_eq!(me["address_verified"], false, "{me}");
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let link = post.invite(&world, "sent@example.com", None, json!([])).await;
    let mut sent = Person::join(&world, &link, "Sent", "sent@example.com").await;
    assert_eq!(sent.browser.get("/api/v1/me").await.expect(200).body["address_verified"], true);
}

async fn codes_are_tried_a_few_times_only(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    join_by_mail(&world, &post, "mia@example.com", json!([])).await;
    let sent = post.server.so_far().len();
    let mut browser = Browser::new(&world);
    let begun = browser.password("mia@example.com", PASSWORD).await.expect(200).body;
    browser.post("/api/v1/sign-in/send", json!({"flow": begun["flow"], "factor": "mail"})).await.expect(202);
    let code = post.code_to("mia@example.com", sent).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let answer = |code: &str| json!({"flow": begun["flow"], "factor": "mail", "code": code});
    for _ in 0..5 {
        browser.post("/api/v1/sign-in/code", answer(wrong)).await.expect(401);
    }
    // From here on it takes waiting, and the code itself is worth nothing any more.
    browser.post("/api/v1/sign-in/code", answer(&code)).await.expect(429);
    world.clock.shift_secs(60);
    let begun = browser.password("mia@example.com", PASSWORD).await.expect(200).body;
    let old = json!({"flow": begun["flow"], "factor": "mail", "code": code});
    browser.post("/api/v1/sign-in/code", old).await.expect(401);
    let history = world.call("GET", "/api/v1/people", None).await.expect(200).body;
    let id = history["items"][0]["id"].as_str().unwrap().to_owned();
    let app = world.running.as_ref().unwrap().app.clone();
    fieldkeep_server::account::trim(&app).await.unwrap();
    let seen = world.call("GET", &format!("/api/v1/people/{id}/sign-ins"), None).await.expect(200).body;
    let refused = seen["items"].as_array().unwrap().iter().filter(|one| one["outcome"] == "refused").count();
    assert!(refused >= 6, "{seen:#}");
}

async fn a_reset_leaves_the_second_factor(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let mut mia = join_by_mail(&world, &post, "mia@example.com", json!([])).await;
    let id = mia.get("/api/v1/me").await.expect(200).body["id"].as_str().unwrap().to_owned();
    let sent = post.server.so_far().len();
    let reply =
        world.post(&format!("/api/v1/people/{id}/reset"), json!({"reason": "forgot it"})).await.expect(204);
    assert!(reply.text.is_empty());
    mia.get("/api/v1/me").await.expect(401);
    let token = post.token_to("mia@example.com", sent).await;
    let (mut browser, opened) = open(&world, &token).await;
    assert_eq!((opened["kind"].as_str(), opened["needs_factor"].as_bool()), (Some("reset"), Some(false)));
    // Not a passkey: it would make the second factor needless.
    browser.post("/api/v1/join/passkey/begin", json!({"flow": opened["flow"]})).await.expect(409);
    let new = json!({"flow": opened["flow"], "password": OTHER});
    browser.post("/api/v1/join/password", new.clone()).await.expect(204);
    browser.post("/api/v1/join/password", new).await.expect(401);
    assert!(browser.cookies.is_empty(), "a reset signs nobody in");
    browser.password("mia@example.com", PASSWORD).await.expect(401);
    let begun = browser.password("mia@example.com", OTHER).await.expect(200).body;
    assert_eq!(begun["factors"], json!(["mail", "recovery"]));
    browser.get("/api/v1/me").await.expect(401);
}

async fn a_reset_without_a_factor_left_sets_one_up_anew(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let link = post.invite(&world, "ida@example.com", None, json!([])).await;
    let mut ida = Person::join(&world, &link, "Ida", "ida@example.com").await;
    for factor in ["passkeys", "recovery-codes"] {
        let lost = json!({"factor": factor, "reason": "telephone lost"});
        world.post(&format!("/api/v1/people/{}/remove-factor", ida.id), lost).await.expect(204);
    }
    ida.browser.get("/api/v1/me").await.expect(401);
    Browser::new(&world).sign_in(&mut ida.passkey).await.expect(401);
    let sent = post.server.mails(3).await.len();
    assert!(post.server.so_far().iter().any(|mail| mail.text().contains("passkeys")));
    world.post(&format!("/api/v1/people/{}/reset", ida.id), json!({"reason": "x"})).await.expect(204);
    let token = post.token_to("ida@example.com", sent).await;
    let (mut browser, opened) = open(&world, &token).await;
    assert_eq!(opened["needs_factor"], true);
    let begun =
        browser.post("/api/v1/join/passkey/begin", json!({"flow": opened["flow"]})).await.expect(200).body;
    let origin = browser.origin.clone();
    let (mut passkey, credential) =
        fieldkeep_testkit::passkey::SoftPasskey::create(&begun["options"], &origin);
    let done = json!({"flow": begun["flow"], "credential": credential});
    let joined = browser.post("/api/v1/join/passkey", done).await.expect(201).body;
    assert_eq!(joined["person"], ida.id.as_str());
    Browser::new(&world).sign_in(&mut passkey).await.expect(200);
    // Without a confirmed address nothing is sent: the first administrator gave one that nobody checked.
    let app = world.running.as_ref().unwrap().app.clone();
    assert!(fieldkeep_server::account::invite::first(&app).await.unwrap().is_none());
}

async fn organizations_ask_for_more(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let strict = world.organization("Strict").await.id.to_string();
    let rules = format!("/api/v1/organizations/{strict}/rules");
    let set = |rules_: Value| json!({"sign_in": rules_, "two_people": []});
    let role = json!([{"role": "viewer", "organization": strict}]);
    let mut mia = join_by_mail(&world, &post, "mia@example.com", role.clone()).await;
    for bad in
        [json!({"password_chars_min": 8}), json!({"networks": ["10.0.0.1/8"]}), json!({"second_factors": []})]
    {
        world.call("PUT", &rules, Some(&set(bad))).await.expect(400);
    }
    let ask = json!({"password_chars_min": 30, "second_factors": ["totp"], "idle_s_max": 60});
    world.call("PUT", &rules, Some(&set(ask))).await.expect(200);
    // What she has does not count any more; what she sets anew is held against it.
    let begun = Browser::new(&world).password("mia@example.com", PASSWORD).await.expect(200).body;
    assert_eq!(begun["factors"], json!(["recovery"]));
    let reply = mia.post("/api/v1/me/password", json!({"password": OTHER})).await.expect(400);
    assert!(reply.body["detail"].as_str().unwrap().contains("at least 30"), "{}", reply.text);
    // Passkeys only, and only from there.
    world.call("PUT", &rules, Some(&set(json!({"passkey_required": true})))).await.expect(200);
    let reply = Browser::new(&world).password("mia@example.com", PASSWORD).await.expect(403);
    assert_eq!(reply.body["needs"], "passkey");
    mia.get("/api/v1/me").await.expect(401);
    let link = post.invite(&world, "pia@example.com", Some(&strict), role).await;
    let mut pia = Person::join(&world, &link, "Pia", "pia@example.com").await;
    Browser::new(&world).sign_in(&mut pia.passkey).await.expect(200);
    let outside = json!({"networks": ["192.0.2.0/24"]});
    let refused = world.call("PUT", &rules, Some(&set(outside.clone()))).await;
    assert_eq!(refused.status, 409, "who sets it would shut themselves out: {}", refused.text);
    let inside = json!({"networks": ["127.0.0.0/8"]});
    world.call("PUT", &rules, Some(&set(inside))).await.expect(200);
    Browser::new(&world).sign_in(&mut pia.passkey).await.expect(200);
}

async fn a_new_browser_is_told_to_its_owner_once(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let link = post.invite(&world, "ida@example.com", None, json!([])).await;
    let mut ida = Person::join(&world, &link, "Ida", "ida@example.com").await;
    ida.browser.sign_in(&mut ida.passkey).await.expect(200);
    let mut other = Browser::new(&world);
    other.agent = "Borrowedbrowser/3";
    other.sign_in(&mut ida.passkey).await.expect(200);
    other.sign_in(&mut ida.passkey).await.expect(200);
    // The invitation, and one letter for the one new browser.
    let mails = post.server.mails(2).await;
    assert!(mails[1].text().contains("Borrowedbrowser/3"), "{}", mails[1].text());
    // What is sent next is no second letter about it.
    post.invite(&world, "next@example.com", None, json!([])).await;
    let mails = post.server.mails(3).await;
    assert_eq!(mails.iter().filter(|mail| mail.text().contains("Borrowedbrowser")).count(), 1);
}

async fn keys_that_end_soon_are_told(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let link = post.invite(&world, "sec@example.com", None, json!([{"role": "owner"}])).await;
    let mut sec = Person::join(&world, &link, "Sec", "sec@example.com").await;
    let sent = post.server.mails(1).await.len();
    let until = format_time(world.now().plus_secs(20 * 86_400));
    let key = json!({"name": "export program", "role": "viewer", "expires_at": until});
    sec.browser.post("/api/v1/keys", key).await.expect(201);
    let app = world.running.as_ref().unwrap().app.clone();
    let warn = async || fieldkeep_server::account::keys::warn(&app).await.unwrap();
    warn().await;
    world.clock.shift_secs(7 * 86_400);
    warn().await;
    warn().await;
    let mails = post.server.mails(sent + 1).await;
    assert!(mails[sent].text().contains("export program"), "{}", mails[sent].text());
    world.clock.shift_secs(11 * 86_400);
    warn().await;
    assert_eq!(post.server.mails(sent + 2).await.len(), sent + 2);
}

async fn programs_use_short_tokens(backend: Backend) {
    let world = World::new(backend).await;
    let account = json!({"name": "dashboard"});
    let account = world.post("/api/v1/service-accounts", account).await.expect(201).body;
    let key = json!({"name": "one", "role": "viewer", "account": account["id"]});
    let made = world.post("/api/v1/keys", key).await.expect(201).body;
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let client = world.client(world.tls(None));
    let url = format!("https://localhost:{}/oauth/token", world.address().port());
    let ask = async |basic: Option<(&str, &str)>, form: &str| {
        let mut request = client.post(&url).header("content-type", "application/x-www-form-urlencoded");
        if let Some((id, secret)) = basic {
            request = request.basic_auth(id, Some(secret));
        }
        let request = request.body(form.to_owned());
        fieldkeep_testkit::device::reply(request.send().await.unwrap()).await.unwrap()
    };
    let grant = "grant_type=client_credentials";
    let token = ask(Some((id, secret)), grant).await.expect(200).body;
    assert_eq!((token["token_type"].as_str(), token["expires_in"].as_u64()), (Some("Bearer"), Some(600)));
    let token = token["access_token"].as_str().unwrap().to_owned();
    world.call_as(&token, "GET", "/api/v1/organizations", None).await.expect(200);
    let by_form = format!("{grant}&client_id={id}&client_secret={secret}&scope=device.read");
    let narrow = ask(None, &by_form).await.expect(200).body;
    assert_eq!(narrow["scope"], "device.read");
    let narrow = narrow["access_token"].as_str().unwrap().to_owned();
    world.call_as(&narrow, "GET", "/api/v1/devices", None).await.expect(200);
    let refused = world.call_as(&narrow, "GET", "/api/v1/organizations", None).await.expect(403);
    assert_eq!(refused.body["action"], "organization.read");
    for (basic, form, status, error) in [
        (Some((id, secret)), "grant_type=password", 400, "unsupported_grant_type"),
        (Some((id, "fk_svc_wrong")), grant, 401, "invalid_client"),
        (Some(("someone", secret)), grant, 401, "invalid_client"),
        (None, grant, 401, "invalid_client"),
        (Some((id, secret)), "grant_type=client_credentials&client_secret=x", 400, "invalid_request"),
        (Some((id, secret)), "grant_type=client_credentials&scope=everything", 400, "invalid_scope"),
    ] {
        let reply = ask(basic, form).await;
        assert_eq!(
            (reply.status, reply.body["error"].as_str()),
            (status, Some(error)),
            "{form}: {}",
            reply.text
        );
    }
    // Who is refused as a client is told how clients authenticate (RFC 6749 §5.2).
    let bare = client
        .post(&url)
        .basic_auth("someone", Some("x"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(grant);
    let bare = bare.send().await.unwrap();
    assert!(bare.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic "), "{bare:?}");
    let empty = client.post(&url).send().await.unwrap();
    let empty = fieldkeep_testkit::device::reply(empty).await.unwrap();
    assert_eq!(empty.body["error"], "invalid_request", "{}", empty.text);
    // A token dies with its key, with its account, and by itself; a changed one never lived.
    let mut forged = token.clone().into_bytes();
    let at = forged.len() - 9;
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    world.call_as(&forged, "GET", "/api/v1/organizations", None).await.expect(401);
    let path = format!("/api/v1/service-accounts/{}", account["id"].as_str().unwrap());
    world.post(&format!("{path}/disable"), json!({"reason": "x"})).await.expect(204);
    world.call_as(&token, "GET", "/api/v1/organizations", None).await.expect(401);
    world.post(&format!("{path}/enable"), json!({"reason": "x"})).await.expect(204);
    world.call_as(&token, "GET", "/api/v1/organizations", None).await.expect(200);
    world.clock.shift_secs(601);
    world.call_as(&token, "GET", "/api/v1/organizations", None).await.expect(401);
}
