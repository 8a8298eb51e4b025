//! `fieldkeep access`: why somebody may do something, second persons, and broken glass. Never: decides any of it.

use super::Env;
use super::role::{PartArgs, place};
use crate::exit::Exit;
use crate::out::{Table, fields, or_dash, second_or_dash, to_second};
use anyhow::Result;
use fieldkeep_api::{Approval, ApprovalQuery, ExplainQuery, Explanation, Glass, Rights, RightsQuery};
use fieldkeep_domain::GlassId;
use fieldkeep_domain::access::Action;
use fieldkeep_domain::audit::Why;
use serde_json::json;
use std::collections::BTreeMap;

/// Why somebody may do something; second persons; emergencies
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep access explain device.revoke")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Explain why somebody may do something somewhere, or may not
    #[command(after_help = "Example: fieldkeep access explain telemetry.read \
                      --principal key/c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --project 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21")]
    Explain {
        /// What, for example device.revoke
        #[arg(value_parser = super::action)]
        action: Action,
        /// me, person/ID or key/ID
        #[arg(long, value_name = "WHO", default_value = "me")]
        principal: String,
        #[command(flatten)]
        part: PartArgs,
    },
    /// List what I may do somewhere
    #[command(after_help = "Example: fieldkeep access rights --project 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21")]
    Rights {
        #[command(flatten)]
        part: PartArgs,
    },
    /// List what waits for a second person
    #[command(after_help = "Example: fieldkeep access approvals --state waiting")]
    Approvals {
        /// waiting, agreed, refused, used or expired
        #[arg(long, default_value = "waiting", value_parser = ["waiting", "agreed", "refused", "used", "expired"])]
        state: String,
    },
    /// List emergencies, past and present
    #[command(after_help = "Example: fieldkeep access glass")]
    Glass,
    /// End an emergency early
    #[command(
        after_help = "Example: fieldkeep access end-glass c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --reason \"drill is over\""
    )]
    EndGlass {
        /// Which
        id: GlassId,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: Why,
    },
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let client = env.client()?;
    match args.command {
        Command::Explain { action, principal, part } => {
            let PartArgs { organization, project, group, device } = part;
            let query = ExplainQuery { principal, action, organization, project, group, device };
            let why = client.explain(&query).await?;
            env.out.show(&why, || explained(&why))?;
        }
        Command::Rights { part: PartArgs { organization, project, group, device } } => {
            let found = client.rights(&RightsQuery { organization, project, group, device }).await?;
            env.out.show(&found, || rights(&found))?;
        }
        Command::Approvals { state } => {
            let query = ApprovalQuery { state: Some(state), ..ApprovalQuery::default() };
            let page = client.approvals(&query).await?;
            env.out.show(&page, || approvals(&page.items))?;
        }
        Command::Glass => {
            let page = client.glass().await?;
            env.out.show(&page, || glass(&page.items))?;
        }
        Command::EndGlass { id, reason } => {
            client.end_glass(id, &reason).await?;
            env.out.show(&json!({"id": id, "state": "over"}), || format!("glass {id} is over"))?;
        }
    }
    Ok(Exit::Done)
}

fn explained(why: &Explanation) -> String {
    let given: Vec<String> =
        why.given_by.iter().map(|by| format!("{} over {}", by.role, place(&by.part))).collect();
    let would: Vec<String> = why.would_give.iter().map(ToString::to_string).collect();
    fields(&[
        ("principal", why.principal.clone()),
        ("action", why.action.to_string()),
        ("allowed", if why.allowed { "yes" } else { "no" }.to_owned()),
        ("decision", why.decision.clone()),
        ("policy", or_dash(&why.policy)),
        ("guard rail", or_dash(&why.guard)),
        ("needs", or_dash(&why.needs)),
        ("given by", if given.is_empty() { "-".to_owned() } else { given.join(", ") }),
        ("would give it", would.join(", ")),
    ])
}

fn rights(found: &Rights) -> String {
    let may = found.may.iter().map(|action| (*action, None));
    let owes = found.owes.iter().map(|owed| (owed.action, Some(&owed.needs)));
    let all: BTreeMap<_, _> = may.chain(owes).collect();
    Table::of(["ACTION", "NEEDS"], &all.into_iter().collect::<Vec<_>>(), |(action, needs)| {
        [action.to_string(), or_dash(&needs.cloned())]
    })
}

fn approvals(items: &[Approval]) -> String {
    Table::of(["ID", "STATE", "UNTIL", "WHAT"], items, |one| {
        [one.id.to_string(), one.state.clone(), to_second(&one.expires_at), one.text.clone()]
    })
}

fn glass(items: &[Glass]) -> String {
    Table::of(["ID", "STATE", "OVER", "OPENED", "UNTIL", "REASON"], items, |one| {
        let over = one.organization.map(|id| format!("organization {id}"));
        [
            one.id.to_string(),
            one.state.clone(),
            over.unwrap_or_else(|| "whole deployment".to_owned()),
            to_second(&one.created_at),
            second_or_dash(&one.ends_at),
            one.reason.clone(),
        ]
    })
}
