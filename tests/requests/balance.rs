//! A balance explained adds up, whatever happened: `before + earned - spent = after`, and each side is the
//! sum of its shares.

use communitytoken::ledger::{DAY_MS, Transaction, Wallet};
use communitytoken::transfers::Reverse;
use communitytoken::wallets::{ENTRIES_MAX, Explained, explain};

use super::kernel::{Community, MORNING, distribution, transfer};

fn explained(community: &Community, member: usize, from: Option<i64>, to: Option<i64>) -> Explained {
    let key = community.members[member].wallet_key;
    let meaning = |entry: &Transaction, _: &_| entry.kind.as_str();
    let found =
        community.books().read_blocking(|conn| explain(conn, &Wallet::by_key(conn, key)?, from, to, meaning)).unwrap();
    assert_eq!(i128::from(found.before) + found.earned - found.spent, i128::from(found.after), "{found:?}");
    assert_eq!(found.from.iter().map(|share| share.amount).sum::<i128>(), found.earned);
    assert_eq!(found.on.iter().map(|share| share.amount).sum::<i128>(), found.spent);
    let entries = found.from.iter().chain(&found.on).map(|share| share.count).sum::<usize>();
    assert_eq!(entries, found.count);
    found
}

#[test]
fn it_adds_up() {
    let mut community = Community::founded(1, MORNING);
    assert_eq!(explained(&community, 0, None, None), Explained::default());
    for number in 0..30 {
        community.join(&format!("other_{number}"));
    }
    community.endow(1_000);
    let mut dice = fastrand::Rng::with_seed(7);
    for round in 0..300 {
        let other = dice.usize(1..31);
        let tokens = dice.i64(1..20);
        match round % 4 {
            0 => community.send(0, other, tokens).map(drop).unwrap(),
            1 | 2 => community.send(other, 0, tokens).map(drop).unwrap(),
            _ => {
                let paid = community.send(other, 0, tokens).unwrap();
                let caller = community.members[0].wallet_key;
                community.run(Reverse { caller, transaction_id: paid.id, amount: None, note: None }).unwrap();
            }
        }
        if round % 50 == 49 {
            community.clock.turn(DAY_MS);
        }
    }
    community.run(transfer(&community.members[0], community.treasury, 3)).unwrap();
    let now = community.balance(community.wallet(0));
    let whole = explained(&community, 0, None, None);
    assert_eq!((whole.before, whole.after, whole.cut_at), (0, now, None));
    assert!(whole.from.len() == 12 && whole.from[11].party.is_none(), "the smallest are one row");
    assert!(whole.from.iter().take(11).is_sorted_by(|one, other| one.amount >= other.amount));
    for from in 0..7 {
        let starts = MORNING + from * DAY_MS;
        let part = explained(&community, 0, Some(starts), None);
        assert_eq!(part.after, now);
        for to in from..7 {
            let ends = MORNING + to * DAY_MS;
            let part = explained(&community, 0, Some(starts), Some(ends));
            let until = explained(&community, 0, None, Some(ends));
            assert_eq!(part.after, until.after);
        }
    }
    // A time in which nothing moved: what was there.
    let later = MORNING + 100 * DAY_MS;
    assert_eq!(explained(&community, 0, Some(later), None).before, now);
    let before = explained(&community, 0, None, Some(MORNING - 10 * DAY_MS));
    assert_eq!((before.before, before.after), (0, 0));
}

/// Of a busy wallet the newest entries are looked at, and from there on it adds up as well. More can pass
/// a wallet than there are tokens.
#[test]
fn busy_and_rich() {
    let community = Community::founded(2, MORNING);
    let most = i64::MAX / 4;
    community.run(distribution([(community.wallet(0), most)])).unwrap();
    let pairs = ENTRIES_MAX / 2 + 10;
    for _ in 0..pairs {
        community.send(0, 1, most).unwrap();
        community.send(1, 0, most).unwrap();
    }
    let found = explained(&community, 0, None, None);
    assert_eq!((found.count, found.after, found.cut_at), (ENTRIES_MAX, most, Some(MORNING)));
    assert!(found.earned > i128::from(i64::MAX) * 10);
}
