//! A community whose members sign in at the provider.

use serde_json::json;

use super::issuer::{CLIENT, Issuer, SECRET};
use super::support::Server;

/// The settings of such a community; `more` belongs to its provider.
pub fn settings(issuer: &str, more: &str) -> String {
    format!(
        "[server]\nbind = \"127.0.0.1:0\"\n[limits]\nrequests_per_minute = 0\n[identity]\noperators = [\"{issuer}|olga\"]\n\
         [[identity.providers]]\nissuer = \"{issuer}\"\naudience = \"communitytoken\"\nclient_id = \"{CLIENT}\"\nclient_secret = '{SECRET}'\n{more}"
    )
}

/// Both, knowing each other.
pub async fn start() -> (Issuer, Server) {
    let issuer = Issuer::start();
    let mut server = Server::prepare(&settings(&issuer.url, "name = \"Our club\"\n"));
    server.serve(&[]).await;
    issuer.register(&server, json!({})).await;
    (issuer, server)
}
