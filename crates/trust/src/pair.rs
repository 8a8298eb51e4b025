//! A certificate chain and its key from files of an operator's own, judged before anybody is shown them.
//!
//! Never: reads the files, decides whether a browser trusts the chain: that is the browser's.

use crate::hash::sha256;
use crate::secret::Secret;
use crate::{tls, x509};
use fieldkeep_domain::{Hash, Timestamp};
use rustls::RootCertStore;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use std::sync::Arc;
use std::time::Duration;

/// A chain that may be shown under a name, and the key of its leaf.
#[derive(Debug, Clone)]
pub struct Pair {
    /// As TLS presents it.
    pub shown: Arc<CertifiedKey>,
    /// The leaf, DER.
    pub leaf: Vec<u8>,
    /// SHA-256 of the leaf.
    pub fingerprint: Hash,
    /// Last second of its validity.
    pub not_after: Timestamp,
}

/// Why a chain or its key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPair {
    /// No certificate.
    #[error(
        "it holds no certificate that can be read; the server's certificate in PEM expected, then those above it"
    )]
    Chain,
    /// No key.
    #[error("it holds no private key that can be read; one in PEM, without a passphrase, expected")]
    Key,
    /// A key that TLS does not take.
    #[error(
        "TLS takes no key of this kind or size: use ECDSA P-256, P-384 or P-521, Ed25519, or RSA of 2048 to 8192 bits"
    )]
    Kind,
    /// The key of something else.
    #[error(
        "it is not the key of the first certificate in the chain: the server's certificate comes first, and both files come \
         from one issue"
    )]
    OtherKey,
    /// The leaf names something else.
    #[error(
        "the first certificate does not name `{0}` among its subject alternative names, nor by a wildcard for one label"
    )]
    Name(String),
    /// What issued the leaf is missing.
    #[error(
        "it does not hold the certificate that issued the first one, or the first one is not a server's: add what is above it, \
         your own authority's root where nothing stands between"
    )]
    Issuer,
    /// Not yet.
    #[error("the first certificate is valid only from {from}: wait, or set this machine's clock", from = text(.0))]
    NotYet(Timestamp),
    /// Not any more.
    #[error("the first certificate ended at {at}: renew it", at = text(.0))]
    Ended(Timestamp),
}

impl BadPair {
    /// Whether the fault lies in the file with the key.
    pub fn is_of_key(&self) -> bool {
        matches!(self, Self::Key | Self::Kind | Self::OtherKey)
    }
}

impl Pair {
    /// Takes what two PEM files hold, if it can be shown under this name now.
    pub fn judge(chain: &[u8], key: &Secret, name: &str, now: Timestamp) -> Result<Self, BadPair> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, pem::Error>>()
            .map_err(|_| BadPair::Chain)?;
        let leaf = chain.first().ok_or(BadPair::Chain)?.to_vec();
        let facts = chain.iter().map(|der| x509::facts(der)).collect::<Result<Vec<_>, _>>();
        let facts = facts.map_err(|_| BadPair::Chain)?.swap_remove(0);
        let key = PrivateKeyDer::from_pem_slice(key.expose()).map_err(|_| BadPair::Key)?;
        let key = tls::provider().key_provider.load_private_key(key).map_err(|_| BadPair::Kind)?;
        let shown = CertifiedKey::new(chain, key);
        // A key that cannot say its public half would only fail in the handshake: that is too late to be told.
        shown.keys_match().map_err(|_| BadPair::OtherKey)?;
        names(&leaf, name)?;
        if now < facts.not_before {
            return Err(BadPair::NotYet(facts.not_before));
        }
        if now > facts.not_after {
            return Err(BadPair::Ended(facts.not_after));
        }
        issued(&shown.cert, now)?;
        let fingerprint = sha256(&[&leaf]);
        Ok(Self { shown: Arc::new(shown), leaf, fingerprint, not_after: facts.not_after })
    }
}

/// As TLS clients compare names (RFC 9525 §6.3): DNS names alone, a wildcard for the whole first label and no more.
fn names(leaf: &[u8], name: &str) -> Result<(), BadPair> {
    let der = CertificateDer::from(leaf);
    let leaf = ParsedCertificate::try_from(&der).map_err(|_| BadPair::Chain)?;
    let other = || BadPair::Name(name.to_owned());
    let wanted = ServerName::try_from(name).map_err(|_| other())?;
    verify_server_name(&leaf, &wanted).map_err(|_| other())
}

/// What a chain's leaf is judged under: everything above it, or itself where it stands alone.
pub(crate) fn anchors(chain: &[CertificateDer<'static>]) -> Result<RootCertStore, rustls::Error> {
    let mut store = RootCertStore::empty();
    let above = if chain.len() > 1 { &chain[1..] } else { chain };
    for der in above {
        store.add(der.clone())?;
    }
    Ok(store)
}

/// Whether the leaf comes from what is above it. Clients that do not fetch missing certificates by themselves, commands of this
/// deployment among them, would refuse it.
fn issued(chain: &[CertificateDer<'static>], now: Timestamp) -> Result<(), BadPair> {
    let anchors = anchors(chain).map_err(|_| BadPair::Chain)?;
    let leaf = chain.first().ok_or(BadPair::Chain)?;
    let leaf = ParsedCertificate::try_from(leaf).map_err(|_| BadPair::Chain)?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs().unsigned_abs()));
    let algorithms = tls::provider().signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(&leaf, &anchors, &[], now, algorithms)
        .map_err(|_| BadPair::Issuer)
}

/// To the minute, for people.
fn text(at: &Timestamp) -> String {
    time::OffsetDateTime::from_unix_timestamp(at.as_secs()).map_or_else(
        |_| at.as_secs().to_string(),
        |at| format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute()),
    )
}

#[cfg(test)]
#[cfg(feature = "ca")]
#[path = "pair_tests.rs"]
mod tests;
