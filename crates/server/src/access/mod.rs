//! Who is asking and what they may do: keys of programs, `authorize`, permits.
//!
//! Never: lets an error become a yes, tells a caller of things outside its scope, stores a secret.

pub mod http;
mod sql;

use crate::fault::Kind;
use crate::keys::PEPPER_NOW;
use crate::{App, Fault};
use fieldkeep_api::{Key, KeyQuery, KeySecret, NewKey, Page};
use fieldkeep_domain::access::{Action, Actor, Permit, Role};
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_domain::{KeyId, Timestamp};
use fieldkeep_trust::apikey::{ApiKey, Holder};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::parse_time;
use serde_json::json;
use std::sync::Arc;

/// The last use of a key is kept to the minute: a write per request would tell nothing more.
const USED_EVERY_S: i64 = 60;

/// Allows or refuses; the only maker of permits.
///
/// Outside the actor's scope nothing exists (404); inside, a refusal names the action that is missing (403).
pub fn authorize(actor: &Actor, action: Action, scope: Scope) -> Result<Permit, Fault> {
    if !actor.scope.contains(&scope) {
        return Err(Fault::not_found("object"));
    }
    if !fieldkeep_policy::allows(actor.role, action) {
        let text = format!(
            "role `{}` lacks the action `{action}`; ask an administrator for a key that has it",
            actor.role
        );
        return Err(Fault::new(Kind::Forbidden, text).with("action", action.name()));
    }
    Ok(Permit::assertion(actor.key, action, scope))
}

/// The program behind a bearer key. Unknown, wrong, expired and revoked keys all look the same from outside.
pub async fn authenticate(app: &App, bearer: Option<&str>) -> Result<Actor, Fault> {
    let refused = || {
        let text = "a valid key is required: send `Authorization: Bearer fk_svc_…`";
        Fault::new(Kind::Unauthenticated, text)
    };
    let key = ApiKey::parse(bearer.ok_or_else(refused)?, Holder::Service).map_err(|_| refused())?;
    let mut tx = app.db.read().await?;
    let row = sql::find(&mut tx, key.id).await?.ok_or_else(refused)?;
    drop(tx);
    let now = app.clock.now();
    if !key.matches(&app.keys.pepper(row.pepper)?, &row.verifier) || !row.stands(now) {
        return Err(refused());
    }
    let unused = row.used_at.is_none_or(|used| now.secs_since(used) >= USED_EVERY_S);
    if unused && app.mark_used(key.id, now) {
        // For people to look at: a disk that takes no write leaves reading as it was.
        if let Err(fault) = note_use(app, key.id, now).await {
            tracing::warn!(key = %key.id, inside = ?fault.inside, "access.used failed");
        }
    }
    Ok(Actor { key: key.id, role: row.role, scope: row.scope, expires_at: row.expires_at })
}

async fn note_use(app: &App, key: KeyId, now: Timestamp) -> Result<(), Fault> {
    let mut tx = app.db.write().await?;
    sql::used(&mut tx, key, now).await?;
    Ok(tx.commit().await?)
}

/// Makes a key. Its secret is in the answer and nowhere else.
pub async fn create(app: &Arc<App>, permit: Permit, new: NewKey) -> Result<KeySecret, Fault> {
    let name = Name::parse(&new.name)?;
    let expires_at = new.expires_at.as_deref().map(parse_time).transpose()?;
    let scope = permit.scope();
    let key = ApiKey::generate(Holder::Service);
    let row = new_row(app, &key, new.role, scope, &name, expires_at)?;
    let shown = row.shown(name.to_string());
    let act = Act::new(permit.doer(), "key.create", key.id, scope, row.created_at)
        .with(json!({"role": new.role, "name": name.as_str(), "expires_at": new.expires_at}));
    app.journal.act(move |tx, _| Box::pin(async move { Ok((act, sql::insert(tx, &row).await?)) })).await?;
    Ok(KeySecret { key: shown, secret: String::from_utf8_lossy(key.expose().expose()).into_owned() })
}

fn new_row(
    app: &App,
    key: &ApiKey,
    role: Role,
    scope: Scope,
    name: &Name,
    expires_at: Option<Timestamp>,
) -> Result<sql::KeyRow, Fault> {
    let binding = Binding::deployment(Purpose::Name, *key.id.as_bytes());
    Ok(sql::KeyRow {
        id: key.id,
        role,
        scope,
        sealed: app.keys.organization(None)?.seal.seal(&binding, name.as_str().as_bytes())?,
        verifier: key.verifier(&app.keys.pepper(PEPPER_NOW)?).as_bytes().to_vec(),
        pepper: PEPPER_NOW,
        created_at: app.clock.now(),
        expires_at,
        used_at: None,
        revoked_at: None,
    })
}

/// The key of the deployment's first administrator, made once at `init`, before anybody could permit it.
pub async fn first_key(app: &Arc<App>) -> Result<KeySecret, Fault> {
    let key = ApiKey::generate(Holder::Service);
    let name = Name::parse("operator.key")?;
    let row = new_row(app, &key, Role::Administrator, Scope::Deployment, &name, None)?;
    let shown = row.shown(name.to_string());
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
                let doer = fieldkeep_domain::audit::Doer::Server;
                Ok((Act::new(doer, "key.create", row.id, Scope::Deployment, at), ()))
            })
        })
        .await?;
    Ok(KeySecret { key: shown, secret: String::from_utf8_lossy(key.expose().expose()).into_owned() })
}

/// The keys that an actor may see.
pub async fn list(app: &App, permit: Permit, query: &KeyQuery) -> Result<Page<Key>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let mut tx = app.db.read().await?;
    let rows = sql::list(&mut tx, permit.scope(), after, limit + 1).await?;
    let items: Result<Vec<Key>, Fault> = rows.iter().map(|row| Ok(row.shown(open_name(app, row)?))).collect();
    Ok(crate::http::paged(items?, limit, |key| key.id.to_string()))
}

fn open_name(app: &App, row: &sql::KeyRow) -> Result<String, Fault> {
    let binding = Binding::deployment(Purpose::Name, *row.id.as_bytes());
    let name = app.keys.organization(None)?.seal.open(&binding, &row.sealed)?;
    Ok(String::from_utf8_lossy(&name).into_owned())
}

/// The scope that a key was given: what `authorize` needs before it is touched.
pub async fn scope_of(app: &App, key: KeyId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    Ok(sql::find(&mut tx, key).await?.ok_or_else(|| Fault::not_found("key"))?.scope)
}

/// Makes a successor with the same rights. The old key goes on until it is revoked, so that nothing stops meanwhile.
pub async fn rotate(app: &Arc<App>, permit: Permit, id: KeyId) -> Result<KeySecret, Fault> {
    let mut tx = app.db.read().await?;
    let old = sql::find(&mut tx, id).await?.ok_or_else(|| Fault::not_found("key"))?;
    drop(tx);
    if !old.stands(app.clock.now()) {
        return Err(Fault::conflict("this key is revoked or expired: create a new one instead"));
    }
    let name = Name::parse(&open_name(app, &old)?)?;
    let key = ApiKey::generate(Holder::Service);
    let row = new_row(app, &key, old.role, old.scope, &name, old.expires_at)?;
    let shown = row.shown(name.to_string());
    let act = Act::new(permit.doer(), "key.rotate", id, old.scope, row.created_at)
        .with(json!({"successor": key.id}));
    app.journal.act(move |tx, _| Box::pin(async move { Ok((act, sql::insert(tx, &row).await?)) })).await?;
    Ok(KeySecret { key: shown, secret: String::from_utf8_lossy(key.expose().expose()).into_owned() })
}

/// Withdraws a key at once.
pub async fn revoke(app: &Arc<App>, permit: Permit, id: KeyId, reason: String) -> Result<(), Fault> {
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
