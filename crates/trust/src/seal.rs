//! AES-256-GCM seals. Each has a key of its own (HKDF over a random salt), so that no nonce can ever repeat, whatever
//! crashes; what it belongs to is authenticated with it, so that no sealed row can stand in for another.

use crate::TrustError;
use crate::secret::Secret;
use aws_lc_rs::{aead, hkdf};
use fieldkeep_domain::{OrganizationId, ProjectId, RowId};

const VERSION: u8 = 1;
const SALT_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
/// What a seal adds: version, salt and tag.
pub const OVERHEAD_BYTES: usize = 1 + SALT_BYTES + TAG_BYTES;

/// The key of an organization, a project or the deployment; seals rows, never used as a cipher key itself.
#[derive(Clone, Debug)]
pub struct SealKey(Secret);

/// What a row is for: two rows of one project with different purposes never open as each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Bodies of a journal group.
    Body = 1,
    /// A quarantined batch.
    Quarantine = 2,
    /// A chunk's readings.
    Chunk = 3,
    /// A chunk's summary.
    Summary = 4,
    /// A chunk's batch index.
    BatchIndex = 5,
    /// Settings of a project: metric declarations.
    Settings = 6,
    /// An act.
    Act = 7,
    /// Names of organizations, projects, sites and keys.
    Name = 8,
    /// A key inside the keyring.
    Keyring = 9,
    /// A voucher, a certificate, a serial number in the registry.
    Registry = 10,
    /// A batch waiting in a device's spool.
    Spool = 11,
    /// A person: name, addresses, secrets of factors.
    Person = 20,
    /// A one-time link, a session, a sign-in.
    Session = 21,
    /// A flow that a browser carries between two requests.
    Flow = 22,
    /// Roles, guard rails, sign-in rules, identity providers of an organization.
    Policy = 23,
    /// An act that waits for a second person.
    Approval = 24,
    /// Where a key was last used from.
    Use = 25,
    /// A message in the outbox, with its recipient.
    Letter = 26,
    /// What stays of a message once it is sent: the recipient, masked, and how the tries went.
    LetterNote = 27,
    /// A webhook's name, address and signing secret.
    Webhook = 28,
    /// What a browser keeps of who has signed in from it.
    Browser = 29,
    /// A dashboard and its versions.
    Dashboard = 30,
    /// Work on many devices: what, why, from where, and how each went.
    Work = 31,
}

/// Where a sealed row belongs. Authenticated, never stored with it: the reader has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    owner: [u8; 16],
    purpose: Purpose,
    row: [u8; 16],
}

impl Binding {
    /// A row of a project.
    pub fn project(project: ProjectId, purpose: Purpose, row: RowId) -> Self {
        Self { owner: *project.as_bytes(), purpose, row: *row.as_bytes() }
    }
    /// A row of an organization.
    pub fn organization(organization: OrganizationId, purpose: Purpose, row: RowId) -> Self {
        Self { owner: *organization.as_bytes(), purpose, row: *row.as_bytes() }
    }
    /// A row of the deployment, or of a device's own spool.
    pub fn deployment(purpose: Purpose, row: [u8; 16]) -> Self {
        Self { owner: [0; 16], purpose, row }
    }
    fn aad(&self) -> [u8; 33] {
        let mut aad = [0; 33];
        aad[..16].copy_from_slice(&self.owner);
        aad[16] = self.purpose as u8;
        aad[17..].copy_from_slice(&self.row);
        aad
    }
}

/// A seal that does not open: other key, other place, or changed bytes. Which of them cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed {0:?} row does not open: it was changed, moved from elsewhere, or its key is not this one")]
pub struct Broken(pub Purpose);

struct KeyBytes;
impl hkdf::KeyType for KeyBytes {
    fn len(&self) -> usize {
        32
    }
}

impl SealKey {
    /// A new random key.
    pub fn generate() -> Self {
        Self(Secret::random::<32>())
    }
    /// A key read from the keyring.
    pub fn from_secret(secret: Secret) -> Result<Self, TrustError> {
        if secret.expose().len() == 32 { Ok(Self(secret)) } else { Err(TrustError::Key("a sealing key")) }
    }
    /// The bytes, to be wrapped.
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    fn row_key(&self, salt: &[u8]) -> Result<aead::LessSafeKey, TrustError> {
        let failed = |_| TrustError::Crypto("derive a row key");
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
            .extract(self.0.expose())
            .expand(&[b"fieldkeep/seal/1"], KeyBytes)
            .and_then(|okm| okm.fill(&mut bytes[..]))
            .map_err(failed)?;
        aead::UnboundKey::new(&aead::AES_256_GCM, &bytes[..]).map(aead::LessSafeKey::new).map_err(failed)
    }

    /// Seals: version ‖ salt ‖ ciphertext ‖ tag.
    pub fn seal(&self, binding: &Binding, plaintext: &[u8]) -> Result<Vec<u8>, TrustError> {
        let salt = crate::random::<SALT_BYTES>();
        let key = self.row_key(&salt)?;
        let mut out = Vec::with_capacity(plaintext.len() + OVERHEAD_BYTES);
        out.push(VERSION);
        out.extend_from_slice(&salt);
        let start = out.len();
        out.extend_from_slice(plaintext);
        let tag = key
            .seal_in_place_separate_tag(nonce(), aead::Aad::from(binding.aad()), &mut out[start..])
            .map_err(|_| TrustError::Crypto("seal"))?;
        out.extend_from_slice(tag.as_ref());
        Ok(out)
    }

    /// Opens what [`Self::seal`] gave for the same binding.
    pub fn open(&self, binding: &Binding, sealed: &[u8]) -> Result<Vec<u8>, Broken> {
        let broken = Broken(binding.purpose);
        let (version, rest) = sealed.split_first().ok_or(broken)?;
        if *version != VERSION || rest.len() < SALT_BYTES + TAG_BYTES {
            return Err(broken);
        }
        let (salt, body) = rest.split_at(SALT_BYTES);
        let mut body = body.to_vec();
        let key = self.row_key(salt).map_err(|_| broken)?;
        let length =
            key.open_in_place(nonce(), aead::Aad::from(binding.aad()), &mut body).map_err(|_| broken)?.len();
        body.truncate(length);
        Ok(body)
    }
}

/// One key seals one message: the nonce has nothing to tell apart.
fn nonce() -> aead::Nonce {
    aead::Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(project: u8, purpose: Purpose, row: u8) -> Binding {
        Binding::project(ProjectId::from_random([project; 16]), purpose, RowId::from_random([row; 16]))
    }

    #[test]
    fn a_seal_opens_only_where_it_belongs() {
        let key = SealKey::generate();
        let here = place(1, Purpose::Body, 1);
        let sealed = key.seal(&here, b"4.2 Cel").unwrap();
        assert_eq!(sealed.len(), 7 + OVERHEAD_BYTES);
        assert_eq!(key.open(&here, &sealed).unwrap(), b"4.2 Cel");
        for elsewhere in [place(2, Purpose::Body, 1), place(1, Purpose::Chunk, 1), place(1, Purpose::Body, 2)]
        {
            assert!(key.open(&elsewhere, &sealed).is_err());
        }
        assert!(SealKey::generate().open(&here, &sealed).is_err());
    }

    #[test]
    fn every_changed_bit_breaks_it() {
        let key = SealKey::generate();
        let here = place(1, Purpose::Body, 1);
        let sealed = key.seal(&here, b"x").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(key.open(&here, &changed).is_err(), "bit {bit}");
        }
        for cut in 0..sealed.len() {
            assert!(key.open(&here, &sealed[..cut]).is_err());
        }
    }

    #[test]
    fn one_row_sealed_twice_shares_nothing() {
        let key = SealKey::generate();
        let here = place(1, Purpose::Body, 1);
        let salts: std::collections::HashSet<Vec<u8>> =
            (0..1_000).map(|_| key.seal(&here, b"").unwrap()[1..=SALT_BYTES].to_vec()).collect();
        assert_eq!(salts.len(), 1_000);
    }
}
