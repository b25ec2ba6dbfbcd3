//! UC-1: Initial System Setup.

use super::support::Server;

/// `init` creates the system account with an empty wallet and leaves its line in the audit log; a
/// second time it changes nothing.
#[tokio::test]
async fn the_community_is_founded_once() {
    let server = Server::prepare(&Server::settings(""));
    let first = server.cli(&["init", "--operator", "maria"]).ok();
    assert_eq!(first["created"], true);
    assert_eq!(first["system_account"], "system_account_communitytoken");
    assert_eq!(first["balance"], 0);
    let rows = server.rows();
    let second = server.cli(&["init", "--operator", "maria"]).ok();
    assert_eq!(second["created"], false);
    assert_eq!(second["wallet_id"], first["wallet_id"]);
    assert_eq!(server.rows(), rows);

    let account = server.sql("SELECT s.id, w.id AS wallet_id, w.balance, w.is_system FROM system_accounts s JOIN wallets w ON w.key = s.wallet");
    assert_eq!(account[0]["wallet_id"], first["wallet_id"]);
    assert_ne!(account[0]["id"], account[0]["wallet_id"], "account and wallet have ids of their own");
    for name in ["id", "wallet_id"] {
        let id = uuid::Uuid::parse_str(account[0][name].as_str().unwrap()).unwrap();
        assert_eq!(id.get_version_num(), 4, "{name}");
    }
    let audit = server.sql("SELECT operator, action, target FROM audit_log");
    assert_eq!(audit[0]["operator"], "maria");
    assert_eq!(audit[0]["action"], "system_account.create");
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// A service or a container may know no login name; the community is founded all the same.
#[tokio::test]
async fn without_a_login_name() {
    let server = Server::prepare(&Server::settings(""));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_communitytoken"))
        .args(["init", "--json"])
        .current_dir(server.folder.path())
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// The first `serve` founds the community by itself, keeps the key from other users of the machine,
/// and the next start finds everything as it was.
#[tokio::test]
async fn the_first_start_founds_it_too() {
    let mut server = Server::start().await;
    server.assert_sound().await;
    let treasury = server.treasury();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| std::fs::metadata(server.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("data"), 0o700);
        assert_eq!(mode("data/instance.key"), 0o600);
    }
    server.stop();
    server.serve(&[]).await;
    assert_eq!(server.treasury(), treasury);
    server.assert_sound().await;
}
