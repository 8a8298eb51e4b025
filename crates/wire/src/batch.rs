//! A batch of readings: its frozen form and the CBOR message that carries just that form (docs/formats/batch.cddl).

use crate::Malformed;
use crate::cbor::{Kind, Reader, Writer};
use fieldkeep_domain::telemetry::{Batch, Canonical, Metric, Segment, Series, Unit, Value};
use fieldkeep_domain::{DeviceId, Hash, Hour, Timestamp, limits, time::HOUR_NS};

const VERSION: u64 = 1;

/// Reads a CBOR batch and the frozen bytes it came in.
pub fn decode(bytes: &[u8]) -> Result<(Batch, Canonical), Malformed> {
    let (header, segments) = split(bytes)?;
    let mut batch = decode_header(header)?;
    let mut budget = Budget::default();
    for segment in &segments {
        let segment = read_segment(segment, &mut budget)?;
        if batch.segments.last().is_some_and(|last| last.hour >= segment.hour) {
            return Err(Malformed::Unsorted { what: "hours" });
        }
        batch.segments.push(segment);
    }
    if batch.segments.is_empty() && batch.lost == 0 {
        return Err(Malformed::Empty);
    }
    let segments = segments.into_iter().map(<[u8]>::to_vec).collect();
    Ok((batch, Canonical { header: header.to_vec(), segments }))
}

/// The message that carries a frozen batch.
pub fn encode(canonical: &Canonical) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(2).bytes(&canonical.header).array(canonical.segments.len());
    for segment in &canonical.segments {
        writer.bytes(segment);
    }
    writer.finish()
}

/// Freezes a batch whose series are sorted (see [`fieldkeep_domain::telemetry::Segment`]).
pub fn freeze(batch: &Batch) -> Canonical {
    Canonical { header: encode_header(batch), segments: batch.segments.iter().map(encode_segment).collect() }
}

/// Header and segments of the message, still encoded.
fn split(bytes: &[u8]) -> Result<(&[u8], Vec<&[u8]>), Malformed> {
    let mut reader = Reader::new(bytes);
    reader.exactly(2)?;
    let header = reader.bytes(limits::BATCH_BYTES_MAX)?;
    let count = reader.array(limits::BATCH_SEGMENTS_MAX)?;
    let segments = (0..count).map(|_| reader.bytes(limits::BATCH_BYTES_MAX)).collect::<Result<_, _>>()?;
    reader.end()?;
    Ok((header, segments))
}

/// The header as frozen bytes.
pub fn encode_header(batch: &Batch) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(7).uint(VERSION).bytes(batch.device.as_bytes()).uint(batch.epoch).uint(batch.seq);
    writer.bytes_or_null(batch.prev.as_ref().map(|hash| &hash.as_bytes()[..]));
    match batch.sent {
        Some(sent) => writer.int(sent.as_nanos()),
        None => writer.null(),
    };
    writer.uint(batch.lost);
    writer.finish()
}

/// Reads a header back; the batch has no segments yet.
pub fn decode_header(bytes: &[u8]) -> Result<Batch, Malformed> {
    let mut reader = Reader::new(bytes);
    reader.exactly(7)?;
    if reader.uint()? != VERSION {
        return Err(Malformed::Expected { at: 1, expected: "batch format 1" });
    }
    let device = reader.array_of::<16>()?;
    let device =
        DeviceId::from_slice(&device).map_err(|_| Malformed::Expected { at: 2, expected: "device id" })?;
    let epoch = number_from_1(&mut reader)?;
    let seq = number_from_1(&mut reader)?;
    let prev = reader.nullable(Reader::array_of::<32>)?.map(Hash);
    let sent = reader.nullable(Reader::int)?.map(Timestamp);
    let lost = number(&mut reader)?;
    reader.end()?;
    Ok(Batch { device, epoch, seq, prev, sent, lost, segments: Vec::new() })
}

/// Numbers stand in the store as signed 64-bit integers: none may be greater.
fn number(reader: &mut Reader<'_>) -> Result<u64, Malformed> {
    let at = reader.position();
    let value = reader.uint()?;
    if value <= i64::MAX as u64 {
        Ok(value)
    } else {
        Err(Malformed::Expected { at, expected: "number below 2^63" })
    }
}

fn number_from_1(reader: &mut Reader<'_>) -> Result<u64, Malformed> {
    let at = reader.position();
    match number(reader)? {
        0 => Err(Malformed::Expected { at, expected: "number from 1" }),
        value => Ok(value),
    }
}

/// One hour as frozen bytes.
pub fn encode_segment(segment: &Segment) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(2).uint(segment.hour.0 as u64).array(segment.series.len());
    for series in &segment.series {
        writer.array(4).text(series.metric.as_str());
        match &series.unit {
            Some(unit) => writer.text(unit.as_str()),
            None => writer.null(),
        };
        writer.array(series.times.len());
        let mut before = segment.hour.start().as_nanos();
        for time in &series.times {
            writer.uint((time.as_nanos() - before) as u64);
            before = time.as_nanos();
        }
        writer.array(series.values.len());
        for value in &series.values {
            write_value(&mut writer, value);
        }
    }
    writer.finish()
}

fn write_value(writer: &mut Writer, value: &Value) {
    match value {
        Value::Float(number) => writer.float(*number),
        Value::Int(number) => writer.int(*number),
        Value::Bool(state) => writer.bool(*state),
        Value::Text(text) => writer.text(text),
    };
}

/// Reads one hour back.
pub fn decode_segment(bytes: &[u8]) -> Result<Segment, Malformed> {
    read_segment(bytes, &mut Budget::default())
}

/// What the whole batch may still hold.
#[derive(Debug, Default)]
struct Budget {
    readings: usize,
    series: usize,
}

fn read_segment(bytes: &[u8], budget: &mut Budget) -> Result<Segment, Malformed> {
    let mut reader = Reader::new(bytes);
    reader.exactly(2)?;
    let hour = i64::try_from(reader.uint()?).ok().map(Hour).filter(|hour| *hour <= Hour::MAX);
    let hour = hour.ok_or(Malformed::Expected { at: 1, expected: "hour between 1970 and 2262" })?;
    let count = reader.array(limits::BATCH_METRICS_MAX)?;
    if count == 0 {
        return Err(Malformed::Empty);
    }
    budget.series += count;
    if budget.series > limits::BATCH_METRICS_MAX * limits::BATCH_SEGMENTS_MAX {
        return Err(Malformed::TooMuch { what: "series", max: limits::BATCH_METRICS_MAX });
    }
    let mut series: Vec<Series> = Vec::with_capacity(count);
    for _ in 0..count {
        let next = read_series(&mut reader, hour, budget)?;
        if series.last().is_some_and(|last| last.metric >= next.metric) {
            return Err(Malformed::Unsorted { what: "metrics" });
        }
        series.push(next);
    }
    reader.end()?;
    Ok(Segment { hour, series })
}

fn read_series(reader: &mut Reader<'_>, hour: Hour, budget: &mut Budget) -> Result<Series, Malformed> {
    reader.exactly(4)?;
    let metric = Metric::parse(reader.text(limits::METRIC_BYTES_MAX)?)?;
    let unit = reader.nullable(|reader| Ok(Unit::parse(reader.text(limits::UNIT_BYTES_MAX)?)?))?;
    let count = reader.array(limits::BATCH_READINGS_MAX)?;
    budget.readings += count;
    if budget.readings > limits::BATCH_READINGS_MAX {
        return Err(Malformed::TooMuch { what: "readings in a batch", max: limits::BATCH_READINGS_MAX });
    }
    if count == 0 {
        return Err(Malformed::Empty);
    }
    let times = read_times(reader, hour, count, &metric)?;
    reader.exactly(count)?;
    let values = (0..count).map(|_| read_value(reader)).collect::<Result<_, _>>()?;
    Ok(Series { metric, unit, times, values })
}

fn read_times(
    reader: &mut Reader<'_>,
    hour: Hour,
    count: usize,
    metric: &Metric,
) -> Result<Vec<Timestamp>, Malformed> {
    let mut times = Vec::with_capacity(count);
    let mut offset = 0u64;
    for n in 0..count {
        let at = reader.position();
        let step = reader.uint()?;
        if n > 0 && step == 0 {
            return Err(Malformed::Duplicate { metric: metric.to_string() });
        }
        offset = offset.saturating_add(step);
        if offset >= HOUR_NS as u64 {
            return Err(Malformed::Expected { at, expected: "time inside the segment's hour" });
        }
        times.push(Timestamp(hour.start().as_nanos() + offset as i64));
    }
    Ok(times)
}

fn read_value(reader: &mut Reader<'_>) -> Result<Value, Malformed> {
    let at = reader.position();
    Ok(match reader.peek()? {
        Kind::Float => Value::float(reader.float()?)?,
        Kind::Integer => Value::Int(reader.int()?),
        Kind::Bool => Value::Bool(reader.bool()?),
        Kind::Text => Value::text(reader.text(limits::TEXT_BYTES_MAX)?)?,
        _ => return Err(Malformed::Expected { at, expected: "float, integer, boolean or text" }),
    })
}

#[cfg(test)]
#[path = "batch_tests.rs"]
pub(crate) mod tests;
