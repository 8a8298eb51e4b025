//! `factory assign`: the first entry of a voucher, signed by the maker for the first owner.
//!
//! Entries are logged before they are published. A signature is never made twice for one device: two different entries
//! with the same place are a fork, whoever made them.
//!
//! Never: names a second first owner.

use super::bundle::{MadeDevice, export, read_voucher, write_voucher};
use super::make::{MadeLog, pem_block, recover};
use super::{Factory, Order, order, store};
use anyhow::{Context, Result, bail};
use data_encoding::BASE64;
use fieldkeep_api::DeviceRecord;
use fieldkeep_domain::registry::{SignedEntry, Voucher, VoucherEntry};
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{DeviceId, OrderId, Timestamp, limits};
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::voucher::{tip, verify_chain};
use fieldkeep_wire::voucher::{ENTRY_AAD, encode_entry, entry};
use fieldkeep_wire::{cose, voucher};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// Which devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Every device in the folder.
    All,
    /// Those of one order.
    Order(OrderId),
    /// One.
    Serial(String),
}

/// A device and its first owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// Which.
    pub device: DeviceId,
    /// The maker's number for it.
    pub serial: String,
    /// Whether it was assigned now; otherwise it had this owner before.
    pub new: bool,
}

/// Names the first owner. Nothing is changed when one of the devices has another.
pub fn assign(dir: &Path, which: &Which, owner: &PublicKey, now: Timestamp) -> Result<Vec<Assigned>> {
    let _lock = store::lock(dir)?;
    let factory = Factory::open(dir)?;
    let orders = match which {
        Which::Order(id) => vec![*id],
        Which::All | Which::Serial(_) => order::all(&factory)?,
    };
    let mut plans = Vec::new();
    for id in orders {
        let plan = Plan::new(&factory, id, which)?;
        plan.refuse_others(&factory, owner)?;
        plans.push(plan);
    }
    if plans.iter().all(|plan| plan.chosen.is_empty()) {
        match which {
            Which::Serial(serial) => bail!("no device `{serial}` was made in {}", dir.display()),
            _ => bail!("no device was made yet: there is nothing to assign"),
        }
    }
    let mut assigned = Vec::new();
    for plan in plans.into_iter().filter(|plan| !plan.chosen.is_empty()) {
        assigned.extend(plan.carry_out(&factory, owner, now)?);
    }
    Ok(assigned)
}

/// Reads an owner's public key: a COSE_Key in base64, or a P-256 `PUBLIC KEY` in PEM.
pub fn owner_key(text: &str) -> Result<PublicKey> {
    if let Some(der) = pem_block(text, "PUBLIC KEY") {
        return spki(&der).context("owner key refused: an uncompressed P-256 public key expected");
    }
    let bytes = BASE64.decode(text.trim().as_bytes()).ok();
    let key = bytes.and_then(|bytes| cose::decode_key(&bytes).ok());
    key.context("owner key refused: a COSE_Key in base64, or a PEM file with a P-256 public key expected")
}

/// SubjectPublicKeyInfo (RFC 5480 §2) of the one curve and form that we speak has one fixed head.
fn spki(der: &[u8]) -> Option<PublicKey> {
    const HEAD: [u8; 26] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    PublicKey::from_slice(der.strip_prefix(&HEAD)?)
}

/// Devices for the registry, with the vouchers that they have by now.
pub(super) fn with_owners(
    factory: &Factory,
    order: &Order,
    made: &[MadeDevice],
) -> Result<Vec<DeviceRecord>> {
    let log = AssignedLog::open(factory, order)?;
    made.iter()
        .map(|device| {
            let voucher = match log.entries.get(&device.device) {
                Some(first) => BASE64.encode(&voucher::encode(&owned(device, first)?)),
                None => device.voucher.clone(),
            };
            Ok(device.record(voucher))
        })
        .collect()
}

fn owned(device: &MadeDevice, first: &SignedEntry) -> Result<Voucher> {
    let mut voucher = read_voucher(&device.voucher)?;
    voucher.entries = vec![first.clone()];
    Ok(voucher)
}

/// What is to be done under one order.
struct Plan {
    order: Order,
    made: Vec<MadeDevice>,
    log: AssignedLog,
    chosen: Vec<MadeDevice>,
}

impl Plan {
    fn new(factory: &Factory, id: OrderId, which: &Which) -> Result<Self> {
        let order = order::load(factory, id)?;
        let made = MadeLog::open(factory, &order)?;
        recover(factory, &made)?;
        let made = made.devices;
        let log = AssignedLog::open(factory, &order)?;
        let chosen = made.iter().filter(|device| match which {
            Which::All | Which::Order(_) => true,
            Which::Serial(serial) => device.serial == *serial,
        });
        Ok(Self { chosen: chosen.cloned().collect(), order, made, log })
    }

    fn refuse_others(&self, factory: &Factory, owner: &PublicKey) -> Result<()> {
        for device in &self.chosen {
            let logged = self.log.entries.get(&device.device);
            if logged.is_some_and(|first| first.entry.to_owner != *owner) {
                bail!(
                    "`{}` has another first owner: a second entry 0 would fork its voucher; nothing was changed, the \
                     owner of now must sign the next entry",
                    device.serial
                );
            }
            let path = factory.devices().join(&device.serial).join("voucher.b64");
            let published =
                if path.is_file() { read_voucher(store::read(&path)?.trim())?.entries } else { Vec::new() };
            if published.first().is_some_and(|first| logged != Some(first)) {
                bail!(
                    "`{}` has a first owner in its bundle that the log of owners does not know: the log was cut; \
                     nothing was changed, bring it back",
                    device.serial
                );
            }
        }
        Ok(())
    }

    fn carry_out(mut self, factory: &Factory, owner: &PublicKey, now: Timestamp) -> Result<Vec<Assigned>> {
        let mut assigned = Vec::with_capacity(self.chosen.len());
        let mut fresh = Vec::new();
        for device in &self.chosen {
            let new = !self.log.entries.contains_key(&device.device);
            if new {
                fresh.push((device.device, first_entry(factory, device, owner, now)?));
            }
            assigned.push(Assigned { device: device.device, serial: device.serial.clone(), new });
        }
        self.log.append(fresh)?;
        for device in &self.chosen {
            let folder = factory.devices().join(&device.serial);
            // A bundle that has left the factory gets its voucher from the export.
            if let (Some(first), true) = (self.log.entries.get(&device.device), folder.is_dir()) {
                write_voucher(&folder, &owned(device, first)?)?;
            }
        }
        export(factory, &self.order, with_owners(factory, &self.order, &self.made)?)?;
        Ok(assigned)
    }
}

fn first_entry(
    factory: &Factory,
    device: &MadeDevice,
    owner: &PublicKey,
    now: Timestamp,
) -> Result<SignedEntry> {
    let mut voucher = read_voucher(&device.voucher)?;
    let payload = encode_entry(&VoucherEntry {
        seq: 0,
        prev: tip(&voucher),
        header: sha256(&[&voucher.header_bytes]),
        to_owner: *owner,
        owner_epoch: 1,
        issued_at: Timestamp::from_secs(now.as_secs()),
        not_after: None,
    });
    let first = entry(factory.voucher_key.sign(ENTRY_AAD, payload)?)?;
    voucher.entries.push(first.clone());
    verify_chain(&voucher, &factory.voucher_key(), ENTRY_AAD, now).with_context(|| {
        format!("the voucher of `{}` would not verify; nothing was changed", device.serial)
    })?;
    Ok(first)
}

/// First entries that were signed under an order, ever.
struct AssignedLog {
    log: store::Log,
    entries: HashMap<DeviceId, SignedEntry>,
}

#[derive(Serialize, Deserialize)]
struct AssignedLine {
    device: DeviceId,
    /// The entry's COSE_Sign1, in base64.
    entry: String,
}

impl AssignedLog {
    fn open(factory: &Factory, order: &Order) -> Result<Self> {
        let path = factory.order_file(order.work.order, "assigned");
        let log = store::Log::open(&path, false).context(
            "without its log of owners an order cannot be assigned or exported: bring the file back",
        )?;
        let mut entries = HashMap::new();
        for (n, text) in (1..).zip(log.lines()) {
            let (device, first) = read_line(text).with_context(|| {
                format!("{}:{n}: the log was changed here; bring it back as it was", path.display())
            })?;
            entries.entry(device).or_insert(first);
        }
        Ok(Self { log, entries })
    }

    fn append(&mut self, fresh: Vec<(DeviceId, SignedEntry)>) -> Result<()> {
        let lines = fresh.iter().map(|(device, first)| {
            serde_json::to_string(&AssignedLine { device: *device, entry: BASE64.encode(&first.bytes) })
        });
        self.log.append(lines.collect::<Result<_, _>>()?)?;
        self.entries.extend(fresh);
        Ok(())
    }
}

fn read_line(text: &str) -> Result<(DeviceId, SignedEntry)> {
    let line: AssignedLine = serde_json::from_str(text)?;
    let bytes = BASE64.decode(line.entry.as_bytes())?;
    Ok((line.device, entry(cose::decode_sign1(&bytes, limits::VOUCHER_BYTES_MAX)?)?))
}
