//! The certificate authority. It signs structured requests only: a profile of ours and a public key of theirs, never
//! what a request asks for.

use crate::sign::SigningKey;
use crate::{TrustError, x509};
use fieldkeep_domain::identity::{DeviceName, organization_zone};
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{OrganizationId, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, Issuer, KeyIdMethod, KeyUsagePurpose, NameConstraints, PublicKeyData, SanType, SerialNumber,
};

/// Life of a device's operational certificate, in days.
pub const LDEVID_DAYS: i64 = 90;
/// Life of the server's own certificate, in days.
pub const SERVER_DAYS: i64 = 90;
const INTERMEDIATE_DAYS: i64 = 5 * 365;
const ROOT_DAYS: i64 = 20 * 365;
/// A birth certificate lasts as long as the hardware (IEEE 802.1AR §8.7): as good as for ever.
const IDEVID_DAYS: i64 = 40 * 365;
/// Clocks of devices differ: certificates are valid from a little earlier.
const BACKDATE_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

/// What a certificate is for. Every field of the certificate follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Profile {
    /// A self-signed root: the deployment's or a maker's.
    Root {
        /// Shown to people.
        name: String,
    },
    /// The on-line CA above the organizations' intermediates.
    Devices,
    /// An organization's intermediate: certifies its own names and nothing else.
    Organization(OrganizationId),
    /// The CA of the server's names.
    Server,
    /// A factory's CA under its maker's root.
    Factory {
        /// Shown to people.
        name: String,
    },
    /// A device: birth or operational, by its name.
    Device(DeviceName),
    /// The server under its public names.
    ServerNames(Vec<String>),
}

/// A certificate authority: its certificate, its key, and what stands between it and the root.
#[derive(Clone)]
pub struct Authority {
    der: Vec<u8>,
    key: SigningKey,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authority({:?})", x509::common_name(&self.der))
    }
}

struct ForeignKey(PublicKey);

impl PublicKeyData for ForeignKey {
    fn der_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

fn failed(error: rcgen::Error) -> TrustError {
    TrustError::Certificate(error.to_string())
}

impl Authority {
    /// A self-signed root with a new key.
    pub fn root(name: &str, now: Timestamp) -> Result<Self, TrustError> {
        let key = SigningKey::generate()?;
        let params = params(&Profile::Root { name: name.to_owned() }, now)?;
        let der = params.self_signed(&key).map_err(failed)?.der().to_vec();
        Ok(Self { der, key })
    }
    /// An authority from what was stored.
    pub fn new(der: Vec<u8>, key: SigningKey) -> Result<Self, TrustError> {
        let certified = x509::public_key(&der).map_err(|error| TrustError::Certificate(error.to_string()))?;
        if certified != key.public() {
            return Err(TrustError::Certificate("the CA's key is not the one its certificate names".into()));
        }
        Ok(Self { der, key })
    }
    /// Its certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
    /// Its key, to be stored sealed.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// An authority below this one, with a new key.
    pub fn subordinate(&self, profile: &Profile, now: Timestamp) -> Result<Self, TrustError> {
        let key = SigningKey::generate()?;
        let der = self.issue(profile, &key.public(), now)?;
        Ok(Self { der, key })
    }

    /// Certifies a key under a profile. Nothing of the request but its key takes part.
    pub fn issue(&self, profile: &Profile, key: &PublicKey, now: Timestamp) -> Result<Vec<u8>, TrustError> {
        let issuer = self.issuer()?;
        let certificate = params(profile, now)?.signed_by(&ForeignKey(*key), &issuer).map_err(failed)?;
        Ok(certificate.der().to_vec())
    }

    /// A revocation list (RFC 5280 §5) for third parties: serial numbers and when they were withdrawn.
    pub fn revocation_list(
        &self,
        number: u64,
        revoked: &[(Vec<u8>, Timestamp)],
        now: Timestamp,
        next: Timestamp,
    ) -> Result<Vec<u8>, TrustError> {
        let revoked_certs = revoked
            .iter()
            .map(|(serial, at)| {
                Ok(rcgen::RevokedCertParams {
                    serial_number: SerialNumber::from_slice(serial),
                    revocation_time: date(*at)?,
                    reason_code: None,
                    invalidity_date: None,
                })
            })
            .collect::<Result<_, TrustError>>()?;
        let list = rcgen::CertificateRevocationListParams {
            this_update: date(now)?,
            next_update: date(next)?,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer()?).map_err(failed)?.der().to_vec())
    }

    fn issuer(&self) -> Result<Issuer<'_, &SigningKey>, TrustError> {
        let der = rustls_pki_types::CertificateDer::from(&self.der[..]);
        Issuer::from_ca_cert_der(&der, &self.key).map_err(failed)
    }
}

fn date(at: Timestamp) -> Result<time::OffsetDateTime, TrustError> {
    time::OffsetDateTime::from_unix_timestamp(at.as_secs())
        .map_err(|_| TrustError::Certificate("a time outside the calendar".into()))
}

fn params(profile: &Profile, now: Timestamp) -> Result<CertificateParams, TrustError> {
    let mut params = CertificateParams::new(Vec::<String>::new()).map_err(failed)?;
    // 128 random bits, the top one clear: DER integers are signed and RFC 5280 §4.1.2.2 wants them positive.
    let mut serial = crate::random::<16>();
    serial[0] = serial[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.distinguished_name = DistinguishedName::new();
    params.key_identifier_method = KeyIdMethod::Sha256;
    params.use_authority_key_identifier_extension = !matches!(profile, Profile::Root { .. });
    let (name, days) = name_and_days(profile);
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date(now.plus_secs(-BACKDATE_S))?;
    params.not_after = date(now.plus_secs(days * DAY_S))?;
    let authority = |params: &mut CertificateParams, below: u8| {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    };
    let leaf = |params: &mut CertificateParams, names: Vec<String>, usage| -> Result<(), TrustError> {
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        for name in names {
            params.subject_alt_names.push(match name.parse() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName(name.try_into().map_err(failed)?),
            });
        }
        Ok(())
    };
    match profile {
        Profile::Root { .. } => authority(&mut params, 2),
        Profile::Devices => authority(&mut params, 1),
        Profile::Organization(organization) => {
            authority(&mut params, 0);
            params.name_constraints = Some(NameConstraints {
                permitted_subtrees: vec![GeneralSubtree::DnsName(organization_zone(*organization))],
                excluded_subtrees: vec![],
            });
        }
        Profile::Server | Profile::Factory { .. } => authority(&mut params, 0),
        Profile::Device(name) => {
            leaf(&mut params, vec![name.to_string()], ExtendedKeyUsagePurpose::ClientAuth)?;
        }
        Profile::ServerNames(names) => {
            leaf(&mut params, names.clone(), ExtendedKeyUsagePurpose::ServerAuth)?;
        }
    }
    Ok(params)
}

fn name_and_days(profile: &Profile) -> (String, i64) {
    match profile {
        Profile::Root { name } => (name.clone(), ROOT_DAYS),
        Profile::Devices => ("Fieldkeep devices".into(), INTERMEDIATE_DAYS),
        Profile::Organization(id) => (format!("Fieldkeep organization {id}"), INTERMEDIATE_DAYS),
        Profile::Server => ("Fieldkeep servers".into(), INTERMEDIATE_DAYS),
        Profile::Factory { name } => (name.clone(), ROOT_DAYS),
        Profile::Device(DeviceName::Birth(id)) => (id.to_string(), IDEVID_DAYS),
        Profile::Device(DeviceName::Operational(id, _)) => (id.to_string(), LDEVID_DAYS),
        Profile::ServerNames(names) => (names.first().cloned().unwrap_or_default(), SERVER_DAYS),
    }
}

#[cfg(test)]
#[path = "ca_tests.rs"]
mod tests;
