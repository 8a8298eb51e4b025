//! Reduction of one metric to the columns of a chart: count, extremes, mean, first and last per bucket.
//!
//! Points may come in any order, each instant once. Never: more buckets than were asked for.

use crate::{BadSpan, MetricSummary, Tally, limits};
use fieldkeep_domain::Timestamp;
use fieldkeep_domain::telemetry::Value;

/// What the numbers of one bucket come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// First instant of the bucket; it ends where the next one would start, or with the span.
    pub start: Timestamp,
    /// How many numbers; at least 1.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// sum ÷ count.
    pub mean: f64,
    /// The earliest.
    pub first: f64,
    /// The latest.
    pub last: f64,
}

/// A span divided into steps of equal length, the last one perhaps shorter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    from: i64,
    to: i64,
    step: i64,
}

impl Grid {
    pub fn new(from: Timestamp, to: Timestamp, step: i64) -> Self {
        Self { from: from.0, to: to.0, step }
    }
    /// Nanoseconds from `from` to `to`.
    pub fn span(from: Timestamp, to: Timestamp) -> Result<i64, BadSpan> {
        to.0.checked_sub(from.0).filter(|span| *span > 0).ok_or(BadSpan::Empty)
    }
    pub fn cells(&self) -> usize {
        ((self.to - self.from - 1) / self.step + 1) as usize
    }
    pub fn cell(&self, time: Timestamp) -> Option<usize> {
        (self.from..self.to).contains(&time.0).then(|| ((time.0 - self.from) / self.step) as usize)
    }
    pub fn start(&self, cell: usize) -> Timestamp {
        Timestamp(self.from + cell as i64 * self.step)
    }
    /// Where a tally belongs: `Ok(None)` outside the span, `Err` when it spreads over several places.
    pub fn whole(&self, tally: &Tally) -> Result<Option<usize>, Spread> {
        let (first, last) = (tally.first.0, tally.last.0);
        match (self.cell(first), self.cell(last)) {
            (Some(a), Some(b)) if a == b => Ok(Some(a)),
            _ if last.0 < self.from || first.0 >= self.to => Ok(None),
            _ => Err(Spread),
        }
    }
}

/// A summary's numbers lie in more than one place.
pub(crate) struct Spread;

/// Collects the numbers of one metric into buckets.
#[derive(Debug)]
pub struct Reducer {
    grid: Grid,
    buckets: Vec<Option<Tally>>,
}

impl Reducer {
    /// Divides `from ≤ time < to` into at most `buckets` buckets (1 to [`limits::BUCKETS_MAX`]) of equal length: the
    /// span divided by `buckets`, rounded up to a nanosecond.
    pub fn new(from: Timestamp, to: Timestamp, buckets: usize) -> Result<Self, BadSpan> {
        let span = Grid::span(from, to)?;
        if buckets == 0 || buckets > limits::BUCKETS_MAX {
            return Err(BadSpan::Buckets);
        }
        let grid = Grid::new(from, to, (span - 1) / buckets as i64 + 1);
        Ok(Self { grid, buckets: vec![None; grid.cells()] })
    }

    /// Length of a bucket in nanoseconds.
    pub fn step_ns(&self) -> i64 {
        self.grid.step
    }

    /// How many buckets there are, empty ones too.
    pub fn len(&self) -> usize {
        self.buckets.len()
    }

    /// Whether there is none; there is always one.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Takes a reading; texts and times outside the span are passed over.
    pub fn point(&mut self, time: Timestamp, value: &Value) {
        if let (Some(cell), Some(number)) = (self.grid.cell(time), value.as_number()) {
            Tally::add(&mut self.buckets[cell], time, number);
        }
    }

    /// Takes a whole chunk by its summary; `false`, with nothing taken, when its numbers do not all lie in one bucket
    /// or all outside the span: then give its points.
    pub fn summary(&mut self, summary: &MetricSummary) -> bool {
        let Some(tally) = &summary.numbers else { return true };
        match self.grid.whole(tally) {
            Ok(Some(cell)) => Tally::join(&mut self.buckets[cell], tally),
            Ok(None) => {}
            Err(Spread) => return false,
        }
        true
    }

    /// The buckets with at least one number, in order of time.
    pub fn finish(self) -> Vec<Bucket> {
        let bucket = |(cell, tally): (usize, Option<Tally>)| {
            let tally = tally?;
            let Tally { count, min, max, first, last, .. } = tally;
            let start = self.grid.start(cell);
            Some(Bucket { start, count, min, max, mean: tally.mean(), first: first.1, last: last.1 })
        };
        self.buckets.into_iter().enumerate().filter_map(bucket).collect()
    }
}
