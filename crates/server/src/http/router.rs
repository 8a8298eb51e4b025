//! The two routers: people and programs on one name, devices on the other.

use super::extract::read_body;
use super::problem::{Answer, requests};
use crate::fault::{Fault, Kind};
use crate::limits::SMALL_BODY_BYTES_MAX;
use crate::{
    App, access, account, admission, audit, dashboard, fleet, health, identity, live, notify, project,
    quarantine, registry, setup, simulated, telemetry, work,
};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, Method, header};
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Fieldkeep",
        description = "The API of people's programs: `Authorization: Bearer fk_svc_…`."
    ),
    components(schemas(fieldkeep_api::Problem))
)]
struct Contract;

fn contract() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Contract::openapi()).nest(
        "/api/v1",
        OpenApiRouter::new()
            .merge(project::http::routes())
            .merge(registry::http::routes())
            .merge(account::http::routes())
            .merge(access::http::routes())
            .merge(telemetry::http::routes())
            .merge(quarantine::http::routes())
            .merge(fleet::http::routes())
            .merge(live::http::routes())
            .merge(notify::http::routes())
            .merge(audit::http::routes())
            .merge(identity::http::routes())
            .merge(health::http::routes())
            .merge(dashboard::http::routes())
            .merge(work::http::routes())
            .merge(setup::http::routes())
            .merge(simulated::http::routes()),
    )
}

/// The contract as OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    contract().into_openapi()
}

/// The router of people and programs.
pub fn people(app: Arc<App>) -> Router {
    let (router, api) = contract().split_for_parts();
    let api = bytes::Bytes::from(api.to_json().unwrap_or_default());
    let router = router
        .route(
            "/api/v1/openapi.json",
            get(move || async move { ([(header::CONTENT_TYPE, "application/json")], api) }),
        )
        .route("/oauth/token", post(account::http::post_token))
        .route("/oidc/callback", get(account::http::get_callback))
        .route("/crl/{organization}", get(identity::http::get_crl))
        .route("/root.pem", get(identity::http::get_root));
    let name = app.config.server.people_name.clone();
    let is_localhost = name == "localhost";
    finish(router.fallback(super::pages::page), name)
        .layer(from_fn(small_bodies_first))
        .layer(from_fn_with_state(app.clone(), same_origin))
        .layer(from_fn(requests))
        .layer(map_response(move |mut response: Response| async move {
            // Kept by a browser for every port of the name: other programs of the machine would be gone with it.
            if is_localhost {
                response.headers_mut().remove(header::STRICT_TRANSPORT_SECURITY);
            }
            response
        }))
        .with_state(app)
}

/// Requests that change something come from our own pages or from no page at all (OWASP: fetch metadata, then origin).
/// A browser that sends a cookie says where the request comes from; one that does not say is not believed.
async fn same_origin(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    if safe || from_own_page(&app, request.headers()) {
        return next.run(request).await;
    }
    let text = "this request comes from another site's page, or does not say from which; nothing was done";
    super::Rejection(Fault::new(Kind::Forbidden, text).with("check", "same-origin")).into_response()
}

fn from_own_page(app: &App, headers: &HeaderMap) -> bool {
    // Two of a header, or one that cannot be read, say nothing good.
    let one = |name: &str| {
        let mut values = headers.get_all(name).into_iter();
        let first = values.next().map(|value| value.to_str().unwrap_or("unreadable"));
        if values.next().is_some() { Some("several") } else { first }
    };
    match (one("sec-fetch-site"), one("origin")) {
        (Some(site), None) => site == "same-origin",
        (site, Some(origin)) => site.is_none_or(|site| site == "same-origin") && app.is_own_origin(origin),
        (None, None) => !headers.contains_key(header::COOKIE),
    }
}

/// Takes a small body off the stream before anybody refuses the request: some clients lose an answer that comes while
/// they are still sending (HTTP/2 resets the stream). Nobody reads it before the caller is known.
async fn small_bodies_first(request: Request, next: Next) -> Response {
    let length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let (parts, body) = request.into_parts();
    let body = match length {
        Some(1..=SMALL_BODY_BYTES_MAX) => match read_body(Request::new(body), SMALL_BODY_BYTES_MAX).await {
            Ok(taken) => taken.into(),
            Err(fault) => return super::Rejection(fault).into_response(),
        },
        _ => body,
    };
    next.run(Request::from_parts(parts, body)).await
}

/// The router of devices.
pub fn devices(app: Arc<App>) -> Router {
    let router = Router::new()
        .route("/v1/hello", get(registry::http::get_hello))
        .route("/v1/claim", get(registry::http::get_claim).post(registry::http::post_claim_answer))
        .route("/v1/key", post(identity::http::post_key))
        .route("/v1/token", post(identity::http::post_token))
        .route("/v1/batches", post(admission::http::post_batch))
        .route("/v1/head", post(admission::http::post_head))
        .route("/v1/config", get(admission::http::get_config))
        .route("/v1/time", get(admission::http::get_time))
        .route("/.well-known/est/cacerts", get(identity::http::get_cacerts))
        .route("/.well-known/est/csrattrs", get(identity::http::get_csrattrs))
        .route("/.well-known/est/simpleenroll", post(identity::http::post_enroll))
        .route("/.well-known/est/simplereenroll", post(identity::http::post_reenroll))
        .fallback(|| async { Answer::<()>::Err(Fault::not_found("route").into()) });
    let name = app.config.server.devices_name.clone();
    finish(router, name).layer(from_fn(requests)).with_state(app)
}

fn finish(router: Router<Arc<App>>, name: String) -> Router<Arc<App>> {
    router
        .method_not_allowed_fallback(|| async {
            let text = "this path does not know the method";
            Answer::<()>::Err(Fault::new(Kind::MethodNotAllowed, text).into())
        })
        .layer(from_fn_with_state(Arc::<str>::from(name), right_name))
}

/// The router was chosen by SNI; a request that names another host is misdirected.
async fn right_name(State(name): State<Arc<str>>, request: Request, next: Next) -> Response {
    let host = match request.uri().authority() {
        Some(authority) => Some(authority.host().to_owned()),
        None => request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).map(|host| {
            host.rsplit_once(':')
                .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
                .map_or(host, |(host, _)| host)
                .to_owned()
        }),
    };
    match host {
        Some(host) if host.eq_ignore_ascii_case(&name) => next.run(request).await,
        _ => {
            let text = "the host in the request is not the name of this connection (SNI)";
            super::Rejection(Fault::new(Kind::Misdirected, text)).into_response()
        }
    }
}
