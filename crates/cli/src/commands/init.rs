//! `fieldkeep init`: a new deployment in an empty folder. Never: overwrites, or shows the passphrase twice.

use super::Env;
use crate::exit::Exit;
use anyhow::{Context, Result, bail};
use fieldkeep_server::Config;
use fieldkeep_trust::secret::write_private;
use serde_json::json;
use std::path::PathBuf;

/// Set up a new deployment in an empty or absent data folder
///
/// Makes the master key, the keyring, the database, the root and its intermediates, and the first administrator's key.
/// The passphrase of the root's key is printed once and stored nowhere.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep init --data ./fieldkeep-data")]
pub struct Args {
    /// Configuration to take over as fieldkeep.toml of the data folder
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let own = env.folder.config();
    let given = match &args.config {
        None => None,
        Some(_) if own.exists() => {
            bail!("{} exists already and is left as it is; leave `--config` out to use it", own.display())
        }
        Some(path) => Some(crate::files::text(path)?),
    };
    let config = Config::load(args.config.as_deref().unwrap_or(&own))?;
    let made = fieldkeep_server::init::init(&env.folder, config, env.clock.clone()).await?;
    let passphrase = String::from_utf8_lossy(made.root_passphrase.expose()).into_owned();
    let data = env.data().display();
    let key = env.folder.operator_key();
    let answer = json!({"root_passphrase": passphrase, "data": env.data(), "operator_key": key, "root_key": env.folder.root_key()});
    env.out.show(&answer, || {
        format!(
            "the deployment is set up in {data}\n\n\
             root passphrase, shown this once:\n\n    {passphrase}\n\n\
             keep it away from this machine: it opens {},\n\
             which is needed only to renew the authorities. Move that file away from this machine too.\n\n\
             the first administrator's key is in {}: whoever has it may do everything.\n\n\
             next: fieldkeep serve --data {data}",
            env.folder.root_key().display(),
            key.display(),
        )
    })?;
    if let Some(text) = given {
        // Last, because the passphrase must be out whatever happens.
        write_private(&own, text.as_bytes()).with_context(|| {
            format!(
                "the deployment is set up, but {} is not written: copy it there before `serve`",
                own.display()
            )
        })?;
    }
    Ok(Exit::Done)
}
