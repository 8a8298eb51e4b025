//! Work on many devices, one after the other: set going by a request, done by a job, seen by whoever asked.
//!
//! Never: more than its asker may do to that device at that moment; each is authorized anew. Never: lost by a restart.

pub mod http;
mod job;
mod sql;

pub use job::run;

use crate::access::{self, Listing};
use crate::account::{self, doer_text};
use crate::fault::Kind;
use crate::http::status_of;
use crate::limits::{JOB_DEVICES_MAX, JOB_LABELS_MAX};
use crate::project::{open_json, seal_json};
use crate::{App, Fault, project, registry};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Standing};
use fieldkeep_domain::audit::{Act, Doer, NoReason};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{DeviceId, JobId, KeyId, OrganizationId, Timestamp};
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use fieldkeep_wire::label;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sql::JobRow;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

/// What is done to each device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Claim,
    Install,
    Suspend,
    Resume,
    Revoke,
    Retire,
    Group,
}

impl What {
    const ALL: [(Self, &'static str, Action); 7] = [
        (Self::Claim, "claim", Action::DeviceClaim),
        (Self::Install, "install", Action::DeviceInstall),
        (Self::Suspend, "suspend", Action::DeviceSuspend),
        (Self::Resume, "resume", Action::DeviceSuspend),
        (Self::Revoke, "revoke", Action::DeviceRevoke),
        (Self::Retire, "retire", Action::DeviceRevoke),
        (Self::Group, "group", Action::GroupWrite),
    ];
    /// By its name.
    pub fn parse(name: &str) -> Result<Self, Fault> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == name);
        found.map(|(what, ..)| *what).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|(_, name, _)| *name).collect();
            Fault::invalid(format!("`kind`: one of {} expected", names.join(", ")))
        })
    }
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(what, ..)| *what == self).map_or("", |(_, name, _)| name)
    }
    /// Whether it is done to somebody's device against its will, so that the record must say why.
    fn takes_reason(self) -> bool {
        matches!(self, Self::Suspend | Self::Resume | Self::Revoke | Self::Retire)
    }
    /// What it takes.
    pub fn action(self) -> Action {
        Self::ALL.iter().find(|(what, ..)| *what == self).map_or(Action::DeviceRevoke, |(.., action)| *action)
    }
}

/// What is sealed of it: also how its asker stood, so that it goes on as if they asked for each device.
#[derive(Clone, Serialize, Deserialize)]
struct Wish {
    target: api::JobTarget,
    reason: String,
    address: Option<IpAddr>,
    /// Whether presence was fresh when it was set going.
    fresh: bool,
    doer: Doer,
    /// Of the devices that need one to be claimed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<DeviceId, String>,
}

fn binding(id: JobId) -> Binding {
    Binding::deployment(Purpose::Work, *id.as_bytes())
}

/// Each device's note has a place of its own.
fn note_binding(id: JobId, place: i64) -> Binding {
    let hash = sha256(&[id.as_bytes(), &place.to_be_bytes()]);
    let mut row = [0; 16];
    row.copy_from_slice(&hash.as_bytes()[..16]);
    Binding::deployment(Purpose::Work, row)
}

fn open(app: &App, row: &JobRow) -> Result<Wish, Fault> {
    open_json(&app.keys.organization(None)?.seal, &binding(row.id), &row.sealed)
}

/// A target names what its work needs, and nothing that the asker may not know of.
async fn check_target(
    app: &App,
    actor: &Actor,
    what: What,
    target: &api::JobTarget,
) -> Result<Option<OrganizationId>, Fault> {
    let missing = |name: &str| Fault::invalid(format!("`{name}`: expected for this kind of work"));
    let scope = match what {
        What::Claim => {
            let organization = target.organization.ok_or_else(|| missing("organization"))?;
            project::scope(app, Some(organization), None).await?
        }
        What::Install => {
            target.site.ok_or_else(|| missing("site"))?;
            let id = target.project.ok_or_else(|| missing("project"))?;
            project::scope(app, None, Some(id)).await?
        }
        What::Group => match target.group {
            Some(group) => project::group::scope_of(app, group).await?,
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    if !actor.knows_of(&scope.into()) {
        return Err(Fault::not_found("target of the work"));
    }
    Ok(scope.organization())
}

/// A label is its device's, or the work would fail there hours later.
fn check_labels(what: What, new: &api::NewJob) -> Result<(), Fault> {
    if new.labels.is_empty() {
        return Ok(());
    }
    if what != What::Claim {
        return Err(Fault::invalid("`labels`: only a claim takes them"));
    }
    if new.labels.len() > JOB_LABELS_MAX {
        return Err(Fault::invalid(format!("limit `labels`: at most {JOB_LABELS_MAX} at once")));
    }
    let devices: HashSet<_> = new.devices.iter().collect();
    for (device, text) in &new.labels {
        let found =
            label::decode(text).map_err(|why| Fault::invalid(format!("`labels`: of {device}: {why}")))?;
        if found.device != *device || !devices.contains(device) {
            return Err(Fault::invalid(format!(
                "`labels`: that of {device} is another device's, or it is not in `devices`"
            )));
        }
    }
    Ok(())
}

/// Sets work going.
pub async fn create(app: &Arc<App>, actor: &Actor, new: api::NewJob) -> Result<api::Job, Fault> {
    let what = What::parse(&new.kind)?;
    if new.devices.is_empty() || new.devices.len() > JOB_DEVICES_MAX {
        return Err(Fault::invalid(format!("limit `devices`: 1 to {JOB_DEVICES_MAX} at once")));
    }
    check_labels(what, &new)?;
    if what.takes_reason() && new.reason.is_none() {
        return Err(Fault::invalid(format!("`reason`: {NoReason}")));
    }
    // Whoever has the right nowhere is refused here, and not ten thousand times.
    access::listing(app, actor, what.action()).await?;
    access::presence(actor, what.action())?;
    let organization = match check_target(app, actor, what, &new.target).await? {
        Some(organization) => Some(organization),
        None => first_owner(app, &new.devices).await?,
    };
    let mut devices = new.devices;
    devices.sort_unstable();
    devices.dedup();
    let id = JobId::from_random(fieldkeep_trust::random());
    let now = app.clock.now();
    let wish = Wish {
        target: new.target,
        reason: new.reason.map(String::from).unwrap_or_default(),
        address: actor.address,
        fresh: actor.is_fresh(what.action()),
        doer: actor.doer,
        labels: new.labels,
    };
    let row = JobRow {
        id,
        organization,
        kind: new.kind,
        state: "waiting".to_owned(),
        doer: doer_text(actor.doer),
        sealed: seal_json(&app.keys.organization(None)?.seal, &binding(id), &wish)?,
        total: devices.len() as u64,
        done: 0,
        failed: 0,
        created_at: now,
        finished_at: None,
    };
    let scope = organization.map_or(Scope::Deployment, |organization| Scope::Organization { organization });
    let act = Act::new(actor.doer, "job.begin", id, scope, now).with(json!({
        "kind": row.kind, "devices": devices.len(), "target": wish.target, "reason": wish.reason,
    }));
    let stored = row.clone();
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                sql::insert(tx, &stored).await?;
                Ok((act, sql::insert_items(tx, id, &devices).await?))
            })
        })
        .await?;
    app.work.notify_one();
    let mut tx = app.db.read().await?;
    show(app, &mut tx, &row).await
}

async fn first_owner(app: &App, devices: &[DeviceId]) -> Result<Option<OrganizationId>, Fault> {
    let Some(first) = devices.first() else { return Ok(None) };
    let mut tx = app.db.read().await?;
    Ok(registry::sql::device(&mut tx, *first).await?.and_then(|row| row.organization))
}

async fn show(app: &App, tx: &mut AnyConnection, row: &JobRow) -> Result<api::Job, Fault> {
    let wish = open(app, row)?;
    let made_by_name = match wish.doer {
        Doer::Person(id) => account::person_name(tx, app, id).await?,
        Doer::Key(id) => account::keys::name_of(tx, app, id).await?,
        Doer::Device(_) | Doer::Server => None,
    };
    Ok(api::Job {
        id: row.id,
        kind: row.kind.clone(),
        state: row.state.clone(),
        total: row.total,
        done: row.done,
        failed: row.failed,
        made_by: row.doer.clone(),
        made_by_name,
        reason: wish.reason,
        target: wish.target,
        created_at: format_time(row.created_at),
        finished_at: row.finished_at.map(format_time),
    })
}

/// The work that somebody set going, and what they may see in the record besides.
pub async fn list(
    app: &App,
    actor: &Actor,
    record: Option<Listing<'_>>,
    query: &api::JobQuery,
) -> Result<api::Page<api::Job>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let states = ["waiting", "running", "stopping", "stopped", "done"];
    if let Some(state) = query.state.as_deref().filter(|state| !states.contains(state)) {
        return Err(Fault::invalid(format!("`state`: `{state}` is none of {}", states.join(", "))));
    }
    let reach = record.map(|listing| listing.reach);
    let own = doer_text(actor.doer);
    let mut tx = app.db.read().await?;
    let rows = sql::list(&mut tx, &own, reach.as_ref(), query.state.as_deref(), after, limit + 1).await?;
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        items.push(show(app, &mut tx, row).await?);
    }
    Ok(api::Page { items, next: page.next })
}

/// Work that somebody may see: their own, or what stands in a record that they may read. 404 for all other.
async fn seen(app: &App, actor: &Actor, id: JobId) -> Result<JobRow, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::find(&mut tx, id).await?.ok_or_else(|| Fault::not_found("job"))?;
    drop(tx);
    if row.doer == doer_text(actor.doer) {
        return Ok(row);
    }
    let scope =
        row.organization.map_or(Scope::Deployment, |organization| Scope::Organization { organization });
    match access::authorize(app, actor, Action::RecordRead, scope).await {
        Ok(_) => Ok(row),
        Err(_) => Err(Fault::not_found("job")),
    }
}

/// One.
pub async fn one(app: &App, actor: &Actor, id: JobId) -> Result<api::Job, Fault> {
    let row = seen(app, actor, id).await?;
    let mut tx = app.db.read().await?;
    show(app, &mut tx, &row).await
}

/// The devices on which it failed.
pub async fn failures(
    app: &App,
    actor: &Actor,
    id: JobId,
    query: &api::PageQuery,
) -> Result<api::Page<api::JobFailure>, Fault> {
    let row = seen(app, actor, id).await?;
    let (limit, _) = crate::http::page(query.limit, None)?;
    let bad = |_| Fault::invalid("`after`: the `next` of the page before expected");
    let after: i64 = query.after.as_deref().map_or(Ok(-1), str::parse).map_err(bad)?;
    let mut tx = app.db.read().await?;
    let items = sql::items(&mut tx, row.id, "failed", after, limit + 1).await?;
    let page = crate::http::paged(items, limit, |item| item.place.to_string());
    let seal = &app.keys.organization(None)?.seal;
    let mut out = Vec::new();
    for item in &page.items {
        let text = match &item.note {
            Some(note) => seal.open(&note_binding(id, item.place), note)?,
            None => Vec::new(),
        };
        let device = registry::sql::device(&mut tx, item.device).await?;
        out.push(api::JobFailure {
            device: item.device,
            serial: device.map(|device| registry::serial_of(app, &device)).transpose()?,
            status: item.status,
            text: String::from_utf8_lossy(&text).into_owned(),
        });
    }
    Ok(api::Page { items: out, next: page.next })
}

/// Stops work after the device that is at hand. Who set it going may, and who could do it there too.
pub async fn stop(app: &Arc<App>, actor: &Actor, id: JobId) -> Result<api::Job, Fault> {
    let row = seen(app, actor, id).await?;
    if row.doer != doer_text(actor.doer) {
        let scope =
            row.organization.map_or(Scope::Deployment, |organization| Scope::Organization { organization });
        access::authorize(app, actor, What::parse(&row.kind)?.action(), scope).await?;
    }
    turn(app, actor, &row, "job.stop", &["waiting", "running"], "stopping").await
}

/// Tries the devices again on which it failed, and those that were left when it was stopped. Only who set it going may: it
/// goes on with their rights.
pub async fn retry(app: &Arc<App>, actor: &Actor, id: JobId) -> Result<api::Job, Fault> {
    let row = seen(app, actor, id).await?;
    if row.doer != doer_text(actor.doer) {
        let text = "only who set this going can have it tried again: it is done with their rights";
        return Err(Fault::new(Kind::Forbidden, text));
    }
    let action = What::parse(&row.kind)?.action();
    access::presence(actor, action)?;
    turn(app, actor, &row, "job.retry", &["stopped", "done"], "waiting").await
}

async fn turn(
    app: &Arc<App>,
    actor: &Actor,
    row: &JobRow,
    verb: &str,
    from: &'static [&'static str],
    to: &'static str,
) -> Result<api::Job, Fault> {
    let (id, now) = (row.id, app.clock.now());
    let wish = Wish { address: actor.address, fresh: true, ..open(app, row)? };
    // Presence was proven anew where the work asks for it.
    let sealed = (to == "waiting")
        .then(|| seal_json(&app.keys.organization(None)?.seal, &binding(id), &wish))
        .transpose()?;
    let scope =
        row.organization.map_or(Scope::Deployment, |organization| Scope::Organization { organization });
    let act = Act::new(actor.doer, verb, id, scope, now);
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if !sql::turn(tx, id, from, to).await? {
                    return Err(Fault::conflict(format!("this work is not {}", from.join(" or "))));
                }
                if let Some(sealed) = sealed {
                    sql::again(tx, id, &sealed).await?;
                }
                Ok((act, ()))
            })
        })
        .await?;
    app.work.notify_one();
    one(app, actor, id).await
}

/// Whoever set it going, as they stand now. Who is shut out, or whose key is withdrawn, stands for nothing.
async fn asker(app: &App, wish: &Wish) -> Result<Actor, Fault> {
    let now = app.clock.now();
    let gone = || Fault::new(Kind::Forbidden, "who set this going holds nothing any more");
    match wish.doer {
        Doer::Person(person) => {
            let mut tx = app.db.read().await?;
            let grants = access::of_person(&mut tx, person, now).await?;
            if grants.is_empty() {
                return Err(gone());
            }
            // Presence was proven when the work was set going, and the work is what it was proven for.
            let fresh_until = if wish.fresh { now.plus_secs(60) } else { Timestamp(0) };
            let standing = Standing::Person { fresh_until };
            Ok(Actor { doer: wish.doer, grants, standing, address: wish.address, now })
        }
        Doer::Key(key) => key_asker(app, key, wish.address).await?.ok_or_else(gone),
        Doer::Device(_) | Doer::Server => Err(gone()),
    }
}

async fn key_asker(app: &App, key: KeyId, address: Option<IpAddr>) -> Result<Option<Actor>, Fault> {
    let (_, actor, _) = account::keys::seen(app, key).await?;
    Ok(Some(Actor { address, ..actor }).filter(|actor| !actor.grants.is_empty()))
}

/// What a failure is written down as.
fn failure(fault: &Fault) -> (u16, String) {
    (status_of(fault), fault.text.clone())
}
