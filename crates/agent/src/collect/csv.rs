//! A file of readings replayed as if its last row were now. Real files are dirty: what cannot be used is counted and
//! told, never guessed. Never: changes a value.

use super::{Reading, clean, times};
use crate::error::AgentError;
use crate::limits;
use fieldkeep_domain::telemetry::{Metric, Value};
use fieldkeep_domain::{Hash, Timestamp};
use fieldkeep_trust::hash::sha256;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a file held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CsvReport {
    /// Which file.
    pub file: PathBuf,
    /// Rows below the header.
    pub rows: u64,
    /// Metrics, in the order of their columns.
    pub metrics: Vec<String>,
    /// Readings to send.
    pub readings: u64,
    /// Rows whose time cannot be read.
    pub rows_without_time: u64,
    /// Rows at a time that a later row has too: the later one was taken.
    pub duplicate_times: u64,
    /// Cells without a value.
    pub empty_cells: u64,
    /// Cells that are neither a number nor true or false.
    pub text_cells: u64,
    /// Columns that hold nothing but such text.
    pub text_columns: Vec<String>,
    /// Seconds that every time was moved by.
    pub shift_s: i64,
}

impl fmt::Display for CsvReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} rows, {} readings of {} metrics; skipped: {} empty cells, {} cells of text, {} rows without a time, {} rows with the time of a later one",
            self.file.display(),
            self.rows,
            self.readings,
            self.metrics.len(),
            self.empty_cells,
            self.text_cells,
            self.rows_without_time,
            self.duplicate_times
        )
    }
}

/// Reads a whole file; its newest reading comes out as the instant that `now` gives for the file's hash, the oldest
/// first.
pub fn read_csv(
    path: &Path,
    now: impl FnOnce(Hash) -> Result<Timestamp, AgentError>,
) -> Result<(Vec<Reading>, CsvReport), AgentError> {
    let size = std::fs::metadata(path).map_err(AgentError::file("reading", path))?.len();
    if size > limits::CSV_BYTES_MAX {
        return Err(AgentError::content(
            path,
            format!("longer than {} bytes; split it", limits::CSV_BYTES_MAX),
        ));
    }
    let bytes = std::fs::read(path).map_err(AgentError::file("reading", path))?;
    let now = now(sha256(&[&bytes]))?;
    let (readings, mut report) = parse(&bytes, now).map_err(|why| AgentError::content(path, why))?;
    report.file = path.to_owned();
    Ok((readings, report))
}

fn parse(bytes: &[u8], now: Timestamp) -> Result<(Vec<Reading>, CsvReport), String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let delimiter = delimiter(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut rows = reader.byte_records();
    let header = rows.next().ok_or("it is empty; a header with the metrics is expected")?;
    let header = header.map_err(|error| error.to_string())?;
    if header.len() > limits::CSV_COLUMNS_MAX {
        return Err(format!("more than {} columns", limits::CSV_COLUMNS_MAX));
    }
    let rows: Vec<csv::ByteRecord> = rows.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let time_column = time_column(&header, &rows).ok_or(
        "no column holds times; RFC 3339, `2022-01-02 00:01:00`, `1/2/2022 0:01` and seconds since 1970 are read",
    )?;
    let columns = columns(&header, time_column);
    let mut report = CsvReport { rows: rows.len() as u64, ..CsvReport::default() };
    let by_time = by_time(&rows, time_column, &mut report);
    let mut table =
        Table { columns, decimal_comma: delimiter == b';', seen: BTreeSet::new(), texts: BTreeSet::new() };
    let mut readings = table.readings(&by_time, &mut report);
    let used = |at: &usize| table.seen.contains(at);
    let name =
        |(at, metric): (usize, &Option<Arc<Metric>>)| metric.as_ref().map(|metric| (at, metric.to_string()));
    for (at, name) in table.columns.iter().enumerate().filter_map(name) {
        if used(&at) {
            report.metrics.push(name);
        } else if table.texts.contains(&at) {
            report.text_columns.push(name);
        }
    }
    report.readings = readings.len() as u64;
    if let Some(last) = readings.last() {
        let part = i64::from(last.time != Timestamp::from_secs(last.time.as_secs()));
        report.shift_s = now.as_secs() - last.time.as_secs() - part;
        for reading in &mut readings {
            reading.time = reading.time.plus_secs(report.shift_s);
        }
    }
    // A span longer than the calendar behind us cannot be moved.
    readings.retain(|reading| reading.time.as_nanos() >= 0);
    Ok((readings, report))
}

/// The one that the header holds most of.
fn delimiter(bytes: &[u8]) -> u8 {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn text(row: &csv::ByteRecord, at: usize) -> &str {
    row.get(at).and_then(|cell| std::str::from_utf8(cell).ok()).unwrap_or("")
}

/// The first column whose first filled cells are mostly times.
fn time_column(header: &csv::ByteRecord, rows: &[csv::ByteRecord]) -> Option<usize> {
    (0..header.len()).find(|at| {
        let cells = rows
            .iter()
            .take(limits::CSV_PROBE_ROWS)
            .map(|row| text(row, *at))
            .filter(|cell| !cell.is_empty());
        let (filled, times) = cells.fold((0, 0), |(filled, times), cell| {
            (filled + 1, times + usize::from(times::parse(cell).is_some()))
        });
        times * 2 > filled
    })
}

/// A metric for each column but the time's; names that clash get a number.
fn columns(header: &csv::ByteRecord, time_column: usize) -> Vec<Option<Arc<Metric>>> {
    let mut taken = BTreeSet::new();
    let mut columns = Vec::new();
    for at in 0..header.len() {
        let name = match clean(text(header, at)) {
            name if name.is_empty() => format!("column_{}", at + 1),
            name => name,
        };
        let mut unique = name.clone();
        let mut number = 1;
        while at != time_column && !taken.insert(unique.clone()) {
            number += 1;
            unique = format!("{}_{number}", &name[..name.len().min(88)]);
        }
        columns.push(Metric::parse(&unique).ok().filter(|_| at != time_column).map(Arc::new));
    }
    columns
}

/// Rows by their time; of two rows at one time the later one of the file.
fn by_time<'a>(
    rows: &'a [csv::ByteRecord],
    time_column: usize,
    report: &mut CsvReport,
) -> BTreeMap<Timestamp, &'a csv::ByteRecord> {
    let mut by_time = BTreeMap::new();
    for row in rows {
        match times::parse(text(row, time_column)) {
            None => report.rows_without_time += 1,
            Some(time) => {
                if by_time.insert(time, row).is_some() {
                    report.duplicate_times += 1;
                }
            }
        }
    }
    by_time
}

struct Table {
    columns: Vec<Option<Arc<Metric>>>,
    decimal_comma: bool,
    /// Columns that gave readings.
    seen: BTreeSet<usize>,
    /// Columns with text.
    texts: BTreeSet<usize>,
}

impl Table {
    fn readings(
        &mut self,
        rows: &BTreeMap<Timestamp, &csv::ByteRecord>,
        report: &mut CsvReport,
    ) -> Vec<Reading> {
        let mut readings = Vec::new();
        for (time, row) in rows {
            for (at, metric) in self.columns.iter().enumerate() {
                let Some(metric) = metric else { continue };
                let cell = text(row, at);
                if is_missing(cell) && row.get(at).is_none_or(|cell| std::str::from_utf8(cell).is_ok()) {
                    report.empty_cells += 1;
                } else if let Some(value) = value(cell, self.decimal_comma) {
                    self.seen.insert(at);
                    readings.push(Reading { metric: metric.clone(), unit: None, time: *time, value });
                } else {
                    self.texts.insert(at);
                    report.text_cells += 1;
                }
            }
        }
        readings
    }
}

/// What programs write where nothing was measured.
fn is_missing(cell: &str) -> bool {
    matches!(
        cell.to_ascii_lowercase().as_str(),
        "" | "nan" | "na" | "n/a" | "null" | "none" | "-" | "inf" | "-inf"
    )
}

fn value(cell: &str, decimal_comma: bool) -> Option<Value> {
    match cell.to_ascii_lowercase().as_str() {
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        _ => {}
    }
    let number = match cell.parse::<f64>() {
        Ok(number) => number,
        Err(_) if decimal_comma => cell.replacen(',', ".", 1).parse().ok()?,
        Err(_) => return None,
    };
    Value::float(number).ok()
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
