#![no_main]
//! Every small signed message and its payload.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = fieldkeep_wire::cose::decode_sign1(data, 4_096);
    let _ = fieldkeep_wire::cose::decode_key(data);
    let _ = fieldkeep_wire::token::decode(data);
    let _ = fieldkeep_wire::access_token::decode(data);
    let _ = fieldkeep_wire::head::decode(data);
    let _ = fieldkeep_wire::claim::decode_offer(data);
    let _ = fieldkeep_wire::claim::decode_answer(data);
    let _ = fieldkeep_wire::order::decode(data);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = fieldkeep_wire::label::decode(text);
        let _ = fieldkeep_trust::apikey::ApiKey::parse(text, fieldkeep_trust::apikey::Holder::Device);
    }
});
