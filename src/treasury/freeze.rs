//! UC-4: an operator freezes a wallet, and nothing moves in or out of it, at once; or unfreezes it.

use rusqlite::OptionalExtension;
use serde_json::json;

use crate::error::{Code, Error, Result};
use crate::ledger::{AuditAction, Authority, Command, Ledger, Wallet, WalletId};

/// Freezes or unfreezes a member's wallet. A wallet that is already so, for the same reason, stays as it is, and
/// nothing is logged; freezing it for another reason is what the member reads from then on.
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
        let frozen_for = self.frozen.then(|| self.authority.reason.as_str());
        if wallet.frozen_reason.as_deref() == frozen_for {
            return Ok(wallet);
        }
        let (action, details) = if self.frozen {
            (AuditAction::WalletFreeze, json!({}))
        } else {
            (AuditAction::WalletUnfreeze, json!({ "balance": wallet.balance }))
        };
        let audit = ledger.audit(&self.authority.line(action, &wallet.id.to_string(), details))?;
        ledger.conn.execute(
            "UPDATE wallets SET is_frozen = ?2, frozen_reason = ?3, state_audit = ?4, updated_at = ?5 WHERE key = ?1",
            (wallet.key, self.frozen, frozen_for, audit, ledger.now()),
        )?;
        Wallet::by_key(ledger.conn, wallet.key)
    }
}

/// Unfreezes a member's wallet, and says which freezing was lifted: what was proposed about one is not meant
/// for another.
///
/// Refused: `wallet_not_found`, `system_wallet`; `proposal_outdated` where another one is in force.
#[derive(Debug, Clone)]
pub struct Unfreeze {
    /// Which wallet.
    pub wallet_id: WalletId,
    /// The audit line of the freezing that is lifted; `None`: whichever is in force, if any.
    pub frozen_by: Option<i64>,
    /// Who and why.
    pub authority: Authority,
}

/// What was unfrozen.
#[derive(Debug, Clone)]
pub struct Unfrozen {
    /// The wallet.
    pub wallet: Wallet,
    /// The audit line of the freezing that was lifted.
    pub frozen_by: Option<i64>,
}

impl Command for Unfreeze {
    type Output = Unfrozen;

    fn run(self, ledger: &mut Ledger<'_>) -> Result<Unfrozen> {
        let frozen_by: Option<i64> = ledger
            .conn
            .prepare_cached("SELECT state_audit FROM wallets WHERE id = ?1 AND is_frozen")?
            .query_row([self.wallet_id], |row| row.get(0))
            .optional()?;
        if self.frozen_by.is_some() && self.frozen_by != frozen_by {
            return Err(Error::new(
                Code::ProposalOutdated,
                "This wallet was unfrozen since, or frozen anew for another reason.",
            ));
        }
        let Self { wallet_id, authority, .. } = self;
        let wallet = SetFrozen { wallet_id, frozen: false, authority }.run(ledger)?;
        Ok(Unfrozen { wallet, frozen_by })
    }
}
