//! What is folded is what the rows give: rebuilt from nothing it is the same, and `verify` finds every change.

use communitytoken::ledger::verify::verify;
use communitytoken::ledger::{Folded, Recent, SLOT_MS};
use communitytoken::schema;
use rusqlite::Connection;

use crate::history::Story;
use crate::kernel::rows;
use crate::support::setting;

/// The steps of the schema before statistics.
const BEFORE: u32 = 7;

fn folded(conn: &Connection) -> Vec<String> {
    let tables = ["slot_totals", "account_slots", "amount_counts", "wallet_days", "wallets"];
    rows(conn).into_iter().filter(|row| tables.iter().any(|table| row.starts_with(&format!("{table} ")))).collect()
}

#[test]
fn rebuilt_from_nothing_it_is_the_same_and_changes_are_found() {
    let mut story = Story::new(setting::dice(), 1_690_000_000_000);
    story.live(9_000, 900);
    // An amount whose lower half alone would not do, and a volume that no single number holds.
    let mut community = story.community;
    for _ in 0..4 {
        community.run(crate::kernel::issue(i64::MAX / 8)).unwrap();
    }
    community.assert_sound();
    community.close();
    let shell = community.shell();
    let kept = folded(&shell);
    for table in ["slot_totals", "account_slots", "amount_counts [Integer(2)", "amount_counts [Integer(1)"] {
        assert!(kept.iter().any(|row| row.starts_with(table)), "there is {table}");
    }
    let mut rebuilt = community.shell();
    schema::migrate(&mut rebuilt, BEFORE).unwrap();
    schema::migrate(&mut rebuilt, schema::NEWEST).unwrap();
    assert_eq!(folded(&rebuilt), kept);
    assert!(verify(&rebuilt, |_, _| {}).unwrap().is_sound);

    let guards = ["slot_totals_delete_guard", "account_slots_delete_guard", "amount_counts_delete_guard"];
    for guard in guards {
        let table = guard.trim_end_matches("_delete_guard");
        assert!(shell.execute(&format!("DELETE FROM {table}"), []).is_err(), "{table} is guarded");
    }
    for (change, place) in [
        ("UPDATE slot_totals SET count = count + 1 WHERE flow = 3", "slot_totals flow 3"),
        ("UPDATE slot_totals SET volume_low = volume_low + 1 WHERE flow = 5", "slot_totals flow 5"),
        ("UPDATE slot_totals SET volume_high = 1 WHERE slot = (SELECT max(slot) FROM slot_totals)", "slot_totals"),
        ("DELETE FROM slot_totals WHERE slot = (SELECT min(slot) FROM slot_totals)", "slot_totals"),
        ("UPDATE account_slots SET balance = balance + 1", "account_slots"),
        ("DELETE FROM account_slots WHERE slot = (SELECT max(slot) FROM account_slots)", "account_slots"),
        ("UPDATE amount_counts SET count = count + 1 WHERE grain = 0", "amount_counts grain 0"),
        ("UPDATE amount_counts SET count = count + 1 WHERE grain = 1", "amount_counts grain 1"),
        ("UPDATE amount_counts SET amount = amount + 100000 WHERE grain = 2", "amount_counts grain 2"),
        ("DELETE FROM amount_counts WHERE grain = 2", "amount_counts grain 2"),
        ("INSERT INTO amount_counts VALUES (1, 0, 3, 1, 7, 1)", "amount_counts"),
        ("UPDATE wallets SET last_traded = last_traded - 1 WHERE last_traded > 0", "wallet"),
        ("UPDATE wallet_days SET first_traded = first_traded + 1", "wallet_days"),
    ] {
        shell.execute_batch("BEGIN").unwrap();
        for guard in guards {
            shell.execute_batch(&format!("DROP TRIGGER {guard}")).unwrap();
        }
        shell.execute_batch(change).unwrap();
        let report = verify(&shell, |_, _| {}).unwrap();
        shell.execute_batch("ROLLBACK").unwrap();
        let found = report.findings.iter().any(|finding| finding.what == "rollup" && finding.place.starts_with(place));
        assert!(found, "{change}: {:?}", report.findings.first());
    }
}

/// What a look remembers of the newest transactions is what another would read: at random moments, over the border
/// of a block, for whoever still sees the ledger as it was, and in whatever order these come.
#[test]
fn what_is_remembered_is_what_is_read() {
    let mut story = Story::new(setting::dice(), 1_690_000_000_000);
    let (recent, mut before) = (Recent::default(), story.community.shell());
    let figures = |folded: &Folded<'_>| {
        let (until, mut all) = (story_end(folded.conn()), Vec::new());
        for line in folded.lines() {
            all.push(format!(
                "{line:?} {:?}",
                folded.totals(*line, &[until - until % SLOT_MS, until + SLOT_MS]).unwrap()
            ));
            folded
                .for_each_slot(*line, 0, until + SLOT_MS, &mut |slot, moved| all.push(format!("{slot} {moved:?}")))
                .unwrap();
        }
        for account in folded.accounts().keys() {
            all.push(format!(
                "{account} {:?}",
                folded.balances(*account, &[until - until % SLOT_MS, until + SLOT_MS]).unwrap()
            ));
        }
        all.push(format!("{:?}", folded.amounts(0, until + SLOT_MS).unwrap()));
        all
    };
    let mut borders = 0;
    for _ in 0..12 {
        let then: i64 =
            before.query_row("SELECT coalesce(max(sequence), 0) FROM transactions", [], |row| row.get(0)).unwrap();
        // From here on this one sees no more than that.
        let old = before.transaction().unwrap();
        old.query_row("SELECT count(*) FROM wallets", [], |row| row.get::<_, i64>(0)).unwrap();
        story.live(700, 30);
        let now = story.community.shell();
        let last: i64 = now.query_row("SELECT max(sequence) FROM transactions", [], |row| row.get(0)).unwrap();
        borders += last / 4096 - then / 4096;
        for conn in [&old, &now, &now, &old] {
            let (remembered, read) = (recent.open(conn).unwrap(), Folded::open(conn).unwrap());
            assert_eq!(figures(&remembered), figures(&read), "{then} {last}");
        }
        drop(old);
    }
    assert!(borders >= 2);
}

/// When the newest transaction was made.
fn story_end(conn: &Connection) -> i64 {
    conn.query_row("SELECT coalesce(max(created_at), 0) FROM transactions", [], |row| row.get(0)).unwrap()
}
