//! Every call fails once: while the real server works through a scene, the n-th write or sync of its
//! database fails, for n = 1, 2, 3 … until no call is left to fail; once, or from then on. Whatever
//! is answered is true, reading goes on, and when the disk is well again so is the ledger.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::support::{Answer, Member, Server, key};

/// Within this time after the fault has gone, writing is possible again without a restart.
const RECOVERY: Duration = Duration::from_secs(10);

/// What goes wrong below the database.
#[derive(Clone, Copy, Debug)]
struct Fault {
    calls: &'static str,
    error: &'static str,
    /// How many calls lie between two that fail, in the short form of the test.
    stride: u64,
}

const FAULTS: [Fault; 5] = [
    Fault { calls: "fsync,fdatasync", error: "EIO", stride: 1 },
    Fault { calls: "pwrite64", error: "EIO", stride: 11 },
    Fault { calls: "pwrite64", error: "ENOSPC", stride: 23 },
    Fault { calls: "ftruncate", error: "EIO", stride: 1 },
    Fault { calls: "pread64", error: "EIO", stride: 3 },
];

/// The fault at work: `strace` beside the server, on the database and its log alone.
struct Injector {
    strace: Child,
    log: std::path::PathBuf,
}

impl Injector {
    fn attach(server: &Server, fault: Fault, when: &str) -> Self {
        let log = server.path("faults.txt");
        let database = server.database().canonicalize().unwrap();
        let wal = format!("{}-wal", database.display());
        let mut strace = Command::new("strace")
            .args(["-f", "-p", &server.pid().to_string(), "-e", &format!("trace={}", fault.calls), "-e"])
            .arg(format!("inject={}:error={}:when={when}", fault.calls, fault.error))
            .args(["-P", database.to_str().unwrap(), "-P", &wal, "-o"])
            .arg(&log)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(strace.stderr.take().unwrap()).lines().next().unwrap().unwrap();
        assert!(said.contains("attached"), "{said}");
        Self { strace, log }
    }

    /// Ends the fault; says whether any call failed by it.
    fn end(mut self) -> bool {
        // It has ended by itself where the server has.
        let _gone = Command::new("kill").args(["-INT", &self.strace.id().to_string()]).stderr(Stdio::null()).status();
        self.strace.wait().unwrap();
        std::fs::read_to_string(&self.log).unwrap().contains("INJECTED")
    }
}

/// A request, whoever makes it, and whether its effect is known.
struct Request {
    operator: bool,
    path: &'static str,
    body: Value,
    key: String,
    done: bool,
    /// The server has said that it does not know.
    unknown: bool,
}

/// Ann pays Bob, the operator pays both.
struct Scene<'a> {
    server: &'a mut Server,
    ann: Member,
    bob: Member,
    operator: Member,
    requests: Vec<Request>,
    /// What Bob must hold when every request is done.
    due: i64,
}

impl<'a> Scene<'a> {
    async fn open(server: &'a mut Server) -> Self {
        let (ann, bob, operator) = (server.member("ann").await, server.member("bob").await, server.operator().await);
        let due = bob.balance().await;
        Self { server, ann, bob, operator, requests: Vec::new(), due }
    }

    fn transfer(&mut self) -> usize {
        let body = json!({ "to_wallet_id": self.bob.wallet_id, "amount": 1, "note": "n".repeat(200) });
        self.plan(false, "/v1/transfers", body, 1)
    }

    fn distribution(&mut self) -> usize {
        let share = |member: &Member| json!({ "wallet_id": member.wallet_id, "amount": 3 });
        let body = json!({ "reason": "Weekly", "recipients": [share(&self.ann), share(&self.bob)] });
        self.plan(true, "/v1/admin/distributions", body, 3)
    }

    fn plan(&mut self, operator: bool, path: &'static str, body: Value, amount: i64) -> usize {
        self.due += amount;
        self.requests.push(Request { operator, path, body, key: key(), done: false, unknown: false });
        self.requests.len() - 1
    }

    /// Sends some requests at once, and holds each answer to what the contract allows.
    async fn send(&mut self, which: &[usize]) {
        let sent: Vec<_> = which
            .iter()
            .map(|place| {
                let request = &self.requests[*place];
                let member = if request.operator { self.operator.clone() } else { self.ann.clone() };
                let (path, body, key) = (request.path, request.body.clone(), request.key.clone());
                tokio::spawn(async move { member.post_with(path, &body, &key).await })
            })
            .collect();
        for (place, answer) in which.iter().zip(sent) {
            self.hear(*place, &answer.await.unwrap());
        }
    }

    fn hear(&mut self, place: usize, answer: &Answer) {
        let request = &mut self.requests[place];
        if answer.status == 201 {
            let replayed = answer.headers.contains_key("idempotency-replayed");
            assert!(!replayed || request.done || request.unknown, "it was said that nothing was changed, and it was");
            assert!(replayed || !request.done, "executed a second time");
            request.done = true;
            return;
        }
        assert_eq!(answer.status, 503, "an I/O fault is nobody's mistake: {}", answer.text);
        assert!(answer.headers.contains_key("retry-after"), "{:?}", answer.headers);
        match answer.json()["code"].as_str() {
            Some("outcome_unknown") => request.unknown = true,
            Some("storage_unavailable") => {}
            _ => panic!("{}", answer.text),
        }
    }

    /// Pays until the log is nearly long enough for a checkpoint, so that the scene meets it.
    async fn fill(&mut self) {
        let log = Connection::open(self.server.database()).unwrap();
        let length = || log.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get::<_, i64>(1)).unwrap();
        while !(970..1000).contains(&length()) {
            let payment = self.transfer();
            self.send(&[payment]).await;
        }
    }

    async fn play(&mut self, reads_fail: bool) {
        let read = |answer: Answer| match answer.status {
            200 => {}
            _ if reads_fail => {
                answer.refused(503, "storage_unavailable");
            }
            _ => panic!("reading does not go on: {}", answer.text),
        };
        let first = self.transfer();
        self.send(&[first]).await;
        read(self.bob.get("/v1/wallet").await);
        let (together, share) = (self.transfer(), self.distribution());
        self.send(&[together, share]).await;
        read(self.ann.get("/v1/transactions?limit=5").await);
        let more: Vec<_> = (0..3).map(|_| self.transfer()).collect();
        self.send(&more).await;
        self.send(&[first]).await;
        read(self.ann.get("/v1/statistics/supply").await);
    }

    /// Repeats what is open, with the same keys, until all of it is done.
    async fn settle(&mut self) {
        let began = Instant::now();
        loop {
            let open: Vec<usize> = (0..self.requests.len()).filter(|place| !self.requests[*place].done).collect();
            if open.is_empty() {
                break;
            }
            assert!(began.elapsed() < RECOVERY, "writing does not come back");
            self.send(&open).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(self.bob.balance().await, self.due, "each request has had its effect once");
    }
}

/// How a round ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// The fault goes and the server lives on.
    Living,
    /// The process is killed while the fault is there.
    Killed,
    /// It is asked to stop while the fault is there; its last checkpoint may fail too.
    Stopped,
}

/// One round; says whether the fault was met.
async fn round(server: &mut Server, fault: Fault, when: &str, end: End) -> bool {
    let mut scene = Scene::open(server).await;
    if matches!(end, End::Living) {
        scene.fill().await;
    }
    let injector = Injector::attach(scene.server, fault, when);
    scene.play(fault.calls == "pread64").await;
    let Scene { requests, due, .. } = scene;
    let met = match end {
        End::Living => {
            let met = injector.end();
            let mut scene = Scene { requests, due, ..Scene::open(server).await };
            scene.settle().await;
            return met;
        }
        End::Killed => {
            server.kill();
            injector.end()
        }
        End::Stopped => {
            server.stop();
            injector.end()
        }
    };
    server.serve(&[]).await;
    let mut scene = Scene { requests, due, ..Scene::open(server).await };
    scene.settle().await;
    met
}

/// Fails the n-th call for each n, until the scene has no more calls of the kind.
async fn every_call_fails(lasting: bool) {
    let ends = [End::Living, End::Killed, End::Stopped];
    for fault in FAULTS {
        let stride = if super::support::setting::number("COMMUNITYTOKEN_ROUNDS").is_some() { 1 } else { fault.stride };
        let mut server = Server::start().await;
        for member in ["ann", "bob"] {
            server.funded(member, 1_000_000).await;
        }
        let (mut call, mut met, mut missed) = (1, 0, 0);
        while missed < ends.len() {
            let when = format!("{call}{}", if lasting { "+" } else { "" });
            let end = ends[usize::try_from(call / stride).unwrap() % ends.len()];
            if round(&mut server, fault, &when, end).await {
                (met, missed) = (met + 1, 0);
            } else {
                missed += 1;
            }
            call += stride;
        }
        println!("{} {}, lasting {lasting}: {met} rounds up to call {call}", fault.calls, fault.error);
        assert!(met > 0, "{fault:?} was never met");
        server.assert_sound().await;
    }
}

/// The n-th call fails, and the next one works again.
#[tokio::test]
async fn the_nth_call_fails_once() {
    every_call_fails(false).await;
}

/// The n-th call fails, and all after it.
#[tokio::test]
async fn the_nth_call_fails_for_good() {
    every_call_fails(true).await;
}
