//! Why somebody may do something, or may not: the same question as `authorize` asks, with its answer taken apart.
//!
//! Never: changes anything, uses an agreement up, tells of a principal or a part of the world that the caller may not know.

use super::grants::{given_to, knows_person, of_person, part_of};
use super::{approvals, authorize, guards, known, verdict};
use crate::account::{doer_text, keys};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Grant, Place, Role, RoleRef, Standing};
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::{KeyId, PersonId};
use fieldkeep_policy::{Decision, Obligation, Slice};
use fieldkeep_wire::json::format_time;

/// Explains it: of oneself always, of others to those who may see who holds which role.
pub async fn explain(
    app: &App,
    actor: &Actor,
    principal: &str,
    action: Action,
    place: &Place,
) -> Result<api::Explanation, Fault> {
    known(actor, place)?;
    let (who, given) = match principal == "me" || principal == doer_text(actor.doer) {
        true => (actor.clone(), Vec::new()),
        false => {
            let other = other(app, actor, principal).await?;
            authorize(app, actor, Action::RoleRead, place.clone()).await?;
            other
        }
    };
    let slice = app.policies.slice(app, place.scope.organization()).await?;
    let decision = decision(app, &who, &slice, action, place).await?;
    let sees_policies = verdict(app, actor, &slice, Action::PolicyRead, place, true).is_allowed();
    let guard = match (&decision, place.scope.organization()) {
        (Decision::Forbidden(policy), Some(organization)) if sees_policies => {
            guards::name_of(app, organization, policy).await?
        }
        _ => None,
    };
    Ok(api::Explanation {
        principal: doer_text(who.doer),
        action,
        allowed: decision.is_allowed(),
        decision: match decision {
            Decision::NoRole if gives(app, &who, given, &slice, action, place) => "shut-out",
            _ => name(&who, action, &decision),
        }
        .to_owned(),
        policy: policy(&decision, sees_policies),
        guard,
        needs: needs(&who, &decision).map(str::to_owned),
        given_by: given_by(app, &who, &slice, action, place),
        would_give: would_give(app, &who, &slice, action, sees_policies),
    })
}

/// All that the caller may do at a place: the answer to `explain` for each action, without its reasons.
pub async fn rights(app: &App, actor: &Actor, place: &Place) -> Result<api::Rights, Fault> {
    known(actor, place)?;
    let slice = app.policies.slice(app, place.scope.organization()).await?;
    let (mut may, mut owes) = (Vec::new(), Vec::new());
    for action in Action::ALL.iter().copied() {
        let decision = decision(app, actor, &slice, action, place).await?;
        match needs(actor, &decision) {
            Some(needs) => owes.push(api::Owed { action, needs: needs.to_owned() }),
            None if decision.is_allowed() => may.push(action),
            None => {}
        }
    }
    Ok(api::Rights { principal: doer_text(actor.doer), may, owes })
}

/// As `authorize` decides, with what a second person has agreed to by now.
async fn decision(
    app: &App,
    who: &Actor,
    slice: &Slice,
    action: Action,
    place: &Place,
) -> Result<Decision, Fault> {
    let decision = verdict(app, who, slice, action, place, false);
    let waits = matches!(decision, Decision::Owes(_, Obligation::SecondPerson));
    if waits && approvals::is_agreed(app, who.doer, slice, action, place).await? {
        return Ok(verdict(app, who, slice, action, place, true));
    }
    Ok(decision)
}

/// Whether what somebody was given would be enough if they were not shut out.
fn gives(app: &App, who: &Actor, given: Vec<Grant>, slice: &Slice, action: Action, place: &Place) -> bool {
    let let_in = Actor { grants: given, ..who.clone() };
    !matches!(verdict(app, &let_in, slice, action, place, true), Decision::NoRole)
}

/// Somebody else, as far as rights go: without a proof of presence, from nowhere. Beside them what they were given, whether
/// or not it counts. Whom the caller may not know of is not there.
async fn other(app: &App, actor: &Actor, principal: &str) -> Result<(Actor, Vec<Grant>), Fault> {
    let unknown = || Fault::not_found("principal");
    match principal.split_once('/') {
        Some(("person", id)) => {
            let person: PersonId = id.parse().map_err(|_| unknown())?;
            if !knows_person(app, actor, person).await? {
                return Err(unknown());
            }
            let now = app.clock.now();
            let mut tx = app.db.read().await?;
            let grants = of_person(&mut tx, person, now).await?;
            let given = given_to(&mut tx, person, now).await?;
            let standing = Standing::Person { fresh_until: now };
            Ok((Actor { doer: Doer::Person(person), grants, standing, address: None, now }, given))
        }
        Some(("key", id)) => {
            let key: KeyId = id.parse().map_err(|_| unknown())?;
            let (scope, found, given) = keys::seen(app, key).await?;
            let place = crate::project::group::place_of(app, scope).await?;
            let slice = app.policies.slice(app, scope.organization()).await?;
            let sees = |action| verdict(app, actor, &slice, action, &place, true).is_allowed();
            if sees(Action::KeyRead) || sees(Action::RoleRead) { Ok((found, given)) } else { Err(unknown()) }
        }
        _ => Err(Fault::invalid("`principal`: `me`, `person/…` or `key/…` expected")),
    }
}

fn name(who: &Actor, action: Action, decision: &Decision) -> &'static str {
    match decision {
        Decision::Allow(_) => "allow",
        Decision::NoRole if who.is_narrowed(action) => "narrowed",
        Decision::NoRole => "no-role",
        Decision::Owes(..) => "owes",
        Decision::Forbidden(_) => "forbidden",
        Decision::Broken(_) => "broken",
    }
}

/// The policy that decided; what an organization added is named to those alone who may see it.
fn policy(decision: &Decision, sees_policies: bool) -> Option<String> {
    let id = match decision {
        Decision::Allow(id) | Decision::Owes(id, _) | Decision::Forbidden(id) => id,
        // Why a policy failed is for the log.
        Decision::NoRole | Decision::Broken(_) => return None,
    };
    let added = id.starts_with("guard/") || id.starts_with("role/");
    (sees_policies || !added).then(|| id.to_string())
}

fn needs(who: &Actor, decision: &Decision) -> Option<&'static str> {
    let Decision::Owes(_, obligation) = decision else { return None };
    Some(match (obligation, &who.standing) {
        (Obligation::SecondPerson, _) => "second-person",
        (Obligation::StepUp, Standing::Person { .. }) => "step-up",
        (Obligation::StepUp, Standing::Program { .. }) => "right",
    })
}

fn given_by(app: &App, who: &Actor, slice: &Slice, action: Action, place: &Place) -> Vec<api::GivenBy> {
    who.standing_grants()
        .filter(|grant| grant.concerns(action, place))
        .filter(|grant| app.policies.engine.role_allows(slice, grant.role, action))
        .map(|grant| api::GivenBy {
            role: grant.role,
            grant: grant.id,
            part: part_of(grant.scope),
            expires_at: grant.expires_at.map(format_time),
        })
        .collect()
}

fn would_give(app: &App, who: &Actor, slice: &Slice, action: Action, sees_policies: bool) -> Vec<RoleRef> {
    let program = matches!(who.standing, Standing::Program { .. });
    let standard = Role::ALL.iter().filter(|role| program || !role.for_programs());
    let own = slice.additions().roles.keys().filter(|_| sees_policies);
    standard
        .map(|role| RoleRef::Standard(*role))
        .chain(own.map(|id| RoleRef::Custom(*id)))
        .filter(|role| app.policies.engine.role_allows(slice, *role, action))
        .collect()
}
