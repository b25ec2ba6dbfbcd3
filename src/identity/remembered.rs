//! Tokens that were verified before, so that a page with twenty calls checks one signature.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::token::Claims;

/// SHA-256 of a token. The token itself is not kept: memory dumps should not sign anyone in.
pub(super) type Fingerprint = [u8; 32];

/// A verification that still holds if nothing has changed since.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) claims: Claims,
    /// From when the token is good, in Unix milliseconds: the clock may have been set back since.
    pub(super) good_from_ms: i64,
    /// Which provider it was, by its place in the list.
    pub(super) provider: usize,
    /// The provider's key set at that time.
    pub(super) generation: u64,
}

/// The remembered verifications, never more than twice [`Remembered::HALF`].
///
/// Two halves: new ones go to the young half; when it is full it becomes the old half, and what
/// was old is forgotten. What is used stays, because finding it in the old half moves it back.
#[derive(Default)]
pub(super) struct Remembered(Mutex<Halves>);

#[derive(Default)]
struct Halves {
    young: HashMap<Fingerprint, Entry>,
    old: HashMap<Fingerprint, Entry>,
}

impl Remembered {
    pub(super) const HALF: usize = 5_000;

    pub(super) fn get(&self, fingerprint: &Fingerprint) -> Option<Entry> {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = halves.young.get(fingerprint) {
            return Some(entry.clone());
        }
        let entry = halves.old.remove(fingerprint)?;
        halves.add(*fingerprint, entry.clone());
        Some(entry)
    }

    pub(super) fn add(&self, fingerprint: Fingerprint, entry: Entry) {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.add(fingerprint, entry);
    }

    pub(super) fn forget(&self, fingerprint: &Fingerprint) {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.young.remove(fingerprint);
        halves.old.remove(fingerprint);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.young.len() + halves.old.len()
    }
}

impl Halves {
    fn add(&mut self, fingerprint: Fingerprint, entry: Entry) {
        if self.young.len() >= Remembered::HALF {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(fingerprint, entry);
    }
}
