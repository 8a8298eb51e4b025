//! The HTTP contract of people and programs: what `/api/v1` takes and gives. Ids are UUIDs, times RFC 3339 in UTC.
//!
//! Never: speaks to a device, holds logic, knows a database.

use fieldkeep_domain::audit::Why;
use fieldkeep_domain::{
    DeviceId, GroupId, MakerId, OrderId, OrganizationId, ProjectId, QuarantineId, SiteId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

mod access;
mod account;
mod audit;
mod buckets;
mod dashboard;
mod health;
mod identity;
mod live;
mod notify;
mod registry;
mod setup;
mod telemetry;
mod work;

pub use access::*;
pub use account::*;
pub use audit::*;
pub use buckets::*;
pub use dashboard::*;
pub use health::*;
pub use identity::*;
pub use live::*;
pub use notify::*;
pub use registry::*;
pub use setup::*;
pub use telemetry::*;
pub use work::*;

/// A problem document (RFC 9457). Every refusal is one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A stable name of the kind, as a relative URI.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Which check failed, what was kept and what to do.
    pub detail: String,
    /// Names this request in the server's log.
    pub request_id: String,
    /// For devices: how each admission check went.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckOutcome>,
    /// More members, by kind.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// How one admission check went.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
pub struct CheckOutcome {
    /// credential, token, made, owned, installed, fresh or plausible.
    pub check: String,
    /// passed, failed or not-reached.
    pub outcome: String,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Pass as `after` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// A company to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// What people call it.
    pub name: String,
}

/// A company: owner of devices and projects.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Organization {
    /// Which.
    #[schema(value_type = String)]
    pub id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Its owner key as base64 of a COSE_Key: what makers sign vouchers to.
    pub owner_key: String,
    /// Since when.
    pub created_at: String,
}

/// What a project expects of one metric.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricDeclaration {
    /// Unit by the SenML registry (RFC 8428 §12.1), for example `Cel`, `W`, `%RH`; absent: readings carry none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Smallest and greatest physically possible value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// How often it is read, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_s: Option<u32>,
}

/// The rules of a project. Absent members keep their defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectSettings {
    /// Every metric that may be sent, by name.
    pub metrics: BTreeMap<String, MetricDeclaration>,
    /// Whether each batch must name the one before it.
    pub prev_required: bool,
    /// How long readings are kept, in days.
    pub retention_days: u32,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self { metrics: BTreeMap::new(), prev_required: true, retention_days: 3_650 }
    }
}

/// A project to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// What people call it.
    pub name: String,
    /// Its rules.
    #[serde(default)]
    pub settings: ProjectSettings,
}

/// A data sandbox inside an organization.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Project {
    /// Which.
    #[schema(value_type = String)]
    pub id: ProjectId,
    /// Whose.
    #[schema(value_type = String)]
    pub organization: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Its rules.
    pub settings: ProjectSettings,
    /// Since when.
    pub created_at: String,
}

/// A site to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// What people call it.
    pub name: String,
    /// Latitude and longitude in degrees (WGS 84).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<[f64; 2]>,
    /// Networks (CIDR) that its devices speak from; empty: any.
    #[serde(default)]
    pub networks: Vec<String>,
}

/// A place inside a project.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Site {
    /// Which.
    #[schema(value_type = String)]
    pub id: SiteId,
    /// Where.
    #[schema(value_type = String)]
    pub project: ProjectId,
    /// What people call it.
    pub name: String,
    /// Latitude and longitude in degrees (WGS 84).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<[f64; 2]>,
    /// Networks that its devices speak from; empty: any.
    pub networks: Vec<String>,
}

/// A group of devices to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// What people call it.
    pub name: String,
    /// Below which group; absent: at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub parent: Option<GroupId>,
}

/// A group of a project's devices. Roles can be given for it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// Which.
    #[schema(value_type = String)]
    pub id: GroupId,
    /// Of which project.
    #[schema(value_type = String)]
    pub project: ProjectId,
    /// Below which group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub parent: Option<GroupId>,
    /// What people call it.
    pub name: String,
    /// Since when.
    pub created_at: String,
}

/// Why something is done: kept on the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// In words.
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    pub reason: Why,
}

/// A batch that is held back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Held {
    /// Which.
    #[schema(value_type = String)]
    pub id: QuarantineId,
    /// In which project.
    #[schema(value_type = String)]
    pub project: ProjectId,
    /// Of which device.
    #[schema(value_type = String)]
    pub device: DeviceId,
    /// At which site.
    #[schema(value_type = String)]
    pub site: SiteId,
    /// Its place in the journal.
    pub index: u64,
    /// How many readings.
    pub readings: u64,
    /// Names of the reasons.
    pub reasons: Vec<String>,
    /// Since when.
    pub held_at: String,
    /// held, released or destroyed.
    pub state: String,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
}

/// A held batch with what is held against it and what it says.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HeldDetail {
    /// The row.
    #[serde(flatten)]
    pub held: Held,
    /// Each reason in words.
    pub why: Vec<String>,
    /// The readings, the first thousand; none once destroyed.
    pub sample: Vec<NamedReading>,
}

/// Which held batches.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct HeldQuery {
    /// Of this device.
    #[param(value_type = Option<String>)]
    pub device: Option<DeviceId>,
    /// With this reason.
    pub reason: Option<String>,
    /// held, released or destroyed; absent: held.
    pub state: Option<String>,
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// Ids that the registry speaks of, for the schema.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    /// Who made it.
    #[schema(value_type = String)]
    pub maker: MakerId,
    /// Under which work order.
    #[schema(value_type = String)]
    pub order: OrderId,
}
