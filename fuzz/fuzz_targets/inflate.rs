#![no_main]
//! Packed bodies: bounded whatever they unpack to.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    use fieldkeep_wire::inflate::{Coding, inflate};
    for coding in [Coding::Gzip, Coding::Zstd] {
        assert!(inflate(coding, data, 100_000).map_or(true, |plain| plain.len() <= 100_000));
    }
});
