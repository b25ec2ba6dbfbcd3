//! A second operator's consent, from outside: by the API and on pages; given twenty times at the same moment,
//! it is given once; and a program that is killed in the middle has done it once or not at all.
//!
//! `COMMUNITYTOKEN_ROUNDS` says how often it is killed, `COMMUNITYTOKEN_SEED` repeats a run.

use std::time::Duration;

use serde_json::{Value, json};

use super::pages::Browser;
use super::support::setting::{dice, rounds};
use super::support::{Member, Server, key};

const ABOVE: &str = "[consent]\nabove = 100\n";

/// A community with two operators.
async fn council() -> (Server, Member, Member) {
    let mut server = Server::prepare(&Server::settings(ABOVE));
    server.serve(&[]).await;
    let (maria, otto) = (server.operator().await, server.member("otto").await);
    server.cli(&["member", "grant", "otto", "operator", "--reason", "Elected"]).ok();
    (server, maria, otto)
}

fn why(reason: &str) -> Value {
    json!({ "reason": reason })
}

fn shares(to: &[&Member], amount: i64) -> Value {
    let recipients: Vec<Value> =
        to.iter().map(|member| json!({ "wallet_id": member.wallet_id, "amount": amount })).collect();
    json!({ "reason": "Summer party", "recipients": recipients })
}

fn place(proposal: &Value) -> String {
    format!("/v1/admin/consents/{}", proposal["id"].as_str().unwrap())
}

/// Asked for twice with one key it is one proposal; only another operator consents; all can read how it stands,
/// and the operators were told.
#[tokio::test]
async fn a_large_act_waits() {
    let (server, maria, otto) = council().await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    maria.post("/v1/admin/issuances", &json!({ "amount": 100, "reason": "Stock" })).await.ok(201);
    let body = shares(&[&ann, &bob], 60);
    let key = key();
    let answer = maria.post_with("/v1/admin/distributions", &body, &key).await;
    let asked = answer.ok(202);
    assert_eq!(answer.headers["location"], place(&asked));
    assert_eq!(
        (&asked["state"], &asked["amount"], &asked["act"]["kind"]),
        (&json!("pending"), &json!(120), &json!("distribution"))
    );
    let again = maria.post_with("/v1/admin/distributions", &body, &key).await;
    assert_eq!((again.ok(202), again.headers["idempotency-replayed"].as_str()), (asked.clone(), "true"));
    maria
        .post_with("/v1/admin/distributions", &shares(&[&ann], 120), &key)
        .await
        .refused(422, "idempotency_key_reused");
    assert_eq!(ann.balance().await, 0);
    server.assert_sound().await;
    let told = otto.get("/v1/notifications").await.ok(200);
    assert!(told["items"].as_array().unwrap().iter().any(|one| one["kind"] == "consent_asked"), "{told}");
    let (before, consent) = (server.rows(), format!("{}/consent", place(&asked)));
    maria.post(&consent, &why("Mine")).await.refused(403, "own_proposal");
    ann.post(&consent, &why("For me")).await.refused(403, "forbidden");
    otto.post(&consent, &json!({})).await.refused(400, "invalid_request");
    otto.post("/v1/admin/consents/1b4e28ba-2fa1-4d2e-883f-0016d3cca427/consent", &why("x"))
        .await
        .refused(404, "proposal_not_found");
    assert_eq!(server.rows(), before, "a refusal changes nothing");
    assert_eq!(otto.get("/v1/admin/consents?pending=true").await.ok(200)["items"], json!([asked]));
    let given = otto.post(&consent, &why("Seen the list")).await.ok(200);
    assert_eq!((&given["state"], &given["answer"]), (&json!("consented"), &json!("Seen the list")));
    assert_eq!((ann.balance().await, bob.balance().await), (60, 60));
    assert_eq!(maria.get(&place(&asked)).await.ok(200), given);
    assert_eq!(maria.post_with("/v1/admin/distributions", &body, &key).await.ok(202), given);
    otto.post(&format!("{}/refuse", place(&asked)), &why("Late")).await.refused(409, "proposal_ended");
    server.assert_sound().await;
    // Withdrawn and refused: nothing happens. The machine asks nobody.
    let issue = json!({ "amount": 1000, "reason": "More" });
    for (act, who) in [("withdraw", &maria), ("refuse", &otto)] {
        let asked = maria.post("/v1/admin/issuances", &issue).await.ok(202);
        let ended = who.post(&format!("{}/{act}", place(&asked)), &why("No")).await.ok(200);
        assert_eq!(who.post(&format!("{}/{act}", place(&asked)), &why("No")).await.ok(200), ended);
        otto.post(&format!("{}/consent", place(&asked)), &why("Yes")).await.refused(409, "proposal_ended");
    }
    server.cli(&["issue", "--amount", "5000", "--reason", "At the machine"]).ok();
    assert_eq!(ann.get("/v1/statistics/supply").await.ok(200)["total_issuance"], 120 + 5000);
    server.assert_sound().await;
}

/// Twenty times at the same moment: once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn given_at_once_it_happens_once() {
    let (server, maria, otto) = council().await;
    let ann = server.member("ann").await;
    let asked = maria.post("/v1/admin/distributions", &shares(&[&ann], 500)).await.ok(202);
    let path = format!("{}/consent", place(&asked));
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (otto, path) = (otto.clone(), path.clone());
            tokio::spawn(async move { otto.post(&path, &why("Yes")).await.ok(200) })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap()["state"], "consented");
    }
    assert_eq!(ann.balance().await, 500);
    let lines = server.sql("SELECT count(*) AS n FROM audit_log WHERE action IN ('consent.given', 'distribution')");
    assert_eq!(lines[0]["n"], 2);
    server.assert_sound().await;
}

/// Killed while somebody consents: all of it happened, with its lines, or the proposal waits and nothing did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle() {
    let mut dice = dice();
    let (mut server, mut maria, mut otto) = council().await;
    let mut members = server.members(20).await;
    let (mut times, mut given) = ((0, 0), 0);
    for _ in 0..rounds(12) {
        let all: Vec<&Member> = members.iter().collect();
        let asked = maria.post("/v1/admin/distributions", &shares(&all, 10)).await.ok(202);
        let path = format!("{}/consent", place(&asked));
        let call = {
            let (otto, path) = (otto.clone(), path.clone());
            tokio::spawn(
                async move { otto.attempt(reqwest::Method::POST, &path, &[], Some(why("Yes").to_string())).await },
            )
        };
        tokio::time::sleep(Duration::from_micros(dice.u64(..8_000))).await;
        server.kill();
        let answered = call.await.unwrap().is_ok_and(|answer| answer.status == 200);
        server.serve(&[]).await;
        for member in members.iter_mut().chain([&mut maria, &mut otto]) {
            member.base.clone_from(&server.base);
        }
        let stands = otto.get(&place(&asked)).await.ok(200)["state"].as_str().unwrap().to_owned();
        let is_given = stands == "consented";
        assert!(is_given || (stands == "pending" && !answered), "{stands}, answered: {answered}");
        given += i64::from(is_given);
        times = if is_given { (times.0 + 1, times.1) } else { (times.0, times.1 + 1) };
        for member in [&members[0], &members[19]] {
            assert_eq!(member.balance().await, 10 * given);
        }
        server.assert_sound().await;
    }
    println!("killed: {} times it had happened, {} times it had not", times.0, times.1);
}

/// On pages: instead of the result there is what waits; the overview says so; another operator sees exactly
/// what would happen and answers; whoever proposed it cannot.
#[tokio::test]
async fn on_pages() {
    let mut server = Server::prepare(&format!(
        "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\nrequests_per_minute_per_address = 0\n{ABOVE}"
    ));
    server.serve(&[]).await;
    let (maria, otto, ann) = (
        Browser::sign_in(&server, "maria").await,
        Browser::sign_in(&server, "otto").await,
        Browser::sign_in(&server, "ann").await,
    );
    for name in ["maria", "otto"] {
        server.cli(&["member", "grant", name, "operator", "--reason", "Elected"]).ok();
    }
    let page = maria.get("/admin/accounts").await;
    let csrf = page.csrf();
    let own = key();
    let sent = [("csrf", csrf.as_str()), ("key", &own), ("amount", "700"), ("reason", "Stock for <summer>")];
    let asked = maria.post("/admin/issuances", &sent).await;
    assert_eq!(asked.status, 303);
    let place = asked.location.split('?').next().unwrap().to_owned();
    assert!(place.starts_with("/admin/consents/"), "{place}");
    assert_eq!(maria.post("/admin/issuances", &sent).await.location, asked.location, "a second tap is the same");
    let shown = maria.get(&asked.location).await;
    for words in [
        "This waits for a second operator. Nothing has happened yet.",
        "700",
        "Stock for &#60;summer&#62;",
        "Withdraw it",
    ] {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    assert!(!shown.text.contains("value=\"consent\""), "{}", shown.text);
    assert!(otto.get("/admin").await.text.contains("One act waits for consent."));
    assert!(otto.get("/admin/consents").await.text.contains(&place));
    assert_eq!(ann.get(&place).await.status, 403);
    let page = otto.get(&place).await;
    let (csrf, reason) = (page.csrf(), ("reason", "Agreed"));
    let before = server.rows();
    for (browser, form, words) in [
        (&otto, [("csrf", csrf.as_str()), ("act", "consent"), ("reason", " ")], "Nothing was done."),
        (&otto, [("csrf", csrf.as_str()), ("act", "withdraw"), reason], "Your role does not allow this."),
        (&otto, [("csrf", csrf.as_str()), ("act", "other"), reason], "Nothing was done."),
        (&maria, [("csrf", &shown.csrf()), ("act", "consent"), reason], "You can withdraw it."),
    ] {
        let refused = browser.post(&place, &form).await;
        assert!(refused.status == 422 && refused.text.contains(words), "{} {}", refused.status, refused.text);
    }
    assert_eq!(ann.post(&place, &[("csrf", "x"), ("act", "consent"), reason]).await.status, 403);
    assert_eq!(server.rows(), before, "a refusal changes nothing");
    let given = otto.post(&place, &[("csrf", &csrf), ("act", "consent"), reason]).await;
    assert_eq!((given.status, given.location.as_str()), (303, format!("{place}?done=consent").as_str()));
    assert!(otto.get(&given.location).await.text.contains("You have consented, and it is done."));
    assert_eq!(server.sql("SELECT total_issued FROM ledger")[0]["total_issued"], 700);
    assert!(otto.get("/admin/audit").await.text.contains(&place));
}
