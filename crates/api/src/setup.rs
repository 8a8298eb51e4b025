//! The first hour: how far a deployment is, as far as the caller may know.

use fieldkeep_domain::{DeviceId, SiteId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far it is. Counts are of what the caller could list, and stop at 500 where lists have pages of so many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Setup {
    /// People that the caller may see.
    pub people: u64,
    /// Organizations that the caller may see.
    pub organizations: u64,
    /// Projects that the caller may see.
    pub projects: u64,
    /// Devices that the caller may see: all of them are counted.
    pub devices: u64,
    /// Whether one of these devices has sent readings.
    pub readings: bool,
    /// Whether e-mail or SMS is set up.
    pub mail: bool,
    /// Where the certificate comes from that browsers are shown.
    pub certificate: CertificateSource,
    /// Through which door this request came.
    pub console: ConsoleDoor,
    /// The address that people reach the console at from other machines.
    pub address: String,
    /// Whether this server can run simulated devices.
    pub simulated: bool,
    /// What a device's agent needs.
    pub agent: SetupAgent,
}

/// Where the certificate of the people's name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateSource {
    /// From the deployment's own root, which a browser has to be told to trust.
    BuiltIn,
    /// From files of the operator.
    Own,
}

/// The door that a request came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsoleDoor {
    /// Plain HTTP on a loopback address of the server's machine.
    Loopback,
    /// TLS.
    Tls,
}

/// What a device's agent needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetupAgent {
    /// The address that devices call, with its port.
    pub server: String,
    /// The name of the agent's program.
    pub command: String,
}

/// A simulated device to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSimulated {
    /// At which site of the project.
    #[schema(value_type = String)]
    pub site: SiteId,
}

/// A simulated device: installed, and its agent runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Simulated {
    /// Which.
    #[schema(value_type = String)]
    pub device: DeviceId,
}
