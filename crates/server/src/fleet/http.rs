//! `GET /api/v1/fleet/summary`. The list stands with the devices: `/api/v1/devices`.

use super::summary;
use crate::access::{known, listing};
use crate::http::{Answer, Caller, Query};
use crate::{App, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{FleetQuery, FleetSummary, Problem};
use fieldkeep_domain::access::Action;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_summary))
}

/// Count the devices that you may see, by state, freshness and model.
#[utoipa::path(get, path = "/fleet/summary", tag = "devices", params(FleetQuery),
    responses((status = 200, body = FleetSummary), (status = "default", body = Problem)))]
async fn get_summary(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<FleetQuery>,
) -> Answer<Json<FleetSummary>> {
    if query.organization.is_some() || query.project.is_some() {
        let scope = project::scope(&app, query.organization, query.project).await?;
        known(&actor, &scope.into())?;
    }
    if let Some(site) = query.site {
        let project = project::project_of_site(&app, site).await?;
        known(&actor, &project::scope(&app, None, Some(project)).await?.into())?;
    }
    let listing = listing(&app, &actor, Action::DeviceRead).await?;
    Ok(Json(summary(&app, &actor, listing, &query).await?))
}
