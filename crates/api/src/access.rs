//! Roles, policies, who was given what, second persons, broken glass, and why somebody may or may not.

use fieldkeep_domain::access::{Action, RoleRef};
use fieldkeep_domain::account::SignInRules;
use fieldkeep_domain::audit::Why;
use fieldkeep_domain::{
    ApprovalId, DeviceId, GlassId, GrantId, GroupId, GuardId, OrganizationId, PersonId, ProjectId,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

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

/// A role with everything that it gives.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RoleDetail {
    /// A standard role's name, or the id of one of the organization's own.
    #[schema(value_type = String)]
    pub role: RoleRef,
    /// What people call it.
    pub name: String,
    /// Whether it comes with Fieldkeep.
    pub standard: bool,
    /// Whether it is for programs alone.
    pub for_programs: bool,
    /// What it gives.
    #[schema(value_type = Vec<String>)]
    pub actions: Vec<Action>,
    /// Since when, if it is the organization's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
}

/// A role of an organization's own to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomRole {
    /// What people call it.
    pub name: String,
    /// What it gives, by name, for example `device.read`.
    #[schema(value_type = Vec<String>)]
    pub actions: Vec<Action>,
}

/// What a role gives from now on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleActions {
    /// All of it.
    #[schema(value_type = Vec<String>)]
    pub actions: Vec<Action>,
}

/// A guard rail to be: one `forbid` in Cedar, or the simple form.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGuard {
    /// What people call it.
    pub name: String,
    /// One `forbid` in Cedar, checked strictly against the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cedar: Option<String>,
    /// The simple form: these actions are forbidden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub forbid: Vec<Action>,
    /// The simple form: only outside these networks (CIDR); empty: everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<String>,
}

/// A rule that forbids, whatever roles say.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GuardRail {
    /// Which.
    #[schema(value_type = String)]
    pub id: GuardId,
    /// Of which organization.
    #[schema(value_type = String)]
    pub organization: OrganizationId,
    /// What people call it.
    pub name: String,
    /// What it says, in Cedar.
    pub cedar: String,
    /// Since when.
    pub created_at: String,
}

/// A role to be given to a person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoleGrant {
    /// To whom.
    #[schema(value_type = String)]
    pub person: PersonId,
    /// A standard role, or the id of one of the organization's own.
    #[schema(value_type = String)]
    pub role: RoleRef,
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
}

/// Where something holds. Nothing: the whole deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Part {
    /// Inside which organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Inside which project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// Inside which group of devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub group: Option<GroupId>,
    /// Which device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub device: Option<DeviceId>,
}

/// A role that a person was given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RoleGrant {
    /// Which.
    #[schema(value_type = String)]
    pub id: GrantId,
    /// To whom.
    #[schema(value_type = String)]
    pub person: PersonId,
    /// What.
    #[schema(value_type = String)]
    pub role: RoleRef,
    /// Where.
    #[serde(flatten)]
    pub part: Part,
    /// By whom: `person/…`, `key/…`, `glass/…` or `server`.
    pub made_by: String,
    /// Since when.
    pub created_at: String,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}

/// Which grants.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RoleGrantQuery {
    /// Of this person.
    #[param(value_type = Option<String>)]
    pub person: Option<PersonId>,
    /// Inside this organization.
    #[param(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// Which requests for a second person.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ApprovalQuery {
    /// waiting, agreed, refused, used or expired; absent: waiting.
    pub state: Option<String>,
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// An act that waits for a second person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// Which.
    #[schema(value_type = String)]
    pub id: ApprovalId,
    /// In words: who asks for what on which object.
    pub text: String,
    /// Who asks: `person/…` or `key/…`.
    pub asked_by: String,
    /// For what.
    #[schema(value_type = String)]
    pub action: Action,
    /// On what.
    #[serde(flatten)]
    pub part: Part,
    /// What exactly is to be done there, where that matters: the role and who gets it, the key, the rules. The agreement is
    /// for this and for nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub content: Option<serde_json::Value>,
    /// waiting, agreed, refused, used or expired.
    pub state: String,
    /// Since when.
    pub created_at: String,
    /// Until when it can be decided and used.
    pub expires_at: String,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
}

/// An emergency.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGlass {
    /// Over which organization; absent: the whole deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Why: every owner and administrator is told.
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    pub reason: Why,
}

/// Broken glass: two custodians together take the rights of an owner for an hour.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Glass {
    /// Which.
    #[schema(value_type = String)]
    pub id: GlassId,
    /// Over which organization; absent: the whole deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Why.
    pub reason: String,
    /// waiting, broken, over or lapsed.
    pub state: String,
    /// Who opened it.
    #[schema(value_type = String)]
    pub first: PersonId,
    /// Who confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub second: Option<PersonId>,
    /// When it was opened.
    pub created_at: String,
    /// Until when a second custodian can confirm.
    pub confirm_before: String,
    /// Since when the rights hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<String>,
    /// Until when they hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<String>,
}

fn me() -> String {
    "me".to_owned()
}

/// Whether somebody may do something somewhere.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ExplainQuery {
    /// `me`, `person/…` or `key/…`; `me` when absent.
    #[serde(default = "me")]
    #[param(required = false)]
    pub principal: String,
    /// Which action, by name.
    #[param(value_type = String)]
    pub action: Action,
    /// In which organization; nothing else: the whole deployment.
    #[param(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// In which project.
    #[param(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// In which group of devices.
    #[param(value_type = Option<String>)]
    pub group: Option<GroupId>,
    /// To which device.
    #[param(value_type = Option<String>)]
    pub device: Option<DeviceId>,
}

/// Where to look at what the caller may do.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RightsQuery {
    /// In which organization; nothing else: the whole deployment.
    #[param(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// In which project.
    #[param(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// In which group of devices.
    #[param(value_type = Option<String>)]
    pub group: Option<GroupId>,
    /// To which device.
    #[param(value_type = Option<String>)]
    pub device: Option<DeviceId>,
}

/// Everything that the caller may do at one place.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Rights {
    /// Whose: `person/…` or `key/…`.
    pub principal: String,
    /// What may be done as it is.
    #[schema(value_type = Vec<String>)]
    pub may: Vec<Action>,
    /// What may be done once something else is shown.
    pub owes: Vec<Owed>,
}

/// An action that something else has to be shown for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Owed {
    /// What.
    #[schema(value_type = String)]
    pub action: Action,
    /// step-up, right or second-person.
    pub needs: String,
}

/// A role that gives an action, and where it was given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GivenBy {
    /// The role.
    #[schema(value_type = String)]
    pub role: RoleRef,
    /// The grant; of a program, its key.
    #[schema(value_type = String)]
    pub grant: GrantId,
    /// Where it was given.
    #[serde(flatten)]
    pub part: Part,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// Why somebody may do something, or may not.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// Of whom: `person/…` or `key/…`.
    pub principal: String,
    /// What.
    #[schema(value_type = String)]
    pub action: Action,
    /// Whether they may. Of somebody else: as if no presence was proven and their address was unknown.
    pub allowed: bool,
    /// allow, no-role, narrowed, owes, forbidden, broken, or shut-out: it was given, but its holder is shut out or the key is
    /// no longer good.
    pub decision: String,
    /// The policy that decided. A guard rail is named to those alone who may see policies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The name of the guard rail that forbids, for those who may see policies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<String>,
    /// What else has to be shown: step-up, right or second-person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// The roles that give it.
    pub given_by: Vec<GivenBy>,
    /// Roles that would give it. The organization's own are among them for those who may see policies.
    #[schema(value_type = Vec<String>)]
    pub would_give: Vec<RoleRef>,
}
