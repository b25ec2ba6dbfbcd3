//! Members who pay each other without a pause, and remember what was acknowledged.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::task::JoinHandle;

use super::support::server::bare;
use super::support::{Member, Server};
use fastrand::Rng;

/// An acknowledged transfer: its id and amount.
pub type Acknowledged = (String, i64);

pub struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts one client for each member; they pay each other until they are told to stop or the
    /// server no longer answers.
    pub fn start(members: &[Member], dice: &mut Rng) -> Self {
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let clients = members.iter().enumerate().map(|(number, member)| {
            let (member, others) = (member.clone(), members.to_vec());
            let (stop, acknowledged) = (Arc::clone(&stop), Arc::clone(&acknowledged));
            let mut dice = dice.fork();
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let other = &others[(number + 1 + dice.usize(..others.len() - 1)) % others.len()];
                    let amount = i64::try_from(1 + dice.usize(..9)).unwrap();
                    let body = serde_json::json!({ "to_wallet_id": other.wallet_id, "amount": amount });
                    let request = member
                        .client
                        .post(format!("{}/v1/transfers", member.base))
                        .bearer_auth(&member.token)
                        .header("content-type", "application/json")
                        .header("idempotency-key", super::support::key())
                        .body(body.to_string());
                    let Ok(answer) = request.send().await else { return };
                    let status = answer.status().as_u16();
                    let Ok(text) = answer.text().await else { return };
                    match status {
                        201 => {
                            let made: Value = serde_json::from_str(&text).unwrap();
                            acknowledged.lock().unwrap().push((made["id"].as_str().unwrap().to_owned(), amount));
                        }
                        422 => {}
                        _ => panic!("{status} {text}"),
                    }
                }
            })
        });
        let clients = clients.collect();
        Self { stop, acknowledged, clients }
    }

    /// What has been acknowledged up to now.
    pub fn acknowledged(&self) -> Vec<Acknowledged> {
        self.acknowledged.lock().unwrap().clone()
    }

    /// Ends it and gives all that was acknowledged.
    pub async fn end(self) -> Vec<Acknowledged> {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.unwrap();
        }
        Arc::try_unwrap(self.acknowledged).unwrap().into_inner().unwrap()
    }
}

/// A server with members who have tokens to pay each other.
pub async fn community(members: usize) -> (Server, Vec<Member>) {
    serving(Server::prepare(&Server::settings("")), members).await
}

/// The same with a server that is prepared already.
pub async fn serving(mut server: Server, members: usize) -> (Server, Vec<Member>) {
    server.serve(&[]).await;
    let members = server.members(members).await;
    for member in &members {
        server.fund(member, 1000).await;
    }
    (server, members)
}

/// The database in this folder is sound and holds every one of these transfers, with its amount.
#[track_caller]
pub fn holds(folder: &Path, database: &str, acknowledged: &[Acknowledged]) -> Value {
    let report = bare(folder, &["verify", "--json", "--database", database]).ok();
    assert_eq!(report["is_sound"], true, "{report}");
    let rows = bare(folder, &["sql", "--json", "--database", database, "SELECT id, amount FROM transaction_list"]).ok();
    let rows: HashMap<&str, i64> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["id"].as_str().unwrap(), row["amount"].as_i64().unwrap()))
        .collect();
    for (id, amount) in acknowledged {
        assert_eq!(rows.get(id.as_str()), Some(amount), "{id} was acknowledged");
    }
    report
}
