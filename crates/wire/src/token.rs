//! The payload of a device's access token: a CWT (RFC 8392) bound to its certificate (docs/formats/token.cddl).

use crate::Malformed;
use crate::cbor::{Reader, Writer};
use fieldkeep_domain::identity::TokenClaims;
use fieldkeep_domain::{DeviceId, Hash, KeyId, Timestamp};

/// Binds token signatures to their purpose.
pub const AAD: &[u8] = b"fieldkeep/token/1";
/// Bytes of a whole token; more is refused before it is read.
pub const BYTES_MAX: usize = 512;
const THUMBPRINT: &str = "x5t#S256";

/// The claims as a CWT payload.
pub fn encode(claims: &TokenClaims) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(5).int(2).bytes(claims.device.as_bytes());
    writer.int(4).uint(claims.expires_at.as_secs().unsigned_abs());
    writer.int(6).uint(claims.issued_at.as_secs().unsigned_abs());
    writer.int(7).bytes(claims.key.as_bytes());
    writer.int(8).map(1).text(THUMBPRINT).bytes(claims.certificate.as_bytes());
    writer.finish()
}

/// Reads the claims of a CWT payload; whether they hold is judged elsewhere.
pub fn decode(payload: &[u8]) -> Result<TokenClaims, Malformed> {
    let mut reader = Reader::new(payload);
    let expected = |expected| Malformed::Expected { at: 0, expected };
    if reader.map(5)? != 5 {
        return Err(expected("five claims"));
    }
    reader.key(2)?;
    let device = DeviceId::from_slice(&reader.array_of::<16>()?).map_err(|_| expected("device id"))?;
    reader.key(4)?;
    let expires_at = seconds(&mut reader)?;
    reader.key(6)?;
    let issued_at = seconds(&mut reader)?;
    reader.key(7)?;
    let key = KeyId::from_slice(&reader.array_of::<16>()?).map_err(|_| expected("key id"))?;
    reader.key(8)?;
    if reader.map(1)? != 1 || reader.text(THUMBPRINT.len())? != THUMBPRINT {
        return Err(expected("confirmation x5t#S256"));
    }
    let certificate = Hash(reader.array_of()?);
    reader.end()?;
    Ok(TokenClaims { device, key, certificate, issued_at, expires_at })
}

/// Seconds since 1970, as NumericDate.
pub(crate) fn seconds(reader: &mut Reader<'_>) -> Result<Timestamp, Malformed> {
    let at = reader.position();
    let seconds =
        i64::try_from(reader.uint()?).map_err(|_| Malformed::Expected { at, expected: "time in seconds" })?;
    Ok(Timestamp::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn claims_round_trip(device: [u8; 16], key: [u8; 16], certificate: [u8; 32], at in 0..9_000_000_000i64) {
            let claims = TokenClaims {
                device: DeviceId::from_random(device),
                key: KeyId::from_random(key),
                certificate: Hash(certificate),
                issued_at: Timestamp::from_secs(at),
                expires_at: Timestamp::from_secs(at + 600),
            };
            prop_assert_eq!(decode(&encode(&claims)), Ok(claims));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
