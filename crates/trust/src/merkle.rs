//! The Merkle tree of RFC 6962 §2.1, grown leaf by leaf with only its right edge at hand.

use crate::hash::sha256;
use fieldkeep_domain::Hash;

/// SHA-256(0x00 ‖ leaf).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    sha256(&[&[0], leaf])
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// The right edge of a tree: the roots of its perfect subtrees, greatest first. One bit of the size, one hash.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    hashes: Vec<Hash>,
}

/// An edge whose hashes do not fit its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the tree's edge is damaged: {size} leaves need {expected} hashes of 32 bytes, {found} bytes stand there"
)]
pub struct BadEdge {
    size: u64,
    expected: u32,
    found: usize,
}

impl Edge {
    /// The edge of an empty tree.
    pub fn new() -> Self {
        Self::default()
    }
    /// Reads an edge back.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, BadEdge> {
        let hashes: Vec<Hash> = bytes.chunks_exact(32).filter_map(Hash::from_slice).collect();
        if !bytes.len().is_multiple_of(32) || hashes.len() != size.count_ones() as usize {
            return Err(BadEdge { size, expected: size.count_ones(), found: bytes.len() });
        }
        Ok(Self { size, hashes })
    }
    /// The hashes one after the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }
    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }
    /// Adds a leaf at index `size`.
    pub fn append(&mut self, leaf: &[u8]) {
        let mut hash = leaf_hash(leaf);
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.hashes.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.hashes.push(hash);
        self.size += 1;
    }
    /// The root; of an empty tree SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let mut edge = self.hashes.iter().rev();
        let Some(last) = edge.next() else { return sha256(&[]) };
        edge.fold(*last, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition of RFC 6962 §2.1, word for word.
    fn root_by_definition(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => sha256(&[]),
            [leaf] => leaf_hash(leaf),
            _ => {
                let half = leaves.len().next_power_of_two() / 2;
                let (left, right) = leaves.split_at(half);
                node_hash(&root_by_definition(left), &root_by_definition(right))
            }
        }
    }

    proptest! {
        #[test]
        fn the_edge_gives_the_root_of_the_definition(leaves: Vec<Vec<u8>>) {
            let mut edge = Edge::new();
            for leaf in &leaves {
                edge = Edge::from_bytes(edge.size(), &edge.to_bytes()).unwrap();
                edge.append(leaf);
            }
            prop_assert_eq!(edge.size(), leaves.len() as u64);
            prop_assert_eq!(edge.root(), root_by_definition(&leaves));
        }
    }

    #[test]
    fn damaged_edges_are_refused() {
        assert!(Edge::from_bytes(3, &[0; 32]).is_err());
        assert!(Edge::from_bytes(1, &[0; 33]).is_err());
        assert!(Edge::from_bytes(0, &[]).is_ok());
    }
}
