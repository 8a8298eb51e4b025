//! A device's life from work order to retirement, and the voucher that says whose it is.

use crate::project::Name;
use crate::signed::PublicKey;
use crate::{DeviceId, Hash, MakerId, OrderId, OrganizationId, ProjectId, Signed, SiteId, Timestamp};
use std::fmt;

/// Where a device stands in its life. [`Life::handle`] is the only way from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Life {
    /// Its maker has registered it; nobody has claimed it.
    Made,
    /// A company has asked for it; the device has not yet answered the challenge.
    Claiming,
    /// The device itself has proven that the company owns it.
    Claimed,
    /// An installer has bound it to a project and a site: its readings are admitted.
    Installed,
    /// Held for a time: its connections are closed, its readings refused.
    Suspended,
    /// Its certificates are revoked for good; only a new claim brings it back.
    Revoked,
    /// At its end.
    Retired,
}

/// What happens to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A company shows a voucher or the claim secret.
    ClaimOpened,
    /// The device key has answered the challenge.
    ClaimProven,
    /// An installer binds it to project and site; again for another place.
    Install,
    /// It is held.
    Suspend,
    /// It is let go again.
    Resume,
    /// Its certificates are withdrawn.
    Revoke,
    /// It is taken out of use.
    Retire,
}

/// A step that a device's life does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a device that is {from} cannot {event}")]
pub struct BadStep {
    /// Where the device stands.
    pub from: Life,
    /// What was asked.
    pub event: Event,
}

impl Life {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 7] = [
        Self::Made,
        Self::Claiming,
        Self::Claimed,
        Self::Installed,
        Self::Suspended,
        Self::Revoked,
        Self::Retired,
    ];

    /// The next state.
    pub fn handle(self, event: Event) -> Result<Self, BadStep> {
        use Life::*;
        Ok(match (self, event) {
            (Made | Claiming | Revoked, Event::ClaimOpened) => Claiming,
            (Claiming, Event::ClaimProven) => Claimed,
            (Claimed | Installed, Event::Install) => Installed,
            (Installed, Event::Suspend) => Suspended,
            (Suspended, Event::Resume) => Installed,
            (Claimed | Installed | Suspended, Event::Revoke) => Revoked,
            (Made | Claiming | Claimed | Installed | Suspended | Revoked, Event::Retire) => Retired,
            _ => return Err(BadStep { from: self, event }),
        })
    }

    /// The stable name, in store and contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Claiming => "claiming",
            Self::Claimed => "claimed",
            Self::Installed => "installed",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Retired => "retired",
        }
    }

    /// Reads back what [`Self::name`] gave.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|life| life.name() == name)
    }

    /// Whether a company has it, proven by the device.
    pub fn owned(self) -> bool {
        matches!(self, Self::Claimed | Self::Installed | Self::Suspended)
    }
}

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Made => "made but unclaimed",
            Self::Claiming => "being claimed",
            other => other.name(),
        })
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClaimOpened => "be claimed",
            Self::ClaimProven => "finish a claim",
            Self::Install => "be installed",
            Self::Suspend => "be suspended",
            Self::Resume => "be resumed",
            Self::Revoke => "be revoked",
            Self::Retire => "be retired",
        })
    }
}

/// A device as the registry knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// Who made it.
    pub maker: MakerId,
    /// Under which work order.
    pub order: OrderId,
    /// The maker's name for its kind.
    pub model: Name,
    /// The maker's number for this one.
    pub serial: Name,
    /// When the maker registered it.
    pub made_at: Timestamp,
    /// Where it stands.
    pub life: Life,
    /// Who owns it, once claimed.
    pub organization: Option<OrganizationId>,
    /// Where it is installed.
    pub place: Option<(ProjectId, SiteId)>,
    /// Its last hello.
    pub hello_at: Option<Timestamp>,
}

/// The unsigned heart of a voucher (trust.md §4): what the maker says of the device once and for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherHeader {
    /// Which device.
    pub device: DeviceId,
    /// The maker's name for its kind.
    pub model: Name,
    /// Who signs entry 0.
    pub maker_key: PublicKey,
    /// The key that the device answers challenges with.
    pub device_key: PublicKey,
    /// SHA-256 over the DER of the birth chain, leaf first.
    pub birth_chain: Hash,
    /// Where the device asks for its owner.
    pub onboarding_urls: Vec<String>,
    /// Policy bits; 0 = default.
    pub policy: u64,
}

/// One change of hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherEntry {
    /// Place in the chain, from 0.
    pub seq: u64,
    /// Hash of what came before: header ‖ hmac for entry 0, the COSE_Sign1 bytes of the entry before otherwise.
    pub prev: Hash,
    /// SHA-256 of the header.
    pub header: Hash,
    /// The new owner's key.
    pub to_owner: PublicKey,
    /// Rises by one with each entry; begins at 1.
    pub owner_epoch: u64,
    /// When it was signed, seconds since 1970.
    pub issued_at: Timestamp,
    /// Until when it may be used, where limited.
    pub not_after: Option<Timestamp>,
}

/// A voucher as parsed: bytes kept as they came, nothing verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    /// The header as serialized by the maker.
    pub header_bytes: Vec<u8>,
    /// The header's meaning.
    pub header: VoucherHeader,
    /// HMAC-SHA-256(device secret, "OV-1" ‖ header); `None` where the maker never held a secret of the device.
    pub hmac: Option<[u8; 32]>,
    /// The chain, oldest first.
    pub entries: Vec<SignedEntry>,
}

/// One entry in its three forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedEntry {
    /// The COSE_Sign1 as it came; its hash is the next entry's `prev`.
    pub bytes: Vec<u8>,
    /// Taken apart, to be verified.
    pub signed: Signed,
    /// What it says.
    pub entry: VoucherEntry,
}

/// Why a voucher proves nothing. The maker, a seller or a thief is at fault, never the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VoucherRefused {
    /// The header's maker key is not one that was imported.
    #[error("the voucher's maker key is not a registered maker's")]
    ForeignMaker,
    /// The header names another device, key or birth chain than the registry.
    #[error("the voucher's header is not the one the maker registered for this device")]
    OtherDevice,
    /// An entry is missing, doubled or out of order.
    #[error("entry {at} of the voucher does not follow the one before it")]
    BrokenChain {
        /// Which entry.
        at: u64,
    },
    /// An entry is not signed by the owner before it.
    #[error("entry {at} of the voucher is not signed by the owner before it")]
    BadSignature {
        /// Which entry.
        at: u64,
    },
    /// An entry is out of date.
    #[error("entry {at} of the voucher was valid until {until_s} s after 1970")]
    Expired {
        /// Which entry.
        at: u64,
        /// Its end.
        until_s: i64,
    },
    /// The last entry names somebody else.
    #[error("the voucher's last entry names another owner")]
    OtherOwner,
    /// Another entry stands under the same seq.
    #[error("another voucher with a different entry {at} was seen before: its owner signed twice")]
    Fork {
        /// Which entry.
        at: u64,
    },
    /// It is older than the ownership that the registry already knows.
    #[error("the voucher ends at owner epoch {seen}, the registry already knows epoch {known}")]
    Stale {
        /// Epoch of the voucher's last entry.
        seen: u64,
        /// Epoch known.
        known: u64,
    },
}

/// A verified ownership: made only where every signature of the chain was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ownership {
    owner: PublicKey,
    epoch: u64,
}

impl Ownership {
    /// Asserts that the whole chain was verified. Call sites are an allow-list (`cargo xtask tidy`).
    pub fn assertion(owner: PublicKey, epoch: u64) -> Self {
        Self { owner, epoch }
    }
    /// Whose it is.
    pub fn owner(&self) -> &PublicKey {
        &self.owner
    }
    /// How many times it has changed hands, from 1.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 7] = [
        Event::ClaimOpened,
        Event::ClaimProven,
        Event::Install,
        Event::Suspend,
        Event::Resume,
        Event::Revoke,
        Event::Retire,
    ];

    #[test]
    fn a_whole_life() {
        let steps = [Event::ClaimOpened, Event::ClaimProven, Event::Install, Event::Suspend, Event::Resume];
        let life = steps.into_iter().try_fold(Life::Made, Life::handle);
        assert_eq!(life, Ok(Life::Installed));
        assert_eq!(life.unwrap().handle(Event::Revoke), Ok(Life::Revoked));
    }

    #[test]
    fn nothing_leaves_retirement_and_nothing_skips_the_claim() {
        assert!(EVENTS.into_iter().all(|event| Life::Retired.handle(event).is_err()));
        assert!(Life::Made.handle(Event::Install).is_err());
        assert!(Life::Made.handle(Event::ClaimProven).is_err());
        assert!(Life::Claiming.handle(Event::Install).is_err());
        assert!(Life::Revoked.handle(Event::Install).is_err());
    }

    #[test]
    fn only_installing_makes_installed() {
        for from in Life::ALL {
            for event in EVENTS {
                if from.handle(event) == Ok(Life::Installed) {
                    assert!(matches!(event, Event::Install | Event::Resume));
                }
            }
        }
    }

    #[test]
    fn names_round_trip() {
        assert!(Life::ALL.into_iter().all(|life| Life::parse(life.name()) == Some(life)));
        assert_eq!(Life::parse("stolen"), None);
    }
}
