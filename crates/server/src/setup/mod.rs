//! The first hour: how far a deployment is, counted from the lists that the caller could ask for.
//!
//! Never: says more than those lists would, stores anything.

pub mod http;

use crate::access::{Listing, listing};
use crate::account::people;
use crate::fault::Kind;
use crate::http::Door;
use crate::limits::PAGE_MAX;
use crate::{App, Fault, fleet, project};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor};

/// The program that measures at the sensors.
const AGENT: &str = "fieldkeep-agent";

/// Looks now.
pub async fn look(app: &App, actor: &Actor, door: Door) -> Result<api::Setup, Fault> {
    let (organizations, projects) = places(app, actor).await?;
    let (devices, readings) = match reach(app, actor, Action::DeviceRead).await? {
        Some(listing) => fleet::count(app, &listing).await?,
        None => (0, false),
    };
    Ok(api::Setup {
        people: people(app, actor).await?,
        organizations,
        projects,
        devices,
        readings,
        mail: !app.config.mail.host.is_empty() || !app.config.sms.url.is_empty(),
        certificate: match app.tls.load().own {
            Some(_) => api::CertificateSource::Own,
            None => api::CertificateSource::BuiltIn,
        },
        console: match door {
            Door::Loopback => api::ConsoleDoor::Loopback,
            Door::Tls => api::ConsoleDoor::Tls,
        },
        address: app.people_url()?.to_owned(),
        simulated: app.simulation.is_there(),
        agent: api::SetupAgent { server: app.devices_url()?.to_owned(), command: AGENT.to_owned() },
    })
}

/// A list that is refused counts nothing: what is asked here is no question about rights.
async fn reach<'a>(app: &'a App, actor: &'a Actor, action: Action) -> Result<Option<Listing<'a>>, Fault> {
    match listing(app, actor, action).await {
        Ok(listing) => Ok(Some(listing)),
        Err(fault) if fault.kind == Kind::Forbidden => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// One page tells whether somebody is there; nobody has to open the names of a large company for it.
async fn people(app: &App, actor: &Actor) -> Result<u64, Fault> {
    let query = api::PersonQuery { limit: Some(PAGE_MAX), ..api::PersonQuery::default() };
    match reach(app, actor, Action::PersonRead).await? {
        Some(listing) => Ok(people::list(app, listing, &query).await?.items.len() as u64),
        None => Ok(0),
    }
}

/// Organizations and their projects.
async fn places(app: &App, actor: &Actor) -> Result<(u64, u64), Fault> {
    let query = api::PageQuery { limit: Some(PAGE_MAX), after: None };
    let Some(seen) = reach(app, actor, Action::OrganizationRead).await? else { return Ok((0, 0)) };
    let organizations = project::organizations(app, seen, &query).await?.items;
    let mut projects = 0;
    for organization in &organizations {
        let Some(seen) = reach(app, actor, Action::ProjectRead).await? else { break };
        projects += project::projects(app, seen, organization.id, &query).await?.items.len() as u64;
        if projects >= u64::from(PAGE_MAX) {
            break;
        }
    }
    Ok((organizations.len() as u64, projects.min(u64::from(PAGE_MAX))))
}
