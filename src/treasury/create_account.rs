//! UC-1, Initial System Setup: the operator creates the system account, with an empty wallet.

use serde_json::json;

use super::system_account::{SYSTEM_ACCOUNT, SystemAccount, treasury};
use crate::error::{Code, Result};
use crate::ledger::{Authority, Command, Ledger, UserId, WalletId};

/// Creates the community's own system account. Safe to repeat: the second time changes nothing.
#[derive(Debug, Clone)]
pub struct CreateAccount {
    /// Who founds the community, and why.
    pub authority: Authority,
}

impl Command for CreateAccount {
    /// The account, and whether it was made now.
    type Output = (SystemAccount, bool);

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let name = SYSTEM_ACCOUNT;
        match treasury(ledger.conn, Some(name)) {
            Ok(wallet) => {
                let account = SystemAccount { name: name.to_owned(), wallet_id: wallet.id, balance: wallet.balance };
                return Ok((account, false));
            }
            Err(refusal) if refusal.code == Code::SystemAccountNotFound => {}
            Err(other) => return Err(other),
        }
        let (wallet_id, now) = (WalletId::random(), ledger.now());
        ledger.conn.execute(
            "INSERT INTO wallets (id, is_system, created_at, updated_at) VALUES (?1, 1, ?2, ?2)",
            (wallet_id, now),
        )?;
        let wallet = ledger.conn.last_insert_rowid();
        ledger.conn.execute(
            "INSERT INTO system_accounts (id, wallet, name, created_at) VALUES (?1, ?2, ?3, ?4)",
            (UserId::random(), wallet, name, now),
        )?;
        ledger.audit(&self.authority.line("system_account.create", name, json!({ "wallet_id": wallet_id })))?;
        Ok((SystemAccount { name: name.to_owned(), wallet_id, balance: 0 }, true))
    }
}
