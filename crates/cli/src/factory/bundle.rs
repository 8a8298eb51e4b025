//! What leaves the factory: a folder per device for the device, an export per order for the registry.
//!
//! Never: puts a secret of a device into the export. It carries the hash of the claim secret, which has 128 random bits.

use super::{Factory, order::Order, store};
use anyhow::{Context, Result};
use data_encoding::BASE64;
use fieldkeep_api::{DeviceRecord, MakerRecord, OrderRecord, RegistryImport};
use fieldkeep_domain::DeviceId;
use fieldkeep_domain::registry::Voucher;
use fieldkeep_trust::bundle;
use fieldkeep_wire::{cose, voucher};
use serde::{Deserialize, Serialize};
use std::path::Path;

pub use fieldkeep_trust::bundle::Bundle;

/// A device as the issuance log keeps it: all that is ever asked of it once its bundle has left. Written to disk, so a
/// member may be added with a default, but never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MadeDevice {
    /// Which.
    pub device: DeviceId,
    /// The maker's number for it.
    pub serial: String,
    /// The maker's name for its kind.
    pub model: String,
    /// The voucher (docs/formats/voucher.cddl) in base64, before anyone owned it.
    pub voucher: String,
    /// Its birth certificate, PEM.
    pub birth_leaf_pem: String,
    /// SHA-256 of the 16 bytes of its claim secret, hexadecimal.
    pub claim_secret_sha256: String,
}

impl MadeDevice {
    /// As the registry takes it, with the voucher of now.
    pub fn record(&self, voucher: String) -> DeviceRecord {
        DeviceRecord {
            device: self.device,
            serial: self.serial.clone(),
            model: self.model.clone(),
            voucher,
            claim_secret_sha256: Some(self.claim_secret_sha256.clone()),
        }
    }
}

/// Reads the `bundle.json` of a folder.
pub fn read(folder: &Path) -> Result<Bundle> {
    store::read_json(&folder.join(bundle::FILE))
}

/// Writes a folder's voucher in both forms.
pub(super) fn write_voucher(folder: &Path, voucher: &Voucher) -> Result<()> {
    bundle::write_voucher(folder, &voucher::encode(voucher))
        .with_context(|| format!("cannot write the voucher in {}", folder.display()))
}

/// Reads a voucher as the export carries it.
pub(super) fn read_voucher(base64: &str) -> Result<Voucher> {
    let bytes = BASE64.decode(base64.as_bytes()).context("a voucher is not base64")?;
    voucher::decode(&bytes).context("a voucher is damaged")
}

/// Writes the export of an order.
pub(super) fn export(factory: &Factory, order: &Order, devices: Vec<DeviceRecord>) -> Result<()> {
    let export = RegistryImport {
        maker: MakerRecord {
            id: factory.maker,
            name: factory.name.as_str().to_owned(),
            root_pem: super::pem(&factory.root),
            voucher_key: BASE64.encode(&cose::encode_key(&factory.voucher_key())),
        },
        order: OrderRecord {
            id: order.work.order,
            model: order.work.model.as_str().to_owned(),
            count: order.work.count,
            statement: BASE64.encode(&order.statement),
        },
        devices,
    };
    let path = super::registry_path(&factory.dir, order.work.order);
    store::write_public(&path, &serde_json::to_vec_pretty(&export)?)
}
