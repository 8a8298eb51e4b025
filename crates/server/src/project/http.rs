//! `/api/v1/organizations`, `/api/v1/projects` and their sites.

use crate::access::{authorize, listing};
use crate::http::{Answer, Body, Caller, Param, Query};
use crate::{App, Fault, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{
    Group, NewGroup, NewOrganization, NewProject, NewSite, Organization, Page, PageQuery, Problem, Project,
    ProjectSettings, Site,
};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{OrganizationId, ProjectId};
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(post_organization, get_organizations))
        .routes(routes!(get_organization))
        .routes(routes!(post_project, get_projects))
        .routes(routes!(get_project))
        .routes(routes!(put_settings))
        .routes(routes!(post_site, get_sites))
        .routes(routes!(post_group, get_groups))
}

/// Make an organization.
#[utoipa::path(post, path = "/organizations", tag = "organizations", request_body = NewOrganization,
    responses((status = 201, body = Organization), (status = "default", body = Problem)))]
async fn post_organization(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Body(new): Body<NewOrganization>,
) -> Answer<(StatusCode, Json<Organization>)> {
    let permit = authorize(&app, &actor, Action::OrganizationCreate, Scope::Deployment).await?;
    Ok((StatusCode::CREATED, Json(project::create_organization(&app, permit, new).await?)))
}

/// List organizations.
#[utoipa::path(get, path = "/organizations", tag = "organizations", params(PageQuery),
    responses((status = 200, body = Page<Organization>), (status = "default", body = Problem)))]
async fn get_organizations(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<Organization>>> {
    let listing = listing(&app, &actor, Action::OrganizationRead).await?;
    Ok(Json(project::organizations(&app, listing, &query).await?))
}

/// Show an organization.
#[utoipa::path(get, path = "/organizations/{organization}", tag = "organizations",
    params(("organization" = String, Path)),
    responses((status = 200, body = Organization), (status = "default", body = Problem)))]
async fn get_organization(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<OrganizationId>,
) -> Answer<Json<Organization>> {
    let scope = project::scope(&app, Some(id), None).await?;
    let permit = authorize(&app, &actor, Action::OrganizationRead, scope).await?;
    Ok(Json(project::organization(&app, permit, id).await?))
}

/// Make a project.
#[utoipa::path(post, path = "/organizations/{organization}/projects", tag = "projects",
    params(("organization" = String, Path)), request_body = NewProject,
    responses((status = 201, body = Project), (status = "default", body = Problem)))]
async fn post_project(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(organization): Param<OrganizationId>,
    Body(new): Body<NewProject>,
) -> Answer<(StatusCode, Json<Project>)> {
    let scope = project::scope(&app, Some(organization), None).await?;
    let permit = authorize(&app, &actor, Action::ProjectWrite, scope).await?;
    Ok((StatusCode::CREATED, Json(project::create_project(&app, permit, organization, new).await?)))
}

/// List an organization's projects.
#[utoipa::path(get, path = "/organizations/{organization}/projects", tag = "projects",
    params(("organization" = String, Path), PageQuery),
    responses((status = 200, body = Page<Project>), (status = "default", body = Problem)))]
async fn get_projects(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(organization): Param<OrganizationId>,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<Project>>> {
    // Asked of the organization first, so that one which may not be known of is not told from one without projects.
    let scope = project::scope(&app, Some(organization), None).await?;
    if !actor.knows_of(&scope.into()) {
        return Err(Fault::not_found("organization").into());
    }
    let listing = listing(&app, &actor, Action::ProjectRead).await?;
    Ok(Json(project::projects(&app, listing, organization, &query).await?))
}

/// Show a project.
#[utoipa::path(get, path = "/projects/{project}", tag = "projects", params(("project" = String, Path)),
    responses((status = 200, body = Project), (status = "default", body = Problem)))]
async fn get_project(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
) -> Answer<Json<Project>> {
    let scope = project::scope(&app, None, Some(id)).await?;
    let permit = authorize(&app, &actor, Action::ProjectRead, scope).await?;
    Ok(Json(project::project(&app, permit, id).await?))
}

/// Replace a project's rules.
#[utoipa::path(put, path = "/projects/{project}/settings", tag = "projects", params(("project" = String, Path)),
    request_body = ProjectSettings,
    responses((status = 200, body = Project), (status = "default", body = Problem)))]
async fn put_settings(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Body(settings): Body<ProjectSettings>,
) -> Answer<Json<Project>> {
    let scope = project::scope(&app, None, Some(id)).await?;
    let permit = authorize(&app, &actor, Action::ProjectWrite, scope).await?;
    Ok(Json(project::set_settings(&app, permit, id, settings).await?))
}

/// Make a site.
#[utoipa::path(post, path = "/projects/{project}/sites", tag = "projects", params(("project" = String, Path)),
    request_body = NewSite,
    responses((status = 201, body = Site), (status = "default", body = Problem)))]
async fn post_site(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Body(new): Body<NewSite>,
) -> Answer<(StatusCode, Json<Site>)> {
    let scope = project::scope(&app, None, Some(id)).await?;
    let permit = authorize(&app, &actor, Action::ProjectWrite, scope).await?;
    Ok((StatusCode::CREATED, Json(project::create_site(&app, permit, id, new).await?)))
}

/// List a project's sites.
#[utoipa::path(get, path = "/projects/{project}/sites", tag = "projects",
    params(("project" = String, Path), PageQuery),
    responses((status = 200, body = Page<Site>), (status = "default", body = Problem)))]
async fn get_sites(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<Site>>> {
    let scope = project::scope(&app, None, Some(id)).await?;
    let permit = authorize(&app, &actor, Action::ProjectRead, scope).await?;
    Ok(Json(project::sites(&app, permit, id, &query).await?))
}

/// Make a group of devices.
#[utoipa::path(post, path = "/projects/{project}/groups", tag = "projects",
    params(("project" = String, Path)), request_body = NewGroup,
    responses((status = 201, body = Group), (status = "default", body = Problem)))]
async fn post_group(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Body(new): Body<NewGroup>,
) -> Answer<(StatusCode, Json<Group>)> {
    let scope = project::scope(&app, None, Some(id)).await?;
    // Below a group, the right over that group is enough; that it lies in this project is checked where it is stored.
    let place = match new.parent {
        Some(parent) => project::group::place_of(&app, project::group::scope_of(&app, parent).await?).await?,
        None => scope.into(),
    };
    let permit = authorize(&app, &actor, Action::GroupWrite, place).await?;
    Ok((StatusCode::CREATED, Json(project::group::create(&app, permit, id, new).await?)))
}

/// List a project's groups.
#[utoipa::path(get, path = "/projects/{project}/groups", tag = "projects",
    params(("project" = String, Path), PageQuery),
    responses((status = 200, body = Page<Group>), (status = "default", body = Problem)))]
async fn get_groups(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProjectId>,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<Group>>> {
    let scope = project::scope(&app, None, Some(id)).await?;
    let permit = authorize(&app, &actor, Action::ProjectRead, scope).await?;
    Ok(Json(project::group::list(&app, permit, id, &query).await?))
}
