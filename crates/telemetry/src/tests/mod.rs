//! The crate against a plain model of itself: every batch kept as it came, every question answered by looking at all.

mod hostile;
mod queries;
mod round_trip;
mod size;

use crate::{Built, ChunkBuilder};
use fieldkeep_domain::telemetry::{Metric, Segment, Series, Unit, Value};
use fieldkeep_domain::{Hash, Hour, Timestamp};
use proptest::prelude::*;

pub const HOUR: Hour = Hour(490_000);
const HOUR_NS: i64 = fieldkeep_domain::time::HOUR_NS;

pub fn metric(name: &str) -> Metric {
    Metric::parse(name).expect("metric")
}

pub fn at(offset: i64) -> Timestamp {
    Timestamp(HOUR.start().0 + offset)
}

/// A batch as the model keeps it.
pub type Pushed = (u64, Segment);

pub fn header(index: u64) -> Vec<u8> {
    [b"header of ".as_slice(), &index.to_be_bytes()].concat()
}

pub fn push(builder: &mut ChunkBuilder, (index, segment): &Pushed) -> bool {
    let hash = Hash([*index as u8; 32]);
    builder.push_segment(*index, &header(*index), hash, Hash([!*index as u8; 32]), segment).expect("push")
}

pub fn build(batches: &[Pushed]) -> Built {
    let mut builder = ChunkBuilder::new(HOUR);
    batches.iter().for_each(|batch| assert!(push(&mut builder, batch)));
    builder.build().expect("not empty")
}

/// Bit for bit, where `==` would take −0.0 for 0.0.
pub fn same_bits(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    }
}

pub fn same_segment(a: &Segment, b: &Segment) -> bool {
    let pairs = a.series.iter().zip(&b.series);
    a == b && pairs.flat_map(|(a, b)| a.values.iter().zip(&b.values)).all(|(a, b)| same_bits(a, b))
}

/// The segment of one series.
pub fn segment(name: &str, readings: &[(i64, Value)]) -> Segment {
    let (times, values) = readings.iter().map(|(time, value)| (at(*time), value.clone())).unzip();
    Segment { hour: HOUR, series: vec![Series { metric: metric(name), unit: None, times, values }] }
}

pub fn any_value() -> impl Strategy<Value = Value> {
    let finite = any::<u64>().prop_filter_map("finite", |bits| Value::float(f64::from_bits(bits)).ok());
    prop_oneof![
        2 => finite,
        4 => (-9_999i32..9_999).prop_map(|n| Value::Float(f64::from(n) / 100.0)),
        1 => Just(Value::Float(-0.0)),
        2 => any::<i64>().prop_map(Value::Int),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX)].prop_map(Value::Int),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => "[a-zä ]{0,8}".prop_map(|text| Value::Text(text.into())),
    ]
}

/// Values of one kind, or of all.
fn any_values() -> impl Strategy<Value = Vec<Value>> {
    let many = |values| prop::collection::vec(values, 64);
    prop_oneof![
        many((-9_999i32..9_999).prop_map(|n| Value::Float(f64::from(n) / 100.0)).boxed()),
        many((-50i64..50).prop_map(Value::Int).boxed()),
        many(any::<bool>().prop_map(Value::Bool).boxed()),
        many(prop_oneof![Just("on"), Just("off"), Just("")].prop_map(|t| Value::Text(t.into())).boxed()),
        many(any_value().boxed()),
    ]
}

fn any_times() -> impl Strategy<Value = Vec<Timestamp>> {
    let grid = prop::collection::btree_set(0i64..360, 0..64)
        .prop_map(|steps| steps.into_iter().map(|step| at(step * 10_000_000_000 + 7_000_000)).collect());
    let free = prop::collection::btree_set(0..HOUR_NS, 1..40)
        .prop_map(|offsets| offsets.into_iter().map(at).collect());
    let regular = (0i64..300, 1usize..60)
        .prop_map(|(from, count)| (0..count as i64).map(|n| at((from + n) * 10_000_000_000)).collect());
    prop_oneof![grid, free, regular]
}

pub fn any_segment() -> impl Strategy<Value = Segment> {
    let unit = prop_oneof![Just(None), Just(Some("Cel")), Just(Some("W"))];
    let series = (0usize..6, prop::option::weighted(0.3, any_times()), any_values(), unit);
    (any_times(), prop::collection::vec(series, 1..6)).prop_map(|(shared, series)| {
        let mut all = std::collections::BTreeMap::new();
        for (name, own, values, unit) in series {
            let metric = metric(["a", "b", "dc/1:power", "t", "u", "z.z"][name]);
            let times = own.unwrap_or_else(|| shared.clone());
            let values = values[..times.len()].to_vec();
            let unit = unit.map(|unit| Unit::parse(unit).expect("unit"));
            all.insert(metric.clone(), Series { metric, unit, times, values });
        }
        Segment { hour: HOUR, series: all.into_values().collect() }
    })
}

/// Batches by rising index.
pub fn any_batches() -> impl Strategy<Value = Vec<Pushed>> {
    prop::collection::btree_map(prop_oneof![0u64..60, Just(u64::MAX)], any_segment(), 1..8)
        .prop_map(|batches| batches.into_iter().collect())
}
