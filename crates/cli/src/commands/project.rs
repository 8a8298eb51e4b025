//! `fieldkeep project`: data sandboxes and their rules. Never: a default of its own; the server has them.

use super::Env;
use crate::exit::Exit;
use crate::files;
use crate::out::{Table, fields, or_dash, to_second};
use anyhow::Result;
use fieldkeep_api::{NewProject, Project, ProjectSettings};
use fieldkeep_domain::{OrganizationId, ProjectId};
use std::path::PathBuf;

/// Projects: data sandboxes inside an organization
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep project show 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a project
    #[command(
        after_help = "Example: fieldkeep project create --organization 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 \
                      \"Cold chain\" --settings cold.json"
    )]
    Create {
        /// What people call it
        #[arg(value_parser = super::name)]
        name: String,
        /// Inside which organization
        #[arg(long, value_name = "ID")]
        organization: OrganizationId,
        /// Its rules as JSON: metrics with unit, range and period; prev_required; retention_days
        #[arg(long, value_name = "FILE.json")]
        settings: Option<PathBuf>,
    },
    /// List an organization's projects
    #[command(
        after_help = "Example: fieldkeep project list --organization 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10"
    )]
    List {
        /// Of which organization
        #[arg(long, value_name = "ID")]
        organization: OrganizationId,
    },
    /// Show a project and its rules
    #[command(after_help = "Example: fieldkeep project show 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21 --json")]
    Show {
        /// Which
        id: ProjectId,
    },
    /// Replace a project's rules
    #[command(
        after_help = "Example: fieldkeep project settings 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21 cold.json"
    )]
    Settings {
        /// Which
        id: ProjectId,
        /// Its rules as JSON; what is left out goes back to its default
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
    },
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    match args.command {
        Command::Create { name, organization, settings } => {
            let settings: ProjectSettings =
                settings.map(|path| files::json(&path)).transpose()?.unwrap_or_default();
            let new = NewProject { name, settings };
            show(env, &env.client()?.create_project(organization, &new).await?)?;
        }
        Command::Show { id } => show(env, &env.client()?.project(id).await?)?,
        Command::Settings { id, file } => {
            let settings: ProjectSettings = files::json(&file)?;
            show(env, &env.client()?.set_settings(id, &settings).await?)?;
        }
        Command::List { organization } => {
            let page = env.client()?.projects(organization).await?;
            env.out.show(&page, || {
                Table::of(["ID", "NAME", "METRICS", "CREATED"], &page.items, |one| {
                    [
                        one.id.to_string(),
                        one.name.clone(),
                        one.settings.metrics.len().to_string(),
                        to_second(&one.created_at),
                    ]
                })
            })?;
        }
    }
    Ok(Exit::Done)
}

fn show(env: &Env, one: &Project) -> Result<()> {
    env.out.show(one, || {
        let rules = &one.settings;
        let about = fields(&[
            ("id", one.id.to_string()),
            ("name", one.name.clone()),
            ("organization", one.organization.to_string()),
            ("created", to_second(&one.created_at)),
            ("each batch names the one before", if rules.prev_required { "yes" } else { "no" }.to_owned()),
            ("readings are kept", format!("{} days", rules.retention_days)),
        ]);
        let metrics: Vec<_> = rules.metrics.iter().collect();
        let end = |range: &Option<[f64; 2]>, at: usize| or_dash(&range.map(|ends| ends[at]));
        let table = Table::of(["METRIC", "UNIT", "MIN", "MAX", "PERIOD_S"], &metrics, |(name, declared)| {
            let range = &declared.range;
            [
                (*name).clone(),
                or_dash(&declared.unit),
                end(range, 0),
                end(range, 1),
                or_dash(&declared.period_s),
            ]
        });
        if metrics.is_empty() {
            format!("{about}\nno metric is declared yet: every reading is held back until one is\n")
        } else {
            format!("{about}\n{table}")
        }
    })
}
