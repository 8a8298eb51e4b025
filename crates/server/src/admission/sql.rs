//! What admission reads of the journal: durable heads and earlier receipts; and the signed heads it keeps.

use super::chain::State;
use crate::{App, Fault, journal};
use fieldkeep_domain::journal::{Head, Place, Remembered};
use fieldkeep_domain::{DeviceId, Timestamp, limits};
use sqlx::{AnyConnection, Row};

/// The pending head, read from the journal where memory has none.
pub(super) async fn pending_head(
    app: &App,
    state: &mut State,
    device: DeviceId,
) -> Result<Option<Head>, Fault> {
    if let Some(head) = state.head {
        return Ok(head);
    }
    let mut tx = app.db.read().await?;
    let head = journal::sql::chain_head(&mut tx, device).await?;
    state.head = Some(head);
    Ok(head)
}

/// Whether another server has moved the chain since it was read here; from now on it is known where to.
pub(super) async fn moved_elsewhere(app: &App, state: &mut State, device: DeviceId) -> Result<bool, Fault> {
    // What is on its way from here will tell by itself, when it is settled.
    if !state.in_flight.is_empty() {
        return Ok(false);
    }
    let mut tx = app.db.read().await?;
    let head = Some(journal::sql::chain_head(&mut tx, device).await?);
    Ok(std::mem::replace(&mut state.head, head) != head)
}

/// What is known of a batch under the same number. The next number in line needs no look.
pub(super) async fn remembered(
    app: &App,
    state: &State,
    device: DeviceId,
    place: &Place,
    head: Option<Head>,
) -> Result<Remembered, Fault> {
    let Some(head) = head else { return Ok(Remembered::Nothing) };
    if (place.epoch, place.seq) > (head.epoch, head.seq) {
        return Ok(Remembered::Nothing);
    }
    if let Some(hash) = state.in_flight.get(&(place.epoch, place.seq)) {
        return Ok(Remembered::Hash(*hash));
    }
    let mut tx = app.db.read().await?;
    if let Some(receipt) = journal::sql::receipt(&mut tx, device, place.epoch, place.seq).await? {
        return Ok(Remembered::Hash(receipt.hash));
    }
    // Receipts are trimmed only beyond the newest ones: with fewer kept, an unknown number was never used.
    let trimmed = count(&mut tx, device).await? >= limits::RECEIPTS_KEPT;
    let oldest = journal::sql::oldest_receipt(&mut tx, device).await?;
    let older = oldest.is_some_and(|oldest| (place.epoch, place.seq) < oldest);
    Ok(if trimmed && older { Remembered::TooOld } else { Remembered::Nothing })
}

async fn count(tx: &mut AnyConnection, device: DeviceId) -> Result<u64, sqlx::Error> {
    let row = sqlx::query("SELECT COUNT(*) FROM receipts WHERE device = $1")
        .bind(&device.as_bytes()[..])
        .fetch_one(tx)
        .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}

/// Keeps the newest signed head of a device.
pub(super) async fn keep_head(
    tx: &mut AnyConnection,
    device: DeviceId,
    statement: &[u8],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO signed_heads (device, statement, received_at) VALUES ($1, $2, $3)
         ON CONFLICT (device) DO UPDATE SET statement = excluded.statement, received_at = excluded.received_at",
    )
    .bind(&device.as_bytes()[..])
    .bind(statement)
    .bind(now.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}
