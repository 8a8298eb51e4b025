//! The commands about people, rights and messages, as an operator types them: the real program on a real server.
//! On both databases.

use fieldkeep_testkit::cli::fieldkeep;
use fieldkeep_testkit::outside::Outside;
use fieldkeep_testkit::{Backend, World, both_databases};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

both_databases!(people_and_rights_are_managed_by_commands, messages_and_providers_are_managed_by_commands);

/// A webhook on this machine may be told, as the operator allows.
const LOOPBACK: &str = "[notify]\nwebhook_networks = [\"127.0.0.0/8\"]\n";

/// The program on a world's folder.
struct Shell {
    data: PathBuf,
}

impl Shell {
    fn of(world: &World) -> Self {
        Self { data: world.folder().path().to_owned() }
    }
    #[track_caller]
    fn run(&self, line: &[&str]) -> Value {
        fieldkeep(&self.data, line)
    }
    /// The id of what was made.
    #[track_caller]
    fn id(&self, line: &[&str]) -> String {
        let made = self.run(line);
        made["id"].as_str().unwrap_or_else(|| panic!("no id in {made}")).to_owned()
    }
}

/// What is typed runs in a process of its own; the server of the test goes on meanwhile.
async fn typed<T: Send + 'static>(
    world: &World,
    story: impl FnOnce(&Shell, &Path) -> T + Send + 'static,
) -> T {
    let (shell, home) = (Shell::of(world), world.data.path().to_owned());
    tokio::task::spawn_blocking(move || story(&shell, &home)).await.unwrap()
}

async fn people_and_rights_are_managed_by_commands(backend: Backend) {
    let world = World::new(backend).await;
    typed(&world, |shell, home| {
        let company = shell.id(&["org", "create", "Northern Cold"]);
        let in_it = ["--organization", company.as_str()];
        let invited = shell.run(&[&["user", "invite", "ana@example.com", "--role", "engineer"], &in_it[..]].concat());
        assert!(invited["link"].as_str().unwrap().contains("/join#"), "{invited}");
        assert_eq!(shell.run(&["user", "invitations"])["items"].as_array().unwrap().len(), 1);
        shell.run(&["user", "uninvite", invited["id"].as_str().unwrap()]);

        let made = shell.run(&["role", "create", &company, "Night shift", "--action", "device.read"]);
        let role = made["role"].as_str().unwrap().to_owned();
        shell.run(&["role", "actions", &role, "--action", "telemetry.read"]);
        let rules = shell.run(&["policy", "rules", &company]);
        let file = home.join("rules.json");
        std::fs::write(&file, rules.to_string()).unwrap();
        assert_eq!(shell.run(&["policy", "set-rules", &company, "--file", file.to_str().unwrap()]), rules);
        let forbid = ["policy", "forbid", &company, "Office", "--action", "telemetry.export", "--outside", "10.0.0.0/8"];
        let guard = shell.id(&forbid);
        let secret = home.join("viewer.key");
        let make = ["key", "create", "wall", "--role", &role, "--out", secret.to_str().unwrap()];
        let key = shell.id(&[&make[..], &in_it[..]].concat());
        let principal = format!("key/{key}");
        let asked = |action: &str| {
            shell.run(&[&["access", "explain", action, "--principal", &principal], &in_it[..]].concat())["decision"].clone()
        };
        assert_eq!((asked("telemetry.read"), asked("device.read")), (json!("allow"), json!("no-role")));
        let mine = shell.run(&[&["access", "rights"], &in_it[..]].concat());
        assert!(mine["may"].as_array().unwrap().contains(&json!("device.read")), "{mine}");
        shell.run(&["key", "revoke", &key, "--reason", "lost"]);
        assert_eq!(asked("telemetry.read"), json!("shut-out"));
        assert_eq!(shell.run(&["policy", "guards", &company])["items"][0]["id"], json!(guard));
        shell.run(&["policy", "allow", &guard]);
        shell.run(&["role", "remove", &role]);
        shell.run(&["org", "disable", &company, "--reason", "contract ended"]);
        shell.run(&["org", "enable", &company, "--reason", "new contract"]);
    })
    .await;
}

async fn messages_and_providers_are_managed_by_commands(backend: Backend) {
    let receiver = Outside::start(None).await;
    let world = World::with(backend, LOOPBACK).await;
    let url = format!("http://{}/hook", receiver.address);
    let (company, hook, letter) = typed(&world, move |shell, home| {
        let company = shell.id(&["org", "create", "Northern Cold"]);
        let secret = home.join("hook.secret");
        let out = secret.to_str().unwrap();
        let hook = shell.id(&[
            "notify",
            "add-webhook",
            &company,
            "Tickets",
            &url,
            "--kind",
            "clone-seen",
            "--out",
            out,
        ]);
        assert!(std::fs::read_to_string(&secret).unwrap().starts_with("whsec_"));
        let shown = shell.run(&["notify", "webhooks", &company]);
        assert_eq!((&shown["items"][0]["id"], &shown["items"][0]["secret"]), (&json!(hook), &Value::Null));
        let letter = shell.id(&["notify", "test-webhook", &hook]);
        (company, hook, letter)
    })
    .await;
    assert_eq!(receiver.asked(1).await[0].json()["type"], "test");
    typed(&world, move |shell, home| {
        let known = |state: &str| {
            let page = shell.run(&["notify", "outbox", "--state", state]);
            page["items"].as_array().unwrap().iter().any(|one| one["id"] == json!(letter))
        };
        assert!(known("waiting") || known("sent"), "the letter is somewhere");
        shell.run(&["notify", "remove-webhook", &hook]);
        assert_eq!(shell.run(&["notify", "webhooks", &company])["items"], json!([]));

        let client = home.join("client.secret");
        std::fs::write(&client, "shared with it\n").unwrap();
        let add = [
            "provider",
            "add",
            &company,
            "Sign-in",
            "--issuer",
            "https://id.example.com",
            "--client-id",
            "fieldkeep",
        ];
        let file = ["--client-secret-file", client.to_str().unwrap()];
        let made = shell.run(&[&add[..], &file[..]].concat());
        assert_eq!((&made["confidential"], &made["client_secret"]), (&json!(true), &Value::Null));
        assert!(made["redirect_uri"].as_str().unwrap().ends_with("/oidc/callback"));
        let provider = made["id"].as_str().unwrap();
        assert_eq!(shell.run(&["provider", "list", &company])["items"][0]["id"], json!(provider));
        shell.run(&["provider", "remove", provider]);
        assert_eq!(shell.run(&["provider", "list", &company])["items"], json!([]));
    })
    .await;
}
