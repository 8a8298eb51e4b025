//! Webhooks: signed messages to an organization's programs (Standard Webhooks: `webhook-id`, `webhook-timestamp`,
//! `webhook-signature`).
//!
//! Never: an address that was not checked just now, a redirect, an answer's body, two organizations on one connection.

use super::outward;
use crate::config::{Config, ConfigError};
use crate::limits::{SEND_S_MAX, WEBHOOK_URL_BYTES_MAX};
use crate::{App, Fault};
use data_encoding::BASE64;
use fieldkeep_domain::notify::{Message, Outcome};
use fieldkeep_domain::project::Network;
use fieldkeep_domain::{LetterId, OrganizationId, Timestamp};
use fieldkeep_trust::hash::hmac_sha256;
use fieldkeep_trust::secret::Secret;
use fieldkeep_wire::json::format_time;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

/// The networks that the operator opens.
const NETWORKS: &str = "notify.webhook_networks";

/// What is sealed of a webhook.
#[derive(Serialize, Deserialize)]
pub struct WebhookSecrets {
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The signing key, base64.
    pub key: String,
}

impl WebhookSecrets {
    /// A webhook with a new key.
    pub fn new(name: String, url: &Url) -> Self {
        let key = Secret::random::<32>();
        Self { name, url: url.to_string(), key: BASE64.encode(key.expose()) }
    }
    /// The secret as the receiver needs it.
    pub fn shown(&self) -> String {
        format!("whsec_{}", self.key)
    }
}

impl fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecrets")
    }
}

/// Sends to webhooks.
#[derive(Debug)]
pub struct Webhooks {
    tls: rustls::ClientConfig,
    extra: Vec<Network>,
}

/// One webhook's message.
#[derive(Debug)]
pub struct Event<'a> {
    /// Names the message; the same at each try.
    pub id: LetterId,
    /// Whose.
    pub organization: Option<OrganizationId>,
    /// When it was written.
    pub created_at: Timestamp,
    /// What it says.
    pub message: &'a Message,
    /// The same in a few words.
    pub words: String,
}

impl Webhooks {
    /// As it is configured.
    pub fn new(config: &Config, path: &Path) -> Result<Self, ConfigError> {
        let key = "notify.webhook_ca_file";
        let own = outward::authorities(path, key, &config.notify.webhook_ca_file)?;
        let tls = outward::client_tls(&own, true).map_err(|_| ConfigError::Value {
            path: path.to_owned(),
            key,
            why: "no use for TLS",
        })?;
        Ok(Self { tls, extra: config.notify.networks() })
    }

    /// Parses an address that people give. A name is looked up when something is sent, and never before.
    pub fn parse(&self, text: &str) -> Result<Url, Fault> {
        let bad = |why: &str| Fault::invalid(format!("`url`: {why}"));
        if text.len() > WEBHOOK_URL_BYTES_MAX {
            return Err(bad(&format!("at most {WEBHOOK_URL_BYTES_MAX} bytes expected")));
        }
        let url =
            Url::parse(text).map_err(|_| bad("an address such as https://example.com/hook expected"))?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
            return Err(bad("an https:// address with a host expected"));
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(bad("no account and no fragment expected"));
        }
        let plain = url.scheme() == "http";
        match outward::literal(&url) {
            Some(address) => {
                outward::allowed(&[address], plain, &self.extra, NETWORKS).map_err(|why| bad(&why))?;
            }
            None if plain && url.host_str() != Some("localhost") => {
                return Err(bad("https:// expected: http:// is for loopback addresses only"));
            }
            None => {}
        }
        Ok(url)
    }

    /// Signs and sends one message.
    pub async fn send(&self, app: &App, hook: &WebhookSecrets, event: &Event<'_>) -> Outcome {
        let sending = self.try_send(app, hook, event);
        match tokio::time::timeout(Duration::from_secs(SEND_S_MAX), sending).await {
            Ok(Ok(outcome) | Err(outcome)) => outcome,
            Err(_) => Outcome::Later(format!("no answer within {SEND_S_MAX} s")),
        }
    }

    async fn try_send(
        &self,
        app: &App,
        hook: &WebhookSecrets,
        event: &Event<'_>,
    ) -> Result<Outcome, Outcome> {
        // The rules may have changed since it was stored.
        let url = self.parse(&hook.url).map_err(|fault| Outcome::Never(fault.text))?;
        let client = self.connectable(&url).await?;
        let body = body(event);
        let timestamp = app.clock.now().as_secs();
        let key = Secret::new(BASE64.decode(hook.key.as_bytes()).unwrap_or_default());
        let request = client
            .post(url)
            .header(http::header::CONTENT_TYPE, "application/json")
            .header("webhook-id", event.id.to_string())
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", sign(&key, event.id, timestamp, &body))
            .body(body);
        Ok(match request.send().await {
            Ok(answer) => outward::judge(answer.status().as_u16()),
            Err(error) => outward::unanswered(&error.without_url()),
        })
    }

    /// Looks the name up, checks every address it has, and makes a client that knows these alone.
    async fn connectable(&self, url: &Url) -> Result<reqwest::Client, Outcome> {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(443);
        let resolved: Vec<IpAddr> = match outward::literal(url) {
            Some(address) => vec![address],
            None => tokio::net::lookup_host((host, port))
                .await
                .map_err(|_| Outcome::Later("the name cannot be looked up".into()))?
                .map(|found| found.ip())
                .collect(),
        };
        outward::allowed(&resolved, url.scheme() == "http", &self.extra, NETWORKS).map_err(Outcome::Never)?;
        let pinned: Vec<_> = resolved.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        outward::client(self.tls.clone(), host, &pinned)
            .map_err(|error| Outcome::Later(format!("no client: {error}")))
    }
}

fn body(event: &Event<'_>) -> String {
    let mut data = serde_json::to_value(event.message).unwrap_or_default();
    if let Some(members) = data.as_object_mut() {
        members.remove("kind");
        for name in ["at", "until"] {
            if let Some(nanos) = members.get(name).and_then(Value::as_i64) {
                members.insert(name.into(), format_time(Timestamp(nanos)).into());
            }
        }
    }
    json!({
        "type": event.message.kind(),
        "timestamp": format_time(event.created_at),
        "organization": event.organization,
        "text": event.words,
        "data": data,
    })
    .to_string()
}

/// `v1,` and base64 of HMAC-SHA-256 over `id.timestamp.body`.
fn sign(key: &Secret, id: LetterId, timestamp: i64, body: &str) -> String {
    let head = format!("{id}.{timestamp}.");
    let mac = hmac_sha256(key.expose(), &[head.as_bytes(), body.as_bytes()]);
    format!("v1,{}", BASE64.encode(mac.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hooks(networks: &str) -> Webhooks {
        let text = format!("[notify]\nwebhook_networks = [{networks}]");
        Webhooks::new(&Config::parse(&text, Path::new("x")).unwrap(), Path::new("x")).unwrap()
    }

    #[test]
    fn forged_requests_are_refused_by_address() {
        let hooks = hooks("");
        for inner in [
            "http://example.com/",
            "http://1.1.1.1/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1:8443/",
            "https://0.0.0.0/",
            "https://user:pass@example.com/",
            "https://example.com/#x",
            "ftp://example.com/",
            "file:///etc/passwd",
            "https://",
            "example.com",
            "http://localhost:1/",
        ] {
            let parsed = hooks.parse(inner);
            // The one name among them is caught when it is looked up.
            assert!(parsed.is_err() || inner.contains("localhost"), "{inner}");
        }
        assert!(hooks.parse("https://example.com:8443/hook?a=b").is_ok());
        assert!(hooks.parse(&format!("https://example.com/{}", "x".repeat(WEBHOOK_URL_BYTES_MAX))).is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_when_it_is_looked_up() {
        let url = Url::parse("https://localhost:9/").unwrap();
        let refused = hooks("").connectable(&url).await.unwrap_err();
        assert!(matches!(&refused, Outcome::Never(why) if why.contains("not public")), "{refused:?}");
        let plain = Url::parse("http://localhost:9/").unwrap();
        assert!(hooks("").connectable(&plain).await.is_err());
        let listed = hooks("\"127.0.0.0/8\", \"::1/128\"");
        assert!(listed.connectable(&plain).await.is_ok());
    }

    #[test]
    fn signatures_follow_the_standard() {
        let key = Secret::new(b"0123456789abcdef".to_vec());
        let id = LetterId::MIN;
        let mac = hmac_sha256(key.expose(), &[format!("{id}.7.{{}}").as_bytes()]);
        assert_eq!(sign(&key, id, 7, "{}"), format!("v1,{}", BASE64.encode(mac.as_bytes())));
    }
}
