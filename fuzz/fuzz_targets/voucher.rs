#![no_main]
//! An ownership voucher, and the verdict on its chain.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(voucher) = fieldkeep_wire::voucher::decode(data) {
        assert_eq!(fieldkeep_wire::voucher::encode(&voucher), data);
        let key = voucher.header.maker_key;
        let now = fieldkeep_domain::Timestamp(0);
        let _ = fieldkeep_trust::voucher::verify_chain(&voucher, &key, fieldkeep_wire::voucher::ENTRY_AAD, now);
    }
});
