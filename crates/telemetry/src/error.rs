//! What can be wrong with a chunk, with what is pushed into one, or with a question asked of it.
//!
//! Never: text of a reading in a message; the words here may reach a log.

use crate::limits;

/// Bytes that no builder of this crate made, or that changed since. Our fault or an attack, never the device's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Corrupt {
    /// The blob's first byte is a version this program does not know.
    #[error("version {0} of a telemetry blob is unknown")]
    Version(u8),
    /// The blob ends in the middle of something.
    #[error("telemetry blob ends early")]
    Truncated,
    /// Bytes are left after the last thing that belongs there.
    #[error("telemetry blob has bytes after its end")]
    Trailing,
    /// The plain bytes are not the ones that were written.
    #[error("telemetry blob fails its checksum")]
    Checksum,
    /// A compressed part does not decompress.
    #[error("compressed {0} cannot be read")]
    Codec(&'static str),
    /// A count or a size is over its limit.
    #[error("number of {0} is over its limit")]
    TooMany(&'static str),
    /// A field holds what no builder writes there.
    #[error("{0} is not as a chunk holds it")]
    Invalid(&'static str),
}

/// Why a segment was not taken into a chunk. The builder is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The segment belongs to another hour.
    #[error("segment is of another hour than the chunk")]
    OtherHour,
    /// The chunk would break a limit: build it and begin another part.
    #[error("chunk is full: build it and go on in another part")]
    Full,
    /// The segment breaks a rule of the domain, so admission should never have let it in.
    #[error("segment refused: {0}")]
    Malformed(&'static str),
}

/// Why parts did not merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There was no part to merge.
    #[error("nothing to merge")]
    Empty,
    /// A part cannot be read.
    #[error("part {part} cannot be read")]
    Part {
        /// Place in the list of parts, from 0.
        part: usize,
        /// What is wrong with it.
        #[source]
        source: Corrupt,
    },
    /// Two parts hold different batches under one journal index.
    #[error("two parts hold different batches under journal index {0}")]
    Conflict(u64),
    /// The parts are not of one hour, or together too large for one chunk.
    #[error("parts do not fit into one chunk")]
    Refused(#[from] Refused),
}

/// A span or a division of it that no reduction works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSpan {
    /// The end is not after the start, or further away than 292 years.
    #[error("span refused: the end must lie after the start")]
    Empty,
    /// No bucket, or more than the limit.
    #[error("number of buckets refused: 1 to {max} expected", max = limits::BUCKETS_MAX)]
    Buckets,
    /// The step is not positive, or the span holds more of them than the limit.
    #[error("step refused: it must be positive and fit into the span at most {max} times", max = limits::STEPS_MAX)]
    Step,
}

/// An aggregate over so many metrics and steps that it would outgrow its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("aggregate refused: over {max} steps in all its metrics", max = limits::STEPS_MAX)]
pub struct TooManySteps;
