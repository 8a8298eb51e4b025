//! Simulated devices of a server: one agent process for each, the same program that a real device runs.
//!
//! An agent's standard input is a pipe that this process holds. However this process ends, the pipe ends with it, and the
//! agent stops. Should one be left over all the same, its folder is locked, and a second one waits until it is gone.
//!
//! Never: does anything for a device that its agent does not do by itself.

use crate::limits::{AGENT_LOG_BYTES_MAX, AGENT_PAUSE_S_MAX, AGENT_STOP_S_MAX, AGENT_WAIT_S};
use crate::processes;
use fieldkeep_domain::DeviceId;
use fieldkeep_server::simulated::Simulator;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Seconds between two readings: a chart moves while somebody looks.
const PERIOD_S: &str = "2";
/// An agent that worked so long had no trouble with its start.
const WORKED: Duration = Duration::from_secs(60);

/// The agents of a server.
#[derive(Debug)]
pub struct Agents {
    program: PathBuf,
    stop: CancellationToken,
    running: Mutex<HashMap<DeviceId, Kept>>,
}

/// One that is kept running.
#[derive(Debug)]
struct Kept {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Agents {
    /// With the agent's program, where it stands beside this one.
    pub fn beside() -> Option<Self> {
        processes::beside().ok().filter(|program| program.is_file()).map(Self::of)
    }

    fn of(program: PathBuf) -> Self {
        Self { program, stop: CancellationToken::new(), running: Mutex::default() }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<DeviceId, Kept>> {
        // A panic elsewhere leaves the map whole.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all of them and waits until they are gone.
    pub async fn end(&self) {
        self.stop.cancel();
        let kept: Vec<Kept> = self.running().drain().map(|(_, kept)| kept).collect();
        for one in kept {
            let _ = one.task.await;
        }
    }
}

impl Simulator for Agents {
    fn enroll(&self, folder: &Path) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'static>> {
        let work = Work { program: self.program.clone(), folder: folder.to_owned() };
        let stop = self.stop.child_token();
        Box::pin(async move {
            match work.enroll(AGENT_WAIT_S, &stop).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(format!("its agent failed; see {}", work.log_path().display())),
                Err(error) => Err(format!("its agent cannot be started: {error}")),
            }
        })
    }

    fn run(&self, device: DeviceId, folder: &Path) {
        let mut running = self.running();
        if self.stop.is_cancelled() || running.contains_key(&device) {
            return;
        }
        let work = Work { program: self.program.clone(), folder: folder.to_owned() };
        let stop = self.stop.child_token();
        let task = tokio::spawn(keep(work, device, stop.clone()));
        running.insert(device, Kept { stop, task });
    }

    fn stop(&self, device: DeviceId) {
        if let Some(kept) = self.running().remove(&device) {
            kept.stop.cancel();
        }
    }
}

/// Starts the agent again whenever it ends, after pauses that grow as long as it does not get to work.
async fn keep(work: Work, device: DeviceId, stop: CancellationToken) {
    let mut failures = 0;
    while !stop.is_cancelled() {
        let begun = Instant::now();
        match work.once(&stop).await {
            Ok(()) => tracing::info!(%device, "simulated.agent ended"),
            Err(error) => tracing::warn!(%device, %error, "simulated.agent cannot be started"),
        }
        failures = if begun.elapsed() > WORKED { 0 } else { failures + 1 };
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(pause(failures)) => {}
        }
    }
}

/// 1 s, 2 s, 4 s and so on, up to a minute.
fn pause(failures: u32) -> Duration {
    let seconds = 1u64 << failures.saturating_sub(1).min(6);
    Duration::from_secs(seconds.min(AGENT_PAUSE_S_MAX))
}

/// One device's agent.
#[derive(Debug)]
struct Work {
    program: PathBuf,
    /// The bundle; the agent's own folder lies in it.
    folder: PathBuf,
}

impl Work {
    fn data(&self) -> PathBuf {
        self.folder.join("agent")
    }
    fn log_path(&self) -> PathBuf {
        self.folder.join("agent.log")
    }

    /// What it says, in a file that does not grow for ever.
    fn log(&self) -> io::Result<File> {
        let path = self.log_path();
        let long = std::fs::metadata(&path).is_ok_and(|meta| meta.len() > AGENT_LOG_BYTES_MAX);
        let mut options = OpenOptions::new();
        options.create(true).mode(0o600);
        if long { options.write(true).truncate(true).open(path) } else { options.append(true).open(path) }
    }

    fn start(&self, arguments: &[&str]) -> io::Result<Tied> {
        let mut command = Command::new(&self.program);
        command.arg("--until-stdin-ends").args(arguments).arg("--data").arg(self.data());
        if arguments.first() == Some(&"enroll") {
            command.arg("--bundle").arg(&self.folder);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(self.log()?).kill_on_drop(true);
        let mut child = command.spawn()?;
        // Taken out, because waiting for a child closes what is still in it.
        let stdin = child.stdin.take();
        Ok(Tied { child, stdin })
    }

    /// Whether it is enrolled now. Safe to repeat.
    async fn enroll(&self, wait_s: u64, stop: &CancellationToken) -> io::Result<bool> {
        let agent = self.start(&["enroll", "--wait", &wait_s.to_string()])?;
        Ok(agent.until(stop).await?.is_some_and(|status| status.success()))
    }

    /// Enrols where that was not done, then measures until something ends it.
    async fn once(&self, stop: &CancellationToken) -> io::Result<()> {
        if !self.data().join("api.key").is_file() && !self.enroll(AGENT_WAIT_S, stop).await? {
            return Ok(());
        }
        self.start(&["run", "--simulate", "--period", PERIOD_S])?.until(stop).await.map(drop)
    }
}

/// A process that ends with its standard input.
struct Tied {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Tied {
    /// Waits until it ends, and how; or ends it when it should stop: none then.
    async fn until(mut self, stop: &CancellationToken) -> io::Result<Option<ExitStatus>> {
        tokio::select! {
            status = self.child.wait() => return status.map(Some),
            () = stop.cancelled() => {}
        }
        drop(self.stdin.take());
        if timeout(Duration::from_secs(AGENT_STOP_S_MAX), self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let seconds: Vec<u64> = [1, 2, 3, 7, 8, 1_000].map(|failures| pause(failures).as_secs()).to_vec();
        assert_eq!(seconds, [1, 2, 4, AGENT_PAUSE_S_MAX, AGENT_PAUSE_S_MAX, AGENT_PAUSE_S_MAX]);
    }

    /// An agent of a few lines: it says that it was started, and waits for the end of its standard input.
    fn stand_in(folder: &Path, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.join("stand-in");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[tokio::test]
    async fn an_agent_that_fails_to_enrol_is_said_to_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let agents = Agents::of(stand_in(folder.path(), "echo no >&2; exit 3"));
        let why = agents.enroll(folder.path()).await.unwrap_err();
        assert!(why.contains("agent.log"), "{why}");
        assert_eq!(std::fs::read_to_string(folder.path().join("agent.log")).unwrap(), "no\n");
        let agents = Agents::of(folder.path().join("nothing"));
        assert!(agents.enroll(folder.path()).await.unwrap_err().contains("cannot be started"));
    }

    #[tokio::test]
    async fn the_end_of_the_server_is_the_end_of_its_agents() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("agent")).unwrap();
        std::fs::write(folder.path().join("agent/api.key"), "x").unwrap();
        let agents = Agents::of(stand_in(folder.path(), "echo began >&2; cat; echo ended >&2"));
        let device = DeviceId::from_random([1; 16]);
        agents.run(device, folder.path());
        agents.run(device, folder.path());
        let log = folder.path().join("agent.log");
        while !std::fs::read_to_string(&log).is_ok_and(|text| text.contains("began")) {
            tokio::task::yield_now().await;
        }
        agents.end().await;
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "began\nended\n");
        agents.run(device, folder.path());
        assert!(agents.running().is_empty(), "nothing is started once everything ends");
    }
}
