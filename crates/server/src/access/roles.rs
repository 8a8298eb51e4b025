//! Roles: those that come with Fieldkeep, and an organization's own.
//!
//! Never: a role that gives more than who makes or widens it holds over the whole organization, or one that is taken away
//! while somebody stands in it.

use super::policies::{RoleSecret, additions};
use super::{Receiver, held_until, next_slice, not_held, sql};
use crate::project::{open_json, seal_json};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Permit, Role, RoleRef};
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_domain::{CustomRoleId, OrganizationId};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use serde_json::json;
use sqlx::AnyConnection;
use std::collections::BTreeSet;
use std::sync::Arc;

fn binding(organization: OrganizationId, id: CustomRoleId) -> Binding {
    Binding::organization(organization, Purpose::Policy, crate::registry::as_row(id.as_bytes()))
}

fn show(row: &sql::CustomRoleRow, secret: RoleSecret) -> api::RoleDetail {
    api::RoleDetail {
        role: RoleRef::Custom(row.id),
        name: secret.name,
        standard: false,
        for_programs: false,
        actions: secret.actions,
        created_at: Some(format_time(row.created_at)),
    }
}

/// The standard roles and those of an organization's own, with what each gives.
pub async fn list(
    app: &App,
    _: Permit,
    organization: OrganizationId,
) -> Result<api::Page<api::RoleDetail>, Fault> {
    let matrix = app.policies.engine.matrix();
    let standard = Role::ALL.iter().map(|role| api::RoleDetail {
        role: RoleRef::Standard(*role),
        name: role.name().to_owned(),
        standard: true,
        for_programs: role.for_programs(),
        actions: Action::ALL.iter().copied().filter(|action| matrix.allows(*role, *action)).collect(),
        created_at: None,
    });
    let mut items: Vec<_> = standard.collect();
    let seal = &app.keys.organization(Some(organization))?.seal;
    let mut tx = app.db.read().await?;
    for row in sql::custom_roles(&mut tx, organization).await? {
        let secret = open_json(seal, &binding(organization, row.id), &row.sealed)?;
        items.push(show(&row, secret));
    }
    Ok(api::Page { items, next: None })
}

/// The scope of a role of an organization's own; a removed one does not exist.
pub async fn scope_of(app: &App, id: CustomRoleId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    Ok(Scope::Organization { organization: find(&mut tx, id).await?.organization })
}

async fn find(tx: &mut AnyConnection, id: CustomRoleId) -> Result<sql::CustomRoleRow, Fault> {
    sql::custom_role(tx, id).await?.ok_or_else(|| Fault::not_found("role"))
}

/// Whether who asks may make or change it so: inside the transaction that stores it, so that two at
/// once cannot exceed what one may.
async fn check(
    app: &App,
    tx: &mut AnyConnection,
    actor: &Actor,
    organization: OrganizationId,
    id: CustomRoleId,
    actions: &BTreeSet<Action>,
) -> Result<(), Fault> {
    if actions.is_empty() {
        return Err(Fault::invalid("`actions`: at least one expected"));
    }
    if let Some(action) = actions.iter().find(|action| !action.is_delegable()) {
        return Err(Fault::invalid(format!("`actions`: `{action}` cannot be put into a role of one's own")));
    }
    let mut next = additions(app, tx, Some(organization)).await?;
    // Under the policies as they were: what the role is about to give must come from elsewhere.
    let today = app.policies.engine.slice(next.clone()).map_err(Fault::internal)?;
    let before = next.roles.insert(id, actions.clone()).unwrap_or_default();
    next_slice(app, actor, organization, next)?;
    let wanted: Vec<Action> = actions.iter().copied().collect();
    let place = Scope::Organization { organization }.into();
    let held = held_until(app, &today, actor, Receiver::Person, &wanted, &place);
    // Who takes something out of a role need not hold what stays in it.
    // And a role has no end: rights that end must not outlive themselves in it.
    if held.is_none_or(|until| until < super::FOREVER) && !actions.is_subset(&before) {
        return Err(not_held(RoleRef::Custom(id)));
    }
    Ok(())
}

/// Makes a role.
pub async fn create(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    organization: OrganizationId,
    new: api::NewCustomRole,
) -> Result<api::RoleDetail, Fault> {
    let name = Name::parse(&new.name)?;
    let actions: BTreeSet<Action> = new.actions.into_iter().collect();
    let id = CustomRoleId::from_random(fieldkeep_trust::random());
    let now = app.clock.now();
    let secret = RoleSecret { name: name.to_string(), actions: actions.iter().copied().collect() };
    let seal = &app.keys.organization(Some(organization))?.seal;
    let sealed = seal_json(seal, &binding(organization, id), &secret)?;
    let row = sql::CustomRoleRow { id, organization, sealed, created_at: now };
    let act = Act::new(permit.doer(), "role.create", id, permit.scope(), now)
        .with(json!({"name": secret.name, "actions": secret.actions}));
    let shown = show(&row, secret);
    let (inner, actor) = (app.clone(), actor.clone());
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                check(&inner, tx, &actor, organization, id, &actions).await?;
                Ok((act, sql::insert_role(tx, &row).await?))
            })
        })
        .await?;
    Ok(shown)
}

/// Whether this gives more to somebody who stands in the role already.
pub async fn widens(app: &App, id: CustomRoleId, actions: &[Action]) -> Result<bool, Fault> {
    let mut tx = app.db.read().await?;
    let row = find(&mut tx, id).await?;
    let (people, keys) = sql::standing_in(&mut tx, RoleRef::Custom(id), app.clock.now()).await?;
    let keys_of = app.keys.organization(Some(row.organization))?;
    let secret: RoleSecret = open_json(&keys_of.seal, &binding(row.organization, id), &row.sealed)?;
    Ok(people + keys > 0 && actions.iter().any(|action| !secret.actions.contains(action)))
}

/// Replaces what a role gives, for everybody who stands in it.
pub async fn replace(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: CustomRoleId,
    actions: Vec<Action>,
) -> Result<api::RoleDetail, Fault> {
    let actions: BTreeSet<Action> = actions.into_iter().collect();
    let now = app.clock.now();
    let (inner, actor) = (app.clone(), actor.clone());
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                let mut row = find(tx, id).await?;
                check(&inner, tx, &actor, row.organization, id, &actions).await?;
                let keys = inner.keys.organization(Some(row.organization))?;
                let binding = binding(row.organization, id);
                let mut secret: RoleSecret = open_json(&keys.seal, &binding, &row.sealed)?;
                let before = std::mem::replace(&mut secret.actions, actions.into_iter().collect());
                row.sealed = seal_json(&keys.seal, &binding, &secret)?;
                sql::update_role(tx, id, &row.sealed).await?;
                let act = Act::new(permit.doer(), "role.actions", id, permit.scope(), now)
                    .with(json!({"name": secret.name, "before": before, "after": secret.actions}));
                Ok((act, show(&row, secret)))
            })
        })
        .await
}

/// Removes a role in which nobody stands.
pub async fn remove(app: &Arc<App>, permit: Permit, id: CustomRoleId) -> Result<(), Fault> {
    let now = app.clock.now();
    let act = Act::new(permit.doer(), "role.remove", id, permit.scope(), now);
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                let (people, keys) = sql::standing_in(tx, RoleRef::Custom(id), now).await?;
                if people + keys > 0 {
                    let text = format!(
                        "this role is held by {people} grants of people and {keys} keys: revoke them first"
                    );
                    return Err(Fault::conflict(text).with("grants", people).with("keys", keys));
                }
                if !sql::remove_role(tx, id, now).await? {
                    return Err(Fault::not_found("role"));
                }
                Ok((act, ()))
            })
        })
        .await
}
