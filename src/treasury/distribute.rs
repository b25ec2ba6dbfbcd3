//! UC-2 and UC-7: a distribution from a system account to many members, all or nothing. What the
//! pool lacks is issued first, exactly, in the same step (Distribution Rules).

use std::collections::HashSet;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::ledger::{
    Amount, AuditAction, Authority, Command, Ledger, Note, Posting, Repeatable, Seen, Series, Transaction, Wallet,
    WalletId, as_made, treasury,
};

/// One member's share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recipient {
    /// Their wallet.
    pub wallet_id: WalletId,
    /// Whole tokens.
    pub amount: Amount,
    /// Where the list names them (a line of a file, a place in a request), for what is refused.
    #[serde(skip)]
    pub place: String,
}

/// Distributes tokens to members.
///
/// Refused as a whole, naming the recipient, when one cannot receive: `wallet_not_found`,
/// `wallet_frozen`, `recipient_closed`, `system_wallet`, `amount_overflow`; and `too_many_recipients`.
#[derive(Debug, Clone)]
pub struct Distribute {
    /// Who gets what; each wallet once.
    pub recipients: Vec<Recipient>,
    /// Recipients at most (configuration, `limits.recipients_per_distribution`).
    pub recipients_max: usize,
    /// What the members read beside it.
    pub note: Option<Note>,
    /// From which account; `None`: the community's own.
    pub system_account: Option<String>,
    /// What may be issued for it at most, where somebody was told so before.
    pub issued_max: Option<i64>,
    /// Who and why.
    pub authority: Authority,
    /// Their wallets, as they were seen before its turn.
    pub seen: Seen,
}

/// What a distribution did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Distribution {
    /// Its id, which the audit log names too.
    pub distribution_id: Uuid,
    /// Tokens that had to be issued for it: exactly what the pool lacked.
    pub issued: i64,
    /// Tokens that members received.
    pub distributed: i64,
    /// The issuance, if there was one, and then one transaction for each recipient.
    #[schema(value_type = Vec<Transaction>)]
    pub transactions: Series,
}

/// The refusal of more recipients than one distribution serves: what may be done, and by which setting it
/// may be more.
pub fn too_many_recipients(count: usize, recipients_max: usize) -> Error {
    let detail = format!(
        "A distribution serves at most {recipients_max} recipients, and this one has {count}. Split it, or raise limits.recipients_per_distribution in the settings."
    );
    Error::new(Code::TooManyRecipients, detail).with("recipients_max", recipients_max).with("recipients", count)
}

impl Distribute {
    /// Who would get what and what would be issued, without doing it.
    pub fn preview(&self, conn: &Connection) -> Result<(i64, i64)> {
        let treasury = treasury(conn, self.system_account.as_deref())?;
        let (_, total) = self.check(conn, Seen::default())?;
        Ok(((total - treasury.balance).max(0), total))
    }

    /// Who gets how much, and the sum.
    fn check(&self, conn: &Connection, mut wallets: Seen) -> Result<(Vec<(Wallet, Amount)>, i64)> {
        if self.recipients.is_empty() {
            return Err(Error::field(
                "recipients",
                "must name at least one recipient; members are there from their first sign-in on",
            ));
        }
        if self.recipients.len() > self.recipients_max {
            return Err(too_many_recipients(self.recipients.len(), self.recipients_max));
        }
        let mut named = HashSet::with_capacity(self.recipients.len());
        let mut total = 0_i64;
        let mut shares = Vec::with_capacity(self.recipients.len());
        for (place, recipient) in self.recipients.iter().enumerate() {
            let at = |error: Error| error.about(&recipient.place).with("wallet_id", recipient.wallet_id.to_string());
            let wallet = wallets.take(conn, place, recipient.wallet_id);
            let wallet = wallet.and_then(|wallet| receiver(wallet, &mut named)).map_err(at)?;
            shares.push((wallet, recipient.amount));
            total = add(total, recipient.amount)?;
        }
        Ok((shares, total))
    }
}

/// The wallet, if it can receive a share; `named` are those that get one already.
pub(super) fn receiver(wallet: Wallet, named: &mut HashSet<WalletId>) -> Result<Wallet> {
    if wallet.is_system {
        return Err(Error::new(Code::SystemWallet, "This wallet belongs to a system account, not to a member.")
            .in_words("treasury-list-system"));
    }
    if !named.insert(wallet.id) {
        return Err(Error::field("recipients", "This wallet is named twice.").in_words("treasury-list-twice"));
    }
    if wallet.frozen_reason.is_some() {
        return Err(Error::new(Code::WalletFrozen, "This wallet is frozen and cannot receive tokens.")
            .in_words("treasury-list-frozen"));
    }
    if wallet.is_closed {
        return Err(Error::new(Code::RecipientClosed, "The owner of this wallet has left the community.")
            .in_words("treasury-list-gone"));
    }
    Ok(wallet)
}

/// One share more.
pub(super) fn add(total: i64, share: Amount) -> Result<i64> {
    total.checked_add(share.get()).ok_or_else(|| {
        Error::new(Code::AmountOverflow, "Together the amounts pass 9223372036854775807, the most the ledger can hold.")
            .in_words("treasury-list-sum")
    })
}

impl Command for Distribute {
    type Output = Distribution;
    const LOOKS_AHEAD: bool = true;

    fn look_ahead(&mut self, conn: &Connection) -> Result<()> {
        let wallets = self.recipients.iter().map(|recipient| recipient.wallet_id);
        self.seen = Seen::look(conn, wallets, self.recipients_max)?;
        Ok(())
    }

    fn run(mut self, ledger: &mut Ledger<'_>) -> Result<Distribution> {
        let mut treasury = treasury(ledger.conn, self.system_account.as_deref())?;
        let mut seen = std::mem::take(&mut self.seen);
        seen.forget_changed(ledger)?;
        let (shares, total) = self.check(ledger.conn, seen)?;
        let issued = (total - treasury.balance).max(0);
        if self.issued_max.is_some_and(|most| issued > most) {
            return Err(Error::new(
                Code::InvalidRequest,
                format!(
                    "The pool has become smaller: {issued} tokens would now be issued for it. Look at it once more."
                ),
            )
            .in_words("treasury-pool-smaller"));
        }
        let first = ledger.next_sequence();
        let count = i64::try_from(self.recipients.len()).map_err(Error::internal)? + i64::from(issued > 0);
        let distribution_id = Uuid::now_v7();
        let audit = ledger.audit(
            &self
                .authority
                .line(
                    AuditAction::Distribution,
                    &distribution_id.to_string(),
                    json!({ "issued": issued, "distributed": total, "recipients": self.recipients.len() }),
                )
                .accounting_for(first, first + count - 1),
        )?;
        let first = if issued > 0 {
            let posting = Posting { audit: Some(audit), ..Posting::of(Amount::new(issued)?) };
            Some(ledger.post(&mut treasury.clone(), &mut treasury, &posting)?)
        } else {
            None
        };
        let shares = ledger.post_all(&mut treasury, shares, self.note.as_ref(), Some(audit))?;
        Ok(Distribution { distribution_id, issued, distributed: total, transactions: Series::made(first, shares) })
    }
}

impl Repeatable for Distribute {
    fn request(&self) -> Value {
        json!([self.recipients, self.note, self.system_account, self.authority.reason])
    }

    fn first_sequence(output: &Distribution) -> i64 {
        output.transactions.first_sequence()
    }

    fn replay(conn: &Connection, first_sequence: i64) -> Result<Distribution> {
        let (id, issued, distributed, last): (String, i64, i64, i64) = conn
            .prepare_cached(
                "SELECT audit_log.target, audit_log.details ->> 'issued', audit_log.details ->> 'distributed', audit_log.last_sequence
                   FROM transactions JOIN audit_log ON audit_log.sequence = transactions.audit
                  WHERE transactions.sequence = ?1",
            )?
            .query_row([first_sequence], |row| row.try_into())?;
        Ok(Distribution {
            distribution_id: Uuid::try_parse(&id).map_err(Error::internal)?,
            issued,
            distributed,
            transactions: Series::read(
                (first_sequence..=last).map(|sequence| as_made(conn, sequence)).collect::<Result<_>>()?,
            ),
        })
    }
}
