//! Work on many devices, device by device, that goes on while nobody looks.

use fieldkeep_domain::audit::Why;
use fieldkeep_domain::{DeviceId, GroupId, JobId, OrganizationId, ProjectId, SiteId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Work to be done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJob {
    /// claim, install, suspend, resume, revoke, retire or group.
    pub kind: String,
    /// On which devices; at most 10,000.
    #[schema(value_type = Vec<String>)]
    pub devices: Vec<DeviceId>,
    /// To claim: the texts of their labels, of those that have one; at most 1,000. What is no label of its device is refused.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, String>)]
    pub labels: BTreeMap<DeviceId, String>,
    /// What it needs: `organization` to claim, `project` and `site` to install, `group` to group (absent: out of any).
    #[serde(flatten)]
    pub target: JobTarget,
    /// Why, for the record; claiming, installing and grouping need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1000)]
    pub reason: Option<Why>,
}

/// Where devices should come to.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct JobTarget {
    /// Whose they should become.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Into which project they should come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// To which site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub site: Option<SiteId>,
    /// Into which group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub group: Option<GroupId>,
}

/// Which work.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct JobQuery {
    /// waiting, running, stopping, stopped or done.
    pub state: Option<String>,
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// Work that was set going.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Which.
    #[schema(value_type = String)]
    pub id: JobId,
    /// What is done.
    pub kind: String,
    /// waiting, running, stopping, stopped or done.
    pub state: String,
    /// Devices in all.
    pub total: u64,
    /// Devices on which it is done.
    pub done: u64,
    /// Devices on which it failed.
    pub failed: u64,
    /// Who set it going: `person/…` or `key/…`. It goes on with their rights, and ends with them.
    pub made_by: String,
    /// What they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by_name: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Where the devices should come to.
    pub target: JobTarget,
    /// Since when.
    pub created_at: String,
    /// When it was done or stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
}

/// A device on which it failed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobFailure {
    /// Which.
    #[schema(value_type = String)]
    pub device: DeviceId,
    /// The maker's number of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The status that asking for this one device would have had.
    pub status: u16,
    /// Why, in words.
    pub text: String,
}
