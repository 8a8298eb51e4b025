//! Other programs of ours as processes: the server and the agents, as anybody would start them. Never: left behind.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// How long the server may take to listen.
const START_S_MAX: u64 = 30;

/// Where the agent's program is, or should be: beside this one.
pub fn beside() -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot find this program's own file")?;
    Ok(own.with_file_name("fieldkeep-agent"))
}

/// The agent's program.
pub fn agent_program() -> Result<PathBuf> {
    let agent = beside()?;
    if !agent.exists() {
        bail!("{} is missing: build it with `cargo build -p fieldkeep-agent`", agent.display());
    }
    Ok(agent)
}

fn log(data: &Path, name: &str) -> Result<Stdio> {
    let folder = data.join("logs");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{name}.log"));
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(file.into())
}

/// Starts `fieldkeep serve` on a folder and waits until it listens.
pub async fn serve(data: &Path) -> Result<Child> {
    let own = std::env::current_exe().context("cannot find this program's own file")?;
    let mut child = Command::new(own)
        .args(["serve", "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log(data, "server")?)
        .kill_on_drop(true)
        .spawn()
        .context("cannot start the server")?;
    let address = data.join("address");
    let listening = async {
        while !address.exists() {
            if let Some(status) = child.try_wait()? {
                bail!("the server ended with {status}; see logs/server.log in the data folder");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(START_S_MAX), listening)
        .await
        .context("the server does not listen; see logs/server.log in the data folder")??;
    Ok(child)
}

/// Asks a process to end, and makes it end when it does not.
pub async fn stop(mut child: Child) {
    if let Some(id) = child.id() {
        let _ = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        if tokio::time::timeout(Duration::from_secs(25), child.wait()).await.is_ok() {
            return;
        }
    }
    let _ = child.kill().await;
}

/// Starts an agent that goes on until it is stopped.
pub fn agent(data: &Path, name: &str, args: &[&std::ffi::OsStr]) -> Result<Child> {
    Command::new(agent_program()?)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log(data, name)?)
        .kill_on_drop(true)
        .spawn()
        .context("cannot start an agent")
}

/// Runs an agent to its end; its JSON answer.
pub async fn agent_answer(data: &Path, name: &str, args: &[&std::ffi::OsStr]) -> Result<serde_json::Value> {
    drop(log(data, name)?);
    let output = Command::new(agent_program()?)
        .arg("--json")
        .args(args)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot start an agent")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let _ = std::fs::write(data.join("logs").join(format!("{name}.log")), said.as_bytes());
    if !output.status.success() {
        bail!("{}", said.lines().last().unwrap_or("the agent ended without a word"));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().unwrap_or_default()).context("the agent's answer is not JSON")
}
