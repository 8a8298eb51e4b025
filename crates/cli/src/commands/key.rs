//! `fieldkeep key`: API keys of programs. Never: shows a secret twice, or writes it where others may read.

use super::Env;
use super::secret::{self, Made, Place};
use crate::exit::Exit;
use crate::out::{Table, clean, second_or_dash};
use anyhow::Result;
use fieldkeep_api::{Key, KeyQuery, KeySecret, NewKey, NewServiceAccount, RotateQuery};
use fieldkeep_domain::access::{Action, RoleRef};
use fieldkeep_domain::audit::Why;
use fieldkeep_domain::{AccountId, DeviceId, GroupId, KeyId, OrganizationId, ProjectId};
use serde_json::json;
use std::path::PathBuf;

/// API keys of programs
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep key list")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a key; its secret is shown once
    #[command(after_help = "Example: fieldkeep key create dashboard --role viewer \
                      --project 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21 --expires 2027-06-30T00:00:00Z --out viewer.key")]
    Create {
        /// What it is for
        #[arg(value_parser = super::name)]
        name: String,
        /// A standard role such as viewer, program-reader or installer, or the id of an organization's own
        #[arg(long, value_parser = super::role)]
        role: RoleRef,
        /// Inside this organization only
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
        /// Inside this project only
        #[arg(long, value_name = "ID")]
        project: Option<ProjectId>,
        /// Inside this group of devices only
        #[arg(long, value_name = "ID")]
        group: Option<GroupId>,
        /// This device only
        #[arg(long, value_name = "ID")]
        device: Option<DeviceId>,
        /// The service account that it belongs to
        #[arg(long, value_name = "ID")]
        account: Option<AccountId>,
        /// A sensitive action of its role that it may do, for example device.revoke; may be repeated
        #[arg(long = "right", value_name = "ACTION", value_parser = super::action)]
        rights: Vec<Action>,
        /// Until when (RFC 3339); no end when absent
        #[arg(long, value_name = "TIME", value_parser = super::expiry)]
        expires: Option<String>,
        /// Write the secret to this new file, readable by its owner alone, instead of stdout
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List keys, without their secrets
    #[command(after_help = "Example: fieldkeep key list --organization 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10")]
    List {
        /// Of this organization
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
    },
    /// Make a successor with the same rights; the old key works until it is revoked
    #[command(
        after_help = "Example: fieldkeep key rotate c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --out viewer-2.key"
    )]
    Rotate {
        /// Which
        id: KeyId,
        /// When the new key ends (RFC 3339); when the old one does when absent
        #[arg(long, value_name = "TIME", value_parser = super::expiry)]
        expires: Option<String>,
        /// Write the secret to this new file, readable by its owner alone, instead of stdout
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Make a service account: a program with keys of its own
    #[command(after_help = "Example: fieldkeep key account \"Energy dashboard\"")]
    Account {
        /// What the program is
        #[arg(value_parser = super::name)]
        name: String,
        /// Of this organization; the deployment's own when absent
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
    },
    /// List service accounts
    #[command(after_help = "Example: fieldkeep key accounts")]
    Accounts,
    /// Shut a service account out with all its keys, or let it in again
    #[command(
        after_help = "Example: fieldkeep key switch c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d off --reason \"program retired\""
    )]
    Switch {
        /// Which
        id: AccountId,
        /// off or on
        #[arg(value_parser = ["off", "on"])]
        to: String,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: Why,
    },
    /// Withdraw a key at once
    #[command(
        after_help = "Example: fieldkeep key revoke c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --reason \"laptop lost\""
    )]
    Revoke {
        /// Which
        id: KeyId,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: Why,
    },
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let client = env.client()?;
    match args.command {
        Command::Create {
            name,
            role,
            organization,
            project,
            group,
            device,
            account,
            rights,
            expires: expires_at,
            out,
        } => {
            let place = Place::reserve(out.as_deref())?;
            let new =
                NewKey { name, role, account, organization, project, group, device, expires_at, rights };
            hand_over(env, &client.create_key(&new).await?, place)?;
        }
        Command::Rotate { id, expires: expires_at, out } => {
            let place = Place::reserve(out.as_deref())?;
            hand_over(env, &client.rotate_key(id, &RotateQuery { expires_at }).await?, place)?;
            env.out.note(format_args!("the old key works until `fieldkeep key revoke {id} --reason …`"));
        }
        Command::Revoke { id, reason } => {
            client.revoke_key(id, &reason).await?;
            env.out.show(&json!({"id": id, "state": "revoked"}), || format!("key {id} is revoked"))?;
        }
        Command::Account { name, organization } => {
            let made = client.create_account(&NewServiceAccount { name, organization }).await?;
            env.out.show(&made, || format!("service account {} `{}`", made.id, clean(&made.name)))?;
        }
        Command::Accounts => {
            let page = client.accounts().await?;
            env.out.show(&page, || {
                Table::of(["ID", "NAME", "STATE"], &page.items, |one| {
                    let state = if one.disabled_at.is_some() { "shut out" } else { "active" };
                    [one.id.to_string(), clean(&one.name), state.to_owned()]
                })
            })?;
        }
        Command::Switch { id, to, reason } => {
            client.switch_account(id, to == "off", &reason).await?;
            env.out.show(&json!({"id": id, "state": to}), || format!("service account {id} is {to}"))?;
        }
        Command::List { organization } => {
            let query = KeyQuery { organization, ..KeyQuery::default() };
            let page = client.keys(&query).await?;
            env.out.show(&page, || table(&page.items))?;
        }
    }
    Ok(Exit::Done)
}

fn hand_over(env: &Env, made: &KeySecret, place: Place) -> Result<()> {
    let key = &made.key;
    let what = format!("key {} `{}`, {}, {}", key.id, clean(&key.name), key.role, part(key));
    let undo = format!("fieldkeep key revoke {} --reason lost", key.id);
    secret::hand_over(env, &Made { whole: made, public: key, secret: &made.secret, what, undo }, place)
}

fn part(key: &Key) -> String {
    if let Some(device) = key.device {
        return format!("device {device}");
    }
    if let Some(group) = key.group {
        return format!("group {group}");
    }
    match (key.organization, key.project) {
        (_, Some(project)) => format!("project {project}"),
        (Some(organization), None) => format!("organization {organization}"),
        (None, None) => "whole deployment".to_owned(),
    }
}

fn table(keys: &[Key]) -> String {
    Table::of(["ID", "NAME", "ROLE", "WHERE", "STATE", "EXPIRES", "USED"], keys, |one| {
        [
            one.id.to_string(),
            one.name.clone(),
            one.role.to_string(),
            part(one),
            if one.revoked_at.is_some() { "revoked" } else { "active" }.to_owned(),
            second_or_dash(&one.expires_at),
            second_or_dash(&one.used_at),
        ]
    })
}
