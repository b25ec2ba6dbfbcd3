//! Power cuts, by the thousand: the real server is recorded at its work, and from the recording is
//! made whatever a cut could leave at any moment: all that was synced, and of the rest some, torn
//! at the borders of sectors. The kernel opens each such state and must find every acknowledged
//! transaction there, once, and nothing that never was.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use communitytoken::ledger::verify::verify;
use communitytoken::ledger::{Amount, Books, Options, Wallet, WalletId, examine};
use communitytoken::transfers::{FeeTerms, Send};
use rusqlite::{Connection, OptionalExtension};

use super::disk::Disk;
use super::recording::{Event, Recording, recorded};
use super::support::{Member, Server, setting};

const DATABASE: &str = "communitytoken.db";

/// What happened: the calls, and the chains as they were in the end.
struct History {
    events: Vec<Event>,
    transactions: Vec<[u8; 32]>,
    audit: Vec<[u8; 32]>,
    /// Sequences of the transactions that a request made, each with its idempotency record.
    keyed: BTreeSet<i64>,
    payer: WalletId,
    payee: WalletId,
}

fn hashes(conn: &Connection, table: &str) -> Vec<[u8; 32]> {
    let mut statement = conn.prepare(&format!("SELECT hash FROM {table} ORDER BY sequence")).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn keyed(conn: &Connection) -> BTreeSet<i64> {
    let mut statement = conn.prepare("SELECT sequence FROM idempotency_records").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Payments by all members at once, so that some commits carry several.
async fn pay(members: &[Member], rounds: usize) {
    for round in 0..rounds {
        let payments = members.iter().enumerate().map(|(place, member)| {
            let (member, to) = (member.clone(), members[(place + 1 + round % 3) % members.len()].clone());
            tokio::spawn(async move { member.pay(&to, 1).await.ok(201) })
        });
        for payment in payments.collect::<Vec<_>>() {
            payment.await.unwrap();
        }
    }
}

/// A community is founded, lives through an orderly restart and a checkpoint, and is killed.
async fn record() -> History {
    let mut server = Server::prepare(&Server::settings(""));
    let mut recording = Recording::of(&server.folder.path().canonicalize().unwrap().join("data"));
    for life in 0..2 {
        let trace = server.path(&format!("trace-{life}"));
        let command = recorded(&server.command(&["serve"]), &trace);
        server.serve_by(command).await;
        let members = server.members(4).await;
        if life == 0 {
            for member in &members {
                server.fund(member, 1_000).await;
            }
            pay(&members, 10).await;
            server.stop();
        } else {
            pay(&members, 60).await;
            server.kill();
        }
        recording.read(&trace);
    }
    let conn = Connection::open(server.database()).unwrap();
    let wallet = |name: &str| {
        let found = conn.query_row(
            "SELECT wallets.id FROM users JOIN wallets ON wallets.key = users.wallet WHERE username = ?1",
            [name],
            |row| row.get(0),
        );
        found.unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    History {
        events: recording.events,
        transactions: hashes(&conn, "transactions"),
        audit: hashes(&conn, "audit_log"),
        keyed: keyed(&conn),
        payer: wallet("member-00"),
        payee: wallet("member-01"),
    }
}

/// Opens what a cut has left, with the program's own kernel; says what is not as it must be.
fn check(history: &History, folder: &Path, acknowledged: usize, go_on: bool) -> Result<(), String> {
    let path = folder.join(DATABASE);
    if !path.exists() && acknowledged == 0 {
        return Ok(());
    }
    examine(&path).map_err(|error| format!("not served: {error}"))?;
    let books = Books::open(&path, &Options { readers: 1, ..Options::default() }).map_err(|error| error.to_string())?;
    let judged = books.read_blocking(|conn| Ok(judge(history, conn, acknowledged))).map_err(|error| error.to_string());
    let outcome =
        judged.and_then(|judged| judged).and_then(|()| if go_on { pay_once(history, &books) } else { Ok(()) });
    books.close();
    outcome
}

fn judge(history: &History, conn: &Connection, acknowledged: usize) -> Result<(), String> {
    let wrong = |error: rusqlite::Error| error.to_string();
    let pages: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(wrong)?;
    if pages != "ok" {
        return Err(format!("integrity_check: {pages}"));
    }
    let report = verify(conn, |_, _| {}).map_err(|error| format!("{error} {:?}", error.cause()))?;
    if !report.is_sound {
        return Err(format!("verify: {:?}", report.findings));
    }
    let (transactions, audit) = (hashes(conn, "transactions"), hashes(conn, "audit_log"));
    if transactions.len() < acknowledged {
        return Err(format!(
            "lost: {acknowledged} transactions were acknowledged, and {} are left",
            transactions.len()
        ));
    }
    // The chain makes each row stand for all before it: this is a beginning of what happened.
    if !history.transactions.starts_with(&transactions) || !history.audit.starts_with(&audit) {
        return Err("the rows are not the beginning of what happened".into());
    }
    let reached = i64::try_from(transactions.len()).unwrap();
    if keyed(conn) != history.keyed.range(..=reached).copied().collect() {
        return Err("the idempotency records are not those of the transactions".into());
    }
    Ok(())
}

/// The ledger goes on from there.
fn pay_once(history: &History, books: &Books) -> Result<(), String> {
    let from = books.read_blocking(|conn| {
        Ok(conn
            .query_row("SELECT key FROM wallets WHERE id = ?1 AND balance > 0", [history.payer], |row| row.get(0))
            .optional()?)
    });
    let Some(from) = from.map_err(|error| error.to_string())? else { return Ok(()) };
    let payment =
        Send { from, to: history.payee, amount: Amount::new(1).unwrap(), note: None, terms: FeeTerms::default() };
    if books.read_blocking(|conn| Ok(Wallet::by_id(conn, history.payee).is_ok())).unwrap() {
        books.execute_blocking(payment).map_err(|error| format!("{error} {:?}", error.cause()))?;
    }
    let sound = books.read_blocking(|conn| Ok(verify(conn, |_, _| {})?.is_sound)).map_err(|error| error.to_string())?;
    if sound { Ok(()) } else { Err("verify finds something after the next payment".into()) }
}

/// Where thousands of small files are quick.
fn scratch() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// Makes so many states, spread over the whole recording, and gives what was wrong with them.
fn cut(history: &History, states: usize, seed: u64) -> Vec<String> {
    const WORKERS: usize = 2;
    let work = |worker: usize| {
        let mut rng = fastrand::Rng::with_seed(seed ^ (worker as u64) << 32);
        let mut moments: Vec<usize> = (0..states / WORKERS).map(|_| rng.usize(0..=history.events.len())).collect();
        moments.sort_unstable();
        let (mut disk, mut done, mut acknowledged, mut wrong) = (Disk::default(), 0, 0, Vec::new());
        for (number, moment) in moments.into_iter().enumerate() {
            for (at, event) in history.events.iter().enumerate().take(moment).skip(done) {
                disk.apply(at, event);
                if let Event::Acknowledged { sequence } = event {
                    acknowledged = acknowledged.max(usize::try_from(*sequence).unwrap());
                }
            }
            done = moment;
            let folder = scratch();
            disk.cut(&mut rng, folder.path());
            if let Err(what) = check(history, folder.path(), acknowledged, number % 8 == 0) {
                wrong.push(format!("worker {worker}, state {number}, after call {moment}: {what}"));
            }
        }
        wrong
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|worker| scope.spawn(move || work(worker))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

/// No cut loses what was acknowledged. And the test can tell: were the syncs left out, as
/// `synchronous=OFF` leaves them out, the same cuts would lose it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_power_cut_loses_what_was_acknowledged() {
    let (seed, states) = (setting::seed(), setting::rounds(2_000));
    let mut history = record().await;
    let syncs = |event: &&Event| matches!(event, Event::Sync { .. } | Event::SyncFolder { .. });
    let acknowledged = history.events.iter().filter(|event| matches!(event, Event::Acknowledged { .. })).count();
    let synced = history.events.iter().filter(syncs).count();
    println!(
        "{states} cuts through {} calls, {synced} of them syncs, {acknowledged} acknowledged transactions",
        history.events.len()
    );
    assert!(acknowledged >= 280 && synced > 100, "the recording is thin");
    let began = std::time::Instant::now();
    let wrong = cut(&history, states, seed);
    println!("{states} cuts took {:?}", began.elapsed());
    assert_eq!(wrong, Vec::<String>::new());

    history.events.retain(|event| !syncs(&event));
    let wrong = cut(&history, 100, seed);
    let lost = wrong.iter().filter(|what| what.contains("lost: ")).count();
    println!("without the syncs {} of 100 cuts are found, {lost} of them by lost transactions", wrong.len());
    assert!(lost > 10 && wrong.len() > 50, "{wrong:?}");
}
