//! Addresses of people, and which addresses of machines are the public network's.
//!
//! Never: a look into a directory. An address that parses may still belong to nobody.

use crate::limits::{
    DOMAIN_LABEL_BYTES_MAX, EMAIL_BYTES_MAX, EMAIL_LOCAL_BYTES_MAX, PHONE_DIGITS_MAX, PHONE_DIGITS_MIN,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Text that is no address of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// No e-mail address.
    #[error("e-mail address refused: `name@example.com` expected, without quotes, comments or spaces")]
    Email,
    /// No phone number.
    #[error("phone number refused: `+` and 7 to 15 digits expected, country code first")]
    Phone,
}

/// An e-mail address: a conservative part of RFC 5321. The domain is in lower case and may hold letters of any script; its two
/// spellings, with those letters and with `xn--` (RFC 5891), are one address.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
    /// The part before the `@`.
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
    /// `a…@example.com`.
    pub fn masked(&self) -> String {
        format!("{}…@{}", &self.0[..1], self.domain())
    }
}

impl FromStr for EmailAddress {
    type Err = BadAddress;
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let (local, domain) = text.split_once('@').ok_or(BadAddress::Email)?;
        let domain = spelled(domain).ok_or(BadAddress::Email)?;
        let fits = local.len() <= EMAIL_LOCAL_BYTES_MAX && local.len() + 1 + domain.len() <= EMAIL_BYTES_MAX;
        if fits && is_local(local) && is_domain(&domain) {
            Ok(Self(format!("{local}@{domain}")))
        } else {
            Err(BadAddress::Email)
        }
    }
}

/// A domain as it is kept: in letters that people read, where it has any that are not ASCII. None: nobody could write it so.
fn spelled(domain: &str) -> Option<String> {
    let domain = domain.to_lowercase();
    if domain.len() > EMAIL_BYTES_MAX || (domain.is_ascii() && !domain.contains("xn--")) {
        return (domain.len() <= EMAIL_BYTES_MAX).then_some(domain);
    }
    match idna::domain_to_unicode(&domain) {
        (spelled, Ok(())) => Some(spelled),
        (_, Err(_)) => None,
    }
}

/// A dot-atom (RFC 5322 §3.2.3).
fn is_local(text: &str) -> bool {
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    text.split('.').all(atom)
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let fits = (1..=DOMAIN_LABEL_BYTES_MAX).contains(&label.len());
        let hyphens = label.starts_with('-') || label.ends_with('-');
        fits && !hyphens && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    // The last label of a name is never a number: that would be an IP address.
    let named = text.rsplit('.').next().is_some_and(|last| last.chars().any(|c| !c.is_ascii_digit()));
    text.contains('.') && named && text.split('.').all(label)
}

impl TryFrom<String> for EmailAddress {
    type Error = BadAddress;
    fn try_from(text: String) -> Result<Self, BadAddress> {
        text.parse()
    }
}
impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress({})", self.masked())
    }
}

/// A phone number: `+`, country code, number (ITU-T E.164).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The number, `+` first.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The number without its `+`.
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }
    /// `+46…42`.
    pub fn masked(&self) -> String {
        format!("{}…{}", &self.0[..3], &self.0[self.0.len() - 2..])
    }
}

impl FromStr for PhoneNumber {
    type Err = BadAddress;
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let digits = text.strip_prefix('+').ok_or(BadAddress::Phone)?;
        let fits = (PHONE_DIGITS_MIN..=PHONE_DIGITS_MAX).contains(&digits.len());
        // No country code begins with 0.
        let numeric = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        if fits && numeric { Ok(Self(text.to_owned())) } else { Err(BadAddress::Phone) }
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = BadAddress;
    fn try_from(text: String) -> Result<Self, BadAddress> {
        text.parse()
    }
}
impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

/// Networks of IPv4 that are not the public one (IANA special-purpose registry, RFC 6890): base and prefix.
const NOT_PUBLIC_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// The same inside 2000::/3, the only part of IPv6 that is handed out: protocol assignments with Teredo, documentation,
/// 6to4, AS112, documentation again.
const NOT_PUBLIC_V6: [([u16; 3], u32); 5] = [
    ([0x2001, 0, 0], 23),
    ([0x2001, 0xdb8, 0], 32),
    ([0x2002, 0, 0], 16),
    ([0x2620, 0x4f, 0x8000], 48),
    ([0x3fff, 0, 0], 20),
];

/// Whether an address is one of the public network. What wraps an IPv4 address into IPv6 (mapped, 6to4, NAT64, Teredo)
/// never is: whoever means an IPv4 address can say so.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|(base, prefix)| {
            (address.to_bits() ^ Ipv4Addr::from(*base).to_bits()) >> (32 - prefix) == 0
        }),
        IpAddr::V6(address) => {
            let inside = |[a, b, c]: [u16; 3], prefix: u32| {
                let base = Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).to_bits();
                (address.to_bits() ^ base) >> (128 - prefix) == 0
            };
            inside([0x2000, 0, 0], 3) && !NOT_PUBLIC_V6.iter().any(|(base, prefix)| inside(*base, *prefix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed_conservatively() {
        let address: EmailAddress = "Ana.Perez+x@Example.COM".parse().unwrap();
        assert_eq!(address.as_str(), "Ana.Perez+x@example.com");
        assert_eq!(address.masked(), "A…@example.com");
        assert_eq!(format!("{address:?}"), "EmailAddress(A…@example.com)");
        assert!("josé@example.com".parse::<EmailAddress>().is_err());
        assert!("jose@correo.españa".parse::<EmailAddress>().is_ok());
        // Two spellings of one domain are one address, whichever was written, and however often it is read again.
        for text in [
            "jose@correo.españa",
            "jose@correo.xn--espaa-rta",
            "jose@CORREO.ESPAÑA",
            "jose@correo.Xn--Espaa-Rta",
        ] {
            let address: EmailAddress = text.parse().unwrap();
            assert_eq!(address.as_str(), "jose@correo.españa");
            assert_eq!(address.as_str().parse::<EmailAddress>().unwrap(), address);
        }
        assert!(
            "a@xn--.com".parse::<EmailAddress>().is_err()
                && "a@xn--zzzzzzzzzz99999.com".parse::<EmailAddress>().is_err()
        );
        for bad in [
            "",
            "a",
            "@example.com",
            "a@",
            "a@b",
            "a@b@c.de",
            "a b@example.com",
            "a@exa mple.com",
            "a\r\nbcc: x@example.com",
            "a@example.com\r\nx",
            "a@example.com\0",
            "\"a\"@example.com",
            "a..b@example.com",
            ".a@example.com",
            "a@.example.com",
            "a@example.com.",
            "a@-x.com",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "<a@example.com>",
            "a,b@example.com",
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad:?}");
        }
        let long = format!("{}@example.com", "x".repeat(65));
        assert!(long.parse::<EmailAddress>().is_err());
        let json: Result<EmailAddress, _> = serde_json::from_str("\"a b@example.com\"");
        assert!(json.is_err(), "what was stored is parsed again");
    }

    #[test]
    fn phone_numbers_are_international() {
        let number: PhoneNumber = "+46701234542".parse().unwrap();
        assert_eq!((number.digits(), number.masked().as_str()), ("46701234542", "+46…42"));
        for bad in
            ["", "+", "46701234542", "+0701234542", "+46 70", "+123456", "+1234567890123456", "+46x0123454"]
        {
            assert!(bad.parse::<PhoneNumber>().is_err(), "{bad}");
        }
    }

    #[test]
    fn forged_requests_reach_no_inner_address() {
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "93.184.215.14",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for inner in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
    }
}
