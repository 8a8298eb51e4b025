//! The entry of `fieldkeep`. Never: more than starting what the library holds.

use clap::Parser;
use fieldkeep_cli::{Cli, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run(Cli::parse()).into()
}
