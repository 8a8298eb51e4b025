//! Instants as integer nanoseconds since 1970-01-01T00:00:00Z. Reading a clock happens elsewhere.

use serde::{Deserialize, Serialize};

/// Nanoseconds in an hour.
pub const HOUR_NS: i64 = 3_600 * 1_000_000_000;
const SECOND_NS: i64 = 1_000_000_000;

/// Nanoseconds since the Unix epoch, from 1970 to 2262.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// An instant of whole seconds; saturates at the ends of the range.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND_NS))
    }
    /// Whole seconds since the epoch, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(SECOND_NS)
    }
    /// Nanoseconds since the epoch.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }
    /// Later by so many seconds; saturates.
    pub const fn plus_secs(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(SECOND_NS)))
    }
    /// Seconds from `earlier` to here; negative when `earlier` is later.
    pub const fn secs_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(SECOND_NS)
    }
    /// The UTC hour that holds this instant.
    pub const fn hour(self) -> Hour {
        Hour(self.0.div_euclid(HOUR_NS))
    }
}

/// A UTC hour: whole hours since the Unix epoch. Chunks and batch segments are cut along these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hour(pub i64);

impl Hour {
    /// The last hour whose every nanosecond fits a [`Timestamp`].
    pub const MAX: Self = Self(i64::MAX / HOUR_NS - 1);

    /// First nanosecond of the hour.
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0 * HOUR_NS)
    }
    /// First nanosecond of the next hour.
    pub const fn end(self) -> Timestamp {
        Timestamp((self.0 + 1) * HOUR_NS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_hold_their_edges() {
        let hour = Hour(10);
        assert_eq!(hour.start().hour(), hour);
        assert_eq!(Timestamp(hour.end().0 - 1).hour(), hour);
        assert_eq!(hour.end().hour(), Hour(11));
        assert!(Hour::MAX.end().0 > 0);
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Timestamp::from_secs(i64::MAX).0, i64::MAX);
        assert_eq!(Timestamp(i64::MAX).plus_secs(1).0, i64::MAX);
    }
}
