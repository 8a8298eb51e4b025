//! ARCHITECTURE.md's tables of folders equal the folders that there are, so that the map cannot rot.
//!
//! Never: reads more of the document than tables whose first heading is `folder`.

use super::Finding;
use super::tree::Tree;

const PATH: &str = "ARCHITECTURE.md";
const SERVER: &str = "crates/server/src";

/// A folder that a table names, and the line.
type Row<'a> = (usize, &'a str);

/// Folders without a row and rows without a folder.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(PATH) else {
        return vec![Finding::new(PATH, 1, "missing: it is the map of the house")];
    };
    let (crates, server) = rows(text);
    let mut folders = tree.folders("crates");
    if tree.text("xtask/Cargo.toml").is_some() {
        folders.push("xtask");
    }
    let mut findings = compare(&crates, &folders, "crates");
    findings.extend(compare(&server, &tree.folders(SERVER), SERVER));
    findings
}

/// Rows of the tables under headings that speak of crates, and of the server.
fn rows(text: &str) -> (Vec<Row<'_>>, Vec<Row<'_>>) {
    let (mut crates, mut server) = (Vec::new(), Vec::new());
    let (mut of_server, mut inside) = (false, false);
    for (line, row) in (1..).zip(text.lines()) {
        if row.starts_with('#') {
            of_server = row.contains("server");
        }
        let Some(cell) = row.strip_prefix('|').and_then(|row| row.split('|').next()).map(str::trim) else {
            inside = false;
            continue;
        };
        if cell == "folder" {
            inside = true;
        } else if inside && !cell.trim_matches(['-', ':']).is_empty() {
            let rows = if of_server { &mut server } else { &mut crates };
            rows.push((line, cell.trim_matches('`')));
        }
    }
    (crates, server)
}

fn compare(rows: &[Row<'_>], folders: &[&str], below: &str) -> Vec<Finding> {
    let last = rows.last().map_or(1, |row| row.0);
    let unnamed = folders.iter().filter(|folder| !rows.iter().any(|row| row.1 == **folder)).map(|folder| {
        Finding::new(
            PATH,
            last,
            format!("`{below}/{folder}` has no row: say what it is for and what it must never do"),
        )
    });
    let absent = rows.iter().filter(|row| !folders.contains(&row.1)).map(|(line, folder)| {
        Finding::new(
            PATH,
            *line,
            format!("no folder `{folder}` in `{below}`: drop the row or correct the name"),
        )
    });
    unnamed.chain(absent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "# Crates\n\n| folder | for |\n|---|---|\n| domain | x |\n| server | x |\n| xtask | x |\n\n\
        ## Map of the server\n\n| folder | owns |\n|:--|---|\n| audit | x |\n\ntext\n\n| folder | owns |\n|---|---|\n\
        | `db` | x |\n\n## Other\n\n| type | says |\n|---|---|\n| Permit | x |\n";

    fn tree(extra: &str) -> Tree {
        Tree::of(&[
            (PATH, MAP),
            ("crates/domain/Cargo.toml", ""),
            ("crates/server/src/audit/mod.rs", ""),
            ("crates/server/src/db/mod.rs", ""),
            ("xtask/Cargo.toml", ""),
            (extra, ""),
        ])
    }

    #[test]
    fn a_true_map_says_nothing() {
        assert_eq!(check(&tree("crates/server/src/lib.rs")), []);
    }

    #[test]
    fn an_unnamed_folder_and_an_absent_one_are_found() {
        let found = check(&tree("crates/server/src/guard/mod.rs"));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("ARCHITECTURE.md:19: `crates/server/src/guard` has no row"));
        let found =
            check(&Tree::of(&[(PATH, MAP), ("crates/domain/x.rs", ""), ("crates/server/src/db/mod.rs", "")]));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("ARCHITECTURE.md:7: no folder `xtask`"));
        assert!(found[1].starts_with("ARCHITECTURE.md:13: no folder `audit`"));
    }
}
