//! The same batch as JSON, for a plain curl: read, sorted and frozen like any other (docs/formats/README.md).

use crate::{Malformed, batch};
use fieldkeep_domain::telemetry::{Batch, Canonical, Metric, Segment, Series, Unit, Value};
use fieldkeep_domain::{DeviceId, Hash, Hour, Timestamp, limits};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    #[serde(default, borrow)]
    device: Option<&'a str>,
    boot_epoch: u64,
    seq: u64,
    #[serde(default, borrow)]
    prev: Option<&'a str>,
    #[serde(default)]
    sent: Option<When>,
    #[serde(default)]
    lost: u64,
    #[serde(default)]
    readings: Vec<Reading>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    metric: String,
    time: When,
    value: Measured,
    #[serde(default)]
    unit: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "`time`: a text such as 2026-11-23T10:00:00Z or integer nanoseconds expected")]
enum When {
    Nanoseconds(i64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "`value`: a number, true, false or a text expected")]
enum Measured {
    Bool(bool),
    /// A JSON number is a float, whether it has a point or not.
    Number(f64),
    Text(String),
}

/// Reads a JSON batch. Where it names no device, the certificate did.
pub fn decode(bytes: &[u8], certified: DeviceId) -> Result<(Batch, Canonical), Malformed> {
    // A list in place of an object would be read field by field.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Malformed::Json("an object expected, not a list".into()));
    }
    let document: Document<'_> =
        serde_json::from_slice(bytes).map_err(|error| Malformed::Json(error.to_string()))?;
    if document.readings.len() > limits::BATCH_READINGS_MAX {
        return Err(Malformed::TooMuch { what: "readings in a batch", max: limits::BATCH_READINGS_MAX });
    }
    if document.readings.is_empty() && document.lost == 0 {
        return Err(Malformed::Empty);
    }
    let device = match document.device {
        Some(id) => id.parse().map_err(|error| Malformed::Json(format!("`device`: {error}")))?,
        None => certified,
    };
    let prev = match document.prev {
        Some(hash) => {
            Some(hash.parse::<Hash>().map_err(|error| Malformed::Json(format!("`prev`: {error}")))?)
        }
        None => None,
    };
    for (name, number, least) in
        [("boot_epoch", document.boot_epoch, 1), ("seq", document.seq, 1), ("lost", document.lost, 0)]
    {
        if number < least || number > i64::MAX as u64 {
            return Err(Malformed::Json(format!("`{name}`: a number from {least} to 2^63 - 1 expected")));
        }
    }
    let batch = Batch {
        device,
        epoch: document.boot_epoch,
        seq: document.seq,
        prev,
        sent: document.sent.as_ref().map(instant).transpose()?,
        lost: document.lost,
        segments: sort(document.readings)?,
    };
    let canonical = batch::freeze(&batch);
    Ok((batch, canonical))
}

fn instant(when: &When) -> Result<Timestamp, Malformed> {
    let time = match when {
        When::Nanoseconds(nanoseconds) => Timestamp(*nanoseconds),
        When::Text(text) => parse_time(text)?,
    };
    if time.0 >= 0 && time.hour() <= Hour::MAX {
        Ok(time)
    } else {
        Err(Malformed::Json("`time`: an instant between 1970 and 2262 expected".into()))
    }
}

/// An instant in RFC 3339 form, offset required.
pub fn parse_time(text: &str) -> Result<Timestamp, Malformed> {
    let refused = || Malformed::Time(format!("{text:.40}"));
    let instant: jiff::Timestamp = text.parse().map_err(|_| refused())?;
    i64::try_from(instant.as_nanosecond()).map(Timestamp).map_err(|_| refused())
}

/// The instant as RFC 3339 in UTC.
pub fn format_time(time: Timestamp) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(time.as_nanos()))
        .map_or_else(|_| time.as_nanos().to_string(), |instant| instant.to_string())
}

type Column = (Option<Unit>, BTreeMap<Timestamp, Value>);

/// Groups readings by hour, metric and time: the order that the frozen form has.
fn sort(readings: Vec<Reading>) -> Result<Vec<Segment>, Malformed> {
    let mut hours: BTreeMap<Hour, BTreeMap<Metric, Column>> = BTreeMap::new();
    let mut metrics = BTreeSet::new();
    for reading in readings {
        let time = instant(&reading.time)?;
        let metric = Metric::parse(&reading.metric)?;
        let unit = reading.unit.as_deref().map(Unit::parse).transpose()?;
        let value = match reading.value {
            Measured::Bool(state) => Value::Bool(state),
            Measured::Number(number) => Value::float(number)?,
            Measured::Text(text) => Value::text(&text)?,
        };
        if metrics.insert(metric.clone()) && metrics.len() > limits::BATCH_METRICS_MAX {
            return Err(Malformed::TooMuch { what: "metrics in a batch", max: limits::BATCH_METRICS_MAX });
        }
        let hour = hours.entry(time.hour()).or_default();
        let (known, column) = hour.entry(metric.clone()).or_insert_with(|| (unit.clone(), BTreeMap::new()));
        if *known != unit {
            return Err(Malformed::TwoUnits { metric: metric.to_string() });
        }
        if column.insert(time, value).is_some() {
            return Err(Malformed::Duplicate { metric: metric.to_string() });
        }
    }
    if hours.len() > limits::BATCH_SEGMENTS_MAX {
        return Err(Malformed::TooMuch { what: "hours in a batch", max: limits::BATCH_SEGMENTS_MAX });
    }
    Ok(hours.into_iter().map(|(hour, series)| segment(hour, series)).collect())
}

fn segment(hour: Hour, columns: BTreeMap<Metric, Column>) -> Segment {
    let series = columns.into_iter().map(|(metric, (unit, column))| {
        let (times, values) = column.into_iter().unzip();
        Series { metric, unit, times, values }
    });
    Segment { hour, series: series.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DEVICE: [u8; 16] = [5; 16];

    fn read(text: &str) -> Result<(Batch, Canonical), Malformed> {
        decode(text.as_bytes(), DeviceId::from_random(DEVICE))
    }
    fn with_readings(readings: &str) -> Result<(Batch, Canonical), Malformed> {
        read(&format!(r#"{{"boot_epoch":1,"seq":1,"prev":null,"readings":[{readings}]}}"#))
    }

    #[test]
    fn the_documented_batch_is_read() {
        let (batch, canonical) = with_readings(
            r#"{"metric":"temperature","time":"2026-11-23T10:00:00Z","value":4.2,"unit":"Cel"}"#,
        )
        .unwrap();
        assert_eq!(batch.device, DeviceId::from_random(DEVICE));
        assert_eq!(batch.reading_count(), 1);
        assert_eq!(format_time(batch.segments[0].series[0].times[0]), "2026-11-23T10:00:00Z");
        assert_eq!(crate::batch::decode(&crate::batch::encode(&canonical)).unwrap().0, batch);
    }

    #[test]
    fn readings_are_sorted_on_arrival() {
        let (batch, canonical) = with_readings(
            r#"{"metric":"b","time":7200000000000,"value":1},
               {"metric":"b","time":3600000000001,"value":true},
               {"metric":"a","time":3600000000001,"value":"on"},
               {"metric":"b","time":3600000000000,"value":-0.0}"#,
        )
        .unwrap();
        assert_eq!(batch.segments.len(), 2);
        assert_eq!(batch.segments[0].series[1].values[1], Value::Bool(true));
        assert_eq!(batch.segments[1].series[0].values[0], Value::Float(1.0));
        assert!(crate::batch::decode(&crate::batch::encode(&canonical)).is_ok());
    }

    #[test]
    fn bad_documents_are_named() {
        let reading = |rest: &str| with_readings(&format!(r#"{{"metric":"a","time":0,{rest}}}"#));
        assert!(matches!(reading(r#""value":1e999"#), Err(Malformed::Json(_) | Malformed::Reading(_))));
        assert!(
            reading(r#""value":null"#).unwrap_err().to_string().contains("`value`: a number, true, false")
        );
        assert!(matches!(reading(r#""value":[1]"#), Err(Malformed::Json(_))));
        assert!(matches!(reading(r#""value":1,"extra":2"#), Err(Malformed::Json(_))));
        let twice = r#"{"metric":"a","time":0,"value":1},{"metric":"a","time":0,"value":1}"#;
        assert_eq!(with_readings(twice).unwrap_err(), Malformed::Duplicate { metric: "a".into() });
        let units = r#"{"metric":"a","time":0,"value":1},{"metric":"a","time":1,"value":1,"unit":"K"}"#;
        assert_eq!(with_readings(units).unwrap_err(), Malformed::TwoUnits { metric: "a".into() });
        assert_eq!(with_readings("").unwrap_err(), Malformed::Empty);
        for bad in ["NaN", "Infinity", "-Infinity"] {
            assert!(reading(&format!(r#""value":{bad}"#)).is_err());
        }
        for time in [
            r#""2026-11-23""#,
            r#""2026-11-23T10:00:00""#,
            "-1",
            "9223372036854775807",
            r#""9999-01-01T00:00:00Z""#,
        ] {
            assert!(
                with_readings(&format!(r#"{{"metric":"a","time":{time},"value":1}}"#)).is_err(),
                "{time}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let deep = "[".repeat(200_000);
        assert!(matches!(read(&deep), Err(Malformed::Json(_))));
        assert!(with_readings(&deep).is_err());
    }

    #[test]
    fn numbers_of_the_chain_are_bounded() {
        let chain = |text: &str| read(&format!(r#"{{{text},"lost":1}}"#));
        assert!(chain(r#""boot_epoch":1,"seq":1"#).is_ok());
        assert!(chain(r#""boot_epoch":0,"seq":1"#).is_err());
        assert!(chain(r#""boot_epoch":1,"seq":9223372036854775808"#).is_err());
        assert!(chain(r#""boot_epoch":1,"seq":-1"#).is_err());
        assert!(chain(r#""boot_epoch":1,"seq":1,"prev":"00""#).is_err());
        assert!(chain(r#""boot_epoch":1,"seq":1,"device":"nobody""#).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes, DeviceId::from_random(DEVICE));
        }
    }
}
