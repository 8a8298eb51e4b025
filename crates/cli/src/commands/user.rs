//! `fieldkeep user`: people, invitations, resets. Never: sets or sees somebody's password.

use super::Env;
use crate::exit::Exit;
use crate::out::{Table, clean, fields, second_or_dash, to_second};
use anyhow::{Context, Result, bail};
use fieldkeep_api::{Invitation, LostFactor, NewInvitation, NewRole, Person, PersonQuery};
use fieldkeep_domain::access::RoleRef;
use fieldkeep_domain::audit::Why;
use fieldkeep_domain::{LinkId, OrganizationId, PersonId, ProjectId};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Sign-ins that are shown.
const SIGN_INS_SHOWN: usize = 50;

/// People: who is there, invitations, resets, shutting out
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep user list")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List people
    #[command(
        after_help = "Example: fieldkeep user list --organization 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10"
    )]
    List {
        /// Who came with this organization or holds a role in it
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
    },
    /// Show a person and what they sign in with
    #[command(after_help = "Example: fieldkeep user show c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d")]
    Show {
        /// Which
        id: PersonId,
    },
    /// Invite somebody; the link goes to the address alone where mail is set up, and is shown once elsewhere
    #[command(
        after_help = "Example: fieldkeep user invite ana@example.com --role engineer --role installer \
                      --organization 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10"
    )]
    Invite {
        /// Their e-mail address
        address: String,
        /// A role that they are given, in the project or organization named; may be repeated
        #[arg(long = "role", value_name = "ROLE", value_parser = super::role)]
        roles: Vec<RoleRef>,
        /// The organization that they come with; the deployment's own people when absent
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
        /// The roles hold inside this project only
        #[arg(long, value_name = "ID")]
        project: Option<ProjectId>,
        /// Days that the link is good for
        #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=30))]
        days: u32,
        /// The language of the message: en or es
        #[arg(long, value_name = "TAG")]
        language: Option<String>,
    },
    /// List invitations, without their links
    #[command(after_help = "Example: fieldkeep user invitations")]
    Invitations,
    /// Withdraw an invitation
    #[command(after_help = "Example: fieldkeep user uninvite c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d")]
    Uninvite {
        /// Which
        id: LinkId,
    },
    /// Shut a person out: sessions, keys that they made and links end at once
    #[command(
        after_help = "Example: fieldkeep user disable c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --reason \"left the company\""
    )]
    Disable {
        /// Who
        id: PersonId,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: Why,
    },
    /// Let a person in again; keys that they had made stay withdrawn
    #[command(
        after_help = "Example: fieldkeep user enable c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --reason \"a mistake\""
    )]
    Enable {
        /// Who
        id: PersonId,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: Why,
    },
    /// Send a person a one-time link for a new password; their second factor stays
    #[command(
        after_help = "Example: fieldkeep user reset c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d --reason \"forgot the password\""
    )]
    Reset {
        /// Who
        id: PersonId,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: Why,
    },
    /// Take a lost factor off an account; its owner is told
    #[command(
        after_help = "Example: fieldkeep user remove-factor c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d totp --reason \"telephone lost\""
    )]
    RemoveFactor {
        /// Whose
        id: PersonId,
        /// Which
        #[arg(value_parser = ["passkeys", "totp", "phone", "mail", "recovery-codes", "password"])]
        factor: String,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", value_parser = super::reason)]
        reason: Why,
    },
    /// Show a person's sign-ins, the newest first, failed ones too
    #[command(after_help = "Example: fieldkeep user sign-ins c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d")]
    SignIns {
        /// Whose
        id: PersonId,
    },
    /// Build the filter of leaked passwords from a list: one password or SHA-1 in hexadecimal per line
    #[command(after_help = "Example: fieldkeep user leaked --list pwned-passwords.txt")]
    Leaked {
        /// The list; it is read twice and kept nowhere
        #[arg(long, value_name = "FILE")]
        list: PathBuf,
    },
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    if let Command::Leaked { list } = &args.command {
        return leaked(env, list);
    }
    let client = env.client()?;
    match args.command {
        Command::List { organization } => {
            let page = client.people(&PersonQuery { organization, ..PersonQuery::default() }).await?;
            env.out.show(&page, || people(&page.items))?;
        }
        Command::Show { id } => {
            let person = client.person(id).await?;
            env.out.show(&person, || one(&person))?;
        }
        Command::Invitations => {
            let page = client.invitations().await?;
            env.out.show(&page, || invitations(&page.items))?;
        }
        Command::Uninvite { id } => {
            client.revoke_invitation(id).await?;
            env.out
                .show(&json!({"id": id, "state": "revoked"}), || format!("invitation {id} is withdrawn"))?;
        }
        Command::SignIns { id } => {
            let page = client.sign_ins(id, SIGN_INS_SHOWN).await?;
            env.out.show(&page, || {
                Table::of(["WHEN", "OUTCOME", "METHOD", "FROM", "BROWSER"], &page.items, |one| {
                    let (network, agent) = (clean(&one.network), clean(&one.agent));
                    [to_second(&one.at), one.outcome.clone(), one.method.clone(), network, agent]
                })
            })?;
        }
        command => change(env, &client, command).await?,
    }
    Ok(Exit::Done)
}

async fn change(env: &Env, client: &crate::client::Client, command: Command) -> Result<()> {
    let done = |id: PersonId, state: &str, text: &str| {
        env.out.show(&json!({"id": id, "state": state}), || format!("person {id} {text}"))
    };
    match command {
        Command::Invite { address, roles, organization, project, days, language } => {
            let role = |role: RoleRef| NewRole {
                role,
                organization: organization.filter(|_| project.is_none()),
                project,
                group: None,
                device: None,
                expires_at: None,
            };
            let roles = roles.into_iter().map(role).collect();
            let new =
                NewInvitation { address: address.clone(), organization, roles, days: Some(days), language };
            let made = client.invite(&new).await?;
            if !env.out.is_json() && made.link.is_some() {
                let id = made.invitation.id;
                env.out.note(format_args!("invitation {id}; its link, shown once, hand it over yourself:"));
            }
            env.out.show(&made, || match &made.link {
                Some(link) => link.clone(),
                None => format!("invitation {}: its link is on its way to {address}", made.invitation.id),
            })
        }
        Command::Disable { id, reason } => {
            client.disable_person(id, &reason).await?;
            done(id, "disabled", "is shut out: sessions, keys that they made and links have ended")
        }
        Command::Enable { id, reason } => {
            client.enable_person(id, &reason).await?;
            done(id, "enabled", "is let in again; keys that they had made stay withdrawn")
        }
        Command::Reset { id, reason } => {
            client.reset_person(id, &reason).await?;
            done(id, "reset", "is sent a link for a new password; their second factor stays")
        }
        Command::RemoveFactor { id, factor, reason } => {
            client.remove_factor(id, &LostFactor { factor, reason }).await?;
            done(id, "factor-removed", "has lost that factor and is told so")
        }
        _ => bail!("a command of another path"),
    }
}

fn people(items: &[Person]) -> String {
    Table::of(["ID", "NAME", "ADDRESS", "SIGNS IN WITH", "STATE"], items, |one| {
        let state = if one.disabled_at.is_some() { "shut out" } else { "active" };
        [one.id.to_string(), clean(&one.name), clean(&one.address), one.factors.join(", "), state.to_owned()]
    })
}

fn one(person: &Person) -> String {
    let organization = person.organization.map_or("the deployment".to_owned(), |id| id.to_string());
    fields(&[
        ("id", person.id.to_string()),
        ("name", clean(&person.name)),
        ("address", clean(&person.address)),
        ("confirmed", if person.address_verified { "yes" } else { "no" }.to_owned()),
        ("telephone", person.phone.clone().unwrap_or_else(|| "–".to_owned())),
        ("came with", organization),
        ("signs in with", person.factors.join(", ")),
        ("since", to_second(&person.created_at)),
        ("shut out", second_or_dash(&person.disabled_at)),
    ])
}

fn invitations(items: &[Invitation]) -> String {
    Table::of(["ID", "ADDRESS", "ROLES", "STATE", "EXPIRES"], items, |one| {
        let roles: Vec<String> = one.roles.iter().map(|role| role.role.to_string()).collect();
        let address = one.address.as_deref().map_or("–".to_owned(), clean);
        [one.id.to_string(), address, roles.join(", "), one.state.clone(), to_second(&one.expires_at)]
    })
}

/// The filter stands in the data folder, where the server asks it at every new password.
fn leaked(env: &Env, list: &Path) -> Result<Exit> {
    let open = || File::open(list).with_context(|| format!("cannot read {}", list.display()));
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}: {human_pos} lines") {
        bar.set_style(style);
    }
    bar.set_message("counting");
    let lines = bar.wrap_read(open()?);
    let count = count_lines(BufReader::new(lines))?;
    bar.set_message("building");
    bar.set_position(0);
    let path = env.folder.leaked_filter();
    let tell = |done: u64| bar.set_position(done);
    let built = fieldkeep_server::account::build_leaked(BufReader::new(open()?), count, &path, tell)
        .with_context(|| format!("cannot write {}", path.display()))?;
    bar.finish_and_clear();
    let answer =
        json!({"passwords": built.passwords, "skipped": built.skipped, "bytes": built.bytes, "file": path});
    env.out.show(&answer, || {
        format!("{} passwords are in {} ({} bytes)", built.passwords, path.display(), built.bytes)
    })?;
    Ok(Exit::Done)
}

fn count_lines(mut list: impl std::io::BufRead) -> Result<u64> {
    let mut count = 0;
    loop {
        let part = list.fill_buf()?;
        if part.is_empty() {
            return Ok(count + 1);
        }
        count += part.iter().filter(|byte| **byte == b'\n').count() as u64;
        let read = part.len();
        list.consume(read);
    }
}
