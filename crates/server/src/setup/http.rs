//! `/api/v1/setup`.

use super::look;
use crate::App;
use crate::http::{Answer, Caller, Door};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Problem, Setup};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_setup))
}

/// How far the first hour is, as far as you may know.
#[utoipa::path(get, path = "/setup", tag = "setup",
    responses((status = 200, body = Setup), (status = "default", body = Problem)))]
async fn get_setup(State(app): State<Arc<App>>, Caller(actor): Caller, door: Door) -> Answer<Json<Setup>> {
    Ok(Json(look(&app, &actor, door).await?))
}
