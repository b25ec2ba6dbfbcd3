//! What a wallet held day by day, against its whole history gone through from the first entry on.

use communitytoken::ledger::{Wallet, WalletKey, held_before};
use communitytoken::statistics::{Bucket, Calendar};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use rusqlite::Connection;

use crate::history::{DAY, Story};
use crate::kernel::{Community, distribution, issue, transfer};
use crate::support::setting;

/// Time and balance of each of a wallet's entries, oldest first.
fn entries(conn: &Connection, wallet: WalletKey) -> Vec<(i64, i64)> {
    let sql = "SELECT created_at, iif(to_wallet = ?1, to_balance, from_balance) FROM transactions
                WHERE ?1 IN (from_wallet, to_wallet) ORDER BY sequence";
    let mut statement = conn.prepare(sql).unwrap();
    let rows = statement.query_map([wallet.0], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// What that comes to right before a time.
fn counted(entries: &[(i64, i64)], time: i64) -> i64 {
    entries.iter().take_while(|(at, _)| *at < time).last().map_or(0, |(_, balance)| *balance)
}

#[test]
fn a_wallet_holds_what_its_entries_come_to() {
    let mut dice = setting::dice();
    let mut story = Story::new(dice.fork(), 1_690_000_000_000);
    story.live(4_000, 120);
    let (conn, now) = (story.community.shell(), story.community.clock.time());
    let keys: Vec<WalletKey> = story.community.members.iter().map(|member| member.wallet_key).collect();
    let mut moved = 0;
    for key in keys {
        let wallet = Wallet::by_key(&conn, key).unwrap();
        let entries = entries(&conn, key);
        for zone in ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"] {
            let calendar = Calendar::new(TimeZone::get(zone).unwrap(), Weekday::Monday);
            let bounds = calendar.period(Bucket::Day, None, None, now).unwrap().bounds;
            let held = held_before(&conn, &wallet, &bounds).unwrap();
            let expected: Vec<i64> = bounds.iter().map(|time| counted(&entries, *time)).collect();
            assert_eq!(held, expected, "wallet {key:?} in {zone}");
            moved += held.windows(2).filter(|pair| pair[0] != pair[1]).count();
        }
        // Right before, at and right after entries, and at any time since there is a wallet, or before.
        let mut times: Vec<i64> = entries.iter().flat_map(|(at, _)| [at - 1, *at, at + 1]).collect();
        dice.shuffle(&mut times);
        times.truncate(8);
        times.extend((0..4).map(|_| dice.i64(now - 140 * DAY..now + 3 * DAY)));
        times.sort_unstable();
        let expected: Vec<i64> = times.iter().map(|time| counted(&entries, *time)).collect();
        assert_eq!(held_before(&conn, &wallet, &times).unwrap(), expected, "wallet {key:?} at {times:?}");
        assert!(held_before(&conn, &wallet, &[]).unwrap().is_empty());
    }
    assert!(moved > 200, "what never changes proves nothing: {moved}");
}

/// Whoever moves thousands of times between two midnights is told what they held at the end of the UTC day, and
/// of the newest days exactly.
#[test]
fn a_wallet_that_never_rests_is_looked_at_no_longer_than_others() {
    let community = Community::founded(2, 1_690_000_000_000);
    // The next UTC day, an hour before midnight in Berlin and then an hour after.
    let midnight = (community.clock.time() / DAY + 1) * DAY + 22 * 3_600_000;
    let (someone, other) = (&community.members[0], &community.members[1]);
    community.run(issue(100_000)).unwrap();
    community.run(distribution([(someone.wallet_id, 50_000)])).unwrap();
    community.clock.turn(midnight - 3_600_000 - community.clock.time());
    community.run(transfer(someone, other.wallet_id, 10)).unwrap();
    let at_midnight = Wallet::by_key(&community.shell(), someone.wallet_key).unwrap().balance;
    for (payments, is_exact) in [(400, true), (200, false)] {
        community.clock.turn((midnight + 3_600_000 - community.clock.time()).max(0));
        for _ in 0..payments {
            community.run(transfer(someone, other.wallet_id, 1)).unwrap();
        }
        let conn = community.shell();
        let wallet = Wallet::by_key(&conn, someone.wallet_key).unwrap();
        let held = held_before(&conn, &wallet, &[midnight, midnight + DAY]).unwrap();
        assert_eq!(held, [if is_exact { at_midnight } else { wallet.balance }, wallet.balance], "after {payments}");
    }
}
