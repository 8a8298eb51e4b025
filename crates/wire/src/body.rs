//! What the journal seals: the batches of one project in one group, and a batch that is held back. Our own bytes, read
//! back as carefully as anybody's.

use crate::Malformed;
use crate::batch;
use crate::cbor::{Reader, Writer};
use fieldkeep_domain::telemetry::{Batch, Canonical};
use fieldkeep_domain::{Timestamp, limits};

/// Batches in one body: as many as one group may hold.
const RECORDS_MAX: usize = 65_536;
const REASONS_MAX: usize = 64;
const REASON_BYTES_MAX: usize = 1_024;

/// One batch of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its leaf's place after the group's first.
    pub offset: u64,
    /// When the server received it.
    pub received: Timestamp,
    /// What it says.
    pub batch: Batch,
    /// The bytes it is hashed as.
    pub canonical: Canonical,
}

/// A batch that is held back, with what is held against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// When the server received it.
    pub received: Timestamp,
    /// What it says.
    pub batch: Batch,
    /// The bytes it is hashed as.
    pub canonical: Canonical,
    /// Name and sentence of each reason.
    pub reasons: Vec<(String, String)>,
}

/// Encodes records: (offset, received, frozen batch).
pub fn encode<'a>(records: impl ExactSizeIterator<Item = (u64, Timestamp, &'a Canonical)>) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(records.len());
    for (offset, received, canonical) in records {
        writer.array(3).uint(offset).int(received.as_nanos()).bytes(&batch::encode(canonical));
    }
    writer.finish()
}

/// Reads records back.
pub fn decode(bytes: &[u8]) -> Result<Vec<Record>, Malformed> {
    let mut reader = Reader::new(bytes);
    let count = reader.array(RECORDS_MAX)?;
    let mut records = Vec::with_capacity(count);
    for _ in 0..count {
        reader.exactly(3)?;
        let offset = reader.uint()?;
        let received = Timestamp(reader.int()?);
        let (batch, canonical) = batch::decode(reader.bytes(2 * limits::BATCH_BYTES_MAX)?)?;
        records.push(Record { offset, received, batch, canonical });
    }
    reader.end()?;
    Ok(records)
}

/// Encodes a held batch.
pub fn encode_held(
    received: Timestamp,
    canonical: &Canonical,
    reasons: impl ExactSizeIterator<Item = (String, String)>,
) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(3).int(received.as_nanos()).bytes(&batch::encode(canonical)).array(reasons.len());
    for (name, sentence) in reasons {
        writer.array(2).text(&name).text(&sentence);
    }
    writer.finish()
}

/// Reads a held batch back.
pub fn decode_held(bytes: &[u8]) -> Result<Held, Malformed> {
    let mut reader = Reader::new(bytes);
    reader.exactly(3)?;
    let received = Timestamp(reader.int()?);
    let (batch, canonical) = batch::decode(reader.bytes(2 * limits::BATCH_BYTES_MAX)?)?;
    let count = reader.array(REASONS_MAX)?;
    let mut reasons = Vec::with_capacity(count);
    for _ in 0..count {
        reader.exactly(2)?;
        reasons.push((reader.text(REASON_BYTES_MAX)?.to_owned(), reader.text(REASON_BYTES_MAX)?.to_owned()));
    }
    reader.end()?;
    Ok(Held { received, batch, canonical, reasons })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::tests::any_batch;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bodies_round_trip(first in any_batch(), second in any_batch(), at: i64) {
            let frozen = [batch::freeze(&first), batch::freeze(&second)];
            let bytes = encode(frozen.iter().enumerate().map(|(n, one)| (n as u64, Timestamp(at), one)));
            let records = decode(&bytes).unwrap();
            prop_assert_eq!(&records[1].canonical, &frozen[1]);
            prop_assert_eq!(records[0].received, Timestamp(at));
            let reasons = [("clock".to_owned(), "too far".to_owned())];
            let held = decode_held(&encode_held(Timestamp(at), &frozen[0], reasons.clone().into_iter())).unwrap();
            prop_assert_eq!(held.reasons, reasons);
            prop_assert_eq!(&held.canonical, &frozen[0]);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes);
            let _ = decode_held(&bytes);
        }
    }
}
