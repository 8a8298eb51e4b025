//! TLS 1.3 for both names of the server and for its clients (trust.md §2). Devices prove themselves here; what they
//! may do is decided later and again on every request.

use crate::sign::SigningKey;
use crate::{TrustError, pair, x509};
use arc_swap::ArcSwap;
use fieldkeep_domain::identity::DeviceName;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, ServerSessionMemoryCache, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use std::sync::Arc;
use std::time::Duration;

/// ALPN of both names (RFC 7301).
pub const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];
/// Sessions kept for resumption.
const SESSIONS_MAX: usize = 20_000;

/// The one provider, with its post-quantum key exchange preferred.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn failed(error: impl std::fmt::Display) -> TrustError {
    TrustError::Tls(error.to_string())
}

fn roots(certificates: &[Vec<u8>]) -> Result<RootCertStore, TrustError> {
    let mut store = RootCertStore::empty();
    for der in certificates {
        store.add(CertificateDer::from(der.clone())).map_err(failed)?;
    }
    Ok(store)
}

/// A certificate chain and its key, as TLS presents them.
pub fn identity(chain: &[Vec<u8>], key: &SigningKey) -> Result<Arc<CertifiedKey>, TrustError> {
    let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.pkcs8().expose().to_vec()));
    let key = provider().key_provider.load_private_key(der).map_err(failed)?;
    let chain = chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
    Ok(Arc::new(CertifiedKey::new(chain, key)))
}

/// Verifies devices: operational names under the deployment's root, birth names under a registered maker's.
#[derive(Debug)]
pub struct DeviceVerifier {
    operational: Arc<dyn ClientCertVerifier>,
    birth: ArcSwap<Option<Arc<dyn ClientCertVerifier>>>,
}

impl DeviceVerifier {
    /// Trusts the deployment's root; makers are added later.
    pub fn new(root: &[u8]) -> Result<Arc<Self>, TrustError> {
        let operational = under(&[root.to_vec()])?;
        Ok(Arc::new(Self { operational, birth: ArcSwap::from_pointee(None) }))
    }
    /// Replaces the makers' roots.
    pub fn trust_makers(&self, makers: &[Vec<u8>]) -> Result<(), TrustError> {
        let verifier = if makers.is_empty() { None } else { Some(under(makers)?) };
        self.birth.store(Arc::new(verifier));
        Ok(())
    }
}

fn under(certificates: &[Vec<u8>]) -> Result<Arc<dyn ClientCertVerifier>, TrustError> {
    let roots = Arc::new(roots(certificates)?);
    // Revocation is checked after every handshake against the live table; a CRL here would miss resumed sessions.
    WebPkiClientVerifier::builder_with_provider(roots, provider()).build().map_err(failed)
}

impl ClientCertVerifier for DeviceVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }
    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let refuse = rustls::Error::InvalidCertificate;
        // The kind of name picks the root: a maker cannot issue an operational name, nor an owner a birth.
        match x509::device_name(end_entity) {
            Ok(DeviceName::Operational(..)) => {
                self.operational.verify_client_cert(end_entity, intermediates, now)
            }
            Ok(DeviceName::Birth(_)) => match self.birth.load().as_ref() {
                Some(verifier) => verifier.verify_client_cert(end_entity, intermediates, now),
                None => Err(refuse(rustls::CertificateError::UnknownIssuer)),
            },
            Err(_) => Err(refuse(rustls::CertificateError::ApplicationVerificationFailure)),
        }
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.operational.verify_tls12_signature(message, certificate, signature)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.operational.verify_tls13_signature(message, certificate, signature)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.operational.supported_verify_schemes()
    }
}

/// The listener's configuration for one name. Each has a session store of its own.
pub fn server_config(
    resolver: Arc<dyn rustls::server::ResolvesServerCert>,
    devices: Option<Arc<DeviceVerifier>>,
    clock: Arc<dyn TimeProvider>,
) -> Result<ServerConfig, TrustError> {
    let builder = ServerConfig::builder_with_details(provider(), clock)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(failed)?;
    let builder = match devices {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_cert_resolver(resolver);
    config.alpn_protocols = ALPN.iter().map(|name| name.to_vec()).collect();
    config.session_storage = ServerSessionMemoryCache::new(SESSIONS_MAX);
    config.max_early_data_size = 0;
    Ok(config)
}

/// A configuration that keeps no session, for listeners that close strangers.
pub fn without_sessions(config: &ServerConfig) -> ServerConfig {
    let mut config = config.clone();
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config
}

/// A client that trusts one root, and beside it the one leaf of this chain.
pub fn client_config_pinned(
    root_pem: &str,
    chain_pem: &str,
    clock: Arc<dyn TimeProvider>,
) -> Result<ClientConfig, TrustError> {
    let chain: Vec<_> = x509::from_pem(chain_pem)?.into_iter().map(CertificateDer::from).collect();
    let leaf = chain.first().cloned().ok_or_else(|| failed("an empty chain"))?;
    let end = x509::facts(&leaf).map_err(failed)?.not_after;
    let under = |roots| WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
    let verifier = Pinned {
        root: under(roots(&x509::from_pem(root_pem)?)?).map_err(failed)?,
        own: under(pair::anchors(&chain).map_err(failed)?).map_err(failed)?,
        leaf,
        end: UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(end.as_secs()).map_err(failed)?)),
    };
    let mut config = ClientConfig::builder_with_details(provider(), clock)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = ALPN.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

/// Takes one leaf under what issued it, or what comes from the root. Another leaf of that issuer is a stranger.
#[derive(Debug)]
struct Pinned {
    root: Arc<WebPkiServerVerifier>,
    own: Arc<WebPkiServerVerifier>,
    leaf: CertificateDer<'static>,
    end: UnixTime,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity != self.leaf {
            return self.root.verify_server_cert(end_entity, intermediates, name, ocsp, now);
        }
        // Judged as on its last day: an operator must reach a server whose certificate has ended.
        let now = if now.as_secs() > self.end.as_secs() { self.end } else { now };
        self.own.verify_server_cert(end_entity, intermediates, name, ocsp, now)
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.root.verify_tls12_signature(message, certificate, signature)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.root.verify_tls13_signature(message, certificate, signature)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.root.supported_verify_schemes()
    }
}

/// A client that trusts one root, and shows a certificate where it has one.
pub fn client_config(
    root_pem: &str,
    identity: Option<(&[Vec<u8>], &SigningKey)>,
) -> Result<ClientConfig, TrustError> {
    client_config_at(root_pem, identity, Arc::new(rustls::time_provider::DefaultTimeProvider))
}

/// The same with a clock of the caller's.
pub fn client_config_at(
    root_pem: &str,
    identity: Option<(&[Vec<u8>], &SigningKey)>,
    clock: Arc<dyn TimeProvider>,
) -> Result<ClientConfig, TrustError> {
    let roots = roots(&x509::from_pem(root_pem)?)?;
    let builder = ClientConfig::builder_with_details(provider(), clock)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(failed)?
        .with_root_certificates(roots);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let chain = chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
            let key = PrivatePkcs8KeyDer::from(key.pkcs8().expose().to_vec());
            builder.with_client_auth_cert(chain, key.into()).map_err(failed)?
        }
    };
    config.alpn_protocols = ALPN.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}
