//! Devices: how a maker registers them and how a company claims, installs and withdraws them.

use fieldkeep_domain::{DeviceId, GroupId, MakerId, OrderId, OrganizationId, ProjectId, SiteId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What a factory hands over with a work order: the maker, the order, and a voucher per device.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistryImport {
    /// Who made the devices.
    pub maker: MakerRecord,
    /// Under which order.
    pub order: OrderRecord,
    /// The devices.
    pub devices: Vec<DeviceRecord>,
}

/// A maker and the two keys it is known by.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakerRecord {
    /// Which.
    #[schema(value_type = String)]
    pub id: MakerId,
    /// What people call it.
    pub name: String,
    /// The root above its birth certificates, PEM.
    pub root_pem: String,
    /// The key that signs vouchers and work orders, base64 of a COSE_Key.
    pub voucher_key: String,
}

/// A work order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderRecord {
    /// Which.
    #[schema(value_type = String)]
    pub id: OrderId,
    /// The maker's name for the kind of device.
    pub model: String,
    /// How many devices it allows.
    pub count: u32,
    /// The order as signed by the maker: base64 of a COSE_Sign1 (docs/formats/order.cddl).
    pub statement: String,
}

/// A device as its maker registers it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceRecord {
    /// Which.
    #[schema(value_type = String)]
    pub device: DeviceId,
    /// The maker's number for it.
    pub serial: String,
    /// The maker's name for its kind.
    pub model: String,
    /// Base64 of the voucher (docs/formats/voucher.cddl).
    pub voucher: String,
    /// SHA-256 of the claim secret on its label, hexadecimal; absent: only the voucher claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_secret_sha256: Option<String>,
}

/// What an import did.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// Devices that are new.
    pub added: u32,
    /// Devices that were registered before; their vouchers were extended where the new ones are longer.
    pub known: u32,
}

/// A claim: who wants the device, and by which right.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// For which organization.
    #[schema(value_type = String)]
    pub organization: OrganizationId,
    /// A newer voucher than the registry has, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<String>,
    /// The label's text; its secret must be the device's. Without a voucher in the company's hands it claims nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// Where a device goes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Install {
    /// Into which project.
    #[schema(value_type = String)]
    pub project: ProjectId,
    /// At which site.
    #[schema(value_type = String)]
    pub site: SiteId,
}

/// A device.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Device {
    /// Which.
    #[schema(value_type = String)]
    pub id: DeviceId,
    /// Who made it.
    #[schema(value_type = String)]
    pub maker: MakerId,
    /// Under which work order.
    #[schema(value_type = String)]
    pub order: OrderId,
    /// The maker's name for its kind.
    pub model: String,
    /// The maker's number for it.
    pub serial: String,
    /// made, claiming, claimed, installed, suspended, revoked or retired.
    pub state: String,
    /// Who owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Where it is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// Where it is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub site: Option<SiteId>,
    /// In which group of its project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub group: Option<GroupId>,
    /// How often it has changed hands.
    pub owner_epoch: u64,
    /// When its maker registered it.
    pub made_at: String,
    /// Its last hello.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hello_at: Option<String>,
    /// When its last batch was acknowledged, by the server's clock; null: never. A list and a single device say it.
    #[serde(default)]
    pub last_seen: Option<String>,
    /// online, stale, offline or never: its silence in periods of its own (less than 3, less than 10, longer).
    #[serde(default)]
    pub freshness: String,
    /// How many of its batches are held and undecided; null for whoever may not see what is held.
    #[serde(default)]
    pub held: Option<u64>,
    /// The last batch of its chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<ChainHead>,
}

/// The last batch of a device's chain.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
pub struct ChainHead {
    /// Its boot epoch.
    pub boot_epoch: u64,
    /// Its sequence number.
    pub seq: u64,
    /// Its hash, hexadecimal.
    pub hash: String,
}

/// Which devices.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DeviceQuery {
    /// Of this organization.
    #[param(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// In this project.
    #[param(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// In this group, or one below it.
    #[param(value_type = Option<String>)]
    pub group: Option<GroupId>,
    /// In this state.
    pub state: Option<String>,
    /// Items on the page, 1 to 1,000; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// With this text in serial, model or id; letters count alike whether large or small.
    pub q: Option<String>,
    /// At this site.
    #[param(value_type = Option<String>)]
    pub site: Option<SiteId>,
    /// Of exactly this model.
    pub model: Option<String>,
    /// online, stale, offline or never.
    pub freshness: Option<String>,
    /// Made under this work order.
    #[param(value_type = Option<String>)]
    pub work_order: Option<OrderId>,
    /// true: with held batches that nobody has decided about; false: without. Only devices in projects where you may see what
    /// is held.
    pub held: Option<bool>,
    /// serial, model, state, seen or made; absent: by id.
    pub sort: Option<String>,
    /// asc or desc; asc when absent.
    pub order: Option<String>,
}

impl DeviceQuery {
    /// Whether it asks for nothing that only the index of names and times can tell.
    pub fn is_plain(&self) -> bool {
        let more = [&self.q, &self.model, &self.freshness, &self.sort, &self.order];
        let place = self.site.is_none() && self.work_order.is_none() && self.held.is_none();
        place && more.iter().all(|member| member.is_none())
    }
}

/// A page of devices.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DevicePage {
    /// The devices.
    pub items: Vec<Device>,
    /// Pass as `after` for the next page, with the same sort; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many match and may be seen by the caller, on all pages. Given where the list is searched, filtered by more than
    /// place and state, or sorted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// Which devices to count.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FleetQuery {
    /// Of this organization.
    #[param(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// In this project.
    #[param(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// At this site.
    #[param(value_type = Option<String>)]
    pub site: Option<SiteId>,
    /// Of this model.
    pub model: Option<String>,
    /// In this state.
    pub state: Option<String>,
}

/// How many devices of a model.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
pub struct ModelCount {
    /// The maker's name for the kind.
    pub model: String,
    /// How many.
    pub count: u64,
}

/// The devices that the caller may see, counted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FleetSummary {
    /// All of them.
    pub total: u64,
    /// By state; every state is there.
    pub by_state: std::collections::BTreeMap<String, u64>,
    /// By freshness; each of the four is there.
    pub by_freshness: std::collections::BTreeMap<String, u64>,
    /// Undecided held batches of these devices, in the projects where the caller may see what is held; absent where that
    /// is none of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<u64>,
    /// By model, the most frequent first; at most 100.
    pub by_model: Vec<ModelCount>,
    /// At how many sites they stand.
    pub sites: u64,
}

/// Which group a device should be in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrange {
    /// A group of its project; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub group: Option<GroupId>,
}
