//! What the audit log says of the program itself and of who comes in.

use serde_json::Value;

use super::support::Server;

fn lines(server: &Server, action: &str) -> Vec<Value> {
    let query = format!(
        "SELECT operator, target, reason, details, request_id FROM audit_log WHERE action = '{action}' ORDER BY sequence"
    );
    server.sql(&query).as_array().unwrap().clone()
}

fn details(line: &Value) -> Value {
    serde_json::from_str(line["details"].as_str().unwrap()).unwrap()
}

/// Which settings changed between two starts, and who started the program; never what secrets are, and no
/// line where nothing has changed.
#[tokio::test]
async fn changed_settings_are_noted() {
    let secret = "a-secret-of-many-letters";
    let settings = |more: &str| format!("{}{more}", Server::settings(""));
    let mut server = Server::prepare(&settings(""));
    server.serve(&[]).await;
    server.stop();
    server.serve(&[]).await;
    assert!(lines(&server, "settings.change").is_empty(), "nothing has changed");
    server.stop();
    let more = format!("[community]\nname = \"Other\"\n[metrics]\ntoken = \"{secret}\"\n");
    std::fs::write(server.path("config.toml"), settings(&more)).unwrap();
    server.environment.push(("COMMUNITYTOKEN_LOG__FORMAT".into(), "json".into()));
    server.serve(&[]).await;
    let noted = lines(&server, "settings.change");
    let line = &noted[0];
    assert_eq!(
        (noted.len(), line["operator"].as_str(), line["target"].as_str()),
        (1, Some("tester"), Some("settings"))
    );
    let changed = details(line)["changed"].clone();
    let mut keys: Vec<&String> = changed.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["community.name", "log.format", "metrics.token"], "{changed}");
    assert_eq!(changed["community.name"], "file config.toml");
    assert_eq!(changed["log.format"], "environment COMMUNITYTOKEN_LOG__FORMAT");
    // Back again is a change, too; and what a crash left of the notes is no obstacle.
    server.stop();
    server.environment.clear();
    std::fs::write(server.path("config.toml"), settings("")).unwrap();
    server.serve(&[]).await;
    assert_eq!(lines(&server, "settings.change").len(), 2);
    server.stop();
    let kept = std::fs::read_to_string(server.path("data/communitytoken.db-settings")).unwrap();
    assert!(!kept.contains(secret) && !kept.contains("https://"), "{kept}");
    std::fs::write(server.path("data/communitytoken.db-settings"), "{\"cut off").unwrap();
    server.serve(&[]).await;
    assert_eq!(lines(&server, "settings.change").len(), 2);
    assert!(server.log().contains("cannot be read"), "{}", server.log());
    server.assert_sound().await;
}
