//! Acts: what people, programs, devices and jobs do, each a leaf of the tree from the first day.

use crate::limits::REASON_BYTES_MAX;
use crate::project::Scope;
use crate::{DeviceId, KeyId, OrganizationId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Doer {
    /// A person in a session.
    Person(PersonId),
    /// A program by its service-account key.
    Key(KeyId),
    /// A device by its certificate.
    Device(DeviceId),
    /// The server itself.
    Server,
}

/// Why somebody did something, in their words: kept on the record and shown to others, so it is never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Why(String);

/// What a reason must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason in words expected, 1 to {REASON_BYTES_MAX} bytes: it stays on the record")]
pub struct NoReason;

impl FromStr for Why {
    type Err = NoReason;
    fn from_str(text: &str) -> Result<Self, NoReason> {
        // What shows nothing says nothing: a zero-width space is no reason.
        let says = text.chars().any(char::is_alphanumeric);
        match text.trim() {
            text if says && text.len() <= REASON_BYTES_MAX => Ok(Self(text.to_owned())),
            _ => Err(NoReason),
        }
    }
}

impl TryFrom<String> for Why {
    type Error = NoReason;
    fn try_from(text: String) -> Result<Self, NoReason> {
        text.parse()
    }
}

impl From<Why> for String {
    fn from(why: Why) -> Self {
        why.0
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One act. `detail` is what changed, in names and ids of the contract; it is sealed in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Who.
    pub doer: Doer,
    /// What, as `noun.verb`, for example `device.install`.
    pub verb: String,
    /// To what: an id.
    pub object: String,
    /// Where it counts.
    pub scope: Scope,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// What changed.
    pub detail: serde_json::Value,
}

impl Act {
    /// An act without detail.
    pub fn new(doer: Doer, verb: &str, object: impl ToString, scope: Scope, at: Timestamp) -> Self {
        Self {
            doer,
            verb: verb.to_owned(),
            object: object.to_string(),
            scope,
            at,
            detail: serde_json::Value::Null,
        }
    }
    /// The same act with what changed.
    #[must_use]
    pub fn with(mut self, detail: serde_json::Value) -> Self {
        self.detail = detail;
        self
    }
    /// The organization whose blind key hides the act; none: the deployment's.
    pub fn organization(&self) -> Option<OrganizationId> {
        self.scope.organization()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something() {
        for nothing in ["", "  ", "\n", "\u{200b}", "…", &"x".repeat(REASON_BYTES_MAX + 1)] {
            assert_eq!(nothing.parse::<Why>(), Err(NoReason), "{nothing:?}");
            assert!(serde_json::from_value::<Why>(serde_json::json!(nothing)).is_err());
        }
        let why: Why = " 错误的设备 \n".parse().unwrap();
        assert_eq!(why.to_string(), "错误的设备");
        assert_eq!(serde_json::to_value(&why).unwrap(), serde_json::json!("错误的设备"));
        assert!("x".repeat(REASON_BYTES_MAX).parse::<Why>().is_ok());
    }
}
