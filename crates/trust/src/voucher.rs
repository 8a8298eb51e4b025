//! Proof of ownership: every link of a voucher's chain, from the maker's key to the last owner's.

use crate::hash::sha256;
use crate::sign::verify;
use fieldkeep_domain::registry::{Ownership, Voucher, VoucherRefused};
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{Hash, Timestamp};

/// What the first entry's `prev` must be: SHA-256(header ‖ hmac).
pub fn origin(voucher: &Voucher) -> Hash {
    sha256(&[&voucher.header_bytes, voucher.hmac.as_ref().map_or(&[][..], |hmac| &hmac[..])])
}

/// What the next entry's `prev` must be.
pub fn tip(voucher: &Voucher) -> Hash {
    voucher.entries.last().map_or_else(|| origin(voucher), |entry| sha256(&[&entry.bytes]))
}

/// The key that may sign the next entry.
pub fn last_owner(voucher: &Voucher) -> PublicKey {
    voucher.entries.last().map_or(voucher.header.maker_key, |entry| entry.entry.to_owner)
}

/// HMAC-SHA-256(device secret, "OV-1" ‖ header): only the device and its maker can make it.
pub fn device_hmac(device_secret: &[u8], header: &[u8]) -> [u8; 32] {
    crate::hash::hmac_sha256(device_secret, &[b"OV-1", header]).0
}

/// Verifies the chain from a maker's key that the caller trusts. `aad` binds entries to their purpose.
pub fn verify_chain(
    voucher: &Voucher,
    maker: &PublicKey,
    aad: &[u8],
    now: Timestamp,
) -> Result<Ownership, VoucherRefused> {
    if voucher.header.maker_key != *maker {
        return Err(VoucherRefused::ForeignMaker);
    }
    let header = sha256(&[&voucher.header_bytes]);
    let mut prev = origin(voucher);
    let mut owner = *maker;
    let mut epoch = 0;
    for (at, step) in (0u64..).zip(&voucher.entries) {
        let entry = &step.entry;
        let follows = entry.seq == at && entry.prev == prev && entry.header == header;
        if !follows || entry.owner_epoch != epoch + 1 {
            return Err(VoucherRefused::BrokenChain { at });
        }
        verify(&step.signed, aad, &owner).map_err(|_| VoucherRefused::BadSignature { at })?;
        if let Some(until) = entry.not_after
            && now > until
        {
            return Err(VoucherRefused::Expired { at, until_s: until.as_secs() });
        }
        prev = sha256(&[&step.bytes]);
        owner = entry.to_owner;
        epoch = entry.owner_epoch;
    }
    if voucher.entries.is_empty() {
        return Err(VoucherRefused::OtherOwner);
    }
    Ok(Ownership::assertion(owner, epoch))
}
