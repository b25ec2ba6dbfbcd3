//! A member's address: nothing is sent there before its owner has said so, and it is nobody's identity.

use super::community::{Person, code, serve, until, waiting};
use super::office::Office;

/// Put in, confirmed, changed, taken away; the one before is told each time.
#[tokio::test]
async fn an_address_is_confirmed_changed_and_taken_away() {
    let office = Office::open();
    let server = serve(&office).await;
    let mut ann = Person::join(&server, "ann").await;
    ann.open("/profile/notifications").await.shows(200, "So far you get no mail");
    assert_eq!(ann.member.get("/v1/me/notifications").await.ok(200)["mail_address"], serde_json::Value::Null);

    ann.gets_mail(&office, "ann@example.org").await;
    ann.open("/profile/notifications").await.shows(200, "Mail goes to <strong>ann@example.org</strong>");
    assert_eq!(ann.member.get("/v1/me/notifications").await.ok(200)["mail_address"], "ann@example.org");

    // Until the new one is confirmed the old one stays, and its code opens nothing but itself.
    assert_eq!(ann.ask_for_code("ann@example.com").await.status, 303);
    let letter = office.wait("ann@example.com", 1).remove(0);
    assert!(letter.text().contains("Hello ann"), "{}", letter.text());
    assert!(letter.header("List-Unsubscribe").is_none(), "there is nothing to leave yet");
    ann.open("/profile/notifications").await.shows(200, "Mail goes to <strong>ann@example.org</strong>");
    assert_eq!(ann.confirm(&code(&letter)).await.status, 303);
    let old = office.wait("ann@example.org", 2).remove(1).text();
    assert!(old.contains("has a new address for mail. Nothing more is sent to this one."), "{old}");
    assert_eq!(ann.confirm(&code(&letter)).await.status, 422, "a code counts once");

    assert_eq!(ann.form("/profile/mail/remove", &[]).await.status, 303);
    let last = office.wait("ann@example.com", 2).remove(1).text();
    assert!(last.contains("your address was taken away"), "{last}");
    ann.open("/profile/notifications").await.shows(200, "So far you get no mail");
    let kinds: Vec<_> = ann.news().await["items"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["address_changed", "address_changed"]);
    until("nothing waits", || waiting(&server).is_empty());
    assert!(server.sql("SELECT * FROM mail_addresses").as_array().unwrap().is_empty());
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Wrong codes are counted, asking for more is bounded, and neither codes nor addresses stand in the log
/// or, but for the address, in the file.
#[tokio::test]
async fn codes_cannot_be_tried_and_are_kept_nowhere() {
    let office = Office::open();
    let mut server = serve(&office).await;
    let (mut ann, mut bob) = (Person::join(&server, "ann").await, Person::join(&server, "bob").await);
    assert_eq!(ann.ask_for_code("ann@example.org").await.status, 303);
    let right = code(&office.wait("ann@example.org", 1)[0]);
    let wrong = if right.starts_with('1') { "2222 2222" } else { "1111 1111" };
    // Another member's code is no code.
    assert_eq!(bob.ask_for_code("bob@example.org").await.status, 303);
    office.wait("bob@example.org", 1);
    bob.confirm(&right).await.shows(422, "This is not the code");
    for _ in 0..5 {
        ann.confirm(wrong).await.shows(422, "This is not the code");
    }
    ann.confirm(&right).await.shows(422, "This is not the code");

    for text in ["ann", "ann@example.org\r\nBcc: eve@example.org", "ann@example.org, eve@example.org", ""] {
        ann.ask_for_code(text).await.shows(422, "This is no address");
    }
    for _ in 0..4 {
        assert_eq!(ann.ask_for_code("ann@example.org").await.status, 303);
    }
    ann.ask_for_code("ann@example.org").await.shows(422, "more codes than can be sent in an hour");
    // The last that arrives counts.
    until("all codes are out", || waiting(&server).is_empty());
    let last = code(office.letters("ann@example.org").last().unwrap());
    assert_eq!(ann.confirm(&last).await.status, 303);

    server.stop();
    let digits = [right, last].map(|code| code.replace(' ', ""));
    let log = server.log();
    for secret in ["@example.org", &digits[0], &digits[1]] {
        assert!(!log.contains(secret), "{secret} stands in the log: {log}");
    }
    let file = std::fs::read(server.database()).unwrap();
    for code in &digits {
        assert!(!file.windows(8).any(|window| window == code.as_bytes()), "a code stands in the file");
    }
}

/// An address says who somebody is, so it goes with them, and is theirs to see.
#[tokio::test]
async fn an_address_is_in_ones_data_and_goes_with_its_member() {
    let office = Office::open();
    let mut server = serve(&office).await;
    let mut ann = Person::join(&server, "ann").await;
    ann.gets_mail(&office, "annabel@example.org").await;
    ann.choose("payment_received", "mail", true).await;
    let data = ann.member.get("/v1/me/data").await.ok(200);
    assert_eq!(data["mail_addresses"][0]["address"], "annabel@example.org");
    assert_eq!(data["notice_choices"][0]["kind"], "payment_received");
    // A letter that still waits goes, too.
    server.sql(
        "INSERT INTO letters (id, user, kind, details, created_at, due_at)
         SELECT '00000000-0000-4000-8000-000000000000', key, 'signed_in', '{}', 0, 9000000000000000 FROM users",
    );
    let id = ann.member.user_id.clone();
    server.cli(&["member", "erase", &id, "--remaining", "keep", "--reason", "Asked for it"]).ok();
    for table in ["mail_addresses", "letters", "letter_exits", "notice_choices", "notices", "notice_marks", "browsers"]
    {
        assert_eq!(server.sql(&format!("SELECT count(*) AS n FROM {table}"))[0]["n"], 0, "{table}");
    }
    server.stop();
    for end in ["", "-wal"] {
        let bytes = std::fs::read(format!("{}{end}", server.database().display())).unwrap_or_default();
        assert!(!bytes.windows(19).any(|window| window == b"annabel@example.org"), "the file still holds the address");
    }
}
