//! The one writer: neighbours, panics, a full queue, other processes, time, restarts.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use communitytoken::error::{Code, Result};
use communitytoken::ledger::{Books, Command, DAY_MS, IdempotencyKey, Ledger, Once, Wallet};
use communitytoken::transfers::{Reverse, Send};

use super::support::{Community, amount, distribution, issue, key, refusal, register, transfer};

/// Does its work, and then refuses or breaks off.
struct Spoiled {
    inner: Send,
    panics: bool,
}

impl Command for Spoiled {
    type Output = ();
    fn run(self, ledger: &mut Ledger<'_>) -> Result<()> {
        self.inner.run(ledger)?;
        assert!(!self.panics, "a defect");
        Err(communitytoken::error::Error::forbidden())
    }
}

/// Holds the writer until it is told to go on.
struct Hold(Mutex<mpsc::Receiver<()>>, Arc<AtomicBool>);

impl Command for Hold {
    type Output = ();
    fn run(self, _: &mut Ledger<'_>) -> Result<()> {
        self.1.store(true, Ordering::SeqCst);
        self.0.lock().unwrap().recv().unwrap();
        Ok(())
    }
}

/// Many threads, good commands beside refused and broken ones: each leaves its neighbours alone.
#[test]
fn a_refused_command_leaves_its_neighbours_untouched() {
    let community = Community::new(8);
    community.endow(1_000);
    std::thread::scope(|scope| {
        for me in 0..8 {
            let community = &community;
            scope.spawn(move || {
                for round in 0..40 {
                    let inner = transfer(&community.members[me], community.wallet((me + 1) % 8), 3);
                    match round % 4 {
                        0 => assert_eq!(refusal(community.run(Spoiled { inner, panics: false })), Code::Forbidden),
                        1 if round < 8 => {
                            assert_eq!(refusal(community.run(Spoiled { inner, panics: true })), Code::Internal);
                        }
                        2 => assert_eq!(
                            refusal(community.run(Send { amount: amount(1_000_000), ..inner })),
                            Code::InsufficientBalance
                        ),
                        _ => {
                            community.run(inner).unwrap();
                        }
                    }
                }
            });
        }
    });
    for member in 0..8 {
        assert_eq!(community.balance(community.wallet(member)), 1_000, "everyone gave as much as they got");
    }
    assert_eq!(community.verify().transactions, 9 + 8 * 18);
    community.assert_sound();
    assert_eq!(community.books().write_failure(), None);
}

/// The same balance spent by many at once: exactly what it allows succeeds.
#[test]
fn a_balance_is_spent_once() {
    let community = Community::new(3);
    community.endow(100);
    let granted: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|number| {
                let community = &community;
                scope.spawn(move || (0..10).filter(|_| community.send(0, 1 + number % 2, 7).is_ok()).count())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(granted, 14, "14 times 7 is 98");
    assert_eq!(community.balance(community.wallet(0)), 2);
    community.assert_sound();
}

/// Two reversals of one transfer at the same moment: one is granted.
#[test]
fn a_transfer_is_given_back_once() {
    let community = Community::new(2);
    community.endow(100);
    let paid = community.send(0, 1, 60).unwrap();
    let granted: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let back = Reverse {
                    caller: community.members[1].wallet_key,
                    transaction_id: paid.id,
                    amount: None,
                    note: None,
                };
                let community = &community;
                scope.spawn(move || match community.run(back) {
                    Ok(_) => 1,
                    Err(error) => {
                        assert_eq!(error.code, Code::AlreadyReversed);
                        0
                    }
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(granted, 1);
    community.assert_sound();
}

/// One identity seen for the first time by many at once is one member.
#[test]
fn a_first_sight_gives_one_member() {
    let community = Community::new(0);
    let ids: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| community.run(register("ann")).unwrap().id)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(community.supply().total_users, 1);
}

/// When more waits than the ledger takes, the next is told so at once, and what waits is done.
#[test]
fn a_full_queue_is_told_at_once() {
    let community = Community::new(2);
    community.endow(10_000);
    let (go, wait) = mpsc::channel();
    let holding = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let books = community.books().clone();
    let hold = {
        let (books, holding) = (books.clone(), Arc::clone(&holding));
        std::thread::spawn(move || books.execute_blocking(Hold(Mutex::new(wait), holding)))
    };
    while !holding.load(Ordering::SeqCst) {
        std::thread::yield_now();
    }
    let command = || transfer(&community.members[0], community.wallet(1), 1);
    let outcomes = runtime.block_on(async {
        let mut waiting: Vec<_> = Vec::new();
        for _ in 0..4096 {
            let mut future = Box::pin(books.execute(command()));
            // Polled once, so that it is queued.
            std::future::poll_fn(|context| {
                assert!(future.as_mut().poll(context).is_pending());
                std::task::Poll::Ready(())
            })
            .await;
            waiting.push(future);
        }
        let asked = Instant::now();
        let error = books.execute(command()).await.unwrap_err();
        assert_eq!((error.code, &error.members["retry_after_seconds"]), (Code::Overloaded, &1.into()));
        assert!(asked.elapsed() < Duration::from_secs(1), "told without waiting");
        go.send(()).unwrap();
        let mut granted = 0;
        for future in waiting {
            granted += usize::from(future.await.is_ok());
        }
        granted
    });
    hold.join().unwrap().unwrap();
    assert_eq!(outcomes, 4096);
    drop(books);
    assert_eq!(community.balance(community.wallet(1)), 10_000 + 4096);
    community.assert_sound();
}

/// A shell that holds the lock is waited for, and what it wrote is seen, chained and linked to.
#[test]
fn a_shell_that_writes_is_waited_for() {
    let community = Community::new(2);
    community.endow(100);
    let shell = community.shell();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| community.send(0, 1, 5));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!waiting.is_finished());
        shell
            .execute_batch(
                "INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'Stock', 7); COMMIT",
            )
            .unwrap();
        let sent = waiting.join().unwrap().unwrap();
        assert_eq!(sent.sequence, 5, "after the issuance by hand");
    });
    assert_eq!(community.verify().unsealed, 0);
    community.assert_sound();
    // Left without a commit, the shell changes nothing.
    shell
        .execute_batch(
            "BEGIN IMMEDIATE; INSERT INTO direct_issuances (operator, reason, amount) VALUES ('m', 'r', 7); ROLLBACK",
        )
        .unwrap();
    community.send(0, 1, 5).unwrap();
    community.assert_sound();
}

/// Two programs on one file, in turn and at once, with a shell between them.
#[test]
fn two_programs_share_one_file() {
    let mut community = Community::new(4);
    community.endow(1_000);
    let other = Books::open(&community.path, &community.clock.options()).unwrap();
    for round in 0..20 {
        let command = transfer(&community.members[round % 4], community.wallet((round + 1) % 4), 1);
        if round % 2 == 0 {
            community.run(command).unwrap();
        } else {
            other.execute_blocking(command).unwrap();
        }
    }
    // A key used with one program is known to the other.
    let member = community.members[0].clone();
    let once = || Once::new(member.key, &key("shared"), transfer(&member, community.wallet(1), 9));
    assert!(!community.run(once()).unwrap().replayed);
    assert!(other.execute_blocking(once()).unwrap().replayed);
    std::thread::scope(|scope| {
        for (place, books) in [community.books(), &other].into_iter().enumerate() {
            let (members, wallets) = (&community.members, community.members.iter().map(|member| member.wallet_id));
            let wallets: Vec<_> = wallets.collect();
            scope.spawn(move || {
                for round in 0..40 {
                    books.execute_blocking(transfer(&members[place], wallets[(round + place + 1) % 4], 2)).ok();
                    books.execute_blocking(transfer(&members[place + 2], wallets[place], 1)).unwrap();
                }
            });
        }
        let shell = community.shell();
        scope.spawn(move || {
            for _ in 0..10 {
                shell
                    .execute_batch("INSERT INTO direct_issuances (operator, reason, amount) VALUES ('m', 'r', 1)")
                    .unwrap();
            }
        });
    });
    other.execute_blocking(issue(1)).unwrap();
    assert_eq!((community.books().write_failure(), other.write_failure()), (None, None));
    other.close();
    community.assert_sound();
    community.reopen();
    community.assert_sound();
}

/// A clock that jumps back is held at the last row's time; one that jumps forward is followed.
#[test]
fn time_never_runs_backwards() {
    let community = Community::new(2);
    community.endow(100);
    let first = community.send(0, 1, 1).unwrap();
    community.clock.turn(-30 * DAY_MS);
    let second = community.send(0, 1, 1).unwrap();
    assert_eq!(second.created_at, first.created_at);
    community.clock.turn(60 * DAY_MS);
    let third = community.send(0, 1, 1).unwrap();
    assert_eq!(third.created_at, first.created_at + 30 * DAY_MS);
    assert!(first.id.0 < second.id.0 && second.id.0 < third.id.0, "ids rise with time");
    community.assert_sound();
}

/// A repeated request is answered again: in the same batch, after a restart, and not for ever.
#[test]
fn a_repeated_request_is_answered_and_not_executed() {
    let mut community = Community::new(2);
    community.endow(100);
    let member = community.members[0].clone();
    let wallet = community.wallet(1);
    let once = |tokens| Once::new(member.key, &key("rent"), transfer(&member, wallet, tokens));
    // Refused the first time, executed the second: a refusal uses no key up.
    assert_eq!(refusal(community.run(once(5_000))), Code::InsufficientBalance);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| community.run(once(5)).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(answers.iter().all(|answer| answer.output == answers[0].output));
    assert_eq!(refusal(community.run(once(6))), Code::IdempotencyKeyReused);
    let others =
        Once::new(community.members[1].key, &key("rent"), transfer(&community.members[1], community.wallet(0), 1));
    assert!(!community.run(others).unwrap().replayed, "keys of others are their own");
    community.reopen();
    assert!(community.run(once(5)).unwrap().replayed);
    assert_eq!(refusal(community.run(once(6))), Code::IdempotencyKeyReused);
    // A week later it is still known, and after the time keys are kept it is a new request.
    community.clock.turn(7 * DAY_MS);
    assert!(community.run(once(5)).unwrap().replayed);
    community.send(0, 1, 1).unwrap();
    assert!(community.run(once(5)).unwrap().replayed);
    days_pass(&community);
    let kept: i64 = community
        .books()
        .read_blocking(|conn| Ok(conn.query_row("SELECT count(*) FROM idempotency_records", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(kept, 0, "old records are dropped");
    let late = community.run(once(5)).unwrap_or_else(|error| panic!("{error}: {:?}", error.cause()));
    assert!(!late.replayed);
    community.assert_sound();
}

/// However many keys came after it, a request is known: while the program runs and after a restart,
/// whether its key says that it was made today or says nothing.
#[test]
fn a_repeated_request_is_known_whatever_came_after() {
    /// More than the writer's memory keeps in one piece.
    const AFTER: i64 = 140_000;
    let mut community = Community::new(2);
    community.endow(10 * AFTER);
    let member = community.members[0].clone();
    let wallet = community.wallet(1);
    let send = |key: &IdempotencyKey, tokens| Once::new(member.key, key, transfer(&member, wallet, tokens));
    let early: Vec<IdempotencyKey> = (0..20)
        .map(|number| if number % 2 == 0 { IdempotencyKey::fresh() } else { key(&number.to_string()) })
        .collect();
    for key in &early {
        assert!(!community.run(send(key, 7)).unwrap().replayed);
    }
    let mut waiting = VecDeque::new();
    for number in 0..AFTER {
        waiting.push_back(community.books().submit(send(&key(&format!("later-{number}")), 1)).unwrap());
        if waiting.len() > 3000 {
            assert!(!waiting.pop_front().unwrap().wait_blocking().unwrap().replayed);
        }
    }
    for pending in waiting {
        assert!(!pending.wait_blocking().unwrap().replayed);
    }
    let paid = 20 * 7 + AFTER;
    for _ in 0..2 {
        for key in &early {
            assert!(community.run(send(key, 7)).unwrap().replayed);
            assert_eq!(refusal(community.run(send(key, 8))), Code::IdempotencyKeyReused);
        }
        // Both sides of where one piece ends and the next begins.
        for number in (0..AFTER).step_by(997).chain(131_000..131_100) {
            assert!(community.run(send(&key(&format!("later-{number}")), 1)).unwrap().replayed, "{number}");
        }
        assert_eq!(community.balance(wallet), 10 * AFTER + paid);
        community.reopen();
    }
}

/// However busy the day, its first request is not executed again; nor is it where its key says that it
/// was made just now, which must not be taken for a sign that it is new.
#[test]
fn a_request_is_known_after_a_million_others_of_the_same_day() {
    let mut community = Community::new(2);
    community.endow(1000);
    let member = community.members[0].clone();
    let wallet = community.wallet(1);
    let send = |key: &IdempotencyKey| Once::new(member.key, key, transfer(&member, wallet, 7));
    let keys = [IdempotencyKey::fresh(), key("a-key-of-words")];
    for key in &keys {
        assert!(!community.run(send(key)).unwrap().replayed);
    }
    community.close();
    // Records alone, without the transfers that they would stand beside: those would take minutes.
    let shell = community.shell();
    let guard: String = shell
        .query_row("SELECT sql FROM sqlite_schema WHERE name = 'idempotency_records_insert_guard'", [], |row| {
            row.get(0)
        })
        .unwrap();
    shell.execute_batch("DROP TRIGGER idempotency_records_insert_guard").unwrap();
    shell
        .execute_batch(
            "INSERT INTO idempotency_records (sequence, period, key, request)
             WITH RECURSIVE others (number) AS (SELECT 1000 UNION ALL SELECT number + 1 FROM others WHERE number < 1002000)
             SELECT number, (SELECT max(period) FROM idempotency_records), randomblob(16), zeroblob(16) FROM others",
        )
        .unwrap();
    shell.execute_batch(&guard).unwrap();
    drop(shell);
    community.reopen();
    for key in &keys {
        assert!(community.run(send(key)).unwrap().replayed, "{} was executed twice", key.as_str());
    }
    assert_eq!(community.balance(wallet), 1000 + 2 * 7);
}

/// A key that says when it was made is refused once its record may be gone.
#[test]
fn a_key_that_is_too_old_is_refused() {
    let community = Community::new(2);
    community.endow(100);
    let member = community.members[0].clone();
    let fresh = IdempotencyKey::fresh();
    let once = || Once::new(member.key, &fresh, transfer(&member, community.wallet(1), 5));
    assert!(!community.run(once()).unwrap().replayed);
    days_pass(&community);
    let paid = community.balance(community.wallet(1));
    assert_eq!(refusal(community.run(once())), Code::IdempotencyKeyExpired);
    assert_eq!(community.balance(community.wallet(1)), paid);
}

/// Ten days, with a payment on each.
fn days_pass(community: &Community) {
    for _ in 0..10 {
        community.clock.turn(DAY_MS);
        community.send(0, 1, 1).unwrap();
    }
}

/// A clock that is set a year ahead and then right again reopens no request: neither while it is
/// wrong, nor afterwards, nor after a restart.
#[test]
fn a_wrong_clock_reopens_no_request() {
    let mut community = Community::new(2);
    community.endow(100);
    let member = community.members[0].clone();
    let wallet = community.wallet(1);
    let once = |text| Once::new(member.key, &key(text), transfer(&member, wallet, 5));
    assert!(!community.run(once("before")).unwrap().replayed);
    community.clock.turn(365 * DAY_MS);
    assert!(!community.run(once("wrong")).unwrap().replayed);
    for name in ["before", "wrong"] {
        community.send(0, 1, 1).unwrap();
        assert!(community.run(once(name)).unwrap().replayed);
    }
    community.clock.turn(-365 * DAY_MS);
    for _ in 0..2 {
        assert!(
            !community
                .run(Once::new(member.key, &IdempotencyKey::fresh(), transfer(&member, wallet, 5)))
                .unwrap()
                .replayed,
            "a fresh key is not too old"
        );
        for name in ["before", "wrong"] {
            assert!(community.run(once(name)).unwrap().replayed);
        }
        community.reopen();
    }
    community.assert_sound();
}

/// A distribution that one recipient spoils is refused whole, and the place is named.
#[test]
fn a_distribution_is_all_or_nothing() {
    let community = Community::new(3);
    community.run(super::support::freeze(community.wallet(2), true)).unwrap();
    let before = community.rows();
    let error = community.run(distribution(community.members.iter().map(|member| (member.wallet_id, 5)))).unwrap_err();
    assert_eq!(error.code, Code::WalletFrozen);
    assert!(error.detail.starts_with("line 3: "), "{}", error.detail);
    assert_eq!(community.rows(), before);
    let read = community.books().read_blocking(|conn| Wallet::by_id(conn, community.treasury)).unwrap();
    assert_eq!(read.balance, 0);
}
