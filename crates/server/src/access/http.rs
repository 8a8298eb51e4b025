//! `/api/v1/keys`.

use super::{authorize, create, list, revoke, rotate, scope_of};
use crate::http::{Answer, Body, Caller, Param, Query};
use crate::{App, Fault, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Because, Key, KeyQuery, KeySecret, NewKey, Page, Problem};
use fieldkeep_domain::KeyId;
use fieldkeep_domain::access::Action;
use fieldkeep_domain::project::Scope;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(post_key, get_keys))
        .routes(routes!(post_rotate))
        .routes(routes!(post_revoke))
}

/// Make a key for a program. Its secret is shown once.
#[utoipa::path(post, path = "/keys", tag = "keys", request_body = NewKey,
    responses((status = 201, body = KeySecret), (status = "default", body = Problem)))]
async fn post_key(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Body(new): Body<NewKey>,
) -> Answer<(http::StatusCode, Json<KeySecret>)> {
    let scope = project::scope(&app, new.organization, new.project).await?;
    let permit = authorize(&actor, Action::KeyWrite, scope)?;
    Ok((http::StatusCode::CREATED, Json(create(&app, permit, new).await?)))
}

/// List keys, without their secrets.
#[utoipa::path(get, path = "/keys", tag = "keys", params(KeyQuery),
    responses((status = 200, body = Page<Key>), (status = "default", body = Problem)))]
async fn get_keys(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<KeyQuery>,
) -> Answer<Json<Page<Key>>> {
    let scope = match query.organization {
        Some(organization) => project::scope(&app, Some(organization), None).await?,
        None => actor.scope,
    };
    let permit = authorize(&actor, Action::KeyRead, scope)?;
    Ok(Json(list(&app, permit, &query).await?))
}

async fn permit(
    app: &App,
    actor: &fieldkeep_domain::access::Actor,
    id: KeyId,
) -> Result<fieldkeep_domain::access::Permit, Fault> {
    let scope: Scope = scope_of(app, id).await?;
    authorize(actor, Action::KeyWrite, scope)
}

/// Make a successor with the same rights; both work until the old one is revoked.
#[utoipa::path(post, path = "/keys/{key}/rotate", tag = "keys", params(("key" = String, Path)),
    responses((status = 201, body = KeySecret), (status = "default", body = Problem)))]
async fn post_rotate(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<KeyId>,
) -> Answer<(http::StatusCode, Json<KeySecret>)> {
    let permit = permit(&app, &actor, id).await?;
    Ok((http::StatusCode::CREATED, Json(rotate(&app, permit, id).await?)))
}

/// Withdraw a key at once.
#[utoipa::path(post, path = "/keys/{key}/revoke", tag = "keys", params(("key" = String, Path)), request_body = Because,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_revoke(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<KeyId>,
    Body(because): Body<Because>,
) -> Answer<http::StatusCode> {
    let permit = permit(&app, &actor, id).await?;
    revoke(&app, permit, id, because.reason).await?;
    Ok(http::StatusCode::NO_CONTENT)
}
