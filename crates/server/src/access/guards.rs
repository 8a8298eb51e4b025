//! Guard rails: what an organization forbids, whatever roles say.
//!
//! Never: a rule that gives, one that was not validated together with all the others, or one that its author could not take
//! back.

use super::policies::{GuardSecret, additions};
use super::{next_slice, sql};
use crate::project::{open_json, seal_json};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Actor, Permit};
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::project::{Name, Network, Scope};
use fieldkeep_domain::{GuardId, OrganizationId, limits};
use fieldkeep_policy::{Guard, forbidding};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use serde_json::json;
use std::sync::Arc;

fn binding(organization: OrganizationId, id: GuardId) -> Binding {
    Binding::organization(organization, Purpose::Policy, crate::registry::as_row(id.as_bytes()))
}

fn show(row: &sql::GuardRow, secret: GuardSecret) -> api::GuardRail {
    api::GuardRail {
        id: row.id,
        organization: row.organization,
        name: secret.name,
        cedar: secret.cedar,
        created_at: format_time(row.created_at),
    }
}

/// The guard rails of an organization.
pub async fn list(
    app: &App,
    _: Permit,
    organization: OrganizationId,
) -> Result<api::Page<api::GuardRail>, Fault> {
    let seal = &app.keys.organization(Some(organization))?.seal;
    let mut tx = app.db.read().await?;
    let mut items = Vec::new();
    for row in sql::guards(&mut tx, organization).await? {
        let secret = open_json(seal, &binding(organization, row.id), &row.sealed)?;
        items.push(show(&row, secret));
    }
    Ok(api::Page { items, next: None })
}

/// The scope of a guard rail; a removed one does not exist.
pub async fn scope_of(app: &App, id: GuardId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::guard(&mut tx, id).await?.ok_or_else(|| Fault::not_found("guard rail"))?;
    Ok(Scope::Organization { organization: row.organization })
}

/// The name of a guard rail, by the id of its policy.
pub(super) async fn name_of(
    app: &App,
    organization: OrganizationId,
    policy: &str,
) -> Result<Option<String>, Fault> {
    let Some(id) = policy.strip_prefix("guard/").and_then(|id| id.parse::<GuardId>().ok()) else {
        return Ok(None);
    };
    let mut tx = app.db.read().await?;
    let Some(row) = sql::guard(&mut tx, id).await?.filter(|row| row.organization == organization) else {
        return Ok(None);
    };
    let seal = &app.keys.organization(Some(organization))?.seal;
    let secret: GuardSecret = open_json(seal, &binding(organization, id), &row.sealed)?;
    Ok(Some(secret.name))
}

/// The text of a guard rail: as it was given, or out of the simple form.
fn text_of(new: &api::NewGuard) -> Result<String, Fault> {
    match &new.cedar {
        Some(_) if !new.forbid.is_empty() || !new.outside.is_empty() => {
            Err(Fault::invalid("`cedar` or `forbid` with `outside`: one of the two forms expected"))
        }
        Some(cedar) => Ok(cedar.clone()),
        None if new.forbid.is_empty() => {
            Err(Fault::invalid("`forbid`: at least one action expected, or a rule in `cedar`"))
        }
        None if new.outside.len() > limits::NETWORKS_MAX => {
            let max = limits::NETWORKS_MAX;
            Err(Fault::invalid(format!("limit `networks`: at most {max} networks in one guard rail")))
        }
        None => {
            let parse = |text: &String| {
                text.parse::<Network>()
                    .map_err(|error| Fault::invalid(format!("`outside`: `{text:.64}`: {error}")))
            };
            let outside = new.outside.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
            Ok(forbidding(&new.forbid, &outside))
        }
    }
}

/// Makes a guard rail.
pub async fn create(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    organization: OrganizationId,
    new: api::NewGuard,
) -> Result<api::GuardRail, Fault> {
    let name = Name::parse(&new.name)?;
    let secret = GuardSecret { name: name.to_string(), cedar: text_of(&new)? };
    let id = GuardId::from_random(fieldkeep_trust::random());
    let now = app.clock.now();
    let seal = &app.keys.organization(Some(organization))?.seal;
    let sealed = seal_json(seal, &binding(organization, id), &secret)?;
    let row = sql::GuardRow { id, organization, sealed, created_at: now };
    let act = Act::new(permit.doer(), "guard.create", id, permit.scope(), now)
        .with(json!({"name": secret.name, "cedar": secret.cedar}));
    let guard = Guard { id, cedar: secret.cedar.clone() };
    let shown = show(&row, secret);
    let (inner, actor) = (app.clone(), actor.clone());
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                let mut next = additions(&inner, tx, Some(organization)).await?;
                next.guards.push(guard);
                next_slice(&inner, &actor, organization, next)?;
                Ok((act, sql::insert_guard(tx, &row).await?))
            })
        })
        .await?;
    Ok(shown)
}

/// Removes a guard rail.
pub async fn remove(app: &Arc<App>, permit: Permit, id: GuardId) -> Result<(), Fault> {
    let now = app.clock.now();
    let act = Act::new(permit.doer(), "guard.remove", id, permit.scope(), now);
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if !sql::remove_guard(tx, id, now).await? {
                    return Err(Fault::not_found("guard rail"));
                }
                Ok((act, ()))
            })
        })
        .await
}
