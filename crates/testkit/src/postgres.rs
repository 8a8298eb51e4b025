//! A real PostgreSQL, thrown away with the process: its own cluster on its own socket, run by another user when the
//! tests run as root, because PostgreSQL refuses root.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    socket: PathBuf,
    /// Held open: when this process ends, the keeper stops the cluster and removes it.
    _keeper: Option<Child>,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(0);

/// The variable by which one cluster serves every test process of a run: the folder of its socket.
pub const SOCKET_VARIABLE: &str = "FIELDKEEP_TEST_POSTGRES";

/// Address of a fresh, empty database.
pub fn fresh_database() -> String {
    CLUSTER.get_or_init(Cluster::start).database()
}

fn database_at(socket: &Path) -> String {
    // A long run uses process numbers twice.
    let now = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_micros());
    let name = format!("t{}_{}_{now}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let status = Command::new(binary("psql"))
        .args(["-q", "-h"])
        .arg(socket)
        .args(["-U", "postgres", "-d", "postgres", "-c", &format!("CREATE DATABASE {name}")])
        .status()
        .unwrap();
    assert!(status.success(), "psql cannot make a database");
    format!("postgres://postgres@localhost/{name}?host={}", socket.display())
}

/// Runs a statement with psql and gives back what it prints.
pub fn psql(url: &str, statement: &str) -> String {
    let output = Command::new(binary("psql")).args(["-qAtX", url, "-c", statement]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn binary(name: &str) -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin").join(name)).collect())
        .unwrap_or_default();
    versions.retain(|path| path.exists());
    versions.sort();
    versions.pop().unwrap_or_else(|| PathBuf::from(name))
}

/// A command that runs as the `postgres` user where we are root.
fn as_other(program: &Path) -> Command {
    let root =
        std::fs::metadata("/proc/self").map(|meta| std::os::unix::fs::MetadataExt::uid(&meta)).unwrap() == 0;
    if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        return command;
    }
    Command::new(program)
}

fn run(command: &mut Command) {
    let output = command.current_dir("/").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

impl Cluster {
    fn start() -> Self {
        if let Some(socket) = std::env::var_os(SOCKET_VARIABLE) {
            return Self { socket: socket.into(), _keeper: None };
        }
        let own = std::env::current_exe().unwrap();
        let program = own.parent().and_then(Path::parent).unwrap().join("test-postgres");
        let mut keeper = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{}: {error}; build it with `cargo build -p fieldkeep-testkit --bins`",
                    program.display()
                )
            });
        let mut socket = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut socket).unwrap();
        assert!(!socket.trim().is_empty(), "PostgreSQL does not start: run test-postgres by hand to see why");
        Self { socket: socket.trim().into(), _keeper: Some(keeper) }
    }

    /// Starts a cluster in a folder; the caller stops it.
    pub fn start_in(folder: &Path) -> Self {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
        let data = folder.join("data");
        run(as_other(&binary("initdb"))
            .args(["-U", "postgres", "-A", "trust", "--no-sync", "-D"])
            .arg(&data));
        Self::start_again_in(folder);
        Self { socket: folder.to_owned(), _keeper: None }
    }

    /// Starts a cluster again that was stopped.
    pub fn start_again_in(folder: &Path) {
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories={} -c max_connections=200 -c fsync=on",
            folder.display()
        );
        run(as_other(&binary("pg_ctl"))
            .args(["-w", "-D"])
            .arg(folder.join("data"))
            .args(["-o", &options, "-l"])
            .arg(folder.join("log"))
            .arg("start"));
    }

    /// Address of a fresh, empty database in it.
    pub fn database(&self) -> String {
        database_at(&self.socket)
    }

    /// Stops a cluster that [`Self::start_in`] started.
    pub fn stop_in(folder: &Path) {
        let _ = as_other(&binary("pg_ctl"))
            .args(["-w", "-m", "immediate", "-D"])
            .arg(folder.join("data"))
            .arg("stop")
            .output();
    }
}
