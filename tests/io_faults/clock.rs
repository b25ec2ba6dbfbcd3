//! The clock under the running server is set back an hour, forward a year, and right again. The
//! ledger's time never falls, no request is executed twice, and whoever signs in is judged by the
//! clock as it is. A small library before libc turns the clock of this one process.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use super::support::provider::{Provider, now};
use super::support::{Member, Server, key, setting};

/// Adds the seconds that stand in a shared file to every time of day.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
static volatile int64_t *offset;
static int (*real)(clockid_t, struct timespec *);
__attribute__((constructor)) static void open_offset(void) {
    real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    void *shared = mmap(0, 8, PROT_READ, MAP_SHARED, open(getenv("CLOCK_OFFSET"), O_RDONLY), 0);
    if (shared != MAP_FAILED) offset = shared;
}
int clock_gettime(clockid_t clock, struct timespec *time) {
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, time);
    if (!failed && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += *offset;
    return failed;
}
int gettimeofday(struct timeval *restrict value, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    value->tv_sec = now.tv_sec;
    value->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
"#;

const HOUR: i64 = 3_600;
const YEAR: i64 = 365 * 24 * HOUR;

/// The clock of a server.
struct Clock {
    offset: File,
    shim: PathBuf,
    path: PathBuf,
}

impl Clock {
    fn build(folder: &Path) -> Self {
        let (source, shim, path) = (folder.join("clock.c"), folder.join("clock.so"), folder.join("clock.offset"));
        std::fs::write(&source, SHIM).unwrap();
        let built =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(&source).arg("-ldl").status();
        assert!(built.unwrap().success(), "the C compiler does not build the clock");
        std::fs::write(&path, [0; 8]).unwrap();
        let offset = File::options().write(true).open(&path).unwrap();
        Self { offset, shim, path }
    }

    fn set(&self, seconds: i64) {
        self.offset.write_all_at(&seconds.to_ne_bytes(), 0).unwrap();
    }

    async fn serve(&self, server: &mut Server) {
        let mut command = server.command(&["serve"]);
        command.env("LD_PRELOAD", &self.shim).env("CLOCK_OFFSET", &self.path);
        server.serve_by(command).await;
    }
}

/// A token that is good at the server's time.
fn token_at(server: &Server, name: &str, offset: i64) -> String {
    let mut claims = Provider::claims(name, name);
    for time in ["iat", "exp"] {
        claims[time] = (claims[time].as_i64().unwrap() + offset).into();
    }
    server.provider.sign("EdDSA", &claims)
}

async fn member_at(server: &Server, name: &str, offset: i64) -> Member {
    let mut member = server.stranger(token_at(server, name, offset));
    let me = member.get("/v1/me").await.ok(200);
    member.wallet_id = me["wallet_id"].as_str().unwrap().into();
    member
}

/// A payment and the answer it had.
struct Paid {
    key: String,
    body: Value,
    answer: Value,
}

/// A year ahead and back, again and again, with restarts between.
#[tokio::test]
async fn a_clock_that_jumps_reopens_nothing() {
    let (mut rng, rounds) = (setting::dice(), setting::rounds(20));
    let mut server = Server::prepare(&Server::settings(""));
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    let bob = server.member("bob").await.wallet_id;
    server.funded("ann", 1_000_000).await;
    let mut paid: Vec<Paid> = Vec::new();
    let (mut last, mut met) = (0, [false; 2]);
    for round in 0..rounds {
        // Back an hour, right, and forward a year, in any order, but all of them.
        let offset = [-HOUR, YEAR, 0, -HOUR, YEAR, 0][round.min(rng.usize(6..12)) % 6];
        clock.set(offset);
        if rng.u8(0..4) == 0 {
            if rng.bool() {
                server.kill();
            } else {
                server.stop();
            }
            clock.serve(&mut server).await;
        }
        let ann = member_at(&server, "ann", offset).await;
        // A client's clock is right, and so its keys are a year old to a server that is a year ahead.
        for key in [format!("rent-{round}"), key()] {
            let body = json!({ "to_wallet_id": bob, "amount": 1 });
            let answer = ann.post_with("/v1/transfers", &body, &key).await;
            if offset == YEAR && !key.starts_with("rent") {
                answer.refused(422, "idempotency_key_expired");
                continue;
            }
            let answer = answer.ok(201);
            let created_at = answer["created_at"].as_i64().unwrap();
            assert!(created_at >= last, "time falls");
            last = created_at;
            paid.push(Paid { key, body, answer });
        }
        for _ in 0..4 {
            let earlier = &paid[rng.usize(0..paid.len())];
            let again = ann.post_with("/v1/transfers", &earlier.body, &earlier.key).await;
            assert_eq!(again.ok(201), earlier.answer);
            assert_eq!(again.headers["idempotency-replayed"], "true");
        }
        // By the clock of today no token of next year is good, and the other way round.
        let stranger = token_at(&server, "ann", if offset == YEAR { 0 } else { YEAR });
        server.stranger(stranger).get("/v1/wallet").await.refused(401, "unauthorized");
        met[usize::from(offset == YEAR)] = true;
        assert_eq!(member_at(&server, "bob", offset).await.balance().await, i64::try_from(paid.len()).unwrap());
    }
    assert_eq!(met, [true; 2]);
    clock.set(0);
    let ann = member_at(&server, "ann", 0).await;
    for earlier in &paid {
        assert_eq!(ann.post_with("/v1/transfers", &earlier.body, &earlier.key).await.ok(201), earlier.answer);
    }
    let next_year = i64::try_from(now()).unwrap() * 1000 + YEAR * 1000;
    assert!(last.abs_diff(next_year) < 600_000, "the ledger's time is held at the furthest it was");
    server.assert_sound().await;
}

/// A session on the pages ends by the clock as it is, and is good again when the clock is right again.
#[tokio::test]
async fn a_session_is_judged_by_the_clock() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n");
    let clock = Clock::build(server.folder.path());
    clock.serve(&mut server).await;
    let form = server.client.post(format!("{}/login", server.base)).body("new_username=ann");
    let form = form.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin");
    let signed_in = form.send().await.unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let visitor = server.stranger(String::new());
    for (offset, status) in [(0, 200), (YEAR, 303), (0, 200), (-HOUR, 200), (0, 200)] {
        clock.set(offset);
        let page = visitor.call(Method::GET, "/profile", &[("cookie", &cookie)], None).await;
        assert_eq!(page.status, status, "{offset}: {}", page.text);
    }
}
