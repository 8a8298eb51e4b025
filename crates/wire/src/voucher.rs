//! The ownership voucher (docs/formats/voucher.cddl): read with its bytes kept, so that what was signed can be verified.

use crate::Malformed;
use crate::cbor::{Reader, Writer};
use crate::cose::{encode_sign1, read_key, read_sign1, write_key};
use crate::token::seconds;
use fieldkeep_domain::project::Name;
use fieldkeep_domain::registry::{SignedEntry, Voucher, VoucherEntry, VoucherHeader};
use fieldkeep_domain::{DeviceId, Hash, Signed, limits};

/// Binds an entry's signature to its purpose.
pub const ENTRY_AAD: &[u8] = b"fieldkeep/ov-entry/1";
const VERSION: u64 = 1;
const URLS_MAX: usize = 8;
const URL_BYTES_MAX: usize = 256;
const ENTRY_BYTES_MAX: usize = 1_024;

/// The header as the maker serializes it.
pub fn encode_header(header: &VoucherHeader) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(7).int(1).bytes(header.device.as_bytes());
    writer.int(2).text(header.model.as_str()).int(3);
    write_key(&mut writer, &header.maker_key);
    writer.int(4);
    write_key(&mut writer, &header.device_key);
    writer.int(5).bytes(header.birth_chain.as_bytes()).int(6).array(header.onboarding_urls.len());
    for url in &header.onboarding_urls {
        writer.text(url);
    }
    writer.int(7).uint(header.policy);
    writer.finish()
}

fn decode_header(bytes: &[u8]) -> Result<VoucherHeader, Malformed> {
    let mut reader = Reader::new(bytes);
    if reader.map(7)? != 7 {
        return Err(Malformed::Expected { at: 0, expected: "voucher header of seven fields" });
    }
    reader.key(1)?;
    let device = DeviceId::from_slice(&reader.array_of::<16>()?)
        .map_err(|_| Malformed::Expected { at: 2, expected: "device id" })?;
    reader.key(2)?;
    let at = reader.position();
    let text = reader.text(limits::NAME_BYTES_MAX)?;
    let model = Name::parse(text)
        .ok()
        .filter(|name| name.as_str() == text)
        .ok_or(Malformed::Expected { at, expected: "model name" })?;
    reader.key(3)?;
    let maker_key = read_key(&mut reader)?;
    reader.key(4)?;
    let device_key = read_key(&mut reader)?;
    reader.key(5)?;
    let birth_chain = Hash(reader.array_of()?);
    reader.key(6)?;
    let urls = reader.array(URLS_MAX)?;
    let onboarding_urls =
        (0..urls).map(|_| reader.text(URL_BYTES_MAX).map(str::to_owned)).collect::<Result<_, _>>()?;
    reader.key(7)?;
    let policy = reader.uint()?;
    reader.end()?;
    Ok(VoucherHeader { device, model, maker_key, device_key, birth_chain, onboarding_urls, policy })
}

/// An entry's payload, to be signed under [`ENTRY_AAD`].
pub fn encode_entry(entry: &VoucherEntry) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(6 + usize::from(entry.not_after.is_some()));
    writer
        .int(1)
        .uint(entry.seq)
        .int(2)
        .bytes(entry.prev.as_bytes())
        .int(3)
        .bytes(entry.header.as_bytes())
        .int(4);
    write_key(&mut writer, &entry.to_owner);
    writer.int(5).uint(entry.owner_epoch).int(6).uint(entry.issued_at.as_secs().unsigned_abs());
    if let Some(until) = entry.not_after {
        writer.int(7).uint(until.as_secs().unsigned_abs());
    }
    writer.finish()
}

fn decode_entry(payload: &[u8]) -> Result<VoucherEntry, Malformed> {
    let mut reader = Reader::new(payload);
    let pairs = reader.map(7)?;
    reader.key(1)?;
    let seq = reader.uint()?;
    reader.key(2)?;
    let prev = Hash(reader.array_of()?);
    reader.key(3)?;
    let header = Hash(reader.array_of()?);
    reader.key(4)?;
    let to_owner = read_key(&mut reader)?;
    reader.key(5)?;
    let owner_epoch = reader.uint()?;
    reader.key(6)?;
    let issued_at = seconds(&mut reader)?;
    let not_after = match pairs {
        6 => None,
        7 => {
            reader.key(7)?;
            Some(seconds(&mut reader)?)
        }
        _ => return Err(Malformed::Expected { at: 0, expected: "voucher entry of six or seven fields" }),
    };
    reader.end()?;
    Ok(VoucherEntry { seq, prev, header, to_owner, owner_epoch, issued_at, not_after })
}

/// An entry in its three forms, from what was just signed.
pub fn entry(signed: Signed) -> Result<SignedEntry, Malformed> {
    let entry = decode_entry(&signed.payload)?;
    Ok(SignedEntry { bytes: encode_sign1(&signed), signed, entry })
}

/// A voucher before anyone owns the device.
pub fn unowned(header: VoucherHeader, hmac: Option<[u8; 32]>) -> Voucher {
    Voucher { header_bytes: encode_header(&header), header, hmac, entries: Vec::new() }
}

/// The whole voucher.
pub fn encode(voucher: &Voucher) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(4).uint(VERSION).bytes(&voucher.header_bytes);
    writer.bytes_or_null(voucher.hmac.as_ref().map(|hmac| &hmac[..])).array(voucher.entries.len());
    for entry in &voucher.entries {
        writer.raw(&entry.bytes);
    }
    writer.finish()
}

/// Reads a voucher; nothing in it is verified.
pub fn decode(bytes: &[u8]) -> Result<Voucher, Malformed> {
    if bytes.len() > limits::VOUCHER_BYTES_MAX {
        return Err(Malformed::TooMuch { what: "bytes in a voucher", max: limits::VOUCHER_BYTES_MAX });
    }
    let mut reader = Reader::new(bytes);
    reader.exactly(4)?;
    if reader.uint()? != VERSION {
        return Err(Malformed::Expected { at: 1, expected: "voucher format 1" });
    }
    let header_bytes = reader.bytes(limits::VOUCHER_BYTES_MAX)?.to_vec();
    let header = decode_header(&header_bytes)?;
    let hmac = reader.nullable(Reader::array_of::<32>)?;
    let count = reader.array(limits::VOUCHER_ENTRIES_MAX)?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let start = reader.position();
        let signed = read_sign1(&mut reader, ENTRY_BYTES_MAX)?;
        let entry = decode_entry(&signed.payload)?;
        entries.push(SignedEntry { bytes: reader.since(start).to_vec(), signed, entry });
    }
    reader.end()?;
    Ok(Voucher { header_bytes, header, hmac, entries })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cose::PROTECTED_ES256;
    use fieldkeep_domain::Timestamp;
    use fieldkeep_domain::signed::PublicKey;
    use proptest::prelude::*;

    fn sample(entries: u64, hmac: Option<[u8; 32]>) -> Voucher {
        let key = |n| PublicKey::from_coordinates(&[n; 32], &[n + 1; 32]);
        let mut voucher = unowned(
            VoucherHeader {
                device: DeviceId::from_random([1; 16]),
                model: Name::parse("CC-200").unwrap(),
                maker_key: key(1),
                device_key: key(2),
                birth_chain: Hash([3; 32]),
                onboarding_urls: vec!["https://devices.example/".into()],
                policy: 0,
            },
            hmac,
        );
        for seq in 0..entries {
            let payload = encode_entry(&VoucherEntry {
                seq,
                prev: Hash([4; 32]),
                header: Hash([5; 32]),
                to_owner: key(9),
                owner_epoch: seq + 1,
                issued_at: Timestamp::from_secs(7),
                not_after: (seq % 2 == 1).then(|| Timestamp::from_secs(99)),
            });
            let signed = Signed { protected: PROTECTED_ES256.to_vec(), payload, signature: vec![0; 64] };
            voucher.entries.push(entry(signed).unwrap());
        }
        voucher
    }

    #[test]
    fn vouchers_round_trip() {
        for voucher in [sample(0, None), sample(3, Some([8; 32])), sample(64, None)] {
            assert_eq!(decode(&encode(&voucher)), Ok(voucher));
        }
        assert!(matches!(decode(&encode(&sample(65, None))), Err(Malformed::TooMuch { .. })));
    }

    proptest! {
        #[test]
        fn every_flip_is_refused_or_seen(at: prop::sample::Index, bit in 0..8u32) {
            let voucher = sample(2, Some([8; 32]));
            let mut bytes = encode(&voucher);
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok(other) = decode(&bytes) {
                prop_assert_ne!(other.clone(), voucher);
                prop_assert_eq!(encode(&other), bytes);
            }
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
