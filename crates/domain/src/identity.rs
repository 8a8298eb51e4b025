//! Who a device says it is, before and after somebody has checked: names in certificates, keys, tokens.

use crate::{DeviceId, Hash, KeyId, OrganizationId, Timestamp};
use std::fmt;

/// The zone that device names end in; `internal` is reserved for private use and never resolves in public.
pub const DEVICE_ZONE: &str = "devices.internal";

/// The one DNS SAN of a device certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceName {
    /// IDevID (IEEE 802.1AR): given at birth, opens only hello, claim and EST.
    Birth(DeviceId),
    /// LDevID: given by the owner's intermediate.
    Operational(DeviceId, OrganizationId),
}

/// A DNS name that no device certificate has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "certificate name refused: <device-id>.birth.{DEVICE_ZONE} or <device-id>.<organization-id>.{DEVICE_ZONE} expected"
)]
pub struct BadName;

impl DeviceName {
    /// Parses the SAN.
    pub fn parse(dns: &str) -> Result<Self, BadName> {
        let labels = dns.strip_suffix(DEVICE_ZONE).and_then(|rest| rest.strip_suffix('.')).ok_or(BadName)?;
        let (device, realm) = labels.split_once('.').ok_or(BadName)?;
        let device = device.parse().map_err(|_| BadName)?;
        if realm == "birth" {
            return Ok(Self::Birth(device));
        }
        Ok(Self::Operational(device, realm.parse().map_err(|_| BadName)?))
    }
    /// The device, of either kind.
    pub fn device(&self) -> DeviceId {
        match self {
            Self::Birth(device) | Self::Operational(device, _) => *device,
        }
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Birth(device) => write!(f, "{device}.birth.{DEVICE_ZONE}"),
            Self::Operational(device, organization) => write!(f, "{device}.{organization}.{DEVICE_ZONE}"),
        }
    }
}

/// The subtree of DNS names that an organization's intermediate may certify (RFC 5280 §4.2.1.10).
pub fn organization_zone(organization: OrganizationId) -> String {
    format!("{organization}.{DEVICE_ZONE}")
}

/// What an access token says (CWT, RFC 8392; `cnf` RFC 8747, bound to a certificate as RFC 8705 §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenClaims {
    /// For which device.
    pub device: DeviceId,
    /// Obtained with which API key: revoking the key revokes its tokens.
    pub key: KeyId,
    /// SHA-256 of the certificate of the connection.
    pub certificate: Hash,
    /// From when, seconds.
    pub issued_at: Timestamp,
    /// Until when, seconds.
    pub expires_at: Timestamp,
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// No token came with the request.
    #[error("no access token: send `Authorization: Bearer …`, fetched from POST /v1/token")]
    Missing,
    /// Not a token of this server.
    #[error("the access token is malformed or not signed by this server")]
    Invalid,
    /// Out of date.
    #[error("the access token expired: fetch another from POST /v1/token")]
    Expired,
    /// Somebody else's, or of an older certificate.
    #[error("the access token is bound to another certificate")]
    OtherCertificate,
    /// The key behind it was revoked.
    #[error("the API key behind the access token is revoked")]
    KeyRevoked,
}

impl TokenClaims {
    /// Judges a token whose signature was verified.
    pub fn judge(&self, device: DeviceId, certificate: Hash, now: Timestamp) -> Result<(), TokenRefused> {
        if self.device != device || self.certificate != certificate {
            return Err(TokenRefused::OtherCertificate);
        }
        if now >= self.expires_at || now.plus_secs(60) < self.issued_at {
            return Err(TokenRefused::Expired);
        }
        Ok(())
    }
}

/// A certificate as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of its DER.
    pub fingerprint: Hash,
    /// Big-endian serial number, 16 random bytes.
    pub serial: Vec<u8>,
    /// Whose.
    pub device: DeviceId,
    /// Which intermediate signed it.
    pub organization: OrganizationId,
    /// Until when.
    pub not_after: Timestamp,
    /// When it was withdrawn.
    pub revoked_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_strangers_are_refused() {
        let device = DeviceId::from_random([0xab; 16]);
        let organization = OrganizationId::from_random([2; 16]);
        for name in [DeviceName::Birth(device), DeviceName::Operational(device, organization)] {
            assert_eq!(DeviceName::parse(&name.to_string()), Ok(name));
        }
        let id = device.to_string();
        for bad in [
            "devices.internal".to_owned(),
            format!("{id}.devices.internal"),
            format!("{id}.birth.devices.internal."),
            format!("{id}.birth.devices.internal.evil.example"),
            format!("x.{id}.birth.devices.internal"),
            format!("{}.birth.devices.internal", id.to_uppercase()),
            format!("{id}.birthdevices.internal"),
        ] {
            assert!(DeviceName::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tokens_are_bound_and_expire() {
        let device = DeviceId::from_random([1; 16]);
        let claims = TokenClaims {
            device,
            key: KeyId::from_random([3; 16]),
            certificate: Hash([4; 32]),
            issued_at: Timestamp::from_secs(1_000),
            expires_at: Timestamp::from_secs(1_600),
        };
        let judge = |cert, at| claims.judge(device, Hash([cert; 32]), Timestamp::from_secs(at));
        assert_eq!(judge(4, 1_599), Ok(()));
        assert_eq!(judge(4, 1_600), Err(TokenRefused::Expired));
        assert_eq!(judge(4, 900), Err(TokenRefused::Expired));
        assert_eq!(judge(5, 1_100), Err(TokenRefused::OtherCertificate));
    }
}
