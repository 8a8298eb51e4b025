//! The batch index of a chunk: which batches it came from, with what it takes to prove them. It outlives the
//! readings: header and segment hashes still lead to the receipt when the readings have expired.
//!
//! Never: a reading.

use crate::bytes::{Reader, put_block, put_varint};
use crate::{Corrupt, envelope, limits};
use fieldkeep_domain::Hash;

const VERSION: u8 = 1;

/// One batch of which the chunk holds the hour's segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchEntry {
    /// Its journal index.
    pub index: u64,
    /// SHA-256(header ‖ segment hashes).
    pub batch_hash: Hash,
    /// SHA-256 of the canonical segment of this chunk's hour.
    pub segment_hash: Hash,
    /// The canonical header as it was hashed.
    pub header: Vec<u8>,
}

/// The batches of a chunk by rising journal index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchIndex {
    /// At least one, indices strictly rising.
    pub entries: Vec<BatchEntry>,
}

impl BatchIndex {
    /// The entry of a batch.
    pub fn get(&self, index: u64) -> Option<&BatchEntry> {
        let at = self.entries.binary_search_by_key(&index, |entry| entry.index).ok()?;
        self.entries.get(at)
    }

    pub(crate) fn encode<'a>(entries: impl ExactSizeIterator<Item = &'a BatchEntry>) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, entries.len() as u64);
        let mut next = 0;
        for entry in entries {
            put_varint(&mut out, entry.index.wrapping_sub(next));
            next = entry.index.wrapping_add(1);
            put_block(&mut out, &entry.header);
            out.extend_from_slice(entry.batch_hash.as_bytes());
            out.extend_from_slice(entry.segment_hash.as_bytes());
        }
        envelope::seal_off(VERSION, &out)
    }

    /// Reads a batch index.
    pub fn decode(blob: &[u8]) -> Result<Self, Corrupt> {
        let plain = envelope::open(VERSION, blob)?;
        let mut reader = Reader::new(&plain);
        let count = reader.items(limits::CHUNK_BATCHES_MAX, "batches")?;
        let mut entries = Vec::new();
        let mut next = Some(0u64);
        for _ in 0..count {
            let index = read_index(&mut reader, &mut next)?;
            let header = reader.block()?;
            if header.len() > limits::HEADER_BYTES_MAX {
                return Err(Corrupt::TooMany("header bytes"));
            }
            let (batch_hash, segment_hash) = (Hash(reader.array()?), Hash(reader.array()?));
            entries.push(BatchEntry { index, batch_hash, segment_hash, header: header.to_vec() });
        }
        reader.finish()?;
        if entries.is_empty() { Err(Corrupt::Invalid("batch index")) } else { Ok(Self { entries }) }
    }
}

/// Reads an index told as the gap to the least that can follow; `next` is `None` after the last possible index.
pub fn read_index(reader: &mut Reader<'_>, next: &mut Option<u64>) -> Result<u64, Corrupt> {
    let gap = reader.varint()?;
    let index = next.and_then(|least| least.checked_add(gap)).ok_or(Corrupt::Invalid("index"))?;
    *next = index.checked_add(1);
    Ok(index)
}
