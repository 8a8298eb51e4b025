//! How the deployment itself is, and where its first hour stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HealthCheck {
    /// database, journal, readings, messages, disk, clock, certificates.
    pub name: String,
    /// ok, warn or bad.
    pub state: String,
    /// What was found, in words: all findings together.
    pub text: String,
    /// What to do, where something should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The findings one by one, for whoever says them in words of their own.
    #[serde(default)]
    pub found: Vec<HealthFinding>,
}

/// One thing that was found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HealthFinding {
    /// What it is: disk-low, devices-end, no-mail, …. A code never changes its meaning; new ones are added.
    pub code: String,
    /// In words.
    pub text: String,
    /// What to do, where something should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// How much of it there is: bytes, milliseconds, days, or how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// Of the whole, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// How the deployment is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Of the server that answers.
    pub version: String,
    /// Since when it runs.
    pub started_at: String,
    /// Its clock.
    pub now: String,
    /// What was looked at, the worst first.
    pub checks: Vec<HealthCheck>,
    /// The database.
    pub database: HealthDatabase,
    /// The journal.
    pub journal: HealthJournal,
    /// Readings that are not yet in chunks.
    pub readings: HealthReadings,
    /// Messages on their way out.
    pub outbox: HealthOutbox,
    /// The disk under the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk: Option<HealthDisk>,
    /// Certificates.
    pub certificates: HealthCertificates,
    /// Devices connected to this server.
    pub devices_connected: u64,
}

/// The database.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HealthDatabase {
    /// embedded or postgresql.
    pub kind: String,
    /// Bytes of its files, where they are ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Milliseconds that it took to answer.
    pub answer_ms: f64,
}

/// The journal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HealthJournal {
    /// Leaves of its tree.
    pub leaves: u64,
    /// The tree's root, hexadecimal.
    pub root: String,
    /// Last commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_commit_at: Option<String>,
}

/// Readings that are not yet in chunks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HealthReadings {
    /// Leaves that the reader of the journal has not read.
    pub behind: u64,
    /// Bytes of memory that hold them.
    pub tail_bytes: u64,
}

/// Messages on their way out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HealthOutbox {
    /// Waiting.
    pub waiting: u64,
    /// Given up.
    pub dead: u64,
}

/// A disk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HealthDisk {
    /// Bytes that are free to us.
    pub free_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
}

/// Certificates.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HealthCertificates {
    /// End of the authority that signs the server's own.
    pub server_authority_not_after: String,
    /// Certificates of devices that end within 14 days.
    pub expiring: u64,
}
