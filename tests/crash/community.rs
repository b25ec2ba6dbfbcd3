//! A community that is about to have an accident, and everything that must be true after it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tokio::task::JoinSet;

use super::load::{Load, Outcome, Request, judge};
use super::support::{Answer, Member, Server};

/// Why everyone has tokens in the beginning.
pub const FOUNDING: &str = "For the beginning";
/// As many as one distribution may serve.
pub const MEMBERS: usize = 100;
/// How many of them pay at the same time.
pub const PAYERS: usize = 40;

pub struct Community {
    pub server: Server,
    pub members: Vec<Member>,
    pub operator: Member,
    pub database: PathBuf,
    /// The reasons of what others did in the same file.
    pub by_hand: Vec<String>,
    /// Every request of earlier rounds that was done, and where.
    done: HashMap<String, i64>,
}

/// The kind of a transaction that makes tokens.
const ISSUANCE: i64 = 1;

/// A transaction as the file has it.
struct Row {
    sequence: i64,
    kind: i64,
    from: String,
    to: String,
    amount: i64,
    to_balance: i64,
    /// The key of the request that made it.
    key: String,
}

impl Community {
    /// A hundred members who have something to pay with. The database lies in this folder.
    pub async fn found(folder: &Path, environment: Vec<(String, String)>) -> Self {
        let mut server = Self::prepare(folder);
        server.environment = environment;
        Self::settle(server, folder).await
    }

    /// A server that has never been started.
    pub fn prepare(folder: &Path) -> Server {
        Server::prepare(&Server::settings(&format!("[database]\npath = \"{}\"\n", database(folder).display())))
    }

    /// Starts it, and gives it its members.
    pub async fn settle(mut server: Server, folder: &Path) -> Self {
        server.serve(&[]).await;
        let operator = server.operator().await;
        let members = server.members(MEMBERS).await;
        let community =
            Self { server, members, operator, database: database(folder), by_hand: Vec::new(), done: HashMap::new() };
        let recipients: Vec<Value> = community
            .members
            .iter()
            .map(|member| serde_json::json!({ "wallet_id": member.wallet_id, "amount": 1_000 }))
            .collect();
        let body = serde_json::json!({ "reason": FOUNDING, "recipients": recipients });
        community.operator.post("/v1/admin/distributions", &body).await.ok(201);
        community
    }

    pub fn load(&self, dice: &mut fastrand::Rng) -> Load {
        Load::start(dice, &self.members, PAYERS, &self.operator)
    }

    /// Serves again, without any repair.
    pub async fn serve_again(&mut self) {
        self.server.serve(&[]).await;
        self.call_there();
    }

    /// Starts it again where it cannot be well.
    pub fn listen_again(&mut self) {
        self.server.listen(&[]);
        self.call_there();
    }

    fn call_there(&mut self) {
        for member in self.members.iter_mut().chain([&mut self.operator]) {
            member.base.clone_from(&self.server.base);
        }
    }

    /// The promises, after an accident and while the program serves again: what was acknowledged is
    /// there exactly once, what was refused is not there, what is unknown is there once or not and
    /// its repetition has one effect; distributions are whole; the books add up. Gives how many were
    /// acknowledged, and of how many nobody knew.
    pub async fn keeps_its_promises(&mut self, requests: Vec<Request>) -> (usize, usize) {
        let requests: Vec<Request> = requests
            .into_iter()
            .map(|request| {
                let caller = Member { base: self.server.base.clone(), ..request.caller };
                Request { caller, ..request }
            })
            .collect();
        let before = self.rows_by_key();
        for request in &requests {
            let found = before.get(&request.key).map_or(&[][..], Vec::as_slice);
            match &request.outcome {
                Outcome::Done(answer) => {
                    let found: Vec<i64> = found.iter().map(|row| row.sequence).collect();
                    assert_eq!(found, sequences(answer), "{}", answer.text);
                }
                Outcome::Refused => assert!(found.is_empty(), "refused and done: {}", request.body),
                Outcome::Unknown => assert!(found.is_empty() || is_whole(request, found), "in part: {}", request.body),
            }
        }
        let (mut done, mut unknown) = (0, 0);
        for (request, answer) in repeat(requests).await {
            match request.outcome {
                Outcome::Done(_) => done += 1,
                _ => unknown += 1,
            }
            let is_replay = answer.headers.get("idempotency-replayed").is_some_and(|value| value == "true");
            let was_there = before.contains_key(&request.key);
            match (&request.outcome, judge(&answer).0) {
                (Outcome::Done(first), Outcome::Done(_)) => {
                    assert!(is_replay && first.text == answer.text, "{} is not {}", answer.text, first.text);
                }
                (Outcome::Unknown, Outcome::Done(_)) => assert_eq!(is_replay, was_there, "{}", answer.text),
                (Outcome::Unknown, Outcome::Refused) if !was_there => continue,
                (earlier, _) => panic!("{earlier:?} became {answer:?}"),
            }
            self.done.insert(request.key, sequences(&answer)[0]);
        }
        self.nothing_else_is_there();
        self.adds_up();
        self.server.assert_sound().await;
        (done, unknown)
    }

    /// The ledger holds what was acknowledged in all rounds, each at its place, and nothing besides.
    fn nothing_else_is_there(&self) {
        let mut after = self.rows_by_key();
        assert_eq!(after.remove(FOUNDING).map_or(0, |rows| rows.len()), MEMBERS + 1);
        for (key, sequence) in &self.done {
            let rows = after.remove(key).unwrap_or_else(|| panic!("{key} is gone"));
            assert_eq!(rows[0].sequence, *sequence, "{key}");
        }
        for reason in &self.by_hand {
            assert!(after.remove(reason).is_some(), "{reason} is gone");
        }
        assert!(after.is_empty(), "nobody was told of {:?}", after.keys());
    }

    /// The sums, counted again from the rows and not by the program.
    fn adds_up(&self) {
        let mut balances: BTreeMap<String, i64> = BTreeMap::new();
        let rows = self.rows();
        for (place, row) in (1..).zip(&rows) {
            assert_eq!(row.sequence, place, "a gap");
            *balances.entry(row.to.clone()).or_default() += row.amount;
            if row.kind != ISSUANCE {
                let sender = balances.get_mut(&row.from).unwrap();
                *sender -= row.amount;
                assert!(*sender >= 0, "{} fell below zero at {place}", row.from);
            }
        }
        // A distribution issues exactly what its pool lacks: nothing is left of it there.
        for act in rows.chunk_by(|one, next| one.key == next.key) {
            if act.len() > 1 && act[0].kind == ISSUANCE {
                let distributed: i64 = act[1..].iter().map(|row| row.amount).sum();
                assert_eq!(act[0].to_balance, distributed, "{}", act[0].key);
            }
        }
        let conn = self.open();
        let mut statement = conn.prepare("SELECT id, balance FROM wallets").unwrap();
        let wallets = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        for wallet in wallets {
            let (id, balance): (String, i64) = wallet.unwrap();
            assert_eq!(balances.get(&id).copied().unwrap_or(0), balance, "{id}");
        }
    }

    /// The file, with the test's own eyes.
    fn open(&self) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&self.database, flags).unwrap();
        conn.pragma_update(None, "query_only", true).unwrap();
        conn
    }

    /// The requests of which something can be read; none when the file cannot be read at all.
    pub fn keys_that_can_be_read(&self) -> Vec<String> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let conn = Connection::open_with_flags(&self.database, flags)?;
            let mut statement = conn
                .prepare("SELECT note FROM transactions WHERE note IS NOT NULL UNION SELECT reason FROM audit_log")?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        read().unwrap_or_default()
    }

    fn rows(&self) -> Vec<Row> {
        let conn = self.open();
        let mut statement = conn
            .prepare(
                "SELECT t.sequence, t.kind, sender.id, recipient.id, t.amount, t.to_balance, coalesce(t.note, audit_log.reason)
                   FROM transactions AS t JOIN wallets AS sender ON sender.key = t.from_wallet
                   JOIN wallets AS recipient ON recipient.key = t.to_wallet
                   LEFT JOIN audit_log ON audit_log.sequence = t.audit
                  ORDER BY t.sequence",
            )
            .unwrap();
        let rows = statement.query_map([], |row| {
            Ok(Row {
                sequence: row.get(0)?,
                kind: row.get(1)?,
                from: row.get(2)?,
                to: row.get(3)?,
                amount: row.get(4)?,
                to_balance: row.get(5)?,
                key: row.get(6)?,
            })
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// How many transactions an act made.
    pub fn transactions_of(&self, reason: &str) -> usize {
        self.rows().iter().filter(|row| row.key == reason).count()
    }

    /// What each request made.
    fn rows_by_key(&self) -> HashMap<String, Vec<Row>> {
        let mut by_key: HashMap<String, Vec<Row>> = HashMap::new();
        for row in self.rows() {
            by_key.entry(row.key.clone()).or_default().push(row);
        }
        by_key
    }
}

fn database(folder: &Path) -> PathBuf {
    folder.join("data/communitytoken.db")
}

/// Whether these are all the transactions that a request makes: one, or one for each recipient,
/// after the issuance of what was lacking for them.
fn is_whole(request: &Request, rows: &[Row]) -> bool {
    let moved = rows.iter().filter(|row| row.kind != ISSUANCE).count();
    moved == request.body["recipients"].as_array().map_or(1, Vec::len) && rows.len() <= moved + 1
}

/// The sequences that an acknowledgement speaks of, with the issuance that a distribution begins with.
fn sequences(answer: &Answer) -> Vec<i64> {
    let body = answer.json();
    let of = |transaction: &Value| transaction["sequence"].as_i64().unwrap();
    body["transactions"]
        .as_array()
        .map_or_else(|| vec![of(&body)], |transactions| transactions.iter().map(of).collect())
}

/// Sends everything that was not refused once more, many at a time.
async fn repeat(requests: Vec<Request>) -> Vec<(Request, Answer)> {
    let mut clients = JoinSet::new();
    let due: Vec<Request> =
        requests.into_iter().filter(|request| !matches!(request.outcome, Outcome::Refused)).collect();
    for part in due.chunks(due.len().div_ceil(PAYERS).max(1)) {
        let part = part.to_vec();
        clients.spawn(async move {
            let mut answers = Vec::with_capacity(part.len());
            for request in part {
                let answer = request.send().await.unwrap();
                answers.push((request, answer));
            }
            answers
        });
    }
    clients.join_all().await.into_iter().flatten().collect()
}
