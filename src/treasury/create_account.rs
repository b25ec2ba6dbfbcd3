//! UC-1, Initial System Setup: the operator creates the system account, with an empty wallet. More of
//! them keep what is for a purpose of its own apart from the community's pool.

use serde_json::json;

use super::SystemAccount;
use crate::error::{Code, Error, Result};
use crate::identity::check_name;
use crate::ledger::{AuditAction, Authority, Command, Ledger, SYSTEM_ACCOUNT, UserId, treasury};

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
        Ok((create(ledger, name, &self.authority)?, true))
    }
}

/// Creates one more system account.
///
/// Refused: `invalid_request` for a name that is none, `system_account_exists`.
#[derive(Debug, Clone)]
pub struct AddAccount {
    /// 3 to 255 letters, digits, `_` or `-`.
    pub name: String,
    /// Who and why.
    pub authority: Authority,
}

impl Command for AddAccount {
    type Output = SystemAccount;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<SystemAccount> {
        check_name("name", &self.name, 255)?;
        if treasury(ledger.conn, Some(&self.name)).is_ok() {
            return Err(Error::new(
                Code::SystemAccountExists,
                format!("There is a system account named {} already.", self.name),
            ));
        }
        create(ledger, &self.name, &self.authority)
    }
}

fn create(ledger: &mut Ledger<'_>, name: &str, authority: &Authority) -> Result<SystemAccount> {
    let (wallet, wallet_id) = ledger.open_wallet(true)?;
    ledger.audit(&authority.line(AuditAction::SystemAccountCreate, name, json!({ "wallet_id": wallet_id })))?;
    ledger.conn.execute(
        "INSERT INTO system_accounts (id, wallet, name, created_at) VALUES (?1, ?2, ?3, ?4)",
        (UserId::random(), wallet, name, ledger.now()),
    )?;
    Ok(SystemAccount { name: name.to_owned(), wallet_id, balance: 0 })
}
