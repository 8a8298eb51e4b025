//! `fieldkeep trust`: the deployment's root in the eyes of this machine. Never: asks for rights, or touches the root's key.

mod stores;

use super::Env;
use crate::exit::Exit;
use crate::out::clean;
use anyhow::{Context, Result};
use fieldkeep_server::Config;
use fieldkeep_trust::x509;
use fieldkeep_wire::json::format_time;
use serde::Serialize;
use std::path::PathBuf;
use stores::{Machine, Outcome, Step};

/// Have browsers and programs of this machine trust the deployment's certificate
///
/// The server's own certificate comes from the deployment's root, which nobody knows at first.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep trust show --data ./fieldkeep-data")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the root: its fingerprint, its name, until when it holds and where it is
    #[command(after_help = "Example: fieldkeep trust show --json")]
    Show,
    /// Put the root into the trust stores of this machine and of this user
    ///
    /// Debian, Ubuntu, Fedora and their relatives; Chromium and Firefox where `certutil` is installed. Never becomes
    /// another user by itself: where rights are missing, it says which commands to run.
    #[command(after_help = "Example: fieldkeep trust install --data ./fieldkeep-data")]
    Install {
        /// Take it out again
        #[arg(long)]
        remove: bool,
    },
}

/// The root, as people compare it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Root {
    path: PathBuf,
    /// SHA-256 of the certificate in pairs, as browsers show it.
    fingerprint: String,
    subject: String,
    not_before: String,
    not_after: String,
    /// Where another device fetches it.
    page: String,
    /// Whether people are shown a certificate of the operator's own instead.
    own_certificate: bool,
}

/// Why there is nothing to trust.
const OWN: &str = "People are shown a certificate of your own (`server.people_certificate`). Browsers judge it by the roots that \
they know: nothing is needed here. Devices and commands go on using the root.";

#[derive(Serialize)]
struct Installed {
    fingerprint: String,
    own_certificate: bool,
    steps: Vec<Step>,
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let root = Root::read(env)?;
    match args.command {
        Command::Show => {
            env.out.show(&root, || root.text())?;
            Ok(Exit::Done)
        }
        Command::Install { remove } => {
            let machine = Machine::this();
            let steps = match (remove, root.own_certificate) {
                (true, _) => machine.remove(&root).await,
                // A root that nobody needs only widens what this machine believes.
                (false, true) => Vec::new(),
                (false, false) => machine.install(&root).await,
            };
            let good = steps.iter().all(Step::is_good);
            let own_certificate = root.own_certificate;
            let answer = Installed { fingerprint: root.fingerprint.clone(), own_certificate, steps };
            env.out.show(&answer, || answer.text(remove))?;
            Ok(if good { Exit::Done } else { Exit::Refused })
        }
    }
}

impl Root {
    fn read(env: &Env) -> Result<Self> {
        let config = Config::load(&env.folder.config())?;
        let path = env.folder.certificate("root");
        let path = std::path::absolute(&path).unwrap_or(path);
        let pem = std::fs::read_to_string(&path).with_context(|| {
            format!("cannot read {}: name the deployment's folder with --data", path.display())
        })?;
        let all = x509::from_pem(&pem).with_context(|| format!("{} is damaged", path.display()))?;
        let der = all.first().context("the file holds no certificate")?;
        let facts = x509::facts(der).with_context(|| format!("{} is damaged", path.display()))?;
        let pairs: Vec<String> =
            facts.fingerprint.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(Self {
            path,
            fingerprint: pairs.join(":"),
            subject: format!("CN={}", x509::common_name(der).unwrap_or_default()),
            not_before: format_time(facts.not_before),
            not_after: format_time(facts.not_after),
            page: page(&config),
            own_certificate: !config.server.people_certificate.is_empty(),
        })
    }

    /// Names files and entries: of two deployments on one machine each has its own.
    fn short(&self) -> String {
        self.fingerprint.chars().filter(|c| *c != ':').take(16).collect::<String>().to_ascii_lowercase()
    }

    fn text(&self) -> String {
        let then = match self.own_certificate {
            true => OWN.to_owned(),
            false => format!(
                "On another device, open {} and import what it gives only if the device shows the same SHA-256 fingerprint.",
                self.page
            ),
        };
        format!(
            "SHA-256   {}\nsubject   {}\nvalid     {} to {}\nfile      {}\n\n{then}\n",
            self.fingerprint,
            clean(&self.subject),
            self.not_before,
            self.not_after,
            self.path.display(),
        )
    }
}

/// The address of the root behind the people's door.
fn page(config: &Config) -> String {
    let server = &config.server;
    let base = match config.people.url.as_str() {
        "" => format!("https://{}:{}/", server.people_name, server.listen.port()),
        url => url.to_owned(),
    };
    format!("{base}root.pem")
}

impl Installed {
    fn text(&self, remove: bool) -> String {
        if self.own_certificate && !remove {
            return format!("{OWN}\nNothing was changed.\n");
        }
        let mut text = format!("SHA-256 {}\n\n", self.fingerprint);
        for step in &self.steps {
            let mark = match step.outcome {
                Outcome::Done => "done",
                Outcome::Absent => "not here",
                Outcome::Rights => "not yet",
                Outcome::Failed => "failed",
            };
            text.push_str(&format!("{mark:<9} {}: {}\n", step.store, clean(&step.found)));
            for command in &step.commands {
                text.push_str(&format!("{:<9}   {command}\n", ""));
            }
        }
        if self.steps.iter().any(|step| step.outcome == Outcome::Done) {
            text.push_str(match remove {
                true => "\nClose and open your browser: it forgets the root with its next start.\n",
                false => "\nClose and open your browser: it looks at its trust store when it starts.\n",
            });
        }
        text
    }
}

#[cfg(test)]
mod tests;
