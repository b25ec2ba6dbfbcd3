//! Every call fails once while the program starts: on an empty folder, where a community is being
//! founded, and after a crash, where its log is being recovered. It starts all the same, or it says
//! why not; and the next start finds everything.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::recording::wrapped;
use super::support::Server;

/// Calls that fail, how, and how many lie between two that do, in the short form of the test.
const FAULTS: [(&str, &str, usize); 3] = [("fsync", "EIO", 1), ("pwrite64", "ENOSPC", 29), ("pread64", "EIO", 13)];

/// A start whose n-th call fails. Says whether it was met, and why it was not served, where it was not.
fn start(server: &Server, calls: &str, error: &str, when: usize) -> (bool, Option<String>) {
    let log = server.path("faults.txt");
    let mut strace = Command::new("strace");
    strace.args(["-D", "-f", "-qq", "-e", &format!("trace={calls}"), "-e", "signal=none", "-e"]);
    strace.arg(format!("inject={calls}:error={error}:when={when}")).arg("-o").arg(&log);
    if let Ok(database) = server.database().canonicalize() {
        strace.arg("-P").arg(&database).arg("-P").arg(format!("{}-wal", database.display()));
    }
    let mut command = wrapped(strace, &server.command(&["serve"]));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let listens = BufReader::new(child.stdout.take().unwrap()).lines().next().is_some();
    if listens {
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    }
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("it does not stop");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    if !listens {
        assert_eq!(output.status.code(), Some(1), "{said}");
    }
    let met = std::fs::read_to_string(&log).unwrap().contains("INJECTED");
    (met, (!listens).then_some(said))
}

#[tokio::test]
async fn a_start_survives_any_failing_call() {
    for crashed in [false, true] {
        for (calls, error, stride) in FAULTS {
            if calls == "pread64" && !crashed {
                // Nothing is there to be read yet.
                continue;
            }
            let stride = if super::support::setting::number("COMMUNITYTOKEN_ROUNDS").is_some() { 1 } else { stride };
            let (mut met, mut refused) = (0, 0);
            for when in (1..).step_by(stride) {
                let mut server = Server::prepare(&Server::settings(""));
                if crashed {
                    server.serve(&[]).await;
                    server.funded("ann", 1_000).await;
                    server.kill();
                }
                let (hit, refusal) = start(&server, calls, error, when);
                if let Some(said) = &refusal {
                    assert!(hit, "nothing failed: {said}");
                    let last = said.trim().lines().last().unwrap_or_default();
                    assert!(last.ends_with(['.', ')']) && !said.contains("panicked"), "not a sentence: {said}");
                }
                (met, refused) = (met + usize::from(hit), refused + usize::from(refusal.is_some()));
                server.serve(&[]).await;
                assert_eq!(server.member("ann").await.balance().await, if crashed { 1_000 } else { 0 });
                server.assert_sound().await;
                if !hit {
                    break;
                }
            }
            println!("after a crash {crashed}, {calls} {error}: {met} failed, {refused} starts were refused");
            assert!(met > 0, "{calls} was never met");
        }
    }
}
