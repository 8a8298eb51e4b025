//! Readings of a device and aggregates of a project.

use super::{aggregate, buckets, columns, export, latest, metrics, range};
use crate::access::{authorize, authorize_exactly};
use crate::fault::Kind;
use crate::http::{Answer, Caller, Param, Query};
use crate::limits::{QUERY_S_MAX, READ_S_MAX};
use crate::{App, Fault, journal, project, registry};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use fieldkeep_api::{
    AggregateQuery, BUCKETS_TYPE, Buckets, DeviceMetric, ExportQuery, Latest, Page, Problem, RangeQuery,
    Reading, Readings, Steps,
};
use fieldkeep_domain::access::{Action, Actor, Permit};
use fieldkeep_domain::{DeviceId, ProjectId};
use http::{HeaderMap, header};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_latest))
        .routes(routes!(get_readings))
        .routes(routes!(get_buckets))
        .routes(routes!(get_metrics))
        .routes(routes!(get_aggregate))
        .routes(routes!(get_export))
}

/// What was acknowledged before a question is part of its answer: the reader of the journal is milliseconds behind, or
/// after a start as long as it takes to read the journal back.
async fn up_to_date(app: &App) -> Result<(), Fault> {
    let size = app.journal.progress().borrow().size;
    up_to(app, size).await
}

async fn up_to(app: &App, size: u64) -> Result<(), Fault> {
    if app.tail.wait_for(size, Duration::from_secs(READ_S_MAX)).await {
        return Ok(());
    }
    let text = "the newest readings are still being read from the journal; ask again";
    Err(Fault::new(Kind::Unavailable, text).retry_after(1))
}

/// A device's readings belong to the project that it is installed in; whoever may read them reads all that was
/// acknowledged.
async fn place(app: &App, actor: &Actor, id: DeviceId) -> Result<(Permit, (ProjectId, DeviceId)), Fault> {
    let mut tx = app.db.read().await?;
    let row = registry::find(&mut tx, id).await?;
    let thing = registry::place_of(&mut tx, &row).await?;
    // Its own batches alone are waited for: what others send at the same time holds nobody up.
    let end = journal::sql::end_of(&mut tx, id).await?;
    drop(tx);
    let permit = authorize(app, actor, Action::TelemetryRead, thing).await?;
    let project =
        row.project.ok_or_else(|| Fault::not_found("readings of a device that is not installed"))?;
    up_to(app, end).await?;
    Ok((permit, (project, id)))
}

async fn bounded<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let late = || {
        let text =
            format!("limit `query-time`: the query took longer than {QUERY_S_MAX} s; ask for a shorter span");
        Fault::new(Kind::TooLarge, text)
    };
    tokio::time::timeout(Duration::from_secs(QUERY_S_MAX), work).await.map_err(|_| late())?
}

/// The latest reading of each metric of a device.
#[utoipa::path(get, path = "/devices/{device}/latest", tag = "readings", params(("device" = String, Path)),
    responses((status = 200, body = Latest), (status = "default", body = Problem)))]
async fn get_latest(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
) -> Answer<Json<Latest>> {
    let (permit, (project, device)) = place(&app, &actor, id).await?;
    Ok(Json(bounded(latest(&app, permit, project, device)).await?))
}

/// Readings of one metric between two instants, streamed in time order.
#[utoipa::path(get, path = "/devices/{device}/readings", tag = "readings",
    params(("device" = String, Path), RangeQuery),
    responses((status = 200, body = Readings), (status = "default", body = Problem)))]
async fn get_readings(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
    Query(query): Query<RangeQuery>,
) -> Answer<Response> {
    if query.px.is_some() {
        return Err(Fault::invalid("`px` belongs to …/buckets; this route gives every reading").into());
    }
    let (permit, place) = place(&app, &actor, id).await?;
    let (send, mut parts) = mpsc::channel(4);
    let (end, next) = oneshot::channel();
    tokio::spawn(async move {
        match bounded(range(&app, permit, place, &query, &send)).await {
            Ok(next) => drop(end.send(next)),
            Err(fault) => drop(send.send(Err(fault)).await),
        }
    });
    // What fails before the first part is still a problem document; later the stream breaks off visibly.
    let first = parts.recv().await.transpose()?;
    let state = Stream { ready: first, parts, next: Some(next), begun: false, filled: false };
    let body = Body::from_stream(futures_util::stream::unfold(Some(state), part));
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

struct Stream {
    ready: Option<Vec<Reading>>,
    parts: mpsc::Receiver<Result<Vec<Reading>, Fault>>,
    next: Option<oneshot::Receiver<Option<String>>>,
    /// Whether the document was opened, and whether a reading stands in it.
    begun: bool,
    filled: bool,
}

/// The next piece of the JSON document.
async fn part(state: Option<Stream>) -> Option<(Result<Bytes, Fault>, Option<Stream>)> {
    let mut state = state?;
    let readings = match state.ready.take() {
        Some(readings) => Some(readings),
        None => match state.parts.recv().await {
            Some(Ok(readings)) => Some(readings),
            Some(Err(fault)) => return Some((Err(fault), None)),
            None => None,
        },
    };
    let mut text = String::new();
    if !state.begun {
        text.push_str(r#"{"readings":["#);
    }
    match readings {
        Some(readings) => {
            for reading in &readings {
                text.push_str(if state.filled { "," } else { "" });
                state.filled = true;
                text.push_str(&serde_json::to_string(reading).unwrap_or_default());
            }
            state.begun = true;
            Some((Ok(text.into()), Some(state)))
        }
        None => {
            let next = state.next.take()?.await.unwrap_or_default();
            let next = next.map(|from| format!(r#","next_from":"{from}""#)).unwrap_or_default();
            text.push_str(&format!("]{next}}}"));
            Some((Ok(text.into()), None))
        }
    }
}

/// One metric reduced to `px` buckets: minimum, maximum, mean, count, first and last of each. As bytes (docs/formats/buckets.md)
/// for `Accept: application/vnd.fieldkeep.buckets`.
#[utoipa::path(get, path = "/devices/{device}/buckets", tag = "readings",
    params(("device" = String, Path), RangeQuery),
    responses((status = 200, content((Buckets = "application/json"), (Vec<u8> = "application/vnd.fieldkeep.buckets"))),
        (status = "default", body = Problem)))]
async fn get_buckets(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
    headers: HeaderMap,
    Query(query): Query<RangeQuery>,
) -> Answer<Response> {
    let (permit, place) = place(&app, &actor, id).await?;
    let px = query.px.unwrap_or(500);
    if !wants_columns(&headers) {
        return Ok(Json(bounded(buckets(&app, permit, place, &query, px)).await?).into_response());
    }
    let columns = bounded(columns(&app, permit, place, &query, px)).await?;
    Ok(([(header::CONTENT_TYPE, BUCKETS_TYPE)], columns.encode()).into_response())
}

/// Whether the bytes are asked for by name; whoever takes anything gets JSON.
fn wants_columns(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut kinds = accepted.flat_map(|value| value.split(',')).filter_map(|kind| kind.split(';').next());
    kinds.any(|kind| kind.trim().eq_ignore_ascii_case(BUCKETS_TYPE))
}

/// What a device has measured: each metric with its limits and its first and last time.
#[utoipa::path(get, path = "/devices/{device}/metrics", tag = "readings", params(("device" = String, Path)),
    responses((status = 200, body = Page<DeviceMetric>), (status = "default", body = Problem)))]
async fn get_metrics(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
) -> Answer<Json<Page<DeviceMetric>>> {
    let (permit, (project, device)) = place(&app, &actor, id).await?;
    let items = bounded(metrics(&app, permit, project, device)).await?;
    Ok(Json(Page { items, next: None }))
}

/// One metric over the devices of a project, step by step.
#[utoipa::path(get, path = "/projects/{project}/aggregate", tag = "readings",
    params(("project" = String, Path), AggregateQuery),
    responses((status = 200, body = Steps), (status = "default", body = Problem)))]
async fn get_aggregate(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Query(query): Query<AggregateQuery>,
) -> Answer<Json<Steps>> {
    let scope = project::scope(&app, None, Some(id)).await?;
    let permit = authorize(&app, &actor, Action::TelemetryRead, scope).await?;
    up_to_date(&app).await?;
    Ok(Json(bounded(aggregate(&app, permit, id, &query)).await?))
}

/// Take all readings of a project away, as lines of JSON: device, metric, time, value and index of each.
#[utoipa::path(get, path = "/projects/{project}/export", tag = "readings",
    params(("project" = String, Path), ExportQuery),
    responses((status = 200, content_type = "application/x-ndjson", body = String),
        (status = "default", body = Problem)))]
async fn get_export(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Query(query): Query<ExportQuery>,
) -> Answer<Response> {
    let scope = project::scope(&app, None, Some(id)).await?;
    let content = serde_json::json!({"export": &query});
    let permit = authorize_exactly(&app, &actor, Action::TelemetryExport, scope, content).await?;
    up_to_date(&app).await?;
    let metrics = export::begin(&app, permit, id, &query).await?;
    let (send, lines) = mpsc::channel(4);
    tokio::spawn(async move {
        if let Err(fault) = export::run(&app, permit, id, &metrics, &query, &send).await {
            tracing::error!(inside = ?fault.inside, "telemetry.export broke off");
            let _ = send.send(Err(fault)).await;
        }
    });
    let lines = futures_util::stream::unfold(lines, |mut lines| async { Some((lines.recv().await?, lines)) });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}
