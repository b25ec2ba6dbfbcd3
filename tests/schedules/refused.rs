//! What is refused when a schedule is made, and what becomes of a run that is refused.

use communitytoken::identity::Role;
use communitytoken::members::SetRole;
use communitytoken::notices::notices;
use communitytoken::schedules::{Bounds, CreateSchedule, HowMuch, Outcome, Terms, Whom};

use super::community::{DAY, HOUR, balances, bounds, came, daily, fixed, make, run, run_within, runs};
use super::kernel::{Community, MORNING, amount, authority, issue};

fn allowance() -> Terms {
    daily("Allowance", Whom::Everyone {}, fixed(5))
}

#[test]
fn what_cannot_be_meant_is_refused_and_changes_nothing() {
    let community = Community::founded(2, MORNING);
    make(&community, daily("Taken", Whom::Everyone {}, fixed(1)));
    let before = community.rows();
    let stranger = Whom::List { user_ids: vec!["1b4e28ba-2fa1-4d2e-883f-0016d3cca427".parse().unwrap()] };
    let unequal = HowMuch::PerPayment { tokens: amount(5), days: 3, most: amount(4) };
    let wrong = [
        ("name", Terms { name: "  ".into(), ..allowance() }),
        ("name", Terms { name: "a\nb".into(), ..allowance() }),
        ("name", Terms { name: "x".repeat(81), ..allowance() }),
        ("name", Terms { name: "TAKEN".into(), ..allowance() }),
        ("cron", Terms { cron: "* * * * *".into(), ..allowance() }),
        ("cron", Terms { cron: "0 9 * * 1 ".repeat(1_000), ..allowance() }),
        ("time_zone", Terms { time_zone: "Mars/Olympus".into(), ..allowance() }),
        ("recipients.days", Terms { recipients: Whom::Active { days: 0 }, ..allowance() }),
        ("recipients.days", Terms { recipients: Whom::Active { days: 367 }, ..allowance() }),
        ("recipients.role", Terms { recipients: Whom::Role { role: Role::Member }, ..allowance() }),
        ("recipients.user_ids", Terms { recipients: Whom::List { user_ids: Vec::new() }, ..allowance() }),
        ("recipients.user_ids", Terms { recipients: stranger, ..allowance() }),
        ("amount.days", Terms { amount: HowMuch::Shared { tokens: amount(5), days: i64::MIN }, ..allowance() }),
        ("amount.most", Terms { amount: unequal, ..allowance() }),
        ("issued_max", Terms { issued_max: -1, ..allowance() }),
    ];
    for (field, terms) in wrong {
        let shown = format!("{terms:?}");
        let create = CreateSchedule { terms, now: MORNING, authority: authority("Agreed") };
        let refusal = community.run(create).expect_err(&shown);
        assert_eq!(refusal.errors.first().map(|wrong| wrong.field.as_str()), Some(field), "{shown}: {refusal}");
        assert_eq!(community.rows(), before, "{shown}");
    }
    let terms = Terms { system_account: Some("nowhere".into()), ..allowance() };
    let create = CreateSchedule { terms, now: MORNING, authority: authority("Agreed") };
    assert_eq!(community.run(create).unwrap_err().code.as_str(), "system_account_not_found");
    for number in 1..100 {
        make(&community, Terms { name: format!("Number {number}"), ..allowance() });
    }
    let create = CreateSchedule { terms: allowance(), now: MORNING, authority: authority("Agreed") };
    assert_eq!(community.run(create).unwrap_err().code.as_str(), "too_many_schedules");
}

/// It is written down with its code and sentence, the operators are told, and it waits for the next time.
#[test]
fn a_run_that_is_refused_is_told_and_waits_for_the_next_time() {
    let community = Community::founded(3, MORNING);
    let operator = &community.members[1];
    let elect = SetRole {
        user_id: operator.id,
        role: Role::Operator,
        granted: true,
        configured: Vec::new(),
        authority: authority("Elected"),
    };
    community.run(elect).unwrap();
    let schedule = make(&community, Terms { issued_max: 14, ..allowance() });
    community.clock.turn(HOUR);
    for _ in 0..3 {
        run(&community);
    }
    assert_eq!(came(&community, &schedule), [(Outcome::Failed, 0, 0)]);
    let failed = &runs(&community, &schedule)[0];
    assert_eq!(failed.code.as_deref(), Some("issuance_too_large"));
    assert_eq!(failed.sentence.as_deref(), Some("15 tokens would be issued for it, and a run may issue 14."));
    assert_eq!(balances(&community), [0, 0, 0]);
    assert_eq!(community.supply().total_issuance, 0);
    let told = |member: usize| {
        let key = community.members[member].key;
        let found = community.books().read_blocking(|conn| notices(conn, key, i64::MAX, 10)).unwrap();
        found.into_iter().filter(|notice| notice.kind.as_str() == "schedule_failed").collect::<Vec<_>>()
    };
    assert_eq!(told(1).len(), 1);
    assert_eq!(told(1)[0].details["name"], "Allowance");
    assert_eq!((told(0).len(), told(2).len()), (0, 0));
    // With a token in the pool it is as much as may be issued.
    community.run(issue(1)).unwrap();
    community.clock.turn(DAY);
    run(&community);
    assert_eq!(came(&community, &schedule), [(Outcome::Distributed, 3, 15), (Outcome::Failed, 0, 0)]);
    assert_eq!(runs(&community, &schedule)[0].issued, 14);
}

/// Schedules are no way around a second operator's consent, however many of them share what is given out.
#[test]
fn what_needs_consent_does_not_happen_by_itself() {
    let community = Community::founded(3, MORNING);
    let both = [make(&community, allowance()), make(&community, Terms { name: "Second".into(), ..allowance() })];
    let bounds = Bounds { alone_max: Some(29), ..bounds() };
    community.clock.turn(HOUR);
    run_within(&community, &bounds);
    let [first, second] = &both;
    assert_eq!(came(&community, first), [(Outcome::Distributed, 3, 15)]);
    assert_eq!(came(&community, second), [(Outcome::Failed, 0, 0)]);
    assert_eq!(runs(&community, second)[0].code.as_deref(), Some("consent_needed"));
    assert_eq!(balances(&community), [5, 5, 5]);
    // As much as may be is given.
    community.clock.turn(DAY);
    run_within(&community, &Bounds { alone_max: Some(30), ..bounds });
    assert_eq!(balances(&community), [15, 15, 15]);
    assert_eq!(came(&community, second)[0], (Outcome::Distributed, 3, 15));
}

/// More than the ledger can hold is refused by the ledger's own rules, whoever adds it up.
#[test]
fn the_largest_amounts_are_refused_or_given_whole() {
    let community = Community::founded(2, MORNING);
    let both = make(&community, daily("Both", Whom::Everyone {}, fixed(i64::MAX)));
    let shared = HowMuch::Shared { tokens: amount(i64::MAX), days: 30 };
    let one = Whom::List { user_ids: vec![community.members[0].id] };
    let first = make(&community, daily("First", one, fixed(i64::MAX)));
    let third = make(&community, daily("Third", Whom::Everyone {}, shared));
    community.clock.turn(HOUR);
    run(&community);
    assert_eq!(runs(&community, &both)[0].code.as_deref(), Some("amount_overflow"));
    assert_eq!(came(&community, &first), [(Outcome::Distributed, 1, i64::MAX)]);
    assert_eq!(came(&community, &third), [(Outcome::Nobody, 0, 0)]);
    assert_eq!(balances(&community), [i64::MAX, 0]);
    // What is spent is in the pool of nobody: the supply is full.
    community.send(0, 1, 1).unwrap();
    community.clock.turn(DAY);
    run(&community);
    assert_eq!(runs(&community, &first)[0].code.as_deref(), Some("amount_overflow"));
    assert_eq!(balances(&community), [i64::MAX - 1, 1]);
}

/// The database itself lets nobody run a time twice, nor change what came of one.
#[test]
fn the_database_guards_the_record() {
    let community = Community::founded(1, MORNING);
    make(&community, allowance());
    community.clock.turn(HOUR);
    run(&community);
    let shell = community.shell();
    for statement in [
        "UPDATE schedule_runs SET distributed = 1",
        "INSERT INTO schedule_runs SELECT NULL, schedule, due_at, ran_at, skipped, outcome, distribution, recipients,
                                          distributed, issued, left_out, code, sentence FROM schedule_runs",
        "UPDATE schedules SET issued_max = 1",
        "UPDATE schedules SET amount = '{\"rule\":\"fixed\",\"tokens\":1000}'",
        "UPDATE schedules SET key = 7",
        "DELETE FROM schedule_runs",
        "DELETE FROM schedules",
        "INSERT INTO schedules SELECT NULL, '1b4e28ba-2fa1-4d2e-883f-0016d3cca427', 'Mine', cron, time_zone, recipients,
                                      amount, system_account, note, issued_max, created_at, audit, paused_at, next_at FROM schedules",
    ] {
        let refusal = shell.execute(statement, []).expect_err(statement).to_string();
        assert!(refusal.contains("schedule") || refusal.contains("run"), "{statement}: {refusal}");
    }
}
