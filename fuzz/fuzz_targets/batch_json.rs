#![no_main]
//! A batch as JSON: what is read freezes to a batch that CBOR reads as well.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let device = fieldkeep_domain::DeviceId::from_random([1; 16]);
    if let Ok((batch, canonical)) = fieldkeep_wire::json::decode(data, device) {
        if let Ok((again, _)) = fieldkeep_wire::batch::decode(&fieldkeep_wire::batch::encode(&canonical)) {
            assert_eq!(format!("{again:?}"), format!("{batch:?}"));
        }
    }
});
