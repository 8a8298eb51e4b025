//! `/api/v1/access/explain` and `/api/v1/access/rights`.

use crate::access::explain;
use crate::http::{Answer, Caller, Query};
use crate::{App, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{ExplainQuery, Explanation, Problem, Rights, RightsQuery};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_explain)).routes(routes!(get_rights))
}

/// Explain why somebody may do something, or may not.
#[utoipa::path(get, path = "/access/explain", tag = "roles", params(ExplainQuery),
    responses((status = 200, body = Explanation), (status = "default", body = Problem)))]
async fn get_explain(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<ExplainQuery>,
) -> Answer<Json<Explanation>> {
    let scope = project::part(&app, query.organization, query.project, query.group, query.device).await?;
    let place = project::group::place_of(&app, scope).await?;
    Ok(Json(explain::explain(&app, &actor, &query.principal, query.action, &place).await?))
}

/// List what the caller may do at a place.
#[utoipa::path(get, path = "/access/rights", tag = "roles", params(RightsQuery),
    responses((status = 200, body = Rights), (status = "default", body = Problem)))]
async fn get_rights(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<RightsQuery>,
) -> Answer<Json<Rights>> {
    let scope = project::part(&app, query.organization, query.project, query.group, query.device).await?;
    let place = project::group::place_of(&app, scope).await?;
    Ok(Json(explain::rights(&app, &actor, &place).await?))
}
