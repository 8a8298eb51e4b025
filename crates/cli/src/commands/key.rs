//! `fieldkeep key`: API keys of programs. Never: shows a secret twice, or writes it where others may read.

use super::Env;
use crate::exit::Exit;
use crate::files::SecretFile;
use crate::out::{Table, clean, second_or_dash};
use anyhow::{Context, Result};
use fieldkeep_api::{Key, KeyQuery, KeySecret, NewKey, NewServiceAccount};
use fieldkeep_domain::access::{Action, RoleRef};
use fieldkeep_domain::{AccountId, DeviceId, GroupId, KeyId, OrganizationId, ProjectId};
use serde_json::json;
use std::path::{Path, PathBuf};

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
        reason: String,
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
        reason: String,
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
            let file = reserve(out.as_deref())?;
            let new =
                NewKey { name, role, account, organization, project, group, device, expires_at, rights };
            hand_over(env, &client.create_key(&new).await?, file, out.as_deref())?;
        }
        Command::Rotate { id, out } => {
            let file = reserve(out.as_deref())?;
            hand_over(env, &client.rotate_key(id).await?, file, out.as_deref())?;
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

fn reserve(path: Option<&Path>) -> Result<Option<SecretFile>> {
    path.map(SecretFile::reserve).transpose()
}

/// On stdout the secret stands alone, so that it can be piped; what it is stands on stderr.
fn hand_over(env: &Env, made: &KeySecret, file: Option<SecretFile>, path: Option<&Path>) -> Result<()> {
    let key = &made.key;
    let what = format!("key {} `{}`, {}, {}", key.id, clean(&key.name), key.role, place(key));
    match (file, path) {
        (Some(file), Some(path)) => {
            let lost = || format!("the secret is lost: `fieldkeep key revoke {} --reason lost`", key.id);
            file.fill(&made.secret).with_context(lost)?;
            let mut answer = serde_json::to_value(key)?;
            answer["file"] = json!(path);
            env.out.show(&answer, || format!("{what}; its secret is in {}", path.display()))
        }
        _ => {
            if !env.out.is_json() {
                env.out.note(format_args!("{what}; this is its secret, shown once:"));
            }
            env.out.show(made, || made.secret.clone())
        }
    }
}

fn place(key: &Key) -> String {
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
            place(one),
            if one.revoked_at.is_some() { "revoked" } else { "active" }.to_owned(),
            second_or_dash(&one.expires_at),
            second_or_dash(&one.used_at),
        ]
    })
}
