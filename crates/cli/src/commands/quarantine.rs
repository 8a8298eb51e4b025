//! `fieldkeep quarantine`: what was held back, and what becomes of it. Never: decides without a reason.

use super::Env;
use super::query::value;
use crate::exit::Exit;
use crate::out::{Table, clean, fields, or_dash, second_or_dash, to_second};
use crate::target::DeviceRef;
use anyhow::Result;
use clap::builder::PossibleValuesParser;
use fieldkeep_api::{HeldDetail, HeldQuery};
use fieldkeep_domain::audit::Why;
use fieldkeep_domain::quarantine::Reason;
use fieldkeep_domain::{ProjectId, QuarantineId};
use serde_json::json;

/// Batches that were held back: look at them, release or destroy them
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep quarantine list 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List what is held back in a project, the newest first
    #[command(
        after_help = "Example: fieldkeep quarantine list 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21 --reason outside-range"
    )]
    List(ListArgs),
    /// Show a held batch: what is held against it, and its readings
    #[command(after_help = "Example: fieldkeep quarantine show 4b1c2d3e-0f5a-4a6b-8c7d-9e8f7a6b5c4d")]
    Show {
        /// Which
        id: QuarantineId,
    },
    /// Release a held batch into its project
    #[command(
        after_help = "Example: fieldkeep quarantine release 4b1c2d3e-0f5a-4a6b-8c7d-9e8f7a6b5c4d --reason \"sensor was replaced\""
    )]
    Release(Decision),
    /// Destroy the readings of a held batch; the record of it stays
    #[command(
        after_help = "Example: fieldkeep quarantine destroy 4b1c2d3e-0f5a-4a6b-8c7d-9e8f7a6b5c4d --reason \"bench test\""
    )]
    Destroy(Decision),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// In which project
    project: ProjectId,
    /// Of this device
    #[arg(long, value_name = "ID|LABEL")]
    device: Option<DeviceRef>,
    /// With this reason
    #[arg(long, value_parser = PossibleValuesParser::new(Reason::NAMES))]
    reason: Option<String>,
    /// In this state; held when absent
    #[arg(long, value_parser = PossibleValuesParser::new(["held", "released", "destroyed"]))]
    state: Option<String>,
    /// At most so many; all when absent
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Debug, clap::Args)]
struct Decision {
    /// Which
    id: QuarantineId,
    /// Why, for the record
    #[arg(long, value_name = "TEXT", value_parser = super::reason)]
    reason: Why,
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let client = env.client()?;
    match args.command {
        Command::List(args) => list(args, env).await?,
        Command::Show { id } => {
            let one = client.held_one(id).await?;
            env.out.show(&one, || shown(&one))?;
        }
        Command::Release(Decision { id, reason }) => {
            client.release(id, &reason).await?;
            env.out.show(&json!({"id": id, "state": "released"}), || {
                format!("batch {id} is released: its readings are in the project")
            })?;
        }
        Command::Destroy(Decision { id, reason }) => {
            client.destroy(id, &reason).await?;
            env.out.show(&json!({"id": id, "state": "destroyed"}), || {
                format!("the readings of batch {id} are destroyed; the record of it stays")
            })?;
        }
    }
    Ok(Exit::Done)
}

async fn list(args: ListArgs, env: &Env) -> Result<()> {
    let device = args.device.map(|device| device.id()).transpose()?;
    let query = HeldQuery { device, reason: args.reason, state: args.state, ..HeldQuery::default() };
    let page = env.client()?.held(args.project, &query, args.limit.unwrap_or(usize::MAX)).await?;
    env.out.show(&page, || {
        Table::of(["ID", "DEVICE", "READINGS", "REASONS", "HELD", "STATE"], &page.items, |one| {
            [
                one.id.to_string(),
                one.device.to_string(),
                one.readings.to_string(),
                one.reasons.join(" "),
                to_second(&one.held_at),
                one.state.clone(),
            ]
        })
    })?;
    if page.next.is_some() && !env.out.is_json() {
        env.out.note(format_args!("more batches follow after these {}", page.items.len()));
    }
    Ok(())
}

fn shown(one: &HeldDetail) -> String {
    let held = &one.held;
    let about = fields(&[
        ("id", held.id.to_string()),
        ("state", held.state.clone()),
        ("device", held.device.to_string()),
        ("project", held.project.to_string()),
        ("site", held.site.to_string()),
        ("journal index", held.index.to_string()),
        ("held", to_second(&held.held_at)),
        ("decided", second_or_dash(&held.decided_at)),
        ("readings", held.readings.to_string()),
    ]);
    let why: String = one.why.iter().map(|why| format!("- {}\n", clean(why))).collect();
    let sample = Table::of(["TIME", "METRIC", "VALUE", "UNIT"], &one.sample, |reading| {
        [reading.time.clone(), reading.metric.clone(), value(&reading.value), or_dash(&reading.unit)]
    });
    format!("{about}\nheld because:\n{why}\n{sample}")
}
