//! Posting: the one way tokens move. What the rules refuse is refused here with a sentence, and by
//! the triggers of `schema.sql` once more.

use std::slice;

use aws_lc_rs::rand;
use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

use super::audit::{self, AuditLine, Authority};
use super::audit_action::AuditAction;
use super::chain::{self, Link, TransactionContent};
use super::journal::{Head, Journal, State};
use super::row::Row;
use super::series::Shares;
use super::transaction::Transaction;
use super::transaction_id::TransactionId;
use super::types::{Amount, Kind, Note, WalletId, WalletKey, transaction_type};
use super::wallet::Wallet;
use crate::error::{Code, Error, Result};
use crate::store::ROWS_AT_ONCE;

/// A use case that changes the ledger: it owns its input, valid by its types, and has one function.
/// What it returns is kept; when it refuses, everything it did is rolled back.
pub trait Command: Send + 'static {
    /// What the caller gets.
    type Output: Send + 'static;
    /// Whether it looks ahead.
    const LOOKS_AHEAD: bool = false;
    /// Reads before its turn what would take long in it, when everybody else waits. It refuses nothing; the turn
    /// makes sure of what was read.
    fn look_ahead(&mut self, _: &Connection) -> Result<()> {
        Ok(())
    }
    /// Runs inside the writer's transaction.
    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output>;
}

/// The open ledger, inside the writer's transaction.
pub struct Ledger<'a> {
    /// The connection, for reads and for the rows that belong to a slice.
    pub conn: &'a Connection,
    pub(super) state: &'a mut State,
    pub(super) window_ms: i64,
    /// The clock itself, which may have been set back since the last row.
    pub(super) clock: i64,
    now: i64,
    /// Whether it was looked at once more what lets somebody act.
    judged: bool,
}

/// One movement of tokens.
#[derive(Debug, Clone)]
pub struct Posting<'a> {
    /// How many.
    pub amount: Amount,
    /// What the sender wrote to it.
    pub note: Option<&'a Note>,
    /// The transaction it gives back.
    pub reverses: Option<TransactionId>,
    /// The audit line that accounts for it.
    pub audit: Option<i64>,
    /// Which program makes it.
    pub transaction_type: i64,
}

impl Posting<'_> {
    /// A plain movement.
    pub const fn of(amount: Amount) -> Self {
        Self { amount, note: None, reverses: None, audit: None, transaction_type: transaction_type::TRANSFER }
    }
}

impl<'a> Ledger<'a> {
    pub(super) fn open(conn: &'a Connection, journal: &'a mut Journal) -> Result<Self> {
        let (state, clock, window_ms) = journal.open()?;
        // Time never runs backwards: a clock that jumps back is held at the last row's time.
        let now = clock.max(state.head.created_at).max(state.audit.created_at);
        Ok(Self { conn, state, window_ms, clock, now, judged: false })
    }

    /// The time of everything this command writes, in Unix milliseconds.
    pub const fn now(&self) -> i64 {
        self.now
    }

    /// The sequence the next transaction will have.
    pub const fn next_sequence(&self) -> i64 {
        self.state.head.sequence + 1
    }

    /// Writes a line of the audit log and gives its sequence. Refused: `forbidden` where whoever acts may do
    /// so no longer; the first line of a command decides, so that one can take one's own role.
    pub fn audit(&mut self, line: &AuditLine<'_>) -> Result<i64> {
        if let (Some(acting), false) = (line.acting, self.judged) {
            acting.check(self.conn)?;
            self.judged = true;
        }
        audit::append(self.conn, &mut self.state.audit, self.now, line)
    }

    /// Writes down what somebody does with the thing of this id, and gives the line's sequence.
    pub fn note(&mut self, authority: &Authority, action: AuditAction, id: Uuid, details: Value) -> Result<i64> {
        self.audit(&authority.line(action, &id.hyphenated().to_string(), details))
    }

    /// Does something and looks what it came to; where that is not to stay, everything is as it was before,
    /// and there is nothing to give.
    pub fn try_out<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<(T, bool)>) -> Result<Option<T>> {
        let before = self.state.mark();
        self.conn.execute_batch("SAVEPOINT tried")?;
        // A refusal ends the command, and everything it did is taken back with it.
        let (output, stays) = act(self)?;
        if !stays {
            self.conn.execute_batch("ROLLBACK TO tried")?;
            self.state.reset(before);
        }
        self.conn.execute_batch("RELEASE tried")?;
        Ok(stays.then_some(output))
    }

    /// The last line of the audit log.
    pub const fn last_line(&self) -> i64 {
        self.state.audit.sequence
    }

    /// Opens an empty wallet, a system account's or a member's.
    pub fn open_wallet(&self, is_system: bool) -> Result<(WalletKey, WalletId)> {
        let id = WalletId::random();
        self.conn
            .prepare_cached("INSERT INTO wallets (id, is_system, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)")?
            .execute((id, is_system, self.now))?;
        Ok((WalletKey(self.conn.last_insert_rowid()), id))
    }

    /// Moves tokens, or refuses and changes nothing. Both wallets are brought up to date, so that
    /// several postings can follow each other. Gives the transaction as its reader would find it, made of
    /// what is known here rather than read again.
    ///
    /// A system wallet that pays itself issues. Whoever else pays must have the tokens.
    pub fn post(&mut self, from: &mut Wallet, to: &mut Wallet, posting: &Posting<'_>) -> Result<Transaction> {
        let row = self.next_row(from, to, posting)?;
        Row::insert(self.conn, slice::from_ref(&row))?;
        Ok(row.transaction(self.state.tag, from.party(), to.party()))
    }

    /// Moves tokens from one wallet to others, each named once: what posting one by one would come to, in fewer
    /// statements. One note and one line of the audit log are for all of them.
    pub fn post_all(
        &mut self,
        from: &mut Wallet,
        mut paid: Vec<(Wallet, Amount)>,
        note: Option<&Note>,
        audit: Option<i64>,
    ) -> Result<Shares> {
        let (mut rows, mut hashes) = (Vec::with_capacity(ROWS_AT_ONCE), Vec::with_capacity(paid.len()));
        let mut first = None;
        for (to, amount) in &mut paid {
            let row = self.next_row(from, to, &Posting { note, audit, ..Posting::of(*amount) })?;
            first.get_or_insert_with(|| row.transaction(self.state.tag, from.party(), to.party()));
            hashes.push(row.hash);
            rows.push(row);
            if rows.len() == ROWS_AT_ONCE {
                Row::insert(self.conn, &rows)?;
                rows.clear();
            }
        }
        Row::insert(self.conn, &rows)?;
        Ok(Shares { tag: self.state.tag, first, paid, hashes })
    }

    /// Makes the next row of the chain, which is to be inserted, and brings both wallets up to date.
    fn next_row<'p>(&mut self, from: &mut Wallet, to: &mut Wallet, posting: &Posting<'p>) -> Result<Row<'p>> {
        let same = from.key == to.key;
        let kind = Kind::between(from.is_system, to.is_system, same);
        refuse(from, to, same)?;
        let amount = posting.amount.get();
        let mut content = TransactionContent {
            sequence: self.next_sequence(),
            created_at: self.now,
            kind: kind.code(),
            transaction_type: posting.transaction_type,
            from_wallet: from.id,
            to_wallet: to.id,
            amount,
            from_previous: from.last_sequence,
            to_previous: to.last_sequence,
            from_balance: if same { self.issue(to, amount)? } else { spend(from, amount)? },
            to_balance: receive(to, amount)?,
            reverses: posting.reverses.map_or(0, TransactionId::sequence),
            audit: posting.audit.unwrap_or(0),
            note_digest: [0; 32],
        };
        let mut salt = None;
        if let Some(note) = posting.note {
            let mut bytes = [0; 16];
            rand::fill(&mut bytes).map_err(|_| Error::internal("the system gave no random bytes"))?;
            content.note_digest = chain::note_digest(&bytes, note.as_str());
            salt = Some(bytes);
        }
        let hash = content.hash(&self.state.head.hash);
        self.state.rollups.note(&content, kind, from.key, to.key);
        self.state.head = Head { sequence: content.sequence, created_at: content.created_at, hash };
        let row = Row {
            kind,
            from: from.key,
            to: to.key,
            reverses: posting.reverses,
            audit: posting.audit,
            note: posting.note.map(Note::as_str),
            salt,
            note_digest: salt.map(|_| content.note_digest),
            hash,
            content,
        };
        for (wallet, balance) in [(from, row.content.from_balance), (to, row.content.to_balance)] {
            wallet.balance = balance;
            wallet.last_sequence = row.content.sequence;
            wallet.updated_at = row.content.created_at;
        }
        Ok(row)
    }

    /// New tokens: refused where the total supply would no longer fit.
    fn issue(&self, treasury: &Wallet, amount: i64) -> Result<i64> {
        let issued: i64 =
            self.conn.prepare_cached("SELECT total_issued FROM ledger")?.query_row([], |row| row.get(0))?;
        issued.checked_add(amount).ok_or_else(|| {
            Error::new(
                Code::AmountOverflow,
                "The total supply would pass 9223372036854775807 tokens, the most the ledger can hold.",
            )
        })?;
        receive(treasury, amount)
    }
}

impl Wallet {
    /// Whether this wallet could pay another so much at this moment, with the fee on it: what [`Ledger::post`]
    /// would refuse. By it a page can say so before anybody confirms.
    pub fn check_payment(&self, to: &Self, amount: Amount, fee: Option<Amount>) -> Result<()> {
        self.check_way_to(to)?;
        match fee {
            None => drop(spend(self, amount.get())?),
            Some(fee) => spend_with_fee(self, amount, fee)?,
        }
        receive(to, amount.get()).map(drop)
    }

    /// The part of it that looks at the wallets alone, whatever the amount.
    pub fn check_way_to(&self, to: &Self) -> Result<()> {
        refuse(self, to, self.key == to.key)
    }
}

/// The rules that look at the wallets alone.
fn refuse(from: &Wallet, to: &Wallet, same: bool) -> Result<()> {
    if same && !from.is_system {
        return Err(Error::new(Code::SelfTransfer, "This is your own wallet. Choose someone else to pay."));
    }
    if from.frozen_reason.is_some() {
        return Err(Error::new(
            Code::WalletFrozen,
            "The sending wallet is frozen and cannot send tokens. An operator can unfreeze it.",
        )
        .with("wallet_id", from.id.to_string()));
    }
    if to.frozen_reason.is_some() {
        return Err(Error::new(
            Code::WalletFrozen,
            "The receiving wallet is frozen and cannot receive tokens at present.",
        )
        .in_words("refusal-recipient-frozen")
        .with("wallet_id", to.id.to_string()));
    }
    if to.is_closed {
        return Err(Error::new(
            Code::RecipientClosed,
            "The owner of this wallet has left the community, so it can no longer receive tokens.",
        ));
    }
    Ok(())
}

fn spend(from: &Wallet, amount: i64) -> Result<i64> {
    from.balance.checked_sub(amount).filter(|rest| *rest >= 0).ok_or_else(|| {
        Error::new(
            Code::InsufficientBalance,
            format!("The wallet holds {} tokens, and {amount} are needed.", from.balance),
        )
        .with("balance", from.balance)
        .with("required", amount)
    })
}

/// Refuses a payment that the wallet could make, but not with its fee.
fn spend_with_fee(from: &Wallet, amount: Amount, fee: Amount) -> Result<()> {
    let (amount, fee) = (amount.get().unsigned_abs(), fee.get().unsigned_abs());
    // Of two numbers below 2^63, so it fits.
    let required = amount + fee;
    if from.balance.unsigned_abs() >= required {
        return Ok(());
    }
    let detail = format!(
        "The wallet holds {} tokens, and {required} are needed: {amount} for the payment and {fee} for its fee.",
        from.balance
    );
    let refusal = Error::new(Code::InsufficientBalance, detail);
    Err(refusal.with("balance", from.balance).with("required", required).with("fee", fee))
}

fn receive(to: &Wallet, amount: i64) -> Result<i64> {
    to.balance.checked_add(amount).ok_or_else(|| {
        Error::new(
            Code::AmountOverflow,
            "The receiving wallet would hold more than 9223372036854775807 tokens, the most a wallet can hold.",
        )
    })
}
