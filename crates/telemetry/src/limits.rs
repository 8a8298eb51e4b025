//! Every bound on chunks and their queries. Builders keep them, decoders check them before they allocate.
//!
//! Never: a limit in the middle of other code.

use fieldkeep_domain::limits as domain;

/// Readings in one chunk: 555 a second for the whole hour. A run without readings counts as one.
pub const CHUNK_READINGS_MAX: usize = 2_000_000;
/// Batches in one chunk: 18 a second.
pub const CHUNK_BATCHES_MAX: usize = 65_536;
/// Different metrics in one chunk.
pub const CHUNK_METRICS_MAX: usize = domain::DECLARED_METRICS_MAX;
/// Different units in one chunk; far more than SenML registers.
pub const CHUNK_UNITS_MAX: usize = 4_096;
/// Bytes of a batch's canonical header: six fields of deterministic CBOR.
pub const HEADER_BYTES_MAX: usize = 1_024;
/// Bytes of a blob before compression.
pub const PLAIN_BYTES_MAX: usize = 64 * 1024 * 1024;
/// A zstd frame cannot expand further: one block of 4 bytes stands for at most 128 KiB (RFC 8878 §3.1.1.2).
pub const ZSTD_RATIO_MAX: usize = 32 * 1024;
/// Columns shorter than this are written plainly: the header of `pco` would outweigh its gain.
pub const PCO_ITEMS_MIN: usize = 24;
/// Buckets of one reduction; more than any screen has columns.
pub const BUCKETS_MAX: usize = 20_000;
/// Steps of one aggregate, summed over its metrics.
pub const STEPS_MAX: usize = 1_000_000;
