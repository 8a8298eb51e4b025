//! A real Chromium, driven through chromedriver (W3C WebDriver and its WebAuthn extension), that trusts one deployment's
//! root and nothing else, with a virtual authenticator in it.

use crate::world::World;
use reqwest::Client;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a browser may take to close; what takes longer is ended without its help.
const CLOSE_MAX: Duration = Duration::from_secs(20);

/// A browser with one page.
pub struct Chromium {
    driver: Child,
    port: u16,
    client: Client,
    session: String,
    _home: tempfile::TempDir,
}

fn trust(home: &Path, root_pem: &str) {
    let store = home.join(".pki/nssdb");
    std::fs::create_dir_all(&store).unwrap();
    let pem = home.join("root.pem");
    std::fs::write(&pem, root_pem).unwrap();
    let store = format!("sql:{}", store.display());
    let run = |args: &[&str]| {
        let done = Command::new("certutil").args(args).output().expect("certutil of libnss3-tools");
        assert!(done.status.success(), "certutil: {}", String::from_utf8_lossy(&done.stderr));
    };
    run(&["-N", "-d", &store, "--empty-password"]);
    run(&["-A", "-d", &store, "-t", "C,,", "-n", "deployment", "-i", pem.to_str().unwrap()]);
}

impl Chromium {
    /// Starts a browser that trusts this deployment's root.
    pub async fn start(world: &World) -> Self {
        let home = tempfile::tempdir().unwrap();
        trust(home.path(), &world.root_pem);
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .env("HOME", home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver of chromium-driver");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port: u16 = loop {
            let line = lines.next().expect("chromedriver says its port").unwrap();
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').parse().unwrap();
            }
        };
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let client = world.client(world.tls(None));
        let profile = home.path().join("profile");
        // From here on it is ended however this goes on.
        let mut browser = Self { driver, port, client, session: String::new(), _home: home };
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            &format!("--user-data-dir={}", profile.display()),
        ];
        let wish = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "timeouts": {"script": 30_000, "pageLoad": 60_000},
            "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": args},
        }}});
        let base = format!("http://127.0.0.1:{port}/session");
        let made: Value = browser.client.post(&base).json(&wish).send().await.unwrap().json().await.unwrap();
        let id = made["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no browser: {made}"));
        browser.session = format!("{base}/{id}");
        browser.authenticator().await;
        browser
    }

    async fn command(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/{path}", self.session);
        let answer: Value = self.client.post(url).json(&body).send().await.unwrap().json().await.unwrap();
        let value = answer["value"].clone();
        assert!(value["error"].is_null(), "{path}: {value}");
        value
    }

    /// A platform authenticator whose owner says yes.
    async fn authenticator(&self) {
        let wish = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": true,
        });
        self.command("webauthn/authenticator", wish).await;
    }

    /// Opens a page.
    pub async fn open(&self, url: &str) {
        self.command("url", json!({"url": url})).await;
    }

    /// Runs a script in the page; it hands its result to `done`.
    pub async fn run(&self, script: &str, args: Value) -> Value {
        let script = format!("const done = arguments[arguments.length - 1];\n{script}");
        self.command("execute/async", json!({"script": script, "args": args})).await
    }

    /// A request of the page's own: status and body.
    pub async fn fetch(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let script = "
            const [method, path, body] = arguments;
            const sent = method === 'GET' ? {} : {body: JSON.stringify(body), headers: {'content-type': 'application/json'}};
            fetch(path, {method, ...sent}).then(
                async answer => { const text = await answer.text(); done([answer.status, text]); },
                error => done([0, String(error)]));";
        let answer = self.run(script, json!([method, path, body])).await;
        let text = answer[1].as_str().unwrap_or_default();
        let body = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
        (answer[0].as_u64().unwrap() as u16, body)
    }

    /// Has the browser make a passkey; the credential, or the browser's own refusal.
    pub async fn create(&self, options: &Value) -> Value {
        let script = "
            const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(arguments[0]);
            navigator.credentials.create({publicKey}).then(c => done(c.toJSON()), e => done({refused: String(e)}));";
        self.run(script, json!([options])).await
    }

    /// Has the browser show a passkey.
    pub async fn show(&self, options: &Value) -> Value {
        let script = "
            const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(arguments[0]);
            navigator.credentials.get({publicKey}).then(c => done(c.toJSON()), e => done({refused: String(e)}));";
        self.run(script, json!([options])).await
    }
}

/// Has the driver close the browser. By hand: whoever is dropped cannot wait for a future.
fn close(port: u16, session: &str) -> std::io::Result<()> {
    let path = session.split_once("/session/").map_or("", |(_, id)| id);
    let mut tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    tcp.set_read_timeout(Some(CLOSE_MAX))?;
    write!(tcp, "DELETE /session/{path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n")?;
    // It answers when the browser is gone.
    tcp.read(&mut [0; 256]).map(drop)
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // A driver that is told to end leaves the browser and its crash handlers behind: the session goes first.
        if !self.session.is_empty()
            && let Err(error) = close(self.port, &self.session)
        {
            eprintln!("the browser was not closed: {error}");
        }
        let pid = rustix::process::Pid::from_child(&self.driver);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.driver.wait();
    }
}
