//! No room left on the disk. The community cannot pay for a while; it can still look, nothing breaks,
//! and when there is room again everything goes on by itself.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::community::Community;
use super::disk::Disk;
use super::load::Load;
use super::{dice, rounds, until};

/// How soon the program must write again once it can.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// Takes all room that is left.
fn fill(file: &Path) {
    let mut file = File::create(file).unwrap();
    for bytes in [64 * 1024, 4096, 1] {
        while file.write_all(&vec![7; bytes]).is_ok() {}
    }
}

/// A community on a small disk. Dropped in this order: the server must end before its disk can go.
struct Machine {
    community: Community,
    disk: Disk,
}

impl Machine {
    async fn new() -> Option<Self> {
        let disk = Disk::new(16)?;
        Some(Self { community: Community::found(&disk.folder(), Vec::new()).await, disk })
    }

    fn filler(&self) -> PathBuf {
        self.disk.folder().join("filler")
    }

    /// Fills the disk under load, and waits until somebody is told.
    async fn fill(&self, dice: &mut fastrand::Rng) -> Load {
        let load = self.community.load(dice);
        tokio::time::sleep(Duration::from_millis(dice.u64(50..300))).await;
        fill(&self.filler());
        until("a refusal", Duration::from_secs(30), async || refusals(&load) > 0).await;
        load
    }

    /// Everyone can look, and `/health` says that nobody can pay.
    async fn can_only_be_read(&self) {
        let someone = &self.community.members[0];
        someone.get("/v1/wallet").await.ok(200);
        someone.get("/v1/transactions").await.ok(200);
        let health = someone.get("/health").await.ok(503);
        assert_eq!((&health["can_read"], &health["can_write"]), (&true.into(), &false.into()), "{health}");
    }

    /// Makes room, and waits until the program has noticed by itself.
    async fn make_room(&self) -> Duration {
        std::fs::remove_file(self.filler()).unwrap();
        let someone = &self.community.members[0];
        until("writing again", BACK_WITHIN, async || someone.get("/health").await.status == 200).await
    }
}

/// How often the load was told that nothing can be written.
fn refusals(load: &Load) -> usize {
    let answers = load.answers();
    ["storage_unavailable", "outcome_unknown"].iter().filter_map(|code| answers.get(*code)).sum()
}

/// Refused with 503 and a time to come back, read all the while, said by `/health`, and over within
/// seconds of the room being back, with no restart; what was asked meanwhile has one effect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_passes() {
    let mut dice = dice();
    let Some(mut machine) = Machine::new().await else { return };
    for _ in 0..rounds(3) {
        let load = machine.fill(&mut dice).await;
        machine.can_only_be_read().await;
        let back = machine.make_room().await;
        let before = load.answers()["done"];
        until("payments", BACK_WITHIN, async || load.answers()["done"] > before).await;
        println!("disk_full: {} refused, back after {} ms", refusals(&load), back.as_millis());
        machine.community.keeps_its_promises(load.end().await).await;
    }
}

/// Killed while the disk is full, it starts all the same and can be read, and it writes as soon as
/// there is room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_starts_on_a_full_disk() {
    let mut dice = dice();
    let Some(mut machine) = Machine::new().await else { return };
    for _ in 0..rounds(2) {
        let load = machine.fill(&mut dice).await;
        machine.community.server.kill();
        let requests = load.end().await;
        machine.community.listen_again();
        let someone = &machine.community.members[0];
        assert_eq!(someone.get("/v1/me").await.ok(200)["wallet_id"], someone.wallet_id);
        someone.get("/v1/transactions").await.ok(200);
        machine.make_room().await;
        machine.community.keeps_its_promises(requests).await;
    }
}
