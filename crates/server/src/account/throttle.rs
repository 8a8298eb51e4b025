//! How long somebody has to wait after failures: by account, by network, by browser. In memory and bounded.
//!
//! Never: locks anybody out for good, or says by its answer whether an account exists. Passkeys are counted apart, so
//! that a flood against an account's password leaves its owner a way in.

use crate::Fault;
use crate::fault::Kind;
use crate::limits::{NETWORK_FREE_FAILURES, THROTTLE_MAX};
use fieldkeep_domain::limits::FREE_FAILURES;
use fieldkeep_domain::{Hash, PersonId, RowId, Timestamp, account};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// What failures are counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Passwords of an account, by the keyed hash of its address, whether it exists or not.
    Account(Hash),
    /// Passwords of an account from a browser that it was signed in from before.
    Browser(RowId, Hash),
    /// Codes of an account.
    Codes(PersonId),
    /// Codes sent to an account.
    Sent(PersonId),
    /// Passwords and links from a network.
    Network(IpAddr),
    /// Passkeys from a network.
    Passkeys(IpAddr),
    /// Answers of identity providers from a network.
    Providers(IpAddr),
}

impl Counted {
    /// Failures beyond those that many people behind one address make honestly.
    fn counting(self, failures: u32) -> u32 {
        match self {
            Self::Network(_) | Self::Providers(_) => {
                failures.saturating_sub(NETWORK_FREE_FAILURES - FREE_FAILURES)
            }
            // Nobody guesses a signature: a few seconds spare the processor, and keep nobody out.
            Self::Passkeys(_) => {
                failures.saturating_sub(NETWORK_FREE_FAILURES - FREE_FAILURES).min(FREE_FAILURES + 2)
            }
            _ => failures,
        }
    }
}

/// A network stands for its addresses: /24 of IPv4, /56 of IPv6, which is what one customer has.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4((address.to_bits() & 0xffff_ff00).into()),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !((1u128 << 72) - 1)).into()),
    }
}

/// After a day without failures they are forgotten.
const FORGOTTEN_S: i64 = 86_400;

/// Failures and when the last one was.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<Counted, (u32, Timestamp)>>);

impl Throttle {
    /// Refuses who has to wait. Asked before any work is done.
    pub fn ask(&self, who: &[Counted], now: Timestamp) -> Result<(), Fault> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = who.iter().filter_map(|one| {
            let (failures, last) = known.get(one)?;
            let since = u64::try_from(now.secs_since(*last)).unwrap_or_default();
            account::wait_s(one.counting(*failures)).checked_sub(since).filter(|wait| *wait > 0)
        });
        match waits.max() {
            None => Ok(()),
            Some(wait) => {
                let text = format!("limit `sign-in`: too many failures; try again in {wait} s");
                Err(Fault::new(Kind::TooMany, text).retry_after(wait).with("limit", "sign-in"))
            }
        }
    }

    /// Counts a failure.
    pub fn failed(&self, who: &[Counted], now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + who.len() > THROTTLE_MAX {
            known.retain(|_, (_, last)| now.secs_since(*last) < FORGOTTEN_S);
            if known.len() + who.len() > THROTTLE_MAX {
                // The single failures go first: whoever has made many keeps waiting.
                known.retain(|_, (failures, _)| *failures > 1);
            }
            if known.len() + who.len() > THROTTLE_MAX {
                // Full of those who wait: the tenth with the fewest failures, the oldest first, makes room. Whoever was most
                // persistent keeps waiting, and a newcomer is counted.
                let mut least: Vec<_> =
                    known.iter().map(|(one, (failures, last))| (*failures, *last, *one)).collect();
                let tenth = (THROTTLE_MAX / 10).max(who.len()).min(least.len().saturating_sub(1));
                least.select_nth_unstable_by_key(tenth, |(failures, last, _)| (*failures, *last));
                for (_, _, one) in &least[..tenth] {
                    known.remove(one);
                }
            }
        }
        for one in who {
            let (failures, last) = known.entry(*one).or_insert((0, now));
            if now.secs_since(*last) >= FORGOTTEN_S {
                *failures = 0;
            }
            (*failures, *last) = (failures.saturating_add(1), now);
        }
    }

    /// What was counted beforehand turned out to be no failure.
    pub fn forgive(&self, who: &[Counted]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in who {
            if let Some((failures, _)) = known.get_mut(one) {
                *failures = failures.saturating_sub(1);
            }
        }
    }

    /// Somebody has shown who they are.
    pub fn succeeded(&self, who: &[Counted]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in who {
            known.remove(one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000_000);

    #[test]
    fn waits_grow_with_failures_and_end_with_success() {
        let throttle = Throttle::default();
        let who = [Counted::Account(Hash([1; 32]))];
        for _ in 0..8 {
            throttle.failed(&who, NOW);
        }
        let fault = throttle.ask(&who, NOW).unwrap_err();
        assert_eq!((fault.kind, fault.retry_after_s), (Kind::TooMany, Some(8)));
        assert!(throttle.ask(&who, NOW.plus_secs(8)).is_ok());
        assert!(throttle.ask(&[Counted::Account(Hash([2; 32]))], NOW).is_ok());
        throttle.succeeded(&who);
        assert!(throttle.ask(&who, NOW).is_ok());
    }

    #[test]
    fn networks_are_given_more_and_addresses_of_one_count_together() {
        let throttle = Throttle::default();
        let at = |text: &str| Counted::Network(network(text.parse().unwrap()));
        for n in 0..50 {
            throttle.failed(&[at(&format!("192.0.2.{n}"))], NOW);
            assert_eq!(throttle.ask(&[at("192.0.2.200")], NOW).is_ok(), n < 49, "{n}");
        }
        assert!(throttle.ask(&[at("192.0.3.1")], NOW).is_ok());
        assert_eq!(
            network("2001:db8:1:2ff::1".parse().unwrap()),
            network("2001:db8:1:200::9".parse().unwrap())
        );
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..THROTTLE_MAX as u32 + 10 {
            throttle.failed(&[Counted::Network(IpAddr::V4(n.into()))], NOW);
        }
        assert!(throttle.0.lock().unwrap().len() <= THROTTLE_MAX);
    }
}
