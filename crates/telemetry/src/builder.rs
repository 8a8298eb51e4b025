//! Builds a chunk from the segments of one device and one hour, as the journal gives them or as a merge finds them.
//!
//! What is built depends on what was pushed, not on the order of pushing. Never: more memory than the limits allow;
//! a segment that could not be read back exactly.

use crate::chunk::Body;
use crate::summary::{MetricSummary, Summary};
use crate::times::{Run, TimeColumn};
use crate::values::{Values, value_bytes_max};
use crate::{BatchEntry, BatchIndex, Refused, limits};
use fieldkeep_domain::telemetry::{Metric, Segment, Series, Unit, Value};
use fieldkeep_domain::{Hash, Hour, Timestamp};
use std::collections::{BTreeMap, HashMap};

/// Upper bounds of what things take in a body besides their values: names and lengths of the longest kind.
const METRIC_BYTES: usize = 160;
const RUN_BYTES: usize = 24;
const BATCH_BYTES: usize = 96;
const UNITS_BYTES: usize = limits::CHUNK_UNITS_MAX * 32;
/// What a metric's empty columns take in memory.
const METRIC_MEMORY: usize = 512;

/// Three plain blobs, each to be sealed on its own, and the clear columns of their row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// For [`Summary::decode`].
    pub summary: Vec<u8>,
    /// For [`crate::Chunk::decode`].
    pub body: Vec<u8>,
    /// For [`BatchIndex::decode`]; kept when the readings expire.
    pub batches: Vec<u8>,
    /// Least journal index in it.
    pub first_index: u64,
    /// Greatest journal index in it.
    pub last_index: u64,
    /// Readings in it, an instant told twice counting twice.
    pub readings: usize,
}

#[derive(Debug, Default)]
struct Column {
    /// Batches by their place of arrival, times by their place in the pool.
    runs: Vec<Run>,
    /// For each run 0, or 1 more than the place of its unit.
    units: Vec<u32>,
    values: Values,
}

/// Collects the segments of one device and one hour.
#[derive(Debug)]
pub struct ChunkBuilder {
    hour: Hour,
    /// In order of arrival.
    batches: Vec<BatchEntry>,
    metrics: BTreeMap<Metric, Column>,
    units: HashMap<Unit, u32>,
    /// Times from the start of the hour in nanoseconds; what series of one segment share stands here once.
    pool: Vec<i64>,
    readings: usize,
    /// Readings, runs without any counting as one.
    weight: usize,
    plain_bytes_max: usize,
    memory_bytes: usize,
    /// Least and greatest journal index taken.
    span: Option<(u64, u64)>,
    /// Whether each batch came after all before it.
    in_order: bool,
}

impl ChunkBuilder {
    /// An empty chunk of an hour.
    pub fn new(hour: Hour) -> Self {
        Self {
            hour,
            batches: Vec::new(),
            metrics: BTreeMap::new(),
            units: HashMap::new(),
            pool: Vec::new(),
            readings: 0,
            weight: 0,
            plain_bytes_max: UNITS_BYTES + BATCH_BYTES,
            memory_bytes: 0,
            span: None,
            in_order: true,
        }
    }

    /// Takes the segment of the batch with journal index `index`; `false` when that index is already in the chunk.
    ///
    /// `header` is the batch's canonical header, `batch_hash` its hash and `segment_hash` that of the segment's
    /// canonical bytes; they are kept, not checked.
    pub fn push_segment(
        &mut self,
        index: u64,
        header: &[u8],
        batch_hash: Hash,
        segment_hash: Hash,
        segment: &Segment,
    ) -> Result<bool, Refused> {
        if segment.hour != self.hour {
            return Err(Refused::OtherHour);
        }
        let late = self.last_index().is_some_and(|last| index <= last);
        if late && self.batches.iter().any(|batch| batch.index == index) {
            return Ok(false);
        }
        check(header, segment)?;
        let weight = segment.series.iter().map(|series| series.times.len().max(1)).sum::<usize>();
        let new_metrics =
            segment.series.iter().filter(|series| !self.metrics.contains_key(&series.metric)).count();
        let plain = BATCH_BYTES + header.len() + new_metrics * METRIC_BYTES + plain_cost(segment);
        let full = self.weight + weight > limits::CHUNK_READINGS_MAX
            || self.plain_bytes_max + plain > limits::PLAIN_BYTES_MAX
            || self.metrics.len() + new_metrics > limits::CHUNK_METRICS_MAX
            || self.units.len() + segment.series.len() > limits::CHUNK_UNITS_MAX
                && self.has_new_units(segment)
            || self.batches.len() >= limits::CHUNK_BATCHES_MAX;
        if full {
            return Err(Refused::Full);
        }
        self.weight += weight;
        self.plain_bytes_max += plain;
        self.readings += segment.reading_count();
        self.memory_bytes += header.len() + size_of::<BatchEntry>() + new_metrics * METRIC_MEMORY;
        self.take(segment);
        self.in_order &= !late;
        self.span =
            Some(self.span.map_or((index, index), |(least, most)| (least.min(index), most.max(index))));
        self.batches.push(BatchEntry { index, batch_hash, segment_hash, header: header.to_vec() });
        Ok(true)
    }

    fn has_new_units(&self, segment: &Segment) -> bool {
        segment
            .series
            .iter()
            .filter_map(|series| series.unit.as_ref())
            .any(|unit| !self.units.contains_key(unit))
    }

    fn take(&mut self, segment: &Segment) {
        let (batch, start) = (self.batches.len() as u32, self.hour.start().0);
        let mut shared: HashMap<&[Timestamp], u32> = HashMap::new();
        let mut latest: Option<(&[Timestamp], u32)> = None;
        for series in &segment.series {
            let times = series.times.as_slice();
            let at = match latest {
                Some((same, at)) if same == times => at,
                _ => *shared.entry(times).or_insert_with(|| {
                    let at = self.pool.len() as u32;
                    self.pool.extend(times.iter().map(|time| time.0 - start));
                    self.memory_bytes += size_of_val(times);
                    at
                }),
            };
            latest = Some((times, at));
            let next_unit = self.units.len() as u32 + 1;
            let unit =
                series.unit.as_ref().map_or(0, |unit| *self.units.entry(unit.clone()).or_insert(next_unit));
            if !self.metrics.contains_key(&series.metric) {
                self.metrics.insert(series.metric.clone(), Column::default());
            }
            let Some(column) = self.metrics.get_mut(&series.metric) else { continue };
            column.runs.push(Run { batch, at, count: times.len() as u32 });
            column.units.push(unit);
            series.values.iter().for_each(|value| column.values.push(value));
            self.memory_bytes += size_of::<Run>() + size_of::<u32>();
            self.memory_bytes += series.values.iter().map(memory_of).sum::<usize>();
        }
    }

    /// About how many bytes of memory the builder holds.
    pub fn estimated_bytes(&self) -> usize {
        size_of::<Self>() + self.memory_bytes
    }

    /// Whether nothing was taken yet.
    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// The hour it collects.
    pub fn hour(&self) -> Hour {
        self.hour
    }

    /// Greatest journal index taken.
    pub fn last_index(&self) -> Option<u64> {
        self.span.map(|(_, last)| last)
    }

    /// Readings taken, an instant told twice counting twice.
    pub fn reading_count(&self) -> usize {
        self.readings
    }

    /// The finished chunk; `None` while nothing was taken. The builder stays as it is, for a repeat.
    pub fn build(&self) -> Option<Built> {
        let (first_index, last_index) = self.span?;
        let mut by_index: Vec<u32> = (0..self.batches.len() as u32).collect();
        by_index.sort_unstable_by_key(|at| self.batches[*at as usize].index);
        let mut rank = vec![0u32; by_index.len()];
        by_index.iter().enumerate().for_each(|(place, at)| rank[*at as usize] = place as u32);
        let entries = || by_index.iter().map(|at| &self.batches[*at as usize]);

        let sorted: Vec<Option<Column>> = match self.in_order {
            true => self.metrics.values().map(|_| None).collect(),
            false => self.metrics.values().map(|column| Some(column.sorted(&rank))).collect(),
        };
        let columns = || {
            self.metrics
                .iter()
                .zip(&sorted)
                .map(|((metric, arrived), sorted)| (metric, sorted.as_ref().unwrap_or(arrived)))
        };
        let (units, unit_rank) = self.sorted_units();
        let mut known: HashMap<&[Run], usize> = HashMap::new();
        let mut body = Body {
            hour: self.hour,
            readings: self.readings,
            batches: entries().map(|entry| entry.index).collect(),
            units,
            times: Vec::new(),
            metrics: Vec::new(),
        };
        let mut summary = Summary { hour: self.hour, metrics: Vec::new() };
        for (metric, column) in columns() {
            let at = *known.entry(&column.runs).or_insert_with(|| {
                body.times.push(self.time_column(&column.runs, &rank));
                body.times.len() - 1
            });
            let units = column.units.iter().map(|unit| unit_rank[*unit as usize]).collect();
            summary.metrics.extend(MetricSummary::of(metric, self.hour, &body.times[at], &column.values));
            body.metrics.push((metric, at, units, &column.values));
        }
        Some(Built {
            summary: summary.encode(),
            body: body.encode(),
            batches: BatchIndex::encode(entries()),
            first_index,
            last_index,
            readings: self.readings,
        })
    }

    /// The units by their bytes, and for each stored unit number its number among them.
    fn sorted_units(&self) -> (Vec<&Unit>, Vec<u32>) {
        let mut units: Vec<(&Unit, u32)> = self.units.iter().map(|(unit, number)| (unit, *number)).collect();
        units.sort_unstable();
        let mut rank = vec![0; units.len() + 1];
        units.iter().enumerate().for_each(|(place, (_, number))| rank[*number as usize] = place as u32 + 1);
        (units.into_iter().map(|(unit, _)| unit).collect(), rank)
    }

    /// The time column of runs, already in the order of their batches, out of the pool.
    fn time_column(&self, runs: &[Run], rank: &[u32]) -> TimeColumn {
        let (mut told, mut times) = (Vec::with_capacity(runs.len()), Vec::new());
        for run in runs {
            told.push(Run { batch: rank[run.batch as usize], at: times.len() as u32, count: run.count });
            times.extend_from_slice(&self.pool[run.range()]);
        }
        TimeColumn::new(told, times)
    }
}

impl Column {
    /// The column as if its batches had arrived by rising index.
    fn sorted(&self, rank: &[u32]) -> Self {
        let mut order: Vec<(u32, usize, usize)> = Vec::with_capacity(self.runs.len());
        let mut place = 0;
        for (at, run) in self.runs.iter().enumerate() {
            order.push((rank[run.batch as usize], at, place));
            place += run.count as usize;
        }
        order.sort_unstable();
        let mut sorted = Self::default();
        for (_, at, place) in order {
            sorted.runs.push(self.runs[at]);
            sorted.units.push(self.units[at]);
            (place..place + self.runs[at].count as usize)
                .for_each(|place| sorted.values.push(&self.values.get(place)));
        }
        sorted
    }
}

/// Upper bound of what a segment's runs and readings take in a body.
fn plain_cost(segment: &Segment) -> usize {
    let cost = |series: &Series| RUN_BYTES + series.values.iter().map(value_bytes_max).sum::<usize>();
    segment.series.iter().map(cost).sum()
}

fn memory_of(value: &Value) -> usize {
    match value {
        Value::Float(_) | Value::Int(_) => 8,
        Value::Bool(_) => 1,
        Value::Text(text) => 4 + text.len(),
    }
}

/// What the domain promises of a header and a segment and what reading back relies on.
fn check(header: &[u8], segment: &Segment) -> Result<(), Refused> {
    if header.len() > limits::HEADER_BYTES_MAX {
        return Err(Refused::Malformed("header is too long"));
    }
    if segment.hour.0.unsigned_abs() > Hour::MAX.0.unsigned_abs() {
        return Err(Refused::Malformed("hour is out of range"));
    }
    if !segment.series.is_sorted_by(|a, b| a.metric < b.metric) {
        return Err(Refused::Malformed("metrics are not in order"));
    }
    let in_hour = segment.hour.start()..segment.hour.end();
    for series in &segment.series {
        if series.times.len() != series.values.len() {
            return Err(Refused::Malformed("times and values differ in number"));
        }
        let ends = [series.times.first(), series.times.last()];
        let inside = ends.into_iter().flatten().all(|time| in_hour.contains(time));
        if !inside || !series.times.is_sorted_by(|a, b| a < b) {
            return Err(Refused::Malformed("times do not rise inside the hour"));
        }
        let exists = |value: &Value| match value {
            Value::Float(number) => number.is_finite(),
            Value::Text(text) => Value::text(text).is_ok(),
            Value::Int(_) | Value::Bool(_) => true,
        };
        if !series.values.iter().all(exists) {
            return Err(Refused::Malformed("a value does not exist in the domain"));
        }
    }
    Ok(())
}
