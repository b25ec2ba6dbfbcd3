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

/// Who came in, when, how and by which request; who could not, in one line for all of them, whatever they
/// showed.
#[tokio::test]
async fn who_comes_in_is_noted() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n");
    server.serve(&[]).await;
    let login = |request: &str| {
        let form = [("new_username", "annegret")];
        let post = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
        post.header("x-request-id", request.to_owned()).form(&form).send()
    };
    assert_eq!(login("request-17").await.unwrap().status().as_u16(), 303);
    let opened = lines(&server, "session.open");
    assert_eq!(opened.len(), 1);
    let user = server.sql("SELECT id FROM users")[0]["id"].as_str().unwrap().to_owned();
    let session = server.sql("SELECT id FROM sessions")[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(opened[0]["target"], user.as_str());
    assert_eq!(opened[0]["operator"], format!("member {user}"));
    assert_eq!(opened[0]["request_id"], "request-17");
    assert_eq!(details(&opened[0]), serde_json::json!({ "session": session, "method": "developer" }));
    assert!(!opened[0].to_string().contains("annegret"), "a name must be forgettable: {opened:?}");
    for number in 0..40 {
        let stranger = server.stranger(format!("no-token-{number}"));
        stranger.get("/v1/me").await.refused(401, "unauthorized");
    }
    // Who shows nothing has not tried to come in.
    server.client.get(format!("{}/v1/me", server.base)).send().await.unwrap();
    server.stop();
    let refused = lines(&server, "sign_in.refused");
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(details(&refused[0])["refused"], serde_json::json!({ "token unauthorized": 40 }));
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}

/// Whoever downloads other people's transactions, or the log itself, leaves a line that says who, which file and
/// by which filter: auditors too. A page that is only looked at leaves none, and who may not has none to leave.
#[tokio::test]
async fn downloads_leave_a_line() {
    let mut server = Server::prepare("[server]\nbind = \"127.0.0.1:0\"\n");
    server.serve(&[]).await;
    let mut cookies = Vec::new();
    for name in ["olga", "udo", "ann"] {
        let post = server.client.post(format!("{}/login", server.base)).header("sec-fetch-site", "same-origin");
        let answer = post.form(&[("new_username", name)]).send().await.unwrap();
        cookies.push(answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned());
    }
    for (name, role) in [("olga", "operator"), ("udo", "auditor")] {
        server.cli(&["member", "grant", name, role, "--reason", "Elected"]).ok();
    }
    let get = |cookie: &str, path: &str| {
        let asked = server.client.get(format!("{}{path}", server.base)).header("cookie", cookie);
        asked.header("x-request-id", "request-18").send()
    };
    let all =
        ["/admin/transactions.csv?kind=transfer&min=5", "/admin/audit.csv", "/admin/audit.json?action=role.grant"];
    for path in all {
        assert_eq!(get(&cookies[2], path).await.unwrap().status().as_u16(), 403, "{path}");
    }
    for path in ["/admin/transactions?kind=transfer", "/admin/audit"] {
        assert_eq!(get(&cookies[0], path).await.unwrap().status().as_u16(), 200, "{path}");
    }
    let noted = || [lines(&server, "export.transactions"), lines(&server, "export.audit_log")].concat();
    assert_eq!(noted(), Vec::<Value>::new());
    for (cookie, path) in [(&cookies[0], all[0]), (&cookies[1], all[1]), (&cookies[1], all[2])] {
        let answer = get(cookie, path).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        let text = answer.text().await.unwrap();
        // The log that is downloaded says so itself.
        assert_eq!(text.contains("export.audit_log"), path == all[1], "{text}");
    }
    let noted = noted();
    let said: Vec<_> =
        noted.iter().map(|line| (line["target"].as_str().unwrap(), details(line)["filter"].clone())).collect();
    assert_eq!(
        said,
        [
            ("transactions.csv", serde_json::json!({ "kind": "transfer", "min": "5" })),
            ("audit-log.csv", serde_json::json!({})),
            ("audit-log.json", serde_json::json!({ "action": "role.grant" })),
        ]
    );
    for (line, name) in noted.iter().zip(["olga", "udo", "udo"]) {
        assert!(line["operator"].as_str().unwrap().starts_with(name), "{line}");
        assert_eq!(line["request_id"], "request-18");
    }
    assert_eq!(server.cli(&["verify"]).ok()["is_sound"], true);
}
