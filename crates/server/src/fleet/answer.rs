//! Lists and counts. What passes the reach is asked about once more, as any other list does: once for each kind of
//! place where no policy can tell two devices apart, and device by device where one could.

use super::held::Waiting;
use super::index::{Entry, refresh};
use crate::access::{Listing, may};
use crate::http::page_up_to;
use crate::limits::{FLEET_MODELS_MAX, FLEET_PAGE_MAX, FLEET_QUERY_BYTES_MAX};
use crate::{App, Fault, project, quarantine, registry};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Place, Reach};
use fieldkeep_domain::fleet::Freshness;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::registry::Life;
use fieldkeep_domain::{DeviceId, GroupId, OrderId, OrganizationId, ProjectId, SiteId, Timestamp};
use fieldkeep_wire::json::format_time;
use sqlx::AnyConnection;
use std::cmp::Ordering;
use std::collections::hash_map::Entry as MapEntry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Id,
    Serial,
    Model,
    State,
    Seen,
    Made,
}

/// What decides the place of a device in a list; its id decides between equals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(Arc<str>),
}

impl Sort {
    fn parse(text: Option<&str>) -> Result<Self, Fault> {
        Ok(match text {
            None => Self::Id,
            Some("serial") => Self::Serial,
            Some("model") => Self::Model,
            Some("state") => Self::State,
            Some("seen") => Self::Seen,
            Some("made") => Self::Made,
            Some(_) => return Err(Fault::invalid("`sort`: serial, model, state, seen or made expected")),
        })
    }
    fn key(self, entry: &Entry) -> Key {
        match self {
            Self::Id => Key::Number(0),
            Self::Serial => Key::Text(entry.serial.clone()),
            Self::Model => Key::Text(entry.model.clone()),
            Self::State => Key::Number(entry.life as i64),
            Self::Seen => Key::Number(entry.heard.last().map_or(i64::MIN, |at| at.as_nanos())),
            Self::Made => Key::Number(entry.made_at.as_nanos()),
        }
    }
}

/// What is asked for.
#[derive(Debug, Default)]
struct Filter {
    organization: Option<OrganizationId>,
    project: Option<ProjectId>,
    site: Option<SiteId>,
    groups: Option<BTreeSet<GroupId>>,
    life: Option<Life>,
    model: Option<String>,
    work_order: Option<OrderId>,
    freshness: Option<Freshness>,
    text: Option<String>,
}

impl Filter {
    fn passes(&self, entry: &Entry, now: Timestamp) -> bool {
        fn is<T: PartialEq>(wanted: &Option<T>, found: Option<T>) -> bool {
            wanted.is_none() || *wanted == found
        }
        is(&self.organization, entry.organization)
            && is(&self.project, entry.project)
            && is(&self.site, entry.site)
            && is(&self.life, Some(entry.life))
            && is(&self.work_order, Some(entry.work_order))
            && self.model.as_deref().is_none_or(|model| *entry.model == *model)
            && self.groups.as_ref().is_none_or(|all| entry.group.is_some_and(|group| all.contains(&group)))
            && self.freshness.is_none_or(|wanted| entry.heard.freshness(now) == wanted)
            && self.text.as_deref().is_none_or(|text| speaks_of(entry, text))
    }
}

/// Whether a lower-case text stands in a device's names or id.
fn speaks_of(entry: &Entry, text: &str) -> bool {
    let within = |name: &str| match text.is_ascii() {
        true => name.as_bytes().windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes())),
        false => name.to_lowercase().contains(text),
    };
    let like_an_id = || text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    within(&entry.serial) || within(&entry.model) || (like_an_id() && entry.id.to_string().contains(text))
}

fn covers(reach: &Reach, entry: &Entry) -> bool {
    reach.all
        || entry.organization.is_some_and(|id| reach.organizations.contains(&id))
        || entry.project.is_some_and(|id| reach.projects.contains(&id))
        || entry.group.is_some_and(|id| reach.groups.contains(&id))
}

/// A device that was found, and what a rights question needs of it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    key: Key,
    pub(super) id: DeviceId,
    pub(super) organization: Option<OrganizationId>,
    pub(super) project: Option<ProjectId>,
    group: Option<GroupId>,
    site: Option<SiteId>,
    /// A right over a whole part of the world covers it, not only one over this device.
    by_place: bool,
    life: Life,
    freshness: Freshness,
    model: Arc<str>,
}

/// What was found and may be seen.
async fn search(
    tx: &mut AnyConnection,
    app: &App,
    listing: &Listing<'_>,
    filter: &Filter,
    sort: Sort,
) -> Result<Vec<Found>, Fault> {
    refresh(app, tx).await?;
    let now = app.clock.now();
    let found: Vec<Found> = {
        let index = app.fleet.read();
        let within = index.entries().iter().filter(|entry| filter.passes(entry, now));
        let found = within.filter_map(|entry| {
            let by_place = covers(&listing.reach, entry);
            (by_place || listing.reach.devices.contains(&entry.id)).then(|| Found {
                key: sort.key(entry),
                id: entry.id,
                organization: entry.organization,
                project: entry.project,
                group: entry.group,
                site: entry.site,
                by_place,
                life: entry.life,
                freshness: entry.heard.freshness(now),
                model: entry.model.clone(),
            })
        });
        found.collect()
    };
    let mut rights = Rights::default();
    let mut out = Vec::with_capacity(found.len());
    for one in found {
        if rights.shows(tx, listing, &one).await? {
            out.push(one);
        }
    }
    Ok(out)
}

type Kind = (Option<OrganizationId>, Option<ProjectId>, Option<GroupId>);

/// Answers that hold for more than one device.
#[derive(Default)]
struct Rights {
    /// Devices that policies name; none: they may name any.
    named: HashMap<Option<OrganizationId>, Option<BTreeSet<DeviceId>>>,
    kinds: HashMap<Kind, bool>,
    groups: HashMap<GroupId, Vec<GroupId>>,
}

impl Rights {
    async fn shows(
        &mut self,
        tx: &mut AnyConnection,
        listing: &Listing<'_>,
        one: &Found,
    ) -> Result<bool, Fault> {
        let named = match self.named.entry(one.organization) {
            MapEntry::Occupied(known) => known.into_mut(),
            MapEntry::Vacant(new) => new.insert(listing.named(one.organization).await?),
        };
        let shared = one.by_place && named.as_ref().is_some_and(|named| !named.contains(&one.id));
        let kind = (one.organization, one.project, one.group);
        if let Some(known) = self.kinds.get(&kind).filter(|_| shared) {
            return Ok(*known);
        }
        let place = self.place(tx, one).await?;
        let shows = listing.shows(&place).await?;
        if shared {
            self.kinds.insert(kind, shows);
        }
        Ok(shows)
    }

    async fn place(&mut self, tx: &mut AnyConnection, one: &Found) -> Result<Place, Fault> {
        let groups = match one.group {
            None => Vec::new(),
            Some(group) => match self.groups.get(&group) {
                Some(groups) => groups.clone(),
                None => {
                    let groups = project::group::above(tx, group).await?;
                    self.groups.insert(group, groups.clone());
                    groups
                }
            },
        };
        let scope = match (one.organization, one.project) {
            (Some(organization), Some(project)) => Scope::Project { organization, project },
            (Some(organization), None) => Scope::Organization { organization },
            _ => Scope::Deployment,
        };
        Ok(Place::within(scope, groups, Some(one.id)))
    }
}

fn parse<T>(
    name: &str,
    text: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
    all: &str,
) -> Result<Option<T>, Fault> {
    match text {
        None => Ok(None),
        Some(text) => {
            read(text).map(Some).ok_or_else(|| Fault::invalid(format!("`{name}`: one of {all} expected")))
        }
    }
}

fn life(state: Option<&str>) -> Result<Option<Life>, Fault> {
    let lives = Life::ALL.iter().map(|life| life.name()).collect::<Vec<_>>().join(", ");
    parse("state", state, Life::parse, &lives)
}

fn bounded(name: &str, text: Option<&str>) -> Result<(), Fault> {
    match text {
        Some(text) if text.len() > FLEET_QUERY_BYTES_MAX => {
            Err(Fault::invalid(format!("`{name}`: at most {FLEET_QUERY_BYTES_MAX} bytes expected")))
        }
        _ => Ok(()),
    }
}

async fn filter(tx: &mut AnyConnection, query: &api::DeviceQuery) -> Result<Filter, Fault> {
    bounded("q", query.q.as_deref())?;
    bounded("model", query.model.as_deref())?;
    let groups = match query.group {
        Some(group) => Some(project::group::below(tx, &[group].into()).await?),
        None => None,
    };
    Ok(Filter {
        organization: query.organization,
        project: query.project,
        site: query.site,
        groups,
        life: life(query.state.as_deref())?,
        model: query.model.clone(),
        work_order: query.work_order,
        freshness: parse(
            "freshness",
            query.freshness.as_deref(),
            Freshness::parse,
            "online, stale, offline, never",
        )?,
        text: query.q.as_ref().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty()),
    })
}

/// Where a page begins: after this key and id. Numbers stand in the cursor as they were, because they move; names do not.
fn cursor(app: &App, sort: Sort, after: Option<&str>) -> Result<Option<(Key, DeviceId)>, Fault> {
    let bad = || Fault::invalid("`after`: the `next` of the page before, with the same `sort`, expected");
    let Some(text) = after else { return Ok(None) };
    let (number, id) = match text.split_once('.') {
        Some((number, id)) => (Some(number.parse::<i64>().map_err(|_| bad())?), id),
        None => (None, text),
    };
    let id: DeviceId = id.parse().map_err(|_| bad())?;
    let key = match (number, sort) {
        (Some(number), Sort::State | Sort::Seen | Sort::Made) => Key::Number(number),
        (None, Sort::Id) => Key::Number(0),
        (None, Sort::Serial | Sort::Model) => {
            app.fleet.read().find(id).map(|entry| sort.key(entry)).ok_or_else(bad)?
        }
        _ => return Err(bad()),
    };
    Ok(Some((key, id)))
}

/// A page of the devices that somebody may see, and how many there are of them.
pub async fn list(
    app: &App,
    actor: &Actor,
    listing: Listing<'_>,
    query: &api::DeviceQuery,
) -> Result<api::DevicePage, Fault> {
    let (limit, _) = page_up_to(query.limit, None, FLEET_PAGE_MAX)?;
    let sort = Sort::parse(query.sort.as_deref())?;
    let down = match query.order.as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(Fault::invalid("`order`: asc or desc expected")),
    };
    let mut tx = app.db.read().await?;
    let filter = filter(&mut tx, query).await?;
    let mut found = search(&mut tx, app, &listing, &filter, sort).await?;
    if let Some(held) = query.held {
        let waiting = Waiting::of(app, actor, &mut tx, &found).await?;
        found.retain(|one| waiting.waits(one) == Some(held));
    }
    let total = found.len() as u64;
    let order = |a: (&Key, DeviceId), b: (&Key, DeviceId)| {
        let order = a.cmp(&b);
        if down { order.reverse() } else { order }
    };
    if let Some((key, id)) = cursor(app, sort, query.after.as_deref())? {
        found.retain(|one| order((&one.key, one.id), (&key, id)) == Ordering::Greater);
    }
    let by = |a: &Found, b: &Found| order((&a.key, a.id), (&b.key, b.id));
    let most = limit as usize;
    let more = found.len() > most;
    if more {
        // Only this page is put in order.
        found.select_nth_unstable_by(most, by);
        found.truncate(most);
    }
    found.sort_unstable_by(by);
    let next = found.last().filter(|_| more).map(|last| match &last.key {
        Key::Number(number) if sort != Sort::Id => format!("{number}.{}", last.id),
        _ => last.id.to_string(),
    });
    let ids: Vec<DeviceId> = found.iter().map(|one| one.id).collect();
    let rows = registry::sql::devices_of(&mut tx, &ids).await?;
    drop(tx);
    let mut shown: HashMap<DeviceId, api::Device> = HashMap::with_capacity(rows.len());
    for row in &rows {
        shown.insert(row.id, registry::shown(app, row)?);
    }
    let items = ids.iter().filter_map(|id| shown.remove(id)).collect();
    Ok(api::DevicePage { items, next, total: Some(total) })
}

/// Says of each device when it was heard of, and how many of its batches wait for somebody who may decide about them.
pub async fn decorate(app: &App, actor: &Actor, devices: &mut [api::Device]) -> Result<(), Fault> {
    let mut tx = app.db.read().await?;
    refresh(app, &mut tx).await?;
    let now = app.clock.now();
    let mut projects: BTreeMap<ProjectId, Vec<DeviceId>> = BTreeMap::new();
    {
        let index = app.fleet.read();
        for device in devices.iter_mut() {
            let heard = index.find(device.id).map(|entry| entry.heard).unwrap_or_default();
            device.last_seen = heard.last().map(format_time);
            device.freshness = heard.freshness(now).name().to_owned();
            if let Some(project) = device.project {
                projects.entry(project).or_default().push(device.id);
            }
        }
    }
    let mut held = HashMap::new();
    let owners: HashMap<ProjectId, OrganizationId> =
        devices.iter().filter_map(|device| device.project.zip(device.organization)).collect();
    for (project, ids) in projects {
        let Some(organization) = owners.get(&project) else { continue };
        let scope = Scope::Project { organization: *organization, project };
        if may(app, actor, Action::QuarantineRead, &scope.into()).await? {
            let waiting: HashMap<DeviceId, u64> =
                quarantine::waiting(&mut tx, project, Some(&ids)).await?.into_iter().collect();
            held.extend(ids.iter().map(|id| (*id, waiting.get(id).copied().unwrap_or(0))));
        }
    }
    for device in devices {
        device.held = held.get(&device.id).copied();
    }
    Ok(())
}

/// How many devices somebody may see, and whether one of them has ever sent anything.
pub async fn count(app: &App, listing: &Listing<'_>) -> Result<(u64, bool), Fault> {
    let mut tx = app.db.read().await?;
    let found = search(&mut tx, app, listing, &Filter::default(), Sort::Id).await?;
    let heard = found.iter().any(|one| one.freshness != Freshness::Never);
    Ok((found.len() as u64, heard))
}

/// How many devices somebody may see, by state, freshness and model, and how many of their batches wait.
pub async fn summary(
    app: &App,
    actor: &Actor,
    listing: Listing<'_>,
    query: &api::FleetQuery,
) -> Result<api::FleetSummary, Fault> {
    bounded("model", query.model.as_deref())?;
    let filter = Filter {
        organization: query.organization,
        project: query.project,
        site: query.site,
        life: life(query.state.as_deref())?,
        model: query.model.clone(),
        ..Filter::default()
    };
    let mut tx = app.db.read().await?;
    let found = search(&mut tx, app, &listing, &filter, Sort::Id).await?;
    let mut by_state: BTreeMap<String, u64> =
        Life::ALL.iter().map(|life| (life.name().to_owned(), 0)).collect();
    let mut by_freshness: BTreeMap<String, u64> =
        Freshness::ALL.iter().map(|one| (one.name().to_owned(), 0)).collect();
    let mut models: HashMap<&str, u64> = HashMap::new();
    let sites: HashSet<SiteId> = found.iter().filter_map(|one| one.site).collect();
    for one in &found {
        *by_state.entry(one.life.name().to_owned()).or_default() += 1;
        *by_freshness.entry(one.freshness.name().to_owned()).or_default() += 1;
        *models.entry(&one.model).or_default() += 1;
    }
    let held = Waiting::of(app, actor, &mut tx, &found).await?.total(&found);
    let mut by_model: Vec<api::ModelCount> = models
        .iter()
        .map(|(model, count)| api::ModelCount { model: (*model).into(), count: *count })
        .collect();
    by_model.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.model.cmp(&b.model)));
    by_model.truncate(FLEET_MODELS_MAX);
    let (total, sites) = (found.len() as u64, sites.len() as u64);
    Ok(api::FleetSummary { total, sites, by_state, by_freshness, held, by_model })
}
