//! Many answer the same request at the same moment: it ends once, and is paid once or not at all.

use serde_json::json;

use super::api::{answer, ask};
use super::support::{Answer, Member, Server, key};

const AT_ONCE: usize = 20;

/// Runs all of them at once; gives the answers.
async fn at_once(attempts: Vec<(Member, String, &'static str)>) -> Vec<(&'static str, Answer)> {
    let running: Vec<_> = attempts
        .into_iter()
        .map(|(member, id, how)| tokio::spawn(async move { (how, answer(&member, &id, how).await) }))
        .collect();
    let mut answers = Vec::new();
    for one in running {
        answers.push(one.await.unwrap());
    }
    answers
}

/// Accepted by many keys, declined and withdrawn at the same moment: one of them wins, tokens move only if
/// it was an acceptance, and everybody else reads how it ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_wins() {
    let server = Server::start().await;
    let (ann, bob) = (server.member("ann").await, server.funded("bob", 10_000).await);
    let mut paid = 0;
    for round in 0..12 {
        let id = ask(&ann, &bob, 7).await;
        let attempts = (0..AT_ONCE)
            .map(|number| match (number + round) % 3 {
                0 => (bob.clone(), id.clone(), "accept"),
                1 => (bob.clone(), id.clone(), "decline"),
                _ => (ann.clone(), id.clone(), "withdraw"),
            })
            .collect();
        let answers = at_once(attempts).await;
        let won: Vec<&str> = answers.iter().filter(|(_, answer)| answer.status < 300).map(|(how, _)| *how).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        let state = match won[0] {
            "accept" => "accepted",
            "decline" => "declined",
            _ => "withdrawn",
        };
        paid += i64::from(state == "accepted");
        for (_, answer) in answers.iter().filter(|(_, answer)| answer.status >= 300) {
            assert_eq!(answer.refused(409, "request_ended")["state"], state);
        }
        assert_eq!(ann.get(&format!("/v1/requests/{id}")).await.ok(200)["state"], state);
        assert_eq!((ann.balance().await, bob.balance().await), (7 * paid, 10_000 - 7 * paid));
    }
    server.assert_sound().await;
}

/// More requests than can be paid are accepted at once: as many are paid as the balance has, the others
/// stay open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_than_there_is() {
    let server = Server::start().await;
    let bob = server.funded("bob", 50).await;
    let mut attempts = Vec::new();
    for number in 0..AT_ONCE {
        let asker = server.member(&format!("asker-{number:02}")).await;
        attempts.push((bob.clone(), ask(&asker, &bob, 7).await, "accept"));
    }
    let mut done = 0;
    for (_, answer) in at_once(attempts).await {
        if answer.status == 201 {
            done += 1;
        } else {
            answer.refused(422, "insufficient_balance");
        }
    }
    assert_eq!((done, bob.balance().await), (7, 1));
    let open = bob.get("/v1/requests?state=open").await.ok(200);
    assert_eq!(open["items"].as_array().unwrap().len(), AT_ONCE - 7);
    server.assert_sound().await;
}

/// The same request to ask, and the same acceptance, many times at once with one key: one effect, one answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twins_are_one() {
    let server = Server::start().await;
    let (ann, bob) = (server.member("ann").await, server.funded("bob", 100).await);
    let (asking, accepting) = (key(), key());
    let body = json!({ "from_wallet_id": bob.wallet_id, "amount": 9 });
    let mut running = Vec::new();
    for _ in 0..AT_ONCE {
        let (ann, body, asking) = (ann.clone(), body.clone(), asking.clone());
        running.push(tokio::spawn(async move { ann.post_with("/v1/requests", &body, &asking).await.ok(201) }));
    }
    let mut made = Vec::new();
    for one in running {
        made.push(one.await.unwrap());
    }
    assert!(made.iter().all(|one| *one == made[0]));
    let path = format!("/v1/requests/{}/accept", made[0]["id"].as_str().unwrap());
    let mut running = Vec::new();
    for _ in 0..AT_ONCE {
        let (bob, path, accepting) = (bob.clone(), path.clone(), accepting.clone());
        running.push(tokio::spawn(async move {
            let headers = [("idempotency-key", &*accepting)];
            bob.call(reqwest::Method::POST, &path, &headers, None).await.ok(201)
        }));
    }
    let mut paid = Vec::new();
    for one in running {
        paid.push(one.await.unwrap());
    }
    assert!(paid.iter().all(|one| *one == paid[0]));
    assert_eq!((ann.balance().await, bob.balance().await), (9, 91));
    assert_eq!(ann.get("/v1/requests").await.ok(200)["items"].as_array().unwrap().len(), 1);
    server.assert_sound().await;
}
