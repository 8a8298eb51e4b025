//! Identity providers of organizations (OpenID Connect), and who somebody is there.

use fieldkeep_domain::{OrganizationId, ProviderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A new identity provider.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProvider {
    /// What people call it.
    pub name: String,
    /// Its issuer identifier, as its metadata writes it: an https address.
    pub issuer: String,
    /// How it calls this deployment.
    pub client_id: String,
    /// Shared with it; absent: a public client, which PKCE alone protects. Kept sealed and never shown.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// Mail domains of its people, to be shown beside the name. They decide nothing.
    #[serde(default)]
    pub domains: Vec<String>,
}

impl std::fmt::Debug for NewProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewProvider({:?}, secret hidden)", self.issuer)
    }
}

/// An identity provider, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Provider {
    /// Which.
    #[schema(value_type = String)]
    pub id: ProviderId,
    /// Of which organization.
    #[schema(value_type = String)]
    pub organization: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Its issuer identifier.
    pub issuer: String,
    /// How it calls this deployment.
    pub client_id: String,
    /// Whether there is a client secret.
    pub confidential: bool,
    /// Mail domains of its people, for display.
    pub domains: Vec<String>,
    /// What to register there as redirect URI.
    pub redirect_uri: String,
    /// Since when.
    pub created_at: String,
}

/// Where to send the browser. The answer comes back to `/oidc/callback`, and counts in this browser alone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProviderBegun {
    /// The provider's page.
    pub url: String,
}

/// Which provider.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderWish {
    /// Which.
    #[schema(value_type = String)]
    pub provider: ProviderId,
}

/// Who joins through a provider.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinProvider {
    /// The flow.
    pub flow: String,
    /// Which provider.
    #[schema(value_type = String)]
    pub provider: ProviderId,
    /// Their name.
    pub name: String,
    /// Their e-mail address, where the invitation names none.
    #[serde(default)]
    pub address: Option<String>,
    /// BCP 47; that of the invitation when absent.
    #[serde(default)]
    pub language: Option<String>,
}

/// A provider that an invitation can be taken up through.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProviderName {
    /// Which.
    #[schema(value_type = String)]
    pub id: ProviderId,
    /// What people call it.
    pub name: String,
    /// Mail domains of its people, for display.
    pub domains: Vec<String>,
}

/// Who I am at a provider.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Identity {
    /// Which; says nothing to anybody else.
    pub id: String,
    /// At which provider.
    #[schema(value_type = String)]
    pub provider: ProviderId,
    /// What people call it.
    pub name: String,
    /// Since when.
    pub created_at: String,
}
