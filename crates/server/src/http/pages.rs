//! How the console's files are sent. Whoever starts the server has them.
//!
//! Never: a file that the build did not make, or a page in place of an answer that a program asked for.

use super::problem::Answer;
use crate::fault::Kind;
use crate::{App, Fault};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use std::borrow::Cow;
use std::sync::Arc;

/// What is in the file of a name, and its SHA-256.
pub type Files = fn(&str) -> Option<File>;
type File = (Cow<'static, [u8]>, [u8; 32]);

/// Names that begin like these are asked for by programs: what is not there is a problem document.
const PROGRAMS: [&str; 4] = ["api/", "oauth/", "oidc/", "crl/"];

/// Whatever no route answers: a file, or the page, which finds out itself what its address means.
pub async fn page(State(app): State<Arc<App>>, request: Request) -> Answer<Response> {
    respond(app.files(), &request)
}

fn respond(files: Files, request: &Request) -> Answer<Response> {
    let path = request.uri().path().trim_start_matches('/');
    if PROGRAMS.iter().any(|start| path.starts_with(start)) {
        return Err(Fault::not_found("route").into());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Fault::new(Kind::MethodNotAllowed, "this path does not know the method").into());
    }
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let name = if is_file { path } else { "index.html" };
    let compressed = accepts_brotli(request.headers()).then(|| files(&format!("{name}.br"))).flatten();
    let (file, encoding) = match compressed {
        Some(file) => (Some(file), Some("br")),
        None => (files(name), None),
    };
    match file {
        Some(file) => Ok(answer(name, file, encoding, request.headers())),
        None if is_file => Err(Fault::not_found("file").into()),
        None => Ok(unbuilt()),
    }
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let all = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        parts.next() == Some("br") && !parts.any(|part| part == "q=0")
    })
}

fn answer(name: &str, (body, digest): File, encoding: Option<&str>, asked: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&digest[..16]));
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == etag.as_bytes());
    let mut response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => body.into_response(),
    };
    let headers = response.headers_mut();
    // Names of assets hold a hash of what is in them, so they never change.
    let kept = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    if encoding.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn unbuilt() -> Response {
    let page = "<!doctype html><html lang=en><meta charset=utf-8><title>Fieldkeep</title>\
        <h1>The console is not in this build</h1>\
        <p>The server works, and its API answers at /api/v1. To build the console: <code>cargo xtask web</code>, \
        then build the server again.</p></html>";
    (StatusCode::SERVICE_UNAVAILABLE, axum::response::Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_used_where_it_is_wanted() {
        let ask = |value: &'static str| {
            accepts_brotli(&HeaderMap::from_iter([(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static(value),
            )]))
        };
        assert!(ask("gzip, deflate, br, zstd") && ask("br;q=0.5"));
        assert!(!ask("gzip") && !ask("br;q=0") && !ask("brotli") && !accepts_brotli(&HeaderMap::new()));
    }

    #[test]
    fn what_programs_ask_for_is_never_a_page() {
        let files: Files =
            |name| (name == "index.html").then(|| (Cow::Borrowed(b"page".as_slice()), [7; 32]));
        let ask = |method: &'static str, path: &'static str| {
            respond(
                files,
                &Request::builder().method(method).uri(path).body(axum::body::Body::empty()).unwrap(),
            )
        };
        let refused = |method, path| ask(method, path).unwrap_err().0.kind;
        assert_eq!(refused("GET", "/api/v1/nothing"), Kind::NotFound);
        assert_eq!(refused("POST", "/fleet"), Kind::MethodNotAllowed);
        for path in ["/assets/none.js", "/../Cargo.toml", "/assets/../../package.json"] {
            assert_eq!(refused("GET", path), Kind::NotFound, "{path}");
        }
        let shown = ask("GET", "/fleet").unwrap();
        assert_eq!(shown.status(), StatusCode::OK);
        assert_eq!(shown.headers()[header::ETAG], format!("\"{}\"", "07".repeat(16)));
    }

    #[test]
    fn without_files_the_page_says_how_to_build_them() {
        let request = Request::builder().uri("/fleet").body(axum::body::Body::empty()).unwrap();
        assert_eq!(respond(|_| None, &request).unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
