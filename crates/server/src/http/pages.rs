//! The console's files: built by `web/`, embedded in a release, read from disk in a development build.
//!
//! Never: a file that the build did not make, or a page in place of an answer that a program asked for.

use super::problem::Answer;
use crate::Fault;
use crate::fault::Kind;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist/"]
#[allow_missing = true]
struct Files;

/// Names that begin like these are asked for by programs: what is not there is a problem document.
const PROGRAMS: [&str; 4] = ["api/", "oauth/", "oidc/", "crl/"];

/// Whatever no route answers: a file, or the page, which finds out itself what its address means.
pub async fn page(request: Request) -> Answer<Response> {
    let path = request.uri().path().trim_start_matches('/');
    if PROGRAMS.iter().any(|start| path.starts_with(start)) {
        return Err(Fault::not_found("route").into());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Fault::new(Kind::MethodNotAllowed, "this path does not know the method").into());
    }
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let name = if is_file { path } else { "index.html" };
    let compressed = accepts_brotli(request.headers()).then(|| Files::get(&format!("{name}.br"))).flatten();
    let (file, encoding) = match compressed {
        Some(file) => (Some(file), Some("br")),
        None => (Files::get(name), None),
    };
    match file {
        Some(file) => Ok(answer(name, &file, encoding, request.headers())),
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

fn answer(name: &str, file: &EmbeddedFile, encoding: Option<&str>, asked: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&file.metadata.sha256_hash()[..16]));
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == etag.as_bytes());
    let mut response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => file.data.clone().into_owned().into_response(),
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

    #[tokio::test]
    async fn what_programs_ask_for_is_never_a_page() {
        let ask = |method: &'static str, path: &'static str| {
            page(Request::builder().method(method).uri(path).body(axum::body::Body::empty()).unwrap())
        };
        assert_eq!(ask("GET", "/api/v1/nothing").await.unwrap_err().0.kind, Kind::NotFound);
        assert_eq!(ask("POST", "/fleet").await.unwrap_err().0.kind, Kind::MethodNotAllowed);
        for path in ["/assets/none.js", "/../Cargo.toml", "/assets/../../package.json"] {
            assert_eq!(ask("GET", path).await.unwrap_err().0.kind, Kind::NotFound, "{path}");
        }
        assert!(ask("GET", "/fleet").await.is_ok());
    }
}
