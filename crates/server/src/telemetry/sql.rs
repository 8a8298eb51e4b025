//! Rows of chunks: one device and one hour, sealed; several rows of one hour until they are merged.

use crate::project::sql::project_id;
use crate::registry::sql::device_id;
use fieldkeep_domain::{DeviceId, Hour, ProjectId, RowId};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// A chunk without its body.
#[derive(Debug, Clone)]
pub struct ChunkRow {
    /// Its row: part of its seals.
    pub id: RowId,
    /// Whose.
    pub project: ProjectId,
    /// Of which device.
    pub device: DeviceId,
    /// Which hour.
    pub hour: Hour,
    /// Last journal index in it.
    pub last_index: u64,
    /// Its summary, sealed; gone when the hour has expired.
    pub summary: Option<Vec<u8>>,
}

/// A chunk to be stored.
#[derive(Debug)]
pub struct NewChunk {
    /// Its row.
    pub id: RowId,
    /// Whose.
    pub project: ProjectId,
    /// Of which device.
    pub device: DeviceId,
    /// Which hour.
    pub hour: Hour,
    /// First journal index in it.
    pub first_index: u64,
    /// Last journal index in it.
    pub last_index: u64,
    /// How many readings.
    pub readings: u64,
    /// Sealed.
    pub summary: Vec<u8>,
    /// Sealed.
    pub body: Vec<u8>,
    /// Sealed.
    pub batches: Vec<u8>,
}

const COLUMNS: &str = "id, project, device, hour, last_index, summary";

fn read(row: &AnyRow) -> Result<ChunkRow, sqlx::Error> {
    Ok(ChunkRow {
        id: RowId::from_slice(&row.try_get::<Vec<u8>, _>(0)?)
            .map_err(|_| sqlx::Error::Decode("a row id expected".into()))?,
        project: project_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        device: device_id(&row.try_get::<Vec<u8>, _>(2)?)?,
        hour: Hour(row.try_get(3)?),
        last_index: row.try_get::<i64, _>(4)?.unsigned_abs(),
        summary: row.try_get(5)?,
    })
}

/// Adds a chunk.
pub async fn insert(tx: &mut AnyConnection, chunk: &NewChunk) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO chunks (id, project, device, hour, first_index, last_index, readings, summary, body, batches)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&chunk.id.as_bytes()[..])
    .bind(&chunk.project.as_bytes()[..])
    .bind(&chunk.device.as_bytes()[..])
    .bind(chunk.hour.0)
    .bind(chunk.first_index as i64)
    .bind(chunk.last_index as i64)
    .bind(chunk.readings as i64)
    .bind(&chunk.summary[..])
    .bind(&chunk.body[..])
    .bind(&chunk.batches[..])
    .execute(tx)
    .await
    .map(drop)
}

/// Drops a chunk that was merged into another; false: somebody else did.
pub async fn remove(tx: &mut AnyConnection, id: RowId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM chunks WHERE id = $1").bind(&id.as_bytes()[..]).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// The last journal index that stands in chunks of a device's hour in a project.
pub async fn last_index(
    tx: &mut AnyConnection,
    project: ProjectId,
    device: DeviceId,
    hour: Hour,
) -> Result<Option<u64>, sqlx::Error> {
    let row =
        sqlx::query("SELECT MAX(last_index) FROM chunks WHERE device = $1 AND hour = $2 AND project = $3")
            .bind(&device.as_bytes()[..])
            .bind(hour.0)
            .bind(&project.as_bytes()[..])
            .fetch_one(tx)
            .await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.map(i64::unsigned_abs))
}

/// Chunks of a device in a project between two hours, both included, oldest first.
pub async fn of_device(
    tx: &mut AnyConnection,
    (project, device): (ProjectId, DeviceId),
    (from, to): (Hour, Hour),
    limit: u32,
) -> Result<Vec<ChunkRow>, sqlx::Error> {
    let text = format!(
        "SELECT {COLUMNS} FROM chunks WHERE device = $1 AND hour >= $2 AND hour <= $3 AND project = $4
         ORDER BY hour, last_index LIMIT $5"
    );
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(&device.as_bytes()[..])
        .bind(from.0)
        .bind(to.0)
        .bind(&project.as_bytes()[..])
        .bind(i64::from(limit))
        .fetch_all(tx)
        .await?;
    rows.iter().map(read).collect()
}

/// The newest chunks of a device in a project.
pub async fn newest(
    tx: &mut AnyConnection,
    project: ProjectId,
    device: DeviceId,
    limit: u32,
) -> Result<Vec<ChunkRow>, sqlx::Error> {
    let text = format!(
        "SELECT {COLUMNS} FROM chunks WHERE device = $1 AND project = $2 AND summary IS NOT NULL
         ORDER BY hour DESC LIMIT $3"
    );
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(&device.as_bytes()[..])
        .bind(&project.as_bytes()[..])
        .bind(i64::from(limit))
        .fetch_all(tx)
        .await?;
    rows.iter().map(read).collect()
}

/// Chunks of a whole project in one hour, by device.
pub async fn of_hour(
    tx: &mut AnyConnection,
    project: ProjectId,
    hour: Hour,
    limit: u32,
) -> Result<Vec<ChunkRow>, sqlx::Error> {
    let text = format!(
        "SELECT {COLUMNS} FROM chunks WHERE project = $1 AND hour = $2 ORDER BY device, last_index LIMIT $3"
    );
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(&project.as_bytes()[..])
        .bind(hour.0)
        .bind(i64::from(limit))
        .fetch_all(tx)
        .await?;
    rows.iter().map(read).collect()
}

/// Hours of a project that hold chunks, between two hours, both included.
pub async fn hours(
    tx: &mut AnyConnection,
    project: ProjectId,
    (from, to): (Hour, Hour),
) -> Result<Vec<Hour>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT DISTINCT hour FROM chunks WHERE project = $1 AND hour >= $2 AND hour <= $3 ORDER BY hour",
    )
    .bind(&project.as_bytes()[..])
    .bind(from.0)
    .bind(to.0)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok(Hour(row.try_get(0)?))).collect()
}

/// A chunk's sealed body; none: it was merged meanwhile or has expired.
pub async fn body(tx: &mut AnyConnection, id: RowId) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let row = sqlx::query("SELECT body FROM chunks WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.map_or(Ok(None), |row| row.try_get(0))
}

/// A chunk's sealed body and batch index.
pub async fn body_and_batches(
    tx: &mut AnyConnection,
    id: RowId,
) -> Result<Option<(Option<Vec<u8>>, Vec<u8>)>, sqlx::Error> {
    let row = sqlx::query("SELECT body, batches FROM chunks WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

/// Notes that a device's hour stands in several rows.
pub async fn want_merge(
    tx: &mut AnyConnection,
    (project, device, hour): (ProjectId, DeviceId, Hour),
) -> Result<(), sqlx::Error> {
    // An update locks the row: a merge that takes the note away waits for this transaction and sees its chunk.
    sqlx::query(
        "INSERT INTO merges (project, device, hour) VALUES ($1, $2, $3)
         ON CONFLICT (hour, project, device) DO UPDATE SET hour = excluded.hour",
    )
    .bind(&project.as_bytes()[..])
    .bind(&device.as_bytes()[..])
    .bind(hour.0)
    .execute(tx)
    .await
    .map(drop)
}

/// Takes the note away, before it is looked whether it is still needed.
pub async fn merged(
    tx: &mut AnyConnection,
    (project, device, hour): (ProjectId, DeviceId, Hour),
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM merges WHERE project = $1 AND device = $2 AND hour = $3")
        .bind(&project.as_bytes()[..])
        .bind(&device.as_bytes()[..])
        .bind(hour.0)
        .execute(tx)
        .await
        .map(drop)
}

/// In how many rows a device's hour stands.
pub async fn rows_of(
    tx: &mut AnyConnection,
    (project, device, hour): (ProjectId, DeviceId, Hour),
) -> Result<i64, sqlx::Error> {
    let row = sqlx::query("SELECT COUNT(*) FROM chunks WHERE device = $1 AND hour = $2 AND project = $3")
        .bind(&device.as_bytes()[..])
        .bind(hour.0)
        .bind(&project.as_bytes()[..])
        .fetch_one(tx)
        .await?;
    row.try_get(0)
}

/// Device hours that stand in several rows and lie before an hour, the oldest first.
pub async fn in_parts(
    tx: &mut AnyConnection,
    before: Hour,
    limit: u32,
) -> Result<Vec<(ProjectId, DeviceId, Hour)>, sqlx::Error> {
    let rows = sqlx::query("SELECT project, device, hour FROM merges WHERE hour < $1 ORDER BY hour LIMIT $2")
        .bind(before.0)
        .bind(i64::from(limit))
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| {
            Ok((
                project_id(&row.try_get::<Vec<u8>, _>(0)?)?,
                device_id(&row.try_get::<Vec<u8>, _>(1)?)?,
                Hour(row.try_get(2)?),
            ))
        })
        .collect()
}

/// Drops the readings of a project's hours before one; their batch index is kept.
pub async fn expire(tx: &mut AnyConnection, project: ProjectId, before: Hour) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE chunks SET body = NULL, summary = NULL WHERE project = $1 AND hour < $2 AND body IS NOT NULL",
    )
    .bind(&project.as_bytes()[..])
    .bind(before.0)
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}
