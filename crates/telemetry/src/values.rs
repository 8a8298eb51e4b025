//! The values of one metric, kept by kind: floats, integers, truth values and texts by dictionary.
//!
//! Never: a conversion between kinds.

use crate::Corrupt;
use crate::bytes::{Reader, put_block, put_varint};
use crate::column::{put_bits, put_column, read_bits, read_column};
use fieldkeep_domain::limits::TEXT_BYTES_MAX;
use fieldkeep_domain::telemetry::Value;
use std::collections::HashMap;

const FLOAT: u8 = 0;
const INT: u8 = 1;
const BOOL: u8 = 2;
const TEXT: u8 = 3;
const MIXED: u8 = 4;

/// A column of values; one kind as a rule, any mixture if need be.
#[derive(Debug, Default)]
pub struct Values {
    len: usize,
    floats: Vec<f64>,
    ints: Vec<i64>,
    bools: Vec<bool>,
    texts: Vec<u32>,
    dictionary: Vec<Box<str>>,
    /// Where a text stands in the dictionary; only filled while building.
    known: HashMap<Box<str>, u32>,
    /// (kind, place among its kind) of each value; empty while all are of one kind.
    slots: Vec<(u8, u32)>,
}

/// The kind byte of a value.
fn kind_of(value: &Value) -> u8 {
    match value {
        Value::Float(_) => FLOAT,
        Value::Int(_) => INT,
        Value::Bool(_) => BOOL,
        Value::Text(_) => TEXT,
    }
}

impl Values {
    /// Appends a value.
    pub fn push(&mut self, value: &Value) {
        let kind = kind_of(value);
        if self.slots.is_empty() && self.len > 0 && self.uniform() != kind {
            let before = self.uniform();
            self.slots = (0..self.len).map(|at| (before, at as u32)).collect();
        }
        let place = match value {
            Value::Float(number) => {
                self.floats.push(*number);
                self.floats.len()
            }
            Value::Int(number) => {
                self.ints.push(*number);
                self.ints.len()
            }
            Value::Bool(state) => {
                self.bools.push(*state);
                self.bools.len()
            }
            Value::Text(text) => {
                let id = self.intern(text);
                self.texts.push(id);
                self.texts.len()
            }
        };
        if !self.slots.is_empty() {
            self.slots.push((kind, place as u32 - 1));
        }
        self.len += 1;
    }

    fn intern(&mut self, text: &str) -> u32 {
        if let Some(id) = self.known.get(text) {
            return *id;
        }
        let id = self.dictionary.len() as u32;
        self.dictionary.push(text.into());
        self.known.insert(text.into(), id);
        id
    }

    /// The kind of all values while there is only one.
    fn uniform(&self) -> u8 {
        if !self.floats.is_empty() {
            FLOAT
        } else if !self.ints.is_empty() {
            INT
        } else if !self.bools.is_empty() {
            BOOL
        } else {
            TEXT
        }
    }

    fn slot(&self, at: usize) -> (u8, usize) {
        match self.slots.get(at) {
            Some((kind, place)) => (*kind, *place as usize),
            None => (self.uniform(), at),
        }
    }

    /// The value at a place that exists.
    pub fn get(&self, at: usize) -> Value {
        match self.slot(at) {
            (FLOAT, place) => Value::Float(self.floats[place]),
            (INT, place) => Value::Int(self.ints[place]),
            (BOOL, place) => Value::Bool(self.bools[place]),
            (_, place) => Value::Text(self.dictionary[self.texts[place] as usize].clone()),
        }
    }

    /// The number at a place that exists, as [`Value::as_number`] has it.
    pub fn number(&self, at: usize) -> Option<f64> {
        match self.slot(at) {
            (FLOAT, place) => Some(self.floats[place]),
            (INT, place) => Some(self.ints[place] as f64),
            (BOOL, place) => Some(f64::from(u8::from(self.bools[place]))),
            _ => None,
        }
    }

    /// Appends the coded column; its length is told elsewhere.
    pub fn put(&self, out: &mut Vec<u8>) {
        if self.slots.is_empty() {
            out.push(self.uniform());
        } else {
            out.push(MIXED);
            out.extend(self.slots.iter().map(|(kind, _)| *kind));
        }
        put_column(out, &self.floats);
        put_column(out, &self.ints);
        put_bits(out, &self.bools);
        if !self.texts.is_empty() {
            put_varint(out, self.dictionary.len() as u64);
            self.dictionary.iter().for_each(|text| put_block(out, text.as_bytes()));
            self.texts.iter().for_each(|id| put_varint(out, u64::from(*id)));
        }
    }

    /// Reads a column of `len` values, which the caller has bounded.
    pub fn read(reader: &mut Reader<'_>, len: usize) -> Result<Self, Corrupt> {
        let mut counts = [0usize; 4];
        let mut slots = Vec::new();
        match reader.byte()? {
            MIXED => {
                for kind in reader.take(len)? {
                    let count = counts.get_mut(usize::from(*kind)).ok_or(Corrupt::Invalid("kind"))?;
                    slots.push((*kind, *count as u32));
                    *count += 1;
                }
            }
            kind => *counts.get_mut(usize::from(kind)).ok_or(Corrupt::Invalid("kind"))? = len,
        }
        let floats = read_column(reader, counts[0])?;
        let ints = read_column(reader, counts[1])?;
        let bools = read_bits(reader, counts[2])?;
        let (dictionary, texts) = read_texts(reader, counts[3])?;
        Ok(Self { len, floats, ints, bools, texts, dictionary, known: HashMap::new(), slots })
    }
}

fn read_texts(reader: &mut Reader<'_>, count: usize) -> Result<(Vec<Box<str>>, Vec<u32>), Corrupt> {
    if count == 0 {
        return Ok((Vec::new(), Vec::new()));
    }
    let entries = reader.items(count, "texts")?;
    let mut dictionary = Vec::new();
    for _ in 0..entries {
        let text = reader.text(TEXT_BYTES_MAX, "text")?;
        Value::text(text).map_err(|_| Corrupt::Invalid("text"))?;
        dictionary.push(text.into());
    }
    if count > reader.left() {
        return Err(Corrupt::Truncated);
    }
    let id = |_| match reader.varint()? {
        id if id < entries as u64 => Ok(id as u32),
        _ => Err(Corrupt::Invalid("text")),
    };
    Ok((dictionary, (0..count).map(id).collect::<Result<_, _>>()?))
}

/// Appends a single value.
pub fn put_value(out: &mut Vec<u8>, value: &Value) {
    let mut one = Values::default();
    one.push(value);
    one.put(out);
}

/// Reads what [`put_value`] wrote.
pub fn read_value(reader: &mut Reader<'_>) -> Result<Value, Corrupt> {
    Values::read(reader, 1).map(|one| one.get(0))
}

/// An upper bound of the bytes that a value takes, coded and with its time; texts as if each were new.
pub fn value_bytes_max(value: &Value) -> usize {
    const NUMBER: usize = 10;
    const TIME: usize = 8;
    const KIND: usize = 1;
    let text = if let Value::Text(text) = value { text.len() + 4 } else { 0 };
    NUMBER + TIME + KIND + text
}
