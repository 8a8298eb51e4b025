//! `fieldkeep policy`: what an organization asks of its people, and what it forbids. Never: judges a policy itself.

use super::Env;
use crate::exit::Exit;
use crate::out::{Table, clean, to_second};
use anyhow::{Context, Result};
use fieldkeep_api::{GuardRail, NewGuard, OrganizationRules};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::project::Network;
use fieldkeep_domain::{GuardId, OrganizationId};
use serde_json::json;
use std::path::PathBuf;

/// Rules and guard rails of an organization
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep policy guards 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show what an organization asks of its people
    #[command(after_help = "Example: fieldkeep policy rules 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10")]
    Rules {
        /// Of which organization
        organization: OrganizationId,
    },
    /// Replace what an organization asks of its people
    #[command(
        after_help = "Example: fieldkeep policy set-rules 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 --file rules.json"
    )]
    SetRules {
        /// Of which organization
        organization: OrganizationId,
        /// The rules as JSON, as `policy rules --json` shows them
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
    /// List the guard rails of an organization
    #[command(after_help = "Example: fieldkeep policy guards 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10")]
    Guards {
        /// Of which organization
        organization: OrganizationId,
    },
    /// Forbid actions, everywhere or outside some networks, or by a rule in Cedar
    #[command(
        after_help = "Example: fieldkeep policy forbid 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 \"Office only\" \
                      --action telemetry.export --outside 10.20.0.0/16\n\
                      Example: fieldkeep policy forbid 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 \"Night\" --cedar night.cedar"
    )]
    Forbid {
        /// In which organization
        organization: OrganizationId,
        /// What people call it
        #[arg(value_parser = super::name)]
        name: String,
        /// An action that is forbidden; may be repeated
        #[arg(long = "action", value_name = "ACTION", value_parser = super::action, required_unless_present = "cedar")]
        actions: Vec<Action>,
        /// Only outside this network (CIDR); may be repeated
        #[arg(long, value_name = "CIDR", value_parser = network)]
        outside: Vec<String>,
        /// A file with one `forbid` in Cedar instead
        #[arg(long, value_name = "FILE", conflicts_with_all = ["actions", "outside"])]
        cedar: Option<PathBuf>,
    },
    /// Remove a guard rail
    #[command(after_help = "Example: fieldkeep policy allow c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d")]
    Allow {
        /// Which guard rail
        id: GuardId,
    },
}

fn network(text: &str) -> Result<String, String> {
    text.parse::<Network>().map(|network| network.to_string()).map_err(|error| error.to_string())
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let client = env.client()?;
    match args.command {
        Command::Rules { organization } => {
            let rules = client.rules(organization).await?;
            env.out.show(&rules, || shown(&rules))?;
        }
        Command::SetRules { organization, file } => {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("cannot read the rules in {}", file.display()))?;
            let rules: OrganizationRules = serde_json::from_str(&text)
                .with_context(|| format!("{} does not hold rules", file.display()))?;
            let rules = client.set_rules(organization, &rules).await?;
            env.out.show(&rules, || shown(&rules))?;
        }
        Command::Guards { organization } => {
            let page = client.guards(organization).await?;
            env.out.show(&page, || guards(&page.items))?;
        }
        Command::Forbid { organization, name, actions: forbid, outside, cedar } => {
            let cedar = cedar
                .map(|path| {
                    std::fs::read_to_string(&path)
                        .with_context(|| format!("cannot read the rule in {}", path.display()))
                })
                .transpose()?;
            let made = client.create_guard(organization, &NewGuard { name, cedar, forbid, outside }).await?;
            env.out.show(&made, || format!("guard rail {} `{}`", made.id, clean(&made.name)))?;
        }
        Command::Allow { id } => {
            client.remove_guard(id).await?;
            env.out.show(&json!({"id": id, "state": "removed"}), || format!("guard rail {id} is removed"))?;
        }
    }
    Ok(Exit::Done)
}

fn shown(rules: &OrganizationRules) -> String {
    let two: Vec<&str> = rules.two_people.iter().map(|action| action.name()).collect();
    let sign_in = &rules.sign_in;
    let factors: Vec<&str> = sign_in.second_factors.iter().map(|factor| factor.name()).collect();
    let or_none = |items: Vec<&str>| if items.is_empty() { "none".to_owned() } else { items.join(" ") };
    crate::out::fields(&[
        ("two people for", or_none(two)),
        ("password characters", sign_in.password_chars_min.to_string()),
        ("passkey required", sign_in.passkey_required.to_string()),
        ("second factors", or_none(factors)),
        ("session seconds", sign_in.session_s_max.to_string()),
        ("idle seconds", sign_in.idle_s_max.to_string()),
        ("networks", or_none(sign_in.networks.iter().map(String::as_str).collect())),
    ])
}

fn guards(items: &[GuardRail]) -> String {
    Table::of(["ID", "NAME", "SINCE", "RULE"], items, |one| {
        let rule = one.cedar.split_whitespace().collect::<Vec<_>>().join(" ");
        [one.id.to_string(), one.name.clone(), to_second(&one.created_at), rule]
    })
}
