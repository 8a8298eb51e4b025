//! The outside of every blob: version, method, plain size, checksum, content.
//!
//! The checksum finds damage of the store's making before a codec sees it; that nobody forged the blob is for the
//! seal around it to say. Never: decompression beyond the size that was declared and allowed.

use crate::bytes::{Reader, put_varint};
use crate::{Corrupt, limits};
use std::cell::RefCell;
use zstd::bulk::{Compressor, Decompressor};

const STORED: u8 = 0;
const ZSTD: u8 = 1;
const ZSTD_LEVEL: i32 = 3;

thread_local! {
    // A context costs more to make than a summary to read, so each thread keeps its own; `None` if memory ran out.
    static PACK: RefCell<Option<Compressor<'static>>> = RefCell::new(Compressor::new(ZSTD_LEVEL).ok());
    static UNPACK: RefCell<Option<Decompressor<'static>>> = RefCell::new(Decompressor::new().ok());
}

/// Wraps `plain` (at most [`limits::PLAIN_BYTES_MAX`]): compressed, or as it is where that is no longer.
pub fn seal_off(version: u8, plain: &[u8]) -> Vec<u8> {
    let packed = PACK.with_borrow_mut(|zstd| zstd.as_mut()?.compress(plain).ok());
    let packed = packed.filter(|packed| packed.len() < plain.len());
    let (method, content) = packed.as_deref().map_or((STORED, plain), |packed| (ZSTD, packed));
    let mut out = Vec::with_capacity(content.len() + 12);
    out.extend_from_slice(&[version, method]);
    put_varint(&mut out, plain.len() as u64);
    out.extend_from_slice(&checksum(method, plain.len(), content).to_le_bytes());
    out.extend_from_slice(content);
    out
}

/// Unwraps what [`seal_off`] made of the same version.
pub fn open(version: u8, blob: &[u8]) -> Result<Vec<u8>, Corrupt> {
    let mut reader = Reader::new(blob);
    match reader.byte()? {
        found if found == version => {}
        unknown => return Err(Corrupt::Version(unknown)),
    }
    let method = reader.byte()?;
    let size = reader.count(limits::PLAIN_BYTES_MAX, "bytes")?;
    let sum = u32::from_le_bytes(reader.array()?);
    let content = reader.rest();
    if checksum(method, size, content) != sum {
        return Err(Corrupt::Checksum);
    }
    let plain = match method {
        STORED => content.to_vec(),
        ZSTD if size / limits::ZSTD_RATIO_MAX > content.len() => return Err(Corrupt::TooMany("bytes")),
        ZSTD => UNPACK
            .with_borrow_mut(|zstd| zstd.as_mut()?.decompress(content, size).ok())
            .ok_or(Corrupt::Codec("blob"))?,
        _ => return Err(Corrupt::Invalid("method")),
    };
    if plain.len() == size { Ok(plain) } else { Err(Corrupt::Invalid("size")) }
}

/// FNV-1a over words of 8 bytes, folded to 32 bits: against accidents, not against forgers.
fn checksum(method: u8, size: usize, content: &[u8]) -> u32 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let step = |sum: u64, word: u64| (sum ^ word).wrapping_mul(PRIME);
    let (words, tail) = content.as_chunks::<8>();
    let sum = step(step(0xcbf2_9ce4_8422_2325, u64::from(method)), size as u64);
    let sum = words.iter().fold(sum, |sum, word| step(sum, u64::from_le_bytes(*word)));
    let sum = tail.iter().fold(sum, |sum, byte| step(sum, u64::from(*byte)));
    (sum ^ (sum >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_round_trip_and_declare_no_more_than_they_hold() {
        for plain in [vec![], vec![1, 2, 3], vec![7; 100_000]] {
            assert_eq!(open(1, &seal_off(1, &plain)), Ok(plain));
        }
        assert_eq!(open(1, &seal_off(2, b"x")), Err(Corrupt::Version(2)));
        assert_eq!(open(1, &[]), Err(Corrupt::Truncated));
        let mut bomb = vec![1, ZSTD];
        put_varint(&mut bomb, limits::PLAIN_BYTES_MAX as u64);
        bomb.extend_from_slice(&checksum(ZSTD, limits::PLAIN_BYTES_MAX, &[0; 20]).to_le_bytes());
        bomb.extend_from_slice(&[0; 20]);
        assert_eq!(open(1, &bomb), Err(Corrupt::TooMany("bytes")));
    }

    #[test]
    fn every_changed_byte_is_found() {
        let blob = seal_off(1, &(0..2_000u32).flat_map(|n| (n * n).to_le_bytes()).collect::<Vec<_>>());
        for at in 0..blob.len() {
            let mut bad = blob.clone();
            bad[at] ^= 0x10;
            assert!(open(1, &bad).is_err(), "byte {at}");
        }
    }
}
