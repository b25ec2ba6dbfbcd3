//! What lies at the path when the program starts: pages overwritten, files cut off, swapped, emptied
//! or gone, a write-ahead log missing or from elsewhere. It is said at once what is wrong, nothing
//! is served, and the file stays as it was, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use communitytoken::ledger::{Examined, KeptHead, examine};
use communitytoken::{schema, store};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::support::{Server, setting};

/// How long a start may take to refuse.
const REFUSAL: Duration = Duration::from_secs(10);

/// A community with some history, at rest.
async fn community() -> Server {
    let mut server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 1_000).await, server.member("bob").await);
    for _ in 0..30 {
        ann.pay(&bob, 1).await.ok(201);
    }
    server.stop();
    // What these tests change is all there is.
    let left = ["-wal", "-shm"].map(|ending| fs::metadata(beside(&server, ending)).map(|file| file.len()).ok());
    assert_eq!(left, [None, None], "something lies beside the file of a stopped server");
    server
}

/// Every file that counts, with its bytes.
fn bytes(server: &Server) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(server.path("data")).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| !path.to_str().unwrap().ends_with("-shm"))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        // An empty log is made where there was none; it says nothing.
        .filter(|(path, content)| !(path.to_str().unwrap().ends_with("-wal") && content.is_empty()))
        .collect()
}

/// The start is refused with these words, and nothing was touched.
#[track_caller]
fn refused(server: &Server, words: &str) {
    let before = bytes(server);
    let began = Instant::now();
    let mut child = server.command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > REFUSAL {
            child.kill().unwrap();
            panic!("it was served, where this was expected: {words}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(words) && said.contains("data/communitytoken.db"), "expected {words:?}: {said}");
    assert!(output.stdout.is_empty(), "nothing was served");
    assert!(bytes(server) == before, "the files were touched: {words}");
    println!("refused in {:?}: {said}", began.elapsed());
}

fn beside(server: &Server, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", server.database().display()))
}

#[tokio::test]
async fn files_that_are_not_whole_or_not_ours() {
    let mut server = community().await;
    let path = server.database();
    let whole = fs::read(&path).unwrap();
    let put = |content: &[u8]| fs::write(&path, content).unwrap();

    for left in [whole.len() / 2, whole.len() - 4096, whole.len() - 1, 4096] {
        put(&whole[..left]);
        refused(&server, "is cut off");
    }
    for (left, words) in [(50, "is not an SQLite database"), (0, "is gone or empty")] {
        put(&whole[..left]);
        refused(&server, words);
    }
    fs::remove_file(&path).unwrap();
    refused(&server, "is gone or empty");
    put(&b"This is a shopping list. ".repeat(1_000));
    refused(&server, "is not an SQLite database");
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
    refused(&server, "belongs to another program");
    let other = community().await;
    fs::copy(other.database(), &path).unwrap();
    refused(&server, "another community");

    // Founding was cut short here before there was a ledger; with a head beside it, it was not.
    let begun = server.path("begun.db");
    let conn = Connection::open(&begun).unwrap();
    conn.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
    drop(conn);
    assert_eq!(examine(&begun).unwrap(), Examined::Nothing);
    fs::copy(&begun, &path).unwrap();
    refused(&server, "is gone or empty");

    put(&whole);
    server.serve(&[]).await;
    assert_eq!(server.member("bob").await.balance().await, 30);
    server.assert_sound().await;
}

/// What is in the log counts as well, also where the database is named by a link to it.
#[tokio::test]
async fn a_link_leads_to_the_log_too() {
    let mut server = Server::start().await;
    server.funded("ann", 1_000).await;
    server.kill();
    let link = server.path("link.db");
    std::os::unix::fs::symlink(server.database(), &link).unwrap();
    let before = bytes(&server);
    for path in [server.database(), link] {
        assert_eq!(examine(&path).unwrap(), Examined::Whole);
        let conn = store::open_untouched(&path).unwrap();
        let paid: i64 = conn.query_row("SELECT count(*) FROM transactions", [], |row| row.get(0)).unwrap();
        assert_eq!(paid, 2, "{}", path.display());
    }
    assert!(bytes(&server) == before, "looking changes nothing");
}

/// Every page in turn is overwritten: whatever it held, the file is not served.
#[tokio::test]
async fn any_damaged_page_is_noticed() {
    let mut server = community().await;
    let path = server.database();
    let whole = fs::read(&path).unwrap();
    let pages = whole.len() / 4096;
    let before = contents(&path).unwrap();
    // Zeros, ones, and the page's neighbour: a disk that forgets, a disk that mixes up addresses.
    for page in 0..pages {
        let neighbour = (page + 1) % pages * 4096;
        for content in [vec![0; 4096], vec![0xff; 4096], whole[neighbour..neighbour + 4096].to_vec()] {
            let mut damaged = whole.clone();
            damaged[page * 4096..(page + 1) * 4096].copy_from_slice(&content);
            if damaged == whole {
                continue;
            }
            fs::write(&path, &damaged).unwrap();
            let refusal = match examine(&path) {
                // An empty page in the place of the requests' own records: nothing else knows of them. Or
                // any page in the place of an index that points at nothing: SQLite looks at it only when it
                // writes there, and refuses then.
                Ok(_) => {
                    let replaced = &whole[page * 4096..];
                    let pointed_at_nothing = replaced[0] == 10 && replaced[3..5] == [0, 0];
                    assert!(content[..2] == [13, 0] || pointed_at_nothing, "page {page}");
                    assert!(contents(&path).unwrap() == before, "page {page}");
                    continue;
                }
                Err(refusal) => refusal.to_string(),
            };
            assert!(refusal.contains("communitytoken.db"), "{refusal}");
            assert!(fs::read(&path).unwrap() == damaged, "the file was touched");
        }
    }
    for page in [1, pages / 2, pages - 1] {
        let mut damaged = whole.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0xaa);
        fs::write(&path, &damaged).unwrap();
        refused(&server, "cannot be served");
    }
    fs::write(&path, &whole).unwrap();
    server.serve(&[]).await;
    server.assert_sound().await;
}

/// A large file is served at once and looked at page by page meanwhile. Damage stops the writing,
/// for what it would build on is not sound, and what can be read is read.
#[tokio::test]
async fn a_large_file_is_looked_at_while_it_is_served() {
    let mut server = community().await;
    let shell = Connection::open(server.database()).unwrap();
    shell.execute_batch("CREATE TABLE ballast (x); INSERT INTO ballast VALUES (zeroblob(40000000))").unwrap();
    drop(shell);
    server.serve(&[]).await;
    let began = Instant::now();
    while !server.log().contains("every page of the database was looked at, and all are sound") {
        assert!(began.elapsed() < REFUSAL, "{}", server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.stop();
    // Somewhere in the ballast, far from what the ledger reads.
    let file = fs::File::options().write(true).open(server.database()).unwrap();
    file.write_all_at(&[0xff; 4096], 20_480_000).unwrap();
    let mut child = server.command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    server.base = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().into();
    let began = Instant::now();
    let health = loop {
        let health = server.stranger(String::new()).get("/health").await;
        if health.status == 503 {
            break health.json();
        }
        assert!(began.elapsed() < REFUSAL, "the damage is not found");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!((&health["can_read"], &health["can_write"]), (&true.into(), &false.into()));
    let ann = server.member("ann").await;
    ann.pay(&ann, 1).await.refused(503, "storage_unavailable");
    assert_eq!(ann.balance().await, 970);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Any byte of the file may flip: a file with another transaction, audit line or balance in it is not served.
#[tokio::test]
async fn a_flipped_byte_changes_no_balance() {
    let (mut rng, rounds) = (setting::dice(), setting::rounds(2_000));
    let server = community().await;
    let path = server.database();
    let whole = fs::read(&path).unwrap();
    let before = contents(&path).unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    let mut noticed = 0;
    for round in 0..rounds {
        let at = rng.usize(0..whole.len());
        file.write_all_at(&[whole[at] ^ (1 << rng.u8(0..8))], at as u64).unwrap();
        if examine(&path).is_err() {
            noticed += 1;
        } else {
            assert_eq!(contents(&path).unwrap(), before, "round {round}, byte {at}");
        }
        file.write_all_at(&[whole[at]], at as u64).unwrap();
    }
    println!("{noticed} of {rounds} flipped bits were noticed, the others changed no amount");
    assert!(noticed > rounds / 20);
}

/// A wallet that holds nothing hides no damage either: it names its latest transaction, or none.
#[tokio::test]
async fn a_wallet_names_its_latest_transaction() {
    let server = community().await;
    let path = server.database();
    let shell = rusqlite::Connection::open(&path).unwrap();
    let guards: String = shell
        .query_row(
            "SELECT group_concat('DROP TRIGGER ' || name, '; ') FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'wallets'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    shell.execute_batch(&guards).unwrap();
    examine(&path).unwrap();
    let empty = "SELECT key, last_sequence FROM wallets WHERE balance = 0";
    let (wallet, right): (i64, i64) =
        shell.query_row(empty, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("one holds nothing");
    for wrong in [right + 1, right - 1, right + 64, -right - 1] {
        shell.execute("UPDATE wallets SET last_sequence = ?2 WHERE key = ?1", [wallet, wrong]).unwrap();
        let refusal = examine(&path).unwrap_err().0;
        assert!(refusal.contains("does not name its latest transaction"), "{wrong}: {refusal}");
    }
    shell.execute("UPDATE wallets SET last_sequence = ?2 WHERE key = ?1", [wallet, right]).unwrap();
    examine(&path).unwrap();
}

/// What the community owns and what was done, as the rows say it.
fn contents(path: &Path) -> rusqlite::Result<Vec<Vec<Value>>> {
    let conn = Connection::open_with_flags(
        format!("file:{}?immutable=1", path.display()),
        rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_URI,
    )?;
    let mut all = Vec::new();
    for query in [
        "SELECT sequence, created_at, kind, from_wallet, to_wallet, amount, from_balance, to_balance, hash FROM transactions NOT INDEXED ORDER BY sequence",
        "SELECT sequence, created_at, operator, action, target, reason, details, hash FROM audit_log NOT INDEXED ORDER BY sequence",
        "SELECT key, balance, last_sequence FROM wallets NOT INDEXED ORDER BY key",
        "SELECT total_issued, sealed_sequence, sealed_hash FROM ledger",
    ] {
        let mut statement = conn.prepare(query)?;
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
        all.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    Ok(all)
}

/// The log is lost after a crash: without it the database is sound and short, and only the kept head can tell.
#[tokio::test]
async fn a_lost_log_is_noticed() {
    let mut server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 1_000).await, server.member("bob").await);
    for _ in 0..30 {
        ann.pay(&bob, 1).await.ok(201);
    }
    // The head follows within seconds.
    let began = Instant::now();
    let kept = |server: &Server| fs::read_to_string(KeptHead::path(&server.database())).unwrap_or_default();
    while !kept(&server).contains("\"sequence\": 32") {
        assert!(began.elapsed() < Duration::from_secs(30), "the head is not kept: {}", kept(&server));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server.kill();
    let log = fs::read(beside(&server, "-wal")).unwrap();
    assert!(!log.is_empty());
    fs::remove_file(beside(&server, "-wal")).unwrap();
    refused(&server, "has lost");
    let found = server.cli(&["verify"]);
    assert!(found.code == 1 && found.stdout.contains("kept_head"), "{found:?}");
    let _there_or_not = fs::remove_file(beside(&server, "-shm"));
    refused(&server, "has lost");
    // The first half of it is as bad.
    fs::write(beside(&server, "-wal"), &log[..log.len() / 2]).unwrap();
    refused(&server, "has lost");
    fs::write(beside(&server, "-wal"), &log).unwrap();
    server.serve(&[]).await;
    assert_eq!(server.member("bob").await.balance().await, 30);
    server.assert_sound().await;
    // Who means the shorter file says so.
    server.kill();
    fs::remove_file(beside(&server, "-head")).unwrap();
    server.serve(&[]).await;
    server.assert_sound().await;
}

/// Logs and indexes that belong to another moment or another database.
#[tokio::test]
async fn a_log_from_elsewhere_does_no_harm() {
    let mut server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 1_000).await, server.member("bob").await);
    ann.pay(&bob, 1).await.ok(201);
    let stale = fs::read(beside(&server, "-wal")).unwrap();
    for _ in 0..30 {
        ann.pay(&bob, 1).await.ok(201);
    }
    server.stop();
    let mut other = Server::start().await;
    other.funded("eve", 1_000_000).await;
    let foreign = fs::read(beside(&other, "-wal")).unwrap();
    let index = fs::read(beside(&other, "-shm")).unwrap();
    other.kill();
    assert!(!stale.is_empty() && !foreign.is_empty());

    let log = beside(&server, "-wal");
    for content in [&stale, &foreign] {
        fs::write(&log, content).unwrap();
        refused(&server, "communitytoken.db");
    }
    // What is no log at all, and an index without its log, SQLite leaves aside.
    for (log_content, index_content) in
        [(Some(vec![7; 5_000]), None), (None, Some(&index)), (Some(vec![0; 9_000]), Some(&index))]
    {
        let _there_or_not = fs::remove_file(&log);
        if let Some(content) = log_content {
            fs::write(&log, content).unwrap();
        }
        if let Some(content) = index_content {
            fs::write(beside(&server, "-shm"), content).unwrap();
        }
        server.serve(&[]).await;
        assert_eq!(server.member("bob").await.balance().await, 31);
        server.assert_sound().await;
        server.stop();
    }
}

/// What others on the machine can read is said; what the program makes they cannot read.
#[tokio::test]
async fn open_files_are_said() {
    let mut server = community().await;
    let mode = |path: &Path, bits: u32| fs::set_permissions(path, fs::Permissions::from_mode(bits)).unwrap();
    let (database, secret, folder) = (server.database(), server.path("data/instance.key"), server.path("data"));
    for path in [&database, &secret] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    server.serve(&[]).await;
    assert!(!server.log().contains("can read"), "{}", server.log());
    server.stop();
    mode(&database, 0o644);
    mode(&secret, 0o644);
    mode(&folder, 0o755);
    server.serve(&[]).await;
    let log = server.log();
    assert!(log.contains("everyone on this machine can read data/communitytoken.db"), "{log}");
    assert!(log.contains("others on this machine can read the instance key"), "{log}");
}
