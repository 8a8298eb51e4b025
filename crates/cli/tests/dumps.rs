//! A server that crashes leaves no image of its memory behind.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Starts a command that may dump its core in a folder, waits for `ready`, and aborts it; whether it dumped.
fn dumps(command: &str, folder: &Path, ready: impl Fn() -> bool) -> bool {
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -c unlimited; exec {command}")])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !ready() {
        assert!(begun.elapsed() < Duration::from_secs(30), "`{command}` is not ready");
        std::thread::yield_now();
    }
    let aborted = Command::new("kill").args(["-ABRT", &child.id().to_string()]).status().unwrap();
    assert!(aborted.success());
    child.wait().unwrap().core_dumped()
}

#[test]
fn a_crash_leaves_no_image_of_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let started = folder.path().join("started");
    let control = format!("sh -c 'touch {}; exec sleep 30'", started.display());
    if !dumps(&control, folder.path(), || started.exists()) {
        eprintln!(
            "skipped: nothing dumps its core on this machine, so a server that does not proves nothing"
        );
        return;
    }
    let program = env!("CARGO_BIN_EXE_fieldkeep");
    let data = folder.path().join("data");
    let config = folder.path().join("fieldkeep.toml");
    std::fs::write(&config, "[server]\nlisten = \"127.0.0.1:0\"\n[monitor]\nlisten = \"127.0.0.1:0\"\n")
        .unwrap();
    let init = Command::new(program)
        .args(["init", "--data"])
        .arg(&data)
        .arg("--config")
        .arg(&config)
        .output()
        .unwrap();
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    let serve = format!("{program} serve --data {}", data.display());
    assert!(
        !dumps(&serve, folder.path(), || data.join("address").exists()),
        "the server's memory was dumped"
    );
}
