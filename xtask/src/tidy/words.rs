//! Marks of unfinished work stay out of the tree: what is left to do is an issue, or it is done.
//!
//! Never: reads texts; a message may quote what it likes.

use super::Finding;
use super::lexer::has_word;
use super::tree::Tree;

const IN_CODE: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];
const IN_COMMENTS: [&str; 3] = ["TODO", "FIXME", "XXX"];

/// Unfinished work, in code or comment, in tests too.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources() {
        for (line, code) in (1..).zip(source.lexed.code.lines()) {
            let found = IN_CODE.iter().filter(|word| has_word(code, word));
            findings.extend(
                found.map(|word| {
                    Finding::new(&source.path, line, format!("`{word}`: finish it or remove it"))
                }),
            );
        }
        for (line, comment) in &source.lexed.comments {
            let found = IN_COMMENTS.iter().filter(|word| has_word(comment, word));
            findings.extend(found.map(|word| {
                Finding::new(&source.path, *line, format!("`{word}`: do it now, or make it an issue"))
            }));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_work_is_found_in_code_and_comment() {
        let mark = ["FIX", "ME"].concat();
        let text = format!("fn a() {{ todo!() }}\n// {mark} later\nlet s = \"dbg!\";\ndbg!(s);\n");
        let found = check(&Tree::of(&[("crates/a/tests/b.rs", &text)]));
        let mut lines: Vec<usize> = found.iter().map(|finding| finding.line).collect();
        lines.sort_unstable();
        assert_eq!(lines, [1, 2, 4]);
    }
}
