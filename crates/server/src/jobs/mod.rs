//! What repeats: looking at revocations, trimming, merging, renewing. Each is idempotent, takes no input, and is run
//! again whether or not the last run worked. Never: the only way for something to happen in time.

use crate::app::look_again;
use crate::{App, Fault, account, fleet, journal, quarantine, telemetry};
use fieldkeep_domain::DeviceId;
use fieldkeep_domain::limits::RECEIPTS_KEPT;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Identities are looked at twice a second.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A look older than this is none: the server says that it is not ready.
pub const LOOK_AGE_S_MAX: i64 = 2;
const TIDY_EVERY: Duration = Duration::from_secs(10);
const RECEIPT_DEVICES_AT_ONCE: usize = 1_000;

/// Runs all jobs until `stop`.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    tokio::join!(look(&app, &stop), repeat(&app, &stop));
}

async fn look(app: &App, stop: &CancellationToken) {
    let mut seen = app.journal.progress().borrow().revision;
    let mut every = tokio::time::interval(LOOK_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while sleep(stop, &mut every).await {
        match look_once(app, seen).await {
            Ok(revision) => {
                seen = revision;
                app.looked();
            }
            Err(fault) => tracing::error!(inside = ?fault.inside, "jobs.look failed"),
        }
    }
}

async fn look_once(app: &App, seen: u64) -> Result<u64, Fault> {
    let mut tx = app.db.read().await?;
    let journal::sql::TreeHead { size, revision, .. } = journal::sql::head(&mut tx).await?;
    drop(tx);
    app.journal.noticed(journal::Progress { size, revision });
    if revision != seen {
        app.reload_makers().await?;
    }
    look_again(app, seen).await?;
    Ok(revision)
}

async fn repeat(app: &Arc<App>, stop: &CancellationToken) {
    let mut every = tokio::time::interval(TIDY_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // Readings expire by the hour: looking more often would only read the index.
    let mut expired_at = None;
    while sleep(stop, &mut every).await {
        note("telemetry.merge", telemetry::merge(app).await);
        let hour = app.clock.now().hour();
        if expired_at != Some(hour) {
            let expired = note("telemetry.expire", telemetry::expire(app).await);
            let warned = note("account.warn", account::keys::warn(app).await);
            if expired && warned {
                expired_at = Some(hour);
            }
        }
        note("journal.trim", trim(app).await);
        note("quarantine.resume", quarantine::resume(app).await);
        note("account.trim", account::trim(app).await);
        note("fleet.refresh", keep_up(app).await);
        note("http.renew", app.renew_certificate());
    }
}

/// Takes what has happened into the index of devices, so that the next question finds little left to read.
async fn keep_up(app: &App) -> Result<(), Fault> {
    let mut tx = app.db.read().await?;
    fleet::refresh(app, &mut tx).await
}

fn note(job: &'static str, outcome: Result<(), Fault>) -> bool {
    if let Err(fault) = &outcome {
        tracing::error!(job, inside = ?fault.inside, "jobs.run failed; it will be run again");
    }
    outcome.is_ok()
}

async fn sleep(stop: &CancellationToken, every: &mut tokio::time::Interval) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        _ = every.tick() => true,
    }
}

/// Drops bodies that every reader has passed, and receipts beyond the newest of each device.
pub async fn trim(app: &App) -> Result<(), Fault> {
    let before = app.clock.now().plus_secs(-i64::from(app.config.journal.keep_s));
    let mut tx = app.db.write().await?;
    let passed = journal::sql::cursor(&mut tx, telemetry::CURSOR).await?;
    journal::sql::trim_bodies(&mut tx, passed, before).await?;
    tx.commit().await?;
    let over: Vec<DeviceId> = {
        let mut over = app.receipts_over.lock().unwrap_or_else(PoisonError::into_inner);
        let some: Vec<DeviceId> = over.iter().take(RECEIPT_DEVICES_AT_ONCE).copied().collect();
        for device in &some {
            over.remove(device);
        }
        some
    };
    let mut tx = app.db.write().await?;
    for device in over {
        journal::sql::trim_receipts(&mut tx, device, RECEIPTS_KEPT).await?;
    }
    tx.commit().await?;
    Ok(())
}
