//! SQL stands in the server's `sql.rs` files, or `sql/` folders where one grew, and in its `db/`, and nowhere else.
//!
//! Never: reads the SQL.

use super::Finding;
use super::tree::Tree;

/// First words of statements, in the capitals that we write them in.
const STATEMENTS: [&str; 8] = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "WITH"];

/// Statements, and calls that take one, in the wrong place.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.shipped().filter(|source| !may_have_sql(&source.path)) {
        let calls =
            source.lines().filter(|(_, code)| code.contains("sqlx::query") || code.contains("sqlx::raw_sql"));
        let literals =
            source.lexed.strings.iter().filter(|(line, text)| !source.in_test(*line) && is_statement(text));
        let mut lines: Vec<usize> =
            calls.map(|(line, _)| line).chain(literals.map(|(line, _)| *line)).collect();
        lines.sort_unstable();
        lines.dedup();
        let say =
            "SQL outside of `sql.rs`: move the statement into the `sql.rs` of its noun and call it from here";
        findings.extend(lines.into_iter().map(|line| Finding::new(&source.path, line, say)));
    }
    findings
}

fn may_have_sql(path: &str) -> bool {
    // The testkit looks at databases from outside, to find what must not be there.
    let in_server = path.strip_prefix("crates/server/src/");
    in_server
        .is_some_and(|rest| rest.ends_with("/sql.rs") || rest.contains("/sql/") || rest.starts_with("db/"))
        || path.starts_with("crates/testkit/")
}

fn is_statement(literal: &str) -> bool {
    let text = literal.trim_start_matches(|char: char| char.is_whitespace() || char == '\\');
    let (word, rest) =
        text.split_at(text.find(|char: char| !char.is_ascii_uppercase()).unwrap_or(text.len()));
    STATEMENTS.contains(&word) && rest.starts_with(|char: char| char.is_whitespace() || char == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn statements_have_their_place() {
        let text =
            "fn a() {\n    query(\"SELECT 1\");\n    sqlx::query(x);\n    b(r#\"\n  UPDATE a\n\"#);\n}\n";
        assert_eq!(lines("crates/server/src/audit/http.rs", text), [2, 3, 4]);
        assert_eq!(lines("crates/cli/src/lib.rs", text), [2, 3, 4]);
        for fine in [
            "crates/server/src/audit/sql.rs",
            "crates/server/src/db/mod.rs",
            "crates/server/src/audit/tests.rs",
        ] {
            assert!(lines(fine, text).is_empty(), "{fine}");
        }
        assert_eq!(lines("crates/cli/src/sql.rs", text).len(), 3);
    }

    #[test]
    fn words_and_tests_are_no_statements() {
        let text = "// SELECT 1\nconst A: &str = \"SELECTED\";\nconst B: &str = \"Select one\";\n#[cfg(test)]\nmod tests {\n    const C: &str = \"DELETE FROM a\";\n}\n";
        assert!(lines("crates/cli/src/lib.rs", text).is_empty());
    }
}
