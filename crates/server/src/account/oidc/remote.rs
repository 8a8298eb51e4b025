//! What an identity provider says of itself, fetched and remembered: metadata (OpenID Connect Discovery 1.0) and keys.
//!
//! Never: an address that was not checked just now, a redirect, an answer without bounds, an issuer that calls itself
//! by another name.

use crate::config::{Config, ConfigError};
use crate::fault::Kind;
use crate::limits::{
    PROVIDER_ANSWER_BYTES_MAX, PROVIDER_CACHED_S, PROVIDER_DOWN_S, PROVIDER_KEYS_AGAIN_S, PROVIDER_KEYS_MAX,
    PROVIDER_S_MAX, PROVIDER_TEXT_BYTES_MAX, PROVIDERS_CACHED_MAX,
};
use crate::notify::outward;
use crate::{App, Fault};
use fieldkeep_domain::project::Network;
use fieldkeep_domain::{ProviderId, Timestamp};
use futures_util::future::BoxFuture;
use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use serde::Deserialize;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex as Brief, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex;
use url::Url;

/// The networks that the operator opens.
const NETWORKS: &str = "providers.networks";

/// A request that was not answered as it should be. Says nothing of what was sent.
#[derive(Debug, thiserror::Error)]
#[error("identity provider: {0}")]
pub struct Unanswered(pub(super) String);

impl From<Unanswered> for Fault {
    fn from(why: Unanswered) -> Self {
        let text = "the identity provider does not answer as it should: try again in a moment, or sign in another way";
        let fault = Self::new(Kind::Elsewhere, text).retry_after(PROVIDER_DOWN_S.unsigned_abs());
        Self { inside: Some(why.into()), ..fault }
    }
}

/// What a provider says of itself.
#[derive(Debug)]
pub struct Known {
    /// Where what is.
    pub metadata: CoreProviderMetadata,
    /// With what it signs.
    pub keys: CoreJsonWebKeySet,
    /// Whether every answer of it names it (RFC 9207 §3).
    pub names_itself: bool,
    fetched_at: Timestamp,
}

#[derive(Deserialize)]
struct More {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

#[derive(Debug, Default)]
struct Entry {
    known: Option<Arc<Known>>,
    down_at: Option<Timestamp>,
}

/// Asks providers and remembers what they said.
#[derive(Debug)]
pub struct Providers {
    tls: rustls::ClientConfig,
    extra: Vec<Network>,
    // One look at a time per provider: a crowd that signs in at nine asks once.
    entries: Brief<HashMap<ProviderId, Arc<Mutex<Entry>>>>,
}

impl Providers {
    /// As it is configured.
    pub fn new(config: &Config, path: &Path) -> Result<Self, ConfigError> {
        let key = "providers.ca_file";
        let own = outward::authorities(path, key, &config.providers.ca_file)?;
        let tls = outward::client_tls(&own, true).map_err(|_| ConfigError::Value {
            path: path.to_owned(),
            key,
            why: "no use for TLS",
        })?;
        Ok(Self { tls, extra: config.providers.networks(), entries: Brief::default() })
    }

    /// Parses an address of a provider. Names are looked up when something is asked there.
    pub fn parse(&self, text: &str) -> Result<Url, String> {
        if text.len() > PROVIDER_TEXT_BYTES_MAX {
            return Err(format!("at most {PROVIDER_TEXT_BYTES_MAX} bytes expected"));
        }
        let url = Url::parse(text).map_err(|_| "an address such as https://id.example.com expected")?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
            return Err("an https:// address with a host expected".into());
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err("no account and no fragment expected".into());
        }
        let plain = url.scheme() == "http";
        match outward::literal(&url) {
            Some(address) => outward::allowed(&[address], plain, &self.extra, NETWORKS)?,
            None if plain => return Err("https:// expected: http:// is for loopback addresses only".into()),
            None => {}
        }
        Ok(url)
    }

    /// What a provider says of itself: remembered, or asked for now.
    pub async fn known(&self, app: &App, id: ProviderId, issuer: &str) -> Result<Arc<Known>, Fault> {
        self.look(app, id, issuer, PROVIDER_CACHED_S).await
    }

    /// The same, not older than a minute: it signed with a key that was not known.
    pub async fn again(&self, app: &App, id: ProviderId, issuer: &str) -> Result<Arc<Known>, Fault> {
        self.look(app, id, issuer, PROVIDER_KEYS_AGAIN_S).await
    }

    /// Forgets a provider.
    pub fn forget(&self, id: ProviderId) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn entry(&self, id: ProviderId) -> Arc<Mutex<Entry>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= PROVIDERS_CACHED_MAX && !entries.contains_key(&id) {
            entries.clear();
        }
        entries.entry(id).or_default().clone()
    }

    async fn look(&self, app: &App, id: ProviderId, issuer: &str, age: i64) -> Result<Arc<Known>, Fault> {
        let entry = self.entry(id);
        let mut entry = entry.lock().await;
        let now = app.clock.now();
        let within = |at: Timestamp, s: i64| (0..s).contains(&now.secs_since(at));
        if let Some(known) = entry.known.as_ref().filter(|known| within(known.fetched_at, age)) {
            return Ok(known.clone());
        }
        if entry.down_at.is_some_and(|at| within(at, PROVIDER_DOWN_S)) {
            return Err(Unanswered("it did not answer a moment ago".into()).into());
        }
        match self.fetch(issuer, now).await {
            Ok(known) => {
                let known = Arc::new(known);
                *entry = Entry { known: Some(known.clone()), down_at: None };
                Ok(known)
            }
            Err(why) => {
                entry.down_at = Some(now);
                Err(why.into())
            }
        }
    }

    async fn fetch(&self, issuer: &str, now: Timestamp) -> Result<Known, Unanswered> {
        let from = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let text = self.get(&from).await?;
        let bad = |what: &str| Unanswered(format!("its metadata: {what}"));
        let metadata: CoreProviderMetadata =
            serde_json::from_slice(&text).map_err(|error| bad(&error.to_string()))?;
        let more: More = serde_json::from_slice(&text).map_err(|error| bad(&error.to_string()))?;
        if metadata.issuer().as_str() != issuer {
            return Err(bad("it calls itself another issuer"));
        }
        let token = metadata.token_endpoint().ok_or_else(|| bad("no token endpoint"))?;
        for url in [token.as_str(), metadata.authorization_endpoint().as_str()] {
            self.parse(url).map_err(|why| bad(&why))?;
        }
        let keys = self.get(metadata.jwks_uri().as_str()).await?;
        let keys: CoreJsonWebKeySet =
            serde_json::from_slice(&keys).map_err(|error| Unanswered(format!("its keys: {error}")))?;
        if keys.keys().len() > PROVIDER_KEYS_MAX {
            return Err(Unanswered(format!("it has more than {PROVIDER_KEYS_MAX} keys")));
        }
        let names_itself = more.authorization_response_iss_parameter_supported;
        Ok(Known { metadata, keys, names_itself, fetched_at: now })
    }

    async fn get(&self, url: &str) -> Result<Vec<u8>, Unanswered> {
        let request = http::Request::get(url).header(http::header::ACCEPT, "application/json");
        let request = request.body(Vec::new()).map_err(|error| Unanswered(error.to_string()))?;
        let answer = self.send(request).await?;
        match answer.status().as_u16() {
            200 => Ok(answer.into_body()),
            status => Err(Unanswered(format!("it answered {status}"))),
        }
    }

    /// One request, and its answer within bounds of bytes and time.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let limit = Duration::from_secs(PROVIDER_S_MAX);
        let late = |_| Unanswered(format!("no answer within {PROVIDER_S_MAX} s"));
        tokio::time::timeout(limit, self.try_send(request)).await.map_err(late)?
    }

    async fn try_send(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let url = self.parse(&request.uri().to_string()).map_err(Unanswered)?;
        let client = self.connectable(&url).await?;
        let (parts, body) = request.into_parts();
        let lost = |error: reqwest::Error| Unanswered(format!("no answer: {}", error.without_url()));
        let sent = client.request(parts.method, url).headers(parts.headers).body(body).send();
        let mut answer = sent.await.map_err(lost)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > PROVIDER_ANSWER_BYTES_MAX {
                return Err(Unanswered(format!("an answer of more than {PROVIDER_ANSWER_BYTES_MAX} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        let mut out = http::Response::new(body);
        *out.status_mut() = answer.status();
        *out.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(out)
    }

    /// Looks the name up, checks every address it has, and makes a client that knows these alone.
    async fn connectable(&self, url: &Url) -> Result<reqwest::Client, Unanswered> {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(443);
        let resolved: Vec<IpAddr> = match outward::literal(url) {
            Some(address) => vec![address],
            None => tokio::net::lookup_host((host, port))
                .await
                .map_err(|_| Unanswered("the name cannot be looked up".into()))?
                .map(|found| found.ip())
                .collect(),
        };
        let plain = url.scheme() == "http";
        outward::allowed(&resolved, plain, &self.extra, NETWORKS).map_err(Unanswered)?;
        let pinned: Vec<_> = resolved.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        outward::client(self.tls.clone(), host, &pinned)
            .map_err(|error| Unanswered(format!("no client: {error}")))
    }
}

impl<'c> AsyncHttpClient<'c> for Providers {
    type Error = Unanswered;
    type Future = BoxFuture<'c, Result<HttpResponse, Unanswered>>;
    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn providers(networks: &str) -> Providers {
        let text = format!("[providers]\nnetworks = [{networks}]");
        Providers::new(&Config::parse(&text, Path::new("x")).unwrap(), Path::new("x")).unwrap()
    }

    #[tokio::test]
    async fn forged_issuers_are_refused_by_address() {
        let none = providers("");
        for inner in [
            "http://example.com",
            "http://localhost:1",
            "https://127.1",
            "https://[::ffff:127.0.0.1]",
            "https://169.254.169.254",
            "https://user:pass@example.com",
            "https://example.com/#x",
            "file:///etc/passwd",
            "https://",
        ] {
            assert!(none.parse(inner).is_err(), "{inner}");
        }
        assert!(none.parse("https://id.example.com/realms/one").is_ok());
        let named = Url::parse("https://localhost:9/").unwrap();
        assert!(none.connectable(&named).await.is_err());
        assert!(providers("\"127.0.0.0/8\", \"::1/128\"").connectable(&named).await.is_ok());
        assert!(providers("\"127.0.0.0/8\"").parse("http://127.0.0.1:9").is_ok());
        assert!(none.parse("http://127.0.0.1:9").is_err());
    }
}
