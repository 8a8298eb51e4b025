//! Readings: written as sealed device hours by a reader of the journal, and read back with what is not yet written.
//!
//! Never: one row per reading, a value in the clear at rest, a query without bounds.

pub mod export;
pub mod http;
mod job;
mod read;
pub mod sql;
mod tail;

pub use job::{expire, follow, merge};
pub use read::{aggregate, buckets, columns, latest, metrics, range};
pub use tail::Tail;

/// The name of the chunk writer's cursor.
pub const CURSOR: &str = "chunks";
