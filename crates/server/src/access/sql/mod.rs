//! Rows of rules, roles, guard rails, grants and approvals.

pub mod approvals;
pub mod glass;
pub mod grants;

use crate::db::damaged;
use fieldkeep_domain::access::RoleRef;
use fieldkeep_domain::{CustomRoleId, GuardId, OrganizationId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

/// An organization's rules, sealed.
pub async fn rules(tx: &mut AnyConnection, id: OrganizationId) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let row = sqlx::query("SELECT policy FROM organizations WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.map_or(Ok(None), |row| row.try_get(0))
}

/// Replaces an organization's rules.
pub async fn set_rules(tx: &mut AnyConnection, id: OrganizationId, sealed: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE organizations SET policy = $1 WHERE id = $2")
        .bind(sealed)
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// A role of a company's own; name and actions are sealed.
#[derive(Debug)]
pub struct CustomRoleRow {
    pub id: CustomRoleId,
    pub organization: OrganizationId,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
}

fn read_role(row: &AnyRow) -> Result<CustomRoleRow, sqlx::Error> {
    let id = row.try_get::<Vec<u8>, _>(0)?;
    Ok(CustomRoleRow {
        id: CustomRoleId::from_slice(&id).map_err(|_| damaged("a role id expected"))?,
        organization: crate::project::sql::organization_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        sealed: row.try_get(2)?,
        created_at: Timestamp(row.try_get(3)?),
    })
}

/// The roles of an organization's own.
pub async fn custom_roles(
    tx: &mut AnyConnection,
    organization: OrganizationId,
) -> Result<Vec<CustomRoleRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, organization, sealed, created_at FROM custom_roles WHERE organization = $1 AND removed_at IS NULL ORDER BY id",
    )
    .bind(&organization.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    rows.iter().map(read_role).collect()
}

/// A rule that forbids; name and text are sealed.
#[derive(Debug)]
pub struct GuardRow {
    pub id: GuardId,
    pub organization: OrganizationId,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
}

fn read_guard(row: &AnyRow) -> Result<GuardRow, sqlx::Error> {
    let id = row.try_get::<Vec<u8>, _>(0)?;
    Ok(GuardRow {
        id: GuardId::from_slice(&id).map_err(|_| damaged("a guard rail id expected"))?,
        organization: crate::project::sql::organization_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        sealed: row.try_get(2)?,
        created_at: Timestamp(row.try_get(3)?),
    })
}

/// The guard rails of an organization.
pub async fn guards(
    tx: &mut AnyConnection,
    organization: OrganizationId,
) -> Result<Vec<GuardRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, organization, sealed, created_at FROM guards WHERE organization = $1 AND removed_at IS NULL ORDER BY id",
    )
    .bind(&organization.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    rows.iter().map(read_guard).collect()
}

/// One role of an organization's own, unless it was removed.
pub async fn custom_role(
    tx: &mut AnyConnection,
    id: CustomRoleId,
) -> Result<Option<CustomRoleRow>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT id, organization, sealed, created_at FROM custom_roles WHERE id = $1 AND removed_at IS NULL",
    )
    .bind(&id.as_bytes()[..])
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(read_role).transpose()
}

/// Adds a role of an organization's own.
pub async fn insert_role(tx: &mut AnyConnection, row: &CustomRoleRow) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO custom_roles (id, organization, sealed, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&row.id.as_bytes()[..])
        .bind(&row.organization.as_bytes()[..])
        .bind(&row.sealed[..])
        .bind(row.created_at.as_nanos())
        .execute(tx)
        .await
        .map(drop)
}

/// Removes a role of an organization's own; false where there is none.
pub async fn remove_role(
    tx: &mut AnyConnection,
    id: CustomRoleId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE custom_roles SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL")
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// One guard rail, unless it was removed.
pub async fn guard(tx: &mut AnyConnection, id: GuardId) -> Result<Option<GuardRow>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT id, organization, sealed, created_at FROM guards WHERE id = $1 AND removed_at IS NULL",
    )
    .bind(&id.as_bytes()[..])
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(read_guard).transpose()
}

/// Adds a guard rail.
pub async fn insert_guard(tx: &mut AnyConnection, row: &GuardRow) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO guards (id, organization, sealed, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&row.id.as_bytes()[..])
        .bind(&row.organization.as_bytes()[..])
        .bind(&row.sealed[..])
        .bind(row.created_at.as_nanos())
        .execute(tx)
        .await
        .map(drop)
}

/// Removes a guard rail; false where there is none.
pub async fn remove_guard(tx: &mut AnyConnection, id: GuardId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE guards SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL")
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Replaces what is sealed of a role.
pub async fn update_role(tx: &mut AnyConnection, id: CustomRoleId, sealed: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE custom_roles SET sealed = $1 WHERE id = $2")
        .bind(sealed)
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// How many grants of people and how many keys stand in a role.
pub async fn standing_in(
    tx: &mut AnyConnection,
    role: RoleRef,
    now: Timestamp,
) -> Result<(u64, u64), sqlx::Error> {
    let mut counts = [0; 2];
    for (count, text) in counts.iter_mut().zip([
        "SELECT count(*) FROM grants WHERE role = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
        "SELECT count(*) FROM service_keys
         WHERE role = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
    ]) {
        let row = sqlx::query(text).bind(role.to_string()).bind(now.as_nanos()).fetch_one(&mut *tx).await?;
        *count = row.try_get::<i64, _>(0)?.unsigned_abs();
    }
    Ok((counts[0], counts[1]))
}
