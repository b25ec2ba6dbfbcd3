//! Favourites: whom a member wants to find first when they pay. Nobody else sees them.

use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use super::send::payer;
use crate::error::{Code, Error, Result};
use crate::identity::member;
use crate::ledger::{Command, Ledger, UserKey, Wallet, WalletId};

/// Favourites of one member: more than that is a directory.
pub const FAVOURITES_MAX: i64 = 50;

/// Somebody a member likes to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Favourite {
    /// Their wallet.
    pub wallet_id: WalletId,
    /// Their name today.
    pub name: String,
    /// Whether they are a favourite.
    pub is_favourite: bool,
}

/// Makes somebody a favourite, or no longer. Doing it twice changes nothing.
///
/// Refused: `forbidden` for one who has left, `wallet_not_found`, `self_transfer` for the own wallet,
/// `too_many_favourites`.
#[derive(Debug, Clone)]
pub struct SetFavourite {
    /// Whose.
    pub user: UserKey,
    /// Who.
    pub wallet_id: WalletId,
    /// Added, or removed.
    pub is_favourite: bool,
}

impl Command for SetFavourite {
    type Output = Favourite;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Favourite> {
        let own = payer(ledger.conn, member::by_key(ledger.conn, self.user)?.wallet_key)?;
        let wallet = Wallet::by_id(ledger.conn, self.wallet_id)?;
        if self.is_favourite {
            if wallet.key == own.key {
                return Err(Error::new(Code::SelfTransfer, "This is your own wallet. Choose someone else."));
            }
            let kept: i64 = ledger
                .conn
                .prepare_cached("SELECT count(*) FROM favourites WHERE user = ?1 AND wallet <> ?2")?
                .query_row((self.user, wallet.key), |row| row.get(0))?;
            if kept >= FAVOURITES_MAX {
                return Err(Error::new(
                    Code::TooManyFavourites,
                    format!("You have {FAVOURITES_MAX} favourites, as many as there can be. Remove one first."),
                ));
            }
            ledger
                .conn
                .prepare_cached(
                    "INSERT INTO favourites (user, wallet, created_at)
                     SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM favourites WHERE user = ?1 AND wallet = ?2)",
                )?
                .execute((self.user, wallet.key, ledger.now()))?;
        } else {
            ledger
                .conn
                .prepare_cached("DELETE FROM favourites WHERE user = ?1 AND wallet = ?2")?
                .execute((self.user, wallet.key))?;
        }
        Ok(Favourite { wallet_id: wallet.id, name: wallet.name, is_favourite: self.is_favourite })
    }
}

/// A member's favourites, in the order of their names.
pub fn favourites(conn: &Connection, user: UserKey) -> Result<Vec<Favourite>> {
    let mut statement = conn.prepare_cached(
        "SELECT owners.wallet_id, owners.name FROM favourites JOIN owners ON owners.wallet = favourites.wallet
          WHERE favourites.user = ?1 ORDER BY owners.name COLLATE NOCASE, owners.wallet",
    )?;
    let rows = statement
        .query_map([user], |row| Ok(Favourite { wallet_id: row.get(0)?, name: row.get(1)?, is_favourite: true }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether this wallet is one of them.
pub fn is_favourite(conn: &Connection, user: UserKey, wallet_id: WalletId) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM favourites JOIN wallets ON wallets.key = favourites.wallet
                             WHERE favourites.user = ?1 AND wallets.id = ?2)",
        )?
        .query_row((user, wallet_id), |row| row.get(0))?)
}
