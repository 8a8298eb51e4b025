//! The body of a chunk, read back: points for queries, and each batch's segment exactly as it was pushed.
//!
//! Plain body: hour · readings · batch indices · units · metrics (name, time column) · time columns · metric columns
//! (units by run, values), the last two each behind its length, so that what nobody asks for is skipped.
//! Never: a point outside the hour, or a segment put together from half the metrics.

use crate::batches::read_index;
use crate::bytes::{Reader, put_block, put_runs, put_signed, put_varint};
use crate::summary::{read_hour, read_name};
use crate::times::TimeColumn;
use crate::values::Values;
use crate::{Corrupt, Point, envelope, limits};
use fieldkeep_domain::limits::UNIT_BYTES_MAX;
use fieldkeep_domain::telemetry::{Metric, Segment, Series, Unit};
use fieldkeep_domain::{Hour, Timestamp};

const VERSION: u8 = 1;

/// The readings of one metric in a chunk.
#[derive(Debug)]
pub(crate) struct MetricColumn {
    pub metric: Metric,
    /// Place of its time column.
    pub times: usize,
    /// For each run of the time column 0, or 1 more than the place of its unit.
    pub units: Vec<u32>,
    /// As many as the time column has times.
    pub values: Values,
}

/// The readings of one device in one hour.
#[derive(Debug)]
pub struct Chunk {
    hour: Hour,
    batches: Vec<u64>,
    units: Vec<Unit>,
    /// `None` where nobody asked for it.
    times: Vec<Option<TimeColumn>>,
    metrics: Vec<MetricColumn>,
    readings: usize,
    /// Whether every metric was decoded.
    whole: bool,
}

/// What a builder hands over to be written, batches and columns in their final order.
pub(crate) struct Body<'a> {
    pub hour: Hour,
    pub readings: usize,
    pub batches: Vec<u64>,
    pub units: Vec<&'a Unit>,
    pub times: Vec<TimeColumn>,
    /// Name, time column, units by run, values; by the bytes of their names.
    pub metrics: Vec<(&'a Metric, usize, Vec<u32>, &'a Values)>,
}

impl Body<'_> {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_signed(&mut out, self.hour.0);
        put_varint(&mut out, self.readings as u64);
        put_varint(&mut out, self.batches.len() as u64);
        let mut next = 0;
        for index in &self.batches {
            put_varint(&mut out, index.wrapping_sub(next));
            next = index.wrapping_add(1);
        }
        put_varint(&mut out, self.units.len() as u64);
        self.units.iter().for_each(|unit| put_block(&mut out, unit.as_str().as_bytes()));
        put_varint(&mut out, self.times.len() as u64);
        put_varint(&mut out, self.metrics.len() as u64);
        for (metric, times, ..) in &self.metrics {
            put_block(&mut out, metric.as_str().as_bytes());
            put_varint(&mut out, *times as u64);
        }
        let mut column = Vec::new();
        for times in &self.times {
            column.clear();
            times.put(&mut column);
            put_block(&mut out, &column);
        }
        for (_, _, units, values) in &self.metrics {
            column.clear();
            put_runs(&mut column, units.iter().map(|unit| u64::from(*unit)));
            values.put(&mut column);
            put_block(&mut out, &column);
        }
        envelope::seal_off(VERSION, &out)
    }
}

/// What stands before the columns.
struct Directory {
    hour: Hour,
    readings: usize,
    batches: Vec<u64>,
    units: Vec<Unit>,
    times: usize,
    metrics: Vec<(Metric, usize)>,
}

impl Chunk {
    /// Reads a whole body.
    pub fn decode(body: &[u8]) -> Result<Self, Corrupt> {
        Self::read(body, None)
    }

    /// Reads only these metrics of a body; others count as absent and [`Self::segment_of`] gives nothing.
    pub fn decode_metrics(body: &[u8], wanted: &[Metric]) -> Result<Self, Corrupt> {
        Self::read(body, Some(wanted))
    }

    fn read(body: &[u8], wanted: Option<&[Metric]>) -> Result<Self, Corrupt> {
        let plain = envelope::open(VERSION, body)?;
        let mut reader = Reader::new(&plain);
        let directory = read_directory(&mut reader)?;
        let is_wanted = |metric: &Metric| wanted.is_none_or(|wanted| wanted.contains(metric));
        let mut needed = vec![false; directory.times];
        for (metric, times) in &directory.metrics {
            needed[*times] |= is_wanted(metric);
        }
        let mut allowance = limits::CHUNK_READINGS_MAX;
        let mut times = Vec::new();
        for needed in needed {
            let mut block = Reader::new(reader.block()?);
            times.push(if needed {
                let column = TimeColumn::read(&mut block, directory.batches.len(), &mut allowance)?;
                block.finish()?;
                Some(column)
            } else {
                None
            });
        }
        let (mut metrics, mut readings, whole) = (Vec::new(), 0usize, wanted.is_none());
        for (metric, at) in directory.metrics {
            let mut block = Reader::new(reader.block()?);
            let Some(column) = times[at].as_ref().filter(|_| is_wanted(&metric)) else { continue };
            readings += column.times.len();
            if readings > directory.readings {
                return Err(Corrupt::TooMany("readings"));
            }
            metrics.push(read_metric(&mut block, metric, at, column, directory.units.len())?);
            block.finish()?;
        }
        reader.finish()?;
        if whole && readings != directory.readings {
            return Err(Corrupt::Invalid("count of readings"));
        }
        let Directory { hour, batches, units, readings, .. } = directory;
        Ok(Self { hour, batches, units, times, metrics, readings, whole })
    }

    /// The hour of all times in it.
    pub fn hour(&self) -> Hour {
        self.hour
    }

    /// Journal indices of the batches it came from, rising.
    pub fn batches(&self) -> &[u64] {
        &self.batches
    }

    /// Readings of all metrics, an instant told twice counting twice.
    pub fn reading_count(&self) -> usize {
        self.readings
    }

    /// The metrics that were decoded, by the bytes of their names.
    pub fn metrics(&self) -> impl Iterator<Item = &Metric> {
        self.metrics.iter().map(|column| &column.metric)
    }

    /// The unit that the latest batch gave a metric.
    pub fn unit(&self, metric: &Metric) -> Option<&Unit> {
        let (column, _) = self.column(metric)?;
        self.unit_of(*column.units.last()?)
    }

    /// The readings of a metric with `from ≤ time < to_exclusive`, by time, each instant once: the latest batch wins.
    pub fn points(&self, metric: &Metric, from: Timestamp, to_exclusive: Timestamp) -> Vec<Point> {
        let Some((column, times)) = self.column(metric) else { return Vec::new() };
        let start = self.hour.start().0;
        let before = |time: Timestamp| times.before(time.0.saturating_sub(start));
        let mut run = 0;
        let point = |nth| {
            let place = times.place(nth);
            if !times.runs.get(run).is_some_and(|run| run.range().contains(&place)) {
                run = times.run_at(place);
            }
            let batch = times.runs.get(run).map_or(0, |run| run.batch as usize);
            let index = self.batches.get(batch).copied().unwrap_or_default();
            Point { time: Timestamp(start + times.times[place]), value: column.values.get(place), index }
        };
        (before(from)..before(to_exclusive)).map(point).collect()
    }

    /// The segment of the batch with this journal index, equal to the one that was pushed; `None` when the chunk has
    /// no such batch or was not decoded whole.
    pub fn segment_of(&self, index: u64) -> Option<Segment> {
        let batch = self.batches.binary_search(&index).ok().filter(|_| self.whole)?;
        let start = self.hour.start().0;
        let series = self.metrics.iter().filter_map(|column| {
            let times = self.times.get(column.times)?.as_ref()?;
            let (at, run) = times.run_of(batch)?;
            Some(Series {
                metric: column.metric.clone(),
                unit: self.unit_of(column.units[at]).cloned(),
                times: times.times[run.range()].iter().map(|time| Timestamp(start + time)).collect(),
                values: run.range().map(|place| column.values.get(place)).collect(),
            })
        });
        Some(Segment { hour: self.hour, series: series.collect() })
    }

    fn column(&self, metric: &Metric) -> Option<(&MetricColumn, &TimeColumn)> {
        let at = self.metrics.binary_search_by(|column| column.metric.cmp(metric)).ok()?;
        let column = self.metrics.get(at)?;
        Some((column, self.times.get(column.times)?.as_ref()?))
    }

    fn unit_of(&self, unit: u32) -> Option<&Unit> {
        self.units.get((unit as usize).checked_sub(1)?)
    }
}

fn read_directory(reader: &mut Reader<'_>) -> Result<Directory, Corrupt> {
    let hour = read_hour(reader)?;
    let readings = reader.count(limits::CHUNK_READINGS_MAX, "readings")?;
    let (mut batches, mut next) = (Vec::new(), Some(0));
    for _ in 0..reader.items(limits::CHUNK_BATCHES_MAX, "batches")? {
        batches.push(read_index(reader, &mut next)?);
    }
    let mut units = Vec::new();
    for _ in 0..reader.items(limits::CHUNK_UNITS_MAX, "units")? {
        let text = reader.text(UNIT_BYTES_MAX, "unit")?;
        units.push(Unit::parse(text).map_err(|_| Corrupt::Invalid("unit"))?);
    }
    let times = reader.items(limits::CHUNK_METRICS_MAX, "time columns")?;
    let mut metrics: Vec<(Metric, usize)> = Vec::new();
    for _ in 0..reader.items(limits::CHUNK_METRICS_MAX, "metrics")? {
        let metric = read_name(reader)?;
        if metrics.last().is_some_and(|(last, _)| *last >= metric) {
            return Err(Corrupt::Invalid("order of metrics"));
        }
        let at = reader.varint()?;
        if at >= times as u64 {
            return Err(Corrupt::Invalid("time column"));
        }
        metrics.push((metric, at as usize));
    }
    if batches.is_empty() {
        return Err(Corrupt::Invalid("batches"));
    }
    Ok(Directory { hour, readings, batches, units, times, metrics })
}

fn read_metric(
    block: &mut Reader<'_>,
    metric: Metric,
    times: usize,
    column: &TimeColumn,
    units: usize,
) -> Result<MetricColumn, Corrupt> {
    let of_run = block.runs(column.runs.len(), "units")?;
    if of_run.iter().any(|unit| *unit > units as u64) {
        return Err(Corrupt::Invalid("unit"));
    }
    let values = Values::read(block, column.times.len())?;
    Ok(MetricColumn { metric, times, units: of_run.into_iter().map(|unit| unit as u32).collect(), values })
}
