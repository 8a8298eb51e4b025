//! Sign-in, the creation of passkeys and step-up in a real Chromium with a virtual authenticator, on pages of the server's
//! own origin; and what pages of other origins get.

use fieldkeep_testkit::chromium::Chromium;
use fieldkeep_testkit::outside::{Answer, Outside};
use fieldkeep_testkit::world::block_on;
use fieldkeep_testkit::{Backend, World};
use serde_json::{Value, json};

/// A world, and a browser that shows one of its pages.
async fn stage() -> (World, Chromium, String) {
    let world = World::new(Backend::Sqlite).await;
    let browser = Chromium::start(&world).await;
    let origin = format!("https://localhost:{}", world.address().port());
    browser.open(&format!("{origin}/")).await;
    (world, browser, origin)
}

/// Joins with a passkey that the browser makes.
async fn join(world: &World, browser: &Chromium) -> Value {
    let app = &world.running.as_ref().unwrap().app;
    let link = fieldkeep_server::account::invite::first(app).await.unwrap().unwrap();
    let token = link.split_once('#').unwrap().1;
    let (status, opened) = browser.fetch("POST", "/api/v1/join", &json!({"token": token})).await;
    assert_eq!(status, 200, "{opened}");
    let wish = json!({"flow": opened["flow"], "name": "Ada First", "address": "ada@example.com"});
    let (status, begun) = browser.fetch("POST", "/api/v1/join/passkey/begin", &wish).await;
    assert_eq!(status, 200, "{begun}");
    let credential = browser.create(&begun["options"]).await;
    assert!(credential["id"].is_string(), "{credential}");
    let done = json!({"flow": begun["flow"], "credential": credential, "name": "Chromium"});
    let (status, joined) = browser.fetch("POST", "/api/v1/join/passkey", &done).await;
    assert_eq!(status, 201, "{joined}");
    joined
}

async fn sign_in(browser: &Chromium) -> (u16, Value) {
    let (status, begun) = browser.fetch("POST", "/api/v1/sign-in/passkey/begin", &json!({})).await;
    assert_eq!(status, 200, "{begun}");
    let credential = browser.show(&begun["options"]).await;
    browser
        .fetch("POST", "/api/v1/sign-in/passkey", &json!({"flow": begun["flow"], "credential": credential}))
        .await
}

#[test]
fn a_browser_joins_signs_in_and_steps_up_with_a_passkey() {
    block_on(async {
        let (world, browser, _) = stage().await;
        join(&world, &browser).await;
        let (status, me) = browser.fetch("GET", "/api/v1/me", &json!(null)).await;
        assert_eq!((status, me["name"].as_str()), (200, Some("Ada First")), "{me}");
        // No script sees the cookie.
        assert_eq!(browser.run("done(document.cookie);", json!([])).await, "");
        let (status, body) = browser.fetch("POST", "/api/v1/sign-out", &json!({})).await;
        assert_eq!(status, 204, "{body}");
        assert_eq!(browser.fetch("GET", "/api/v1/me", &json!(null)).await.0, 401);
        // Discoverable: no address is asked for.
        let (status, body) = sign_in(&browser).await;
        assert_eq!(status, 200, "{body}");
        world.clock.shift_secs(6 * 60);
        let key = json!({"name": "for me", "role": "viewer"});
        let (status, refused) = browser.fetch("POST", "/api/v1/keys", &key).await;
        assert_eq!((status, refused["needs"].as_str()), (403, Some("step-up")), "{refused}");
        let (_, begun) = browser.fetch("POST", "/api/v1/step-up/passkey/begin", &json!({})).await;
        let credential = browser.show(&begun["options"]).await;
        let proof = json!({"flow": begun["flow"], "credential": credential});
        let (status, body) = browser.fetch("POST", "/api/v1/step-up/passkey", &proof).await;
        assert_eq!(status, 200, "{body}");
        let (status, body) = browser.fetch("POST", "/api/v1/keys", &key).await;
        assert_eq!(status, 201, "{body}");
        // A second passkey on the same authenticator is refused by the browser itself: it knows the first one.
        let (_, begun) = browser.fetch("POST", "/api/v1/me/passkeys/begin", &json!({})).await;
        assert!(
            browser.create(&begun["options"]).await["refused"]
                .as_str()
                .unwrap()
                .contains("InvalidStateError")
        );
    });
}

#[test]
fn pages_of_other_origins_get_nothing() {
    block_on(async {
        let (world, browser, origin) = stage().await;
        join(&world, &browser).await;
        let elsewhere = Outside::start(None).await;
        let page = "<!doctype html><title>free solar panels</title><form method=post></form>";
        elsewhere.next(Answer::Page(page.to_owned()));
        // Another port of the same name: the same site for cookies, another origin for passkeys.
        let (_, begun) = browser.fetch("POST", "/api/v1/sign-in/passkey/begin", &json!({})).await;
        browser.open(&format!("http://localhost:{}/", elsewhere.address.port())).await;
        let credential = browser.show(&begun["options"]).await;
        assert!(credential["id"].is_string(), "{credential}");
        let answer = json!({"flow": begun["flow"], "credential": credential});
        browser.open(&format!("{origin}/")).await;
        let (status, body) = browser.fetch("POST", "/api/v1/sign-in/passkey", &answer).await;
        assert_eq!(status, 401, "{body}");
        // Another site: its form and its script reach the server, and change nothing.
        elsewhere.next(Answer::Page(page.to_owned()));
        browser.open(&format!("http://127.0.0.1:{}/", elsewhere.address.port())).await;
        let script = "
            fetch(arguments[0], {method: 'POST', credentials: 'include', mode: 'no-cors'}).then(
                answer => done(answer.type), error => done(String(error)));";
        let path = format!("{origin}/api/v1/me/sessions/end-all");
        let seen = browser.run(script, json!([path])).await;
        assert!(seen == "opaque" || seen.as_str().unwrap().contains("TypeError"), "{seen}");
        let read =
            "fetch(arguments[0], {credentials: 'include'}).then(() => done('read'), e => done(String(e)));";
        let seen = browser.run(read, json!([format!("{origin}/api/v1/me")])).await;
        assert!(seen.as_str().unwrap().contains("TypeError"), "{seen}");
        let form = "
            const form = document.forms[0]; form.action = arguments[0]; form.submit(); setTimeout(() => done('sent'), 0);";
        browser.run(form, json!([path])).await;
        browser.open(&format!("{origin}/")).await;
        let (status, me) = browser.fetch("GET", "/api/v1/me", &json!(null)).await;
        assert_eq!(status, 200, "{me}");
    });
}

#[test]
fn pages_run_no_script_that_is_not_ours() {
    block_on(async {
        let (_world, browser, _) = stage().await;
        let script = r#"
            const seen = [];
            document.addEventListener('securitypolicyviolation', event => seen.push(event.effectiveDirective));
            const inline = document.createElement('script');
            try { inline.text = 'window.ran = 1'; } catch (error) { seen.push('trusted-types'); }
            inline.append(document.createTextNode('window.ran = 2'));
            document.documentElement.append(inline);
            try { document.body.innerHTML = '<img src=x onerror="window.ran = 3">'; } catch { seen.push('trusted-types'); }
            fetch('https://evil.example/').then(() => seen.push('sent'), () => {
                setTimeout(() => done([window.ran ?? 0, seen]), 50);
            });"#;
        let found = browser.run(script, json!([])).await;
        assert_eq!(found[0], 0, "{found}");
        let seen = found[1].to_string();
        for directive in ["require-trusted-types-for", "connect-src"] {
            assert!(seen.contains(directive), "{directive} expected in {seen}");
        }
        assert!(!seen.contains("sent"));
    });
}
