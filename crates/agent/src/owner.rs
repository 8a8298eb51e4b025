//! The owner lock: which company this device obeys. Stored before the device answers a claim, and never lowered.

use crate::error::AgentError;
use crate::folder::Folder;
use fieldkeep_domain::registry::Voucher;
use fieldkeep_domain::{DeviceId, Hash, Timestamp};
use fieldkeep_trust::{hash, sign, voucher};
use fieldkeep_wire::claim::{self, Offer};
use serde::{Deserialize, Serialize};

/// What the device holds on to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerLock {
    /// SHA-256 of the owner's COSE_Key, in hexadecimal.
    pub owner_key: String,
    /// How many times the device has changed hands.
    pub owner_epoch: u64,
}

const FILE: &str = "owner.json";

impl OwnerLock {
    /// The stored lock, if the device was ever claimed.
    pub fn read(folder: &Folder) -> Result<Option<Self>, AgentError> {
        folder.read_json(FILE)
    }

    /// Stores a lock durably; a different owner at the same epoch, or any at a lower one, is refused.
    pub fn store(folder: &Folder, owner_key: Hash, owner_epoch: u64) -> Result<Self, AgentError> {
        let new = Self { owner_key: owner_key.to_string(), owner_epoch };
        match Self::read(folder)? {
            Some(old) if old == new => return Ok(new),
            Some(old) if owner_epoch <= old.owner_epoch => {
                let why = format!(
                    "this device is locked to another owner at epoch {}, and the offer is of epoch {owner_epoch}; only an ownership entry of a later epoch, signed by the present owner, opens it",
                    old.owner_epoch
                );
                return Err(AgentError::refused("the claim", why));
            }
            _ => folder.write_json(FILE, &new)?,
        }
        Ok(new)
    }
}

/// What the device knows of itself since its making.
#[derive(Debug, Clone)]
pub struct Birth {
    /// Its own voucher, without an owner.
    pub voucher: Voucher,
    /// The secret behind the voucher's hmac; none where the device brought its own key to the factory.
    pub secret: Option<fieldkeep_trust::secret::Secret>,
}

/// A claim that the maker's voucher and the owner's signature prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The offer to answer.
    pub offer: Offer,
    /// SHA-256 of the owner's COSE_Key.
    pub owner_key: Hash,
}

/// Checks a claim as the server hands it over. Nothing is stored here.
pub fn prove(
    birth: &Birth,
    device: DeviceId,
    voucher_bytes: &[u8],
    offer_bytes: &[u8],
    now: Timestamp,
) -> Result<Proven, AgentError> {
    const VOUCHER: &str = "the voucher of the claim";
    const OFFER: &str = "the owner's offer";
    let theirs =
        fieldkeep_wire::voucher::decode(voucher_bytes).map_err(|e| AgentError::refused(VOUCHER, e))?;
    if theirs.header_bytes != birth.voucher.header_bytes || theirs.header.device != device {
        return Err(AgentError::refused(VOUCHER, "its header is not the one this device was made with"));
    }
    let hmac_holds = match (&theirs.hmac, &birth.secret) {
        (Some(hmac), Some(secret)) => {
            hash::equal(hmac, &voucher::device_hmac(secret.expose(), &birth.voucher.header_bytes))
        }
        (None, None) => birth.voucher.hmac.is_none(),
        _ => false,
    };
    if !hmac_holds {
        return Err(AgentError::refused(VOUCHER, "its hmac was not made with this device's secret"));
    }
    let maker = birth.voucher.header.maker_key;
    let ownership = voucher::verify_chain(&theirs, &maker, fieldkeep_wire::voucher::ENTRY_AAD, now)
        .map_err(|error| AgentError::refused(VOUCHER, error))?;
    let signed = fieldkeep_wire::cose::decode_sign1(offer_bytes, claim::BYTES_MAX)
        .map_err(|error| AgentError::refused(OFFER, error))?;
    sign::verify(&signed, claim::OFFER_AAD, ownership.owner()).map_err(|e| AgentError::refused(OFFER, e))?;
    let offer = claim::decode_offer(&signed.payload).map_err(|error| AgentError::refused(OFFER, error))?;
    if offer.device != device {
        return Err(AgentError::refused(OFFER, "it names another device"));
    }
    if offer.owner_epoch != ownership.epoch() {
        let why = format!("its epoch is {}, the voucher's is {}", offer.owner_epoch, ownership.epoch());
        return Err(AgentError::refused(OFFER, why));
    }
    let owner_key = hash::sha256(&[&fieldkeep_wire::cose::encode_key(ownership.owner())]);
    Ok(Proven { offer, owner_key })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_only_ever_moves_up() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        let (one, two) = (Hash([1; 32]), Hash([2; 32]));
        OwnerLock::store(&folder, one, 1).unwrap();
        OwnerLock::store(&folder, one, 1).unwrap();
        assert!(matches!(OwnerLock::store(&folder, two, 1), Err(AgentError::Refused { .. })));
        OwnerLock::store(&folder, two, 2).unwrap();
        for (owner, epoch) in [(one, 1), (one, 2), (two, 1)] {
            assert!(OwnerLock::store(&folder, owner, epoch).is_err());
        }
        assert_eq!(OwnerLock::read(&folder).unwrap().unwrap().owner_epoch, 2);
    }
}
