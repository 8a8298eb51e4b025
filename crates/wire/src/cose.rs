//! COSE_Sign1 (RFC 9052 §4.2) and COSE_Key (RFC 9053 §7.1.1) in the one profile we speak: ES256, nothing optional.

use crate::Malformed;
use crate::cbor::{Reader, Writer};
use fieldkeep_domain::Signed;
use fieldkeep_domain::signed::PublicKey;

/// The only protected header: {1: -7}, ES256.
pub const PROTECTED_ES256: [u8; 3] = [0xa1, 0x01, 0x26];
/// Bytes of an ES256 signature: r ‖ s.
const SIGNATURE_BYTES: usize = 64;

/// Takes an untagged COSE_Sign1 apart; verifies nothing.
pub fn decode_sign1(bytes: &[u8], payload_max: usize) -> Result<Signed, Malformed> {
    let mut reader = Reader::new(bytes);
    let signed = read_sign1(&mut reader, payload_max)?;
    reader.end()?;
    Ok(signed)
}

/// Reads a COSE_Sign1 that stands inside something else.
pub(crate) fn read_sign1(reader: &mut Reader<'_>, payload_max: usize) -> Result<Signed, Malformed> {
    reader.exactly(4)?;
    let at = reader.position();
    let protected = reader.bytes(PROTECTED_ES256.len())?.to_vec();
    if protected != PROTECTED_ES256 {
        return Err(Malformed::Expected { at, expected: "protected header {1: -7} (ES256)" });
    }
    reader.map(0)?;
    let payload = reader.bytes(payload_max)?.to_vec();
    let signature = reader.array_of::<SIGNATURE_BYTES>()?.to_vec();
    Ok(Signed { protected, payload, signature })
}

/// Puts it together.
pub fn encode_sign1(signed: &Signed) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(4).bytes(&signed.protected).map(0).bytes(&signed.payload).bytes(&signed.signature);
    writer.finish()
}

/// {1: 2 (EC2), -1: 1 (P-256), -2: x, -3: y}
pub(crate) fn write_key(writer: &mut Writer, key: &PublicKey) {
    let (x, y) = key.coordinates();
    writer.map(4).int(1).int(2).int(-1).int(1).int(-2).bytes(x).int(-3).bytes(y);
}

pub(crate) fn read_key(reader: &mut Reader<'_>) -> Result<PublicKey, Malformed> {
    let at = reader.position();
    let pairs = reader.map(4)?;
    reader.key(1)?;
    let kind = reader.int()?;
    reader.key(-1)?;
    let curve = reader.int()?;
    if (pairs, kind, curve) != (4, 2, 1) {
        return Err(Malformed::Expected { at, expected: "P-256 key" });
    }
    reader.key(-2)?;
    let x = reader.array_of()?;
    reader.key(-3)?;
    Ok(PublicKey::from_coordinates(&x, &reader.array_of()?))
}

/// A public key as a COSE_Key.
pub fn encode_key(key: &PublicKey) -> Vec<u8> {
    let mut writer = Writer::new();
    write_key(&mut writer, key);
    writer.finish()
}

/// Reads a COSE_Key.
pub fn decode_key(bytes: &[u8]) -> Result<PublicKey, Malformed> {
    let mut reader = Reader::new(bytes);
    let key = read_key(&mut reader)?;
    reader.end()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coset::{CborSerializable, CoseKey, CoseSign1};
    use proptest::prelude::*;

    fn sample() -> Signed {
        Signed { protected: PROTECTED_ES256.to_vec(), payload: b"hello".to_vec(), signature: vec![7; 64] }
    }

    #[test]
    fn coset_reads_what_we_write() {
        let bytes = encode_sign1(&sample());
        let theirs = CoseSign1::from_slice(&bytes).unwrap();
        assert_eq!(theirs.payload.as_deref(), Some(&b"hello"[..]));
        assert_eq!(decode_sign1(&theirs.to_vec().unwrap(), 99).unwrap(), sample());
        let key = PublicKey::from_coordinates(&[1; 32], &[2; 32]);
        let theirs = CoseKey::from_slice(&encode_key(&key)).unwrap();
        assert_eq!(theirs.params.len(), 3);
        assert_eq!(decode_key(&encode_key(&key)), Ok(key));
    }

    #[test]
    fn other_profiles_are_refused() {
        let mut other = sample();
        other.protected = vec![0xa1, 0x01, 0x27];
        assert!(decode_sign1(&encode_sign1(&other), 99).is_err());
        assert!(decode_sign1(&encode_sign1(&sample()), 4).is_err());
        let mut tagged = vec![0xd2];
        tagged.extend(encode_sign1(&sample()));
        assert!(decode_sign1(&tagged, 99).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = decode_sign1(&bytes, 100);
            let _ = decode_key(&bytes);
        }
    }
}
