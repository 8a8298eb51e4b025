//! Every bound of the agent in one place.

use std::time::Duration;

/// Readings in one of our batches: far below the server's bound, so that a batch stays quick to send again.
pub const BATCH_READINGS: usize = 5_000;
/// Bytes of text values and names in one of our batches, roughly.
pub const BATCH_TEXT_BYTES: usize = 512 * 1024;
/// Batches in flight at once.
pub const WINDOW: usize = 16;
/// Bytes of the spool on disk unless told otherwise.
pub const SPOOL_BYTES: u64 = 64 * 1024 * 1024;
/// The smallest spool that still works.
pub const SPOOL_BYTES_MIN: u64 = 32 * 1024;
/// A spool is cut into so many segment files; dropping takes one of them at a time.
pub const SPOOL_SEGMENTS: u64 = 16;
/// Bytes of one record, beyond which its length must be damage.
pub const RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Batches whose outcome was unknown when the spool dropped them: remembered until the server's head tells.
pub const DROPPED_PLACES_MAX: usize = 256;

/// Connecting, with TLS.
pub const CONNECT: Duration = Duration::from_secs(10);
/// One request with its answer.
pub const REQUEST: Duration = Duration::from_secs(60);
/// Bytes of an answer: configurations are the longest.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The first wait after a failure; it doubles from there.
pub const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// The longest wait that we choose ourselves.
pub const BACKOFF_LAST: Duration = Duration::from_secs(60);
/// The longest wait that a server may ask for.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);
/// A token is renewed so long before it expires.
pub const TOKEN_MARGIN_S: i64 = 60;
/// How often the signed head is sent.
pub const HEAD_PERIOD: Duration = Duration::from_secs(60);
/// How often the device says hello and asks for its configuration; an installer wants a hello of the last ten minutes.
pub const CONFIG_PERIOD: Duration = Duration::from_secs(300);
/// How often the certificate's age is looked at.
pub const RENEW_PERIOD: Duration = Duration::from_secs(3_600);
/// How often acknowledged batches are taken off the disk.
pub const TRIM_PERIOD: Duration = Duration::from_secs(1);
/// How long requests in flight may take when the agent is told to stop.
pub const STOP: Duration = Duration::from_secs(5);

/// Bytes of one CSV file.
pub const CSV_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Columns of one CSV file.
pub const CSV_COLUMNS_MAX: usize = 1_000;
/// Rows that are looked at to tell which column holds the time.
pub const CSV_PROBE_ROWS: usize = 50;
/// Bytes of any file of the bundle or of the data folder that is read whole.
pub const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Seconds between two readings of a simulated past.
pub const HISTORY_S: i64 = 60;
/// Instants of a simulated past that are made at once.
pub const HISTORY_AT_ONCE: usize = 1_440;
