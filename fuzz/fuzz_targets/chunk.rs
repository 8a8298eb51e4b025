#![no_main]
//! Chunks, summaries and batch indexes.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = fieldkeep_telemetry::Chunk::decode(data);
    let _ = fieldkeep_telemetry::Summary::decode(data);
    let _ = fieldkeep_telemetry::BatchIndex::decode(data);
});
