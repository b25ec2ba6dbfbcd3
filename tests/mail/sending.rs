//! Letters that wait: they go out once, whatever happens to the mail server or to the program, and where
//! nobody can know, twice at most.

use std::time::{Duration, Instant};

use super::community::{Person, give, serve, until, waiting};
use super::office::Office;
use super::support::Server;

/// Two members, one of whom gets mail about payments at this address.
async fn paid_and_payer(server: &Server, office: &Office, address: &str) -> (Person, Person) {
    let (mut ann, bob) = (Person::join(server, "ann").await, Person::join(server, "bob").await);
    ann.gets_mail(office, "ann@example.org").await;
    if address != "ann@example.org" {
        // Confirmed by hand: an office that refuses a letter brings no code.
        server.sql("DELETE FROM mail_addresses");
        let confirmed = "INSERT INTO mail_addresses (user, address, created_at, confirmed_at)";
        server.sql(&format!("{confirmed} SELECT key, '{address}', 0, 0 FROM users WHERE username = 'ann'"));
    }
    ann.choose("payment_received", "mail", true).await;
    give(server, &bob, 1000);
    (ann, bob)
}

/// A payment is told by a letter with who, how much, and where to see it; and not what was written to it.
#[tokio::test]
async fn a_payment_is_told() {
    let office = Office::open();
    let server = serve(&office).await;
    let (ann, bob) = paid_and_payer(&server, &office, "ann@example.org").await;
    let note = "Your account is locked, go to http://evil.example";
    let body = serde_json::json!({ "to_wallet_id": ann.member.wallet_id, "amount": 25, "note": note });
    let paid = bob.member.post("/v1/transfers", &body).await.ok(201);
    let letter = office.wait("ann@example.org", 2).remove(1);
    let text = letter.text();
    assert!(text.starts_with("bob paid you 25\u{a0}¤\n"), "{text}");
    let address = format!("{}/transactions/{}", server.base, paid["id"].as_str().unwrap());
    assert!(text.contains(&address) && text.contains("Hello ann"), "{text}");
    assert!(!letter.raw.contains("evil") && !text.contains("evil"), "what others wrote stays on the page: {text}");
    assert_eq!(letter.header("From").unwrap(), "\"Our community\" <tokens@example.org>");
    assert_eq!(letter.header("Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(letter.header("List-Unsubscribe-Post").unwrap(), "List-Unsubscribe=One-Click");
    until("the letter is settled", || waiting(&server).is_empty());
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Who is paid again and again reads one letter, and then one that gathers the rest.
#[tokio::test]
async fn many_payments_are_told_together() {
    let office = Office::open();
    let server = serve(&office).await;
    let (ann, bob) = paid_and_payer(&server, &office, "ann@example.org").await;
    bob.member.pay(&ann.member, 1).await.ok(201);
    office.wait("ann@example.org", 2);
    for amount in 2..12 {
        bob.member.pay(&ann.member, amount).await.ok(201);
    }
    until("all are gathered", || {
        waiting(&server).first().is_some_and(|letter| letter["details"].to_string().contains("\\\"count\\\":10"))
    });
    let gathered = waiting(&server);
    assert_eq!(gathered.len(), 1);
    let details: serde_json::Value = serde_json::from_str(gathered[0]["details"].as_str().unwrap()).unwrap();
    assert_eq!(details["amount"], (2..12).sum::<i64>());
    assert_eq!(office.letters("ann@example.org").len(), 2, "it waits for its time");
    server.sql("UPDATE letters SET due_at = 0");
    let text = office.wait("ann@example.org", 3).remove(2).text();
    assert!(text.starts_with("You were paid 65\u{a0}¤ in 10 payments\n"), "{text}");
}

/// The mail server is down, the program is killed meanwhile and starts again: the letter arrives once.
#[tokio::test]
async fn a_letter_outlives_both_ends() {
    let mut office = Office::open();
    let mut server = serve(&office).await;
    let (ann, bob) = paid_and_payer(&server, &office, "ann@example.org").await;
    office.close();
    bob.member.pay(&ann.member, 5).await.ok(201);
    until("the letter waits", || waiting(&server).len() == 1);
    until("it was tried", || server.log().contains("letters to members wait"));
    server.kill();
    server.serve(&[]).await;
    until("it was tried again", || server.log().contains("letters to members wait"));
    let letter = &waiting(&server)[0];
    assert_eq!((&letter["attempts"], &letter["doubts"]), (&0.into(), &0.into()), "nothing counts against the letter");
    office.start();
    office.wait_for("ann@example.org", 2, Duration::from_mins(1));
    until("it is settled", || waiting(&server).is_empty());
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(office.letters("ann@example.org").len(), 2, "once");
    assert!(!server.log().contains("example.org"), "{}", server.log());
}

/// What is refused for good is not sent again; what is refused for now is.
#[tokio::test]
async fn refusals_are_understood() {
    let office = Office::open();
    let server = serve(&office).await;
    let (ann, bob) = paid_and_payer(&server, &office, "refuse-ann@example.org").await;
    bob.member.pay(&ann.member, 5).await.ok(201);
    until("it was refused", || server.log().contains("refused a letter for good"));
    assert!(waiting(&server).is_empty());
    assert!(!server.log().contains("example.org"), "the server repeated the address: {}", server.log());

    server.sql("DELETE FROM letter_exits");
    server.sql("DELETE FROM mail_addresses");
    server.sql("INSERT INTO mail_addresses (user, address, created_at, confirmed_at) SELECT key, 'later-ann@example.org', 0, 0 FROM users WHERE username = 'ann'");
    bob.member.pay(&ann.member, 6).await.ok(201);
    let letter = office.wait("later-ann@example.org", 1).remove(0);
    assert!(letter.text().starts_with("bob paid you 6"));
    until("it is settled", || waiting(&server).is_empty());
    assert_eq!(office.letters("later-ann@example.org").len(), 1);
}

/// The connection breaks after the letter and before the answer: it is sent again, as the same letter; and
/// where that happens each time, not a third time.
#[tokio::test]
async fn a_letter_in_doubt_is_sent_twice_at_most() {
    for (address, twice) in [("drop-ann@example.org", 2), ("always-drop-ann@example.org", 2)] {
        let office = Office::open();
        let server = serve(&office).await;
        let (ann, bob) = paid_and_payer(&server, &office, address).await;
        bob.member.pay(&ann.member, 5).await.ok(201);
        let letters = office.wait(address, twice);
        until("it is settled", || waiting(&server).is_empty());
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert_eq!(office.letters(address).len(), twice, "{address}");
        let ids: Vec<_> = letters.iter().map(|letter| letter.header("Message-ID").unwrap()).collect();
        assert_eq!(ids[0], ids[1], "a reader's program sees one letter");
    }
}

/// Killed in the very moment: the letter was taken, and nobody has heard it. It is sent once more.
#[tokio::test]
async fn killed_between_the_letter_and_its_answer() {
    let office = Office::open();
    let mut server = serve(&office).await;
    let (ann, bob) = paid_and_payer(&server, &office, "hang-ann@example.org").await;
    bob.member.pay(&ann.member, 5).await.ok(201);
    office.wait("hang-ann@example.org", 1);
    server.kill();
    assert_eq!(waiting(&server)[0]["doubts"], 1);
    server.serve(&[]).await;
    office.wait("hang-ann@example.org", 2);
    server.kill();
    assert_eq!(waiting(&server)[0]["doubts"], 2);
    server.serve(&[]).await;
    until("it is given up", || waiting(&server).is_empty());
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(office.letters("hang-ann@example.org").len(), 2, "and not a third time");
}

/// A mail server that says nothing holds nobody up: payments are made, other letters go out after it, and
/// the program ends when it is asked to.
#[tokio::test]
async fn a_server_that_hangs_holds_nobody_up() {
    let office = Office::open();
    let mut server = serve(&office).await;
    let (ann, mut bob) = paid_and_payer(&server, &office, "hang-ann@example.org").await;
    bob.gets_mail(&office, "bob@example.org").await;
    bob.member.pay(&ann.member, 5).await.ok(201);
    office.wait("hang-ann@example.org", 1);
    for _ in 0..20 {
        bob.member.pay(&ann.member, 1).await.ok(201);
    }
    server.cli(&["freeze", &bob.member.wallet_id, "--reason", "Phone stolen"]).ok();
    let told = office.wait_for("bob@example.org", 2, Duration::from_mins(1)).remove(1).text();
    assert!(told.contains("has frozen your wallet") && !told.contains("Phone stolen"), "{told}");
    until("the letter that hangs is tried again", || office.letters("hang-ann@example.org").len() == 2);
    let asked = Instant::now();
    server.stop();
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}

/// Who has left, or has taken the address away, is written to no more; and nobody is told of what was
/// before they asked.
#[tokio::test]
async fn nobody_is_written_to_who_did_not_ask() {
    let mut office = Office::open();
    let server = serve(&office).await;
    let (mut ann, bob) = (Person::join(&server, "ann").await, Person::join(&server, "bob").await);
    give(&server, &bob, 1000);
    bob.member.pay(&ann.member, 1).await.ok(201);
    ann.gets_mail(&office, "ann@example.org").await;
    bob.member.pay(&ann.member, 2).await.ok(201);
    ann.choose("payment_received", "mail", true).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(office.letters("ann@example.org").len(), 1, "payments come by mail to those alone who asked");
    office.close();
    bob.member.pay(&ann.member, 3).await.ok(201);
    until("the letter waits", || waiting(&server).len() == 1);
    server.cli(&["member", "delete", "ann", "--reason", "Moved away"]).ok();
    office.start();
    until("it is dropped", || waiting(&server).is_empty());
    assert_eq!(office.letters("ann@example.org").len(), 1);
}

/// A letter speaks the language of whoever reads it; where they have said none, the community's.
#[tokio::test]
async fn a_letter_speaks_the_readers_language() {
    let office = Office::open();
    let server = serve(&office).await;
    let (ann, bob) = paid_and_payer(&server, &office, "ann@example.org").await;
    for (number, (language, subject, hello, foot)) in [
        ("de", "bob hat dir 1.200\u{a0}¤ gezahlt\n", "Hallo ann,", "ohne Anmeldung"),
        ("es", "bob te ha pagado 1200\u{a0}¤\n", "Hola, ann:", "No más correos de este tipo"),
        ("ja", "bob さんから 1,200\u{a0}¤ を受け取りました\n", "ann さん、", "ログインは不要です"),
    ]
    .into_iter()
    .enumerate()
    {
        let headers = [("content-type", "application/json")];
        let change = serde_json::json!({ "language": language }).to_string();
        ann.member.call(reqwest::Method::PATCH, "/v1/me", &headers, Some(change)).await.ok(200);
        give(&server, &bob, 1200);
        // The next letter about payments need not wait for its time.
        server.sql("UPDATE letter_exits SET expires_at = expires_at - 600000");
        bob.member.pay(&ann.member, 1200).await.ok(201);
        let text = office.wait("ann@example.org", number + 2).remove(number + 1).text();
        assert!(text.starts_with(subject) && text.contains(hello) && text.contains(foot), "{text}");
    }
}
