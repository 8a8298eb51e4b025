//! A person at a browser: cookies, the headers that browsers send, and what people do to sign in.

use crate::device::{Reply, reply};
use crate::passkey::SoftPasskey;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A browser with its cookies.
#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    /// `https://localhost:PORT`.
    pub origin: String,
    /// Name → value.
    pub cookies: BTreeMap<String, String>,
    /// What it says of where a request comes from.
    pub site: Option<&'static str>,
    /// What it calls itself.
    pub agent: &'static str,
}

impl Browser {
    /// A new browser that looks at the deployment.
    pub fn new(world: &World) -> Self {
        let origin = format!("https://localhost:{}", world.address().port());
        Self {
            client: world.client(world.tls(None)),
            origin,
            cookies: BTreeMap::new(),
            site: Some("same-origin"),
            agent: "Testbrowser/1",
        }
    }

    /// A request of a page.
    pub async fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let mut request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.origin));
        request = request.header("user-agent", self.agent);
        if let Some(site) = self.site {
            request = request.header("sec-fetch-site", site);
            if method != "GET" {
                let origin =
                    if site == "same-origin" { self.origin.as_str() } else { "https://evil.example" };
                request = request.header("origin", origin.to_owned());
            }
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            for must in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
                assert!(cookie.contains(must), "{must} expected of {cookie:.40}");
            }
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            assert!(name.starts_with("__Host-"));
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply(answer).await.unwrap()
    }

    /// POST of a page.
    pub async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.call("POST", path, Some(&body)).await
    }
    /// GET of a page.
    pub async fn get(&mut self, path: &str) -> Reply {
        self.call("GET", path, None).await
    }

    /// Signs in with a passkey.
    pub async fn sign_in(&mut self, passkey: &mut SoftPasskey) -> Reply {
        let begun = self.post("/api/v1/sign-in/passkey/begin", json!({})).await.expect(200).body;
        let credential = passkey.show(&begun["options"], &self.origin.clone());
        self.post("/api/v1/sign-in/passkey", json!({"flow": begun["flow"], "credential": credential})).await
    }

    /// Address and password; what comes back is the beginning of the second step.
    pub async fn password(&mut self, address: &str, password: &str) -> Reply {
        self.post("/api/v1/sign-in/password", json!({"address": address, "password": password})).await
    }

    /// Proves presence with a passkey.
    pub async fn step_up(&mut self, passkey: &mut SoftPasskey) -> Reply {
        let begun = self.post("/api/v1/step-up/passkey/begin", json!({})).await.expect(200).body;
        let credential = passkey.show(&begun["options"], &self.origin.clone());
        self.post("/api/v1/step-up/passkey", json!({"flow": begun["flow"], "credential": credential})).await
    }
}

/// Somebody with an account: a browser that is signed in, and a passkey.
pub struct Person {
    /// Which.
    pub id: String,
    /// Where they are signed in.
    pub browser: Browser,
    /// How they sign in.
    pub passkey: SoftPasskey,
    /// Shown when they joined.
    pub recovery: Vec<String>,
    /// Their address.
    pub address: String,
}

impl Person {
    /// Takes a link up with a passkey.
    pub async fn join(world: &World, link: &str, name: &str, address: &str) -> Self {
        let mut browser = Browser::new(world);
        let token = link.split_once('#').expect("a link").1;
        let opened = browser.post("/api/v1/join", json!({"token": token})).await.expect(200).body;
        let wish = json!({"flow": opened["flow"], "name": name, "address": address});
        let begun = browser.post("/api/v1/join/passkey/begin", wish).await.expect(200).body;
        let (passkey, credential) = SoftPasskey::create(&begun["options"], &browser.origin.clone());
        let done = json!({"flow": begun["flow"], "credential": credential, "name": "soft"});
        let joined = browser.post("/api/v1/join/passkey", done).await.expect(201).body;
        let recovery = joined["recovery_codes"].as_array().unwrap();
        Self {
            id: joined["person"].as_str().unwrap().to_owned(),
            browser,
            passkey,
            recovery: recovery.iter().map(|code| code.as_str().unwrap().to_owned()).collect(),
            address: address.to_owned(),
        }
    }
}

impl World {
    /// Invites somebody with these roles; the link.
    pub async fn invite(&self, address: &str, organization: Option<&str>, roles: Value) -> String {
        let body = json!({"address": address, "organization": organization, "roles": roles});
        let made = self.post("/api/v1/invitations", body).await.expect(201);
        made.body["link"].as_str().unwrap().to_owned()
    }

    /// Somebody with an account and these roles, who came with this organization.
    pub async fn person(&self, address: &str, organization: Option<&str>, roles: Value) -> Person {
        let link = self.invite(address, organization, roles).await;
        Person::join(self, &link, "Test Person", address).await
    }
}
