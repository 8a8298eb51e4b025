//! SMS through a gateway that speaks HTTP: an address, a body with placeholders, an Authorization header.
//!
//! Never: text pasted into a body. Placeholders are written the way the body's type asks for.

use super::outward;
use crate::config::{Config, ConfigError, loopback, secret_file};
use fieldkeep_domain::notify::{Outcome, PhoneNumber};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;

/// A body with placeholders, taken apart so that what is filled in cannot change its shape.
#[derive(Debug, Clone)]
pub enum Template {
    /// Placeholders stand inside texts of this JSON.
    Json(Value),
    /// Placeholders stand inside values of these pairs.
    Form(Vec<(String, String)>),
}

/// The template cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadTemplate;

impl Template {
    /// Parses a body of this content type.
    pub fn parse(content_type: &str, body: &str) -> Result<Self, BadTemplate> {
        let named = body.contains("{text}") && (body.contains("{to}") || body.contains("{to_digits}"));
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        match (named, kind) {
            (true, "application/json") => serde_json::from_str(body).map(Self::Json).map_err(|_| BadTemplate),
            (true, "application/x-www-form-urlencoded") => {
                let pairs = body.split('&').map(|pair| pair.split_once('=').ok_or(BadTemplate));
                let pairs: Result<Vec<_>, _> = pairs.collect();
                Ok(Self::Form(pairs?.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect()))
            }
            _ => Err(BadTemplate),
        }
    }

    /// The body for one message.
    pub fn fill(&self, to: &PhoneNumber, text: &str) -> String {
        match self {
            Self::Json(value) => {
                let mut value = value.clone();
                fill_json(&mut value, to, text);
                value.to_string()
            }
            Self::Form(pairs) => {
                let pairs =
                    pairs.iter().map(|(name, value)| format!("{name}={}", fill(value, to, text, percent)));
                pairs.collect::<Vec<_>>().join("&")
            }
        }
    }
}

fn fill_json(value: &mut Value, to: &PhoneNumber, text: &str) {
    match value {
        Value::String(inside) => *inside = fill(inside, to, text, str::to_owned),
        Value::Array(items) => items.iter_mut().for_each(|item| fill_json(item, to, text)),
        Value::Object(members) => members.values_mut().for_each(|item| fill_json(item, to, text)),
        _ => {}
    }
}

/// Fills from left to right in one pass: a placeholder inside the message stays what it is.
fn fill(template: &str, to: &PhoneNumber, text: &str, write: fn(&str) -> String) -> String {
    let known = [("{to}", to.as_str()), ("{to_digits}", to.digits()), ("{text}", text)];
    let mut out = String::with_capacity(template.len() + text.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match known.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => {
                out.push_str(&write(value));
                rest = &rest[name.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// Percent-encoding of everything but the unreserved characters (RFC 3986 §2.3).
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Hands text messages to the gateway.
#[derive(Debug)]
pub struct Gateway {
    client: reqwest::Client,
    method: Method,
    url: reqwest::Url,
    headers: HeaderMap,
    template: Template,
}

impl Gateway {
    /// The gateway that is configured; none where SMS are off.
    pub fn new(config: &Config, path: &Path) -> Result<Option<Self>, ConfigError> {
        let sms = &config.sms;
        if !sms.on() {
            return Ok(None);
        }
        let bad = |key, why| ConfigError::Value { path: path.to_owned(), key, why };
        let url =
            reqwest::Url::parse(&sms.url).map_err(|_| bad("sms.url", "an https:// address expected"))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let pinned: Vec<SocketAddr> = match url.scheme() {
            // Without TLS the name must not lead elsewhere, whatever a resolver says.
            "http" => loopback(&host).map(|address| (address, 0).into()).into_iter().collect(),
            _ => Vec::new(),
        };
        let own = outward::authorities(path, "sms.ca_file", &sms.ca_file)?;
        let tls =
            outward::client_tls(&own, own.is_empty()).map_err(|_| bad("sms.ca_file", "no use for TLS"))?;
        let client =
            outward::client(tls, &host, &pinned).map_err(|_| bad("sms.url", "no use as an address"))?;
        Ok(Some(Self {
            client,
            method: sms.method.parse().map_err(|_| bad("sms.method", "POST or PUT expected"))?,
            url,
            headers: headers(config, path)?,
            template: Template::parse(&sms.content_type, &sms.body)
                .map_err(|BadTemplate| bad("sms.body", "text of sms.content_type expected"))?,
        }))
    }

    /// Sends one message.
    pub async fn send(&self, to: &PhoneNumber, text: &str) -> Outcome {
        let request = self
            .client
            .request(self.method.clone(), self.url.clone())
            .headers(self.headers.clone())
            .body(self.template.fill(to, text));
        match request.send().await {
            Ok(answer) => outward::judge(answer.status().as_u16()),
            Err(error) => outward::unanswered(&error.without_url()),
        }
    }
}

fn headers(config: &Config, path: &Path) -> Result<HeaderMap, ConfigError> {
    let sms = &config.sms;
    let bad = |key, why| ConfigError::Value { path: path.to_owned(), key, why };
    let mut headers = HeaderMap::new();
    for (name, value) in &sms.headers {
        let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) else {
            return Err(bad("sms.headers", "names and values of HTTP headers expected"));
        };
        headers.insert(name, value);
    }
    let kind = sms.content_type.parse().map_err(|_| bad("sms.content_type", "a content type expected"))?;
    headers.insert(header::CONTENT_TYPE, kind);
    if !sms.auth_file.is_empty() {
        let secret = secret_file(path, "sms.auth_file", &sms.auth_file)?;
        let shown = match sms.auth_scheme.eq_ignore_ascii_case("basic") {
            true => data_encoding::BASE64.encode(secret.expose()),
            false => String::from_utf8_lossy(secret.expose()).into_owned(),
        };
        let value = HeaderValue::from_str(&format!("{} {shown}", sms.auth_scheme));
        let mut value = value.map_err(|_| bad("sms.auth_file", "one line of text expected in it"))?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\"},\"to\":\"+1\",\"x\":{\"&to=+1{to}\r\n%é";

    fn number() -> PhoneNumber {
        "+46701234542".parse().unwrap()
    }

    #[test]
    fn a_hostile_text_does_not_leave_its_place() {
        let json = r#"{"messages": [{"to": ["{to}"], "text": "Fieldkeep: {text} {other}", "n": 1}]}"#;
        let filled = Template::parse("application/json", json).unwrap().fill(&number(), HOSTILE);
        let value: Value = serde_json::from_str(&filled).unwrap();
        assert_eq!(value["messages"][0]["to"][0], "+46701234542");
        assert_eq!(value["messages"][0]["text"], format!("Fieldkeep: {HOSTILE} {{other}}"));
        let form = "From=Fieldkeep&To={to_digits}&Body={text}";
        let filled =
            Template::parse("application/x-www-form-urlencoded", form).unwrap().fill(&number(), HOSTILE);
        let url = reqwest::Url::parse(&format!("http://x/?{filled}")).unwrap();
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let expected = [("From", "Fieldkeep"), ("To", "46701234542"), ("Body", HOSTILE)];
        assert_eq!(pairs, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn templates_that_lose_something_are_refused() {
        for (kind, body) in [
            ("application/json", "{\"to\": {to}, \"text\": \"{text}\"}"),
            ("application/json", "{\"to\": \"{to}\"}"),
            ("application/x-www-form-urlencoded", "to&text={text}{to}"),
            ("application/x-www-form-urlencoded", "text={text}"),
            ("text/plain", "{to} {text}"),
        ] {
            assert!(Template::parse(kind, body).is_err(), "{kind} {body}");
        }
    }
}
