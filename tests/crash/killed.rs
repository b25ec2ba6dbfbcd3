//! `kill -9` at any moment: under load, in the middle of a distribution, while starting again.

use std::time::Duration;

use super::community::Community;
use super::{ROUNDS_PER_COMMUNITY, dice, rounds};

/// However often it is killed, the program starts again without repair, and every promise it made
/// holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_write_survives() {
    let mut dice = dice("killed");
    let (mut done, mut unknown) = (0, 0);
    let mut left = rounds(50);
    while left > 0 {
        let folder = tempfile::TempDir::new().unwrap();
        let mut community = Community::found(folder.path(), Vec::new()).await;
        for _ in 0..left.min(ROUNDS_PER_COMMUNITY) {
            let load = community.load(&mut dice);
            tokio::time::sleep(Duration::from_millis(dice.u64(20..300))).await;
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
    let mut dice = dice("killed_at_first");
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
