//! `fieldkeep provider`: identity providers that organizations bring. Never: a client secret on the command line.

use super::Env;
use crate::exit::Exit;
use crate::files;
use crate::out::{Table, clean};
use anyhow::Result;
use fieldkeep_api::{NewProvider, Provider};
use fieldkeep_domain::{OrganizationId, ProviderId};
use serde_json::json;
use std::path::PathBuf;

/// Identity providers that organizations bring (OpenID Connect)
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep provider list 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the providers of an organization
    #[command(after_help = "Example: fieldkeep provider list 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10")]
    List {
        /// Of which organization
        organization: OrganizationId,
    },
    /// Let an organization's people sign in with a provider of their own
    #[command(
        after_help = "Example: fieldkeep provider add 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 \"Company sign-in\" \
                      --issuer https://id.example.com --client-id fieldkeep --client-secret-file client.secret"
    )]
    Add {
        /// Which organization
        organization: OrganizationId,
        /// What people call it
        #[arg(value_parser = super::name)]
        name: String,
        /// Its issuer identifier, as its metadata writes it
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// How it calls this deployment
        #[arg(long, value_name = "ID")]
        client_id: String,
        /// File with the secret that it shares with this deployment; absent: a public client
        #[arg(long, value_name = "FILE")]
        client_secret_file: Option<PathBuf>,
        /// A mail domain of its people, to be shown beside the name; may be repeated
        #[arg(long = "domain", value_name = "DOMAIN")]
        domains: Vec<String>,
    },
    /// Remove a provider: nobody signs in with it any more
    #[command(after_help = "Example: fieldkeep provider remove c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d")]
    Remove {
        /// Which
        id: ProviderId,
    },
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let client = env.client()?;
    match args.command {
        Command::List { organization } => {
            let page = client.providers(organization).await?;
            env.out.show(&page, || providers(&page.items))?;
        }
        Command::Add { organization, name, issuer, client_id, client_secret_file, domains } => {
            let secret = client_secret_file.as_deref().map(files::text).transpose()?;
            let client_secret = secret.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
            let new = NewProvider { name, issuer, client_id, client_secret, domains };
            let made = client.create_provider(organization, &new).await?;
            env.out.show(&made, || {
                let name = clean(&made.name);
                format!("provider {} `{name}`; register {} there", made.id, clean(&made.redirect_uri))
            })?;
        }
        Command::Remove { id } => {
            client.remove_provider(id).await?;
            env.out.show(&json!({"id": id, "state": "removed"}), || format!("provider {id} is removed"))?;
        }
    }
    Ok(Exit::Done)
}

fn providers(items: &[Provider]) -> String {
    Table::of(["ID", "NAME", "ISSUER", "CLIENT", "SECRET", "DOMAINS"], items, |one| {
        let secret = if one.confidential { "kept" } else { "none" };
        [
            one.id.to_string(),
            one.name.clone(),
            one.issuer.clone(),
            one.client_id.clone(),
            secret.to_owned(),
            one.domains.join(" "),
        ]
    })
}
