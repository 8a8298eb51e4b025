//! The tree as the rules see it: paths and texts, and Rust files taken apart.
//!
//! Never: knows a rule.

use super::lexer::{Lexed, lex, test_lines};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// Files by their path from the workspace's folder, with `/` between folders.
#[derive(Debug, Default)]
pub struct Tree {
    texts: BTreeMap<String, String>,
    sources: Vec<Source>,
}

/// A Rust file.
#[derive(Debug)]
pub struct Source {
    /// Where it lies.
    pub path: String,
    /// Its code, comments and texts, apart.
    pub lexed: Lexed,
    test: Vec<bool>,
}

impl Tree {
    /// Reads what the rules look at: Rust, TOML and the few files at the top.
    pub fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for top in ["crates", "xtask"] {
            walk(root, Path::new(top), &mut files)?;
        }
        for name in ["ARCHITECTURE.md", "Cargo.lock"] {
            let text =
                std::fs::read_to_string(root.join(name)).with_context(|| format!("cannot read {name}"))?;
            files.push((name.to_owned(), text));
        }
        Ok(Self::new(files))
    }

    /// A tree out of paths and texts.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let texts: BTreeMap<String, String> = files.into_iter().collect();
        let rust = texts.iter().filter(|(path, _)| path.ends_with(".rs"));
        let sources = rust.map(|(path, text)| Source::new(path, text)).collect();
        Self { texts, sources }
    }

    /// A made-up tree.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())))
    }

    /// A file's text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// All files.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Every Rust file.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter()
    }

    /// Every Rust file that is more than tests.
    pub fn shipped(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| !is_test(&source.path))
    }

    /// The folders directly below this one that hold a file, however deep.
    pub fn folders(&self, below: &str) -> Vec<&str> {
        let mut folders: Vec<&str> = self
            .texts
            .keys()
            .filter_map(|path| path.strip_prefix(below)?.strip_prefix('/')?.split_once('/'))
            .map(|(folder, _)| folder)
            .collect();
        folders.dedup();
        folders
    }
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let lexed = lex(text);
        let test = test_lines(&lexed.code);
        Self { path: path.to_owned(), lexed, test }
    }

    /// Whether this line, counted from 1, stands in something that is compiled for tests only.
    pub fn in_test(&self, line: usize) -> bool {
        self.test.get(line - 1).copied().unwrap_or(false)
    }

    /// Lines of code outside of tests, counted from 1, without comments and texts.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.lexed.code.lines()).filter(|(line, _)| !self.in_test(*line))
    }

    /// Whether the file belongs to this crate.
    pub fn is_of(&self, krate: &str) -> bool {
        self.path
            .strip_prefix("crates/")
            .and_then(|rest| rest.strip_prefix(krate))
            .is_some_and(|rest| rest.starts_with('/'))
    }
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> Result<()> {
    let entries =
        std::fs::read_dir(root.join(folder)).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "target" {
                walk(root, &path, files)?;
            }
        } else if path.extension().is_some_and(|end| end == "rs" || end == "toml" || end == "sql") {
            let text = std::fs::read_to_string(root.join(&path))
                .with_context(|| format!("cannot read {} as text", path.display()))?;
            files.push((path.to_string_lossy().into_owned(), text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_told_from_what_is_shipped() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn t() {}\n}\nfn b() {}\n"),
            ("crates/a/src/x_tests.rs", ""),
            ("crates/a/src/x/tests.rs", ""),
            ("crates/a/tests/all.rs", ""),
        ]);
        let shipped: Vec<&Source> = tree.shipped().collect();
        assert_eq!(shipped.len(), 1);
        let lines: Vec<_> = shipped[0].lines().collect();
        assert_eq!(lines, [(1, "fn a() {}"), (6, "fn b() {}")]);
        assert!(shipped[0].is_of("a") && !shipped[0].is_of("aa"));
    }

    #[test]
    fn folders_are_direct_and_once() {
        let tree = Tree::of(&[
            ("crates/a/b/c.rs", ""),
            ("crates/a/d.rs", ""),
            ("crates/b/e.rs", ""),
            ("crates/x", ""),
        ]);
        assert_eq!(tree.folders("crates"), ["a", "b"]);
    }
}
