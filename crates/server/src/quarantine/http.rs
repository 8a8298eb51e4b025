//! `/api/v1/projects/{project}/quarantine` and `/api/v1/quarantine/{held}`.

use super::{destroy, list, release, scope_of, show};
use crate::access::authorize;
use crate::http::{Answer, Body, Caller, Param, Query};
use crate::{App, Fault, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Because, Held, HeldDetail, HeldQuery, Page, Problem};
use fieldkeep_domain::access::{Action, Place};
use fieldkeep_domain::{ProjectId, QuarantineId};
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_held))
        .routes(routes!(get_one))
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
