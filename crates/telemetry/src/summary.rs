//! The summary of a chunk: per metric its count, extremes, sum, first and last. Long spans open only these.
//!
//! It counts each instant once, as queries do: the latest batch wins. Summaries of two parts of one hour add up only
//! where their times do not overlap. Never: a unit, a batch or a single reading but the first and the last.

use crate::bytes::{Reader, put_number, put_signed, put_varint};
use crate::times::TimeColumn;
use crate::values::{Values, put_value, read_value};
use crate::{Corrupt, Tally, envelope, limits};
use fieldkeep_domain::limits::METRIC_BYTES_MAX;
use fieldkeep_domain::telemetry::{Metric, Value};
use fieldkeep_domain::time::HOUR_NS;
use fieldkeep_domain::{Hour, Timestamp};

const VERSION: u8 = 1;
const NO_NUMBERS: u8 = 0;
const ALL_NUMBERS: u8 = 1;
const SOME_NUMBERS: u8 = 2;

/// One metric in one chunk.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSummary {
    /// What was measured.
    pub metric: Metric,
    /// Readings of any kind, each instant once; at least 1.
    pub count: u64,
    /// The earliest.
    pub first: (Timestamp, Value),
    /// The latest.
    pub last: (Timestamp, Value),
    /// The numbers among them; truth values count as 0 and 1, texts are left out.
    pub numbers: Option<Tally>,
}

impl MetricSummary {
    /// Whether the times of two summaries interleave, so that an instant may be in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first.0 <= other.last.0 && other.first.0 <= self.last.0
    }

    /// Sums up a column; `None` when it has no readings.
    pub(crate) fn of(metric: &Metric, hour: Hour, column: &TimeColumn, values: &Values) -> Option<Self> {
        let count = column.distinct();
        let time = |place: usize| Timestamp(hour.start().0 + column.times[place]);
        let (first, last) = (column.place(0), column.place(count.checked_sub(1)?));
        let mut numbers = None;
        for place in (0..count).map(|nth| column.place(nth)) {
            if let Some(number) = values.number(place) {
                Tally::add(&mut numbers, time(place), number);
            }
        }
        let end = |place| (time(place), values.get(place));
        Some(Self {
            metric: metric.clone(),
            count: count as u64,
            first: end(first),
            last: end(last),
            numbers,
        })
    }
}

/// What a chunk comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The hour of all times in it.
    pub hour: Hour,
    /// Metrics with at least one reading, by the bytes of their names.
    pub metrics: Vec<MetricSummary>,
}

impl Summary {
    /// The summary of a metric.
    pub fn get(&self, metric: &Metric) -> Option<&MetricSummary> {
        let at = self.metrics.binary_search_by(|summary| summary.metric.cmp(metric)).ok()?;
        self.metrics.get(at)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_signed(&mut out, self.hour.0);
        put_varint(&mut out, self.metrics.len() as u64);
        for summary in &self.metrics {
            put_metric(&mut out, self.hour, summary);
        }
        envelope::seal_off(VERSION, &out)
    }

    /// Reads a summary.
    pub fn decode(blob: &[u8]) -> Result<Self, Corrupt> {
        let plain = envelope::open(VERSION, blob)?;
        let mut reader = Reader::new(&plain);
        let hour = read_hour(&mut reader)?;
        let count = reader.items(limits::CHUNK_METRICS_MAX, "metrics")?;
        let mut metrics: Vec<MetricSummary> = Vec::new();
        for _ in 0..count {
            let summary = read_metric(&mut reader, hour)?;
            if metrics.last().is_some_and(|last| last.metric >= summary.metric) {
                return Err(Corrupt::Invalid("order of metrics"));
            }
            metrics.push(summary);
        }
        reader.finish()?;
        Ok(Self { hour, metrics })
    }
}

fn put_metric(out: &mut Vec<u8>, hour: Hour, summary: &MetricSummary) {
    crate::bytes::put_block(out, summary.metric.as_str().as_bytes());
    put_varint(out, summary.count);
    for (time, value) in [&summary.first, &summary.last] {
        put_time(out, hour, *time);
        put_value(out, value);
    }
    let Some(tally) = &summary.numbers else {
        out.push(NO_NUMBERS);
        return;
    };
    let all = tally.count == summary.count;
    out.push(if all { ALL_NUMBERS } else { SOME_NUMBERS });
    [tally.min, tally.max, tally.sum].into_iter().for_each(|number| put_number(out, number));
    if !all {
        put_varint(out, tally.count);
        for (time, number) in [tally.first, tally.last] {
            put_time(out, hour, time);
            put_number(out, number);
        }
    }
}

fn put_time(out: &mut Vec<u8>, hour: Hour, time: Timestamp) {
    put_varint(out, time.0.wrapping_sub(hour.start().0) as u64);
}

fn read_metric(reader: &mut Reader<'_>, hour: Hour) -> Result<MetricSummary, Corrupt> {
    let metric = read_name(reader)?;
    let count = read_count(reader)?;
    let first = (read_time(reader, hour)?, read_value(reader)?);
    let last = (read_time(reader, hour)?, read_value(reader)?);
    let kind = reader.byte()?;
    let numbers =
        if kind == NO_NUMBERS { None } else { Some(read_tally(reader, hour, kind, count, &first, &last)?) };
    if first.0 > last.0 {
        return Err(Corrupt::Invalid("time"));
    }
    Ok(MetricSummary { metric, count, first, last, numbers })
}

fn read_tally(
    reader: &mut Reader<'_>,
    hour: Hour,
    kind: u8,
    count: u64,
    first: &(Timestamp, Value),
    last: &(Timestamp, Value),
) -> Result<Tally, Corrupt> {
    let (min, max, sum) = (reader.number()?, reader.number()?, reader.number()?);
    let (count, first, last) = match kind {
        ALL_NUMBERS => {
            let number = |value: &Value| value.as_number().ok_or(Corrupt::Invalid("number"));
            (count, (first.0, number(&first.1)?), (last.0, number(&last.1)?))
        }
        SOME_NUMBERS => {
            let some = read_count(reader)?;
            let first = (read_time(reader, hour)?, reader.number()?);
            let last = (read_time(reader, hour)?, reader.number()?);
            if some >= count || first.0 > last.0 {
                return Err(Corrupt::Invalid("count"));
            }
            (some, first, last)
        }
        _ => return Err(Corrupt::Invalid("summary")),
    };
    Ok(Tally { count, min, max, sum, first, last })
}

fn read_count(reader: &mut Reader<'_>) -> Result<u64, Corrupt> {
    match reader.count(limits::CHUNK_READINGS_MAX, "readings")? {
        0 => Err(Corrupt::Invalid("count")),
        count => Ok(count as u64),
    }
}

fn read_time(reader: &mut Reader<'_>, hour: Hour) -> Result<Timestamp, Corrupt> {
    let offset = reader.count(HOUR_NS as usize - 1, "nanoseconds")? as i64;
    Ok(Timestamp(hour.start().0 + offset))
}

/// An hour whose every nanosecond is a [`Timestamp`].
pub fn read_hour(reader: &mut Reader<'_>) -> Result<Hour, Corrupt> {
    let hour = reader.signed()?;
    if hour.unsigned_abs() > Hour::MAX.0.unsigned_abs() {
        Err(Corrupt::Invalid("hour"))
    } else {
        Ok(Hour(hour))
    }
}

/// The name of a metric.
pub fn read_name(reader: &mut Reader<'_>) -> Result<Metric, Corrupt> {
    Metric::parse(reader.text(METRIC_BYTES_MAX, "metric")?).map_err(|_| Corrupt::Invalid("metric"))
}
