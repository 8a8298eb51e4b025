//! A reduced range as bytes: what a chart draws without taking numbers out of text (docs/formats/buckets.md).

/// The media type.
pub const BUCKETS_TYPE: &str = "application/vnd.fieldkeep.buckets";
const MAGIC: &[u8; 4] = b"FKB1";
const HEADER: usize = 24;

/// One column of a chart; empty ones have the count 0 and NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// The smallest.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// How many numbers.
    pub count: u32,
}

impl Column {
    /// Nothing was measured.
    pub const EMPTY: Self = Self { min: f64::NAN, max: f64::NAN, mean: f64::NAN, count: 0 };
}

/// A reduced range.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// Start of the first column, in seconds since 1970.
    pub start_s: f64,
    /// Length of a column in seconds.
    pub step_s: f64,
    /// In time order, without gaps.
    pub columns: Vec<Column>,
}

impl Columns {
    /// The bytes: little-endian, column by column.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER + self.columns.len() * 28);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&(self.columns.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.start_s.to_le_bytes());
        out.extend_from_slice(&self.step_s.to_le_bytes());
        for read in [|one: &Column| one.min, |one: &Column| one.max, |one: &Column| one.mean] {
            self.columns.iter().for_each(|one| out.extend_from_slice(&read(one).to_le_bytes()));
        }
        self.columns.iter().for_each(|one| out.extend_from_slice(&one.count.to_le_bytes()));
        out
    }

    /// Reads the bytes; none: they are not of this form, or not of this length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = bytes.split_at_checked(HEADER)?;
        let (magic, header) = header.split_at_checked(4)?;
        let (count, header) = header.split_at_checked(4)?;
        let n = u32::from_le_bytes(count.try_into().ok()?) as usize;
        if magic != MAGIC || Some(rest.len()) != n.checked_mul(28) {
            return None;
        }
        let float = |bytes: &[u8], at: usize| {
            let part = bytes.get(at * 8..at * 8 + 8)?;
            Some(f64::from_le_bytes(part.try_into().ok()?))
        };
        let counts = rest.get(n * 24..)?;
        let columns = (0..n).map(|at| {
            let count = counts.get(at * 4..at * 4 + 4)?;
            Some(Column {
                min: float(rest, at)?,
                max: float(rest, n + at)?,
                mean: float(rest, 2 * n + at)?,
                count: u32::from_le_bytes(count.try_into().ok()?),
            })
        });
        let columns = columns.collect::<Option<Vec<_>>>()?;
        Some(Self { start_s: float(header, 0)?, step_s: float(header, 1)?, columns })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_back_and_nothing_else_does() {
        let one = Column { min: -1.5, max: 2.0, mean: 0.25, count: 7 };
        let columns = Columns { start_s: 1.5e9, step_s: 60.0, columns: vec![one, Column::EMPTY, one] };
        let bytes = columns.encode();
        assert_eq!(bytes.len(), 24 + 3 * 28);
        let back = Columns::decode(&bytes).unwrap();
        assert_eq!((back.start_s, back.step_s, back.columns[0], back.columns[2]), (1.5e9, 60.0, one, one));
        assert!(back.columns[1].count == 0 && back.columns[1].mean.is_nan());
        for bad in [&bytes[..bytes.len() - 1], &bytes[1..], &[], &[bytes.as_slice(), &[0]].concat()] {
            assert_eq!(Columns::decode(bad), None);
        }
        let mut huge = bytes.clone();
        huge[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(Columns::decode(&huge), None);
    }
}
