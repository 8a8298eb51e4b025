//! Decisions: identities, limits, life cycles, verdicts and the proofs that one step hands to the next.
//!
//! Never: input or output, a clock, randomness, a key, SQL or HTTP. Whatever varies comes in as a parameter.

pub mod access;
pub mod account;
pub mod admission;
pub mod audit;
pub mod dashboard;
pub mod identity;
pub mod ids;
pub mod journal;
pub mod limits;
pub mod notify;
pub mod project;
pub mod quarantine;
pub mod registry;
pub mod signed;
pub mod telemetry;
pub mod time;

pub use ids::*;
pub use signed::{Hash, Signed};
pub use time::{Hour, Timestamp};
