#![no_main]
//! A batch from outside: what is read has exactly one encoding.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok((batch, canonical)) = fieldkeep_wire::batch::decode(data) {
        assert_eq!(fieldkeep_wire::batch::freeze(&batch), canonical);
        assert_eq!(fieldkeep_wire::batch::encode(&canonical), data);
    }
});
