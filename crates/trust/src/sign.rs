//! ES256 signatures over COSE_Sign1 (RFC 9052 §4.4), and the private keys behind them.

use crate::TrustError;
use crate::secret::Secret;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, KeyPair};
use coset::{CborSerializable, ProtectedHeader, SignatureContext, iana};
use fieldkeep_domain::Signed;
use fieldkeep_domain::signed::PublicKey;
use std::sync::Arc;

/// A P-256 private key. Today it is a file or a keyring entry; a token or a KMS takes the same place later.
#[derive(Clone)]
pub struct SigningKey {
    pair: Arc<EcdsaKeyPair>,
    pkcs8: Secret,
    public: PublicKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({:?}, private part hidden)", self.public)
    }
}

/// A signature that does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

impl SigningKey {
    /// A new random key.
    pub fn generate() -> Result<Self, TrustError> {
        let document =
            EcdsaKeyPair::generate_pkcs8(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(|_| TrustError::Crypto("generate a key"))?;
        Self::from_pkcs8(&Secret::new(document.as_ref().to_vec()))
    }

    /// Reads PKCS#8 (RFC 5958) in DER.
    pub fn from_pkcs8(pkcs8: &Secret) -> Result<Self, TrustError> {
        let unusable = TrustError::Key("the key");
        let Ok(pair) = EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.expose())
        else {
            return Err(unusable);
        };
        let public = PublicKey::from_slice(pair.public_key().as_ref()).ok_or(unusable)?;
        Ok(Self { pair: Arc::new(pair), pkcs8: pkcs8.clone(), public })
    }

    /// Reads a PEM `PRIVATE KEY` block.
    pub fn from_pem(pem: &str) -> Result<Self, TrustError> {
        use rustls_pki_types::pem::PemObject;
        let der = rustls_pki_types::PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| TrustError::Key("the PEM file"))?;
        Self::from_pkcs8(&Secret::new(der.secret_pkcs8_der().to_vec()))
    }

    /// As a PEM `PRIVATE KEY` block.
    pub fn to_pem(&self) -> Secret {
        let base64 = zeroize::Zeroizing::new(data_encoding::BASE64.encode(self.pkcs8.expose()));
        let lines: Vec<&str> =
            base64.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let body = lines.join("\n");
        Secret::new(format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n").into_bytes())
    }

    /// PKCS#8 in DER, to be stored sealed.
    pub fn pkcs8(&self) -> &Secret {
        &self.pkcs8
    }
    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Signs a payload for one purpose.
    pub fn sign(&self, aad: &[u8], payload: Vec<u8>) -> Result<Signed, TrustError> {
        let header = coset::HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build();
        let protected = header.to_vec().map_err(|_| TrustError::Crypto("encode a header"))?;
        let message = to_be_signed(&protected, aad, &payload).ok_or(TrustError::Crypto("encode a header"))?;
        let signature = self
            .pair
            .sign(&SystemRandom::new(), &message)
            .map_err(|_| TrustError::Crypto("sign"))?
            .as_ref()
            .to_vec();
        Ok(Signed { protected, payload, signature })
    }

    /// An ECDSA signature in DER, as certificates carry it.
    fn sign_der(&self, message: &[u8]) -> Result<Vec<u8>, TrustError> {
        let fixed = self.pair.sign(&SystemRandom::new(), message).map_err(|_| TrustError::Crypto("sign"))?;
        Ok(fixed_to_der(fixed.as_ref()))
    }
}

impl rcgen::PublicKeyData for SigningKey {
    fn der_bytes(&self) -> &[u8] {
        self.public.as_bytes()
    }
    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for SigningKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.sign_der(message).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

/// r ‖ s as SEQUENCE { INTEGER r, INTEGER s } (RFC 3279 §2.2.3).
fn fixed_to_der(fixed: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(72);
    for half in fixed.chunks(fixed.len() / 2) {
        let start = half.iter().position(|byte| *byte != 0).unwrap_or(half.len() - 1);
        let number = &half[start..];
        let sign = usize::from(number[0] & 0x80 != 0);
        body.extend([0x02, (number.len() + sign) as u8]);
        body.extend(std::iter::repeat_n(0, sign));
        body.extend_from_slice(number);
    }
    let mut der = vec![0x30, body.len() as u8];
    der.extend(body);
    der
}

/// Verifies a signed message for one purpose.
pub fn verify(signed: &Signed, aad: &[u8], key: &PublicKey) -> Result<(), BadSignature> {
    let message = to_be_signed(&signed.protected, aad, &signed.payload).ok_or(BadSignature)?;
    signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, key.as_bytes())
        .verify(&message, &signed.signature)
        .map_err(|_| BadSignature)
}

fn to_be_signed(protected: &[u8], aad: &[u8], payload: &[u8]) -> Option<Vec<u8>> {
    let header = coset::Header::from_slice(protected).ok()?;
    let protected = ProtectedHeader { original_data: Some(protected.to_vec()), header };
    Some(coset::sig_structure_data(SignatureContext::CoseSign1, protected, None, aad, payload))
}

/// A certificate signing request (RFC 2986) for this key, in DER; the server takes only the key from it.
pub fn certificate_request(key: &SigningKey, common_name: &str) -> Result<Vec<u8>, TrustError> {
    let certificate = |error: rcgen::Error| TrustError::Certificate(error.to_string());
    let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).map_err(certificate)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, common_name);
    Ok(params.serialize_request(key).map_err(certificate)?.der().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use coset::{CoseSign1, TaggedCborSerializable};

    #[test]
    fn a_signature_holds_for_its_purpose_and_key_alone() {
        let key = SigningKey::generate().unwrap();
        let signed = key.sign(b"a/1", b"payload".to_vec()).unwrap();
        assert_eq!(verify(&signed, b"a/1", &key.public()), Ok(()));
        assert_eq!(verify(&signed, b"b/1", &key.public()), Err(BadSignature));
        let other = SigningKey::generate().unwrap();
        assert_eq!(verify(&signed, b"a/1", &other.public()), Err(BadSignature));
        let changed = Signed { payload: b"Payload".to_vec(), ..signed };
        assert_eq!(verify(&changed, b"a/1", &key.public()), Err(BadSignature));
    }

    #[test]
    fn coset_verifies_what_we_sign() {
        let key = SigningKey::generate().unwrap();
        let signed = key.sign(b"x", b"payload".to_vec()).unwrap();
        let theirs = CoseSign1 {
            protected: ProtectedHeader {
                original_data: Some(signed.protected.clone()),
                header: coset::Header::from_slice(&signed.protected).unwrap(),
            },
            unprotected: coset::Header::default(),
            payload: Some(signed.payload.clone()),
            signature: signed.signature.clone(),
        };
        let again = CoseSign1::from_tagged_slice(&theirs.to_tagged_vec().unwrap()).unwrap();
        again
            .verify_signature(b"x", |signature, message| {
                signature::UnparsedPublicKey::new(
                    &signature::ECDSA_P256_SHA256_FIXED,
                    key.public().as_bytes(),
                )
                .verify(message, signature)
            })
            .unwrap();
    }

    #[test]
    fn der_signatures_verify_with_every_length_of_numbers() {
        let key = SigningKey::generate().unwrap();
        for n in 0..600u32 {
            let der = key.sign_der(&n.to_be_bytes()).unwrap();
            signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, key.public().as_bytes())
                .verify(&n.to_be_bytes(), &der)
                .unwrap();
        }
    }

    #[test]
    fn keys_round_trip_through_pem_and_hide_themselves() {
        let key = SigningKey::generate().unwrap();
        let pem = String::from_utf8(key.to_pem().expose().to_vec()).unwrap();
        assert_eq!(SigningKey::from_pem(&pem).unwrap().public(), key.public());
        assert!(format!("{key:?}").contains("hidden"));
        assert!(SigningKey::from_pem("no key").is_err());
    }
}
