//! Who may do what: roles, actions, where a right holds, and the permit that every touch of a tenant's data needs.
//!
//! Never: says which role has which action; that stands in `policies/`.

mod grant;
mod place;

pub use grant::{Actor, Grant, RoleRef, Standing};
pub use place::{Place, Reach};

use crate::audit::Doer;
use crate::project::Scope;
use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
            /// Reads back what [`Self::name`] gave.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.name() == text)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

named! {
    /// The roles that come with Fieldkeep. A company adds its own beside them.
    Role {
        /// Everything inside its scope but breaking the glass; the only role that can give every other.
        Owner = "owner",
        /// Manages people, projects and devices; reads no measurements.
        Administrator = "administrator",
        /// Keys, revocation, quarantine and the record.
        Security = "security",
        /// Builds and tends a project: settings, devices, readings.
        Engineer = "engineer",
        /// Runs a project from day to day.
        Operator = "operator",
        /// Goes to the equipment: sees its readings, installs and suspends it.
        ServiceEngineer = "service-engineer",
        /// Shows which equipment a customer has; no readings.
        SalesRep = "sales-rep",
        /// Binds devices to places; no readings.
        Installer = "installer",
        /// Reads and exports measurements.
        Analyst = "analyst",
        /// Reads.
        Viewer = "viewer",
        /// Reads the record, people, roles and policies; no readings.
        Auditor = "auditor",
        /// One of those who, two together, break the glass.
        Custodian = "custodian",
        /// A program that reads measurements.
        ProgramReader = "program-reader",
        /// A program of a factory or warehouse that registers, claims and installs.
        ProgramProvisioner = "program-provisioner",
    }
}

impl Role {
    /// Whether the role is meant for programs alone.
    pub fn for_programs(self) -> bool {
        matches!(self, Self::ProgramReader | Self::ProgramProvisioner)
    }
}

named! {
    /// What can be done, as `noun.verb`.
    Action {
        /// See organizations.
        OrganizationRead = "organization.read",
        /// Make organizations.
        OrganizationCreate = "organization.create",
        /// Shut a whole organization out, or let it in again.
        OrganizationDisable = "organization.disable",
        /// See projects and sites.
        ProjectRead = "project.read",
        /// Make projects and sites, change settings.
        ProjectWrite = "project.write",
        /// Arrange devices in groups.
        GroupWrite = "group.write",
        /// See devices and groups.
        DeviceRead = "device.read",
        /// Import makers, work orders and vouchers.
        RegistryImport = "registry.import",
        /// Claim devices for an organization.
        DeviceClaim = "device.claim",
        /// Bind devices to places.
        DeviceInstall = "device.install",
        /// Suspend devices and let them go on.
        DeviceSuspend = "device.suspend",
        /// Withdraw certificates and retire devices.
        DeviceRevoke = "device.revoke",
        /// Read measurements.
        TelemetryRead = "telemetry.read",
        /// Take a whole project's measurements away.
        TelemetryExport = "telemetry.export",
        /// See what is held back.
        QuarantineRead = "quarantine.read",
        /// Release what is held back.
        QuarantineRelease = "quarantine.release",
        /// Destroy what is held back.
        QuarantineDestroy = "quarantine.destroy",
        /// See service accounts and keys (never their secrets).
        KeyRead = "key.read",
        /// Make, rotate and revoke service accounts and keys.
        KeyWrite = "key.write",
        /// See people, their roles and sign-ins.
        PersonRead = "person.read",
        /// Invite people.
        PersonInvite = "person.invite",
        /// Shut people out, or let them in again.
        PersonDisable = "person.disable",
        /// Reset people: one-time links, lost factors.
        PersonReset = "person.reset",
        /// See who holds which role, and ask why.
        RoleRead = "role.read",
        /// Give and take roles.
        RoleGrant = "role.grant",
        /// See policies: custom roles, guard rails, sign-in rules.
        PolicyRead = "policy.read",
        /// Change policies.
        PolicyWrite = "policy.write",
        /// See the outbox and webhooks.
        NotifyRead = "notify.read",
        /// Change webhooks, send dead letters again.
        NotifyWrite = "notify.write",
        /// Take part in breaking the glass.
        GlassBreak = "glass.break",
        /// End an emergency early.
        GlassEnd = "glass.end",
        /// See the record: who did what.
        RecordRead = "record.read",
        /// See makers and work orders.
        RegistryRead = "registry.read",
        /// See how the deployment itself is.
        HealthRead = "health.read",
        /// Arrange dashboards.
        DashboardWrite = "dashboard.write",
    }
}

impl Action {
    /// Whether seeing a part shows the whole: whoever may see a project in this way may see the name of its company.
    pub fn sees_upward(self) -> bool {
        matches!(self, Self::OrganizationRead | Self::ProjectRead)
    }
    /// Rights over others: whoever holds one can come to hold more, or make somebody lose what they have.
    pub fn over_others() -> impl Iterator<Item = Self> {
        [Self::RoleGrant, Self::PersonReset, Self::PolicyWrite, Self::KeyWrite].into_iter()
    }
    /// Whether a fresh proof of presence is asked for: of people a passkey or code within the last minutes, of
    /// programs a right that was given to their key explicitly. The policies say the same; a test compares.
    pub fn is_sensitive(self) -> bool {
        matches!(
            self,
            Self::OrganizationDisable
                | Self::DeviceRevoke
                | Self::TelemetryExport
                | Self::QuarantineDestroy
                | Self::KeyWrite
                | Self::PersonDisable
                | Self::PersonReset
                | Self::RoleGrant
                | Self::PolicyWrite
                | Self::GlassBreak
        )
    }
    /// Whether a company may put it into a role of its own.
    pub fn is_delegable(self) -> bool {
        !matches!(
            self,
            Self::OrganizationCreate
                | Self::OrganizationDisable
                | Self::RegistryImport
                | Self::GlassBreak
                | Self::GlassEnd
                | Self::HealthRead
        )
    }
}

/// Proof that this actor may do this action here. Everything that touches a tenant's data takes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    doer: Doer,
    action: Action,
    scope: Scope,
}

impl Permit {
    /// Asserts that a policy allowed it. Only `server::access` may call this (`cargo xtask tidy`).
    pub fn assertion(doer: Doer, action: Action, scope: Scope) -> Self {
        Self { doer, action, scope }
    }
    /// Who acts, for the record.
    pub fn doer(&self) -> Doer {
        self.doer
    }
    /// What was allowed.
    pub fn action(&self) -> Action {
        self.action
    }
    /// Where it was allowed.
    pub fn scope(&self) -> Scope {
        self.scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        assert!(Role::ALL.iter().all(|role| Role::parse(role.name()) == Some(*role)));
        assert!(Action::ALL.iter().all(|action| Action::parse(action.name()) == Some(*action)));
        assert_eq!(Role::parse("root"), None);
    }
}
