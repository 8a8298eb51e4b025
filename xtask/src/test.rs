//! `cargo xtask test`: every check and every test, in the order in which a mistake is cheapest to find.
//!
//! Never: runs a failed test again, or goes on after a failure.

use crate::{codegen, fuzz, packages, run, tidy, web};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wish {
    nightly: bool,
    filter: Option<String>,
}

impl Wish {
    /// From the command line.
    pub fn parse(args: &[String]) -> Result<Self> {
        let mut wish = Self::default();
        for arg in args {
            match arg.as_str() {
                "--nightly" => wish.nightly = true,
                flag if flag.starts_with('-') => {
                    bail!("test has no flag `{flag}`; it takes --nightly and one FILTER")
                }
                _ if wish.filter.is_some() => bail!("test takes one FILTER; `{arg}` is a second one"),
                _ => wish.filter = Some(arg.clone()),
            }
        }
        Ok(wish)
    }
}

type Step<'a> = (&'static str, Box<dyn Fn() -> Result<()> + 'a>);

/// Runs everything, or with a filter only the tests that match.
pub fn run(wish: &Wish) -> Result<()> {
    let start = Instant::now();
    let steps = steps(wish);
    let count = steps.len();
    for (at, (name, step)) in (1..).zip(steps) {
        eprintln!("── {at}/{count} {name}");
        let begun = Instant::now();
        step().with_context(|| format!("stopped at step {at} of {count}, `{name}`"))?;
        eprintln!("── {at}/{count} {name}: ok, {}", shown(begun.elapsed()));
    }
    let what = match &wish.filter {
        None => "everything passed".to_owned(),
        Some(filter) => format!("tests matching `{filter}` passed, the other checks were not run"),
    };
    eprintln!("── {what}: {count} steps, {}", shown(start.elapsed()));
    Ok(())
}

fn steps(wish: &Wish) -> Vec<Step<'_>> {
    let cargo = |args: &'static [&'static str], failed: &'static str| -> Box<dyn Fn() -> Result<()>> {
        Box::new(move || run::demand(run::cargo().args(args), failed))
    };
    let mut steps: Vec<Step<'_>> = vec![("packages", Box::new(|| packages::ensure(packages::For::Tests)))];
    steps.push(("console", Box::new(web::build)));
    if wish.filter.is_none() {
        steps.push(("tidy", Box::new(tidy::run)));
        steps.push(("console's code", Box::new(web::check)));
        steps.push(("components", Box::new(components)));
        let fmt = "the code is not formatted: run `cargo fmt --all`";
        steps.push(("format", cargo(&["fmt", "--all", "--check"], fmt)));
        let clippy = &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
        steps.push(("clippy", cargo(clippy, "clippy has something to say, see above")));
    }
    let build = "the programs do not build; cargo says why above";
    steps.push(("programs", cargo(&["build", "--workspace", "--bins"], build)));
    steps.push(("tests", Box::new(|| tests(wish))));
    if wish.filter.is_none() {
        steps.push(("browser", Box::new(web::browser)));
        steps.push(("fuzz targets", Box::new(fuzz::smoke)));
        steps.push(("generated files", Box::new(codegen::check)));
    }
    steps
}

/// rustfmt and clippy are not part of rustup's smallest profile.
fn components() -> Result<()> {
    let there = |name: &str| run::works(run::cargo().args([name, "--version"]));
    if there("fmt") && there("clippy") {
        return Ok(());
    }
    let mut rustup = Command::new("rustup");
    rustup.current_dir(run::root()).args(["component", "add", "rustfmt", "clippy"]);
    run::demand(&mut rustup, "rustfmt and clippy are missing: install them beside cargo")
}

fn tests(wish: &Wish) -> Result<()> {
    let mut cargo = run::cargo();
    if run::works(run::cargo().args(["nextest", "--version"])) {
        cargo.args(["nextest", "run", "--workspace"]);
    } else {
        // The same set that nextest runs.
        cargo.args(["test", "--workspace", "--lib", "--bins", "--tests"]);
    }
    cargo.args(&wish.filter);
    let database = Database::start()?;
    cargo.env("FIELDKEEP_TEST_POSTGRES", &database.socket);
    if wish.nightly {
        cargo.env("FIELDKEEP_NIGHTLY", "1");
    }
    run::demand(&mut cargo, "a test failed, its name and output stand above")
}

/// One PostgreSQL for all tests of the run: it ends when its standard input does, so with us at the latest.
struct Database {
    socket: String,
    keeper: Child,
}

impl Database {
    fn start() -> Result<Self> {
        let program = run::binaries()?.join("test-postgres");
        let mut keeper = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut socket = String::new();
        if let Some(stdout) = keeper.stdout.take() {
            BufReader::new(stdout).read_line(&mut socket)?;
        }
        if socket.trim().is_empty() {
            bail!("PostgreSQL does not start for the tests; {} says why when run by hand", program.display());
        }
        Ok(Self { socket: socket.trim().to_owned(), keeper })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn shown(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Wish> {
        Wish::parse(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn flags_and_one_filter() {
        assert_eq!(parse(&[]).unwrap(), Wish::default());
        let both = Wish { nightly: true, filter: Some("voucher".into()) };
        assert_eq!(parse(&["--nightly", "voucher"]).unwrap(), both);
        assert!(parse(&["--fast"]).is_err());
        assert!(parse(&["a", "b"]).is_err());
    }

    #[test]
    fn only_a_whole_run_checks_the_tree() {
        let names = |wish: &Wish| steps(wish).iter().map(|step| step.0).collect::<Vec<_>>();
        let whole = names(&Wish::default());
        assert_eq!(
            whole,
            [
                "packages",
                "console",
                "tidy",
                "console's code",
                "components",
                "format",
                "clippy",
                "programs",
                "tests",
                "browser",
                "fuzz targets",
                "generated files"
            ]
        );
        assert_eq!(names(&parse(&["x"]).unwrap()), ["packages", "console", "programs", "tests"]);
    }

    #[test]
    fn times_are_short() {
        assert_eq!(shown(Duration::from_millis(1_234)), "1.2 s");
        assert_eq!(shown(Duration::from_secs(125)), "2 min 5 s");
    }
}
