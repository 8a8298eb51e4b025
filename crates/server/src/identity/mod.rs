//! Who a device is: its certificates from enrolment to revocation, its key, its tokens.
//!
//! Never: takes more than the public key from a request, keeps a secret in the clear, trusts a resumed session.

pub mod http;
pub mod show;
pub mod sql;

use crate::fault::Kind;
use crate::http::Connection;
use crate::keys::PEPPER_NOW;
use crate::{App, Fault, notify, project, registry};
use fieldkeep_domain::admission::Check;
use fieldkeep_domain::audit::{Act, Doer};
use fieldkeep_domain::identity::{Certificate, DeviceName, TokenClaims, TokenRefused};
use fieldkeep_domain::notify::{News, Withdrawn};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{DeviceId, OrganizationId, Timestamp, limits};
use fieldkeep_trust::apikey::{ApiKey, Holder};
use fieldkeep_trust::ca::Profile;
use fieldkeep_trust::secret::Secret;
use fieldkeep_trust::{sign, x509};
use fieldkeep_wire::{cose, token};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// To a stranger with a valid chain only this is said.
pub fn stranger() -> Fault {
    Fault::new(Kind::Unauthenticated, "this device is not known here")
}

fn credential(why: &str) -> Fault {
    Fault::new(Kind::Unauthenticated, why).at(Check::Credential)
}

/// Checks the certificate of a connection against the live table: after every handshake, resumed or not, and again
/// whenever identities change.
pub async fn check(app: &App, connection: &Connection) -> Result<registry::sql::DeviceRow, Fault> {
    let mut tx = app.db.read().await?;
    let row = registry::sql::device(&mut tx, connection.name.device()).await?.ok_or_else(stranger)?;
    let now = app.clock.now();
    if now > connection.not_after {
        return Err(credential(
            "the certificate has expired: renew it while the old one is valid, or claim the device again",
        ));
    }
    match connection.name {
        DeviceName::Birth(_) => {
            if row.birth_chain != connection.chain {
                return Err(stranger());
            }
        }
        DeviceName::Operational(device, organization) => {
            let found = sql::certificate(&mut tx, connection.fingerprint).await?.ok_or_else(stranger)?;
            let certificate = &found.certificate;
            // The issuer says whose it is; the name in the leaf only has to agree.
            if certificate.device != device || certificate.organization != organization {
                return Err(stranger());
            }
            if certificate.revoked_at.is_some() {
                let news = News::RefusedDevice(device, Withdrawn::Certificate);
                notify::tell(app, organization, news);
                return Err(credential("the certificate is revoked; nothing was stored"));
            }
            drop(tx);
            if found.used_at.is_none() {
                first_use(app, certificate).await?;
            }
        }
    }
    Ok(row)
}

/// The first use of a renewed certificate ends the ones before it.
async fn first_use(app: &App, certificate: &Certificate) -> Result<(), Fault> {
    let (device, fingerprint) = (certificate.device, certificate.fingerprint);
    let scope = Scope::Organization { organization: certificate.organization };
    let now = app.clock.now();
    app.journal
        .act(move |tx, revision| {
            Box::pin(async move {
                let ended = sql::use_certificate(tx, device, fingerprint, now, revision).await?;
                let act = Act::new(Doer::Device(device), "certificate.use", fingerprint, scope, now)
                    .with(json!({"ended": ended}));
                Ok((act, ()))
            })
        })
        .await
}

/// The device behind a connection of either kind.
pub async fn device(app: &App, connection: &Connection) -> Result<registry::sql::DeviceRow, Fault> {
    check(app, connection).await
}

/// The device behind a birth connection.
pub async fn birth(app: &App, connection: &Connection) -> Result<registry::sql::DeviceRow, Fault> {
    let row = check(app, connection).await?;
    match connection.name {
        DeviceName::Birth(_) => Ok(row),
        DeviceName::Operational(..) => {
            Err(Fault::new(Kind::Forbidden, "this needs the birth certificate (IDevID)")
                .at(Check::Credential))
        }
    }
}

/// The device behind an operational connection, and whose it is.
pub async fn operational(
    app: &App,
    connection: &Connection,
) -> Result<(registry::sql::DeviceRow, OrganizationId), Fault> {
    let row = check(app, connection).await?;
    match connection.name {
        DeviceName::Operational(_, organization) if row.organization == Some(organization) => {
            Ok((row, organization))
        }
        DeviceName::Operational(..) => Err(credential("the certificate is a former owner's")),
        DeviceName::Birth(_) => {
            let text = "a birth certificate opens only hello, claim and EST: enrol first";
            Err(Fault::new(Kind::Forbidden, text).at(Check::Credential))
        }
    }
}

/// Certifies a device's new key: the first time on its birth certificate, later on its current one. Leaf first.
pub async fn enroll(
    app: &Arc<App>,
    connection: &Connection,
    request: &[u8],
    renew: bool,
) -> Result<Vec<Vec<u8>>, Fault> {
    let row = if renew { operational(app, connection).await?.0 } else { birth(app, connection).await? };
    let Some(organization) = row.organization.filter(|_| row.life.owned()) else {
        let text = format!("the device is {}: finish its claim before it enrols", row.life);
        return Err(Fault::new(Kind::Forbidden, text).at(Check::Owned));
    };
    let key =
        x509::request_key(request).map_err(|error| Fault::invalid(format!("signing request: {error}")))?;
    let mut tx = app.db.read().await?;
    let ca = project::sql::organization(&mut tx, organization)
        .await?
        .ok_or_else(|| Fault::not_found("organization"))?
        .ca;
    drop(tx);
    let authority = app.keys.organization_ca(organization, ca.clone())?;
    let now = app.clock.now();
    let name = DeviceName::Operational(row.id, organization);
    let leaf = authority.issue(&Profile::Device(name), &key, now)?;
    let facts = x509::facts(&leaf).map_err(Fault::internal)?;
    let certificate = Certificate {
        fingerprint: facts.fingerprint,
        serial: facts.serial,
        device: row.id,
        organization,
        not_after: facts.not_after,
        revoked_at: None,
    };
    let act = Act::new(Doer::Device(row.id), "certificate.issue", facts.fingerprint, Scope::Organization { organization }, now)
        .with(json!({"device": row.id, "renewal": renew, "not_after": fieldkeep_wire::json::format_time(facts.not_after)}));
    let device = row.id;
    app.journal
        .act(move |tx, revision| {
            Box::pin(async move {
                // Whether it may be certified is asked again under the lock.
                let row = registry::find(tx, device).await?;
                if !row.life.owned() || row.organization != Some(organization) {
                    return Err(Fault::conflict(
                        "the device changed hands meanwhile; no certificate was issued",
                    ));
                }
                sql::insert_certificate(tx, &certificate, now, revision).await?;
                Ok((act, ()))
            })
        })
        .await?;
    Ok(vec![leaf, ca, app.devices_ca.der().to_vec()])
}

/// Makes an API key for the device of an operational connection. Shown once.
pub async fn new_key(app: &Arc<App>, connection: &Connection) -> Result<Secret, Fault> {
    let (row, organization) = operational(app, connection).await?;
    let key = ApiKey::generate(Holder::Device);
    let stored = sql::DeviceKeyRow {
        device: row.id,
        verifier: key.verifier(&app.keys.pepper(PEPPER_NOW)?).as_bytes().to_vec(),
        pepper: PEPPER_NOW,
        revoked_at: None,
    };
    let now = app.clock.now();
    let id = key.id;
    let act = Act::new(Doer::Device(row.id), "device.key", id, Scope::Organization { organization }, now);
    app.journal
        .act(move |tx, _| {
            Box::pin(async move { Ok((act, sql::insert_device_key(tx, id, &stored, now).await?)) })
        })
        .await?;
    Ok(key.expose())
}

/// Exchanges an API key for a token that is bound to the certificate of this connection.
pub async fn new_token(
    app: &App,
    connection: &Connection,
    key: Option<&str>,
) -> Result<(String, Timestamp), Fault> {
    let (row, _) = operational(app, connection).await?;
    let refused = || {
        let text = "the API key is missing, malformed, revoked or another device's: send it in `X-Api-Key`";
        Fault::new(Kind::Unauthenticated, text).at(Check::Token)
    };
    let key = ApiKey::parse(key.ok_or_else(refused)?, Holder::Device).map_err(|_| refused())?;
    let mut tx = app.db.read().await?;
    let stored = sql::device_key(&mut tx, key.id).await?.ok_or_else(refused)?;
    drop(tx);
    let matches = key.matches(&app.keys.pepper(stored.pepper)?, &stored.verifier);
    if !matches || stored.device != row.id || stored.revoked_at.is_some() {
        return Err(refused());
    }
    let now = app.clock.now();
    let claims = TokenClaims {
        device: row.id,
        key: key.id,
        certificate: connection.fingerprint,
        issued_at: Timestamp::from_secs(now.as_secs()),
        expires_at: Timestamp::from_secs(now.as_secs() + limits::TOKEN_LIFE_S),
    };
    let signed = app.token_key.sign(token::AAD, token::encode(&claims))?;
    Ok((data_encoding::BASE64URL_NOPAD.encode(&cose::encode_sign1(&signed)), claims.expires_at))
}

/// Reads a bearer token whose signature is ours.
pub fn read_token(app: &App, bearer: Option<&str>) -> Result<TokenClaims, TokenRefused> {
    let text = bearer.ok_or(TokenRefused::Missing)?;
    if text.len() > token::BYTES_MAX {
        return Err(TokenRefused::Invalid);
    }
    let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| TokenRefused::Invalid)?;
    let signed = cose::decode_sign1(&bytes, token::BYTES_MAX).map_err(|_| TokenRefused::Invalid)?;
    sign::verify(&signed, token::AAD, &app.token_key.public()).map_err(|_| TokenRefused::Invalid)?;
    token::decode(&signed.payload).map_err(|_| TokenRefused::Invalid)
}

/// Whether the key behind a token still stands.
pub async fn key_stands(app: &App, claims: &TokenClaims, device: DeviceId) -> Result<bool, Fault> {
    let mut tx = app.db.read().await?;
    let key = sql::device_key(&mut tx, claims.key).await?;
    Ok(key.is_some_and(|key| key.device == device && key.revoked_at.is_none()))
}

/// The revocation list of an organization, for third parties; the live table is what we go by ourselves. Anybody may
/// ask, so a new one is made only when something may have changed or the last one is an hour old.
pub async fn revocation_list(app: &App, organization: OrganizationId) -> Result<Vec<u8>, Fault> {
    let now = app.clock.now();
    let revision = app.journal.progress().borrow().revision;
    if let Some(list) = app.lists.fresh(organization, revision, now) {
        return Ok(list);
    }
    let mut tx = app.db.read().await?;
    let row = project::sql::organization(&mut tx, organization).await?;
    let row = row.ok_or_else(|| Fault::not_found("organization"))?;
    drop(tx);
    let mut tx = app.db.write().await?;
    let number = project::sql::next_crl_number(&mut tx, organization).await?;
    let revoked = sql::revoked_of(&mut tx, organization, now).await?;
    tx.commit().await?;
    let authority = app.keys.organization_ca(organization, row.ca)?;
    let list = authority.revocation_list(number, &revoked, now, now.plus_secs(86_400))?;
    app.lists.keep(organization, revision, now, list.clone());
    Ok(list)
}

/// Revocation lists as they were last made.
#[derive(Debug, Default)]
pub struct Lists(Mutex<HashMap<OrganizationId, List>>);

/// At which revision, when, and the list in DER.
type List = (u64, Timestamp, Vec<u8>);

impl Lists {
    const AGE_S_MAX: i64 = 3_600;
    const KEPT: usize = 1_000;

    fn fresh(&self, organization: OrganizationId, revision: u64, now: Timestamp) -> Option<Vec<u8>> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (made, at, list) = lists.get(&organization)?;
        (*made == revision && now.secs_since(*at) < Self::AGE_S_MAX).then(|| list.clone())
    }
    fn keep(&self, organization: OrganizationId, revision: u64, now: Timestamp, list: Vec<u8>) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= Self::KEPT {
            lists.clear();
        }
        lists.insert(organization, (revision, now, list));
    }
}
