//! The chain of a device, the leaf of the tree and the receipt: the rules of the journal that need no key.

use crate::{Hash, audit::Act};

/// The last batch of a device that counts, admitted or quarantined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its boot epoch.
    pub epoch: u64,
    /// Its sequence number.
    pub seq: u64,
    /// Its batch hash.
    pub hash: Hash,
}

/// The place that a batch claims in its device's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Boot epoch.
    pub epoch: u64,
    /// Sequence number.
    pub seq: u64,
    /// What it says came before it.
    pub prev: Option<Hash>,
    /// Its own hash.
    pub hash: Hash,
}

impl Place {
    /// The head that the chain has once this batch counts.
    pub fn head(&self) -> Head {
        Head { epoch: self.epoch, seq: self.seq, hash: self.hash }
    }
}

/// What is remembered of an earlier batch with the same epoch and seq.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remembered {
    /// Nothing stands under this number.
    Nothing,
    /// A batch with this hash stands under it; its receipt is still kept.
    Hash(Hash),
    /// The number is older than the receipts that are kept.
    TooOld,
}

/// How a batch joins the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It is the next one.
    Next,
    /// It is stored already: answer with the first receipt.
    Replay,
    /// It is stored already, so long ago that the receipt is gone.
    AlreadyStored,
    /// Batches are missing before it; this number is expected.
    Gap {
        /// Epoch of the expected batch.
        epoch: u64,
        /// Seq of the expected batch.
        seq: u64,
    },
    /// `prev` is required by the project and absent.
    PrevMissing,
    /// Two histories exist.
    Fork,
}

/// Judges where a batch joins, `head` being the pending head of its device (journal.md, "The chain").
pub fn link(head: Option<Head>, place: &Place, remembered: Remembered, prev_required: bool) -> Link {
    match remembered {
        Remembered::Hash(hash) if hash == place.hash => return Link::Replay,
        Remembered::Hash(_) => return Link::Fork,
        Remembered::TooOld => return Link::AlreadyStored,
        Remembered::Nothing => {}
    }
    let Some(head) = head else {
        return match (place.seq, place.prev) {
            (1, None) => Link::Next,
            (1, Some(_)) => Link::Fork,
            _ => Link::Gap { epoch: place.epoch, seq: 1 },
        };
    };
    if place.epoch < head.epoch || (place.epoch == head.epoch && place.seq <= head.seq) {
        return Link::Fork;
    }
    let expected = if place.epoch > head.epoch { 1 } else { head.seq + 1 };
    if place.seq != expected {
        return Link::Gap { epoch: place.epoch, seq: expected };
    }
    match place.prev {
        Some(prev) if prev == head.hash => Link::Next,
        Some(_) => Link::Fork,
        None if prev_required => Link::PrevMissing,
        None => Link::Next,
    }
}

/// What a leaf of the tree stands for; the first of its 33 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum LeafKind {
    /// A batch that was admitted.
    Admitted = 1,
    /// A batch that was quarantined.
    Quarantined = 2,
    /// An act of a person, a program, a device or a job.
    Act = 3,
}

/// kind ‖ commitment: a leaf input of the RFC 6962 tree.
pub type Leaf = [u8; 33];

/// Joins kind and commitment.
pub fn leaf(kind: LeafKind, commitment: &Hash) -> Leaf {
    let mut leaf = [0u8; 33];
    leaf[0] = kind as u8;
    leaf[1..].copy_from_slice(commitment.as_bytes());
    leaf
}

/// What a device holds once its batch is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Index of the batch's leaf in the tree.
    pub index: u64,
    /// The batch hash.
    pub hash: Hash,
    /// Readings stored with it.
    pub count: u64,
}

/// Something that only the act's own rows and its leaf make true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Index of the act's leaf.
    pub index: u64,
    /// What was done.
    pub act: Act,
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn hash(n: u8) -> Hash {
        Hash([n; 32])
    }
    fn place(epoch: u64, seq: u64, prev: Option<Hash>) -> Place {
        Place { epoch, seq, prev, hash: hash(200) }
    }
    const HEAD: Option<Head> = Some(Head { epoch: 3, seq: 7, hash: hash(1) });

    #[test]
    fn first_batch_of_a_device() {
        let judge = |p| link(None, &p, Remembered::Nothing, true);
        assert_eq!(judge(place(1, 1, None)), Link::Next);
        assert_eq!(judge(place(9, 1, None)), Link::Next);
        assert_eq!(judge(place(1, 1, Some(hash(1)))), Link::Fork);
        assert_eq!(judge(place(4, 5, None)), Link::Gap { epoch: 4, seq: 1 });
    }

    #[test]
    fn next_in_epoch_and_across_epochs() {
        let judge = |p| link(HEAD, &p, Remembered::Nothing, true);
        assert_eq!(judge(place(3, 8, Some(hash(1)))), Link::Next);
        assert_eq!(judge(place(4, 1, Some(hash(1)))), Link::Next);
        assert_eq!(judge(place(3, 8, Some(hash(2)))), Link::Fork);
        assert_eq!(judge(place(3, 8, None)), Link::PrevMissing);
        assert_eq!(link(HEAD, &place(3, 8, None), Remembered::Nothing, false), Link::Next);
        assert_eq!(judge(place(3, 10, Some(hash(1)))), Link::Gap { epoch: 3, seq: 8 });
        assert_eq!(judge(place(5, 2, Some(hash(1)))), Link::Gap { epoch: 5, seq: 1 });
    }

    #[test]
    fn replay_fork_and_old_numbers() {
        let judge = |p, r| link(HEAD, &p, r, true);
        assert_eq!(judge(place(3, 7, None), Remembered::Hash(hash(200))), Link::Replay);
        assert_eq!(judge(place(3, 7, None), Remembered::Hash(hash(1))), Link::Fork);
        assert_eq!(judge(place(2, 4, None), Remembered::Nothing), Link::Fork);
        assert_eq!(judge(place(3, 1, None), Remembered::TooOld), Link::AlreadyStored);
    }

    #[test]
    fn a_leaf_is_its_kind_and_commitment() {
        let leaf = leaf(LeafKind::Act, &hash(5));
        assert_eq!((leaf[0], leaf[32]), (3, 5));
    }
}
