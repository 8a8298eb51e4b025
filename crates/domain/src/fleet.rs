//! How fresh a device is: what its silence means, compared with how often it usually speaks.
//!
//! Never: sees a clock or a row; times are parameters.

use crate::Timestamp;

/// Pauses between batches that a period is estimated from.
pub const PAUSES: usize = 8;
/// The shortest period: who speaks more often is not missed sooner.
pub const PERIOD_S_MIN: u32 = 60;
/// So many periods of silence make a device stale.
const STALE_PERIODS: i64 = 3;
/// So many make it offline.
const OFFLINE_PERIODS: i64 = 10;

/// What a device's silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Freshness {
    /// Less than three of its periods.
    Online,
    /// Less than ten.
    Stale,
    /// Longer.
    Offline,
    /// It has never sent anything.
    Never,
}

impl Freshness {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Online, Self::Stale, Self::Offline, Self::Never];
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Stale => "stale",
            Self::Offline => "offline",
            Self::Never => "never",
        }
    }
    /// Reads back what [`Self::name`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == text)
    }
}

/// When a device was last heard of, and the pauses before that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    last: Option<Timestamp>,
    pauses_s: [u32; PAUSES],
    count: u8,
}

impl Heard {
    /// A batch was acknowledged. Several at one moment, a backlog for example, are one.
    pub fn at(&mut self, time: Timestamp) {
        let Some(last) = self.last else {
            self.last = Some(time);
            return;
        };
        let pause = time.secs_since(last);
        if pause >= 1 {
            self.pauses_s.rotate_right(1);
            self.pauses_s[0] = u32::try_from(pause).unwrap_or(u32::MAX);
            self.count = (self.count + 1).min(PAUSES as u8);
        }
        self.last = Some(last.max(time));
    }
    /// The last time.
    pub fn last(&self) -> Option<Timestamp> {
        self.last
    }
    /// The usual pause in seconds: the median of the last ones, so that one outage or one burst does not change it.
    pub fn period_s(&self) -> u32 {
        let mut pauses = self.pauses_s;
        let pauses = &mut pauses[..usize::from(self.count)];
        pauses.sort_unstable();
        pauses.get(pauses.len() / 2).copied().unwrap_or(0).max(PERIOD_S_MIN)
    }
    /// What its silence means now.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        let Some(last) = self.last else { return Freshness::Never };
        let (silent_s, period_s) = (now.secs_since(last), i64::from(self.period_s()));
        if silent_s < STALE_PERIODS * period_s {
            Freshness::Online
        } else if silent_s < OFFLINE_PERIODS * period_s {
            Freshness::Stale
        } else {
            Freshness::Offline
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(seconds: &[i64]) -> Heard {
        let mut heard = Heard::default();
        seconds.iter().for_each(|second| heard.at(Timestamp::from_secs(*second)));
        heard
    }

    #[test]
    fn silence_is_measured_in_the_devices_own_periods() {
        let hourly = heard(&[0, 3_600, 7_200, 10_800]);
        assert_eq!(hourly.period_s(), 3_600);
        let after = |heard: &Heard, seconds: i64| heard.freshness(heard.last().unwrap().plus_secs(seconds));
        assert_eq!(after(&hourly, 3 * 3_600 - 1), Freshness::Online);
        assert_eq!(after(&hourly, 3 * 3_600), Freshness::Stale);
        assert_eq!(after(&hourly, 10 * 3_600), Freshness::Offline);
        assert_eq!(Heard::default().freshness(Timestamp::from_secs(1)), Freshness::Never);
        // A second is not waited for.
        let quick = heard(&[0, 1, 2, 3]);
        assert_eq!((quick.period_s(), after(&quick, 179)), (60, Freshness::Online));
    }

    #[test]
    fn one_outage_or_one_backlog_changes_no_period() {
        let mut times: Vec<i64> = (0..6).map(|n| n * 600).collect();
        times.extend([90_000, 90_000, 90_000, 90_600]);
        assert_eq!(heard(&times).period_s(), 600);
        // Clocks of two servers may differ: time does not run back.
        assert_eq!(heard(&[100, 90]).last(), Some(Timestamp::from_secs(100)));
    }

    #[test]
    fn names_round_trip() {
        assert!(Freshness::ALL.iter().all(|one| Freshness::parse(one.name()) == Some(*one)));
    }
}
