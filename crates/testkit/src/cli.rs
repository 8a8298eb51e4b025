//! The real programs as a person runs them: `fieldkeep` and `fieldkeep-agent`, from a work order to an installed device.

use crate::process::binary;
use crate::world::{Place, World};
use fieldkeep_domain::DeviceId;
use serde_json::{Value as Json, json};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// Runs `fieldkeep` on a data folder; its answer. Anything but success fails the test.
#[track_caller]
pub fn fieldkeep<S: AsRef<OsStr>>(data: &Path, args: &[S]) -> Json {
    let mut command = Command::new(binary("fieldkeep"));
    command.args(args).arg("--json").arg("--data").arg(data);
    answer(&command.output().unwrap())
}

/// Runs `fieldkeep-agent` to its end; its answer.
#[track_caller]
pub fn agent<S: AsRef<OsStr>>(args: &[S]) -> Json {
    answer(&Command::new(binary("fieldkeep-agent")).args(args).arg("--json").output().unwrap())
}

/// Starts `fieldkeep-agent` and leaves it running.
pub fn spawn_agent<S: AsRef<OsStr>>(args: &[S]) -> Child {
    let mut command = Command::new(binary("fieldkeep-agent"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// The result is the last line of stdout.
#[track_caller]
fn answer(output: &Output) -> Json {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}\n{text}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let last = text.trim_end().lines().last().unwrap_or_default();
    serde_json::from_str(last).or_else(|_| serde_json::from_str(&text)).unwrap_or_default()
}

/// A device that was made, claimed, enrolled and installed with nothing but the programs.
#[derive(Debug)]
pub struct Installed {
    /// Which.
    pub device: DeviceId,
    /// Where.
    pub place: Place,
    /// The agent's folder.
    pub agent: PathBuf,
}

/// The whole story by the programs alone: order, make, assign, import, claim, enrol, install.
pub async fn install(world: &World, settings: &Json) -> Installed {
    let (data, home) = (world.folder().path().to_owned(), world.data.path().to_owned());
    let url = format!("https://devices.localhost:{}", world.address().port());
    let settings = settings.clone();
    let story = tokio::task::spawn_blocking(move || installed(&data, &home, &url, &settings));
    story.await.unwrap()
}

fn installed(data: &Path, home: &Path, url: &str, settings: &Json) -> Installed {
    let run = |args: &[&str]| fieldkeep(data, args);
    let text = |json: &Json| json.as_str().unwrap_or_else(|| panic!("a text expected: {json}")).to_owned();
    let rules = home.join("settings.json");
    std::fs::write(&rules, settings.to_string()).unwrap();
    let company = run(&["org", "create", "Northern Cold"]);
    let organization = text(&company["id"]);
    let rules = rules.to_str().unwrap();
    let project = text(
        &run(&["project", "create", "Cold", "--organization", &organization, "--settings", rules])["id"],
    );
    let site = text(&run(&["site", "create", "Hall 3", "--project", &project])["id"]);

    let factory = home.join("factory");
    let dir = factory.to_str().unwrap();
    let order = run(&[
        "factory",
        "order",
        "--dir",
        dir,
        "--maker",
        "Test maker",
        "--model",
        "TK-1",
        "--count",
        "1",
        "--serial-prefix",
        "TK-",
    ]);
    let order = text(&order["order"]);
    let ca = data.join("root.pem");
    let made = run(&[
        "factory",
        "make",
        "--dir",
        dir,
        "--order",
        &order,
        "--ca",
        ca.to_str().unwrap(),
        "--url",
        url,
    ]);
    let (device, bundle) = (text(&made["devices"][0]["device"]), text(&made["devices"][0]["folder"]));
    let owner = text(&company["owner_key"]);
    run(&["factory", "assign", "--dir", dir, "--order", &order, "--owner", &owner]);
    run(&["registry", "import", &text(&made["registry"])]);

    let label = format!("@{bundle}/label.txt");
    run(&["device", "claim", &label, "--organization", &organization]);
    let folder = home.join("agent");
    let at = folder.to_str().unwrap();
    let enrolled = agent(&["enroll", "--bundle", &bundle, "--data", at, "--wait", "30"]);
    assert_eq!(enrolled["device"], json!(device));
    run(&["device", "install", &label, "--project", &project, "--site", &site]);
    Installed {
        device: device.parse().unwrap(),
        place: Place {
            organization: organization.parse().unwrap(),
            project: project.parse().unwrap(),
            site: site.parse().unwrap(),
        },
        agent: folder,
    }
}
