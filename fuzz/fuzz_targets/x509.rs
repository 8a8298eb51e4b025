#![no_main]
//! Certificates, signing requests and certs-only messages.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = fieldkeep_trust::x509::request_key(data);
    let _ = fieldkeep_trust::x509::device_name(data);
    let _ = fieldkeep_trust::x509::facts(data);
    let _ = fieldkeep_trust::x509::public_key(data);
    let _ = fieldkeep_trust::pkcs7::certificates(data);
});
