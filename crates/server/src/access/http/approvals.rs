//! `/api/v1/approvals`.

use crate::App;
use crate::access::approvals;
use crate::http::{Answer, Body, Caller, Param, Query};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Approval, ApprovalQuery, Because, Page, Problem};
use fieldkeep_domain::ApprovalId;
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_approvals))
        .routes(routes!(post_agree))
        .routes(routes!(post_refuse))
}

/// List what waits for a second person: what the caller could decide, and what they asked themselves.
#[utoipa::path(get, path = "/approvals", tag = "approvals", params(ApprovalQuery),
    responses((status = 200, body = Page<Approval>), (status = "default", body = Problem)))]
async fn get_approvals(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<ApprovalQuery>,
) -> Answer<Json<Page<Approval>>> {
    Ok(Json(approvals::list(&app, &actor, &query).await?))
}

/// Agree, as the second person, to exactly what was asked. It can be used once, within the hour.
#[utoipa::path(post, path = "/approvals/{approval}/agree", tag = "approvals", params(("approval" = String, Path)),
    request_body = Because, responses((status = 204), (status = "default", body = Problem)))]
async fn post_agree(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ApprovalId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    approvals::decide(&app, &actor, id, true, because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuse it.
#[utoipa::path(post, path = "/approvals/{approval}/refuse", tag = "approvals", params(("approval" = String, Path)),
    request_body = Because, responses((status = 204), (status = "default", body = Problem)))]
async fn post_refuse(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ApprovalId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    approvals::decide(&app, &actor, id, false, because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
