//! Rows of identity providers and of who somebody is there. Never: a subject or a secret in the clear.

use super::person_id;
use crate::db::damaged;
use crate::project::sql::organization_id;
use fieldkeep_domain::{Hash, OrganizationId, PersonId, ProviderId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// An identity provider; everything that it is known by is sealed.
#[derive(Debug, Clone)]
pub struct ProviderRow {
    pub id: ProviderId,
    pub organization: OrganizationId,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
}

/// Somebody's identity at a provider.
#[derive(Debug, Clone)]
pub struct IdentityRow {
    /// Keyed hash of issuer and subject.
    pub subject: Hash,
    pub provider: ProviderId,
    pub person: PersonId,
    pub created_at: Timestamp,
}

// A removed provider, and one of an organization that is shut out, do not exist.
const SELECT: &str = "SELECT p.id, p.organization, p.sealed, p.created_at FROM providers p
    JOIN organizations o ON o.id = p.organization
    WHERE p.removed_at IS NULL AND o.disabled_at IS NULL";

fn provider_id(bytes: &[u8]) -> Result<ProviderId, sqlx::Error> {
    ProviderId::from_slice(bytes).map_err(|_| damaged("a provider id expected"))
}

fn read(row: &AnyRow) -> Result<ProviderRow, sqlx::Error> {
    Ok(ProviderRow {
        id: provider_id(&row.try_get::<Vec<u8>, _>(0)?)?,
        organization: organization_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        sealed: row.try_get(2)?,
        created_at: Timestamp(row.try_get(3)?),
    })
}

/// One provider that stands.
pub async fn find(tx: &mut AnyConnection, id: ProviderId) -> Result<Option<ProviderRow>, sqlx::Error> {
    let text = format!("{SELECT} AND p.id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// The organization of a provider that was not removed.
pub async fn owner(tx: &mut AnyConnection, id: ProviderId) -> Result<Option<OrganizationId>, sqlx::Error> {
    let row = sqlx::query("SELECT organization FROM providers WHERE id = $1 AND removed_at IS NULL")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.map(|row| organization_id(&row.try_get::<Vec<u8>, _>(0)?)).transpose()
}

/// The providers of an organization.
pub async fn list(tx: &mut AnyConnection, of: OrganizationId) -> Result<Vec<ProviderRow>, sqlx::Error> {
    let text = format!("{SELECT} AND p.organization = $1 ORDER BY p.id");
    let rows = sqlx::query(AssertSqlSafe(text)).bind(&of.as_bytes()[..]).fetch_all(tx).await?;
    rows.iter().map(read).collect()
}

/// Adds a provider.
pub async fn insert(tx: &mut AnyConnection, row: &ProviderRow) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO providers (id, organization, sealed, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&row.id.as_bytes()[..])
        .bind(&row.organization.as_bytes()[..])
        .bind(&row.sealed[..])
        .bind(row.created_at.as_nanos())
        .execute(tx)
        .await
        .map(drop)
}

/// Removes a provider, the sessions that it opened and who anybody was there; false where there is none.
pub async fn remove(tx: &mut AnyConnection, id: ProviderId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE providers SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL")
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "DELETE FROM sessions WHERE method = 'oidc'
         AND person IN (SELECT person FROM identities WHERE provider = $1)",
    )
    .bind(&id.as_bytes()[..])
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM identities WHERE provider = $1").bind(&id.as_bytes()[..]).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

fn read_identity(row: &AnyRow) -> Result<IdentityRow, sqlx::Error> {
    let subject = row.try_get::<Vec<u8>, _>(0)?;
    Ok(IdentityRow {
        subject: Hash::from_slice(&subject).ok_or_else(|| damaged("a subject hash expected"))?,
        provider: provider_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        person: person_id(&row.try_get::<Vec<u8>, _>(2)?)?,
        created_at: Timestamp(row.try_get(3)?),
    })
}

/// Whose identity this is.
pub async fn identity(tx: &mut AnyConnection, subject: Hash) -> Result<Option<IdentityRow>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT subject_hash, provider, person, created_at FROM identities WHERE subject_hash = $1",
    )
    .bind(&subject.as_bytes()[..])
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(read_identity).transpose()
}

/// Who somebody is at providers.
pub async fn identities(tx: &mut AnyConnection, of: PersonId) -> Result<Vec<IdentityRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT subject_hash, provider, person, created_at FROM identities WHERE person = $1
         ORDER BY created_at, subject_hash",
    )
    .bind(&of.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    rows.iter().map(read_identity).collect()
}

/// Links an identity.
pub async fn insert_identity(tx: &mut AnyConnection, row: &IdentityRow) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO identities (subject_hash, provider, person, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&row.subject.as_bytes()[..])
        .bind(&row.provider.as_bytes()[..])
        .bind(&row.person.as_bytes()[..])
        .bind(row.created_at.as_nanos())
        .execute(tx)
        .await
        .map(drop)
}

/// Unlinks an identity of a person; false where there is none.
pub async fn remove_identity(
    tx: &mut AnyConnection,
    person: PersonId,
    subject: Hash,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM identities WHERE subject_hash = $1 AND person = $2")
        .bind(&subject.as_bytes()[..])
        .bind(&person.as_bytes()[..])
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Unlinks all that a person is linked to.
pub async fn remove_identities(tx: &mut AnyConnection, person: PersonId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM identities WHERE person = $1")
        .bind(&person.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}
