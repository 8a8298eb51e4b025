//! Token buckets: how often a caller may come. Bounded, so that callers cannot fill the memory either.

use crate::Fault;
use crate::fault::Kind;
use crate::limits::BUCKETS_MAX;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// One limit over many callers.
#[derive(Debug)]
pub struct Buckets<K> {
    name: &'static str,
    per_s: f64,
    burst: f64,
    levels: Mutex<HashMap<K, (f64, Instant)>>,
}

impl<K: Hash + Eq> Buckets<K> {
    /// A limit of so many per second, and so many at once.
    pub fn new(name: &'static str, per_s: f64, burst: f64) -> Self {
        Self { name, per_s, burst, levels: Mutex::new(HashMap::new()) }
    }

    /// Takes one, or says when to come back and which limit it was.
    pub fn take(&self, caller: K) -> Result<(), Fault> {
        let now = Instant::now();
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        if levels.len() >= BUCKETS_MAX && !levels.contains_key(&caller) {
            self.forget_full(&mut levels, now);
        }
        let (level, at) = levels.entry(caller).or_insert((self.burst, now));
        *level = (*level + now.duration_since(*at).as_secs_f64() * self.per_s).min(self.burst);
        *at = now;
        if *level >= 1.0 {
            *level -= 1.0;
            return Ok(());
        }
        let wait_s = ((1.0 - *level) / self.per_s).ceil().max(1.0) as u64;
        let text = format!(
            "limit `{}`: {} per second, {} at once; nothing was done. Come back in {wait_s} s",
            self.name, self.per_s, self.burst
        );
        Err(Fault::new(Kind::TooMany, text).retry_after(wait_s).with("limit", self.name))
    }

    /// A bucket that is full again tells nothing: it can be made anew. If none is, everybody starts afresh.
    fn forget_full(&self, levels: &mut HashMap<K, (f64, Instant)>, now: Instant) {
        levels.retain(|_, (level, at)| {
            *level + now.duration_since(*at).as_secs_f64() * self.per_s < self.burst
        });
        if levels.len() >= BUCKETS_MAX {
            levels.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn callers_have_their_own_bucket_and_it_fills_again() {
        let buckets = Buckets::new("test", 10.0, 2.0);
        assert!(buckets.take("a").is_ok() && buckets.take("a").is_ok());
        let fault = buckets.take("a").unwrap_err();
        assert_eq!((fault.kind, fault.retry_after_s), (Kind::TooMany, Some(1)));
        assert!(fault.text.contains("`test`"));
        assert!(buckets.take("b").is_ok());
        tokio::time::advance(std::time::Duration::from_millis(150)).await;
        assert!(buckets.take("a").is_ok());
    }
}
