//! Roles by actions, as the policies answer: for the golden file, the manual, and quick questions about a role alone.

use crate::{Ask, Engine, Slice};
use fieldkeep_domain::PersonId;
use fieldkeep_domain::access::{Action, Place, Role, RoleRef};
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::project::Scope;
use std::collections::BTreeSet;

/// Which standard role has which action.
#[derive(Debug, Default)]
pub struct Matrix(BTreeSet<(Role, Action)>);

impl Matrix {
    /// Asks every question once.
    pub(crate) fn of(engine: &Engine, base: &Slice) -> Self {
        let place = Place::from(Scope::Deployment);
        let ask = |role: Role, action: Action| {
            let roles = [RoleRef::Standard(role)];
            let doer = Doer::Person(PersonId::MIN);
            let ask = Ask {
                doer,
                roles: &roles,
                action,
                place: &place,
                fresh: true,
                approved: true,
                address: None,
            };
            engine.evaluate(base, &ask).is_allowed()
        };
        let all = Role::ALL.iter().flat_map(|role| Action::ALL.iter().map(move |action| (*role, *action)));
        Self(all.filter(|(role, action)| ask(*role, *action)).collect())
    }
    /// Whether a role has an action.
    pub fn allows(&self, role: Role, action: Action) -> bool {
        self.0.contains(&(role, action))
    }
}

/// Role × action × whether it is allowed, and what it takes besides; one line each.
pub fn matrix_text(matrix: &Matrix) -> String {
    let mut out = String::new();
    for role in Role::ALL {
        for action in Action::ALL {
            let answer = match (matrix.allows(*role, *action), action.is_sensitive()) {
                (true, true) => "allow with step-up",
                (true, false) => "allow",
                (false, _) => "deny",
            };
            out.push_str(&format!("{role} {action} {answer}\n"));
        }
    }
    out
}
