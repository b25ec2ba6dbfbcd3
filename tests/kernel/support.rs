//! A community in a temporary folder, with a clock that the test turns.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use communitytoken::config::IdentityName;
use communitytoken::error::{Code, Result};
use communitytoken::identity::{Member, Register};
use communitytoken::ledger::chain::{self, Hash, Link as _, TransactionContent};
use communitytoken::ledger::proof::SignedCheckpoint;
use communitytoken::ledger::verify::{Report, verify};
use communitytoken::ledger::{
    Amount, Authority, Books, Command, DAY_MS, IdempotencyKey, Operator, Options, Reason, Seen, Supply, WalletId,
    supply, system_clock,
};
use communitytoken::transfers::FeeTerms;
use communitytoken::treasury::{CreateAccount, Distribute, Distribution, Recipient};
use communitytoken::{members, transfers, treasury};
use rusqlite::Connection;
use rusqlite::types::Value;
use uuid::Uuid;

/// A morning in 2026, in Unix milliseconds, for tests whose rows all come from the program.
pub(crate) const MORNING: i64 = 20_500 * DAY_MS + 9 * 3_600_000;

/// The clock of a test.
#[derive(Clone)]
pub(crate) struct Hand(Arc<AtomicI64>);

impl Hand {
    pub(crate) fn at(time: i64) -> Self {
        Self(Arc::new(AtomicI64::new(time)))
    }

    pub(crate) fn turn(&self, by: i64) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    pub(crate) fn time(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn options(&self) -> Options {
        let hand = self.clone();
        Options { clock: Arc::new(move || hand.time()), readers: 2, ..Options::default() }
    }
}

/// A community: its file, its open books, its members.
pub(crate) struct Community {
    pub(crate) books: Option<Books>,
    pub(crate) clock: Hand,
    pub(crate) members: Vec<Member>,
    pub(crate) treasury: WalletId,
    pub(crate) path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Community {
    /// One of today with so many members and an empty treasury: rows by hand carry today's time too.
    pub(crate) fn new(members: usize) -> Self {
        Self::founded(members, system_clock()())
    }

    pub(crate) fn founded(members: usize, time: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("community.db");
        let clock = Hand::at(time);
        let books = Books::open(&path, &clock.options()).unwrap();
        let (account, made) = books.execute_blocking(CreateAccount { authority: authority("Founding") }).unwrap();
        assert!(made);
        let mut community =
            Self { books: Some(books), clock, members: Vec::new(), treasury: account.wallet_id, path, _folder: folder };
        for number in 0..members {
            community.join(&format!("member_{number}"));
        }
        community
    }

    pub(crate) fn join(&mut self, name: &str) -> Member {
        let member = self.run(register(name)).unwrap();
        self.members.push(member.clone());
        member
    }

    pub(crate) fn books(&self) -> &Books {
        self.books.as_ref().unwrap()
    }

    pub(crate) fn run<C: Command>(&self, command: C) -> Result<C::Output> {
        self.books().execute_blocking(command)
    }

    pub(crate) fn wallet(&self, member: usize) -> WalletId {
        self.members[member].wallet_id
    }

    /// Gives every member so many tokens.
    pub(crate) fn endow(&self, amount: i64) -> Distribution {
        self.run(distribution(self.members.iter().map(|member| (member.wallet_id, amount)))).unwrap()
    }

    pub(crate) fn send(&self, from: usize, to: usize, amount: i64) -> Result<communitytoken::ledger::Transaction> {
        self.run(transfer(&self.members[from], self.wallet(to), amount))
    }

    /// Closes the books, so that the whole database is in its file.
    pub(crate) fn close(&mut self) {
        if let Some(books) = self.books.take() {
            books.close();
        }
    }

    pub(crate) fn reopen(&mut self) {
        self.close();
        self.books = Some(Books::open(&self.path, &self.clock.options()).unwrap());
    }

    /// A connection as a shell has: no foreign keys, no promises.
    pub(crate) fn shell(&self) -> Connection {
        let shell = Connection::open(&self.path).unwrap();
        shell.pragma_update(None, "foreign_keys", false).unwrap();
        shell.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
        shell
    }

    /// Takes a signed checkpoint.
    pub(crate) fn checkpoint(&self) -> SignedCheckpoint {
        communitytoken::proofs::take(self.books()).unwrap().unwrap()
    }

    pub(crate) fn verify(&self) -> Report {
        self.books().read_blocking(|conn| verify(conn, |_, _| {})).unwrap()
    }

    pub(crate) fn supply(&self) -> Supply {
        self.books().read_blocking(|conn| supply(conn, 0)).unwrap()
    }

    pub(crate) fn balance(&self, wallet: WalletId) -> i64 {
        self.books().read_blocking(|conn| Ok(communitytoken::ledger::Wallet::by_id(conn, wallet)?.balance)).unwrap()
    }

    /// Every row of every table.
    pub(crate) fn rows(&self) -> Vec<String> {
        self.books().read_blocking(|conn| Ok(rows(conn))).unwrap()
    }

    #[track_caller]
    pub(crate) fn assert_sound(&self) {
        let report = self.verify();
        assert!(report.is_sound, "{:?}", report.findings);
        let supply = self.supply();
        assert!(supply.is_consistent, "{supply:?}");
    }
}

impl Drop for Community {
    fn drop(&mut self) {
        self.close();
    }
}

/// Every row of every table, in a fixed order: two equal lists mean that nothing has changed.
pub(crate) fn rows(conn: &Connection) -> Vec<String> {
    let tables: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let mut statement = conn.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut found = statement.query([]).unwrap();
        let mut here = Vec::new();
        while let Some(row) = found.next().unwrap() {
            let values: Vec<Value> = (0..columns).map(|column| row.get(column).unwrap()).collect();
            here.push(format!("{table} {values:?}"));
        }
        here.sort();
        all.append(&mut here);
    }
    all
}

pub(crate) fn authority(reason: &str) -> Authority {
    Authority {
        operator: Operator::new("maria").unwrap(),
        reason: Reason::new(reason).unwrap(),
        acting: None,
        consent: None,
        request_id: Some("request-1".into()),
    }
}

pub(crate) fn amount(tokens: i64) -> Amount {
    Amount::new(tokens).unwrap()
}

pub(crate) fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text).unwrap()
}

pub(crate) fn register(name: &str) -> Register {
    Register { issuer: "https://id.example".into(), subject: name.into(), name: Some(name.into()) }
}

pub(crate) fn distribution(shares: impl IntoIterator<Item = (WalletId, i64)>) -> Distribute {
    Distribute {
        recipients: shares
            .into_iter()
            .enumerate()
            .map(|(line, (wallet_id, tokens))| Recipient {
                wallet_id,
                amount: amount(tokens),
                place: format!("line {}", line + 1),
            })
            .collect(),
        recipients_max: 100,
        note: None,
        system_account: None,
        issued_max: None,
        authority: authority("Weekly rewards"),
        seen: Seen::default(),
    }
}

pub(crate) fn issue(tokens: i64) -> treasury::Issue {
    treasury::Issue { amount: amount(tokens), system_account: None, authority: authority("Opening stock") }
}

pub(crate) fn freeze(wallet_id: WalletId, frozen: bool) -> treasury::SetFrozen {
    treasury::SetFrozen { wallet_id, frozen, authority: authority("Phone stolen") }
}

pub(crate) fn delete(member: &Member, deleted: bool) -> members::SetDeleted {
    members::SetDeleted { user_id: member.id, deleted, configured: Vec::new(), authority: authority("Asked to leave") }
}

pub(crate) fn transfer(from: &Member, to: WalletId, tokens: i64) -> transfers::Send {
    transfers::Send { from: from.wallet_key, to, amount: amount(tokens), note: None, terms: FeeTerms::default() }
}

/// A configuration that names an operator whom nobody has seen yet.
pub(crate) fn others_operate() -> Vec<IdentityName> {
    vec![IdentityName { issuer: "https://id.example".into(), subject: "the operator".into() }]
}

/// The code of a refusal.
#[track_caller]
pub(crate) fn refusal<T: std::fmt::Debug>(outcome: Result<T>) -> Code {
    outcome.expect_err("this must be refused").code
}

pub(crate) fn ledger_id(conn: &Connection) -> Uuid {
    let id: String = conn.query_row("SELECT id FROM ledger", [], |row| row.get(0)).unwrap();
    Uuid::try_parse(&id).unwrap()
}

/// Computes the hash of every transaction again, as a forger with this program's source would. Gives
/// sequence and hash of the last.
pub(crate) fn rechain_transactions(conn: &Connection) -> Option<(i64, Hash)> {
    let mut previous = chain::genesis(ledger_id(conn), chain::TRANSACTIONS);
    let rows: Vec<TransactionContent> = conn
        .prepare(
            "SELECT t.sequence, t.created_at, kind, transaction_type, a.id, b.id, amount, from_previous, to_previous, from_balance,
                    to_balance, coalesce(reverses, 0), coalesce(audit, 0), coalesce(note_digest, zeroblob(32))
               FROM transactions AS t JOIN wallets AS a ON a.key = from_wallet JOIN wallets AS b ON b.key = to_wallet ORDER BY 1",
        )
        .unwrap()
        .query_map([], |row| {
            Ok(TransactionContent {
                sequence: row.get(0)?,
                created_at: row.get(1)?,
                kind: row.get(2)?,
                transaction_type: row.get(3)?,
                from_wallet: row.get(4)?,
                to_wallet: row.get(5)?,
                amount: row.get(6)?,
                from_previous: row.get(7)?,
                to_previous: row.get(8)?,
                from_balance: row.get(9)?,
                to_balance: row.get(10)?,
                reverses: row.get(11)?,
                audit: row.get(12)?,
                note_digest: row.get(13)?,
            })
        })
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    for row in &rows {
        previous = row.hash(&previous);
        conn.execute("UPDATE transactions SET hash = ?2 WHERE sequence = ?1", (row.sequence, previous)).unwrap();
    }
    rows.last().map(|last| (last.sequence, previous))
}
