//! Damaged and forged blobs: an error or, never, anything worse.

use super::*;
use crate::{BatchIndex, Chunk, Corrupt, Summary, envelope, merge};

/// Reads a blob in every way there is; whatever decodes must also answer.
fn read_all(body: &[u8]) {
    if let Ok(chunk) = Chunk::decode(body) {
        for name in chunk.metrics() {
            let _ = chunk.points(name, Timestamp(i64::MIN), Timestamp(i64::MAX));
            let _ = chunk.unit(name);
        }
        chunk.batches().iter().for_each(|index| drop(chunk.segment_of(*index)));
    }
    let _ = Chunk::decode_metrics(body, &[metric("a")]);
    let _ = Summary::decode(body);
    let _ = BatchIndex::decode(body);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damage_is_found(
        batches in any_batches(), at in any::<prop::sample::Index>(), flip in 1u8..=255, cut in any::<prop::sample::Index>(),
    ) {
        let built = build(&batches);
        for blob in [&built.body, &built.summary, &built.batches] {
            let mut bad = blob.clone();
            let at = at.index(bad.len());
            bad[at] ^= flip;
            prop_assert!(Chunk::decode(&bad).is_err());
            prop_assert!(Summary::decode(&bad).is_err());
            prop_assert!(BatchIndex::decode(&bad).is_err());
            let short = &blob[..cut.index(blob.len())];
            prop_assert!(Chunk::decode(short).is_err() && Summary::decode(short).is_err());
            prop_assert!(BatchIndex::decode(short).is_err());
            prop_assert!(merge(&[(short, &built.batches)]).is_err());
        }
    }

    /// Forged inside the envelope, so that checksum and compression are right.
    #[test]
    fn forgeries_never_panic(
        batches in any_batches(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let built = build(&batches);
        for blob in [&built.body, &built.summary, &built.batches] {
            let mut plain = envelope::open(1, blob).expect("blob");
            for (at, new) in &changes {
                let at = at.index(plain.len());
                plain[at] = *new;
            }
            read_all(&envelope::seal_off(1, &plain));
            plain.truncate(changes[0].0.index(plain.len()));
            read_all(&envelope::seal_off(1, &plain));
        }
    }

    #[test]
    fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&noise);
        read_all(&envelope::seal_off(1, &noise));
    }
}

#[test]
fn other_versions_are_told_by_their_number() {
    let built = build(&[(1, segment("m", &[(1, Value::Int(1))]))]);
    let newer = |blob: &[u8]| [&[2], &blob[1..]].concat();
    assert_eq!(Chunk::decode(&newer(&built.body)).err(), Some(Corrupt::Version(2)));
    assert_eq!(Summary::decode(&newer(&built.summary)).err(), Some(Corrupt::Version(2)));
    assert_eq!(BatchIndex::decode(&newer(&built.batches)).err(), Some(Corrupt::Version(2)));
}

#[test]
fn counts_without_content_allocate_nothing() {
    let huge = |lead: &[u8]| {
        let mut plain = lead.to_vec();
        crate::bytes::put_varint(&mut plain, u64::MAX);
        envelope::seal_off(1, &plain)
    };
    // Hour 0, then readings; hour 0, no readings, then batches; and so on.
    for lead in [&[0][..], &[0, 0], &[0, 0, 1, 1], &[0, 0, 1, 1, 0], &[0, 0, 1, 1, 0, 0]] {
        assert!(Chunk::decode(&huge(lead)).is_err());
    }
    assert!(BatchIndex::decode(&huge(&[])).is_err());
    assert!(Summary::decode(&huge(&[0])).is_err());
}
