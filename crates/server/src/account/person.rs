//! A person as the use-cases have them: the sealed row, opened. Never: an address or a name in the clear at rest.

use super::sql::people::{self as sql, PersonRow};
use crate::project::{open_json, seal_json};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::PersonId;
use fieldkeep_domain::account::{SecondFactor, SignInRules};
use fieldkeep_domain::notify::{Channel, EmailAddress, Language, PhoneNumber};
use fieldkeep_trust::hash::hmac_sha256;
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

/// What is sealed of a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PersonSecret {
    pub name: String,
    pub address: EmailAddress,
    /// A code that was sent there came back, or the link that they joined with.
    pub verified: bool,
    pub phone: Option<PhoneNumber>,
    pub language: Language,
    /// Whether codes by e-mail are one of their second factors.
    pub mail_factor: bool,
}

/// The seal of a person's row.
pub(super) fn binding(id: PersonId) -> Binding {
    Binding::deployment(Purpose::Person, *id.as_bytes())
}

/// The secrets of factors are bound to the row and to what they are.
fn factor_binding(id: PersonId, what: &str) -> Binding {
    let hash = fieldkeep_trust::hash::sha256(&[id.as_bytes(), what.as_bytes()]);
    let mut row = [0; 16];
    row.copy_from_slice(&hash.as_bytes()[..16]);
    Binding::deployment(Purpose::Person, row)
}

/// What an address is found by. Case does not tell two people apart.
pub(super) fn address_hash(app: &App, address: &str) -> Result<fieldkeep_domain::Hash, Fault> {
    let blind = &app.keys.organization(None)?.blind;
    Ok(hmac_sha256(blind.expose(), &[b"person/address/1", address.trim().to_lowercase().as_bytes()]))
}

/// A person's row, opened.
pub(crate) fn open(app: &App, row: &PersonRow) -> Result<PersonSecret, Fault> {
    open_json(&app.keys.organization(None)?.seal, &binding(row.id), &row.sealed)
}

/// Seals who somebody is.
pub(super) fn seal(app: &App, id: PersonId, secret: &PersonSecret) -> Result<Vec<u8>, Fault> {
    seal_json(&app.keys.organization(None)?.seal, &binding(id), secret)
}

/// Seals a password's hash or an app's secret.
pub(super) fn seal_factor(app: &App, id: PersonId, what: &str, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    Ok(app.keys.organization(None)?.seal.seal(&factor_binding(id, what), bytes)?)
}

/// Opens what [`seal_factor`] sealed.
pub(super) fn open_factor(app: &App, id: PersonId, what: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
    Ok(app.keys.organization(None)?.seal.open(&factor_binding(id, what), sealed)?)
}

/// A person's row, or 404.
pub(super) async fn find(tx: &mut AnyConnection, id: PersonId) -> Result<PersonRow, Fault> {
    sql::find(tx, id).await?.ok_or_else(|| Fault::not_found("person"))
}

/// Where and in which language somebody is written to.
pub(crate) async fn contact(
    tx: &mut AnyConnection,
    app: &App,
    id: PersonId,
) -> Result<Option<(Channel, Language)>, Fault> {
    let Some(row) = sql::find(tx, id).await?.filter(|row| !row.shut_out) else { return Ok(None) };
    let secret = open(app, &row)?;
    Ok(Some((Channel::Mail(secret.address), secret.language)))
}

/// What somebody is called.
pub(crate) async fn name(tx: &mut AnyConnection, app: &App, id: PersonId) -> Result<Option<String>, Fault> {
    let row = sql::find(tx, id).await?;
    row.map(|row| Ok(open(app, &row)?.name)).transpose()
}

/// What the organizations of a person ask of a sign-in: each by itself, for networks, and all together.
pub(super) async fn rules(
    app: &App,
    tx: &mut AnyConnection,
    id: PersonId,
) -> Result<(Vec<SignInRules>, SignInRules), Fault> {
    let mut each = Vec::new();
    for organization in sql::organizations(tx, id, app.clock.now()).await? {
        each.push(crate::access::rules::of(app, tx, organization).await?.sign_in);
    }
    let all = SignInRules::strictest(&each);
    Ok((each, all))
}

/// The second factors that somebody has, whether or not they are accepted.
pub(super) fn second_factors(row: &PersonRow, secret: &PersonSecret) -> Vec<SecondFactor> {
    let has = |factor: &SecondFactor| match factor {
        SecondFactor::Totp => row.totp.is_some(),
        SecondFactor::Sms => secret.phone.is_some(),
        SecondFactor::Mail => secret.mail_factor && secret.verified,
    };
    SecondFactor::ALL.into_iter().filter(has).collect()
}

/// A person as administrators and they themselves see them.
pub(super) fn show(row: &PersonRow, secret: &PersonSecret, passkeys: usize) -> api::Person {
    let mut factors = Vec::new();
    if passkeys > 0 {
        factors.push("passkey".to_owned());
    }
    if row.password.is_some() {
        factors.push("password".to_owned());
    }
    factors.extend(second_factors(row, secret).into_iter().map(|factor| factor.name().to_owned()));
    api::Person {
        id: row.id,
        name: secret.name.clone(),
        address: secret.address.as_str().to_owned(),
        address_verified: secret.verified,
        phone: secret.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        language: secret.language.tag().to_owned(),
        organization: row.organization,
        factors,
        created_at: format_time(row.created_at),
        disabled_at: row.disabled_at.map(format_time),
    }
}
