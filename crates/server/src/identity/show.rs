//! Identities as people look at them. Never: a secret, a private key, or a certificate of somebody else's device.

use super::sql::{self, CertificateRow};
use crate::access::Listing;
use crate::limits::CERTIFICATE_SOON_S;
use crate::registry::sql::device;
use crate::{App, Fault, project, registry};
use fieldkeep_api as api;
use fieldkeep_domain::access::Permit;
use fieldkeep_domain::{DeviceId, OrganizationId, Timestamp};
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::x509;
use fieldkeep_wire::json::format_time;
use std::collections::HashMap;

/// valid, expiring, expired or revoked.
fn state(row: &CertificateRow, now: Timestamp) -> &'static str {
    let certificate = &row.certificate;
    match certificate.revoked_at {
        Some(_) => "revoked",
        None if certificate.not_after < now => "expired",
        None if certificate.not_after.secs_since(now) < CERTIFICATE_SOON_S => "expiring",
        None => "valid",
    }
}

fn show(row: &CertificateRow, serial: Option<String>, now: Timestamp) -> api::DeviceCertificate {
    let certificate = &row.certificate;
    api::DeviceCertificate {
        fingerprint: certificate.fingerprint.to_string(),
        serial: data_encoding::HEXLOWER.encode(&certificate.serial),
        device: certificate.device,
        device_serial: serial,
        organization: certificate.organization,
        issued_at: format_time(row.issued_at),
        not_after: format_time(certificate.not_after),
        used_at: row.used_at.map(format_time),
        revoked_at: certificate.revoked_at.map(format_time),
        state: state(row, now).to_owned(),
    }
}

/// What a device proves itself by.
pub async fn of_device(app: &App, _: Permit, id: DeviceId) -> Result<api::DeviceIdentity, Fault> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let row = registry::find(&mut tx, id).await?;
    let certificates = sql::certificates_of(&mut tx, id).await?;
    let keys = sql::keys_of(&mut tx, id).await?;
    drop(tx);
    let key = |(id, created_at, revoked_at): (_, Timestamp, Option<Timestamp>)| api::DeviceKey {
        id,
        created_at: format_time(created_at),
        revoked_at: revoked_at.map(format_time),
    };
    Ok(api::DeviceIdentity {
        certificates: certificates.iter().map(|row| show(row, None, now)).collect(),
        keys: keys.into_iter().map(key).collect(),
        birth_chain: row.birth_chain.to_string(),
        device_key: sha256(&[row.device_key.as_bytes()]).to_string(),
        owner_epoch: row.owner_epoch,
        organization: row.organization,
    })
}

/// The certificates of devices that somebody may see, those that end first first.
pub async fn list(
    app: &App,
    listing: Listing<'_>,
    query: &api::CertificateQuery,
) -> Result<api::Page<api::DeviceCertificate>, Fault> {
    let (limit, _) = crate::http::page(query.limit, None)?;
    let after = query.after.as_deref().map(cursor).transpose()?;
    let now = app.clock.now();
    let span = match query.state.as_deref() {
        None => sql::Standing::Between(now, Timestamp(i64::MAX)),
        Some("valid") => sql::Standing::Between(now.plus_secs(CERTIFICATE_SOON_S), Timestamp(i64::MAX)),
        Some("expiring") => sql::Standing::Between(now, now.plus_secs(CERTIFICATE_SOON_S)),
        Some("expired") => sql::Standing::Between(Timestamp(0), now),
        Some("revoked") => sql::Standing::Revoked,
        Some(_) => return Err(Fault::invalid("`state`: one of valid, expiring, expired, revoked expected")),
    };
    let mut tx = app.db.read().await?;
    let rows = sql::certificates(&mut tx, &listing.reach, query.organization, span, after, limit + 1).await?;
    let cursor_of = |row: &CertificateRow| {
        format!("{}-{}", row.certificate.not_after.as_nanos(), row.certificate.fingerprint)
    };
    let page = crate::http::paged(rows, limit, cursor_of);
    let mut items = Vec::new();
    let mut serials: HashMap<DeviceId, Option<String>> = HashMap::new();
    for row in &page.items {
        let id = row.certificate.device;
        let Some(found) = device(&mut tx, id).await? else { continue };
        if !listing.shows(&registry::place_of(&mut tx, &found).await?).await? {
            continue;
        }
        if let std::collections::hash_map::Entry::Vacant(empty) = serials.entry(id) {
            empty.insert(Some(registry::serial_of(app, &found)?));
        }
        items.push(show(row, serials.get(&id).cloned().flatten(), now));
    }
    Ok(api::Page { items, next: page.next })
}

fn cursor(text: &str) -> Result<(i64, Vec<u8>), Fault> {
    let bad = || Fault::invalid("`after`: the `next` of the page before expected");
    let (at, fingerprint) = text.split_once('-').ok_or_else(bad)?;
    let fingerprint = data_encoding::HEXLOWER.decode(fingerprint.as_bytes()).map_err(|_| bad())?;
    Ok((at.parse().map_err(|_| bad())?, fingerprint))
}

/// The authorities that certificates lead to: the deployment's, and those of the organizations that somebody may see.
pub async fn authorities(
    app: &App,
    listing: Listing<'_>,
) -> Result<api::Page<api::CertificateAuthority>, Fault> {
    let server = app.folder.certificate("server");
    let server = std::fs::read_to_string(&server).map_err(Fault::internal)?;
    let mut items =
        vec![authority("root", None, &app.root)?, authority("devices", None, app.devices_ca.der())?];
    for der in x509::from_pem(&server).map_err(Fault::internal)? {
        items.push(authority("server", None, &der)?);
    }
    let mut tx = app.db.read().await?;
    for (id, ca) in project::sql::authorities(&mut tx, &listing.reach).await? {
        let scope = fieldkeep_domain::project::Scope::Organization { organization: id };
        if listing.shows(&scope.into()).await? {
            items.push(authority("organization", Some(id), &ca)?);
        }
    }
    Ok(api::Page { items, next: None })
}

fn authority(
    kind: &str,
    organization: Option<OrganizationId>,
    der: &[u8],
) -> Result<api::CertificateAuthority, Fault> {
    let facts = x509::facts(der).map_err(Fault::internal)?;
    Ok(api::CertificateAuthority {
        kind: kind.to_owned(),
        subject: x509::common_name(der).unwrap_or_default(),
        organization,
        fingerprint: facts.fingerprint.to_string(),
        not_before: format_time(facts.not_before),
        not_after: format_time(facts.not_after),
        pem: x509::to_pem("CERTIFICATE", der),
    })
}
