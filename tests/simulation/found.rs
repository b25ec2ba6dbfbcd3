//! What the simulation has found in the kernel, told shortly, so that it is looked at in every run.

use communitytoken::error::Code;
use communitytoken::ledger::DAY_MS;

use super::commands::Blow;
use super::model::{Doing, Key, Model, Request, Seen, Step};
use super::queue::strike;
use super::world::{Answer, World};

const BEGINNING: i64 = 40_000 * DAY_MS;

/// A community with two members, and a request to it.
fn scene() -> (World, Model, Step) {
    let mut world = World::founded(BEGINNING);
    world.sign_in_again();
    world.sign_in_again();
    let key = Key { text: "stock".into(), made_at: None };
    let issue = Step::Keyed(Request { caller: 1, key, doing: Doing::Issue { amount: 100 } });
    (world, Model::new(BEGINNING), issue)
}

fn run(world: &mut World, model: &Model, step: &Step) -> Answer {
    let books = world.books().clone();
    let replies = world.round(&books, |world| vec![Some(world.queue(&books, step, model))]).unwrap();
    world.take(replies.into_iter().next().unwrap().unwrap()).0
}

/// On a full disk SQLite ends the whole transaction by itself. What stood behind in the batch was then
/// run all the same, each statement kept by itself, while its caller heard that nothing was done.
#[test]
fn behind_a_broken_transaction_nothing_is_begun() {
    let (mut world, model, issue) = scene();
    let before = world.state().unwrap();
    let newcomer = Step::Register { who: 3 };
    let books = world.books().clone();
    let replies = world
        .round(&books, |world| {
            let first = world.queue(&books, &issue, &model);
            let blow = strike(&books, Blow::EndTransaction);
            vec![Some(first), Some(blow), Some(world.queue(&books, &newcomer, &model))]
        })
        .unwrap();
    drop(books);
    for reply in replies {
        assert_eq!(world.take(reply.unwrap()).0, Err(Code::StorageUnavailable));
    }
    assert_eq!(world.state().unwrap(), before);
    assert!(run(&mut world, &model, &issue).is_ok(), "and a moment later all is well");
    assert_eq!(world.findings(), [""; 0]);
}

/// Keys were read at the start by the clock. One that was ahead made the keys of the last days unknown,
/// and once it was right again, a repeated request had its effect twice.
#[test]
fn a_clock_that_is_wrong_at_the_start_makes_no_key_unknown() {
    let (mut world, model, issue) = scene();
    let first = run(&mut world, &model, &issue).unwrap();
    world.close();
    world.clock.turn(40 * DAY_MS);
    world.open().unwrap();
    run(&mut world, &model, &Step::Turn { by: -40 * DAY_MS }).unwrap();
    assert_eq!(run(&mut world, &model, &issue), Ok(Seen { replayed: true, ..first }));
}
