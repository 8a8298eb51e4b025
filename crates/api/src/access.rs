//! Roles, policies, and why somebody may or may not.

use fieldkeep_domain::access::Action;
use fieldkeep_domain::account::SignInRules;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an organization asks of its people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrganizationRules {
    /// How they sign in.
    #[schema(value_type = Object)]
    pub sign_in: SignInRules,
    /// Actions that need a second person, by name, for example `device.revoke`.
    #[schema(value_type = Vec<String>)]
    pub two_people: Vec<Action>,
}
