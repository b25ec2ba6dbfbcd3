//! What a shell may try on payment requests, favourites and categories: the database refuses each with a sentence; and
//! what was planted with the guards away, `verify` finds.

use communitytoken::categories::Categorise;
use communitytoken::ledger::{Category, IdempotencyKey, Note, Once};
use communitytoken::requests::{Accept, Ask, Decline, Wanted};
use communitytoken::transfers::{FeeTerms, SetFavourite};

use super::raw_sql::{refused, table};
use super::support::{Community, amount};
use super::verify_finds::{copy, found, look, without_guards};

/// Keys: member 1 has wallet 2, and so on. Request 1 (3 tokens) was accepted by transaction 6, request 2 was
/// declined, 3 and 4 are open, and 5 asks transaction 5 (20 tokens) back; all by wallet 2 of wallet 3.
fn community() -> Community {
    let community = Community::new(3);
    community.endow(500);
    let paid = community.send(0, 1, 20).unwrap();
    let (asker, payer) = (&community.members[0], &community.members[1]);
    let ask = |wanted| Ask {
        caller: asker.key,
        asker: asker.wallet_key,
        key: IdempotencyKey::fresh(),
        wanted,
        note: Some(Note::new("For bread").unwrap()),
        days: 30,
    };
    let payment = |tokens| Wanted::Payment { payer: payer.wallet_id, amount: amount(tokens) };
    let wanted =
        [payment(3), payment(4), payment(5), payment(5), Wanted::Back { transaction_id: paid.id, amount: None }];
    let ids = wanted.map(|wanted| community.run(ask(wanted)).unwrap().output.id);
    let accept = Accept { payer: payer.wallet_key, id: ids[0], terms: FeeTerms::default() };
    community.run(Once::new(payer.key, &IdempotencyKey::fresh(), accept)).unwrap();
    let answer = Some(Note::new("Not now").unwrap());
    community.run(Decline { payer: payer.wallet_key, id: ids[1], answer }).unwrap();
    community.run(SetFavourite { user: asker.key, wallet_id: payer.wallet_id, is_favourite: true }).unwrap();
    let category = Some(Category::new("Bread").unwrap());
    community.run(Categorise { user: asker.key, transaction_id: paid.id, category }).unwrap();
    // One that looks like the payment of an open request, and is older than the newest.
    community.send(1, 0, 5).unwrap();
    community.send(1, 2, 1).unwrap();
    community.assert_sound();
    community
}

const MADE: &str = "a payment request stays what it was made";
const ONCE: &str = "a payment request ends once";
const ENDS: &str = "a payment request ends by being accepted, declined or withdrawn, before it expires";
const PAID: &str = "a payment request is accepted by the payment that it asks for, made just now";
const NOT_THEIRS: &str = "a category belongs to an entry of its member's own history";
const COLUMNS: &str = "id, asker, payer, amount, asks_back, created_at, expires_at, caller_key, request";

/// A request typed by hand, right in everything but what is said.
fn typed(asker: i64, payer: i64, tokens: &str, asks_back: &str, expires_at: &str) -> String {
    format!(
        "INSERT INTO payment_requests ({COLUMNS}) VALUES ('00000000-0000-4000-8000-000000000000', {asker}, {payer}, {tokens},
           {asks_back}, 1000, {expires_at}, randomblob(16), randomblob(16))"
    )
}

/// An open request ended by hand.
fn ended(key: i64, as_what: &str, paid_by: &str, answer: &str) -> String {
    format!(
        "UPDATE payment_requests SET ended_at = created_at + 1, ended_as = {as_what}, paid_by = {paid_by}, answer = {answer} WHERE key = {key}"
    )
}

#[test]
fn requests_keep_their_rules() {
    let community = community();
    let mut attacks = table(&[
        ("DELETE FROM payment_requests", "payment requests are never deleted"),
        ("UPDATE payment_requests SET amount = 1 WHERE key = 3", MADE),
        ("UPDATE payment_requests SET payer = 4 WHERE key = 3", MADE),
        ("UPDATE payment_requests SET asker = 4 WHERE key = 3", MADE),
        ("UPDATE payment_requests SET rowid = 70 WHERE key = 3", MADE),
        ("UPDATE OR REPLACE payment_requests SET key = 4 WHERE key = 3", MADE),
        ("UPDATE payment_requests SET id = lower(hex(randomblob(18))) WHERE key = 3", MADE),
        ("UPDATE payment_requests SET expires_at = expires_at + 1 WHERE key = 3", MADE),
        ("UPDATE payment_requests SET created_at = 0 WHERE key = 3", MADE),
        ("UPDATE payment_requests SET asks_back = NULL WHERE key = 5", MADE),
        ("UPDATE payment_requests SET asks_back = 5 WHERE key = 3", MADE),
        ("UPDATE payment_requests SET caller_key = zeroblob(16) WHERE key = 3", MADE),
        ("UPDATE payment_requests SET request = randomblob(16) WHERE key = 3", MADE),
        ("UPDATE payment_requests SET note = 'For wine' WHERE key = 3", MADE),
        ("UPDATE payment_requests SET ended_at = NULL, ended_as = NULL, paid_by = NULL WHERE key = 1", ONCE),
        ("UPDATE payment_requests SET ended_as = 'withdrawn', paid_by = NULL WHERE key = 1", ONCE),
        ("UPDATE payment_requests SET paid_by = 8 WHERE key = 1", ONCE),
        ("UPDATE payment_requests SET ended_at = ended_at + 1 WHERE key = 2", ONCE),
        ("UPDATE payment_requests SET ended_as = 'withdrawn', answer = NULL WHERE key = 2", ONCE),
        ("UPDATE payment_requests SET answer = 'Never' WHERE key = 2", ONCE),
        ("UPDATE payment_requests SET answer = 'Never' WHERE key = 3", ENDS),
        ("UPDATE payment_requests SET ended_at = expires_at, ended_as = 'withdrawn' WHERE key = 3", ENDS),
        ("UPDATE payment_requests SET ended_at = created_at - 1, ended_as = 'withdrawn' WHERE key = 3", ENDS),
        ("UPDATE payment_requests SET ended_at = created_at + 1 WHERE key = 3", ENDS),
        ("UPDATE payment_requests SET ended_as = 'declined' WHERE key = 3", ENDS),
        ("UPDATE payment_requests SET paid_by = 9 WHERE key = 3", ENDS),
        (
            "REPLACE INTO payment_requests SELECT * FROM payment_requests WHERE key = 3",
            "this payment request exists already",
        ),
        (
            "INSERT INTO payment_requests SELECT * FROM payment_requests WHERE key = 3 ON CONFLICT DO UPDATE SET amount = 1",
            "this payment request exists already",
        ),
        (
            "INSERT INTO payment_requests (id, asker, payer, amount, created_at, expires_at, ended_at, ended_as, caller_key, request)
             VALUES ('00000000-0000-4000-8000-000000000000', 2, 3, 1, 1, 9, 2, 'declined', zeroblob(16), zeroblob(16))",
            "a new payment request is open",
        ),
        ("UPDATE favourites SET wallet = 4", "a favourite is added or removed, never changed"),
        ("REPLACE INTO favourites SELECT * FROM favourites", "this favourite is there already"),
        ("INSERT INTO favourites VALUES (1, 2, 0)", "a favourite is a wallet of somebody else"),
        ("INSERT INTO favourites VALUES (1, 99, 0)", "a favourite is a wallet of somebody else"),
        ("INSERT INTO favourites VALUES (99, 2, 0)", "a favourite is a wallet of somebody else"),
        ("UPDATE categories SET category = 'Wine'", "a category is given or taken away, never changed"),
        ("REPLACE INTO categories SELECT * FROM categories", "this entry has a category already"),
        ("INSERT INTO categories VALUES (3, 5, 'Not theirs')", NOT_THEIRS),
        ("INSERT INTO categories VALUES (1, 99, 'Nothing')", NOT_THEIRS),
        ("INSERT INTO categories VALUES (99, 5, 'Nobody')", NOT_THEIRS),
        ("INSERT INTO categories VALUES (2, 5, '')", "CHECK constraint failed"),
    ]);
    attacks.extend([
        (typed(2, 2, "1", "NULL", "2000"), "goes from one member to another"),
        (typed(1, 2, "1", "NULL", "2000"), "goes from one member to another"),
        (typed(2, 1, "1", "NULL", "2000"), "goes from one member to another"),
        (typed(2, 99, "1", "NULL", "2000"), "goes from one member to another"),
        (typed(2, 3, "1", "NULL", "1000"), "a new payment request is open"),
        (typed(2, 3, "0", "NULL", "2000"), "an amount is a whole number above zero"),
        (
            format!("PRAGMA ignore_check_constraints = 1; {}", typed(2, 3, "-5", "NULL", "2000")),
            "an amount is a whole number above zero",
        ),
        (typed(2, 3, "21", "5", "2000"), "only a payment between the two can be asked back"),
        (typed(3, 2, "1", "5", "2000"), "only a payment between the two can be asked back"),
        (typed(2, 4, "1", "5", "2000"), "only a payment between the two can be asked back"),
        (typed(2, 3, "1", "99", "2000"), "only a payment between the two can be asked back"),
        (typed(2, 3, "1", "3", "2000"), "only a payment between the two can be asked back"),
        // No payment, another's, one of another amount, one that accepted another already, an older one like it.
        (ended(3, "'accepted'", "NULL", "NULL"), PAID),
        (ended(3, "'accepted'", "99", "NULL"), PAID),
        (ended(3, "'accepted'", "8", "NULL"), PAID),
        (ended(3, "'accepted'", "7", "NULL"), PAID),
        (ended(3, "'accepted'", "6", "NULL"), PAID),
        (ended(5, "'accepted'", "5", "NULL"), PAID),
        (ended(3, "'withdrawn'", "NULL", "'A word'"), ENDS),
        (ended(3, "'declined'", "8", "NULL"), ENDS),
        (ended(3, "'paid'", "NULL", "NULL"), ENDS),
        (ended(3, "NULL", "NULL", "NULL"), ENDS),
    ]);
    refused(&community, &attacks);
}

/// What was written can be erased, and nothing else changes by it.
#[test]
fn words_can_be_erased() {
    let community = community();
    let shell = community.shell();
    assert_eq!(shell.execute("UPDATE payment_requests SET note = NULL, request = zeroblob(16)", []).unwrap(), 5);
    assert_eq!(shell.execute("UPDATE payment_requests SET answer = NULL WHERE key = 2", []).unwrap(), 1);
    community.assert_sound();
}

/// With the guards away: accepted by nothing, by another's payment, at another time; of nobody.
const PLANTED: &[(&str, &str, &str)] = &[
    ("UPDATE payment_requests SET paid_by = 8 WHERE key = 1", "request", "payment request"),
    ("UPDATE payment_requests SET amount = 4 WHERE key = 1", "request", "payment request"),
    ("UPDATE payment_requests SET payer = 4 WHERE key = 1", "request", "payment request"),
    ("UPDATE payment_requests SET ended_at = ended_at + 1 WHERE key = 1", "request", "payment request"),
    ("UPDATE payment_requests SET paid_by = 999 WHERE key = 1", "request", "payment request"),
    ("UPDATE payment_requests SET asker = 1 WHERE key = 3", "request", "payment request"),
    ("UPDATE payment_requests SET payer = asker WHERE key = 3", "request", "payment request"),
];

#[test]
fn planted_requests_are_found() {
    let mut community = community();
    community.close();
    for (plant, what, place) in PLANTED {
        let (_folder, conn) = copy(&community);
        without_guards(&conn, |conn| conn.execute_batch(plant).unwrap());
        found(&look(&conn), plant, what, place);
    }
}
