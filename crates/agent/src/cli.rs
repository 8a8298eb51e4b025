//! The command line: what can be said, with an example in each help.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// The program on a device or gateway: proves whose it is, collects readings, keeps them sealed, sends them on.
#[derive(Debug, Parser)]
#[command(
    name = "fieldkeep-agent",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not yet possible (not claimed, not enrolled, not installed).\n\nExample:\n  fieldkeep-agent status --data /var/lib/fieldkeep-agent"
)]
pub struct Cli {
    /// Print the result as one JSON document on the last line of stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// End when standard input ends: whoever started this program holds the other end, and takes it along.
    #[arg(long, global = true)]
    pub until_stdin_ends: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prove the owner, lock to it, and get an operational certificate and an API key; safe to repeat.
    #[command(
        after_help = "Example:\n  fieldkeep-agent enroll --bundle ./SN-0001 --data /var/lib/fieldkeep-agent --wait 600"
    )]
    Enroll(EnrollArgs),
    /// Collect readings and send them until stopped.
    #[command(
        after_help = "Examples:\n  fieldkeep-agent run --data /var/lib/fieldkeep-agent --sensors --period 10\n  fieldkeep-agent run --data ./device --csv history.csv --csv weather.csv --once --json\n  fieldkeep-agent run --data ./device --simulate --history 7 --period 5"
    )]
    Run(RunArgs),
    /// Show the device, its owner, its certificate, its spool and its chain.
    #[command(after_help = "Example:\n  fieldkeep-agent status --data /var/lib/fieldkeep-agent --json")]
    Status(StatusArgs),
    /// Show which metrics this machine's sensors and files would send, without sending anything.
    #[command(after_help = "Example:\n  fieldkeep-agent inspect --sensors --csv history.csv --json")]
    Inspect(InspectArgs),
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Look at this machine's sensors.
    #[arg(long)]
    pub sensors: bool,
    /// Look at what --simulate would give.
    #[arg(long)]
    pub simulate: bool,
    /// Look at a file; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub csv: Vec<PathBuf>,
}

/// Arguments of `enroll`.
#[derive(Debug, Args)]
pub struct EnrollArgs {
    /// The folder that the factory made for this device.
    #[arg(long, value_name = "DIR")]
    pub bundle: PathBuf,
    /// The agent's own folder, made when it does not exist.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// How long to wait for the server and for someone to claim the device.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub wait: u64,
    /// Answer a new claim and fetch a new certificate and key although the device is enrolled.
    #[arg(long)]
    pub again: bool,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The agent's own folder, as enrolled.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Read this machine's sensors: CPU, memory, disk, network, load, temperatures.
    #[arg(long)]
    pub sensors: bool,
    /// Read a cold store that does not exist: temperature, humidity, power, door. For demonstrations.
    #[arg(long)]
    pub simulate: bool,
    /// With --simulate: around which temperature it is kept. A cold room by default.
    #[arg(long, value_name = "CELSIUS", requires = "simulate", allow_negative_numbers = true, value_parser = celsius)]
    pub set_point: Option<f64>,
    /// With --simulate: first the readings of so many days back, one a minute.
    #[arg(long, value_name = "DAYS", requires = "simulate", value_parser = clap::value_parser!(u16).range(1..=366))]
    pub history: Option<u16>,
    /// Replay a file: header = metrics, its times moved so that the last row is now; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub csv: Vec<PathBuf>,
    /// Time between two readings of the sensors; fractions are fine.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = positive)]
    pub period: f64,
    /// End when everything collected is acknowledged; sensors are read once.
    #[arg(long)]
    pub once: bool,
    /// With --once: give up after so long without progress; everything collected is kept.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub wait: u64,
    /// Bound of the spool; beyond it the oldest readings are dropped and declared lost.
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=1_048_576))]
    pub spool: u64,
}

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The agent's own folder.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
}

fn positive(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|error: std::num::ParseFloatError| error.to_string())?;
    if (0.001..=86_400.0).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("0.001 to 86400 seconds expected".into())
    }
}

fn celsius(text: &str) -> Result<f64, String> {
    let celsius: f64 = text.parse().map_err(|error: std::num::ParseFloatError| error.to_string())?;
    if (-40.0..=30.0).contains(&celsius) { Ok(celsius) } else { Err("-40 to 30 °C expected".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_help_has_examples_that_parse() {
        Cli::command().debug_assert();
        let mut root = Cli::command();
        let mut helps = vec![root.render_help().to_string()];
        let ours = root.get_subcommands_mut().filter(|command| command.get_name() != "help");
        helps.extend(ours.map(|command| command.render_help().to_string()));
        assert_eq!(helps.len(), 5);
        for help in helps {
            let examples: Vec<&str> =
                help.lines().map(str::trim).filter(|line| line.starts_with("fieldkeep-agent ")).collect();
            assert!(!examples.is_empty(), "{help}");
            for example in examples {
                Cli::try_parse_from(example.split_whitespace())
                    .unwrap_or_else(|error| panic!("{example}: {error}"));
            }
        }
    }

    #[test]
    fn wrong_usage_is_exit_code_2() {
        for line in [
            "fieldkeep-agent",
            "fieldkeep-agent run",
            "fieldkeep-agent run --data d --period 0",
            "fieldkeep-agent run --data d --history 7",
        ] {
            assert_eq!(Cli::try_parse_from(line.split(' ')).unwrap_err().exit_code(), 2);
        }
    }
}
