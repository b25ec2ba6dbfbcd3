//! The clock under the running server is set back an hour, forward a year, and right again. The
//! ledger's time never falls, no request is executed twice, and whoever signs in is judged by the
//! clock as it is.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::clock::Clock;
use super::support::provider::{Provider, now};
use super::support::{Member, Server, key, setting};

const HOUR: i64 = 3_600;
const YEAR: i64 = 365 * 24 * HOUR;

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
