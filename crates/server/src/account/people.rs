//! Central administration: who is there, shutting people out and letting them in again, resets, lost factors.
//!
//! Never: sets or sees somebody's password, touches somebody with more rights than one's own.

use super::person;
use super::session;
use super::sql::{people as sql, providers};
use super::{invite, sign_in};
use crate::access::{self, Listing, grants};
use crate::db::reach::{Columns, covered, one_of};
use crate::fault::Kind;
use crate::{App, Fault, notify};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Grant, Permit, Role, RoleRef};
use fieldkeep_domain::audit::{Act, Doer, Why};
use fieldkeep_domain::notify::{Channel, DuplicateKey, Message};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{OrganizationId, PersonId};
use serde_json::json;
use std::sync::Arc;

/// The scope of a person: the organization that they came with.
pub async fn scope_of(app: &App, id: PersonId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    Ok(invite::home(person::find(&mut tx, id).await?.organization))
}

/// The people that somebody may see: who came with an organization within reach, or holds a role in it.
pub async fn list(
    app: &App,
    listing: Listing<'_>,
    query: &api::PersonQuery,
) -> Result<api::Page<api::Person>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let (home, granted) = match query.organization {
        Some(id) => {
            let id = vec![id.as_bytes().to_vec()];
            (one_of("p.organization", id.clone(), 3), one_of("g.organization", id, 4))
        }
        None => {
            let columns = |organization| Columns { organization: Some(organization), ..Columns::default() };
            let home = covered(&listing.reach, columns("p.organization"), 3);
            let granted = covered(&listing.reach, columns("g.organization"), 3 + home.binds.len());
            (home, granted)
        }
    };
    let mut tx = app.db.read().await?;
    let rows = sql::list(&mut tx, home, granted, after, limit + 1).await?;
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        let mut shown = false;
        for organization in sql::organizations(&mut tx, row.id, app.clock.now()).await? {
            shown = shown || listing.shows(&invite::home(organization).into()).await?;
        }
        if !shown {
            continue;
        }
        let passkeys = sql::passkeys(&mut tx, row.id).await?.len();
        items.push(person::show(row, &person::open(app, row)?, passkeys));
    }
    Ok(api::Page { items, next: page.next })
}

/// One person. Somebody who came with another organization is seen by those of the ones that they hold roles in.
pub async fn show(app: &App, actor: &Actor, id: PersonId) -> Result<api::Person, Fault> {
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, id).await?;
    let passkeys = sql::passkeys(&mut tx, id).await?.len();
    let organizations = sql::organizations(&mut tx, id, app.clock.now()).await?;
    drop(tx);
    let mut refusal = Fault::not_found("person");
    // The deployment's own people are not there for whoever holds nothing over the whole of it.
    let whole = actor.standing_grants().any(|grant| grant.scope == Scope::Deployment);
    for organization in organizations.into_iter().filter(|one| one.is_some() || whole) {
        let scope = invite::home(organization);
        match access::authorize(app, actor, Action::PersonRead, scope).await {
            Ok(_) => return Ok(person::show(&row, &person::open(app, &row)?, passkeys)),
            Err(fault) => match unseen(app, actor, scope, fault).await {
                fault if fault.kind == Kind::Forbidden => refusal = fault,
                fault if fault.kind == Kind::NotFound => {}
                fault => return Err(fault),
            },
        }
    }
    Err(refusal)
}

/// Whom a guard rail takes from a list is not there by their id either.
pub async fn unseen(app: &App, actor: &Actor, scope: Scope, fault: Fault) -> Fault {
    if fault.kind != Kind::Forbidden {
        return fault;
    }
    match access::is_guarded(app, actor, Action::PersonRead, scope).await {
        Ok(true) => Fault::not_found("person"),
        Ok(false) => fault,
        Err(broken) => broken,
    }
}

/// How far an act on a person reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reaching {
    /// It takes away what they have.
    Out,
    /// It changes how they come in: to everything that anybody gave them.
    In,
}

/// Nobody acts on somebody who holds what they do not hold themselves: an administrator of one company does not shut
/// out the deployment's owner, and a reset is no way up.
async fn stands_above(app: &App, actor: &Actor, id: PersonId, reaching: Reaching) -> Result<(), Fault> {
    beyond(app, actor, id, reaching, None).await
}

/// The same, leaving aside what they hold inside one organization.
async fn beyond(
    app: &App,
    actor: &Actor,
    id: PersonId,
    reaching: Reaching,
    inside: Option<OrganizationId>,
) -> Result<(), Fault> {
    let mut tx = app.db.read().await?;
    let given = grants::given_to(&mut tx, id, app.clock.now()).await?;
    let home = person::find(&mut tx, id).await?.organization;
    drop(tx);
    for Grant { role, scope, expires_at, .. } in given {
        if inside.is_some() && scope.organization() == inside {
            continue;
        }
        // What another company gave them does not keep their own from shutting them out. How they come in is another matter:
        // it opens what that company gave them.
        let elsewhere = scope.organization().is_some() && home.is_some() && scope.organization() != home;
        if elsewhere && reaching == Reaching::Out {
            continue;
        }
        if actor.doer != Doer::Person(id) && !access::manages(app, actor, role, &scope).await? {
            let text = "this person holds rights beyond your own: somebody who has those has to do it";
            return Err(Fault::new(Kind::Forbidden, text).with("action", "role.grant"));
        }
        let lasts = role == RoleRef::Standard(Role::Owner) && expires_at.is_none();
        if lasts && reaching == Reaching::In && actor.doer != Doer::Person(id) {
            lasting(app, actor, &scope).await?;
        }
    }
    Ok(())
}

/// How an owner without an end comes in is for those whose rights last as long.
async fn lasting(app: &App, actor: &Actor, scope: &Scope) -> Result<(), Fault> {
    if access::owns_for_good(app, actor, scope).await? {
        return Ok(());
    }
    let text = "this person owns without an end, and you do not: an owner whose rights last has to do it";
    Err(Fault::new(Kind::Forbidden, text).with("action", "role.grant"))
}

/// The organizations that somebody owns without an end, and that would have to be left with another such owner: all, unless
/// whoever acts owns the deployment for good and can make another one whenever they like.
async fn owned_by(app: &App, actor: &Actor, id: PersonId) -> Result<Vec<OrganizationId>, Fault> {
    if access::owns_for_good(app, actor, &Scope::Deployment).await? {
        return Ok(Vec::new());
    }
    let mut tx = app.db.read().await?;
    let given = grants::given_to(&mut tx, id, app.clock.now()).await?;
    let home = person::find(&mut tx, id).await?.organization;
    let owned = given.iter().filter_map(|grant| match grant.scope {
        // What another company gave them does not keep their own from shutting them out.
        Scope::Organization { organization } if home.is_none_or(|home| home == organization) => {
            let lasts = grant.role == RoleRef::Standard(Role::Owner) && grant.expires_at.is_none();
            lasts.then_some(organization)
        }
        _ => None,
    });
    Ok(owned.collect())
}

/// Shuts a person out: sessions, keys that they made and links end in the same commit.
pub async fn disable(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: PersonId,
    reason: Why,
) -> Result<(), Fault> {
    if actor.doer == Doer::Person(id) {
        return Err(Fault::conflict("nobody shuts themselves out: ask another administrator"));
    }
    stands_above(app, actor, id, Reaching::Out).await?;
    let owned_there = owned_by(app, actor, id).await?;
    let now = app.clock.now();
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if person::find(tx, id).await?.disabled_at.is_some() {
                    return Err(Fault::conflict("this person is shut out already"));
                }
                let owned = grants::owned_for_good(tx, None, now).await?;
                sql::disable(tx, id, Some(now)).await?;
                grants::stays_owned_for_good(tx, None, owned, now).await?;
                for organization in owned_there {
                    grants::stays_owned_for_good(tx, Some(organization), true, now).await?;
                }
                let sessions = session::end_everything(tx, id, now).await?;
                let act = Act::new(permit.doer(), "person.disable", id, permit.scope(), now)
                    .with(json!({"reason": reason, "sessions_ended": sessions}));
                Ok((act, ()))
            })
        })
        .await
}

/// Lets a person in again. Keys that they had made stay withdrawn.
pub async fn enable(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: PersonId,
    reason: Why,
) -> Result<(), Fault> {
    stands_above(app, actor, id, Reaching::Out).await?;
    let now = app.clock.now();
    let act =
        Act::new(permit.doer(), "person.enable", id, permit.scope(), now).with(json!({"reason": reason}));
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if person::find(tx, id).await?.disabled_at.is_none() {
                    return Err(Fault::conflict("this person is not shut out"));
                }
                Ok((act, sql::disable(tx, id, None).await?))
            })
        })
        .await
}

/// Sends a one-time link for a new password to somebody's own address, and ends their sessions.
pub async fn reset(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: PersonId,
    reason: Why,
) -> Result<(), Fault> {
    stands_above(app, actor, id, Reaching::In).await?;
    if app.config.mail.host.is_empty() {
        return Err(Fault::conflict("a reset is sent by e-mail, and no mail server is set up (`mail.host`)"));
    }
    let now = app.clock.now();
    let inner = app.clone();
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                let row = person::find(tx, id).await?;
                if row.shut_out {
                    return Err(Fault::conflict("this person is shut out: let them in again first"));
                }
                if !person::open(&inner, &row)?.verified {
                    let text = "this person's address was never confirmed: a reset cannot be sent there";
                    return Err(Fault::conflict(text));
                }
                session::end_sessions(tx, id).await?;
                invite::reset(&inner, tx, &row, permit.doer()).await?;
                let act = Act::new(permit.doer(), "person.reset", id, permit.scope(), now)
                    .with(json!({"reason": reason}));
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(())
}

/// Takes a lost factor off an account, tells its owner, and ends their sessions.
pub async fn remove_factor(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: PersonId,
    lost: api::LostFactor,
) -> Result<(), Fault> {
    stands_above(app, actor, id, Reaching::In).await?;
    if !["passkeys", "totp", "phone", "mail", "recovery-codes", "password", "identities"]
        .contains(&lost.factor.as_str())
    {
        return Err(Fault::invalid(
            "`factor`: passkeys, totp, phone, mail, recovery-codes, password or identities expected",
        ));
    }
    let now = app.clock.now();
    let by = invite::name_of(app, permit.doer()).await?;
    let inner = app.clone();
    app.journal
        .act(move |tx, revision| {
            Box::pin(async move {
                let mut row = person::find(tx, id).await?;
                let mut secret = person::open(&inner, &row)?;
                let there = match lost.factor.as_str() {
                    "passkeys" => !sql::passkeys(tx, id).await?.is_empty(),
                    "recovery-codes" => sql::recovery_codes_left(tx, id).await? > 0,
                    "identities" => !providers::identities(tx, id).await?.is_empty(),
                    "totp" => row.totp.is_some(),
                    "phone" => secret.phone.is_some(),
                    "mail" => secret.mail_factor,
                    _ => row.password.is_some(),
                };
                if !there {
                    return Err(Fault::conflict("this account has no such factor; nothing was changed"));
                }
                match lost.factor.as_str() {
                    "passkeys" => drop(sql::remove_passkeys(tx, id).await?),
                    "recovery-codes" => sql::set_recovery_codes(tx, id, &[]).await?,
                    "identities" => providers::remove_identities(tx, id).await?,
                    "totp" => row.totp = None,
                    "phone" => secret.phone = None,
                    "mail" => secret.mail_factor = false,
                    _ => row.password = None,
                }
                row.sealed = person::seal(&inner, id, &secret)?;
                sql::update(tx, &row).await?;
                session::end_sessions(tx, id).await?;
                let message = Message::FactorRemoved { what: lost.factor.clone(), by };
                let key = DuplicateKey::new(&["factor", &id.to_string(), &revision.to_string()]);
                let to = Channel::Mail(secret.address);
                notify::enqueue(tx, &inner, &key, secret.language, to, None, &message).await?;
                let act = Act::new(permit.doer(), "person.factor-remove", id, permit.scope(), now)
                    .with(json!({"factor": lost.factor, "reason": lost.reason}));
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(())
}

/// Shuts a whole organization out, or lets it in again: everybody who came with it, every key and role inside it.
pub async fn switch_organization(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: OrganizationId,
    disable: bool,
    reason: Why,
) -> Result<(), Fault> {
    let mut tx = app.db.read().await?;
    let people = if disable { sql::of_organization(&mut tx, id).await? } else { Vec::new() };
    drop(tx);
    for person in people {
        if actor.doer == Doer::Person(person) {
            return Err(Fault::conflict("you came with this organization: nobody shuts themselves out"));
        }
        // Whoever may shut the organization out may end what is held inside it.
        beyond(app, actor, person, Reaching::Out, Some(id)).await?;
    }
    let now = app.clock.now();
    let verb = if disable { "organization.disable" } else { "organization.enable" };
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                super::must_change(sql::is_disabled(tx, id).await?, disable)?;
                let owned = grants::owned_for_good(tx, None, now).await?;
                sql::disable_organization(tx, id, disable.then_some(now)).await?;
                grants::stays_owned_for_good(tx, None, owned, now).await?;
                let mut sessions = 0;
                if disable {
                    for person in sql::of_organization(tx, id).await? {
                        sessions += session::end_everything(tx, person, now).await?;
                    }
                }
                let act = Act::new(permit.doer(), verb, id, permit.scope(), now)
                    .with(json!({"reason": reason, "sessions_ended": sessions}));
                Ok((act, ()))
            })
        })
        .await
}

/// Somebody's sign-ins.
pub async fn sign_ins(
    app: &App,
    _: Permit,
    id: PersonId,
    query: &api::PageQuery,
) -> Result<api::Page<api::SignIn>, Fault> {
    sign_in::history(app, id, query).await
}
