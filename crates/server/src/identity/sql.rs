//! Rows of device certificates and device keys.

use crate::db::reach::{Columns, covered};
use crate::registry::sql::device_id;
use fieldkeep_domain::access::Reach;
use fieldkeep_domain::admission::Placed;
use fieldkeep_domain::identity::Certificate;
use fieldkeep_domain::{DeviceId, Hash, KeyId, OrganizationId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// A certificate as stored, with its first use.
#[derive(Debug, Clone)]
pub struct CertificateRow {
    /// What it is.
    pub certificate: Certificate,
    /// When it was first used.
    pub used_at: Option<Timestamp>,
    /// Since when.
    pub issued_at: Timestamp,
}

/// Which certificates.
#[derive(Debug, Clone, Copy)]
pub enum Standing {
    /// Not withdrawn, and ending from the first to before the second instant.
    Between(Timestamp, Timestamp),
    /// Withdrawn.
    Revoked,
}

fn read(row: &AnyRow) -> Result<CertificateRow, sqlx::Error> {
    Ok(CertificateRow {
        certificate: Certificate {
            fingerprint: crate::journal::sql::hash(&row.try_get::<Vec<u8>, _>(0)?)?,
            serial: row.try_get(1)?,
            device: device_id(&row.try_get::<Vec<u8>, _>(2)?)?,
            organization: crate::project::sql::organization_id(&row.try_get::<Vec<u8>, _>(3)?)?,
            not_after: Timestamp(row.try_get(4)?),
            revoked_at: row.try_get::<Option<i64>, _>(5)?.map(Timestamp),
        },
        used_at: row.try_get::<Option<i64>, _>(6)?.map(Timestamp),
        issued_at: Timestamp(row.try_get(7)?),
    })
}

/// One certificate.
pub async fn certificate(
    tx: &mut AnyConnection,
    fingerprint: Hash,
) -> Result<Option<CertificateRow>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT fingerprint, serial, device, organization, not_after, revoked_at, used_at, issued_at
         FROM certificates WHERE fingerprint = $1",
    )
    .bind(&fingerprint.as_bytes()[..])
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Adds a certificate.
pub async fn insert_certificate(
    tx: &mut AnyConnection,
    certificate: &Certificate,
    now: Timestamp,
    revision: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO certificates (fingerprint, serial, device, organization, not_after, issued_at, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&certificate.fingerprint.as_bytes()[..])
    .bind(&certificate.serial[..])
    .bind(&certificate.device.as_bytes()[..])
    .bind(&certificate.organization.as_bytes()[..])
    .bind(certificate.not_after.as_nanos())
    .bind(now.as_nanos())
    .bind(revision as i64)
    .execute(tx)
    .await
    .map(drop)
}

/// Notes the first use of a certificate and withdraws the device's others.
pub async fn use_certificate(
    tx: &mut AnyConnection,
    device: DeviceId,
    fingerprint: Hash,
    now: Timestamp,
    revision: u64,
) -> Result<u64, sqlx::Error> {
    sqlx::query("UPDATE certificates SET used_at = $1 WHERE fingerprint = $2")
        .bind(now.as_nanos())
        .bind(&fingerprint.as_bytes()[..])
        .execute(&mut *tx)
        .await?;
    let done = sqlx::query(
        "UPDATE certificates SET revoked_at = $1, revision = $2
         WHERE device = $3 AND fingerprint <> $4 AND revoked_at IS NULL AND issued_at <=
         (SELECT issued_at FROM certificates WHERE fingerprint = $4)",
    )
    .bind(now.as_nanos())
    .bind(revision as i64)
    .bind(&device.as_bytes()[..])
    .bind(&fingerprint.as_bytes()[..])
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// Withdraws every certificate and key of a device.
pub async fn revoke_device(
    tx: &mut AnyConnection,
    device: DeviceId,
    now: Timestamp,
    revision: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE certificates SET revoked_at = $1, revision = $2 WHERE device = $3 AND revoked_at IS NULL",
    )
    .bind(now.as_nanos())
    .bind(revision as i64)
    .bind(&device.as_bytes()[..])
    .execute(&mut *tx)
    .await?;
    sqlx::query("UPDATE device_keys SET revoked_at = $1 WHERE device = $2 AND revoked_at IS NULL")
        .bind(now.as_nanos())
        .bind(&device.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// Certificates withdrawn after a revision: connections that show them are closed.
pub async fn revoked_since(tx: &mut AnyConnection, revision: u64) -> Result<Vec<Hash>, sqlx::Error> {
    let rows =
        sqlx::query("SELECT fingerprint FROM certificates WHERE revision > $1 AND revoked_at IS NOT NULL")
            .bind(revision as i64)
            .fetch_all(tx)
            .await?;
    rows.iter().map(|row| crate::journal::sql::hash(&row.try_get::<Vec<u8>, _>(0)?)).collect()
}

/// Withdrawn, not yet expired certificates of an organization: what its revocation list names.
pub async fn revoked_of(
    tx: &mut AnyConnection,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<Vec<(Vec<u8>, Timestamp)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT serial, revoked_at FROM certificates
         WHERE organization = $1 AND revoked_at IS NOT NULL AND not_after > $2 ORDER BY serial",
    )
    .bind(&organization.as_bytes()[..])
    .bind(now.as_nanos())
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, Timestamp(row.try_get(1)?)))).collect()
}

/// A device key as stored.
#[derive(Debug)]
pub struct DeviceKeyRow {
    /// Whose.
    pub device: DeviceId,
    /// HMAC of the key.
    pub verifier: Vec<u8>,
    /// Under which pepper.
    pub pepper: i64,
    /// When it was withdrawn.
    pub revoked_at: Option<Timestamp>,
}

/// One device key.
pub async fn device_key(tx: &mut AnyConnection, id: KeyId) -> Result<Option<DeviceKeyRow>, sqlx::Error> {
    let row = sqlx::query("SELECT device, verifier, pepper, revoked_at FROM device_keys WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.map(|row| {
        Ok(DeviceKeyRow {
            device: device_id(&row.try_get::<Vec<u8>, _>(0)?)?,
            verifier: row.try_get(1)?,
            pepper: row.try_get(2)?,
            revoked_at: row.try_get::<Option<i64>, _>(3)?.map(Timestamp),
        })
    })
    .transpose()
}

/// Adds a key and withdraws all but the newest other: two overlap while a device changes over.
pub async fn insert_device_key(
    tx: &mut AnyConnection,
    id: KeyId,
    row: &DeviceKeyRow,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE device_keys SET revoked_at = $1 WHERE device = $2 AND revoked_at IS NULL AND created_at <
         (SELECT MAX(created_at) FROM device_keys WHERE device = $2 AND revoked_at IS NULL)",
    )
    .bind(now.as_nanos())
    .bind(&row.device.as_bytes()[..])
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO device_keys (id, device, verifier, pepper, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&id.as_bytes()[..])
    .bind(&row.device.as_bytes()[..])
    .bind(&row.verifier[..])
    .bind(row.pepper)
    .bind(now.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Whether everything that was proven of a device still holds, under the journal's lock.
pub async fn still_stands(
    tx: &mut AnyConnection,
    placed: &Placed,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "SELECT d.project, d.site, c.not_after FROM devices d JOIN certificates c ON c.device = d.id
         WHERE d.id = $1 AND d.life = 'installed' AND c.fingerprint = $2 AND c.revoked_at IS NULL",
    )
    .bind(&placed.device().as_bytes()[..])
    .bind(&placed.certificate().as_bytes()[..])
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let project: Option<Vec<u8>> = row.try_get(0)?;
    let site: Option<Vec<u8>> = row.try_get(1)?;
    Ok(project.as_deref() == Some(&placed.project().as_bytes()[..])
        && site.as_deref() == Some(&placed.site().as_bytes()[..])
        && now.as_nanos() <= row.try_get::<i64, _>(2)?)
}

/// A device's certificates, the newest first.
pub async fn certificates_of(
    tx: &mut AnyConnection,
    device: DeviceId,
) -> Result<Vec<CertificateRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT fingerprint, serial, device, organization, not_after, revoked_at, used_at, issued_at
         FROM certificates WHERE device = $1 ORDER BY issued_at DESC LIMIT 100",
    )
    .bind(&device.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// A page of certificates after one, those that end first first.
pub async fn certificates(
    tx: &mut AnyConnection,
    reach: &Reach,
    of: Option<OrganizationId>,
    standing: Standing,
    after: Option<(i64, Vec<u8>)>,
    limit: u32,
) -> Result<Vec<CertificateRow>, sqlx::Error> {
    let (from, to, end) = match standing {
        Standing::Between(from, to) => (from.as_nanos(), to.as_nanos(), "c.revoked_at IS NULL"),
        Standing::Revoked => (0, i64::MAX, "c.revoked_at IS NOT NULL"),
    };
    let columns = Columns {
        organization: Some("d.organization"),
        project: Some("d.project"),
        group: Some("d.device_group"),
        device: Some("d.id"),
    };
    let seen = covered(reach, columns, 7);
    // Both forms name $6, so that they take the same values.
    let one = if of.is_some() { "c.organization = $6" } else { "(1 = 1 OR c.organization = $6)" };
    let text = format!(
        "SELECT c.fingerprint, c.serial, c.device, c.organization, c.not_after, c.revoked_at, c.used_at, c.issued_at
         FROM certificates c JOIN devices d ON d.id = c.device AND d.organization = c.organization
         WHERE c.not_after >= $1 AND c.not_after < $2 AND {end} AND {one}
         AND (c.not_after > $3 OR (c.not_after = $3 AND c.fingerprint > $4)) AND {}
         ORDER BY c.not_after, c.fingerprint LIMIT $5",
        seen.text
    );
    let (at, fingerprint) = after.unwrap_or((i64::MIN, Vec::new()));
    let query = sqlx::query(AssertSqlSafe(text)).bind(from).bind(to).bind(at).bind(fingerprint);
    let query = query.bind(i64::from(limit)).bind(of.map_or(Vec::new(), |id| id.as_bytes().to_vec()));
    let query = seen.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// A device's keys with their times, the newest first.
pub async fn keys_of(
    tx: &mut AnyConnection,
    device: DeviceId,
) -> Result<Vec<(KeyId, Timestamp, Option<Timestamp>)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, created_at, revoked_at FROM device_keys WHERE device = $1 ORDER BY created_at DESC LIMIT 100",
    )
    .bind(&device.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    let read = |row: &AnyRow| {
        let id = KeyId::from_slice(&row.try_get::<Vec<u8>, _>(0)?);
        let id = id.map_err(|_| crate::db::damaged("a key id expected"))?;
        let revoked_at = row.try_get::<Option<i64>, _>(2)?.map(Timestamp);
        Ok((id, Timestamp(row.try_get(1)?), revoked_at))
    };
    rows.iter().map(read).collect()
}

/// How many certificates in use end before an instant.
pub async fn ending_before(
    tx: &mut AnyConnection,
    now: Timestamp,
    before: Timestamp,
) -> Result<u64, sqlx::Error> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM certificates WHERE revoked_at IS NULL AND not_after >= $1 AND not_after < $2",
    )
    .bind(now.as_nanos())
    .bind(before.as_nanos())
    .fetch_one(tx)
    .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}
