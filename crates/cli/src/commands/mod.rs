//! The command line: one file per group of commands. Never: a rule of the server's, or an exit code of its own.

pub mod access;
pub mod demo;
pub mod device;
pub mod doctor;
pub mod factory;
pub mod init;
pub mod key;
pub mod notify;
pub mod openapi;
pub mod org;
pub mod policy;
pub mod project;
pub mod provider;
pub mod quarantine;
pub mod query;
pub mod registry;
pub mod role;
pub mod secret;
pub mod serve;
pub mod site;
pub mod trust;
pub mod user;

#[cfg(test)]
mod tests;

use crate::client::{self, Client};
use crate::exit::{self, Exit};
use crate::out::{Closed, Out, one_line};
use crate::when::When;
use anyhow::Result;
use fieldkeep_domain::access::{Action, Role, RoleRef};
use fieldkeep_domain::audit::{NoReason, Why};
use fieldkeep_domain::project::Name;
use fieldkeep_server::app::Folder;
use fieldkeep_server::clock::Clock;
use fieldkeep_wire::json::format_time;
use std::path::{Path, PathBuf};

/// The whole command line.
#[derive(Debug, clap::Parser)]
#[command(
    name = "fieldkeep",
    version,
    about = "Runs and operates a Fieldkeep deployment",
    after_help = format!("Example: fieldkeep init --data ./fieldkeep-data\n\n{}", exit::help()),
)]
pub struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Everywhere")]
struct Options {
    /// Answer with one JSON document on stdout
    #[arg(long, global = true)]
    json: bool,
    /// The deployment's data folder
    #[arg(long, global = true, value_name = "DIR", default_value = "./fieldkeep-data")]
    data: PathBuf,
    /// File with the API key to use; operator.key in the data folder when absent
    #[arg(long, global = true, value_name = "FILE")]
    key: Option<PathBuf>,
}

/// Each command is a module with its `Args` and `async fn run(Args, &Env) -> Result<Exit>`.
macro_rules! commands {
    ($($name:ident($module:ident)),+ $(,)?) => {
        #[derive(Debug, clap::Subcommand)]
        enum Command {
            $($name($module::Args)),+
        }
        async fn dispatch(command: Command, env: &Env) -> Result<Exit> {
            match command {
                $(Command::$name(args) => Box::pin($module::run(args, env)).await),+
            }
        }
    };
}

commands! {
    Init(init),
    Serve(serve),
    Doctor(doctor),
    Trust(trust),
    Demo(demo),
    Factory(factory),
    Registry(registry),
    Org(org),
    Project(project),
    Site(site),
    Device(device),
    Key(key),
    User(user),
    Role(role),
    Policy(policy),
    Access(access),
    Provider(provider),
    Notify(notify),
    Query(query),
    Quarantine(quarantine),
    Openapi(openapi),
}

/// What every command needs.
#[derive(Debug)]
pub struct Env {
    /// The deployment's files.
    pub folder: Folder,
    /// The file with the API key.
    pub key: PathBuf,
    /// Where answers go.
    pub out: Out,
    /// The time.
    pub clock: Clock,
}

impl Env {
    /// The data folder.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }
    /// A client with the key.
    pub fn client(&self) -> Result<Client, client::Error> {
        use std::os::unix::fs::PermissionsExt;
        let exposed = std::fs::metadata(&self.key).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
        if exposed {
            self.out.note(format_args!(
                "warning: {} can be read by others: restrict it with `chmod 600`",
                self.key.display()
            ));
        }
        Client::from_data(self.data(), &self.key)
    }
}

/// Runs a command and says on stderr why it failed.
pub fn run(cli: Cli) -> Exit {
    let folder = Folder::new(&cli.options.data);
    let key = cli.options.key.unwrap_or_else(|| folder.operator_key());
    let env = Env { folder, key, out: Out::new(cli.options.json), clock: Clock::system() };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            env.out.note(format_args!("error: cannot start: {error}"));
            return Exit::Refused;
        }
    };
    match runtime.block_on(dispatch(cli.command, &env)) {
        Ok(exit) => exit,
        Err(error) if error.is::<Closed>() => Exit::Done,
        Err(error) => {
            env.out.note(format_args!("error: {}", one_line(&format!("{error:#}"))));
            Exit::of(&error)
        }
    }
}

/// A name, checked before anything is sent.
fn name(text: &str) -> Result<String, fieldkeep_domain::project::BadName> {
    Name::parse(text).map(|name| name.to_string())
}

/// A reason for the record, checked before anything is sent.
fn reason(text: &str) -> Result<Why, NoReason> {
    text.parse()
}

/// A role by its name.
fn role(text: &str) -> Result<RoleRef, String> {
    let names = || Role::ALL.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ");
    RoleRef::parse(text).ok_or_else(|| format!("one of {} or the id of a custom role expected", names()))
}

/// An action by its name.
fn action(text: &str) -> Result<Action, String> {
    let names = || Action::ALL.iter().map(|action| action.name()).collect::<Vec<_>>().join(", ");
    Action::parse(text).ok_or_else(|| format!("one of {} expected", names()))
}

/// When something ends, as the contract writes it.
fn expiry(text: &str) -> Result<String, &'static str> {
    match text.parse() {
        Ok(When::At(instant)) => Ok(format_time(instant)),
        _ => Err("a time such as 2027-06-30T00:00:00Z expected"),
    }
}
