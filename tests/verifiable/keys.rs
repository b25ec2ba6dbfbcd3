//! The instance's key over the years: handed over, lost, stolen.

use std::fs;

use communitytoken::ledger::hex;
use communitytoken::ledger::proof::{PublicKey, Receipt, SignedCheckpoint, Signer, Trust, origin_of};
use communitytoken::proofs;
use serde_json::Value;

use super::community::{Community, authority};
use super::elsewhere::{elsewhere, pay, public_key, receipt, start, text};

/// The key is changed while the server runs. Old receipts stay good with the new file, new ones with the
/// old file and the new one appended, and nothing new is good with the old file alone.
#[tokio::test]
async fn rotation() {
    let server = start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let first_key = public_key(&server).await;
    let before = pay(&ann, &bob, 1, "before").await;
    let promise = text(&receipt(&ann, &before).await).to_owned();
    let first_checkpoint = text(&server.cli(&["checkpoint"]).ok()).to_owned();
    let early = text(&receipt(&ann, &before).await).to_owned();

    assert_eq!(server.cli(&["key", "rotate"]).code, 2, "without a reason it is wrong use");
    let told = server.cli(&["key", "rotate", "--operator", "maria", "--reason", "Yearly change"]).ok();
    let second_key = public_key(&server).await;
    assert_eq!(told["keys"], second_key, "the running server knows the new key");
    assert_ne!(told["public_key"].as_str(), first_key.lines().next());
    let lines = server.sql("SELECT operator, reason FROM audit_log WHERE action = 'key.rotate'");
    assert_eq!((lines[0]["operator"].as_str(), lines[0]["reason"].as_str()), (Some("maria"), Some("Yearly change")));

    let after = pay(&ann, &bob, 2, "after").await;
    let late_promise = text(&receipt(&ann, &after).await).to_owned();
    let second_checkpoint = text(&server.cli(&["checkpoint"]).ok()).to_owned();
    let late = text(&receipt(&ann, &after).await).to_owned();
    server.cli(&["key", "rotate", "--reason", "Again"]).ok();
    let third_key = public_key(&server).await;
    pay(&ann, &bob, 3, "last").await;
    let third_checkpoint = text(&server.cli(&["checkpoint"]).ok()).to_owned();

    let old = [("--receipt", &promise), ("--receipt", &early), ("--checkpoint", &first_checkpoint)];
    let new = [
        ("--receipt", &late_promise),
        ("--receipt", &late),
        ("--checkpoint", &second_checkpoint),
        ("--checkpoint", &third_checkpoint),
    ];
    let appended = format!("{first_key}{third_key}");
    for (what, file) in old {
        for key in [&first_key, &second_key, &third_key, &appended] {
            elsewhere(what, file, key).ok();
        }
    }
    for (what, file) in new {
        elsewhere(what, file, &first_key).refused("refused");
        elsewhere(what, file, &third_key).ok();
        elsewhere(what, file, &appended).ok();
    }
    assert_eq!(server.run(&["key"]).stdout, third_key);
    assert_eq!(server.run(&["key", "show"]).stdout, third_key);
    assert_eq!(
        fs::read_dir(server.path("data"))
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("key"))
            .count(),
        1,
        "no other secret key is left behind"
    );
    // Beside the ledger the old file is enough: the handovers are in it.
    fs::write(server.path("first.key"), &first_key).unwrap();
    assert_eq!(server.cli(&["verify", "--public-key", "first.key"]).ok()["checkpoints"], 3);
    server.assert_sound().await;
}

/// Altered key files lead nowhere: without both signatures a handover is worth nothing.
#[tokio::test]
async fn an_altered_handover() {
    let server = start().await;
    let ann = server.funded("ann", 100).await;
    let first_key = public_key(&server).await;
    server.cli(&["key", "rotate", "--reason", "Yearly change"]).ok();
    let second_key = public_key(&server).await;
    pay(&ann, &server.member("bob").await, 1, "x").await;
    let checkpoint = text(&server.cli(&["checkpoint"]).ok()).to_owned();
    let anchor = first_key.lines().next().unwrap();
    let handover = second_key.split_once("\n\n").unwrap().1;
    let both = format!("{anchor}\n{handover}");
    let good = |file: &str| {
        let trust = Trust::parse(file);
        trust.is_ok_and(|trust| SignedCheckpoint::parse(&checkpoint).unwrap().check(&trust).is_ok())
    };
    assert!(good(&both));
    let (handover_text, signatures) = handover.split_once("\n\n").unwrap();
    for line in signatures.lines() {
        assert!(!good(&format!("{anchor}\n{handover_text}\n\n{line}\n")), "one signature is not enough");
    }
    for place in anchor.len() + 1..both.len() {
        let mut altered = both.clone().into_bytes();
        altered[place] ^= 1;
        // A broken end of the file may be taken for no end; nothing else may.
        if let Ok(text) = String::from_utf8(altered) {
            assert!(!good(&text) || place + 1 == both.len(), "byte {place}");
        }
    }
}

/// Whoever has the old key after it was retired can sign nothing for what came later.
#[test]
fn a_retired_key_is_not_good_for_later() {
    let community = Community::new(3);
    community.endow(50);
    community.checkpoint();
    let stolen = proofs::key(community.books()).unwrap();
    proofs::rotate_key(community.books(), authority("Yearly change")).unwrap();
    let until = community.verify().transactions;
    community.send(0, 1, 1).unwrap();
    let honest = community.checkpoint();
    let books = community.books();
    let name = books.read_blocking(origin_of).unwrap();
    let file = books
        .read_blocking(|conn| {
            let key = PublicKey { name: name.clone(), bytes: stolen.public_key() };
            Ok(communitytoken::ledger::proof::KeyChain::read(conn)?.file(&key))
        })
        .unwrap();
    let trust = Trust::parse(&file).unwrap();
    honest.check(&trust).unwrap();
    let forged = honest.checkpoint.clone().sign(&stolen);
    let why = forged.check(&trust).unwrap_err();
    assert!(why.0.contains("retired") && why.0.contains(&until.to_string()), "{why}");
    // Nor a promise: the program itself makes none with it.
    let promise = books.read_blocking(|conn| Receipt::of(conn, until + 1, Some(&stolen))).unwrap().unwrap();
    assert!(promise.checkpoint().is_some());
    community.send(1, 0, 1).unwrap();
    let promise = books.read_blocking(|conn| Receipt::of(conn, until + 2, Some(&stolen))).unwrap().unwrap();
    assert!(!promise.is_signed());
    community.assert_sound();
}

/// The program ends between the ledger's commit and the key file's change, or before the commit: either
/// way the next start has the key that the ledger names.
#[test]
fn a_rotation_that_breaks_off() {
    let community = Community::new(3);
    community.endow(50);
    community.checkpoint();
    let file = community.path.with_file_name("instance.key");
    let old = fs::read(&file).unwrap();
    // After the commit: the new key still lies under the name it was prepared with.
    let new = proofs::rotate_key(community.books(), authority("Yearly change")).unwrap();
    let prepared = file.with_file_name(format!("instance.key.next-{}", hex(&new.bytes[..8])));
    fs::rename(&file, &prepared).unwrap();
    fs::write(&file, &old).unwrap();
    community.send(0, 1, 1).unwrap();
    assert_eq!(community.checkpoint().signature.key_id, new.id());
    assert!(!prepared.exists());
    // Before it: a key was prepared that the ledger never heard of. It is left alone and does nothing.
    let stray = file.with_file_name("instance.key.next-0011223344556677");
    fs::copy(&file, &stray).unwrap();
    community.send(0, 1, 1).unwrap();
    assert_eq!(community.checkpoint().signature.key_id, new.id());
    // Refused: no key is left behind and the old one stays.
    fs::write(&file, &old).unwrap();
    let before = community.rows();
    let refused = proofs::rotate_key(community.books(), authority("Again")).unwrap_err();
    assert_eq!(refused.code.as_str(), "forbidden");
    assert_eq!((community.rows(), fs::read(&file).unwrap()), (before, old));
    let left = fs::read_dir(file.parent().unwrap())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".next-"));
    assert_eq!(left.count(), 1, "the stray one alone");
}

/// A key that was lost: nothing is signed in its name, `verify` says so, and the replacement is there for
/// everyone to see, endorsed by nobody.
#[tokio::test]
async fn a_lost_key() {
    let mut server = start().await;
    let (ann, bob) = (server.funded("ann", 100).await, server.member("bob").await);
    let early = pay(&ann, &bob, 1, "before").await;
    server.cli(&["checkpoint"]).ok();
    let old_receipt = text(&receipt(&ann, &early).await).to_owned();
    let old_key = public_key(&server).await;
    server.stop();
    fs::remove_file(server.path("data/instance.key")).unwrap();
    server.serve(&[]).await;
    let ann = server.member("ann").await;
    let late = pay(&ann, &bob, 2, "after").await;
    let view = receipt(&ann, &late).await;
    assert_eq!((view["status"].as_str(), &view["text"]), (Some("pending"), &Value::Null));
    assert_eq!(public_key(&server).await, old_key, "the ledger's key is still the old one");
    server.cli(&["checkpoint"]).refused("forbidden");
    server.cli(&["key", "rotate", "--reason", "x"]).refused("forbidden");
    let output = server.cli(&["verify"]);
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(
        (output.code, report["findings"][0]["what"].as_str(), report["findings"].as_array().unwrap().len()),
        (1, Some("key"), 1)
    );

    server.cli(&["key", "replace", "--operator", "maria", "--reason", "Disk broken"]).ok();
    let new_key = public_key(&server).await;
    server.cli(&["checkpoint"]).ok();
    server.assert_sound().await;
    let new_receipt = text(&receipt(&ann, &late).await).to_owned();
    elsewhere("--receipt", &old_receipt, &old_key).ok();
    elsewhere("--receipt", &new_receipt, &new_key).ok();
    for key in [&old_key, &format!("{old_key}{new_key}")] {
        elsewhere("--receipt", &new_receipt, key).refused("refused");
    }
    elsewhere("--receipt", &old_receipt, &new_key).refused("refused");
    assert_eq!(new_key.lines().filter(|line| line.starts_with("— ")).count(), 1, "one signature: nobody endorsed it");
    let lines = server.sql("SELECT operator, reason FROM audit_log WHERE action = 'key.replace'");
    assert_eq!(lines[0]["operator"], "maria");
    // A stolen one is replaced by a fresh one too.
    server.cli(&["key", "replace", "--reason", "Stolen"]).ok();
    pay(&ann, &bob, 3, "later").await;
    server.cli(&["checkpoint"]).ok();
    server.assert_sound().await;
}

/// The first act of a ledger's key can be to give way.
#[tokio::test]
async fn a_key_that_never_signed() {
    let server = start().await;
    let first = public_key(&server).await;
    server.cli(&["key", "replace", "--reason", "x"]).refused("forbidden");
    server.cli(&["key", "rotate", "--reason", "Yearly change"]).ok();
    let ann = server.funded("ann", 5).await;
    let checkpoint = text(&server.cli(&["checkpoint"]).ok()).to_owned();
    elsewhere("--checkpoint", &checkpoint, &format!("{first}{}", public_key(&server).await)).ok();
    assert_eq!(ann.balance().await, 5);
    server.assert_sound().await;
}

/// Lines about keys that someone writes into the audit log by hand change nothing but what `verify` says.
#[tokio::test]
async fn lines_by_hand() {
    let server = start().await;
    let ann = server.funded("ann", 5).await;
    server.cli(&["checkpoint"]).ok();
    let key = public_key(&server).await;
    let foreign = "communitytoken/00000000-0000-4000-8000-000000000000+00000000+AAAA";
    for (action, details) in [
        ("key.introduce", format!("{{\"key\": \"{foreign}\"}}")),
        ("key.rotate", "{\"note\": \"nonsense\"}".into()),
        ("key.replace", "{}".into()),
    ] {
        server.sql(&format!(
            "INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details)
             SELECT audit_sequence, at, 'mallory', '{action}', 'instance.key', 'x', '{details}' FROM next_rows"
        ));
    }
    pay(&ann, &server.member("bob").await, 1, "x").await;
    server.cli(&["checkpoint"]).ok();
    assert_eq!(public_key(&server).await, key);
    let output = server.cli(&["verify"]);
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    let found: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["what"].as_str().unwrap()).collect();
    assert_eq!(found, ["key", "key", "key"]);
}
