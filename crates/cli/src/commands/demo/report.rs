//! What the demo shows at its end, for people and as data. Every number was counted by the server or measured here.

use super::cases::Case;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The outcome of the story.
#[derive(Debug, Serialize)]
pub struct Report {
    devices: usize,
    readings_admitted: u64,
    batches_admitted: u64,
    quarantined: BTreeMap<String, u64>,
    refused: BTreeMap<String, u64>,
    database_bytes: u64,
    bytes_per_reading: f64,
    batches_acknowledged_per_s: f64,
    cases: Vec<Case>,
    good: bool,
    console: String,
    address: String,
    curl: String,
    query: String,
    serve: String,
}

/// `name{why="x"} n` lines of one counter.
fn by_reason(metrics: &str, name: &str) -> BTreeMap<String, u64> {
    let parse = |line: &str| {
        let (label, count) = line.strip_prefix(name)?.strip_prefix("{why=\"")?.split_once("\"} ")?;
        Some((label.to_owned(), count.trim().parse().ok()?))
    };
    metrics.lines().filter_map(parse).collect()
}

fn count(metrics: &str, name: &str) -> u64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

impl Report {
    /// From the server's counters and the cases.
    pub fn new(
        devices: usize,
        metrics: &str,
        database_bytes: u64,
        batches_acknowledged_per_s: f64,
        cases: Vec<Case>,
        [console, address, curl, query, serve]: [String; 5],
    ) -> Self {
        let readings_admitted = count(metrics, "fieldkeep_readings_admitted_total");
        Self {
            devices,
            readings_admitted,
            batches_admitted: count(metrics, "fieldkeep_batches_admitted_total"),
            quarantined: by_reason(metrics, "fieldkeep_batches_quarantined_total"),
            refused: by_reason(metrics, "fieldkeep_requests_refused_total"),
            database_bytes,
            bytes_per_reading: database_bytes as f64 / readings_admitted.max(1) as f64,
            batches_acknowledged_per_s,
            good: cases.iter().all(|case| case.good),
            cases,
            console,
            address,
            curl,
            query,
            serve,
        }
    }

    /// Whether every case went as it must.
    pub fn good(&self) -> bool {
        self.good
    }

    /// For people.
    pub fn text(&self, goes_on: bool) -> String {
        let mut text = String::from("\n");
        for case in &self.cases {
            let mark = if case.good { "ok  " } else { "BAD " };
            let _ = writeln!(text, "{mark} {:<46} {}", case.case, case.found);
        }
        let list = |counts: &BTreeMap<String, u64>| {
            let each: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
            if each.is_empty() { "none".to_owned() } else { each.join(", ") }
        };
        let rows = [
            ("devices", self.devices.to_string()),
            ("readings admitted", format!("{} in {} batches", self.readings_admitted, self.batches_admitted)),
            ("quarantined by reason", list(&self.quarantined)),
            ("refused by check", list(&self.refused)),
            (
                "bytes per reading on disk",
                format!("{:.1} (the whole database, its log and journal included)", self.bytes_per_reading),
            ),
            (
                "batches acknowledged per s",
                format!("{:.0} (one device, 100 readings each)", self.batches_acknowledged_per_s),
            ),
        ];
        text.push('\n');
        for (name, value) in rows {
            let _ = writeln!(text, "{name:<28} {value}");
        }
        if !goes_on {
            let _ = writeln!(text, "\nthe server has stopped; start it again with\n  {}", self.serve);
        }
        if goes_on {
            let link = &self.console;
            let _ = writeln!(
                text,
                "\nconsole   open this link once, and look at everything as an owner:\n  {link}"
            );
        }
        let _ =
            write!(text, "\naddress   {}\n\ngo on with:\n  {}\n  {}", self.address, self.curl, self.query);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read() {
        let metrics = "# HELP x\nfieldkeep_readings_admitted_total 42\nfieldkeep_requests_refused_total{why=\"token\"} 3\n";
        assert_eq!(count(metrics, "fieldkeep_readings_admitted_total"), 42);
        assert_eq!(
            by_reason(metrics, "fieldkeep_requests_refused_total"),
            BTreeMap::from([("token".into(), 3)])
        );
    }
}
