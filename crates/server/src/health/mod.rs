//! How the deployment itself is: what was looked at, in words, with what to do.
//!
//! Never: what anybody measured, or who anybody is.

mod checks;
pub mod http;

use crate::limits::CERTIFICATE_SOON_S;
use crate::{App, Fault, identity, journal, notify};
use fieldkeep_api as api;
use fieldkeep_domain::access::Permit;
use fieldkeep_trust::x509;
use fieldkeep_wire::json::format_time;
use std::time::Instant;

/// Looks at everything now.
pub async fn look(app: &App, _: Permit) -> Result<api::Health, Fault> {
    let now = app.clock.now();
    let asked = Instant::now();
    app.db.ping().await?;
    let answer_ms = asked.elapsed().as_secs_f64() * 1e3;
    let mut tx = app.db.read().await?;
    let head = journal::sql::head(&mut tx).await?;
    let last_commit_at = journal::sql::last_commit(&mut tx).await?;
    let read = journal::sql::cursor(&mut tx, "chunks").await?;
    let (waiting, dead) = notify::counts(&mut tx).await?;
    let soon = now.plus_secs(CERTIFICATE_SOON_S);
    let expiring = identity::sql::ending_before(&mut tx, now, soon).await?;
    drop(tx);
    let server =
        x509::from_pem(&std::fs::read_to_string(app.folder.certificate("server")).map_err(Fault::internal)?)?;
    let server_end = match server.first() {
        Some(der) => x509::facts(der).map_err(Fault::internal)?.not_after,
        None => return Err(Fault::internal("server.pem holds no certificate")),
    };
    let embedded = app.config.database.url.is_empty();
    let bytes = embedded.then(|| database_bytes(app));
    let mut health = api::Health {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: format_time(app.started_at),
        now: format_time(now),
        checks: Vec::new(),
        database: api::HealthDatabase {
            kind: if embedded { "embedded" } else { "postgresql" }.to_owned(),
            bytes,
            answer_ms: (answer_ms * 100.0).round() / 100.0,
        },
        journal: api::HealthJournal {
            leaves: head.size,
            root: head.root.to_string(),
            last_commit_at: last_commit_at.map(format_time),
        },
        readings: api::HealthReadings {
            // Chunks are written by the hour; what is read into memory is not behind.
            behind: head.size.saturating_sub(app.tail.position().max(read)),
            tail_bytes: app.tail.read().bytes as u64,
        },
        outbox: api::HealthOutbox { waiting, dead },
        disk: disk(app),
        certificates: api::HealthCertificates {
            server_authority_not_after: format_time(server_end),
            expiring,
        },
        devices_connected: app.connections.count() as u64,
    };
    health.checks = checks::all(app, &health, server_end, now);
    Ok(health)
}

fn database_bytes(app: &App) -> u64 {
    let path = app.folder.database();
    let beside = |end: &str| {
        let mut name = path.clone().into_os_string();
        name.push(end);
        std::fs::metadata(name).map_or(0, |meta| meta.len())
    };
    beside("") + beside("-wal")
}

fn disk(app: &App) -> Option<api::HealthDisk> {
    let found = rustix::fs::statvfs(app.folder.path()).ok()?;
    Some(api::HealthDisk {
        free_bytes: found.f_bavail * found.f_frsize,
        total_bytes: found.f_blocks * found.f_frsize,
    })
}
