//! What a company adds to the policies: roles of its own, guard rails, actions that need two people.

use crate::{
    CUSTOM_ROLES_MAX, GUARD_BYTES_MAX, GUARD_NESTING_MAX, GUARD_TERMS_MAX, GUARDS_MAX, Invalid, ask,
};
use cedar_policy::{ActionConstraint, Effect, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::project::Network;
use fieldkeep_domain::{CustomRoleId, GuardId};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// Names what a `forbid` asks for instead of forbidding for good.
pub const OBLIGATION: &str = "obligation";

/// A rule that forbids, whatever roles say: one `forbid` in Cedar.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Guard {
    /// Which.
    pub id: GuardId,
    /// The text.
    pub cedar: String,
}

/// What a company adds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Additions {
    /// Roles of its own.
    pub roles: BTreeMap<CustomRoleId, BTreeSet<Action>>,
    /// Guard rails.
    pub guards: Vec<Guard>,
    /// Actions that need a second person.
    pub two_people: BTreeSet<Action>,
}

/// The text of a guard rail: these actions are forbidden outside these networks; without networks, always.
pub fn forbidding(actions: &[Action], outside: &[Network]) -> String {
    let actions: Vec<String> =
        actions.iter().map(|action| format!("Fieldkeep::Action::\"{action}\"")).collect();
    let head = format!("forbid (principal, action in [{}], resource)", actions.join(", "));
    if outside.is_empty() {
        return format!("{head};");
    }
    let inside: Vec<String> =
        outside.iter().map(|network| format!("context.address.isInRange(ip(\"{network}\"))")).collect();
    format!("{head}\nunless {{ context has address && ({}) }};", inside.join(" || "))
}

impl Additions {
    pub(crate) fn policies(&self) -> Result<Vec<Policy>, Invalid> {
        let many = |what: &str, max: usize| Invalid {
            policy: what.into(),
            why: format!("limit `{what}`: at most {max} in one organization"),
        };
        if self.roles.len() > CUSTOM_ROLES_MAX {
            return Err(many("custom-roles", CUSTOM_ROLES_MAX));
        }
        if self.guards.len() > GUARDS_MAX {
            return Err(many("guard-rails", GUARDS_MAX));
        }
        let mut out = Vec::new();
        for (id, actions) in &self.roles {
            if let Some(action) = actions.iter().find(|action| !action.is_delegable()) {
                let why = format!("`{action}` cannot be put into a role of one's own");
                return Err(Invalid { policy: id.to_string(), why });
            }
            if actions.is_empty() {
                continue;
            }
            let text = format!(
                "permit (principal in Fieldkeep::Role::\"{id}\", action in [{}], resource);",
                names(actions)
            );
            out.push(parse_one(&format!("role/{id}"), &text)?);
        }
        for guard in &self.guards {
            out.push(guard_policy(guard)?);
        }
        if !self.two_people.is_empty() {
            let text = format!(
                "@{OBLIGATION}(\"second-person\")\nforbid (principal, action in [{}], resource)\nunless {{ context.approved }};",
                names(&self.two_people)
            );
            out.push(parse_one("two-people", &text)?);
        }
        Ok(out)
    }
}

fn names(actions: &BTreeSet<Action>) -> String {
    let names: Vec<String> =
        actions.iter().map(|action| format!("Fieldkeep::Action::\"{action}\"")).collect();
    names.join(", ")
}

/// A guard rail may only forbid: it can take from everybody, and give to nobody.
fn guard_policy(guard: &Guard) -> Result<Policy, Invalid> {
    let name = format!("guard/{}", guard.id);
    let refused = |why: &str| Invalid { policy: name.clone(), why: why.into() };
    if guard.cedar.len() > GUARD_BYTES_MAX {
        return Err(refused(&format!("limit `guard-rail`: at most {GUARD_BYTES_MAX} bytes")));
    }
    if !is_shallow(&guard.cedar) {
        return Err(refused("limit `guard-nesting`: nested too deeply, or too many terms"));
    }
    let policy = parse_one(&name, &guard.cedar)?;
    if policy.effect() != Effect::Forbid {
        return Err(refused("a guard rail is one `forbid`; permits come from roles alone"));
    }
    if policy.annotations().next().is_some() {
        return Err(refused("annotations are not for guard rails"));
    }
    if !matches!(policy.principal_constraint(), PrincipalConstraint::Any | PrincipalConstraint::Is(_)) {
        return Err(refused("a guard rail holds for everybody: write `principal` without a name"));
    }
    Ok(policy)
}

/// Parser, validator and evaluator walk a policy by recursion: what nests further is refused before any of them sees it.
fn is_shallow(text: &str) -> bool {
    let (mut depth, mut deepest, mut terms) = (0usize, 0, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'|' | b'&' | b'!' | b'-' | b'+' | b'*' | b'.' | b'=' | b'<' | b'>' => terms += 1,
            b'i' if text[at..].starts_with("if") => terms += 8,
            _ => {}
        }
    }
    deepest <= GUARD_NESTING_MAX && terms <= GUARD_TERMS_MAX
}

fn parse_one(name: &str, text: &str) -> Result<Policy, Invalid> {
    Policy::parse(Some(PolicyId::new(name)), text)
        .map_err(|error| Invalid { policy: name.into(), why: error.to_string() })
}

/// The policies of a file, named by their `@id`.
pub(crate) fn parse_all(file: &str, text: &str) -> Result<Vec<Policy>, Invalid> {
    let refused = |why: String| Invalid { policy: format!("{file}.cedar"), why };
    let set = PolicySet::from_str(text).map_err(|error| refused(error.to_string()))?;
    set.policies()
        .map(|policy| {
            let id = policy.annotation("id").ok_or_else(|| refused("a policy without `@id`".into()))?;
            Ok(policy.new_id(PolicyId::new(id)))
        })
        .collect()
}

/// Whether a policy can say anything about an action. What it cannot see it must not err on either.
pub(crate) fn speaks_of(policy: &Policy, action: Action) -> bool {
    let Ok(uid) = ask::action_uid(action) else { return true };
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(one) => one == uid,
        ActionConstraint::In(some) => some.iter().any(|one| *one == uid || is_group(one)),
    }
}

/// A group of actions: which are in it is Cedar's to say.
fn is_group(uid: &EntityUid) -> bool {
    Action::parse(uid.id().unescaped()).is_none()
}
