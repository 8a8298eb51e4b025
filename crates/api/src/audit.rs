//! The record: what people, programs, devices and the server did.

use fieldkeep_domain::{OrganizationId, ProjectId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which acts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ActQuery {
    /// In this organization.
    #[param(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// In this project.
    #[param(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// On this object: an id.
    pub object: Option<String>,
    /// By `person/…`, `key/…`, `device/…` or `server`.
    pub doer: Option<String>,
    /// Of this kind, or with a dot at its end every one that begins so: `device.install`, `device.`.
    pub verb: Option<String>,
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before: older ones follow.
    pub before: Option<String>,
}

/// Who did something.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ActDoer {
    /// person, key, device or server.
    pub kind: String,
    /// Which; none for the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call them, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One act.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecordedAct {
    /// Its leaf in the tree.
    pub index: u64,
    /// When, by the server's clock.
    pub at: String,
    /// Who.
    pub doer: ActDoer,
    /// What, as `noun.verb`.
    pub verb: String,
    /// To what: an id.
    pub object: String,
    /// Where it counts.
    #[serde(flatten)]
    pub part: crate::Part,
    /// What changed, with `before` and `after` where something was there before.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}
