//! Readings at rest: one device and one hour as a column chunk, its summary and its batch index; merging parts of
//! an hour, reading points out again and reducing them for a chart or a report.
//!
//! Plaintext in, plaintext out: whoever stores the blobs seals them first. Every decoder still treats its input as
//! hostile: counts are bounded before anything is allocated, and damage is a typed [`Corrupt`].
//!
//! Never: input or output, a clock, a key, SQL or HTTP; never drop or change a reading that was pushed.

mod aggregate;
mod batches;
mod builder;
mod bytes;
mod chunk;
mod column;
mod envelope;
mod error;
pub mod limits;
mod merge;
mod points;
mod reduce;
mod summary;
mod tally;
mod times;
mod values;

#[cfg(test)]
mod tests;

pub use aggregate::{Aggregate, Step};
pub use batches::{BatchEntry, BatchIndex};
pub use builder::{Built, ChunkBuilder};
pub use chunk::Chunk;
pub use error::{BadSpan, Corrupt, MergeError, Refused, TooManySteps};
pub use merge::merge;
pub use points::{Point, latest_wins, segment_points};
pub use reduce::{Bucket, Reducer};
pub use summary::{MetricSummary, Summary};
pub use tally::Tally;
