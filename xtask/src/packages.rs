//! What building and the tests need beside Rust: looked for as programs, installed from Debian where we may.
//!
//! Never: removes or changes anything that is installed.

use crate::run;
use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;

/// A Debian package and how to see that what it brings is there.
struct Need {
    package: &'static str,
    why: &'static str,
    there: fn() -> bool,
}

/// What for: building needs the first few alone.
#[derive(Clone, Copy)]
pub enum For {
    Building,
    Tests,
}

const FOR_BUILDING: usize = 4;

const NEEDS: [Need; 11] = [
    Need {
        package: "build-essential",
        why: "compiles the C libraries",
        there: || in_path("cc") && in_path("make"),
    },
    // perl-base, which is on every Debian, lacks the modules that OpenSSL's Configure loads.
    Need {
        package: "perl",
        why: "configures the OpenSSL beneath SQLCipher",
        there: || {
            run::works(Command::new("perl").args(["-MIPC::Cmd", "-MFindBin", "-MFile::Compare", "-e1"]))
        },
    },
    Need { package: "nodejs", why: "builds the console; 20.19 or later", there: node },
    Need { package: "npm", why: "installs what the console is built with", there: || in_path("npm") },
    Need {
        package: "postgresql",
        why: "the second database; tests start clusters of their own",
        there: postgresql,
    },
    Need { package: "openssl", why: "plays a foreign device", there: || in_path("openssl") },
    Need { package: "curl", why: "plays a foreign device", there: || in_path("curl") },
    Need { package: "chromium", why: "people sign in with it", there: || in_path("chromium") },
    Need { package: "chromium-driver", why: "drives the browser", there: || in_path("chromedriver") },
    Need {
        package: "libnss3-tools",
        why: "has the browser trust a test's root",
        there: || in_path("certutil"),
    },
    Need {
        package: "fonts-dejavu-core",
        why: "letters for the browser",
        there: || Path::new("/usr/share/fonts/truetype/dejavu").is_dir(),
    },
];

/// Installs what is missing, or says exactly what to type.
pub fn ensure(what: For) -> Result<()> {
    let count = match what {
        For::Building => FOR_BUILDING,
        For::Tests => NEEDS.len(),
    };
    let missing: Vec<&Need> = NEEDS.iter().take(count).filter(|need| !(need.there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        eprintln!("  missing: {} ({})", need.package, need.why);
    }
    let names: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let by_hand = by_hand(&names);
    if !in_path("apt-get") {
        bail!(
            "these packages are missing, and this is no Debian: install what matches `{}`",
            names.join(" ")
        );
    }
    let root = run::works(Command::new("sh").args(["-c", "test \"$(id -u)\" = 0"]));
    let sudo = !root && run::works(Command::new("sudo").args(["-n", "true"]));
    if !root && !sudo {
        bail!(
            "packages are missing, and installing them needs root; type this, then come back:\n\n  {by_hand}\n"
        );
    }
    let failed = format!("the packages did not install; type this to see why:\n\n  {by_hand}\n");
    run::demand(&mut apt(sudo, &["update", "-qq"]), &failed)?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(&names);
    run::demand(&mut apt(sudo, &install), &failed)?;
    match missing.iter().find(|need| !(need.there)()) {
        None => Ok(()),
        Some(need) => bail!(
            "`{}` is installed, yet what it brings cannot be found ({}); an older Debian has an older one",
            need.package,
            need.why
        ),
    }
}

fn apt(sudo: bool, args: &[&str]) -> Command {
    // Through `env`, because sudo drops variables. apt talks on stdout; ours is for data.
    let mut command = Command::new(if sudo { "sudo" } else { "env" });
    command.args(if sudo { &["-n", "env"][..] } else { &[] });
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args).stdout(std::io::stderr());
    command
}

fn by_hand(names: &[&str]) -> String {
    format!("sudo apt-get update && sudo apt-get install -y --no-install-recommends {}", names.join(" "))
}

fn in_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn node() -> bool {
    let version = run::output(Command::new("node").arg("--version")).unwrap_or_default();
    let mut parts =
        version.trim().trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0u32));
    (parts.next(), parts.next()) >= (Some(20), Some(19))
}

/// Debian keeps server programs out of PATH, one folder per version.
fn postgresql() -> bool {
    let both = |folder: &Path| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.into_iter().any(|version| both(&version.path().join("bin")))
        || (in_path("initdb") && in_path("postgres"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_type_names_the_packages() {
        assert!(by_hand(&["curl", "perl"]).ends_with("--no-install-recommends curl perl"));
    }

    #[test]
    fn programs_are_looked_for_in_path() {
        assert!(in_path("sh"));
        assert!(!in_path("a program that nobody has"));
    }
}
