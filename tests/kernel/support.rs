//! A community in a temporary folder.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use communitytoken::error::Result;
use communitytoken::identity::{Member, Register};
use communitytoken::ledger::verify::{Report, verify};
use communitytoken::ledger::{
    Amount, Authority, Books, Command, DAY_MS, Note, Operator, Options, Reason, Transaction, WalletId,
};
use communitytoken::transfers::Send;
use communitytoken::treasury::{CreateAccount, Distribute, Distribution, Recipient, SystemAccount};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::TempDir;

/// The first moment of the tests' clock.
pub const START: i64 = 1_800_000_000_000;

pub struct Community {
    pub folder: TempDir,
    pub clock: Arc<AtomicI64>,
    pub books: Books,
}

pub fn authority() -> Authority {
    Authority {
        operator: Operator::new("tester").unwrap(),
        reason: Reason::new("For the test").unwrap(),
        request_id: None,
    }
}

impl Community {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(AtomicI64::new(START));
        let books = open(&folder, &clock);
        let community = Self { folder, clock, books };
        community.run(CreateAccount { authority: authority() }).unwrap();
        community
    }

    /// A community with some members and some history, over three days.
    pub fn lively() -> (Self, Vec<Member>) {
        let community = Self::new();
        let members: Vec<Member> = (0..4).map(|number| community.join(&format!("member-{number}"))).collect();
        community.distribute(&members, 100).unwrap();
        for day in 0..3 {
            community.clock.fetch_add(DAY_MS, Ordering::Relaxed);
            for turn in 0..4_usize {
                community
                    .pay(
                        &members[turn],
                        &members[(turn + 1 + day) % 4],
                        3 + i64::try_from(turn).unwrap(),
                        Some("Thanks"),
                    )
                    .ok();
            }
        }
        (community, members)
    }

    pub fn run<C: Command>(&self, command: C) -> Result<C::Output> {
        self.books.execute_blocking(command)
    }

    pub fn reopen(&mut self) {
        let fresh = open(&self.folder, &self.clock);
        std::mem::replace(&mut self.books, fresh).close();
    }

    pub fn join(&self, name: &str) -> Member {
        self.run(Register { issuer: "test".into(), subject: name.into(), name: Some(name.into()) }).unwrap()
    }

    pub fn distribute(&self, members: &[Member], amount: i64) -> Result<Distribution> {
        let recipients = members
            .iter()
            .map(|member| Recipient {
                wallet_id: member.wallet_id,
                amount: Amount::new(amount).unwrap(),
                place: member.username.clone(),
            })
            .collect();
        self.run(Distribute {
            recipients,
            recipients_max: 100,
            note: None,
            system_account: None,
            authority: authority(),
        })
    }

    pub fn pay(&self, from: &Member, to: &Member, amount: i64, note: Option<&str>) -> Result<Transaction> {
        let note = note.map(|note| Note::new(note).unwrap());
        self.run(Send { from: from.wallet_key, to: to.wallet_id, amount: Amount::new(amount)?, note })
    }

    pub fn treasury(&self) -> WalletId {
        self.books.read_blocking(SystemAccount::list).unwrap()[0].wallet_id
    }

    /// A plain connection, as a shell would have.
    pub fn shell(&self) -> Connection {
        Connection::open(self.folder.path().join("ledger.db")).unwrap()
    }

    pub fn verify(&self) -> Report {
        let mut conn = self.shell();
        communitytoken::store::open_reading(&mut conn).unwrap();
        verify(&conn, |_, _| {}).unwrap()
    }

    #[track_caller]
    pub fn assert_sound(&self) {
        let report = self.verify();
        assert!(report.is_sound, "{:?}", report.findings);
    }

    pub fn digest(&self) -> String {
        digest(&self.shell())
    }
}

fn open(folder: &TempDir, clock: &Arc<AtomicI64>) -> Books {
    let hand = Arc::clone(clock);
    let options = Options { clock: Arc::new(move || hand.load(Ordering::Relaxed)), readers: 1, ..Options::default() };
    Books::open(&folder.path().join("ledger.db"), &options).unwrap()
}

/// Every row of every table, to show that nothing changed.
pub fn digest(conn: &Connection) -> String {
    let tables: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    let mut text = String::new();
    for table in tables {
        let mut statement = conn.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            write!(text, "\n{table}").unwrap();
            for column in 0..columns {
                match row.get_ref(column).unwrap() {
                    ValueRef::Text(value) => write!(text, " {}", String::from_utf8_lossy(value)).unwrap(),
                    ValueRef::Blob(value) => write!(text, " {value:02x?}").unwrap(),
                    other => write!(text, " {other:?}").unwrap(),
                }
            }
        }
    }
    text
}
