//! Reduction over many devices: per metric and time step the count, extremes and sum of all numbers.
//!
//! Never: more steps in all metrics together than the limit; a first or last, which mean nothing across devices.

use crate::reduce::{Grid, Spread};
use crate::{BadSpan, MetricSummary, Point, Tally, TooManySteps, limits};
use fieldkeep_domain::Timestamp;
use fieldkeep_domain::telemetry::{Metric, Value};
use std::collections::BTreeMap;

/// What the numbers of one metric in one step come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// First instant of the step.
    pub start: Timestamp,
    /// How many numbers; at least 1.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// Their sum, held inside the range of finite floats.
    pub sum: f64,
}

/// Collects the numbers of many devices by metric and step.
#[derive(Debug)]
pub struct Aggregate {
    grid: Grid,
    metrics: BTreeMap<Metric, Vec<Option<Tally>>>,
}

impl Aggregate {
    /// Divides `from ≤ time < to` into steps of `step_ns` nanoseconds, beginning with `from`.
    pub fn new(from: Timestamp, to: Timestamp, step_ns: i64) -> Result<Self, BadSpan> {
        let span = Grid::span(from, to)?;
        if step_ns <= 0 || (span - 1) / step_ns >= limits::STEPS_MAX as i64 {
            return Err(BadSpan::Step);
        }
        Ok(Self { grid: Grid::new(from, to, step_ns), metrics: BTreeMap::new() })
    }

    fn cells(&mut self, metric: &Metric) -> Result<&mut [Option<Tally>], TooManySteps> {
        let cells = self.grid.cells();
        if !self.metrics.contains_key(metric) {
            if (self.metrics.len() + 1) * cells > limits::STEPS_MAX {
                return Err(TooManySteps);
            }
            self.metrics.insert(metric.clone(), vec![None; cells]);
        }
        self.metrics.get_mut(metric).map(Vec::as_mut_slice).ok_or(TooManySteps)
    }

    /// Takes one reading of a device; texts and times outside the span are passed over.
    pub fn point(&mut self, metric: &Metric, time: Timestamp, value: &Value) -> Result<(), TooManySteps> {
        let (Some(cell), Some(number)) = (self.grid.cell(time), value.as_number()) else { return Ok(()) };
        Tally::add(&mut self.cells(metric)?[cell], time, number);
        Ok(())
    }

    /// Takes readings of one device and metric, each instant once.
    pub fn points(&mut self, metric: &Metric, points: &[Point]) -> Result<(), TooManySteps> {
        let grid = self.grid;
        let placed = points
            .iter()
            .filter_map(|point| Some((grid.cell(point.time)?, point.time, point.value.as_number()?)));
        let mut placed = placed.peekable();
        if placed.peek().is_none() {
            return Ok(());
        }
        let cells = self.cells(metric)?;
        placed.for_each(|(cell, time, number)| Tally::add(&mut cells[cell], time, number));
        Ok(())
    }

    /// Takes a whole chunk by its summary; `false`, with nothing taken, when its numbers spread over several steps or
    /// over an end of the span: then give its points.
    pub fn summary(&mut self, summary: &MetricSummary) -> Result<bool, TooManySteps> {
        let Some(tally) = &summary.numbers else { return Ok(true) };
        match self.grid.whole(tally) {
            Ok(Some(cell)) => Tally::join(&mut self.cells(&summary.metric)?[cell], tally),
            Ok(None) => {}
            Err(Spread) => return Ok(false),
        }
        Ok(true)
    }

    /// Per metric, by name, the steps with at least one number, in order of time.
    pub fn finish(self) -> Vec<(Metric, Vec<Step>)> {
        let grid = self.grid;
        let step = |(cell, tally): (usize, Option<Tally>)| {
            let Tally { count, min, max, sum, .. } = tally?;
            Some(Step { start: grid.start(cell), count, min, max, sum })
        };
        let steps = |cells: Vec<Option<Tally>>| cells.into_iter().enumerate().filter_map(step).collect();
        self.metrics.into_iter().map(|(metric, cells)| (metric, steps(cells))).collect()
    }
}
