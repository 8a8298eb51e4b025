//! `/api/v1/grants`.

use crate::access::{authorize_exactly, grants, listing};
use crate::http::{Answer, Body, Caller, Param, Query};
use crate::{App, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Because, NewRoleGrant, Page, Problem, RoleGrant, RoleGrantQuery};
use fieldkeep_domain::GrantId;
use fieldkeep_domain::access::Action;
use http::StatusCode;
use serde_json::json;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(post_grant, get_grants)).routes(routes!(post_revoke))
}

/// Give a role to a person: nothing that the caller does not hold, and for no longer.
#[utoipa::path(post, path = "/grants", tag = "roles", request_body = NewRoleGrant,
    responses((status = 201, body = RoleGrant), (status = "default", body = Problem)))]
async fn post_grant(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Body(new): Body<NewRoleGrant>,
) -> Answer<(StatusCode, Json<RoleGrant>)> {
    let scope = project::part(&app, new.organization, new.project, new.group, new.device).await?;
    Ok((StatusCode::CREATED, Json(grants::give(&app, &actor, scope, new).await?)))
}

/// List who holds which role.
#[utoipa::path(get, path = "/grants", tag = "roles", params(RoleGrantQuery),
    responses((status = 200, body = Page<RoleGrant>), (status = "default", body = Problem)))]
async fn get_grants(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<RoleGrantQuery>,
) -> Answer<Json<Page<RoleGrant>>> {
    grants::check_query(&app, &actor, &query).await?;
    let listing = listing(&app, &actor, Action::RoleRead).await?;
    Ok(Json(grants::list(&app, listing, &query).await?))
}

/// Take a role back, at once.
#[utoipa::path(post, path = "/grants/{grant}/revoke", tag = "roles", params(("grant" = String, Path)),
    request_body = Because, responses((status = 204), (status = "default", body = Problem)))]
async fn post_revoke(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<GrantId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    let place = grants::place_of(&app, id).await?;
    let content = json!({"do": "revoke", "grant": id});
    let permit = authorize_exactly(&app, &actor, Action::RoleGrant, place, content).await?;
    grants::revoke(&app, &actor, permit, id, because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
