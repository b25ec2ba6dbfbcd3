//! The walk along the whole chain: every row's hash, links, balances and reversal, and the rollups
//! that follow from them.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::folds::{Ends, Folds};
use super::{Findings, Ledger};
use crate::error::Result;
use crate::ledger::chain::{self, Hash, Link, TransactionContent};
use crate::ledger::types::{DAY_MS, Kind, WalletId, transaction_type};

#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    key: i64,
    is_system: bool,
    last_sequence: i64,
    balance: i64,
    last_traded: i64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct WalletDay {
    count_in: i64,
    amount_in: i64,
    count_out: i64,
    amount_out: i64,
    last_sequence: i64,
    balance: i64,
    first_traded: Option<i64>,
    last_traded: Option<i64>,
}

impl WalletDay {
    /// The wallet traded at this time of the day.
    fn trade(&mut self, time: i64) {
        self.first_traded.get_or_insert(time);
        self.last_traded = Some(time);
    }
}

/// The walk along the whole chain.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) accounts: HashMap<WalletId, Account>,
    names: HashMap<i64, WalletId>,
    pub(super) sequence: i64,
    created_at: i64,
    pub(super) hash: Hash,
    sealed_sequence: i64,
    pub(super) unsealed: i64,
    pub(super) issued: i64,
    issued_sequence: i64,
    day: i64,
    wallet_days: HashMap<WalletId, WalletDay>,
    totals: BTreeMap<(i64, i64, i64), (i64, i64)>,
    folds: Folds,
    originals: HashMap<i64, (WalletId, WalletId, i64, i64, bool)>,
    given_back: HashMap<i64, i64>,
    /// Who made the row before this one, where it is a payment that can have a fee.
    payer: Option<WalletId>,
    pub(super) audited: HashMap<i64, Vec<i64>>,
}

impl Walk {
    pub(super) fn new(conn: &Connection, ledger: &Ledger) -> Result<Self> {
        let mut accounts = HashMap::new();
        let mut names = HashMap::new();
        let mut statement = conn.prepare("SELECT key, id, is_system FROM wallets")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (key, id) = (row.get(0)?, row.get(1)?);
            names.insert(key, id);
            accounts.insert(id, Account { key, is_system: row.get(2)?, last_sequence: 0, balance: 0, last_traded: 0 });
        }
        // Only rows that something gives back need to be remembered on the way.
        let mut originals = HashMap::new();
        let mut statement = conn.prepare("SELECT DISTINCT reverses FROM transactions WHERE reverses IS NOT NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            originals.insert(row.get(0)?, (WalletId(Uuid::nil()), WalletId(Uuid::nil()), 0, 0, false));
        }
        Ok(Self {
            accounts,
            names,
            sequence: 0,
            created_at: 0,
            hash: chain::genesis(ledger.id, chain::TRANSACTIONS),
            sealed_sequence: ledger.sealed.0,
            unsealed: 0,
            issued: 0,
            issued_sequence: 0,
            day: i64::MIN,
            wallet_days: HashMap::new(),
            totals: BTreeMap::new(),
            folds: Folds::new(conn)?,
            originals,
            given_back: HashMap::new(),
            payer: None,
            audited: HashMap::new(),
        })
    }

    pub(super) fn transaction(
        &mut self,
        conn: &Connection,
        row: &TransactionContent,
        stored: Option<Hash>,
        findings: &mut Findings,
    ) -> Result<()> {
        let place = format!("transaction {}", row.sequence);
        if row.sequence != self.sequence + 1 {
            findings.add(
                "missing_row",
                &place,
                format!("the rows between {} and {} are missing", self.sequence, row.sequence),
            );
        }
        if row.created_at < self.created_at {
            findings.add("time", &place, "is older than the one before it");
        }
        let day = row.created_at / DAY_MS;
        if day != self.day {
            self.end_day(conn, findings)?;
            self.day = day;
        }
        self.chain(row, stored, &place, findings);
        let ends = self.links(row, &place, findings);
        self.folds.transaction(conn, row, ends, findings)?;
        self.reversal(row, &place, findings);
        self.fee(row, &place, findings);
        if row.kind == Kind::Issuance.code() {
            self.issued = self.issued.saturating_add(row.amount);
            self.issued_sequence = row.sequence;
        }
        if row.audit != 0 {
            self.audited.entry(row.audit).or_default().push(row.sequence);
        } else if row.kind <= Kind::Distribution.code() {
            findings.add("audit", &place, "issues or distributes without a line in the audit log");
        }
        let total = self.totals.entry((day, row.kind, row.transaction_type)).or_default();
        total.0 += 1;
        total.1 = total.1.saturating_add(row.amount);
        self.sequence = row.sequence;
        self.created_at = row.created_at;
        Ok(())
    }

    fn chain(&mut self, row: &TransactionContent, stored: Option<Hash>, place: &str, findings: &mut Findings) {
        let hash = row.hash(&self.hash);
        match stored {
            Some(found) if found == hash => self.hash = found,
            Some(found) => {
                findings.add("chain", place, "its hash does not fit its content and the hash before it");
                // Go on from what is stored, so that one change is one finding.
                self.hash = found;
            }
            None if row.sequence <= self.sealed_sequence => {
                findings.add("chain", place, "its hash is missing though the chain was sealed beyond it");
                self.hash = hash;
            }
            None => {
                self.unsealed += 1;
                self.hash = hash;
            }
        }
    }

    /// Gives the two wallets as rows name them.
    fn links(&mut self, row: &TransactionContent, place: &str, findings: &mut Findings) -> Ends {
        let missing = Account { key: 0, is_system: false, last_sequence: 0, balance: 0, last_traded: 0 };
        let same = row.from_wallet == row.to_wallet;
        let from = self.accounts.get(&row.from_wallet).copied().unwrap_or(missing);
        let to = self.accounts.get(&row.to_wallet).copied().unwrap_or(missing);
        if Kind::between(from.is_system, to.is_system, same).code() != row.kind {
            findings.add("kind", place, "its kind is not what its two wallets make it");
        }
        if same && !from.is_system {
            findings.add("kind", place, "a member's wallet issues tokens");
        }
        if row.from_previous != from.last_sequence || row.to_previous != to.last_sequence {
            findings.add("link", place, "does not link to the previous transaction of its wallets");
        }
        let received = to.balance.checked_add(row.amount);
        let spent = if same { received } else { from.balance.checked_sub(row.amount) };
        if received != Some(row.to_balance) || spent != Some(row.from_balance) || row.from_balance < 0 {
            findings.add("balance", place, "its balances are not those before it, moved by its amount");
        }
        // Go on from what is stored, so that one change is one finding.
        let (pays, is_paid) = (row.kind >= Kind::Transfer.code(), row.kind == Kind::Transfer.code());
        for (id, account, balance, trades) in
            [(row.from_wallet, from, row.from_balance, pays), (row.to_wallet, to, row.to_balance, is_paid)]
        {
            let last_traded = if trades { row.sequence } else { account.last_traded };
            self.accounts.insert(id, Account { last_sequence: row.sequence, balance, last_traded, ..account });
        }
        let time = row.created_at % DAY_MS;
        let day = self.wallet_days.entry(row.to_wallet).or_default();
        day.count_in += 1;
        day.amount_in = day.amount_in.saturating_add(row.amount);
        (day.last_sequence, day.balance) = (row.sequence, row.to_balance);
        if is_paid {
            day.trade(time);
        }
        if !same {
            let day = self.wallet_days.entry(row.from_wallet).or_default();
            day.count_out += 1;
            day.amount_out = day.amount_out.saturating_add(row.amount);
            (day.last_sequence, day.balance) = (row.sequence, row.from_balance);
            if pays {
                day.trade(time);
            }
        }
        [(from.key, from.is_system), (to.key, to.is_system)]
    }

    /// A fee is paid to a system wallet, right behind the payment it is for, by the same payer.
    fn fee(&mut self, row: &TransactionContent, place: &str, findings: &mut Findings) {
        let is_fee = row.transaction_type == transaction_type::FEE;
        let fits = row.kind == Kind::Pool.code()
            && row.reverses == 0
            && row.created_at == self.created_at
            && self.payer == Some(row.from_wallet);
        if is_fee && !fits {
            findings.add("fee", place, "is a fee, and does not stand behind a payment of its payer");
        }
        let is_payment = row.kind == Kind::Transfer.code() && row.reverses == 0;
        self.payer = is_payment.then_some(row.from_wallet);
    }

    fn reversal(&mut self, row: &TransactionContent, place: &str, findings: &mut Findings) {
        if let Some(original) = self.originals.get_mut(&row.sequence) {
            *original = (row.from_wallet, row.to_wallet, row.amount, row.kind, row.reverses != 0);
        }
        if row.reverses == 0 {
            return;
        }
        let given_back = self.given_back.entry(row.reverses).or_default();
        *given_back = given_back.saturating_add(row.amount);
        match self.originals.get(&row.reverses) {
            Some(&(from, to, amount, kind, is_reversal)) if from == row.to_wallet && to == row.from_wallet => {
                if *given_back > amount {
                    findings.add("reversal", place, "gives back more than was sent");
                }
                if is_reversal || kind == Kind::Issuance.code() {
                    findings.add("reversal", place, "gives back what cannot be given back");
                }
            }
            _ => findings.add("reversal", place, "does not go back the way the original came"),
        }
    }

    /// Compares one day of every wallet with its stored row.
    fn end_day(&mut self, conn: &Connection, findings: &mut Findings) -> Result<()> {
        let mut statement = conn.prepare_cached(
            "SELECT wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance,
                    first_traded, last_traded
               FROM wallet_days WHERE day = ?1",
        )?;
        let mut rows = statement.query([self.day])?;
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            let stored = WalletDay {
                count_in: row.get(1)?,
                amount_in: row.get(2)?,
                count_out: row.get(3)?,
                amount_out: row.get(4)?,
                last_sequence: row.get(5)?,
                balance: row.get(6)?,
                first_traded: row.get(7)?,
                last_traded: row.get(8)?,
            };
            let computed = self.names.get(&key).and_then(|id| self.wallet_days.remove(id));
            if computed != Some(stored) {
                findings.add(
                    "rollup",
                    format!("wallet_days day {} wallet {key}", self.day),
                    "is not what the transactions of that day give",
                );
            }
        }
        for (id, _) in self.wallet_days.drain() {
            findings.add("rollup", format!("wallet_days day {} wallet {id}", self.day), "is missing");
        }
        Ok(())
    }

    pub(super) fn end(&mut self, conn: &Connection, ledger: &Ledger, findings: &mut Findings) -> Result<()> {
        self.end_day(conn, findings)?;
        let days: i64 = conn.query_row("SELECT count(DISTINCT day) FROM wallet_days", [], |row| row.get(0))?;
        let seen: std::collections::BTreeSet<i64> = self.totals.keys().map(|key| key.0).collect();
        if usize::try_from(days).ok() != Some(seen.len()) {
            findings.add("rollup", "wallet_days", "holds days on which nothing moved");
        }
        self.check_totals(conn, findings)?;
        self.folds.end(conn, findings)?;
        self.check_wallets(conn, findings)?;
        if ledger.total_issued != self.issued || ledger.issued_sequence != self.issued_sequence {
            findings.add(
                "supply",
                "ledger",
                format!(
                    "total issuance is kept as {}, and the issuances add up to {}",
                    ledger.total_issued, self.issued
                ),
            );
        }
        if ledger.sealed.0 > self.sequence {
            findings.add(
                "missing_row",
                format!("transaction {}", self.sequence + 1),
                format!("the ledger was sealed up to {}, and its end is missing", ledger.sealed.0),
            );
        } else if ledger.sealed.0 > 0 {
            let hash: Option<Hash> = conn
                .query_row("SELECT hash FROM transactions WHERE sequence = ?1", [ledger.sealed.0], |row| row.get(0))
                .optional()?
                .flatten();
            if hash != Some(ledger.sealed.1) {
                findings.add("chain", format!("transaction {}", ledger.sealed.0), "is not the one that was sealed");
            }
        }
        Ok(())
    }

    fn check_totals(&mut self, conn: &Connection, findings: &mut Findings) -> Result<()> {
        let mut statement = conn.prepare("SELECT day, kind, transaction_type, count, volume FROM daily_totals")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let key: (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if self.totals.remove(&key) != Some((row.get(3)?, row.get(4)?)) {
                findings.add(
                    "rollup",
                    format!("daily_totals day {} kind {} type {}", key.0, key.1, key.2),
                    "is not what the transactions of that day give",
                );
            }
        }
        for (day, kind, transaction_type) in self.totals.keys() {
            findings.add("rollup", format!("daily_totals day {day} kind {kind} type {transaction_type}"), "is missing");
        }
        Ok(())
    }

    fn check_wallets(&self, conn: &Connection, findings: &mut Findings) -> Result<()> {
        let (mut users, mut system) = (0_i128, 0_i128);
        let mut statement = conn.prepare("SELECT id, balance, last_sequence, is_system, last_traded FROM wallets")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (id, balance, last_sequence): (WalletId, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let computed = self.accounts.get(&id);
            let place = format!("wallet {id}");
            if let Some(account) = computed {
                if account.balance != balance {
                    findings.add(
                        "balance",
                        &place,
                        format!("holds {balance}, and its transactions give {}", account.balance),
                    );
                }
                if account.last_traded != row.get::<_, i64>(4)? {
                    findings.add("rollup", &place, "does not name the transaction by which it traded last");
                }
                if account.last_sequence != last_sequence {
                    findings.add(
                        "link",
                        &place,
                        format!("names {last_sequence} as its latest transaction, and it is {}", account.last_sequence),
                    );
                }
            }
            *(if row.get(3)? { &mut system } else { &mut users }) += i128::from(balance);
        }
        if users + system != i128::from(self.issued) {
            findings.add(
                "supply",
                "wallets",
                format!("members hold {users} and system wallets {system}, and {} were issued", self.issued),
            );
        }
        Ok(())
    }
}
