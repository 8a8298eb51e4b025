//! The statement of a work order (docs/formats/order.cddl): how many devices of which model a maker lets a factory make.
//!
//! Never: counts what was made, or believes a statement.

use crate::Malformed;
use crate::cbor::{Reader, Writer};
use crate::token::seconds;
use fieldkeep_domain::project::Name;
use fieldkeep_domain::{MakerId, OrderId, Timestamp, limits};

/// Binds a statement's signature to its purpose.
pub const AAD: &[u8] = b"fieldkeep/work-order/1";
/// Bytes of a whole signed statement.
pub const BYTES_MAX: usize = 512;
const VERSION: u64 = 1;

/// What the maker signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkOrder {
    /// Which order.
    pub order: OrderId,
    /// Whose.
    pub maker: MakerId,
    /// The maker's name for the kind of device.
    pub model: Name,
    /// How many devices may be made under it: at least 1.
    pub count: u32,
    /// When it was opened, whole seconds since 1970.
    pub created: Timestamp,
}

/// The payload to sign under [`AAD`].
pub fn encode(order: &WorkOrder) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(6).uint(VERSION).bytes(order.order.as_bytes()).bytes(order.maker.as_bytes());
    writer.text(order.model.as_str()).uint(u64::from(order.count));
    writer.uint(order.created.as_secs().unsigned_abs());
    writer.finish()
}

/// Reads a payload.
pub fn decode(payload: &[u8]) -> Result<WorkOrder, Malformed> {
    let mut reader = Reader::new(payload);
    reader.exactly(6)?;
    let at = reader.position();
    if reader.uint()? != VERSION {
        return Err(Malformed::Expected { at, expected: "work order format 1" });
    }
    let at = reader.position();
    let order = OrderId::from_slice(&reader.array_of::<16>()?)
        .map_err(|_| Malformed::Expected { at, expected: "order id" })?;
    let at = reader.position();
    let maker = MakerId::from_slice(&reader.array_of::<16>()?)
        .map_err(|_| Malformed::Expected { at, expected: "maker id" })?;
    let at = reader.position();
    let text = reader.text(limits::NAME_BYTES_MAX)?;
    let model = Name::parse(text)
        .ok()
        .filter(|name| name.as_str() == text)
        .ok_or(Malformed::Expected { at, expected: "model name" })?;
    let at = reader.position();
    let count = u32::try_from(reader.uint()?)
        .ok()
        .filter(|count| (1..=limits::ORDER_DEVICES_MAX).contains(count))
        .ok_or(Malformed::Expected { at, expected: "count of devices from 1 to 100,000" })?;
    let created = seconds(&mut reader)?;
    reader.end()?;
    Ok(WorkOrder { order, maker, model, count, created })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(count: u32) -> WorkOrder {
        WorkOrder {
            order: OrderId::from_random([1; 16]),
            maker: MakerId::from_random([2; 16]),
            model: Name::parse("CC-200").unwrap(),
            count,
            created: Timestamp::from_secs(1_795_000_000),
        }
    }

    #[test]
    fn these_bytes_are_frozen() {
        let hex: String = encode(&sample(250)).iter().map(|byte| format!("{byte:02x}")).collect();
        let expected = [
            "8601",
            "5001010101010141018101010101010101",
            "5002020202020242028202020202020202",
            "6643432d323030",
            "18fa",
            "1a6afd86c0",
        ];
        assert_eq!(hex, expected.concat());
    }

    #[test]
    fn an_order_for_none_or_too_many_is_refused() {
        for count in [1, limits::ORDER_DEVICES_MAX] {
            assert_eq!(decode(&encode(&sample(count))), Ok(sample(count)));
        }
        for count in [0, limits::ORDER_DEVICES_MAX + 1, u32::MAX] {
            assert!(decode(&encode(&sample(count))).is_err(), "{count}");
        }
    }

    proptest! {
        #[test]
        fn every_flip_is_refused_or_seen(at: prop::sample::Index, bit in 0..8u32) {
            let mut bytes = encode(&sample(250));
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok(other) = decode(&bytes) {
                prop_assert_ne!(&other, &sample(250));
                prop_assert_eq!(encode(&other), bytes);
            }
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
