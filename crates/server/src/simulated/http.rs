//! `/api/v1/projects/{project}/simulated`.

use super::{Permits, add, missing};
use crate::access::authorize;
use crate::http::{Answer, Body, Caller, Param};
use crate::{App, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Install, NewSimulated, Problem, Simulated};
use fieldkeep_domain::ProjectId;
use fieldkeep_domain::access::Action;
use fieldkeep_domain::project::Scope;
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(post_simulated))
}

/// Make a simulated device and bring it to work. It takes every right that the single steps take.
#[utoipa::path(post, path = "/projects/{project}/simulated", tag = "devices",
    params(("project" = String, Path)), request_body = NewSimulated,
    responses((status = 201, body = Simulated), (status = "default", body = Problem)))]
async fn post_simulated(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Body(new): Body<NewSimulated>,
) -> Answer<(StatusCode, Json<Simulated>)> {
    let scope = project::scope(&app, None, Some(id)).await?;
    // The project first: whoever may not know of it learns nothing else.
    let install = authorize(&app, &actor, Action::DeviceInstall, scope).await?;
    let (owner, organization) = project::owner_of(scope)?;
    let claim = authorize(&app, &actor, Action::DeviceClaim, owner).await?;
    let import = authorize(&app, &actor, Action::RegistryImport, Scope::Deployment).await?;
    let declare = match missing(&app, install, id).await? {
        Some(_) => Some(authorize(&app, &actor, Action::ProjectWrite, scope).await?),
        None => None,
    };
    let permits = Permits { import, claim, install, declare };
    let place = Install { project: id, site: new.site };
    let device = add(&app, permits, organization, place).await?;
    Ok((StatusCode::CREATED, Json(Simulated { device })))
}
