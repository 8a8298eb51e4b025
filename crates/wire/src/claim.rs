//! The two messages that finish a claim: the owner's offer and the device's answer (docs/formats/claim.cddl).

use crate::Malformed;
use crate::cbor::{Reader, Writer};
use fieldkeep_domain::{DeviceId, Hash};

/// Binds the owner's signature to its purpose.
pub const OFFER_AAD: &[u8] = b"fieldkeep/claim-offer/1";
/// Binds the device's signature to its purpose.
pub const ANSWER_AAD: &[u8] = b"fieldkeep/claim-answer/1";
/// Bytes of either message, signed.
pub const BYTES_MAX: usize = 512;

/// What the owner asks the device to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Which device.
    pub device: DeviceId,
    /// 32 random bytes, used once.
    pub nonce: [u8; 32],
    /// Epoch of the voucher's last entry.
    pub owner_epoch: u64,
}

/// What the device has stored before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Which device.
    pub device: DeviceId,
    /// The offer's nonce.
    pub nonce: [u8; 32],
    /// SHA-256 of the owner's COSE_Key.
    pub owner_key: Hash,
    /// The epoch it is now locked to.
    pub owner_epoch: u64,
}

/// The offer to sign.
pub fn encode_offer(offer: &Offer) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(3).bytes(offer.device.as_bytes()).bytes(&offer.nonce).uint(offer.owner_epoch);
    writer.finish()
}

/// Reads an offer.
pub fn decode_offer(payload: &[u8]) -> Result<Offer, Malformed> {
    let mut reader = Reader::new(payload);
    reader.exactly(3)?;
    let offer =
        Offer { device: device(&mut reader)?, nonce: reader.array_of()?, owner_epoch: reader.uint()? };
    reader.end()?;
    Ok(offer)
}

/// The answer to sign.
pub fn encode_answer(answer: &Answer) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(4).bytes(answer.device.as_bytes()).bytes(&answer.nonce);
    writer.bytes(answer.owner_key.as_bytes()).uint(answer.owner_epoch);
    writer.finish()
}

/// Reads an answer.
pub fn decode_answer(payload: &[u8]) -> Result<Answer, Malformed> {
    let mut reader = Reader::new(payload);
    reader.exactly(4)?;
    let answer = Answer {
        device: device(&mut reader)?,
        nonce: reader.array_of()?,
        owner_key: Hash(reader.array_of()?),
        owner_epoch: reader.uint()?,
    };
    reader.end()?;
    Ok(answer)
}

fn device(reader: &mut Reader<'_>) -> Result<DeviceId, Malformed> {
    let at = reader.position();
    DeviceId::from_slice(&reader.array_of::<16>()?)
        .map_err(|_| Malformed::Expected { at, expected: "device id" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_round_trip(id: [u8; 16], nonce: [u8; 32], key: [u8; 32], owner_epoch: u64) {
            let device = DeviceId::from_random(id);
            let offer = Offer { device, nonce, owner_epoch };
            prop_assert_eq!(decode_offer(&encode_offer(&offer)), Ok(offer));
            let answer = Answer { device, nonce, owner_key: Hash(key), owner_epoch };
            prop_assert_eq!(decode_answer(&encode_answer(&answer)), Ok(answer));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = decode_offer(&bytes);
            let _ = decode_answer(&bytes);
        }
    }
}
