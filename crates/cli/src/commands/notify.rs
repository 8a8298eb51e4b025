//! `fieldkeep notify`: what went out, what was given up, and which programs outside are told. Never: what a message said.

use super::Env;
use super::secret::{self, Made, Place};
use crate::exit::Exit;
use crate::out::{Table, clean, or_dash, second_or_dash, to_second};
use anyhow::Result;
use fieldkeep_api::{Letter, NewWebhook, OutboxQuery, Webhook};
use fieldkeep_domain::{LetterId, OrganizationId, WebhookId};
use serde_json::json;
use std::path::PathBuf;

/// Messages on their way out, and webhooks
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep notify outbox --state dead")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List messages, the newest first: to whom, how often tried, and why not delivered
    #[command(after_help = "Example: fieldkeep notify outbox --state waiting --limit 20")]
    Outbox {
        /// waiting, sent or dead
        #[arg(long, default_value = "dead", value_parser = ["waiting", "sent", "dead"])]
        state: String,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Send a message again that was given up
    #[command(after_help = "Example: fieldkeep notify retry c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d")]
    Retry {
        /// Which
        id: LetterId,
    },
    /// List the webhooks of an organization
    #[command(after_help = "Example: fieldkeep notify webhooks 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10")]
    Webhooks {
        /// Of which organization
        organization: OrganizationId,
    },
    /// Have a program outside told of an organization's events; its signing secret is shown once
    #[command(
        after_help = "Example: fieldkeep notify add-webhook 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 \"Tickets\" \
                      https://tickets.example.com/fieldkeep --kind quarantine-cause --kind clone-seen --out tickets.secret"
    )]
    AddWebhook {
        /// Of which organization
        organization: OrganizationId,
        /// What people call it
        #[arg(value_parser = super::name)]
        name: String,
        /// Where it is: an https address
        url: String,
        /// A kind of message that it gets; may be repeated; all that may go to a program when absent
        #[arg(long = "kind", value_name = "KIND")]
        kinds: Vec<String>,
        /// Write the secret into this new file instead of stdout
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Send a webhook a test message
    #[command(after_help = "Example: fieldkeep notify test-webhook c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d")]
    TestWebhook {
        /// Which
        id: WebhookId,
    },
    /// Remove a webhook
    #[command(after_help = "Example: fieldkeep notify remove-webhook c2f4a1d0-7b6e-4f3a-9c1d-8e7f6a5b4c3d")]
    RemoveWebhook {
        /// Which
        id: WebhookId,
    },
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let client = env.client()?;
    match args.command {
        Command::Outbox { state, limit } => {
            let query = OutboxQuery { state: Some(state), ..OutboxQuery::default() };
            let page = client.outbox(&query, limit).await?;
            env.out.show(&page, || letters(&page.items))?;
        }
        Command::Retry { id } => {
            client.retry_letter(id).await?;
            env.out
                .show(&json!({"id": id, "state": "waiting"}), || format!("message {id} is tried again"))?;
        }
        Command::Webhooks { organization } => {
            let page = client.webhooks(organization).await?;
            env.out.show(&page, || webhooks(&page.items))?;
        }
        Command::AddWebhook { organization, name, url, kinds, out } => {
            let place = Place::reserve(out.as_deref())?;
            let made = client.create_webhook(organization, &NewWebhook { name, url, kinds }).await?;
            let hook = &made.webhook;
            let what = format!("webhook {} `{}` at {}", hook.id, clean(&hook.name), clean(&hook.url));
            let undo = format!("fieldkeep notify remove-webhook {}", hook.id);
            let made = Made { whole: &made, public: hook, secret: &made.secret, what, undo };
            secret::hand_over(env, &made, place)?;
        }
        Command::TestWebhook { id } => {
            let letter = client.test_webhook(id).await?;
            env.out.show(&letter, || format!("message {} is on its way", letter.id))?;
        }
        Command::RemoveWebhook { id } => {
            client.remove_webhook(id).await?;
            env.out.show(&json!({"id": id, "state": "removed"}), || format!("webhook {id} is removed"))?;
        }
    }
    Ok(Exit::Done)
}

fn letters(items: &[Letter]) -> String {
    Table::of(["ID", "KIND", "BY", "TO", "STATE", "TRIES", "SINCE", "NEXT", "WHY NOT"], items, |one| {
        [
            one.id.to_string(),
            one.kind.clone(),
            one.channel.clone(),
            one.to.clone(),
            one.state.clone(),
            one.tries.to_string(),
            to_second(&one.created_at),
            second_or_dash(&one.due_at),
            or_dash(&one.error),
        ]
    })
}

fn webhooks(items: &[Webhook]) -> String {
    Table::of(["ID", "NAME", "ADDRESS", "KINDS", "SINCE"], items, |one| {
        let kinds = one.kinds.join(" ");
        [one.id.to_string(), one.name.clone(), one.url.clone(), kinds, to_second(&one.created_at)]
    })
}
