//! Each time that is due happens once: after downtime, beside another program, with a clock that is set back.

use communitytoken::ledger::Books;
use communitytoken::schedules::{
    self, ChangeSchedule, HowMuch, Outcome, PauseSchedule, Plan, RemoveSchedule, ResumeSchedule, Whom,
};

use super::community::{DAY, HOUR, balances, bounds, came, daily, fixed, make, run, runs};
use super::kernel::{Community, MORNING, amount, authority, issue};

fn everyone() -> Whom {
    Whom::Everyone {}
}

#[test]
fn a_time_that_is_due_happens_once() {
    let community = Community::founded(3, MORNING);
    community.run(issue(7)).unwrap();
    let schedule = make(&community, daily("Allowance", everyone(), fixed(5)));
    assert_eq!(schedule.next_at, Some(MORNING + HOUR));
    let before = community.rows();
    run(&community);
    assert_eq!(community.rows(), before, "nothing is due yet");
    community.clock.turn(HOUR);
    let now = community.books().now();
    let plan = community.books().read_blocking(|conn| Plan::make(conn, &schedule.terms, &bounds(), now)).unwrap();
    assert_eq!((plan.recipients.len(), plan.distributed, plan.issued), (3, 15, 8));
    for _ in 0..3 {
        run(&community);
        assert_eq!(balances(&community), [5, 5, 5]);
    }
    let done = runs(&community, &schedule);
    assert_eq!(done.len(), 1);
    assert_eq!((done[0].due_at, done[0].skipped, done[0].issued, done[0].distributed), (MORNING + HOUR, 0, 8, 15));
    // The audit log names the program and the schedule, by the id that the record has.
    let (operator, reason, id): (String, String, String) = community
        .books()
        .read_blocking(|conn| {
            Ok(conn.query_row(
                "SELECT operator, reason, target FROM audit_log WHERE action = 'distribution'",
                [],
                |row| row.try_into(),
            )?)
        })
        .unwrap();
    assert_eq!((operator.as_str(), reason.as_str()), ("communitytoken", "By the schedule Allowance"));
    assert_eq!(id, done[0].distribution_id.unwrap().to_string());
    community.clock.turn(DAY);
    run(&community);
    assert_eq!(balances(&community), [10, 10, 10]);
}

#[test]
fn what_was_missed_happens_once() {
    let mut community = Community::founded(2, MORNING);
    let schedule = make(&community, daily("Allowance", everyone(), fixed(5)));
    community.close();
    community.clock.turn(HOUR + 3 * DAY + 5 * HOUR);
    community.reopen();
    run(&community);
    run(&community);
    assert_eq!(balances(&community), [5, 5]);
    let done = runs(&community, &schedule);
    assert_eq!((done.len(), done[0].due_at, done[0].skipped), (1, MORNING + HOUR, 3));
    assert_eq!(done[0].ran_at, community.clock.time());
    // And then it goes on as before.
    community.clock.turn(DAY);
    run(&community);
    assert_eq!(balances(&community), [10, 10]);
    assert_eq!(runs(&community, &schedule)[0].skipped, 0);
}

#[test]
fn after_years_it_is_once_all_the_same() {
    let community = Community::founded(1, MORNING);
    let hourly = daily("Hourly", everyone(), fixed(1));
    let schedule = make(&community, schedules::Terms { cron: "0 * * * *".into(), ..hourly });
    community.clock.turn(20 * 365 * DAY);
    run(&community);
    assert_eq!(balances(&community), [1]);
    assert_eq!(runs(&community, &schedule)[0].skipped, 1_000, "more is not counted");
    run(&community);
    assert_eq!(balances(&community), [1]);
}

#[test]
fn what_rests_makes_up_for_nothing() {
    let community = Community::founded(2, MORNING);
    let schedule = make(&community, daily("Allowance", everyone(), fixed(5)));
    let id = schedule.id;
    // It is due when it is paused: it does not happen.
    community.clock.turn(HOUR);
    let paused = community.run(PauseSchedule { id, authority: authority("Holidays") }).unwrap();
    assert_eq!((paused.next_at, paused.paused_at), (None, Some(community.clock.time())));
    community.clock.turn(5 * DAY);
    run(&community);
    // Paused again it stays as it was, and nothing is written.
    let before = community.rows();
    community.run(PauseSchedule { id, authority: authority("Again") }).unwrap();
    assert_eq!(community.rows(), before);
    let now = community.books().now();
    let resumed = community.run(ResumeSchedule { id, now, authority: authority("Back") }).unwrap();
    assert_eq!(resumed.next_at, Some(MORNING + HOUR + 6 * DAY));
    run(&community);
    assert_eq!(balances(&community), [0, 0]);
    community.clock.turn(DAY);
    run(&community);
    assert_eq!(balances(&community), [5, 5]);
    assert_eq!(runs(&community, &schedule)[0].skipped, 0);
    community.run(RemoveSchedule { id, authority: authority("Enough") }).unwrap();
    community.clock.turn(DAY);
    run(&community);
    assert_eq!(balances(&community), [5, 5]);
    let acts: Vec<String> = community
        .books()
        .read_blocking(|conn| {
            let mut acts =
                conn.prepare("SELECT action FROM audit_log WHERE action GLOB 'schedule.*' ORDER BY sequence")?;
            Ok(acts.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
        .unwrap();
    assert_eq!(acts, ["schedule.create", "schedule.pause", "schedule.resume", "schedule.remove"]);
}

#[test]
fn a_change_counts_from_then_on() {
    let community = Community::founded(1, MORNING);
    let schedule = make(&community, daily("Allowance", everyone(), fixed(5)));
    let later = daily("Evening", everyone(), fixed(7));
    let terms = schedules::Terms { cron: "0 20 * * *".into(), ..later };
    let now = community.books().now();
    let changed =
        community.run(ChangeSchedule { id: schedule.id, terms, now, authority: authority("Too early") }).unwrap();
    assert_eq!(changed.next_at, Some(MORNING + 11 * HOUR));
    community.clock.turn(2 * HOUR);
    run(&community);
    assert_eq!(balances(&community), [0]);
    community.clock.turn(9 * HOUR);
    run(&community);
    assert_eq!(balances(&community), [7]);
}

#[test]
fn two_that_are_due_together_both_happen() {
    let community = Community::founded(3, MORNING);
    let first = make(&community, daily("Allowance", everyone(), fixed(5)));
    let second = make(&community, daily("Bonus", everyone(), fixed(2)));
    community.clock.turn(HOUR);
    run(&community);
    assert_eq!(balances(&community), [7, 7, 7]);
    assert_eq!(came(&community, &first), [(Outcome::Distributed, 3, 15)]);
    assert_eq!(came(&community, &second), [(Outcome::Distributed, 3, 6)]);
}

#[test]
fn a_clock_that_is_set_back_repeats_nothing() {
    let community = Community::founded(2, MORNING);
    let schedule = make(&community, daily("Allowance", everyone(), fixed(5)));
    community.clock.turn(HOUR);
    run(&community);
    community.clock.turn(-2 * HOUR);
    run(&community);
    for _ in 0..4 {
        community.clock.turn(HOUR / 2);
        run(&community);
    }
    assert_eq!(balances(&community), [5, 5]);
    // Even a schedule that is resumed before its time comes round again happens no second time for it.
    community.clock.turn(-HOUR);
    let id = schedule.id;
    community.run(PauseSchedule { id, authority: authority("Wait") }).unwrap();
    let now = community.books().now();
    let resumed = community.run(ResumeSchedule { id, now, authority: authority("Go on") }).unwrap();
    assert_eq!(resumed.next_at, Some(MORNING + HOUR + DAY), "that time has been");
    community.clock.turn(HOUR);
    run(&community);
    assert_eq!(balances(&community), [5, 5]);
    community.clock.turn(DAY);
    run(&community);
    assert_eq!(balances(&community), [10, 10]);
}

/// Two programs on one file look at the same moment, again and again.
#[test]
fn two_programs_run_it_once() {
    let community = Community::founded(4, MORNING);
    let schedules: Vec<_> =
        (0..5).map(|number| make(&community, daily(&format!("Number {number}"), everyone(), fixed(1)))).collect();
    let other = Books::open(&community.path, &community.clock.options()).unwrap();
    for day in 1..=10 {
        community.clock.turn(if day == 1 { HOUR } else { DAY });
        std::thread::scope(|scope| {
            for books in [community.books(), &other] {
                scope.spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                    runtime.block_on(schedules::run_due(books, &bounds(), |_| {})).unwrap();
                });
            }
        });
        assert_eq!(balances(&community), [5 * day; 4]);
    }
    community.assert_sound();
    for schedule in &schedules {
        assert_eq!(runs(&community, schedule).len(), 10);
    }
    other.close();
}

#[test]
fn where_nobody_gets_anything_nothing_is_issued() {
    let community = Community::founded(3, MORNING);
    let nobody = make(&community, daily("Active", Whom::Active { days: 7 }, fixed(5)));
    let shared = HowMuch::Shared { tokens: amount(100), days: 7 };
    let nothing = make(&community, daily("Shared", everyone(), shared));
    community.clock.turn(HOUR);
    run(&community);
    for schedule in [&nobody, &nothing] {
        assert_eq!(came(&community, schedule), [(Outcome::Nobody, 0, 0)]);
    }
    assert_eq!(community.supply().total_issuance, 0);
}
