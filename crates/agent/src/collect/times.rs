//! Times as real files write them. Without an offset they are taken as UTC.

use fieldkeep_domain::Timestamp;

/// Reads RFC 3339, `YYYY-MM-DD HH:MM[:SS[.fff]][ ±HH:MM]`, `M/D/YYYY H:MM[:SS][ AM|PM]`, seconds or milliseconds since
/// 1970; `None` for anything else.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if !text.is_ascii() || text.len() > 64 {
        return None;
    }
    since_epoch(text).or_else(|| calendar(text))
}

/// Plain numbers: seconds from 1973 on, milliseconds above what seconds could be.
fn since_epoch(text: &str) -> Option<Timestamp> {
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    let millis = if (1e8..1e10).contains(&number) {
        number * 1_000.0
    } else if (1e11..1e13).contains(&number) {
        number
    } else {
        return None;
    };
    Some(Timestamp(millis.round() as i64 * 1_000_000))
}

fn calendar(text: &str) -> Option<Timestamp> {
    let split = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let (date, rest) = text.split_at(split);
    let date = if date.contains('/') { american(date)? } else { iso(date)? };
    let mut rest = rest.get(1..).unwrap_or("").trim();
    let mut half_day = None;
    for (mark, hours) in [("AM", 0), ("PM", 12), ("am", 0), ("pm", 12)] {
        if let Some(before) = rest.strip_suffix(mark) {
            (rest, half_day) = (before.trim_end(), Some(hours));
        }
    }
    let (clock, offset_s) = offset(rest)?;
    let (hour, minute, second, nanos) = time_of_day(clock.trim_end(), half_day)?;
    let civil = jiff::civil::Date::new(date.0, date.1, date.2).ok()?.at(hour, minute, second, nanos);
    let instant = jiff::tz::Offset::from_seconds(offset_s).ok()?.to_timestamp(civil).ok()?;
    i64::try_from(instant.as_nanosecond()).ok().filter(|nanos| *nanos >= 0).map(Timestamp)
}

fn iso(date: &str) -> Option<(i16, i8, i8)> {
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    (year.len() == 4 && parts.next().is_none()).then_some(())?;
    Some((digits(year)?, digits(month)?, digits(day)?))
}

/// Month first.
fn american(date: &str) -> Option<(i16, i8, i8)> {
    let mut parts = date.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    (year.len() == 4 && parts.next().is_none()).then_some(())?;
    Some((digits(year)?, digits(month)?, digits(day)?))
}

/// Cuts `Z`, `±HH:MM`, `±HHMM` or `±HH` off.
fn offset(text: &str) -> Option<(&str, i32)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, 0)) };
    let (clock, zone) = text.split_at(at);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let plain: String = zone[1..].chars().filter(|c| *c != ':').collect();
    let (hours, minutes): (i32, i32) = match plain.len() {
        2 => (digits(&plain)?, 0),
        4 => (digits(&plain[..2])?, digits(&plain[2..])?),
        _ => return None,
    };
    (minutes < 60).then_some((clock, sign * (hours * 3_600 + minutes * 60)))
}

/// Hour, minute, second and nanoseconds; nothing at all is midnight.
fn time_of_day(text: &str, half_day: Option<i8>) -> Option<(i8, i8, i8, i32)> {
    if text.is_empty() {
        return Some((0, 0, 0, 0));
    }
    let mut parts = text.split(':');
    let (hour, minute): (i8, i8) = (digits(parts.next()?)?, digits(parts.next()?)?);
    let (second, fraction) = parts.next().map_or(("0", ""), |s| s.split_once(['.', ',']).unwrap_or((s, "")));
    let nanos: i32 = match fraction.get(..fraction.len().min(9)).unwrap_or("") {
        "" => 0,
        some => digits::<i32>(some)?.checked_mul(10i32.pow(9 - some.len() as u32))?,
    };
    let second: i8 = digits(second)?;
    let hour = match half_day {
        None => hour,
        Some(add) => (1..=12).contains(&hour).then_some(hour % 12 + add)?,
    };
    let fits = parts.next().is_none()
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second);
    fits.then_some((hour, minute, second, nanos))
}

fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_formats_are_read() {
        let same = [
            "2022-01-04T23:55:00Z",
            "2022-01-04 23:55:00",
            "2022-01-04 23:55",
            "2022-01-04 23:55:00.000",
            "2022-01-04 16:55:00-07:00",
            "2022-01-05T01:25:00.000+0130",
            "2022-01-04 23:55:00 +00:00",
            "1/4/2022 23:55",
            "01/04/2022 11:55:00 PM",
            "1641340500",
            "1641340500000",
            "1641340500.0",
        ];
        for text in same {
            assert_eq!(parse(text), Some(Timestamp::from_secs(1_641_340_500)), "{text}");
        }
        assert_eq!(parse("2022-01-04 23:55:00.25"), Some(Timestamp(1_641_340_500_250_000_000)));
        assert_eq!(parse("2022-01-05"), Some(Timestamp::from_secs(1_641_340_800)));
    }

    #[test]
    fn other_text_is_no_time() {
        let none = [
            "",
            "now",
            "26.48",
            "13/14/2022 1:00",
            "2022-02-30 00:00:00",
            "2022-01-04 24:00",
            "2022-01-04 1:2:3:4",
            "cbsugpu09",
            "(8497 rows affected)",
            "Completion time: 2025-10-31T10:37:15.7213492-04:00",
            "1-2-3",
            "é",
            "1969-01-01 00:00:00",
            "2022-01-04 23:55:00+1:2:3",
            "12:00",
            "0/0/0000 0:00",
            "2022-01-04 13:00 PM",
        ];
        for text in none {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
