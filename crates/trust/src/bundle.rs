//! The folder that a device takes from its factory: its key, its birth certificate, its secret, its voucher and its label.
//!
//! Never: reads what a voucher or a label says; they come as bytes and text.

use crate::secret::{Secret, write_private};
use data_encoding::{BASE64, HEXLOWER};
use fieldkeep_domain::{DeviceId, OrderId};
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// The file that says which device a folder is for.
pub const FILE: &str = "bundle.json";

/// `bundle.json`: which device a folder is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Which.
    pub device: DeviceId,
    /// The maker's number for it.
    pub serial: String,
    /// The maker's name for its kind.
    pub model: String,
    /// Under which order.
    pub order: OrderId,
    /// Where it asks for its owner.
    pub url: String,
}

/// Everything that goes into a device's folder.
#[derive(Debug)]
pub struct Contents<'a> {
    /// Which device.
    pub bundle: Bundle,
    /// PKCS#8 in PEM; `None` where the device keeps its own.
    pub device_key: Option<Secret>,
    /// `None` where the maker never held a secret of the device.
    pub device_secret: Option<Secret>,
    /// Its birth certificate and what stands above it, PEM.
    pub birth_chain_pem: String,
    /// The deployment's root, PEM.
    pub deployment_ca_pem: &'a str,
    /// As the wire has it.
    pub voucher: &'a [u8],
    /// What stands on the label, with the claim secret.
    pub label_text: String,
    /// The same as a drawing; `None` where nobody prints it.
    pub label_svg: Option<String>,
}

impl Contents<'_> {
    /// Writes the folder, each file on disk before this returns.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        private_folder(folder)?;
        if let Some(key) = &self.device_key {
            write_private(&folder.join("device.key"), key.expose())?;
        }
        if let Some(secret) = &self.device_secret {
            let hex = Secret::new(HEXLOWER.encode(secret.expose()).into_bytes());
            write_private(&folder.join("device.secret"), hex.expose())?;
        }
        write_public(&folder.join("birth.pem"), self.birth_chain_pem.as_bytes())?;
        write_public(&folder.join("ca.pem"), self.deployment_ca_pem.as_bytes())?;
        write_voucher(folder, self.voucher)?;
        // The label carries the claim secret.
        write_private(&folder.join("label.txt"), format!("{}\n", self.label_text).as_bytes())?;
        if let Some(svg) = &self.label_svg {
            write_private(&folder.join("label.svg"), svg.as_bytes())?;
        }
        write_public(&folder.join(FILE), &serde_json::to_vec_pretty(&self.bundle)?)
    }
}

/// Writes a folder's voucher in both forms.
pub fn write_voucher(folder: &Path, voucher: &[u8]) -> io::Result<()> {
    write_public(&folder.join("voucher.cbor"), voucher)?;
    write_public(&folder.join("voucher.b64"), format!("{}\n", BASE64.encode(voucher)).as_bytes())
}

/// Makes a folder, and those above it, that only its owner may enter.
pub fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Waits until a folder's entries are on disk.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Writes what everybody may read: beside its place, synced, then renamed.
pub fn write_public(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let beside = path.with_added_extension("tmp");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}
