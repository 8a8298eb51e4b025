//! The `fieldkeep` command: the operator's and the factory's tool, and the server's entry.
//!
//! Never: SQL of its own, or another way to the server's data than its HTTP API.

pub mod factory;
