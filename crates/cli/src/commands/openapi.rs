//! `fieldkeep openapi`: the contract of `/api/v1` as this binary speaks it. Never: asks a server.

use super::Env;
use crate::exit::Exit;
use anyhow::Result;

/// Print the API's contract as OpenAPI 3.1
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep openapi")]
pub struct Args {}

/// Runs it.
pub async fn run(_: Args, env: &Env) -> Result<Exit> {
    env.out.raw(&serde_json::to_string_pretty(&fieldkeep_server::http::openapi())?)?;
    env.out.raw("\n")?;
    Ok(Exit::Done)
}
