//! The sandbox as it is asked: learnt from a ledger, by API, page, file and verb the same, within bounds, one
//! at a time, and without a trace in the ledger.

use std::collections::BTreeMap;
use std::time::Duration;

use communitytoken::ledger::DAY_MS;
use communitytoken::statistics::Calendar;
use communitytoken::statistics::sandbox::{Party, Payment, Question, learn, prepare};
use communitytoken::transfers::Reverse;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::kernel::{Community, MORNING, delete, distribution, transfer};
use crate::pages::Visitor;
use crate::support::Server;

const SANDBOX: &str = "/v1/statistics/sandbox";

#[test]
fn what_the_ledger_tells_is_learnt() {
    let community = Community::founded(4, MORNING);
    community.endow(1_000);
    let calendar = Calendar::new(TimeZone::UTC, Weekday::Monday);
    let look = |community: &Community| learn(&community.shell(), &calendar, community.clock.time()).unwrap();
    // The day of the foundation is not a whole one, and what was given then is not given every day.
    let (model, learnt) = look(&community);
    assert!(model.payments.is_empty() && model.days == 0.0 && !learnt.is_enough);
    assert_eq!((model.balances, model.pool, model.resting), (vec![1_000; 4], 0, 0));
    community.clock.turn(DAY_MS);
    community.send(0, 1, 10).unwrap();
    let mistaken = community.send(1, 2, 20).unwrap();
    let caller = community.members[2].wallet_key;
    community.run(Reverse { caller, transaction_id: mistaken.id, amount: None, note: None }).unwrap();
    let in_part = community.send(1, 0, 9).unwrap();
    let caller = community.members[0].wallet_key;
    let tokens = Some(communitytoken::ledger::Amount::new(4).unwrap());
    community.run(Reverse { caller, transaction_id: in_part.id, amount: tokens, note: None }).unwrap();
    community.clock.turn(DAY_MS);
    community.send(3, 0, 5).unwrap();
    community.send(0, 3, 6).unwrap();
    community.run(transfer(&community.members[2], community.treasury, 7)).unwrap();
    community.run(distribution([(community.wallet(1), 30)])).unwrap();
    community.run(delete(&community.members[3], true)).unwrap();
    // Today is not over.
    community.clock.turn(DAY_MS);
    community.send(0, 1, 77).unwrap();
    let (model, learnt) = look(&community);
    let payment = |from: Party, to: Party, amount: i64| Payment { from, to, amount };
    // The newest first.
    assert_eq!(
        model.payments,
        [
            payment(Party::Pool, Party::Member(1), 30),
            payment(Party::Member(2), Party::Pool, 7),
            payment(Party::Member(0), Party::Gone, 6),
            payment(Party::Member(1), Party::Member(0), 5),
            payment(Party::Member(0), Party::Member(1), 10),
        ]
    );
    assert_eq!((model.days, learnt.days, learnt.payments), (2.0, 2.0, 3));
    assert_eq!((model.balances.as_slice(), model.resting, model.pool), ([917, 1_112, 993].as_slice(), 1_001, 0));
    assert_eq!(model.issued(), 4_023);
    let month = 365.25 / 24.0;
    let near = |figure: f64, tokens: f64| assert!((figure - tokens * month).abs() < 1e-9, "{figure}");
    near(learnt.paid_per_month, 21.0);
    near(learnt.returned_per_month, 7.0);
    near(learnt.distributed_per_month, 30.0);
    community.assert_sound();

    // What would take too long is refused, and says what would not.
    let shell = community.shell();
    let now = community.clock.time();
    let simulation = prepare(&shell, &calendar, &Question::default(), now).unwrap();
    simulation.check_effort(1e9).unwrap();
    let refusal = simulation.check_effort(1e5).unwrap_err();
    let fits: i64 = refusal.detail.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
    assert!(refusal.errors[0].field == "runs" && (1..1000).contains(&fits), "{refusal}");
    let fewer = Question { runs: fits, ..Question::default() };
    prepare(&shell, &calendar, &fewer, now).unwrap().check_effort(1e5).unwrap();
    assert_eq!(simulation.check_effort(1.0).unwrap_err().errors[0].field, "months");
}

/// Months end on the same day of the month, or on its last, whatever the clocks do.
#[test]
fn months_are_those_of_the_calendar() {
    let calendar = Calendar::new(TimeZone::get("Europe/Berlin").unwrap(), Weekday::Monday);
    let start: jiff::Zoned = "2027-01-31T00:00[Europe/Berlin]".parse().unwrap();
    let times = calendar.months_from(start.timestamp().as_millisecond(), 12);
    let days: Vec<i64> = times.windows(2).map(|pair| calendar.days_between(pair[0], pair[1])).collect();
    assert_eq!(days, [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]);
    assert_eq!(calendar.at(times[3]).to_string(), "2027-04-30T00:00:00+02:00[Europe/Berlin]");
}

/// The same numbers, but for the last bit of a quotient where the test reads it out of JSON.
fn same(one: &Value, other: &Value) -> bool {
    let near = |one: f64, other: f64| (one - other).abs() <= one.abs() * 4.0 * f64::EPSILON;
    one == other || one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| near(one, other))
}

#[tokio::test]
async fn page_files_verb_and_api_say_the_same() {
    let server = Server::demo().await;
    let aiko = Visitor::sign_in(&server, "aiko").await;
    let token = server.cli(&["token", "--member", "aiko"]).ok()["token"].as_str().unwrap().to_owned();
    let before = server.rows();
    let asked = json!({ "distribute": 50, "fee_percent": 2, "months": 6, "runs": 50, "seed": 7 });
    let told = server.stranger(token).post(SANDBOX, &asked).await.ok(200);
    assert_eq!((&told["question"]["every"], &told["question"]["fee_percent"]), (&json!("week"), &json!(2.0)));
    assert_eq!((&told["learnt"]["members"], &told["learnt"]["is_enough"]), (&json!(24), &json!(true)));
    let query = "distribute=50&fee_percent=2&months=6&runs=50&seed=7";
    let page = aiko.page(&format!("/statistics/sandbox?{query}")).await;
    assert_eq!(page.matches("<svg class=\"chart wide\"").count(), 6);
    assert!(page.contains("After 6 months there are in nine of ten futures between"), "{page}");
    for assumption in told["assumptions"].as_array().unwrap() {
        assert!(page.contains(assumption.as_str().unwrap()), "{assumption}");
    }
    for (file, name, points) in [
        ("circulation", "circulating_supply", 7),
        ("pool", "system_pool", 7),
        ("issuance", "total_issuance", 7),
        ("payments", "volume", 6),
        ("velocity", "velocity", 6),
        ("unevenness", "gini", 7),
    ] {
        assert!(page.contains(&format!("/statistics/sandbox/{file}.csv?{query}").replace('&', "&#38;")), "{file}");
        let rows = aiko.file(&format!("/statistics/sandbox/{file}.csv?{query}")).await;
        let fan = told[name].as_array().unwrap();
        assert_eq!((rows.len(), fan.len()), (points, points), "{name}");
        for (row, point) in rows.iter().zip(fan) {
            for column in ["p5", "p25", "p50", "p75", "p95"] {
                assert!(same(&row[column], &point[column]), "{name}: {row:?} and {point}");
            }
            let rising = ["p5", "p25", "p50", "p75", "p95"].map(|column| point[column].as_f64().unwrap());
            assert!(rising.is_sorted(), "{point}");
        }
    }
    // By the verb, beside the server, with any number of threads.
    for threads in ["1", "3"] {
        let verb = ["simulate", "--distribute", "50", "--every", "week", "--fee", "2%", "--months", "6"];
        let more = ["--runs", "50", "--seed", "7", "--threads", threads];
        let by_verb = server.cli(&[&verb[..], &more[..]].concat()).ok();
        let mut differing: BTreeMap<&String, &Value> = by_verb.as_object().unwrap().iter().collect();
        differing.retain(|name, value| told[name.as_str()] != **value);
        assert_eq!(differing.into_keys().collect::<Vec<_>>(), ["calculated_at"]);
    }
    let words = server.run(&["simulate", "--distribute", "50", "--fee", "1", "--months", "6", "--runs", "5"]);
    assert!(words.code == 0 && words.stdout.contains("With members"), "{}", words.stdout);
    // Nothing of it is in the ledger.
    assert_eq!(server.rows(), before);
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

#[tokio::test]
async fn what_cannot_be_tried_is_refused_by_name() {
    let server = Server::start().await;
    let (ann, operator) = (server.member("ann").await, server.operator().await);
    let wrong = async |who: &crate::support::Member, body: Value, field: &str| {
        let refusal = who.post(SANDBOX, &body).await.refused(400, "invalid_request");
        assert_eq!(refusal["errors"][0]["field"], field, "{body}: {refusal}");
        refusal["detail"].as_str().unwrap().to_owned()
    };
    let too_many = ann.post(SANDBOX, &json!({ "runs": 1_001 })).await.refused(422, "simulation_too_large");
    assert_eq!(too_many["errors"][0]["field"], "runs");
    assert!(too_many["detail"].as_str().unwrap().contains("at most 1000 for members"));
    assert!(wrong(&operator, json!({ "runs": 10_001 }), "runs").await.contains("10000"));
    for (body, field) in [
        (json!({ "runs": 0 }), "runs"),
        (json!({ "months": 61 }), "months"),
        (json!({ "distribute": -1 }), "distribute"),
        (json!({ "distribute": 1.5 }), "distribute"),
        (json!({ "distribute": "50" }), "distribute"),
        (json!({ "every": "fortnight" }), "every"),
        (json!({ "fee_percent": 101 }), "fee_percent"),
        (json!({ "fee_percent": -0.01 }), "fee_percent"),
        (json!({ "fee_tokens": 9_223_372_036_854_775_808_u64 }), "fee_tokens"),
        (json!({ "joining_per_month": 1_001 }), "joining_per_month"),
        (json!({ "fee": 2 }), "fee"),
    ] {
        wrong(&ann, body, field).await;
    }
    // A community of which nothing is known: everything can be asked, and the answer says what is not known.
    let told = ann.post(SANDBOX, &json!({ "distribute": 50, "every": "month", "months": 12, "runs": 3 })).await.ok(200);
    assert!(told["assumptions"][0].as_str().unwrap().contains("no whole day behind it yet"), "{told}");
    let end = &told["circulating_supply"][12];
    assert_eq!((&end["p5"], &end["p95"], &end["mean"]), (&json!(1_200), &json!(1_200), &json!(1_200.0)), "{told}");
    assert_eq!((&told["missed_share"], &told["velocity"][0]["p50"]), (&Value::Null, &json!(0.0)));
    // More than the ledger could ever hold.
    ann.post(SANDBOX, &json!({ "issue": i64::MAX })).await.ok(200);
    server.fund(&ann, 1).await;
    ann.post(SANDBOX, &json!({ "issue": i64::MAX })).await.refused(422, "amount_overflow");
    let verb = server.cli(&["simulate", "--runs", "10001"]);
    assert_eq!(verb.code, 1);
    assert!(verb.stderr.contains("runs"), "{}", verb.stderr);
    assert_eq!(server.cli(&["simulate", "--fee", "much"]).code, 2);
}

#[tokio::test]
async fn the_page_keeps_what_was_typed() {
    let server = Server::demo().await;
    let aiko = Visitor::sign_in(&server, "aiko").await;
    let page = aiko.page("/statistics/sandbox").await;
    assert!(page.contains("For example") && !page.contains("<svg class=\"chart"));
    let answer = aiko.get("/statistics/sandbox?distribute=many&runs=5000&fee_percent=2").await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(page.contains("value=\"many\"") && page.contains("<a href=\"#distribute\">"), "{page}");
    let answer = aiko.get("/statistics/sandbox?runs=5000").await;
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("must be at most 1,000 for members"));
    assert_eq!(aiko.get("/statistics/sandbox?fee=2").await.status(), 400);
    // Fields that were left empty say nothing, as a form sends them.
    let empty = "distribute=&distribute_to=&every=&fee_percent=&fee_tokens=&issue=&months=1&runs=2&seed=";
    assert!(aiko.page(&format!("/statistics/sandbox?{empty}")).await.contains("What is assumed"));
}

/// One question is worked on at a time; it ends when nobody waits for the answer any more.
#[tokio::test]
async fn others_wait_their_turn() {
    let server = Server::demo().await;
    let token = |name: &str| server.cli(&["token", "--member", name]).ok()["token"].as_str().unwrap().to_owned();
    let (maria, aiko) = (server.stranger(token("maria")), server.stranger(token("aiko")));
    // The longest question that is taken: for this build, longer than anybody waits.
    let long = json!({ "runs": 10_000, "joining_per_month": 4 });
    let asking = tokio::spawn(async move { maria.post(SANDBOX, &long).await });
    let short = json!({ "runs": 2, "months": 1 });
    let mut seed = 10;
    let busy = loop {
        // Until the long one has begun; each time another question, whose answer is not known yet.
        seed += 1;
        let answer = aiko.post(SANDBOX, &json!({ "runs": 3, "months": 1, "seed": seed })).await;
        if answer.status == 429 {
            break answer;
        }
        assert!(!asking.is_finished(), "{}", answer.text);
    };
    let refusal = busy.refused(429, "too_many_requests");
    assert_eq!(refusal["retry_after_seconds"], 5);
    // Payments go on meanwhile.
    let wallet = aiko.get("/v1/wallet").await.ok(200);
    assert!(wallet["balance"].as_i64().unwrap() > 0);
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    tokio::time::sleep(Duration::from_millis(500)).await;
    aiko.post(SANDBOX, &short).await.ok(200);
}
