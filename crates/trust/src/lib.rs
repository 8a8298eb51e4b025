//! Keys and everything made with them: hashes, signatures, certificates, tokens, seals, the tree.
//!
//! Never: parses a payload from outside, opens a socket, decides who may do what.
//! The one provider is aws-lc-rs; randomness comes from it alone.

pub mod apikey;
#[cfg(feature = "ca")]
pub mod bundle;
#[cfg(feature = "ca")]
pub mod ca;
pub mod hash;
pub mod keyring;
pub mod merkle;
pub mod pair;
pub mod pkcs7;
pub mod seal;
pub mod secret;
pub mod sign;
pub mod tls;
pub mod voucher;
pub mod x509;

/// A failure that is nobody's input: the machine has no randomness, a key file is damaged, a bug.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The cryptographic library refused.
    #[error("the cryptographic library failed to {0}")]
    Crypto(&'static str),
    /// A key that cannot be read.
    #[error("{0} is not a usable private key: PKCS#8 with a P-256 key expected")]
    Key(&'static str),
    /// A certificate that cannot be made or read.
    #[error("certificate: {0}")]
    Certificate(String),
    /// TLS cannot be set up.
    #[error("TLS: {0}")]
    Tls(String),
}

/// `N` random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Fills with random bytes. The provider stops the process itself rather than return weak ones.
#[expect(clippy::expect_used, reason = "without randomness nothing here may go on")]
fn fill(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).expect("the operating system gives randomness");
}
