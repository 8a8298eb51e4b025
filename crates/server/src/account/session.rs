//! Sessions: opaque, stored hashed, ended by age, by idleness, by sign-out and by whoever may shut a person out.
//!
//! Never: a session that began before a sign-in and goes on after it.

use super::sql::{people, sessions as sql};
use crate::fault::Kind;
use crate::keys::PEPPER_NOW;
use crate::limits::{AGENT_BYTES_MAX, FRESH_S, SESSIONS_MAX};
use crate::project::{open_json, seal_json};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Actor, Standing};
use fieldkeep_domain::account::{SignInRules, session_ends_at};
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::{PersonId, SessionId, Timestamp};
use fieldkeep_trust::apikey::{ApiKey, Holder};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use std::net::IpAddr;

/// The cookie. Its prefix makes browsers insist on TLS, on this host and on the whole path (RFC 6265bis §4.1.3.2).
pub const COOKIE: &str = "__Host-fieldkeep";
/// The method of a sign-in with a recovery code.
const RECOVERY: &str = "recovery";
/// Use is noted once a minute, and more often where a pause ends a session soon: who works is not thrown out.
const USED_EVERY_S: i64 = 60;
const USED_IN_IDLE: i64 = 10;

/// A browser: from where, and what it calls itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Browser {
    /// Address.
    pub network: String,
    /// `User-Agent`, cut.
    pub agent: String,
}

impl Browser {
    /// What is kept of a request.
    pub fn of(address: Option<IpAddr>, agent: Option<&str>) -> Self {
        let clean = agent.unwrap_or_default().chars().filter(|c| !c.is_control());
        let mut agent: String = clean.collect();
        while agent.len() > AGENT_BYTES_MAX {
            agent.pop();
        }
        Self { network: address.map(|address| address.to_canonical().to_string()).unwrap_or_default(), agent }
    }
}

fn binding(id: SessionId) -> Binding {
    Binding::deployment(Purpose::Session, *id.as_bytes())
}

/// Whether a way of signing in shows that its owner is there now. A code from a drawer does not,
/// nor the word of a provider that may have asked them this morning.
fn method_proves(method: &str) -> bool {
    !matches!(method, RECOVERY | super::oidc::METHOD)
}

/// A session that was just made.
pub struct Fresh {
    /// For the cookie.
    pub token: String,
    /// What the browser is told.
    pub signed_in: api::SignedIn,
}

/// A person in a session.
pub struct Signed {
    /// As `authorize` takes them.
    pub actor: Actor,
    /// Who.
    pub person: PersonId,
    /// In which session.
    pub session: SessionId,
    /// How they signed in.
    pub method: String,
    /// When the session ends by itself.
    pub expires_at: Timestamp,
    /// Until when somebody who came with a recovery code may set their factors up anew.
    pub sets_up_until: Timestamp,
    idle_s: i64,
}

fn refused() -> Fault {
    Fault::new(Kind::Unauthenticated, "this session is over: sign in again")
}

/// Makes a session, inside the transaction of a sign-in.
pub async fn begin(
    app: &App,
    tx: &mut AnyConnection,
    person: PersonId,
    method: &str,
    browser: &Browser,
    rules: &SignInRules,
) -> Result<Fresh, Fault> {
    let now = app.clock.now();
    let expires_at = now.plus_secs(i64::from(rules.session_s_max));
    let ends = (expires_at, i64::from(rules.idle_s_max));
    let fresh = insert(app, tx, person, method, browser, now, ends).await?;
    let all = sql::of_person(tx, person).await?;
    for over in all.iter().skip(SESSIONS_MAX) {
        sql::end(tx, person, over.id).await?;
    }
    Ok(fresh)
}

async fn insert(
    app: &App,
    tx: &mut AnyConnection,
    person: PersonId,
    method: &str,
    browser: &Browser,
    now: Timestamp,
    (expires_at, idle_s): (Timestamp, i64),
) -> Result<Fresh, Fault> {
    let key = ApiKey::generate(Holder::Session);
    let id = SessionId::from_slice(key.id.as_bytes())?;
    let row = sql::SessionRow {
        id,
        verifier: key.verifier(&app.keys.pepper(PEPPER_NOW)?).as_bytes().to_vec(),
        person,
        method: method.to_owned(),
        sealed: seal_json(&app.keys.organization(None)?.seal, &binding(id), browser)?,
        idle_s,
        created_at: now,
        // Over from the first moment, where the way in proves no presence.
        proven_at: if method_proves(method) { now } else { now.plus_secs(-FRESH_S) },
        used_at: now,
        expires_at,
        shut_out: false,
    };
    sql::insert(tx, &row).await?;
    let signed_in = api::SignedIn {
        person,
        expires_at: format_time(expires_at),
        fresh_until: format_time(row.proven_at.plus_secs(FRESH_S)),
        recovery_codes: Vec::new(),
    };
    Ok(Fresh { token: String::from_utf8_lossy(key.expose().expose()).into_owned(), signed_in })
}

/// Presence was proven again: the session is replaced, so that a cookie stolen before cannot do what follows.
pub async fn strengthen(
    app: &App,
    tx: &mut AnyConnection,
    old: &Signed,
    method: &str,
    browser: &Browser,
) -> Result<Fresh, Fault> {
    if !sql::end(tx, old.person, old.session).await? {
        return Err(refused());
    }
    let ends = (old.expires_at, old.idle_s);
    insert(app, tx, old.person, method, browser, app.clock.now(), ends).await
}

/// The person behind a cookie.
pub async fn authenticate(app: &App, cookie: &str, address: Option<IpAddr>) -> Result<Signed, Fault> {
    let key = ApiKey::parse(cookie, Holder::Session).map_err(|_| refused())?;
    let id = SessionId::from_slice(key.id.as_bytes())?;
    let mut tx = app.db.read().await?;
    let row = sql::find(&mut tx, id).await?.ok_or_else(refused)?;
    if !key.matches(&app.keys.pepper(PEPPER_NOW)?, &row.verifier) {
        return Err(refused());
    }
    let (used_at, every_s) = (row.used_at, USED_EVERY_S.min(row.idle_s / USED_IN_IDLE));
    let signed = signed(app, &mut tx, row, address).await?;
    drop(tx);
    let now = signed.actor.now;
    if now.secs_since(used_at) >= every_s
        && let Err(fault) = note_use(app, id, now).await
    {
        tracing::warn!(session = %id, inside = ?fault.inside, "account.session use not noted");
    }
    Ok(signed)
}

/// The session that a sealed flow was begun in, if it still stands: its cookie does not come along from another site.
pub(super) async fn live(
    app: &App,
    id: SessionId,
    person: PersonId,
    address: Option<IpAddr>,
) -> Result<Signed, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::find(&mut tx, id).await?.filter(|row| row.person == person).ok_or_else(refused)?;
    signed(app, &mut tx, row, address).await
}

async fn signed(
    app: &App,
    tx: &mut AnyConnection,
    row: sql::SessionRow,
    address: Option<IpAddr>,
) -> Result<Signed, Fault> {
    let now = app.clock.now();
    if now >= session_ends_at(row.expires_at, row.used_at, row.idle_s) || row.shut_out {
        return Err(refused());
    }
    let actor = Actor {
        doer: Doer::Person(row.person),
        grants: crate::access::grants::of_person(tx, row.person, now).await?,
        standing: Standing::Person { fresh_until: row.proven_at.plus_secs(FRESH_S) },
        address,
        now,
    };
    let recovered = row.method == RECOVERY;
    let sets_up_until = if recovered { row.created_at.plus_secs(FRESH_S) } else { Timestamp(0) };
    let (method, expires_at, idle_s) = (row.method, row.expires_at, row.idle_s);
    Ok(Signed { actor, person: row.person, session: row.id, method, expires_at, sets_up_until, idle_s })
}

async fn note_use(app: &App, id: SessionId, now: Timestamp) -> Result<(), Fault> {
    let mut tx = app.db.write().await?;
    sql::used(&mut tx, id, now).await?;
    Ok(tx.commit().await?)
}

/// Somebody's sessions that are not over.
pub async fn list(
    app: &App,
    person: PersonId,
    current: Option<SessionId>,
) -> Result<Vec<api::Session>, Fault> {
    let mut tx = app.db.read().await?;
    let rows = sql::of_person(&mut tx, person).await?;
    let seal = &app.keys.organization(None)?.seal;
    let now = app.clock.now();
    let live = rows.iter().filter(|row| now < session_ends_at(row.expires_at, row.used_at, row.idle_s));
    live.map(|row| {
        let browser: Browser = open_json(seal, &binding(row.id), &row.sealed)?;
        Ok(api::Session {
            id: row.id,
            current: current == Some(row.id),
            method: row.method.clone(),
            agent: browser.agent,
            network: browser.network,
            created_at: format_time(row.created_at),
            used_at: format_time(row.used_at),
            expires_at: format_time(row.expires_at),
        })
    })
    .collect()
}

/// Ends somebody's sessions.
pub async fn end_sessions(tx: &mut AnyConnection, person: PersonId) -> Result<u64, Fault> {
    Ok(sql::end_all(tx, person, None).await?)
}

/// Everything that somebody's account opens ends: sessions, keys that they made, links to them and from them.
pub async fn end_everything(tx: &mut AnyConnection, person: PersonId, now: Timestamp) -> Result<u64, Fault> {
    let sessions = sql::end_all(tx, person, None).await?;
    super::sql::keys::revoke_made_by(tx, person, now).await?;
    people::revoke_links_of(tx, person, now).await?;
    Ok(sessions)
}
