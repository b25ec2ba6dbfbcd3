//! How often someone may call in a minute or an hour, kept in bounded memory.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{PoisonError, RwLock};

use governor::clock::Clock;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{Code, Error, Result};

/// How many are remembered at most: about a megabyte.
const REMEMBERED_MAX: usize = 10_000;

/// Counts calls by whom they come from.
pub(super) struct Rates<K: Hash + Eq + Clone>(Option<(Quota, RwLock<DefaultKeyedRateLimiter<K>>)>);

impl<K: Hash + Eq + Clone> Rates<K> {
    /// So many a minute, and as many at once; 0 for any number.
    pub(super) fn per_minute(calls: u32) -> Self {
        Self::by(NonZeroU32::new(calls).map(Quota::per_minute))
    }

    /// So many an hour, and as many at once; 0 for any number.
    pub(super) fn per_hour(calls: u32) -> Self {
        Self::by(NonZeroU32::new(calls).map(Quota::per_hour))
    }

    fn by(quota: Option<Quota>) -> Self {
        Self(quota.map(|quota| (quota, RwLock::new(RateLimiter::keyed(quota)))))
    }

    /// Counts one call; refuses it where it is one too many, and says when the next will not be.
    pub(super) fn count(&self, caller: &K, detail: &'static str) -> Result<()> {
        let Some((quota, limiter)) = &self.0 else { return Ok(()) };
        if limiter.read().unwrap_or_else(PoisonError::into_inner).len() > REMEMBERED_MAX {
            let mut limiter = limiter.write().unwrap_or_else(PoisonError::into_inner);
            // Whoever has been quiet for a minute needs no memory.
            limiter.retain_recent();
            // A flood from everywhere is for the cap on connections: here it would only be slow.
            if limiter.len() > REMEMBERED_MAX / 2 {
                *limiter = RateLimiter::keyed(*quota);
            }
        }
        let limiter = limiter.read().unwrap_or_else(PoisonError::into_inner);
        limiter.check_key(caller).map_err(|until| {
            let wait = until.wait_time_from(limiter.clock().now());
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            Error::new(Code::TooManyRequests, detail).with("retry_after_seconds", seconds.max(1))
        })
    }

    #[cfg(test)]
    fn remembered(&self) -> usize {
        self.0.as_ref().map_or(0, |(_, limiter)| limiter.read().unwrap_or_else(PoisonError::into_inner).len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The wait that is told is the wait there is, and nobody else waits.
    #[test]
    fn one_too_many_is_told_how_long_to_wait() {
        let rates = Rates::per_minute(5);
        for _ in 0..5 {
            rates.count(&"ann", "").unwrap();
        }
        let refusal = rates.count(&"ann", "Wait.").unwrap_err();
        assert_eq!((refusal.code, refusal.detail.as_str()), (Code::TooManyRequests, "Wait."));
        assert_eq!(refusal.members["retry_after_seconds"], 12);
        rates.count(&"bob", "").unwrap();
        assert!((0..100).all(|_| Rates::per_minute(0).count(&"ann", "").is_ok()));
    }

    /// However many addresses call, the memory stays.
    #[test]
    fn a_flood_from_everywhere_is_not_remembered() {
        let rates = Rates::per_minute(5);
        for address in 0..50_000_u32 {
            rates.count(&address, "").unwrap();
            assert!(rates.remembered() <= REMEMBERED_MAX + 1);
        }
    }
}
