//! What there is to say: every kind of message, with what it carries and until when it is worth sending.
//!
//! Never: a `Debug` that shows a code or a link.

use crate::{DeviceId, ProjectId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A language that messages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::Es];

    /// The language of a tag such as `es-MX` (RFC 5646); English where there is no catalogue for it.
    pub fn parse(tag: &str) -> Self {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|known| known.tag().eq_ignore_ascii_case(primary)).unwrap_or_default()
    }
    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }
}

/// Text that opens something: a code or a link. It is sealed where it is stored and shown in no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    /// Takes the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    /// The text, for the one message that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden")
    }
}

/// Why a device that was once admitted is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Withdrawn {
    /// Its certificate is revoked.
    Certificate,
    /// It is suspended.
    Suspended,
    /// It is revoked.
    Revoked,
    /// It is retired.
    Retired,
}

impl Withdrawn {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Certificate, Self::Suspended, Self::Revoked, Self::Retired];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certificate => "certificate-revoked",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Retired => "retired",
        }
    }
}

/// What somebody changed of how they sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactorChange {
    /// Another password.
    Password,
    /// One more passkey.
    PasskeyAdded,
    /// One passkey less.
    PasskeyRemoved,
    /// Another authenticator app.
    Totp,
    /// Another telephone.
    Phone,
    /// Codes by e-mail.
    Mail,
    /// New recovery codes; the old ones open nothing.
    RecoveryCodes,
    /// Sign-in through one more identity provider.
    IdentityAdded,
    /// Through one less.
    IdentityRemoved,
}

impl FactorChange {
    /// Every change.
    pub const ALL: [Self; 9] = [
        Self::Password,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::Totp,
        Self::Phone,
        Self::Mail,
        Self::RecoveryCodes,
        Self::IdentityAdded,
        Self::IdentityRemoved,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRemoved => "passkey-removed",
            Self::Totp => "totp",
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::RecoveryCodes => "recovery-codes",
            Self::IdentityAdded => "identity-added",
            Self::IdentityRemoved => "identity-removed",
        }
    }
}

/// A message, before it is put into words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Message {
    /// Somebody may join.
    Invitation {
        /// Opens the invitation.
        link: Hidden,
        /// Where to.
        organization: String,
        /// Who invites.
        from: String,
        /// Until when it can be taken up.
        expires: Timestamp,
    },
    /// A one-time code.
    Code {
        /// The code.
        code: Hidden,
        /// How long it is valid.
        minutes: u32,
    },
    /// A way to set a new password.
    ResetLink {
        /// Opens it.
        link: Hidden,
        /// How long it is valid.
        hours: u32,
    },
    /// An account was used from somewhere new.
    NewSignIn {
        /// When.
        at: Timestamp,
        /// From where.
        network: String,
        /// With what.
        agent: String,
    },
    /// A program's key ends soon.
    KeyExpiring {
        /// What the key is called.
        name: String,
        /// When it ends.
        at: Timestamp,
    },
    /// A second factor was taken off an account.
    FactorRemoved {
        /// Which.
        what: String,
        /// By whom.
        by: String,
    },
    /// Somebody changed how they sign in themselves, or whoever sat at their session did.
    FactorChanged {
        /// What.
        change: FactorChange,
        /// When.
        at: Timestamp,
        /// From where.
        network: String,
    },
    /// Somebody took the rights of an emergency.
    BreakGlass {
        /// Who.
        by: String,
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: String,
    },
    /// Batches of a device are held back for a reason that is new.
    QuarantineCause {
        /// Which device.
        device: DeviceId,
        /// In which project.
        project: ProjectId,
        /// The reason's stable name.
        reason: String,
    },
    /// A device that was once admitted tried to connect and was refused.
    RefusedDevice {
        /// Which.
        device: DeviceId,
        /// Why.
        why: Withdrawn,
    },
    /// A device's key is used twice.
    CloneSeen {
        /// Which.
        device: DeviceId,
    },
    /// Somebody wants to see whether messages arrive.
    Test,
}

impl Message {
    /// Kinds that may go to a program. The others are for one person's eyes.
    pub const FOR_PROGRAMS: [&'static str; 7] = [
        "new-sign-in",
        "key-expiring",
        "factor-removed",
        "break-glass",
        "quarantine-cause",
        "refused-device",
        "clone-seen",
    ];

    /// The stable name of the kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::Code { .. } => "code",
            Self::ResetLink { .. } => "reset-link",
            Self::NewSignIn { .. } => "new-sign-in",
            Self::KeyExpiring { .. } => "key-expiring",
            Self::FactorRemoved { .. } => "factor-removed",
            Self::FactorChanged { .. } => "factor-changed",
            Self::BreakGlass { .. } => "break-glass",
            Self::QuarantineCause { .. } => "quarantine-cause",
            Self::RefusedDevice { .. } => "refused-device",
            Self::CloneSeen { .. } => "clone-seen",
            Self::Test => "test",
        }
    }
    /// Whether it carries something that opens an account: such a message goes to one person only.
    pub fn is_personal(&self) -> bool {
        matches!(self, Self::Invitation { .. } | Self::Code { .. } | Self::ResetLink { .. })
    }
    /// Until when it is worth sending, if it is written now.
    pub fn good_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Invitation { expires, .. } => Some(*expires),
            Self::Code { minutes, .. } => Some(now.plus_secs(i64::from(*minutes) * 60)),
            Self::ResetLink { hours, .. } => Some(now.plus_secs(i64::from(*hours) * 3_600)),
            _ => None,
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({})", self.kind())
    }
}

/// Something about a device that the security people of its organization should hear of, seen where it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum News {
    /// Its key is used twice.
    CloneSeen(DeviceId),
    /// It was once admitted and is refused now.
    RefusedDevice(DeviceId, Withdrawn),
}

impl News {
    /// As a message.
    pub fn message(self) -> Message {
        match self {
            Self::CloneSeen(device) => Message::CloneSeen { device },
            Self::RefusedDevice(device, why) => Message::RefusedDevice { device, why },
        }
    }
    /// About whom.
    pub fn device(self) -> DeviceId {
        match self {
            Self::CloneSeen(device) | Self::RefusedDevice(device, _) => device,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_fall_back_to_english() {
        let tags = ["es", "es-MX", "ES_ar", "en-GB", "de", "", "est"].map(Language::parse);
        use Language::{En, Es};
        assert_eq!(tags, [Es, Es, Es, En, En, En, En]);
    }

    #[test]
    fn codes_and_links_are_not_shown_and_have_an_end() {
        let now = Timestamp::from_secs(1_000);
        let code = Message::Code { code: Hidden::new("482913"), minutes: 10 };
        assert_eq!(format!("{code:?}"), "Message(code)");
        assert_eq!(format!("{:?}", Hidden::new("482913")), "Hidden");
        assert_eq!(code.good_until(now), Some(Timestamp::from_secs(1_600)));
        assert!(code.is_personal() && !Message::Test.is_personal());
        let link = Message::ResetLink { link: Hidden::new("https://x"), hours: 2 };
        assert_eq!(link.good_until(now), Some(Timestamp::from_secs(8_200)));
        assert_eq!(Message::CloneSeen { device: DeviceId::MIN }.good_until(now), None);
    }

    #[test]
    fn a_message_survives_being_stored() {
        let message = Message::RefusedDevice { device: DeviceId::MAX, why: Withdrawn::Retired };
        let text = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&text).unwrap(), message);
        assert!(text.contains("\"kind\":\"refused-device\""), "{text}");
    }
}
