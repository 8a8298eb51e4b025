//! The trust stores of a machine and of its user: which there are, and how a certificate goes in and out.
//!
//! Never: becomes another user; a step that lacks rights names the commands that somebody with rights would run.

use super::Root;
use serde::Serialize;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// Where programs of administrators stand, besides what `PATH` says.
const SBIN: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is as it should be.
    Done,
    /// There is no such store here.
    Absent,
    /// Somebody with more rights has to do it.
    Rights,
    /// It did not work.
    Failed,
}

/// One store and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which store.
    pub store: &'static str,
    pub outcome: Outcome,
    /// In words.
    pub found: String,
    /// What to run by hand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
}

impl Step {
    fn new(store: &'static str, outcome: Outcome, found: impl Into<String>) -> Self {
        Self { store, outcome, found: found.into(), commands: Vec::new() }
    }
    /// Whether nothing is left to do.
    pub fn is_good(&self) -> bool {
        matches!(self.outcome, Outcome::Done | Outcome::Absent)
    }
}

const SYSTEM: &str = "this machine";
const BROWSERS: &str = "Chromium and Firefox";

/// A machine, as far as this command looks at it.
#[derive(Debug)]
pub struct Machine {
    /// `/`, but in tests.
    root: PathBuf,
    /// Of whoever runs this.
    home: Option<PathBuf>,
    /// Where programs stand.
    programs: Vec<PathBuf>,
}

/// How one family of systems keeps its own authorities.
struct Family {
    folder: &'static str,
    ending: &'static str,
    program: &'static str,
    /// What the program is told after something was taken away.
    fresh: &'static [&'static str],
}

/// Debian's first: a machine that has both folders keeps its own authorities there.
const FAMILIES: [Family; 2] = [
    Family {
        folder: "usr/local/share/ca-certificates",
        ending: "crt",
        program: "update-ca-certificates",
        fresh: &["--fresh"],
    },
    Family {
        folder: "etc/pki/ca-trust/source/anchors",
        ending: "pem",
        program: "update-ca-trust",
        fresh: &[],
    },
];

impl Machine {
    /// This one.
    pub fn this() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let programs = std::env::split_paths(&path).chain(SBIN.map(PathBuf::from)).collect();
        Self { root: "/".into(), home: std::env::home_dir(), programs }
    }

    /// Puts the root into every store that is there.
    pub async fn install(&self, root: &Root) -> Vec<Step> {
        let mut steps = vec![self.system(root, true).await];
        steps.extend(self.browsers(root, true).await);
        steps
    }

    /// Takes it out of them.
    pub async fn remove(&self, root: &Root) -> Vec<Step> {
        let mut steps = vec![self.system(root, false).await];
        steps.extend(self.browsers(root, false).await);
        steps
    }

    fn program(&self, name: &str) -> Option<PathBuf> {
        self.programs.iter().map(|folder| folder.join(name)).find(|path| path.is_file())
    }

    async fn system(&self, root: &Root, wanted: bool) -> Step {
        let found = FAMILIES.iter().find_map(|family| {
            let folder = self.root.join(family.folder);
            Some((family, folder.is_dir().then_some(folder)?, self.program(family.program)?))
        });
        let Some((family, folder, program)) = found else {
            let text = format!("no trust store that this command knows: add {} by hand", root.path.display());
            return Step::new(SYSTEM, Outcome::Absent, text);
        };
        let file = folder.join(format!("fieldkeep-{}.{}", root.short(), family.ending));
        let arguments = if wanted { &[][..] } else { family.fresh };
        let by_hand = || by_hand(root, &file, &program, arguments, wanted);
        let changed = match wanted {
            true => std::fs::copy(&root.path, &file).and_then(|_| readable(&file)),
            false => std::fs::remove_file(&file),
        };
        if let Err(error) = changed {
            return unchanged(&error, &file, wanted, by_hand);
        }
        match call(&program, arguments).await {
            Ok(()) if wanted => Step::new(SYSTEM, Outcome::Done, format!("{} was added", file.display())),
            Ok(()) => Step::new(SYSTEM, Outcome::Done, format!("{} was removed", file.display())),
            Err(why) => {
                let text =
                    format!("{} was changed, but {} failed: {why}; run", file.display(), program.display());
                Step { commands: by_hand(), ..Step::new(SYSTEM, Outcome::Failed, text) }
            }
        }
    }

    /// The databases that browsers of this user look into: the shared one, and one in each profile of Firefox.
    async fn browsers(&self, root: &Root, wanted: bool) -> Vec<Step> {
        let Some(home) = &self.home else {
            return vec![Step::new(BROWSERS, Outcome::Absent, "this user has no home folder")];
        };
        let Some(certutil) = self.program("certutil") else {
            let text = "certutil is not installed (Debian: libnss3-tools, Fedora: nss-tools); with it, run this again as \
                        the user who browses";
            return vec![Step::new(BROWSERS, Outcome::Absent, text)];
        };
        let shared = home.join(".pki/nssdb");
        let mut steps = Vec::new();
        if wanted
            && !shared.join("cert9.db").is_file()
            && let Err(why) = create(&certutil, &shared).await
        {
            steps.push(Step::new(BROWSERS, Outcome::Failed, format!("{}: {why}", shared.display())));
        }
        let profiles = std::fs::read_dir(home.join(".mozilla/firefox")).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = profiles.map(|entry| entry.path()).collect();
        folders.sort();
        folders.insert(0, shared);
        for folder in folders.iter().filter(|folder| folder.join("cert9.db").is_file()) {
            steps.push(database(&certutil, folder, root, wanted).await);
        }
        if steps.is_empty() {
            steps.push(Step::new(BROWSERS, Outcome::Absent, "this user has no certificate database"));
        }
        steps
    }
}

/// The store could not be written to, and is as it was.
pub(super) fn unchanged(
    error: &std::io::Error,
    file: &Path,
    wanted: bool,
    by_hand: impl FnOnce() -> Vec<String>,
) -> Step {
    match error.kind() {
        ErrorKind::NotFound if !wanted => Step::new(SYSTEM, Outcome::Done, "it was not there"),
        ErrorKind::PermissionDenied => {
            let text = format!("{} is not yours to write: nothing was changed; run", file.display());
            Step { commands: by_hand(), ..Step::new(SYSTEM, Outcome::Rights, text) }
        }
        _ => Step::new(SYSTEM, Outcome::Failed, format!("{}: {error}; nothing was changed", file.display())),
    }
}

/// Everybody's programs read it there; the file in the data folder is the server's alone.
fn readable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644))
}

pub(super) fn by_hand(
    root: &Root,
    file: &Path,
    program: &Path,
    arguments: &[&str],
    wanted: bool,
) -> Vec<String> {
    let first = match wanted {
        true => format!("sudo install -m 644 {} {}", quoted(&root.path), quoted(file)),
        false => format!("sudo rm {}", quoted(file)),
    };
    let mut second = format!("sudo {}", quoted(program));
    for argument in arguments {
        second.push_str(&format!(" {argument}"));
    }
    vec![first, second]
}

/// As a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// An empty database, without a password: as browsers make it.
async fn create(certutil: &Path, folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    call(certutil, &[OsStr::new("-d"), &at(folder), OsStr::new("-N"), OsStr::new("--empty-password")]).await
}

fn at(folder: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from("sql:");
    text.push(folder);
    text
}

async fn database(certutil: &Path, folder: &Path, root: &Root, wanted: bool) -> Step {
    let (place, name) = (at(folder), format!("Fieldkeep {}", root.short()));
    let entry = [OsStr::new("-d"), &place, OsStr::new("-n"), OsStr::new(&name)];
    let done = match wanted {
        true => {
            let more = ["-A", "-t", "C,,", "-i"].map(OsStr::new);
            call(certutil, &[&entry[..], &more[..], &[root.path.as_os_str()]].concat()).await
        }
        false if call(certutil, &[&entry[..], &[OsStr::new("-L")]].concat()).await.is_err() => {
            return Step::new(BROWSERS, Outcome::Done, format!("it was not in {}", folder.display()));
        }
        false => call(certutil, &[&entry[..], &[OsStr::new("-D")]].concat()).await,
    };
    match done {
        Ok(()) if wanted => Step::new(BROWSERS, Outcome::Done, format!("it is in {}", folder.display())),
        Ok(()) => Step::new(BROWSERS, Outcome::Done, format!("it was taken out of {}", folder.display())),
        Err(why) => Step::new(BROWSERS, Outcome::Failed, format!("{}: {why}", folder.display())),
    }
}

/// Runs a program to its end; why it failed, in its own last words.
async fn call<S: AsRef<OsStr>>(program: &Path, arguments: &[S]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().await;
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    Err(last.map_or_else(|| output.status.to_string(), str::to_owned))
}

#[cfg(test)]
impl Machine {
    /// A machine of a test: all of it below one folder.
    pub(super) fn of(folder: &Path) -> Self {
        Self {
            root: folder.join("root"),
            home: Some(folder.join("home")),
            programs: vec![folder.join("programs")],
        }
    }
}
