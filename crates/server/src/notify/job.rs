//! When this job has nothing to do, no letter is due, and no held batch has a cause that nobody was told of.
//!
//! Never: two servers with one letter at once, a letter's content in the log, a try that has no end.

use super::{Note, Sealed, news, note_binding, open_letter, sql};
use crate::fault::Kind;
use crate::limits::{LETTER_LEASE_S, LETTERS_AT_ONCE, SENDING_MAX};
use crate::project::{open_json, seal_json};
use crate::{App, Fault};
use fieldkeep_domain::limits::{LETTER_KEPT_S, LETTER_TRIES_MAX};
use fieldkeep_domain::notify::{Outcome, State, Step, TOO_LATE, after, too_late};
use fieldkeep_domain::{LetterId, Timestamp};
use futures_util::StreamExt;
use futures_util::stream::iter;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Letters that are due again are looked for this often; new ones nudge.
const DRAIN_EVERY: Duration = Duration::from_secs(2);
/// Held batches are looked at this often while the journal grows.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const TRIM_EVERY: Duration = Duration::from_secs(600);

/// Runs until `stop`; letters that are on their way then are finished, each within its own time.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    tokio::join!(drain(&app, &stop), look(&app, &stop), listen(&app, &stop), tidy(&app, &stop));
}

async fn drain(app: &App, stop: &CancellationToken) {
    let mut every = interval(DRAIN_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.outbox.notified() => {}
            _ = every.tick() => {}
        }
        while !stop.is_cancelled() {
            match pass(app, stop).await {
                Ok(taken) if taken == LETTERS_AT_ONCE as usize => {}
                Ok(_) => break,
                Err(fault) => {
                    failed("notify.drain", &fault);
                    break;
                }
            }
        }
    }
}

async fn look(app: &App, stop: &CancellationToken) {
    let mut every = interval(LOOK_EVERY);
    let mut seen = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = every.tick() => {}
        }
        let size = app.journal.progress().borrow().size;
        if seen == Some(size) {
            continue;
        }
        match news::look(app).await {
            Ok(false) => seen = Some(size),
            Ok(true) => {}
            Err(fault) => failed("notify.look", &fault),
        }
    }
}

async fn listen(app: &App, stop: &CancellationToken) {
    loop {
        let sighting = tokio::select! {
            () = stop.cancelled() => return,
            sighting = app.news.next() => sighting,
        };
        let Some(sighting) = sighting else { return };
        if let Err(fault) = news::publish(app, sighting).await {
            failed("notify.publish", &fault);
        }
    }
}

async fn tidy(app: &App, stop: &CancellationToken) {
    let mut every = interval(TRIM_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = every.tick() => {}
        }
        if let Err(fault) = trim(app).await {
            failed("notify.trim", &fault);
        }
    }
}

fn interval(period: Duration) -> tokio::time::Interval {
    let mut every = tokio::time::interval(period);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    every
}

fn failed(job: &'static str, fault: &Fault) {
    tracing::error!(job, inside = ?fault.inside, "notify.run failed; it will be run again");
}

/// Forgets letters that were settled long ago.
pub async fn trim(app: &App) -> Result<(), Fault> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    sql::trim(&mut tx, now.plus_secs(-LETTER_KEPT_S), now).await?;
    Ok(tx.commit().await?)
}

/// Tries every letter that is due, up to a bound; how many were.
pub async fn pass(app: &App, stop: &CancellationToken) -> Result<usize, Fault> {
    let mut tx = app.db.read().await?;
    let due = sql::due(&mut tx, app.clock.now(), LETTERS_AT_ONCE).await?;
    let waiting = sql::waiting(&mut tx).await?;
    drop(tx);
    app.metrics.letters_waiting(waiting);
    let taken = due.len();
    iter(due)
        .for_each_concurrent(SENDING_MAX, |row| async move {
            if stop.is_cancelled() {
                return;
            }
            let id = row.id;
            if let Err(fault) = deliver(app, row).await {
                // The lease ends by itself, and the letter is tried again.
                tracing::error!(letter = %id, inside = ?fault.inside, "notify.deliver failed");
            }
        })
        .await;
    Ok(taken)
}

/// Claim, try, settle: three steps, and no transaction is open while the other side is asked.
async fn deliver(app: &App, row: sql::LetterRow) -> Result<(), Fault> {
    let now = app.clock.now();
    let lease = now.plus_secs(LETTER_LEASE_S);
    let mut tx = app.db.write().await?;
    if !sql::claim(&mut tx, &row, lease).await? {
        return Ok(());
    }
    tx.commit().await?;
    let step = if too_late(row.expires_at, now) {
        Step::Dead { why: TOO_LATE.into(), revivable: false }
    } else if row.tries >= LETTER_TRIES_MAX {
        // Each of these tries ended with the process: it must not be this letter that ends it.
        Step::Dead { why: format!("given up: {} tries began and never ended", row.tries), revivable: true }
    } else {
        let outcome = match attempt(app, &row).await {
            Err(fault) if fault.kind == Kind::Internal => {
                tracing::error!(letter = %row.id, inside = ?fault.inside, "notify.open failed");
                Outcome::Later("it cannot be read: the server's log says why".into())
            }
            outcome => outcome?,
        };
        after(outcome, row.tries + 1, row.since, row.expires_at, app.clock.now())
    };
    settle(app, &row, lease, step).await
}

async fn attempt(app: &App, row: &sql::LetterRow) -> Result<Outcome, Fault> {
    let Some(sealed) = &row.sealed else {
        return Ok(Outcome::Never("what it said is gone".into()));
    };
    let letter: Sealed = open_letter(app, row.id, row.organization, sealed)?;
    app.post.send(app, (row.id, row.organization, row.created_at), &letter).await
}

async fn settle(app: &App, row: &sql::LetterRow, lease: Timestamp, step: Step) -> Result<(), Fault> {
    let now = app.clock.now();
    let (state, due_at, settled_at, why, keep) = match step {
        Step::Sent => (State::Sent, lease, Some(now), None, false),
        Step::Again { at, why } => (State::Waiting, at, None, Some(why), true),
        Step::Dead { why, revivable } => (State::Dead, lease, Some(now), Some(why), revivable),
    };
    told(row.id, &row.kind, state, why.as_deref());
    app.metrics.letter(&row.channel, if state == State::Waiting { "again" } else { state.name() });
    let keys = app.keys.organization(row.organization)?;
    let binding = note_binding(row.id, row.organization);
    // A note that does not open is written anew: how the letter ended must be told all the same.
    let note: Result<Note, Fault> = open_json(&keys.seal, &binding, &row.note);
    let note = note.unwrap_or_else(|_| Note { to: "unreadable".into(), why: None });
    let note = seal_json(&keys.seal, &binding, &Note { why, ..note })?;
    let end = sql::Settled { state, due_at, settled_at, note: &note, keep };
    let mut tx = app.db.write().await?;
    if !sql::settle(&mut tx, row.id, lease, &end).await? {
        tracing::warn!(letter = %row.id, "notify.settle: the lease was over");
    }
    Ok(tx.commit().await?)
}

fn told(id: LetterId, kind: &str, state: State, why: Option<&str>) {
    match (state, why) {
        (State::Dead, why) => tracing::warn!(letter = %id, kind, why, "notify.dead"),
        (State::Waiting, why) => tracing::info!(letter = %id, kind, why, "notify.again"),
        _ => tracing::info!(letter = %id, kind, "notify.sent"),
    }
}
