//! What an organization asks of its people: how they sign in, and what takes two of them.

use crate::project::{open_json, seal_json};
use crate::{App, Fault, account};
use fieldkeep_api::OrganizationRules;
use fieldkeep_domain::OrganizationId;
use fieldkeep_domain::access::{Action, Actor, Permit, Role, RoleRef};
use fieldkeep_domain::audit::{Act, Doer};
use fieldkeep_trust::seal::{Binding, Purpose};
use serde_json::json;
use sqlx::AnyConnection;
use std::sync::Arc;

fn binding(id: OrganizationId) -> Binding {
    Binding::organization(id, Purpose::Policy, crate::registry::as_row(id.as_bytes()))
}

/// The rules of an organization; the defaults where it set none.
pub async fn of(
    app: &App,
    tx: &mut AnyConnection,
    organization: Option<OrganizationId>,
) -> Result<OrganizationRules, Fault> {
    let Some(id) = organization else { return Ok(OrganizationRules::default()) };
    match super::sql::rules(tx, id).await? {
        Some(sealed) => open_json(&app.keys.organization(organization)?.seal, &binding(id), &sealed),
        None => Ok(OrganizationRules::default()),
    }
}

/// Shows them.
pub async fn show(app: &App, _: Permit, id: OrganizationId) -> Result<OrganizationRules, Fault> {
    let mut tx = app.db.read().await?;
    of(app, &mut tx, Some(id)).await
}

/// Refused where one person alone may change policies: with the rule of two people over it, nobody could take it back.
async fn two_who_may(app: &App, id: OrganizationId) -> Result<(), Fault> {
    let slice = app.policies.slice(app, Some(id)).await?;
    let may =
        |role: &Role| app.policies.engine.role_allows(&slice, RoleRef::Standard(*role), Action::PolicyWrite);
    let roles: Vec<Role> = Role::ALL.iter().copied().filter(may).collect();
    let mut tx = app.db.read().await?;
    let mut people = super::told::holders(&mut tx, app, &roles, Some(id)).await?;
    people.extend(super::told::holders(&mut tx, app, &roles, None).await?);
    people.sort_unstable();
    people.dedup();
    match people.len() {
        2.. => Ok(()),
        _ => Err(Fault::conflict(
            "`two_people`: `policy.write` can be among them once two people have it here: nobody could take it back",
        )),
    }
}

/// Replaces them.
pub async fn set(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: OrganizationId,
    rules: OrganizationRules,
) -> Result<OrganizationRules, Fault> {
    rules.sign_in.check().map_err(|error| Fault::invalid(error.to_string()))?;
    if actor.address.is_some_and(|address| !rules.sign_in.admits(address)) {
        return Err(Fault::conflict("`networks`: your own address is outside: you would shut yourself out"));
    }
    if rules.two_people.contains(&Action::PolicyWrite) {
        two_who_may(app, id).await?;
    }
    if let Doer::Person(person) = actor.doer
        && !account::could_come_in(app, person, &rules.sign_in).await?
    {
        let text = "`sign_in`: you have nothing yourself that counts under these rules: add a passkey or such a factor \
                    first, or you would shut yourself out";
        return Err(Fault::conflict(text));
    }
    let sealed = seal_json(&app.keys.organization(Some(id))?.seal, &binding(id), &rules)?;
    let (app, actor, set) = (app.clone(), actor.clone(), rules.clone());
    app.clone()
        .journal
        .act(move |tx, _| {
            Box::pin(async move {
                let before = of(&app, tx, Some(id)).await?;
                let mut additions = super::policies::additions(&app, tx, Some(id)).await?;
                additions.two_people = set.two_people.iter().copied().collect();
                super::next_slice(&app, &actor, id, additions)?;
                super::sql::set_rules(tx, id, &sealed).await?;
                if set.sign_in.passkey_required && !before.sign_in.passkey_required {
                    account::end_password_sessions(tx, id).await?;
                }
                let (life_s, idle_s) = (set.sign_in.session_s_max.into(), set.sign_in.idle_s_max.into());
                account::shorten(tx, id, life_s, idle_s).await?;
                let act = Act::new(permit.doer(), "organization.rules", id, permit.scope(), app.clock.now())
                    .with(json!({"before": before, "after": set}));
                Ok((act, ()))
            })
        })
        .await?;
    Ok(rules)
}
