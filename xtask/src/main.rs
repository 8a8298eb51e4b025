//! The only script of the project: `cargo xtask demo` and `cargo xtask test`, and what they are made of.

fn main() -> anyhow::Result<()> {
    let status = std::process::Command::new("cargo").args(["test", "--workspace", "--quiet"]).status()?;
    std::process::exit(status.code().unwrap_or(1));
}
