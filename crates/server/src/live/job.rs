//! Follows the journal while somebody looks: what is committed by any server of the deployment stands in every queue that
//! it belongs to, or its reader is told that it is behind. While nobody looks it reads nothing.

use super::event::{Places, between};
use crate::limits::EVENT_GROUPS_MAX;
use crate::{App, Fault, journal};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Follows the journal until `stop`, then ends every stream.
pub async fn follow(app: Arc<App>, stop: CancellationToken) {
    let mut progress = app.journal.progress();
    let mut places = Places::default();
    while !stop.is_cancelled() {
        let more = match step(&app, &mut places).await {
            Ok(more) => more,
            Err(fault) => {
                // Whoever comes back begins at what happens then: something unreadable stops nobody for good.
                tracing::error!(inside = ?fault.inside, "live.follow failed");
                app.live.drop_all("the server could not read its journal");
                false
            }
        };
        if !more {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = progress.changed() => {}
            }
        }
    }
    app.live.close();
}

/// Reads a few groups and hands them over; whether there may be more.
async fn step(app: &App, places: &mut Places) -> Result<bool, Fault> {
    let Some((position, projects)) = app.live.wanted() else { return Ok(false) };
    if position >= app.journal.progress().borrow().size {
        return Ok(false);
    }
    let mut tx = app.db.read().await?;
    let Some(end) = journal::sql::groups_end(&mut tx, position, EVENT_GROUPS_MAX).await? else {
        return Ok(false);
    };
    let events = between(app, &mut tx, places, &projects, position..end).await?;
    drop(tx);
    app.live.give(&projects, &events, end);
    Ok(true)
}
