//! The checks of `doctor`, each a function that looks and gives its line. Never: writes, migrates or mends.

use super::Finding;
use crate::client::{Client, Error, Place};
use crate::commands::Env;
use crate::commands::serve::lock;
use crate::limits::{CERTIFICATE_DAYS_LOW, DISK_BYTES_LOW, DISK_BYTES_MIN, OWN_DAYS_LOW};
use crate::out::one_line;
use fieldkeep_domain::Timestamp;
use fieldkeep_server::Config;
use fieldkeep_server::app::Folder;
use fieldkeep_server::db::Db;
use fieldkeep_server::http::certificate::Own;
use fieldkeep_server::keys::Keys;
use fieldkeep_trust::keyring::{Keyring, KeyringError};
use fieldkeep_trust::x509;
use fieldkeep_wire::json::format_time;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const AUTHORITIES: [&str; 3] = ["root", "devices", "server"];
/// 2026-01-01: no deployment is older than its software.
const CLOCK_MIN: Timestamp = Timestamp::from_secs(1_767_225_600);
/// 2100-01-01.
const CLOCK_MAX: Timestamp = Timestamp::from_secs(4_102_444_800);
const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// Every check, in the order in which one thing needs the other.
pub(super) async fn all(env: &Env) -> Vec<Finding> {
    let folder = &env.folder;
    let now = env.clock.now();
    if !folder.path().is_dir() {
        let found = format!("{} is not there", folder.path().display());
        return vec![Finding::fail("folder", found, "set up a deployment with `fieldkeep init`")];
    }
    let mut findings = vec![private("folder", folder.path())];
    let (config, finding) = config(folder);
    findings.push(finding);
    let (keys, finding) = keys(folder);
    findings.push(finding);
    findings.push(operator_key(folder));
    findings.extend(AUTHORITIES.map(|name| certificate(folder, name, keys.as_ref(), now)));
    findings.push(root_key(folder));
    findings.extend(config.as_ref().and_then(|config| people(folder, config, now)));
    let (running, finding) = server(folder).await;
    findings.push(finding);
    findings.push(match (&config, &keys) {
        (Some(config), Some(keys)) => database(folder, config, keys, running).await,
        _ => Finding::warn("database", "not looked at: it needs config and keys", "mend these first"),
    });
    findings.extend(leaked(folder));
    findings.push(disk(folder.path()));
    findings.push(clock(folder, now));
    findings
}

/// With its causes, on one line.
fn why(error: impl Into<anyhow::Error>) -> String {
    one_line(&format!("{:#}", error.into()))
}

/// The folder, or a file in it, is its owner's alone.
fn private(check: &'static str, path: &Path) -> Finding {
    let shown = path.display();
    match std::fs::metadata(path).map(|found| found.permissions().mode() & 0o777) {
        Ok(mode) if mode & 0o077 == 0 => Finding::ok(check, format!("{shown}, mode {mode:03o}")),
        Ok(mode) => Finding::fail(
            check,
            format!("{shown} is open to others (mode {mode:03o})"),
            format!("restrict it with `chmod go-rwx {shown}`"),
        ),
        Err(error) => {
            Finding::fail(check, format!("{shown}: {error}"), "run as the user that the server runs as")
        }
    }
}

fn config(folder: &Folder) -> (Option<Config>, Finding) {
    let path = folder.config();
    match Config::load(&path) {
        Ok(config) => {
            let from = if path.exists() { path.display().to_string() } else { "the defaults".to_owned() };
            (Some(config), Finding::ok("config", from))
        }
        Err(error) => (None, Finding::fail("config", why(error), "correct the file; `serve` refuses it too")),
    }
}

fn keys(folder: &Folder) -> (Option<Keys>, Finding) {
    match Keyring::open(&folder.master_key(), &folder.keyring()) {
        Ok(keyring) => (Some(Keys::new(keyring)), Finding::ok("keys", "the master key opens the keyring")),
        Err(error) => {
            let advice = match &error {
                KeyringError::Exposed { .. } => "whoever read it before has every key: judge who could",
                _ => "bring back master.key and keyring as they were: without them nothing here can be read",
            };
            (None, Finding::fail("keys", why(error), advice))
        }
    }
}

fn operator_key(folder: &Folder) -> Finding {
    let path = folder.operator_key();
    if path.exists() {
        return private("operator", &path);
    }
    Finding::ok("operator", "operator.key was taken away; commands need `--key FILE`")
}

/// Without a filter there is nothing to say: it is the operator's to build.
fn leaked(folder: &Folder) -> Option<Finding> {
    let (check, path) = ("leaked", folder.leaked_filter());
    match fieldkeep_server::account::check_leaked(&path) {
        Ok(None) => None,
        Ok(Some(bytes)) => Some(Finding::ok(check, format!("{}, {bytes} bytes", path.display()))),
        Err(error) => {
            let advice = "nobody can set a password until it is built again with `fieldkeep user leaked --list FILE`, or taken away";
            Some(Finding::fail(check, format!("{}: {error}", path.display()), advice))
        }
    }
}

fn certificate(folder: &Folder, name: &str, keys: Option<&Keys>, now: Timestamp) -> Finding {
    let check = "authority";
    let path = folder.certificate(name);
    let shown = path.display();
    let fail = |found: String| Finding::fail(check, found, format!("bring {shown} back as `init` made it"));
    let read = |path: &Path| {
        let pem = std::fs::read_to_string(path).map_err(why)?;
        x509::from_pem(&pem).map(|mut all| all.swap_remove(0)).map_err(why)
    };
    let der = match read(&path) {
        Ok(der) => der,
        Err(error) => return fail(format!("{shown}: {error}")),
    };
    let facts = match x509::facts(&der) {
        Ok(facts) => facts,
        Err(error) => return fail(format!("{shown}: {error}")),
    };
    if !read(&folder.certificate("root")).is_ok_and(|root| x509::is_signed_by(&der, &root)) {
        return fail(format!("{shown} does not come from this deployment's root"));
    }
    let key = keys.filter(|_| name != "root").map(|keys| keys.authority(name, der.clone()));
    if let Some(Err(error)) = key {
        return fail(format!("{shown} and its key: {error}"));
    }
    validity(check, name, now, facts.not_before, facts.not_after)
}

fn validity(check: &'static str, name: &str, now: Timestamp, begin: Timestamp, end: Timestamp) -> Finding {
    let days = end.secs_since(now) / 86_400;
    let found = format!("{name} is valid until {} ({days} days)", format_time(end));
    let renew = "the authorities must be renewed with the root's key and its passphrase";
    if now < begin {
        let found = format!("{name} is valid only from {}", format_time(begin));
        return Finding::fail(check, found, "set this machine's clock");
    }
    match days {
        ..0 => Finding::fail(check, format!("{name} ended at {}", format_time(end)), renew),
        0..CERTIFICATE_DAYS_LOW => Finding::warn(check, found, renew),
        _ => Finding::ok(check, found),
    }
}

/// The operator's own certificate, where one is set.
fn people(folder: &Folder, config: &Config, now: Timestamp) -> Option<Finding> {
    let check = "people";
    let own = match Own::load(config, folder, now) {
        Ok(own) => own?,
        Err(error) => {
            let advice = "correct the files: a running server keeps the certificate it has, but the next start is refused; \
                          without both keys it starts with the built-in one";
            return Some(Finding::fail(check, why(error), advice));
        }
    };
    let end = own.pair.not_after;
    let days = end.secs_since(now) / 86_400;
    let found = format!(
        "{} shows your own certificate, valid until {} ({days} days)",
        config.server.people_name,
        format_time(end)
    );
    Some(match days {
        ..OWN_DAYS_LOW => {
            Finding::warn(check, found, "renew its files: the server takes them up without a restart")
        }
        _ => Finding::ok(check, found),
    })
}

fn root_key(folder: &Folder) -> Finding {
    let path = folder.root_key();
    if !path.exists() {
        return Finding::ok("root key", "root.key.sealed was moved away");
    }
    Finding::warn(
        "root key",
        format!("{} is still on this machine", path.display()),
        "move it to a place without a network; it is needed only to renew the authorities",
    )
}

/// Whether a server runs on the folder, and how it is.
async fn server(folder: &Folder) -> (bool, Finding) {
    let check = "server";
    let locked = folder.path().join("serve.lock").exists() && matches!(lock(folder), Ok(None));
    let place = match Place::read(folder.path()) {
        Ok(place) => place,
        Err(Error::NotRunning { .. }) if locked => {
            return (true, Finding::warn(check, "starting or stopping", "look again in a moment"));
        }
        Err(Error::NotRunning { .. }) => return (false, Finding::ok(check, "not running")),
        Err(error) => {
            return (locked, Finding::fail(check, why(error), "stop the server and start it again"));
        }
    };
    let client = match Client::new(&place) {
        Ok(client) => client,
        Err(error) => return (locked, Finding::fail(check, why(error), "see the line of root.pem")),
    };
    match (client.answers().await, locked) {
        (Ok(()), _) => (true, readiness(check, &client).await),
        (Err(error), true) => {
            (true, Finding::fail(check, why(error), "see its log; stop it and start it again"))
        }
        (Err(_), false) => (
            false,
            Finding::warn(
                check,
                format!("not running; it left its address {} behind, so it was killed", client.base()),
                "start it with `fieldkeep serve`: it repairs what was open",
            ),
        ),
    }
}

async fn readiness(check: &'static str, client: &Client) -> Finding {
    match client.ready().await {
        Ok(Ok(())) => Finding::ok(check, format!("running and ready at {}", client.base())),
        Ok(Err(why)) => Finding::fail(check, format!("running, but not ready: {why}"), "see its log"),
        Err(error) => Finding::fail(check, format!("running; its monitor: {}", why(error)), "see its log"),
    }
}

async fn database(folder: &Folder, config: &Config, keys: &Keys, running: bool) -> Finding {
    let check = "database";
    let embedded = config.database.url.is_empty();
    let what = if embedded { "embedded, encrypted" } else { "PostgreSQL" };
    if running {
        return Finding::ok(check, format!("{what}; the server has it: its readiness counts"));
    }
    if embedded && !folder.database().exists() {
        // Opening would make an empty one.
        let found = format!("{} is not there", folder.database().display());
        return Finding::fail(check, found, "restore it from a backup; `init` overwrites nothing");
    }
    let open = async {
        let db = if embedded {
            Db::embedded(&folder.database(), &keys.database()?).await?
        } else {
            Db::postgres(&config.database.url).await?
        };
        let answer = db.ping().await;
        db.close().await;
        answer.map_err(anyhow::Error::from)
    };
    match open.await {
        Ok(()) => Finding::ok(check, format!("{what}; it opens and answers")),
        Err(error) => {
            Finding::fail(check, why(error), "nothing was changed; restore it, or correct `database.url`")
        }
    }
}

fn disk(path: &Path) -> Finding {
    let check = "disk";
    let free = match rustix::fs::statvfs(path) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Finding::fail(check, error.to_string(), "see the folder's file system"),
    };
    let found = format!("{:.1} GiB free", free as f64 / GIB);
    let advice = "make room: a full disk stops the server from acknowledging anything";
    match free {
        ..DISK_BYTES_MIN => Finding::fail(check, found, advice),
        DISK_BYTES_MIN..DISK_BYTES_LOW => Finding::warn(check, found, advice),
        _ => Finding::ok(check, found),
    }
}

fn clock(folder: &Folder, now: Timestamp) -> Finding {
    let check = "clock";
    let shown = format_time(Timestamp::from_secs(now.as_secs()));
    let advice = "set it and keep it by NTP: readings and certificates are judged by it";
    if !(CLOCK_MIN..CLOCK_MAX).contains(&now) {
        return Finding::fail(check, format!("{shown} cannot be"), advice);
    }
    let written = std::fs::metadata(folder.keyring()).and_then(|found| found.modified()).ok();
    let written = written.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let written = written.and_then(|since| i64::try_from(since.as_secs()).ok());
    match written {
        Some(written) if written > now.as_secs() + 60 => {
            let written = format_time(Timestamp::from_secs(written));
            Finding::warn(check, format!("{shown}, but the keyring was written at {written}"), advice)
        }
        _ => Finding::ok(check, shown),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::*;

    #[test]
    fn ends_of_certificates_are_told_in_time() {
        let of = |now_days: i64| {
            let at = |days: i64| Timestamp::from_secs(days * 86_400);
            validity("authority", "server", at(now_days), at(100), at(1_000)).outcome
        };
        assert_eq!(of(99), Outcome::Fail);
        assert_eq!(of(100), Outcome::Ok);
        assert_eq!(of(1_000 - CERTIFICATE_DAYS_LOW), Outcome::Ok);
        assert_eq!(of(1_001 - CERTIFICATE_DAYS_LOW), Outcome::Warn);
        assert_eq!(of(1_001), Outcome::Fail);
    }

    #[test]
    fn an_absurd_clock_fails() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path());
        let of = |seconds| clock(&folder, Timestamp::from_secs(seconds)).outcome;
        assert_eq!(of(0), Outcome::Fail);
        assert_eq!(of(1_800_000_000), Outcome::Ok);
        assert_eq!(of(4_102_444_801), Outcome::Fail);
        std::fs::write(folder.keyring(), "x").unwrap();
        assert_eq!(of(CLOCK_MIN.as_secs()), Outcome::Warn);
    }

    #[test]
    fn what_others_may_read_fails() {
        let folder = tempfile::tempdir().unwrap();
        let set =
            |mode| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        set(0o700);
        assert_eq!(private("folder", folder.path()).outcome, Outcome::Ok);
        set(0o750);
        assert_eq!(private("folder", folder.path()).outcome, Outcome::Fail);
        assert_eq!(private("folder", &folder.path().join("absent")).outcome, Outcome::Fail);
    }

    #[tokio::test]
    async fn a_folder_without_a_server_is_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path());
        let (running, finding) = server(&folder).await;
        assert_eq!((running, finding.outcome), (false, Outcome::Ok));
        assert!(!folder.path().join("serve.lock").exists());
        assert_eq!(disk(folder.path()).check, "disk");
    }
}
