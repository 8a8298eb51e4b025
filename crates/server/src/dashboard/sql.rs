//! Rows of dashboards and their versions.

use crate::db::damaged;
use crate::limits::DASHBOARD_VERSIONS_KEPT;
use crate::project::sql::project_id;
use fieldkeep_domain::{DashboardId, ProjectId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// A dashboard; name and tiles are sealed.
#[derive(Debug, Clone)]
pub struct DashboardRow {
    pub id: DashboardId,
    pub project: ProjectId,
    pub version: u64,
    pub sealed: Vec<u8>,
    pub made_by: String,
    pub created_at: Timestamp,
    pub changed_by: String,
    pub changed_at: Timestamp,
}

const SELECT: &str =
    "SELECT id, project, version, sealed, made_by, created_at, changed_by, changed_at FROM dashboards";

fn read(row: &AnyRow) -> Result<DashboardRow, sqlx::Error> {
    Ok(DashboardRow {
        id: DashboardId::from_slice(&row.try_get::<Vec<u8>, _>(0)?)
            .map_err(|_| damaged("a dashboard id expected"))?,
        project: project_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        version: row.try_get::<i64, _>(2)?.unsigned_abs(),
        sealed: row.try_get(3)?,
        made_by: row.try_get(4)?,
        created_at: Timestamp(row.try_get(5)?),
        changed_by: row.try_get(6)?,
        changed_at: Timestamp(row.try_get(7)?),
    })
}

/// One dashboard.
pub async fn find(tx: &mut AnyConnection, id: DashboardId) -> Result<Option<DashboardRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// A page of a project's dashboards.
pub async fn list(
    tx: &mut AnyConnection,
    project: ProjectId,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<DashboardRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE project = $1 AND id > $2 ORDER BY id LIMIT $3");
    let query =
        sqlx::query(AssertSqlSafe(text)).bind(&project.as_bytes()[..]).bind(after).bind(i64::from(limit));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// How many a project has.
pub async fn count(tx: &mut AnyConnection, project: ProjectId) -> Result<usize, sqlx::Error> {
    let row = sqlx::query("SELECT COUNT(*) FROM dashboards WHERE project = $1")
        .bind(&project.as_bytes()[..])
        .fetch_one(tx)
        .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs() as usize)
}

/// Adds a dashboard.
pub async fn insert(tx: &mut AnyConnection, row: &DashboardRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO dashboards (id, project, version, sealed, made_by, created_at, changed_by, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.project.as_bytes()[..])
    .bind(row.version as i64)
    .bind(&row.sealed[..])
    .bind(&row.made_by)
    .bind(row.created_at.as_nanos())
    .bind(&row.changed_by)
    .bind(row.changed_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Replaces a dashboard of this version; false where it has another one.
pub async fn update(tx: &mut AnyConnection, row: &DashboardRow, version: u64) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE dashboards SET version = $1, sealed = $2, changed_by = $3, changed_at = $4
         WHERE id = $5 AND version = $6",
    )
    .bind(row.version as i64)
    .bind(&row.sealed[..])
    .bind(&row.changed_by)
    .bind(row.changed_at.as_nanos())
    .bind(&row.id.as_bytes()[..])
    .bind(i64::try_from(version).unwrap_or(i64::MAX))
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps a version, and the last ones before it.
pub async fn keep(tx: &mut AnyConnection, row: &DashboardRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO dashboard_versions (dashboard, version, sealed, changed_by, changed_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(row.version as i64)
    .bind(&row.sealed[..])
    .bind(&row.changed_by)
    .bind(row.changed_at.as_nanos())
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM dashboard_versions WHERE dashboard = $1 AND version <= $2")
        .bind(&row.id.as_bytes()[..])
        .bind(row.version as i64 - DASHBOARD_VERSIONS_KEPT)
        .execute(tx)
        .await
        .map(drop)
}

/// The versions that are kept, the newest first.
pub async fn versions(tx: &mut AnyConnection, of: &DashboardRow) -> Result<Vec<DashboardRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT version, sealed, changed_by, changed_at FROM dashboard_versions WHERE dashboard = $1
         ORDER BY version DESC",
    )
    .bind(&of.id.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    let read = |row: &AnyRow| {
        Ok(DashboardRow {
            version: row.try_get::<i64, _>(0)?.unsigned_abs(),
            sealed: row.try_get(1)?,
            changed_by: row.try_get(2)?,
            changed_at: Timestamp(row.try_get(3)?),
            ..of.clone()
        })
    };
    rows.iter().map(read).collect()
}

/// Removes a dashboard; false where there is none.
pub async fn remove(tx: &mut AnyConnection, id: DashboardId) -> Result<bool, sqlx::Error> {
    sqlx::query("DELETE FROM dashboard_versions WHERE dashboard = $1")
        .bind(&id.as_bytes()[..])
        .execute(&mut *tx)
        .await?;
    let done =
        sqlx::query("DELETE FROM dashboards WHERE id = $1").bind(&id.as_bytes()[..]).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}
