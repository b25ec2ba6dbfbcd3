//! The writer: many at once, others beside it, and things that go wrong.

use std::sync::atomic::Ordering;
use std::time::Duration;

use communitytoken::error::Result;
use communitytoken::ledger::{Books, Command, Ledger, Options};

use super::support::{Community, START};

/// Refused commands leave their neighbours in the batch untouched.
#[test]
fn neighbours_are_untouched() {
    let (community, members) = Community::lively();
    let community = &community;
    let members = &members;
    std::thread::scope(|scope| {
        for thread in 0..8_usize {
            scope.spawn(move || {
                for turn in 0..40_usize {
                    let (from, to) = (&members[(thread + turn) % 4], &members[(thread + turn + 1) % 4]);
                    let amount = if turn % 3 == 0 { 1_000_000 } else { 1 };
                    let paid = community.pay(from, to, amount, None);
                    assert!(paid.is_ok() != (amount > 1) || paid.is_err(), "{paid:?}");
                }
            });
        }
    });
    community.assert_sound();
}

struct Panic;

impl Command for Panic {
    type Output = ();
    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        ledger.conn.execute("INSERT INTO wallets (id, is_system, created_at, updated_at) VALUES ('00000000-0000-4000-8000-000000000001', 0, 1, 1)", []).unwrap();
        panic!("a defect, for the test");
    }
}

/// A command that breaks off changes nothing, and the writer lives on.
#[test]
fn a_defect_stays_alone() {
    let (community, members) = Community::lively();
    let before = community.digest();
    assert_eq!(community.run(Panic).unwrap_err().code.as_str(), "internal_error");
    assert_eq!(community.digest(), before);
    community.pay(&members[0], &members[1], 1, None).unwrap();
    community.assert_sound();
}

struct Sleep(Duration);

impl Command for Sleep {
    type Output = ();
    fn run(self, _: &mut Ledger<'_>) -> Result<()> {
        std::thread::sleep(self.0);
        Ok(())
    }
}

/// When more waits than the queue holds, the next is refused at once; all that were taken are answered.
#[test]
fn a_full_queue_refuses_at_once() {
    let community = Community::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..6000 {
            let books = community.books.clone();
            waiting.spawn(async move { books.execute(Sleep(Duration::from_micros(50))).await });
        }
        let (mut done, mut refused) = (0, 0);
        while let Some(outcome) = waiting.join_next().await {
            match outcome.unwrap() {
                Ok(()) => done += 1,
                Err(error) => {
                    assert_eq!(error.code.as_str(), "overloaded");
                    refused += 1;
                }
            }
        }
        assert!(done >= 4096 && refused > 0, "{done} done, {refused} refused");
    });
    community.assert_sound();
}

/// Two processes write the same file in turn and at once; a shell that holds the lock is waited for.
#[test]
fn two_writers_agree() {
    let (community, members) = Community::lively();
    let other = Books::open(&community.folder.path().join("ledger.db"), &Options::default()).unwrap();
    let send = |books: &Books, from: usize, to: usize| {
        let command = communitytoken::transfers::Send {
            from: members[from].wallet_key,
            to: members[to].wallet_id,
            amount: communitytoken::ledger::Amount::new(1).unwrap(),
            note: None,
        };
        books.execute_blocking(command).unwrap();
    };
    for _ in 0..10 {
        send(&community.books, 0, 1);
        send(&other, 1, 0);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| (0..50).for_each(|_| send(&community.books, 0, 1)));
        scope.spawn(|| (0..50).for_each(|_| send(&other, 1, 0)));
    });
    let shell = community.shell();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| send(&community.books, 0, 1));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!waiting.is_finished());
        shell.execute_batch("COMMIT").unwrap();
    });
    other.close();
    community.assert_sound();
    assert_eq!(community.verify().unsealed, 0);
}

/// A clock that jumps back is held; one that jumps ahead is followed.
#[test]
fn time_never_runs_backwards() {
    let (mut community, members) = Community::lively();
    let mut last = 0;
    for jump in [5, -3_600_000, -1, 86_400_000, -86_400_000_000, 1] {
        community.clock.fetch_add(jump, Ordering::Relaxed);
        let made = community.pay(&members[0], &members[1], 1, None).unwrap();
        assert!(made.created_at >= last && made.created_at >= START);
        last = made.created_at;
        community.reopen();
    }
    community.assert_sound();
}
