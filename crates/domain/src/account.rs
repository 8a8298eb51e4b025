//! People: what a company asks of a sign-in, which factors there are, how long somebody has to wait after failures.
//!
//! Never: sees a password or a code.

use crate::project::Network;
use crate::{Timestamp, limits};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What makes a second factor beside a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondFactor {
    /// Time-based codes of an authenticator app (RFC 6238).
    Totp,
    /// A code by text message.
    Sms,
    /// A code by e-mail.
    Mail,
}

impl SecondFactor {
    /// All of them, the strongest first.
    pub const ALL: [Self; 3] = [Self::Totp, Self::Sms, Self::Mail];
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Sms => "sms",
            Self::Mail => "mail",
        }
    }
}

/// What a company asks of its people when they sign in. Of several companies, the strictest counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInRules {
    /// Characters of a password, at least.
    pub password_chars_min: u32,
    /// Strength of a password, at least: 0 to 4 as zxcvbn estimates it.
    pub password_score_min: u8,
    /// Whether passwords are not accepted at all.
    pub passkey_required: bool,
    /// Which second factors count beside a password.
    pub second_factors: Vec<SecondFactor>,
    /// Seconds until a session ends, whatever happens.
    pub session_s_max: u32,
    /// Seconds without a request until a session ends.
    pub idle_s_max: u32,
    /// Networks (CIDR) from which sign-in is accepted; empty: any.
    pub networks: Vec<String>,
}

impl Default for SignInRules {
    fn default() -> Self {
        Self {
            password_chars_min: 12,
            password_score_min: 3,
            passkey_required: false,
            second_factors: SecondFactor::ALL.to_vec(),
            session_s_max: 12 * 3_600,
            idle_s_max: 30 * 60,
            networks: Vec::new(),
        }
    }
}

/// Sign-in rules that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{member}`: {why}")]
pub struct BadRules {
    /// Which member.
    pub member: &'static str,
    /// What is expected.
    pub why: &'static str,
}

impl SignInRules {
    /// Refuses rules weaker than the least that Fieldkeep accepts, and ones that nobody could meet.
    pub fn check(&self) -> Result<(), BadRules> {
        let bad = |member, why| Err(BadRules { member, why });
        if !(12..=128).contains(&self.password_chars_min) {
            return bad("password_chars_min", "12 to 128 expected");
        }
        if !(3..=4).contains(&self.password_score_min) {
            return bad("password_score_min", "3 or 4 expected");
        }
        if self.second_factors.is_empty() && !self.passkey_required {
            return bad(
                "second_factors",
                "at least one, or `passkey_required`: a password alone opens nothing",
            );
        }
        if !(300..=7 * 86_400).contains(&self.session_s_max) {
            return bad("session_s_max", "300 to 604800 expected");
        }
        if !(60..=86_400).contains(&self.idle_s_max) {
            return bad("idle_s_max", "60 to 86400 expected");
        }
        if self.networks.len() > limits::NETWORKS_MAX {
            return bad("networks", "limit `networks`: at most 64");
        }
        if self.networks.iter().any(|network| network.parse::<Network>().is_err()) {
            return bad("networks", "CIDR such as 10.20.0.0/16 or fd00::/8 expected, host bits zero");
        }
        Ok(())
    }

    /// Whether a sign-in from there is accepted.
    pub fn admits(&self, address: IpAddr) -> bool {
        let inside = |text: &String| text.parse::<Network>().is_ok_and(|network| network.contains(address));
        self.networks.is_empty() || self.networks.iter().any(inside)
    }

    /// The strictest of what several companies ask. Networks are asked about one by one: [`Self::admits`].
    #[must_use]
    pub fn strictest<'a>(rules: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut rules = rules.into_iter();
        let mut out = rules.next().cloned().unwrap_or_default();
        for one in rules {
            out.password_chars_min = out.password_chars_min.max(one.password_chars_min);
            out.password_score_min = out.password_score_min.max(one.password_score_min);
            out.passkey_required |= one.passkey_required;
            out.second_factors.retain(|factor| one.second_factors.contains(factor));
            out.session_s_max = out.session_s_max.min(one.session_s_max);
            out.idle_s_max = out.idle_s_max.min(one.idle_s_max);
        }
        out
    }
}

/// Seconds to wait after so many failures in a row: none at first, then doubling, never longer than a quarter of an
/// hour. Nobody is locked out for good.
pub fn wait_s(failures: u32) -> u64 {
    match failures.checked_sub(limits::FREE_FAILURES) {
        None => 0,
        Some(more) => 1u64.checked_shl(more).unwrap_or(u64::MAX).min(limits::WAIT_S_MAX),
    }
}

/// When a session ends: by age, or because nobody uses it.
pub fn session_ends_at(expires_at: Timestamp, used_at: Timestamp, idle_s: i64) -> Timestamp {
    expires_at.min(used_at.plus_secs(idle_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold_and_weaker_ones_do_not() {
        assert_eq!(SignInRules::default().check(), Ok(()));
        let with = |change: fn(&mut SignInRules)| {
            let mut rules = SignInRules::default();
            change(&mut rules);
            rules.check()
        };
        assert!(with(|rules| rules.password_chars_min = 11).is_err());
        assert!(with(|rules| rules.password_score_min = 2).is_err());
        assert!(with(|rules| rules.second_factors.clear()).is_err());
        assert!(with(|rules| rules.session_s_max = 1_000_000).is_err());
        assert!(with(|rules| rules.idle_s_max = 1).is_err());
        assert!(with(|rules| rules.networks = vec!["10.0.0.1/8".into()]).is_err());
    }

    #[test]
    fn of_several_companies_the_strictest_counts() {
        let soft = SignInRules::default();
        let hard = SignInRules {
            password_chars_min: 20,
            second_factors: vec![SecondFactor::Totp],
            idle_s_max: 120,
            ..SignInRules::default()
        };
        let both = SignInRules::strictest([&soft, &hard]);
        assert_eq!((both.password_chars_min, both.idle_s_max), (20, 120));
        assert_eq!(both.second_factors, [SecondFactor::Totp]);
    }

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<u64> = (0..10).map(wait_s).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16]);
        assert_eq!((wait_s(1_000), wait_s(u32::MAX)), (limits::WAIT_S_MAX, limits::WAIT_S_MAX));
    }

    #[test]
    fn networks_are_compared() {
        let rules = SignInRules { networks: vec!["10.0.0.0/8".into()], ..SignInRules::default() };
        assert!(rules.admits("10.1.1.1".parse().unwrap()) && !rules.admits("192.0.2.1".parse().unwrap()));
    }
}
