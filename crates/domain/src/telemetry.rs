//! What a device measures: metrics, units, values, and the batch they travel in.

use crate::{DeviceId, Hash, Hour, Timestamp, limits};
use std::fmt;

/// Why a piece of a reading cannot exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReading {
    /// The name of a metric is empty, too long, or has a character that no metric has.
    #[error("metric name refused: 1 to {max} characters of a-z A-Z 0-9 _ . - / : expected", max = limits::METRIC_BYTES_MAX)]
    Metric,
    /// The unit is empty, too long, or not printable ASCII.
    #[error("unit refused: 1 to {max} printable ASCII characters without space expected", max = limits::UNIT_BYTES_MAX)]
    Unit,
    /// NaN and infinities measure nothing.
    #[error("value refused: it is not a finite number")]
    NotFinite,
    /// Text values are states and labels, not documents.
    #[error("text value refused: at most {max} bytes without control characters expected", max = limits::TEXT_BYTES_MAX)]
    Text,
}

/// The name of what is measured, such as `temperature` or `inverter/1:dc_power`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Metric(Box<str>);

impl Metric {
    /// Parses a name: 1 to 96 bytes of letters, digits and `_ . - / :`.
    pub fn parse(text: &str) -> Result<Self, BadReading> {
        let fits = !text.is_empty() && text.len() <= limits::METRIC_BYTES_MAX;
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'/' | b':');
        if fits && text.bytes().all(plain) { Ok(Self(text.into())) } else { Err(BadReading::Metric) }
    }
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}
impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A unit as sent. Whether it is the declared one of the SenML registry (RFC 8428 §12.1) is for admission to judge.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unit(Box<str>);

impl Unit {
    /// Parses a unit: 1 to 24 bytes of printable ASCII without space.
    pub fn parse(text: &str) -> Result<Self, BadReading> {
        let fits = !text.is_empty() && text.len() <= limits::UNIT_BYTES_MAX;
        if fits && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(text.into()))
        } else {
            Err(BadReading::Unit)
        }
    }
    /// The unit as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Units of the SenML registry: RFC 8428 §12.1 and, scaled from those, RFC 8798 §3. A project declares no others, so
/// that every program knows what a number means.
const SENML_UNITS: &str = " m kg g s A K cd mol Hz rad sr N Pa J W C V F Ohm S Wb T H Cel lm lx Bq Gy Sv kat m2 m3 l \
    m/s m/s2 m3/s l/s W/m2 cd/m2 bit bit/s lat lon pH dB dBW Bspl count / % %RH %EL EL 1/s 1/min beat/min beats S/m B \
    VA VAs var vars J/m kg/m3 deg NTU ms min h MHz kW kVA kvar Ah Wh kWh varh kvarh kVAh Wh/km KiB GB Mbit/s B/s MB/s \
    mV mA dBm ug/m3 mm/h m/h ppm /100 /1000 hPa mm cm km km/h ";

impl Unit {
    /// Whether the SenML registry knows it.
    pub fn is_registered(&self) -> bool {
        SENML_UNITS.contains(&format!(" {} ", self.0))
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}
impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One measured value. Kinds are kept apart: an integer counter never passes through a float.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A finite 64-bit float; −0.0 and 0.0 differ.
    Float(f64),
    /// A signed integer.
    Int(i64),
    /// A state of two.
    Bool(bool),
    /// A short text, such as a mode or a fault code.
    Text(Box<str>),
}

impl Value {
    /// A float that is neither NaN nor infinite.
    pub fn float(number: f64) -> Result<Self, BadReading> {
        if number.is_finite() { Ok(Self::Float(number)) } else { Err(BadReading::NotFinite) }
    }
    /// A short text without control characters.
    pub fn text(text: &str) -> Result<Self, BadReading> {
        if text.len() <= limits::TEXT_BYTES_MAX && !text.chars().any(char::is_control) {
            Ok(Self::Text(text.into()))
        } else {
            Err(BadReading::Text)
        }
    }
    /// The number to compare with a range or to average: booleans count as 0 and 1, texts have none.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            Self::Int(number) => Some(*number as f64),
            Self::Bool(state) => Some(f64::from(u8::from(*state))),
            Self::Text(_) => None,
        }
    }
}

/// The readings of one metric inside one hour, times strictly rising.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What is measured.
    pub metric: Metric,
    /// The unit as sent; one per metric and segment.
    pub unit: Option<Unit>,
    /// When, strictly rising, all inside the segment's hour.
    pub times: Vec<Timestamp>,
    /// What was read; as many as `times`.
    pub values: Vec<Value>,
}

/// One UTC hour of a batch; series sorted by the bytes of their metric, each metric once.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The hour that holds every time in it.
    pub hour: Hour,
    /// At least one series.
    pub series: Vec<Series>,
}

impl Segment {
    /// How many readings stand in the segment.
    pub fn reading_count(&self) -> usize {
        self.series.iter().map(|series| series.times.len()).sum()
    }
}

/// What a device says in one message: its readings and the place of the message in the device's chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Who measured.
    pub device: DeviceId,
    /// Raised durably at each start of the device; begins at 1.
    pub epoch: u64,
    /// Place inside the epoch; begins at 1.
    pub seq: u64,
    /// Hash of the batch before, across epochs the last of the old one; `None` for a device's first.
    pub prev: Option<Hash>,
    /// When the device sent it, by its own clock.
    pub sent: Option<Timestamp>,
    /// How many readings a full spool dropped before this batch.
    pub lost: u64,
    /// Rising hours; empty only when `lost` says why.
    pub segments: Vec<Segment>,
}

impl Batch {
    /// How many readings the batch carries.
    pub fn reading_count(&self) -> usize {
        self.segments.iter().map(Segment::reading_count).sum()
    }
    /// All series, hour by hour.
    pub fn series(&self) -> impl Iterator<Item = &Series> {
        self.segments.iter().flat_map(|segment| &segment.series)
    }
}

/// The frozen bytes of a batch: what is hashed, signed, stored and hashed again years later.
///
/// Batch hash = SHA-256(header ‖ SHA-256(segment) in order).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// Deterministic CBOR of device, epoch, seq, prev, sent and lost.
    pub header: Vec<u8>,
    /// Deterministic CBOR of each hour, in order.
    pub segments: Vec<Vec<u8>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_units_and_texts_are_bounded() {
        assert!(Metric::parse("inverter/1:dc_power").is_ok());
        assert_eq!(Metric::parse(""), Err(BadReading::Metric));
        assert_eq!(Metric::parse("two words"), Err(BadReading::Metric));
        assert_eq!(Metric::parse(&"m".repeat(97)), Err(BadReading::Metric));
        assert!(Unit::parse("W/m2").is_ok());
        assert_eq!(Unit::parse("\n"), Err(BadReading::Unit));
        assert_eq!(Value::text("a\u{7}"), Err(BadReading::Text));
        assert_eq!(Value::text(&"x".repeat(257)), Err(BadReading::Text));
    }

    #[test]
    fn the_registry_knows_its_units_whole() {
        let known = |unit: &str| Unit::parse(unit).unwrap().is_registered();
        assert!(["Cel", "m", "/", "km/h", "%RH", "B/s"].into_iter().all(known));
        assert!(
            !["C2", "el", "celsius", "m kg", "/s"]
                .into_iter()
                .any(|unit| Unit::parse(unit).is_ok_and(|unit| unit.is_registered()))
        );
    }

    #[test]
    fn nan_and_infinities_do_not_exist() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Value::float(bad), Err(BadReading::NotFinite));
        }
    }
}
