//! Files of at most 600 lines, functions of at most 70, tests not counted; known exceptions may only shrink.
//!
//! Never: counts what is compiled for tests alone.

use super::Finding;
use super::lexer::is_word;
use super::tree::{Source, Tree};

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const RATCHET: &str = "xtask/ratchet.toml";

/// Files and functions that are longer than they may be.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let ratchet = match tree.text(RATCHET).unwrap_or_default().parse::<toml::Table>() {
        Ok(ratchet) => ratchet,
        Err(error) => return vec![Finding::new(RATCHET, 1, format!("not TOML: {}", error.message()))],
    };
    let known = |table: &str, name: &str| -> Option<usize> {
        usize::try_from(ratchet.get(table)?.get(name)?.as_integer()?).ok()
    };
    let mut findings = Vec::new();
    for source in tree.shipped() {
        let lines = source.lines().count();
        let max = known("files", &source.path).unwrap_or(FILE_LINES_MAX);
        if lines > max {
            let say = format!(
                "{lines} lines without tests, at most {max}: split the file by what its parts are for"
            );
            findings.push(Finding::new(&source.path, 1, say));
        }
        for function in functions(source) {
            let max = known("functions", &format!("{}::{}", source.path, function.name))
                .unwrap_or(FUNCTION_LINES_MAX);
            if function.lines > max {
                let say = format!(
                    "`{}` has {} lines, at most {max}: give its steps names",
                    function.name, function.lines
                );
                findings.push(Finding::new(&source.path, function.line, say));
            }
        }
    }
    findings
}

#[derive(Debug, PartialEq, Eq)]
struct Function {
    name: String,
    line: usize,
    lines: usize,
}

/// Every function outside of tests, from its `fn` to its closing brace.
fn functions(source: &Source) -> Vec<Function> {
    let code = &source.lexed.code;
    let mut functions = Vec::new();
    let mut line = 1;
    let mut counted = 0;
    for (at, _) in code.match_indices("fn ") {
        line += newlines(&code[counted..at]);
        counted = at;
        let name: String = code[at + 3..].chars().take_while(|char| is_word(*char)).collect();
        let inside_a_name = code[..at].chars().next_back().is_some_and(is_word);
        if inside_a_name || name.is_empty() || source.in_test(line) {
            continue;
        }
        if let Some(length) = body_end(&code[at..]) {
            functions.push(Function { name, line, lines: 1 + newlines(&code[at..at + length]) });
        }
    }
    functions
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// Where the function's body ends; `None` for a signature without a body.
fn body_end(code: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long_function(lines: usize) -> String {
        format!("fn long(a: [u8; 2]) {{\n{}}}\n", "    a();\n".repeat(lines - 2))
    }

    #[test]
    fn functions_are_measured_from_head_to_brace() {
        let text = "trait T {\n    fn none(&self) -> [u8; 3];\n}\nconst F: fn(u8) = x;\nfn a() {}\npub async fn b(\n    c: u8,\n) -> u8 {\n    let d = \"}\";\n    c\n}\n#[cfg(test)]\nmod tests {\n    fn e() {}\n}\n";
        let tree = Tree::of(&[("crates/a/src/lib.rs", text)]);
        let found = functions(tree.shipped().next().unwrap());
        let found: Vec<_> =
            found.iter().map(|function| (&function.name[..], function.line, function.lines)).collect();
        assert_eq!(found, [("a", 5, 1), ("b", 6, 6)]);
    }

    #[test]
    fn long_things_are_named() {
        let path = "crates/a/src/lib.rs";
        assert_eq!(check(&Tree::of(&[(path, &long_function(70))])), []);
        let found = check(&Tree::of(&[(path, &long_function(71))]));
        assert!(found[0].to_string().starts_with("crates/a/src/lib.rs:1: `long` has 71 lines"), "{found:?}");
        assert_eq!(check(&Tree::of(&[(path, &"a\n".repeat(600))])), []);
        assert_eq!(check(&Tree::of(&[(path, &"a\n".repeat(601))])).len(), 1);
        let with_tests = format!("a\n#[cfg(test)]\nmod tests {{\n{}}}\n", "b\n".repeat(900));
        assert_eq!(check(&Tree::of(&[(path, &with_tests)])), []);
    }

    #[test]
    fn the_ratchet_lets_a_known_one_shrink_but_not_grow() {
        let ratchet =
            "[files]\n\"crates/a/src/b.rs\" = 700\n[functions]\n\"crates/a/src/lib.rs::long\" = 80\n";
        let count = |file: usize, function: usize| {
            check(&Tree::of(&[
                (RATCHET, ratchet),
                ("crates/a/src/b.rs", &"a\n".repeat(file)),
                ("crates/a/src/lib.rs", &long_function(function)),
            ]))
            .len()
        };
        assert_eq!(count(700, 80), 0);
        assert_eq!(count(650, 75), 0);
        assert_eq!(count(701, 81), 2);
        assert_eq!(check(&Tree::of(&[(RATCHET, "files = [")])).len(), 1);
    }
}
