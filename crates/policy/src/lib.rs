//! Who may do what, decided by Cedar: the schema and policies of `policies/`, compiled in, and what a company adds.
//!
//! Never: knows a row or a route, lets an error become a yes. A policy that cannot be evaluated denies.

mod ask;
mod cache;
mod limits;
mod rules;
mod table;

pub use ask::Ask;
pub use limits::*;
pub use rules::{Additions, Guard, forbidding};
pub use table::{Matrix, matrix_text};

use cache::Cache;
use cedar_policy::{
    Authorizer, Decision as CedarDecision, Policy, PolicySet, Schema, ValidationMode, Validator,
};
use fieldkeep_domain::access::{Action, Role, RoleRef};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SCHEMA: &str = include_str!("../../../policies/schema.cedarschema");
const POLICIES: [(&str, &str); 10] = [
    ("project", include_str!("../../../policies/project.cedar")),
    ("registry", include_str!("../../../policies/registry.cedar")),
    ("telemetry", include_str!("../../../policies/telemetry.cedar")),
    ("quarantine", include_str!("../../../policies/quarantine.cedar")),
    ("account", include_str!("../../../policies/account.cedar")),
    ("access", include_str!("../../../policies/access.cedar")),
    ("notify", include_str!("../../../policies/notify.cedar")),
    ("audit", include_str!("../../../policies/audit.cedar")),
    ("health", include_str!("../../../policies/health.cedar")),
    ("dashboard", include_str!("../../../policies/dashboard.cedar")),
];

/// Policies that cannot be used: nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("policy `{policy}` refused: {why}")]
pub struct Invalid {
    /// Which.
    pub policy: String,
    /// What is wrong with it.
    pub why: String,
}

/// What else would have to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obligation {
    /// A fresh proof of presence.
    StepUp,
    /// A second person who agrees.
    SecondPerson,
}

/// The answer, and by which policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Allowed by this policy.
    Allow(Arc<str>),
    /// None of the roles has the action.
    NoRole,
    /// Allowed but for what this policy asks besides.
    Owes(Arc<str>, Obligation),
    /// Forbidden by this policy, whatever the roles.
    Forbidden(Arc<str>),
    /// A policy could not be evaluated: denied.
    Broken(Arc<str>),
}

impl Decision {
    /// Whether it is a yes.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allow(_))
    }
}

/// The policies that count in one organization, cut by action so that a question meets only those that speak of it.
#[derive(Debug)]
pub struct Slice {
    /// Tells slices apart in the cache.
    version: u64,
    /// One set per action, in the order of `Action::ALL`.
    sets: Vec<PolicySet>,
    additions: Additions,
}

impl Slice {
    /// What the company added.
    pub fn additions(&self) -> &Additions {
        &self.additions
    }
    fn set(&self, action: Action) -> &PolicySet {
        &self.sets[action as usize]
    }
}

/// Decides. Holds the schema, the policies that come with Fieldkeep, and what was decided before.
#[derive(Debug)]
pub struct Engine {
    schema: Schema,
    policies: Vec<Policy>,
    matrix: Matrix,
    cache: Cache,
    versions: AtomicU64,
}

impl Engine {
    /// Reads and validates the compiled-in policies, strictly.
    pub fn new() -> Result<Self, Invalid> {
        let refused = |policy: &str, why: &dyn std::fmt::Display| Invalid {
            policy: policy.into(),
            why: why.to_string(),
        };
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| refused("schema", &error))?;
        let mut policies = Vec::new();
        for (file, text) in POLICIES {
            policies.extend(rules::parse_all(file, text)?);
        }
        let mut engine = Self {
            schema,
            policies,
            matrix: Matrix::default(),
            cache: Cache::default(),
            versions: AtomicU64::new(1),
        };
        let base = engine.slice(Additions::default())?;
        engine.matrix = Matrix::of(&engine, &base);
        Ok(engine)
    }

    /// The policies of an organization: what comes with Fieldkeep and what the company added, validated strictly.
    pub fn slice(&self, additions: Additions) -> Result<Slice, Invalid> {
        let added = additions.policies()?;
        let all = self.policies.iter().chain(&added);
        let set = PolicySet::from_policies(all.clone().cloned())
            .map_err(|error| Invalid { policy: "the set".into(), why: error.to_string() })?;
        let outcome = Validator::new(self.schema.clone()).validate(&set, ValidationMode::Strict);
        if let Some(error) = outcome.validation_errors().next() {
            return Err(Invalid { policy: error.policy_id().to_string(), why: error.to_string() });
        }
        let sets = Action::ALL.iter().map(|action| {
            let speaking = all.clone().filter(|policy| rules::speaks_of(policy, *action)).cloned();
            PolicySet::from_policies(speaking)
                .map_err(|error| Invalid { policy: action.to_string(), why: error.to_string() })
        });
        let sets = sets.collect::<Result<_, _>>()?;
        Ok(Slice { version: self.versions.fetch_add(1, Ordering::Relaxed), sets, additions })
    }

    /// Answers, from memory where the same was asked before under the same policies.
    pub fn decide(&self, slice: &Slice, ask: &Ask<'_>) -> Decision {
        // Nobody without a role may do anything: no policy permits without one.
        if ask.roles.is_empty() {
            return Decision::NoRole;
        }
        let key = cache::Key::new(slice.version, ask);
        if let Some(decision) = self.cache.get(&key) {
            return decision;
        }
        let decision = self.evaluate(slice, ask);
        self.cache.put(key, decision.clone());
        decision
    }

    /// Answers without memory.
    pub fn evaluate(&self, slice: &Slice, ask: &Ask<'_>) -> Decision {
        let broken = |why: String| Decision::Broken(why.into());
        let (request, entities) = match ask.to_cedar(&self.schema) {
            Ok(parts) => parts,
            Err(why) => return broken(why),
        };
        let set = slice.set(ask.action);
        let response = Authorizer::new().is_authorized(&request, set, &entities);
        // Cedar skips what errs, a `forbid` too: here that denies.
        if let Some(error) = response.diagnostics().errors().next() {
            return broken(error.to_string());
        }
        // Cedar keeps them in no order; the same question has the same answer.
        let mut reasons: Vec<_> = response.diagnostics().reason().collect();
        reasons.sort_unstable_by_key(|id| id.to_string());
        match response.decision() {
            CedarDecision::Allow => match reasons.first() {
                Some(id) => Decision::Allow(id.to_string().into()),
                None => broken("allowed without a policy".into()),
            },
            CedarDecision::Deny if reasons.is_empty() => Decision::NoRole,
            CedarDecision::Deny => self.forbidden(slice, ask, &reasons),
        }
    }

    /// What stands against it. An obligation counts only where a role would otherwise allow.
    fn forbidden(&self, slice: &Slice, ask: &Ask<'_>, reasons: &[&cedar_policy::PolicyId]) -> Decision {
        if !ask.roles.iter().any(|role| self.role_allows(slice, *role, ask.action)) {
            return Decision::NoRole;
        }
        let set = slice.set(ask.action);
        let owed = |id: &cedar_policy::PolicyId| match set.annotation(id, rules::OBLIGATION)? {
            "step-up" => Some(Obligation::StepUp),
            "second-person" => Some(Obligation::SecondPerson),
            _ => None,
        };
        let name = |id: &cedar_policy::PolicyId| Arc::<str>::from(id.to_string());
        // What nothing can lift is named first; then presence, because a second person is asked for something exact.
        if let Some(id) = reasons.iter().find(|id| owed(id).is_none()) {
            return Decision::Forbidden(name(id));
        }
        for obligation in [Obligation::StepUp, Obligation::SecondPerson] {
            if let Some(id) = reasons.iter().find(|id| owed(id) == Some(obligation)) {
                return Decision::Owes(name(id), obligation);
            }
        }
        Decision::Broken("denied without a reason".into())
    }

    /// Whether a role by itself has an action, leaving aside what is asked besides.
    pub fn role_allows(&self, slice: &Slice, role: RoleRef, action: Action) -> bool {
        match role {
            RoleRef::Standard(role) => self.matrix.allows(role, action),
            RoleRef::Custom(id) => {
                slice.additions.roles.get(&id).is_some_and(|actions| actions.contains(&action))
            }
        }
    }

    /// Whether whoever has a role may give this action away: what they hold, and an owner everything. An owner makes the
    /// custodians without being one.
    pub fn role_gives(&self, slice: &Slice, role: RoleRef, action: Action) -> bool {
        role == RoleRef::Standard(Role::Owner) || self.role_allows(slice, role, action)
    }

    /// Every action of a role.
    pub fn actions_of(&self, slice: &Slice, role: RoleRef) -> Vec<Action> {
        Action::ALL.iter().copied().filter(|action| self.role_allows(slice, role, *action)).collect()
    }

    /// Roles by actions, as the compiled-in policies answer.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }
}

#[cfg(test)]
mod tests;
