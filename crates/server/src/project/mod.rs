//! Organizations, projects and sites: where readings belong and what is expected of them.
//!
//! Never: shows one project to another, stores a name in the clear.

pub mod group;
pub mod http;
pub mod sql;

use crate::access::Listing;
use crate::db::reach::{self, Columns};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::Permit;
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::project::{Declaration, Name, Network, Scope, Settings, Site};
use fieldkeep_domain::telemetry::{Metric, Unit};
use fieldkeep_domain::{DeviceId, GroupId, OrganizationId, ProjectId, RowId, SiteId, Timestamp, limits};
use fieldkeep_trust::ca::Profile;
use fieldkeep_trust::seal::{Binding, Purpose, SealKey};
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_wire::json::format_time;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use std::sync::Arc;

/// What is sealed of a project.
#[derive(Serialize, Deserialize)]
pub(crate) struct ProjectSecret {
    name: String,
    settings: api::ProjectSettings,
}

/// What is sealed of a site.
#[derive(Serialize, Deserialize)]
pub(crate) struct SiteSecret {
    name: String,
    location: Option<[f64; 2]>,
    networks: Vec<String>,
}

/// Seals a value as JSON.
pub(crate) fn seal_json(key: &SealKey, binding: &Binding, value: &impl Serialize) -> Result<Vec<u8>, Fault> {
    Ok(key.seal(binding, &serde_json::to_vec(value).map_err(Fault::internal)?)?)
}

/// Opens a value sealed as JSON.
pub(crate) fn open_json<T: DeserializeOwned>(
    key: &SealKey,
    binding: &Binding,
    sealed: &[u8],
) -> Result<T, Fault> {
    serde_json::from_slice(&key.open(binding, sealed)?).map_err(Fault::internal)
}

pub(crate) fn row(bytes: &[u8; 16]) -> RowId {
    // Every id is 16 bytes, so a row id can always be made of one.
    RowId::from_slice(bytes).unwrap_or_else(|_| RowId::from_random(*bytes))
}

fn organization_binding(id: OrganizationId) -> Binding {
    Binding::organization(id, Purpose::Name, row(id.as_bytes()))
}
fn project_binding(id: ProjectId) -> Binding {
    Binding::project(id, Purpose::Settings, row(id.as_bytes()))
}
fn site_binding(project: ProjectId, id: SiteId) -> Binding {
    Binding::project(project, Purpose::Settings, row(id.as_bytes()))
}

/// The scope of an organization or a project; 404 where it does not exist or the two do not belong together.
pub async fn scope(
    app: &App,
    organization: Option<OrganizationId>,
    project: Option<ProjectId>,
) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    if let Some(project) = project {
        let found =
            sql::organization_of(&mut tx, project).await?.ok_or_else(|| Fault::not_found("project"))?;
        if organization.is_some_and(|organization| organization != found) {
            return Err(Fault::not_found("project"));
        }
        return Ok(Scope::Project { organization: found, project });
    }
    match organization {
        None => Ok(Scope::Deployment),
        Some(organization) => match sql::organization(&mut tx, organization).await? {
            Some(_) => Ok(Scope::Organization { organization }),
            None => Err(Fault::not_found("organization")),
        },
    }
}

/// The project that a site is in.
pub async fn project_of_site(app: &App, site: SiteId) -> Result<ProjectId, Fault> {
    let mut tx = app.db.read().await?;
    Ok(sql::site(&mut tx, site).await?.ok_or_else(|| Fault::not_found("site"))?.project)
}

/// The scope of a part of the world that a request names: a group and a device bring what they are in.
pub async fn part(
    app: &App,
    organization: Option<OrganizationId>,
    project: Option<ProjectId>,
    group: Option<GroupId>,
    device: Option<DeviceId>,
) -> Result<Scope, Fault> {
    let found = match (group, device) {
        (None, None) => return scope(app, organization, project).await,
        (Some(_), Some(_)) => return Err(Fault::invalid("`group` and `device`: one of them expected")),
        (Some(group), None) => group::scope_of(app, group).await?,
        (None, Some(device)) => {
            let mut tx = app.db.read().await?;
            let row = crate::registry::find(&mut tx, device).await?;
            let organization = row.organization.ok_or_else(|| Fault::not_found("owner of the device"))?;
            Scope::Device { organization, device }
        }
    };
    let other = organization.is_some_and(|id| found.organization() != Some(id))
        || project.is_some_and(|id| found.project().is_some_and(|found| found != id));
    if other { Err(Fault::not_found("part of another organization or project")) } else { Ok(found) }
}

/// Makes an organization: its keys, its owner key and its intermediate.
pub async fn create_organization(
    app: &Arc<App>,
    permit: Permit,
    new: api::NewOrganization,
) -> Result<api::Organization, Fault> {
    let name = Name::parse(&new.name)?;
    let now = app.clock.now();
    let id = OrganizationId::from_random(fieldkeep_trust::random());
    let authority = app.devices_ca.subordinate(&Profile::Organization(id), now)?;
    let owner = SigningKey::generate()?;
    // Keys first: a row without its keys could never be opened, a key without its row only takes a line.
    app.keys.add_organization(id, &authority, &owner)?;
    let row = sql::OrganizationRow {
        id,
        sealed: app
            .keys
            .organization(Some(id))?
            .seal
            .seal(&organization_binding(id), name.as_str().as_bytes())?,
        ca: authority.der().to_vec(),
        owner_key: owner.public(),
        created_at: now,
    };
    let scope = Scope::Organization { organization: id };
    let act =
        Act::new(permit.doer(), "organization.create", id, scope, now).with(json!({"name": name.as_str()}));
    let shown = show_organization(&row, name.to_string());
    app.journal
        .act(move |tx, _| Box::pin(async move { Ok((act, sql::insert_organization(tx, &row).await?)) }))
        .await?;
    Ok(shown)
}

fn show_organization(row: &sql::OrganizationRow, name: String) -> api::Organization {
    api::Organization {
        id: row.id,
        name,
        owner_key: data_encoding::BASE64.encode(&fieldkeep_wire::cose::encode_key(&row.owner_key)),
        created_at: format_time(row.created_at),
    }
}

fn open_organization(app: &App, row: &sql::OrganizationRow) -> Result<api::Organization, Fault> {
    let name = app.keys.organization(Some(row.id))?.seal.open(&organization_binding(row.id), &row.sealed)?;
    Ok(show_organization(row, String::from_utf8_lossy(&name).into_owned()))
}

/// What people call an organization: for messages.
pub async fn name_of(app: &App, id: OrganizationId) -> Result<String, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::organization(&mut tx, id).await?.ok_or_else(|| Fault::not_found("organization"))?;
    Ok(open_organization(app, &row)?.name)
}

/// Whether an organization is shut out.
pub async fn is_shut_out(app: &App, id: OrganizationId) -> Result<bool, Fault> {
    let mut tx = app.db.read().await?;
    Ok(sql::is_shut_out(&mut tx, id).await?)
}

/// One organization.
pub async fn organization(app: &App, _: Permit, id: OrganizationId) -> Result<api::Organization, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::organization(&mut tx, id).await?.ok_or_else(|| Fault::not_found("organization"))?;
    open_organization(app, &row)
}

/// The organizations that somebody may know of.
pub async fn organizations(
    app: &App,
    listing: Listing<'_>,
    query: &api::PageQuery,
) -> Result<api::Page<api::Organization>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let reach = &listing.reach;
    let seen = match reach.all {
        true => reach::covered(reach, Columns::default(), 3),
        false => reach::one_of("id", reach.above.0.iter().map(|id| id.as_bytes().to_vec()).collect(), 3),
    };
    let mut tx = app.db.read().await?;
    let rows = sql::organizations(&mut tx, seen, after, limit + 1).await?;
    drop(tx);
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        if listing.shows(&Scope::Organization { organization: row.id }.into()).await? {
            items.push(open_organization(app, row)?);
        }
    }
    Ok(api::Page { items, next: page.next })
}

/// Makes a project with keys of its own.
pub async fn create_project(
    app: &Arc<App>,
    permit: Permit,
    organization: OrganizationId,
    new: api::NewProject,
) -> Result<api::Project, Fault> {
    let name = Name::parse(&new.name)?;
    parse_settings(&new.settings)?;
    let now = app.clock.now();
    let id = ProjectId::from_random(fieldkeep_trust::random());
    app.keys.add_project(organization, id)?;
    let secret = ProjectSecret { name: name.to_string(), settings: new.settings };
    let sealed = seal_json(&app.keys.project(id)?.seal, &project_binding(id), &secret)?;
    let row = sql::ProjectRow { id, organization, sealed, created_at: now };
    let scope = Scope::Project { organization, project: id };
    let act = Act::new(permit.doer(), "project.create", id, scope, now)
        .with(json!({"name": secret.name, "settings": secret.settings}));
    let shown = show_project(&row, secret);
    app.journal
        .act(move |tx, _| Box::pin(async move { Ok((act, sql::insert_project(tx, &row).await?)) }))
        .await?;
    Ok(shown)
}

fn show_project(row: &sql::ProjectRow, secret: ProjectSecret) -> api::Project {
    api::Project {
        id: row.id,
        organization: row.organization,
        name: secret.name,
        settings: secret.settings,
        created_at: format_time(row.created_at),
    }
}

fn open_project(app: &App, row: &sql::ProjectRow) -> Result<api::Project, Fault> {
    let secret = open_json(&app.keys.project(row.id)?.seal, &project_binding(row.id), &row.sealed)?;
    Ok(show_project(row, secret))
}

/// One project.
pub async fn project(app: &App, _: Permit, id: ProjectId) -> Result<api::Project, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::project(&mut tx, id).await?.ok_or_else(|| Fault::not_found("project"))?;
    open_project(app, &row)
}

/// The projects of an organization that somebody may know of.
pub async fn projects(
    app: &App,
    listing: Listing<'_>,
    organization: OrganizationId,
    query: &api::PageQuery,
) -> Result<api::Page<api::Project>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let reach = &listing.reach;
    let seen = match reach.all || reach.organizations.contains(&organization) {
        true => reach::one_of("organization", vec![organization.as_bytes().to_vec()], 4),
        false => reach::one_of("id", reach.above.1.iter().map(|id| id.as_bytes().to_vec()).collect(), 4),
    };
    let mut tx = app.db.read().await?;
    let rows = sql::projects(&mut tx, organization, seen, after, limit + 1).await?;
    drop(tx);
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        if listing.shows(&Scope::Project { organization, project: row.id }.into()).await? {
            items.push(open_project(app, row)?);
        }
    }
    Ok(api::Page { items, next: page.next })
}

/// Replaces a project's rules.
pub async fn set_settings(
    app: &Arc<App>,
    permit: Permit,
    id: ProjectId,
    settings: api::ProjectSettings,
) -> Result<api::Project, Fault> {
    parse_settings(&settings)?;
    let keys = app.keys.project(id)?;
    let now = app.clock.now();
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                let mut row = sql::project(tx, id).await?.ok_or_else(|| Fault::not_found("project"))?;
                let mut secret: ProjectSecret = open_json(&keys.seal, &project_binding(id), &row.sealed)?;
                let act = Act::new(permit.doer(), "project.settings", id, permit.scope(), now)
                    .with(json!({"before": secret.settings, "after": settings}));
                secret.settings = settings;
                row.sealed = seal_json(&keys.seal, &project_binding(id), &secret)?;
                sql::update_project(tx, &row).await?;
                Ok((act, show_project(&row, secret)))
            })
        })
        .await
}

/// The rules as people have written them.
pub(crate) fn settings(app: &App, row: &sql::ProjectRow) -> Result<api::ProjectSettings, Fault> {
    Ok(open_project(app, row)?.settings)
}

/// The organization that a project's scope is in, as a scope of its own.
pub fn owner_of(scope: Scope) -> Result<(Scope, OrganizationId), Fault> {
    let organization =
        scope.organization().ok_or_else(|| Fault::internal("a project without an organization"))?;
    Ok((Scope::Organization { organization }, organization))
}

/// The rules as admission uses them. What was stored was parsed before, so an error is ours.
pub fn open_settings(app: &App, row: &sql::ProjectRow) -> Result<Settings, Fault> {
    let secret: ProjectSecret =
        open_json(&app.keys.project(row.id)?.seal, &project_binding(row.id), &row.sealed)?;
    parse_settings(&secret.settings)
}

fn parse_settings(settings: &api::ProjectSettings) -> Result<Settings, Fault> {
    if settings.metrics.len() > limits::DECLARED_METRICS_MAX {
        let max = limits::DECLARED_METRICS_MAX;
        return Err(Fault::invalid(format!("limit `declared-metrics`: at most {max} metrics per project")));
    }
    if !(1..=36_500).contains(&settings.retention_days) {
        return Err(Fault::invalid("`retention_days`: 1 to 36500 expected"));
    }
    let mut metrics = std::collections::BTreeMap::new();
    for (name, declared) in &settings.metrics {
        let refuse = |why: String| Fault::invalid(format!("metric `{name:.96}`: {why}"));
        let metric = Metric::parse(name).map_err(|error| refuse(error.to_string()))?;
        let unit =
            declared.unit.as_deref().map(Unit::parse).transpose().map_err(|e| refuse(e.to_string()))?;
        if let Some(unit) = unit.as_ref().filter(|unit| !unit.is_registered()) {
            return Err(refuse(format!("`{unit}` is no unit of the SenML registry (RFC 8428, RFC 8798)")));
        }
        if declared.range.is_some_and(|[min, max]| !min.is_finite() || !max.is_finite() || min > max) {
            return Err(refuse("`range` is two numbers, the smaller first".into()));
        }
        if declared.period_s == Some(0) {
            return Err(refuse("`period_s` is at least 1".into()));
        }
        let range = declared.range.map(|[min, max]| (min, max));
        metrics.insert(metric, Declaration { unit, range, period_s: declared.period_s });
    }
    Ok(Settings { metrics, prev_required: settings.prev_required, retention_days: settings.retention_days })
}

/// Makes a site.
pub async fn create_site(
    app: &Arc<App>,
    permit: Permit,
    project: ProjectId,
    new: api::NewSite,
) -> Result<api::Site, Fault> {
    let name = Name::parse(&new.name)?;
    if new.networks.len() > limits::NETWORKS_MAX {
        let max = limits::NETWORKS_MAX;
        return Err(Fault::invalid(format!("limit `networks`: at most {max} networks per site")));
    }
    for network in &new.networks {
        network.parse::<Network>().map_err(|error| Fault::invalid(format!("`{network:.64}`: {error}")))?;
    }
    if new
        .location
        .is_some_and(|[lat, lon]| !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon))
    {
        return Err(Fault::invalid("`location`: latitude -90 to 90 and longitude -180 to 180 expected"));
    }
    let id = SiteId::from_random(fieldkeep_trust::random());
    let now = app.clock.now();
    let secret = SiteSecret { name: name.to_string(), location: new.location, networks: new.networks };
    let sealed = seal_json(&app.keys.project(project)?.seal, &site_binding(project, id), &secret)?;
    let row = sql::SiteRow { id, project, sealed, created_at: now };
    let act = Act::new(permit.doer(), "site.create", id, permit.scope(), now)
        .with(json!({"name": secret.name, "location": secret.location, "networks": secret.networks}));
    let shown = show_site(&row, secret);
    app.journal
        .act(move |tx, _| Box::pin(async move { Ok((act, sql::insert_site(tx, &row).await?)) }))
        .await?;
    Ok(shown)
}

fn show_site(row: &sql::SiteRow, secret: SiteSecret) -> api::Site {
    api::Site {
        id: row.id,
        project: row.project,
        name: secret.name,
        location: secret.location,
        networks: secret.networks,
    }
}

/// The sites of a project.
pub async fn sites(
    app: &App,
    _: Permit,
    project: ProjectId,
    query: &api::PageQuery,
) -> Result<api::Page<api::Site>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let key = app.keys.project(project)?;
    let mut tx = app.db.read().await?;
    let rows = sql::sites(&mut tx, project, after, limit + 1).await?;
    let items: Result<Vec<_>, Fault> = rows
        .iter()
        .map(|row| Ok(show_site(row, open_json(&key.seal, &site_binding(project, row.id), &row.sealed)?)))
        .collect();
    Ok(crate::http::paged(items?, limit, |one| one.id.to_string()))
}

/// A site as admission uses it.
pub fn open_site(app: &App, row: &sql::SiteRow) -> Result<Site, Fault> {
    let key = app.keys.project(row.project)?;
    let secret: SiteSecret = open_json(&key.seal, &site_binding(row.project, row.id), &row.sealed)?;
    let networks: Result<_, _> = secret.networks.iter().map(|network| network.parse()).collect();
    Ok(Site {
        id: row.id,
        project: row.project,
        name: Name::parse(&secret.name)?,
        location: secret.location.map(|[lat, lon]| (lat, lon)),
        networks: networks.map_err(Fault::internal)?,
    })
}

/// When a project's readings are older than it keeps.
pub fn oldest_kept(settings: &Settings, now: Timestamp) -> Timestamp {
    now.plus_secs(-86_400 * i64::from(settings.retention_days))
}
