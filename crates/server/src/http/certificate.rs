//! What the server shows of itself: the certificate behind each of its names. Never: which devices are let in.

use crate::clock::Clock;
use crate::config::Config;
use fieldkeep_domain::Timestamp;
use fieldkeep_trust::TrustError;
use fieldkeep_trust::ca::{Authority, Profile};
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::tls::{self, DeviceVerifier};
use rustls::ServerConfig;
use std::sync::Arc;

/// TLS of both names.
#[derive(Debug)]
pub struct Tls {
    /// For people: no client certificate.
    pub people: Arc<ServerConfig>,
    /// For devices: client certificate required.
    pub devices: Arc<ServerConfig>,
    /// When the certificate should be replaced.
    pub renew_at: Timestamp,
}

/// Issues a new certificate for both names.
pub fn tls_of(
    config: &Config,
    server_ca: &Authority,
    verifier: &Arc<DeviceVerifier>,
    clock: &Clock,
) -> Result<Tls, TrustError> {
    let key = SigningKey::generate()?;
    let names = vec![config.server.people_name.clone(), config.server.devices_name.clone()];
    let now = clock.now();
    let leaf = server_ca.issue(&Profile::ServerNames(names), &key.public(), now)?;
    let identity = tls::identity(&[leaf, server_ca.der().to_vec()], &key)?;
    let resolver = Arc::new(rustls::sign::SingleCertAndKey::from(identity));
    let clock = Arc::new(clock.clone());
    Ok(Tls {
        people: Arc::new(tls::server_config(resolver.clone(), None, clock.clone())?),
        devices: Arc::new(tls::server_config(resolver, Some(verifier.clone()), clock)?),
        renew_at: now.plus_secs(fieldkeep_trust::ca::SERVER_DAYS * 86_400 / 2),
    })
}
