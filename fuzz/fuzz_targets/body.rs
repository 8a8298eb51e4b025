#![no_main]
//! Bodies of the journal and held batches.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = fieldkeep_wire::body::decode(data);
    let _ = fieldkeep_wire::body::decode_held(data);
});
