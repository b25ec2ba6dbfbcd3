//! What a proposal would do, as its page shows it to whoever is to consent: with names, and as things are now.

use rusqlite::Connection;

use super::super::preview::PreviewLine;
use super::act::Act;
use super::proposal::Proposal;
use crate::error::Result;
use crate::identity::member;
use crate::ledger::{Transaction, UserId, Wallet, WalletId, by_id, treasury};

/// Lines shown of a long list.
const SHOWN_MAX: usize = 200;

/// What would happen, or happened.
#[derive(Debug)]
pub(super) enum Shown {
    /// Tokens for an account; none named: the community's own.
    Issuance(Option<String>),
    /// Tokens for members.
    Distribution {
        /// The account.
        account: Option<String>,
        /// What they read beside it.
        note: Option<String>,
        /// Who gets what, of a long list the first.
        lines: Vec<PreviewLine>,
        /// How many get something.
        count: usize,
        /// What would be issued for it now.
        issued: i64,
    },
    /// A payment that goes back.
    Reversal(Box<Transaction>),
    /// A wallet that opens again, and why it is frozen, if it is still.
    Unfreezing {
        /// Whose.
        owner: Option<UserId>,
        /// The wallet.
        wallet: Box<Wallet>,
    },
}

impl Shown {
    pub(super) fn of(conn: &Connection, proposal: &Proposal) -> Result<Self> {
        Ok(match &proposal.act {
            Act::Issuance { system_account, .. } => Self::Issuance(system_account.clone()),
            Act::Distribution { recipients, note, system_account, .. } => Self::Distribution {
                account: system_account.clone(),
                note: note.as_ref().map(|note| note.as_str().to_owned()),
                count: recipients.len(),
                issued: (proposal.amount - treasury(conn, system_account.as_deref())?.balance).max(0),
                lines: recipients
                    .iter()
                    .take(SHOWN_MAX)
                    .map(|recipient| {
                        let wallet = Wallet::by_id(conn, recipient.wallet_id)?;
                        let (name, balance) = (wallet.name, wallet.balance);
                        Ok(PreviewLine { wallet_id: recipient.wallet_id, amount: recipient.amount, name, balance })
                    })
                    .collect::<Result<_>>()?,
            },
            Act::Reversal { transaction_id, .. } => Self::Reversal(Box::new(by_id(conn, *transaction_id, None)?)),
            Act::Unfreezing { wallet_id, .. } => Self::unfreezing(conn, *wallet_id)?,
        })
    }

    fn unfreezing(conn: &Connection, id: WalletId) -> Result<Self> {
        let wallet = Wallet::by_id(conn, id)?;
        let owner = member::by_wallet(conn, wallet.key)?.map(|member| member.id);
        Ok(Self::Unfreezing { owner, wallet: Box::new(wallet) })
    }

    /// How many of a long list are not shown.
    pub(super) fn more(&self) -> usize {
        match self {
            Self::Distribution { lines, count, .. } => count - lines.len(),
            _ => 0,
        }
    }
}
