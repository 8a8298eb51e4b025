//! How the deployment itself is: what was looked at, in words, with what to do.
//!
//! Never: what anybody measured, or who anybody is.

pub mod http;

use crate::http::certificate::Own;
use crate::limits::{CERTIFICATE_SOON_S, DISK_FREE_BAD, DISK_FREE_WARN};
use crate::{App, Fault, identity, journal, notify};
use fieldkeep_api as api;
use fieldkeep_domain::Timestamp;
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
    health.checks = checks(app, &health, server_end, now);
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

/// What follows from what was found, the worst first.
fn checks(app: &App, health: &api::Health, server_end: Timestamp, now: Timestamp) -> Vec<api::HealthCheck> {
    let mut out = vec![
        check_disk(health.disk.as_ref()),
        check_certificates(app, health.certificates.expiring, server_end, now),
        check_messages(&health.outbox, app.config.mail.host.is_empty()),
        check_clock(app),
    ];
    let ms = health.database.answer_ms;
    out.push(match ms {
        ..250.0 => check("database", "ok", format!("answers in {ms} ms"), None),
        _ => check(
            "database",
            "warn",
            format!("took {ms} ms to answer"),
            Some("look at the load of its machine and disk"),
        ),
    });
    out.push(match health.readings.behind {
        0..=10_000 => check("readings", "ok", "readings are read as they come".to_owned(), None),
        behind => check(
            "readings",
            "warn",
            format!("{behind} entries of the journal wait to be read"),
            Some("after a start this takes a while; if it grows, the machine is too slow for what arrives"),
        ),
    });
    let leaves = health.journal.leaves;
    out.push(check("journal", "ok", format!("{leaves} entries, none refused by the disk"), None));
    out.sort_by_key(|one| match one.state.as_str() {
        "bad" => 0,
        "warn" => 1,
        _ => 2,
    });
    out
}

fn check(name: &str, state: &str, text: String, advice: Option<&str>) -> api::HealthCheck {
    let advice = advice.map(str::to_owned);
    api::HealthCheck { name: name.to_owned(), state: state.to_owned(), text, advice }
}

fn check_disk(disk: Option<&api::HealthDisk>) -> api::HealthCheck {
    let Some(disk) = disk else {
        return check("disk", "warn", "the disk does not say how full it is".to_owned(), None);
    };
    // As the console writes sizes: the two stand side by side.
    let gb = disk.free_bytes as f64 / 1e9;
    let share = disk.free_bytes as f64 / disk.total_bytes.max(1) as f64;
    let text = format!("{gb:.1} GB free, {:.0} % of the disk", share * 100.0);
    let advice = "make room or move the data folder: on a full disk devices are told to send again later";
    match disk.free_bytes {
        free if free < DISK_FREE_BAD => check("disk", "bad", text, Some(advice)),
        free if free < DISK_FREE_WARN || share < 0.05 => check("disk", "warn", text, Some(advice)),
        _ => check("disk", "ok", text, None),
    }
}

/// All that certificates give to say, in one check: one that ended must not hide another.
fn check_certificates(app: &App, expiring: u64, server_end: Timestamp, now: Timestamp) -> api::HealthCheck {
    let mut said: Vec<(&str, String, &str)> = Vec::new();
    let days = server_end.secs_since(now) / 86_400;
    if days < 30 {
        let text = format!("the authority of the server's own certificate ends in {days} days");
        said.push(("bad", text, "renew it before: without it nobody can connect"));
    }
    if let Some(own) = &app.tls.load().own {
        said.extend(own_certificate(own, now));
    }
    if expiring > 0 {
        let text = format!("{expiring} of devices end within 14 days");
        said.push((
            "warn",
            text,
            "devices renew by themselves when they connect: look for those that do not",
        ));
    }
    if said.is_empty() {
        return check("certificates", "ok", "none of a device ends within 14 days".to_owned(), None);
    }
    let state = if said.iter().any(|(state, ..)| *state == "bad") { "bad" } else { "warn" };
    let texts: Vec<&str> = said.iter().map(|(_, text, _)| text.as_str()).collect();
    let advice: Vec<&str> = said.iter().map(|(.., advice)| *advice).collect();
    check("certificates", state, texts.join("; "), Some(&advice.join("; ")))
}

/// The operator's own certificate: its end, and files that are not in use.
fn own_certificate(own: &Own, now: Timestamp) -> Vec<(&'static str, String, &'static str)> {
    let mut said = Vec::new();
    let end = own.pair.not_after;
    let put = "put a renewed one into the files of `server.people_certificate` and `server.people_key`: it is taken up \
               without a restart";
    if now > end {
        said.push(("bad", format!("your own certificate for people ended at {}", format_time(end)), put));
    } else if end < now.plus_secs(CERTIFICATE_SOON_S) {
        let days = end.secs_since(now) / 86_400;
        said.push(("warn", format!("your own certificate for people ends in {days} days"), put));
    }
    if let Some(why) = &own.refused {
        let text =
            format!("newer files of your own certificate were refused, the one before stays in use: {why}");
        said.push(("warn", text, "correct the files: the next start would refuse them too"));
    }
    said
}

fn check_messages(outbox: &api::HealthOutbox, no_mail: bool) -> api::HealthCheck {
    match (outbox.dead, no_mail) {
        (1.., _) => check(
            "messages",
            "warn",
            format!("{} could not be delivered", outbox.dead),
            Some("see why under messages, mend it, and send them again"),
        ),
        (0, true) => check(
            "messages",
            "warn",
            "no mail server is set up: nobody is told anything by e-mail".to_owned(),
            Some("set `mail.host` in fieldkeep.toml"),
        ),
        (0, false) => check("messages", "ok", format!("{} on their way", outbox.waiting), None),
    }
}

fn check_clock(app: &App) -> api::HealthCheck {
    match app.current() {
        true => check("clock", "ok", "looks at revocations as often as it should".to_owned(), None),
        false => check(
            "clock",
            "bad",
            "the last look at revocations is too old to go by".to_owned(),
            Some("the database was away or the clock jumped: see the server's log"),
        ),
    }
}
