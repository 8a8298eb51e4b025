//! What a reading costs at rest.

use super::*;
use crate::{Chunk, Summary, merge};

/// An hour of 10 metrics every 10 s with two decimals: slow waves with a little noise, cut into batches.
fn hour(per_batch: usize, jitter_ns: i64) -> Vec<Pushed> {
    let mut seed = 42u64;
    let mut noise = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as f64 / f64::from(1u32 << 31) - 0.5
    };
    let segments = (0..360usize).collect::<Vec<_>>();
    let mut batch = |ticks: &[usize]| {
        let mut tick = |n: &usize| *n as i64 * 10_000_000_000 + ((noise() + 0.5) * jitter_ns as f64) as i64;
        let times: Vec<_> = ticks.iter().map(|n| at(tick(n))).collect();
        let series = (0..10).map(|m| {
            let value = |n: &usize| {
                let wave = (*n as f64 / (40.0 + f64::from(m) * 9.0)).sin() * 8.0;
                Value::Float(((20.0 + wave + noise() * 0.2) * 100.0).round() / 100.0)
            };
            Series {
                metric: metric(&format!("m{m}")),
                unit: Unit::parse("Cel").ok(),
                times: times.clone(),
                values: ticks.iter().map(value).collect(),
            }
        });
        Segment { hour: HOUR, series: series.collect() }
    };
    segments.chunks(per_batch).enumerate().map(|(index, ticks)| (index as u64 + 1, batch(ticks))).collect()
}

#[test]
fn a_reading_costs_less_than_three_bytes() {
    for (per_batch, jitter_ns) in [(360, 0), (10, 0), (1, 0), (10, 900_000_000)] {
        let batches = hour(per_batch, jitter_ns);
        let built = build(&batches);
        let cost = |blob: &[u8]| blob.len() as f64 / built.readings as f64;
        println!(
            "{per_batch} ticks a batch, jitter {jitter_ns} ns: body {:.3}, summary {:.3}, batches {:.3} bytes a reading",
            cost(&built.body),
            cost(&built.summary),
            cost(&built.batches)
        );
        assert_eq!(built.readings, 3_600);
        assert!(cost(&built.body) < 3.0 && cost(&built.summary) < 0.2);
        let chunk = Chunk::decode(&built.body).expect("body");
        batches
            .iter()
            .for_each(|(index, segment)| assert_eq!(chunk.segment_of(*index).as_ref(), Some(segment)));
    }
}

#[test]
fn memory_is_estimated_while_collecting() {
    let mut builder = ChunkBuilder::new(HOUR);
    let empty = builder.estimated_bytes();
    hour(10, 0).iter().for_each(|batch| assert!(push(&mut builder, batch)));
    let held = builder.estimated_bytes() - empty;
    assert!((3_600 * 8..3_600 * 14).contains(&held), "{held}");
}

/// Run by hand, optimised: `cargo test --release -p fieldkeep-telemetry speed -- --ignored --nocapture`.
#[test]
#[ignore = "measures time; nothing to assert"]
fn speed() {
    let batches = hour(10, 0);
    let rounds = 300;
    let per_reading = |took: std::time::Duration| took.as_nanos() as f64 / (rounds * 3_600) as f64;
    let clock = std::time::Instant::now();
    let builders: Vec<ChunkBuilder> = (0..rounds)
        .map(|_| {
            let mut builder = ChunkBuilder::new(HOUR);
            batches.iter().for_each(|batch| assert!(push(&mut builder, batch)));
            builder
        })
        .collect();
    println!("push {:.1} ns a reading", per_reading(clock.elapsed()));
    let clock = std::time::Instant::now();
    let built: Vec<Built> = builders.iter().filter_map(ChunkBuilder::build).collect();
    println!("build {:.1} ns a reading", per_reading(clock.elapsed()));
    let clock = std::time::Instant::now();
    let read = |part: &Built| Chunk::decode(&part.body).map_or(0, |chunk| chunk.reading_count());
    assert_eq!(built.iter().map(read).sum::<usize>(), rounds * 3_600);
    println!("decode {:.1} ns a reading", per_reading(clock.elapsed()));
    let clock = std::time::Instant::now();
    let one = |part: &Built| {
        let chunk = Chunk::decode_metrics(&part.body, &[metric("m3")]).expect("body");
        chunk.points(&metric("m3"), at(0), at(HOUR_NS)).len()
    };
    assert_eq!(built.iter().map(one).sum::<usize>(), rounds * 360);
    println!("one metric of a chunk {:.1} µs", clock.elapsed().as_micros() as f64 / f64::from(rounds as u32));
    let clock = std::time::Instant::now();
    built.iter().for_each(|part| assert!(Summary::decode(&part.summary).is_ok()));
    println!("summary {:.1} µs", clock.elapsed().as_micros() as f64 / f64::from(rounds as u32));
    let clock = std::time::Instant::now();
    built.iter().for_each(|part| assert!(merge(&[(&part.body, &part.batches)]).is_ok()));
    println!("merge {:.1} ns a reading", per_reading(clock.elapsed()));
}
