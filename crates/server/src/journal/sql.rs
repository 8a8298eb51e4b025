//! Rows of the journal. Every write here runs under the lock that [`lock`] takes.

use crate::db::values;
use fieldkeep_domain::journal::{Head, Receipt};
use fieldkeep_domain::{DeviceId, Hash, OrganizationId, ProjectId, QuarantineId, RowId, SiteId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// The tree as the database knows it.
#[derive(Debug, Clone)]
pub struct TreeHead {
    /// Leaves.
    pub size: u64,
    /// Root.
    pub root: Hash,
    /// Right edge.
    pub edge: Vec<u8>,
    /// Revision of identities and settings.
    pub revision: u64,
}

fn tree_head(row: &AnyRow) -> Result<TreeHead, sqlx::Error> {
    Ok(TreeHead {
        size: row.try_get::<i64, _>(0)?.unsigned_abs(),
        root: hash(&row.try_get::<Vec<u8>, _>(1)?)?,
        edge: row.try_get(2)?,
        revision: row.try_get::<i64, _>(3)?.unsigned_abs(),
    })
}

/// A hash out of a column.
pub fn hash(bytes: &[u8]) -> Result<Hash, sqlx::Error> {
    Hash::from_slice(bytes).ok_or_else(|| sqlx::Error::Decode("a hash of 32 bytes expected".into()))
}

/// Takes the journal's lock for this transaction: it begins with this write.
pub async fn lock(tx: &mut AnyConnection) -> Result<TreeHead, sqlx::Error> {
    let row =
        sqlx::query("UPDATE log_head SET turn = turn + 1 WHERE id = 1 RETURNING size, root, edge, revision")
            .fetch_one(tx)
            .await?;
    tree_head(&row)
}

/// The tree without the lock.
pub async fn head(tx: &mut AnyConnection) -> Result<TreeHead, sqlx::Error> {
    let row =
        sqlx::query("SELECT size, root, edge, revision FROM log_head WHERE id = 1").fetch_one(tx).await?;
    tree_head(&row)
}

/// Sets the tree to what the group made of it.
pub async fn set_head(tx: &mut AnyConnection, head: &TreeHead) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE log_head SET size = $1, root = $2, edge = $3, revision = $4 WHERE id = 1")
        .bind(head.size as i64)
        .bind(&head.root.as_bytes()[..])
        .bind(&head.edge[..])
        .bind(head.revision as i64)
        .execute(tx)
        .await
        .map(drop)
}

/// Adds a group: its leaves one after the other, and the roots before and after it.
pub async fn insert_group(
    tx: &mut AnyConnection,
    before: &TreeHead,
    after: &TreeHead,
    leaves: &[u8],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO log_groups (first_index, leaf_count, root, root_before, leaves, committed_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(before.size as i64)
    .bind((after.size - before.size) as i64)
    .bind(&after.root.as_bytes()[..])
    .bind(&before.root.as_bytes()[..])
    .bind(leaves)
    .bind(now.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Adds the sealed bodies of one project in a group.
pub async fn insert_body(
    tx: &mut AnyConnection,
    id: RowId,
    project: ProjectId,
    range: std::ops::Range<u64>,
    sealed: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO bodies (id, first_index, end_index, project, sealed) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&id.as_bytes()[..])
    .bind(range.start as i64)
    .bind(range.end as i64)
    .bind(&project.as_bytes()[..])
    .bind(sealed)
    .execute(tx)
    .await
    .map(drop)
}

/// Adds an act's sealed body.
pub async fn insert_act(
    tx: &mut AnyConnection,
    index: u64,
    organization: Option<OrganizationId>,
    id: RowId,
    sealed: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO acts (log_index, organization, id, sealed) VALUES ($1, $2, $3, $4)")
        .bind(index as i64)
        .bind(organization.map(|organization| organization.as_bytes().to_vec()))
        .bind(&id.as_bytes()[..])
        .bind(sealed)
        .execute(tx)
        .await
        .map(drop)
}

/// A batch to be held.
#[derive(Debug)]
pub struct HeldRow {
    /// Its row.
    pub id: QuarantineId,
    /// Its leaf.
    pub index: u64,
    /// Whose.
    pub organization: OrganizationId,
    /// Where.
    pub project: ProjectId,
    /// Where.
    pub site: SiteId,
    /// Which device's.
    pub device: DeviceId,
    /// Names of the reasons, comma-separated.
    pub reasons: String,
    /// How many readings.
    pub readings: u64,
    /// The batch, sealed.
    pub sealed: Vec<u8>,
}

/// Adds a held batch.
pub async fn insert_held(tx: &mut AnyConnection, row: &HeldRow, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO quarantine (id, log_index, organization, project, site, device, reasons, readings, sealed, held_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(row.index as i64)
    .bind(&row.organization.as_bytes()[..])
    .bind(&row.project.as_bytes()[..])
    .bind(&row.site.as_bytes()[..])
    .bind(&row.device.as_bytes()[..])
    .bind(&row.reasons[..])
    .bind(row.readings as i64)
    .bind(&row.sealed[..])
    .bind(now.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Notes where a released batch went; false: it went somewhere already.
pub async fn release_held(tx: &mut AnyConnection, id: QuarantineId, index: u64) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE quarantine SET released_index = $1
         WHERE id = $2 AND decision = 'released' AND released_index IS NULL",
    )
    .bind(index as i64)
    .bind(&id.as_bytes()[..])
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Rows of one statement: databases bound their parameters.
const ROWS_AT_ONCE: usize = 100;

/// Keeps receipts.
pub async fn insert_receipts(
    tx: &mut AnyConnection,
    receipts: &[(DeviceId, Head, Receipt)],
) -> Result<(), sqlx::Error> {
    for rows in receipts.chunks(ROWS_AT_ONCE) {
        let text = format!(
            "INSERT INTO receipts (device, epoch, seq, hash, log_index, readings) VALUES {}",
            values(rows.len(), 6)
        );
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (device, head, receipt) in rows {
            query = query
                .bind(device.as_bytes().to_vec())
                .bind(head.epoch as i64)
                .bind(head.seq as i64)
                .bind(receipt.hash.as_bytes().to_vec())
                .bind(receipt.index as i64)
                .bind(receipt.count as i64);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Moves the chains of devices; each device at most once.
pub async fn upsert_heads(
    tx: &mut AnyConnection,
    heads: &[(DeviceId, Head, u64)],
) -> Result<(), sqlx::Error> {
    for rows in heads.chunks(ROWS_AT_ONCE) {
        let text = format!(
            "INSERT INTO chain_heads (device, epoch, seq, hash, log_index) VALUES {} ON CONFLICT (device) DO UPDATE SET
             epoch = excluded.epoch, seq = excluded.seq, hash = excluded.hash, log_index = excluded.log_index",
            values(rows.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (device, head, index) in rows {
            query = query
                .bind(device.as_bytes().to_vec())
                .bind(head.epoch as i64)
                .bind(head.seq as i64)
                .bind(head.hash.as_bytes().to_vec())
                .bind(*index as i64);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// The durable head of a device.
pub async fn chain_head(tx: &mut AnyConnection, device: DeviceId) -> Result<Option<Head>, sqlx::Error> {
    let row = sqlx::query("SELECT epoch, seq, hash FROM chain_heads WHERE device = $1")
        .bind(&device.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.map(|row| {
        Ok(Head {
            epoch: row.try_get::<i64, _>(0)?.unsigned_abs(),
            seq: row.try_get::<i64, _>(1)?.unsigned_abs(),
            hash: hash(&row.try_get::<Vec<u8>, _>(2)?)?,
        })
    })
    .transpose()
}

/// Behind the newest batch of a device.
pub async fn end_of(tx: &mut AnyConnection, device: DeviceId) -> Result<u64, sqlx::Error> {
    let row = sqlx::query("SELECT log_index FROM chain_heads WHERE device = $1")
        .bind(&device.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.map_or(Ok(0), |row| Ok(row.try_get::<i64, _>(0)?.unsigned_abs() + 1))
}

/// The receipt of an earlier batch.
pub async fn receipt(
    tx: &mut AnyConnection,
    device: DeviceId,
    epoch: u64,
    seq: u64,
) -> Result<Option<Receipt>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT hash, log_index, readings FROM receipts WHERE device = $1 AND epoch = $2 AND seq = $3",
    )
    .bind(&device.as_bytes()[..])
    .bind(epoch as i64)
    .bind(seq as i64)
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok(Receipt {
            hash: hash(&row.try_get::<Vec<u8>, _>(0)?)?,
            index: row.try_get::<i64, _>(1)?.unsigned_abs(),
            count: row.try_get::<i64, _>(2)?.unsigned_abs(),
        })
    })
    .transpose()
}

/// The oldest number of an epoch whose receipt is kept; none: the epoch is unknown or wholly trimmed.
pub async fn oldest_receipt(
    tx: &mut AnyConnection,
    device: DeviceId,
) -> Result<Option<(u64, u64)>, sqlx::Error> {
    let row = sqlx::query("SELECT epoch, seq FROM receipts WHERE device = $1 ORDER BY epoch, seq LIMIT 1")
        .bind(&device.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.map(|row| Ok((row.try_get::<i64, _>(0)?.unsigned_abs(), row.try_get::<i64, _>(1)?.unsigned_abs())))
        .transpose()
}

/// One project's bodies in one group, as a reader finds them.
#[derive(Debug)]
pub struct BodyRow {
    /// Its row id: part of its seal.
    pub id: RowId,
    /// Index of the group's first leaf.
    pub first_index: u64,
    /// Index after the group's last leaf.
    pub end_index: u64,
    /// Whose.
    pub project: ProjectId,
    /// The records.
    pub sealed: Vec<u8>,
}

/// Bodies of whole groups whose first index is `from` or later, at most `groups` groups.
pub async fn bodies_from(
    tx: &mut AnyConnection,
    from: u64,
    groups: u32,
) -> Result<Vec<BodyRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, first_index, end_index, project, sealed FROM bodies WHERE first_index IN
         (SELECT DISTINCT first_index FROM bodies WHERE first_index >= $1 ORDER BY first_index LIMIT $2)
         ORDER BY first_index, id",
    )
    .bind(from as i64)
    .bind(i64::from(groups))
    .fetch_all(tx)
    .await?;
    rows.iter().map(body_row).collect()
}

/// Bodies of one project that hold records between two indexes, the second excluded.
pub async fn bodies_between(
    tx: &mut AnyConnection,
    project: ProjectId,
    range: std::ops::Range<u64>,
) -> Result<Vec<BodyRow>, sqlx::Error> {
    // A group is bounded: nothing that begins further back reaches into the range.
    let earliest = range.start.saturating_sub(crate::limits::GROUP_BATCHES_MAX as u64);
    let rows = sqlx::query(
        "SELECT id, first_index, end_index, project, sealed FROM bodies
         WHERE first_index >= $1 AND first_index < $2 AND end_index > $3 AND project = $4 ORDER BY first_index",
    )
    .bind(earliest as i64)
    .bind(range.end as i64)
    .bind(range.start as i64)
    .bind(&project.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    rows.iter().map(body_row).collect()
}

/// Where at most so many groups end that begin at an index or later; none: there are none.
pub async fn groups_end(tx: &mut AnyConnection, from: u64, groups: u32) -> Result<Option<u64>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT MAX(first_index + leaf_count) FROM (SELECT first_index, leaf_count FROM log_groups
         WHERE first_index >= $1 ORDER BY first_index LIMIT $2) AS some_groups",
    )
    .bind(from as i64)
    .bind(i64::from(groups))
    .fetch_one(tx)
    .await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.map(i64::unsigned_abs))
}

/// Whether every body from an index on is still there. Bodies go in the order of the journal, once they are old enough.
pub async fn bodies_kept_from(
    tx: &mut AnyConnection,
    index: u64,
    kept_since: Timestamp,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM (SELECT MIN(first_index) AS first_index FROM bodies HAVING MIN(first_index) <= $1
         UNION ALL SELECT first_index FROM log_groups WHERE first_index <= $1
         AND first_index + leaf_count > $1 AND first_index >= $2 AND committed_at >= $3) AS signs",
    )
    .bind(index as i64)
    .bind(index.saturating_sub(crate::limits::GROUP_BATCHES_MAX as u64) as i64)
    .bind(kept_since.as_nanos())
    .fetch_one(tx)
    .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}

fn heard(row: &AnyRow) -> Result<(DeviceId, Timestamp), sqlx::Error> {
    let id = DeviceId::from_slice(&row.try_get::<Vec<u8>, _>(0)?)
        .map_err(|_| sqlx::Error::Decode("a device id expected".into()))?;
    Ok((id, Timestamp(row.try_get(1)?)))
}

/// Whose batches were acknowledged between two indexes, and when, in order.
pub async fn heard_between(
    tx: &mut AnyConnection,
    range: std::ops::Range<u64>,
) -> Result<Vec<(DeviceId, Timestamp)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT device, (SELECT committed_at FROM log_groups WHERE first_index <= receipts.log_index
         ORDER BY first_index DESC LIMIT 1) FROM receipts WHERE log_index >= $1 AND log_index < $2 ORDER BY log_index",
    )
    .bind(range.start as i64)
    .bind(range.end as i64)
    .fetch_all(tx)
    .await?;
    rows.iter().map(heard).collect()
}

/// The last batches of the running epoch of so many devices, in order for each, and the last of these devices.
pub async fn last_heard(
    tx: &mut AnyConnection,
    after: Vec<u8>,
    devices: u32,
) -> Result<(Vec<(DeviceId, Timestamp)>, Option<DeviceId>), sqlx::Error> {
    let rows = sqlx::query(
        "SELECT h.device, (SELECT committed_at FROM log_groups WHERE first_index <= r.log_index
         ORDER BY first_index DESC LIMIT 1) FROM (SELECT device, epoch, seq FROM chain_heads WHERE device > $1
         ORDER BY device LIMIT $2) AS h JOIN receipts AS r ON r.device = h.device AND r.epoch = h.epoch
         AND r.seq > h.seq - $3 ORDER BY h.device, r.seq",
    )
    .bind(after)
    .bind(i64::from(devices))
    .bind(1 + fieldkeep_domain::fleet::PAUSES as i64)
    .fetch_all(tx)
    .await?;
    let heard = rows.iter().map(heard).collect::<Result<Vec<_>, _>>()?;
    let last = heard.last().map(|(device, _)| *device);
    Ok((heard, last))
}

/// An act as a reader finds it.
#[derive(Debug)]
pub struct ActRow {
    /// Its leaf.
    pub index: u64,
    /// Its row id: part of its seal.
    pub id: RowId,
    /// The act.
    pub sealed: Vec<u8>,
}

/// Acts of one organization between two indexes, the second excluded.
pub async fn acts_between(
    tx: &mut AnyConnection,
    organization: OrganizationId,
    range: std::ops::Range<u64>,
) -> Result<Vec<ActRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT log_index, id, sealed FROM acts WHERE log_index >= $1 AND log_index < $2 AND organization = $3
         ORDER BY log_index",
    )
    .bind(range.start as i64)
    .bind(range.end as i64)
    .bind(&organization.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    let damaged = |_| sqlx::Error::Decode("an id of 16 bytes expected".into());
    rows.iter()
        .map(|row| {
            Ok(ActRow {
                index: row.try_get::<i64, _>(0)?.unsigned_abs(),
                id: RowId::from_slice(&row.try_get::<Vec<u8>, _>(1)?).map_err(damaged)?,
                sealed: row.try_get(2)?,
            })
        })
        .collect()
}

fn body_row(row: &AnyRow) -> Result<BodyRow, sqlx::Error> {
    let damaged = |_| sqlx::Error::Decode("an id of 16 bytes expected".into());
    Ok(BodyRow {
        id: RowId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?,
        first_index: row.try_get::<i64, _>(1)?.unsigned_abs(),
        end_index: row.try_get::<i64, _>(2)?.unsigned_abs(),
        project: ProjectId::from_slice(&row.try_get::<Vec<u8>, _>(3)?).map_err(damaged)?,
        sealed: row.try_get(4)?,
    })
}

/// A reader's cursor: everything before it is done.
pub async fn cursor(tx: &mut AnyConnection, name: &str) -> Result<u64, sqlx::Error> {
    let row = sqlx::query("SELECT position FROM cursors WHERE name = $1").bind(name).fetch_one(tx).await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}

/// Moves a cursor if it is where this reader left it; false: another server has taken over.
pub async fn move_cursor(
    tx: &mut AnyConnection,
    name: &str,
    from: u64,
    to: u64,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE cursors SET position = $1 WHERE name = $2 AND position = $3")
        .bind(to as i64)
        .bind(name)
        .bind(from as i64)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Drops bodies that every reader has passed and that are old enough; how many.
pub async fn trim_bodies(tx: &mut AnyConnection, passed: u64, before: Timestamp) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(
        "DELETE FROM bodies WHERE end_index <= $1 AND first_index <
         (SELECT COALESCE(MAX(first_index), 0) FROM log_groups WHERE committed_at < $2)",
    )
    .bind(passed as i64)
    .bind(before.as_nanos())
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// Drops receipts beyond the newest `keep` of each device; how many.
pub async fn trim_receipts(tx: &mut AnyConnection, device: DeviceId, keep: u64) -> Result<u64, sqlx::Error> {
    let done = sqlx::query(
        "DELETE FROM receipts WHERE device = $1 AND log_index <
         (SELECT COALESCE(MIN(log_index), 0) FROM
            (SELECT log_index FROM receipts WHERE device = $1 ORDER BY log_index DESC LIMIT $2) AS kept)",
    )
    .bind(&device.as_bytes()[..])
    .bind(keep as i64)
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// Every group's leaves and roots, in order, from an index on: for verifying the tree.
pub async fn groups_from(
    tx: &mut AnyConnection,
    from: u64,
    limit: u32,
) -> Result<Vec<(u64, Hash, Hash, Vec<u8>)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT first_index, root_before, root, leaves FROM log_groups WHERE first_index >= $1
         ORDER BY first_index LIMIT $2",
    )
    .bind(from as i64)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.try_get::<i64, _>(0)?.unsigned_abs(),
                hash(&row.try_get::<Vec<u8>, _>(1)?)?,
                hash(&row.try_get::<Vec<u8>, _>(2)?)?,
                row.try_get(3)?,
            ))
        })
        .collect()
}

/// When the last group was committed.
pub async fn last_commit(tx: &mut AnyConnection) -> Result<Option<Timestamp>, sqlx::Error> {
    let row = sqlx::query("SELECT committed_at FROM log_groups ORDER BY first_index DESC LIMIT 1")
        .fetch_optional(tx)
        .await?;
    row.map(|row| Ok(Timestamp(row.try_get(0)?))).transpose()
}
