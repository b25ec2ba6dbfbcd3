//! The real kernel on a real database file, in memory where the machine has such a place: syncs
//! cost nothing there, and what a sync is worth is not the question here.
//!
//! The writer is the real one, with its thread and its queue. A gate makes it deterministic: a first
//! command holds the writer until the whole round is queued, so that every round is one batch.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use communitytoken::error::{Code, Result};
use communitytoken::identity::Member;
use communitytoken::ledger::verify::verify;
use communitytoken::ledger::{Books, Command, IdempotencyKey, Note, Once, TransactionId, WalletId, WalletKey, supply};
use communitytoken::transfers::{Reverse, Send};
use communitytoken::treasury::{Correct, CreateAccount, Distribute, Issue};
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use super::commands::{Blow, Hold, Look, Register, Spoiled, Tell, Turn, Watched};
use super::model::{ByHand, Doing, Key, Model, Request, Seen, Step, TREASURY};
use super::support::{Hand, amount, authority, delete, distribution, freeze, issue, key, register};

/// What a command answered: what was seen, or the code of its refusal.
pub type Answer = std::result::Result<Seen, Code>;
/// The same with what only the world needs: the member that a command brought, a refusal's cause.
type Reply = Result<(Seen, Option<Member>)>;
/// A queued command's reply, when it is there.
pub type Waiting<'a> = Pin<Box<dyn Future<Output = Reply> + 'a>>;

/// The database's name in its folder.
pub const DATABASE: &str = "community.db";

/// What nobody may do, whatever they write in a shell.
const FORBIDDEN: [&str; 8] = [
    "UPDATE wallets SET balance = balance + 1 WHERE key = 1",
    "UPDATE ledger SET total_issued = total_issued + 1",
    "UPDATE wallets SET is_closed = 1 - is_closed",
    "DELETE FROM wallets",
    "DELETE FROM audit_log",
    "UPDATE audit_log SET reason = 'Another' WHERE sequence = 1",
    "INSERT INTO wallets (id, is_system, balance, created_at, updated_at) VALUES (lower(hex(randomblob(18))), 0, 5, 0, 0)",
    "INSERT INTO audit_log (sequence, created_at, operator, action, target, reason) VALUES (1, 0, 'm', 'x', 'x', 'x')",
];

/// A folder in memory, where there is such a place.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() }
}

pub struct World {
    books: Option<Books>,
    pub clock: Hand,
    folder: TempDir,
    members: Vec<Member>,
    treasury: (WalletKey, WalletId),
    tag: i64,
    gate: Gate,
    runtime: tokio::runtime::Runtime,
}

struct Gate {
    entered: Receiver<()>,
    go: Sender<()>,
    inner: Arc<(Sender<()>, Mutex<Receiver<()>>)>,
}

impl Gate {
    fn new() -> Self {
        let ((enter, entered), (go, wait)) = (channel(), channel());
        Self { entered, go, inner: Arc::new((enter, Mutex::new(wait))) }
    }
}

/// Everything that can be compared after a round.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// Of each wallet: balance, frozen, closed, latest transaction.
    pub wallets: Vec<(i64, bool, bool, i64)>,
    pub issued: i64,
    pub transactions: usize,
    pub audit_lines: i64,
    pub records: usize,
    pub is_consistent: bool,
}

impl World {
    pub fn founded(time: i64) -> Self {
        let (folder, clock) = (folder(), Hand::at(time));
        let books = Books::open(&folder.path().join(DATABASE), &clock.options()).unwrap();
        let (account, _) = books.execute_blocking(CreateAccount { authority: authority("Founding") }).unwrap();
        let tag = books.read_blocking(|conn| Ok(conn.query_row("SELECT tag FROM ledger", [], |row| row.get(0))?));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self {
            books: Some(books),
            clock,
            folder,
            members: Vec::new(),
            treasury: (WalletKey(1), account.wallet_id),
            tag: tag.unwrap(),
            gate: Gate::new(),
            runtime,
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join(DATABASE)
    }

    pub fn books(&self) -> &Books {
        self.books.as_ref().unwrap()
    }

    /// How many members have been told that they are members.
    pub fn known(&self) -> usize {
        self.members.len()
    }

    pub fn close(&mut self) {
        if let Some(books) = self.books.take() {
            books.close();
        }
    }

    /// Starts the program again on what lies in the folder.
    pub fn open(&mut self) -> Result<()> {
        self.books = Some(Books::open(&self.path(), &self.clock.options())?);
        Ok(())
    }

    /// The program is gone, and this is what it leaves.
    pub fn crash(&mut self, remains: TempDir) {
        self.close();
        self.folder = remains;
    }

    /// Another program on the same file.
    pub fn another_program(&self) -> Books {
        Books::open(&self.path(), &self.clock.options()).unwrap()
    }

    /// A shell that guards nothing by itself.
    pub fn shell(&self) -> Connection {
        let shell = Connection::open(self.path()).unwrap();
        shell.pragma_update(None, "foreign_keys", false).unwrap();
        shell
    }

    /// How rows refer to a wallet; of a number nobody has, a key that no row has.
    fn wallet_key(&self, who: usize) -> WalletKey {
        match who {
            TREASURY => self.treasury.0,
            _ => self.members.get(who - 1).map_or(WalletKey(0), |member| member.wallet_key),
        }
    }

    /// A wallet's id; of a number nobody has, one that nobody has.
    fn wallet_id(&self, who: usize) -> WalletId {
        match who {
            TREASURY => self.treasury.1,
            _ => self.members.get(who - 1).map_or(WalletId(Uuid::nil()), |member| member.wallet_id),
        }
    }

    /// Holds the writer, and gives it what `fill` queues as one batch. Gives the replies; of those whose
    /// callers have left, none. Fails where the writer cannot begin at all.
    pub fn round<'a>(
        &self,
        books: &'a Books,
        fill: impl FnOnce(&Self) -> Vec<Option<Waiting<'a>>>,
    ) -> Result<Vec<Option<Reply>>> {
        let mut hold = Box::pin(books.execute(Hold(Arc::clone(&self.gate.inner))));
        let mut begun = hold.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        while self.gate.entered.recv_timeout(Duration::from_millis(200)).is_err() {
            if let Poll::Ready(refused) = begun {
                refused?;
            }
            begun = hold.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        let queued = fill(self);
        self.gate.go.send(()).unwrap();
        self.runtime.block_on(async {
            hold.await?;
            let mut replies = Vec::with_capacity(queued.len());
            for waiting in queued {
                replies.push(match waiting {
                    Some(waiting) => Some(waiting.await),
                    None => None,
                });
            }
            Ok(replies)
        })
    }

    /// Remembers who has become a member; gives what was seen, and why not more.
    pub fn take(&mut self, reply: Reply) -> (Answer, String) {
        match reply {
            Ok((seen, member)) => {
                // In the order of their numbers: after one whose answer got lost, nobody is known yet.
                let next = name(self.known() + 1);
                self.members.extend(member.filter(|member| member.username == next));
                (Ok(seen), String::new())
            }
            Err(error) => (Err(error.code), format!("{error} {:?}", error.cause())),
        }
    }

    /// The first of those who were not told that they are members signs in again; nothing else happens.
    pub fn sign_in_again(&mut self) {
        let member = self.books().execute_blocking(register(&name(self.known() + 1))).unwrap();
        self.members.push(member);
    }

    /// Queues one command.
    pub fn queue<'a>(&self, books: &'a Books, step: &Step, model: &Model) -> Waiting<'a> {
        match step {
            Step::Keyed(request) => self.queue_keyed(books, request, model),
            Step::Plain(Doing::Send { from, to, amount, note }) => {
                submit(books, self.send(*from, *to, *amount, *note), vec![self.wallet_key(*from), self.wallet_key(*to)])
            }
            Step::Plain(doing) => unreachable!("{doing:?} always comes with a key"),
            Step::Spoiled { caller, key, to, amount, panics } => {
                let command = self.once(*caller, key, self.send(*caller, *to, *amount, None));
                submit(books, Spoiled { command, panics: *panics }, Vec::new())
            }
            Step::Freeze { who, on } => submit(books, freeze(self.wallet_id(*who), *on), Vec::new()),
            Step::Delete { who, on } => submit(books, delete(&self.members[who - 1], *on), Vec::new()),
            Step::Register { who } => submit(books, Register(register(&name(*who))), Vec::new()),
            Step::Look { who, lines } => {
                submit(books, Look { wallet: self.wallet_key(*who), lines: *lines }, Vec::new())
            }
            Step::Turn { by } => submit(books, Turn { clock: self.clock.clone(), by: *by }, Vec::new()),
        }
    }

    fn queue_keyed<'a>(&self, books: &'a Books, request: &Request, model: &Model) -> Waiting<'a> {
        let Request { caller, key, doing } = request;
        let wallets = doing.touched().into_iter().map(|who| self.wallet_key(who)).collect();
        match doing {
            Doing::Send { from, to, amount, note } => {
                submit(books, self.once(*caller, key, self.send(*from, *to, *amount, *note)), wallets)
            }
            Doing::GiveBack { caller: who, which, amount: tokens } => {
                let command = Reverse {
                    caller: self.wallet_key(*who),
                    transaction_id: self.id(*which, model),
                    amount: tokens.map(amount),
                    note: None,
                };
                submit(books, self.once(*caller, key, command), wallets)
            }
            Doing::Correct { which, amount: tokens } => {
                let command = Correct {
                    transaction_id: self.id(*which, model),
                    amount: tokens.map(amount),
                    authority: authority("A mistake"),
                };
                submit(books, self.once(*caller, key, command), wallets)
            }
            Doing::Issue { amount } => submit(books, self.once::<Issue>(*caller, key, issue(*amount)), wallets),
            Doing::Distribute { shares } => {
                let shares = shares.iter().map(|(who, tokens)| (self.wallet_id(*who), *tokens));
                submit(books, self.once::<Distribute>(*caller, key, distribution(shares)), wallets)
            }
        }
    }

    fn send(&self, from: usize, to: usize, tokens: i64, note: Option<u32>) -> Send {
        let note = note.map(|number| Note::new(&format!("Note {number}")).unwrap());
        Send { from: self.wallet_key(from), to: self.wallet_id(to), amount: amount(tokens), note }
    }

    fn once<C>(&self, caller: usize, name: &Key, command: C) -> Once<C> {
        let key: IdempotencyKey = key(&name.text);
        Once { caller: self.members[caller - 1].key, key, command }
    }

    fn id(&self, which: i64, model: &Model) -> TransactionId {
        let row = usize::try_from(which - 1).ok().and_then(|place| model.moved.get(place));
        TransactionId::new(row.map_or(0, |row| row.at), self.tag, which)
    }

    /// Does it in a shell, if the database allows it.
    pub fn by_hand(&self, action: &ByHand) -> rusqlite::Result<usize> {
        let shell = self.shell();
        match action {
            ByHand::Issue { amount } => shell.execute(
                "INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'Stock', ?1)",
                [amount],
            ),
            ByHand::Distribute { shares } => {
                let shares: Vec<serde_json::Value> = shares
                    .iter()
                    .map(|(who, tokens)| serde_json::json!({ "wallet_id": self.wallet_id(*who), "amount": tokens }))
                    .collect();
                shell.execute(
                    "INSERT INTO direct_distributions (operator, reason, recipients) VALUES ('maria', 'Rewards', ?1)",
                    [serde_json::Value::from(shares).to_string()],
                )
            }
            ByHand::Freeze { who } => shell.execute(
                "INSERT INTO direct_freezes (operator, reason, wallet_id) VALUES ('maria', 'Phone stolen', ?1)",
                [self.wallet_id(*who)],
            ),
            ByHand::Unfreeze { who } => shell.execute(
                "INSERT INTO direct_unfreezes (operator, reason, wallet_id) VALUES ('maria', 'Found again', ?1)",
                [self.wallet_id(*who)],
            ),
            ByHand::Forbidden { which } => shell.execute(FORBIDDEN[which % FORBIDDEN.len()], []),
        }
    }

    pub fn state(&self) -> Result<State> {
        self.books().read_blocking(|conn| {
            let number = |sql: &str| conn.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0));
            let count = |sql: &str| number(sql).map(|count| usize::try_from(count).unwrap());
            let mut wallets =
                conn.prepare_cached("SELECT balance, is_frozen, is_closed, last_sequence FROM wallets ORDER BY key")?;
            Ok(State {
                wallets: wallets.query_map([], |row| row.try_into())?.collect::<rusqlite::Result<_>>()?,
                issued: number("SELECT total_issued FROM ledger")?,
                transactions: count("SELECT coalesce(max(sequence), 0) FROM transactions")?,
                audit_lines: number("SELECT max(sequence) FROM audit_log")?,
                records: count("SELECT count(*) FROM idempotency_records")?,
                is_consistent: supply(conn, 0)?.is_consistent,
            })
        })
    }

    /// Every row of the ledger: from whom (by number), to whom, how much, when, and what it gives back.
    pub fn rows(&self) -> Vec<(usize, usize, i64, i64, Option<i64>)> {
        let who = |key: i64| usize::try_from(key - self.treasury.0.0).unwrap();
        self.books()
            .read_blocking(|conn| {
                let mut rows = conn.prepare_cached(
                    "SELECT from_wallet, to_wallet, amount, created_at, reverses FROM transactions ORDER BY sequence",
                )?;
                let rows = rows.query_map([], |row| {
                    Ok((who(row.get(0)?), who(row.get(1)?), row.get(2)?, row.get(3)?, row.get(4)?))
                })?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            })
            .unwrap()
    }

    /// What the program's own proof finds.
    pub fn findings(&self) -> Vec<String> {
        let report = self.books().read_blocking(|conn| verify(conn, |_, _| {})).unwrap();
        report.findings.into_iter().map(|finding| format!("{finding:?}")).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Lets the writer go, should it still be held.
        self.gate = Gate::new();
        self.close();
    }
}

fn name(who: usize) -> String {
    format!("member_{who}")
}

/// Queues a blow of fate.
pub fn strike(books: &Books, blow: Blow) -> Waiting<'_> {
    submit(books, blow, Vec::new())
}

/// Queues a command: polled once, it is on its way. Where the queue is full, that is its reply.
fn submit<C: Command<Output: Tell>>(books: &Books, command: C, wallets: Vec<WalletKey>) -> Waiting<'_> {
    let mut waiting: Waiting<'_> = Box::pin(books.execute(Watched { command, wallets }));
    match waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => waiting,
        Poll::Ready(reply) => Box::pin(std::future::ready(reply)),
    }
}
