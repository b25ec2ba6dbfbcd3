//! The two `PostgreSQL` designs keep the rules whose cost is compared: no token made or lost, no overdraw, one
//! effect for a key, frozen wallets still, transactions immutable, and no deadlock.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::{benches, open_folder};

/// A running cluster of the comparison's; it goes away with the pipe to its command.
struct Cluster {
    process: Child,
    host: String,
    _folder: tempfile::TempDir,
}

impl Cluster {
    fn with(design: &str) -> Self {
        let folder = open_folder();
        let mut process = Command::new("python3")
            .arg(benches("postgres/cluster.py"))
            .args(["sh", "-c", "echo $PGHOST; cat"])
            .env("TMPDIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut host = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut host).unwrap();
        let cluster = Self { process, host: host.trim().to_owned(), _folder: folder };
        cluster.sql(&std::fs::read_to_string(benches(design)).unwrap()).unwrap();
        cluster
    }

    /// Begins a statement; many may run at once.
    fn start(&self, statements: &str) -> Child {
        Command::new("psql")
            .args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", statements])
            .envs([("PGHOST", self.host.as_str()), ("PGUSER", "postgres"), ("PGDATABASE", "community")])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn sql(&self, statements: &str) -> Result<String, String> {
        let done = self.start(statements).wait_with_output().unwrap();
        if done.status.success() {
            Ok(String::from_utf8(done.stdout).unwrap().trim().to_owned())
        } else {
            Err(String::from_utf8(done.stderr).unwrap())
        }
    }

    /// Tokens and transactions there are.
    fn holdings(&self) -> (i64, i64) {
        let answer =
            self.sql("SELECT (SELECT sum(balance) FROM wallets), (SELECT count(*) FROM transactions)").unwrap();
        let (tokens, transactions) = answer.split_once('|').unwrap();
        (tokens.parse().unwrap(), transactions.parse().unwrap())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _gone = self.process.wait();
    }
}

/// How a design says the same things.
struct Dialect {
    transfer: fn(sender: u32, recipient: u32, amount: i64, key: &str) -> String,
    wallet: fn(number: u32) -> String,
}

const DESIGN: Dialect = Dialect {
    transfer: |sender, recipient, amount, key| {
        format!(
            "WITH record AS (INSERT INTO idempotency_records (idempotency_key, transaction_id)
                 VALUES ('{key}', gen_random_uuid()) RETURNING transaction_id)
             INSERT INTO transactions (transaction_id, from_wallet_id, to_wallet_id, amount)
             SELECT transaction_id, wallet_number({sender}), wallet_number({recipient}), {amount} FROM record"
        )
    },
    wallet: |number| format!("wallet_number({number})"),
};

const FASTEST: Dialect = Dialect {
    transfer: |sender, recipient, amount, key| format!("SELECT transfer({sender}, {recipient}, {amount}, '{key}')"),
    wallet: |number| number.to_string(),
};

#[test]
fn the_design_keeps_the_rules_of_transfers() {
    keeps_the_rules(&Cluster::with("postgres/design.sql"), &DESIGN);
}

#[test]
fn the_fastest_keeps_the_rules_of_transfers() {
    keeps_the_rules(&Cluster::with("postgres/fastest.sql"), &FASTEST);
}

/// What both must do; balances begin at 1,000,000.
fn keeps_the_rules(cluster: &Cluster, dialect: &Dialect) {
    let key = || uuid::Uuid::new_v4().to_string();
    let pay = |sender, recipient, amount, key: &str| cluster.sql(&(dialect.transfer)(sender, recipient, amount, key));
    let balance = |number: u32| {
        let wallet = (dialect.wallet)(number);
        cluster.sql(&format!("SELECT balance FROM wallets WHERE wallet_id = {wallet}")).unwrap().parse::<i64>().unwrap()
    };
    let (tokens, transactions) = cluster.holdings();
    assert_eq!(tokens, 100_000_000);

    // Either way round, so that both orders of locking are taken.
    let once = key();
    pay(1, 2, 30, &once).unwrap();
    pay(2, 1, 10, &key()).unwrap();
    assert_eq!((balance(1), balance(2)), (999_980, 1_000_020));
    assert_eq!(cluster.holdings(), (tokens, transactions + 2));

    for (refused, why) in [
        (pay(1, 2, 30, &once), "duplicate key"),
        (pay(1, 2, 999_981, &key()), "insufficient balance"),
        (pay(2, 1, 1_000_021, &key()), "insufficient balance"),
        (pay(1, 2, 0, &key()), "amount"),
        (pay(1, 2, -5, &key()), "amount"),
        (pay(1, 1, 5, &key()), "wallet"),
        (pay(1, 777, 5, &key()), "not found"),
        (pay(777, 1, 5, &key()), "not found"),
        (cluster.sql("UPDATE transactions SET amount = amount + 1"), "immutable"),
        (cluster.sql("DELETE FROM transactions"), "immutable"),
    ] {
        assert!(refused.clone().is_err_and(|error| error.contains(why)), "{why}: {refused:?}");
    }
    cluster.sql(&format!("UPDATE wallets SET is_frozen = true WHERE wallet_id = {}", (dialect.wallet)(3))).unwrap();
    for (sender, recipient) in [(3, 1), (1, 3)] {
        assert!(pay(sender, recipient, 5, &key()).is_err_and(|error| error.contains("frozen")));
    }
    assert_eq!((balance(1), balance(2), balance(3)), (999_980, 1_000_020, 1_000_000));
    assert_eq!(cluster.holdings(), (tokens, transactions + 2));

    // Ten spend the same balance at once, of which it covers three.
    let spent: Vec<Child> = (0..10).map(|_| cluster.start(&(dialect.transfer)(4, 5, 300_000, &key()))).collect();
    let done = spent.into_iter().map(succeeded).filter(|done| *done).count();
    assert_eq!((done, balance(4), balance(5)), (3, 100_000, 1_900_000));
    // One request ten times at once.
    let again = key();
    let twins: Vec<Child> = (0..10).map(|_| cluster.start(&(dialect.transfer)(5, 4, 1, &again))).collect();
    let done = twins.into_iter().map(succeeded).filter(|done| *done).count();
    assert_eq!((done, balance(4), balance(5)), (1, 100_001, 1_899_999));
    assert_eq!(cluster.holdings(), (tokens, transactions + 2 + 3 + 1));
}

/// Whether a statement that was begun was done; refused is not done, and a deadlock is neither.
fn succeeded(process: Child) -> bool {
    let ended = process.wait_with_output().unwrap();
    let error = String::from_utf8(ended.stderr).unwrap();
    assert!(!error.contains("deadlock"), "{error}");
    ended.status.success()
}

#[test]
fn the_design_issues_exactly_what_a_distribution_lacks() {
    let cluster = Cluster::with("postgres/design.sql");
    let (tokens, transactions) = cluster.holdings();
    cluster.sql(&(DESIGN.transfer)(1, 0, 300, "pool")).unwrap();
    assert_eq!(cluster.holdings(), (tokens, transactions + 1));
    cluster.sql(&(DESIGN.transfer)(0, 2, 1_000, "distribution")).unwrap();
    assert_eq!(cluster.holdings(), (tokens + 700, transactions + 3));
    let issued = "SELECT sum(amount) FROM transactions WHERE from_wallet_id = to_wallet_id";
    assert_eq!(cluster.sql(issued).unwrap(), (tokens + 700).to_string());
}
