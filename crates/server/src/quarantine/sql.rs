//! Rows of held batches. They are made by the journal's group commit.

use crate::project::sql::{organization_id, project_id, site_id};
use crate::registry::sql::device_id;
use fieldkeep_domain::{DeviceId, OrganizationId, ProjectId, QuarantineId, SiteId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

#[derive(Debug)]
pub(super) struct HeldRow {
    pub id: QuarantineId,
    pub index: u64,
    pub organization: OrganizationId,
    pub project: ProjectId,
    pub site: SiteId,
    pub device: DeviceId,
    pub reasons: String,
    pub readings: u64,
    pub sealed: Option<Vec<u8>>,
    pub held_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub decision: Option<String>,
}

const COLUMNS: &str = "id, log_index, organization, project, site, device, reasons, readings, sealed, held_at, \
                       decided_at, decision";

fn read(row: &AnyRow) -> Result<HeldRow, sqlx::Error> {
    let bytes = |n: usize| row.try_get::<Vec<u8>, _>(n);
    Ok(HeldRow {
        id: QuarantineId::from_slice(&bytes(0)?)
            .map_err(|_| sqlx::Error::Decode("a quarantine id expected".into()))?,
        index: row.try_get::<i64, _>(1)?.unsigned_abs(),
        organization: organization_id(&bytes(2)?)?,
        project: project_id(&bytes(3)?)?,
        site: site_id(&bytes(4)?)?,
        device: device_id(&bytes(5)?)?,
        reasons: row.try_get(6)?,
        readings: row.try_get::<i64, _>(7)?.unsigned_abs(),
        sealed: row.try_get(8)?,
        held_at: Timestamp(row.try_get(9)?),
        decided_at: row.try_get::<Option<i64>, _>(10)?.map(Timestamp),
        decision: row.try_get(11)?,
    })
}

pub(super) async fn held(tx: &mut AnyConnection, id: QuarantineId) -> Result<Option<HeldRow>, sqlx::Error> {
    let text = format!("SELECT {COLUMNS} FROM quarantine WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn reasons_at(
    tx: &mut AnyConnection,
    project: ProjectId,
    index: u64,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT reasons FROM quarantine WHERE project = $1 AND log_index = $2
         AND COALESCE(decision, 'held') <> 'released'",
    )
    .bind(&project.as_bytes()[..])
    .bind(index as i64)
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.try_get(0)).transpose()
}

pub(super) struct Filter {
    pub project: ProjectId,
    pub device: Option<DeviceId>,
    pub reason: Option<String>,
    pub state: String,
}

pub(super) async fn list(
    tx: &mut AnyConnection,
    filter: &Filter,
    before: i64,
    limit: u32,
) -> Result<Vec<HeldRow>, sqlx::Error> {
    let mut text = format!(
        "SELECT {COLUMNS} FROM quarantine WHERE project = $1 AND log_index < $2 AND COALESCE(decision, 'held') = $3"
    );
    let mut next = 5;
    if filter.device.is_some() {
        text.push_str(&format!(" AND device = ${next}"));
        next += 1;
    }
    if filter.reason.is_some() {
        text.push_str(&format!(" AND (',' || reasons || ',') LIKE ${next}"));
    }
    text.push_str(" ORDER BY log_index DESC LIMIT $4");
    let mut query = sqlx::query(AssertSqlSafe(text))
        .bind(filter.project.as_bytes().to_vec())
        .bind(before)
        .bind(filter.state.clone())
        .bind(i64::from(limit));
    if let Some(device) = filter.device {
        query = query.bind(device.as_bytes().to_vec());
    }
    if let Some(reason) = &filter.reason {
        query = query.bind(format!("%,{reason},%"));
    }
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// Held and undecided, in the order of the journal.
pub(super) async fn held_from(
    tx: &mut AnyConnection,
    index: u64,
    limit: u32,
) -> Result<Vec<HeldRow>, sqlx::Error> {
    let text = format!(
        "SELECT {COLUMNS} FROM quarantine WHERE log_index >= $1 AND decision IS NULL ORDER BY log_index LIMIT $2"
    );
    let query = sqlx::query(AssertSqlSafe(text)).bind(index as i64).bind(i64::from(limit));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// Held in a project between two indexes, in the order of the journal.
pub(super) async fn held_between(
    tx: &mut AnyConnection,
    project: ProjectId,
    range: std::ops::Range<u64>,
) -> Result<Vec<HeldRow>, sqlx::Error> {
    let text = format!(
        "SELECT {COLUMNS} FROM quarantine WHERE project = $1 AND log_index >= $2 AND log_index < $3
         ORDER BY log_index"
    );
    let query = sqlx::query(AssertSqlSafe(text))
        .bind(project.as_bytes().to_vec())
        .bind(range.start as i64)
        .bind(range.end as i64);
    query.fetch_all(tx).await?.iter().map(read).collect()
}

pub(super) async fn decided(tx: &mut AnyConnection, device: DeviceId) -> Result<u64, sqlx::Error> {
    let row = sqlx::query("SELECT COUNT(*) FROM quarantine WHERE device = $1 AND decided_at IS NOT NULL")
        .bind(&device.as_bytes()[..])
        .fetch_one(tx)
        .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}

/// Decides once. Destroying drops the sealed readings in the same statement.
pub(super) async fn decide(
    tx: &mut AnyConnection,
    id: QuarantineId,
    decision: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let text = match decision {
        "destroyed" => {
            "UPDATE quarantine SET decision = $1, decided_at = $2, sealed = NULL WHERE id = $3 AND decision IS NULL"
        }
        _ => "UPDATE quarantine SET decision = $1, decided_at = $2 WHERE id = $3 AND decision IS NULL",
    };
    let done =
        sqlx::query(text).bind(decision).bind(now.as_nanos()).bind(&id.as_bytes()[..]).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Released batches that are not yet stored again.
pub(super) async fn unfinished(tx: &mut AnyConnection, limit: u32) -> Result<Vec<HeldRow>, sqlx::Error> {
    let text = format!(
        "SELECT {COLUMNS} FROM quarantine WHERE decision = 'released' AND released_index IS NULL
         ORDER BY log_index LIMIT $1"
    );
    sqlx::query(AssertSqlSafe(text)).bind(i64::from(limit)).fetch_all(tx).await?.iter().map(read).collect()
}
