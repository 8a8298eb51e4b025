//! Keys of devices and programs, sessions and one-time links: `fk_dev_<id>_<secret>_<crc>`, stored only as an HMAC
//! under a versioned pepper.
//!
//! Not a password hash: 256 random bits leave nothing to guess, and a slow hash would only be a lever for floods.

use crate::hash::{equal, hmac_sha256};
use crate::secret::Secret;
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use fieldkeep_domain::{Hash, KeyId};

/// Who may hold a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A device; shown only at `POST /v1/token`.
    Device,
    /// A program, by a service account.
    Service,
    /// A person's browser, as a cookie.
    Session,
    /// Whoever was sent a one-time link.
    Link,
}

impl Holder {
    fn prefix(self) -> &'static str {
        match self {
            Self::Device => "fk_dev",
            Self::Service => "fk_svc",
            Self::Session => "fk_ses",
            Self::Link => "fk_link",
        }
    }
}

/// A key as its holder has it. Shown once, never stored.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Finds the stored row.
    pub id: KeyId,
    holder: Holder,
    secret: Secret,
}

/// Text that is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an API key: the text is damaged or cut short")]
pub struct BadKey;

const TEXT_BYTES_MAX: usize = 128;

impl ApiKey {
    /// A new key.
    pub fn generate(holder: Holder) -> Self {
        Self { id: KeyId::from_random(crate::random()), holder, secret: Secret::random::<32>() }
    }

    /// The text to hand over, once.
    pub fn expose(&self) -> Secret {
        let lower = |bytes: &[u8]| BASE32_NOPAD.encode(bytes).to_ascii_lowercase();
        let body =
            format!("{}_{}_{}", self.holder.prefix(), lower(self.id.as_bytes()), lower(self.secret.expose()));
        let crc = crc32fast::hash(body.as_bytes());
        Secret::new(format!("{body}_{}", HEXLOWER.encode(&crc.to_be_bytes())).into_bytes())
    }

    /// Reads a key. The checksum turns a typing error into an error of its own.
    pub fn parse(text: &str, holder: Holder) -> Result<Self, BadKey> {
        if text.len() > TEXT_BYTES_MAX || !text.is_ascii() {
            return Err(BadKey);
        }
        let (body, crc) = text.rsplit_once('_').ok_or(BadKey)?;
        if HEXLOWER.decode(crc.as_bytes()) != Ok(crc32fast::hash(body.as_bytes()).to_be_bytes().to_vec()) {
            return Err(BadKey);
        }
        let rest =
            body.strip_prefix(holder.prefix()).and_then(|rest| rest.strip_prefix('_')).ok_or(BadKey)?;
        let (id, secret) = rest.split_once('_').ok_or(BadKey)?;
        let decode =
            |part: &str| BASE32_NOPAD.decode(part.to_ascii_uppercase().as_bytes()).map_err(|_| BadKey);
        let id = KeyId::from_slice(&decode(id)?).map_err(|_| BadKey)?;
        let secret = Secret::new(decode(secret)?);
        if secret.expose().len() == 32 { Ok(Self { id, holder, secret }) } else { Err(BadKey) }
    }

    /// What is stored.
    pub fn verifier(&self, pepper: &Secret) -> Hash {
        hmac_sha256(
            pepper.expose(),
            &[self.holder.prefix().as_bytes(), self.id.as_bytes(), self.secret.expose()],
        )
    }

    /// Whether this is the key that a stored verifier was made from; in constant time.
    pub fn matches(&self, pepper: &Secret, stored: &[u8]) -> bool {
        equal(self.verifier(pepper).as_bytes(), stored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(key: &ApiKey) -> String {
        String::from_utf8(key.expose().expose().to_vec()).unwrap()
    }

    #[test]
    fn keys_round_trip_and_match_their_verifier() {
        let (pepper, other) = (Secret::random::<32>(), Secret::random::<32>());
        let key = ApiKey::generate(Holder::Device);
        let again = ApiKey::parse(&text(&key), Holder::Device).unwrap();
        assert_eq!(again.id, key.id);
        assert!(again.matches(&pepper, key.verifier(&pepper).as_bytes()));
        assert!(!again.matches(&other, key.verifier(&pepper).as_bytes()));
        assert!(!ApiKey::generate(Holder::Device).matches(&pepper, key.verifier(&pepper).as_bytes()));
        assert!(ApiKey::parse(&text(&key), Holder::Service).is_err());
        assert!(!format!("{key:?}").contains(&text(&key)[34..60]));
    }

    proptest! {
        #[test]
        fn damaged_keys_are_refused(at in 0usize..95, to in "[a-z0-9_]") {
            let key = text(&ApiKey::generate(Holder::Service));
            let mut damaged = key.clone();
            damaged.replace_range(at..=at, &to);
            prop_assert!(damaged == key || ApiKey::parse(&damaged, Holder::Service).is_err());
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = ApiKey::parse(&text, Holder::Device);
        }
    }
}
