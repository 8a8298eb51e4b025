//! The deployment's keys by what they are for. Callers name a purpose; only this file knows the keyring's names.

use fieldkeep_domain::{OrganizationId, ProjectId};
use fieldkeep_trust::TrustError;
use fieldkeep_trust::ca::Authority;
use fieldkeep_trust::keyring::{Keyring, KeyringError};
use fieldkeep_trust::seal::SealKey;
use fieldkeep_trust::secret::Secret;
use fieldkeep_trust::sign::SigningKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The pepper that new API keys are stored under. Older ones stay valid until their keys are rotated.
pub const PEPPER_NOW: i64 = 1;

/// What seals and hides the data of one project or organization.
#[derive(Debug, Clone)]
pub struct DataKeys {
    /// Seals rows.
    pub seal: SealKey,
    /// Hides leaves of the tree.
    pub blind: Secret,
}

/// Opens keys as they are needed and keeps them.
#[derive(Debug)]
pub struct Keys {
    keyring: Mutex<Keyring>,
    projects: Mutex<HashMap<ProjectId, Arc<DataKeys>>>,
    organizations: Mutex<HashMap<Option<OrganizationId>, Arc<DataKeys>>>,
}

fn organization_prefix(organization: Option<OrganizationId>) -> String {
    match organization {
        Some(id) => format!("organization/{id}"),
        None => "deployment".to_owned(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while a key was read leaves the map as it was: it only ever grows by whole entries.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The keys of the maker of simulated devices.
#[derive(Debug)]
pub struct SimulationKeys {
    /// Above its birth certificates.
    pub root: Authority,
    /// Signs its work orders and vouchers.
    pub voucher: SigningKey,
}

impl Keys {
    /// Serves keys out of an open keyring.
    pub fn new(keyring: Keyring) -> Self {
        Self {
            keyring: Mutex::new(keyring),
            projects: Mutex::new(HashMap::new()),
            organizations: Mutex::new(HashMap::new()),
        }
    }

    /// The keys that a fresh deployment starts with.
    pub fn found(keyring: &mut Keyring) -> Result<(), KeyringError> {
        let token = SigningKey::generate()?.pkcs8().clone();
        let keys = [
            ("database", Secret::random::<32>()),
            ("deployment/seal", Secret::random::<32>()),
            ("deployment/blind", Secret::random::<32>()),
            ("deployment/pepper/1", Secret::random::<32>()),
            ("deployment/token", token),
        ];
        let below_master = |(name, secret): (&str, Secret)| (String::new(), name.to_owned(), secret);
        keyring.add_all(keys.into_iter().map(below_master).collect())
    }

    /// Stores the key of one of the deployment's authorities.
    pub fn add_authority(
        keyring: &mut Keyring,
        name: &str,
        authority: &Authority,
    ) -> Result<(), KeyringError> {
        keyring.add("deployment/seal", &format!("deployment/ca/{name}"), authority.key().pkcs8().clone())
    }

    /// SQLCipher's key.
    pub fn database(&self) -> Result<Secret, KeyringError> {
        lock(&self.keyring).get("database")
    }
    /// Signs device tokens.
    pub fn token(&self) -> Result<SigningKey, KeyringError> {
        Ok(SigningKey::from_pkcs8(&lock(&self.keyring).get("deployment/token")?)?)
    }
    /// The pepper of a version.
    pub fn pepper(&self, version: i64) -> Result<Secret, KeyringError> {
        lock(&self.keyring).get(&format!("deployment/pepper/{version}"))
    }
    /// One of the deployment's authorities (`devices`, `server`), with its certificate.
    pub fn authority(&self, name: &str, certificate: Vec<u8>) -> Result<Authority, KeyringError> {
        let key = SigningKey::from_pkcs8(&lock(&self.keyring).get(&format!("deployment/ca/{name}"))?)?;
        Ok(Authority::new(certificate, key)?)
    }

    /// Makes and stores the keys of a new organization: seal, blind, owner key and the key of its intermediate.
    pub fn add_organization(
        &self,
        organization: OrganizationId,
        authority: &Authority,
        owner: &SigningKey,
    ) -> Result<(), KeyringError> {
        let prefix = organization_prefix(Some(organization));
        let seal = format!("{prefix}/seal");
        lock(&self.keyring).add_all(vec![
            (String::new(), seal.clone(), Secret::random::<32>()),
            (seal.clone(), format!("{prefix}/blind"), Secret::random::<32>()),
            (seal.clone(), format!("{prefix}/owner"), owner.pkcs8().clone()),
            (seal, format!("{prefix}/ca"), authority.key().pkcs8().clone()),
        ])
    }

    /// Makes and stores the keys of a new project.
    pub fn add_project(&self, organization: OrganizationId, project: ProjectId) -> Result<(), KeyringError> {
        let under = format!("{}/seal", organization_prefix(Some(organization)));
        lock(&self.keyring).add_all(vec![
            (under.clone(), format!("project/{project}/seal"), Secret::random::<32>()),
            (under, format!("project/{project}/blind"), Secret::random::<32>()),
        ])
    }

    /// A project's keys.
    pub fn project(&self, project: ProjectId) -> Result<Arc<DataKeys>, KeyringError> {
        self.cached(&self.projects, project, &format!("project/{project}"))
    }
    /// An organization's keys, or the deployment's.
    pub fn organization(&self, organization: Option<OrganizationId>) -> Result<Arc<DataKeys>, KeyringError> {
        self.cached(&self.organizations, organization, &organization_prefix(organization))
    }

    fn cached<K: std::hash::Hash + Eq>(
        &self,
        cache: &Mutex<HashMap<K, Arc<DataKeys>>>,
        id: K,
        prefix: &str,
    ) -> Result<Arc<DataKeys>, KeyringError> {
        let mut cache = lock(cache);
        if let Some(keys) = cache.get(&id) {
            return Ok(keys.clone());
        }
        let mut keyring = lock(&self.keyring);
        let seal = keyring.seal_key(&format!("{prefix}/seal"))?;
        let keys = Arc::new(DataKeys { seal, blind: keyring.get(&format!("{prefix}/blind"))? });
        cache.insert(id, keys.clone());
        Ok(keys)
    }

    /// Signs as the owner of an organization's devices.
    pub fn owner(&self, organization: OrganizationId) -> Result<SigningKey, KeyringError> {
        let name = format!("{}/owner", organization_prefix(Some(organization)));
        Ok(SigningKey::from_pkcs8(&lock(&self.keyring).get(&name)?)?)
    }
    /// The intermediate that certifies an organization's devices.
    pub fn organization_ca(
        &self,
        organization: OrganizationId,
        certificate: Vec<u8>,
    ) -> Result<Authority, KeyringError> {
        let name = format!("{}/ca", organization_prefix(Some(organization)));
        let key = SigningKey::from_pkcs8(&lock(&self.keyring).get(&name)?)?;
        Ok(Authority::new(certificate, key)?)
    }

    /// The keys of the maker of simulated devices, made by `make` where there are none yet. Its root's certificate is public,
    /// and stands beside its key so that neither is ever there alone.
    pub fn simulation(
        &self,
        make: impl FnOnce() -> Result<(Authority, SigningKey), TrustError>,
    ) -> Result<SimulationKeys, KeyringError> {
        let [root, certificate, voucher] =
            ["root", "certificate", "voucher"].map(|what| format!("deployment/simulated/{what}"));
        let mut keyring = lock(&self.keyring);
        if !keyring.contains(&root) {
            let (authority, key) = make()?;
            let under = || "deployment/seal".to_owned();
            keyring.add_all(vec![
                (under(), root.clone(), authority.key().pkcs8().clone()),
                (under(), certificate.clone(), Secret::new(authority.der().to_vec())),
                (under(), voucher.clone(), key.pkcs8().clone()),
            ])?;
        }
        let key = SigningKey::from_pkcs8(&keyring.get(&root)?)?;
        let root = Authority::new(keyring.get(&certificate)?.expose().to_vec(), key)?;
        Ok(SimulationKeys { root, voucher: SigningKey::from_pkcs8(&keyring.get(&voucher)?)? })
    }
}
