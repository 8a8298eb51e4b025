//! `fieldkeep serve`: the server, until it is told to stop. Never: two servers on one data folder.

use super::Env;
use crate::exit::Exit;
use crate::simulator::Agents;
use anyhow::{Context, Result, bail};
use fieldkeep_server::Config;
use fieldkeep_server::app::{self, Folder, Given, Running};
use fieldkeep_server::simulated::Simulator;
use serde_json::json;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::IsTerminal;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Run the server until SIGINT or SIGTERM
///
/// Reads fieldkeep.toml in the data folder; everything in it is checked before a port is bound. The log goes to stderr,
/// with --json as JSON; RUST_LOG chooses what is logged. What was acknowledged is finished before the server ends.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep serve --data ./fieldkeep-data")]
pub struct Args {}

/// Runs it.
pub async fn run(_: Args, env: &Env) -> Result<Exit> {
    let anything = [
        env.folder.keyring(),
        env.folder.master_key(),
        env.folder.database(),
        env.folder.certificate("root"),
    ];
    // With a part of it there, start-up says which part is missing: setting up anew would be the wrong advice.
    if !anything.iter().any(|path| path.exists()) {
        bail!(
            "{} holds no deployment: set one up with `fieldkeep init --data {}`",
            env.data().display(),
            env.data().display()
        );
    }
    let config = Config::load(&env.folder.config())?;
    let Some(_lock) = lock(&env.folder)? else {
        bail!("a server is already running on {}; nothing was changed", env.data().display());
    };
    log(env)?;
    keep_memory_out_of_dumps();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let agents = Agents::beside().map(Arc::new);
    let simulator = agents.clone().map(|agents| agents as Arc<dyn Simulator>);
    let given = Given { simulator, files: fieldkeep_console::file };
    let running = app::start_with(env.folder.clone(), config, env.clock.clone(), given).await?;
    let invitation = match fieldkeep_server::account::invite::first(&running.app).await {
        Ok(invitation) => invitation,
        Err(fault) => {
            end(agents, running).await;
            return Err(fault.into());
        }
    };
    announce(env, &running, invitation)?;
    told(&mut interrupt, &mut terminate).await;
    env.out.note("stopping: what was acknowledged is finished first; once more stops at once");
    tokio::select! {
        () = end(agents, running) => Ok(Exit::Done),
        () = told(&mut interrupt, &mut terminate) => bail!("stopped at once: the next start repairs what was open"),
    }
}

/// The simulated devices first: what they have sent is finished with everything else.
async fn end(agents: Option<Arc<Agents>>, running: Running) {
    if let Some(agents) = agents {
        agents.end().await;
    }
    running.stop().await;
}

async fn told(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn announce(env: &Env, running: &Running, invitation: Option<String>) -> Result<()> {
    let server = &running.app.config.server;
    let port = running.address.port();
    let people = format!("https://{}:{port}", server.people_name);
    let devices = format!("https://{}:{port}", server.devices_name);
    env.out.note(format_args!(
        "listening on {}: {people} for people and programs, {devices} for devices; health and metrics on http://{}",
        running.address, running.monitor
    ));
    let console = running.console.map(|address| format!("http://localhost:{}", address.port()));
    if let Some(console) = &console {
        env.out.note(format_args!("console on this machine alone: {console}"));
    }
    if let Some(link) = &invitation {
        env.out.note(format_args!(
            "nobody has an account yet; the first administrator joins with this link, once, within seven days:\n  {link}"
        ));
        if console.is_none() && server.people_certificate.is_empty() {
            env.out.note(
                "browsers do not know its certificate yet, and passkeys do not work behind a warning. First one of these:\n  \
                 fieldkeep trust show, compare, then sudo fieldkeep trust install\n  \
                 server.people_certificate and server.people_key in fieldkeep.toml, for a certificate of your own\n  \
                 console.loopback = \"127.0.0.1:8480\" there, for a first look on this machine alone",
            );
        }
    }
    if env.out.is_json() {
        let answer = json!({
            "invitation": invitation,
            "address": running.address, "people": people, "devices": devices, "monitor": running.monitor,
            "console": console,
        });
        env.out.raw(&format!("{answer}\n"))?;
    }
    Ok(())
}

fn log(env: &Env) -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let set = if env.out.is_json() {
        subscriber.json().try_init()
    } else {
        subscriber.with_ansi(std::io::stderr().is_terminal()).try_init()
    };
    set.map_err(|error| anyhow::anyhow!("the log cannot be set up: {error}"))
}

/// Keys are in this process's memory; a dump of it would carry them to the disk. Not dumpable also means that no other
/// user may read the memory of the process (prctl(2), PR_SET_DUMPABLE).
fn keep_memory_out_of_dumps() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "core dumps of this process may hold keys: forbid them with `ulimit -c 0`");
    }
}

/// Takes the data folder for one server; `None` while another has it. The system gives it back, however that one ends.
pub(super) fn lock(folder: &Folder) -> Result<Option<File>> {
    let path = folder.path().join("serve.lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = file.with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path());
        let first = lock(&folder).unwrap();
        assert!(first.is_some());
        assert!(lock(&folder).unwrap().is_none());
        drop(first);
        assert!(lock(&folder).unwrap().is_some());
    }
}
