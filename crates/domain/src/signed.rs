//! A signed message before anyone has checked it, and the hash that everything is named by.

use std::fmt;

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Reads a hash out of exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    /// Lower-case hexadecimal, 64 characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Text that is not 64 hexadecimal digits in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 hash: expected 64 hexadecimal digits in lower case")]
pub struct BadHash;

impl std::str::FromStr for Hash {
    type Err = BadHash;
    fn from_str(text: &str) -> Result<Self, BadHash> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(BadHash);
        }
        let mut out = [0u8; 32];
        for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(out))
    }
}

fn nibble(digit: u8) -> Result<u8, BadHash> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(BadHash),
    }
}

/// A COSE_Sign1 (RFC 9052 §4.2) taken apart but not verified: reading never verifies, verifying never reads payloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The protected header as the signer serialized it.
    pub protected: Vec<u8>,
    /// What was signed.
    pub payload: Vec<u8>,
    /// ES256: r ‖ s, 64 bytes.
    pub signature: Vec<u8>,
}

/// A P-256 public key as an uncompressed point (SEC 1 §2.3.3): 0x04 ‖ x ‖ y.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey(pub [u8; 65]);

impl PublicKey {
    /// Reads an uncompressed point. Whether it lies on the curve is checked where it is used to verify.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let point: [u8; 65] = bytes.try_into().ok()?;
        (point[0] == 4).then_some(Self(point))
    }
    /// The key from its two coordinates.
    pub fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Self {
        let mut point = [4u8; 65];
        point[1..33].copy_from_slice(x);
        point[33..].copy_from_slice(y);
        Self(point)
    }
    /// x and y, 32 bytes each.
    pub fn coordinates(&self) -> (&[u8], &[u8]) {
        self.0[1..].split_at(32)
    }
    /// The point.
    pub fn as_bytes(&self) -> &[u8; 65] {
        &self.0
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (x, _) = self.coordinates();
        write!(f, "PublicKey(x={:02x}{:02x}{:02x}{:02x}…)", x[0], x[1], x[2], x[3])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_text_round_trips_and_is_strict() {
        let hash = Hash([0xab; 32]);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert!("AB".repeat(32).parse::<Hash>().is_err());
        assert!("ab".repeat(31).parse::<Hash>().is_err());
        assert!("zz".repeat(32).parse::<Hash>().is_err());
    }

    #[test]
    fn compressed_points_are_no_public_keys() {
        assert!(PublicKey::from_slice(&[2; 33]).is_none());
        assert!(PublicKey::from_slice(&[2; 65]).is_none());
        assert!(PublicKey::from_slice(&[4; 65]).is_some());
    }
}
