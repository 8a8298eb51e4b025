//! `/api/v1/me`: one's own account.

use crate::App;
use crate::account::{cookies, join, own, profile, session, sign_in};
use crate::http::{Answer, Body, Me, Param, Query};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use fieldkeep_api::{
    Begun, CodeAnswer, EditProfile, NewAddress, NewPassword, OpenLink, Page, PageQuery, PasskeyAnswer,
    Problem, Profile, RecoveryCodes, Session, SignIn,
};
use fieldkeep_domain::{PasskeyId, SessionId};
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_me, put_me))
        .routes(routes!(get_sessions))
        .routes(routes!(post_end_session))
        .routes(routes!(post_end_all))
        .routes(routes!(get_sign_ins))
        .routes(routes!(post_passkey_begin))
        .routes(routes!(post_passkey))
        .routes(routes!(post_remove_passkey))
        .routes(routes!(post_password))
        .routes(routes!(post_totp_begin))
        .routes(routes!(post_totp))
        .routes(routes!(post_address_begin))
        .routes(routes!(post_address))
        .routes(routes!(post_recovery_codes))
        .routes(routes!(post_accept))
}

/// Who I am, and what I sign in with.
#[utoipa::path(get, path = "/me", tag = "me",
    responses((status = 200, body = Profile), (status = "default", body = Problem)))]
async fn get_me(State(app): State<Arc<App>>, Me(signed): Me) -> Answer<Json<Profile>> {
    Ok(Json(profile::me(&app, &signed).await?))
}

/// Change my name or language.
#[utoipa::path(put, path = "/me", tag = "me", request_body = EditProfile,
    responses((status = 200, body = Profile), (status = "default", body = Problem)))]
async fn put_me(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Body(new): Body<EditProfile>,
) -> Answer<Json<Profile>> {
    profile::edit_profile(&app, &signed, new).await?;
    Ok(Json(profile::me(&app, &signed).await?))
}

/// My sessions.
#[utoipa::path(get, path = "/me/sessions", tag = "me",
    responses((status = 200, body = Page<Session>), (status = "default", body = Problem)))]
async fn get_sessions(State(app): State<Arc<App>>, Me(signed): Me) -> Answer<Json<Page<Session>>> {
    let items = session::list(&app, signed.person, Some(signed.session)).await?;
    Ok(Json(Page { items, next: None }))
}

/// End one of my sessions.
#[utoipa::path(post, path = "/me/sessions/{session}/end", tag = "me", params(("session" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_end_session(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Param(id): Param<SessionId>,
) -> Answer<StatusCode> {
    profile::end_session(&app, &signed, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign out everywhere: end all of my sessions, this one too.
#[utoipa::path(post, path = "/me/sessions/end-all", tag = "me",
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_end_all(State(app): State<Arc<App>>, Me(signed): Me) -> Answer<Response> {
    profile::end_all_sessions(&app, &signed).await?;
    Ok((StatusCode::NO_CONTENT, axum::response::AppendHeaders([cookies::over()])).into_response())
}

/// My sign-ins, the newest first, failed ones too.
#[utoipa::path(get, path = "/me/sign-ins", tag = "me", params(PageQuery),
    responses((status = 200, body = Page<SignIn>), (status = "default", body = Problem)))]
async fn get_sign_ins(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<SignIn>>> {
    Ok(Json(sign_in::history(&app, signed.person, &query).await?))
}

/// Ask for one more passkey. Needs fresh presence.
#[utoipa::path(post, path = "/me/passkeys/begin", tag = "me",
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn post_passkey_begin(State(app): State<Arc<App>>, Me(signed): Me) -> Answer<Json<Begun>> {
    Ok(Json(own::begin_passkey(&app, &signed).await?))
}

/// Add a passkey. Needs fresh presence.
#[utoipa::path(post, path = "/me/passkeys", tag = "me", request_body = PasskeyAnswer,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_passkey(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Body(answer): Body<PasskeyAnswer>,
) -> Answer<StatusCode> {
    own::finish_passkey(&app, &signed, answer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a passkey of mine away. Needs fresh presence.
#[utoipa::path(post, path = "/me/passkeys/{passkey}/remove", tag = "me", params(("passkey" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_remove_passkey(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Param(id): Param<PasskeyId>,
) -> Answer<StatusCode> {
    own::remove_passkey(&app, &signed, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Set my password. Needs fresh presence.
#[utoipa::path(post, path = "/me/password", tag = "me", request_body = NewPassword,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_password(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Body(new): Body<NewPassword>,
) -> Answer<StatusCode> {
    own::set_password(&app, &signed, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show the secret of a new authenticator app. Needs fresh presence.
#[utoipa::path(post, path = "/me/totp/begin", tag = "me",
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn post_totp_begin(State(app): State<Arc<App>>, Me(signed): Me) -> Answer<Json<Begun>> {
    Ok(Json(own::begin_totp(&app, &signed).await?))
}

/// Take the app over with its first code. Needs fresh presence.
#[utoipa::path(post, path = "/me/totp", tag = "me", request_body = CodeAnswer,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_totp(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Body(answer): Body<CodeAnswer>,
) -> Answer<StatusCode> {
    own::finish_totp(&app, &signed, answer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a code to a telephone number, or to my own mailbox. Needs fresh presence.
#[utoipa::path(post, path = "/me/addresses/begin", tag = "me", request_body = NewAddress,
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn post_address_begin(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Body(new): Body<NewAddress>,
) -> Answer<Json<Begun>> {
    Ok(Json(own::begin_address(&app, &signed, new).await?))
}

/// Confirm it with the code: it is a second factor from now on. Needs fresh presence.
#[utoipa::path(post, path = "/me/addresses", tag = "me", request_body = CodeAnswer,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_address(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Body(answer): Body<CodeAnswer>,
) -> Answer<StatusCode> {
    own::finish_address(&app, &signed, answer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make new recovery codes; earlier ones stop working. Needs fresh presence.
#[utoipa::path(post, path = "/me/recovery-codes", tag = "me",
    responses((status = 200, body = RecoveryCodes), (status = "default", body = Problem)))]
async fn post_recovery_codes(State(app): State<Arc<App>>, Me(signed): Me) -> Answer<Json<RecoveryCodes>> {
    Ok(Json(own::recovery_codes(&app, &signed).await?))
}

/// Take up an invitation with the account that I have.
#[utoipa::path(post, path = "/me/invitations", tag = "me", request_body = OpenLink,
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_accept(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Body(given): Body<OpenLink>,
) -> Answer<StatusCode> {
    join::accept(&app, &signed, given).await?;
    Ok(StatusCode::NO_CONTENT)
}
