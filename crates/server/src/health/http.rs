//! `/api/v1/health`.

use super::look;
use crate::App;
use crate::access::authorize;
use crate::http::{Answer, Caller};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Health, Problem};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::project::Scope;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_health))
}

/// How the deployment is, looked at now.
#[utoipa::path(get, path = "/health", tag = "health",
    responses((status = 200, body = Health), (status = "default", body = Problem)))]
async fn get_health(State(app): State<Arc<App>>, Caller(actor): Caller) -> Answer<Json<Health>> {
    let permit = authorize(&app, &actor, Action::HealthRead, Scope::Deployment).await?;
    Ok(Json(look(&app, permit).await?))
}
