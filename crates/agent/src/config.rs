//! What the project declares of its metrics: fetched with its entity tag, kept for times without network.

use crate::error::AgentError;
use crate::folder::Folder;
use crate::net::{Api, Ask};
use fieldkeep_domain::telemetry::Unit;
use reqwest::{Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One declared metric; members that the agent does not use are let through.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Declared {
    /// Its unit, if it has one.
    #[serde(default)]
    pub unit: Option<String>,
}

/// The answer of `GET /v1/config`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// By name.
    #[serde(default)]
    pub metrics: BTreeMap<String, Declared>,
    /// Which project the device was installed in.
    #[serde(default)]
    pub project: Option<String>,
    /// Entity tag of this answer.
    #[serde(default)]
    pub etag: Option<String>,
}

const FILE: &str = "config.json";

impl Config {
    /// The last one that was fetched.
    pub fn read(folder: &Folder) -> Result<Option<Self>, AgentError> {
        folder.read_json(FILE)
    }

    /// Asks for a newer one; `None` when this one is still right.
    pub async fn fetch(api: &Api, token: &[u8], have: Option<&Self>) -> Result<Option<Self>, AgentError> {
        let mut ask = Ask::plain().secret("authorization", token);
        if let Some(etag) = have.and_then(|config| config.etag.as_deref()) {
            ask = ask.header(header::IF_NONE_MATCH, etag);
        }
        let reply = api.ask(Method::GET, "/v1/config", ask).await?;
        if reply.status == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let config: Self = reply.json()?;
        Ok(Some(Self { etag: reply.etag, ..config }))
    }
    /// Keeps it.
    pub fn write(&self, folder: &Folder) -> Result<(), AgentError> {
        folder.write_json(FILE, self)
    }

    /// The unit to send with a metric whose own unit the source knows: facts of the source stand, except where the
    /// project declares the metric without a unit; where the source knows none, the declared one.
    pub fn unit(&self, metric: &str, own: Option<&Unit>) -> Option<Unit> {
        match (self.metrics.get(metric), own) {
            (Some(Declared { unit: None }), _) | (None, None) => None,
            (Some(Declared { unit: Some(unit) }), None) => Unit::parse(unit).ok(),
            (_, Some(own)) => Some(own.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_the_declared_ones() {
        let text = r#"{"metrics":{"t":{"unit":"Cel","range":[0,1],"period_s":60},"n":{}},"prev_required":true,"project":"p"}"#;
        let config: Config = serde_json::from_str(text).unwrap();
        let unit = |text: &str| Unit::parse(text).ok();
        assert_eq!(config.unit("t", None), unit("Cel"));
        assert_eq!(config.unit("t", unit("K").as_ref()), unit("K"));
        assert_eq!(config.unit("n", unit("K").as_ref()), None);
        assert_eq!(config.unit("other", None), None);
        assert_eq!(config.unit("other", unit("%").as_ref()), unit("%"));
    }
}
