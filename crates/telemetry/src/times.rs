//! Time columns: which batch told which instants, in the order of the batches; shared by all metrics read together.
//!
//! Regular times cost a few bytes whatever their number; others are divided by their greatest common step and coded.
//! Never: a time outside the chunk's hour, or two equal times of one batch.

use crate::bytes::{Reader, put_runs, put_varint};
use crate::column::{put_column, read_column};
use crate::{Corrupt, limits};
use fieldkeep_domain::time::HOUR_NS;

const REGULAR: u8 = 0;
const CODED: u8 = 1;

/// A stretch of a column that came in one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Run {
    /// Place of the batch among the chunk's batches.
    pub batch: u32,
    /// Place of the first time.
    pub at: u32,
    /// How many times; 0 for a series without readings.
    pub count: u32,
}

impl Run {
    /// The places of its times.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.at as usize..(self.at + self.count) as usize
    }
}

/// Times as nanoseconds from the start of the hour, told batch by batch.
#[derive(Debug)]
pub struct TimeColumn {
    pub runs: Vec<Run>,
    pub times: Vec<i64>,
    /// Places in order of time, the latest batch's for each instant; `None` while that is every place in turn.
    order: Option<Vec<u32>>,
}

impl TimeColumn {
    /// A column of runs that follow each other without gap.
    pub fn new(runs: Vec<Run>, times: Vec<i64>) -> Self {
        let order = if times.is_sorted_by(|a, b| a < b) { None } else { Some(latest_places(&times)) };
        Self { runs, times, order }
    }

    /// How many instants differ.
    pub fn distinct(&self) -> usize {
        self.order.as_ref().map_or(self.times.len(), Vec::len)
    }

    /// Place of the `nth` instant in order of time.
    pub fn place(&self, nth: usize) -> usize {
        self.order.as_ref().map_or(nth, |order| order[nth] as usize)
    }

    /// How many distinct instants lie before `offset` (nanoseconds in the hour).
    pub fn before(&self, offset: i64) -> usize {
        match &self.order {
            None => self.times.partition_point(|time| *time < offset),
            Some(order) => order.partition_point(|place| self.times[*place as usize] < offset),
        }
    }

    /// The run that holds a place.
    pub fn run_at(&self, place: usize) -> usize {
        self.runs.partition_point(|run| run.range().end <= place)
    }

    /// The run of a batch.
    pub fn run_of(&self, batch: usize) -> Option<(usize, Run)> {
        let at = self.runs.binary_search_by_key(&batch, |run| run.batch as usize).ok()?;
        Some((at, self.runs[at]))
    }

    /// Appends the coded column.
    pub fn put(&self, out: &mut Vec<u8>) {
        put_varint(out, self.runs.len() as u64);
        let gaps = self.runs.iter().scan(0, |next, run| {
            let gap = run.batch - *next;
            *next = run.batch + 1;
            Some(u64::from(gap))
        });
        put_runs(out, gaps);
        put_runs(out, self.runs.iter().map(|run| u64::from(run.count)));
        put_times(out, &self.times);
    }

    /// Reads a column whose runs belong to `batches` batches. `allowance` falls by what it holds.
    pub fn read(reader: &mut Reader<'_>, batches: usize, allowance: &mut usize) -> Result<Self, Corrupt> {
        let count = reader.count(batches, "runs")?;
        let gaps = reader.runs(count, "runs")?;
        let counts = reader.runs(count, "runs")?;
        let (mut runs, mut next, mut at) = (Vec::with_capacity(count), 0u64, 0u64);
        for (gap, count) in gaps.into_iter().zip(counts) {
            let batch = next.checked_add(gap).filter(|batch| *batch < batches as u64);
            let batch = batch.ok_or(Corrupt::Invalid("run"))?;
            *allowance = usize::try_from(count.max(1))
                .ok()
                .and_then(|weight| allowance.checked_sub(weight))
                .ok_or(Corrupt::TooMany("readings"))?;
            runs.push(Run { batch: batch as u32, at: at as u32, count: count as u32 });
            next = batch + 1;
            at += count;
        }
        let times = read_times(reader, at as usize)?;
        if runs.iter().any(|run| !times[run.range()].is_sorted_by(|a, b| a < b)) {
            return Err(Corrupt::Invalid("time"));
        }
        Ok(Self::new(runs, times))
    }
}

/// Places in order of time, for each instant the last place: runs stand in the order of their batches.
fn latest_places(times: &[i64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..times.len() as u32).collect();
    order.sort_unstable_by_key(|place| (times[*place as usize], std::cmp::Reverse(*place)));
    order.dedup_by_key(|place| times[*place as usize]);
    order
}

fn put_times(out: &mut Vec<u8>, times: &[i64]) {
    let Some((first, others)) = times.split_first() else { return };
    let step = others.iter().fold(0, |step, time| greatest_common(step, time.abs_diff(*first)));
    let unit = step.max(1) as i64;
    let regular = times.iter().enumerate().all(|(at, time)| *time == first + at as i64 * unit);
    out.push(if regular { REGULAR } else { CODED });
    put_varint(out, *first as u64);
    put_varint(out, unit as u64);
    if !regular {
        put_column(out, &times.iter().map(|time| (time - first) / unit).collect::<Vec<_>>());
    }
}

fn read_times(reader: &mut Reader<'_>, count: usize) -> Result<Vec<i64>, Corrupt> {
    debug_assert!(count <= limits::CHUNK_READINGS_MAX);
    if count == 0 {
        return Ok(Vec::new());
    }
    let kind = reader.byte()?;
    let limit = HOUR_NS as usize;
    let (first, unit) =
        (reader.count(limit, "nanoseconds")? as i64, reader.count(limit, "nanoseconds")? as i64);
    let scales: Vec<i64> = match kind {
        REGULAR => (0..count as i64).collect(),
        CODED => read_column(reader, count)?,
        _ => return Err(Corrupt::Invalid("time")),
    };
    let in_hour = |scale: i64| {
        let time = scale.checked_mul(unit)?.checked_add(first)?;
        (0..HOUR_NS).contains(&time).then_some(time)
    };
    scales.into_iter().map(in_hour).collect::<Option<_>>().ok_or(Corrupt::Invalid("time"))
}

fn greatest_common(mut a: u64, mut b: u64) -> u64 {
    if a == 1 {
        return 1;
    }
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(parts: &[&[i64]]) -> TimeColumn {
        let mut at = 0;
        let runs = parts.iter().enumerate().map(|(batch, part)| {
            let run = Run { batch: batch as u32, at, count: part.len() as u32 };
            at += run.count;
            run
        });
        TimeColumn::new(runs.collect(), parts.concat())
    }

    #[test]
    fn regular_times_cost_next_to_nothing() {
        let mut out = Vec::new();
        let times: Vec<i64> = (0..360).map(|n| 37_000_000 + n * 10_000_000_000).collect();
        put_times(&mut out, &times);
        assert!(out.len() < 16, "{}", out.len());
        assert_eq!(read_times(&mut Reader::new(&out), 360), Ok(times));
    }

    #[test]
    fn the_later_batch_wins_an_instant() {
        let column = column(&[&[10, 20, 30], &[5, 20], &[]]);
        let places: Vec<_> = (0..column.distinct()).map(|nth| column.place(nth)).collect();
        assert_eq!(places, [3, 0, 4, 2]);
        assert_eq!(places.iter().map(|place| column.run_at(*place)).collect::<Vec<_>>(), [1, 0, 1, 0]);
        assert_eq!(column.before(20), 2);
    }

    #[test]
    fn times_outside_the_hour_are_corrupt() {
        let mut out = vec![REGULAR];
        put_varint(&mut out, 0);
        put_varint(&mut out, HOUR_NS as u64 / 2);
        assert_eq!(read_times(&mut Reader::new(&out), 2).map(|times| times.len()), Ok(2));
        assert_eq!(read_times(&mut Reader::new(&out), 3), Err(Corrupt::Invalid("time")));
    }
}
