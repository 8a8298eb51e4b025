//! A maker of devices: its root, its factory, its work orders, and every way to make them wrong.

use crate::device::Device;
use data_encoding::BASE64;
use fieldkeep_api::{DeviceRecord, MakerRecord, OrderRecord, RegistryImport};
use fieldkeep_domain::identity::DeviceName;
use fieldkeep_domain::project::Name;
use fieldkeep_domain::registry::{Voucher, VoucherEntry, VoucherHeader};
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{DeviceId, MakerId, OrderId, Timestamp};
use fieldkeep_trust::ca::{Authority, Profile};
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::secret::Secret;
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::{voucher as chain, x509};
use fieldkeep_wire::{cose, order, voucher};

/// A maker.
pub struct Maker {
    /// Which.
    pub id: MakerId,
    /// Above its birth certificates.
    pub root: Authority,
    /// Issues them.
    pub factory: Authority,
    /// Signs vouchers and orders.
    pub key: SigningKey,
    now: Timestamp,
}

impl Maker {
    /// A new maker.
    pub fn new(now: Timestamp) -> Self {
        let root = Authority::root("Test maker", now).unwrap();
        let factory = root.subordinate(&Profile::Factory { name: "Test factory".into() }, now).unwrap();
        let key = SigningKey::generate().unwrap();
        Self { id: MakerId::from_random(fieldkeep_trust::random()), root, factory, key, now }
    }

    /// A device with its birth certificate and its voucher, which nobody owns yet.
    pub fn make(&self) -> Device {
        let id = DeviceId::from_random(fieldkeep_trust::random());
        let key = SigningKey::generate().unwrap();
        let leaf =
            self.factory.issue(&Profile::Device(DeviceName::Birth(id)), &key.public(), self.now).unwrap();
        let birth = vec![leaf, self.factory.der().to_vec()];
        let secret = Secret::random::<32>();
        let header = VoucherHeader {
            device: id,
            model: Name::parse("TK-1").unwrap(),
            maker_key: self.key.public(),
            device_key: key.public(),
            birth_chain: sha256(&[&birth[0], &birth[1]]),
            onboarding_urls: vec![],
            policy: 0,
        };
        let hmac = chain::device_hmac(secret.expose(), &voucher::encode_header(&header));
        Device::new(id, key, birth, voucher::unowned(header, Some(hmac)), fieldkeep_trust::random())
    }

    /// Signs the first entry: the device goes to this owner.
    pub fn assign(&self, voucher: &mut Voucher, owner: &PublicKey) {
        sign_entry(voucher, &self.key, owner, self.now);
    }

    /// A work order over so many devices, with these in it.
    pub fn import(&self, count: u32, devices: &[&Device]) -> RegistryImport {
        let id = OrderId::from_random(fieldkeep_trust::random());
        self.import_under(id, count, devices)
    }

    /// The same under a given order.
    pub fn import_under(&self, id: OrderId, count: u32, devices: &[&Device]) -> RegistryImport {
        let model = Name::parse("TK-1").unwrap();
        let work = order::WorkOrder { order: id, maker: self.id, model, count, created: self.now };
        let statement = self.key.sign(order::AAD, order::encode(&work)).unwrap();
        RegistryImport {
            maker: MakerRecord {
                id: self.id,
                name: "Test maker".into(),
                root_pem: x509::to_pem("CERTIFICATE", self.root.der()),
                voucher_key: BASE64.encode(&cose::encode_key(&self.key.public())),
            },
            order: OrderRecord {
                id,
                model: "TK-1".into(),
                count,
                statement: BASE64.encode(&cose::encode_sign1(&statement)),
            },
            devices: devices.iter().map(|device| record(device)).collect(),
        }
    }
}

/// Signs one more change of hands.
pub fn sign_entry(voucher: &mut Voucher, by: &SigningKey, to: &PublicKey, now: Timestamp) {
    let seq = voucher.entries.len() as u64;
    let entry = VoucherEntry {
        seq,
        prev: chain::tip(voucher),
        header: sha256(&[&voucher.header_bytes]),
        to_owner: *to,
        owner_epoch: seq + 1,
        issued_at: now,
        not_after: None,
    };
    let signed = by.sign(voucher::ENTRY_AAD, voucher::encode_entry(&entry)).unwrap();
    voucher.entries.push(voucher::entry(signed).unwrap());
}

fn record(device: &Device) -> DeviceRecord {
    DeviceRecord {
        device: device.id,
        serial: format!("SN-{:.8}", device.id.to_string()),
        model: "TK-1".into(),
        voucher: BASE64.encode(&voucher::encode(&device.voucher)),
        claim_secret_sha256: Some(sha256(&[&device.claim_secret]).to_string()),
    }
}
