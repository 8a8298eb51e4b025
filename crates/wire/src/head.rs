//! The signed head of a device's chain, sent each minute (docs/formats/head.cddl).

use crate::Malformed;
use crate::cbor::{Reader, Writer};
use fieldkeep_domain::journal::Head;
use fieldkeep_domain::{DeviceId, Hash, Timestamp};

/// Binds head signatures to their purpose.
pub const AAD: &[u8] = b"fieldkeep/head/1";
/// Bytes of a whole signed head.
pub const BYTES_MAX: usize = 512;

/// What the device says of its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadStatement {
    /// Which device.
    pub device: DeviceId,
    /// Its last batch.
    pub head: Head,
    /// When it said so, by its own clock.
    pub time: Timestamp,
}

/// The payload to sign.
pub fn encode(statement: &HeadStatement) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(5).bytes(statement.device.as_bytes()).uint(statement.head.epoch).uint(statement.head.seq);
    writer.bytes(statement.head.hash.as_bytes()).int(statement.time.as_nanos());
    writer.finish()
}

/// Reads a payload.
pub fn decode(payload: &[u8]) -> Result<HeadStatement, Malformed> {
    let mut reader = Reader::new(payload);
    reader.exactly(5)?;
    let device = DeviceId::from_slice(&reader.array_of::<16>()?)
        .map_err(|_| Malformed::Expected { at: 1, expected: "device id" })?;
    let (epoch, seq) = (reader.uint()?, reader.uint()?);
    let hash = Hash(reader.array_of()?);
    let time = Timestamp(reader.int()?);
    reader.end()?;
    Ok(HeadStatement { device, head: Head { epoch, seq, hash }, time })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn heads_round_trip(device: [u8; 16], epoch: u64, seq: u64, hash: [u8; 32], time: i64) {
            let head = Head { epoch, seq, hash: Hash(hash) };
            let statement = HeadStatement { device: DeviceId::from_random(device), head, time: Timestamp(time) };
            prop_assert_eq!(decode(&encode(&statement)), Ok(statement));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
