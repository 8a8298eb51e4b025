//! What was held back: seen, released or destroyed, by somebody with that right, with a reason, on the record.
//!
//! Never: releases a fork, trims what nobody has decided, shows a reading without a permit.

pub mod http;
mod sql;

use crate::journal::{Entry, NotStored};
use crate::limits::{HELD_SPANS_AT_ONCE, HELD_SPANS_MAX};
use crate::{App, Fault, registry};
use fieldkeep_api as api;
use fieldkeep_domain::access::Permit;
use fieldkeep_domain::admission::{Admitted, Decoded, Placed};
use fieldkeep_domain::audit::{Act, Why};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::quarantine::Reason;
use fieldkeep_domain::{DeviceId, Hash, OrganizationId, ProjectId, QuarantineId, Timestamp, limits};
use fieldkeep_trust::hash::batch_hash;
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::body::{Held, decode_held};
use fieldkeep_wire::json::{format_time, parse_time};
use serde_json::json;
use std::sync::Arc;

/// Readings shown of a held batch.
const SAMPLE_MAX: usize = 1_000;

/// The scope of a held batch.
pub async fn scope_of(app: &App, id: QuarantineId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::held(&mut tx, id).await?.ok_or_else(|| Fault::not_found("held batch"))?;
    Ok(Scope::Project { organization: row.organization, project: row.project })
}

fn open(app: &App, row: &sql::HeldRow) -> Result<Option<Held>, Fault> {
    let Some(sealed) = &row.sealed else { return Ok(None) };
    let binding = Binding::project(row.project, Purpose::Quarantine, registry::as_row(row.id.as_bytes()));
    let bytes = app.keys.project(row.project)?.seal.open(&binding, sealed)?;
    decode_held(&bytes).map(Some).map_err(Fault::internal)
}

fn shown(row: &sql::HeldRow) -> api::Held {
    api::Held {
        id: row.id,
        project: row.project,
        device: row.device,
        site: row.site,
        index: row.index,
        readings: row.readings,
        reasons: row.reasons.split(',').map(str::to_owned).collect(),
        held_at: format_time(row.held_at),
        state: row.decision.clone().unwrap_or_else(|| "held".to_owned()),
        decided_at: row.decided_at.map(format_time),
    }
}

/// Names of the reasons for which the batch at this place in the journal is held back, unless it was released since.
pub async fn held_at(
    tx: &mut sqlx::AnyConnection,
    project: ProjectId,
    index: u64,
) -> Result<Option<Vec<String>>, Fault> {
    let reasons = sql::reasons_at(tx, project, index).await?;
    Ok(reasons.map(|names| names.split(',').map(str::to_owned).collect()))
}

/// A held batch as those who look for news see it.
#[derive(Debug, Clone)]
pub struct Sighted {
    /// Which.
    pub id: QuarantineId,
    /// Its place in the journal.
    pub index: u64,
    /// Whose device.
    pub organization: OrganizationId,
    /// In which project.
    pub project: ProjectId,
    /// Which device.
    pub device: DeviceId,
    /// Names of the reasons.
    pub reasons: Vec<String>,
}

/// Batches held at this place in the journal or later that nobody has decided on, in order.
pub async fn held_from(tx: &mut sqlx::AnyConnection, index: u64, limit: u32) -> Result<Vec<Sighted>, Fault> {
    Ok(sql::held_from(tx, index, limit).await?.into_iter().map(sighted).collect())
}

/// Batches of a project that were held between two places in the journal, decided or not, in order.
pub async fn held_between(
    tx: &mut sqlx::AnyConnection,
    project: ProjectId,
    range: std::ops::Range<u64>,
) -> Result<Vec<Sighted>, Fault> {
    Ok(sql::held_between(tx, project, range).await?.into_iter().map(sighted).collect())
}

fn sighted(row: sql::HeldRow) -> Sighted {
    Sighted {
        id: row.id,
        index: row.index,
        organization: row.organization,
        project: row.project,
        device: row.device,
        reasons: row.reasons.split(',').map(str::to_owned).collect(),
    }
}

/// How many held batches of each device in a project wait for a decision; of these devices, or of all that have any.
pub async fn waiting(
    tx: &mut sqlx::AnyConnection,
    project: ProjectId,
    devices: Option<&[DeviceId]>,
) -> Result<Vec<(DeviceId, u64)>, Fault> {
    Ok(sql::waiting(tx, project, devices).await?)
}

/// How many held batches of a device somebody has decided on.
pub async fn decided(tx: &mut sqlx::AnyConnection, device: DeviceId) -> Result<u64, Fault> {
    Ok(sql::decided(tx, device).await?)
}

/// A page of a project's held batches, the newest first by their place in the journal.
pub async fn list(
    app: &App,
    _: Permit,
    project: ProjectId,
    query: &api::HeldQuery,
) -> Result<api::Page<api::Held>, Fault> {
    let (limit, _) = crate::http::page(query.limit, None)?;
    let before = match query.after.as_deref() {
        None => i64::MAX,
        Some(text) => {
            text.parse().map_err(|_| Fault::invalid("`after`: the `next` of the page before expected"))?
        }
    };
    if query.reason.as_deref().is_some_and(|reason| !Reason::NAMES.contains(&reason)) {
        return Err(Fault::invalid(format!("`reason`: one of {} expected", Reason::NAMES.join(", "))));
    }
    let filter = sql::Filter {
        project,
        device: query.device,
        reason: query.reason.clone(),
        state: query.state.clone().unwrap_or_else(|| "held".to_owned()),
    };
    let mut tx = app.db.read().await?;
    let rows = sql::list(&mut tx, &filter, before, limit + 1).await?;
    Ok(crate::http::paged(rows.iter().map(shown).collect(), limit, |held| held.index.to_string()))
}

/// Spans of the readings of a device's undecided batches that overlap a window, the earliest first.
pub async fn spans(
    app: &App,
    _: Permit,
    (project, device): (ProjectId, DeviceId),
    query: &api::SpanQuery,
) -> Result<Vec<api::HeldSpan>, Fault> {
    let (from, to) = (parse_time(&query.from)?, parse_time(&query.to)?);
    if from >= to {
        return Err(Fault::invalid("`from` must lie before `to`"));
    }
    let filter = sql::Filter { project, device: Some(device), reason: None, state: "held".to_owned() };
    let (mut out, mut before, mut seen) = (Vec::new(), i64::MAX, 0);
    while seen < HELD_SPANS_MAX {
        let mut tx = app.db.read().await?;
        let rows = sql::list(&mut tx, &filter, before, HELD_SPANS_AT_ONCE).await?;
        drop(tx);
        let Some(last) = rows.last() else { break };
        before = last.index as i64;
        seen += rows.len();
        // A batch says nothing of a time long after it came: what came before the window is not in it.
        let old = |row: &&sql::HeldRow| row.held_at.plus_secs(limits::CLOCK_AHEAD_S_MAX) < from;
        let reaches = rows.iter().filter(|row| !old(row));
        for row in reaches {
            let Some(held) = open(app, row)? else { continue };
            let times = held
                .batch
                .series()
                .flat_map(|series| series.times.first().into_iter().chain(series.times.last()));
            let Some((first, end)) = times.fold(None, |span: Option<(Timestamp, Timestamp)>, time| {
                Some(span.map_or((*time, *time), |(first, end)| (first.min(*time), end.max(*time))))
            }) else {
                continue;
            };
            if first < to && end >= from {
                out.push((first, shown_span(row, first, end)));
            }
        }
    }
    out.sort_by_key(|(first, _)| *first);
    Ok(out.into_iter().map(|(_, span)| span).collect())
}

fn shown_span(row: &sql::HeldRow, from: Timestamp, to: Timestamp) -> api::HeldSpan {
    api::HeldSpan {
        from: format_time(from),
        to: format_time(to),
        held: row.id,
        reasons: row.reasons.split(',').map(str::to_owned).collect(),
    }
}

/// A held batch with its reasons in words and its readings.
pub async fn show(app: &App, _: Permit, id: QuarantineId) -> Result<api::HeldDetail, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::held(&mut tx, id).await?.ok_or_else(|| Fault::not_found("held batch"))?;
    drop(tx);
    let held = open(app, &row)?;
    let mut sample = Vec::new();
    for series in held.iter().flat_map(|held| held.batch.series()) {
        for (time, value) in series.times.iter().zip(&series.values) {
            if sample.len() < SAMPLE_MAX {
                sample.push(api::NamedReading {
                    metric: series.metric.to_string(),
                    time: format_time(*time),
                    value: value.into(),
                    unit: series.unit.as_ref().map(ToString::to_string),
                });
            }
        }
    }
    let why = held.map(|held| held.reasons.into_iter().map(|(_, text)| text).collect()).unwrap_or_default();
    Ok(api::HeldDetail { held: shown(&row), why, sample })
}

/// Offers the batch again, as admitted, and records who released it. The chain does not move: it moved when it was held.
pub async fn release(app: &Arc<App>, permit: Permit, id: QuarantineId, reason: Why) -> Result<(), Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::held(&mut tx, id).await?.ok_or_else(|| Fault::not_found("held batch"))?;
    drop(tx);
    if row.reasons.split(',').any(|name| name == Reason::Fork.name()) {
        let text = "a fork cannot be released: its place in the chain is another batch's. Destroy it, and look for a copied key";
        return Err(Fault::conflict(text));
    }
    let held = open(app, &row)?.ok_or_else(|| Fault::conflict("this batch was destroyed"))?;
    decide(app, permit, id, "released", reason).await?;
    offer(app, &row, held).await
}

/// The body goes into the journal once more; the journal itself sees to it that this happens once.
async fn offer(app: &Arc<App>, row: &sql::HeldRow, held: Held) -> Result<(), Fault> {
    let revision = app.journal.progress().borrow().revision;
    let (hash, segments) = batch_hash(&held.canonical);
    let decoded = Decoded { batch: held.batch, canonical: held.canonical, hash, segments };
    let place = (row.project, row.site);
    // No certificate stands behind a release; the decision does.
    let placed = Placed::assertion(row.device, row.organization, place, Hash([0; 32]), revision);
    let entry = Entry::Released(Admitted::assertion(placed, decoded, None), row.id);
    match app.journal.append(entry, held.received)?.await {
        Ok(Ok(_) | Err(NotStored::Moved)) => Ok(()),
        Ok(Err(why)) => Err(Fault::unavailable(why)),
        Err(_) => Err(Fault::unavailable("the journal has stopped")),
    }
}

/// Offers what was released but not yet stored again: after a crash, or when the disk was full.
pub async fn resume(app: &Arc<App>) -> Result<(), Fault> {
    let mut tx = app.db.read().await?;
    let rows = sql::unfinished(&mut tx, 100).await?;
    drop(tx);
    for row in rows {
        if let Some(held) = open(app, &row)? {
            offer(app, &row, held).await?;
        }
    }
    Ok(())
}

/// Destroys the readings; that they were, why they were held and who destroyed them stays on the record.
pub async fn destroy(app: &Arc<App>, permit: Permit, id: QuarantineId, reason: Why) -> Result<(), Fault> {
    decide(app, permit, id, "destroyed", reason).await
}

async fn decide(
    app: &Arc<App>,
    permit: Permit,
    id: QuarantineId,
    decision: &'static str,
    reason: Why,
) -> Result<(), Fault> {
    let now = app.clock.now();
    let verb = if decision == "released" { "quarantine.release" } else { "quarantine.destroy" };
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if !sql::decide(tx, id, decision, now).await? {
                    return Err(Fault::conflict("this batch was decided on already"));
                }
                Ok((
                    Act::new(permit.doer(), verb, id, permit.scope(), now).with(json!({"reason": reason})),
                    (),
                ))
            })
        })
        .await
}
