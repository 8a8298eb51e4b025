//! Other programs: how cargo is called, where its results lie, and the demo that they end in.
//!
//! Never: prints to stdout. It belongs to the program that the demo becomes.

use crate::{packages, web};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the workspace. Asked at run time: clones that share a target folder may share this binary.
pub fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or(own.clone(), Path::to_path_buf)
}

/// The cargo that runs us, in the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Whether a command can be started and ends well; what it prints is dropped.
pub fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// What a command prints, if it ends well.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command with its output visible and demands success.
pub fn demand(command: &mut Command, failed: &str) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot start `{program}`"))?;
    if status.success() { Ok(()) } else { bail!("{failed} ({status})") }
}

/// Builds everything as it is shipped; where it lies. One set of packages for all comparisons: another set would compile the
/// libraries anew.
pub fn release() -> Result<PathBuf> {
    let packages = ["-p", "fieldkeep-cli", "-p", "fieldkeep-testkit", "-p", "fieldkeep-agent"];
    let mut build = cargo();
    build.args(["build", "--release", "--bins"]).args(packages).stdout(std::io::stderr());
    demand(&mut build, "the programs do not build; cargo says why above")?;
    Ok(binaries()?.with_file_name("release"))
}

/// Runs a comparison on what is shipped.
pub fn bench(program: &str) -> Result<()> {
    demand(&mut Command::new(release()?.join(program)), "the comparison stopped, see above")
}

/// Where cargo puts binaries of the development profile.
pub fn binaries() -> Result<PathBuf> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .context("cannot start `cargo metadata`")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let folder = json_string(&text, "target_directory")
        .context("`cargo metadata` names no target folder; run it by hand to see why")?;
    Ok(PathBuf::from(folder).join("debug"))
}

/// The value of the first member of this name that is a string. Enough for the one line that cargo prints.
fn json_string(json: &str, member: &str) -> Option<String> {
    let start = json.find(&format!("\"{member}\":\""))? + member.len() + 4;
    let mut out = String::new();
    let mut chars = json[start..].chars();
    loop {
        match chars.next()? {
            '"' => return Some(out),
            '\\' => match chars.next()? {
                // Control characters are the only ones that JSON must escape by number; no folder is named so.
                'u' => return None,
                plain => out.push(plain),
            },
            plain => out.push(plain),
        }
    }
}

/// Builds the console and the two programs with their progress visible, then becomes `fieldkeep demo`.
pub fn demo(args: &[String]) -> Result<()> {
    packages::ensure(packages::For::Building)?;
    web::build()?;
    demand(
        cargo().args(["build", "--bins", "-p", "fieldkeep-cli", "-p", "fieldkeep-agent"]),
        "the demo did not build; cargo says why above",
    )?;
    let program = binaries()?.join("fieldkeep");
    let mut command = Command::new(&program);
    command.arg("demo").args(args);
    // Replaced, not started: signals and the exit code are the demo's own.
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_and_unescaped() {
        let json = r#"{"packages":[],"target_directory":"/a \"b\"/c\\d","version":1}"#;
        assert_eq!(json_string(json, "target_directory").as_deref(), Some(r#"/a "b"/c\d"#));
        assert_eq!(json_string(json, "workspace_root"), None);
        assert_eq!(json_string(r#"{"a":"unfinished"#, "a"), None);
    }
}
