//! `fieldkeep demo`: the whole story on this machine, from a factory's work order to sealed readings that are read
//! back, with real processes and real TLS. Never: a step that is only printed, or a network beyond loopback.

mod cases;
mod device;
mod people;
mod report;
mod scene;
mod stage;

use super::Env;
use crate::exit::Exit;
use anyhow::{Context, Result, bail};
use report::Report;
use stage::Stage;
use std::path::PathBuf;

/// Show the whole story on this machine: factory, claim, installation, readings, and the bad cases
///
/// Everything runs on loopback in the data folder, which is made anew. Sensors of this machine give the readings, and
/// files given with --csv their history.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep demo --data ./fieldkeep-demo --csv weather.csv --once")]
pub struct Args {
    /// Replay a file: header = metrics, first column = time, moved so that its last row is now; may be repeated
    #[arg(long, value_name = "FILE")]
    csv: Vec<PathBuf>,
    /// End after the story; exit code 0 only if every case went as it must
    #[arg(long)]
    once: bool,
}

/// Marks a data folder as a demo's, which the next demo may replace.
const MARK: &str = "this-is-a-demo";

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    fresh_folder(env)?;
    for file in &args.csv {
        if !file.is_file() {
            bail!("{} is not a file; nothing was started", file.display());
        }
    }
    let mut stage = Stage::open(env, args.csv).await?;
    let outcome = tokio::select! {
        outcome = story(&mut stage) => outcome,
        _ = tokio::signal::ctrl_c() => bail!("stopped in the middle of the story"),
    };
    let report = outcome?;
    let good = report.good();
    if env.out.is_json() {
        env.out.note(report.text(!args.once));
    } else {
        env.out.raw(&format!("{}\n", report.text(!args.once)))?;
    }
    if !args.once {
        stage.keep_measuring()?;
        env.out.note("running; stop with Ctrl-C");
        stage.until_stopped().await?;
    }
    stage.close().await;
    if env.out.is_json() {
        env.out.raw(&format!("{}\n", serde_json::to_string(&report)?))?;
    }
    Ok(if good { Exit::Done } else { Exit::Refused })
}

async fn story(stage: &mut Stage<'_>) -> Result<Report> {
    stage.factory()?;
    stage.company().await?;
    stage.claim_and_enroll().await?;
    stage.install().await?;
    scene::equip(stage).await?;
    stage.measure().await?;
    people::play(stage).await?;
    stage.bad_cases().await?;
    stage.burst().await?;
    scene::arrange(stage).await?;
    stage.read_back().await?;
    stage.report().await
}

/// An absent folder, an empty one, or an earlier demo's.
fn fresh_folder(env: &Env) -> Result<()> {
    let path = env.data();
    if path.join(MARK).exists() {
        std::fs::remove_dir_all(path)
            .with_context(|| format!("cannot replace the earlier demo in {}", path.display()))?;
    } else if path.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        bail!(
            "{} holds something else than a demo and is left as it is; choose another folder with --data",
            path.display()
        );
    }
    std::fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
    std::fs::write(path.join(MARK), "`fieldkeep demo` replaces this folder whole.\n")
        .with_context(|| format!("cannot write to {}", path.display()))
}
