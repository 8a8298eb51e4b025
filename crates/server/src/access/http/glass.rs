//! `/api/v1/glass`.

use crate::access::{authorize, glass};
use crate::http::{Answer, Body, Caller, Param, Query};
use crate::{App, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Because, Glass, NewGlass, Page, PageQuery, Problem};
use fieldkeep_domain::GlassId;
use fieldkeep_domain::access::Action;
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(post_glass, get_glass))
        .routes(routes!(post_confirm))
        .routes(routes!(post_end))
}

/// Open the glass, as the first custodian. A second one has ten minutes to confirm.
#[utoipa::path(post, path = "/glass", tag = "glass", request_body = NewGlass,
    responses((status = 201, body = Glass), (status = "default", body = Problem)))]
async fn post_glass(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Body(new): Body<NewGlass>,
) -> Answer<(StatusCode, Json<Glass>)> {
    let scope = project::scope(&app, new.organization, None).await?;
    let permit = authorize(&app, &actor, Action::GlassBreak, scope).await?;
    Ok((StatusCode::CREATED, Json(glass::open(&app, permit, new.organization, new.reason).await?)))
}

/// List emergencies, past and present.
#[utoipa::path(get, path = "/glass", tag = "glass", params(PageQuery),
    responses((status = 200, body = Page<Glass>), (status = "default", body = Problem)))]
async fn get_glass(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<Glass>>> {
    Ok(Json(glass::list(&app, &actor, &query).await?))
}

/// Confirm, as the second custodian: both own the scope for an hour, and its owners and administrators are told.
#[utoipa::path(post, path = "/glass/{glass}/confirm", tag = "glass", params(("glass" = String, Path)),
    responses((status = 200, body = Glass), (status = "default", body = Problem)))]
async fn post_confirm(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<GlassId>,
) -> Answer<Json<Glass>> {
    let scope = glass::scope_of(&app, id).await?;
    let permit = authorize(&app, &actor, Action::GlassBreak, scope).await?;
    Ok(Json(glass::confirm(&app, permit, id).await?))
}

/// End it early.
#[utoipa::path(post, path = "/glass/{glass}/end", tag = "glass", params(("glass" = String, Path)),
    request_body = Because, responses((status = 204), (status = "default", body = Problem)))]
async fn post_end(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<GlassId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    glass::end(&app, &actor, id, because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
