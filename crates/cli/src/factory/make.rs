//! `factory make`: device after device, up to the count of the order.
//!
//! Each is staged, logged, then published. The log is what counts: it is on disk before a bundle can be taken, each line
//! holds the hash of the one before it, and it holds all that the registry needs, so bundles may leave the folder.
//!
//! Never: makes more than the statement says, or reads a private key that a device keeps.

use super::bundle::{self, MadeDevice, export, read_voucher};
use super::{Factory, Order, assign, label, order, store};
use anyhow::{Context, Result, bail};
use data_encoding::BASE64;
use fieldkeep_domain::identity::DeviceName;
use fieldkeep_domain::registry::VoucherHeader;
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{DeviceId, Hash, OrderId, Timestamp};
use fieldkeep_trust::bundle::{Bundle, Contents};
use fieldkeep_trust::ca::Profile;
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::secret::Secret;
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::voucher::device_hmac;
use fieldkeep_trust::x509;
use fieldkeep_wire::label::Label;
use fieldkeep_wire::voucher;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const CSR_BYTES_MAX: usize = 64 * 1024;

/// What to make.
#[derive(Debug, Clone)]
pub struct MakeWish<'a> {
    /// Under which order.
    pub order: OrderId,
    /// How many.
    pub count: u32,
    /// The CA of the deployment that the devices will call, PEM.
    pub deployment_ca_pem: &'a str,
    /// Where they ask for their owner.
    pub onboarding_url: &'a str,
    /// The signing request of a real device, PEM or DER: its key is taken, none is made.
    pub csr: Option<&'a [u8]>,
}

/// A device that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Which.
    pub device: DeviceId,
    /// The maker's number for it.
    pub serial: String,
    /// Its bundle.
    pub folder: PathBuf,
}

/// Makes devices and tells of each as soon as its bundle may be taken. After an error, those that were told of stay made.
pub fn make(
    dir: &Path,
    wish: &MakeWish<'_>,
    now: Timestamp,
    mut progress: impl FnMut(&Made),
) -> Result<Vec<Made>> {
    let _lock = store::lock(dir)?;
    let factory = Factory::open(dir)?;
    let order = order::load(&factory, wish.order)?;
    let mut log = MadeLog::open(&factory, &order)?;
    recover(&factory, &log)?;
    let left = u64::from(order.work.count).saturating_sub(log.devices.len() as u64);
    if u64::from(wish.count) > left {
        bail!(
            "the work order is for {} devices and {} are made: {left} more can be made, not {}; none was made now, \
             open another order for more",
            order.work.count,
            log.devices.len(),
            wish.count
        );
    }
    let device_key = wish.csr.map(csr_key).transpose()?;
    if let Some(key) = &device_key {
        if wish.count != 1 {
            bail!("a signing request is of one device, not of {}; none was made", wish.count);
        }
        refuse_known_key(&factory, key)?;
    }
    check_wish(wish)?;
    let run = Run { factory: &factory, order: &order, wish, device_key, now };
    let mut made = Vec::new();
    let mut all = || -> Result<()> {
        for _ in 0..wish.count {
            let one = run.one(&mut log)?;
            progress(&one);
            made.push(one);
        }
        Ok(())
    };
    let done = all();
    // Also after an error, so that what was made can be registered.
    order::write(&factory, &order, log.devices.iter().map(|device| device.serial.clone()).collect())?;
    export(&factory, &order, assign::with_owners(&factory, &order, &log.devices)?)?;
    done.map(|()| made)
}

/// One call: what its devices have in common.
struct Run<'a> {
    factory: &'a Factory,
    order: &'a Order,
    wish: &'a MakeWish<'a>,
    /// The key of a real device, where it brings its own.
    device_key: Option<PublicKey>,
    now: Timestamp,
}

impl Run<'_> {
    /// Stage, commit, publish.
    fn one(&self, log: &mut MadeLog) -> Result<Made> {
        let serial = self.order.serial(log.devices.len() as u64);
        let folder = self.factory.devices().join(&serial);
        if folder.exists() {
            bail!(
                "{} is there, but the order's log does not know it: the log was cut; nothing was made, bring it back",
                folder.display()
            );
        }
        let staged = staged(&folder);
        let device = self.stage(&serial, &staged)?;
        let made = Made { device: device.device, serial, folder };
        log.append(device)?;
        publish(&staged, &made.folder)?;
        Ok(made)
    }

    fn stage(&self, serial: &str, folder: &Path) -> Result<MadeDevice> {
        let (factory, model) = (self.factory, &self.order.work.model);
        let device = DeviceId::from_random(fieldkeep_trust::random());
        let (public, own_key) = match self.device_key {
            Some(public) => (public, None),
            None => {
                let key = SigningKey::generate()?;
                (key.public(), Some(key))
            }
        };
        let leaf = factory.authority.issue(&Profile::Device(DeviceName::Birth(device)), &public, self.now)?;
        let header = VoucherHeader {
            device,
            model: model.clone(),
            maker_key: factory.voucher_key(),
            device_key: public,
            birth_chain: sha256(&[&leaf, factory.authority.der()]),
            onboarding_urls: vec![self.wish.onboarding_url.to_owned()],
            policy: 0,
        };
        let mut voucher = voucher::unowned(header, None);
        let device_secret = own_key.is_some().then(Secret::random::<32>);
        voucher.hmac =
            device_secret.as_ref().map(|secret| device_hmac(secret.expose(), &voucher.header_bytes));
        let bytes = voucher::encode(&voucher);
        voucher::decode(&bytes).context("the voucher would not be readable, nothing was made")?;
        let label = Label { device, claim_secret: fieldkeep_trust::random() };
        let contents = Contents {
            bundle: Bundle {
                device,
                serial: serial.to_owned(),
                model: model.as_str().to_owned(),
                order: self.order.work.order,
                url: self.wish.onboarding_url.to_owned(),
            },
            device_key: own_key.as_ref().map(SigningKey::to_pem),
            device_secret,
            birth_chain_pem: super::pem(&leaf) + &super::pem(factory.authority.der()),
            deployment_ca_pem: self.wish.deployment_ca_pem,
            voucher: &bytes,
            label_text: fieldkeep_wire::label::encode(&label),
            label_svg: Some(label::svg(&label, &factory.name, model, serial)?),
        };
        contents.write(folder).with_context(|| format!("cannot write {}", folder.display()))?;
        Ok(MadeDevice {
            device,
            serial: serial.to_owned(),
            model: model.as_str().to_owned(),
            voucher: BASE64.encode(&bytes),
            birth_leaf_pem: super::pem(&leaf),
            claim_secret_sha256: sha256(&[&label.claim_secret]).to_string(),
        })
    }
}

fn staged(folder: &Path) -> PathBuf {
    folder.with_added_extension("part")
}

fn publish(staged: &Path, folder: &Path) -> Result<()> {
    std::fs::rename(staged, folder).with_context(|| format!("cannot publish {}", folder.display()))?;
    folder.parent().map_or(Ok(()), store::sync_folder)
}

/// After an interruption: what was logged is published, what was only staged is thrown away and was never made.
pub(super) fn recover(factory: &Factory, log: &MadeLog) -> Result<()> {
    let logged = log.devices.iter().map(|device| (device.serial.clone(), Some(device.device)));
    let next = (log.order.serial(log.devices.len() as u64), None);
    for (serial, device) in logged.chain([next]) {
        let folder = factory.devices().join(serial);
        let staged = staged(&folder);
        if !staged.exists() {
            continue;
        }
        if device.is_some() && bundle::read(&staged).ok().map(|bundle| bundle.device) == device {
            publish(&staged, &folder)?;
        } else {
            std::fs::remove_dir_all(&staged)
                .with_context(|| format!("cannot remove {}", staged.display()))?;
        }
    }
    Ok(())
}

/// The order's issuance log: one line per device, each holding the hash of the one before it.
pub(super) struct MadeLog {
    log: store::Log,
    order: Order,
    tip: Hash,
    pub devices: Vec<MadeDevice>,
}

#[derive(Serialize, Deserialize)]
struct MadeLine {
    n: u64,
    prev: String,
    device: MadeDevice,
}

impl MadeLog {
    /// Opens and recounts. The first line holds the hash of the statement, so logs cannot be exchanged.
    pub fn open(factory: &Factory, order: &Order) -> Result<Self> {
        let path = factory.order_file(order.work.order, "made");
        let log = store::Log::open(&path, false)
            .context("without its log an order makes nothing: bring the file back, or open another order")?;
        let mut tip = sha256(&[&order.statement]);
        let mut devices = Vec::with_capacity(log.lines().len());
        for (n, text) in (1..).zip(log.lines()) {
            let line = serde_json::from_str::<MadeLine>(text).ok();
            let Some(line) = line.filter(|line| line.n == n && line.prev == tip.to_string()) else {
                bail!(
                    "{}:{n}: the log was changed here; nothing was done, bring it back as it was",
                    path.display()
                );
            };
            tip = sha256(&[text.as_bytes()]);
            devices.push(line.device);
        }
        Ok(Self { log, order: order.clone(), tip, devices })
    }

    fn append(&mut self, device: MadeDevice) -> Result<()> {
        let n = self.devices.len() as u64 + 1;
        let text =
            serde_json::to_string(&MadeLine { n, prev: self.tip.to_string(), device: device.clone() })?;
        let tip = sha256(&[text.as_bytes()]);
        self.log.append(vec![text])?;
        self.tip = tip;
        self.devices.push(device);
        Ok(())
    }
}

fn check_wish(wish: &MakeWish<'_>) -> Result<()> {
    x509::from_pem(wish.deployment_ca_pem).context("the deployment's CA is refused; nothing was made")?;
    let url = wish.onboarding_url;
    if !url.starts_with("https://") || url.contains(char::is_whitespace) {
        bail!("onboarding URL `{url}` refused: https://… expected; nothing was made");
    }
    Ok(())
}

/// The key of a signing request, in PEM or DER.
fn csr_key(csr: &[u8]) -> Result<PublicKey> {
    let refused = "the signing request is refused, nothing was made";
    if csr.len() > CSR_BYTES_MAX {
        bail!("{refused}: more than {CSR_BYTES_MAX} bytes");
    }
    let block = std::str::from_utf8(csr).ok().and_then(|text| pem_block(text, "CERTIFICATE REQUEST"));
    x509::request_key(block.as_deref().unwrap_or(csr)).context(refused)
}

/// The first PEM block (RFC 7468) whose label ends so: `openssl` writes `NEW CERTIFICATE REQUEST` too.
pub(super) fn pem_block(text: &str, label: &str) -> Option<Vec<u8>> {
    let mut lines =
        text.lines().skip_while(|line| !(line.starts_with("-----BEGIN ") && line.contains(label)));
    lines.next()?;
    let body: String = lines.take_while(|line| !line.starts_with("-----END ")).map(str::trim).collect();
    BASE64.decode(body.as_bytes()).ok()
}

/// Two devices with one key would be clones from birth.
fn refuse_known_key(factory: &Factory, key: &PublicKey) -> Result<()> {
    for id in order::all(factory)? {
        let log = MadeLog::open(factory, &order::load(factory, id)?)?;
        for device in &log.devices {
            if read_voucher(&device.voucher)?.header.device_key == *key {
                bail!("`{}` was made with the key of this request; nothing was made", device.serial);
            }
        }
    }
    Ok(())
}
