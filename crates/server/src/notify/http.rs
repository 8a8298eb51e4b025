//! `/api/v1/outbox` and `/api/v1/webhooks`: what is on its way out, and who is told outside.

use super::{
    create_webhook, letter_scope, outbox, remove_webhook, retry, test_webhook, webhook_scope, webhooks,
};
use crate::access::{authorize, listing};
use crate::http::{Answer, Body, Caller, Param, Query};
use crate::{App, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Letter, NewWebhook, OutboxQuery, Page, Problem, Webhook, WebhookSecret};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::{LetterId, OrganizationId, WebhookId};
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_outbox))
        .routes(routes!(post_retry))
        .routes(routes!(post_webhook, get_webhooks))
        .routes(routes!(post_remove))
        .routes(routes!(post_test))
}

/// List messages on their way out, without what they say.
#[utoipa::path(get, path = "/outbox", tag = "outbox", params(OutboxQuery),
    responses((status = 200, body = Page<Letter>), (status = "default", body = Problem)))]
async fn get_outbox(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<OutboxQuery>,
) -> Answer<Json<Page<Letter>>> {
    let listing = listing(&app, &actor, Action::NotifyRead).await?;
    Ok(Json(outbox(&app, listing, &query).await?))
}

/// Try a dead message again.
#[utoipa::path(post, path = "/outbox/{letter}/retry", tag = "outbox", params(("letter" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_retry(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<LetterId>,
) -> Answer<StatusCode> {
    let permit = authorize(&app, &actor, Action::NotifyWrite, letter_scope(&app, id).await?).await?;
    retry(&app, permit, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a webhook. Its signing secret is shown once.
#[utoipa::path(post, path = "/organizations/{organization}/webhooks", tag = "webhooks",
    params(("organization" = String, Path)), request_body = NewWebhook,
    responses((status = 201, body = WebhookSecret), (status = "default", body = Problem)))]
async fn post_webhook(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(organization): Param<OrganizationId>,
    Body(new): Body<NewWebhook>,
) -> Answer<(StatusCode, Json<WebhookSecret>)> {
    let scope = project::scope(&app, Some(organization), None).await?;
    let permit = authorize(&app, &actor, Action::NotifyWrite, scope).await?;
    Ok((StatusCode::CREATED, Json(create_webhook(&app, permit, organization, new).await?)))
}

/// List an organization's webhooks, without their secrets.
#[utoipa::path(get, path = "/organizations/{organization}/webhooks", tag = "webhooks",
    params(("organization" = String, Path)),
    responses((status = 200, body = Page<Webhook>), (status = "default", body = Problem)))]
async fn get_webhooks(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(organization): Param<OrganizationId>,
) -> Answer<Json<Page<Webhook>>> {
    let scope = project::scope(&app, Some(organization), None).await?;
    let permit = authorize(&app, &actor, Action::NotifyRead, scope).await?;
    Ok(Json(webhooks(&app, permit, organization).await?))
}

/// Remove a webhook.
#[utoipa::path(post, path = "/webhooks/{webhook}/remove", tag = "webhooks", params(("webhook" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_remove(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<WebhookId>,
) -> Answer<StatusCode> {
    let permit = authorize(&app, &actor, Action::NotifyWrite, webhook_scope(&app, id).await?).await?;
    remove_webhook(&app, permit, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test message to a webhook. The answer names it in the outbox.
#[utoipa::path(post, path = "/webhooks/{webhook}/test", tag = "webhooks", params(("webhook" = String, Path)),
    responses((status = 202, body = Letter), (status = "default", body = Problem)))]
async fn post_test(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<WebhookId>,
) -> Answer<(StatusCode, Json<Letter>)> {
    let permit = authorize(&app, &actor, Action::NotifyWrite, webhook_scope(&app, id).await?).await?;
    Ok((StatusCode::ACCEPTED, Json(test_webhook(&app, permit, id).await?)))
}
