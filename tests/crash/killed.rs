//! `kill -9` at any moment: under load, in the middle of a distribution, while starting again.

use std::process::Stdio;
use std::time::Duration;

use super::community::{Community, MEMBERS};
use super::disk::run;
use super::{ROUNDS_PER_COMMUNITY, dice, rounds};

/// However often it is killed, the program starts again without repair, and every promise it made
/// holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_write_survives() {
    let mut dice = dice();
    let (mut done, mut unknown) = (0, 0);
    let mut left = rounds(50);
    while left > 0 {
        let folder = tempfile::TempDir::new().unwrap();
        let mut community = Community::found(folder.path(), Vec::new()).await;
        for _ in 0..left.min(ROUNDS_PER_COMMUNITY) {
            let load = community.load(&mut dice);
            tokio::time::sleep(Duration::from_millis(dice.u64(20..300))).await;
            // Some are asked to stop first, and killed because they take their time.
            if dice.u8(..4) == 0 {
                run("kill", &["-TERM", &community.server.pid().to_string()]);
                tokio::time::sleep(Duration::from_millis(dice.u64(..30))).await;
            }
            community.server.kill();
            let requests = load.end().await;
            // Killed while it recovers, too: nobody waits for a second accident to be over.
            for _ in 0..dice.u8(..3) {
                community.server.spawn(&[]);
                tokio::time::sleep(Duration::from_millis(dice.u64(..100))).await;
                community.server.kill();
            }
            community.serve_again().await;
            let counts = community.keeps_its_promises(requests).await;
            done += counts.0;
            unknown += counts.1;
            left -= 1;
        }
    }
    println!("killed: {done} acknowledged, {unknown} unknown, none lost, none twice");
    assert!(done > 0 && unknown > 0, "the load was no load: {done} done, {unknown} unknown");
}

/// Killed again and again at its very first start, it ends up as a whole community with one key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_founding_that_breaks_off_is_taken_up_again() {
    let mut dice = dice();
    for _ in 0..rounds(5) {
        let folder = tempfile::TempDir::new().unwrap();
        let mut server = Community::prepare(folder.path());
        for _ in 0..dice.u8(1..4) {
            server.spawn(&[]);
            tokio::time::sleep(Duration::from_millis(dice.u64(..150))).await;
            server.kill();
        }
        Community::settle(server, folder.path()).await.keeps_its_promises(Vec::new()).await;
    }
}

/// A verb that is killed beside the server has distributed to everyone or to nobody, and leaves
/// nothing locked behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_verb_does_all_or_nothing() {
    let mut dice = dice();
    let folder = tempfile::TempDir::new().unwrap();
    let mut community = Community::found(folder.path(), Vec::new()).await;
    let recipients: Vec<String> = community.members.iter().map(|member| format!("{}=1", member.wallet_id)).collect();
    let mut times = (0, 0);
    // Until both have happened, too: how long a verb takes is the machine's affair.
    for number in 0.. {
        if number >= rounds(15) && times.0 > 0 && times.1 > 0 {
            break;
        }
        assert!(number < 10 * rounds(15), "never in the midst of it: {times:?}");
        let reason = format!("By hand {number}");
        let mut arguments = vec!["distribute", "--reason", reason.as_str()];
        arguments.extend(recipients.iter().flat_map(|recipient| ["--to", recipient]));
        let mut verb = community.server.command(&arguments).stdout(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(dice.u64(..120))).await;
        verb.kill().unwrap();
        verb.wait().unwrap();
        match community.transactions_of(&reason) {
            0 => times.0 += 1,
            all => {
                assert_eq!(all, MEMBERS + 1, "everyone, and the issuance");
                community.by_hand.push(reason);
                times.1 += 1;
            }
        }
        let free = community.operator.get("/health").await;
        assert_eq!(free.status, 200, "{}", free.text);
    }
    println!("killed_verb: {} times nothing, {} times all", times.0, times.1);
    community.keeps_its_promises(Vec::new()).await;
}
