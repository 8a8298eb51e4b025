//! `fieldkeep registry`: what makers hand over. Never: checks a voucher itself; the server does.

use super::Env;
use crate::exit::Exit;
use crate::files;
use anyhow::Result;
use fieldkeep_api::RegistryImport;
use std::path::PathBuf;

/// Register what makers have made
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fieldkeep registry import 0b8de0a5-5d6c-4b4c-9d0e-6f6a2f0c1d2e.registry.json"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Register a maker, a work order and its devices
    #[command(
        after_help = "Example: fieldkeep registry import ./factory/orders/0b8de0a5-5d6c-4b4c-9d0e-6f6a2f0c1d2e.registry.json"
    )]
    Import {
        /// The order's export, as `factory make` wrote it
        file: PathBuf,
    },
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let Command::Import { file } = args.command;
    let import: RegistryImport = files::json(&file)?;
    let done = env.client()?.import(&import).await?;
    env.out.show(&done, || {
        format!(
            "{} devices added, {} known before, of `{}` under order {}",
            done.added,
            done.known,
            crate::out::clean(&import.maker.name),
            import.order.id
        )
    })?;
    Ok(Exit::Done)
}
