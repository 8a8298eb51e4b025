//! Rows of work and of its devices.

use crate::db::damaged;
use crate::db::reach::{Columns, covered};
use crate::project::sql::organization_id;
use crate::registry::sql::device_id;
use fieldkeep_domain::access::Reach;
use fieldkeep_domain::{DeviceId, JobId, OrganizationId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// A piece of work, with how far it is.
#[derive(Debug, Clone)]
pub struct JobRow {
    pub id: JobId,
    pub organization: Option<OrganizationId>,
    pub kind: String,
    pub state: String,
    pub doer: String,
    pub sealed: Vec<u8>,
    pub total: u64,
    pub done: u64,
    pub failed: u64,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// One device of it.
#[derive(Debug)]
pub struct Item {
    pub place: i64,
    pub device: DeviceId,
    pub status: u16,
    pub note: Option<Vec<u8>>,
}

const SELECT: &str =
    "SELECT w.id, w.organization, w.kind, w.state, w.doer, w.sealed, w.total, w.created_at, w.finished_at,
    (SELECT COUNT(*) FROM work_items i WHERE i.work = w.id AND i.state = 'done'),
    (SELECT COUNT(*) FROM work_items i WHERE i.work = w.id AND i.state = 'failed') FROM work w";

fn read(row: &AnyRow) -> Result<JobRow, sqlx::Error> {
    let organization = row.try_get::<Option<Vec<u8>>, _>(1)?;
    let count = |n: usize| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(n)?.unsigned_abs());
    Ok(JobRow {
        id: JobId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(|_| damaged("a job id expected"))?,
        organization: organization.map(|id| organization_id(&id)).transpose()?,
        kind: row.try_get(2)?,
        state: row.try_get(3)?,
        doer: row.try_get(4)?,
        sealed: row.try_get(5)?,
        total: count(6)?,
        created_at: Timestamp(row.try_get(7)?),
        finished_at: row.try_get::<Option<i64>, _>(8)?.map(Timestamp),
        done: count(9)?,
        failed: count(10)?,
    })
}

/// One piece of work.
pub async fn find(tx: &mut AnyConnection, id: JobId) -> Result<Option<JobRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE w.id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// A page of somebody's own work, and of what a reach covers.
pub async fn list(
    tx: &mut AnyConnection,
    own: &str,
    reach: Option<&Reach>,
    state: Option<&str>,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<JobRow>, sqlx::Error> {
    let columns = Columns { organization: Some("w.organization"), ..Columns::default() };
    let seen = reach.map(|reach| covered(reach, columns, 5)).unwrap_or_default();
    let or = if seen.text.is_empty() { String::new() } else { format!(" OR {}", seen.text) };
    let in_state = if state.is_some() { "w.state = $4" } else { "(1 = 1 OR w.state = $4)" };
    let text =
        format!("{SELECT} WHERE w.id > $1 AND (w.doer = $3{or}) AND {in_state} ORDER BY w.id LIMIT $2");
    let query = sqlx::query(AssertSqlSafe(text)).bind(after).bind(i64::from(limit)).bind(own);
    let query = query.bind(state.unwrap_or_default());
    let query = seen.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// Adds a piece of work.
pub async fn insert(tx: &mut AnyConnection, row: &JobRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO work (id, organization, kind, state, doer, sealed, total, leased_until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(row.organization.map(|id| id.as_bytes().to_vec()))
    .bind(&row.kind)
    .bind(&row.state)
    .bind(&row.doer)
    .bind(&row.sealed[..])
    .bind(row.total as i64)
    .bind(row.created_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Adds its devices.
pub async fn insert_items(
    tx: &mut AnyConnection,
    id: JobId,
    devices: &[DeviceId],
) -> Result<(), sqlx::Error> {
    for (place, device) in devices.iter().enumerate() {
        sqlx::query("INSERT INTO work_items (work, place, device, state) VALUES ($1, $2, $3, 'waiting')")
            .bind(&id.as_bytes()[..])
            .bind(place as i64)
            .bind(&device.as_bytes()[..])
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Devices of a piece of work in a state, in order.
pub async fn items(
    tx: &mut AnyConnection,
    id: JobId,
    state: &str,
    after: i64,
    limit: u32,
) -> Result<Vec<Item>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT place, device, status, note FROM work_items WHERE work = $1 AND state = $2 AND place > $3
         ORDER BY place LIMIT $4",
    )
    .bind(&id.as_bytes()[..])
    .bind(state)
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let read = |row: &AnyRow| {
        let status = row.try_get::<Option<i64>, _>(2)?.unwrap_or_default();
        Ok(Item {
            place: row.try_get(0)?,
            device: device_id(&row.try_get::<Vec<u8>, _>(1)?)?,
            status: u16::try_from(status).map_err(|_| damaged("a status expected"))?,
            note: row.try_get(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The oldest piece of work that nobody else works on.
pub async fn due(
    tx: &mut AnyConnection,
    runner: &[u8],
    now: Timestamp,
) -> Result<Option<JobRow>, sqlx::Error> {
    let text = format!(
        "{SELECT} WHERE w.state IN ('waiting', 'running', 'stopping') AND (w.leased_until < $1 OR w.runner = $2)
         ORDER BY w.leased_until, w.created_at LIMIT 1"
    );
    let row = sqlx::query(AssertSqlSafe(text)).bind(now.as_nanos()).bind(runner).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// Takes or keeps a piece of work; false where it is being stopped or somebody else has it.
pub async fn lease(
    tx: &mut AnyConnection,
    id: JobId,
    runner: &[u8],
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE work SET state = 'running', runner = $1, leased_until = $2
         WHERE id = $3 AND state IN ('waiting', 'running') AND (leased_until < $4 OR runner = $1)",
    )
    .bind(runner)
    .bind(until.as_nanos())
    .bind(&id.as_bytes()[..])
    .bind(now.as_nanos())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(true);
    }
    // Nobody works on it any more: what was to be stopped has stopped.
    sqlx::query(
        "UPDATE work SET state = 'stopped', finished_at = $1
         WHERE id = $2 AND state = 'stopping' AND (leased_until < $1 OR runner = $3)",
    )
    .bind(now.as_nanos())
    .bind(&id.as_bytes()[..])
    .bind(runner)
    .execute(tx)
    .await?;
    Ok(false)
}

/// Ends a piece of work: `stopped` takes only what is being stopped.
pub async fn finish(
    tx: &mut AnyConnection,
    id: JobId,
    state: &'static str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let from = if state == "stopped" { "state = 'stopping'" } else { "state IN ('running', 'stopping')" };
    let text =
        format!("UPDATE work SET state = $1, finished_at = $2, leased_until = 0 WHERE id = $3 AND {from}");
    sqlx::query(AssertSqlSafe(text))
        .bind(state)
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// Writes down how it went with a device.
pub async fn settle(
    tx: &mut AnyConnection,
    id: JobId,
    place: i64,
    failed: Option<(u16, Vec<u8>)>,
) -> Result<(), sqlx::Error> {
    let state = if failed.is_some() { "failed" } else { "done" };
    let (status, note) = failed.map_or((None, None), |(status, note)| (Some(i64::from(status)), Some(note)));
    sqlx::query("UPDATE work_items SET state = $1, status = $2, note = $3 WHERE work = $4 AND place = $5")
        .bind(state)
        .bind(status)
        .bind(note)
        .bind(&id.as_bytes()[..])
        .bind(place)
        .execute(tx)
        .await
        .map(drop)
}

/// Another state for a piece of work; false where it is in none of those expected.
pub async fn turn(
    tx: &mut AnyConnection,
    id: JobId,
    from: &[&'static str],
    to: &'static str,
) -> Result<bool, sqlx::Error> {
    let from: Vec<String> = from.iter().map(|state| format!("'{state}'")).collect();
    let text = format!(
        "UPDATE work SET state = $1, finished_at = NULL WHERE id = $2 AND state IN ({})",
        from.join(", ")
    );
    let done = sqlx::query(AssertSqlSafe(text)).bind(to).bind(&id.as_bytes()[..]).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Puts what failed back to wait, with how its asker stands now.
pub async fn again(tx: &mut AnyConnection, id: JobId, sealed: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE work SET sealed = $1 WHERE id = $2")
        .bind(sealed)
        .bind(&id.as_bytes()[..])
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE work_items SET state = 'waiting', status = NULL, note = NULL WHERE work = $1 AND state = 'failed'")
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}
