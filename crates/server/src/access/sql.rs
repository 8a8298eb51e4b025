//! Rows of rules, roles, guard rails, grants and approvals.

use fieldkeep_domain::{CustomRoleId, GuardId, OrganizationId};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

fn damaged(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

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
}

fn read_role(row: &AnyRow) -> Result<CustomRoleRow, sqlx::Error> {
    let id = row.try_get::<Vec<u8>, _>(0)?;
    Ok(CustomRoleRow {
        id: CustomRoleId::from_slice(&id).map_err(|_| damaged("a role id expected"))?,
        organization: crate::project::sql::organization_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        sealed: row.try_get(2)?,
    })
}

/// The roles of an organization's own.
pub async fn custom_roles(
    tx: &mut AnyConnection,
    organization: OrganizationId,
) -> Result<Vec<CustomRoleRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, organization, sealed FROM custom_roles WHERE organization = $1 AND removed_at IS NULL ORDER BY id",
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
}

fn read_guard(row: &AnyRow) -> Result<GuardRow, sqlx::Error> {
    let id = row.try_get::<Vec<u8>, _>(0)?;
    Ok(GuardRow {
        id: GuardId::from_slice(&id).map_err(|_| damaged("a guard rail id expected"))?,
        organization: crate::project::sql::organization_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        sealed: row.try_get(2)?,
    })
}

/// The guard rails of an organization.
pub async fn guards(
    tx: &mut AnyConnection,
    organization: OrganizationId,
) -> Result<Vec<GuardRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, organization, sealed FROM guards WHERE organization = $1 AND removed_at IS NULL ORDER BY id",
    )
    .bind(&organization.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    rows.iter().map(read_guard).collect()
}
