//! The binary itself: killed at any moment, and never listening.

use crate::common::{Server, until};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

fn agent(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldkeep-agent"));
    command.args(["run", "--data"]).arg(data).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

fn sensing(data: &Path) -> Child {
    agent(data, &["--sensors", "--period", "0.002"]).spawn().unwrap()
}

/// Killed while it spools, with the server away and with the server there: no number is ever used for two contents,
/// and whatever was synced arrives once.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_no_number_is_reused() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    for round in 0..12u64 {
        if round % 3 == 1 {
            server.stop().await;
        }
        let mut child = sensing(&data);
        tokio::time::sleep(Duration::from_millis(150 + round * 37 % 200)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        if round % 3 == 1 {
            server.resume().await;
        }
    }
    let output = tokio::task::spawn_blocking(move || agent(&data, &["--once", "--json"]).output().unwrap());
    let output = output.await.unwrap();
    assert!(output.status.success());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["pending"], 0);
    let state = server.state();
    assert_eq!((state.forks, state.lost), (0, 0));
    assert!(state.stored > 20, "{}", state.stored);
    assert!(state.head.unwrap().epoch >= 10);
}

/// Sockets of the process that listen (TCP) or are bound without a peer (UDP).
fn open_doors(pid: u32) -> Vec<String> {
    let own: Vec<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok()?.to_str().map(str::to_owned))
        .filter_map(|link| Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    assert!(!own.is_empty(), "a running agent has a connection");
    let mut doors = Vec::new();
    for (table, state) in [("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")] {
        let text = std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if fields[3] == state && own.iter().any(|inode| inode == fields[9]) {
                doors.push(line.to_owned());
            }
        }
    }
    doors
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_agent_listens_nowhere() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let mut child = sensing(&data);
    until("it sends", || server.state().stored > 3).await;
    let doors = open_doors(child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(doors.is_empty(), "{doors:?}");
}

/// Whoever starts an agent for a simulated device may be killed: the other end of the pipe goes with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_tied_agent_ends_in_order_with_its_standard_input() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let mut command = agent(&data, &["--simulate", "--period", "0.05", "--until-stdin-ends"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    until("it sends", || server.state().stored > 1).await;
    assert!(child.try_wait().unwrap().is_none(), "it goes on while somebody holds the pipe");
    drop(child.stdin.take());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("acknowledged"));
}

/// A day of the past, one instant a minute, and the reading of now.
#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_past_is_sent_before_the_present() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let mut command = agent(&data, &["--simulate", "--history", "1", "--once", "--json"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["readings"], &report["pending"]), (&(4 * 1_441).into(), &0.into()));
}
