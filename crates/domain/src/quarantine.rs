//! Why a batch of a device that is who it says is held back all the same.

use crate::telemetry::{Metric, Unit};
use std::fmt;

/// One discrepancy. Each has a stable name for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// The project declares no such metric.
    UndeclaredMetric {
        /// What was sent.
        metric: Metric,
    },
    /// The unit is not the declared one.
    WrongUnit {
        /// Of which metric.
        metric: Metric,
        /// The unit that came, if any.
        sent: Option<Unit>,
        /// The declared one, if any.
        declared: Option<Unit>,
    },
    /// A text or a state where a quantity is declared.
    WrongKind {
        /// Of which metric.
        metric: Metric,
    },
    /// The value lies outside what is physically possible.
    OutsideRange {
        /// Of which metric.
        metric: Metric,
        /// The first such value.
        value: f64,
        /// Smallest possible value.
        min: f64,
        /// Greatest possible value.
        max: f64,
    },
    /// A time lies ahead of the server's clock, before the retention, or `sent` is far off.
    Clock {
        /// The time in question, in seconds from the server's clock; negative = in the past.
        offset_s: i64,
    },
    /// Batches are missing again after the device was told which one is expected.
    RepeatedGap {
        /// Expected epoch.
        epoch: u64,
        /// Expected seq.
        seq: u64,
    },
    /// Two histories of one device exist.
    Fork,
    /// Far more readings than the declared period allows.
    Rate {
        /// Of which metric.
        metric: Metric,
    },
    /// The device speaks from a network that is not its site's.
    Network,
}

impl Reason {
    /// Every name that [`Self::name`] may give.
    pub const NAMES: [&'static str; 9] = [
        "wrong-kind",
        "undeclared-metric",
        "wrong-unit",
        "outside-range",
        "clock",
        "repeated-gap",
        "fork",
        "rate",
        "network",
    ];

    /// The stable name, for programs, counters and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UndeclaredMetric { .. } => "undeclared-metric",
            Self::WrongUnit { .. } => "wrong-unit",
            Self::WrongKind { .. } => "wrong-kind",
            Self::OutsideRange { .. } => "outside-range",
            Self::Clock { .. } => "clock",
            Self::RepeatedGap { .. } => "repeated-gap",
            Self::Fork => "fork",
            Self::Rate { .. } => "rate",
            Self::Network => "network",
        }
    }

    /// Whether the readings may be released into the project as they are. A fork may not: its number is taken.
    pub fn releasable(&self) -> bool {
        !matches!(self, Self::Fork)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = |unit: &Option<Unit>| match unit {
            Some(unit) => format!("`{unit}`"),
            None => "no unit".to_owned(),
        };
        match self {
            Self::UndeclaredMetric { metric } => {
                write!(f, "the project declares no metric `{metric}`; declare it or correct the device")
            }
            Self::WrongUnit { metric, sent, declared } => {
                write!(f, "`{metric}` came with {} where {} is declared", unit(sent), unit(declared))
            }
            Self::WrongKind { metric } => {
                write!(f, "`{metric}` came as a text or a state where a unit or a range declares a quantity")
            }
            Self::OutsideRange { metric, value, min, max } => {
                write!(f, "`{metric}` read {value}, outside the physical range {min} to {max}")
            }
            Self::Clock { offset_s } if *offset_s > 0 => {
                write!(f, "a time lies {offset_s} s ahead of the server's clock")
            }
            Self::Clock { offset_s } => {
                write!(f, "a time lies {} s behind the server's clock, further than is accepted", -offset_s)
            }
            Self::RepeatedGap { epoch, seq } => write!(
                f,
                "batches are missing again before this one: epoch {epoch} seq {seq} was expected and asked for"
            ),
            Self::Fork => f.write_str(
                "another batch already has this place in the device's chain: a restored image or a copied key",
            ),
            Self::Rate { metric } => {
                write!(f, "`{metric}` comes far more often than its declared period")
            }
            Self::Network => f.write_str("the device speaks from a network that its site does not list"),
        }
    }
}
