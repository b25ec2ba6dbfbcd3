//! `verify` finds what was planted about service clients and members who were erased.

use communitytoken::clients::{CreateClient, OnBehalf, Permit, RevokeClient};
use communitytoken::identity::client::{CallOutcome, CountCall, Credential, Scope};
use communitytoken::ledger::Once;
use communitytoken::members::{By, Erase, Remaining};

use super::support::{Community, authority, key, others_operate, transfer};
use super::verify_finds::{copy, found, look, without_guards};

/// Keys: client 1 paid for member 1 (transaction 7) and read of them; client 2 is revoked; member 3 is
/// erased.
fn community() -> Community {
    let mut community = Community::new(3);
    community.endow(500);
    let make = |name: &str| CreateClient {
        name: name.into(),
        scopes: vec![Scope::TransfersWrite, Scope::WalletRead],
        credential: Credential::random().unwrap(),
        authority: authority("A bot"),
    };
    let (bot, old) = (community.run(make("bot")).unwrap(), community.run(make("old")).unwrap());
    community.run(RevokeClient { id: old.id, authority: authority("No longer wanted") }).unwrap();
    let member = &community.members[0];
    community.run(Permit { user: member.key, client: bot.id, allowed: true, request_id: "one".into() }).unwrap();
    let once = Once::new(member.key, &key("k").through(Some(bot.key)), transfer(member, community.wallet(1), 5));
    community.run(OnBehalf { client: bot.key, once }).unwrap();
    for _ in 0..2 {
        let (method, path) = ("GET".to_owned(), "/v1/wallet".to_owned());
        let outcome = CallOutcome::Answered;
        community.run(CountCall { client: bot.key, user: Some(member.key), method, path, outcome }).unwrap();
    }
    let erase = Erase {
        user_id: community.members[2].id,
        remaining: Remaining::Pool,
        configured: others_operate(),
        by: By::Themselves("request-1".into()),
    };
    community.run(erase).unwrap();
    community.assert_sound();
    community.close();
    community
}

/// What is planted, what it is called, and where it must be found.
const PLANTED: &[(&str, &str, &str)] = &[
    // The audit log gave the client less, or another name, or nothing.
    (r#"UPDATE service_clients SET scopes = '["statistics:read"]' WHERE key = 1"#, "client", "service client"),
    ("UPDATE service_clients SET name = 'other' WHERE key = 1", "client", "service client"),
    (
        "UPDATE service_clients SET id = '00000000-0000-4000-8000-000000000000' WHERE key = 1",
        "client",
        "service client 00000000",
    ),
    (
        "INSERT INTO service_clients (id, name, secret_hash, scopes, audit, created_at)
         VALUES ('00000000-0000-4000-8000-000000000001', 'evil', zeroblob(32), '[\"transfers:write\"]', 1, 0)",
        "client",
        "service client 00000000",
    ),
    // It acts again, or no longer, and no line says so.
    ("UPDATE service_clients SET revoked = NULL WHERE key = 2", "client", "service client"),
    ("UPDATE service_clients SET revoked = 1 WHERE key = 1", "client", "service client"),
    ("UPDATE service_clients SET revoked = 1 WHERE key = 2", "client", "service client"),
    // What it did is another's, of nobody, by nobody, or beside nothing.
    ("UPDATE service_calls SET user = 2", "client", "call"),
    ("UPDATE service_calls SET user = 99", "client", "call"),
    ("UPDATE service_calls SET client = 99", "client", "call"),
    ("UPDATE service_calls SET sequence = 99", "client", "call 99"),
    ("UPDATE service_calls SET sequence = 1", "client", "call 1"),
    ("UPDATE service_counts SET user = 99", "client", "count 1"),
    ("UPDATE service_counts SET client = 99", "client", "count 1"),
    // Somebody erased who is known again.
    ("INSERT INTO identities (issuer, subject, user, created_at) VALUES ('x', 'y', 3, 0)", "identity", "user"),
    ("INSERT INTO client_permissions (user, client, created_at) VALUES (3, 1, 0)", "identity", "user"),
    (
        "INSERT INTO sessions (id, secret_hash, user, issuer, subject, method, device, signed_in_at, seen_at, expires_at)
         VALUES ('00000000-0000-4000-8000-000000000002', zeroblob(32), 3, 'x', 'y', 'provider', '', 0, 0, 1)",
        "identity",
        "user",
    ),
    ("INSERT INTO roles (user, role, audit) VALUES (3, 'auditor', 1)", "identity", "user"),
    ("UPDATE users SET deleted_at = NULL WHERE key = 3; UPDATE wallets SET is_closed = 0 WHERE key = 4", "identity", "user"),
];

#[test]
fn what_is_planted_about_access_is_found() {
    let community = community();
    for (plant, what, place) in PLANTED {
        let (_folder, conn) = copy(&community);
        without_guards(&conn, |conn| conn.execute_batch(plant).unwrap());
        found(&look(&conn), plant, what, place);
    }
}
