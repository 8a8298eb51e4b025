//! The binary: arguments in, one result out, talk on stderr.

use anyhow::Context;
use clap::Parser;
use fieldkeep_agent::cli::{Cli, Command, EnrollArgs, RunArgs};
use fieldkeep_agent::{AgentError, EnrollOptions, Progress, RunOptions, enroll, inspect, run, status};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("FIELDKEEP_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("fieldkeep_agent=info,warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match start(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "fieldkeep-agent: {error:#}");
            let code = error.downcast_ref::<AgentError>().map_or(1, AgentError::exit_code);
            ExitCode::from(code)
        }
    }
}

fn start(cli: Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the runtime does not start")?;
    let tied = cli.until_stdin_ends;
    let text = match cli.command {
        Command::Enroll(args) => {
            let enrolling = enroll(enroll_options(args), Progress::log());
            let enrolled = runtime.block_on(async {
                tokio::select! {
                    enrolled = enrolling => enrolled.map_err(anyhow::Error::from),
                    () = stdin_ends(tied) => anyhow::bail!("whoever started this has ended; run the same command again, it goes on where it stopped"),
                }
            })?;
            let text = format!(
                "device {} is enrolled for organization {}, certificate until {}",
                enrolled.device, enrolled.organization, enrolled.certificate_until
            );
            if cli.json { serde_json::to_string(&enrolled)? } else { text }
        }
        Command::Run(args) => {
            let report = runtime.block_on(run(run_options(args), Progress::log(), stopped(tied)))?;
            let text = format!(
                "{} batches with {} readings acknowledged, {} waiting",
                report.totals.batches, report.totals.readings, report.pending
            );
            if cli.json { serde_json::to_string(&report)? } else { text }
        }
        Command::Status(args) => {
            let status = status(&args.data)?;
            if cli.json { serde_json::to_string(&status)? } else { status.to_string() }
        }
        Command::Inspect(args) => {
            let found = inspect(args.sensors, args.simulate, &args.csv)?;
            let line = |(metric, unit): (&String, &Option<String>)| {
                format!("{metric} {}", unit.as_deref().unwrap_or("-"))
            };
            let text = found.metrics.iter().map(line).collect::<Vec<_>>().join("\n");
            if cli.json { serde_json::to_string(&found)? } else { text }
        }
    };
    runtime.shutdown_timeout(Duration::from_secs(1));
    writeln!(std::io::stdout(), "{text}").context("stdout is closed")
}

fn enroll_options(args: EnrollArgs) -> EnrollOptions {
    let EnrollArgs { bundle, data, wait, again } = args;
    EnrollOptions { bundle, data, wait: Duration::from_secs(wait), again }
}

fn run_options(args: RunArgs) -> RunOptions {
    RunOptions {
        sensors: args.sensors,
        simulate: args.simulate,
        set_point: args.set_point,
        history_days: args.history,
        csv: args.csv,
        period: Duration::from_secs_f64(args.period),
        once: args.once,
        patience: Duration::from_secs(args.wait),
        spool_bytes: args.spool * 1024 * 1024,
        ..RunOptions::new(args.data)
    }
}

/// Ctrl-C, a request to terminate, or the end of standard input where that counts.
async fn stopped(tied: bool) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        drop(tokio::signal::ctrl_c().await);
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        () = stdin_ends(tied) => {}
    }
}

/// The end of standard input; never where nobody asked for it. Read in a thread of its own: a read cannot be called off,
/// and the runtime would wait for it at its end.
async fn stdin_ends(tied: bool) {
    if !tied {
        return std::future::pending().await;
    }
    let (over, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = over.send(());
    });
    let _ = ended.await;
}
