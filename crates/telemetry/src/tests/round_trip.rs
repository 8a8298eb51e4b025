//! What was pushed comes back, from one chunk or from many merged.

use super::*;
use crate::{BatchIndex, Chunk, MergeError, Refused, Summary, limits, merge};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_segment_comes_back(batches in any_batches()) {
        let built = build(&batches);
        let chunk = Chunk::decode(&built.body).expect("body");
        for (index, segment) in &batches {
            let back = chunk.segment_of(*index).expect("batch");
            prop_assert!(same_segment(&back, segment), "{back:?} {segment:?}");
        }
        let indices: Vec<u64> = batches.iter().map(|(index, _)| *index).collect();
        prop_assert_eq!(chunk.batches(), &indices);
        prop_assert_eq!((built.first_index, built.last_index), (indices[0], indices[indices.len() - 1]));
        prop_assert_eq!(built.readings, batches.iter().map(|(_, segment)| segment.reading_count()).sum::<usize>());
        prop_assert_eq!(chunk.reading_count(), built.readings);

        let entries = BatchIndex::decode(&built.batches).expect("batch index");
        for (index, _) in &batches {
            let entry = entries.get(*index).expect("entry");
            prop_assert_eq!(&entry.header, &header(*index));
            prop_assert_eq!(entry.batch_hash, Hash([*index as u8; 32]));
            prop_assert_eq!(entry.segment_hash, Hash([!*index as u8; 32]));
        }
    }

    #[test]
    fn the_order_of_pushing_does_not_show(
        (batches, shuffled) in any_batches().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(build(&batches), build(&shuffled));
    }

    #[test]
    fn any_split_in_any_order_merges_to_the_same_chunk(
        batches in any_batches(), homes in prop::collection::vec((0usize..4, 0usize..4), 8), turn in 0usize..4,
    ) {
        let mut parts: Vec<ChunkBuilder> = (0..4).map(|_| ChunkBuilder::new(HOUR)).collect();
        for (batch, (home, second)) in batches.iter().zip(&homes) {
            push(&mut parts[*home], batch);
            push(&mut parts[*second], batch);
        }
        parts.rotate_left(turn);
        let built: Vec<Built> = parts.iter().filter_map(ChunkBuilder::build).collect();
        let blobs: Vec<(&[u8], &[u8])> = built.iter().map(|part| (&part.body[..], &part.batches[..])).collect();
        prop_assert_eq!(merge(&blobs), Ok(build(&batches)));
    }
}

#[test]
fn a_single_reading_of_each_kind() {
    for value in [
        Value::Float(-0.0),
        Value::Float(f64::MAX),
        Value::Int(i64::MIN),
        Value::Int(i64::MAX),
        Value::Bool(true),
        Value::Text("".into()),
    ] {
        let batch = (3, segment("m", &[(0, value.clone())]));
        let built = build(std::slice::from_ref(&batch));
        let chunk = Chunk::decode(&built.body).expect("body");
        assert!(same_segment(&chunk.segment_of(3).expect("batch"), &batch.1));
        let summary = Summary::decode(&built.summary).expect("summary");
        let only = summary.get(&metric("m")).expect("metric");
        assert!(same_bits(&only.first.1, &value) && same_bits(&only.last.1, &value));
        assert_eq!((only.count, only.first.0), (1, at(0)));
        assert_eq!(only.numbers.map(|tally| tally.sum), value.as_number());
    }
}

#[test]
fn series_and_segments_without_readings_come_back() {
    let batches = [
        (1, segment("m", &[])),
        (2, Segment { hour: HOUR, series: vec![] }),
        (3, segment("m", &[(5, Value::Int(1))])),
    ];
    let built = build(&batches);
    let chunk = Chunk::decode(&built.body).expect("body");
    batches.iter().for_each(|(index, segment)| assert_eq!(chunk.segment_of(*index).as_ref(), Some(segment)));
    assert_eq!(chunk.segment_of(4), None);
    assert_eq!(build(&batches[..1]).readings, 0);
    assert_eq!(Summary::decode(&build(&batches[..1]).summary).map(|summary| summary.metrics.len()), Ok(0));
}

#[test]
fn wanted_metrics_are_enough_for_their_points() {
    let mut segment = segment("a", &[(1, Value::Int(1)), (2, Value::Int(2))]);
    let unit = Some(Unit::parse("W").expect("unit"));
    segment.series.push(Series { metric: metric("b"), unit, ..segment.series[0].clone() });
    let built = build(&[(9, segment)]);
    let chunk = Chunk::decode_metrics(&built.body, &[metric("b")]).expect("body");
    assert_eq!(chunk.points(&metric("b"), at(0), at(2)).len(), 1);
    assert!(chunk.points(&metric("a"), at(0), at(2)).is_empty());
    assert_eq!(chunk.unit(&metric("b")).map(Unit::as_str), Some("W"));
    assert_eq!(chunk.segment_of(9), None);
}

#[test]
fn what_would_not_come_back_is_refused() {
    let mut builder = ChunkBuilder::new(HOUR);
    let mut refusal = |segment: &Segment| builder.push_segment(1, &[], Hash([0; 32]), Hash([0; 32]), segment);
    let good = segment("m", &[(1, Value::Int(1)), (2, Value::Int(2))]);
    assert_eq!(refusal(&Segment { hour: Hour(1), ..good.clone() }), Err(Refused::OtherHour));
    for bad in [
        segment("m", &[(2, Value::Int(1)), (2, Value::Int(2))]),
        segment("m", &[(HOUR_NS, Value::Int(1))]),
        segment("m", &[(-1, Value::Int(1))]),
        segment("m", &[(1, Value::Float(f64::NAN))]),
        segment("m", &[(1, Value::Text("\n".into()))]),
        Segment { hour: HOUR, series: vec![good.series[0].clone(), good.series[0].clone()] },
    ] {
        assert!(matches!(refusal(&bad), Err(Refused::Malformed(_))), "{bad:?}");
    }
    assert_eq!(refusal(&good), Ok(true));
    assert_eq!(refusal(&good), Ok(false), "an index is taken once");
    assert_eq!(builder.reading_count(), 2);
    let long = vec![0; limits::HEADER_BYTES_MAX + 1];
    assert!(builder.push_segment(2, &long, Hash([0; 32]), Hash([0; 32]), &good).is_err());
    assert!(ChunkBuilder::new(HOUR).build().is_none());
}

#[test]
fn a_full_chunk_still_builds_and_reads() {
    let mut builder = ChunkBuilder::new(HOUR);
    let times: Vec<(i64, Value)> = (0..50_000).map(|n| (n * 1_000, Value::Int(n))).collect();
    let whole = segment("m", &times);
    let hash = Hash([0; 32]);
    let taken =
        (0..60).take_while(|index| builder.push_segment(*index, &[], hash, hash, &whole).is_ok()).count();
    assert_eq!(taken, limits::CHUNK_READINGS_MAX / 50_000);
    assert_eq!(builder.push_segment(99, &[], hash, hash, &whole), Err(Refused::Full));
    let built = builder.build().expect("built");
    let chunk = Chunk::decode(&built.body).expect("body");
    assert_eq!(chunk.points(&metric("m"), at(0), at(HOUR_NS)).len(), 50_000);
}

#[test]
fn parts_that_disagree_do_not_merge() {
    let (one, other) = (build(&[(1, segment("m", &[(1, Value::Int(1))]))]), build(&[(2, segment("m", &[]))]));
    assert_eq!(merge(&[]), Err(MergeError::Empty));
    assert!(matches!(merge(&[(&one.body, &other.batches)]), Err(MergeError::Part { part: 0, .. })));
    let mut builder = ChunkBuilder::new(HOUR);
    let hash = Hash([9; 32]);
    builder.push_segment(1, &[], hash, hash, &segment("m", &[(1, Value::Int(2))])).expect("push");
    let changed = builder.build().expect("built");
    let parts: [(&[u8], &[u8]); 2] = [(&one.body, &one.batches), (&changed.body, &changed.batches)];
    assert_eq!(merge(&parts), Err(MergeError::Conflict(1)));
}
