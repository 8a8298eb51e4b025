//! `/api/v1/organizations/{organization}/rules`.

use crate::access::{authorize, authorize_exactly, rules};
use crate::http::{Answer, Body, Caller, Param};
use crate::{App, Fault, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{OrganizationRules, Problem};
use fieldkeep_domain::OrganizationId;
use fieldkeep_domain::access::Action;
use serde_json::json;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_rules, put_rules))
}

/// Show what an organization asks of its people.
#[utoipa::path(get, path = "/organizations/{organization}/rules", tag = "policies",
    params(("organization" = String, Path)),
    responses((status = 200, body = OrganizationRules), (status = "default", body = Problem)))]
async fn get_rules(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<OrganizationId>,
) -> Answer<Json<OrganizationRules>> {
    let scope = project::scope(&app, Some(id), None).await?;
    let permit = authorize(&app, &actor, Action::PolicyRead, scope).await?;
    Ok(Json(rules::show(&app, permit, id).await?))
}

/// Replace what an organization asks of its people.
#[utoipa::path(put, path = "/organizations/{organization}/rules", tag = "policies",
    params(("organization" = String, Path)), request_body = OrganizationRules,
    responses((status = 200, body = OrganizationRules), (status = "default", body = Problem)))]
async fn put_rules(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<OrganizationId>,
    Body(new): Body<OrganizationRules>,
) -> Answer<Json<OrganizationRules>> {
    let scope = project::scope(&app, Some(id), None).await?;
    // Nobody is asked to agree to what could not be.
    new.sign_in.check().map_err(|error| Fault::invalid(error.to_string()))?;
    let content = json!({"rules": new});
    let permit = authorize_exactly(&app, &actor, Action::PolicyWrite, scope, content).await?;
    Ok(Json(rules::set(&app, &actor, permit, id, new).await?))
}
