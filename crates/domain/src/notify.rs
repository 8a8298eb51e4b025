//! What is sent to people and to programs outside: to whom, what, how long it is worth sending, and when to try again.
//!
//! Never: a socket, a clock, or the words of a message; those stand in the server's catalogues.

mod address;
mod message;

pub use address::{BadAddress, EmailAddress, PhoneNumber, is_public};
pub use message::{FactorChange, Hidden, Language, Message, News, Withdrawn};

use crate::limits::{
    DUPLICATE_KEY_BYTES_MAX, LETTER_AGE_S_MAX, LETTER_RETRY_S_MAX, LETTER_RETRY_S_MIN, LETTER_TRIES_MAX,
};
use crate::{Timestamp, WebhookId};
use serde::{Deserialize, Serialize};

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by", content = "to")]
pub enum Channel {
    /// By e-mail.
    Mail(EmailAddress),
    /// By SMS.
    Sms(PhoneNumber),
    /// To a program of an organization.
    Webhook(WebhookId),
}

impl Channel {
    /// The stable name of the way.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mail(_) => "mail",
            Self::Sms(_) => "sms",
            Self::Webhook(_) => "webhook",
        }
    }
    /// The recipient as it may be shown to those who look after the outbox: enough to recognise, not to write to.
    pub fn masked(&self) -> String {
        match self {
            Self::Mail(address) => address.masked(),
            Self::Sms(number) => number.masked(),
            Self::Webhook(id) => id.to_string(),
        }
    }
    /// The recipient in full, for the duplicate key: one key to two recipients is two letters.
    pub fn recipient(&self) -> String {
        match self {
            Self::Mail(address) => address.as_str().to_owned(),
            Self::Sms(number) => number.as_str().to_owned(),
            Self::Webhook(id) => id.to_string(),
        }
    }
}

/// Names an occasion: a letter with a key that was used before, to the same recipient, is not sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateKey(String);

impl DuplicateKey {
    /// A key out of its parts, for example `["quarantine", device, reason]`. What is too long is cut at its front, so
    /// that the parts that tell occasions apart belong at the end.
    pub fn new(parts: &[&str]) -> Self {
        let mut text = parts.join("/");
        while text.len() > DUPLICATE_KEY_BYTES_MAX {
            text.remove(0);
        }
        Self(text)
    }
    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It will be tried, now or later.
    Waiting,
    /// The other side has taken it.
    Sent,
    /// It is tried no more, unless a person says so.
    Dead,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Sent, Self::Dead];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }
    /// Reads back what [`Self::name`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

/// How one try went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has taken it.
    Delivered,
    /// It may go better later.
    Later(String),
    /// It will never go.
    Never(String),
}

/// What follows from a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Sent.
    Sent,
    /// Tried again then.
    Again {
        /// When.
        at: Timestamp,
        /// Why it did not go.
        why: String,
    },
    /// Given up.
    Dead {
        /// Why.
        why: String,
        /// Whether a person may have it tried again.
        revivable: bool,
    },
}

/// Why a letter that waited for too long is not sent: a code or link in it opens nothing any more.
pub const TOO_LATE: &str = "too late: what it carries is no longer valid";

/// Whether there is still any use in sending it.
pub fn too_late(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|until| now >= until)
}

/// What follows after the try with this number (from 1) of a letter that began at `since`.
pub fn after(
    outcome: Outcome,
    tries: u32,
    since: Timestamp,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Step {
    let why = match outcome {
        Outcome::Delivered => return Step::Sent,
        Outcome::Never(why) => return Step::Dead { why, revivable: true },
        Outcome::Later(why) => why,
    };
    let at = now.plus_secs(back_off_s(tries));
    if too_late(expires_at, at) {
        return Step::Dead { why: format!("{TOO_LATE}; at the last try: {why}"), revivable: false };
    }
    if tries >= LETTER_TRIES_MAX || at.secs_since(since) > LETTER_AGE_S_MAX {
        return Step::Dead {
            why: format!("given up after {tries} tries; at the last one: {why}"),
            revivable: true,
        };
    }
    Step::Again { at, why }
}

/// Seconds to wait after the try with this number (from 1): doubled each time, up to an hour.
pub fn back_off_s(tries: u32) -> i64 {
    let doubled = tries.saturating_sub(1).min(20);
    LETTER_RETRY_S_MIN.saturating_mul(1 << doubled).min(LETTER_RETRY_S_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_000_000);

    #[test]
    fn a_letter_is_tried_for_about_a_day_and_not_for_ever() {
        let (mut now, mut tries) = (START, 0);
        let why = loop {
            tries += 1;
            match after(Outcome::Later("refused".into()), tries, START, None, now) {
                Step::Again { at, .. } => now = at,
                Step::Dead { why, revivable } => {
                    assert!(revivable);
                    break why;
                }
                Step::Sent => panic!("sent"),
            }
        };
        let hours = now.secs_since(START) / 3_600;
        assert!((22..=24).contains(&hours), "{hours} h");
        assert!(tries < LETTER_TRIES_MAX && why.contains("refused"), "{tries}: {why}");
        assert_eq!([1, 2, 3, 9, 10, 60].map(back_off_s), [10, 20, 40, 2_560, 3_600, 3_600]);
    }

    #[test]
    fn what_opens_nothing_any_more_is_not_tried_again() {
        let expires = Some(START.plus_secs(25));
        let later = || Outcome::Later("busy".into());
        assert!(matches!(after(later(), 2, START, expires, START), Step::Again { .. }));
        let dead = after(later(), 2, START, expires, START.plus_secs(5));
        assert!(matches!(dead, Step::Dead { revivable: false, .. }));
        assert!(too_late(expires, START.plus_secs(25)) && !too_late(expires, START.plus_secs(24)));
        assert!(!too_late(None, Timestamp(i64::MAX)));
        assert_eq!(after(Outcome::Delivered, 1, START, expires, START.plus_secs(99)), Step::Sent);
    }

    #[test]
    fn a_duplicate_key_is_bounded_and_keeps_its_end() {
        let key = DuplicateKey::new(&[&"é".repeat(400), "7"]);
        assert!(key.as_str().len() <= DUPLICATE_KEY_BYTES_MAX && key.as_str().ends_with("/7"));
        assert_eq!(DuplicateKey::new(&["a", "b"]).as_str(), "a/b");
    }
}
