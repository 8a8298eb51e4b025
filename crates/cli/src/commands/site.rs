//! `fieldkeep site`: places inside a project. Never: a place without a project.

use super::Env;
use crate::exit::Exit;
use crate::out::Table;
use anyhow::Result;
use fieldkeep_api::{NewSite, Site};
use fieldkeep_domain::ProjectId;

/// Sites: places inside a project
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep site list --project 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a site
    #[command(after_help = "Example: fieldkeep site create --project 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21 \
                      \"Warehouse North\" --location 59.91,10.75 --network 203.0.113.0/24")]
    Create {
        /// What people call it
        #[arg(value_parser = super::name)]
        name: String,
        /// Inside which project
        #[arg(long, value_name = "ID")]
        project: ProjectId,
        /// Latitude and longitude in degrees (WGS 84)
        #[arg(long, value_name = "LAT,LON", value_parser = location, allow_hyphen_values = true)]
        location: Option<Location>,
        /// A network that its devices speak from; several may be given, none means any
        #[arg(long = "network", value_name = "CIDR", value_parser = network)]
        networks: Vec<String>,
    },
    /// List a project's sites
    #[command(
        after_help = "Example: fieldkeep site list --project 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21 --json"
    )]
    List {
        /// Of which project
        #[arg(long, value_name = "ID")]
        project: ProjectId,
    },
}

/// Latitude and longitude.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Location([f64; 2]);

fn location(text: &str) -> Result<Location, &'static str> {
    let refused = "latitude (-90 to 90) and longitude (-180 to 180) expected, such as 59.91,10.75";
    let parts = text.split_once(',').ok_or(refused)?;
    let degrees = |text: &str, max: f64| {
        text.trim().parse::<f64>().ok().filter(|degrees| degrees.abs() <= max).ok_or(refused)
    };
    Ok(Location([degrees(parts.0, 90.0)?, degrees(parts.1, 180.0)?]))
}

fn network(text: &str) -> Result<String, fieldkeep_domain::project::BadNetwork> {
    text.parse::<fieldkeep_domain::project::Network>().map(|_| text.to_owned())
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let client = env.client()?;
    match args.command {
        Command::Create { name, project, location, networks } => {
            let new = NewSite { name, location: location.map(|at| at.0), networks };
            let one = client.create_site(project, &new).await?;
            env.out.show(&one, || table(std::slice::from_ref(&one)))?;
        }
        Command::List { project } => {
            let page = client.sites(project).await?;
            env.out.show(&page, || table(&page.items))?;
        }
    }
    Ok(Exit::Done)
}

fn table(sites: &[Site]) -> String {
    Table::of(["ID", "NAME", "LOCATION", "NETWORKS"], sites, |one| {
        let place = one.location.map_or_else(|| "-".to_owned(), |[lat, lon]| format!("{lat},{lon}"));
        let networks = if one.networks.is_empty() { "any".to_owned() } else { one.networks.join(" ") };
        [one.id.to_string(), one.name.clone(), place, networks]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lie_on_this_planet() {
        assert_eq!(location("-33.9, 18.4"), Ok(Location([-33.9, 18.4])));
        for bad in ["", "1", "91,0", "0,181", "NaN,0", "a,b", "1,2,3", "inf,0"] {
            assert!(location(bad).is_err(), "{bad}");
        }
    }
}
