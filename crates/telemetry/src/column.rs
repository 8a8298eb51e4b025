//! Columns of numbers: constant, plain, or coded by `pco`. Every float comes back bit for bit.
//!
//! Each coded column is decoded once more while it is written: what does not come back exactly is written plainly.
//! Never: a mode of `pco` that this crate does not write; their decoders allocate by what the input declares.

use crate::bytes::{Reader, put_number};
use crate::{Corrupt, limits};
use pco::data_types::Number;
use pco::metadata::DeltaEncoding;
use pco::wrapped::{FileCompressor, FileDecompressor};
use pco::{ChunkConfig, DeltaSpec, PagingSpec};

const CONSTANT: u8 = 0;
const PLAIN: u8 = 1;
const PCO: u8 = 2;

/// Level 4 of 12: measured on an hour of readings, the last one that gains more than it costs.
const PCO_LEVEL: usize = 4;
/// Variant of `pco`'s dictionary mode, in the low four bits of its chunk's first byte.
const PCO_MODE_DICT: u8 = 4;

/// A kind of number that columns are made of.
pub trait Item: Number + Copy {
    fn zero() -> Self;
    fn bits(self) -> u64;
    fn put(self, out: &mut Vec<u8>);
    fn read(reader: &mut Reader<'_>) -> Result<Self, Corrupt>;
    /// Whether a device can have sent it.
    fn fits(self) -> bool;
}

impl Item for f64 {
    fn zero() -> Self {
        0.0
    }
    fn bits(self) -> u64 {
        self.to_bits()
    }
    fn put(self, out: &mut Vec<u8>) {
        put_number(out, self);
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Corrupt> {
        reader.number()
    }
    fn fits(self) -> bool {
        self.is_finite()
    }
}

impl Item for i64 {
    fn zero() -> Self {
        0
    }
    fn bits(self) -> u64 {
        self as u64
    }
    fn put(self, out: &mut Vec<u8>) {
        crate::bytes::put_signed(out, self);
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Corrupt> {
        reader.signed()
    }
    fn fits(self) -> bool {
        true
    }
}

/// Appends a column; its length is told elsewhere. At most 10 bytes per item and 10 more.
pub fn put_column<T: Item>(out: &mut Vec<u8>, items: &[T]) {
    let Some((first, others)) = items.split_first() else { return };
    if others.iter().all(|item| item.bits() == first.bits()) {
        out.push(CONSTANT);
        first.put(out);
    } else if let Some(coded) = pco_encode(items).filter(|coded| coded.len() < items.len() * 8) {
        out.push(PCO);
        crate::bytes::put_block(out, &coded);
    } else {
        out.push(PLAIN);
        items.iter().for_each(|item| item.put(out));
    }
}

/// Reads a column of `count` items, which the caller has bounded by [`limits::CHUNK_READINGS_MAX`].
pub fn read_column<T: Item>(reader: &mut Reader<'_>, count: usize) -> Result<Vec<T>, Corrupt> {
    if count == 0 {
        return Ok(Vec::new());
    }
    match reader.byte()? {
        CONSTANT => Ok(vec![T::read(reader)?; count]),
        PLAIN if count > reader.left() => Err(Corrupt::Truncated),
        PLAIN => (0..count).map(|_| T::read(reader)).collect(),
        PCO => {
            let items = pco_decode::<T>(reader.block()?, count)?;
            if items.iter().all(|item| item.fits()) { Ok(items) } else { Err(Corrupt::Invalid("number")) }
        }
        _ => Err(Corrupt::Invalid("column")),
    }
}

fn pco_encode<T: Item>(items: &[T]) -> Option<Vec<u8>> {
    if items.len() < limits::PCO_ITEMS_MIN {
        return None;
    }
    let config = ChunkConfig::default()
        .with_compression_level(PCO_LEVEL)
        .with_paging_spec(PagingSpec::Exact(vec![items.len()]));
    let file = FileCompressor::default();
    let mut chunk = file.chunk_compressor(items, &config).ok()?;
    if !is_delta_read(&chunk.meta().delta_encoding) {
        chunk = file.chunk_compressor(items, &config.with_delta_spec(DeltaSpec::TryConsecutive(1))).ok()?;
    }
    let coded = file.write_header(Vec::new()).ok()?;
    let coded = chunk.write_meta(coded).ok()?;
    let coded = chunk.write_page(0, coded).ok()?;
    let back = pco_decode::<T>(&coded, items.len()).ok()?;
    back.iter().zip(items).all(|(a, b)| a.bits() == b.bits()).then_some(coded)
}

fn pco_decode<T: Item>(coded: &[u8], count: usize) -> Result<Vec<T>, Corrupt> {
    let bad = |_| Corrupt::Codec("column");
    let (file, rest) = FileDecompressor::new(coded).map_err(bad)?;
    if rest.first().is_none_or(|byte| byte & 0x0f == PCO_MODE_DICT) {
        return Err(Corrupt::Codec("column"));
    }
    let (mut chunk, rest) = file.chunk_decompressor::<T, _>(rest).map_err(bad)?;
    if !is_delta_read(&chunk.meta().delta_encoding) {
        return Err(Corrupt::Codec("column"));
    }
    let mut items = vec![T::zero(); count];
    let mut page = chunk.page_decompressor(rest, count).map_err(bad)?;
    let progress = page.read(&mut items).map_err(bad)?;
    if progress.finished && progress.n_processed == count && page.into_src().is_empty() {
        Ok(items)
    } else {
        Err(Corrupt::Codec("column"))
    }
}

fn is_delta_read(delta: &DeltaEncoding) -> bool {
    matches!(delta, DeltaEncoding::NoOp | DeltaEncoding::Consecutive { .. })
}

/// Appends truth values, eight to a byte, the first in the lowest bit.
pub fn put_bits(out: &mut Vec<u8>, bits: &[bool]) {
    let pack =
        |eight: &[bool]| eight.iter().enumerate().fold(0, |byte, (at, bit)| byte | u8::from(*bit) << at);
    out.extend(bits.chunks(8).map(pack));
}

/// Reads `count` truth values.
pub fn read_bits(reader: &mut Reader<'_>, count: usize) -> Result<Vec<bool>, Corrupt> {
    let bytes = reader.take(count.div_ceil(8))?;
    Ok((0..count).map(|at| bytes[at / 8] >> (at % 8) & 1 == 1).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip<T: Item>(items: &[T]) {
        let mut out = Vec::new();
        put_column(&mut out, items);
        assert!(out.len() <= items.len() * 10 + 10);
        let mut reader = Reader::new(&out);
        let back = read_column::<T>(&mut reader, items.len()).expect("column");
        assert!(back.iter().zip(items).all(|(a, b)| a.bits() == b.bits()));
        reader.finish().expect("end");
    }

    proptest! {
        #[test]
        fn any_finite_bits_round_trip(bits in prop::collection::vec(any::<u64>(), 0..700)) {
            let items: Vec<f64> = bits.into_iter().map(f64::from_bits).filter(|item| item.is_finite()).collect();
            round_trip(&items);
        }
        #[test]
        fn any_integers_round_trip(items in prop::collection::vec(any::<i64>(), 0..700)) {
            round_trip(&items);
        }
        #[test]
        fn decimals_with_both_zeros_round_trip(
            parts in prop::collection::vec((-3_000i32..3_000, any::<bool>()), 0..700), places in 0i32..5,
        ) {
            let scale = 10f64.powi(places);
            let items: Vec<f64> =
                parts.into_iter().map(|(n, zero)| if zero { -0.0 } else { f64::from(n) / scale }).collect();
            round_trip(&items);
        }
        #[test]
        fn bits_round_trip(bits in prop::collection::vec(any::<bool>(), 0..100)) {
            let mut out = Vec::new();
            put_bits(&mut out, &bits);
            prop_assert_eq!(read_bits(&mut Reader::new(&out), bits.len()), Ok(bits));
        }
        #[test]
        fn hostile_columns_never_panic(
            bits in prop::collection::vec(-500i64..500, 24..600), at in any::<prop::sample::Index>(),
            new in any::<u8>(), cut in any::<prop::sample::Index>(), count in 1usize..2_000,
        ) {
            let floats: Vec<f64> = bits.iter().map(|n| *n as f64 / 100.0).collect();
            let mut out = Vec::new();
            put_column(&mut out, &floats);
            let at = at.index(out.len());
            out[at] = new;
            let _ = read_column::<f64>(&mut Reader::new(&out), count);
            let _ = read_column::<i64>(&mut Reader::new(&out), count);
            let _ = read_column::<f64>(&mut Reader::new(&out[..cut.index(out.len())]), bits.len());
        }
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), count in 1usize..2_000) {
            let _ = pco_decode::<f64>(&bytes, count);
            let mut led = vec![4, 1];
            led.extend(bytes);
            let _ = pco_decode::<f64>(&led, count);
            let _ = pco_decode::<i64>(&led, count);
        }
    }

    #[test]
    fn extremes_round_trip() {
        round_trip(&[i64::MIN, i64::MAX].repeat(50));
        round_trip(&[f64::MIN, f64::MAX, -0.0, 0.0, 5e-324].repeat(50));
        round_trip(&[-0.0; 40]);
        round_trip(&[0.0, -0.0]);
        round_trip(&(0..5_000).map(|n| f64::from(n % 360).sin()).collect::<Vec<_>>());
    }
}
