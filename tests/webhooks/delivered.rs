//! What arrives: every kind, signed, in order, once; after a crash a little of it twice.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::community::{ALLOWED, act, hook, serve};
use super::receiver::Receiver;

const ALL: [&str; 12] = [
    "transfer.created",
    "distribution.created",
    "issuance.created",
    "member.joined",
    "member.left",
    "member.restored",
    "member.erased",
    "role.granted",
    "role.revoked",
    "wallet.frozen",
    "wallet.unfrozen",
    "checkpoint.created",
];

/// Whoever made Standard Webhooks finds every message as it should be; whole numbers, ids, no names, no
/// word that somebody wrote unless notes were asked for; and a checkpoint proves itself.
#[tokio::test]
async fn everything_that_happens_arrives_signed() {
    let mut receiver = Receiver::open();
    let server = serve(ALLOWED).await;
    let operator = server.operator().await;
    hook(&server, &mut receiver, "/all", &ALL).await;
    let body = json!({ "url": receiver.url("/notes"), "kinds": ["transfer.created"], "notes": true, "reason": "Chat" });
    let made = operator.post("/v1/admin/webhooks", &body).await.ok(201);
    receiver.knows("/notes", made["secret"].as_str().unwrap());

    let ann = server.funded("ann", 100).await;
    let bob = server.member("bob").await;
    let pay = json!({ "to_wallet_id": bob.wallet_id, "amount": 30, "note": "For the secret cake" });
    let paid = ann.post("/v1/transfers", &pay).await.ok(201);
    let given = bob
        .post(&format!("/v1/transactions/{}/reverse", paid["id"].as_str().unwrap()), &json!({ "amount": 5 }))
        .await
        .ok(201);
    let why = ["--reason", "Private suspicion"];
    for verb in ["freeze", "unfreeze"] {
        server.cli(&[&[verb, bob.wallet_id.as_str()], &why[..]].concat()).ok();
    }
    for verb in ["grant", "revoke"] {
        server.cli(&[&["member", verb, "ann", "auditor"], &why[..]].concat()).ok();
    }
    for verb in [&["delete"][..], &["restore"], &["erase", "--remaining", "keep"]] {
        server.cli(&[&["member"], verb, &[bob.user_id.as_str()], &why[..]].concat()).ok();
    }
    server.cli(&["checkpoint"]).ok();
    let took = receiver.wait("/notes", 2);
    assert_eq!(took[0].body["data"]["note"], "For the secret cake");
    assert!(took[0].body["data"].get("reverses").is_none() && took[0].verified == [true], "{took:#?}");

    // Ann and bob have joined; ann was given tokens, which were issued first.
    let expected = [
        "member.joined",
        "issuance.created",
        "distribution.created",
        "transfer.created",
        "wallet.frozen",
        "wallet.unfrozen",
        "role.granted",
        "role.revoked",
        "member.left",
        "member.restored",
        "member.erased",
        "checkpoint.created",
    ];
    let seen = |attempts: &[super::receiver::Attempt]| {
        attempts.iter().map(|one| one.kind().to_owned()).collect::<BTreeSet<String>>()
    };
    let mut all = receiver.wait("/all", 12);
    for _ in 0..100 {
        all = receiver.attempts("/all");
        if expected.iter().all(|kind| seen(&all).contains(*kind)) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    for kind in expected {
        assert!(seen(&all).contains(kind), "{kind} has not arrived: {:?}", seen(&all));
    }
    let ids: BTreeSet<&str> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "each once");
    for one in &all {
        assert_eq!((one.verified.as_slice(), one.signatures), ([true].as_slice(), 1), "{one:#?}");
        assert_eq!(one.raw["headers"]["content-type"], "application/json");
        let text = one.raw["body"].as_str().unwrap();
        for private in ["secret cake", "Private suspicion", "ann\"", "bob\"", "For the test"] {
            assert!(!text.contains(private), "{private}: {text}");
        }
        let [at, created_at] = [&one.body["timestamp"], &one.body["data"]["created_at"]];
        let at: jiff::Timestamp = at.as_str().unwrap().parse().unwrap();
        assert_eq!(at.as_millisecond(), created_at.as_i64().unwrap());
    }
    let of = |kind: &str| all.iter().filter(|one| one.kind() == kind).map(|one| &one.body["data"]).collect::<Vec<_>>();
    let transfers = of("transfer.created");
    assert_eq!(transfers[0]["id"], paid["id"]);
    assert_eq!(transfers[0]["amount"], 30);
    assert_eq!(transfers[0]["from_wallet_id"], ann.wallet_id);
    assert_eq!(transfers[0]["to_wallet_id"], bob.wallet_id);
    assert_eq!(transfers[0]["hash"], paid["hash"]);
    assert_eq!((&transfers[1]["id"], &transfers[1]["reverses"]), (&given["id"], &paid["id"]));
    assert_eq!(of("issuance.created")[0]["amount"], 100);
    assert_eq!(of("distribution.created")[0]["to_wallet_id"], ann.wallet_id);
    assert_eq!(of("wallet.frozen")[0]["wallet_id"], bob.wallet_id);
    assert_eq!(
        (&of("role.granted")[0]["user_id"], &of("role.granted")[0]["role"]),
        (&json!(ann.user_id), &json!("auditor"))
    );
    assert!(
        of("member.joined").iter().any(|data| data["wallet_id"] == bob.wallet_id && data["user_id"] == bob.user_id)
    );
    assert_eq!(of("member.left")[0]["user_id"], bob.user_id);
    // The head has left the machine, and proves itself there.
    let file = server.path("head.txt");
    std::fs::write(&file, of("checkpoint.created").last().unwrap()["text"].as_str().unwrap()).unwrap();
    assert_eq!(server.cli(&["verify", "--checkpoint", file.to_str().unwrap()]).ok()["is_sound"], true);
    server.assert_sound().await;
}

/// Two hundred payments while the program is killed three times: each is told, in the order in which they
/// were made; what is told twice comes by the same id and says the same.
#[tokio::test]
async fn nothing_is_lost_when_the_program_is_killed() {
    let mut receiver = Receiver::open();
    let mut server = serve(ALLOWED).await;
    let ann = server.funded("ann", 1_000).await;
    let bob = server.member("bob").await;
    hook(&server, &mut receiver, "/killed", &["transfer.created"]).await;
    let mut paid = Vec::new();
    for round in 0..4 {
        let mut ann = ann.clone();
        ann.base.clone_from(&server.base);
        for _ in 0..50 {
            paid.push(ann.pay(&bob, 1).await.ok(201)["id"].as_str().unwrap().to_owned());
        }
        if round < 3 {
            // In the midst of telling.
            receiver.wait("/killed", paid.len() - 30);
            server.kill();
            server.serve(&[]).await;
        }
    }
    let mut attempts = Vec::new();
    for _ in 0..300 {
        attempts = receiver.attempts("/killed");
        if attempts.iter().map(|one| &one.id).collect::<BTreeSet<_>>().len() == paid.len() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let mut first: Vec<(String, Value)> = Vec::new();
    for one in &attempts {
        assert_eq!(one.verified, [true]);
        match first.iter().find(|(id, _)| *id == one.id) {
            Some((_, body)) => assert_eq!(*body, one.body, "the same id says the same"),
            None => first.push((one.id.clone(), one.body.clone())),
        }
    }
    let told: Vec<&str> = first.iter().map(|(_, body)| body["data"]["id"].as_str().unwrap()).collect();
    assert_eq!(told, paid, "all of them, in their order");
    println!("{} messages for {} payments, killed three times", attempts.len(), paid.len());
    server.assert_sound().await;
}

/// After a new secret, messages carry two signatures, by which receivers with either take them; after a day,
/// one. No answer, no list and no log shows a secret again.
#[tokio::test]
async fn a_secret_is_renewed_without_losing_a_message() {
    let mut receiver = Receiver::open();
    let server = serve(ALLOWED).await;
    let id = hook(&server, &mut receiver, "/renewed", &["transfer.created"]).await;
    let ann = server.funded("ann", 10).await;
    let bob = server.member("bob").await;
    ann.pay(&bob, 1).await.ok(201);
    assert_eq!(receiver.wait("/renewed", 1)[0].verified, [true]);
    let renewed = act(&server, &id, "rotate").await.ok(200);
    let secret = renewed["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"));
    receiver.knows("/renewed", secret);
    ann.pay(&bob, 1).await.ok(201);
    let both = receiver.wait("/renewed", 2).remove(1);
    assert_eq!((both.signatures, both.verified.as_slice()), (2, [true, true].as_slice()));
    server.sql("UPDATE webhooks SET old_until = old_until - 86400001");
    ann.pay(&bob, 1).await.ok(201);
    let one = receiver.wait("/renewed", 3).remove(2);
    assert_eq!((one.signatures, one.verified.as_slice()), (1, [false, true].as_slice()));
    let operator = server.operator().await;
    let mut places = vec![server.log()];
    for path in ["/v1/admin/webhooks".to_owned(), format!("/v1/admin/webhooks/{id}"), "/v1/admin/audit-log".to_owned()]
    {
        places.push(operator.get(&path).await.text);
    }
    for place in places {
        assert!(!place.contains("whsec_") && !place.contains(&secret[6..40]), "{place}");
    }
}

/// A fee is told as the transaction it is, behind its payment, and names it.
#[tokio::test]
async fn a_fee_names_its_payment() {
    let mut receiver = Receiver::open();
    let server = serve(&format!("{ALLOWED}[fees]\nfixed = 2\n")).await;
    hook(&server, &mut receiver, "/fees", &["transfer.created"]).await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let paid = ann.pay(&bob, 30).await.ok(201);
    let took = receiver.wait("/fees", 2);
    let [payment, fee] = [0, 1].map(|place| &took[place].body["data"]);
    assert_eq!((&payment["id"], payment.get("fee_of")), (&paid["id"], None));
    assert_eq!((&fee["id"], &fee["fee_of"]), (&paid["fee"]["transaction_id"], &paid["id"]));
    assert_eq!((&fee["kind"], &fee["amount"]), (&json!("pool"), &json!(2)));
    server.assert_sound().await;
}
