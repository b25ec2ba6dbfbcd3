//! Receipts, checkpoints and the key on the pages, and when checkpoints are taken by themselves.

use super::elsewhere::{elsewhere, pay, public_key, receipt, text};
use super::support::Server;

/// The cookie of a new session of someone with the developer identity.
async fn sign_in(server: &Server, field: &str, value: &str) -> String {
    let form = server.client.post(format!("{}/login", server.base)).body(format!("{field}={value}"));
    let form = form.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin");
    let answer = form.send().await.unwrap();
    answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

async fn page(server: &Server, cookie: &str, path: &str) -> reqwest::Response {
    let request = server.client.get(format!("{}{path}", server.base)).header("accept", "text/html");
    request.header("cookie", cookie).send().await.unwrap()
}

/// Signed in, one finds the receipt where the transaction is and the checkpoint where the sums are; both
/// are good elsewhere. The key is there for everyone.
#[tokio::test]
async fn downloads() {
    let server = Server::demo().await;
    let maria = server.cli(&["member", "show", "maria"]).ok();
    let cookie = sign_in(&server, "user_id", maria["id"].as_str().unwrap()).await;
    server.cli(&["checkpoint"]);
    let history = page(&server, &cookie, "/history").await.text().await.unwrap();
    let link = history.split("href=\"/transactions/").nth(1).unwrap().split('"').next().unwrap();
    let shown = page(&server, &cookie, &format!("/transactions/{link}")).await.text().await.unwrap();
    assert!(shown.contains("covered by a signed checkpoint") && shown.contains("Download the receipt"), "{shown}");
    let answer = page(&server, &cookie, &format!("/transactions/{link}/receipt")).await;
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"receipt-"));
    let key = public_key(&server).await;
    let proved = elsewhere("--receipt", &answer.text().await.unwrap(), &key).ok();
    assert_eq!(proved["transaction_id"], link);

    let statistics = page(&server, &cookie, "/statistics").await.text().await.unwrap();
    let checkpoint = page(&server, &cookie, "/checkpoint").await.text().await.unwrap();
    let head = checkpoint.lines().nth(3).unwrap().strip_prefix("chain ").unwrap();
    assert!(statistics.contains(&head[..16]) && statistics.contains("href=\"/checkpoint\""), "{statistics}");
    elsewhere("--checkpoint", &checkpoint, &key).ok();

    for path in ["/checkpoint".to_owned(), format!("/transactions/{link}/receipt")] {
        let answer = page(&server, "", &path).await;
        assert_eq!(answer.status(), 303, "{path} asks to sign in");
    }
    let stranger = sign_in(&server, "new_username", "nobody-special").await;
    let answer = page(&server, &stranger, &format!("/transactions/{link}/receipt")).await;
    assert_eq!(answer.status(), 404, "it is not theirs");
}

/// Before the first checkpoint the pages say so.
#[tokio::test]
async fn before_the_first_checkpoint() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n[ledger]\ncheckpoint_minutes = 0\n");
    server.serve(&[]).await;
    let cookie = sign_in(&server, "new_username", "ann").await;
    assert!(
        page(&server, &cookie, "/statistics").await.text().await.unwrap().contains("No checkpoint has been taken yet")
    );
    assert_eq!(page(&server, &cookie, "/checkpoint").await.status(), 404);
    server.cli(&["checkpoint"]).refused("refused");
    server.cli(&["distribute", "--everyone", "5", "--reason", "First"]).ok();
    server.stop();
    let checkpoints = server.sql("SELECT count(*) AS n FROM checkpoints");
    assert_eq!(checkpoints[0]["n"], 0, "none is taken by itself where the setting is 0");
}

/// A checkpoint is taken when the program stops in good order; after a crash, at the next start. What was
/// promised before is kept, and nothing is signed twice.
#[tokio::test]
async fn at_the_end_and_after_a_crash() {
    let mut server = Server::start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let first = pay(&ann, &bob, 1, "one").await;
    server.stop();
    let taken = server.sql("SELECT max(sequence) AS n FROM checkpoints");
    assert_eq!(taken[0]["n"], first["sequence"]);
    server.serve(&[]).await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    let second = pay(&ann, &bob, 2, "two").await;
    let view = receipt(&bob, &second).await;
    // Covered already only where the turn at the start came late.
    if view["status"] == "pending" {
        let due = view["pending_until_at"].as_i64().unwrap() - second["created_at"].as_i64().unwrap();
        assert!((300_000..400_000).contains(&due), "within five minutes: {due}");
    }
    let promise = text(&view).to_owned();
    server.kill();
    server.serve(&[]).await;
    let bob = server.member("bob").await;
    let mut covered = receipt(&bob, &second).await;
    for _ in 0..200 {
        if covered["status"] == "covered" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        covered = receipt(&bob, &second).await;
    }
    assert_eq!(covered["checkpoint_sequence"], second["sequence"]);
    let key = public_key(&server).await;
    for file in [promise.as_str(), text(&covered)] {
        elsewhere("--receipt", file, &key).ok();
        std::fs::write(server.path("receipt.txt"), file).unwrap();
        server.cli(&["verify", "--receipt", "receipt.txt"]).ok();
    }
    server.stop();
    let report = server.cli(&["verify"]).ok();
    assert_eq!(report["checkpoints"], 2);
}

/// The developer identity signs with the same key: after a rotation and a restart one signs in anew, and
/// what the old key signed opens nothing.
#[tokio::test]
async fn the_developer_identity_after_a_rotation() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n");
    server.serve(&[]).await;
    let token = |server: &Server| server.run(&["token", "--member", "ann"]).stdout.trim().to_owned();
    let old = token(&server);
    server.stranger(old.clone()).get("/v1/me").await.ok(200);
    server.cli(&["key", "rotate", "--reason", "Yearly change"]).ok();
    server.stop();
    server.serve(&[]).await;
    server.stranger(old).get("/v1/me").await.refused(401, "unauthorized");
    server.stranger(token(&server)).get("/v1/me").await.ok(200);
}
