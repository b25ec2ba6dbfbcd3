//! The proof: every invariant, hash, link, balance and rollup computed again from the rows. Reads
//! only, changes nothing, seals nothing, and names what is wrong and where.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use uuid::Uuid;

use super::chain::{self, Hash, TransactionContent};
use super::types::{DAY_MS, Kind, WalletId};
use super::{audit, transaction};
use crate::error::Result;
use crate::schema;

/// Findings listed at most; one more says that there are more.
const FINDINGS_MAX: usize = 1_000;

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable name for what is wrong: `balance`, `chain`, `missing_row`, ...
    pub what: &'static str,
    /// Where: a table and a row.
    pub place: String,
    /// A sentence.
    pub message: String,
}

/// What `verify` saw.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Whether nothing was found.
    pub is_sound: bool,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Transactions looked at.
    pub transactions: i64,
    /// Audit lines looked at.
    pub audit_lines: i64,
    /// Wallets looked at.
    pub wallets: i64,
    /// Rows inserted by hand that wait to be chained at the program's next write. Not a finding.
    pub unsealed: i64,
    /// The last transaction's hash, in hexadecimal: the head to compare with one kept elsewhere.
    pub head: String,
    /// Every token ever issued.
    pub total_issuance: i64,
    /// The SQLite release that read the file.
    pub sqlite_version: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, what: &'static str, place: impl Into<String>, message: impl Into<String>) {
        if self.0.len() < FINDINGS_MAX {
            self.0.push(Finding { what, place: place.into(), message: message.into() });
        } else if self.0.len() == FINDINGS_MAX {
            self.0.push(Finding {
                what: "more",
                place: "ledger".into(),
                message: "There are more findings than are listed.".into(),
            });
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Account {
    is_system: bool,
    last_sequence: i64,
    balance: i64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct WalletDay {
    count_in: i64,
    amount_in: i64,
    count_out: i64,
    amount_out: i64,
    last_sequence: i64,
    balance: i64,
}

/// Looks at everything. `progress` hears how many transactions of how many are done.
pub fn verify(conn: &Connection, mut progress: impl FnMut(u64, u64)) -> Result<Report> {
    // One transaction, so that everything is of one moment though others write. A caller that has
    // one open already keeps it.
    let transaction = if conn.is_autocommit() { Some(conn.unchecked_transaction()?) } else { None };
    let snapshot: &Connection = transaction.as_deref().unwrap_or(conn);
    let mut findings = Findings::default();
    let pages: String = snapshot.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if pages != "ok" {
        findings.add("file", "database file", format!("SQLite finds damage: {pages}"));
    }
    check_schema(snapshot, &mut findings)?;
    let Some(ledger) = Ledger::read(snapshot)? else {
        // The chain begins from the ledger's id: without it nothing else can be judged.
        findings.add("ledger", "ledger", "the ledger's own row is missing");
        return Ok(Report::of(findings, &Walk::default(), (0, 0)));
    };
    let mut walk = Walk::new(snapshot, &ledger)?;
    let total: i64 = snapshot.query_row("SELECT count(*) FROM transactions", [], |row| row.get(0))?;
    let total = u64::try_from(total).unwrap_or(0);
    let mut done = 0;
    transaction::for_each_after(snapshot, 0, |content, hash| {
        walk.transaction(snapshot, &content, hash, &mut findings)?;
        done += 1;
        if done % 4096 == 0 {
            progress(done, total);
        }
        Ok(())
    })?;
    progress(done, total);
    if done != total {
        findings.add(
            "missing_wallet",
            "transactions",
            format!("{} transactions name wallets that do not exist", total.abs_diff(done)),
        );
    }
    walk.end(snapshot, &ledger, &mut findings)?;
    let audit = check_audit(snapshot, &ledger, &walk, &mut findings)?;
    check_notes(snapshot, &mut findings)?;
    check_relations(snapshot, &mut findings)?;
    Ok(Report::of(findings, &walk, audit))
}

impl Report {
    /// `audit`: the lines of the log, and how many of them wait to be chained.
    fn of(findings: Findings, walk: &Walk, audit: (i64, i64)) -> Self {
        Self {
            is_sound: findings.0.is_empty(),
            transactions: walk.sequence,
            audit_lines: audit.0,
            wallets: i64::try_from(walk.accounts.len()).unwrap_or(i64::MAX),
            unsealed: walk.unsealed + audit.1,
            head: transaction::hex(&walk.hash),
            total_issuance: walk.issued,
            sqlite_version: rusqlite::version().to_owned(),
            findings: findings.0,
        }
    }
}

/// The ledger's own row.
struct Ledger {
    id: Uuid,
    total_issued: i64,
    issued_sequence: i64,
    sealed: (i64, Hash),
    audit_sealed: (i64, Hash),
}

impl Ledger {
    fn read(conn: &Connection) -> Result<Option<Self>> {
        Ok(conn.query_row(
            "SELECT id, total_issued, issued_sequence, sealed_sequence, sealed_hash, audit_sealed_sequence, audit_sealed_hash FROM ledger",
            [],
            |row| {
                Ok(Self {
                    id: Uuid::try_parse(row.get_ref(0)?.as_str()?).unwrap_or_default(),
                    total_issued: row.get(1)?,
                    issued_sequence: row.get(2)?,
                    sealed: (row.get(3)?, row.get(4)?),
                    audit_sealed: (row.get(5)?, row.get(6)?),
                })
            },
        )
        .optional()?)
    }
}

/// Missing or altered tables, constraints and triggers: without them the database no longer guards itself.
fn check_schema(conn: &Connection, findings: &mut Findings) -> Result<()> {
    let expected = Connection::open_in_memory()?;
    expected.execute_batch(schema::SCHEMA)?;
    let expected = schema::objects(&expected)?;
    let mut found: HashMap<(String, String), String> =
        schema::objects(conn)?.into_iter().map(|(kind, name, sql)| ((kind, name), sql)).collect();
    for (kind, name, sql) in expected {
        match found.remove(&(kind.clone(), name.clone())) {
            None => findings.add("schema", format!("{kind} {name}"), "is missing"),
            Some(other) if other != sql => {
                findings.add("schema", format!("{kind} {name}"), "is not as this program made it");
            }
            Some(_) => {}
        }
    }
    // Tables, views and indexes of others do no harm; a trigger acts whenever the ledger is written.
    for (kind, name) in found.into_keys().filter(|(kind, _)| kind == "trigger") {
        findings.add("schema", format!("{kind} {name}"), "is not of this program");
    }
    Ok(())
}

/// The walk along the whole chain.
#[derive(Default)]
struct Walk {
    accounts: HashMap<WalletId, Account>,
    names: HashMap<i64, WalletId>,
    sequence: i64,
    created_at: i64,
    hash: Hash,
    sealed_sequence: i64,
    unsealed: i64,
    issued: i64,
    issued_sequence: i64,
    day: i64,
    wallet_days: HashMap<WalletId, WalletDay>,
    totals: BTreeMap<(i64, i64, i64), (i64, i64)>,
    originals: HashMap<i64, (WalletId, WalletId, i64, i64, bool)>,
    given_back: HashMap<i64, i64>,
    audited: HashMap<i64, Vec<i64>>,
}

impl Walk {
    fn new(conn: &Connection, ledger: &Ledger) -> Result<Self> {
        let mut accounts = HashMap::new();
        let mut names = HashMap::new();
        let mut statement = conn.prepare("SELECT key, id, is_system FROM wallets")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = row.get(1)?;
            names.insert(row.get(0)?, id);
            accounts.insert(id, Account { is_system: row.get(2)?, last_sequence: 0, balance: 0 });
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
            originals,
            given_back: HashMap::new(),
            audited: HashMap::new(),
        })
    }

    fn transaction(
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
        self.links(row, &place, findings);
        self.reversal(row, &place, findings);
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

    fn links(&mut self, row: &TransactionContent, place: &str, findings: &mut Findings) {
        let missing = Account { is_system: false, last_sequence: 0, balance: 0 };
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
        self.accounts
            .insert(row.from_wallet, Account { last_sequence: row.sequence, balance: row.from_balance, ..from });
        self.accounts.insert(row.to_wallet, Account { last_sequence: row.sequence, balance: row.to_balance, ..to });
        let day = self.wallet_days.entry(row.to_wallet).or_default();
        day.count_in += 1;
        day.amount_in = day.amount_in.saturating_add(row.amount);
        (day.last_sequence, day.balance) = (row.sequence, row.to_balance);
        if !same {
            let day = self.wallet_days.entry(row.from_wallet).or_default();
            day.count_out += 1;
            day.amount_out = day.amount_out.saturating_add(row.amount);
            (day.last_sequence, day.balance) = (row.sequence, row.from_balance);
        }
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
            "SELECT wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance FROM wallet_days WHERE day = ?1",
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

    fn end(&mut self, conn: &Connection, ledger: &Ledger, findings: &mut Findings) -> Result<()> {
        self.end_day(conn, findings)?;
        let days: i64 = conn.query_row("SELECT count(DISTINCT day) FROM wallet_days", [], |row| row.get(0))?;
        let seen: std::collections::BTreeSet<i64> = self.totals.keys().map(|key| key.0).collect();
        if usize::try_from(days).ok() != Some(seen.len()) {
            findings.add("rollup", "wallet_days", "holds days on which nothing moved");
        }
        self.check_totals(conn, findings)?;
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
        let mut statement = conn.prepare(
            "SELECT checkpoints.sequence FROM checkpoints LEFT JOIN transactions USING (sequence)
              WHERE transactions.hash IS NOT checkpoints.hash",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            findings.add(
                "checkpoint",
                format!("checkpoint {}", row.get::<_, i64>(0)?),
                "does not fit the transaction it covers",
            );
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
        let mut statement = conn.prepare("SELECT id, balance, last_sequence, is_system FROM wallets")?;
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

/// The audit log: unbroken, chained, and accounting for exactly the transactions that name it. Gives
/// how many lines there are, and how many of them wait to be chained.
fn check_audit(conn: &Connection, ledger: &Ledger, walk: &Walk, findings: &mut Findings) -> Result<(i64, i64)> {
    let mut previous = chain::genesis(ledger.id, chain::AUDIT);
    let (mut sequence, mut created_at, mut unsealed) = (0, 0, 0);
    let mut sealed_fits = ledger.audit_sealed.0 == 0;
    audit::for_each_after(conn, 0, |line, stored| {
        let place = format!("audit line {}", line.sequence);
        if line.sequence != sequence + 1 {
            findings.add("audit", &place, format!("the lines between {sequence} and {} are missing", line.sequence));
        }
        if line.created_at < created_at {
            findings.add("time", &place, "is older than the one before it");
        }
        let hash = line.hash(&previous);
        if stored.is_some_and(|found| found != hash) {
            findings.add("audit", &place, "its hash does not fit its content and the hash before it");
        } else if stored.is_none() && line.sequence <= ledger.audit_sealed.0 {
            findings.add("audit", &place, "its hash is missing though the log was sealed beyond it");
        }
        unsealed += i64::from(stored.is_none());
        previous = stored.unwrap_or(hash);
        sealed_fits |= line.sequence == ledger.audit_sealed.0 && stored == Some(ledger.audit_sealed.1);
        let named = walk.audited.get(&line.sequence).map_or(&[][..], Vec::as_slice);
        let expected = if line.first_sequence == 0 { 0 } else { line.last_sequence - line.first_sequence + 1 };
        let fits = named.len() == usize::try_from(expected).unwrap_or(0)
            && named.iter().all(|number| (line.first_sequence..=line.last_sequence).contains(number));
        if !fits {
            findings.add("audit", &place, "does not account for exactly the transactions that name it");
        }
        (sequence, created_at) = (line.sequence, line.created_at);
        Ok(())
    })?;
    if !sealed_fits {
        findings.add(
            "audit",
            "audit_log",
            format!("line {} is not the one that was sealed, or its end is missing", ledger.audit_sealed.0),
        );
    }
    if let Some(line) = walk.audited.keys().find(|line| !(1..=sequence).contains(*line)) {
        findings.add("audit", format!("audit line {line}"), "is named by transactions and missing");
    }
    Ok((sequence, unsealed))
}

/// Notes that are still there must be those the chain covers.
fn check_notes(conn: &Connection, findings: &mut Findings) -> Result<()> {
    let mut statement =
        conn.prepare("SELECT sequence, note, note_salt, note_digest FROM transactions WHERE note IS NOT NULL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let digest = chain::note_digest(&row.get(2)?, &row.get::<_, String>(1)?);
        if row.get::<_, Hash>(3)? != digest {
            findings.add("note", format!("transaction {}", row.get::<_, i64>(0)?), "its note was changed");
        }
    }
    Ok(())
}

/// Rules that join tables; each query gives what breaks its rule.
const RELATIONS: &[(&str, &str, &str)] = &[
    (
        "owner",
        "a wallet must have exactly one owner of its own kind",
        "SELECT 'wallet ' || id FROM wallets
          WHERE is_system <> (SELECT count(*) FROM system_accounts WHERE wallet = wallets.key)
             OR NOT is_system <> (SELECT count(*) FROM users WHERE wallet = wallets.key)",
    ),
    (
        "state",
        "a wallet is closed exactly when its owner has left",
        "SELECT 'wallet ' || wallets.id FROM wallets JOIN users ON users.wallet = wallets.key
          WHERE wallets.is_closed <> (users.deleted_at IS NOT NULL)",
    ),
    (
        "state",
        "a wallet must be frozen exactly when the audit log says so, for the reason it gives",
        "SELECT 'wallet ' || id FROM wallets
          WHERE is_frozen <> coalesce((SELECT action = 'wallet.freeze' FROM audit_log
                                        WHERE target = wallets.id AND action IN ('wallet.freeze', 'wallet.unfreeze')
                                        ORDER BY sequence DESC LIMIT 1), 0)
             OR (is_frozen AND frozen_reason IS NOT (SELECT reason FROM audit_log WHERE sequence = state_audit AND target = wallets.id))",
    ),
    (
        "state",
        "a user must be deleted exactly when the audit log says so",
        "SELECT 'user ' || id FROM users
          WHERE (deleted_at IS NOT NULL) <> coalesce((SELECT action = 'user.delete' FROM audit_log
                                                       WHERE target = users.id AND action IN ('user.delete', 'user.restore')
                                                       ORDER BY sequence DESC LIMIT 1), 0)",
    ),
    (
        "role",
        "a role needs the audit line that granted it",
        "SELECT 'role ' || role || ' of user ' || coalesce(users.id, roles.user) FROM roles LEFT JOIN users ON users.key = roles.user
          WHERE NOT EXISTS (SELECT 1 FROM audit_log WHERE sequence = roles.audit AND action = 'role.grant'
                               AND target = users.id AND details ->> 'role' = roles.role)",
    ),
    (
        "role",
        "a role must be there exactly when the audit log granted it last",
        "SELECT 'role ' || (last.details ->> 'role') || ' of user ' || last.target
           FROM (SELECT max(sequence) AS sequence FROM audit_log WHERE action IN ('role.grant', 'role.revoke')
                  GROUP BY target, details ->> 'role') AS latest
           JOIN audit_log AS last USING (sequence)
          WHERE (last.action = 'role.grant') <> EXISTS
            (SELECT 1 FROM roles JOIN users ON users.key = roles.user WHERE users.id = last.target AND role = last.details ->> 'role')",
    ),
    (
        "identity",
        "an identity must belong to a user",
        "SELECT 'identity ' || subject || ' of ' || issuer FROM identities WHERE user NOT IN (SELECT key FROM users)",
    ),
    (
        "audit",
        "an issuance, a distribution or a correction needs an audit line of its own kind",
        "SELECT 'transaction ' || t.sequence FROM transactions AS t JOIN audit_log ON audit_log.sequence = t.audit
          WHERE NOT coalesce(CASE action WHEN 'issuance' THEN t.kind = 1
                                         WHEN 'distribution' THEN t.kind <= 2
                                         WHEN 'reversal' THEN t.reverses IS NOT NULL
                                         WHEN 'transfer' THEN t.kind >= 3 END, 0)",
    ),
    (
        "idempotency",
        "an idempotency record must stand beside its transaction, on its day",
        "SELECT 'idempotency record ' || r.sequence FROM idempotency_records AS r LEFT JOIN transactions AS t USING (sequence)
          WHERE r.period IS NOT t.created_at / 86400000",
    ),
];

fn check_relations(conn: &Connection, findings: &mut Findings) -> Result<()> {
    for (what, message, sql) in RELATIONS {
        let mut statement = conn.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            findings.add(what, row.get::<_, String>(0)?, *message);
        }
    }
    Ok(())
}
