//! Certificates read for what they prove: the one name, the key, the serial, the end of validity.

use crate::TrustError;
use crate::hash::sha256;
use fieldkeep_domain::identity::DeviceName;
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{Hash, Timestamp};
use x509_parser::prelude::*;

/// What we read out of a certificate whose chain somebody else verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// SHA-256 of the DER.
    pub fingerprint: Hash,
    /// Big-endian serial number without leading zeros.
    pub serial: Vec<u8>,
    /// First second of validity.
    pub not_before: Timestamp,
    /// Last second of validity.
    pub not_after: Timestamp,
}

/// Why a device's certificate cannot name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// Not X.509 v3 in DER.
    #[error("the certificate cannot be read")]
    Unreadable,
    /// No name, several, or one of another kind.
    #[error("the certificate must carry exactly one subject alternative name, a DNS name of a device")]
    Name,
    /// Not a P-256 key.
    #[error("the certificate's key is not P-256")]
    Key,
}

fn parse(der: &[u8]) -> Result<X509Certificate<'_>, BadCertificate> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(BadCertificate::Unreadable),
    }
}

/// Fingerprint, serial and validity.
pub fn facts(der: &[u8]) -> Result<Facts, BadCertificate> {
    let certificate = parse(der)?;
    let validity = certificate.validity();
    Ok(Facts {
        fingerprint: sha256(&[der]),
        serial: certificate.tbs_certificate.serial.to_bytes_be(),
        not_before: Timestamp::from_secs(validity.not_before.timestamp()),
        not_after: Timestamp::from_secs(validity.not_after.timestamp()),
    })
}

/// The device that a leaf names: exactly one SAN, a DNS name in the device zone.
pub fn device_name(der: &[u8]) -> Result<DeviceName, BadCertificate> {
    let certificate = parse(der)?;
    let san = certificate.subject_alternative_name().map_err(|_| BadCertificate::Name)?;
    match san.map(|extension| &extension.value.general_names[..]) {
        Some([GeneralName::DNSName(name)]) => DeviceName::parse(name).map_err(|_| BadCertificate::Name),
        _ => Err(BadCertificate::Name),
    }
}

/// The certificate's public key.
pub fn public_key(der: &[u8]) -> Result<PublicKey, BadCertificate> {
    PublicKey::from_slice(&parse(der)?.public_key().subject_public_key.data).ok_or(BadCertificate::Key)
}

/// The common name of the subject, for people.
pub fn common_name(der: &[u8]) -> Option<String> {
    let certificate = parse(der).ok()?;
    certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok()).map(str::to_owned)
}

/// Whether `issuer` signed `certificate`.
pub fn is_signed_by(certificate: &[u8], issuer: &[u8]) -> bool {
    match (parse(certificate), parse(issuer)) {
        (Ok(certificate), Ok(issuer)) => {
            certificate.issuer() == issuer.subject()
                && issuer.is_ca()
                && certificate.verify_signature(Some(issuer.public_key())).is_ok()
        }
        _ => false,
    }
}

/// **Only** the public key of a signing request, after its own signature has been checked (RFC 2986 §4.2).
///
/// Names, extensions and validity that it asks for are not even read: the profile is ours.
pub fn request_key(der: &[u8]) -> Result<PublicKey, BadCertificate> {
    let (rest, request) = X509CertificationRequest::from_der(der).map_err(|_| BadCertificate::Unreadable)?;
    if !rest.is_empty() || request.verify_signature().is_err() {
        return Err(BadCertificate::Unreadable);
    }
    let key = &request.certification_request_info.subject_pki.subject_public_key.data;
    PublicKey::from_slice(key).ok_or(BadCertificate::Key)
}

/// DER certificates of a PEM file, in order.
pub fn from_pem(pem: &str) -> Result<Vec<Vec<u8>>, TrustError> {
    use rustls_pki_types::{CertificateDer, pem::PemObject};
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let certificates: Vec<Vec<u8>> = read
        .map_err(|error| TrustError::Certificate(format!("not PEM: {error}")))?
        .into_iter()
        .map(|der| der.to_vec())
        .collect();
    if certificates.is_empty() {
        return Err(TrustError::Certificate("the PEM text holds no certificate".into()));
    }
    Ok(certificates)
}

/// A certificate (or another DER block) as PEM.
pub fn to_pem(label: &str, der: &[u8]) -> String {
    let base64 = data_encoding::BASE64.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in base64.as_bytes().chunks(64) {
        out.extend(line.iter().map(|byte| char::from(*byte)));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}
