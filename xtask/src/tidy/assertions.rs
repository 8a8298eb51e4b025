//! Proof types are made at allow-listed places only: `assertion` is called nowhere else.
//!
//! Never: judges whether a listed place has earned its proof. A reviewer of `xtask/assertions.toml` does.

use super::Finding;
use super::lexer::is_word;
use super::tree::Tree;

const LIST: &str = "xtask/assertions.toml";
const CONSTRUCTOR: &str = "::assertion";

/// Call sites, and other uses of the constructor, that nobody has allowed.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let list = match tree.text(LIST).unwrap_or_default().parse::<toml::Table>() {
        Ok(list) => list,
        Err(error) => return vec![Finding::new(LIST, 1, format!("not TOML: {}", error.message()))],
    };
    let mut findings = Vec::new();
    for source in tree.shipped().filter(|source| source.path != "xtask/src/tidy/assertions.rs") {
        for (line, code) in source.lines() {
            for proof in uses(code) {
                if !allows(&list, &source.path, proof) {
                    let say = format!(
                        "`{proof}{CONSTRUCTOR}` is not allowed here: take the proof from the code that checks, \
                         or add this place to {LIST} with a reviewer's eyes on it"
                    );
                    findings.push(Finding::new(&source.path, line, say));
                }
            }
        }
    }
    findings
}

/// The types before each `::assertion`; empty where it is written so that no name stands before it.
fn uses(code: &str) -> Vec<&str> {
    code.match_indices(CONSTRUCTOR)
        .filter(|(at, _)| !code[at + CONSTRUCTOR.len()..].starts_with(is_word))
        .map(|(at, _)| {
            let before = &code[..at];
            &before[before.trim_end_matches(is_word).len()..]
        })
        .collect()
}

/// An entry is a file, or a folder if it ends in `/`.
fn allows(list: &toml::Table, path: &str, proof: &str) -> bool {
    list.iter().any(|(place, proofs)| {
        let here = if place.ends_with('/') { path.starts_with(place) } else { path == place };
        let named = |all: &Vec<toml::Value>| all.iter().any(|one| one.as_str() == Some(proof));
        here && proofs.as_array().is_some_and(named)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOW: &str =
        "\"crates/trust/src/voucher.rs\" = [\"Ownership\"]\n\"crates/server/src/access/\" = [\"Permit\"]\n";

    fn found(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(LIST, ALLOW), (path, text)])).len()
    }

    #[test]
    fn a_proof_is_made_only_where_it_is_allowed() {
        let permit = "fn a() {\n    domain::access::Permit::assertion(x)\n}\n";
        assert_eq!(found("crates/server/src/access/mod.rs", permit), 0);
        assert_eq!(found("crates/server/src/access_all.rs", permit), 1);
        assert_eq!(found("crates/server/src/audit/mod.rs", permit), 1);
        assert_eq!(found("crates/trust/src/voucher.rs", permit), 1);
        assert_eq!(found("crates/trust/src/voucher.rs", "Ownership::assertion(a, b)"), 0);
    }

    #[test]
    fn detours_are_seen_and_tests_are_free() {
        let path = "crates/server/src/access/mod.rs";
        assert_eq!(found(path, "let make = Ownership::assertion;"), 1);
        assert_eq!(found(path, "<Permit>::assertion(x)"), 1);
        assert_eq!(found(path, "use domain::Permit as P; P::assertion(x)"), 1);
        assert_eq!(found(path, "Self::assertion(x)"), 1);
        assert_eq!(found(path, "a::assertions(x)"), 0);
        let test = "#[cfg(test)]\nmod tests {\n    fn a() { Admitted::assertion(x) }\n}\n";
        assert_eq!(found("crates/cli/src/lib.rs", test), 0);
    }
}
