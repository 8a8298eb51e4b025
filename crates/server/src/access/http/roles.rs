//! `/api/v1/organizations/{organization}/roles`, `/api/v1/roles`.

use crate::access::{authorize, authorize_exactly, roles};
use crate::http::{Answer, Body, Caller, Param};
use crate::{App, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{NewCustomRole, Page, Problem, RoleActions, RoleDetail};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::{CustomRoleId, OrganizationId};
use http::StatusCode;
use serde_json::json;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_roles, post_role))
        .routes(routes!(post_actions))
        .routes(routes!(post_remove))
}

/// List the standard roles and an organization's own, with what each gives.
#[utoipa::path(get, path = "/organizations/{organization}/roles", tag = "policies",
    params(("organization" = String, Path)),
    responses((status = 200, body = Page<RoleDetail>), (status = "default", body = Problem)))]
async fn get_roles(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<OrganizationId>,
) -> Answer<Json<Page<RoleDetail>>> {
    let scope = project::scope(&app, Some(id), None).await?;
    let permit = authorize(&app, &actor, Action::PolicyRead, scope).await?;
    Ok(Json(roles::list(&app, permit, id).await?))
}

/// Make a role of an organization's own, of what the caller holds.
#[utoipa::path(post, path = "/organizations/{organization}/roles", tag = "policies",
    params(("organization" = String, Path)), request_body = NewCustomRole,
    responses((status = 201, body = RoleDetail), (status = "default", body = Problem)))]
async fn post_role(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<OrganizationId>,
    Body(new): Body<NewCustomRole>,
) -> Answer<(StatusCode, Json<RoleDetail>)> {
    let scope = project::scope(&app, Some(id), None).await?;
    let content = json!({"role": new});
    let permit = authorize_exactly(&app, &actor, Action::PolicyWrite, scope, content).await?;
    Ok((StatusCode::CREATED, Json(roles::create(&app, &actor, permit, id, new).await?)))
}

/// Replace what a role gives, for everybody who stands in it.
#[utoipa::path(post, path = "/roles/{role}/actions", tag = "policies", params(("role" = String, Path)),
    request_body = RoleActions,
    responses((status = 200, body = RoleDetail), (status = "default", body = Problem)))]
async fn post_actions(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<CustomRoleId>,
    Body(new): Body<RoleActions>,
) -> Answer<Json<RoleDetail>> {
    let scope = roles::scope_of(&app, id).await?;
    let content = json!({"role": id, "actions": new.actions});
    // More for whoever stands in it is a gift to them. Where two people decide on policies, they have seen it there.
    let slice = app.policies.slice(&app, scope.organization()).await?;
    if roles::widens(&app, id, &new.actions).await?
        && !slice.additions().two_people.contains(&Action::PolicyWrite)
    {
        authorize_exactly(&app, &actor, Action::RoleGrant, scope, content.clone()).await?;
    }
    let permit = authorize_exactly(&app, &actor, Action::PolicyWrite, scope, content).await?;
    Ok(Json(roles::replace(&app, &actor, permit, id, new.actions).await?))
}

/// Remove a role that nobody stands in.
#[utoipa::path(post, path = "/roles/{role}/remove", tag = "policies", params(("role" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_remove(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<CustomRoleId>,
) -> Answer<StatusCode> {
    let scope = roles::scope_of(&app, id).await?;
    let permit =
        authorize_exactly(&app, &actor, Action::PolicyWrite, scope, json!({"remove_role": id})).await?;
    roles::remove(&app, permit, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
