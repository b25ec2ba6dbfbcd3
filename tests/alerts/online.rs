//! What is raised while the program serves is what the rules say of the whole history: each once, wherever it
//! broke off and was read anew.

use communitytoken::alerts::{Alert, AlertFilter, Rule, Seen, catch_up, failing_invariant, list, replay};
use communitytoken::identity::Overseers;
use communitytoken::ledger::PageRequest;

use super::evaluation::SETTINGS;
use super::kernel::{Community, MORNING, distribution, transfer};
use super::life::{DAY, HOUR};
use super::support::setting::dice;

fn look(community: &Community, seen: &mut Option<Seen>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(catch_up(community.books(), SETTINGS, &Overseers::default(), seen)).unwrap();
}

/// What there is to compare.
fn in_short(alerts: &[Alert]) -> Vec<String> {
    let short = |alert: &Alert| {
        let wallet = alert.wallet.as_ref().map(|wallet| wallet.name.clone());
        format!("{} {wallet:?} {:?} {:?} {:?}", alert.happened_at, alert.numbers, alert.others, alert.transactions)
    };
    let mut all: Vec<String> = alerts.iter().map(short).collect();
    all.sort();
    all
}

fn raised(community: &Community) -> Vec<Alert> {
    let page = PageRequest::new(Some(200), None).unwrap();
    community.books().read_blocking(|conn| list(conn, AlertFilter::default(), &page)).unwrap().items
}

fn replayed(community: &Community) -> Vec<Alert> {
    community.books().read_blocking(|conn| replay(conn, SETTINGS)).unwrap().alerts
}

fn rules(alerts: &[Alert]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = alerts.iter().map(|alert| alert.rule).collect();
    rules.sort_unstable();
    rules
}

/// Twenty-five days of small payments, and three things that are not small.
#[test]
fn what_is_raised_is_what_a_replay_finds() {
    let mut dice = dice();
    let community = Community::founded(12, MORNING);
    community.endow(1000);
    let (mut seen, mut restarts) = (None, 0);
    let mut glance = |dice: &mut fastrand::Rng, seen: &mut Option<Seen>| {
        if dice.u32(0..10) == 0 {
            if dice.u32(0..3) == 0 {
                (*seen, restarts) = (None, restarts + 1);
            }
            look(&community, seen);
        }
    };
    for day in 0..25 {
        for from in 0..12 {
            community.send(from, (from + 1 + dice.usize(0..11)) % 12, dice.i64(1..6)).unwrap();
            community.clock.turn(HOUR / 2);
            glance(&mut dice, &mut seen);
        }
        match day {
            18 => drop(community.send(5, 6, 400).unwrap()),
            20 => {
                for (from, to) in [(1, 2), (2, 3), (3, 1)] {
                    community.clock.turn(HOUR);
                    community.send(from, to, 40).unwrap();
                    glance(&mut dice, &mut seen);
                }
            }
            22 => {
                for _ in 0..25 {
                    community.send(4, 7, 1).unwrap();
                    glance(&mut dice, &mut seen);
                }
            }
            _ => {}
        }
        community.clock.turn(DAY - 12 * HOUR / 2);
    }
    look(&community, &mut seen);
    println!("{restarts} times read anew");
    let (raised, replayed) = (raised(&community), replayed(&community));
    assert_eq!(in_short(&raised), in_short(&replayed));
    for rule in [Rule::Amount, Rule::Frequency, Rule::Circle] {
        assert!(rules(&raised).contains(&rule), "{rule:?}: {raised:#?}");
    }
    // Each names who it was and what it rests on.
    // Small payments may come round by chance, too.
    let mut circles = raised.iter().filter(|alert| alert.rule == Rule::Circle);
    let named = |circle: &Alert| circle.wallet.as_ref().unwrap().name == "member_1" && circle.others.len() == 2;
    assert!(circles.any(|circle| named(circle) && circle.transactions.len() == 3), "{raised:#?}");
    // Looked at again from the beginning, nothing is raised twice.
    look(&community, &mut None);
    assert_eq!(in_short(&raised), in_short(&self::raised(&community)));
    community.assert_sound();
}

/// Nobody, nothing: nothing is raised and nothing breaks. And one member alone.
#[test]
fn an_empty_community_and_one_member() {
    let mut community = Community::founded(0, MORNING);
    let mut seen = None;
    look(&community, &mut seen);
    assert!(raised(&community).is_empty() && replayed(&community).is_empty());
    let ann = community.join("ann");
    community.run(distribution([(ann.wallet_id, 100)])).unwrap();
    look(&community, &mut seen);
    for _ in 0..30 {
        community.run(transfer(&ann, community.treasury, 1)).unwrap();
    }
    look(&community, &mut seen);
    assert_eq!(rules(&raised(&community)), [Rule::Frequency]);
    assert_eq!(in_short(&raised(&community)), in_short(&replayed(&community)));
    community.assert_sound();
}

/// A clock that was ahead and is set right: the ledger's time stands still for a while, and nothing is raised for
/// it.
#[test]
fn a_clock_set_back_raises_nothing() {
    let community = Community::founded(4, MORNING);
    community.endow(500);
    let mut seen = None;
    for _ in 0..30 {
        for from in 0..4 {
            community.send(from, (from + 1) % 4, 2).unwrap();
        }
        community.clock.turn(DAY);
    }
    look(&community, &mut seen);
    community.clock.turn(40 * DAY);
    community.send(0, 1, 2).unwrap();
    community.clock.turn(-40 * DAY);
    for _ in 0..4 {
        for from in 0..4 {
            community.send(from, (from + 1) % 4, 2).unwrap();
            look(&community, &mut seen);
        }
        community.clock.turn(DAY);
    }
    look(&community, &mut None);
    assert_eq!(raised(&community), []);
    assert_eq!(replayed(&community), []);
    community.assert_sound();
}

/// Where the ledger does not add up nothing is written any more; it is to be seen all the same.
#[test]
fn a_failing_invariant_is_seen_though_nothing_can_be_written() {
    let community = Community::founded(2, MORNING);
    community.endow(100);
    let failing = || {
        let fails = !community.books().adds_up();
        fails.then(|| community.books().read_blocking(|conn| failing_invariant(conn, 0)).unwrap())
    };
    community.books().prove().unwrap();
    assert_eq!(failing(), None);
    community
        .shell()
        .execute_batch("DROP TRIGGER ledger_issued_guard; UPDATE ledger SET total_issued = total_issued + 7")
        .unwrap();
    community.books().prove().unwrap();
    assert!(community.books().write_failure().is_some());
    let alert = failing().unwrap();
    let sentence = alert.sentence(communitytoken::language::Language::English, "¤");
    assert_eq!(alert.rule, Rule::Invariant);
    assert!(sentence.contains("207") && sentence.contains("200"), "{sentence}");
    // Whoever mends the sum by hand has not mended what stands on it: it is told until the next start.
    community.shell().execute_batch("UPDATE ledger SET total_issued = total_issued - 7").unwrap();
    assert!(community.books().prove().unwrap().is_consistent);
    assert!(failing().is_some() && community.books().write_failure().is_some());
}

/// What goes on is counted on the alert that is there. After a week it is told anew, though nobody has seen to the
/// one before: it would keep everything after it from being heard.
#[test]
fn what_comes_back_is_told_anew() {
    let community = Community::founded(3, MORNING);
    community.endow(1000);
    let mut seen = None;
    let mut rush = |payments: usize| {
        for _ in 0..payments {
            community.send(0, 1, 1).unwrap();
        }
        look(&community, &mut seen);
    };
    rush(25);
    community.clock.turn(3 * DAY);
    rush(80);
    let first = raised(&community);
    assert_eq!(rules(&first), [Rule::Frequency], "{first:#?}");
    assert!(first[0].times > 1 && first[0].last_at >= MORNING + 3 * DAY, "{first:#?}");
    community.clock.turn(8 * DAY);
    rush(250);
    let both = raised(&community);
    assert_eq!(rules(&both), [Rule::Frequency, Rule::Frequency], "{both:#?}");
    assert_eq!((both[1].id, both[1].times), (first[0].id, first[0].times), "the first stays as it was");
    assert_eq!(in_short(&both), in_short(&replayed(&community)));
}
