//! Breaking the glass: two custodians together take an owner's rights for an hour, and everybody in charge is told.
//!
//! Never: alone, in silence, for longer than the hour, or by a program.

use super::{authorize, grants, listing, managers, sql, told};
use crate::db::reach::{Columns, covered};
use crate::fault::Kind;
use crate::project::{open_json, seal_json};
use crate::{App, Fault, notify};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Permit, Reach, Role, RoleRef};
use fieldkeep_domain::audit::{Act, Doer, Why};
use fieldkeep_domain::notify::{DuplicateKey, Message};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{GlassId, GrantId, OrganizationId, PersonId, Timestamp, limits};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use serde_json::json;
use sql::glass::GlassRow;
use sql::grants::GrantRow;
use sqlx::AnyConnection;
use std::sync::Arc;

fn binding(id: GlassId, organization: Option<OrganizationId>) -> Binding {
    match organization {
        Some(organization) => {
            Binding::organization(organization, Purpose::Approval, crate::registry::as_row(id.as_bytes()))
        }
        None => Binding::deployment(Purpose::Approval, *id.as_bytes()),
    }
}

fn scope(organization: Option<OrganizationId>) -> Scope {
    organization.map_or(Scope::Deployment, |organization| Scope::Organization { organization })
}

fn maker(id: GlassId) -> String {
    format!("glass/{id}")
}

fn custodian(doer: Doer) -> Result<PersonId, Fault> {
    match doer {
        Doer::Person(id) => Ok(id),
        _ => {
            let text = "the glass is broken by two people: a program cannot take part";
            Err(Fault::new(Kind::Forbidden, text).with("action", Action::GlassBreak.name()))
        }
    }
}

async fn find(tx: &mut AnyConnection, id: GlassId) -> Result<GlassRow, Fault> {
    sql::glass::find(tx, id).await?.ok_or_else(|| Fault::not_found("glass"))
}

/// Where an emergency is.
pub async fn scope_of(app: &App, id: GlassId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    Ok(scope(find(&mut tx, id).await?.organization))
}

fn state(row: &GlassRow, now: Timestamp) -> &'static str {
    match (row.broken_at, row.ends_at) {
        (Some(_), Some(end)) if now < end => "broken",
        (Some(_), _) => "over",
        (None, None) if now < row.confirm_before => "waiting",
        (None, _) => "lapsed",
    }
}

fn show(row: &GlassRow, reason: String, now: Timestamp) -> api::Glass {
    api::Glass {
        id: row.id,
        organization: row.organization,
        reason,
        state: state(row, now).to_owned(),
        first: row.first,
        second: row.second,
        created_at: format_time(row.created_at),
        confirm_before: format_time(row.confirm_before),
        broken_at: row.broken_at.map(format_time),
        ends_at: row.ends_at.map(format_time),
    }
}

fn reason_of(app: &App, row: &GlassRow) -> Result<String, Fault> {
    let seal = &app.keys.organization(row.organization)?.seal;
    open_json(seal, &binding(row.id, row.organization), &row.sealed)
}

/// The first custodian opens it; nobody has more rights yet.
pub async fn open(
    app: &Arc<App>,
    permit: Permit,
    organization: Option<OrganizationId>,
    reason: Why,
) -> Result<api::Glass, Fault> {
    let first = custodian(permit.doer())?;
    let (id, now) = (GlassId::from_random(fieldkeep_trust::random()), app.clock.now());
    let seal = &app.keys.organization(organization)?.seal;
    let row = GlassRow {
        id,
        organization,
        sealed: seal_json(seal, &binding(id, organization), &reason)?,
        first,
        second: None,
        created_at: now,
        confirm_before: now.plus_secs(limits::GLASS_CONFIRM_S),
        broken_at: None,
        ends_at: None,
    };
    let shown = show(&row, reason.to_string(), now);
    let act = Act::new(permit.doer(), "glass.open", id, permit.scope(), now).with(json!({"reason": reason}));
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if !is_custodian(tx, first, organization, now).await? {
                    return Err(no_custodian());
                }
                if sql::glass::waits(tx, first, now).await? {
                    return Err(Fault::conflict("one of yours waits for the second custodian: end it first"));
                }
                Ok((act, sql::glass::insert(tx, &row).await?))
            })
        })
        .await?;
    Ok(shown)
}

/// The second custodian confirms: both own the scope for an hour, and everybody in charge is told with the same commit.
pub async fn confirm(app: &Arc<App>, permit: Permit, id: GlassId) -> Result<api::Glass, Fault> {
    let second = custodian(permit.doer())?;
    let now = app.clock.now();
    let inner = app.clone();
    let shown = app
        .journal
        .act(move |tx, _| {
            Box::pin(async move {
                let mut row = find(tx, id).await?;
                let until = now.plus_secs(limits::GLASS_S);
                if row.first == second {
                    let text = "the second custodian is somebody else";
                    return Err(Fault::new(Kind::Forbidden, text).with("action", Action::GlassBreak.name()));
                }
                if !is_custodian(tx, second, row.organization, now).await? {
                    return Err(no_custodian());
                }
                if !is_custodian(tx, row.first, row.organization, now).await? {
                    return Err(Fault::conflict("who opened it is no custodian any more: open another one"));
                }
                if !sql::glass::confirm(tx, id, second, now, until).await? {
                    return Err(Fault::conflict("this is not waiting any more: open another one"));
                }
                (row.second, row.broken_at, row.ends_at) = (Some(second), Some(now), Some(until));
                for person in [row.first, second] {
                    sql::grants::insert(tx, &emergency_grant(&row, person, now, until)).await?;
                }
                let reason = reason_of(&inner, &row)?;
                tell(tx, &inner, &row, second, until, &reason).await?;
                let act = Act::new(permit.doer(), "glass.break", id, permit.scope(), now).with(json!({
                    "first": row.first, "second": second, "until": format_time(until), "reason": reason,
                }));
                Ok((act, show(&row, reason, now)))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(shown)
}

fn emergency_grant(row: &GlassRow, person: PersonId, now: Timestamp, until: Timestamp) -> GrantRow {
    GrantRow {
        id: GrantId::from_random(fieldkeep_trust::random()),
        person,
        role: RoleRef::Standard(Role::Owner),
        scope: scope(row.organization),
        made_by: maker(row.id),
        created_at: now,
        expires_at: Some(until),
        revoked_at: None,
    }
}

/// Whether somebody is a custodian there when it is written down: the policies were asked before.
async fn is_custodian(
    tx: &mut AnyConnection,
    person: PersonId,
    organization: Option<OrganizationId>,
    now: Timestamp,
) -> Result<bool, Fault> {
    let scope = scope(organization);
    let held = grants::of_person(tx, person, now).await?;
    let custodian = RoleRef::Standard(Role::Custodian);
    Ok(held.iter().any(|grant| grant.role == custodian && grant.scope.contains(&scope)))
}

fn no_custodian() -> Fault {
    let text = "the glass is broken by two custodians: you are none here";
    Fault::new(Kind::Forbidden, text).with("action", Action::GlassBreak.name())
}

async fn tell(
    tx: &mut AnyConnection,
    app: &App,
    row: &GlassRow,
    second: PersonId,
    until: Timestamp,
    reason: &str,
) -> Result<(), Fault> {
    let mut names = Vec::new();
    for person in [row.first, second] {
        names.push(told::name_of(tx, app, Doer::Person(person)).await);
    }
    let message = Message::BreakGlass { by: names.join(", "), until, reason: reason.to_owned() };
    let key = DuplicateKey::new(&[message.kind(), &row.id.to_string()]);
    let mut all = managers(tx, app, row.organization).await?;
    if let Some(organization) = row.organization {
        all.extend(notify::webhooks_for(tx, organization, &message).await?);
    }
    for (to, language) in all {
        notify::enqueue(tx, app, &key, language, to, row.organization, &message).await?;
    }
    Ok(())
}

/// The emergencies that somebody may see, past and present: who may take part in one there, and who sees roles there.
pub async fn list(app: &App, actor: &Actor, query: &api::PageQuery) -> Result<api::Page<api::Glass>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let listings =
        [listing(app, actor, Action::GlassBreak).await, listing(app, actor, Action::RoleRead).await];
    let mut seen = Vec::new();
    let mut refused = None;
    for one in listings {
        match one {
            Ok(listing) => seen.push(listing),
            Err(fault) if fault.kind == Kind::Forbidden => refused = refused.or(Some(fault)),
            Err(fault) => return Err(fault),
        }
    }
    if let (true, Some(fault)) = (seen.is_empty(), refused) {
        return Err(fault);
    }
    let mut reach = Reach::default();
    for listing in &seen {
        reach.all |= listing.reach.all;
        reach.organizations.extend(&listing.reach.organizations);
    }
    let columns = Columns { organization: Some("organization"), ..Columns::default() };
    let mut tx = app.db.read().await?;
    let rows = sql::glass::list(&mut tx, covered(&reach, columns, 3), after, limit + 1).await?;
    drop(tx);
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        for listing in &seen {
            if listing.shows(&scope(row.organization).into()).await? {
                items.push(show(row, reason_of(app, row)?, app.clock.now()));
                break;
            }
        }
    }
    Ok(api::Page { items, next: page.next })
}

/// Ends it early, with the rights that it gave. Custodians may, and owners.
pub async fn end(app: &Arc<App>, actor: &Actor, id: GlassId, reason: Why) -> Result<(), Fault> {
    let scope = scope_of(app, id).await?;
    let permit = authorize(app, actor, Action::GlassEnd, scope).await?;
    let now = app.clock.now();
    let act = Act::new(permit.doer(), "glass.end", id, scope, now).with(json!({"reason": reason}));
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                let row = find(tx, id).await?;
                if !sql::glass::end(tx, id, now).await? {
                    return Err(Fault::conflict("this is over already"));
                }
                sql::grants::revoke_made_by(tx, &maker(id), now).await?;
                // What was given with the rights of the hour ends no later than the hour: it ends with them.
                if let (Some(since), Some(until)) = (row.broken_at, row.ends_at) {
                    let hour = sql::glass::Hour { organization: row.organization, since, until };
                    sql::glass::revoke_given(tx, &hour, now).await?;
                }
                Ok((act, ()))
            })
        })
        .await
}
