//! `/api/v1/acts`: the record.

use super::list;
use crate::access::listing;
use crate::http::{Answer, Caller, Query};
use crate::{App, Fault, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{ActQuery, Page, Problem, RecordedAct};
use fieldkeep_domain::access::Action;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_acts))
}

/// Who did what, the newest first.
#[utoipa::path(get, path = "/acts", tag = "record", params(ActQuery),
    responses((status = 200, body = Page<RecordedAct>), (status = "default", body = Problem)))]
async fn get_acts(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<ActQuery>,
) -> Answer<Json<Page<RecordedAct>>> {
    if query.organization.is_some() || query.project.is_some() {
        let scope = project::scope(&app, query.organization, query.project).await?;
        if !actor.knows_of(&scope.into()) {
            return Err(Fault::not_found("part of the record").into());
        }
    }
    let listing = listing(&app, &actor, Action::RecordRead).await?;
    Ok(Json(list(&app, listing, &query).await?))
}
