//! `fieldkeep doctor`: whether a deployment is well, line by line, with what to do. Never: changes anything.

mod checks;

use super::Env;
use crate::exit::Exit;
use crate::out::clean;
use anyhow::Result;
use serde::Serialize;

/// Check a deployment: files, keys, database, certificates, disk, clock, server
///
/// Works with and without a running server and changes nothing. Ends with 1 when something fails; a warning is no failure.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep doctor --data ./fieldkeep-data")]
pub struct Args {}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Ok,
    Warn,
    Fail,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    check: &'static str,
    outcome: Outcome,
    /// What was found.
    found: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Ok, found: found.into(), advice: None }
    }
    fn warn(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Warn, found: found.into(), advice: Some(advice.into()) }
    }
    fn fail(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Fail, found: found.into(), advice: Some(advice.into()) }
    }
}

#[derive(Serialize)]
struct Report {
    well: bool,
    checks: Vec<Finding>,
}

/// Runs it.
pub async fn run(_: Args, env: &Env) -> Result<Exit> {
    let checks = checks::all(env).await;
    let well = checks.iter().all(|one| one.outcome != Outcome::Fail);
    let report = Report { well, checks };
    env.out.show(&report, || lines(&report))?;
    Ok(if well { Exit::Done } else { Exit::Refused })
}

fn lines(report: &Report) -> String {
    let mut text = String::new();
    let width = report.checks.iter().map(|one| one.check.len()).max().unwrap_or(0);
    for one in &report.checks {
        let outcome = match one.outcome {
            Outcome::Ok => "ok",
            Outcome::Warn => "warn",
            Outcome::Fail => "fail",
        };
        text.push_str(&format!("{outcome:<4}  {:<width$}  {}\n", one.check, clean(&one.found)));
        if let Some(advice) = &one.advice {
            text.push_str(&format!("{:4}  {:width$}  -> {}\n", "", "", clean(advice)));
        }
    }
    let count = |outcome| report.checks.iter().filter(|one| one.outcome == outcome).count();
    let (warn, fail) = (count(Outcome::Warn), count(Outcome::Fail));
    text.push_str(&match (fail, warn) {
        (0, 0) => "all is well\n".to_owned(),
        (0, warn) => format!("well, with {warn} to look at\n"),
        (fail, warn) => format!("not well: {fail} failed, {warn} to look at\n"),
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_says_what_to_do() {
        let report = Report {
            well: false,
            checks: vec![
                Finding::ok("config", "defaults"),
                Finding::fail("keys", "no keyring", "restore it"),
                Finding::warn("disk", "1 GiB free", "make room"),
            ],
        };
        assert_eq!(
            lines(&report),
            "ok    config  defaults\n\
             fail  keys    no keyring\n              -> restore it\n\
             warn  disk    1 GiB free\n              -> make room\n\
             not well: 1 failed, 1 to look at\n"
        );
    }
}
