//! Lints stand in `[workspace.lints]`; who must suppress one says why, and hears when it is no longer needed.
//!
//! Never: judges the reason.

use super::Finding;
use super::tree::{Source, Tree};

/// Suppressions without a reason.
pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.sources().flat_map(file).collect()
}

fn file(source: &Source) -> Vec<Finding> {
    let code = &source.lexed.code;
    let line = |at: usize| 1 + code[..at].bytes().filter(|byte| *byte == b'\n').count();
    let mut findings = Vec::new();
    for open in ["#[allow(", "#![allow("] {
        let say = "write `#[expect(…, reason = \"…\")]` instead of `allow`";
        findings.extend(code.match_indices(open).map(|(at, _)| Finding::new(&source.path, line(at), say)));
    }
    for open in ["#[expect(", "#![expect("] {
        for (at, _) in code.match_indices(open) {
            let attribute = code[at..].split(")]").next().unwrap_or_default();
            if !attribute.contains("reason =") {
                let say = "say why this lint is suppressed: `reason = \"…\"`";
                findings.push(Finding::new(&source.path, line(at), say));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suppression_needs_a_reason() {
        let text = "#[allow(dead_code)]\n#[expect(dead_code)]\n#[expect(\n    dead_code,\n    reason = \"later\"\n)]\n// #[allow(x)]\n#![allow(y)]\n";
        let mut lines: Vec<usize> =
            check(&Tree::of(&[("crates/a/src/lib.rs", text)])).iter().map(|finding| finding.line).collect();
        lines.sort_unstable();
        assert_eq!(lines, [1, 2, 8]);
    }
}
