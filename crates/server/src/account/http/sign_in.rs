//! `/api/v1/sign-in`, `/api/v1/join`: for people who are not signed in. `/api/v1/sign-out` and step-up for those who are.

use crate::App;
use crate::account::session::Fresh;
use crate::account::sign_in::{Visitor, Welcome};
use crate::account::{cookies, join, presence, profile, sign_in};
use crate::http::{Answer, Body, Me};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use fieldkeep_api::{
    Begun, CodeAnswer, JoinPasskey, JoinPassword, OpenLink, Opened, PasskeyAnswer, PasswordSignIn, Problem,
    SendCode, SignedIn, StepUpWish,
};
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(post_passkey_begin))
        .routes(routes!(post_passkey))
        .routes(routes!(post_password))
        .routes(routes!(post_send))
        .routes(routes!(post_code))
        .routes(routes!(post_join))
        .routes(routes!(post_join_passkey_begin))
        .routes(routes!(post_join_passkey))
        .routes(routes!(post_join_password))
        .routes(routes!(post_join_confirm))
        .routes(routes!(post_sign_out))
        .routes(routes!(post_step_up_begin))
        .routes(routes!(post_step_up))
        .routes(routes!(post_step_up_code_begin))
        .routes(routes!(post_step_up_code))
}

fn welcome(status: StatusCode, welcome: Welcome) -> Response {
    let session = cookies::session(&welcome.fresh.token);
    let browser = cookies::browser(&welcome.device);
    (status, axum::response::AppendHeaders([session, browser]), Json(welcome.fresh.signed_in)).into_response()
}

fn strengthened(fresh: Fresh) -> Response {
    (axum::response::AppendHeaders([cookies::session(&fresh.token)]), Json(fresh.signed_in)).into_response()
}

/// Ask for a passkey: the person chooses one in the browser, no address is needed.
#[utoipa::path(post, path = "/sign-in/passkey/begin", tag = "sign-in",
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn post_passkey_begin(State(app): State<Arc<App>>, visitor: Visitor) -> Answer<Json<Begun>> {
    Ok(Json(sign_in::begin_passkey(&app, &visitor)?))
}

/// Sign in with a passkey.
#[utoipa::path(post, path = "/sign-in/passkey", tag = "sign-in", request_body = PasskeyAnswer,
    responses((status = 200, body = SignedIn), (status = "default", body = Problem)))]
async fn post_passkey(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Body(answer): Body<PasskeyAnswer>,
) -> Answer<Response> {
    Ok(welcome(StatusCode::OK, sign_in::finish_passkey(&app, &visitor, answer).await?))
}

/// Begin with address and password; a second factor follows.
#[utoipa::path(post, path = "/sign-in/password", tag = "sign-in", request_body = PasswordSignIn,
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn post_password(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Body(given): Body<PasswordSignIn>,
) -> Answer<Json<Begun>> {
    Ok(Json(sign_in::password(&app, &visitor, given).await?))
}

/// Have a one-time code sent, after the password was right.
#[utoipa::path(post, path = "/sign-in/send", tag = "sign-in", request_body = SendCode,
    responses((status = 202), (status = "default", body = Problem)))]
async fn post_send(State(app): State<Arc<App>>, Body(wish): Body<SendCode>) -> Answer<StatusCode> {
    sign_in::send_code(&app, wish).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sign in with the code of a second factor.
#[utoipa::path(post, path = "/sign-in/code", tag = "sign-in", request_body = CodeAnswer,
    responses((status = 200, body = SignedIn), (status = "default", body = Problem)))]
async fn post_code(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Body(answer): Body<CodeAnswer>,
) -> Answer<Response> {
    Ok(welcome(StatusCode::OK, sign_in::code(&app, &visitor, answer).await?))
}

/// Open a one-time link: an invitation or a reset.
#[utoipa::path(post, path = "/join", tag = "sign-in", request_body = OpenLink,
    responses((status = 200, body = Opened), (status = "default", body = Problem)))]
async fn post_join(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Body(given): Body<OpenLink>,
) -> Answer<Json<Opened>> {
    Ok(Json(join::open(&app, &visitor, given).await?))
}

/// Ask for the passkey of a new account.
#[utoipa::path(post, path = "/join/passkey/begin", tag = "sign-in", request_body = JoinPasskey,
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn post_join_passkey_begin(
    State(app): State<Arc<App>>,
    Body(given): Body<JoinPasskey>,
) -> Answer<Json<Begun>> {
    Ok(Json(join::begin_passkey(&app, given).await?))
}

/// Join with a passkey: the account is made and signed in.
#[utoipa::path(post, path = "/join/passkey", tag = "sign-in", request_body = PasskeyAnswer,
    responses((status = 201, body = SignedIn), (status = "default", body = Problem)))]
async fn post_join_passkey(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Body(answer): Body<PasskeyAnswer>,
) -> Answer<Response> {
    Ok(welcome(StatusCode::CREATED, join::finish_passkey(&app, &visitor, answer).await?))
}

/// Choose a password and the factor beside it. 204: a reset is done, sign in with your second factor.
#[utoipa::path(post, path = "/join/password", tag = "sign-in", request_body = JoinPassword,
    responses((status = 200, body = Begun), (status = 204), (status = "default", body = Problem)))]
async fn post_join_password(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Body(given): Body<JoinPassword>,
) -> Answer<Response> {
    Ok(match join::begin_password(&app, &visitor, given).await? {
        (_, true) => StatusCode::NO_CONTENT.into_response(),
        (begun, false) => Json(begun).into_response(),
    })
}

/// Join with a password once the factor beside it works: the account is made and signed in.
#[utoipa::path(post, path = "/join/confirm", tag = "sign-in", request_body = CodeAnswer,
    responses((status = 201, body = SignedIn), (status = "default", body = Problem)))]
async fn post_join_confirm(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Body(answer): Body<CodeAnswer>,
) -> Answer<Response> {
    Ok(welcome(StatusCode::CREATED, join::finish_password(&app, &visitor, answer).await?))
}

/// End this session.
#[utoipa::path(post, path = "/sign-out", tag = "sign-in",
    responses((status = 204), (status = "default", body = Problem)))]
async fn post_sign_out(State(app): State<Arc<App>>, Me(signed): Me) -> Answer<Response> {
    profile::end_session(&app, &signed, signed.session).await?;
    Ok((StatusCode::NO_CONTENT, axum::response::AppendHeaders([cookies::over()])).into_response())
}

/// Ask for one's own passkey, to prove presence.
#[utoipa::path(post, path = "/step-up/passkey/begin", tag = "sign-in",
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn post_step_up_begin(State(app): State<Arc<App>>, Me(signed): Me) -> Answer<Json<Begun>> {
    Ok(Json(presence::begin_step_up(&app, &signed).await?))
}

/// Prove presence with a passkey. The session's cookie is replaced.
#[utoipa::path(post, path = "/step-up/passkey", tag = "sign-in", request_body = PasskeyAnswer,
    responses((status = 200, body = SignedIn), (status = "default", body = Problem)))]
async fn post_step_up(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    visitor: Visitor,
    Body(answer): Body<PasskeyAnswer>,
) -> Answer<Response> {
    Ok(strengthened(presence::finish_step_up(&app, signed, visitor.browser, answer).await?))
}

/// Begin to prove presence with a code; with `factor` sms or mail it is sent.
#[utoipa::path(post, path = "/step-up/code/begin", tag = "sign-in", request_body = StepUpWish,
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn post_step_up_code_begin(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    Body(wish): Body<StepUpWish>,
) -> Answer<Json<Begun>> {
    Ok(Json(presence::begin_step_up_code(&app, &signed, wish.factor).await?))
}

/// Prove presence with a code. The session's cookie is replaced.
#[utoipa::path(post, path = "/step-up/code", tag = "sign-in", request_body = CodeAnswer,
    responses((status = 200, body = SignedIn), (status = "default", body = Problem)))]
async fn post_step_up_code(
    State(app): State<Arc<App>>,
    Me(signed): Me,
    visitor: Visitor,
    Body(answer): Body<CodeAnswer>,
) -> Answer<Response> {
    Ok(strengthened(presence::finish_step_up_code(&app, signed, visitor.browser, answer).await?))
}
