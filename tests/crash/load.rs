//! Members who pay each other as fast as they can, and an operator who distributes. Each request is
//! written down before it is sent, and its answer when it came.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::support::{Answer, Member, key};

/// What became of a request, as far as its sender knows.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// No answer came, or one that says so: it was done once, or not at all.
    Unknown,
    /// It was acknowledged: it must be there for ever.
    Done(Answer),
    /// It was refused: it must never be there.
    Refused,
}

/// A request that moves tokens. Its key stands in the row as well, as the note or the reason, so
/// that whoever reads the database can tell which request a row is of.
#[derive(Clone)]
pub struct Request {
    pub key: String,
    pub caller: Member,
    pub path: &'static str,
    pub body: Value,
    pub outcome: Outcome,
}

impl Request {
    fn new(caller: &Member, path: &'static str, mut body: Value, key_in: &str) -> Self {
        let key = key();
        body[key_in] = key.clone().into();
        Self { key, caller: caller.clone(), path, body, outcome: Outcome::Unknown }
    }

    /// A payment; now and then one that must be refused.
    fn payment(dice: &mut fastrand::Rng, from: &Member, members: &[Member]) -> Self {
        let to = dice.choice(members).unwrap();
        let amount = if dice.u8(..10) == 0 { 1_000_000_000 } else { dice.i64(1..20) };
        Self::new(from, "/v1/transfers", json!({ "to_wallet_id": to.wallet_id, "amount": amount }), "note")
    }

    /// A distribution to everyone, for which everything is issued; now and then one with a recipient
    /// who does not exist, at a random place.
    fn distribution(dice: &mut fastrand::Rng, operator: &Member, members: &[Member]) -> Self {
        let mut recipients: Vec<Value> =
            members.iter().map(|member| json!({ "wallet_id": member.wallet_id, "amount": dice.i64(1..5) })).collect();
        if dice.u8(..4) == 0 {
            recipients[dice.usize(..members.len())]["wallet_id"] = Uuid::new_v4().to_string().into();
        }
        Self::new(operator, "/v1/admin/distributions", json!({ "recipients": recipients }), "reason")
    }

    /// Sends it, once more perhaps.
    pub async fn send(&self) -> reqwest::Result<Answer> {
        let headers = [("content-type", "application/json"), ("idempotency-key", self.key.as_str())];
        self.caller.attempt(Method::POST, self.path, &headers, Some(self.body.to_string())).await
    }
}

/// What an answer means to its sender, and its name in the tally. An answer that the contract does
/// not know stops the test.
pub fn judge(answer: &Answer) -> (Outcome, String) {
    if answer.status == 201 {
        return (Outcome::Done(answer.clone()), "done".into());
    }
    let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
    let outcome = match (answer.status, code.as_str()) {
        (503, "outcome_unknown" | "timeout") => Outcome::Unknown,
        (422 | 404, _) | (503, "overloaded" | "storage_unavailable") => Outcome::Refused,
        _ => panic!("no answer of the contract: {answer:?}"),
    };
    if answer.status == 503 {
        assert!(answer.headers["retry-after"].parse::<u32>().is_ok_and(|seconds| seconds > 0), "{answer:?}");
    }
    (outcome, code)
}

#[derive(Default)]
struct Book {
    requests: Vec<Request>,
    answers: BTreeMap<String, usize>,
}

#[derive(Default)]
struct Shared {
    book: Mutex<Book>,
    ended: AtomicBool,
    power_is_off: AtomicBool,
}

/// The load while it runs.
pub struct Load {
    shared: Arc<Shared>,
    clients: JoinSet<()>,
}

impl Load {
    /// `payers` of the members begin to pay anyone, and the operator to distribute to all.
    pub fn start(dice: &mut fastrand::Rng, members: &[Member], payers: usize, operator: &Member) -> Self {
        let (shared, members): (Arc<Shared>, Arc<[Member]>) = (Arc::default(), members.into());
        let mut clients = JoinSet::new();
        for number in 0..=payers {
            let (shared, members, operator, mut dice) =
                (Arc::clone(&shared), Arc::clone(&members), operator.clone(), dice.fork());
            clients.spawn(async move {
                while !shared.ended.load(Ordering::SeqCst) {
                    let request = match members.get(number).filter(|_| number < payers) {
                        Some(payer) => Request::payment(&mut dice, payer, &members),
                        None => Request::distribution(&mut dice, &operator, &members),
                    };
                    if !shared.send(request).await {
                        break;
                    }
                }
            });
        }
        Self { shared, clients }
    }

    /// From now on the machine is dark, and whatever still seems to come from it was not seen by
    /// anybody. To be said before the power is cut.
    pub fn power_is_off(&self) {
        self.shared.power_is_off.store(true, Ordering::SeqCst);
    }

    /// How often each answer was heard so far: `done`, a code, or `none`.
    pub fn answers(&self) -> BTreeMap<String, usize> {
        self.shared.book.lock().unwrap().answers.clone()
    }

    /// Ends it and gives the requests.
    pub async fn end(self) -> Vec<Request> {
        self.shared.ended.store(true, Ordering::SeqCst);
        self.clients.join_all().await;
        std::mem::take(&mut self.shared.book.lock().unwrap().requests)
    }
}

impl Shared {
    /// Sends a request and writes down what became of it; false when the server is gone.
    async fn send(&self, request: Request) -> bool {
        let place = {
            let mut book = self.book.lock().unwrap();
            book.requests.push(request.clone());
            book.requests.len() - 1
        };
        let answer = request.send().await;
        {
            let mut book = self.book.lock().unwrap();
            if self.power_is_off.load(Ordering::SeqCst) {
                return false;
            }
            let (outcome, name) = answer.as_ref().map_or((Outcome::Unknown, "none".into()), judge);
            book.requests[place].outcome = outcome;
            *book.answers.entry(name).or_default() += 1;
        }
        if answer.as_ref().is_ok_and(|answer| answer.status == 503) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        answer.is_ok()
    }
}
