//! `fieldkeep org`: companies. Never: a company's private key; only the owner key that makers sign vouchers to.

use super::Env;
use crate::exit::Exit;
use crate::out::{Table, fields, to_second};
use anyhow::Result;
use fieldkeep_api::{NewOrganization, Organization};
use fieldkeep_domain::OrganizationId;
use fieldkeep_domain::audit::Why;
use serde_json::json;

/// Organizations: owners of devices and projects
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep org list")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make an organization with its own keys
    #[command(after_help = "Example: fieldkeep org create \"Polar Foods\"")]
    Create {
        /// What people call it
        #[arg(value_parser = super::name)]
        name: String,
    },
    /// List organizations
    #[command(after_help = "Example: fieldkeep org list --json")]
    List,
    /// Shut an organization out: everybody who came with it, and every key and role inside it
    #[command(
        after_help = "Example: fieldkeep org disable 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 --reason \"contract ended\""
    )]
    Disable {
        /// Which
        id: OrganizationId,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: Why,
    },
    /// Let an organization in again
    #[command(
        after_help = "Example: fieldkeep org enable 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 --reason \"new contract\""
    )]
    Enable {
        /// Which
        id: OrganizationId,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: Why,
    },
    /// Show an organization and its owner key
    #[command(after_help = "Example: fieldkeep org show 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10")]
    Show {
        /// Which
        id: OrganizationId,
    },
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let client = env.client()?;
    match args.command {
        Command::Create { name } => show(env, &client.create_organization(&NewOrganization { name }).await?)?,
        Command::Show { id } => show(env, &client.organization(id).await?)?,
        Command::Disable { id, reason } => {
            client.disable_organization(id, &reason).await?;
            let text = "its people, keys and roles open nothing any more; its devices go on measuring";
            env.out.show(&json!({"id": id, "state": "disabled"}), || {
                format!("organization {id} is shut out: {text}")
            })?;
        }
        Command::Enable { id, reason } => {
            client.enable_organization(id, &reason).await?;
            env.out.show(&json!({"id": id, "state": "enabled"}), || {
                format!("organization {id} is let in again")
            })?;
        }
        Command::List => {
            let page = client.organizations().await?;
            env.out.show(&page, || {
                Table::of(["ID", "NAME", "CREATED"], &page.items, |one| {
                    [one.id.to_string(), one.name.clone(), to_second(&one.created_at)]
                })
            })?;
        }
    }
    Ok(Exit::Done)
}

fn show(env: &Env, one: &Organization) -> Result<()> {
    env.out.show(one, || {
        fields(&[
            ("id", one.id.to_string()),
            ("name", one.name.clone()),
            ("owner key", one.owner_key.clone()),
            ("created", to_second(&one.created_at)),
        ])
    })
}
