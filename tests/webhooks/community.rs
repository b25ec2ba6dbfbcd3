//! A community with webhooks.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::support::{Answer, Member, Server};

/// The receiver of the tests is on this machine.
pub const ALLOWED: &str = "[outgoing]\nallowed_networks = [\"127.0.0.1\"]\n";

pub async fn serve(settings: &str) -> Server {
    let mut server = Server::prepare(&Server::settings(settings));
    server.serve(&[]).await;
    server
}

/// Makes a webhook that leads to a path of the receiver; gives its id. The receiver knows its secret.
pub async fn hook(server: &Server, receiver: &mut Receiver, path: &str, kinds: &[&str]) -> String {
    let body = json!({ "url": receiver.url(path), "kinds": kinds, "reason": "For the bot" });
    let made = server.operator().await.post("/v1/admin/webhooks", &body).await.ok(201);
    receiver.knows(path, made["secret"].as_str().unwrap());
    made["id"].as_str().unwrap().to_owned()
}

/// Does something with a webhook, as an operator.
pub async fn act(server: &Server, id: &str, what: &str) -> Answer {
    let body = json!({ "reason": "For the test" });
    server.operator().await.post(&format!("/v1/admin/webhooks/{id}/{what}"), &body).await
}

pub async fn remove(operator: &Member, id: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    operator.call(Method::DELETE, &format!("/v1/admin/webhooks/{id}"), &headers, Some(body.to_string())).await
}

/// How a webhook is.
pub async fn state(server: &Server, id: &str) -> Value {
    server.operator().await.get(&format!("/v1/admin/webhooks/{id}")).await.ok(200)
}

/// Waits until a webhook is as it should be.
pub async fn until(server: &Server, id: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let state = state(server, id).await;
        if holds(&state) {
            return state;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "{what}: not within a minute; {state}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The lines of the audit log about a webhook, oldest first, as action and operator.
pub fn lines(server: &Server, id: &str) -> Vec<(String, String)> {
    let rows = server.sql(&format!("SELECT action, operator FROM audit_log WHERE target = '{id}' ORDER BY sequence"));
    let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.as_array().unwrap().iter().map(|row| (word(row, "action"), word(row, "operator"))).collect()
}
