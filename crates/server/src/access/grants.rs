//! Roles of people: given, listed, taken back.
//!
//! Never: gives what the giver does not hold or for longer than they hold it, takes the deployment's last owner away.

use super::{
    Listing, Receiver, authorize_exactly, check_held, check_role, owns_for_good, refusal, sql, verdict,
};
use crate::account::doer_text;
use crate::fault::Kind;
use crate::project::group;
use crate::{App, Fault, project};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Grant, Permit, Place, Role, RoleRef};
use fieldkeep_domain::audit::{Act, Doer, Why};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{GrantId, OrganizationId, PersonId, Timestamp, limits};
use fieldkeep_wire::json::{format_time, parse_time};
use serde_json::{Value as Json, json};
use sql::grants::GrantRow;
use sqlx::AnyConnection;
use std::sync::Arc;

/// Something to be given: what, where, until when.
pub type Gift = (RoleRef, Scope, Option<Timestamp>);

/// What a person holds now. Who is shut out holds nothing, and nothing is held in an organization that is.
pub async fn of_person(
    tx: &mut AnyConnection,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<Grant>, Fault> {
    // Grants of an emergency come on top of the others.
    let rows = sql::grants::standing(tx, person, now, 2 * limits::GRANTS_MAX).await?;
    Ok(rows.iter().map(grant).collect())
}

fn grant(row: &GrantRow) -> Grant {
    Grant { id: row.id, role: row.role, scope: row.scope, expires_at: row.expires_at }
}

/// What somebody was given, whether or not they are shut out: what they would hold once they are let in again.
pub async fn given_to(tx: &mut AnyConnection, person: PersonId, now: Timestamp) -> Result<Vec<Grant>, Fault> {
    let rows = sql::grants::given(tx, person, now, 2 * limits::GRANTS_MAX).await?;
    Ok(rows.iter().map(grant).collect())
}

/// Whether somebody may give this to a person: the action, with everything that it asks for, and the role itself.
pub async fn check_gift(app: &App, actor: &Actor, to: PersonId, gift: Gift) -> Result<(), Fault> {
    check_gifts(app, actor, &json!({"person": to}), &[gift]).await
}

/// The same for several at once, and for somebody who may not be here yet. Each place is asked about once, so that one
/// agreement of a second person is enough for it.
pub async fn check_gifts(app: &App, actor: &Actor, to: &Json, gifts: &[Gift]) -> Result<(), Fault> {
    for (role, scope, until) in gifts {
        check_one(app, actor, *role, scope, *until).await?;
    }
    // Last, because it may use up an agreement.
    let mut asked = Vec::new();
    for (_, scope, _) in gifts {
        if !asked.contains(scope) {
            asked.push(*scope);
            let here = gifts.iter().filter(|gift| gift.1 == *scope);
            let roles: Vec<_> =
                here.map(|gift| json!({"role": gift.0, "expires_at": gift.2.map(format_time)})).collect();
            let content = json!({"to": to, "roles": roles});
            let place = group::place_of(app, *scope).await?;
            authorize_exactly(app, actor, Action::RoleGrant, place, content).await?;
        }
    }
    Ok(())
}

/// Whether somebody may give anything at all there, leaving a second person aside.
async fn check_giver(app: &App, actor: &Actor, scope: &Scope) -> Result<(), Fault> {
    let place = group::place_of(app, *scope).await?;
    if !actor.knows_of(&place) {
        return Err(Fault::not_found("part that a role is given for"));
    }
    let slice = app.policies.slice(app, scope.organization()).await?;
    let decision = verdict(app, actor, &slice, Action::RoleGrant, &place, true);
    if decision.is_allowed() { Ok(()) } else { Err(refusal(actor, Action::RoleGrant, &decision)) }
}

async fn check_one(
    app: &App,
    actor: &Actor,
    role: RoleRef,
    scope: &Scope,
    until: Option<Timestamp>,
) -> Result<(), Fault> {
    check_giver(app, actor, scope).await?;
    if matches!(role, RoleRef::Standard(role) if role.for_programs()) {
        return Err(Fault::invalid(format!("`role`: `{role}` is for programs: give a person another one")));
    }
    if until.is_some_and(|until| until <= app.clock.now()) {
        return Err(Fault::invalid("`expires_at`: a time in the future expected"));
    }
    check_role(app, role, scope).await?;
    check_held(app, actor, Receiver::Person, role, scope, until).await
}

/// Adds grants inside the transaction of what they are given for: an invitation that is taken up.
pub async fn insert_grants(
    tx: &mut AnyConnection,
    person: PersonId,
    gifts: &[Gift],
    doer: Doer,
    now: Timestamp,
) -> Result<Vec<GrantId>, Fault> {
    let mut ids = Vec::with_capacity(gifts.len());
    for (role, scope, expires_at) in gifts {
        if let RoleRef::Custom(id) = role {
            // It may have been removed since it was promised.
            let found = sql::custom_role(tx, *id).await?;
            if found.is_none_or(|found| Some(found.organization) != scope.organization()) {
                return Err(Fault::conflict(format!("role `{id}` is no longer there")));
            }
        }
        let id = GrantId::from_random(fieldkeep_trust::random());
        let row = GrantRow {
            id,
            person,
            role: *role,
            scope: *scope,
            made_by: doer_text(doer),
            created_at: now,
            expires_at: *expires_at,
            revoked_at: None,
        };
        sql::grants::insert(tx, &row).await?;
        ids.push(id);
    }
    if sql::grants::count(tx, person, now).await? > limits::GRANTS_MAX {
        let max = limits::GRANTS_MAX;
        return Err(Fault::conflict(format!("limit `grants`: at most {max} roles for one person")));
    }
    Ok(ids)
}

/// A scope as the contract names it.
pub fn part_of(scope: Scope) -> api::Part {
    let (group, device) = match scope {
        Scope::Group { group, .. } => (Some(group), None),
        Scope::Device { device, .. } => (None, Some(device)),
        _ => (None, None),
    };
    api::Part { organization: scope.organization(), project: scope.project(), group, device }
}

fn show(row: &GrantRow) -> api::RoleGrant {
    api::RoleGrant {
        id: row.id,
        person: row.person,
        role: row.role,
        part: part_of(row.scope),
        made_by: row.made_by.clone(),
        created_at: format_time(row.created_at),
        expires_at: row.expires_at.map(format_time),
        revoked_at: row.revoked_at.map(format_time),
    }
}

/// Whether somebody may know of a person: themselves, their company's people, and those who hold a role where they may see
/// who does.
pub(super) async fn knows_person(app: &App, actor: &Actor, person: PersonId) -> Result<bool, Fault> {
    let mut tx = app.db.read().await?;
    let Some(found) = sql::grants::person(&mut tx, person).await? else { return Ok(false) };
    let held = sql::grants::standing(&mut tx, person, app.clock.now(), limits::GRANTS_MAX).await?;
    drop(tx);
    if actor.doer == Doer::Person(person) {
        return Ok(true);
    }
    let home =
        found.organization.map_or(Scope::Deployment, |organization| Scope::Organization { organization });
    let mut scopes: Vec<Scope> = held.iter().map(|grant| grant.scope).collect();
    scopes.push(home);
    for scope in scopes {
        let place = group::place_of(app, scope).await?;
        let slice = app.policies.slice(app, place.scope.organization()).await?;
        for action in [Action::PersonRead, Action::RoleRead] {
            if verdict(app, actor, &slice, action, &place, true).is_allowed() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Gives a role to a person.
pub async fn give(
    app: &Arc<App>,
    actor: &Actor,
    scope: Scope,
    new: api::NewRoleGrant,
) -> Result<api::RoleGrant, Fault> {
    let expires_at = new.expires_at.as_deref().map(parse_time).transpose()?;
    check_giver(app, actor, &scope).await?;
    if !knows_person(app, actor, new.person).await? {
        return Err(Fault::not_found("person"));
    }
    check_gift(app, actor, new.person, (new.role, scope, expires_at)).await?;
    let (person, doer, now) = (new.person, actor.doer, app.clock.now());
    let gift = (new.role, scope, expires_at);
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                crate::account::still_in(tx, doer, now).await?;
                let found = sql::grants::person(tx, person).await?;
                if found.ok_or_else(|| Fault::not_found("person"))?.disabled {
                    return Err(Fault::conflict("this person is shut out: let them in again first"));
                }
                let lasts = |held: &Grant| match (held.expires_at, expires_at) {
                    (None, _) => true,
                    (Some(held), Some(new)) => held >= new,
                    (Some(_), None) => false,
                };
                let same = |held: &&Grant| held.role == gift.0 && held.scope == scope;
                if of_person(tx, person, now).await?.iter().filter(same).any(lasts) {
                    return Err(Fault::conflict(
                        "they hold this role there already, and for as long; nothing was given",
                    ));
                }
                let ids = insert_grants(tx, person, &[gift], doer, now).await?;
                let id = *ids.first().ok_or_else(|| Fault::internal("a gift without its grant"))?;
                let row = sql::grants::find(tx, id).await?.ok_or_else(|| Fault::internal("no grant"))?;
                let act = Act::new(doer, "grant.create", id, scope, now).with(json!({
                    "person": person, "role": gift.0, "expires_at": expires_at.map(format_time),
                }));
                Ok((act, show(&row)))
            })
        })
        .await
}

/// The grants that somebody may see.
pub async fn list(
    app: &App,
    listing: Listing<'_>,
    query: &api::RoleGrantQuery,
) -> Result<api::Page<api::RoleGrant>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let mut tx = app.db.read().await?;
    let reach = &listing.reach;
    let rows = sql::grants::list(&mut tx, reach, query.person, query.organization, after, limit + 1).await?;
    drop(tx);
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        if listing.shows(&group::place_of(app, row.scope).await?).await? {
            items.push(show(row));
        }
    }
    Ok(api::Page { items, next: page.next })
}

/// The part of the world that a list of grants is asked for must be one that the caller may know of, and the person too.
pub async fn check_query(app: &App, actor: &Actor, query: &api::RoleGrantQuery) -> Result<(), Fault> {
    if query.organization.is_some() {
        let scope = project::scope(app, query.organization, None).await?;
        if !actor.knows_of(&scope.into()) {
            return Err(Fault::not_found("organization"));
        }
    }
    match query.person {
        Some(person) if !knows_person(app, actor, person).await? => Err(Fault::not_found("person")),
        _ => Ok(()),
    }
}

/// Where a grant holds.
pub async fn place_of(app: &App, id: GrantId) -> Result<Place, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::grants::find(&mut tx, id).await?.ok_or_else(|| Fault::not_found("grant"))?;
    drop(tx);
    group::place_of(app, row.scope).await
}

/// Takes a role back, at once: what somebody holds is read with each of their requests.
pub async fn revoke(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: GrantId,
    reason: Why,
) -> Result<(), Fault> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let row = sql::grants::find(&mut tx, id).await?.ok_or_else(|| Fault::not_found("grant"))?;
    drop(tx);
    let owner = RoleRef::Standard(Role::Owner);
    // Otherwise who manages people could put the owners out.
    if row.role == owner
        && check_held(app, actor, Receiver::Person, owner, &row.scope, Some(now)).await.is_err()
    {
        let text = "an owner's role is taken back by owners alone";
        return Err(Fault::new(Kind::Forbidden, text).with("action", Action::RoleGrant.name()));
    }
    // Whoever owns the deployment for good can always make another owner of an organization; nobody else could.
    let above = owns_for_good(app, actor, &Scope::Deployment).await?;
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if row.role == owner && (row.scope == Scope::Deployment || !above) {
                    stays_owned(tx, &row, now).await?;
                }
                if !sql::grants::revoke(tx, id, now).await? {
                    return Err(Fault::conflict("this grant is already revoked"));
                }
                let act = Act::new(permit.doer(), "grant.revoke", id, row.scope, now)
                    .with(json!({"person": row.person, "role": row.role, "reason": reason}));
                Ok((act, ()))
            })
        })
        .await
}

/// Whether anybody owns the deployment, or an organization, without an end.
pub async fn owned_for_good(
    tx: &mut AnyConnection,
    organization: Option<OrganizationId>,
    now: Timestamp,
) -> Result<bool, Fault> {
    Ok(sql::grants::owners(tx, organization, now).await?.iter().any(|row| row.expires_at.is_none()))
}

/// Refuses to leave the deployment, or an organization, without an owner whose rights do not end, where there was one: asked
/// once somebody is shut out.
pub async fn stays_owned_for_good(
    tx: &mut AnyConnection,
    organization: Option<OrganizationId>,
    owned: bool,
    now: Timestamp,
) -> Result<(), Fault> {
    if owned && !owned_for_good(tx, organization, now).await? {
        let what = if organization.is_some() { "organization" } else { "deployment" };
        return Err(Fault::conflict(format!("this is the {what}'s last owner: make another one first")));
    }
    Ok(())
}

/// Somebody else must own the deployment, or the organization, at least as long as this grant would have. Owners of smaller
/// parts are not asked about: whoever owns the organization makes others.
async fn stays_owned(tx: &mut AnyConnection, row: &GrantRow, now: Timestamp) -> Result<(), Fault> {
    let what = match row.scope {
        Scope::Deployment => "deployment",
        Scope::Organization { .. } => "organization",
        _ => return Ok(()),
    };
    let owners = sql::grants::owners(tx, row.scope.organization(), now).await?;
    // One who is shut out counts all the same: let in again, they would own as before.
    let counts = row.revoked_at.is_none() && row.expires_at.is_none_or(|end| now < end);
    let lasts = |other: &GrantRow| match (other.expires_at, row.expires_at) {
        (None, _) => true,
        (Some(other), Some(this)) => other >= this,
        (Some(_), None) => false,
    };
    if counts && !owners.iter().any(|other| other.id != row.id && lasts(other)) {
        let text = format!("this is the {what}'s last owner: make another one first");
        return Err(Fault::conflict(text));
    }
    Ok(())
}
