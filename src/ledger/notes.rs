//! Erasing what someone wrote. The chain covers a note by a salted hash alone, so it stays whole; and
//! with the salt gone, nobody can try which words fit the hash.

use rusqlite::Connection;

use super::wallet::Wallet;
use crate::error::Result;

/// Erases the notes of all transactions that a wallet sent; gives how many there were. Follows the
/// wallet's whole history: for leaving, once, not for every day.
pub fn erase_notes(conn: &Connection, wallet: &Wallet) -> Result<i64> {
    let mut read = conn.prepare_cached(
        "SELECT from_wallet = ?2, iif(to_wallet = ?2, to_previous, from_previous), note IS NOT NULL
           FROM transactions WHERE sequence = ?1",
    )?;
    let mut erase = conn.prepare_cached("UPDATE transactions SET note = NULL, note_salt = NULL WHERE sequence = ?1")?;
    let (mut next, mut erased) = (wallet.last_sequence, 0);
    while next != 0 {
        let (sent, previous, has_note): (bool, i64, bool) =
            read.query_row((next, wallet.key), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        if sent && has_note {
            erase.execute([next])?;
            erased += 1;
        }
        next = previous;
    }
    Ok(erased)
}
