//! A device's connection: what its certificate proved, what was proven since, and how to end it.

use crate::Fault;
use crate::admission::Standing;
use fieldkeep_domain::identity::DeviceName;
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{DeviceId, Hash, Timestamp};
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::x509;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// One mutual-TLS connection. Its identity never changes while it lives.
#[derive(Debug)]
pub struct Connection {
    /// From where.
    pub peer: SocketAddr,
    /// Who, from exactly one SAN.
    pub name: DeviceName,
    /// SHA-256 of the leaf.
    pub fingerprint: Hash,
    /// SHA-256 over the chain as presented, leaf first.
    pub chain: Hash,
    /// End of the leaf's validity.
    pub not_after: Timestamp,
    /// The leaf's key.
    pub key: PublicKey,
    /// Ends it.
    pub close: CancellationToken,
    standing: Mutex<Option<Standing>>,
}

impl Connection {
    /// Reads the identity out of a chain that TLS has verified.
    pub fn new(peer: SocketAddr, chain: &[impl AsRef<[u8]>]) -> Result<Self, Fault> {
        let leaf = chain.first().ok_or_else(|| Fault::internal("mutual TLS without a certificate"))?.as_ref();
        let facts = x509::facts(leaf).map_err(Fault::internal)?;
        let parts: Vec<&[u8]> = chain.iter().map(AsRef::as_ref).collect();
        Ok(Self {
            peer,
            name: x509::device_name(leaf).map_err(Fault::internal)?,
            fingerprint: facts.fingerprint,
            chain: sha256(&parts),
            not_after: facts.not_after,
            key: x509::public_key(leaf).map_err(Fault::internal)?,
            close: CancellationToken::new(),
            standing: Mutex::new(None),
        })
    }

    /// What was proven at this revision, if it was.
    pub fn remembered(&self, revision: u64) -> Option<Standing> {
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        standing.clone().filter(|standing| standing.placed.revision() == revision)
    }

    /// Remembers what was proven.
    pub fn remember(&self, standing: Standing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some(standing);
    }
}

/// Every device's open connections, so that a revocation can end them.
#[derive(Debug, Default)]
pub struct Connections(Mutex<HashMap<DeviceId, Vec<Arc<Connection>>>>);

impl Connections {
    /// Adds a connection; it leaves when the guard is dropped.
    pub fn enter(self: &Arc<Self>, connection: &Arc<Connection>) -> Entered {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(connection.name.device()).or_default().push(connection.clone());
        Entered { all: self.clone(), connection: connection.clone() }
    }
    /// Ends every connection of a device.
    pub fn close_device(&self, device: DeviceId) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&device).into_iter().flatten().for_each(|connection| connection.close.cancel());
    }
    /// Ends the connections that show one of these certificates, or whose certificate has expired.
    pub fn close_certificates(&self, revoked: &[Hash], now: Timestamp) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for connection in all.values().flatten() {
            if now > connection.not_after || revoked.contains(&connection.fingerprint) {
                connection.close.cancel();
            }
        }
    }
    /// How many are open.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().map(Vec::len).sum()
    }
}

/// A connection's place among the open ones.
#[derive(Debug)]
pub struct Entered {
    all: Arc<Connections>,
    connection: Arc<Connection>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        let device = self.connection.name.device();
        if let Some(open) = all.get_mut(&device) {
            open.retain(|other| !Arc::ptr_eq(other, &self.connection));
            if open.is_empty() {
                all.remove(&device);
            }
        }
    }
}
