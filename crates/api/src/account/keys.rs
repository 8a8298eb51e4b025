//! Service accounts of programs and their keys.

use super::*;

/// A service account to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewServiceAccount {
    /// What the program is, in words.
    pub name: String,
    /// Of which organization; absent: the deployment's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
}

/// A program with keys of its own. Disabling it stops all of them at once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceAccount {
    /// Which.
    #[schema(value_type = String)]
    pub id: AccountId,
    /// What the program is.
    pub name: String,
    /// Of which organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Since when.
    pub created_at: String,
    /// Since when it is shut out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<String>,
}

/// An access token (RFC 6749 §5.1).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct AccessToken {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds that it lives.
    pub expires_in: u64,
    /// The actions that it was narrowed to, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AccessToken(hidden, {} s)", self.expires_in)
    }
}

/// A key to be, for a program.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What it is for, in words.
    pub name: String,
    /// A standard role, or the id of one of the organization's own.
    #[schema(value_type = String)]
    pub role: RoleRef,
    /// The service account that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub account: Option<AccountId>,
    /// Inside which organization; absent: the whole deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Inside which project only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// Inside which group of devices only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub group: Option<GroupId>,
    /// One device only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub device: Option<DeviceId>,
    /// Until when (RFC 3339); absent: no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// Sensitive actions of its role that it may do, since no program can prove presence: for example `device.revoke`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub rights: Vec<Action>,
}

impl NewKey {
    /// A key of this role for the whole deployment, without an end and without explicit rights.
    pub fn of(name: &str, role: RoleRef) -> Self {
        Self {
            name: name.to_owned(),
            role,
            account: None,
            organization: None,
            project: None,
            group: None,
            device: None,
            expires_at: None,
            rights: Vec::new(),
        }
    }
}

/// A key of a program, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Key {
    /// Which.
    #[schema(value_type = String)]
    pub id: KeyId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    #[schema(value_type = String)]
    pub role: RoleRef,
    /// The service account that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub account: Option<AccountId>,
    /// Sensitive actions that it was given explicitly.
    #[schema(value_type = Vec<String>)]
    pub rights: Vec<Action>,
    /// Inside which organization; absent: the whole deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Inside which project only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// Inside which group of devices only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub group: Option<GroupId>,
    /// One device only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub device: Option<DeviceId>,
    /// Since when.
    pub created_at: String,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// Its last use, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<String>,
    /// The address that it was last used from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_from: Option<String>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}

/// A key with its secret: shown in this answer and never again.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct KeySecret {
    /// The key.
    #[serde(flatten)]
    pub key: Key,
    /// The bearer token to send.
    pub secret: String,
}

impl std::fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeySecret({:?}, secret hidden)", self.key.id)
    }
}

/// Which keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct KeyQuery {
    /// Of this organization.
    #[param(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Of this service account.
    #[param(value_type = Option<String>)]
    pub account: Option<AccountId>,
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// How a key is rotated.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RotateQuery {
    /// When the successor ends (RFC 3339), no later than what you hold yourself; absent: when its predecessor does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}
