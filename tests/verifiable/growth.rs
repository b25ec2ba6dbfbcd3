//! The tree grows with the ledger, whatever the moments at which checkpoints are taken.

use std::time::Instant;

use communitytoken::ledger::proof::{Edge, PublicKey, Receipt, SignedCheckpoint, Signer, Statement, Trust};
use communitytoken::ledger::{Books, hex};
use communitytoken::{identity::InstanceKey, proofs};

use super::community::{Community, distribution, issue};
use super::setting;

fn trust(community: &Community) -> Trust {
    let file = proofs::key(community.books()).unwrap();
    let name = community.books().read_blocking(communitytoken::ledger::proof::origin_of).unwrap();
    Trust::parse(&PublicKey { name, bytes: file.public_key() }.to_string()).unwrap()
}

fn receipt(community: &Community, sequence: i64) -> Receipt {
    let file = community.books().read_blocking(|conn| {
        let key = InstanceKey::open(&InstanceKey::beside(community.books().path()))?;
        Receipt::of(conn, sequence, key.as_ref().map(|key| key as &dyn Signer))
    });
    let file = file.unwrap().unwrap().to_string();
    assert!(file.len() < 4096);
    Receipt::parse(&file).unwrap()
}

/// So many transactions, in distributions of at most a hundred.
fn distribute(community: &Community, count: usize) {
    let wallets: Vec<_> = community.members.iter().map(|member| member.wallet_id).collect();
    let mut left = count;
    while left > 0 {
        let here = left.min(wallets.len());
        community.run(distribution(wallets.iter().take(here).map(|wallet| (*wallet, 1)))).unwrap();
        left -= here;
    }
}

fn length(community: &Community) -> i64 {
    community
        .books()
        .read_blocking(|conn| Ok(conn.query_row("SELECT max(sequence) FROM transactions", [], |row| row.get(0))?))
        .unwrap()
}

/// The root as it follows from all statements, one after the other, with nothing stored.
fn plain_root(community: &Community, size: i64) -> String {
    let mut edge = Edge::default();
    for sequence in 1..=size {
        let text = receipt(community, sequence).to_string();
        let statement = text.split_once("\n\n").unwrap().0;
        edge.push(Statement::parse(&format!("{statement}\n")).unwrap().leaf(), |_, _| ());
    }
    hex(&edge.root())
}

/// Checkpoints at uneven lengths around the sizes where nodes become whole: each has the root that all
/// its rows give, and every receipt leads to the first checkpoint that covers it.
#[test]
fn roots_and_receipts_at_every_length() {
    let community = Community::new(100);
    stock(&community);
    let trust = trust(&community);
    let mut taken: Vec<SignedCheckpoint> = Vec::new();
    for more in [0, 1, 3, 100, 150, 1, 1, 255, 256, 257, 90] {
        distribute(&community, more);
        let signed = community.checkpoint();
        assert_eq!(signed.checkpoint.sequence, length(&community));
        signed.check(&trust).unwrap();
        assert!(proofs::take(community.books()).unwrap().is_none(), "nothing has happened since");
        taken.push(signed);
    }
    for signed in &taken {
        assert_eq!(hex(&signed.checkpoint.root), plain_root(&community, signed.checkpoint.sequence));
    }
    for sequence in 1..=length(&community) {
        let receipt = receipt(&community, sequence);
        let proved = receipt.check(&trust).unwrap();
        let first = taken.iter().find(|signed| signed.checkpoint.sequence >= sequence).unwrap();
        assert_eq!(proved.checkpoint, Some(&first.checkpoint), "transaction {sequence}");
        assert_eq!(proved.statement.sequence, sequence);
    }
    assert_eq!(community.verify().checkpoints, i64::try_from(taken.len()).unwrap());
    community.assert_sound();
}

/// The treasury's stock, so that a distribution is exactly as many rows as it has recipients.
fn stock(community: &Community) {
    community.run(issue(1_000_000_000)).unwrap();
}

/// Past 65,536 transactions a node of the second level stands for them all, and a receipt of the first
/// transaction is as short as one of the last. `COMMUNITYTOKEN_ROUNDS=16` makes it a million, and prints
/// what each part takes.
#[test]
fn the_second_level() {
    let rounds = setting::rounds(1);
    let community = Community::new(100);
    stock(&community);
    distribute(&community, 65_700 * rounds);
    let clock = Instant::now();
    let signed = community.checkpoint();
    println!("the first checkpoint of {} transactions: {:?}", signed.checkpoint.sequence, clock.elapsed());
    let trust = trust(&community);
    let levels: Vec<(i64, i64)> = community
        .books()
        .read_blocking(|conn| {
            let mut statement = conn.prepare("SELECT level, count(*) FROM tree_nodes GROUP BY level")?;
            Ok(statement.query_map([], |row| row.try_into())?.collect::<rusqlite::Result<_>>()?)
        })
        .unwrap();
    let last = signed.checkpoint.sequence;
    assert_eq!(levels, [(1, last / 256), (2, last / 65_536)]);
    for sequence in [1, 2, 256, 257, 65_535, 65_536, 65_537, last] {
        let clock = Instant::now();
        let receipt = receipt(&community, sequence);
        println!("receipt of {sequence}: {} bytes, {:?}", receipt.to_string().len(), clock.elapsed());
        assert_eq!(receipt.check(&trust).unwrap().checkpoint, Some(&signed.checkpoint));
    }
    community.send(0, 1, 1).unwrap();
    let clock = Instant::now();
    community.checkpoint();
    println!("the next checkpoint: {:?}", clock.elapsed());
    let clock = Instant::now();
    assert_eq!(community.verify().checkpoints, 2);
    println!("verify: {:?}", clock.elapsed());
    community.assert_sound();
}

/// The database lets nobody rewrite checkpoints and nodes, nor store one that covers less than the last.
#[test]
fn the_database_guards_them() {
    let community = Community::new(100);
    stock(&community);
    distribute(&community, 300);
    community.checkpoint();
    community.send(0, 1, 1).unwrap();
    let shell = community.shell();
    let insert = |audit: &str| {
        format!(
            "INSERT INTO checkpoints SELECT sequence, hash, created_at, 'k', zeroblob(64), {audit} FROM transactions ORDER BY sequence DESC LIMIT 1"
        )
    };
    let audit = "a checkpoint must cover chained audit lines";
    for (attack, message) in [
        ("UPDATE tree_nodes SET hash = zeroblob(32)", "nodes of the tree are never changed"),
        ("UPDATE tree_nodes SET place = 5", "nodes of the tree are never changed"),
        ("DELETE FROM tree_nodes", "nodes of the tree are never deleted"),
        ("REPLACE INTO tree_nodes VALUES (1, 0, zeroblob(32))", "the tree grows node by node"),
        ("INSERT INTO tree_nodes VALUES (1, 2, zeroblob(32))", "the tree grows node by node"),
        ("UPDATE checkpoints SET audit_sequence = 1", "checkpoints are never changed"),
        (&insert("NULL"), audit),
        (&insert("1"), audit),
        (&insert("99"), audit),
    ] {
        let error = shell.execute_batch(attack).expect_err(attack).to_string();
        assert!(error.contains(message), "{attack}: {error}");
    }
    community.checkpoint();
    community.assert_sound();
}

/// Several programs that take checkpoints and write at once: none is lost, none is taken twice, all fit.
#[test]
fn several_at_once() {
    let community = Community::new(100);
    stock(&community);
    let path = community.path.clone();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let books = Books::open(&path, &community.clock.options()).unwrap();
                for _ in 0..15 {
                    proofs::take(&books).unwrap();
                }
                books.close();
            });
        }
        for _ in 0..12 {
            distribute(&community, 100);
        }
    });
    let _newest = proofs::take(community.books()).unwrap();
    let report = community.verify();
    assert!(report.checkpoints >= 1);
    community.assert_sound();
    let trust = trust(&community);
    for sequence in [1, 100, 555, length(&community)] {
        receipt(&community, sequence).check(&trust).unwrap();
    }
}

/// A row inserted by hand waits for its hash, and everything after it for its receipt; nothing is
/// signed before it is chained.
#[test]
fn rows_by_hand_wait() {
    let community = Community::new(3);
    community.endow(50);
    let signed = community.checkpoint();
    community
        .shell()
        .execute_batch("INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'Stock', 7)")
        .unwrap();
    let by_hand = length(&community);
    let waiting = community.books().read_blocking(|conn| Receipt::of(conn, by_hand, None)).unwrap();
    assert!(waiting.is_none());
    assert!(proofs::take(community.books()).unwrap().is_none(), "the head is {:?}", signed.checkpoint.sequence);
    community.send(0, 1, 1).unwrap();
    assert_eq!(community.checkpoint().checkpoint.sequence, by_hand + 1);
    receipt(&community, by_hand).check(&trust(&community)).unwrap();
    community.assert_sound();
}

/// Nothing is signed that does not fit: neither a row altered since the last checkpoint, nor a ledger
/// that no longer extends it.
#[test]
fn damage_is_never_signed() {
    for altered in [3, 7] {
        let community = Community::new(5);
        community.endow(50);
        community.checkpoint();
        community.send(0, 1, 9).unwrap();
        community.send(1, 0, 4).unwrap();
        let shell = community.shell();
        let guard: String = shell
            .query_row("SELECT sql FROM sqlite_schema WHERE name = 'transactions_update_guard'", [], |row| row.get(0))
            .unwrap();
        shell.execute_batch("DROP TRIGGER transactions_update_guard").unwrap();
        shell.execute("UPDATE transactions SET transaction_type = 2 WHERE sequence = ?1", [altered]).unwrap();
        shell.execute_batch(&guard).unwrap();
        let error = proofs::take(community.books()).unwrap_err();
        assert!(error.cause().is_some_and(|cause| cause.contains(&format!("transaction {altered} "))), "{error:?}");
        assert!(!community.verify().is_sound);
    }
}

/// Time in checkpoints never runs backwards, though the clock does.
#[test]
fn a_clock_set_back() {
    let community = Community::new(2);
    community.endow(50);
    let first = community.checkpoint().checkpoint.created_at;
    community.clock.turn(-3_600_000);
    community.send(0, 1, 1).unwrap();
    assert!(community.checkpoint().checkpoint.created_at >= first);
    community.assert_sound();
}
