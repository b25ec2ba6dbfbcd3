//! Wallets that were looked at before the writer's turn: so long a list is not looked up while everybody else
//! waits.

use std::collections::HashSet;

use rusqlite::Connection;

use super::journal::ends;
use super::post::Ledger;
use super::types::{WalletId, WalletKey};
use super::wallet::Wallet;
use crate::error::Result;

/// Wallets as they were at a moment, and which moment that was. In the turn, those that something has happened
/// to since are looked at again. A name is the owner's at that moment.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// In the order of the list; none where there is none, or where it is to be looked at again.
    wallets: Vec<Option<Wallet>>,
    transaction: i64,
    line: i64,
}

impl Seen {
    /// Looks at those that there are, and not beyond what is done at once: longer lists are refused. Here nothing is.
    pub fn look(conn: &Connection, ids: impl IntoIterator<Item = WalletId>, at_once: usize) -> Result<Self> {
        // The ends of both chains come first: what happens while the wallets are read has then happened since.
        let (transaction, line) = ends(conn)?;
        let look = |id| match Wallet::by_id(conn, id) {
            Ok(wallet) => Ok(Some(wallet)),
            Err(error) if error.is_refusal() => Ok(None),
            Err(error) => Err(error),
        };
        let wallets = ids.into_iter().take(at_once).map(look).collect::<Result<_>>()?;
        Ok(Self { wallets, transaction, line })
    }

    /// Forgets what is not so any more, in the turn. A wallet changes by a transaction, and by a line of the audit
    /// log about it or its owner.
    pub fn forget_changed(&mut self, ledger: &Ledger<'_>) -> Result<()> {
        if self.wallets.is_empty() {
            return Ok(());
        }
        let changed = ledger
            .conn
            .prepare_cached(
                "SELECT from_wallet FROM transactions WHERE sequence > ?1
                 UNION ALL SELECT to_wallet FROM transactions WHERE sequence > ?1
                 UNION ALL SELECT wallets.key FROM audit_log JOIN wallets ON wallets.id = target WHERE sequence > ?2
                 UNION ALL SELECT users.wallet FROM audit_log JOIN users ON users.id = target WHERE sequence > ?2",
            )?
            .query_map([self.transaction, self.line], |row| row.get(0))?
            .collect::<rusqlite::Result<HashSet<WalletKey>>>()?;
        if !changed.is_empty() {
            for wallet in &mut self.wallets {
                wallet.take_if(|wallet| changed.contains(&wallet.key));
            }
        }
        Ok(())
    }

    /// The wallet at this place of the list, which has this id; or `wallet_not_found`.
    pub fn take(&mut self, conn: &Connection, place: usize, id: WalletId) -> Result<Wallet> {
        let seen = self.wallets.get_mut(place).and_then(Option::take).filter(|wallet| wallet.id == id);
        seen.map_or_else(|| Wallet::by_id(conn, id), Ok)
    }
}
