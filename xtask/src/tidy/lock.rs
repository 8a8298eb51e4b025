//! Packages that must not be in `Cargo.lock`: a second provider of TLS or cryptography for our own code.
//!
//! Never: looks at packages that only stand there as unused options; `deny.toml` judges the real graph.

use super::Finding;
use super::tree::Tree;

const PATH: &str = "Cargo.lock";
/// Exact names. `openssl-sys` and `openssl-src` may stand there: SQLCipher is built on them.
const BANNED: [(&str, &str); 2] =
    [("native-tls", "TLS comes from rustls"), ("openssl", "our own cryptography comes from aws-lc-rs")];

/// Banned packages.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(PATH) else {
        return vec![Finding::new(PATH, 1, "missing: it is committed, so that a build is the same tomorrow")];
    };
    let mut findings = Vec::new();
    for (line, row) in (1..).zip(text.lines()) {
        let name = row.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"'));
        let banned = BANNED.iter().filter(|(banned, _)| name == Some(banned));
        findings.extend(banned.map(|(name, why)| {
            let say = format!("`{name}` is banned, {why}: find who brings it with `cargo tree -i {name}`");
            Finding::new(PATH, line, say)
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        let lock = "[[package]]\nname = \"openssl-sys\"\n[[package]]\nname = \"openssl\"\ndependencies = [\n \"native-tls\",\n]\n";
        let found = check(&Tree::of(&[(PATH, lock)]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 4);
        assert_eq!(check(&Tree::of(&[])).len(), 1);
    }
}
