//! The power fails under load. Not a killed process, whose writes the kernel still brings to the
//! disk: a file system that from one moment on takes nothing more, and forgets what was not synced.

use std::time::Duration;

use super::community::{Community, FOUNDING, PAYERS};
use super::disk::{Disk, build_c};
use super::load::{Outcome, Request};
use super::{ROUNDS_PER_COMMUNITY, dice, rounds, until};

/// A community on a disk. Dropped in this order: the server must end before its disk can go.
struct Machine {
    community: Community,
    disk: Disk,
}

impl Machine {
    /// A hundred members on a new disk; none where disks cannot be made.
    async fn new(environment: Vec<(String, String)>) -> Option<Self> {
        let disk = Disk::new(512)?;
        Some(Self { community: Community::found(&disk.folder(), environment).await, disk })
    }

    /// Some load, and in the midst of it the accident. Gives what was asked and answered until then.
    async fn power_cut(&mut self, dice: &mut fastrand::Rng) -> Vec<Request> {
        let load = self.community.load(dice);
        tokio::time::sleep(Duration::from_millis(dice.u64(20..400))).await;
        // Answers from now on are of a machine that is dark: a sync under way may still return.
        load.power_is_off();
        self.disk.cut_power();
        self.community.server.kill();
        let requests = load.end().await;
        self.disk.power_returns();
        requests
    }
}

/// Cut after cut, the program starts again without repair, and every promise it made holds. Even
/// the community's first minute survives: nothing is synced by the test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_write_survives() {
    let mut dice = dice();
    let (mut done, mut unknown) = (0, 0);
    let mut left = rounds(20);
    while left > 0 {
        let Some(mut machine) = Machine::new(Vec::new()).await else { return };
        for _ in 0..left.min(ROUNDS_PER_COMMUNITY) {
            let requests = machine.power_cut(&mut dice).await;
            machine.community.serve_again().await;
            let counts = machine.community.keeps_its_promises(requests).await;
            done += counts.0;
            unknown += counts.1;
            left -= 1;
        }
    }
    println!("power_cut: {done} acknowledged, {unknown} unknown, none lost, none twice");
    assert!(done > 0 && unknown > 0, "the load was no load: {done} done, {unknown} unknown");
}

/// Power cuts at the very first start, while database and key are made: the next start has a whole
/// community with one key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_founding_that_breaks_off_is_taken_up_again() {
    let mut dice = dice();
    for _ in 0..rounds(3) {
        let Some(disk) = Disk::new(64) else { return };
        let mut server = Community::prepare(&disk.folder());
        for _ in 0..dice.u8(1..4) {
            server.spawn(&[]);
            tokio::time::sleep(Duration::from_millis(dice.u64(..150))).await;
            disk.cut_power();
            server.kill();
            disk.power_returns();
        }
        let mut machine = Machine { community: Community::settle(server, &disk.folder()).await, disk };
        machine.community.keeps_its_promises(Vec::new()).await;
    }
}

/// A disk that dies under the running program: nothing is acknowledged, nobody hears of a defect,
/// `/health` says it, and with a disk again the program goes on from what was acknowledged before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_disk_is_said() {
    let mut dice = dice();
    let Some(mut machine) = Machine::new(Vec::new()).await else { return };
    for _ in 0..rounds(2) {
        let before = machine.community.load(&mut dice);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut requests = before.end().await;
        machine.disk.cut_power();
        let load = machine.community.load(&mut dice);
        let told = || load.answers().get("storage_unavailable").is_some_and(|count| *count > 2 * PAYERS);
        until("refusals", Duration::from_secs(20), async || told()).await;
        machine.community.members[0].get("/health").await.ok(503);
        println!("dead_disk: {:?}", load.answers());
        assert!(!load.answers().contains_key("done"), "acknowledged without a disk");
        machine.community.server.kill();
        requests.extend(load.end().await);
        machine.disk.power_returns();
        machine.community.serve_again().await;
        machine.community.keeps_its_promises(requests).await;
    }
}

/// The test above can fail: the same program on a system whose syncs are lies loses what it
/// acknowledged when the power is cut. Being killed alone loses nothing even there, which is why a
/// test that only kills proves little.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_syncs_acknowledged_writes_are_lost() {
    let mut dice = dice();
    let folder = tempfile::TempDir::new().unwrap();
    let shim = folder.path().join("no_sync.so");
    build_c("no_sync.c", &["-shared", "-fPIC"], &shim);
    let preload = || vec![("LD_PRELOAD".to_owned(), shim.to_str().unwrap().to_owned())];
    let (mut done, mut lost, mut readable) = (0, 0, 0);
    for _ in 0..3 {
        let Some(mut machine) = Machine::new(preload()).await else { return };
        machine.disk.sync();
        let load = machine.community.load(&mut dice);
        tokio::time::sleep(Duration::from_millis(dice.u64(20..400))).await;
        machine.community.server.kill();
        let requests = load.end().await;
        machine.community.serve_again().await;
        machine.community.keeps_its_promises(requests).await;
        let requests = machine.power_cut(&mut dice).await;
        let acknowledged = requests.iter().filter(|request| matches!(request.outcome, Outcome::Done(_)));
        let there = machine.community.keys_that_can_be_read();
        readable += usize::from(there.iter().any(|key| key == FOUNDING));
        for request in acknowledged {
            done += 1;
            lost += usize::from(!there.contains(&request.key));
        }
    }
    println!("without_syncs: {lost} of {done} acknowledged were lost");
    // What the test itself brought to the disk can be read: a power cut, and no file torn out.
    assert!(readable > 0, "no file could be read after the cut");
    assert!(lost > 0, "all {done} survived a power cut without a single sync: the cut cuts nothing");
}
