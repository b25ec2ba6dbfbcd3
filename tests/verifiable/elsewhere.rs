//! Checked on another machine: an empty folder, the public key, and the file.

use std::fs;
use std::path::Path;
use std::process::Command;

use communitytoken::ledger::proof::{Receipt, SignedCheckpoint, Trust};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::server::{Output, bare};
use super::support::{Member, Server, key};

/// A community whose checkpoints are taken by hand alone.
pub async fn start() -> Server {
    let mut server = Server::prepare(&Server::settings("[ledger]\ncheckpoint_minutes = 0\n"));
    server.serve(&[]).await;
    server
}

/// Pays with a note and gives the transaction.
pub async fn pay(from: &Member, to: &Member, amount: i64, note: &str) -> Value {
    let body = json!({ "to_wallet_id": to.wallet_id, "amount": amount, "note": note });
    from.post_with("/v1/transfers", &body, &key()).await.ok(201)
}

pub async fn receipt(member: &Member, transaction: &Value) -> Value {
    member.get(&format!("/v1/transactions/{}/receipt", transaction["id"].as_str().unwrap())).await.ok(200)
}

/// The published key file, as anyone can fetch it.
pub async fn public_key(server: &Server) -> String {
    let answer = server.client.get(format!("{}/.well-known/communitytoken-key", server.base)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

/// Checks a file where there is nothing but it and a key.
pub fn elsewhere(what: &str, file: &str, key: &str) -> Output {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file.txt"), file).unwrap();
    fs::write(folder.path().join("public.key"), key).unwrap();
    let output = bare(folder.path(), &["verify", what, "file.txt", "--public-key", "public.key", "--json"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "checking leaves nothing behind");
    output
}

pub fn text(view: &Value) -> &str {
    view["text"].as_str().unwrap_or_else(|| panic!("no text: {view}"))
}

/// A receipt is a promise at once and a proof after the next checkpoint. Both are good elsewhere, say
/// what the transaction was, and stay below 4 KB.
#[tokio::test]
async fn a_receipt_is_good_anywhere() {
    let server = start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let paid = pay(&ann, &bob, 25, "For the \"bread\" \\ \u{1f35e}").await;
    let key = public_key(&server).await;
    let promise = receipt(&ann, &paid).await;
    assert_eq!((&promise["status"], &promise["checkpoint_sequence"]), (&json!("pending"), &json!(null)));
    assert_eq!(promise["pending_until_at"], json!(null), "none is taken by itself");
    let promised = elsewhere("--receipt", text(&promise), &key).ok();
    assert_eq!(promised["status"], "pending");

    let checkpoint = server.cli(&["checkpoint"]).ok();
    assert_eq!(checkpoint["is_new"], true);
    for member in [&ann, &bob] {
        let view = receipt(member, &paid).await;
        assert_eq!((&view["status"], &view["checkpoint_sequence"]), (&json!("covered"), &checkpoint["sequence"]));
        assert!(text(&view).len() < 4096);
        let proved = elsewhere("--receipt", text(&view), &key).ok();
        assert_eq!(proved["status"], "covered");
        for (said, is) in [
            ("transaction_id", &paid["id"]),
            ("sequence", &paid["sequence"]),
            ("kind", &json!("transfer")),
            ("amount", &json!(25)),
            ("note", &paid["note"]),
            ("created_at", &paid["created_at"]),
            ("from_wallet_id", &json!(ann.wallet_id)),
            ("to_wallet_id", &json!(bob.wallet_id)),
        ] {
            assert_eq!(&proved[said], is, "{said}");
            assert_eq!(&promised[said], is, "{said}");
        }
        // It tells nothing that only one side may know, such as a balance.
        let words: Vec<&str> =
            text(&view).lines().skip(1).take(12).map(|line| line.split(' ').next().unwrap()).collect();
        let said =
            ["ledger", "transaction", "id", "time", "kind", "type", "from", "to", "amount", "reverses", "note", "hash"];
        assert_eq!(words, said);
    }
    // The promise stays good, and both are found in the ledger.
    elsewhere("--receipt", text(&promise), &key).ok();
    for view in [promise, receipt(&bob, &paid).await] {
        fs::write(server.path("receipt.txt"), text(&view)).unwrap();
        assert_eq!(server.cli(&["verify", "--receipt", "receipt.txt"]).ok()["is_in_ledger"], true);
    }
    elsewhere("--checkpoint", text(&checkpoint), &key).ok();
    let published = ann.get("/v1/ledger/checkpoint").await.ok(200);
    assert_eq!(published["checkpoint"]["text"], checkpoint["text"]);
    assert_eq!(published["keys"], json!(key));
    assert_eq!(key.lines().next(), published["public_key"].as_str());
    server.assert_sound().await;
}

/// A receipt is for its parties; for anyone else there is no such transaction. Operators and auditors
/// have an address of their own for it.
#[tokio::test]
async fn a_receipt_is_not_for_everyone() {
    let server = start().await;
    let (ann, bob, eve) = (server.funded("ann", 10).await, server.member("bob").await, server.member("eve").await);
    let paid = ann.pay(&bob, 5).await.ok(201);
    let path = format!("/v1/transactions/{}/receipt", paid["id"].as_str().unwrap());
    eve.get(&path).await.refused(404, "transaction_not_found");
    server.stranger(String::new()).get(&path).await.refused(401, "unauthorized");
    server.stranger(String::new()).get("/v1/ledger/checkpoint").await.refused(401, "unauthorized");
    server.cli(&["member", "grant", "eve", "auditor", "--reason", "Elected"]).ok();
    eve.get(&path).await.refused(404, "transaction_not_found");
    let any = path.replace("/v1/", "/v1/admin/");
    assert_eq!(eve.get(&any).await.ok(200), ann.get(&path).await.ok(200));
    ann.get(&any).await.refused(403, "forbidden");
    for nobody in ["x", "019aa000-0000-7000-8000-000000000001"] {
        for place in ["/v1", "/v1/admin"] {
            let path = format!("{place}/transactions/{nobody}/receipt");
            eve.get(&path).await.refused(404, "transaction_not_found");
        }
    }
}

/// No byte of a receipt or a checkpoint can be changed, left out or added without notice.
#[tokio::test]
async fn every_byte_counts() {
    let server = start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let paid = pay(&ann, &bob, 25, "For the bread").await;
    let trust = Trust::parse(&public_key(&server).await).unwrap();
    let promise = text(&receipt(&ann, &paid).await).to_owned();
    let checkpoint = text(&server.cli(&["checkpoint"]).ok()).to_owned();
    let proof = text(&receipt(&ann, &paid).await).to_owned();
    let good_receipt = |file: &str| Receipt::parse(file).is_ok_and(|receipt| receipt.check(&trust).is_ok());
    let good_checkpoint = |file: &str| SignedCheckpoint::parse(file).is_ok_and(|signed| signed.check(&trust).is_ok());
    for (file, is_receipt) in [(&promise, true), (&proof, true), (&checkpoint, false)] {
        let good = |file: &str| if is_receipt { good_receipt(file) } else { good_checkpoint(file) };
        assert!(good(file));
        let refused = |altered: Vec<u8>| {
            if let Ok(text) = String::from_utf8(altered) {
                assert!(!good(&text), "accepted: {text}");
            }
        };
        for place in 0..file.len() {
            for bit in 0..8 {
                let mut altered = file.as_bytes().to_vec();
                altered[place] ^= 1 << bit;
                refused(altered);
            }
            let mut shorter = file.as_bytes().to_vec();
            shorter.remove(place);
            refused(shorter);
            for more in *b"\n 0a\r" {
                let mut longer = file.as_bytes().to_vec();
                longer.insert(place, more);
                refused(longer);
            }
            refused(file.as_bytes()[..place].to_vec());
        }
        refused(format!("{file}\n").into_bytes());
        refused(format!("{file}{file}").into_bytes());
        refused(file.replace('\n', "\r\n").into_bytes());
    }
    // The binary says so with its exit code.
    let key = public_key(&server).await;
    for (what, file) in [("--receipt", &proof), ("--receipt", &promise), ("--checkpoint", &checkpoint)] {
        elsewhere(what, file, &key).ok();
        let line = file.lines().nth(2).unwrap();
        elsewhere(what, &file.replacen(line, &format!("{line}0"), 1), &key).refused("refused");
        for wrong in ["", "\n", "\0", "{}", key.as_str()] {
            elsewhere(what, wrong, &key).refused("refused");
        }
    }
}

/// Only the right key will do, and parts of two good files do not make a third.
#[tokio::test]
async fn other_keys_and_other_parts() {
    let (server, other) = (start().await, start().await);
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let (first, second) = (pay(&ann, &bob, 1, "one").await, pay(&ann, &bob, 2, "two").await);
    other.funded("ann", 100).await;
    let (key, foreign) = (public_key(&server).await, public_key(&other).await);
    let promise = text(&receipt(&ann, &first).await).to_owned();
    server.cli(&["checkpoint"]).ok();
    let foreign_checkpoint = text(&other.cli(&["checkpoint"]).ok()).to_owned();
    let (one, two) = (text(&receipt(&ann, &first).await).to_owned(), text(&receipt(&ann, &second).await).to_owned());
    elsewhere("--receipt", &one, &key).ok();
    elsewhere("--receipt", &one, &foreign).refused("refused");
    elsewhere("--receipt", &promise, &foreign).refused("refused");
    elsewhere("--checkpoint", &foreign_checkpoint, &key).refused("refused");
    elsewhere("--receipt", &foreign_checkpoint, &foreign).refused("refused");
    // The first file's statement with the second one's path, and the other way round.
    let (head, tail) = (one.split_once("\n\n").unwrap(), two.split_once("\n\n").unwrap());
    elsewhere("--receipt", &format!("{}\n\n{}", head.0, tail.1), &key).refused("refused");
    elsewhere("--receipt", &format!("{}\n\n{}", tail.0, head.1), &key).refused("refused");
    // A promise is no receipt of another transaction, and a checkpoint of one ledger proves nothing of another.
    let promised = promise.split_once("\n\n").unwrap().1;
    elsewhere("--receipt", &format!("{}\n\n{promised}", tail.0), &key).refused("refused");
    let place = one.find("communitytoken/").and_then(|_| one.rfind("\n\ncommunitytoken/")).unwrap();
    elsewhere("--receipt", &format!("{}\n\n{foreign_checkpoint}", &one[..place]), &key).refused("refused");
    for wrong in ["", "nonsense", "a+b+c", &key.replacen('+', "+0", 1), &key.to_uppercase()] {
        elsewhere("--receipt", &one, wrong).refused("refused");
    }
    // Nothing to check it with is wrong use of nothing: it is refused, and a missing file is named.
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("r.txt"), &one).unwrap();
    assert_eq!(bare(folder.path(), &["verify", "--receipt", "r.txt"]).code, 1);
    let output = bare(folder.path(), &["verify", "--receipt", "r.txt", "--public-key", "none.key"]);
    assert!(output.code == 1 && output.stderr.contains("none.key"), "{output:?}");
    assert_eq!(bare(folder.path(), &["verify", "--receipt", "r.txt", "--checkpoint", "r.txt"]).code, 2);
}

/// What the page `docs/verification.md` tells people to type works: with openssl and the shell alone, no
/// program of ours, a receipt is checked to the end, and an altered one is not.
#[tokio::test]
async fn by_hand_with_openssl() {
    let server = start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let mut paid = Value::Null;
    for amount in 1..=9 {
        paid = pay(&ann, &bob, amount, "For the bread").await;
    }
    server.cli(&["checkpoint"]).ok();
    let file = text(&receipt(&ann, &paid).await).to_owned();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verification.md")).unwrap();
    let script: String = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(script.contains("openssl pkeyutl -verify"));
    let altered = file.replace("amount 9", "amount 8");
    // In the plainest shell that a Debian has, and in the one that many people have.
    for (shell, content, good) in [("dash", &file, true), ("bash", &file, true), ("dash", &altered, false)] {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("receipt.txt"), content).unwrap();
        fs::write(folder.path().join("community.key"), public_key(&server).await).unwrap();
        let run = Command::new(shell).args(["-eu", "-c", &script]).current_dir(folder.path()).output();
        let run = run.unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert_eq!(
            said.contains("Signature Verified Successfully") && said.contains("The transaction is in it"),
            good,
            "{shell}: {run:?}"
        );
    }
}

/// The API document tells exactly what is answered.
#[tokio::test]
async fn the_api_document_agrees() {
    let server = start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let paid = ann.pay(&bob, 25).await.ok(201);
    let document = ann.get("/openapi.json").await.ok(200);
    let shape = |path: &str| {
        let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let name = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let properties = document["components"]["schemas"][&name]["properties"].as_object().unwrap();
        properties.keys().cloned().collect::<Vec<_>>()
    };
    let fields = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(ann.get("/v1/ledger/checkpoint").await.ok(200)["checkpoint"], json!(null));
    for turn in 0..2 {
        let view = receipt(&ann, &paid).await;
        assert_eq!(sorted(fields(&view)), sorted(shape("/v1/transactions/{id}/receipt")), "turn {turn}");
        assert_eq!(
            sorted(fields(&ann.get("/v1/ledger/checkpoint").await.ok(200))),
            sorted(shape("/v1/ledger/checkpoint"))
        );
        server.cli(&["checkpoint"]).ok();
    }
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}
