//! One HTTPS connection to the server, out only: TLS under the bundle's root, nothing asked of the system's proxies.
//!
//! Never: follows a redirect, trusts another root, reads an answer without a bound.

use crate::error::{AgentError, chain_of};
use crate::folder::Identity;
use crate::limits;
use bytes::Bytes;
use fieldkeep_trust::tls;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::de::DeserializeOwned;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// The server as one identity sees it.
#[derive(Debug, Clone)]
pub struct Api {
    client: reqwest::Client,
    base: Url,
}

/// An answer of any status.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Which request it answers.
    pub request: String,
    /// Its status.
    pub status: StatusCode,
    /// How long the server asks us to wait.
    pub retry_after: Option<Duration>,
    /// The entity tag.
    pub etag: Option<String>,
    /// The body, whole.
    pub body: Bytes,
}

/// What goes with a request.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    headers: HeaderMap,
    body: Option<Bytes>,
}

impl Ask {
    /// Nothing.
    pub fn plain() -> Self {
        Self::default()
    }
    /// A body with its type.
    pub fn body(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut ask = Self { headers: HeaderMap::new(), body: Some(body.into()) };
        ask.headers.insert(reqwest::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        ask
    }
    /// A JSON body.
    pub fn json(value: &serde_json::Value) -> Self {
        Self::body("application/json", value.to_string())
    }
    /// A header that logs must not show. Text that no header can carry is left out, and the server says what is missing.
    pub fn secret(mut self, name: &'static str, value: &[u8]) -> Self {
        if let Ok(mut value) = HeaderValue::from_bytes(value) {
            value.set_sensitive(true);
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }
    /// Another header.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl Api {
    /// Prepares connections; none is opened yet.
    pub fn new(url: &str, root_pem: &str, identity: Option<&Identity>) -> Result<Self, AgentError> {
        let base: Url = url.parse().map_err(|error| AgentError::refused("the server's address", error))?;
        if base.scheme() != "https" {
            return Err(AgentError::refused("the server's address", format!("`{url}` is not https")));
        }
        let pair = identity.map(|identity| (&identity.chain[..], &identity.key));
        let mut config = tls::client_config(root_pem, pair)?;
        config.alpn_protocols = tls::ALPN.iter().map(|name| name.to_vec()).collect();
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits::CONNECT)
            .timeout(limits::REQUEST)
            .http2_keep_alive_interval(Duration::from_secs(20))
            .http2_keep_alive_timeout(Duration::from_secs(20));
        // RFC 6761 §6.3: such names are this machine; not every resolver knows.
        if let Some(host) = base.host_str().filter(|host| host.ends_with(".localhost")) {
            let port = base.port_or_known_default().unwrap_or(443);
            let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            builder = builder.resolve_to_addrs(host, &both.map(|address| SocketAddr::new(address, port)));
        }
        let client = builder.build().map_err(|error| AgentError::Internal(chain_of(&error)))?;
        Ok(Self { client, base })
    }

    /// Asks and reads the whole answer, whatever its status. An error means that no answer came.
    pub async fn ask(&self, method: Method, path: &str, ask: Ask) -> Result<Reply, AgentError> {
        let request = format!("{method} {path}");
        let failed = |error: reqwest::Error| AgentError::Network {
            request: format!("{method} {path}"),
            why: chain_of(&error.without_url()),
        };
        let url = self.base.join(path).map_err(|error| AgentError::Internal(error.to_string()))?;
        let mut builder = self.client.request(method.clone(), url).headers(ask.headers);
        builder = match ask.body {
            Some(body) => builder.body(body),
            None => builder,
        };
        let mut response = builder.send().await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > limits::ANSWER_BYTES_MAX {
                return Err(AgentError::Network { request, why: "the answer is too long".into() });
            }
            body.extend_from_slice(&chunk);
        }
        let header = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        Ok(Reply {
            request,
            status: response.status(),
            retry_after: header("retry-after").and_then(retry_after),
            etag: header("etag").map(str::to_owned),
            body: body.into(),
        })
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Result<Reply, AgentError> {
        self.ask(Method::GET, path, Ask::plain()).await
    }
    /// POST.
    pub async fn post(&self, path: &str, ask: Ask) -> Result<Reply, AgentError> {
        self.ask(Method::POST, path, ask).await
    }
}

impl Reply {
    /// The document of a success; a problem document becomes an error.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, AgentError> {
        self.success()?;
        serde_json::from_slice(&self.body)
            .map_err(|error| AgentError::refused("the server's answer", format!("{}: {error}", self.request)))
    }
    /// The body of a success.
    pub fn success(&self) -> Result<&Bytes, AgentError> {
        if self.status.is_success() { Ok(&self.body) } else { Err(self.problem()) }
    }
    /// What the server says is wrong.
    pub fn detail(&self) -> String {
        #[derive(serde::Deserialize)]
        struct Problem {
            #[serde(default)]
            detail: Option<String>,
            #[serde(default)]
            title: Option<String>,
        }
        let problem = serde_json::from_slice::<Problem>(&self.body).ok();
        let text = problem.and_then(|problem| problem.detail.or(problem.title));
        text.unwrap_or_else(|| self.status.canonical_reason().unwrap_or("no reason given").to_owned())
    }
    /// The answer as an error.
    pub fn problem(&self) -> AgentError {
        AgentError::Answer {
            request: self.request.clone(),
            status: self.status.as_u16(),
            detail: self.detail(),
            retry_after: self.retry_after,
        }
    }
}

/// Seconds or a date (RFC 9110 §10.2.3), within reason.
fn retry_after(text: &str) -> Option<Duration> {
    let seconds = match text.trim().parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
            u64::try_from(at.as_second() - crate::clock::now().as_secs()).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds).min(limits::RETRY_AFTER_MAX))
}

/// How long to wait after the `failures`th failure in a row: doubling, bounded, with up to a quarter of jitter.
pub fn backoff(failures: u32) -> Duration {
    let doubled = limits::BACKOFF_FIRST.saturating_mul(1 << failures.min(10));
    jittered(doubled.min(limits::BACKOFF_LAST))
}

/// At least so long, and a little longer, so that many devices do not come back at one instant.
pub fn jittered(wait: Duration) -> Duration {
    let part = u32::from(u16::from_be_bytes(fieldkeep_trust::random::<2>()));
    wait + wait.mul_f64(f64::from(part) / f64::from(u32::from(u16::MAX)) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_bounded() {
        for (failures, least, most) in [(0, 1.0, 1.25), (3, 8.0, 10.0), (6, 60.0, 75.0), (400, 60.0, 75.0)] {
            let wait = backoff(failures).as_secs_f64();
            assert!((least..=most).contains(&wait), "{failures}: {wait}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("999999"), Some(limits::RETRY_AFTER_MAX));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(retry_after("soon"), None);
    }

    #[test]
    fn only_https_is_spoken() {
        let root = fieldkeep_trust::ca::Authority::root("r", crate::clock::now()).unwrap();
        let pem = fieldkeep_trust::x509::to_pem("CERTIFICATE", root.der());
        assert!(Api::new("http://devices.localhost:1", &pem, None).is_err());
        assert!(Api::new("https://devices.localhost:1", &pem, None).is_ok());
    }
}
