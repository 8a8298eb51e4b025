//! Plain bytes of the blobs: integers of variable length, numbers, names, and a reader that never runs past its end.
//!
//! Never: allocation by a count that was read before it was compared with a limit.

use crate::Corrupt;

/// Powers of ten that short decimals are written with.
const POWERS: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];
const RAW_NUMBER: u8 = 5;
/// Integers up to here are exact in a float.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Appends an unsigned LEB128 integer, 1 to 10 bytes.
pub fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a signed integer, zigzag-coded so that small ones of either sign stay short.
pub fn put_signed(out: &mut Vec<u8>, number: i64) {
    put_varint(out, ((number << 1) ^ (number >> 63)) as u64);
}

/// Appends a count of bytes and the bytes.
pub fn put_block(out: &mut Vec<u8>, block: &[u8]) {
    put_varint(out, block.len() as u64);
    out.extend_from_slice(block);
}

/// Appends a float, bit for bit: as a decimal of up to four places where that is shorter, raw otherwise; ≤ 9 bytes.
pub fn put_number(out: &mut Vec<u8>, number: f64) {
    for (places, power) in POWERS.iter().enumerate() {
        let scaled = (number * power).round();
        // Through an integer, as it will be read: −0.0 loses its sign there and so goes raw.
        let whole = scaled as i64;
        if scaled.abs() < EXACT_MAX && (whole as f64 / power).to_bits() == number.to_bits() {
            let start = out.len();
            out.push(places as u8);
            put_signed(out, whole);
            if out.len() - start <= 9 {
                return;
            }
            out.truncate(start);
        }
    }
    out.push(RAW_NUMBER);
    out.extend_from_slice(&number.to_bits().to_le_bytes());
}

/// Appends `values` as runs of equal ones: (value, how often) until all are told.
pub fn put_runs(out: &mut Vec<u8>, values: impl Iterator<Item = u64>) {
    let mut run: Option<(u64, u64)> = None;
    for value in values {
        match &mut run {
            Some((same, times)) if *same == value => *times += 1,
            _ => {
                if let Some((same, times)) = run.replace((value, 1)) {
                    put_varint(out, same);
                    put_varint(out, times);
                }
            }
        }
    }
    if let Some((same, times)) = run {
        put_varint(out, same);
        put_varint(out, times);
    }
}

/// Reads a slice from front to back.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.0.len()
    }
    /// All bytes that are left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
    /// Nothing may be left.
    pub fn finish(self) -> Result<(), Corrupt> {
        if self.0.is_empty() { Ok(()) } else { Err(Corrupt::Trailing) }
    }
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Corrupt> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(Corrupt::Truncated)?;
        self.0 = tail;
        Ok(head)
    }
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Corrupt> {
        let (head, tail) = self.0.split_first_chunk().ok_or(Corrupt::Truncated)?;
        self.0 = tail;
        Ok(*head)
    }
    pub fn byte(&mut self) -> Result<u8, Corrupt> {
        self.array::<1>().map(|[byte]| byte)
    }
    pub fn varint(&mut self) -> Result<u64, Corrupt> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Corrupt::Invalid("integer"));
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Corrupt::Invalid("integer"))
    }
    pub fn signed(&mut self) -> Result<i64, Corrupt> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }
    /// A count of at most `max` things.
    pub fn count(&mut self, max: usize, what: &'static str) -> Result<usize, Corrupt> {
        let count = self.varint()?;
        if count > max as u64 { Err(Corrupt::TooMany(what)) } else { Ok(count as usize) }
    }
    /// A count of things that take at least one byte each, so that the bytes left bound it too.
    pub fn items(&mut self, max: usize, what: &'static str) -> Result<usize, Corrupt> {
        let count = self.count(max, what)?;
        if count > self.left() { Err(Corrupt::Truncated) } else { Ok(count) }
    }
    pub fn block(&mut self) -> Result<&'a [u8], Corrupt> {
        let size = self.items(usize::MAX, "bytes")?;
        self.take(size)
    }
    /// A short text of at most `max` bytes.
    pub fn text(&mut self, max: usize, what: &'static str) -> Result<&'a str, Corrupt> {
        let size = self.count(max, what)?;
        std::str::from_utf8(self.take(size)?).map_err(|_| Corrupt::Invalid(what))
    }
    /// What [`put_number`] wrote; always finite.
    pub fn number(&mut self) -> Result<f64, Corrupt> {
        let places = self.byte()?;
        let number = match POWERS.get(usize::from(places)) {
            Some(power) => self.signed()? as f64 / power,
            None if places == RAW_NUMBER => f64::from_bits(u64::from_le_bytes(self.array()?)),
            None => return Err(Corrupt::Invalid("number")),
        };
        if number.is_finite() { Ok(number) } else { Err(Corrupt::Invalid("number")) }
    }
    /// What [`put_runs`] wrote: exactly `count` values, which the caller has bounded.
    pub fn runs(&mut self, count: usize, what: &'static str) -> Result<Vec<u64>, Corrupt> {
        let mut values = Vec::new();
        while values.len() < count {
            let value = self.varint()?;
            let times = self.count(count - values.len(), what)?;
            if times == 0 {
                return Err(Corrupt::Invalid(what));
            }
            values.resize(values.len() + times, value);
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_round_trip_at_their_edges() {
        for number in [0, 1, -1, 63, 64, -64, -65, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            put_signed(&mut out, number);
            assert_eq!(Reader::new(&out).signed(), Ok(number));
        }
        assert!(Reader::new(&[0xff; 10]).varint().is_err());
        assert!(Reader::new(&[0xff; 11]).varint().is_err());
        assert_eq!(Reader::new(&[0x80]).varint(), Err(Corrupt::Truncated));
    }

    #[test]
    fn numbers_round_trip_bit_for_bit() {
        for number in [
            0.0,
            -0.0,
            0.1,
            -21.37,
            1e300,
            f64::MIN_POSITIVE,
            f64::MAX,
            f64::MIN,
            5e-324,
            1e15,
            1234.5678,
            0.1 + 0.2,
        ] {
            let mut out = Vec::new();
            put_number(&mut out, number);
            assert!(out.len() <= 9);
            assert_eq!(Reader::new(&out).number().map(f64::to_bits), Ok(number.to_bits()));
        }
    }

    #[test]
    fn runs_never_outgrow_their_count() {
        let mut out = Vec::new();
        put_runs(&mut out, [7, 7, 7, 1].into_iter());
        assert_eq!(Reader::new(&out).runs(4, "x"), Ok(vec![7, 7, 7, 1]));
        assert_eq!(Reader::new(&out).runs(2, "x"), Err(Corrupt::TooMany("x")));
        assert_eq!(Reader::new(&out).runs(5, "x"), Err(Corrupt::Truncated));
        assert_eq!(Reader::new(&[7, 0]).runs(1, "x"), Err(Corrupt::Invalid("x")));
    }
}
