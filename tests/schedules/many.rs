//! Ten thousand members: the distribution is one command, and what it takes is written down, not asserted.

use std::time::Instant;

use communitytoken::schedules::{Bounds, HowMuch, Outcome, Plan, Whom};

use super::community::{DAY, HOUR, bounds, came, daily, fixed, make, run_within};
use super::kernel::{Community, MORNING, amount, register};

const MEMBERS: usize = 10_000;

#[test]
fn ten_thousand_get_theirs() {
    let mut community = Community::founded(0, MORNING);
    let numbers: Vec<usize> = (0..MEMBERS).collect();
    for some in numbers.chunks(500) {
        let joining: Vec<_> = some
            .iter()
            .map(|number| community.books().submit(register(&format!("member_{number}"))).unwrap())
            .collect();
        community.members.extend(joining.into_iter().map(|pending| pending.wait_blocking().unwrap()));
    }
    let bounds = Bounds { recipients_max: MEMBERS, ..bounds() };
    let everyone = make(&community, daily("Everyone", Whom::Everyone {}, fixed(5)));
    community.clock.turn(HOUR);
    let began = Instant::now();
    run_within(&community, &bounds);
    println!("{MEMBERS} recipients, with the proof that all adds up: {:?}", began.elapsed());
    let total = i64::try_from(MEMBERS).unwrap() * 5;
    assert_eq!(came(&community, &everyone), [(Outcome::Distributed, total / 5, total)]);
    for payer in 0..100 {
        community.send(payer, payer + 100, 1).unwrap();
    }
    let shared = HowMuch::Shared { tokens: amount(1_000), days: 7 };
    let terms = daily("Shared", Whom::Everyone {}, shared);
    let (now, books) = (community.books().now(), community.books());
    let began = Instant::now();
    let plan = books.read_blocking(|conn| Plan::make(conn, &terms, &bounds, now)).unwrap();
    println!("who gets what of {MEMBERS}, beside the writer: {:?}", began.elapsed());
    assert_eq!((plan.recipients.len(), plan.distributed), (100, 1_000));
    // How long the writer is held: a payment is queued while the distribution is on its way.
    community.clock.turn(DAY);
    let (sender, recipient) = (community.members[0].clone(), community.wallet(1));
    let longest = std::thread::scope(|scope| {
        let distributing = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(communitytoken::schedules::run_due(books, &bounds, |_| {})).unwrap();
        });
        let mut longest = std::time::Duration::ZERO;
        while !distributing.is_finished() {
            let began = Instant::now();
            books.execute_blocking(super::kernel::transfer(&sender, recipient, 1)).ok();
            longest = longest.max(began.elapsed());
        }
        longest
    });
    println!("a payment beside a distribution to {MEMBERS} waited {longest:?} at most");
    assert_eq!(came(&community, &everyone).len(), 2);
    community.assert_sound();
}
