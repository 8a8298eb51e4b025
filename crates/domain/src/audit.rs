//! Acts: what people, programs, devices and jobs do, each a leaf of the tree from the first day.

use crate::project::Scope;
use crate::{DeviceId, KeyId, OrganizationId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

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
