//! What can wait for consent: an act with nothing left open in it, so that what happens in the end is what was
//! proposed, and not what the same words would mean by then.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Correct, Distribute, Distribution, Issue, Recipient, Unfreeze, Unfrozen};
use super::ask::Weighty;
use crate::error::Result;
use crate::ledger::{
    Amount, AuditAction, Authority, Command, Ledger, Note, Once, Outcome, Repeatable, Seen, Transaction, TransactionId,
    WalletId,
};

/// An act of an operator that another one can consent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// Tokens are issued into the pool of a system account.
    Issuance {
        /// Whole tokens.
        amount: Amount,
        /// Which account; the community's own where none is named.
        system_account: Option<String>,
    },
    /// Tokens are distributed.
    Distribution {
        /// Who gets what.
        recipients: Vec<Recipient>,
        /// What they read beside it.
        #[schema(value_type = Option<String>)]
        note: Option<Note>,
        /// From which account; the community's own where none is named.
        system_account: Option<String>,
        /// What may be issued for it at most, where somebody was told so before.
        issued_max: Option<i64>,
    },
    /// A transaction is given back.
    Reversal {
        /// Which.
        transaction_id: TransactionId,
        /// How much of it.
        amount: Amount,
    },
    /// A wallet is unfrozen.
    Unfreezing {
        /// Which.
        wallet_id: WalletId,
        /// The line of the audit log by which it was frozen.
        frozen_by: i64,
    },
}

impl Act {
    /// The word for what it is.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Issuance { .. } => "issuance",
            Self::Distribution { .. } => "distribution",
            Self::Reversal { .. } => "reversal",
            Self::Unfreezing { .. } => "unfreezing",
        }
    }

    /// What the audit log calls it when it is done.
    pub(super) const fn action(&self) -> AuditAction {
        match self {
            Self::Issuance { .. } => AuditAction::Issuance,
            Self::Distribution { .. } => AuditAction::Distribution,
            Self::Reversal { .. } => AuditAction::Reversal,
            Self::Unfreezing { .. } => AuditAction::WalletUnfreeze,
        }
    }

    /// Does it; `seen` are the wallets of recipients as they were before.
    pub(super) fn carry_out(
        self,
        ledger: &mut Ledger<'_>,
        recipients_max: usize,
        seen: Seen,
        authority: Authority,
    ) -> Result<()> {
        match self {
            Self::Issuance { amount, system_account } => {
                Issue { amount, system_account, authority }.run(ledger).map(drop)
            }
            Self::Distribution { mut recipients, note, system_account, issued_max } => {
                for (index, recipient) in recipients.iter_mut().enumerate() {
                    recipient.place = format!("recipients[{index}]");
                }
                let command =
                    Distribute { recipients, recipients_max, note, system_account, issued_max, authority, seen };
                command.run(ledger).map(drop)
            }
            Self::Reversal { transaction_id, amount } => {
                Correct { transaction_id, amount: Some(amount), authority }.run(ledger).map(drop)
            }
            Self::Unfreezing { wallet_id, frozen_by } => {
                Unfreeze { wallet_id, frozen_by: Some(frozen_by), authority }.run(ledger).map(drop)
            }
        }
    }
}

impl Weighty for Issue {
    fn authority(&self) -> &Authority {
        &self.authority
    }

    fn weigh(&self, _: &Transaction) -> Result<(Act, i64)> {
        let act = Act::Issuance { amount: self.amount, system_account: self.system_account.clone() };
        Ok((act, self.amount.get()))
    }
}

impl Weighty for Distribute {
    fn authority(&self) -> &Authority {
        &self.authority
    }

    fn weigh(&self, done: &Distribution) -> Result<(Act, i64)> {
        let act = Act::Distribution {
            recipients: self.recipients.clone(),
            note: self.note.clone(),
            system_account: self.system_account.clone(),
            issued_max: self.issued_max,
        };
        Ok((act, done.distributed))
    }
}

impl Weighty for Correct {
    fn authority(&self) -> &Authority {
        &self.authority
    }

    fn weigh(&self, done: &Transaction) -> Result<(Act, i64)> {
        let act = Act::Reversal { transaction_id: self.transaction_id, amount: Amount::new(done.amount)? };
        Ok((act, done.with_fee()))
    }
}

impl Weighty for Unfreeze {
    fn authority(&self) -> &Authority {
        &self.authority
    }

    fn weigh(&self, done: &Unfrozen) -> Result<(Act, i64)> {
        let act = Act::Unfreezing { wallet_id: self.wallet_id, frozen_by: done.frozen_by.unwrap_or(0) };
        Ok((act, done.wallet.balance))
    }
}

impl<C: Weighty + Repeatable> Weighty for Once<C> {
    fn authority(&self) -> &Authority {
        self.command.authority()
    }

    fn weigh(&self, done: &Outcome<C::Output>) -> Result<(Act, i64)> {
        self.command.weigh(&done.output)
    }

    fn asked(&self) -> Option<(u128, u128)> {
        Some(self.asked)
    }
}
