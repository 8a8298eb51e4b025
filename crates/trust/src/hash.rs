//! The hashes that the journal is frozen on (journal.md): batch hash, blind, commitment.

use aws_lc_rs::{digest, hmac};
use fieldkeep_domain::Hash;
use fieldkeep_domain::telemetry::Canonical;

/// SHA-256 over parts, as if they were one.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    Hash(hash)
}

/// SHA-1, for lists of leaked passwords that others write with it. Proves nothing.
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut hash = [0; 20];
    hash.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
    hash
}

/// HMAC-SHA-256 over parts.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Hash {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.sign().as_ref());
    Hash(hash)
}

/// Compares without telling by time where the difference lies.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// Batch hash and segment hashes: SHA-256(header ‖ SHA-256(segment) in order).
pub fn batch_hash(canonical: &Canonical) -> (Hash, Vec<Hash>) {
    let segments: Vec<Hash> = canonical.segments.iter().map(|segment| sha256(&[segment])).collect();
    (batch_hash_of(&canonical.header, &segments), segments)
}

/// The batch hash where only segment hashes are left.
pub fn batch_hash_of(header: &[u8], segments: &[Hash]) -> Hash {
    let mut parts: Vec<&[u8]> = vec![header];
    parts.extend(segments.iter().map(|hash| &hash.as_bytes()[..]));
    sha256(&parts)
}

/// SHA-256(blind ‖ body hash) with blind = HMAC(blind key, body hash): a published leaf tells nothing about few readings.
pub fn commitment(blind_key: &[u8], body: &Hash) -> Hash {
    let blind = hmac_sha256(blind_key, &[body.as_bytes()]);
    sha256(&[blind.as_bytes(), body.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&[b"a", b"bc"]).to_string(), abc);
        // RFC 4231 §4.3
        let mac = hmac_sha256(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(mac.to_string(), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_batch_hash_needs_only_segment_hashes() {
        let canonical = Canonical { header: vec![1, 2], segments: vec![vec![3], vec![4, 5]] };
        let (hash, segments) = batch_hash(&canonical);
        assert_eq!(batch_hash_of(&[1, 2], &segments), hash);
        assert_eq!(hash, sha256(&[&[1, 2], sha256(&[&[3]]).as_bytes(), sha256(&[&[4, 5]]).as_bytes()]));
    }

    #[test]
    fn commitments_need_the_key() {
        let body = sha256(&[b"4.2"]);
        assert_ne!(commitment(&[1; 32], &body), commitment(&[2; 32], &body));
    }
}
