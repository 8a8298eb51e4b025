//! What handlers take: the caller first, the body last, each bounded in bytes and time.

use super::connection::Connection;
use super::problem::Rejection;
use crate::account::session::{self, Signed};
use crate::account::sign_in::Visitor;
use crate::account::{self, Came, cookies};
use crate::fault::Kind;
use crate::limits::{
    API_BODY_BYTES_MAX, BODY_S_MAX, DRAIN_BYTES_MAX, IMPORT_BYTES_MAX, PAGE_DEFAULT, PAGE_MAX,
    SMALL_BODY_BYTES_MAX,
};
use crate::{App, Fault};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use bytes::{Bytes, BytesMut};
use fieldkeep_api::Page;
use fieldkeep_domain::access::Actor;
use fieldkeep_trust::secret::Secret;
use http::request::Parts;
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// The address at the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct RemoteAddress(pub IpAddr);

/// The door that a request came through. What does not say is TLS: the loopback door marks what it lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Plain HTTP on a loopback address.
    Loopback,
    /// TLS.
    Tls,
}

impl FromRequestParts<Arc<App>> for Door {
    type Rejection = Rejection;
    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self::Tls))
    }
}

/// The person or program behind the request. Take it first: nothing else of the request is read before it.
pub struct Caller(pub Actor);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Rejection;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Rejection> {
        let address = parts.extensions.get::<RemoteAddress>().map(|from| from.0);
        // A key is named on purpose, a cookie comes along by itself: where both come, the key counts.
        let actor = match (bearer(&parts.headers), cookies::find(&parts.headers, session::COOKIE)) {
            (None, Some(cookie)) => session::authenticate(app, cookie, address).await?.actor,
            (bearer, _) => account::authenticate(app, bearer, address).await?,
        };
        app.callers.take(actor.doer)?;
        Ok(Self(actor))
    }
}

/// Whoever asks for an answer that lasts: it is looked again and again whether they still may.
pub struct Follower {
    /// As they stand now.
    pub actor: Actor,
    /// How they came in.
    pub came: Came,
    /// From where.
    pub address: Option<IpAddr>,
}

impl FromRequestParts<Arc<App>> for Follower {
    type Rejection = Rejection;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Rejection> {
        let address = parts.extensions.get::<RemoteAddress>().map(|from| from.0);
        let (actor, came) = match (bearer(&parts.headers), cookies::find(&parts.headers, session::COOKIE)) {
            (None, Some(cookie)) => {
                let signed = session::authenticate(app, cookie, address).await?;
                (signed.actor, Came::Session(signed.session, signed.person))
            }
            (bearer, _) => {
                let actor = account::authenticate(app, bearer, address).await?;
                (actor, Came::Bearer(Secret::new(bearer.unwrap_or_default().as_bytes().to_vec())))
            }
        };
        app.callers.take(actor.doer)?;
        Ok(Self { actor, came, address })
    }
}

/// The person behind the request, in their session: no program has a profile.
pub struct Me(pub Signed);

impl FromRequestParts<Arc<App>> for Me {
    type Rejection = Rejection;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Rejection> {
        let address = parts.extensions.get::<RemoteAddress>().map(|from| from.0);
        let cookie = cookies::find(&parts.headers, session::COOKIE);
        let Some(cookie) = cookie.filter(|_| bearer(&parts.headers).is_none()) else {
            // Whoever shows a key is told that this is not for keys, and only if the key is one.
            account::authenticate(app, bearer(&parts.headers), address).await?;
            let text = "this is for people who are signed in; a program's key has no profile";
            return Err(Fault::new(Kind::Forbidden, text).into());
        };
        let signed = session::authenticate(app, cookie, address).await?;
        app.callers.take(signed.actor.doer)?;
        Ok(Self(signed))
    }
}

/// Somebody who is not known yet: where they are and what they sit at.
impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Rejection;
    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Rejection> {
        let address = parts.extensions.get::<RemoteAddress>().map(|from| from.0);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let device = cookies::find(&parts.headers, account::BROWSER_COOKIE).map(str::to_owned);
        Ok(Self { address, browser: session::Browser::of(address, agent), device })
    }
}

/// The device's connection.
pub struct Peer(pub Arc<Connection>);

impl FromRequestParts<Arc<App>> for Peer {
    type Rejection = Rejection;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Rejection> {
        let connection = parts.extensions.get::<Arc<Connection>>();
        let connection =
            connection.ok_or_else(|| Fault::internal("a device route without its connection"))?;
        app.devices.take(connection.name.device())?;
        Ok(Self(connection.clone()))
    }
}

/// A parsed part of the path. What cannot be an id names nothing: 404.
pub struct Param<T>(pub T);

impl<T: FromStr> FromRequestParts<Arc<App>> for Param<T> {
    type Rejection = Rejection;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Rejection> {
        let not_found = || Fault::not_found("path parameter");
        let Path(text) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| not_found())?;
        Ok(Self(text.parse().map_err(|_| not_found())?))
    }
}

/// The query; unknown members are refused.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Query<T> {
    type Rejection = Rejection;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Rejection> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        let axum::extract::Query(query) =
            query.map_err(|error| Fault::invalid(unreadable(&error.body_text())))?;
        Ok(Self(query))
    }
}

/// What a query's parser found, as the other refusals say it: which member, and what is expected.
fn unreadable(found: &str) -> String {
    let found = found.strip_prefix("Failed to deserialize query string: ").unwrap_or(found);
    // A member that is missing or unknown is told with its name before it, or without.
    let field = |text: &str| text.starts_with("missing field") || text.starts_with("unknown field");
    let found = found.split_once(": ").map_or(found, |(_, rest)| if field(rest) { rest } else { found });
    let quoted = |text: &str| text.split('`').nth(1).map(|name| name.chars().take(40).collect::<String>());
    if let (Some(name), true) = (quoted(found), found.starts_with("missing field")) {
        return format!("`{name}`: expected in the query");
    }
    if let (Some(name), true) = (quoted(found), found.starts_with("unknown field")) {
        let known = found.split_once("expected ").map_or("", |(_, known)| known);
        return format!("`{name}`: no member of this query: {known} expected");
    }
    match found.split_once(": ") {
        Some((name, why)) if why.contains("UUID") => {
            format!("`{name}`: an id such as 0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e expected")
        }
        Some((name, why)) => format!("`{name}`: {why}"),
        None => format!("query: {found}"),
    }
}

/// A JSON body of ordinary size.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Body<T> {
    type Rejection = Rejection;
    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Rejection> {
        Ok(Self(json(request, API_BODY_BYTES_MAX).await?))
    }
}

/// A JSON body that may be large: an import.
pub struct Large<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Large<T> {
    type Rejection = Rejection;
    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Rejection> {
        Ok(Self(json(request, IMPORT_BYTES_MAX).await?))
    }
}

async fn json<T: DeserializeOwned>(request: Request, max: usize) -> Result<T, Fault> {
    if content_type(request.headers()) != Some("application/json") {
        return Err(Fault::new(Kind::Unsupported, "Content-Type application/json expected"));
    }
    let body = read_body(request, max).await?;
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(Fault::invalid("JSON refused: an object expected, not a list"));
    }
    serde_json::from_slice(&body).map_err(|error| Fault::invalid(format!("JSON refused: {error}")))
}

/// A small JSON body of a device.
pub async fn small_json<T: DeserializeOwned>(request: Request) -> Result<T, Fault> {
    json(request, SMALL_BODY_BYTES_MAX).await
}

/// A small body of one of these content types.
pub async fn small_body(request: Request, types: &[&str]) -> Result<Bytes, Fault> {
    if !content_type(request.headers()).is_some_and(|found| types.contains(&found)) {
        return Err(Fault::new(Kind::Unsupported, format!("Content-Type {} expected", types.join(" or "))));
    }
    read_body(request, SMALL_BODY_BYTES_MAX).await
}

/// Reads a body within its bounds of bytes and time.
pub async fn read_body(request: Request, max: usize) -> Result<Bytes, Fault> {
    let read = collect(request.into_body(), max);
    tokio::time::timeout(Duration::from_secs(BODY_S_MAX), read).await.unwrap_or_else(|_| {
        let text = format!("the body took longer than {BODY_S_MAX} s; nothing was stored");
        Err(Fault::new(Kind::TooSlow, text))
    })
}

/// What is beyond the limit is thrown away unread, up to a second limit: a client that is still writing would see a
/// broken connection instead of the answer.
async fn collect(mut body: axum::body::Body, max: usize) -> Result<Bytes, Fault> {
    let mut out = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Fault::invalid("the body broke off; nothing was stored"))?;
        let Ok(data) = frame.into_data() else { continue };
        seen += data.len();
        if seen <= max {
            out.extend_from_slice(&data);
        } else if seen > max + DRAIN_BYTES_MAX {
            break;
        }
    }
    if seen > max {
        return Err(Fault::new(
            Kind::TooLarge,
            format!("the body is larger than {max} bytes; nothing was stored"),
        ));
    }
    Ok(out.freeze())
}

/// The bearer token of a request (RFC 6750 §2.1).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The media type without its parameters.
pub fn content_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}

/// Limit and cursor of a list, both parsed. Cursors are the last item's id.
pub fn page(limit: Option<u32>, after: Option<&str>) -> Result<(u32, Vec<u8>), Fault> {
    page_up_to(limit, after, PAGE_MAX)
}

/// The same for a list whose pages have a bound of their own.
pub fn page_up_to(limit: Option<u32>, after: Option<&str>, most: u32) -> Result<(u32, Vec<u8>), Fault> {
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=most).contains(&limit) {
        return Err(Fault::invalid(format!("`limit`: 1 to {most} expected")));
    }
    let after = match after {
        None => Vec::new(),
        Some(text) => text
            .parse::<fieldkeep_domain::RowId>()
            .map_err(|_| Fault::invalid("`after`: the `next` of the page before expected"))?
            .as_bytes()
            .to_vec(),
    };
    Ok((limit, after))
}

/// Cuts a list that was read with one item more than asked.
pub fn paged<T>(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Page<T> {
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = if more { items.last().map(cursor) } else { None };
    Page { items, next }
}

#[cfg(test)]
mod tests {
    use super::unreadable;

    #[test]
    fn a_query_is_refused_in_the_words_of_other_refusals() {
        let said = |found: &str| unreadable(&format!("Failed to deserialize query string: {found}"));
        assert_eq!(said("missing field `action`"), "`action`: expected in the query");
        assert_eq!(
            said("unknown field `x`, expected `limit` or `after`"),
            "`x`: no member of this query: `limit` or `after` expected"
        );
        assert!(
            said("organization: UUID parsing failed: invalid character")
                .starts_with("`organization`: an id such as")
        );
        assert_eq!(said("x: missing field `x`"), "`x`: expected in the query");
        let unknown = said("x: unknown field `x`, expected one of `a`, `b`");
        assert!(unknown.starts_with("`x`: no member of this query: one of `a`, `b`"), "{unknown}");
        assert_eq!(said("limit: invalid digit found in string"), "`limit`: invalid digit found in string");
        assert_eq!(said("something"), "query: something");
    }
}
