//! Organizations, projects and sites: where readings belong, what a project declares, from where a site may speak.

use crate::telemetry::{Metric, Unit};
use crate::{DeviceId, GroupId, OrganizationId, ProjectId, SiteId, limits};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, net::IpAddr, str::FromStr};

/// A name given by a person: trimmed, 1 to 120 bytes, no control characters, and something in it to be seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Box<str>);

/// A name that cannot be shown or stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name refused: 1 to {max} bytes without control or invisible characters expected", max = limits::NAME_BYTES_MAX)]
pub struct BadName;

impl Name {
    /// Parses a name; white space around it is dropped.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let text = text.trim();
        let fits = !text.is_empty() && text.len() <= limits::NAME_BYTES_MAX;
        // Marks that turn the direction of writing make one name look like another.
        let misleads = |c: char| {
            c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                || is_blank(c)
        };
        let seen =
            |c: char| !c.is_whitespace() && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
        if fits && text.chars().any(seen) && !text.chars().any(misleads) {
            Ok(Self(text.into()))
        } else {
            Err(BadName)
        }
    }
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that take no place, or an empty one: with them two names look the same. The joiners of scripts and emoji are
/// not among them.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
            | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
    )
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a project expects of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// The unit that readings must carry; `None`: they must carry none.
    pub unit: Option<Unit>,
    /// What is physically possible, both ends included.
    pub range: Option<(f64, f64)>,
    /// How often it is read, in seconds; `None`: at any rate.
    pub period_s: Option<u32>,
}

/// The rules that a project sets for its devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Every metric that may be sent.
    pub metrics: BTreeMap<Metric, Declaration>,
    /// Whether each batch must name the one before it.
    pub prev_required: bool,
    /// How long readings are kept, in days; older ones are not accepted either.
    pub retention_days: u32,
}

impl Settings {
    /// What a project has before anyone has declared anything: nothing is allowed yet, ten years are kept.
    pub fn new() -> Self {
        Self { metrics: BTreeMap::new(), prev_required: true, retention_days: 3_650 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a thing belongs: from the whole deployment down to one project. Authorisation compares these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Scope {
    /// Everything.
    Deployment,
    /// One organization and its projects.
    Organization {
        /// Which.
        organization: OrganizationId,
    },
    /// One project.
    Project {
        /// The organization it is in.
        organization: OrganizationId,
        /// Which.
        project: ProjectId,
    },
    /// One group of a project's devices, and the groups below it.
    Group {
        /// The organization it is in.
        organization: OrganizationId,
        /// The project it is in.
        project: ProjectId,
        /// Which.
        group: GroupId,
    },
    /// One device, as long as this organization owns it.
    Device {
        /// Whose.
        organization: OrganizationId,
        /// Which.
        device: DeviceId,
    },
}

impl Scope {
    /// Whether everything in `other` is in here too. Groups above groups are not known here: `access::Place` is.
    pub fn contains(&self, other: &Self) -> bool {
        match self {
            Self::Deployment => true,
            Self::Organization { organization } => other.organization() == Some(*organization),
            Self::Project { project, .. } => other.project() == Some(*project),
            Self::Group { .. } | Self::Device { .. } => self == other,
        }
    }
    /// The organization, where there is one.
    pub fn organization(&self) -> Option<OrganizationId> {
        match self {
            Self::Deployment => None,
            Self::Organization { organization }
            | Self::Project { organization, .. }
            | Self::Group { organization, .. }
            | Self::Device { organization, .. } => Some(*organization),
        }
    }
    /// The project, where there is one.
    pub fn project(&self) -> Option<ProjectId> {
        match self {
            Self::Project { project, .. } | Self::Group { project, .. } => Some(*project),
            _ => None,
        }
    }
}

/// A network in CIDR notation (RFC 4632, RFC 4291 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    base: IpAddr,
    prefix: u8,
}

/// Text that is not a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("network refused: CIDR such as 10.20.0.0/16 or fd00::/8 expected, host bits zero")]
pub struct BadNetwork;

impl Network {
    /// Whether the address lies inside. An IPv4 address inside IPv6 (::ffff:0:0/96) counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => same_prefix(
                u128::from(base.to_bits()) << 96,
                u128::from(address.to_bits()) << 96,
                self.prefix,
            ),
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                same_prefix(base.to_bits(), address.to_bits(), self.prefix)
            }
            _ => false,
        }
    }
}

fn same_prefix(a: u128, b: u128, prefix: u8) -> bool {
    prefix == 0 || (a ^ b) >> (128 - u32::from(prefix)) == 0
}

impl FromStr for Network {
    type Err = BadNetwork;
    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (base, prefix) = text.split_once('/').ok_or(BadNetwork)?;
        let base: IpAddr = base.parse().map_err(|_| BadNetwork)?;
        let prefix: u8 = prefix.parse().map_err(|_| BadNetwork)?;
        let (bits, width) = match base {
            IpAddr::V4(base) => (u128::from(base.to_bits()) << 96, 32),
            IpAddr::V6(base) => (base.to_bits(), 128),
        };
        let host_bits = if prefix >= 128 { 0 } else { bits << prefix };
        if prefix <= width && host_bits == 0 { Ok(Self { base, prefix }) } else { Err(BadNetwork) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

/// A site and the networks that its devices speak from; none listed: any.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Which.
    pub id: SiteId,
    /// The project it is in.
    pub project: ProjectId,
    /// What people call it.
    pub name: Name,
    /// Latitude and longitude in degrees (WGS 84), where known.
    pub location: Option<(f64, f64)>,
    /// From where its devices may speak.
    pub networks: Vec<Network>,
}

impl Site {
    /// Whether a device of this site may speak from there.
    pub fn admits(&self, address: IpAddr) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|network| network.contains(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_something_to_be_seen_and_nothing_that_hides() {
        for good in ["Cold store", "Kühlraum 3", "冷蔵庫", "می‌خواهم", "👩‍🔧 service", "❤️", "-"]
        {
            assert!(Name::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "  ",
            "\u{200b}",
            "a\u{200b}b",
            "\u{200d}",
            "\u{3164}",
            "\u{2800}",
            "a\u{202e}b",
            "x\u{feff}",
            "a\nb",
        ] {
            assert!(Name::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn networks_are_compared_by_prefix() {
        let net: Network = "10.20.0.0/16".parse().unwrap();
        assert!(net.contains("10.20.255.1".parse().unwrap()));
        assert!(!net.contains("10.21.0.1".parse().unwrap()));
        assert!(net.contains("::ffff:10.20.0.1".parse().unwrap()));
        let six: Network = "fd00::/8".parse().unwrap();
        assert!(six.contains("fd12::1".parse().unwrap()) && !six.contains("fe80::1".parse().unwrap()));
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("1.2.3.4".parse().unwrap()) && !all.contains("::1".parse().unwrap()));
        for bad in ["10.20.0.1/16", "10.0.0.0/33", "10.0.0.0", "x/8", "::/129"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn scopes_contain_what_is_below_them() {
        let organization = OrganizationId::from_random([1; 16]);
        let other = OrganizationId::from_random([2; 16]);
        let project = ProjectId::from_random([3; 16]);
        let org = Scope::Organization { organization };
        let inner = Scope::Project { organization, project };
        assert!(Scope::Deployment.contains(&org) && org.contains(&inner) && inner.contains(&inner));
        assert!(!inner.contains(&org) && !org.contains(&Scope::Deployment));
        assert!(!Scope::Organization { organization: other }.contains(&inner));
    }
}
