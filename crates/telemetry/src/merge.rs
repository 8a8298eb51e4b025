//! Merging the parts of one device-hour: flushed early, come late or out of order.
//!
//! The result is the chunk that one builder would have made of all batches. Never: a batch twice, or the loss of one.

use crate::{BatchEntry, BatchIndex, Built, Chunk, ChunkBuilder, Corrupt, MergeError};
use std::collections::BTreeMap;

/// Merges parts (body, batch index), in any order, into one chunk. A batch that stands in several is taken once.
pub fn merge(parts: &[(&[u8], &[u8])]) -> Result<Built, MergeError> {
    let mut opened = Vec::with_capacity(parts.len());
    for (part, (body, batches)) in parts.iter().enumerate() {
        opened.push(open(body, batches).map_err(|source| MergeError::Part { part, source })?);
    }
    let mut by_index: BTreeMap<u64, (usize, &BatchEntry)> = BTreeMap::new();
    for (part, (_, batches)) in opened.iter().enumerate() {
        for entry in &batches.entries {
            let (_, known) = by_index.entry(entry.index).or_insert((part, entry));
            if *known != entry {
                return Err(MergeError::Conflict(entry.index));
            }
        }
    }
    let (first, _) = opened.first().ok_or(MergeError::Empty)?;
    let mut builder = ChunkBuilder::new(first.hour());
    for (index, (part, entry)) in by_index {
        let missing = MergeError::Part { part, source: Corrupt::Invalid("batch index") };
        let segment = opened[part].0.segment_of(index).ok_or(missing)?;
        builder.push_segment(index, &entry.header, entry.batch_hash, entry.segment_hash, &segment)?;
    }
    builder.build().ok_or(MergeError::Empty)
}

fn open(body: &[u8], batches: &[u8]) -> Result<(Chunk, BatchIndex), Corrupt> {
    let (chunk, batches) = (Chunk::decode(body)?, BatchIndex::decode(batches)?);
    if batches.entries.iter().map(|entry| &entry.index).eq(chunk.batches()) {
        Ok((chunk, batches))
    } else {
        Err(Corrupt::Invalid("batch index"))
    }
}
