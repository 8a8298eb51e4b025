//! Points: single readings on their way out of chunks and unflushed batches.
//!
//! Never: two points of one instant after [`latest_wins`].

use fieldkeep_domain::Timestamp;
use fieldkeep_domain::telemetry::{Metric, Segment, Value};

/// One reading of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// When it was read.
    pub time: Timestamp,
    /// What was read.
    pub value: Value,
    /// Journal index of the batch it came in; where a device told an instant twice, the greater index holds.
    pub index: u64,
}

/// Sorts the points of one metric by time and keeps for each instant the one with the greatest index.
pub fn latest_wins(points: &mut Vec<Point>) {
    if points.is_sorted_by(|a, b| a.time < b.time) {
        return;
    }
    points.sort_by_key(|point| (point.time, std::cmp::Reverse(point.index)));
    points.dedup_by_key(|point| point.time);
}

/// The points of a segment that no chunk holds yet, with `from ≤ time < to`, in order of time.
pub fn segment_points(
    segment: &Segment,
    index: u64,
    metric: &Metric,
    from: Timestamp,
    to: Timestamp,
) -> Vec<Point> {
    let Some(series) = segment.series.iter().find(|series| series.metric == *metric) else {
        return Vec::new();
    };
    let pairs = series.times.iter().zip(&series.values).filter(|(time, _)| (from..to).contains(*time));
    pairs.map(|(time, value)| Point { time: *time, value: value.clone(), index }).collect()
}
