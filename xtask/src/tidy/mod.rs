//! The rules of the house that no compiler holds. Each rule is a pure function over the tree, in a file of its own.
//!
//! Never: changes a file, or judges what rustfmt and clippy judge.

mod architecture;
mod assertions;
mod attributes;
mod direction;
mod docs;
mod lexer;
mod lock;
mod purity;
mod size;
mod sql;
mod tree;
mod words;

use anyhow::{Result, bail};
use std::fmt;
use tree::Tree;

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    path: String,
    line: usize,
    say: String,
}

impl Finding {
    fn new(path: &str, line: usize, say: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, say: say.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.say)
    }
}

const RULES: [fn(&Tree) -> Vec<Finding>; 10] = [
    direction::check,
    architecture::check,
    docs::check,
    size::check,
    sql::check,
    assertions::check,
    purity::check,
    attributes::check,
    words::check,
    lock::check,
];

/// Reads the tree, prints every finding, fails if there is one.
pub fn run() -> Result<()> {
    let tree = Tree::read(&crate::run::root())?;
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.sort();
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("one place breaks a rule of the house, see above"),
        n => bail!("{n} places break rules of the house, see above"),
    }
}
