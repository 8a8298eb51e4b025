use super::*;
use proptest::prelude::*;

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_filter_map("finite", |n| Value::float(n).ok()),
        any::<i64>().prop_map(Value::Int),
        any::<bool>().prop_map(Value::Bool),
        "[a-zä ]{0,20}".prop_map(|text| Value::text(&text).unwrap()),
    ]
}

fn any_series(hour: Hour) -> impl Strategy<Value = Series> {
    let readings = prop::collection::btree_map(0..HOUR_NS, any_value(), 1..20);
    ("[a-z]{1,8}", prop::option::of("[A-Z]{1,3}"), readings).prop_map(move |(metric, unit, readings)| {
        Series {
            metric: Metric::parse(&metric).unwrap(),
            unit: unit.map(|unit| Unit::parse(&unit).unwrap()),
            times: readings.keys().map(|offset| Timestamp(hour.start().0 + offset)).collect(),
            values: readings.into_values().collect(),
        }
    })
}

fn any_segment(hour: Hour) -> impl Strategy<Value = Segment> {
    prop::collection::vec(any_series(hour), 1..5).prop_map(move |mut series| {
        series.sort_by(|a, b| a.metric.cmp(&b.metric));
        series.dedup_by(|a, b| a.metric == b.metric);
        Segment { hour, series }
    })
}

pub(crate) fn any_batch() -> impl Strategy<Value = Batch> {
    let numbers = (1..i64::MAX as u64, 1..i64::MAX as u64, prop::option::of(any::<[u8; 32]>()));
    let rest = (any::<[u8; 16]>(), prop::option::of(any::<i64>()), 0..9u64);
    (numbers, rest, any_segment(Hour(490_000)), any_segment(Hour(490_001))).prop_map(
        |((epoch, seq, prev), (device, sent, lost), first, second)| Batch {
            device: DeviceId::from_random(device),
            epoch,
            seq,
            prev: prev.map(Hash),
            sent: sent.map(Timestamp),
            lost,
            segments: vec![first, second],
        },
    )
}

proptest! {
    #[test]
    fn what_is_frozen_thaws_to_the_same(batch in any_batch()) {
        let canonical = freeze(&batch);
        let (again, bytes) = decode(&encode(&canonical)).unwrap();
        // Bit for bit: -0.0 and 0.0 differ.
        prop_assert_eq!(format!("{again:?}"), format!("{batch:?}"));
        prop_assert_eq!(bytes, canonical);
    }

    #[test]
    fn any_change_is_refused_or_has_its_own_bytes(batch in any_batch(), at: prop::sample::Index, bit in 0..8u32) {
        let mut bytes = encode(&freeze(&batch));
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok((other, canonical)) = decode(&bytes) {
            prop_assert_eq!(freeze(&other), canonical.clone());
            prop_assert_eq!(encode(&canonical), bytes);
        }
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = decode(&bytes);
        let _ = decode_segment(&bytes);
    }
}

fn small() -> Batch {
    let hour = Hour(490_000);
    let series = |metric: &str| Series {
        metric: Metric::parse(metric).unwrap(),
        unit: None,
        times: vec![hour.start(), Timestamp(hour.start().0 + 5)],
        values: vec![Value::Float(1.0), Value::Int(2)],
    };
    Batch {
        device: DeviceId::from_random([9; 16]),
        epoch: 1,
        seq: 1,
        prev: None,
        sent: None,
        lost: 0,
        segments: vec![Segment { hour, series: vec![series("a"), series("b")] }],
    }
}

fn refusal(change: impl FnOnce(&mut Batch)) -> Malformed {
    let mut batch = small();
    change(&mut batch);
    decode(&encode(&freeze(&batch))).unwrap_err()
}

#[test]
fn each_rule_of_the_form_is_held() {
    assert!(decode(&encode(&freeze(&small()))).is_ok());
    assert!(matches!(refusal(|b| b.epoch = 0), Malformed::Expected { .. }));
    assert!(matches!(refusal(|b| b.seq = u64::MAX), Malformed::Expected { .. }));
    assert_eq!(refusal(|b| b.segments[0].series.swap(0, 1)), Malformed::Unsorted { what: "metrics" });
    assert_eq!(refusal(|b| b.segments.clear()), Malformed::Empty);
    assert_eq!(refusal(|b| b.segments[0].series.clear()), Malformed::Empty);
    let doubled = refusal(|b| b.segments[0].series[0].times[1] = b.segments[0].hour.start());
    assert_eq!(doubled, Malformed::Duplicate { metric: "a".into() });
    let next_hour = refusal(|b| b.segments[0].series[0].times[1] = b.segments[0].hour.end());
    assert!(matches!(next_hour, Malformed::Expected { .. }));
    let nan = refusal(|b| b.segments[0].series[0].values[0] = Value::Float(f64::NAN));
    assert!(matches!(nan, Malformed::Reading(_)));
    let twice = refusal(|b| b.segments.push(b.segments[0].clone()));
    assert_eq!(twice, Malformed::Unsorted { what: "hours" });
}

#[test]
fn ten_thousand_metrics_are_refused_by_their_count() {
    let refused = refusal(|batch| {
        let series = batch.segments[0].series[0].clone();
        batch.segments[0].series = (0..10_000)
            .map(|n| Series { metric: Metric::parse(&format!("m{n:05}")).unwrap(), ..series.clone() })
            .collect();
    });
    assert!(matches!(refused, Malformed::TooMuch { max: limits::BATCH_METRICS_MAX, .. }));
}

#[test]
fn a_batch_of_nothing_may_declare_a_loss() {
    let mut batch = small();
    batch.segments.clear();
    batch.lost = 7;
    assert_eq!(decode(&encode(&freeze(&batch))).unwrap().0, batch);
}
