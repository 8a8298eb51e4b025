//! From what stands in the journal to what is told of it.

use crate::limits::EVENT_PLACES_MAX;
use crate::{App, Fault, journal, quarantine, registry};
use bytes::Bytes;
use fieldkeep_api::{LiveEvent, LiveValue};
use fieldkeep_domain::access::{Action, Place};
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::registry::Life;
use fieldkeep_domain::telemetry::Batch;
use fieldkeep_domain::{DeviceId, OrganizationId, ProjectId};
use fieldkeep_wire::body::Record;
use fieldkeep_wire::json::format_time;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// A project with its owner.
pub type Of = (OrganizationId, ProjectId);

/// One event and who may be told of it.
#[derive(Debug)]
pub struct Event {
    /// Its place in the journal.
    pub index: u64,
    /// In which project it is told.
    pub project: ProjectId,
    /// Needed to be told.
    pub action: Action,
    /// Needed for this.
    pub place: Place,
    /// As it goes out.
    pub text: Bytes,
}

impl Event {
    fn new(
        index: u64,
        (organization, project): Of,
        what: (Action, Option<Place>),
        event: &LiveEvent,
    ) -> Self {
        let (action, place) = what;
        let place = place.unwrap_or_else(|| Scope::Project { organization, project }.into());
        Self { index, project, action, place, text: block(Some(index), event) }
    }
}

/// An event as it goes out (WHATWG HTML §9.2). JSON has no line breaks of its own.
pub fn block(index: Option<u64>, event: &LiveEvent) -> Bytes {
    let id = index.map(|index| format!("id: {index}\n")).unwrap_or_default();
    let data = serde_json::to_string(event).unwrap_or_default();
    format!("{id}event: {}\ndata: {data}\n\n", event.name()).into()
}

/// Where devices are, as of a revision: a rights question for each event would otherwise read a row.
#[derive(Debug, Default)]
pub struct Places {
    revision: u64,
    known: HashMap<(ProjectId, DeviceId), Place>,
}

impl Places {
    async fn of(&mut self, tx: &mut AnyConnection, of: Of, device: DeviceId) -> Result<Place, Fault> {
        if let Some(place) = self.known.get(&(of.1, device)) {
            return Ok(place.clone());
        }
        let scope = Scope::Project { organization: of.0, project: of.1 };
        let row = registry::sql::device(tx, device).await?;
        let place = match row.filter(|row| row.project == Some(of.1)) {
            Some(row) => registry::place_of(tx, &row).await?,
            // It has left; what it did here stays here.
            None => Place::within(scope, Vec::new(), Some(device)),
        };
        if self.known.len() >= EVENT_PLACES_MAX {
            self.known.clear();
        }
        self.known.insert((of.1, device), place.clone());
        Ok(place)
    }

    fn refresh(&mut self, revision: u64) {
        if self.revision != revision {
            self.revision = revision;
            self.known.clear();
        }
    }
}

/// What happened in these projects between two indexes, in order.
pub async fn between(
    app: &App,
    tx: &mut AnyConnection,
    places: &mut Places,
    projects: &BTreeSet<Of>,
    range: Range<u64>,
) -> Result<Vec<Arc<Event>>, Fault> {
    places.refresh(journal::sql::head(tx).await?.revision);
    let mut out = Vec::new();
    for of in projects {
        for body in journal::sql::bodies_between(tx, of.1, range.clone()).await? {
            for record in journal::open_body(app, &body)? {
                let index = body.first_index + record.offset;
                if range.contains(&index) {
                    let place = places.of(tx, *of, record.batch.device).await?;
                    let what = (Action::TelemetryRead, Some(place));
                    out.push(Event::new(index, *of, what, &reading(&record)));
                }
            }
        }
        for held in quarantine::held_between(tx, of.1, range.clone()).await? {
            let event = LiveEvent::Held { device: held.device, held: held.id, reasons: held.reasons };
            out.push(Event::new(held.index, *of, (Action::QuarantineRead, None), &event));
        }
    }
    let organizations: BTreeSet<OrganizationId> = projects.iter().map(|of| of.0).collect();
    for organization in organizations {
        for row in journal::sql::acts_between(tx, organization, range.clone()).await? {
            let act = journal::open_act(app, organization, &row)?;
            for of in projects.iter().filter(|of| of.0 == organization && concerns(&act, of.1)) {
                out.extend(acted(tx, places, *of, row.index, &act).await?);
            }
        }
    }
    out.sort_by_key(|event| event.index);
    Ok(out.into_iter().map(Arc::new).collect())
}

/// Whether an act happened in a project, or took something out of it.
fn concerns(act: &Act, project: ProjectId) -> bool {
    let left = || {
        let before = &act.detail["before"]["project"];
        before.as_str().and_then(|id| id.parse::<ProjectId>().ok()) == Some(project)
    };
    act.scope.project() == Some(project) || left()
}

async fn acted(
    tx: &mut AnyConnection,
    places: &mut Places,
    of: Of,
    index: u64,
    act: &Act,
) -> Result<Option<Event>, Fault> {
    let decision = match act.verb.as_str() {
        "quarantine.release" => Some("released"),
        "quarantine.destroy" => Some("destroyed"),
        _ => None,
    };
    if let Some(decision) = decision {
        let Ok(held) = act.object.parse() else { return Ok(None) };
        let event = LiveEvent::Decided { held, decision: decision.to_owned() };
        return Ok(Some(Event::new(index, of, (Action::QuarantineRead, None), &event)));
    }
    if let Some(noun) = arranged(&act.verb) {
        let event = LiveEvent::Changed { noun: noun.to_owned(), id: act.object.clone() };
        return Ok(Some(Event::new(index, of, (Action::ProjectRead, None), &event)));
    }
    let Some(life) = life_after(&act.verb) else { return Ok(None) };
    let Ok(device) = act.object.parse::<DeviceId>() else { return Ok(None) };
    let life = match life {
        Some(life) => life,
        None => match registry::sql::device(tx, device).await? {
            Some(row) => row.life,
            None => return Ok(None),
        },
    };
    let event = LiveEvent::Device { device, state: life.name().to_owned() };
    let place = places.of(tx, of, device).await?;
    Ok(Some(Event::new(index, of, (Action::DeviceRead, Some(place)), &event)))
}

/// What of a project an act of this name makes, changes or removes.
fn arranged(verb: &str) -> Option<&'static str> {
    Some(match verb.split_once('.')? {
        ("site", _) => "site",
        ("group", _) => "group",
        ("dashboard", _) => "dashboard",
        ("project", "settings") => "project",
        _ => return None,
    })
}

/// The state that a device has after an act of this name; inner none: the act leaves it as it was.
fn life_after(verb: &str) -> Option<Option<Life>> {
    Some(match verb {
        "device.claim" => Some(Life::Claiming),
        "device.install" | "device.resume" => Some(Life::Installed),
        "device.suspend" => Some(Life::Suspended),
        "device.revoke" => Some(Life::Revoked),
        "device.retire" => Some(Life::Retired),
        "device.arrange" => None,
        _ => return None,
    })
}

fn reading(record: &Record) -> LiveEvent {
    LiveEvent::Reading {
        device: record.batch.device,
        at: format_time(record.received),
        count: record.batch.reading_count() as u64,
        latest: latest(&record.batch),
    }
}

/// The newest value of each metric: hours stand in order, and times in each series.
fn latest(batch: &Batch) -> Vec<LiveValue> {
    let mut newest = BTreeMap::new();
    for series in batch.series() {
        if let (Some(time), Some(value)) = (series.times.last(), series.values.last()) {
            let unit = series.unit.as_ref().map(ToString::to_string);
            newest.insert(series.metric.to_string(), (unit, *time, value));
        }
    }
    newest
        .into_iter()
        .map(|(metric, (unit, time, value))| LiveValue {
            metric,
            unit,
            time: format_time(time),
            value: value.into(),
        })
        .collect()
}
