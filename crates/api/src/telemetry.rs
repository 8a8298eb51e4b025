//! Measurements: the latest, a range as it is, a range reduced to what a chart can show, and many devices together.

use fieldkeep_domain::QuarantineId;
use fieldkeep_domain::telemetry::Value as Measured;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// One value: a number, true or false, or a text. Integers come back as integers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Value {
    /// A state of two.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A short text.
    Text(String),
}

impl From<&Measured> for Value {
    fn from(value: &Measured) -> Self {
        match value {
            Measured::Float(number) => Self::Float(*number),
            Measured::Int(number) => Self::Int(*number),
            Measured::Bool(state) => Self::Bool(*state),
            Measured::Text(text) => Self::Text(text.to_string()),
        }
    }
}

/// A reading of a named metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NamedReading {
    /// What was measured.
    pub metric: String,
    /// When.
    pub time: String,
    /// What was read.
    pub value: Value,
    /// In which unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// The latest reading of each metric of a device.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Latest {
    /// Sorted by metric.
    pub readings: Vec<NamedReading>,
}

/// A range of one metric.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RangeQuery {
    /// Which metric.
    pub metric: String,
    /// From when, RFC 3339, included.
    pub from: String,
    /// Until when, RFC 3339, excluded.
    pub to: String,
    /// Reduce to this many buckets of equal length; absent: every reading.
    pub px: Option<u32>,
    /// At most so many readings, up to 200,000.
    pub limit: Option<u32>,
}

/// One reading of the asked metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reading {
    /// When.
    pub time: String,
    /// What was read.
    pub value: Value,
    /// Index in the journal of the batch it came in.
    pub index: u64,
}

/// Readings between two instants, in time order. Streamed: one row after the other.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Readings {
    /// The readings.
    pub readings: Vec<Reading>,
    /// Where to go on when the limit cut the answer: the next `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_from: Option<String>,
}

/// What happened inside one stretch of time. Empty stretches are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Bucket {
    /// Its start.
    pub start: String,
    /// How many numbers.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// The earliest.
    pub first: f64,
    /// The last.
    pub last: f64,
}

/// A reduced range.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Buckets {
    /// Length of a bucket in seconds.
    pub step_s: f64,
    /// In time order.
    pub buckets: Vec<Bucket>,
}

/// One metric over many devices of a project.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AggregateQuery {
    /// Which metric.
    pub metric: String,
    /// From when, RFC 3339, included.
    pub from: String,
    /// Until when, RFC 3339, excluded.
    pub to: String,
    /// Length of a step in seconds.
    pub step_s: u32,
    /// Comma-separated device ids; absent: every device of the project.
    pub devices: Option<String>,
}

/// What one metric did over many devices inside one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Its start.
    pub start: String,
    /// How many numbers.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// Their sum.
    pub sum: f64,
}

/// An aggregate. Empty steps are left out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Steps {
    /// Length of a step in seconds.
    pub step_s: f64,
    /// In time order.
    pub steps: Vec<Step>,
}

/// Which part of a project's readings to take away.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// From when (RFC 3339), included.
    pub from: String,
    /// Until when, excluded.
    pub to: String,
}

/// The smallest and greatest value that a project takes for possible.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// The smallest.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

/// A metric that a device has measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeviceMetric {
    /// Its name.
    pub metric: String,
    /// Its unit, as declared; null: none.
    pub unit: Option<String>,
    /// Its declared limits; null: none.
    pub range: Option<Limits>,
    /// Time of the first reading that is kept.
    pub from: String,
    /// Time of the last one.
    pub to: String,
}

/// A span of time.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SpanQuery {
    /// From when, RFC 3339, included.
    pub from: String,
    /// Until when, RFC 3339, excluded.
    pub to: String,
}

/// The span of the readings of a batch that is held and undecided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HeldSpan {
    /// Time of its first reading.
    pub from: String,
    /// Time of its last one.
    pub to: String,
    /// Which batch.
    #[schema(value_type = String)]
    pub held: QuarantineId,
    /// Names of the reasons.
    pub reasons: Vec<String>,
}
