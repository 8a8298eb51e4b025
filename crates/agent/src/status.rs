//! What the agent knows of itself, read from its folder alone: no network, no lock, nothing changed.

use crate::chain::{ChainFile, HeadText};
use crate::error::AgentError;
use crate::folder::Folder;
use crate::owner::OwnerLock;
use fieldkeep_domain::{DeviceId, Timestamp};
use fieldkeep_trust::x509;
use fieldkeep_wire::json::format_time;
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// The state of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Its id.
    pub device: DeviceId,
    /// Its serial number.
    pub serial: String,
    /// Where it reports.
    pub url: String,
    /// Whether it has a certificate and an API key.
    pub enrolled: bool,
    /// Whose it is.
    pub owner: Option<OwnerLock>,
    /// Last second of the operational certificate, RFC 3339.
    pub certificate_until: Option<String>,
    /// Bytes in the spool.
    pub spool_bytes: u64,
    /// The boot epoch of the last start.
    pub boot_epoch: u64,
    /// The last batch that the server is known to have.
    pub head: Option<HeadText>,
    /// When that was learnt, RFC 3339.
    pub acknowledged_at: Option<String>,
    /// Readings dropped and not declared yet.
    pub lost: u64,
}

/// Reads the state of the device in a folder.
pub fn status(data: &Path) -> Result<Status, AgentError> {
    let folder = Folder::new(data);
    let device = folder.device()?;
    let identity = folder.identity()?;
    let until = identity.as_ref().and_then(|identity| x509::facts(identity.leaf()).ok());
    let chain = ChainFile::read(&folder)?;
    Ok(Status {
        device: device.device,
        serial: device.serial,
        url: device.url,
        enrolled: identity.is_some() && folder.api_key()?.is_some(),
        owner: OwnerLock::read(&folder)?,
        certificate_until: until.map(|facts| format_time(facts.not_after)),
        spool_bytes: spool_bytes(&folder.path("spool")),
        boot_epoch: chain.epoch,
        head: chain.acknowledged,
        acknowledged_at: chain.acknowledged_at_s.map(|at| format_time(Timestamp::from_secs(at))),
        lost: chain.lost,
    })
}

fn spool_bytes(dir: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    entries.filter_map(|entry| entry.ok()?.metadata().ok()).map(|metadata| metadata.len()).sum()
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &Option<String>, none: &str| text.clone().unwrap_or_else(|| none.to_owned());
        writeln!(f, "device        {} (serial {})", self.device, self.serial)?;
        writeln!(f, "server        {}", self.url)?;
        writeln!(f, "enrolled      {}", if self.enrolled { "yes" } else { "no" })?;
        match &self.owner {
            Some(lock) => writeln!(f, "owner         {} (epoch {})", lock.owner_key, lock.owner_epoch)?,
            None => writeln!(f, "owner         none yet")?,
        }
        writeln!(
            f,
            "certificate   {}",
            or(&self.certificate_until.as_ref().map(|at| format!("until {at}")), "none yet")
        )?;
        writeln!(f, "spool         {} bytes, boot epoch {}", self.spool_bytes, self.boot_epoch)?;
        match &self.head {
            Some(head) => writeln!(f, "head          {}/{} {}", head.boot_epoch, head.seq, head.hash)?,
            None => writeln!(f, "head          nothing acknowledged yet")?,
        }
        write!(f, "acknowledged  {}", or(&self.acknowledged_at, "never"))?;
        if self.lost > 0 {
            write!(f, "\nlost          {} readings, not declared yet", self.lost)
        } else {
            Ok(())
        }
    }
}
