//! What follows from what was found. Each finding has a code for programs and for pages in other languages, and says the
//! same in words for whoever reads the answer itself.

use crate::App;
use crate::http::certificate::Own;
use crate::limits::{CERTIFICATE_SOON_S, DISK_FREE_BAD, DISK_FREE_WARN};
use fieldkeep_api::{Health, HealthCheck, HealthDisk, HealthFinding, HealthOutbox};
use fieldkeep_domain::Timestamp;
use fieldkeep_wire::json::format_time;

/// Milliseconds from which a database answers slowly.
const ANSWER_MS_MAX: f64 = 250.0;
/// Entries of the journal that may wait to be read before it is worth a word.
const BEHIND_MAX: u64 = 10_000;
/// A server's authority is renewed by hand: a month leaves time for it.
const AUTHORITY_DAYS_MIN: i64 = 30;
const DISK_SHARE_WARN: f64 = 0.05;

/// The worst first.
pub fn all(app: &App, health: &Health, server_end: Timestamp, now: Timestamp) -> Vec<HealthCheck> {
    let mut out = vec![
        check("disk", vec![disk(health.disk.as_ref())]),
        check("certificates", certificates(app, health.certificates.expiring, server_end, now)),
        check("messages", vec![messages(&health.outbox, app.config.mail.host.is_empty())]),
        check("clock", vec![clock(app.current())]),
        check("database", vec![database(health.database.answer_ms)]),
        check("readings", vec![readings(health.readings.behind)]),
        check("journal", vec![journal(health.journal.leaves)]),
    ];
    out.sort_by_key(|one| rank(&one.state));
    out
}

fn rank(state: &str) -> u8 {
    match state {
        "bad" => 0,
        "warn" => 1,
        _ => 2,
    }
}

/// One check of all its findings: one of them must not hide another.
fn check(name: &str, found: Vec<Found>) -> HealthCheck {
    let state = found.iter().map(|one| one.state).min_by_key(|state| rank(state)).unwrap_or("ok").to_owned();
    let found: Vec<HealthFinding> = found.into_iter().map(|one| one.finding).collect();
    let texts: Vec<&str> = found.iter().map(|one| one.text.as_str()).collect();
    let advice: Vec<&str> = found.iter().filter_map(|one| one.advice.as_deref()).collect();
    let advice = (!advice.is_empty()).then(|| advice.join("; "));
    HealthCheck { name: name.to_owned(), state, text: texts.join("; "), advice, found }
}

struct Found {
    state: &'static str,
    finding: HealthFinding,
}

impl Found {
    fn ok(code: &str, text: impl Into<String>) -> Self {
        let finding = HealthFinding {
            code: code.to_owned(),
            text: text.into(),
            advice: None,
            amount: None,
            share: None,
            at: None,
        };
        Self { state: "ok", finding }
    }

    fn warn(code: &str, text: impl Into<String>, advice: &str) -> Self {
        let mut found = Self::ok(code, text);
        found.state = "warn";
        found.finding.advice = Some(advice.to_owned());
        found
    }

    fn bad(code: &str, text: impl Into<String>, advice: &str) -> Self {
        Self { state: "bad", ..Self::warn(code, text, advice) }
    }

    fn amount(mut self, amount: f64) -> Self {
        self.finding.amount = Some(amount);
        self
    }
}

fn disk(disk: Option<&HealthDisk>) -> Found {
    let Some(disk) = disk else {
        let advice = "look at the disk of the data folder yourself";
        return Found::warn("disk-unknown", "the disk does not say how full it is", advice);
    };
    // As the console writes sizes: the two stand side by side.
    let gb = disk.free_bytes as f64 / 1e9;
    let share = disk.free_bytes as f64 / disk.total_bytes.max(1) as f64;
    let text = format!("{gb:.1} GB free, {:.0} % of the disk", share * 100.0);
    let advice = "make room or move the data folder: on a full disk devices are told to send again later";
    let mut found = match disk.free_bytes {
        free if free < DISK_FREE_BAD => Found::bad("disk-low", text, advice),
        free if free < DISK_FREE_WARN || share < DISK_SHARE_WARN => Found::warn("disk-low", text, advice),
        _ => Found::ok("disk-free", text),
    };
    found.finding.share = Some(share);
    found.amount(disk.free_bytes as f64)
}

fn certificates(app: &App, expiring: u64, server_end: Timestamp, now: Timestamp) -> Vec<Found> {
    let mut said = Vec::new();
    let days = server_end.secs_since(now) / 86_400;
    if days < AUTHORITY_DAYS_MIN {
        let text = format!("the authority of the server's own certificate ends in {days} days");
        let advice = "renew it before: without it nobody can connect";
        said.push(Found::bad("authority-ends", text, advice).amount(days as f64));
    }
    if let Some(own) = &app.tls.load().own {
        said.extend(own_certificate(own, now));
    }
    if expiring > 0 {
        let text = match expiring {
            1 => "that of one device ends within 14 days".to_owned(),
            _ => format!("those of {expiring} devices end within 14 days"),
        };
        let advice = "devices renew by themselves when they connect: look for those that do not";
        said.push(Found::warn("devices-end", text, advice).amount(expiring as f64));
    }
    if said.is_empty() {
        said.push(Found::ok("none-ends", "none of a device ends within 14 days"));
    }
    said
}

/// The operator's own certificate: its end, and files that are not in use.
fn own_certificate(own: &Own, now: Timestamp) -> Vec<Found> {
    let mut said = Vec::new();
    let end = own.pair.not_after;
    let put = "put a renewed one into the files of `server.people_certificate` and `server.people_key`: it is taken up \
               without a restart";
    if now > end {
        let text = format!("your own certificate for people ended at {}", format_time(end));
        let mut found = Found::bad("own-ended", text, put);
        found.finding.at = Some(format_time(end));
        said.push(found);
    } else if end < now.plus_secs(CERTIFICATE_SOON_S) {
        let days = end.secs_since(now) / 86_400;
        let text = format!("your own certificate for people ends in {days} days");
        said.push(Found::warn("own-ends", text, put).amount(days as f64));
    }
    if let Some(why) = &own.refused {
        let text =
            format!("newer files of your own certificate were refused, the one before stays in use: {why}");
        let advice = "correct the files: the next start would refuse them too";
        said.push(Found::warn("own-refused", text, advice));
    }
    said
}

fn messages(outbox: &HealthOutbox, no_mail: bool) -> Found {
    match (outbox.dead, no_mail) {
        (dead @ 1.., _) => {
            let advice = "see why under messages, mend it, and send them again";
            Found::warn("messages-dead", format!("{dead} could not be delivered"), advice).amount(dead as f64)
        }
        (0, true) => {
            let text = "no mail server is set up: nobody is told anything by e-mail";
            Found::warn("no-mail", text, "set `mail.host` in fieldkeep.toml")
        }
        (0, false) => {
            let text = format!("{} on their way", outbox.waiting);
            Found::ok("messages-waiting", text).amount(outbox.waiting as f64)
        }
    }
}

fn clock(current: bool) -> Found {
    match current {
        true => Found::ok("clock-current", "looks at revocations as often as it should"),
        false => {
            let advice = "the database was away or the clock jumped: see the server's log";
            Found::bad("clock-old", "the last look at revocations is too old to go by", advice)
        }
    }
}

fn database(ms: f64) -> Found {
    match ms {
        ..ANSWER_MS_MAX => Found::ok("database-answers", format!("answers in {ms} ms")),
        _ => Found::warn(
            "database-slow",
            format!("took {ms} ms to answer"),
            "look at the load of its machine and disk",
        ),
    }
    .amount(ms)
}

fn readings(behind: u64) -> Found {
    match behind {
        0..=BEHIND_MAX => Found::ok("readings-current", "readings are read as they come"),
        _ => Found::warn(
            "readings-behind",
            format!("{behind} entries of the journal wait to be read"),
            "after a start this takes a while; if it grows, the machine is too slow for what arrives",
        ),
    }
    .amount(behind as f64)
}

fn journal(leaves: u64) -> Found {
    Found::ok("journal-entries", format!("{leaves} entries, none refused by the disk")).amount(leaves as f64)
}
