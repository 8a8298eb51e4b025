//! What a command says: data on stdout, as JSON for programs or tables and sentences for people; talk on stderr.
//!
//! Never: lets text from outside steer the terminal.

use anyhow::Result;
use serde::Serialize;
use std::fmt;
use std::io::Write;

/// Stdout was closed by its reader, as `head` does: no failure.
#[derive(Debug, thiserror::Error)]
#[error("stdout was closed")]
pub struct Closed;

/// Where answers go.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    json: bool,
}

impl Out {
    /// For programs or for people.
    pub fn new(json: bool) -> Self {
        Self { json }
    }
    /// Whether a program reads.
    pub fn is_json(self) -> bool {
        self.json
    }

    /// The answer: the data for programs, the text for people.
    pub fn show(self, data: &impl Serialize, people: impl FnOnce() -> String) -> Result<()> {
        let text = if self.json { serde_json::to_string_pretty(data)? } else { people() };
        self.raw(text.trim_end_matches('\n'))?;
        self.raw("\n")
    }

    /// A piece of an answer as it is.
    pub fn raw(self, text: &str) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(Closed.into()),
            done => Ok(done?),
        }
    }

    /// Talk, beside the answer.
    pub fn note(self, text: impl fmt::Display) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

/// Text from outside on one line, with what would steer a terminal or turn its text around made visible.
pub fn clean(text: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(steers) {
        return text.to_owned();
    }
    text.chars().map(|c| if steers(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// An error of several lines, as parsers give them, on one.
pub fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    clean(&lines.collect::<Vec<_>>().join(", "))
}

/// Rows under headings, aligned.
#[derive(Debug)]
pub struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty one.
    pub fn new(heads: &[&'static str]) -> Self {
        Self { heads: heads.to_vec(), rows: Vec::new() }
    }
    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.iter().map(|cell| clean(cell)).collect());
    }
    /// A table of all items.
    pub fn of<T, const N: usize>(
        heads: [&'static str; N],
        items: &[T],
        row: impl Fn(&T) -> [String; N],
    ) -> String {
        let mut table = Self::new(&heads);
        for item in items {
            table.row(row(item));
        }
        table.to_string()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return writeln!(f, "none");
        }
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain(self.heads.get(column).map(|head| head.len())).max().unwrap_or(0)
        };
        // Numbers are compared by their last digits.
        let right = |column: usize| {
            let mut cells = self.rows.iter().filter_map(|row| row.get(column)).filter(|cell| *cell != "-");
            cells.clone().next().is_some() && cells.all(|cell| cell.parse::<f64>().is_ok())
        };
        let shape: Vec<(usize, bool)> = (0..self.heads.len()).map(|at| (width(at), right(at))).collect();
        let heads = self.heads.iter().map(|head| (*head).to_owned()).collect();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let cells = row.iter().zip(&shape).map(|(cell, (width, right))| {
                if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            });
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// An instant of the record to the second; readings keep every digit, and so does the data.
pub fn to_second(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, fraction)) if fraction.ends_with('Z') => format!("{seconds}Z"),
        _ => time.to_owned(),
    }
}

/// The same for an instant that may be absent.
pub fn second_or_dash(time: &Option<String>) -> String {
    time.as_deref().map_or_else(|| "-".to_owned(), to_second)
}

/// Names and values, one per line.
pub fn fields(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    pairs.iter().map(|(name, value)| format!("{name:<width$}  {}\n", clean(value))).collect()
}

/// What may be absent.
pub fn or_dash<T: fmt::Display>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_numbers_stand_right() {
        let items = [("cold store", "4.2"), ("é", "-"), ("pv", "1203.25")];
        let text = Table::of(["NAME", "VALUE"], &items, |(a, b)| [(*a).to_owned(), (*b).to_owned()]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            ["NAME          VALUE", "cold store      4.2", "é                 -", "pv          1203.25"]
        );
    }

    #[test]
    fn instants_of_the_record_are_cut_to_the_second() {
        assert_eq!(to_second("2026-11-23T18:05:45.72296724Z"), "2026-11-23T18:05:45Z");
        assert_eq!(to_second("2026-11-23T18:05:45Z"), "2026-11-23T18:05:45Z");
        assert_eq!(second_or_dash(&None), "-");
    }

    #[test]
    fn an_empty_table_says_so() {
        assert_eq!(Table::new(&["ID"]).to_string(), "none\n");
    }

    #[test]
    fn text_from_outside_does_not_steer_the_terminal() {
        let text = Table::of(["NAME"], &["a\u{1b}[2Jb\nc\u{202e}d"], |text| [(*text).to_owned()]);
        assert_eq!(text, "NAME\na\\u{1b}[2Jb\\u{a}c\\u{202e}d\n");
        assert_eq!(fields(&[("n", "x\ry".into())]), "n  x\\u{d}y\n");
        assert_eq!(one_line("bad value\n\n  at `key`\u{7}\n"), "bad value, at `key`\\u{7}");
    }
}
