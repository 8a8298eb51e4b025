//! People and programs: who they are and how they show it. Sign-in, sessions, factors, service accounts, keys.
//!
//! Never: stores a secret in the clear, tells a stranger whether an account exists, lets a password alone open anything.

pub mod cookies;
mod device;
mod factor;
mod flow;
pub mod http;
pub mod invite;
mod join;
pub mod keys;
mod leaked;
pub mod oauth;
pub mod oidc;
mod own;
mod password;
pub mod people;
pub(crate) mod person;
mod presence;
mod profile;
pub mod session;
pub mod sign_in;
mod sql;
mod throttle;
pub mod webauthn;

pub use device::COOKIE as BROWSER_COOKIE;
pub use leaked::{Built, build as build_leaked, check_leaked};
pub use password::Passwords;
pub use sql::person_id;
pub use sql::sessions::{SignInRow, end_password_sessions, shorten};
pub use throttle::Throttle;

use crate::fault::Kind;
use crate::{App, Fault};
use fieldkeep_domain::access::Actor;
use fieldkeep_domain::account::SignInRules;
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::{PersonId, SessionId, Timestamp};
use fieldkeep_trust::secret::Secret;
use std::net::IpAddr;

/// Somebody as a text column keeps it.
pub fn doer_text(doer: Doer) -> String {
    match doer {
        Doer::Person(id) => format!("person/{id}"),
        Doer::Key(id) => format!("key/{id}"),
        Doer::Device(id) => format!("device/{id}"),
        Doer::Server => "server".to_owned(),
    }
}

/// Refused where nothing would change: the record holds what happened.
fn must_change(out: bool, disable: bool) -> Result<(), Fault> {
    match (out, disable) {
        (true, true) => Err(Fault::conflict("this is shut out already; nothing was changed")),
        (false, false) => Err(Fault::conflict("this is not shut out; nothing was changed")),
        _ => Ok(()),
    }
}

/// What somebody is called.
pub async fn person_name(
    tx: &mut sqlx::AnyConnection,
    app: &App,
    id: fieldkeep_domain::PersonId,
) -> Result<Option<String>, Fault> {
    person::name(tx, app, id).await
}

/// Refuses inside a transaction what was asked for by somebody who is shut out meanwhile, or with a key that is withdrawn:
/// what they set going must not come after what ended it.
pub async fn still_in(tx: &mut sqlx::AnyConnection, doer: Doer, now: Timestamp) -> Result<(), Fault> {
    let stands = match doer {
        Doer::Person(id) => sql::people::find(tx, id).await?.is_some_and(|row| !row.shut_out),
        Doer::Key(id) => sql::keys::find(tx, id).await?.is_some_and(|row| row.stands(now)),
        Doer::Device(_) | Doer::Server => true,
    };
    match stands {
        true => Ok(()),
        false => Err(Fault::new(Kind::Unauthenticated, "who asks is shut out; nothing was done")),
    }
}

/// Whether somebody could still sign in, and prove presence, under these rules.
pub async fn could_come_in(app: &App, id: PersonId, rules: &SignInRules) -> Result<bool, Fault> {
    let mut tx = app.db.read().await?;
    let passkeys = sql::people::passkeys(&mut tx, id).await?.len();
    let row = person::find(&mut tx, id).await?;
    drop(tx);
    if passkeys > 0 {
        return Ok(true);
    }
    let secret = person::open(app, &row)?;
    Ok(!rules.passkey_required && !sign_in::accepted(app, &row, &secret, rules).await?.is_empty())
}

/// The program behind a bearer token: a key, or a short token that stands for one.
pub async fn authenticate(app: &App, bearer: Option<&str>, address: Option<IpAddr>) -> Result<Actor, Fault> {
    match bearer {
        Some(token) if token.starts_with(oauth::PREFIX) => oauth::authenticate(app, token, address).await,
        Some(key) => keys::authenticate(app, key, address).await,
        None => {
            let text = "sign in, or send a program's key as `Authorization: Bearer fk_svc_…`";
            Err(Fault::new(Kind::Unauthenticated, text))
        }
    }
}

/// How somebody came in: enough to look again whether they would be let in now.
#[derive(Debug, Clone)]
pub enum Came {
    /// In a session.
    Session(SessionId, PersonId),
    /// With a key or a token.
    Bearer(Secret),
}

/// Whoever came in some time ago, as they stand now; refused when the session, key or token has ended. That a page stays
/// open is no use of its session.
pub async fn again(app: &App, came: &Came, address: Option<IpAddr>) -> Result<Actor, Fault> {
    match came {
        Came::Session(session, person) => Ok(session::live(app, *session, *person, address).await?.actor),
        Came::Bearer(token) => {
            authenticate(app, Some(&String::from_utf8_lossy(token.expose())), address).await
        }
    }
}

/// Drops what is over: sessions, codes, flows, and sign-ins that nobody looks back at any more.
pub async fn trim(app: &App) -> Result<(), Fault> {
    sign_in::write_failures(app).await?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    sql::sessions::trim(&mut tx, now, now.plus_secs(-crate::limits::SIGN_INS_KEPT_S)).await?;
    Ok(tx.commit().await?)
}
