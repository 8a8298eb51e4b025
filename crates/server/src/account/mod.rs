//! People and programs: who they are and how they show it. Sign-in, sessions, factors, service accounts, keys.
//!
//! Never: stores a secret in the clear, tells a stranger whether an account exists, lets a password alone open anything.

pub mod http;
pub mod keys;
pub mod oauth;
mod sql;

use crate::fault::Kind;
use crate::{App, Fault};
use fieldkeep_domain::access::Actor;
use fieldkeep_domain::audit::Doer;
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
