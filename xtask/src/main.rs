//! The only script of the project: `demo`, `test`, `web`, `bench`, `tidy` and `codegen`. It orders other programs about.
//!
//! Never: part of what is shipped, or home of a rule that a test of a crate could hold.

mod codegen;
mod fuzz;
mod packages;
mod roles;
mod run;
mod test;
mod tidy;
mod web;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  demo [ARGS…]              build, then run `fieldkeep demo ARGS`: the whole story on this machine
  test [--nightly] [FILTER] install what the tests need, then run every check and every test;
                            with FILTER only the tests whose name contains it, without the other checks
  web [test]                install what the console needs and build it, for a server that is built by hand;
                            with `test` run the console's tests alone, in a browser too
  tidy                      compare the tree with the rules of the house
  bench access              what authorisation costs and what a flood of sign-ins does to devices; release build
  bench ui                  what the console costs a browser: bytes, redraws, scrolling, Lighthouse; release build
  codegen [--check]         write the generated files, or check that the committed ones are fresh

example: cargo xtask test --nightly";

fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let rest = args.get(1..).unwrap_or_default();
    match args.first().map(String::as_str) {
        Some("demo") => run::demo(rest),
        Some("test") => test::run(&test::Wish::parse(rest)?),
        Some("web") => match rest {
            [] => packages::ensure(packages::For::Building).and_then(|()| web::build()),
            [word] if word == "test" => packages::ensure(packages::For::Tests).and_then(|()| web::test()),
            _ => bail!("web takes nothing or `test`"),
        },
        Some("bench") => match rest {
            [name] if name == "access" => run::bench("bench-access"),
            [name] if name == "ui" => packages::ensure(packages::For::Tests).and_then(|()| web::bench()),
            _ => bail!("bench takes `access` or `ui`"),
        },
        Some("tidy") if rest.is_empty() => tidy::run(),
        Some("codegen") => match rest {
            [] => codegen::write(),
            [flag] if flag == "--check" => codegen::check(),
            _ => bail!("codegen takes nothing or `--check`"),
        },
        Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(())
        }
        Some(other) => bail!("no command `{other}` with these arguments\n\n{HELP}"),
        None => bail!("which command?\n\n{HELP}"),
    }
}
