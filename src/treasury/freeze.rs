//! UC-4: an operator freezes a wallet, and nothing moves in or out of it, at once; or unfreezes it.

use serde_json::json;

use crate::error::{Code, Error, Result};
use crate::ledger::{Authority, Command, Ledger, Wallet, WalletId};

/// Freezes or unfreezes a member's wallet. A wallet that is already so stays as it is, and nothing
/// is logged.
///
/// Refused: `wallet_not_found`, `system_wallet`.
#[derive(Debug, Clone)]
pub struct SetFrozen {
    /// Which wallet.
    pub wallet_id: WalletId,
    /// Frozen, or not.
    pub frozen: bool,
    /// Who and why; the member sees the reason.
    pub authority: Authority,
}

impl Command for SetFrozen {
    type Output = Wallet;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Wallet> {
        let wallet = Wallet::by_id(ledger.conn, self.wallet_id)?;
        if wallet.is_system {
            return Err(Error::new(Code::SystemWallet, "The wallet of a system account cannot be frozen."));
        }
        if wallet.frozen_reason.is_some() == self.frozen {
            return Ok(wallet);
        }
        let audit = ledger.audit(&self.authority.line(
            if self.frozen { "wallet.freeze" } else { "wallet.unfreeze" },
            &wallet.id.to_string(),
            json!({}),
        ))?;
        ledger.conn.execute(
            "UPDATE wallets SET is_frozen = ?2, frozen_reason = ?3, state_audit = ?4, updated_at = ?5 WHERE key = ?1",
            (wallet.key, self.frozen, self.frozen.then(|| self.authority.reason.as_str()), audit, ledger.now()),
        )?;
        Wallet::by_key(ledger.conn, wallet.key)
    }
}
