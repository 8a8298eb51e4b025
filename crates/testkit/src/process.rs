//! The real server as a process of its own: started, told to stop, or killed where it stands.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a process may take to listen or to end; what takes longer is a failed test.
const PATIENCE: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_millis(5);

/// A built program of the workspace: beside a program of ours, or above the folder of a test's executable.
pub fn binary(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let beside = own.with_file_name(name);
    let path = if beside.exists() { beside } else { own.parent().and_then(Path::parent).unwrap().join(name) };
    assert!(
        path.exists(),
        "{} is missing: build the programs first, `cargo build --workspace --bins`, or run `cargo xtask test`",
        path.display()
    );
    path
}

/// Waits until `done` gives something, in short glances and not for ever.
pub fn wait_until<T>(what: &str, patience: Duration, mut done: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + patience;
    loop {
        if let Some(found) = done() {
            return found;
        }
        assert!(Instant::now() < end, "{what}: not within {patience:?}");
        std::thread::sleep(GLANCE);
    }
}

/// `fieldkeep serve` on a data folder. Killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Mutex<Child>,
    /// Where people and devices connect.
    pub address: SocketAddr,
    /// Where health and metrics are.
    pub monitor: SocketAddr,
}

impl Process {
    /// Starts it and waits until it listens. Its log is appended to `log`.
    pub fn serve(data: &Path, log: &Path) -> Self {
        // A killed server leaves its address behind: the one that is read below must be the new one.
        let address = data.join("address");
        let _ = std::fs::remove_file(&address);
        let file = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        let mut child = Command::new(binary("fieldkeep"))
            .args(["serve", "--data"])
            .arg(data)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .unwrap();
        let (at, monitor) = wait_until("the server listens", PATIENCE, || {
            if let Some(status) = child.try_wait().unwrap() {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                panic!("the server ended at its start with {status}:\n{said}");
            }
            listening(&address)
        });
        Self { child: Mutex::new(child), address: at, monitor }
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child().id()
    }

    /// SIGKILL, and gone when this returns.
    pub fn kill(&self) {
        let mut child = self.child();
        let _ = child.kill();
        child.wait().unwrap();
    }

    /// SIGTERM: as an operator stops it. Returns at once.
    pub fn terminate(&self) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// How it ended.
    pub fn ended(&self) -> ExitStatus {
        wait_until("the server ends", PATIENCE, || self.child().try_wait().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The ports out of DIR/address; none while it is not there or half written.
fn listening(path: &Path) -> Option<(SocketAddr, SocketAddr)> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut lines = text.strip_suffix('\n')?.lines().skip(1);
    Some((lines.next()?.parse().ok()?, lines.next()?.parse().ok()?))
}
