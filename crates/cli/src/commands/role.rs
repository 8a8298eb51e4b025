//! `fieldkeep role`: an organization's own roles, and who holds which role. Never: decides who may give what.

use super::Env;
use crate::exit::Exit;
use crate::out::{Table, second_or_dash};
use anyhow::Result;
use fieldkeep_api::{NewCustomRole, NewRoleGrant, Part, RoleActions, RoleDetail, RoleGrant, RoleGrantQuery};
use fieldkeep_domain::access::{Action, RoleRef};
use fieldkeep_domain::audit::Why;
use fieldkeep_domain::{CustomRoleId, DeviceId, GrantId, GroupId, OrganizationId, PersonId, ProjectId};
use serde_json::json;

/// Roles, and who holds them
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep role list 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the standard roles and an organization's own, with what each gives
    #[command(after_help = "Example: fieldkeep role list 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10")]
    List {
        /// Of which organization
        organization: OrganizationId,
    },
    /// Make a role of an organization's own, of what you hold yourself
    #[command(
        after_help = "Example: fieldkeep role create 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 \"Night shift\" \
                      --action device.read --action device.suspend"
    )]
    Create {
        /// Of which organization
        organization: OrganizationId,
        /// What people call it
        #[arg(value_parser = super::name)]
        name: String,
        /// An action that it gives; may be repeated
        #[arg(long = "action", value_name = "ACTION", value_parser = super::action, required = true)]
        actions: Vec<Action>,
    },
    /// Replace what a role gives, for everybody who stands in it
    #[command(
        after_help = "Example: fieldkeep role actions c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --action device.read"
    )]
    Actions {
        /// Which
        id: CustomRoleId,
        /// An action that it gives; may be repeated
        #[arg(long = "action", value_name = "ACTION", value_parser = super::action, required = true)]
        actions: Vec<Action>,
    },
    /// Remove a role that nobody stands in
    #[command(after_help = "Example: fieldkeep role remove c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d")]
    Remove {
        /// Which
        id: CustomRoleId,
    },
    /// Give a role to a person: nothing that you do not hold, and for no longer
    #[command(
        after_help = "Example: fieldkeep role grant 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 --role engineer \
                      --project 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21 --expires 2027-06-30T00:00:00Z"
    )]
    Grant {
        /// To whom
        person: PersonId,
        /// A standard role such as viewer or engineer, or the id of an organization's own
        #[arg(long, value_parser = super::role)]
        role: RoleRef,
        #[command(flatten)]
        part: PartArgs,
        /// Until when (RFC 3339); no end when absent
        #[arg(long, value_name = "TIME", value_parser = super::expiry)]
        expires: Option<String>,
    },
    /// List who holds which role
    #[command(
        after_help = "Example: fieldkeep role grants --organization 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10"
    )]
    Grants {
        /// Of this person
        #[arg(long, value_name = "ID")]
        person: Option<PersonId>,
        /// Inside this organization
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
    },
    /// Take a role back, at once
    #[command(
        after_help = "Example: fieldkeep role revoke c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --reason \"left the company\""
    )]
    Revoke {
        /// Which grant
        id: GrantId,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: Why,
    },
}

/// A part of the world; nothing: the whole deployment.
#[derive(Debug, Clone, clap::Args)]
pub struct PartArgs {
    /// Inside this organization
    #[arg(long, value_name = "ID")]
    pub organization: Option<OrganizationId>,
    /// Inside this project
    #[arg(long, value_name = "ID")]
    pub project: Option<ProjectId>,
    /// Inside this group of devices
    #[arg(long, value_name = "ID")]
    pub group: Option<GroupId>,
    /// This device
    #[arg(long, value_name = "ID")]
    pub device: Option<DeviceId>,
}

/// A part of the world in words.
pub fn place(part: &Part) -> String {
    let named = [
        part.device.map(|id| format!("device {id}")),
        part.group.map(|id| format!("group {id}")),
        part.project.map(|id| format!("project {id}")),
        part.organization.map(|id| format!("organization {id}")),
    ];
    named.into_iter().flatten().next().unwrap_or_else(|| "whole deployment".to_owned())
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let client = env.client()?;
    match args.command {
        Command::List { organization } => {
            let page = client.roles(organization).await?;
            env.out.show(&page, || roles(&page.items))?;
        }
        Command::Create { organization, name, actions } => {
            let made = client.create_role(organization, &NewCustomRole { name, actions }).await?;
            env.out.show(&made, || format!("role {} `{}`", made.role, crate::out::clean(&made.name)))?;
        }
        Command::Actions { id, actions } => {
            let role = client.set_role_actions(id, &RoleActions { actions }).await?;
            env.out.show(&role, || roles(std::slice::from_ref(&role)))?;
        }
        Command::Remove { id } => {
            client.remove_role(id).await?;
            env.out.show(&json!({"role": id, "state": "removed"}), || format!("role {id} is removed"))?;
        }
        Command::Grant { person, role, part, expires: expires_at } => {
            let PartArgs { organization, project, group, device } = part;
            let new = NewRoleGrant { person, role, organization, project, group, device, expires_at };
            let made = client.grant(&new).await?;
            env.out.show(&made, || {
                format!("grant {}: {} to person {person}, {}", made.id, made.role, place(&made.part))
            })?;
        }
        Command::Grants { person, organization } => {
            let query = RoleGrantQuery { person, organization, ..RoleGrantQuery::default() };
            let page = client.grants(&query).await?;
            env.out.show(&page, || grants(&page.items))?;
        }
        Command::Revoke { id, reason } => {
            client.revoke_grant(id, &reason).await?;
            env.out.show(&json!({"id": id, "state": "revoked"}), || format!("grant {id} is revoked"))?;
        }
    }
    Ok(Exit::Done)
}

fn roles(items: &[RoleDetail]) -> String {
    Table::of(["ROLE", "NAME", "KIND", "ACTIONS"], items, |one| {
        let kind = match (one.standard, one.for_programs) {
            (true, true) => "standard, for programs",
            (true, false) => "standard",
            (false, _) => "own",
        };
        let actions: Vec<&str> = one.actions.iter().map(|action| action.name()).collect();
        [one.role.to_string(), one.name.clone(), kind.to_owned(), actions.join(" ")]
    })
}

fn grants(items: &[RoleGrant]) -> String {
    Table::of(["ID", "PERSON", "ROLE", "WHERE", "STATE", "EXPIRES", "BY"], items, |one| {
        [
            one.id.to_string(),
            one.person.to_string(),
            one.role.to_string(),
            place(&one.part),
            if one.revoked_at.is_some() { "revoked" } else { "active" }.to_owned(),
            second_or_dash(&one.expires_at),
            one.made_by.clone(),
        ]
    })
}
