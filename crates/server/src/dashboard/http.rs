//! `/api/v1/dashboards`.

use super::{change, create, list, one, remove, scope_of, versions};
use crate::access::authorize;
use crate::http::{Answer, Body, Caller, Param, Query};
use crate::{App, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{ChangedDashboard, Dashboard, NewDashboard, Page, PageQuery, Problem};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::{DashboardId, ProjectId};
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_dashboards, post_dashboard))
        .routes(routes!(get_dashboard, put_dashboard))
        .routes(routes!(get_versions))
        .routes(routes!(post_remove))
}

/// List a project's dashboards.
#[utoipa::path(get, path = "/projects/{project}/dashboards", tag = "dashboards",
    params(("project" = String, Path), PageQuery),
    responses((status = 200, body = Page<Dashboard>), (status = "default", body = Problem)))]
async fn get_dashboards(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<Dashboard>>> {
    let scope = project::scope(&app, None, Some(id)).await?;
    let permit = authorize(&app, &actor, Action::ProjectRead, scope).await?;
    Ok(Json(list(&app, permit, id, &query).await?))
}

/// Make a dashboard.
#[utoipa::path(post, path = "/projects/{project}/dashboards", tag = "dashboards",
    params(("project" = String, Path)), request_body = NewDashboard,
    responses((status = 201, body = Dashboard), (status = "default", body = Problem)))]
async fn post_dashboard(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Body(new): Body<NewDashboard>,
) -> Answer<(StatusCode, Json<Dashboard>)> {
    let scope = project::scope(&app, None, Some(id)).await?;
    let permit = authorize(&app, &actor, Action::DashboardWrite, scope).await?;
    Ok((StatusCode::CREATED, Json(create(&app, permit, id, new).await?)))
}

/// Show a dashboard.
#[utoipa::path(get, path = "/dashboards/{dashboard}", tag = "dashboards",
    params(("dashboard" = String, Path)),
    responses((status = 200, body = Dashboard), (status = "default", body = Problem)))]
async fn get_dashboard(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DashboardId>,
) -> Answer<Json<Dashboard>> {
    let permit = authorize(&app, &actor, Action::ProjectRead, scope_of(&app, id).await?).await?;
    Ok(Json(one(&app, permit, id).await?))
}

/// Change a dashboard, if nobody else did since it was read.
#[utoipa::path(put, path = "/dashboards/{dashboard}", tag = "dashboards",
    params(("dashboard" = String, Path)), request_body = ChangedDashboard,
    responses((status = 200, body = Dashboard), (status = "default", body = Problem)))]
async fn put_dashboard(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DashboardId>,
    Body(new): Body<ChangedDashboard>,
) -> Answer<Json<Dashboard>> {
    let permit = authorize(&app, &actor, Action::DashboardWrite, scope_of(&app, id).await?).await?;
    Ok(Json(change(&app, permit, id, new).await?))
}

/// The versions of a dashboard, the newest first; the last fifty are kept.
#[utoipa::path(get, path = "/dashboards/{dashboard}/versions", tag = "dashboards",
    params(("dashboard" = String, Path)),
    responses((status = 200, body = Page<Dashboard>), (status = "default", body = Problem)))]
async fn get_versions(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DashboardId>,
) -> Answer<Json<Page<Dashboard>>> {
    let permit = authorize(&app, &actor, Action::ProjectRead, scope_of(&app, id).await?).await?;
    Ok(Json(versions(&app, permit, id).await?))
}

/// Remove a dashboard with its versions.
#[utoipa::path(post, path = "/dashboards/{dashboard}/remove", tag = "dashboards",
    params(("dashboard" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_remove(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DashboardId>,
) -> Answer<StatusCode> {
    let permit = authorize(&app, &actor, Action::DashboardWrite, scope_of(&app, id).await?).await?;
    remove(&app, permit, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
