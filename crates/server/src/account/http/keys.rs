//! `/api/v1/keys`, `/api/v1/service-accounts`, `/oauth/token`.

use crate::access::{authorize_exactly, listing};
use crate::account::{keys, oauth};
use crate::http::{Answer, Body, Caller, Param, Query, small_body};
use crate::{App, Fault, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{
    AccessToken, Because, Key, KeyQuery, KeySecret, NewKey, NewServiceAccount, Page, PageQuery, Problem,
    RotateQuery, ServiceAccount,
};
use fieldkeep_domain::access::{Action, Actor, Permit};
use fieldkeep_domain::{AccountId, KeyId};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(post_key, get_keys))
        .routes(routes!(post_rotate))
        .routes(routes!(post_revoke))
        .routes(routes!(post_account, get_accounts))
        .routes(routes!(post_disable))
        .routes(routes!(post_enable))
}

/// Make a key for a program. Its secret is shown once.
#[utoipa::path(post, path = "/keys", tag = "keys", request_body = NewKey,
    responses((status = 201, body = KeySecret), (status = "default", body = Problem)))]
async fn post_key(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Body(new): Body<NewKey>,
) -> Answer<(StatusCode, Json<KeySecret>)> {
    let scope = project::part(&app, new.organization, new.project, new.group, new.device).await?;
    let place = project::group::place_of(&app, scope).await?;
    let content = serde_json::to_value(&new).map_err(Fault::internal)?;
    let permit = authorize_exactly(&app, &actor, Action::KeyWrite, place, content).await?;
    Ok((StatusCode::CREATED, Json(keys::create(&app, &actor, permit, scope, new).await?)))
}

/// List keys, without their secrets.
#[utoipa::path(get, path = "/keys", tag = "keys", params(KeyQuery),
    responses((status = 200, body = Page<Key>), (status = "default", body = Problem)))]
async fn get_keys(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<KeyQuery>,
) -> Answer<Json<Page<Key>>> {
    if query.organization.is_some() {
        let scope = project::scope(&app, query.organization, None).await?;
        if !actor.knows_of(&scope.into()) {
            return Err(Fault::not_found("organization").into());
        }
    }
    let listing = listing(&app, &actor, Action::KeyRead).await?;
    Ok(Json(keys::list(&app, listing, &query).await?))
}

async fn permit(app: &App, actor: &Actor, id: KeyId, what: &'static str) -> Result<Permit, Fault> {
    let place = project::group::place_of(app, keys::scope_of(app, id).await?).await?;
    let content = json!({"do": what, "key": id});
    authorize_exactly(app, actor, Action::KeyWrite, place.about(id.as_bytes()), content).await
}

/// Make a successor with the same rights; both work until the old one is revoked.
#[utoipa::path(post, path = "/keys/{key}/rotate", tag = "keys", params(("key" = String, Path), RotateQuery),
    responses((status = 201, body = KeySecret), (status = "default", body = Problem)))]
async fn post_rotate(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<KeyId>,
    Query(query): Query<RotateQuery>,
) -> Answer<(StatusCode, Json<KeySecret>)> {
    let permit = permit(&app, &actor, id, "rotate").await?;
    Ok((StatusCode::CREATED, Json(keys::rotate(&app, &actor, permit, id, &query).await?)))
}

/// Withdraw a key at once.
#[utoipa::path(post, path = "/keys/{key}/revoke", tag = "keys", params(("key" = String, Path)), request_body = Because,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_revoke(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<KeyId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    let permit = permit(&app, &actor, id, "revoke").await?;
    keys::revoke(&app, &actor, permit, id, because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a service account: a program with keys of its own.
#[utoipa::path(post, path = "/service-accounts", tag = "keys", request_body = NewServiceAccount,
    responses((status = 201, body = ServiceAccount), (status = "default", body = Problem)))]
async fn post_account(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Body(new): Body<NewServiceAccount>,
) -> Answer<(StatusCode, Json<ServiceAccount>)> {
    let scope = project::scope(&app, new.organization, None).await?;
    let content = json!({"do": "create", "service_account": new.name});
    let permit = authorize_exactly(&app, &actor, Action::KeyWrite, scope, content).await?;
    Ok((StatusCode::CREATED, Json(keys::create_account(&app, permit, new).await?)))
}

/// List service accounts.
#[utoipa::path(get, path = "/service-accounts", tag = "keys", params(PageQuery),
    responses((status = 200, body = Page<ServiceAccount>), (status = "default", body = Problem)))]
async fn get_accounts(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<ServiceAccount>>> {
    let listing = listing(&app, &actor, Action::KeyRead).await?;
    Ok(Json(keys::accounts(&app, listing, &query).await?))
}

async fn switch(
    app: &Arc<App>,
    actor: &Actor,
    id: AccountId,
    disable: bool,
    because: Because,
) -> Answer<StatusCode> {
    let scope = keys::scope_of_account(app, id).await?;
    let content = json!({"do": if disable { "disable" } else { "enable" }, "service_account": id});
    let permit = authorize_exactly(app, actor, Action::KeyWrite, scope, content).await?;
    keys::switch_account(app, actor, permit, id, disable, because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shut a service account out with all its keys.
#[utoipa::path(post, path = "/service-accounts/{account}/disable", tag = "keys",
    params(("account" = String, Path)), request_body = Because,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_disable(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<AccountId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    switch(&app, &actor, id, true, because).await
}

/// Let a service account in again, with the keys that still stand.
#[utoipa::path(post, path = "/service-accounts/{account}/enable", tag = "keys",
    params(("account" = String, Path)), request_body = Because,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_enable(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<AccountId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    switch(&app, &actor, id, false, because).await
}

/// `POST /oauth/token`: a short token for a key (RFC 6749 §4.4). The body is a form, as the RFC says.
pub async fn post_token(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: axum::extract::Request,
) -> Answer<Json<AccessToken>> {
    let body = small_body(request, &["application/x-www-form-urlencoded"]).await;
    let body = body.map_err(|fault| fault.with("error", "invalid_request"))?;
    let form: oauth::TokenRequest = serde_urlencoded::from_bytes(&body)
        .map_err(|error| Fault::invalid(format!("form refused: {error}")).with("error", "invalid_request"))?;
    Ok(Json(oauth::token(&app, basic(&headers), form).await?))
}

/// The client's id and secret out of `Authorization: Basic`, each form-encoded first (RFC 6749 §2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, text) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let bytes = data_encoding::BASE64.decode(text.trim().as_bytes()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    // Ids and keys hold no character that the form encoding would change.
    scheme.eq_ignore_ascii_case("basic").then(|| (id.to_owned(), secret.to_owned()))
}
