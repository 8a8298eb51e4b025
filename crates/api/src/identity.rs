//! Identities as people look at them: certificates, keys, authorities, makers and work orders.

use fieldkeep_domain::{DeviceId, KeyId, MakerId, OrderId, OrganizationId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which certificates of devices.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CertificateQuery {
    /// Of this organization.
    #[param(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// valid, expiring (within 14 days), expired or revoked; absent: valid and expiring.
    pub state: Option<String>,
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// A device's certificate.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeviceCertificate {
    /// SHA-256 of its DER, hexadecimal.
    pub fingerprint: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Whose.
    #[schema(value_type = String)]
    pub device: DeviceId,
    /// The maker's number of the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_serial: Option<String>,
    /// Under which organization's authority.
    #[schema(value_type = String)]
    pub organization: OrganizationId,
    /// Since when.
    pub issued_at: String,
    /// Last moment of validity.
    pub not_after: String,
    /// First use: from then on it is the device's one certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<String>,
    /// When it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
    /// valid, expiring, expired or revoked.
    pub state: String,
}

/// A device's key for tokens.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeviceKey {
    /// Which.
    #[schema(value_type = String)]
    pub id: KeyId,
    /// Since when.
    pub created_at: String,
    /// When it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}

/// What a device proves itself by.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeviceIdentity {
    /// The newest first.
    pub certificates: Vec<DeviceCertificate>,
    /// The newest first.
    pub keys: Vec<DeviceKey>,
    /// SHA-256 of its birth certificate's chain, as its maker signed it into the voucher, hexadecimal.
    pub birth_chain: String,
    /// SHA-256 of its public key, hexadecimal.
    pub device_key: String,
    /// How often it has changed hands.
    pub owner_epoch: u64,
    /// Who owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
}

/// A certificate authority of the deployment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CertificateAuthority {
    /// root, devices, server or organization.
    pub kind: String,
    /// What it is called in its own certificate.
    pub subject: String,
    /// Whose, of an organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// SHA-256 of its DER, hexadecimal.
    pub fingerprint: String,
    /// First moment of validity.
    pub not_before: String,
    /// Last moment of validity.
    pub not_after: String,
    /// The certificate.
    pub pem: String,
}

/// A maker of devices.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Maker {
    /// Which.
    #[schema(value_type = String)]
    pub id: MakerId,
    /// What it is called.
    pub name: String,
    /// Since when it is known here.
    pub created_at: String,
    /// SHA-256 of its root certificate, hexadecimal.
    pub root: String,
    /// Devices of it that are registered.
    pub devices: u64,
}

/// Which work orders.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OrderQuery {
    /// Of this maker.
    #[param(value_type = Option<String>)]
    pub maker: Option<MakerId>,
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// A work order: so many devices of a model, and how far they have come.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkOrder {
    /// Which.
    #[schema(value_type = String)]
    pub id: OrderId,
    /// Whose.
    #[schema(value_type = String)]
    pub maker: MakerId,
    /// What its maker is called.
    pub maker_name: String,
    /// The maker's name for what is made.
    pub model: String,
    /// How many may be made.
    pub count: u32,
    /// How many are registered.
    pub made: u64,
    /// How many of these have an owner.
    pub claimed: u64,
    /// How many of these are installed.
    pub installed: u64,
    /// How many of these were revoked or retired.
    pub ended: u64,
    /// When it was registered.
    pub created_at: String,
}
