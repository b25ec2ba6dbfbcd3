//! Giving an entry of one's own history a category, another one, or none.

use serde::Serialize;
use utoipa::ToSchema;

use super::read::names;
use crate::error::{Error, Result};
use crate::identity::member;
use crate::ledger::{Category, Command, Ledger, TransactionId, UserKey, Wallet, by_id};

/// How an entry stands afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Categorised {
    /// The transaction.
    pub transaction_id: TransactionId,
    /// What you call it; null: nothing.
    pub category: Option<String>,
}

/// Gives an entry a category, or takes it away. Doing it twice changes nothing.
///
/// One that the member has used before is written as it was then, whatever the case of its letters: a
/// phone that begins with a capital makes no second category.
///
/// Refused: `forbidden` for one who has left, `transaction_not_found` for whatever is not in their history.
#[derive(Debug, Clone)]
pub struct Categorise {
    /// Who.
    pub user: UserKey,
    /// Which entry.
    pub transaction_id: TransactionId,
    /// What they call it; `None` takes the category away.
    pub category: Option<Category>,
}

impl Command for Categorise {
    type Output = Categorised;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Categorised> {
        let wallet = Wallet::by_key(ledger.conn, member::by_key(ledger.conn, self.user)?.wallet_key)?;
        if wallet.is_closed {
            return Err(Error::left());
        }
        let entry = by_id(ledger.conn, self.transaction_id, Some(wallet.key))?;
        ledger
            .conn
            .prepare_cached("DELETE FROM categories WHERE user = ?1 AND entry = ?2")?
            .execute((self.user, entry.sequence))?;
        let Some(category) = self.category else {
            return Ok(Categorised { transaction_id: entry.id, category: None });
        };
        let folded = category.as_str().to_lowercase();
        let known = names(ledger.conn, self.user)?.into_iter().find(|name| name.to_lowercase() == folded);
        let category = known.unwrap_or_else(|| category.as_str().to_owned());
        ledger.conn.prepare_cached("INSERT INTO categories (user, entry, category) VALUES (?1, ?2, ?3)")?.execute((
            self.user,
            entry.sequence,
            &category,
        ))?;
        Ok(Categorised { transaction_id: entry.id, category: Some(category) })
    }
}
