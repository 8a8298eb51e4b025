//! Words that every file owes its reader: `//!` at the top of a module, `///` on each limit.
//!
//! Never: judges whether the words are good.

use super::Finding;
use super::tree::{Source, Tree};

/// Modules that do not say what they are for, and limits that do not say what they bound.
pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.shipped().filter(|source| source.path.contains("/src/")).flat_map(module).collect()
}

fn module(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let first = source.lexed.comments.first();
    let begins = first.is_some_and(|(line, text)| *line == 1 && text.starts_with("//!"));
    if !begins {
        let say = "begin the module with `//!`: what it is for, and what it must never do";
        findings.push(Finding::new(&source.path, 1, say));
    }
    if source.path.ends_with("/limits.rs") {
        let bare = source.lines().filter(|(line, code)| is_constant(code) && !documented(source, *line));
        let say = "say with `///` what this limit bounds, and its unit";
        findings.extend(bare.map(|(line, _)| Finding::new(&source.path, line, say)));
    }
    findings
}

fn is_constant(code: &str) -> bool {
    code.starts_with("const ") || code.starts_with("pub const ") || code.starts_with("pub(crate) const ")
}

fn documented(source: &Source, line: usize) -> bool {
    source.lexed.comments.iter().any(|(at, text)| at + 1 == line && text.starts_with("///"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_begins_with_its_purpose() {
        let found = check(&Tree::of(&[
            ("crates/a/src/lib.rs", "//! For this.\n"),
            ("crates/a/src/b.rs", "use x;\n//! Too late.\n"),
            ("crates/a/src/c_tests.rs", "use super::*;\n"),
            ("crates/a/build.rs", ""),
        ]));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("crates/a/src/b.rs:1: begin the module"));
    }

    #[test]
    fn every_limit_says_what_it_bounds() {
        let text = "//! Limits.\n\n/// Bytes of a name.\npub const A: usize = 1;\npub const B: usize = 2;\n";
        let found = check(&Tree::of(&[("crates/domain/src/limits.rs", text)]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 5);
    }
}
