//! Browsers that somebody has signed in from: a sealed cookie that says so, and opens nothing.
//!
//! Never: a way in. It spares its owner the waits that a stranger causes, and the message of a new sign-in.

use crate::limits::{DEVICE_COOKIE_PEOPLE_MAX, DEVICE_COOKIE_S};
use crate::{App, Fault};
use fieldkeep_domain::{Hash, PersonId, RowId};
use fieldkeep_trust::seal::{Binding, Purpose};
use serde::{Deserialize, Serialize};

/// The cookie.
pub const COOKIE: &str = "__Host-fieldkeep-browser";
const BYTES_MAX: usize = 4 * 1024;

#[derive(Serialize, Deserialize)]
struct Remembered {
    until: i64,
    people: Vec<(PersonId, [u8; 32])>,
}

fn binding(id: RowId) -> Binding {
    Binding::deployment(Purpose::Browser, *id.as_bytes())
}

fn open(app: &App, cookie: Option<&str>) -> Option<(RowId, Remembered)> {
    let text = cookie.filter(|text| text.len() <= BYTES_MAX)?;
    let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (id, sealed) = bytes.split_at_checked(16)?;
    let id = RowId::from_slice(id).ok()?;
    let plain = app.keys.organization(None).ok()?.seal.open(&binding(id), sealed).ok()?;
    let found: Remembered = serde_json::from_slice(&plain).ok()?;
    (app.clock.now().as_nanos() < found.until).then_some((id, found))
}

/// Whether somebody has signed in from this browser before.
pub fn knows(app: &App, cookie: Option<&str>, id: PersonId) -> bool {
    open(app, cookie).is_some_and(|(_, found)| found.people.iter().any(|(known, _)| *known == id))
}

/// The browser's id, if the account with this address has signed in from it before.
pub fn id_if_known(app: &App, cookie: Option<&str>, address: Hash) -> Option<RowId> {
    let (id, found) = open(app, cookie)?;
    found.people.iter().any(|(_, known)| *known == address.0).then_some(id)
}

/// The cookie with somebody added. The browser keeps its id.
pub fn remember(app: &App, cookie: Option<&str>, person: PersonId, address: Hash) -> Result<String, Fault> {
    let (id, mut found) = open(app, cookie).unwrap_or_else(|| {
        (RowId::from_random(fieldkeep_trust::random()), Remembered { until: 0, people: Vec::new() })
    });
    found.until = app.clock.now().plus_secs(DEVICE_COOKIE_S).as_nanos();
    found.people.retain(|(known, _)| *known != person);
    found.people.push((person, address.0));
    let over = found.people.len().saturating_sub(DEVICE_COOKIE_PEOPLE_MAX);
    found.people.drain(..over);
    let plain = serde_json::to_vec(&found).map_err(Fault::internal)?;
    let sealed = app.keys.organization(None)?.seal.seal(&binding(id), &plain)?;
    Ok(data_encoding::BASE64URL_NOPAD.encode(&[&id.as_bytes()[..], &sealed].concat()))
}
