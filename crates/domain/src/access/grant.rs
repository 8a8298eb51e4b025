//! Who is asking: a person or a program with the roles it was given, and what is known of this moment.

use super::{Action, Place, Role};
use crate::audit::Doer;
use crate::project::Scope;
use crate::{CustomRoleId, GrantId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;

/// A role: one that comes with Fieldkeep, or one of a company's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RoleRef {
    /// Standard.
    Standard(Role),
    /// A company's own.
    Custom(CustomRoleId),
}

impl RoleRef {
    /// Reads a standard role's name or a custom role's id.
    pub fn parse(text: &str) -> Option<Self> {
        Role::parse(text).map(Self::Standard).or_else(|| text.parse().ok().map(Self::Custom))
    }
}

/// Text that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a role: a standard role's name or a custom role's id expected")]
pub struct BadRole;

impl TryFrom<String> for RoleRef {
    type Error = BadRole;
    fn try_from(text: String) -> Result<Self, BadRole> {
        Self::parse(&text).ok_or(BadRole)
    }
}

impl From<RoleRef> for String {
    fn from(role: RoleRef) -> Self {
        role.to_string()
    }
}

impl fmt::Display for RoleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(role) => role.fmt(f),
            Self::Custom(id) => id.fmt(f),
        }
    }
}

/// A role, given for a part of the world, perhaps for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Which.
    pub id: GrantId,
    /// What.
    pub role: RoleRef,
    /// Where.
    pub scope: Scope,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

impl Grant {
    /// Whether it holds now.
    pub fn stands(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|until| now < until)
    }
    /// Whether it says something about this thing when this is asked of it.
    pub fn concerns(&self, action: Action, place: &Place) -> bool {
        place.is_in(&self.scope) || (action.sees_upward() && place.surrounds(&self.scope))
    }
}

/// What is known of the one who asks, beside the roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A person: until when the last proof of presence counts as fresh.
    Person {
        /// The end of freshness.
        fresh_until: Timestamp,
    },
    /// A program: the sensitive actions that its key was given explicitly, and the only ones that its token may do.
    Program {
        /// Given explicitly.
        rights: Vec<Action>,
        /// Narrowed to these; none: not narrowed.
        only: Option<Vec<Action>>,
    },
}

/// Somebody who has shown who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who, for the record.
    pub doer: Doer,
    /// What they were given.
    pub grants: Vec<Grant>,
    /// What else is known.
    pub standing: Standing,
    /// From where they ask.
    pub address: Option<IpAddr>,
    /// When they ask.
    pub now: Timestamp,
}

impl Actor {
    /// Whether a sensitive action may go without another proof of presence.
    pub fn is_fresh(&self, action: Action) -> bool {
        match &self.standing {
            Standing::Person { fresh_until } => self.now < *fresh_until,
            Standing::Program { rights, .. } => rights.contains(&action),
        }
    }
    /// Whether a token was narrowed to other actions.
    pub fn is_narrowed(&self, action: Action) -> bool {
        matches!(&self.standing, Standing::Program { only: Some(only), .. } if !only.contains(&action))
    }
    /// The grants that hold now.
    pub fn standing_grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|grant| grant.stands(self.now))
    }
    /// The roles that count when this is asked of this thing.
    pub fn roles(&self, action: Action, place: &Place) -> Vec<RoleRef> {
        let mut roles: Vec<RoleRef> = self
            .standing_grants()
            .filter(|grant| grant.concerns(action, place))
            .map(|grant| grant.role)
            .collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }
    /// Whether they may know that this thing exists.
    pub fn knows_of(&self, place: &Place) -> bool {
        self.standing_grants().any(|grant| place.is_in(&grant.scope) || place.surrounds(&grant.scope))
    }
}
