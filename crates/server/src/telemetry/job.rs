//! The writer of chunks: follows the journal, keeps within its memory, writes device hours, merges their parts.
//! Its cursor moves in the transaction that writes the chunks: killed anywhere, it does nothing twice.

use super::tail::{Key, Piece};
use super::{CURSOR, sql};
use crate::{App, Fault, journal, project};
use fieldkeep_domain::{Hash, Hour, ProjectId, RowId};
use fieldkeep_telemetry::{Built, ChunkBuilder};
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::seal::{Binding, Purpose};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Groups read at once.
const GROUPS_AT_ONCE: u32 = 32;
/// Chunks in one transaction: the journal waits behind it.
const CHUNKS_AT_ONCE: usize = 32;
/// Device hours merged at one turn.
const MERGES_AT_ONCE: u32 = 200;

/// Follows the journal until `stop`.
pub async fn follow(app: Arc<App>, stop: CancellationToken) {
    let mut progress = app.journal.progress();
    let mut place: Option<Place> = None;
    while !stop.is_cancelled() {
        let outcome = match &mut place {
            None => begin(&app).await.map(|found| place = Some(found)),
            Some(place) => step(&app, place).await,
        };
        if let Err(fault) = outcome {
            tracing::error!(inside = ?fault.inside, "telemetry.follow failed; it begins again at its cursor");
            place = None;
            app.tail.clear();
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_secs(1)) => continue,
            }
        }
        let behind = place.as_ref().is_none_or(|place| place.behind);
        if !behind {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = progress.changed() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }
}

/// Where the writer is.
struct Place {
    /// The cursor as this writer left it.
    cursor: u64,
    /// The next index to read.
    position: u64,
    /// Whether there may be more to read at once.
    behind: bool,
}

async fn begin(app: &App) -> Result<Place, Fault> {
    let mut tx = app.db.read().await?;
    let cursor = journal::sql::cursor(&mut tx, CURSOR).await?;
    app.tail.clear();
    Ok(Place { cursor, position: cursor, behind: true })
}

async fn step(app: &App, place: &mut Place) -> Result<(), Fault> {
    // Looked up before the bodies: what these do not hold up to here, nobody holds.
    let size = app.journal.progress().borrow().size;
    let mut tx = app.db.read().await?;
    let rows = journal::sql::bodies_from(&mut tx, place.position, GROUPS_AT_ONCE).await?;
    place.behind = !rows.is_empty();
    for row in rows {
        take(app, &mut tx, &row).await?;
        place.position = place.position.max(row.end_index);
    }
    drop(tx);
    app.tail.reached(if place.behind { place.position } else { size.max(place.position) });
    loop {
        let due = app.tail.due(app.clock.now(), app.config.telemetry.settle_s, CHUNKS_AT_ONCE);
        if due.is_empty() {
            return Ok(());
        }
        flush(app, place, &due).await?;
    }
}

async fn take(app: &App, tx: &mut sqlx::AnyConnection, row: &journal::sql::BodyRow) -> Result<(), Fault> {
    let now = app.clock.now();
    for record in journal::open_body(app, row)? {
        let index = row.first_index + record.offset;
        let hashes: Vec<Hash> = record.canonical.segments.iter().map(|segment| sha256(&[segment])).collect();
        let hash = fieldkeep_trust::hash::batch_hash_of(&record.canonical.header, &hashes);
        let header: Arc<[u8]> = record.canonical.header.into();
        for (segment, segment_hash) in record.batch.segments.into_iter().zip(hashes) {
            let key: Key = (row.project, record.batch.device, segment.hour);
            if !app.tail.knows(&key) {
                app.tail.open(key, sql::last_index(tx, key.0, key.1, key.2).await?);
            }
            let piece = Piece::new(index, row.first_index, header.clone(), hash, segment_hash, segment);
            app.tail.push(key, piece, now);
        }
    }
    Ok(())
}

/// Writes everything that waits of these hours, and moves the cursor, in one transaction.
async fn flush(app: &App, place: &mut Place, keys: &[Key]) -> Result<(), Fault> {
    let mut chunks = Vec::with_capacity(keys.len());
    let mut done = Vec::with_capacity(keys.len());
    let mut parts = Vec::new();
    for key in keys {
        let pieces = app.tail.pieces(key);
        let Some(through) = pieces.last().map(|piece| piece.index) else {
            done.push((*key, 0));
            continue;
        };
        let built = build(key.2, &pieces)?;
        if built.len() > 1 || app.tail.is_in_chunks(key) {
            parts.push(*key);
        }
        for built in built {
            chunks.push(seal(app, key, &built)?);
        }
        done.push((*key, through));
    }
    let cursor = app.tail.begin_without(&done, place.position);
    let mut tx = app.db.write().await?;
    if !journal::sql::move_cursor(&mut tx, CURSOR, place.cursor, cursor).await? {
        tx.rollback().await?;
        return Err(Fault::unavailable(
            "another server writes chunks; this one begins again where that one is",
        ));
    }
    for chunk in &chunks {
        sql::insert(&mut tx, chunk).await?;
    }
    for key in parts {
        sql::want_merge(&mut tx, key).await?;
    }
    tx.commit().await?;
    place.cursor = cursor;
    app.tail.flushed(&done);
    app.metrics.flushed(chunks.len() as u64, app.tail.read().bytes);
    Ok(())
}

/// One chunk, or several where an hour holds more than a chunk may.
fn build(hour: Hour, pieces: &[Arc<Piece>]) -> Result<Vec<Built>, Fault> {
    let mut out = Vec::new();
    let mut builder = ChunkBuilder::new(hour);
    for piece in pieces {
        let push = |builder: &mut ChunkBuilder| {
            builder.push_segment(piece.index, &piece.header, piece.hash, piece.segment_hash, &piece.segment)
        };
        match push(&mut builder) {
            Ok(_) => {}
            Err(fieldkeep_telemetry::Refused::Full) if !builder.is_empty() => {
                out.extend(builder.build());
                builder = ChunkBuilder::new(hour);
                push(&mut builder).map_err(Fault::internal)?;
            }
            Err(refused) => return Err(Fault::internal(refused)),
        }
    }
    out.extend(builder.build());
    Ok(out)
}

fn seal(app: &App, key: &Key, built: &Built) -> Result<sql::NewChunk, Fault> {
    let (project, device, hour) = *key;
    let id = RowId::from_random(fieldkeep_trust::random());
    let keys = app.keys.project(project)?;
    let seal = |purpose, plain: &[u8]| keys.seal.seal(&Binding::project(project, purpose, id), plain);
    Ok(sql::NewChunk {
        id,
        project,
        device,
        hour,
        first_index: built.first_index,
        last_index: built.last_index,
        readings: built.readings as u64,
        summary: seal(Purpose::Summary, &built.summary)?,
        body: seal(Purpose::Chunk, &built.body)?,
        batches: seal(Purpose::BatchIndex, &built.batches)?,
    })
}

/// Merges the parts of hours that are over.
pub async fn merge(app: &App) -> Result<(), Fault> {
    let before = app.clock.now().plus_secs(-i64::from(app.config.telemetry.settle_s)).hour();
    let mut tx = app.db.read().await?;
    let parts = sql::in_parts(&mut tx, before, MERGES_AT_ONCE).await?;
    drop(tx);
    for key in parts {
        merge_one(app, key).await?;
    }
    Ok(())
}

async fn merge_one(app: &App, key: Key) -> Result<(), Fault> {
    let (project, device, hour) = key;
    let keys = app.keys.project(project)?;
    let mut tx = app.db.read().await?;
    let rows = sql::of_device(&mut tx, (project, device), (hour, hour), 1_000).await?;
    if rows.len() < 2 {
        drop(tx);
        let mut tx = app.db.write().await?;
        sql::merged(&mut tx, key).await?;
        if sql::rows_of(&mut tx, key).await? > 1 {
            sql::want_merge(&mut tx, key).await?;
        }
        tx.commit().await?;
        return Ok(());
    }
    let mut opened = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some((Some(body), batches)) = sql::body_and_batches(&mut tx, row.id).await? else {
            return Ok(());
        };
        let open =
            |purpose, sealed: &[u8]| keys.seal.open(&Binding::project(project, purpose, row.id), sealed);
        opened.push((open(Purpose::Chunk, &body)?, open(Purpose::BatchIndex, &batches)?));
    }
    drop(tx);
    let parts: Vec<(&[u8], &[u8])> = opened.iter().map(|(body, batches)| (&body[..], &batches[..])).collect();
    let built = match fieldkeep_telemetry::merge(&parts) {
        Ok(built) => built,
        // More than one chunk may hold: the parts stay as they are.
        Err(fieldkeep_telemetry::MergeError::Refused(fieldkeep_telemetry::Refused::Full)) => {
            return settle_merge(app, key).await;
        }
        Err(error) => return Err(Fault::internal(error)),
    };
    let chunk = seal(app, &key, &built)?;
    let mut tx = app.db.write().await?;
    sql::merged(&mut tx, key).await?;
    for row in &rows {
        if !sql::remove(&mut tx, row.id).await? {
            tx.rollback().await?;
            return Ok(());
        }
    }
    sql::insert(&mut tx, &chunk).await?;
    // A part that was written meanwhile waits for the next turn.
    if sql::rows_of(&mut tx, key).await? > 1 {
        sql::want_merge(&mut tx, key).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Nothing can be merged here, now or later.
async fn settle_merge(app: &App, key: Key) -> Result<(), Fault> {
    let mut tx = app.db.write().await?;
    sql::merged(&mut tx, key).await?;
    tx.commit().await?;
    Ok(())
}

/// Drops readings older than their project keeps.
pub async fn expire(app: &App) -> Result<(), Fault> {
    let mut tx = app.db.read().await?;
    let projects = project::sql::all_projects(&mut tx).await?;
    drop(tx);
    let now = app.clock.now();
    for row in projects {
        let settings = project::open_settings(app, &row)?;
        let before = project::oldest_kept(&settings, now).hour();
        expire_one(app, row.id, before).await?;
    }
    Ok(())
}

async fn expire_one(app: &App, project: ProjectId, before: Hour) -> Result<(), Fault> {
    let mut tx = app.db.write().await?;
    let expired = sql::expire(&mut tx, project, before).await?;
    tx.commit().await?;
    if expired > 0 {
        tracing::info!(%project, expired, "telemetry.expire");
    }
    Ok(())
}
