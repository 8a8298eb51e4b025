//! Generated files that are committed, so that a reader needs no build and a change of contract shows in a diff.
//!
//! Never: decides what stands in them. Programs and other files say it; this writes or compares.

use crate::{roles, run};
use anyhow::{Context, Result, bail};
use std::process::Command;

/// The part of the manual that the golden roles and their doc comments say.
const PEOPLE: &str = "docs/manual/people.md";
const GOLDEN_ROLES: &str = "policies/golden/roles.txt";
const ROLES: &str = "crates/domain/src/access/mod.rs";

/// Each generated file, and what `fieldkeep` is asked for it.
const FILES: [(&str, &[&str]); 1] = [("docs/openapi.json", &["openapi"])];

/// Writes every generated file.
pub fn write() -> Result<()> {
    each(|path, fresh| {
        let target = run::root().join(path);
        std::fs::write(&target, fresh).with_context(|| format!("cannot write {path}"))?;
        eprintln!("{path}: written");
        Ok(())
    })
}

/// Fails at the first file that is not what would be written today.
pub fn check() -> Result<()> {
    each(|path, fresh| compare(path, std::fs::read_to_string(run::root().join(path)).ok().as_deref(), fresh))
}

fn each(mut then: impl FnMut(&str, &str) -> Result<()>) -> Result<()> {
    // First, because it needs no build.
    then(PEOPLE, &people()?)?;
    run::demand(
        run::cargo().args(["build", "--quiet", "-p", "fieldkeep-cli", "--bin", "fieldkeep"]),
        "`fieldkeep` did not build, so nothing was generated",
    )?;
    let program = run::binaries()?.join("fieldkeep");
    for (path, args) in FILES {
        let output = Command::new(&program).args(args).output().context("cannot start `fieldkeep`")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`fieldkeep {}` failed, {path} was left as it is: {}", args.join(" "), said.trim());
        }
        let mut fresh =
            String::from_utf8(output.stdout).with_context(|| format!("{path} would not be text"))?;
        if !fresh.ends_with('\n') {
            fresh.push('\n');
        }
        then(path, &fresh)?;
    }
    Ok(())
}

/// The manual of people with its roles as they are today.
fn people() -> Result<String> {
    let read = |path: &str| {
        std::fs::read_to_string(run::root().join(path)).with_context(|| format!("cannot read {path}"))
    };
    let section = roles::section(&read(GOLDEN_ROLES)?, &read(ROLES)?)?;
    roles::splice(&read(PEOPLE)?, &section).context(PEOPLE)
}

fn compare(path: &str, committed: Option<&str>, fresh: &str) -> Result<()> {
    let todo = "run `cargo xtask codegen` and commit the file";
    match committed {
        None => bail!("{path} is missing: {todo}"),
        Some(committed) if committed == fresh => Ok(()),
        Some(committed) => {
            let same = committed.lines().zip(fresh.lines()).take_while(|(old, new)| old == new).count();
            bail!("{path}:{}: not what the code says today: {todo}", same + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_of_the_manual_are_fresh() {
        let committed = std::fs::read_to_string(run::root().join(PEOPLE)).unwrap();
        compare(PEOPLE, Some(&committed), &people().unwrap()).unwrap();
    }

    #[test]
    fn a_stale_file_is_named_with_its_line() {
        assert!(compare("a.json", Some("1\n2\n"), "1\n2\n").is_ok());
        let error = compare("a.json", Some("1\n2\n"), "1\n3\n").unwrap_err().to_string();
        assert!(error.starts_with("a.json:2: "), "{error}");
        assert!(compare("a.json", None, "1\n").unwrap_err().to_string().contains("missing"));
    }
}
