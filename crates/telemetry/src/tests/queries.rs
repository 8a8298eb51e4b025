//! Points and reductions against a model that looks at every reading.

use super::*;
use crate::{
    Aggregate, BadSpan, Bucket, Chunk, MetricSummary, Point, Reducer, Summary, latest_wins, segment_points,
};
use std::collections::BTreeMap;

/// The model's answer: each instant once, the greatest index wins.
fn model(batches: &[Pushed], name: &Metric, from: Timestamp, to: Timestamp) -> Vec<Point> {
    let mut best: BTreeMap<Timestamp, Point> = BTreeMap::new();
    for (index, segment) in batches {
        for point in segment_points(segment, *index, name, from, to) {
            match best.get(&point.time) {
                Some(known) if known.index > *index => {}
                _ => drop(best.insert(point.time, point)),
            }
        }
    }
    best.into_values().collect()
}

fn same_points(a: &[Point], b: &[Point]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| (a.time, a.index) == (b.time, b.index) && same_bits(&a.value, &b.value))
}

fn near(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= scale * 1e-9 || a == b
}

fn same_bucket(a: &Bucket, b: &Bucket) -> bool {
    let exact = |bucket: &Bucket| {
        let bits = [bucket.min, bucket.max, bucket.first, bucket.last].map(f64::to_bits);
        (bucket.start, bucket.count, bits)
    };
    exact(a) == exact(b) && near(a.mean, b.mean, a.min.abs().max(a.max.abs()))
}

const NAMES: [&str; 6] = ["a", "b", "dc/1:power", "t", "u", "z.z"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn points_are_the_models(batches in any_batches(), a in 0..=HOUR_NS, b in 0..=HOUR_NS) {
        let chunk = Chunk::decode(&build(&batches).body).expect("body");
        for name in NAMES.map(metric) {
            for (from, to) in [(at(a), at(b)), (Timestamp(i64::MIN), Timestamp(i64::MAX)), (at(0), at(b))] {
                let points = chunk.points(&name, from, to);
                prop_assert!(same_points(&points, &model(&batches, &name, from, to)));
            }
        }
    }

    #[test]
    fn points_of_several_chunks_add_up(batches in any_batches(), cut in 0usize..8) {
        let (early, late) = batches.split_at(cut.min(batches.len()));
        for name in NAMES.map(metric) {
            let mut points = Vec::new();
            for (index, segment) in late {
                points.extend(segment_points(segment, *index, &name, at(0), at(HOUR_NS)));
            }
            if !early.is_empty() {
                points.extend(Chunk::decode(&build(early).body).expect("body").points(&name, at(0), at(HOUR_NS)));
            }
            latest_wins(&mut points);
            prop_assert!(same_points(&points, &model(&batches, &name, at(0), at(HOUR_NS))));
        }
    }

    #[test]
    fn summaries_reduce_as_their_points_do(
        (batches, buckets, back) in (any_batches(), 1usize..5, 0i64..3),
    ) {
        let built = build(&batches);
        let (chunk, summary) = (Chunk::decode(&built.body).expect("body"), Summary::decode(&built.summary).expect("s"));
        let (from, to) = (at(-back * HOUR_NS), at(2 * HOUR_NS));
        for name in NAMES.map(metric) {
            let mut points = chunk.points(&name, from, to);
            prop_assert_eq!(summary.get(&name).map_or(0, |summary| summary.count), points.len() as u64);
            let Some(of_metric) = summary.get(&name) else { continue };
            prop_assert!(same_bits(&of_metric.first.1, &points[0].value));
            prop_assert!(same_bits(&of_metric.last.1, &points[points.len() - 1].value));
            points.reverse();
            let mut by_summary = Reducer::new(from, to, buckets).expect("span");
            let mut by_points = Reducer::new(from, to, buckets).expect("span");
            points.iter().for_each(|point| by_points.point(point.time, &point.value));
            if !by_summary.summary(of_metric) {
                continue;
            }
            let (a, b) = (by_summary.finish(), by_points.finish());
            prop_assert!(a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| same_bucket(a, b)), "{a:?} {b:?}");

            let mut steps = Aggregate::new(from, to, 5 * HOUR_NS).expect("span");
            prop_assert_eq!(steps.summary(of_metric), Ok(true));
            let mut single = Aggregate::new(from, to, 5 * HOUR_NS).expect("span");
            single.points(&name, &points).expect("steps");
            let (a, b) = (steps.finish(), single.finish());
            prop_assert_eq!(a.len(), b.len());
            for ((_, a), (_, b)) in a.iter().zip(&b) {
                prop_assert_eq!((a[0].start, a[0].count), (b[0].start, b[0].count));
                prop_assert!(near(a[0].sum, b[0].sum, a[0].count as f64 * a[0].min.abs().max(a[0].max.abs())));
            }
        }
    }

    #[test]
    fn buckets_tile_the_span(span in 1i64..5_000, buckets in 1usize..60, times in prop::collection::vec(-50i64..5_050, 0..80)) {
        let mut reducer = Reducer::new(Timestamp(0), Timestamp(span), buckets).expect("span");
        let step = reducer.step_ns();
        times.iter().for_each(|time| reducer.point(Timestamp(*time), &Value::Int(*time)));
        let found = reducer.finish();
        prop_assert!(found.len() <= buckets);
        let inside = times.iter().filter(|time| (0..span).contains(*time)).count();
        prop_assert_eq!(found.iter().map(|bucket| bucket.count).sum::<u64>(), inside as u64);
        for bucket in found {
            prop_assert!(bucket.min >= bucket.start.0 as f64 && bucket.max < (bucket.start.0 + step) as f64);
            prop_assert!(bucket.min <= bucket.mean && bucket.mean <= bucket.max);
            prop_assert_eq!((bucket.first, bucket.last), (bucket.min, bucket.max));
        }
    }
}

#[test]
fn an_instant_told_twice_is_the_later_batches() {
    let batches = [
        (4, segment("m", &[(1, Value::Int(10)), (2, Value::Int(20)), (3, Value::Int(30))])),
        (7, segment("m", &[(2, Value::Int(21))])),
    ];
    let built = build(&batches);
    let chunk = Chunk::decode(&built.body).expect("body");
    let points = chunk.points(&metric("m"), at(0), at(9));
    assert_eq!(points.iter().map(|point| point.index).collect::<Vec<_>>(), [4, 7, 4]);
    assert_eq!(points[1].value, Value::Int(21));
    let summary = Summary::decode(&built.summary).expect("summary");
    let numbers = summary.get(&metric("m")).and_then(|summary| summary.numbers).expect("numbers");
    assert_eq!((numbers.count, numbers.sum), (3, 61.0));
}

#[test]
fn summaries_of_mixed_kinds_tell_numbers_apart() {
    let readings = [
        (1, Value::Text("start".into())),
        (2, Value::Bool(true)),
        (3, Value::Float(2.5)),
        (4, Value::Text("x".into())),
    ];
    let summary = Summary::decode(&build(&[(1, segment("m", &readings))]).summary).expect("summary");
    let MetricSummary { count, first, last, numbers, .. } = summary.get(&metric("m")).expect("metric");
    let numbers = numbers.expect("numbers");
    assert_eq!((*count, &first.1, &last.1), (4, &readings[0].1, &readings[3].1));
    assert_eq!((numbers.count, numbers.min, numbers.max, numbers.sum), (2, 1.0, 2.5, 3.5));
    assert_eq!((numbers.first, numbers.last), ((at(2), 1.0), (at(3), 2.5)));
}

#[test]
fn summaries_that_spread_are_left_to_their_points() {
    let built = build(&[(1, segment("m", &[(0, Value::Int(1)), (HOUR_NS - 1, Value::Int(2))]))]);
    let summary = Summary::decode(&built.summary).expect("summary");
    let of_metric = summary.get(&metric("m")).expect("metric");
    let taken = |from, to, buckets| Reducer::new(from, to, buckets).expect("span").summary(of_metric);
    assert!(taken(at(0), at(HOUR_NS), 1));
    assert!(!taken(at(0), at(HOUR_NS), 2));
    assert!(!taken(at(1), at(HOUR_NS), 1), "half of it is outside");
    assert!(taken(at(HOUR_NS), at(2 * HOUR_NS), 1), "all of it is outside");
    assert!(of_metric.overlaps(of_metric));
}

#[test]
fn spans_and_steps_are_bounded() {
    let (zero, day) = (Timestamp(0), Timestamp(24 * HOUR_NS));
    assert_eq!(Reducer::new(day, zero, 5).err(), Some(BadSpan::Empty));
    assert_eq!(Reducer::new(Timestamp(i64::MIN), day, 5).err(), Some(BadSpan::Empty));
    assert_eq!(Reducer::new(zero, day, 0).err(), Some(BadSpan::Buckets));
    assert_eq!(Reducer::new(zero, day, usize::MAX).err(), Some(BadSpan::Buckets));
    assert_eq!(Aggregate::new(zero, day, 0).err(), Some(BadSpan::Step));
    assert_eq!(Aggregate::new(zero, day, 1).err(), Some(BadSpan::Step));
    let mut aggregate = Aggregate::new(zero, day, 24 * 3_600 * 1_000_000 / 400).expect("span");
    let fits = ["a", "b", "c"].map(|name| aggregate.point(&metric(name), zero, &Value::Int(1)).is_ok());
    assert_eq!(fits, [true, true, false]);
}
