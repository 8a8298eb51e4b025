//! The factory: opens work orders, makes devices up to their count, names their first owner. It needs no network.
//!
//! A factory folder holds the maker's keys, `orders/` with the signed statement, the issuance log and the registry export
//! of each order, and `devices/` with a bundle per device, which may be taken away once it has served.
//!
//! Never: makes one device more than a statement allows, or names two first owners of one device.

pub mod assign;
pub mod bundle;
pub mod label;
pub mod make;
pub mod order;
mod store;

use anyhow::{Context, Result, bail};
use fieldkeep_domain::project::Name;
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{MakerId, OrderId, Timestamp};
use fieldkeep_trust::ca::{Authority, Profile};
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::x509;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

pub use assign::{Assigned, Which, assign, owner_key};
pub use bundle::Bundle;
pub use make::{Made, MakeWish, make};
pub use order::{Order, OrderWish, order};

const ROOT_KEY: &str = "maker.key";
const ROOT: &str = "maker.pem";
const FACTORY_KEY: &str = "factory.key";
const FACTORY: &str = "factory.pem";
const VOUCHER_KEY: &str = "voucher.key";
/// Written last: the folder is a factory once it is there.
const MAKER: &str = "maker.json";

/// An opened factory folder.
#[derive(Debug)]
pub struct Factory {
    dir: PathBuf,
    maker: MakerId,
    name: Name,
    root: Vec<u8>,
    authority: Authority,
    voucher_key: SigningKey,
}

#[derive(Serialize, Deserialize)]
struct MakerFile {
    maker: MakerId,
    name: String,
}

impl Factory {
    /// Opens a factory folder; its lock is the caller's to hold.
    pub fn open(dir: &Path) -> Result<Self> {
        if !dir.join(MAKER).is_file() {
            bail!("{} is no factory folder: open a first order there with `factory order`", dir.display());
        }
        let about: MakerFile = store::read_json(&dir.join(MAKER))?;
        let name = Name::parse(&about.name).with_context(|| format!("{MAKER} names no maker"))?;
        let root = certificate(&dir.join(ROOT))?;
        let authority = Authority::new(certificate(&dir.join(FACTORY))?, key(&dir.join(FACTORY_KEY))?)
            .with_context(|| format!("{FACTORY} and {FACTORY_KEY} do not belong together"))?;
        if !x509::is_signed_by(authority.der(), &root) {
            bail!("{FACTORY} is not signed by {ROOT}: bring back the files that belong together");
        }
        let voucher_key = key(&dir.join(VOUCHER_KEY))?;
        Ok(Self { dir: dir.to_path_buf(), maker: about.maker, name, root, authority, voucher_key })
    }

    /// Opens the folder, or makes its keys when it is empty of them. A name given for a known maker must be its own.
    fn open_or_create(dir: &Path, name: &Name, now: Timestamp) -> Result<Self> {
        if !dir.join(MAKER).is_file() {
            create(dir, name, now)?;
        }
        let factory = Self::open(dir)?;
        if factory.name != *name {
            bail!(
                "{} belongs to the maker `{}`: use another folder for `{name}`",
                dir.display(),
                factory.name
            );
        }
        Ok(factory)
    }

    /// The maker's id.
    pub fn maker(&self) -> MakerId {
        self.maker
    }
    /// The maker's name.
    pub fn name(&self) -> &Name {
        &self.name
    }
    /// The key that signs orders and the first entry of every voucher.
    pub fn voucher_key(&self) -> PublicKey {
        self.voucher_key.public()
    }

    fn order_file(&self, order: OrderId, end: &str) -> PathBuf {
        self.dir.join("orders").join(format!("{order}.{end}"))
    }
    fn devices(&self) -> PathBuf {
        self.dir.join("devices")
    }
}

/// Where the export of an order lies, for `registry import`.
pub fn registry_path(dir: &Path, order: OrderId) -> PathBuf {
    dir.join("orders").join(format!("{order}.registry.json"))
}

fn create(dir: &Path, name: &Name, now: Timestamp) -> Result<()> {
    let files = [ROOT_KEY, ROOT, FACTORY_KEY, FACTORY, VOUCHER_KEY];
    if let Some(there) = files.iter().find(|file| dir.join(file).exists()) {
        bail!(
            "{} holds {there} but no {MAKER}: a first order was interrupted, or files are missing; nothing was \
             overwritten, bring {MAKER} back or use an empty folder",
            dir.display()
        );
    }
    // A common name has at most 64 characters (RFC 5280 appendix A.1).
    let short: String = name.as_str().chars().take(48).collect();
    let root = Authority::root(&format!("{short} root"), now)?;
    let factory = root.subordinate(&Profile::Factory { name: format!("{short} factory") }, now)?;
    let voucher_key = SigningKey::generate()?;
    store::folder(&dir.join("orders"))?;
    store::folder(&dir.join("devices"))?;
    store::write_secret(&dir.join(ROOT_KEY), root.key().to_pem().expose())?;
    store::write_public(&dir.join(ROOT), pem(root.der()).as_bytes())?;
    store::write_secret(&dir.join(FACTORY_KEY), factory.key().to_pem().expose())?;
    store::write_public(&dir.join(FACTORY), pem(factory.der()).as_bytes())?;
    store::write_secret(&dir.join(VOUCHER_KEY), voucher_key.to_pem().expose())?;
    let about =
        MakerFile { maker: MakerId::from_random(fieldkeep_trust::random()), name: name.as_str().to_owned() };
    store::write_public(&dir.join(MAKER), &serde_json::to_vec_pretty(&about)?)
}

fn pem(der: &[u8]) -> String {
    x509::to_pem("CERTIFICATE", der)
}

fn certificate(path: &Path) -> Result<Vec<u8>> {
    let all =
        x509::from_pem(&store::read(path)?).with_context(|| format!("{} is damaged", path.display()))?;
    all.into_iter().next().with_context(|| format!("{} holds no certificate", path.display()))
}

fn key(path: &Path) -> Result<SigningKey> {
    let text = fieldkeep_trust::secret::Secret::new(store::read(path)?.into_bytes());
    let text = std::str::from_utf8(text.expose())?;
    SigningKey::from_pem(text).with_context(|| format!("{} is damaged", path.display()))
}

#[cfg(test)]
mod tests;
