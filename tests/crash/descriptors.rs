//! More connections than the system allows the program to have open.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::community::Community;
use super::{dice, until};

/// Descriptors the program may have.
const ALLOWED: usize = 256;
/// Connections on top of the load's: more than that, and the rest few enough to wait at the door.
const STRANGERS: usize = 300;

/// Strangers take every descriptor that is left. Members who are connected go on paying, the
/// program lives, and when the strangers leave the door is open again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_out_of_descriptors_passes() {
    let mut dice = dice();
    let folder = tempfile::TempDir::new().unwrap();
    let mut community = Community::found(folder.path(), Vec::new()).await;
    let pid = community.server.pid();
    let limit =
        Command::new("prlimit").args([format!("--pid={pid}"), format!("--nofile={ALLOWED}:{ALLOWED}")]).status();
    assert!(limit.unwrap().success());
    let load = community.load(&mut dice);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let address: SocketAddr = community.server.base.trim_start_matches("http://").parse().unwrap();
    let mut coming = JoinSet::new();
    for _ in 0..STRANGERS {
        coming.spawn(TcpStream::connect(address));
    }
    let strangers: Vec<TcpStream> = coming.join_all().await.into_iter().collect::<Result<_, _>>().unwrap();
    let open = || std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
    until("every descriptor in use", Duration::from_secs(5), async || open() >= ALLOWED).await;
    let before = load.answers()["done"];
    until("payments meanwhile", Duration::from_secs(10), async || load.answers()["done"] > before + 100).await;
    assert!(open() >= ALLOWED, "the strangers are there still");
    drop(strangers);
    let newcomer = reqwest::Client::builder().timeout(Duration::from_secs(1)).build().unwrap();
    let health = format!("{}/health", community.server.base);
    let back = until("a newcomer", Duration::from_secs(10), async || {
        newcomer.get(&health).send().await.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    println!("descriptors: a newcomer is let in after {} ms; {:?}", back.as_millis(), load.answers());
    assert!(!load.answers().contains_key("none"), "a member was cut off");
    community.keeps_its_promises(load.end().await).await;
}
