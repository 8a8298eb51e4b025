//! Who may do what: roles, actions, and the permit that every touch of a tenant's data needs.

use crate::audit::Doer;
use crate::project::Scope;
use crate::{KeyId, Timestamp};
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
    /// What a key may be given.
    Role {
        /// Reads data and the registry.
        Viewer = "viewer",
        /// Runs a project: settings, sites, holds.
        Operator = "operator",
        /// Binds devices to places.
        Installer = "installer",
        /// Sets up organizations, projects, devices and keys.
        Administrator = "administrator",
        /// Keys, revocation, quarantine.
        Security = "security",
    }
}

named! {
    /// What can be done, as `noun.verb`.
    Action {
        /// See organizations.
        OrganizationRead = "organization.read",
        /// Make organizations.
        OrganizationCreate = "organization.create",
        /// See projects and sites.
        ProjectRead = "project.read",
        /// Make projects and sites, change settings.
        ProjectWrite = "project.write",
        /// See devices.
        DeviceRead = "device.read",
        /// Import makers, work orders and vouchers.
        RegistryImport = "registry.import",
        /// Claim devices for an organization.
        DeviceClaim = "device.claim",
        /// Bind devices to places.
        DeviceInstall = "device.install",
        /// Hold devices and let them go.
        DeviceSuspend = "device.suspend",
        /// Withdraw certificates and retire devices.
        DeviceRevoke = "device.revoke",
        /// Read measurements.
        TelemetryRead = "telemetry.read",
        /// See what is held back.
        QuarantineRead = "quarantine.read",
        /// Release or destroy what is held back.
        QuarantineDecide = "quarantine.decide",
        /// See keys (never their secrets).
        KeyRead = "key.read",
        /// Make, rotate and revoke keys.
        KeyWrite = "key.write",
    }
}

/// A program that has shown a valid key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Its key.
    pub key: KeyId,
    /// What the key was given.
    pub role: Role,
    /// Where.
    pub scope: Scope,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// Proof that this actor may do this action here. Everything that touches a tenant's data takes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    actor: KeyId,
    action: Action,
    scope: Scope,
}

impl Permit {
    /// Asserts that a policy allowed it. Only `server::access` may call this (`cargo xtask tidy`).
    pub fn assertion(actor: KeyId, action: Action, scope: Scope) -> Self {
        Self { actor, action, scope }
    }
    /// Who acts, for the record.
    pub fn doer(&self) -> Doer {
        Doer::Key(self.actor)
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
