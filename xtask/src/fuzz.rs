//! A short run of every fuzz target, where the toolchain can: cargo-fuzz needs a nightly compiler. Never: a replacement
//! for long runs, or a reason to fail where the tools are missing.

use crate::run;
use anyhow::Result;

/// Seconds per target: enough to find what was broken outright.
const SECONDS: &str = "-max_total_time=10";

/// Runs each target for a moment, or says why not.
pub fn smoke() -> Result<()> {
    let nightly = run::output(std::process::Command::new("rustc").arg("-V"))
        .is_some_and(|text| text.contains("nightly"));
    if !nightly || !run::works(run::cargo().args(["fuzz", "--version"])) {
        eprintln!(
            "skipped: fuzzing needs a nightly compiler and cargo-fuzz; property tests of the same decoders ran above"
        );
        return Ok(());
    }
    let list = run::output(run::cargo().args(["fuzz", "list"])).unwrap_or_default();
    for target in list.lines() {
        run::demand(
            run::cargo().args(["fuzz", "run", target, "--", SECONDS, "-rss_limit_mb=2048"]),
            &format!("the fuzz target `{target}` found something: its input stands in fuzz/artifacts"),
        )?;
    }
    Ok(())
}
