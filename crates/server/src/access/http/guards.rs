//! `/api/v1/organizations/{organization}/guards`, `/api/v1/guards`.

use crate::access::{authorize, authorize_exactly, guards};
use crate::http::{Answer, Body, Caller, Param};
use crate::{App, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{GuardRail, NewGuard, Page, Problem};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::{GuardId, OrganizationId};
use http::StatusCode;
use serde_json::json;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_guards, post_guard)).routes(routes!(post_remove))
}

/// List the guard rails of an organization.
#[utoipa::path(get, path = "/organizations/{organization}/guards", tag = "policies",
    params(("organization" = String, Path)),
    responses((status = 200, body = Page<GuardRail>), (status = "default", body = Problem)))]
async fn get_guards(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<OrganizationId>,
) -> Answer<Json<Page<GuardRail>>> {
    let scope = project::scope(&app, Some(id), None).await?;
    let permit = authorize(&app, &actor, Action::PolicyRead, scope).await?;
    Ok(Json(guards::list(&app, permit, id).await?))
}

/// Make a guard rail: one `forbid` in Cedar, or actions that are forbidden outside some networks.
#[utoipa::path(post, path = "/organizations/{organization}/guards", tag = "policies",
    params(("organization" = String, Path)), request_body = NewGuard,
    responses((status = 201, body = GuardRail), (status = "default", body = Problem)))]
async fn post_guard(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<OrganizationId>,
    Body(new): Body<NewGuard>,
) -> Answer<(StatusCode, Json<GuardRail>)> {
    let scope = project::scope(&app, Some(id), None).await?;
    let content = json!({"guard": new});
    let permit = authorize_exactly(&app, &actor, Action::PolicyWrite, scope, content).await?;
    Ok((StatusCode::CREATED, Json(guards::create(&app, &actor, permit, id, new).await?)))
}

/// Remove a guard rail.
#[utoipa::path(post, path = "/guards/{guard}/remove", tag = "policies", params(("guard" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_remove(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<GuardId>,
) -> Answer<StatusCode> {
    let scope = guards::scope_of(&app, id).await?;
    let permit =
        authorize_exactly(&app, &actor, Action::PolicyWrite, scope, json!({"remove_guard": id})).await?;
    guards::remove(&app, permit, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
