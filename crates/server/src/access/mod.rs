//! May this one do that here? One question that everything passes through, its answer explained, and what is given to
//! whom: roles, policies, approvals, broken glass.
//!
//! Never: lets an error become a yes, tells a caller of things outside its scope, gives what the giver does not hold.

pub mod approvals;
pub mod explain;
pub mod glass;
pub mod grants;
pub mod guards;
pub mod http;
mod policies;
pub mod roles;
pub mod rules;
mod sql;
pub mod told;

pub use grants::{check_gifts, insert_grants, of_person, part_of};
pub use policies::Policies;
pub use told::managers;

use crate::fault::Kind;
use crate::{App, Fault};
use fieldkeep_domain::access::{Action, Actor, Permit, Place, Reach, Role, RoleRef, Standing};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{DeviceId, OrganizationId, Timestamp};
use fieldkeep_policy::{Additions, Ask, Decision, Obligation, Slice};
use fieldkeep_wire::json::format_time;
use std::collections::BTreeSet;

/// Allows or refuses; the only maker of permits.
///
/// What the actor has no right at all over does not exist (404); elsewhere a refusal names the action that is missing
/// (403), and never the thing.
pub async fn authorize(
    app: &App,
    actor: &Actor,
    action: Action,
    place: impl Into<Place>,
) -> Result<Permit, Fault> {
    decide(app, actor, action, place.into(), None).await
}

/// The same for an act whose content matters to a second person: who agrees sees it, and agrees to it alone. It is shown and
/// kept, so it holds no secret.
pub async fn authorize_exactly(
    app: &App,
    actor: &Actor,
    action: Action,
    place: impl Into<Place>,
    content: serde_json::Value,
) -> Result<Permit, Fault> {
    decide(app, actor, action, place.into(), Some(content)).await
}

async fn decide(
    app: &App,
    actor: &Actor,
    action: Action,
    place: Place,
    content: Option<serde_json::Value>,
) -> Result<Permit, Fault> {
    if !actor.knows_of(&place) {
        return Err(Fault::not_found("object"));
    }
    let slice = app.policies.slice(app, place.scope.organization()).await?;
    match verdict(app, actor, &slice, action, &place, false) {
        Decision::Allow(_) => Ok(Permit::assertion(actor.doer, action, place.scope)),
        Decision::Owes(_, Obligation::SecondPerson) => {
            approvals::spend_or_ask(app, actor, &slice, action, &place, content).await?;
            Ok(Permit::assertion(actor.doer, action, place.scope))
        }
        decision => Err(refusal(actor, action, &decision)),
    }
}

/// Whether somebody may see something, row by row of what is told to many. Asks nobody for agreement and keeps nothing.
pub async fn may(app: &App, actor: &Actor, action: Action, place: &Place) -> Result<bool, Fault> {
    let slice = app.policies.slice(app, place.scope.organization()).await?;
    Ok(verdict(app, actor, &slice, action, place, false).is_allowed())
}

/// The decision alone.
fn verdict(
    app: &App,
    actor: &Actor,
    slice: &Slice,
    action: Action,
    place: &Place,
    approved: bool,
) -> Decision {
    if actor.is_narrowed(action) {
        return Decision::NoRole;
    }
    let roles = actor.roles(action, place);
    let ask = Ask {
        doer: actor.doer,
        roles: &roles,
        action,
        place,
        fresh: !action.is_sensitive() || actor.is_fresh(action),
        approved,
        address: actor.address,
    };
    match app.policies.engine.decide(slice, &ask) {
        decision @ (Decision::Allow(_) | Decision::NoRole) => decision,
        // Nothing that an organization adds keeps an emergency from being ended.
        _ if action == Action::GlassEnd => bare(app, slice, &ask, BTreeSet::new()),
        Decision::Forbidden(_) | Decision::Broken(_) if lifts(app, actor, slice, action) => {
            bare(app, slice, &ask, slice.additions().two_people.clone())
        }
        decision => decision,
    }
}

/// What it takes to see a guard rail and lift it.
const LIFTING: [Action; 3] = [Action::OrganizationRead, Action::PolicyRead, Action::PolicyWrite];

/// Whether no guard rail of an organization binds somebody in this: who writes policies for the whole deployment can always
/// lift one, or an organization could shut its operator out of it for good.
fn lifts(app: &App, actor: &Actor, slice: &Slice, action: Action) -> bool {
    let writes = |role| app.policies.engine.role_allows(slice, role, Action::PolicyWrite);
    LIFTING.contains(&action)
        && actor.standing_grants().any(|grant| grant.scope == Scope::Deployment && writes(grant.role))
}

/// The answer as if there were no guard rails, and two people were asked for these actions alone.
fn bare(app: &App, slice: &Slice, ask: &Ask<'_>, two_people: BTreeSet<Action>) -> Decision {
    let additions = Additions { guards: Vec::new(), two_people, ..slice.additions().clone() };
    match app.policies.engine.slice(additions) {
        Ok(bare) => app.policies.engine.evaluate(&bare, ask),
        Err(error) => Decision::Broken(error.to_string().into()),
    }
}

/// Whether it is a guard rail that forbids this.
pub async fn is_guarded(app: &App, actor: &Actor, action: Action, scope: Scope) -> Result<bool, Fault> {
    let slice = app.policies.slice(app, scope.organization()).await?;
    let decision = verdict(app, actor, &slice, action, &scope.into(), false);
    Ok(matches!(decision, Decision::Forbidden(_)))
}

/// A refusal in words: the action and what would help.
fn refusal(actor: &Actor, action: Action, decision: &Decision) -> Fault {
    let forbidden = |text: String| Fault::new(Kind::Forbidden, text).with("action", action.name());
    match decision {
        Decision::Allow(_) => Fault::internal("a refusal of what was allowed"),
        Decision::NoRole if actor.is_narrowed(action) => {
            forbidden(format!("this token was asked for without `{action}`: ask for one that has it"))
        }
        Decision::NoRole => forbidden(format!(
            "none of your roles here has the action `{action}`; an administrator can give you one that has"
        )),
        Decision::Owes(_, Obligation::StepUp) => match actor.standing {
            Standing::Person { .. } => {
                forbidden(format!("`{action}` asks for a fresh passkey or code: step up, then send it again"))
                    .with("needs", "step-up")
            }
            Standing::Program { .. } => forbidden(format!(
                "`{action}` has to be given to a key explicitly, in its `rights`; this key was not"
            ))
            .with("needs", "right"),
        },
        Decision::Owes(_, Obligation::SecondPerson) => {
            forbidden(format!("`{action}` needs a second person here")).with("needs", "second-person")
        }
        Decision::Forbidden(_) => {
            forbidden(format!("a guard rail of this organization forbids `{action}` in these circumstances"))
        }
        Decision::Broken(why) => {
            Fault::internal(format!("`{action}` was denied because a policy failed: {why}"))
        }
    }
}

/// Refuses what asks for presence, or for a right given explicitly, where there is none now.
pub fn presence(actor: &Actor, action: Action) -> Result<(), Fault> {
    match !action.is_sensitive() || actor.is_fresh(action) {
        true => Ok(()),
        false => Err(refusal(actor, action, &Decision::Owes("fresh-presence".into(), Obligation::StepUp))),
    }
}

/// A list that somebody may see: how far it reaches. What a guard rail takes away is asked row by row.
pub struct Listing<'a> {
    /// The proof.
    pub permit: Permit,
    /// What a statement may select.
    pub reach: Reach,
    app: &'a App,
    actor: &'a Actor,
}

impl Listing<'_> {
    /// The devices that a policy there names; it cannot tell the others apart where they are in the same part of the world,
    /// because what it is asked about has no attributes: what is shown of one is shown of the other. None: it may name any.
    pub async fn named(
        &self,
        organization: Option<OrganizationId>,
    ) -> Result<Option<BTreeSet<DeviceId>>, Fault> {
        let slice = self.app.policies.slice(self.app, organization).await?;
        let mut named = BTreeSet::new();
        for guard in &slice.additions().guards {
            // An escape could spell an id in another way.
            if guard.cedar.contains('\\') {
                return Ok(None);
            }
            named.extend(guard.cedar.split('"').filter_map(|text| text.parse::<DeviceId>().ok()));
        }
        Ok(Some(named))
    }

    /// Whether a row may be shown.
    pub async fn shows(&self, place: &Place) -> Result<bool, Fault> {
        let slice = self.app.policies.slice(self.app, place.scope.organization()).await?;
        Ok(verdict(self.app, self.actor, &slice, self.permit.action(), place, false).is_allowed())
    }
}

/// How far an action reaches for somebody. An actor who has it nowhere is refused.
pub async fn listing<'a>(app: &'a App, actor: &'a Actor, action: Action) -> Result<Listing<'a>, Fault> {
    let mut reach = Reach::default();
    for grant in actor.standing_grants() {
        let slice = app.policies.slice(app, grant.scope.organization()).await?;
        if app.policies.engine.role_allows(&slice, grant.role, action) && !actor.is_narrowed(action) {
            reach.add(&grant.scope);
        }
    }
    if reach.is_empty() {
        return Err(refusal(actor, action, &Decision::NoRole));
    }
    if !reach.groups.is_empty() {
        let mut tx = app.db.read().await?;
        reach.groups = crate::project::group::below(&mut tx, &reach.groups).await?;
    }
    let permit = Permit::assertion(actor.doer, action, Scope::Deployment);
    Ok(Listing { permit, reach, app, actor })
}

/// To whom a role is to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// A person, who can prove presence: every action of the role counts.
    Person,
    /// A program, whose key does nothing sensitive without an explicit right, which is asked about by itself.
    Program,
}

/// Whether somebody holds all of these actions over a scope, or may give them, for as long as it is given.
pub async fn holds(
    app: &App,
    actor: &Actor,
    receiver: Receiver,
    actions: &[Action],
    scope: &Scope,
    until: Option<Timestamp>,
) -> Result<bool, Fault> {
    let place = crate::project::group::place_of(app, *scope).await?;
    let slice = app.policies.slice(app, scope.organization()).await?;
    let held = held_until(app, &slice, actor, receiver, actions, &place);
    Ok(held.is_some_and(|held| until.unwrap_or(FOREVER) <= held))
}

/// Never ends.
const FOREVER: Timestamp = Timestamp(i64::MAX);

/// Until when somebody holds all of these actions over a thing; none: they do not hold all of them.
fn held_until(
    app: &App,
    slice: &Slice,
    actor: &Actor,
    receiver: Receiver,
    actions: &[Action],
    place: &Place,
) -> Option<Timestamp> {
    let covering: Vec<_> = actor.standing_grants().filter(|grant| place.is_in(&grant.scope)).collect();
    let of_one = |action: &Action| {
        // A program holds a sensitive action only as an explicit right.
        let lacks_right = receiver == Receiver::Person
            && matches!(actor.standing, Standing::Program { .. })
            && action.is_sensitive()
            && !actor.is_fresh(*action);
        if lacks_right || actor.is_narrowed(*action) {
            return None;
        }
        let giving =
            covering.iter().filter(|grant| app.policies.engine.role_gives(slice, grant.role, *action));
        giving.map(|grant| grant.expires_at.unwrap_or(FOREVER)).max()
    };
    actions.iter().map(of_one).try_fold(FOREVER, |least, one| Some(least.min(one?)))
}

/// Refuses to give what the giver does not hold, or for longer than the giver holds it.
pub async fn check_held(
    app: &App,
    actor: &Actor,
    receiver: Receiver,
    role: RoleRef,
    scope: &Scope,
    until: Option<Timestamp>,
) -> Result<(), Fault> {
    let place = crate::project::group::place_of(app, *scope).await?;
    let slice = app.policies.slice(app, scope.organization()).await?;
    let actions = app.policies.engine.actions_of(&slice, role);
    let held = held_until(app, &slice, actor, receiver, &actions, &place);
    within(role, held, until)
}

fn within(role: RoleRef, held: Option<Timestamp>, until: Option<Timestamp>) -> Result<(), Fault> {
    let held = held.ok_or_else(|| not_held(role))?;
    if until.unwrap_or(FOREVER) <= held {
        return Ok(());
    }
    let end = format_time(held);
    let text = format!("what you hold there ends at {end}: give an `expires_at` that is no later");
    Err(Fault::new(Kind::Forbidden, text).with("action", Action::RoleGrant.name()).with("held_until", end))
}

/// Whether somebody may act on a person who holds this role there: they hold as much, or the role has no rights over others.
pub async fn manages(app: &App, actor: &Actor, role: RoleRef, scope: &Scope) -> Result<bool, Fault> {
    let place = crate::project::group::place_of(app, *scope).await?;
    let slice = app.policies.slice(app, scope.organization()).await?;
    let engine = &app.policies.engine;
    let holds =
        |actions: &[Action]| held_until(app, &slice, actor, Receiver::Program, actions, &place).is_some();
    // Who asks was allowed to act on the holder already; a role without rights over others keeps nobody from it.
    let is_over_others = Action::over_others().any(|action| engine.role_allows(&slice, role, action));
    Ok(!is_over_others || holds(&engine.actions_of(&slice, role)))
}

/// Whether somebody owns a part of the world without an end. Whoever owns it for an hour touches no way in of those who do.
pub async fn owns_for_good(app: &App, actor: &Actor, scope: &Scope) -> Result<bool, Fault> {
    let place = crate::project::group::place_of(app, *scope).await?;
    let owner = RoleRef::Standard(Role::Owner);
    let mut grants = actor.standing_grants();
    Ok(grants.any(|grant| grant.role == owner && grant.expires_at.is_none() && place.is_in(&grant.scope)))
}

/// The refusal to give what the giver does not hold.
fn not_held(role: RoleRef) -> Fault {
    let text = format!("you do not hold everything that role `{role}` gives there, so you cannot give it");
    Fault::new(Kind::Forbidden, text).with("action", Action::RoleGrant.name())
}

/// The policies as they would be; refused where they do not hold, or where their author could not take them back.
fn next_slice(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    additions: Additions,
) -> Result<Slice, Fault> {
    // An agreement can come about only where the rule of two people is over policies: nowhere else would a guard rail that
    // waits for one ever give way.
    let approved = additions.two_people.contains(&Action::PolicyWrite);
    let slice = app.policies.engine.slice(additions).map_err(|error| Fault::invalid(error.to_string()))?;
    let place = Place::from(Scope::Organization { organization });
    let roles = actor.roles(Action::PolicyWrite, &place);
    let ask = Ask {
        doer: actor.doer,
        roles: &roles,
        action: Action::PolicyWrite,
        place: &place,
        fresh: true,
        approved,
        address: actor.address,
    };
    if !app.policies.engine.evaluate(&slice, &ask).is_allowed() {
        let text =
            "with this you could no longer change policies here from where you are; nothing was changed";
        return Err(Fault::conflict(text).with("action", Action::PolicyWrite.name()));
    }
    Ok(slice)
}

/// Whether a role gives this action where it is to be given.
pub async fn gives(app: &App, role: RoleRef, action: Action, scope: &Scope) -> Result<bool, Fault> {
    let slice = app.policies.slice(app, scope.organization()).await?;
    Ok(app.policies.engine.role_allows(&slice, role, action))
}

/// What a question names must be something that its asker may know of.
pub fn known(actor: &Actor, place: &Place) -> Result<(), Fault> {
    if actor.knows_of(place) { Ok(()) } else { Err(Fault::not_found("object of a query")) }
}

/// Whether a role exists where it is to be given.
pub async fn check_role(app: &App, role: RoleRef, scope: &Scope) -> Result<(), Fault> {
    let RoleRef::Custom(id) = role else { return Ok(()) };
    let slice = app.policies.slice(app, scope.organization()).await?;
    match slice.additions().roles.contains_key(&id) {
        true => Ok(()),
        false => Err(Fault::invalid(format!("`role`: no role `{id}` in this organization"))),
    }
}
