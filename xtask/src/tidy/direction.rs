//! Who may know whom: the dependencies between our own crates.
//!
//! Never: looks at other people's crates. `deny.toml` and the lock rule do.

use super::Finding;
use super::tree::Tree;

const PREFIX: &str = "fieldkeep-";
/// Crates that know the rules of the domain and nothing else of ours.
const LEAVES: [&str; 5] = ["wire", "trust", "telemetry", "policy", "api"];

/// What a crate may depend on; `None` for a crate that nobody has placed yet.
fn allowed(krate: &str) -> Option<Vec<&'static str>> {
    let below_server = || [&["domain"][..], &LEAVES].concat();
    Some(match krate {
        "domain" | "console" | "xtask" => vec![],
        leaf if LEAVES.contains(&leaf) => vec!["domain"],
        "agent" => vec!["domain", "wire", "trust"],
        "server" => below_server(),
        "cli" => [&below_server()[..], &["server", "console"]].concat(),
        "testkit" => [&below_server()[..], &["server", "console", "agent", "cli"]].concat(),
        _ => return None,
    })
}

/// Every dependency on a crate of ours that does not point downwards.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let manifests = tree.texts().filter_map(|(path, text)| {
        let folder = path.strip_suffix("/Cargo.toml")?;
        Some((path, folder.strip_prefix("crates/").unwrap_or(folder), text))
    });
    manifests.flat_map(|(path, krate, text)| manifest(path, krate, text)).collect()
}

fn manifest(path: &str, krate: &str, text: &str) -> Vec<Finding> {
    let Ok(table) = text.parse::<toml::Table>() else {
        return vec![Finding::new(path, 1, "not TOML: cargo says where")];
    };
    let Some(allowed) = allowed(krate) else {
        let say = format!("`{krate}` has no place yet: add it to `allowed` in xtask/src/tidy/direction.rs");
        return vec![Finding::new(path, 1, say)];
    };
    let mut findings = Vec::new();
    for (name, value) in dependencies(&table) {
        let package = value.get("package").and_then(toml::Value::as_str).unwrap_or(name);
        let Some(other) = package.strip_prefix(PREFIX) else { continue };
        let line = line_of(text, name);
        if !allowed.contains(&other) {
            let may = if allowed.is_empty() { "none of our crates".to_owned() } else { allowed.join(", ") };
            let say = format!("`{krate}` must not depend on `{other}`, only on {may}: move what it needs");
            findings.push(Finding::new(path, line, say));
        }
        // Tests may issue what they need; nothing of them is shipped.
        if krate == "agent" && other == "trust" && !for_tests(&table, value) && issues_certificates(value) {
            let say = "the agent takes `trust` without its feature `ca`: a device issues no certificates";
            findings.push(Finding::new(path, line, say));
        }
    }
    findings
}

/// All tables of dependencies: also those for development, build and single targets.
fn dependencies(table: &toml::Table) -> Vec<(&str, &toml::Value)> {
    let targets = table.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flat_map(|all| all.values().filter_map(toml::Value::as_table));
    std::iter::once(table)
        .chain(targets)
        .flat_map(|table| {
            ["dependencies", "dev-dependencies", "build-dependencies"].map(|kind| table.get(kind))
        })
        .flatten()
        .filter_map(toml::Value::as_table)
        .flat_map(|found| found.iter().map(|(name, value)| (name.as_str(), value)))
        .collect()
}

fn for_tests(table: &toml::Table, value: &toml::Value) -> bool {
    let tests = table.get("dev-dependencies").and_then(toml::Value::as_table);
    tests.is_some_and(|tests| tests.values().any(|one| std::ptr::eq(one, value)))
}

fn issues_certificates(value: &toml::Value) -> bool {
    let features = value.get("features").and_then(toml::Value::as_array);
    let named = features.is_some_and(|all| all.iter().any(|one| one.as_str() == Some("ca")));
    named || value.get("default-features").and_then(toml::Value::as_bool) == Some(true)
}

fn line_of(text: &str, name: &str) -> usize {
    text.lines().position(|line| line.starts_with(name)).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn down_is_allowed_and_up_or_across_is_not() {
        let dependency =
            |on: &str| format!("[dependencies]\nserde = \"1\"\nfieldkeep-{on}.workspace = true\n");
        assert!(say("crates/wire/Cargo.toml", &dependency("domain")).is_empty());
        assert!(say("crates/server/Cargo.toml", &dependency("policy")).is_empty());
        assert!(say("crates/testkit/Cargo.toml", &dependency("cli")).is_empty());
        let across = say("crates/wire/Cargo.toml", &dependency("trust"));
        assert!(
            across[0].starts_with("crates/wire/Cargo.toml:3: `wire` must not depend on `trust`"),
            "{across:?}"
        );
        for (krate, on) in
            [("domain", "wire"), ("agent", "server"), ("agent", "api"), ("cli", "agent"), ("cli", "testkit")]
        {
            assert_eq!(
                say(&format!("crates/{krate}/Cargo.toml"), &dependency(on)).len(),
                1,
                "{krate} on {on}"
            );
        }
        assert_eq!(say("xtask/Cargo.toml", &dependency("domain")).len(), 1);
    }

    #[test]
    fn detours_are_seen() {
        let dev = "[dev-dependencies]\nfieldkeep-testkit.workspace = true\n";
        assert_eq!(say("crates/server/Cargo.toml", dev).len(), 1);
        let target = "[target.'cfg(unix)'.dependencies]\nfieldkeep-server = { path = \"../server\" }\n";
        assert_eq!(say("crates/agent/Cargo.toml", target).len(), 1);
        let renamed = "[dependencies]\nother = { package = \"fieldkeep-server\", path = \"../server\" }\n";
        assert_eq!(say("crates/agent/Cargo.toml", renamed).len(), 1);
        let issuing = "[dependencies]\nfieldkeep-trust = { workspace = true, features = [\"ca\"] }\n";
        assert_eq!(say("crates/agent/Cargo.toml", issuing).len(), 1);
        assert!(say("crates/server/Cargo.toml", issuing).is_empty());
    }

    #[test]
    fn a_new_crate_asks_for_its_place() {
        assert!(say("crates/lake/Cargo.toml", "")[0].contains("no place yet"));
    }
}
