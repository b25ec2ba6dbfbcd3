//! Honest members, who go on paying while others misbehave.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinHandle;

use super::support::{Member, Server, client, key};

/// Two members who pay the same shop: one keeps the connection, one comes anew for each payment.
pub struct Honest {
    done: Arc<AtomicBool>,
    payers: Vec<JoinHandle<Vec<Duration>>>,
    shop: Member,
}

impl Honest {
    pub async fn start(server: &Server) -> Self {
        let shop = server.member("shop").await;
        let done = Arc::new(AtomicBool::new(false));
        let mut payers = Vec::new();
        for (name, idle) in [("honest-keeper", 1), ("honest-comer", 0)] {
            let mut payer = server.funded(name, 1_000_000).await;
            payer.client = client().pool_max_idle_per_host(idle).build().unwrap();
            payers.push(tokio::spawn(pay_on(payer, shop.clone(), Arc::clone(&done))));
        }
        Self { done, payers, shop }
    }

    /// Each payment has succeeded, was made once, and was answered in bounded time.
    pub async fn all_went_well(self) {
        self.done.store(true, Ordering::Relaxed);
        let mut times = Vec::new();
        for payer in self.payers {
            times.append(&mut payer.await.unwrap());
        }
        assert_eq!(self.shop.balance().await, i64::try_from(times.len()).unwrap());
        times.sort_unstable();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        println!("{} honest payments, median {median:?}, worst {worst:?}", times.len());
        assert!(worst < Duration::from_secs(10), "{worst:?}");
    }
}

/// A payment as a careful program makes it: where its connection, silent since the last one, is closed
/// in the moment it asks, it asks again with the same key.
async fn pay_once(payer: &Member, shop: &Member) {
    let (key, body) = (key(), json!({ "to_wallet_id": shop.wallet_id, "amount": 1 }).to_string());
    let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
    for _ in 0..3 {
        if let Ok(answer) = payer.attempt(Method::POST, "/v1/transfers", &headers, Some(body.clone())).await {
            answer.ok(201);
            return;
        }
    }
    panic!("an honest member's connection is closed again and again");
}

async fn pay_on(payer: Member, shop: Member, done: Arc<AtomicBool>) -> Vec<Duration> {
    let mut times = Vec::new();
    while times.len() < 10 || !done.load(Ordering::Relaxed) {
        let began = Instant::now();
        pay_once(&payer, &shop).await;
        times.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    times
}
