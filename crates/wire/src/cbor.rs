//! Deterministic CBOR (RFC 8949 §4.2, floats always 64 bit), read and written without choice: one value, one encoding.
//!
//! Libraries accept several encodings of one value; a hash does not. See docs/decisions/2026-11-23-strict-cbor-reader.md.

use crate::Malformed;

const UINT: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;
const FLOAT64: u8 = 0xfb;

/// What stands next in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An unsigned or negative integer.
    Integer,
    /// A byte string.
    Bytes,
    /// A text.
    Text,
    /// An array.
    Array,
    /// A map.
    Map,
    /// true or false.
    Bool,
    /// null.
    Null,
    /// A 64-bit float.
    Float,
    /// Nothing that this profile has.
    Other,
}

/// Reads one message from front to back and refuses every second way to say a thing.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads from the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }
    /// Offset of the next byte.
    pub fn position(&self) -> usize {
        self.at
    }
    /// The bytes from `start` up to here, as they came.
    pub fn since(&self, start: usize) -> &'a [u8] {
        &self.bytes[start..self.at]
    }
    /// Demands that nothing follows.
    pub fn end(self) -> Result<(), Malformed> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(Malformed::Trailing { at: self.at }) }
    }
    /// What stands next, without moving.
    pub fn peek(&self) -> Result<Kind, Malformed> {
        let first = *self.bytes.get(self.at).ok_or(Malformed::Truncated { at: self.at })?;
        Ok(match (first >> 5, first) {
            (UINT | NEGATIVE, _) => Kind::Integer,
            (BYTES, _) => Kind::Bytes,
            (TEXT, _) => Kind::Text,
            (ARRAY, _) => Kind::Array,
            (MAP, _) => Kind::Map,
            (_, FALSE | TRUE) => Kind::Bool,
            (_, NULL) => Kind::Null,
            (_, FLOAT64) => Kind::Float,
            _ => Kind::Other,
        })
    }

    fn expected(&self, expected: &'static str) -> Malformed {
        Malformed::Expected { at: self.at, expected }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or(Malformed::Truncated { at: self.bytes.len() })?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    /// Initial byte and argument, in the shortest form only (RFC 8949 §4.2.1).
    fn head(&mut self, major: u8, expected: &'static str) -> Result<u64, Malformed> {
        let start = self.at;
        let first = *self.bytes.get(start).ok_or(Malformed::Truncated { at: start })?;
        if first >> 5 != major {
            return Err(self.expected(expected));
        }
        self.at += 1;
        let (value, least) = match first & 0x1f {
            small @ 0..=23 => return Ok(u64::from(small)),
            24 => (u64::from(self.take(1)?[0]), 24),
            25 => (self.be(2)?, 1 << 8),
            26 => (self.be(4)?, 1 << 16),
            27 => (self.be(8)?, 1 << 32),
            _ => return Err(Malformed::NotDeterministic { at: start }),
        };
        if value < least { Err(Malformed::NotDeterministic { at: start }) } else { Ok(value) }
    }

    fn be(&mut self, width: usize) -> Result<u64, Malformed> {
        Ok(self.take(width)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// An unsigned integer.
    pub fn uint(&mut self) -> Result<u64, Malformed> {
        self.head(UINT, "unsigned integer")
    }
    /// An integer that fits 64 bits with sign.
    pub fn int(&mut self) -> Result<i64, Malformed> {
        let start = self.at;
        let out_of_range = Malformed::Expected { at: start, expected: "integer of 64 bits" };
        if self.bytes.get(start).is_some_and(|first| first >> 5 == NEGATIVE) {
            let below = i64::try_from(self.head(NEGATIVE, "integer")?).map_err(|_| out_of_range)?;
            return Ok(-1 - below);
        }
        i64::try_from(self.head(UINT, "integer")?).map_err(|_| out_of_range)
    }
    /// A byte string of at most `max` bytes.
    pub fn bytes(&mut self, max: usize) -> Result<&'a [u8], Malformed> {
        let length = self.head(BYTES, "byte string")?;
        self.take(bounded(length, max, "bytes in a byte string")?)
    }
    /// A byte string of exactly `N` bytes.
    pub fn array_of<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let at = self.at;
        let expected = Malformed::Expected { at, expected: "byte string of the right length" };
        self.bytes(N)?.try_into().map_err(|_| expected)
    }
    /// A text of at most `max` bytes.
    pub fn text(&mut self, max: usize) -> Result<&'a str, Malformed> {
        let at = self.at;
        let length = self.head(TEXT, "text")?;
        let bytes = self.take(bounded(length, max, "bytes in a text")?)?;
        std::str::from_utf8(bytes).map_err(|_| Malformed::Expected { at, expected: "UTF-8 text" })
    }
    /// The length of an array of at most `max` items; the items follow.
    pub fn array(&mut self, max: usize) -> Result<usize, Malformed> {
        let length = self.head(ARRAY, "array")?;
        let length = bounded(length, max, "items in an array")?;
        self.at_least(length)?;
        Ok(length)
    }
    /// An array of exactly this many items.
    pub fn exactly(&mut self, items: usize) -> Result<(), Malformed> {
        let at = self.at;
        if self.head(ARRAY, "array")? == items as u64 {
            Ok(())
        } else {
            Err(Malformed::Expected { at, expected: "array of the right length" })
        }
    }
    /// The length of a map of at most `max` pairs; keys and values follow.
    pub fn map(&mut self, max: usize) -> Result<usize, Malformed> {
        let length = self.head(MAP, "map")?;
        bounded(length, max, "pairs in a map")
    }
    /// The next key of a map, which must be this one.
    pub fn key(&mut self, key: i64) -> Result<(), Malformed> {
        let at = self.at;
        if self.int()? == key {
            Ok(())
        } else {
            Err(Malformed::Expected { at, expected: "the next key of the map" })
        }
    }
    /// true or false.
    pub fn bool(&mut self) -> Result<bool, Malformed> {
        match self.bytes.get(self.at) {
            Some(&FALSE) => self.at += 1,
            Some(&TRUE) => {
                self.at += 1;
                return Ok(true);
            }
            _ => return Err(self.expected("true or false")),
        }
        Ok(false)
    }
    /// A float of 64 bits, whatever its value.
    pub fn float(&mut self) -> Result<f64, Malformed> {
        if self.bytes.get(self.at) != Some(&FLOAT64) {
            return Err(self.expected("float of 64 bits"));
        }
        self.at += 1;
        Ok(f64::from_bits(self.be(8)?))
    }
    /// null, or what `read` reads.
    pub fn nullable<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Malformed> {
        if self.bytes.get(self.at) == Some(&NULL) {
            self.at += 1;
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// Every item takes a byte: a count beyond the rest of the input is a lie, refused before anything is reserved.
    fn at_least(&self, items: usize) -> Result<(), Malformed> {
        if items <= self.bytes.len() - self.at {
            Ok(())
        } else {
            Err(Malformed::Truncated { at: self.bytes.len() })
        }
    }
}

fn bounded(length: u64, max: usize, what: &'static str) -> Result<usize, Malformed> {
    match usize::try_from(length) {
        Ok(length) if length <= max => Ok(length),
        _ => Err(Malformed::TooMuch { what, max }),
    }
}

/// Writes the one encoding of each value.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Nothing written yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// The message.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
    fn head(&mut self, major: u8, value: u64) {
        let major = major << 5;
        match value {
            0..=23 => self.0.push(major | value as u8),
            24..=0xff => self.0.extend([major | 24, value as u8]),
            0x100..=0xffff => {
                self.0.push(major | 25);
                self.0.extend((value as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.0.push(major | 26);
                self.0.extend((value as u32).to_be_bytes());
            }
            _ => {
                self.0.push(major | 27);
                self.0.extend(value.to_be_bytes());
            }
        }
    }
    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) -> &mut Self {
        self.head(UINT, value);
        self
    }
    /// A signed integer.
    pub fn int(&mut self, value: i64) -> &mut Self {
        match u64::try_from(value) {
            Ok(value) => self.head(UINT, value),
            Err(_) => self.head(NEGATIVE, !value as u64),
        }
        self
    }
    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.head(BYTES, value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }
    /// A text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.head(TEXT, value.len() as u64);
        self.0.extend_from_slice(value.as_bytes());
        self
    }
    /// The head of an array.
    pub fn array(&mut self, items: usize) -> &mut Self {
        self.head(ARRAY, items as u64);
        self
    }
    /// The head of a map; its keys must follow in the order of their bytes.
    pub fn map(&mut self, pairs: usize) -> &mut Self {
        self.head(MAP, pairs as u64);
        self
    }
    /// true or false.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.0.push(if value { TRUE } else { FALSE });
        self
    }
    /// A float of 64 bits.
    pub fn float(&mut self, value: f64) -> &mut Self {
        self.0.push(FLOAT64);
        self.0.extend(value.to_bits().to_be_bytes());
        self
    }
    /// null.
    pub fn null(&mut self) -> &mut Self {
        self.0.push(NULL);
        self
    }
    /// What was encoded elsewhere, as it is.
    pub fn raw(&mut self, encoded: &[u8]) -> &mut Self {
        self.0.extend_from_slice(encoded);
        self
    }
    /// A byte string or null.
    pub fn bytes_or_null(&mut self, value: Option<&[u8]>) -> &mut Self {
        match value {
            Some(value) => self.bytes(value),
            None => self.null(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ciborium::Value;
    use proptest::prelude::*;

    fn ours(write: impl FnOnce(&mut Writer) -> &mut Writer) -> Vec<u8> {
        let mut writer = Writer::new();
        write(&mut writer);
        writer.finish()
    }

    fn theirs(value: Value) -> Vec<u8> {
        let mut out = Vec::new();
        ciborium::into_writer(&value, &mut out).unwrap();
        out
    }

    proptest! {
        #[test]
        fn agrees_with_another_implementation(n: i64, bytes: Vec<u8>, text: String, u: u64) {
            prop_assert_eq!(ours(|w| w.int(n)), theirs(Value::from(n)));
            prop_assert_eq!(ours(|w| w.uint(u)), theirs(Value::from(u)));
            prop_assert_eq!(ours(|w| w.bytes(&bytes)), theirs(Value::Bytes(bytes.clone())));
            prop_assert_eq!(ours(|w| w.text(&text)), theirs(Value::Text(text.clone())));
            let message = ours(|w| w.int(n).bytes(&bytes).text(&text).uint(u));
            let mut reader = Reader::new(&message);
            prop_assert_eq!(reader.int().unwrap(), n);
            prop_assert_eq!(reader.bytes(usize::MAX).unwrap(), &bytes[..]);
            prop_assert_eq!(reader.text(usize::MAX).unwrap(), &text);
            prop_assert_eq!(reader.uint().unwrap(), u);
            prop_assert!(reader.end().is_ok());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            while reader.peek().is_ok() {
                let start = reader.position();
                let read = match reader.peek().unwrap() {
                    Kind::Integer => reader.int().map(|n| ours(|w| w.int(n))),
                    Kind::Bytes => reader.bytes(99).map(|b| ours(|w| w.bytes(b))),
                    Kind::Text => reader.text(99).map(|t| ours(|w| w.text(t))),
                    Kind::Array => reader.array(99).map(|n| ours(|w| w.array(n))),
                    Kind::Map => reader.map(99).map(|n| ours(|w| w.map(n))),
                    Kind::Bool => reader.bool().map(|b| ours(|w| w.bool(b))),
                    Kind::Null => reader.nullable(|r| r.int()).map(|_| ours(|w| w.null())),
                    Kind::Float => reader.float().map(|f| ours(|w| w.float(f))),
                    Kind::Other => break,
                };
                // What is accepted has exactly one encoding.
                match read {
                    Ok(again) => prop_assert_eq!(&again[..], reader.since(start)),
                    Err(_) => break,
                }
            }
        }
    }

    #[test]
    fn second_encodings_are_refused() {
        for bytes in
            [&[0x18, 23][..], &[0x19, 0, 255], &[0x1a, 0, 0, 255, 255], &[0x1b, 0, 0, 0, 0, 1, 0, 0, 0]]
        {
            assert!(matches!(Reader::new(bytes).uint(), Err(Malformed::NotDeterministic { at: 0 })));
        }
        assert!(Reader::new(&[0x5f, 0x41, 1, 0xff]).bytes(9).is_err(), "indefinite length");
        assert!(Reader::new(&[0xf9, 0, 0]).float().is_err(), "half float");
        assert!(Reader::new(&[0xc1, 0]).int().is_err(), "tag");
        assert!(Reader::new(&[0x3b, 255, 255, 255, 255, 255, 255, 255, 255]).int().is_err(), "below i64");
    }

    #[test]
    fn counts_beyond_the_input_reserve_nothing() {
        assert!(matches!(Reader::new(&[0x9a, 0, 1, 0, 0]).array(1 << 20), Err(Malformed::Truncated { .. })));
        assert!(matches!(Reader::new(&[0x9a, 0, 1, 0, 0]).array(9), Err(Malformed::TooMuch { .. })));
    }
}
