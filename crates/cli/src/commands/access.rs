//! `fieldkeep access`: why somebody may do something, second persons, and broken glass. Never: decides any of it.

use super::Env;
use super::role::{PartArgs, place};
use crate::exit::Exit;
use crate::out::{Table, fields, or_dash, second_or_dash, to_second};
use anyhow::Result;
use fieldkeep_api::{Approval, ApprovalQuery, ExplainQuery, Explanation, Glass, NewGlass};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::{ApprovalId, GlassId, OrganizationId};
use serde_json::json;

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
    /// List what waits for a second person
    #[command(after_help = "Example: fieldkeep access approvals --state waiting")]
    Approvals {
        /// waiting, agreed, refused, used or expired
        #[arg(long, default_value = "waiting", value_parser = ["waiting", "agreed", "refused", "used", "expired"])]
        state: String,
    },
    /// Agree, as the second person; only people can
    #[command(
        after_help = "Example: fieldkeep access agree c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --reason \"spoke to her\""
    )]
    Agree(Decide),
    /// Refuse, as the second person; only people can
    #[command(
        after_help = "Example: fieldkeep access refuse c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --reason \"not planned\""
    )]
    Refuse(Decide),
    /// List emergencies, past and present
    #[command(after_help = "Example: fieldkeep access glass")]
    Glass,
    /// Open the glass, as the first custodian; only people can
    #[command(
        after_help = "Example: fieldkeep access break-glass --organization 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 \
                      --reason \"the owners are out of reach\""
    )]
    BreakGlass {
        /// Over this organization only
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
        /// Why: every owner and administrator is told
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: String,
    },
    /// Confirm an emergency, as the second custodian; only people can
    #[command(after_help = "Example: fieldkeep access confirm-glass c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d")]
    ConfirmGlass {
        /// Which
        id: GlassId,
    },
    /// End an emergency early
    #[command(
        after_help = "Example: fieldkeep access end-glass c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --reason \"drill is over\""
    )]
    EndGlass {
        /// Which
        id: GlassId,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: String,
    },
}

#[derive(Debug, clap::Args)]
struct Decide {
    /// Which
    id: ApprovalId,
    /// Why, for the record
    #[arg(long, value_name = "TEXT", value_parser = super::reason)]
    reason: String,
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
        Command::Approvals { state } => {
            let query = ApprovalQuery { state: Some(state), ..ApprovalQuery::default() };
            let page = client.approvals(&query).await?;
            env.out.show(&page, || approvals(&page.items))?;
        }
        Command::Agree(Decide { id, reason }) => {
            client.agree(id, &reason).await?;
            env.out.show(&json!({"id": id, "state": "agreed"}), || format!("agreed to {id}"))?;
        }
        Command::Refuse(Decide { id, reason }) => {
            client.refuse(id, &reason).await?;
            env.out.show(&json!({"id": id, "state": "refused"}), || format!("refused {id}"))?;
        }
        Command::Glass => {
            let page = client.glass().await?;
            env.out.show(&page, || glass(&page.items))?;
        }
        Command::BreakGlass { organization, reason } => {
            let opened = client.break_glass(&NewGlass { organization, reason }).await?;
            env.out.show(&opened, || {
                let before = to_second(&opened.confirm_before);
                format!("glass {} is open: a second custodian confirms it before {before}", opened.id)
            })?;
        }
        Command::ConfirmGlass { id } => {
            let broken = client.confirm_glass(id).await?;
            env.out.show(&broken, || {
                format!("glass {id} is broken: both own it until {}", second_or_dash(&broken.ends_at))
            })?;
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
