//! Untrusted bytes to domain types and back: batches, vouchers, tokens, claims, labels. Everything is bounded.
//!
//! Never: verifies a signature, holds a key, looks at a clock, reads a file or a socket.

pub mod access_token;
pub mod batch;
pub mod body;
pub mod cbor;
pub mod claim;
pub mod cose;
pub mod head;
pub mod inflate;
pub mod json;
pub mod label;
pub mod order;
pub mod token;
pub mod voucher;

use fieldkeep_domain::telemetry::BadReading;

/// Why bytes from outside are not what they should be. The sender is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// They end too soon.
    #[error("byte {at}: the message ends in the middle of something")]
    Truncated {
        /// Where.
        at: usize,
    },
    /// Something follows the end.
    #[error("byte {at}: bytes follow the end of the message")]
    Trailing {
        /// Where.
        at: usize,
    },
    /// An encoding that deterministic CBOR (RFC 8949 §4.2) does not have.
    #[error(
        "byte {at}: not in deterministic encoding: shortest lengths, definite lengths, no tags, 64-bit floats"
    )]
    NotDeterministic {
        /// Where.
        at: usize,
    },
    /// Another thing was expected here.
    #[error("byte {at}: {expected} expected")]
    Expected {
        /// Where.
        at: usize,
        /// What.
        expected: &'static str,
    },
    /// Beyond a limit.
    #[error("too many or too long: at most {max} {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The limit.
        max: usize,
    },
    /// Hours, metrics or keys are out of order or doubled.
    #[error("{what} must rise strictly; sort them and send each once")]
    Unsorted {
        /// What.
        what: &'static str,
    },
    /// The same metric has two values at one instant.
    #[error("metric `{metric}` has two values at the same time")]
    Duplicate {
        /// Which.
        metric: String,
    },
    /// The same metric has two units in one hour.
    #[error("metric `{metric}` has two units; send one unit per metric")]
    TwoUnits {
        /// Which.
        metric: String,
    },
    /// A batch without readings that declares no loss.
    #[error("the batch carries no readings and declares none lost")]
    Empty,
    /// A reading that cannot exist.
    #[error(transparent)]
    Reading(#[from] BadReading),
    /// JSON that is not the expected document; the text names line and column.
    #[error("JSON refused: {0}")]
    Json(String),
    /// A text that is not an instant.
    #[error("`{0}` is no time: one such as 2026-11-23T10:00:00Z, between 1970 and 2262, expected")]
    Time(String),
    /// Compressed data that does not unpack.
    #[error("the {0} body does not unpack")]
    Compression(&'static str),
}
