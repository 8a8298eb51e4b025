//! `/api/v1/projects/{project}/quarantine` and `/api/v1/quarantine/{held}`.

use super::{destroy, list, release, scope_of, show, spans};
use crate::access::authorize;
use crate::http::{Answer, Body, Caller, Param, Query};
use crate::{App, Fault, project, registry};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Because, Held, HeldDetail, HeldQuery, HeldSpan, Page, Problem, SpanQuery};
use fieldkeep_domain::access::{Action, Place};
use fieldkeep_domain::{DeviceId, ProjectId, QuarantineId};
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_held))
        .routes(routes!(get_one))
        .routes(routes!(get_spans))
        .routes(routes!(post_release))
        .routes(routes!(post_destroy))
}

/// Where a held batch is, and which one.
async fn place(app: &App, id: QuarantineId) -> Result<Place, Fault> {
    Ok(Place::from(scope_of(app, id).await?).about(id.as_bytes()))
}

/// List what is held back in a project, the newest first.
#[utoipa::path(get, path = "/projects/{project}/quarantine", tag = "quarantine",
    params(("project" = String, Path), HeldQuery),
    responses((status = 200, body = Page<Held>), (status = "default", body = Problem)))]
async fn get_held(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Query(query): Query<HeldQuery>,
) -> Answer<Json<Page<Held>>> {
    let scope = project::scope(&app, None, Some(id)).await?;
    let permit = authorize(&app, &actor, Action::QuarantineRead, scope).await?;
    Ok(Json(list(&app, permit, id, &query).await?))
}

/// Show a held batch: its reasons in words and its readings.
#[utoipa::path(get, path = "/quarantine/{held}", tag = "quarantine", params(("held" = String, Path)),
    responses((status = 200, body = HeldDetail), (status = "default", body = Problem)))]
async fn get_one(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<QuarantineId>,
) -> Answer<Json<HeldDetail>> {
    let permit = authorize(&app, &actor, Action::QuarantineRead, scope_of(&app, id).await?).await?;
    Ok(Json(show(&app, permit, id).await?))
}

/// List the spans of a device's readings that are held and undecided, as far as they overlap a window; of its newest 500.
#[utoipa::path(get, path = "/devices/{device}/held-spans", tag = "quarantine",
    params(("device" = String, Path), SpanQuery),
    responses((status = 200, body = Page<HeldSpan>), (status = "default", body = Problem)))]
async fn get_spans(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
    Query(query): Query<SpanQuery>,
) -> Answer<Json<Page<HeldSpan>>> {
    let mut tx = app.db.read().await?;
    let row = registry::find(&mut tx, id).await?;
    let place = registry::place_of(&mut tx, &row).await?;
    drop(tx);
    let permit = authorize(&app, &actor, Action::QuarantineRead, place).await?;
    let items = match row.project {
        Some(project) => spans(&app, permit, (project, id), &query).await?,
        None => Vec::new(),
    };
    Ok(Json(Page { items, next: None }))
}

/// Release a held batch into its project.
#[utoipa::path(post, path = "/quarantine/{held}/release", tag = "quarantine", params(("held" = String, Path)),
    request_body = Because, responses((status = 204), (status = "default", body = Problem)))]
async fn post_release(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<QuarantineId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    let permit = authorize(&app, &actor, Action::QuarantineRelease, place(&app, id).await?).await?;
    release(&app, permit, id, because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Destroy the readings of a held batch. The record of it stays.
#[utoipa::path(post, path = "/quarantine/{held}/destroy", tag = "quarantine", params(("held" = String, Path)),
    request_body = Because, responses((status = 204), (status = "default", body = Problem)))]
async fn post_destroy(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<QuarantineId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    let permit = authorize(&app, &actor, Action::QuarantineDestroy, place(&app, id).await?).await?;
    destroy(&app, permit, id, because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
