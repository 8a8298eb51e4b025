//! The `fieldkeep` command: the operator's and the factory's tool, and the server's entry.
//!
//! Never: SQL of its own, or another way to the server's data than its HTTP API.

pub mod client;
pub mod commands;
pub mod exit;
pub mod factory;
mod files;
pub mod limits;
mod out;
mod processes;
mod simulator;
mod target;
mod when;

pub use client::Client;
pub use commands::{Cli, run};
pub use exit::Exit;
pub use out::Out;
