//! Identity providers: their administration, the way to them, and `/oidc/callback`, where their answers land.
//!
//! Never: a page with a script, or a cookie of a session before the answer is proven.

use crate::access::{authorize, authorize_exactly};
use crate::account::cookies;
use crate::account::oidc::{self, Answer as Landing, Begun, Landed};
use crate::account::sign_in::Visitor;
use crate::http::{Answer, Body, Caller, Me, Param, Query, Rejection};
use crate::{App, project};
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use fieldkeep_api::{JoinProvider, NewProvider, Page, Problem, Provider, ProviderBegun, ProviderWish};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::{Hash, OrganizationId, ProviderId};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(post_provider, get_providers))
        .routes(routes!(post_remove))
        .routes(routes!(post_sign_in))
        .routes(routes!(post_join))
        .routes(routes!(post_link))
        .routes(routes!(post_unlink))
        .routes(routes!(post_step_up))
}

fn away(begun: Begun) -> Response {
    (AppendHeaders([cookies::provider(&begun.flow)]), Json(ProviderBegun { url: begun.url })).into_response()
}

/// Add an identity provider of an organization. Its client secret is never shown.
#[utoipa::path(post, path = "/organizations/{organization}/providers", tag = "providers",
    params(("organization" = String, Path)), request_body = NewProvider,
    responses((status = 201, body = Provider), (status = "default", body = Problem)))]
async fn post_provider(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(organization): Param<OrganizationId>,
    Body(new): Body<NewProvider>,
) -> Answer<(StatusCode, Json<Provider>)> {
    let scope = project::scope(&app, Some(organization), None).await?;
    // Without its secret.
    let content = json!({"provider": new.name, "issuer": new.issuer, "client_id": new.client_id});
    let permit = authorize_exactly(&app, &actor, Action::PolicyWrite, scope, content).await?;
    Ok((StatusCode::CREATED, Json(oidc::create(&app, permit, organization, new).await?)))
}

/// List an organization's identity providers, without their secrets.
#[utoipa::path(get, path = "/organizations/{organization}/providers", tag = "providers",
    params(("organization" = String, Path)),
    responses((status = 200, body = Page<Provider>), (status = "default", body = Problem)))]
async fn get_providers(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(organization): Param<OrganizationId>,
) -> Answer<Json<Page<Provider>>> {
    let scope = project::scope(&app, Some(organization), None).await?;
    let permit = authorize(&app, &actor, Action::PolicyRead, scope).await?;
    Ok(Json(oidc::list(&app, permit, organization).await?))
}

/// Remove an identity provider. Nobody signs in through it any more.
#[utoipa::path(post, path = "/providers/{provider}/remove", tag = "providers",
    params(("provider" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_remove(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<ProviderId>,
) -> Answer<StatusCode> {
    let scope = oidc::scope_of(&app, id).await?;
    let permit =
        authorize_exactly(&app, &actor, Action::PolicyWrite, scope, json!({"remove_provider": id})).await?;
    oidc::remove(&app, permit, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begin to sign in through an identity provider: send the browser to `url`.
#[utoipa::path(post, path = "/sign-in/oidc/{provider}/begin", tag = "sign-in",
    params(("provider" = String, Path)),
    responses((status = 200, body = ProviderBegun), (status = "default", body = Problem)))]
async fn post_sign_in(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Param(id): Param<ProviderId>,
) -> Answer<Response> {
    Ok(away(oidc::begin_sign_in(&app, &visitor, id).await?))
}

/// Begin to take an invitation up through an identity provider of the organization that invites.
#[utoipa::path(post, path = "/join/oidc/begin", tag = "sign-in", request_body = JoinProvider,
    responses((status = 200, body = ProviderBegun), (status = "default", body = Problem)))]
async fn post_join(State(app): State<Arc<App>>, Body(given): Body<JoinProvider>) -> Answer<Response> {
    Ok(away(oidc::begin_join(&app, given).await?))
}

/// Begin to link who I am at an identity provider. Needs fresh presence.
#[utoipa::path(post, path = "/me/identities/begin", tag = "me", request_body = ProviderWish,
    responses((status = 200, body = ProviderBegun), (status = "default", body = Problem)))]
async fn post_link(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Body(wish): Body<ProviderWish>,
) -> Answer<Response> {
    Ok(away(oidc::begin_link(&app, &signed, wish.provider).await?))
}

/// Unlink who I am at an identity provider. Needs fresh presence.
#[utoipa::path(post, path = "/me/identities/{identity}/remove", tag = "me",
    params(("identity" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_unlink(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Param(identity): Param<Hash>,
) -> Answer<StatusCode> {
    oidc::remove_identity(&app, &signed, identity).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begin to prove presence by signing in anew at an identity provider, for who has neither passkey nor code.
#[utoipa::path(post, path = "/step-up/oidc/begin", tag = "sign-in", request_body = ProviderWish,
    responses((status = 200, body = ProviderBegun), (status = "default", body = Problem)))]
async fn post_step_up(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Body(wish): Body<ProviderWish>,
) -> Answer<Response> {
    Ok(away(oidc::begin_step_up(&app, &signed, wish.provider).await?))
}

/// The session's cookie is for requests of our own pages alone, and this one came from the provider's: a page of ours
/// goes on. No script, so that nothing about it asks for an exception.
const ONWARD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Fieldkeep</title>\
    <meta http-equiv=\"refresh\" content=\"0; url=/\"><p><a href=\"/\">Continue</a></p></html>";

/// `/oidc/callback`: what a provider sends back through the browser. The way back is closed behind it.
pub async fn get_callback(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(answer): Query<Landing>,
) -> Response {
    let flow = cookies::find(&headers, cookies::PROVIDER);
    let over = cookies::provider_over();
    match oidc::land(&app, &visitor, flow, answer).await {
        Ok(Landed::Welcome(welcome)) => {
            let session = cookies::session(&welcome.fresh.token);
            let browser = cookies::browser(&welcome.device);
            (AppendHeaders([over, session, browser]), Html(ONWARD)).into_response()
        }
        Ok(Landed::Fresh(fresh)) => {
            (AppendHeaders([over, cookies::session(&fresh.token)]), Html(ONWARD)).into_response()
        }
        Ok(Landed::Linked) => (AppendHeaders([over]), Html(ONWARD)).into_response(),
        Err(fault) => (AppendHeaders([over]), Rejection(fault)).into_response(),
    }
}
