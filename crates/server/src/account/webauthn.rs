//! Passkeys (WebAuthn level 3): creation and use, always discoverable, always with the person verified.
//!
//! Never: a passkey of another relying party or page; the library compares both, and a test shows it.

use super::sql::people::{self as sql, PasskeyRow};
use crate::fault::Kind;
use crate::project::{open_json, seal_json};
use crate::{App, Fault};
use fieldkeep_domain::limits::PASSKEYS_MAX;
use fieldkeep_domain::project::Name;
use fieldkeep_domain::{PasskeyId, PersonId, Timestamp};
use fieldkeep_trust::hash::hmac_sha256;
use fieldkeep_trust::seal::{Binding, Purpose};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::AnyConnection;
use url::Url;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Uuid, Webauthn, WebauthnBuilder,
};

/// What is sealed of a passkey.
#[derive(Serialize, Deserialize)]
pub struct PasskeySecret {
    /// What its owner calls it.
    pub name: String,
    passkey: Passkey,
}

/// The relying party of a deployment: its id, and the pages that may ask.
pub fn relying_party(rp_id: &str, page: &Url, others: &[Url]) -> Result<Webauthn, Fault> {
    let builder = WebauthnBuilder::new(rp_id, page).map_err(Fault::internal)?.rp_name("Fieldkeep");
    let builder = others.iter().fold(builder, |builder, other| builder.append_allowed_origin(other));
    builder.build().map_err(Fault::internal)
}

fn binding(id: PasskeyId) -> Binding {
    Binding::deployment(Purpose::Person, *id.as_bytes())
}

fn credential_hash(app: &App, credential: &[u8]) -> Result<Vec<u8>, Fault> {
    let blind = &app.keys.organization(None)?.blind;
    Ok(hmac_sha256(blind.expose(), &[b"person/passkey/1", credential]).as_bytes().to_vec())
}

fn refused() -> Fault {
    Fault::new(Kind::Unauthenticated, "this passkey does not open an account here")
}

fn open(app: &App, row: &PasskeyRow) -> Result<PasskeySecret, Fault> {
    open_json(&app.keys.organization(None)?.seal, &binding(row.id), &row.sealed)
}

/// What a passkey is called.
pub fn name_of(app: &App, row: &PasskeyRow) -> Result<String, Fault> {
    Ok(open(app, row)?.name)
}

/// Asks for a new passkey.
pub fn begin_creation(
    app: &App,
    person: PersonId,
    address: &str,
    name: &str,
    known: &[PasskeyRow],
) -> Result<(Value, PasskeyRegistration), Fault> {
    if known.len() >= PASSKEYS_MAX {
        return Err(Fault::conflict(format!("limit `passkeys`: at most {PASSKEYS_MAX} per person")));
    }
    let known = known.iter().map(|row| Ok(open(app, row)?.passkey.cred_id().clone()));
    let known: Vec<_> = known.collect::<Result<_, Fault>>()?;
    let handle = Uuid::from_bytes(*person.as_bytes());
    let (options, state) = app
        .webauthn()?
        .start_passkey_registration(handle, address, name, Some(known))
        .map_err(Fault::internal)?;
    let mut options = serde_json::to_value(options).map_err(Fault::internal)?;
    // Without it a key may store nothing, and could not be found without an address first.
    options["publicKey"]["authenticatorSelection"]["residentKey"] = "required".into();
    options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = true.into();
    Ok((options["publicKey"].take(), state))
}

/// Takes a new passkey.
pub fn finish_creation(
    app: &App,
    person: PersonId,
    credential: Value,
    state: &PasskeyRegistration,
    name: Option<&str>,
) -> Result<PasskeyRow, Fault> {
    let credential: RegisterPublicKeyCredential = serde_json::from_value(credential)
        .map_err(|error| Fault::invalid(format!("`credential` refused: {error}")))?;
    let passkey = app.webauthn()?.finish_passkey_registration(&credential, state).map_err(|error| {
        let text = "the passkey was refused: it was made for another page, or the answer is not the one to our question";
        Fault { inside: Some(error.into()), ..Fault::invalid(text) }
    })?;
    let id = PasskeyId::from_random(fieldkeep_trust::random());
    let name = Name::parse(name.unwrap_or("Passkey"))?.to_string();
    let hash = credential_hash(app, passkey.cred_id())?;
    let secret = PasskeySecret { name, passkey };
    Ok(PasskeyRow {
        id,
        person,
        credential_hash: hash,
        sealed: seal_json(&app.keys.organization(None)?.seal, &binding(id), &secret)?,
        created_at: app.clock.now(),
        used_at: None,
    })
}

/// Keeps a new passkey; one that is somebody's already is refused like any other bad one.
pub async fn store(tx: &mut AnyConnection, row: &PasskeyRow) -> Result<(), Fault> {
    match sql::insert_passkey(tx, row).await? {
        true => Ok(()),
        false => Err(Fault::invalid("the passkey was refused: make another one")),
    }
}

/// Asks for any passkey.
pub fn begin_sign_in(app: &App) -> Result<(Value, DiscoverableAuthentication), Fault> {
    let (options, state) = app.webauthn()?.start_discoverable_authentication().map_err(Fault::internal)?;
    let mut options = serde_json::to_value(options).map_err(Fault::internal)?;
    Ok((options["publicKey"].take(), state))
}

fn parse(credential: Value) -> Result<PublicKeyCredential, Fault> {
    serde_json::from_value(credential)
        .map_err(|error| Fault::invalid(format!("`credential` refused: {error}")))
}

/// A passkey that was shown, with its new counter.
pub struct Shown {
    /// Whose.
    pub person: PersonId,
    row: PasskeyRow,
    secret: PasskeySecret,
    result: AuthenticationResult,
}

impl Shown {
    /// Takes note of the use, inside the transaction of what it opened.
    pub async fn note(mut self, app: &App, tx: &mut AnyConnection, now: Timestamp) -> Result<(), Fault> {
        self.secret.passkey.update_credential(&self.result);
        let seal = &app.keys.organization(None)?.seal;
        let sealed = seal_json(seal, &binding(self.row.id), &self.secret)?;
        Ok(sql::passkey_used(tx, self.row.id, &sealed, now).await?)
    }
}

/// Finds whose passkey it is and verifies it.
pub async fn finish_sign_in(
    app: &App,
    credential: Value,
    state: DiscoverableAuthentication,
) -> Result<Shown, Fault> {
    let credential = parse(credential)?;
    let webauthn = app.webauthn()?;
    let (handle, _) = webauthn.identify_discoverable_authentication(&credential).map_err(|_| refused())?;
    let person = PersonId::from_slice(handle.as_bytes())?;
    let (row, secret) = stored(app, person, &credential).await?;
    let result = webauthn
        .finish_discoverable_authentication_v2(&credential, state, &secret.passkey)
        .map_err(|error| Fault { inside: Some(error.into()), ..refused() })?;
    checked(result, person, row, secret)
}

async fn stored(
    app: &App,
    person: PersonId,
    credential: &PublicKeyCredential,
) -> Result<(PasskeyRow, PasskeySecret), Fault> {
    let hash = credential_hash(app, credential.get_credential_id())?;
    let mut tx = app.db.read().await?;
    let rows = sql::passkeys(&mut tx, person).await?;
    drop(tx);
    let row = rows.into_iter().find(|row| row.credential_hash == hash).ok_or_else(refused)?;
    let secret = open(app, &row)?;
    Ok((row, secret))
}

fn checked(
    result: AuthenticationResult,
    person: PersonId,
    row: PasskeyRow,
    secret: PasskeySecret,
) -> Result<Shown, Fault> {
    if !result.user_verified() {
        return Err(refused());
    }
    Ok(Shown { person, row, secret, result })
}

/// Asks somebody for one of their passkeys.
pub fn begin_proof(app: &App, known: &[PasskeyRow]) -> Result<(Value, PasskeyAuthentication), Fault> {
    if known.is_empty() {
        return Err(Fault::conflict("this account has no passkey: prove presence with a code"));
    }
    let known: Vec<Passkey> =
        known.iter().map(|row| Ok(open(app, row)?.passkey)).collect::<Result<_, Fault>>()?;
    let (options, state) = app.webauthn()?.start_passkey_authentication(&known).map_err(Fault::internal)?;
    let mut options = serde_json::to_value(options).map_err(Fault::internal)?;
    Ok((options["publicKey"].take(), state))
}

/// Verifies a passkey that one person was asked for.
pub async fn finish_proof(
    app: &App,
    person: PersonId,
    credential: Value,
    state: &PasskeyAuthentication,
) -> Result<Shown, Fault> {
    let credential = parse(credential)?;
    let (row, secret) = stored(app, person, &credential).await?;
    let result = app
        .webauthn()?
        .finish_passkey_authentication(&credential, state)
        .map_err(|error| Fault { inside: Some(error.into()), ..refused() })?;
    checked(result, person, row, secret)
}
