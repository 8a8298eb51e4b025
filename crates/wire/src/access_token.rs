//! The payload of a program's access token: a CWT (RFC 8392) that stands for its key for a few minutes
//! (docs/formats/access-token.cddl).

use crate::Malformed;
use crate::cbor::{Reader, Writer};
use crate::token::seconds;
use fieldkeep_domain::access::Action;
use fieldkeep_domain::{KeyId, Timestamp};

/// Binds token signatures to their purpose.
pub const AAD: &[u8] = b"fieldkeep/access/1";
/// Bytes of a whole token; more is refused before it is read.
pub const BYTES_MAX: usize = 1_024;
const SCOPE_BYTES_MAX: usize = 800;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The key that it stands for.
    pub key: KeyId,
    /// Since when.
    pub issued_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Narrowed to these actions; none: not narrowed.
    pub only: Option<Vec<Action>>,
}

/// The claims as a CWT payload.
pub fn encode(claims: &AccessClaims) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(if claims.only.is_some() { 4 } else { 3 });
    writer.int(4).uint(claims.expires_at.as_secs().unsigned_abs());
    writer.int(6).uint(claims.issued_at.as_secs().unsigned_abs());
    writer.int(7).bytes(claims.key.as_bytes());
    if let Some(only) = &claims.only {
        let names: Vec<&str> = only.iter().map(|action| action.name()).collect();
        writer.int(9).text(&names.join(" "));
    }
    writer.finish()
}

/// Reads the claims of a CWT payload; whether they hold is judged elsewhere.
pub fn decode(payload: &[u8]) -> Result<AccessClaims, Malformed> {
    let mut reader = Reader::new(payload);
    let expected = |expected| Malformed::Expected { at: 0, expected };
    let claims = reader.map(4)?;
    if !(3..=4).contains(&claims) {
        return Err(expected("three or four claims"));
    }
    reader.key(4)?;
    let expires_at = seconds(&mut reader)?;
    reader.key(6)?;
    let issued_at = seconds(&mut reader)?;
    reader.key(7)?;
    let key = KeyId::from_slice(&reader.array_of::<16>()?).map_err(|_| expected("key id"))?;
    let mut only = None;
    if claims == 4 {
        reader.key(9)?;
        let text = reader.text(SCOPE_BYTES_MAX)?;
        let actions = text.split(' ').map(|name| Action::parse(name).ok_or(expected("actions")));
        only = Some(actions.collect::<Result<Vec<_>, _>>()?);
    }
    reader.end()?;
    Ok(AccessClaims { key, issued_at, expires_at, only })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn claims_round_trip(
            key in any::<[u8; 16]>(),
            seconds in 0i64..4_000_000_000,
            only in proptest::option::of(proptest::sample::subsequence(Action::ALL.to_vec(), 1..8)),
        ) {
            let claims = AccessClaims {
                key: KeyId::from_random(key),
                issued_at: Timestamp::from_secs(seconds),
                expires_at: Timestamp::from_secs(seconds + 600),
                only,
            };
            prop_assert_eq!(decode(&encode(&claims)).unwrap(), claims);
        }

        #[test]
        fn noise_is_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
