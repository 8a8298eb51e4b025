//! The factory of simulated devices: a maker of the deployment's own, one work order for each device, and the folder that
//! the device's agent starts from. It makes what any factory makes, so that nothing behind it has to know the difference.
//!
//! Never: makes a device that could be taken for a real one.

use crate::keys::SimulationKeys;
use crate::{App, Fault};
use data_encoding::BASE64;
use fieldkeep_api::{DeviceRecord, MakerRecord, OrderRecord, RegistryImport};
use fieldkeep_domain::identity::DeviceName;
use fieldkeep_domain::project::Name;
use fieldkeep_domain::registry::{Voucher, VoucherEntry, VoucherHeader};
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{DeviceId, MakerId, OrderId, OrganizationId, Timestamp};
use fieldkeep_trust::bundle::{Bundle, Contents};
use fieldkeep_trust::ca::{Authority, Profile};
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::secret::Secret;
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::{voucher as chain, x509};
use fieldkeep_wire::label::{self, Label};
use fieldkeep_wire::{cose, order, voucher};
use std::path::Path;

/// The maker, as people read it.
const MAKER: &str = "Fieldkeep simulation";
/// The kind of device, as people read it.
const MODEL: &str = "Cold store (simulated)";
/// What every serial number begins with.
const SERIAL: &str = "SIM-";

/// The one maker of simulated devices; its keys are made when they are first asked for.
pub struct Factory {
    /// Which.
    pub maker: MakerId,
    keys: SimulationKeys,
}

impl Factory {
    /// Opens it.
    pub fn open(app: &App, now: Timestamp) -> Result<Self, Fault> {
        let keys = app
            .keys
            .simulation(|| Ok((Authority::root(&format!("{MAKER} root"), now)?, SigningKey::generate()?)))?;
        // One root, one maker: the id follows from it, so that there is nothing more to keep.
        let mut id = [0; 16];
        id.copy_from_slice(&sha256(&[keys.root.der()]).as_bytes()[..16]);
        Ok(Self { maker: MakerId::from_random(id), keys })
    }

    /// Makes a device for an owner: its folder is on disk when this returns. Nobody has registered it yet.
    pub fn make(
        &self,
        app: &App,
        device: DeviceId,
        owner: OrganizationId,
        number: u64,
        folder: &Path,
    ) -> Result<RegistryImport, Fault> {
        let now = app.clock.now();
        let (model, serial) = (Name::parse(MODEL)?, format!("{SERIAL}{number:04}"));
        let order = OrderId::from_random(fieldkeep_trust::random());
        // The factory's own authority lives no longer than this one device needs it.
        let authority = self.keys.root.subordinate(&Profile::Factory { name: MAKER.to_owned() }, now)?;
        let key = SigningKey::generate()?;
        let leaf = authority.issue(&Profile::Device(DeviceName::Birth(device)), &key.public(), now)?;
        let url = app.devices_url()?.to_owned();
        let header = VoucherHeader {
            device,
            model: model.clone(),
            maker_key: self.keys.voucher.public(),
            device_key: key.public(),
            birth_chain: sha256(&[&leaf, authority.der()]),
            onboarding_urls: vec![url.clone()],
            policy: 0,
        };
        let secret = Secret::random::<32>();
        let mut voucher = voucher::unowned(header, None);
        voucher.hmac = Some(chain::device_hmac(secret.expose(), &voucher.header_bytes));
        self.assign(&mut voucher, app.keys.owner(owner)?.public(), now)?;
        let voucher = voucher::encode(&voucher);
        let label = Label { device, claim_secret: fieldkeep_trust::random() };
        let root_pem = pem(&app.root);
        let contents = Contents {
            bundle: Bundle { device, serial: serial.clone(), model: model.as_str().to_owned(), order, url },
            device_key: Some(key.to_pem()),
            device_secret: Some(secret),
            birth_chain_pem: pem(&leaf) + &pem(authority.der()),
            deployment_ca_pem: &root_pem,
            voucher: &voucher,
            label_text: label::encode(&label),
            label_svg: None,
        };
        contents.write(folder).map_err(Fault::unavailable)?;
        let record = DeviceRecord {
            device,
            serial,
            model: model.as_str().to_owned(),
            voucher: BASE64.encode(&voucher),
            claim_secret_sha256: Some(sha256(&[&label.claim_secret]).to_string()),
        };
        self.export(order, model, record, now)
    }

    /// Signs the first entry: the device goes to this owner.
    fn assign(&self, voucher: &mut Voucher, owner: PublicKey, now: Timestamp) -> Result<(), Fault> {
        let entry = VoucherEntry {
            seq: 0,
            prev: chain::tip(voucher),
            header: sha256(&[&voucher.header_bytes]),
            to_owner: owner,
            owner_epoch: 1,
            issued_at: Timestamp::from_secs(now.as_secs()),
            not_after: None,
        };
        let signed = self.keys.voucher.sign(voucher::ENTRY_AAD, voucher::encode_entry(&entry))?;
        voucher.entries.push(voucher::entry(signed)?);
        Ok(())
    }

    /// What the registry is handed, with a signed order over this one device.
    fn export(
        &self,
        id: OrderId,
        model: Name,
        device: DeviceRecord,
        now: Timestamp,
    ) -> Result<RegistryImport, Fault> {
        let created = Timestamp::from_secs(now.as_secs());
        let work = order::WorkOrder { order: id, maker: self.maker, model, count: 1, created };
        let statement = self.keys.voucher.sign(order::AAD, order::encode(&work))?;
        Ok(RegistryImport {
            maker: MakerRecord {
                id: self.maker,
                name: MAKER.to_owned(),
                root_pem: pem(self.keys.root.der()),
                voucher_key: BASE64.encode(&cose::encode_key(&self.keys.voucher.public())),
            },
            order: OrderRecord {
                id,
                model: work.model.as_str().to_owned(),
                count: 1,
                statement: BASE64.encode(&cose::encode_sign1(&statement)),
            },
            devices: vec![device],
        })
    }
}

fn pem(der: &[u8]) -> String {
    x509::to_pem("CERTIFICATE", der)
}
