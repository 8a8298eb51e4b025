//! A typed id for each noun: 16 random bytes, shown as a UUID (RFC 9562). The randomness is the caller's.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Text that is not a UUID in its canonical lower-case, hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a {noun} id: expected 36 characters such as 0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e")]
pub struct BadId {
    /// Which id was expected.
    pub noun: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $noun:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The first id in the order of bytes; no thing has it.
            pub const MIN: Self = Self(Uuid::nil());
            /// The last id in the order of bytes; no thing has it.
            pub const MAX: Self = Self(Uuid::max());
            /// An id from 16 random bytes; version and variant bits are set as RFC 9562 §5.4 asks.
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }
            /// The id as it stands in a store or a signed message.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
            /// Reads back what [`Self::as_bytes`] gave.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, BadId> {
                Uuid::from_slice(bytes).map(Self).map_err(|_| BadId { noun: $noun })
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", $noun, self.0)
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                let id = Uuid::try_parse(text).map_err(|_| BadId { noun: $noun })?;
                // One id has one spelling, so that a certificate name and a database key cannot disagree.
                if id.hyphenated().to_string() != text {
                    return Err(BadId { noun: $noun });
                }
                Ok(Self(id))
            }
        }
    };
}

id!(/** A device, from its making to its end. */ DeviceId, "device");
id!(/** A company: owner of devices and projects. */ OrganizationId, "organization");
id!(/** A data sandbox inside an organization. */ ProjectId, "project");
id!(/** A place inside a project. */ SiteId, "site");
id!(/** A key of a program or a device. */ KeyId, "key");
id!(/** A work order of a factory. */ OrderId, "order");
id!(/** A maker of devices. */ MakerId, "maker");
id!(/** A quarantined batch. */ QuarantineId, "quarantine");
id!(/** A message in the outbox. */ LetterId, "letter");
id!(/** A program of an organization that is told of events. */ WebhookId, "webhook");
id!(/** A request, for logs and problem documents. */ RequestId, "request");
id!(/** A group of a project's devices. */ GroupId, "group");
id!(/** A person with an account. */ PersonId, "person");
id!(/** A role given to somebody. */ GrantId, "grant");
id!(/** A role of a company's own. */ CustomRoleId, "role");
id!(/** A rule that forbids, whatever roles say. */ GuardId, "guard rail");
id!(/** A person's session. */ SessionId, "session");
id!(/** A person's passkey. */ PasskeyId, "passkey");
id!(/** A one-time link: an invitation or a reset. */ LinkId, "link");
id!(/** An act that waits for a second person. */ ApprovalId, "approval");
id!(/** Broken glass: rights of an emergency. */ GlassId, "glass");
id!(/** A program's account. */ AccountId, "service account");
id!(/** An identity provider of an organization. */ ProviderId, "identity provider");
id!(/** A dashboard of a project. */ DashboardId, "dashboard");
id!(/** Work on many devices. */ JobId, "job");
id!(/** A sealed row; part of what its seal authenticates. */ RowId, "row");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_has_one_spelling() {
        let id = DeviceId::from_random([0xab; 16]);
        assert_eq!(id.to_string().parse::<DeviceId>(), Ok(id));
        assert!(id.to_string().to_uppercase().parse::<DeviceId>().is_err());
        assert!(id.to_string().replace('-', "").parse::<DeviceId>().is_err());
        assert!("".parse::<DeviceId>().is_err());
    }

    #[test]
    fn ids_have_version_and_variant() {
        let text = ProjectId::from_random([0xff; 16]).to_string();
        assert_eq!(&text[14..15], "4");
        assert_eq!(&text[19..20], "b");
    }
}
