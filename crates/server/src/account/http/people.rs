//! `/api/v1/people`, `/api/v1/invitations`: central administration.

use crate::access::{authorize, authorize_exactly, listing};
use crate::account::{invite, people};
use crate::http::{Answer, Body, Caller, Param, Query};
use crate::{App, Fault, project};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{
    Because, Invitation, InvitationLink, LostFactor, NewInvitation, Page, PageQuery, Person, PersonQuery,
    Problem, SignIn,
};
use fieldkeep_domain::access::{Action, Actor, Permit, Place};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{LinkId, OrganizationId, PersonId};
use http::StatusCode;
use serde_json::json;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_people))
        .routes(routes!(get_person))
        .routes(routes!(post_disable))
        .routes(routes!(post_enable))
        .routes(routes!(post_reset))
        .routes(routes!(post_remove_factor))
        .routes(routes!(get_sign_ins))
        .routes(routes!(post_invitation, get_invitations))
        .routes(routes!(post_revoke_invitation))
        .routes(routes!(post_disable_organization))
        .routes(routes!(post_enable_organization))
}

/// The verb is part of what a second person agrees to: shutting out and letting in are the same right.
async fn permit(
    app: &App,
    actor: &Actor,
    action: Action,
    id: PersonId,
    what: &'static str,
) -> Result<Permit, Fault> {
    let place = Place::from(people::scope_of(app, id).await?);
    let content = json!({"do": what, "person": id});
    authorize_exactly(app, actor, action, place.about(id.as_bytes()), content).await
}

/// List people.
#[utoipa::path(get, path = "/people", tag = "people", params(PersonQuery),
    responses((status = 200, body = Page<Person>), (status = "default", body = Problem)))]
async fn get_people(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<PersonQuery>,
) -> Answer<Json<Page<Person>>> {
    if query.organization.is_some() {
        let scope = project::scope(&app, query.organization, None).await?;
        authorize(&app, &actor, Action::PersonRead, scope).await?;
    }
    let listing = listing(&app, &actor, Action::PersonRead).await?;
    Ok(Json(people::list(&app, listing, &query).await?))
}

/// Show a person.
#[utoipa::path(get, path = "/people/{person}", tag = "people", params(("person" = String, Path)),
    responses((status = 200, body = Person), (status = "default", body = Problem)))]
async fn get_person(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<PersonId>,
) -> Answer<Json<Person>> {
    Ok(Json(people::show(&app, &actor, id).await?))
}

/// Shut a person out: sessions, keys that they made and links end at once.
#[utoipa::path(post, path = "/people/{person}/disable", tag = "people", params(("person" = String, Path)),
    request_body = Because, responses((status = 204), (status = "default", body = Problem)))]
async fn post_disable(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<PersonId>,
    Body(body): Body<Because>,
) -> Answer<StatusCode> {
    let permit = permit(&app, &actor, Action::PersonDisable, id, "disable").await?;
    people::disable(&app, &actor, permit, id, body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a person in again. Keys that they had made stay withdrawn.
#[utoipa::path(post, path = "/people/{person}/enable", tag = "people", params(("person" = String, Path)),
    request_body = Because, responses((status = 204), (status = "default", body = Problem)))]
async fn post_enable(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<PersonId>,
    Body(body): Body<Because>,
) -> Answer<StatusCode> {
    let permit = permit(&app, &actor, Action::PersonDisable, id, "enable").await?;
    people::enable(&app, &actor, permit, id, body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a one-time link for a new password to the person's own address; sessions end.
#[utoipa::path(post, path = "/people/{person}/reset", tag = "people", params(("person" = String, Path)),
    request_body = Because, responses((status = 204), (status = "default", body = Problem)))]
async fn post_reset(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<PersonId>,
    Body(body): Body<Because>,
) -> Answer<StatusCode> {
    let permit = permit(&app, &actor, Action::PersonReset, id, "reset").await?;
    people::reset(&app, &actor, permit, id, body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a lost factor off an account; its owner is told, sessions end.
#[utoipa::path(post, path = "/people/{person}/remove-factor", tag = "people", params(("person" = String, Path)),
    request_body = LostFactor, responses((status = 204), (status = "default", body = Problem)))]
async fn post_remove_factor(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<PersonId>,
    Body(body): Body<LostFactor>,
) -> Answer<StatusCode> {
    let permit = permit(&app, &actor, Action::PersonReset, id, "remove-factor").await?;
    people::remove_factor(&app, &actor, permit, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A person's sign-ins, the newest first, failed ones too.
#[utoipa::path(get, path = "/people/{person}/sign-ins", tag = "people",
    params(("person" = String, Path), PageQuery),
    responses((status = 200, body = Page<SignIn>), (status = "default", body = Problem)))]
async fn get_sign_ins(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<PersonId>,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<SignIn>>> {
    let permit = match permit(&app, &actor, Action::PersonRead, id, "sign-ins").await {
        Ok(permit) => permit,
        Err(fault) => {
            let scope = people::scope_of(&app, id).await?;
            return Err(people::unseen(&app, &actor, scope, fault).await.into());
        }
    };
    Ok(Json(people::sign_ins(&app, permit, id, &query).await?))
}

/// Invite somebody. The link is shown once, and sent where mail is set up.
#[utoipa::path(post, path = "/invitations", tag = "people", request_body = NewInvitation,
    responses((status = 201, body = InvitationLink), (status = "default", body = Problem)))]
async fn post_invitation(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Body(new): Body<NewInvitation>,
) -> Answer<(StatusCode, Json<InvitationLink>)> {
    let scope = project::scope(&app, new.organization, None).await?;
    let permit = authorize(&app, &actor, Action::PersonInvite, scope).await?;
    Ok((StatusCode::CREATED, Json(invite::invite(&app, &actor, permit, new).await?)))
}

/// List invitations, without their links.
#[utoipa::path(get, path = "/invitations", tag = "people", params(PageQuery),
    responses((status = 200, body = Page<Invitation>), (status = "default", body = Problem)))]
async fn get_invitations(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<Invitation>>> {
    let listing = listing(&app, &actor, Action::PersonRead).await?;
    Ok(Json(invite::list(&app, listing, &query).await?))
}

/// Withdraw an invitation.
#[utoipa::path(post, path = "/invitations/{invitation}/revoke", tag = "people",
    params(("invitation" = String, Path)), responses((status = 204), (status = "default", body = Problem)))]
async fn post_revoke_invitation(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<LinkId>,
) -> Answer<StatusCode> {
    let permit = authorize(&app, &actor, Action::PersonInvite, invite::scope_of(&app, id).await?).await?;
    invite::revoke(&app, permit, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn switch(
    app: &Arc<App>,
    actor: &Actor,
    id: OrganizationId,
    off: bool,
    body: Because,
) -> Answer<StatusCode> {
    let scope = project::scope(app, Some(id), None).await?;
    if !actor.knows_of(&scope.into()) {
        return Err(Fault::not_found("organization").into());
    }
    // A right over the deployment, not over the organization itself: its own people could not undo it.
    let permit = authorize(app, actor, Action::OrganizationDisable, Scope::Deployment).await?;
    people::switch_organization(app, actor, permit, id, off, body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shut an organization out: everybody who came with it, and every key and role inside it. Its devices go on measuring.
#[utoipa::path(post, path = "/organizations/{organization}/disable", tag = "organizations",
    params(("organization" = String, Path)), request_body = Because,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_disable_organization(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<OrganizationId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    switch(&app, &actor, id, true, because).await
}

/// Let an organization in again.
#[utoipa::path(post, path = "/organizations/{organization}/enable", tag = "organizations",
    params(("organization" = String, Path)), request_body = Because,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_enable_organization(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<OrganizationId>,
    Body(because): Body<Because>,
) -> Answer<StatusCode> {
    switch(&app, &actor, id, false, because).await
}
