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
mod password;
pub mod people;
pub(crate) mod person;
mod profile;
pub mod session;
pub mod sign_in;
mod sql;
mod throttle;
pub mod webauthn;

pub use device::COOKIE as BROWSER_COOKIE;
pub use leaked::{Built, build as build_leaked};
pub use password::Passwords;
pub use sql::person_id;
pub use sql::sessions::{SignInRow, end_password_sessions};
pub use throttle::Throttle;

use crate::fault::Kind;
use crate::{App, Fault};
use fieldkeep_domain::access::Actor;
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::{PersonId, SessionId};
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

/// What somebody is called.
pub async fn person_name(
    tx: &mut sqlx::AnyConnection,
    app: &App,
    id: fieldkeep_domain::PersonId,
) -> Result<Option<String>, Fault> {
    person::name(tx, app, id).await
}

/// How many passkeys somebody has.
pub async fn passkeys_of(app: &App, person: fieldkeep_domain::PersonId) -> Result<usize, Fault> {
    let mut tx = app.db.read().await?;
    Ok(sql::people::passkeys(&mut tx, person).await?.len())
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
