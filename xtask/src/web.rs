//! The console: installed, built, checked, and looked at by a real browser on a real server.
//!
//! Never: called by a build script. A server without `web/dist` builds too, and its page says what to type.

use crate::run;
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

/// What a build is made of, below `web/`.
const SOURCES: [&str; 8] = [
    "index.html",
    "package-lock.json",
    "public",
    "scripts",
    "src",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
];

fn folder() -> PathBuf {
    run::root().join("web")
}

fn npm(args: &[&str]) -> Command {
    let mut command = Command::new("npm");
    // npm talks on stdout; ours is for data.
    command.current_dir(folder()).args(args).stdout(std::io::stderr());
    command
}

/// Installs what the lock names, unless that is what is there. No script of a package runs.
pub fn install(folder: &Path) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json")).context("web/package-lock.json cannot be read")?;
    let copy = folder.join("node_modules/.installed-lock.json");
    if fs::read(&copy).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let failed = "the console's packages did not install; npm says why above";
    run::demand(npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder), failed)?;
    fs::write(&copy, lock).with_context(|| format!("cannot write {}", copy.display()))
}

/// Builds `web/dist`, unless it is newer than all it is made of.
pub fn build() -> Result<()> {
    build_into("dist", "build")
}

fn build_into(output: &str, script: &str) -> Result<()> {
    install(&folder())?;
    let built = fs::metadata(folder().join(output).join("index.html")).and_then(|page| page.modified());
    let older =
        |built| SOURCES.iter().all(|name| newest(&folder().join(name)).is_ok_and(|time| time < built));
    if built.is_ok_and(older) {
        return Ok(());
    }
    run::demand(&mut npm(&["run", "--silent", script]), "the console does not build, see above")
}

/// When anything in a folder was changed last.
fn newest(path: &Path) -> std::io::Result<SystemTime> {
    let about = fs::metadata(path)?;
    let mut newest = about.modified()?;
    if about.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(self::newest(&entry?.path())?);
        }
    }
    Ok(newest)
}

/// Types fresh, house rules, linter, svelte-check, then what needs no browser.
pub fn check() -> Result<()> {
    run::demand(&mut npm(&["run", "--silent", "check"]), "the console's code has faults, see above")?;
    run::demand(&mut npm(&["run", "--silent", "test:unit"]), "a test of the console failed, see above")
}

/// The console's tests alone.
pub fn test() -> Result<()> {
    build()?;
    check()?;
    let programs = ["build", "--bins", "-p", "fieldkeep-cli", "-p", "fieldkeep-agent"];
    let failed = "the programs do not build; cargo says why above";
    run::demand(run::cargo().args(programs).stdout(std::io::stderr()), failed)?;
    browser()
}

/// Every screen in a real browser, on the demo's server.
pub fn browser() -> Result<()> {
    // With every component on one page, for the golden pictures.
    build_into("dist-gallery", "build:gallery")?;
    let stage = Stage::open()?;
    let tests = folder().join("tests/browser");
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(&tests).with_context(|| format!("cannot read {}", tests.display()))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    let mut node = Command::new("node");
    // Dots while it goes well: what failed stands at the end, with its reason.
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(&files);
    stage.meet(&mut node);
    run::demand(&mut node, "a test in the browser failed, its name and reason stand above")
}

/// The measures of the page: bytes, redraws, scrolling, Lighthouse.
pub fn bench() -> Result<()> {
    build()?;
    build_into("dist-gallery", "build:gallery")?;
    let measure = folder().join("tests/measure");
    install(&measure)?;
    let stage = Stage::of(&run::release()?)?;
    let mut node = Command::new("node");
    node.arg(measure.join("ui.mjs"));
    stage.meet(&mut node);
    run::demand(&mut node, "a measure of the console is above its bound, or could not be taken; see above")
}

/// The demo with its story told, until we let it go.
struct Stage {
    demo: Child,
    data: PathBuf,
    console: String,
    /// The address that other machines have, over TLS.
    server: String,
    programs: PathBuf,
}

impl Stage {
    fn open() -> Result<Self> {
        Self::of(&run::binaries()?)
    }

    fn of(programs: &Path) -> Result<Self> {
        let data = programs.with_file_name("browser-demo");
        let mut command = Command::new(programs.join("fieldkeep"));
        command.arg("demo").arg("--data").arg(&data).stdin(Stdio::null());
        let mut demo =
            command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().context("cannot start the demo")?;
        let lines = demo.stderr.take().map(BufReader::new).context("the demo tells nothing")?;
        let mut stage =
            Self { demo, data, console: String::new(), server: String::new(), programs: programs.to_owned() };
        let mut told = String::new();
        let mut lines = lines.lines();
        for line in lines.by_ref() {
            let line = line.context("the demo's words cannot be read")?;
            for (name, scheme, address) in
                [("console", "http://", &mut stage.console), ("server", "https://", &mut stage.server)]
            {
                let rest = line.strip_prefix(name).unwrap_or_default();
                if let Some(found) = rest.split([' ', ',']).find(|word| word.starts_with(scheme)) {
                    found.clone_into(address);
                }
            }
            if line.contains("running; stop with") {
                // Nobody reads on, but the pipe must not fill.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(stage);
            }
            told.push_str(&line);
            told.push('\n');
        }
        bail!("the demo ended before its story was told:\n{told}")
    }

    fn meet(&self, command: &mut Command) {
        command
            .current_dir(folder())
            .env("BASE_URL", &self.console)
            .env("SERVER_URL", &self.server)
            .env("OPERATOR_KEY_FILE", self.data.join("operator.key"))
            .env("FIELDKEEP_BIN", self.programs.join("fieldkeep"))
            .stdout(std::io::stderr());
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // As Ctrl-C would: it stops its server and its agents.
        let _ = Command::new("kill").args(["-INT", &self.demo.id().to_string()]).status();
        let _ = self.demo.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_a_folder_counts() {
        let sources = run::root().join("web/src");
        let page = fs::metadata(run::root().join("web/src/main.ts")).unwrap().modified().unwrap();
        assert!(newest(&sources).unwrap() >= page);
        assert!(newest(&sources.join("nothing")).is_err());
    }
}
