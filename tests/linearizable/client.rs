//! A client: it pays, repeats, hangs up, overdraws and reads, and writes down what it saw and when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Member;
use super::record::{Asked, Leg, Line, Moment, NEVER, Operation, Reply};
use super::support::Answer;

/// Who is there: the members, an operator, and the wallets by number, the community's own last.
#[derive(Clone)]
pub struct Town {
    members: Arc<Vec<Member>>,
    operator: Member,
    wallets: Arc<Vec<String>>,
}

impl Town {
    pub fn new(members: &[Member], operator: Member, treasury: String) -> Self {
        let mut wallets: Vec<String> = members.iter().map(|member| member.wallet_id.clone()).collect();
        wallets.push(treasury);
        Self { members: Arc::new(members.to_vec()), operator, wallets: Arc::new(wallets) }
    }

    /// The number of a wallet.
    pub fn place(&self, wallet: &str) -> usize {
        self.wallets.iter().position(|known| known == wallet).unwrap()
    }

    fn pool(&self) -> usize {
        self.wallets.len() - 1
    }
}

/// A request to move tokens, which may be sent several times.
#[derive(Clone)]
struct Order {
    caller: Member,
    path: String,
    body: Value,
    /// Its key, which its note or reason says too.
    label: String,
    legs: Vec<Leg>,
}

pub struct Client {
    number: usize,
    seed: u64,
    dice: Rng,
    is_operator: bool,
    town: Town,
    origin: Instant,
    orders: usize,
    done: Vec<Order>,
    /// Payments to members that were done, by id, and that nobody has given back so far.
    paid: Vec<(String, Leg)>,
    seen: Vec<Operation>,
}

impl Client {
    pub fn new(number: usize, seed: u64, is_operator: bool, town: Town, origin: Instant) -> Self {
        let dice = Rng::with_seed(seed.wrapping_mul(1_000).wrapping_add(number as u64));
        Self {
            number,
            seed,
            dice,
            is_operator,
            town,
            origin,
            orders: 0,
            done: Vec::new(),
            paid: Vec::new(),
            seen: Vec::new(),
        }
    }

    pub async fn run(mut self, end: Instant) -> Vec<Operation> {
        while Instant::now() < end {
            match self.dice.u32(0..100) {
                0..50 => {
                    let order = if self.is_operator { self.distribution() } else { self.payment() };
                    self.place(order).await;
                }
                50..55 => {
                    if let Some(order) = self.give_back() {
                        self.place(order).await;
                    }
                }
                55..65 => self.repeat_an_old_one().await,
                65..85 => self.look().await,
                _ => self.history().await,
            }
        }
        self.seen
    }

    fn label(&mut self) -> String {
        self.orders += 1;
        format!("{}-{}-{}", self.seed, self.number, self.orders)
    }

    fn me(&self) -> usize {
        self.number % self.town.members.len()
    }

    fn payment(&mut self) -> Order {
        let (me, label) = (self.me(), self.label());
        // Every tenth goes to the pool, from which operators distribute again.
        let others = self.town.members.len();
        let to = if self.dice.u32(0..10) == 0 { self.town.pool() } else { (me + self.dice.usize(1..others)) % others };
        let amount = if self.dice.u32(0..15) == 0 { 1_000_000 } else { self.dice.i64(1..250) };
        Order {
            caller: self.town.members[me].clone(),
            path: "/v1/transfers".into(),
            body: json!({ "to_wallet_id": self.town.wallets[to], "amount": amount, "note": label }),
            legs: vec![Leg { from: me, to, amount }],
            label,
        }
    }

    fn distribution(&mut self) -> Order {
        let label = self.label();
        let pool = self.town.pool();
        let mut to: Vec<usize> = (0..pool).collect();
        self.dice.shuffle(&mut to);
        to.truncate(self.dice.usize(1..=4));
        let legs: Vec<Leg> = to.into_iter().map(|to| Leg { from: pool, to, amount: self.dice.i64(1..300) }).collect();
        let recipients: Vec<Value> =
            legs.iter().map(|leg| json!({ "wallet_id": self.town.wallets[leg.to], "amount": leg.amount })).collect();
        Order {
            caller: self.town.operator.clone(),
            path: "/v1/admin/distributions".into(),
            body: json!({ "reason": label, "recipients": recipients }),
            legs,
            label,
        }
    }

    /// Whoever received a payment gives some of it back.
    fn give_back(&mut self) -> Option<Order> {
        let (id, paid) = self.paid.pop()?;
        let label = self.label();
        let amount = self.dice.i64(1..=paid.amount);
        Some(Order {
            caller: self.town.members[paid.to].clone(),
            path: format!("/v1/transactions/{id}/reverse"),
            body: json!({ "amount": amount, "note": label }),
            legs: vec![Leg { from: paid.to, to: paid.from, amount }],
            label,
        })
    }

    /// Sends an order in one of the ways in which people and programs do.
    async fn place(&mut self, order: Order) {
        match self.dice.u32(0..100) {
            // Sent several times at the same moment.
            0..25 => {
                let mut twins = JoinSet::new();
                for _ in 0..self.dice.u32(2..=4) {
                    let (order, number, origin) = (order.clone(), self.number, self.origin);
                    twins.spawn(async move { attempt(&order, number, origin, None).await });
                }
                self.seen.extend(twins.join_all().await);
                self.insist(order).await;
            }
            // The line is cut before the answer; mostly it is sent again, sometimes never.
            25..45 => {
                let patience = Duration::from_micros(self.dice.u64(100..60_000));
                let cut = attempt(&order, self.number, self.origin, Some(patience)).await;
                self.seen.push(cut);
                if self.dice.u32(0..4) > 0 {
                    tokio::time::sleep(Duration::from_micros(self.dice.u64(0..5_000))).await;
                    self.insist(order).await;
                }
            }
            // The key is used for something else afterwards.
            45..50 => {
                self.insist(order.clone()).await;
                let mut other = order;
                // Not more: a reversal of more than there was is refused for another reason.
                other.legs[0].amount = (other.legs[0].amount - 1).max(1);
                match other.body.get_mut("recipients") {
                    Some(recipients) => recipients[0]["amount"] = other.legs[0].amount.into(),
                    None => other.body["amount"] = other.legs[0].amount.into(),
                }
                let reuse = attempt(&other, self.number, self.origin, None).await;
                // Where the first was refused, its key was never used up, and this is the request.
                self.seen.push(reuse);
            }
            _ => self.insist(order).await,
        }
    }

    /// Sends an order until the answer is certain.
    async fn insist(&mut self, order: Order) {
        loop {
            let operation = attempt(&order, self.number, self.origin, None).await;
            let certain = match &operation.asked {
                Asked::Move { reply: Reply::Done { body, .. }, .. } => {
                    if order.path == "/v1/transfers" && order.legs[0].to != self.town.pool() {
                        let made: Value = serde_json::from_str(body).unwrap();
                        self.paid.push((made["id"].as_str().unwrap().to_owned(), order.legs[0].clone()));
                    }
                    Some(true)
                }
                Asked::Move { reply: Reply::Refused { code, .. }, .. } if code != "overloaded" => Some(false),
                _ => None,
            };
            self.seen.push(operation);
            match certain {
                Some(true) => return self.done.push(order),
                Some(false) => return,
                None => tokio::time::sleep(Duration::from_millis(self.dice.u64(1..50))).await,
            }
        }
    }

    async fn repeat_an_old_one(&mut self) {
        if let Some(order) = self.dice.choice(&self.done).cloned() {
            let operation = attempt(&order, self.number, self.origin, None).await;
            self.seen.push(operation);
        }
    }

    fn saw(&mut self, invoked: Moment, answered: Moment, asked: Asked) {
        self.seen.push(Operation { client: self.number, invoked, answered, asked });
    }

    /// A member looks at the balance, an operator at the supply.
    async fn look(&mut self) {
        let (wallet, invoked) = (self.me(), moment(self.origin));
        let asked = if self.is_operator {
            let supply = self.town.operator.get("/v1/statistics/supply").await.ok(200);
            assert_eq!(supply["is_consistent"], true, "{supply}");
            let number = |name: &str| supply[name].as_i64().unwrap();
            let (issued, pool) = (number("total_issuance"), number("system_pool"));
            assert_eq!(number("circulating_supply"), issued - pool, "{supply}");
            Asked::Supply { issued, pool }
        } else {
            Asked::Balance { wallet, balance: self.town.members[wallet].balance().await }
        };
        self.saw(invoked, moment(self.origin), asked);
    }

    /// Pages through some of the history, while others go on paying.
    async fn history(&mut self) {
        let (wallet, limit, pages) = (self.me(), self.dice.u32(1..=30), self.dice.u32(1..=3));
        let invoked = moment(self.origin);
        let mut answered = None;
        let (mut lines, mut cursor) = (Vec::new(), String::new());
        for _ in 0..pages {
            let path = format!("/v1/transactions?limit={limit}{cursor}");
            let page = self.town.members[wallet].get(&path).await.ok(200);
            answered.get_or_insert_with(|| moment(self.origin));
            lines.extend(page["items"].as_array().unwrap().iter().map(line));
            cursor = page["next_cursor"].as_str().map_or_else(String::new, |next| format!("&cursor={next}"));
            if cursor.is_empty() {
                break;
            }
        }
        let whole = cursor.is_empty();
        self.saw(invoked, answered.unwrap(), Asked::History { wallet, lines, whole });
    }
}

fn moment(origin: Instant) -> Moment {
    u64::try_from(origin.elapsed().as_nanos()).unwrap()
}

fn line(item: &Value) -> Line {
    let number = |name: &str| item[name].as_i64().unwrap();
    let amount = number("amount");
    Line {
        sequence: number("sequence"),
        change: if item["direction"] == "in" { amount } else { -amount },
        before: number("balance_before"),
        after: number("balance_after"),
    }
}

/// Sends an order once; with little patience the connection is cut.
async fn attempt(order: &Order, client: usize, origin: Instant, patience: Option<Duration>) -> Operation {
    let invoked = moment(origin);
    let call = order.caller.post_with(&order.path, &order.body, &order.label);
    let answer = match patience {
        Some(patience) => tokio::time::timeout(patience, call).await.ok(),
        None => Some(call.await),
    };
    let answered = if answer.is_some() { moment(origin) } else { NEVER };
    let reply = answer.map_or(Reply::Lost, reply);
    let asked = Asked::Move { label: order.label.clone(), legs: order.legs.clone(), reply };
    Operation { client, invoked, answered, asked }
}

fn reply(answer: Answer) -> Reply {
    let json = answer.json();
    if answer.status == 201 {
        let sequences = match json["transactions"].as_array() {
            Some(made) => made.iter().map(|one| one["sequence"].as_i64().unwrap()).collect(),
            None => vec![json["sequence"].as_i64().unwrap()],
        };
        let replayed = answer.headers.get("idempotency-replayed").is_some_and(|value| value == "true");
        return Reply::Done { replayed, body: answer.text, sequences };
    }
    match json["code"].as_str().unwrap() {
        "outcome_unknown" | "timeout" => Reply::Lost,
        code => Reply::Refused { code: code.to_owned(), balance: json["balance"].as_i64() },
    }
}
