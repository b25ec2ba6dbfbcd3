//! To whom, and how much: each rule by what it says.

use communitytoken::identity::Role;
use communitytoken::members::SetRole;
use communitytoken::schedules::{HowMuch, LeftOut, Whom, Why};
use communitytoken::treasury::Correct;

use super::community::{DAY, HOUR, balances, daily, fixed, make, run, run_within, runs};
use super::kernel::{Community, MORNING, amount, authority, delete, freeze};

/// Five members with a hundred tokens each, a day before the schedule is due.
fn village() -> Community {
    let community = Community::founded(5, MORNING);
    community.endow(100);
    community
}

/// What each has got by a schedule that is due once, a day later.
fn got(community: &Community, recipients: Whom, how: HowMuch) -> Vec<i64> {
    let schedule = make(community, daily("Now", recipients, how));
    let before = balances(community);
    community.clock.turn(schedule.next_at.unwrap() - community.clock.time());
    run(community);
    assert_eq!(runs(community, &schedule).len(), 1);
    balances(community).iter().zip(before).map(|(after, before)| after - before).collect()
}

#[test]
fn rules_leave_out_who_cannot_receive() {
    let community = village();
    community.run(freeze(community.wallet(1), true)).unwrap();
    community.run(delete(&community.members[3], true)).unwrap();
    assert_eq!(got(&community, Whom::Everyone {}, fixed(5)), [5, 0, 5, 0, 5]);
}

#[test]
fn those_are_active_who_paid_or_were_paid() {
    let community = village();
    community.send(3, 4, 1).unwrap();
    community.clock.turn(10 * DAY - HOUR);
    community.send(0, 1, 1).unwrap();
    // A distribution makes nobody active.
    community.endow(1);
    assert_eq!(got(&community, Whom::Active { days: 9 }, fixed(5)), [5, 5, 0, 0, 0]);
    let community = village();
    community.send(3, 4, 1).unwrap();
    community.clock.turn(9 * DAY);
    assert_eq!(got(&community, Whom::Active { days: 10 }, fixed(5)), [0, 0, 0, 5, 5]);
}

#[test]
fn a_role_is_by_grant() {
    let community = village();
    for (member, role) in [(0, Role::Operator), (2, Role::Auditor), (4, Role::Operator)] {
        let user_id = community.members[member].id;
        let authority = authority("Elected");
        community.run(SetRole { user_id, role, granted: true, configured: Vec::new(), authority }).unwrap();
    }
    community.run(freeze(community.wallet(4), true)).unwrap();
    assert_eq!(got(&community, Whom::Role { role: Role::Operator }, fixed(5)), [5, 0, 0, 0, 0]);
}

#[test]
fn a_list_says_whom_it_left_out() {
    let community = village();
    let ids = |members: &[usize]| members.iter().map(|member| community.members[*member].id).collect::<Vec<_>>();
    let user_ids = ids(&[4, 1, 3, 1]);
    let schedule = make(&community, daily("Team", Whom::List { user_ids }, fixed(5)));
    assert_eq!(schedule.terms.recipients, Whom::List { user_ids: ids(&[4, 1, 3]) }, "each once");
    community.run(freeze(community.wallet(1), true)).unwrap();
    community.run(delete(&community.members[3], true)).unwrap();
    community.clock.turn(HOUR);
    run(&community);
    let done = &runs(&community, &schedule)[0];
    assert_eq!((done.recipients, done.distributed), (1, 5));
    let left_out = |member: usize, why| LeftOut {
        user_id: community.members[member].id,
        username: community.members[member].username.clone(),
        why,
    };
    assert_eq!(done.left_out, [left_out(1, Why::Frozen), left_out(3, Why::Left)]);
    assert_eq!(balances(&community), [100, 100, 100, 100, 105]);
}

#[test]
fn payments_count_up_to_a_cap_unless_given_back() {
    let community = village();
    for _ in 0..3 {
        community.send(0, 1, 1).unwrap();
    }
    for _ in 0..9 {
        community.send(1, 2, 1).unwrap();
    }
    let mistake = community.send(2, 3, 1).unwrap();
    community.run(Correct { transaction_id: mistake.id, amount: None, authority: authority("Mistaken") }).unwrap();
    let how = || HowMuch::PerPayment { tokens: amount(2), days: 30, most: amount(10) };
    assert_eq!(got(&community, Whom::Everyone {}, how()), [6, 10, 0, 0, 0]);
    // What is longer ago counts no more.
    let community = village();
    community.send(0, 1, 1).unwrap();
    community.clock.turn(31 * DAY - HOUR);
    community.send(1, 2, 1).unwrap();
    assert_eq!(got(&community, Whom::Everyone {}, how()), [0, 2, 0, 0, 0]);
}

#[test]
fn a_pot_is_shared_to_the_last_token() {
    let community = village();
    for payer in [0, 0, 1, 2] {
        community.send(payer, 4, 1).unwrap();
    }
    let how = HowMuch::Shared { tokens: amount(101), days: 30 };
    assert_eq!(got(&community, Whom::Everyone {}, how), [51, 25, 25, 0, 0]);
}

/// The many fall under the limit of a distribution like any other.
#[test]
fn more_than_a_distribution_serves_is_refused() {
    let community = Community::founded(4, MORNING);
    let schedule = make(&community, daily("Allowance", Whom::Everyone {}, fixed(5)));
    community.clock.turn(HOUR);
    run_within(&community, &communitytoken::schedules::Bounds { recipients_max: 3, ..super::community::bounds() });
    let failed = &runs(&community, &schedule)[0];
    assert_eq!(failed.code.as_deref(), Some("too_many_recipients"));
    let said = failed.sentence.as_deref().unwrap();
    assert!(said.contains("at most 3") && said.contains("limits.recipients_per_distribution"), "{said}");
    assert_eq!(balances(&community), [0; 4]);
}
