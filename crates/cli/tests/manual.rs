//! The session of docs/manual/device-api.md works as it stands there: every bash block, in order, as one script.

#![expect(clippy::unwrap_used, reason = "tests say at once what is wrong")]

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const TIME_MAX: Duration = Duration::from_secs(120);

/// What the session shows when every step did what the manual says, in this order.
const MARKS: [&str; 9] = [
    "ready\n",
    r#""state":"claiming""#,
    r#""state":"claimed""#,
    "installed",
    "\n200\n",
    "outside-range",
    "\n409\n",
    "2026-11-23T10:00:00Z            4.2\n",
    r#"{"readings":[{"time":"2026-11-23T10:00:00Z","value":4.2,"#,
];

/// The bash blocks of a document, in order, and how many they are.
fn bash_blocks(document: &str) -> (String, usize) {
    let (mut script, mut count, mut inside) = (String::new(), 0, false);
    for line in document.lines() {
        match line {
            "```bash" => {
                inside = true;
                count += 1;
            }
            "```" => inside = false,
            code if inside => {
                script.push_str(code);
                script.push('\n');
            }
            _ => {}
        }
    }
    (script, count)
}

/// Two ports that were free a moment ago.
fn free_ports() -> [u16; 2] {
    let listeners = [(), ()].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// A script with everything that it started: all of it ends with the test, however that ends.
struct Group(u32);

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.0);
        let _ =
            Command::new("bash").args(["-c", "kill -KILL -- \"$1\" 2>/dev/null", "kill", &group]).status();
    }
}

/// Waits for its end, but not longer than it may take.
fn ended(mut child: Child) -> Option<ExitStatus> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(child.wait()));
    told.recv_timeout(TIME_MAX).ok().map(|status| status.unwrap())
}

/// Runs a script in a folder as its own process group; `None` when it did not end in time.
fn run(script: &Path, folder: &Path, output: &Path) -> Option<ExitStatus> {
    // Into a file: a pipe would stay open as long as the server that the session starts.
    let shown = File::create(output).unwrap();
    // fieldkeep-agent stands beside it, should the session want it.
    let programs = Path::new(env!("CARGO_BIN_EXE_fieldkeep")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
    let [port, monitor] = free_ports();
    let child = Command::new("bash")
        .arg(script)
        .current_dir(folder)
        .env("PATH", path)
        .env("FK_PORT", port.to_string())
        .env("FK_MONITOR", monitor.to_string())
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(shown.try_clone().unwrap())
        .stderr(shown)
        .process_group(0)
        .spawn()
        .unwrap();
    let _group = Group(child.id());
    ended(child)
}

#[test]
fn the_session_of_the_manual_works_when_pasted() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manual/device-api.md");
    let (session, blocks) = bash_blocks(&std::fs::read_to_string(manual).unwrap());
    assert!(blocks >= 15, "{blocks} bash blocks found in the manual");

    let folder = tempfile::tempdir().unwrap();
    let (script, output) = (folder.path().join("session.sh"), folder.path().join("output.txt"));
    std::fs::write(&script, format!("set -euo pipefail\n{session}")).unwrap();
    let status = run(&script, folder.path(), &output);

    let shown = String::from_utf8_lossy(&std::fs::read(&output).unwrap()).into_owned();
    let log = std::fs::read_to_string(folder.path().join("fieldkeep-tour/serve.log")).unwrap_or_default();
    let said = format!("the session said:\n{shown}\nthe server said:\n{log}");
    let status = status.unwrap_or_else(|| panic!("no end after {TIME_MAX:?}; {said}"));
    assert!(status.success(), "{status}; {said}");
    let mut from = 0;
    for mark in MARKS {
        let at = shown[from..].find(mark).unwrap_or_else(|| panic!("`{mark}` is missing; {said}"));
        from += at + mark.len();
    }
}

#[test]
fn only_bash_blocks_are_run() {
    let document = "a\n```bash\none\ntwo\n```\n```text\nthree\n```\nfour\n```bash\nfive\n```\n";
    assert_eq!(bash_blocks(document), ("one\ntwo\nfive\n".to_owned(), 2));
}
