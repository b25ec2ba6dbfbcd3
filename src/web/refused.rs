//! Sign-ins that were refused, counted by where and why, for the audit log: one line tells of many, so that
//! nobody fills the disk by knocking.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;

use crate::error::Code;

/// The routes by which people come in.
const WAYS_IN: [&str; 5] = ["/login", "/login/callback", "/login/passkey", "/login/recovery", "/join/{secret}"];
/// How tokens of the API are called here.
const TOKEN: &str = "token";

/// How often it was refused, by way and reason. There are few of either, whatever strangers send.
pub type Refused = BTreeMap<String, u64>;

/// Counts them.
#[derive(Default)]
pub struct RefusedSignIns(Mutex<Refused>);

impl RefusedSignIns {
    fn counts(&self) -> MutexGuard<'_, Refused> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an answer, if it refused somebody who wanted to come in. `token`: whether one was shown.
    pub(super) fn note(&self, route: Option<&str>, token: bool, status: StatusCode, code: Option<Code>) {
        if !status.is_client_error() {
            return;
        }
        let way = match route {
            Some(route) if WAYS_IN.contains(&route) => route,
            Some(route) if token && status == StatusCode::UNAUTHORIZED && route.starts_with("/v1/") => TOKEN,
            _ => return,
        };
        let why = code.map_or_else(|| status.as_str(), |code| code.as_str());
        *self.counts().entry(format!("{way} {why}")).or_default() += 1;
    }

    /// How many were counted since they were taken last.
    pub fn waiting(&self) -> u64 {
        self.counts().values().sum()
    }

    /// What was counted since this was called last.
    pub fn take(&self) -> Refused {
        std::mem::take(&mut *self.counts())
    }

    /// Puts back what could not be written down.
    pub fn put_back(&self, refused: Refused) {
        let mut counts = self.counts();
        for (name, count) in refused {
            *counts.entry(name).or_default() += count;
        }
    }
}
