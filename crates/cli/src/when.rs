//! Instants as people type them: RFC 3339, `now`, or how long ago. Never: reads the clock.

use fieldkeep_domain::Timestamp;
use fieldkeep_wire::json::parse_time;
use std::str::FromStr;

/// An instant, perhaps counted from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// So many seconds before now.
    Ago(i64),
    /// This instant.
    At(Timestamp),
}

/// Text that names no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a time such as 2026-11-23T10:00:00Z, `now`, or how long ago: -90s, -15m, -24h, -30d, -2w")]
pub struct BadWhen;

impl FromStr for When {
    type Err = BadWhen;
    fn from_str(text: &str) -> Result<Self, BadWhen> {
        if text == "now" {
            return Ok(Self::Ago(0));
        }
        match text.strip_prefix('-') {
            Some(length) => seconds(length).map(Self::Ago).ok_or(BadWhen),
            None => parse_time(text).map(Self::At).map_err(|_| BadWhen),
        }
    }
}

/// `24h` and the like in seconds.
fn seconds(text: &str) -> Option<i64> {
    let unit = text.chars().next_back()?;
    let digits = text.strip_suffix(unit)?;
    let unit_s = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok()?.checked_mul(unit_s)
}

impl When {
    /// The instant, by what time it is now. There is nothing before 1970.
    pub fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(seconds) => now.plus_secs(seconds.saturating_neg()).max(Timestamp(0)),
            Self::At(instant) => instant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn at(text: &str) -> Result<i64, BadWhen> {
        text.parse::<When>().map(|when| when.resolve(NOW).as_secs())
    }

    #[test]
    fn relative_times_count_back_from_now() {
        for (text, ago) in [
            ("now", 0),
            ("-0s", 0),
            ("-90s", 90),
            ("-15m", 900),
            ("-24h", 86_400),
            ("-30d", 2_592_000),
            ("-2w", 1_209_600),
        ] {
            assert_eq!(at(text), Ok(1_800_000_000 - ago), "{text}");
        }
    }

    #[test]
    fn absolute_times_are_rfc_3339() {
        assert_eq!(at("1970-01-01T00:00:10Z"), Ok(10));
        assert_eq!(at("1970-01-01T02:00:10+02:00"), Ok(10));
    }

    #[test]
    fn there_is_nothing_before_1970() {
        assert_eq!(at("-999999d"), Ok(0));
        assert_eq!(at("-9000000000000000000s"), Ok(0));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "-",
            "24h",
            "-24",
            "-h",
            "-+1h",
            "--1h",
            "-1.5h",
            "-1y",
            "-99999999999999999999s",
            "soon",
            "-1é",
        ] {
            assert_eq!(at(text), Err(BadWhen), "{text}");
        }
    }
}
