//! Every bound of the command in one place.

/// Seconds until a connection to the server stands.
pub const CONNECT_S_MAX: u64 = 5;
/// Seconds for a request and its whole answer.
pub const REQUEST_S_MAX: u64 = 60;
/// Seconds for a registry import: a work order of many devices.
pub const IMPORT_S_MAX: u64 = 300;
/// How often a reading request that met a limit is sent again.
pub const RETRIES_MAX: u32 = 10;
/// Longest wait that a server may ask for before a request is sent again, in seconds.
pub const RETRY_S_MAX: u64 = 30;
/// Items asked for on one page of a list: the most that the server gives.
pub const PAGE_ITEMS: usize = 500;
/// Readings asked for at once while a range streams.
pub const RANGE_READINGS: u32 = 20_000;
/// Bytes of a key file.
pub const KEY_FILE_BYTES_MAX: u64 = 4 * 1024;
/// Bytes of any other file that a command sends: the most that an import may have.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Bytes free on the data folder's disk below which `doctor` fails.
pub const DISK_BYTES_MIN: u64 = 256 * 1024 * 1024;
/// Bytes free on the data folder's disk below which `doctor` warns.
pub const DISK_BYTES_LOW: u64 = 2 * 1024 * 1024 * 1024;
/// Days before the end of a certificate from which `doctor` warns.
pub const CERTIFICATE_DAYS_LOW: i64 = 90;
/// Days before the end of the operator's own certificate from which `doctor` warns: such ones live 90 days or less.
pub const OWN_DAYS_LOW: i64 = 14;
/// Seconds that a simulated device's agent may take to prove its owner and to enrol.
pub const AGENT_WAIT_S: u64 = 20;
/// Seconds that such an agent has to end by itself.
pub const AGENT_STOP_S_MAX: u64 = 6;
/// Seconds between two starts of an agent that does not get to work, at most.
pub const AGENT_PAUSE_S_MAX: u64 = 60;
/// Bytes of such an agent's log before it begins anew.
pub const AGENT_LOG_BYTES_MAX: u64 = 1024 * 1024;
