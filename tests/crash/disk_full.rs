//! No room left on the disk. The community cannot pay for a while; it can still look, nothing breaks,
//! and when there is room again everything goes on by itself.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::community::Community;
use super::disk::Disk;
use super::load::Load;
use super::{dice, rounds};

/// How soon the program must write again once it can.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// Takes all room that is left.
fn fill(file: &Path) {
    let mut file = File::create(file).unwrap();
    for bytes in [64 * 1024, 4096, 1] {
        while file.write_all(&vec![7; bytes]).is_ok() {}
    }
}

/// How often the load was told that nothing can be written.
fn refusals(load: &Load) -> usize {
    let answers = load.answers();
    ["storage_unavailable", "outcome_unknown"].iter().filter_map(|code| answers.get(*code)).sum()
}

/// Waits until something has come to pass.
async fn until(what: &str, within: Duration, mut has_come: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !has_come().await {
        assert!(began.elapsed() < within, "{what}: not within {within:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

/// Refused with 503 and a time to come back, read all the while, said by `/health`, and over within
/// seconds of the room being back, with no restart; what was asked meanwhile has one effect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_passes() {
    let mut dice = dice("disk_full");
    let Some(disk) = Disk::new(16) else { return };
    let mut community = Community::found(&disk.folder(), Vec::new()).await;
    let filler = disk.folder().join("filler");
    for _ in 0..rounds(3) {
        let load = community.load(&mut dice);
        tokio::time::sleep(Duration::from_millis(dice.u64(50..300))).await;
        fill(&filler);
        until("a refusal", Duration::from_secs(30), async || refusals(&load) > 0).await;
        let someone = community.members[0].clone();
        for _ in 0..3 {
            someone.get("/v1/wallet").await.ok(200);
            someone.get("/v1/transactions").await.ok(200);
            let health = someone.get("/health").await.ok(503);
            assert_eq!((&health["can_read"], &health["can_write"]), (&true.into(), &false.into()), "{health}");
        }
        std::fs::remove_file(&filler).unwrap();
        let before = load.answers()["done"];
        let back = until("writing again", BACK_WITHIN, async || {
            load.answers()["done"] > before && someone.get("/health").await.status == 200
        })
        .await;
        println!("disk_full: {} refused, back after {} ms", refusals(&load), back.as_millis());
        community.keeps_its_promises(load.end().await).await;
    }
}
