//! Payers who called lately, so that a payment need not look its sender up in the database.
//!
//! Only what hardly ever changes is remembered: to whom an identity is bound, until they are
//! erased, and which wallet is theirs. Whether they may pay is judged where the payment is made, by the
//! rows of that moment.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::member::Member;
use super::token::Claims;
use crate::ledger::{ClientKey, UserKey, WalletKey};

/// Payers remembered at most: some megabytes. Past it, everyone is looked up once more.
const PAYERS_MAX: usize = 10_000;

/// Whose tokens a call moves.
#[derive(Debug, Clone, Copy)]
pub struct Payer {
    /// The member.
    pub key: UserKey,
    /// Their wallet.
    pub wallet_key: WalletKey,
    /// The service client that acts for them; `None`: they call themselves.
    pub client: Option<ClientKey>,
}

impl From<&Member> for Payer {
    fn from(member: &Member) -> Self {
        Self { key: member.key, wallet_key: member.wallet_key, client: None }
    }
}

/// The payers who called lately.
#[derive(Default)]
pub struct Known(Mutex<HashMap<String, Payer>>);

/// No issuer and no subject holds a control character.
fn name(claims: &Claims) -> String {
    format!("{}\n{}", claims.issuer, claims.subject)
}

impl Known {
    /// Who it is, if they called lately.
    pub fn get(&self, claims: &Claims) -> Option<Payer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name(claims)).copied()
    }

    /// Remembers who it is.
    pub fn add(&self, claims: &Claims, payer: Payer) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= PAYERS_MAX {
            known.clear();
        }
        known.insert(name(claims), payer);
    }

    /// Forgets a member: an erased one's identity is free to become somebody new.
    pub fn forget(&self, user: UserKey) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, payer| payer.key != user);
    }
}
