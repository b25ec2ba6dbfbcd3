//! The log for programs: each line an object, whatever it tells of.

use serde_json::Value;

use super::support::Server;

/// Every line that the program has written so far.
fn lines(server: &Server) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    server.log().lines().map(read).collect()
}

/// What well-being and refusals leave in it: objects, numbers as numbers, and the id by which a refusal is found.
#[tokio::test]
async fn each_line_is_an_object() {
    let mut server =
        Server::prepare(&format!("{}[log]\nformat = \"json\"\nfilter = \"debug\"\n", Server::settings("")));
    server.serve(&[]).await;
    let ann = server.funded("ann", 10).await;
    let bob = server.member("bob").await;
    ann.pay(&bob, 3).await.ok(201);
    ann.pay(&bob, 50).await.refused(422, "insufficient_balance");
    for (id, path) in [("request-1", "/nowhere"), ("request-2", "/v1/wallet"), ("request-3", "/v1/\u{1f343}%22%0a")] {
        let asked = server.client.get(format!("{}{path}", server.base)).header("x-request-id", id);
        assert!(asked.send().await.unwrap().status().is_client_error(), "{path}");
    }
    server.stranger("no-token".into()).get("/v1/me").await.refused(401, "unauthorized");
    server.stop();
    let lines = lines(&server);
    for line in &lines {
        for name in ["timestamp", "level", "target"] {
            assert!(line[name].is_string(), "{name}: {line}");
        }
        assert!(line["fields"]["message"].is_string(), "{line}");
    }
    let answered: Vec<_> = lines.iter().filter(|line| line["fields"]["message"] == "answered").collect();
    assert!(answered.len() > 5, "{lines:?}");
    for line in &answered {
        let fields = &line["fields"];
        assert!(
            fields["request_id"].is_string() && fields["path"].is_string() && fields["method"].is_string(),
            "{line}"
        );
        assert!(fields["status"].is_u64() && fields["milliseconds"].is_u64(), "{line}");
    }
    // Why somebody was refused who is told little stands before it, with the same id.
    let refused: Vec<_> = lines.iter().filter(|line| line["fields"]["message"] == "refused").collect();
    assert!(!refused.is_empty(), "{lines:?}");
    for line in refused {
        let id = &line["fields"]["request_id"];
        assert!(answered.iter().any(|line| line["fields"]["request_id"] == *id), "{line}");
    }
    for (id, status) in [("request-1", 404), ("request-2", 401), ("request-3", 404)] {
        let found: Vec<_> = answered.iter().filter(|line| line["fields"]["request_id"] == id).collect();
        assert_eq!((found.len(), &found[0]["fields"]["status"]), (1, &Value::from(status)), "{id}");
        assert_eq!(found[0]["level"], "INFO");
    }
}

/// A start that is refused is said to whoever collects lines, too: as an error, before the sentence for people, with
/// which every verb ends.
#[tokio::test]
async fn a_refused_start_is_a_line() {
    let settings = Server::settings("[fees]\npercent = \"1\"\nto = \"nobody\"\n");
    let server = Server::prepare(&format!("{settings}[log]\nformat = \"json\"\n"));
    let refused = server.run(&["serve"]);
    assert_eq!(refused.code, 1);
    let said: Vec<&str> = refused.stderr.lines().collect();
    let (sentence, logged) = said.split_last().unwrap();
    let logged: Vec<Value> = logged.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = logged.last().unwrap_or_else(|| panic!("{refused:?}"));
    assert_eq!((&last["level"], &last["fields"]["reason"]), (&"ERROR".into(), &Value::from(*sentence)), "{refused:?}");
}
