//! A whole project's readings, one line each: taken away by somebody with that right, and recorded before the first line.
//!
//! Never: more in memory than a few hours of one device, or a transaction that waits for a slow reader.

use super::read::range;
use crate::registry::sql::{Filter, devices};
use crate::{App, Fault, project};
use bytes::Bytes;
use fieldkeep_api as api;
use fieldkeep_domain::access::{Permit, Reach};
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::{DeviceId, ProjectId};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Devices looked up at once.
const DEVICES_AT_ONCE: u32 = 100;

/// Lines on their way out, or what broke them off.
pub type Lines = mpsc::Sender<Result<Bytes, Fault>>;

/// Checks the span, records that the readings leave, and gives the metrics that there are.
pub async fn begin(
    app: &Arc<App>,
    permit: Permit,
    id: ProjectId,
    query: &api::ExportQuery,
) -> Result<Vec<String>, Fault> {
    super::read::check_span(&query.from, &query.to)?;
    let mut tx = app.db.read().await?;
    let row = project::sql::project(&mut tx, id).await?.ok_or_else(|| Fault::not_found("project"))?;
    drop(tx);
    let settings = project::open_settings(app, &row)?;
    let act = Act::new(permit.doer(), "telemetry.export", id, permit.scope(), app.clock.now())
        .with(json!({"from": query.from, "to": query.to}));
    app.journal.note(move |_, _| Box::pin(async move { Ok((act, ())) })).await?;
    Ok(settings.metrics.keys().map(ToString::to_string).collect())
}

/// Every device that is installed in the project now, one metric after the other, in time order.
pub async fn run(
    app: &App,
    permit: Permit,
    id: ProjectId,
    metrics: &[String],
    query: &api::ExportQuery,
    give: &Lines,
) -> Result<(), Fault> {
    let mut after = Vec::new();
    loop {
        let filter =
            Filter { project: Some(id), reach: Reach { all: true, ..Reach::default() }, ..Filter::default() };
        let mut tx = app.db.read().await?;
        let page = devices(&mut tx, &filter, after, DEVICES_AT_ONCE).await?;
        drop(tx);
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id.as_bytes().to_vec();
        for device in &page {
            for metric in metrics {
                if !series(app, permit, (id, device.id), metric, query, give).await? {
                    return Ok(());
                }
            }
        }
    }
}

/// One series; false when nobody reads any more.
async fn series(
    app: &App,
    permit: Permit,
    place: (ProjectId, DeviceId),
    metric: &str,
    query: &api::ExportQuery,
    give: &Lines,
) -> Result<bool, Fault> {
    let mut from = query.from.clone();
    loop {
        let part =
            api::RangeQuery { metric: metric.to_owned(), from, to: query.to.clone(), px: None, limit: None };
        let (send, mut parts) = mpsc::channel(2);
        let read = async {
            let next = range(app, permit, place, &part, &send).await;
            drop(send);
            next
        };
        let write = async {
            while let Some(readings) = parts.recv().await {
                let lines = readings.map(|readings| lines(place.1, metric, &readings));
                if give.send(lines).await.is_err() {
                    return false;
                }
            }
            true
        };
        let (next, read_on) = tokio::join!(read, write);
        match next? {
            Some(next) if read_on => from = next,
            _ => return Ok(read_on),
        }
    }
}

fn lines(device: DeviceId, metric: &str, readings: &[api::Reading]) -> Bytes {
    let mut text = String::new();
    for one in readings {
        let line = json!({
            "device": device, "metric": metric, "time": one.time, "value": one.value, "index": one.index,
        });
        text.push_str(&line.to_string());
        text.push('\n');
    }
    text.into()
}
