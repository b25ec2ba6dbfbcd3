//! The database defends links, passkeys and codes against hands: what nobody answers for in the audit log
//! does not come in, and what is there stays what it is.

use rusqlite::Connection;

use super::visitor::{claim_link, community, joined};

#[tokio::test]
async fn nothing_is_slipped_in() {
    let server = community().await;
    let (mut ann, mut phone, _) = joined(&server, "ann").await;
    claim_link(&server);
    let conn = Connection::open(server.database()).unwrap();
    for (statement, reason) in [
        (
            "UPDATE passkeys SET credential = json_set(credential, '$.cred.cred.type_', 'other')",
            "stays whose and what it is",
        ),
        ("UPDATE passkeys SET credential_id = x'00'", "stays whose and what it is"),
        (
            "INSERT INTO passkeys (id, credential_id, user, name, credential, created_at) SELECT '00000000-0000-4000-8000-000000000000', x'00', user, name, credential, created_at FROM passkeys",
            "a passkey needs a line",
        ),
        (
            "INSERT OR REPLACE INTO passkeys (id, credential_id, user, name, credential, created_at) SELECT id, credential_id, user, 'mine', credential, created_at FROM passkeys",
            "exists already",
        ),
        (
            "INSERT INTO recovery_codes SELECT zeroblob(32), user, created_at, NULL FROM recovery_codes LIMIT 1",
            "need a line",
        ),
        ("UPDATE recovery_codes SET code_hash = zeroblob(32)", "opens the door once"),
        ("UPDATE recovery_codes SET user = 2", "opens the door once"),
        ("UPDATE links SET ended_at = NULL, ended_as = NULL WHERE ended_at IS NOT NULL", "a link ends once"),
        ("UPDATE links SET role = 'operator' WHERE kind = 'invitation'", "stays what it was made"),
        ("UPDATE links SET expires_at = expires_at + 1", "stays what it was made"),
        ("UPDATE links SET secret_hash = zeroblob(32)", "stays what it was made"),
        ("DELETE FROM links", "never deleted"),
        (
            "INSERT INTO links (id, secret_hash, kind, role, audit, created_at, expires_at) SELECT '00000000-0000-4000-8000-000000000000', zeroblob(32), 'invitation', 'operator', audit, created_at, expires_at FROM links LIMIT 1",
            "a link needs a line",
        ),
        (
            "INSERT OR REPLACE INTO links (id, secret_hash, kind, role, audit, created_at, expires_at) SELECT id, secret_hash, kind, 'operator', audit, created_at, expires_at FROM links",
            "exists already",
        ),
    ] {
        let refused = conn.execute(statement, []).expect_err(statement).to_string();
        assert!(refused.contains(reason), "{statement}: {refused}");
    }
    ann.sign_in(&mut phone).await.leads_to("/history");
}
