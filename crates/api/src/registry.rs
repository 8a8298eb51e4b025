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
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
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
