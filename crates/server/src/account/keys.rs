//! Keys of programs, and the service accounts that they belong to. Never: a secret that is shown twice.

use super::sql::keys as sql;
use crate::access::{self, Listing, Receiver};
use crate::fault::Kind;
use crate::keys::PEPPER_NOW;
use crate::{App, Fault, notify, project};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Grant, Permit, Role, RoleRef, Standing};
use fieldkeep_domain::audit::{Act, Doer, Why};
use fieldkeep_domain::notify::{DuplicateKey, Message};
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_domain::{AccountId, GrantId, KeyId, Timestamp};
use fieldkeep_trust::apikey::{ApiKey, Holder};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::{format_time, parse_time};
use serde_json::json;
use sqlx::AnyConnection;
use std::net::IpAddr;
use std::sync::Arc;

/// The last use of a key is kept to the minute: a write per request would tell nothing more.
const USED_EVERY_S: i64 = 60;

fn refused() -> Fault {
    let text = "a valid key is required: send `Authorization: Bearer fk_svc_…`";
    Fault::new(Kind::Unauthenticated, text)
}

/// The program behind a key. Unknown, wrong, expired and revoked keys all look the same from outside.
pub async fn authenticate(app: &App, text: &str, address: Option<IpAddr>) -> Result<Actor, Fault> {
    let key = ApiKey::parse(text, Holder::Service).map_err(|_| refused())?;
    let row = standing(app, key.id).await?;
    if !key.matches(&app.keys.pepper(row.pepper)?, &row.verifier) {
        return Err(refused());
    }
    Ok(acting(app, row, address, None).await)
}

/// A key that opens something now.
pub(super) async fn standing(app: &App, id: KeyId) -> Result<sql::KeyRow, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::find(&mut tx, id).await?.ok_or_else(refused)?;
    if row.stands(app.clock.now()) { Ok(row) } else { Err(refused()) }
}

/// The program as an actor, without a use of the key: for what it gave away earlier.
pub(super) fn as_giver(row: sql::KeyRow, now: Timestamp) -> Actor {
    as_actor(row, None, None, now)
}

/// The program as an actor; its use is noted.
pub(super) async fn acting(
    app: &App,
    row: sql::KeyRow,
    address: Option<IpAddr>,
    only: Option<Vec<Action>>,
) -> Actor {
    let now = app.clock.now();
    let unused = row.used_at.is_none_or(|used| now.secs_since(used) >= USED_EVERY_S);
    if unused && app.mark_used(row.id, now) {
        // For people to look at: a disk that takes no write leaves reading as it was.
        if let Err(fault) = note_use(app, row.id, now, address).await {
            tracing::warn!(key = %row.id, inside = ?fault.inside, "account.used failed");
        }
    }
    as_actor(row, address, only, now)
}

fn as_actor(row: sql::KeyRow, address: Option<IpAddr>, only: Option<Vec<Action>>, now: Timestamp) -> Actor {
    // A key is its own grant.
    let id = GrantId::from_slice(row.id.as_bytes()).unwrap_or(GrantId::MIN);
    Actor {
        doer: Doer::Key(row.id),
        grants: vec![Grant { id, role: row.role, scope: row.scope, expires_at: row.expires_at }],
        standing: Standing::Program { rights: row.rights, only },
        address,
        now,
    }
}

/// A key as rights see it, for explanations: nobody is shown to be asking. One that opens nothing holds nothing.
pub async fn seen(app: &App, id: KeyId) -> Result<(Scope, Actor, Vec<Grant>), Fault> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let row = sql::find(&mut tx, id).await?.ok_or_else(|| Fault::not_found("key"))?;
    let (scope, stands) = (row.scope, row.stands(now));
    let mut actor = as_actor(row, None, None, now);
    let given = actor.grants.clone();
    if !stands {
        actor.grants.clear();
    }
    Ok((scope, actor, given))
}

async fn note_use(app: &App, key: KeyId, now: Timestamp, from: Option<IpAddr>) -> Result<(), Fault> {
    let binding = Binding::deployment(Purpose::Use, *key.as_bytes());
    let seal = &app.keys.organization(None)?.seal;
    let from = from.map(|address| seal.seal(&binding, address.to_string().as_bytes())).transpose()?;
    let mut tx = app.db.write().await?;
    sql::used(&mut tx, key, now, from).await?;
    Ok(tx.commit().await?)
}

/// Makes a key. Its secret is in the answer and nowhere else.
pub async fn create(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    scope: Scope,
    new: api::NewKey,
) -> Result<api::KeySecret, Fault> {
    let name = Name::parse(&new.name)?;
    let expires_at = new.expires_at.as_deref().map(parse_time).transpose()?;
    if expires_at.is_some_and(|end| end <= app.clock.now()) {
        return Err(Fault::invalid("`expires_at`: a time in the future expected"));
    }
    may_give(app, actor, new.role, &new.rights, &scope, expires_at).await?;
    if let Some(account) = new.account {
        let mut tx = app.db.read().await?;
        let found =
            sql::account(&mut tx, account).await?.ok_or_else(|| Fault::not_found("service account"))?;
        let inside = match found.organization {
            Some(organization) => Scope::Organization { organization }.contains(&scope),
            None => true,
        };
        if !inside || found.disabled_at.is_some() {
            return Err(Fault::not_found("service account of this organization"));
        }
        drop(tx);
        // A key speaks as its account: whoever hangs one on it may write keys where the account is.
        access::authorize(app, actor, Action::KeyWrite, account_scope(&found)).await?;
    }
    let key = ApiKey::generate(Holder::Service);
    let mut row = new_row(app, &key, new.role, scope, &name, expires_at)?;
    row.rights = new.rights;
    row.rights.sort_unstable();
    row.rights.dedup();
    row.account = new.account;
    row.made_by = person_behind(app, permit.doer()).await?;
    store(app, permit.doer(), "key.create", row.id, key, row, name).await
}

/// The person who stands behind a new key: who makes it, or who made the key that makes it. Otherwise a key of a key would
/// outlive its person, and they could agree to what it asks for.
async fn person_behind(app: &App, doer: Doer) -> Result<Option<fieldkeep_domain::PersonId>, Fault> {
    match doer {
        Doer::Person(id) => Ok(Some(id)),
        Doer::Key(id) => {
            let mut tx = app.db.read().await?;
            Ok(sql::find(&mut tx, id).await?.and_then(|row| row.made_by))
        }
        Doer::Device(_) | Doer::Server => Ok(None),
    }
}

/// Nobody gives what they do not hold, and an explicit right needs the same explicit right.
async fn may_give(
    app: &App,
    actor: &Actor,
    role: RoleRef,
    rights: &[Action],
    scope: &Scope,
    until: Option<Timestamp>,
) -> Result<(), Fault> {
    access::check_role(app, role, scope).await?;
    access::check_held(app, actor, Receiver::Program, role, scope, until).await?;
    for right in rights {
        if !right.is_sensitive() {
            return Err(Fault::invalid(format!("`rights`: `{right}` needs no explicit right")));
        }
        // A right opens what the role has; beyond it, it would open nothing and look as if it did.
        if !access::gives(app, role, *right, scope).await? {
            let text = format!(
                "`rights`: role `{role}` has no `{right}`: leave it out, or choose a role that has it"
            );
            return Err(Fault::invalid(text));
        }
        let held = access::holds(app, actor, Receiver::Program, &[*right], scope, until).await?;
        if !held || !actor.is_fresh(*right) {
            let text = format!("`rights`: you do not hold `{right}` yourself, so you cannot give it");
            return Err(Fault::new(Kind::Forbidden, text).with("action", right.name()));
        }
    }
    Ok(())
}

async fn store(
    app: &Arc<App>,
    doer: Doer,
    verb: &'static str,
    object: KeyId,
    key: ApiKey,
    row: sql::KeyRow,
    name: Name,
) -> Result<api::KeySecret, Fault> {
    let shown = show(&row, name.to_string(), None);
    let act = Act::new(doer, verb, object, row.scope, row.created_at).with(json!({
        "key": row.id, "role": row.role, "rights": row.rights, "name": name.as_str(),
        "account": row.account, "expires_at": row.expires_at.map(format_time),
    }));
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                super::still_in(tx, doer, act.at).await?;
                Ok((act, sql::insert(tx, &row).await?))
            })
        })
        .await?;
    Ok(api::KeySecret { key: shown, secret: String::from_utf8_lossy(key.expose().expose()).into_owned() })
}

fn new_row(
    app: &App,
    key: &ApiKey,
    role: RoleRef,
    scope: Scope,
    name: &Name,
    expires_at: Option<Timestamp>,
) -> Result<sql::KeyRow, Fault> {
    let binding = Binding::deployment(Purpose::Name, *key.id.as_bytes());
    Ok(sql::KeyRow {
        id: key.id,
        role,
        scope,
        rights: Vec::new(),
        account: None,
        made_by: None,
        sealed: app.keys.organization(None)?.seal.seal(&binding, name.as_str().as_bytes())?,
        verifier: key.verifier(&app.keys.pepper(PEPPER_NOW)?).as_bytes().to_vec(),
        pepper: PEPPER_NOW,
        created_at: app.clock.now(),
        expires_at,
        used_at: None,
        used_from: None,
        revoked_at: None,
        shut_out: false,
    })
}

/// The key of the machine's console, made once at `init`, before anybody could permit it: the deployment's owner, with
/// every right given explicitly.
pub async fn first_key(app: &Arc<App>) -> Result<api::KeySecret, Fault> {
    let key = ApiKey::generate(Holder::Service);
    let name = Name::parse("operator.key")?;
    let mut row = new_row(app, &key, RoleRef::Standard(Role::Owner), Scope::Deployment, &name, None)?;
    row.rights = Action::ALL.iter().copied().filter(|action| action.is_sensitive()).collect();
    let shown = show(&row, name.to_string(), None);
    let at = row.created_at;
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if sql::any(tx).await? {
                    return Err(Fault::conflict(
                        "this deployment already has keys; the first one is made only once",
                    ));
                }
                sql::insert(tx, &row).await?;
                Ok((Act::new(Doer::Server, "key.create", row.id, Scope::Deployment, at), ()))
            })
        })
        .await?;
    Ok(api::KeySecret { key: shown, secret: String::from_utf8_lossy(key.expose().expose()).into_owned() })
}

fn show(row: &sql::KeyRow, name: String, used_from: Option<String>) -> api::Key {
    let (group, device) = match row.scope {
        Scope::Group { group, .. } => (Some(group), None),
        Scope::Device { device, .. } => (None, Some(device)),
        _ => (None, None),
    };
    api::Key {
        id: row.id,
        name,
        role: row.role,
        account: row.account,
        rights: row.rights.clone(),
        organization: row.scope.organization(),
        project: row.scope.project(),
        group,
        device,
        created_at: format_time(row.created_at),
        expires_at: row.expires_at.map(format_time),
        used_at: row.used_at.map(format_time),
        used_from,
        revoked_at: row.revoked_at.map(format_time),
    }
}

fn open(app: &App, row: &sql::KeyRow) -> Result<api::Key, Fault> {
    let seal = &app.keys.organization(None)?.seal;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let binding = Binding::deployment(Purpose::Use, *row.id.as_bytes());
    let from = row.used_from.as_ref().map(|sealed| seal.open(&binding, sealed)).transpose()?;
    Ok(show(row, open_name(app, row)?, from.map(text)))
}

pub(super) fn open_name(app: &App, row: &sql::KeyRow) -> Result<String, Fault> {
    let binding = Binding::deployment(Purpose::Name, *row.id.as_bytes());
    let name = app.keys.organization(None)?.seal.open(&binding, &row.sealed)?;
    Ok(String::from_utf8_lossy(&name).into_owned())
}

/// What a key is called.
pub async fn name_of(tx: &mut AnyConnection, app: &App, id: KeyId) -> Result<Option<String>, Fault> {
    sql::find(tx, id).await?.map(|row| open_name(app, &row)).transpose()
}

/// The keys that somebody may see.
pub async fn list(
    app: &App,
    listing: Listing<'_>,
    query: &api::KeyQuery,
) -> Result<api::Page<api::Key>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let mut tx = app.db.read().await?;
    let rows =
        sql::list(&mut tx, &listing.reach, query.organization, query.account, after, limit + 1).await?;
    drop(tx);
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        if listing.shows(&project::group::place_of(app, row.scope).await?).await? {
            items.push(open(app, row)?);
        }
    }
    Ok(api::Page { items, next: page.next })
}

/// The scope that a key was given: what `authorize` needs before it is touched.
pub async fn scope_of(app: &App, key: KeyId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    Ok(sql::find(&mut tx, key).await?.ok_or_else(|| Fault::not_found("key"))?.scope)
}

/// Makes a successor with the same rights. The old key goes on until it is revoked, so that nothing stops meanwhile.
pub async fn rotate(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: KeyId,
    query: &api::RotateQuery,
) -> Result<api::KeySecret, Fault> {
    let mut tx = app.db.read().await?;
    let old = sql::find(&mut tx, id).await?.ok_or_else(|| Fault::not_found("key"))?;
    drop(tx);
    if !old.stands(app.clock.now()) {
        return Err(Fault::conflict("this key is revoked or expired: create a new one instead"));
    }
    // A successor hands its secret to who asks for it: that is giving, too.
    let expires_at = query.expires_at.as_deref().map(parse_time).transpose()?.or(old.expires_at);
    if expires_at.is_some_and(|end| end <= app.clock.now()) {
        return Err(Fault::invalid("`expires_at`: a time in the future expected"));
    }
    may_give(app, actor, old.role, &old.rights, &old.scope, expires_at).await?;
    let name = Name::parse(&open_name(app, &old)?)?;
    let key = ApiKey::generate(Holder::Service);
    let mut row = new_row(app, &key, old.role, old.scope, &name, expires_at)?;
    row.rights = old.rights;
    row.account = old.account;
    row.made_by = person_behind(app, permit.doer()).await?.or(old.made_by);
    store(app, permit.doer(), "key.rotate", id, key, row, name).await
}

/// Nobody takes the way in of somebody above, or gives it back: `operator.key` is an owner's.
async fn stands_above(app: &App, actor: &Actor, row: &sql::KeyRow) -> Result<(), Fault> {
    if actor.doer != Doer::Key(row.id) && !access::manages(app, actor, row.role, &row.scope).await? {
        let text = "this key holds rights over others beyond your own: somebody who has those has to do it";
        return Err(Fault::new(Kind::Forbidden, text).with("action", Action::KeyWrite.name()));
    }
    let lasts = row.role == RoleRef::Standard(Role::Owner) && row.expires_at.is_none();
    if lasts && actor.doer != Doer::Key(row.id) && !access::owns_for_good(app, actor, &row.scope).await? {
        let text = "this key owns without an end, and you do not: an owner whose rights last has to do it";
        return Err(Fault::new(Kind::Forbidden, text).with("action", Action::KeyWrite.name()));
    }
    Ok(())
}

/// Withdraws a key at once.
pub async fn revoke(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: KeyId,
    reason: Why,
) -> Result<(), Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::find(&mut tx, id).await?.ok_or_else(|| Fault::not_found("key"))?;
    drop(tx);
    stands_above(app, actor, &row).await?;
    let now = app.clock.now();
    let act = Act::new(permit.doer(), "key.revoke", id, permit.scope(), now).with(json!({"reason": reason}));
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if !sql::revoke(tx, id, now).await? {
                    return Err(Fault::conflict("this key is already revoked"));
                }
                Ok((act, ()))
            })
        })
        .await
}

/// Days before its end on which a key's keepers are told.
const WARNED_DAYS: [i64; 3] = [14, 3, 1];
const WARNED_AT_ONCE: u32 = 100;

/// Tells of keys that end soon: who made them, and the security people of their organization. A job; each warning goes
/// out once.
pub async fn warn(app: &App) -> Result<(), Fault> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let mut told = false;
    for (n, days) in WARNED_DAYS.iter().enumerate() {
        // A key that was made with less time than this is warned of by the shorter spans alone.
        let from = WARNED_DAYS.get(n + 1).map_or(now, |next| now.plus_secs(next * 86_400));
        for row in sql::ending(&mut tx, from, now.plus_secs(days * 86_400), WARNED_AT_ONCE).await? {
            told |= warn_of(app, &mut tx, &row, *days).await?;
        }
    }
    tx.commit().await?;
    if told {
        app.outbox.notify_one();
    }
    Ok(())
}

async fn warn_of(app: &App, tx: &mut AnyConnection, row: &sql::KeyRow, days: i64) -> Result<bool, Fault> {
    let Some(at) = row.expires_at else { return Ok(false) };
    let organization = row.scope.organization();
    let message = Message::KeyExpiring { name: open_name(app, row)?, at };
    let mut to = match organization {
        Some(organization) => notify::recipients(tx, app, organization, &message).await?,
        None => access::told::managers(tx, app, None).await?,
    };
    if let Some(maker) = row.made_by
        && let Some(contact) = super::person::contact(tx, app, maker).await?
        && !to.contains(&contact)
    {
        to.push(contact);
    }
    let key = DuplicateKey::new(&["key-expiring", &row.id.to_string(), &days.to_string()]);
    let mut told = false;
    for (channel, language) in to {
        told |= notify::enqueue(tx, app, &key, language, channel, organization, &message).await?;
    }
    Ok(told)
}

fn account_binding(id: AccountId) -> Binding {
    Binding::deployment(Purpose::Name, *id.as_bytes())
}

/// Makes a service account.
pub async fn create_account(
    app: &Arc<App>,
    permit: Permit,
    new: api::NewServiceAccount,
) -> Result<api::ServiceAccount, Fault> {
    let name = Name::parse(&new.name)?;
    let id = AccountId::from_random(fieldkeep_trust::random());
    let now = app.clock.now();
    let row = sql::AccountRow {
        id,
        organization: new.organization,
        sealed: app.keys.organization(None)?.seal.seal(&account_binding(id), name.as_str().as_bytes())?,
        made_by: super::doer_text(permit.doer()),
        created_at: now,
        disabled_at: None,
    };
    let shown = show_account(&row, name.to_string());
    let act = Act::new(permit.doer(), "service-account.create", id, permit.scope(), now)
        .with(json!({"name": name.as_str()}));
    app.journal
        .act(move |tx, _| Box::pin(async move { Ok((act, sql::insert_account(tx, &row).await?)) }))
        .await?;
    Ok(shown)
}

fn show_account(row: &sql::AccountRow, name: String) -> api::ServiceAccount {
    api::ServiceAccount {
        id: row.id,
        name,
        organization: row.organization,
        created_at: format_time(row.created_at),
        disabled_at: row.disabled_at.map(format_time),
    }
}

fn account_scope(row: &sql::AccountRow) -> Scope {
    row.organization.map_or(Scope::Deployment, |organization| Scope::Organization { organization })
}

/// The scope of a service account; 404 where there is none.
pub async fn scope_of_account(app: &App, id: AccountId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::account(&mut tx, id).await?.ok_or_else(|| Fault::not_found("service account"))?;
    Ok(account_scope(&row))
}

/// The service accounts that somebody may see.
pub async fn accounts(
    app: &App,
    listing: Listing<'_>,
    query: &api::PageQuery,
) -> Result<api::Page<api::ServiceAccount>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let mut tx = app.db.read().await?;
    let rows = sql::accounts(&mut tx, &listing.reach, after, limit + 1).await?;
    drop(tx);
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        if listing.shows(&account_scope(row).into()).await? {
            let name = app.keys.organization(None)?.seal.open(&account_binding(row.id), &row.sealed)?;
            items.push(show_account(row, String::from_utf8_lossy(&name).into_owned()));
        }
    }
    Ok(api::Page { items, next: page.next })
}

/// Shuts a service account out with all its keys, or lets it in again.
pub async fn switch_account(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    id: AccountId,
    disable: bool,
    reason: Why,
) -> Result<(), Fault> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let keys = sql::of_account(&mut tx, id, now).await?;
    drop(tx);
    for key in &keys {
        stands_above(app, actor, key).await?;
    }
    let verb = if disable { "service-account.disable" } else { "service-account.enable" };
    let act = Act::new(permit.doer(), verb, id, permit.scope(), now).with(json!({"reason": reason}));
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                let row = sql::account(tx, id).await?.ok_or_else(|| Fault::not_found("service account"))?;
                super::must_change(row.disabled_at.is_some(), disable)?;
                Ok((act, sql::disable_account(tx, id, disable.then_some(now)).await?))
            })
        })
        .await
}
