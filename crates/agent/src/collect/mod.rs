//! Where readings come from, and how they are cut into batches. Never: numbers or sends anything.

pub(crate) mod csv;
pub(crate) mod sensors;
pub(crate) mod simulate;
mod times;

pub use csv::{CsvReport, read_csv};
pub use sensors::Sensors;
pub use simulate::ColdStore;

use crate::limits;
use fieldkeep_domain::telemetry::{Metric, Segment, Series, Unit, Value};
use fieldkeep_domain::{Hour, Timestamp, limits as bounds};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One measured value.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What is measured; shared by the readings of one column.
    pub metric: Arc<Metric>,
    /// Its unit, where the source knows it.
    pub unit: Option<Unit>,
    /// When.
    pub time: Timestamp,
    /// What was read.
    pub value: Value,
}

type Column = (Option<Unit>, BTreeMap<Timestamp, Value>);
type Hours = BTreeMap<Hour, BTreeMap<Arc<Metric>, Column>>;

/// Cuts readings, oldest first, into batches of sorted hours within every bound. Of two values of one metric at one
/// instant in one batch the later one stays.
pub fn drafts(mut readings: Vec<Reading>) -> Vec<Vec<Segment>> {
    readings.sort_by_key(|reading| reading.time);
    let mut drafts = Vec::new();
    let mut hours = Hours::new();
    let (mut count, mut text) = (0, 0);
    for reading in readings {
        let hour = reading.time.hour();
        let bytes = match &reading.value {
            Value::Text(text) => text.len(),
            _ => 0,
        };
        let metrics = hours.get(&hour).map_or(0, BTreeMap::len);
        let full = count >= limits::BATCH_READINGS
            || text + bytes > limits::BATCH_TEXT_BYTES
            || metrics >= bounds::BATCH_METRICS_MAX
            || (hours.len() >= bounds::BATCH_SEGMENTS_MAX && !hours.contains_key(&hour));
        if full {
            drafts.push(segments(std::mem::take(&mut hours)));
            (count, text) = (0, 0);
        }
        count += 1;
        text += bytes;
        let column = hours.entry(hour).or_default().entry(reading.metric).or_default();
        column.0 = reading.unit.or(column.0.take());
        column.1.insert(reading.time, reading.value);
    }
    if !hours.is_empty() {
        drafts.push(segments(hours));
    }
    drafts
}

fn segments(hours: Hours) -> Vec<Segment> {
    let series = |(metric, (unit, readings)): (Arc<Metric>, Column)| {
        let (times, values) = readings.into_iter().unzip();
        Series { metric: Metric::clone(&metric), unit, times, values }
    };
    hours
        .into_iter()
        .map(|(hour, columns)| Segment { hour, series: columns.into_iter().map(series).collect() })
        .collect()
}

/// A name made fit to be a metric: other characters become `_`, what is too long is cut.
fn clean(name: &str) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() || "_.-/:".contains(c) { c } else { '_' };
    name.trim().chars().map(fit).take(bounds::METRIC_BYTES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(metric: &str, seconds: i64) -> Reading {
        let metric = Arc::new(Metric::parse(metric).unwrap());
        Reading { metric, unit: None, time: Timestamp::from_secs(seconds), value: Value::Int(seconds) }
    }

    #[test]
    fn batches_stay_within_every_bound_and_in_order() {
        let hourly = (0..100).map(|hour| reading("a", hour * 3_600));
        let dense = (0..12_000).map(|second| reading("b", 360_000 + second / 10));
        let wide = (0..3_000).map(|n| reading(&format!("w{n}"), 800_000));
        let mut readings: Vec<Reading> = hourly.chain(dense).chain(wide).collect();
        readings.reverse();
        let drafts = drafts(readings);
        let mut last = Timestamp(0);
        let mut count = 0;
        for draft in &drafts {
            assert!(draft.len() <= bounds::BATCH_SEGMENTS_MAX);
            assert!(draft.iter().all(|segment| segment.series.len() <= bounds::BATCH_METRICS_MAX));
            assert!(draft.iter().map(Segment::reading_count).sum::<usize>() <= limits::BATCH_READINGS);
            let first = draft[0].series[0].times[0];
            assert!(first >= last);
            last = first;
            count += draft.iter().map(Segment::reading_count).sum::<usize>();
        }
        // Ten values of one metric at one instant are one reading; two where a batch ends between them.
        assert!((4_300..=4_304).contains(&count), "{count}");
    }

    #[test]
    fn names_become_metrics() {
        for (name, metric) in
            [("Ambient Temperature", "Ambient_Temperature"), (" UV-A ", "UV-A"), ("°C/m²", "_C/m_")]
        {
            assert_eq!(clean(name), metric);
        }
        assert!(Metric::parse(&clean(&"ä".repeat(200))).is_ok());
    }
}
