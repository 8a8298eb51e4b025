//! The one place where a fault becomes an answer: a problem document (RFC 9457) with status, checks and request id.

use crate::fault::{Fault, Kind};
use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use fieldkeep_api::{CheckOutcome, Problem};
use fieldkeep_domain::RequestId;
use fieldkeep_domain::admission::{Outcome, outcomes};
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, StatusCode, header};
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tracing::Instrument;

/// What handlers give back.
pub type Answer<T> = Result<T, Rejection>;

/// A fault on its way out.
#[derive(Debug)]
pub struct Rejection(pub Fault);

impl<E: Into<Fault>> From<E> for Rejection {
    fn from(fault: E) -> Self {
        Self(fault.into())
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        // Rendered by `requests`, which knows the request's id.
        let mut response = status(self.0.kind).into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

/// Kind → status: the closed table.
pub fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Misdirected => StatusCode::MISDIRECTED_REQUEST,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable | Kind::Elsewhere => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The status that a fault is answered with.
pub fn status_of(fault: &Fault) -> u16 {
    status(fault.kind).as_u16()
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "invalid",
        Kind::Unauthenticated => "unauthenticated",
        Kind::Forbidden => "forbidden",
        Kind::NotFound => "not-found",
        Kind::MethodNotAllowed => "method-not-allowed",
        Kind::Conflict => "conflict",
        Kind::TooSlow => "too-slow",
        Kind::TooLarge => "too-large",
        Kind::Unsupported => "unsupported-media-type",
        Kind::Misdirected => "misdirected",
        Kind::TooMany => "too-many-requests",
        Kind::Unavailable | Kind::Elsewhere => "unavailable",
        Kind::Internal => "internal",
    }
}

/// On every answer. Pages may run our own scripts and nothing else, and nobody may frame them.
const HEADERS: [(HeaderName, &str); 8] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), geolocation=(self), publickey-credentials-get=(self), \
         publickey-credentials-create=(self), microphone=(), payment=(), usb=()",
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html sw",
    ),
];

/// Gives each request its id, and each fault its document and its line in the log.
pub async fn requests(request: Request, next: Next) -> Response {
    let id = RequestId::from_random(fieldkeep_trust::random());
    let span =
        tracing::info_span!("http.request", %id, method = %request.method(), path = request.uri().path());
    // A panic is our fault and answered like any other: it must not take the connection's other requests with it.
    let run = AssertUnwindSafe(next.run(request).instrument(span.clone())).catch_unwind().await;
    let mut response = run.unwrap_or_else(|panic| Rejection(panicked(panic.as_ref())).into_response());
    if let Some(fault) = response.extensions_mut().remove::<Arc<Fault>>() {
        span.in_scope(|| log(&fault));
        // A fault may still take a cookie away.
        let cookies: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
        response = render(&fault, id);
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert("x-request-id", value);
    }
    for (name, value) in HEADERS {
        // A file of the console says itself how long it may be kept.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn panicked(panic: &(dyn Any + Send)) -> Fault {
    let what = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    Fault::internal(format!("panicked: {}", what.unwrap_or("without words")))
}

/// Our fault is an error, theirs a warning.
fn log(fault: &Fault) {
    let inside = fault.inside.as_ref().map(|error| chain(error.as_ref())).unwrap_or_default();
    let kind = name(fault.kind);
    match fault.kind {
        Kind::Unavailable | Kind::Internal => tracing::error!(kind, inside, "{}", fault.text),
        _ => tracing::warn!(kind, inside, check = fault.check.map(|check| check.name()), "{}", fault.text),
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

fn render(fault: &Fault, id: RequestId) -> Response {
    let status = status(fault.kind);
    let outcome = |outcome| match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::NotReached => "not-reached",
    };
    let checks = fault.check.into_iter().flat_map(outcomes).map(|(check, how)| CheckOutcome {
        check: check.name().to_owned(),
        outcome: outcome(how).to_owned(),
    });
    let problem = Problem {
        kind: format!("/problems/{}", name(fault.kind)),
        title: status.canonical_reason().unwrap_or("error").to_owned(),
        status: status.as_u16(),
        detail: fault.text.clone(),
        request_id: id.to_string(),
        checks: checks.collect(),
        more: (*fault.more).clone(),
    };
    let mut response = (status, Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if fault.kind == Kind::Unauthenticated {
        // A client of /oauth/token is told how a client may authenticate (RFC 6749 §5.2).
        let is_client = fault.more.get("error").is_some_and(|error| error == "invalid_client");
        let scheme = if is_client { "Basic realm=\"fieldkeep\"" } else { "Bearer" };
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    }
    if let Some(seconds) = fault.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_panic_is_answered() {
        async fn bad() -> &'static str {
            panic!("with `/secret/` in it")
        }
        let router = Router::new().route("/", get(bad)).layer(from_fn(requests));
        let answer = router.oneshot(Request::builder().uri("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.headers().contains_key("x-request-id"));
        let body = axum::body::to_bytes(answer.into_body(), 4096).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
    }
}
