//! Strict serializability, from outside: a hundred clients move tokens between nine wallets over
//! HTTP, with twins, repeats, dropped connections and overdrafts, and read in between. Everything
//! asked and answered is recorded with its moments. A checker then proves that one order explains
//! all of it: the order of the ledger itself.
//!
//! What that means to the community: what one member was told is paid, everyone sees from then on;
//! nobody ever sees a balance that never was; and a request that was repeated moved tokens once.
//!
//! Some fifteen seconds in the suite, with a fresh seed each time, which is printed. At will:
//! `COMMUNITYTOKEN_SECONDS=60 COMMUNITYTOKEN_SEED=7 cargo test --test linearizable -- --nocapture`.
//! A seed repeats what the clients choose, not how their requests meet; so a run that fails leaves
//! its whole record in a file, and names it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a test stops where something is not as it must be"
)]

mod anomalies;
mod checker;
mod client;
mod record;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use self::checker::check;
use self::client::{Client, Town};
use self::record::{Record, Row};
use self::support::{Member, Server, setting};

const CLIENTS: usize = 100;
/// Of those, clients who distribute from the pool and read the supply.
const OPERATORS: usize = 4;
const MEMBERS: usize = 8;
/// What each member has at first: little enough that many payments are refused.
const ENDOWMENT: i64 = 1_000;
const SECONDS: u64 = 15;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_order_explains_everything() {
    let seed = setting::seed();
    let seconds = setting::number("COMMUNITYTOKEN_SECONDS").unwrap_or(SECONDS);
    let server = Server::start().await;
    let members = server.members(MEMBERS).await;
    for member in &members {
        server.fund(member, ENDOWMENT).await;
    }
    let town = Town::new(&members, server.operator().await, server.treasury());
    let foundation = ledger(&server, &town).len();

    let origin = Instant::now();
    let end = origin + Duration::from_secs(seconds);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let client = Client::new(number, seed, number < OPERATORS, town.clone(), origin);
            tokio::spawn(client.run(end))
        })
        .collect();
    let mut operations = Vec::new();
    for client in clients {
        operations.extend(client.await.unwrap());
    }
    let record = Record { wallets: MEMBERS + 1, foundation, rows: ledger(&server, &town), operations };
    println!("{}", record.summary());
    let anomalies = check(&record);
    if !anomalies.is_empty() {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("linearizable-{seed}.txt"));
        std::fs::write(&file, format!("{record:#?}")).unwrap();
        panic!(
            "seed {seed}, {} anomalies, the record is in {}; the first: {:#?}",
            anomalies.len(),
            file.display(),
            &anomalies[..anomalies.len().min(5)]
        );
    }
    record.assert_eventful();
    server.assert_sound().await;
}

/// The ledger as it stands, with the request that each transaction says it came by.
fn ledger(server: &Server, town: &Town) -> Vec<Row> {
    let rows = server.sql(
        "SELECT t.sequence, l.id, sender.id AS sender, recipient.id AS recipient, t.amount, t.from_balance,
                t.to_balance, coalesce(t.note, audit_log.reason) AS label
           FROM transactions AS t JOIN transaction_list AS l ON l.sequence = t.sequence
           JOIN wallets AS sender ON sender.key = t.from_wallet
           JOIN wallets AS recipient ON recipient.key = t.to_wallet
           LEFT JOIN audit_log ON audit_log.sequence = t.audit ORDER BY t.sequence",
    );
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| Row {
            sequence: row["sequence"].as_i64().unwrap(),
            id: text(row, "id"),
            label: text(row, "label"),
            from: town.place(&text(row, "sender")),
            to: town.place(&text(row, "recipient")),
            amount: row["amount"].as_i64().unwrap(),
            from_balance: row["from_balance"].as_i64().unwrap(),
            to_balance: row["to_balance"].as_i64().unwrap(),
        })
        .collect()
}
