//! A community's made-up years: members join, leave and come back, are frozen, get tokens every week from
//! two system accounts, pay each other, pay the accounts, give back.

use std::sync::mpsc;

use communitytoken::error::Result;
use communitytoken::identity::Member;
use communitytoken::ledger::{Command, Ledger, WalletId, WalletKey};
use communitytoken::transfers::{Reverse, Send};
use communitytoken::treasury::Distribute;

use crate::kernel::{Community, Hand, amount, delete, distribution, freeze, issue, register};

/// Days of the history.
const DAYS: u64 = 3 * 365;
pub const DAY: i64 = 86_400_000;
/// The name of the second system account.
pub const FUND: &str = "harvest_fund";

/// Turns the clock for the command that comes next.
struct Then<C> {
    command: C,
    clock: Hand,
    time: i64,
}

impl<C: Command> Command for Then<C> {
    type Output = Result<C::Output>;
    fn run(self, ledger: &mut Ledger<'_>) -> Result<Self::Output> {
        let outcome = self.command.run(ledger);
        self.clock.turn(self.time - self.clock.time());
        // A refusal must undo what the command did; so it is one here too, and the clock is turned anyway.
        outcome.map(Ok)
    }
}

/// A community with a history, and what it takes to go on.
pub struct Story {
    pub community: Community,
    pub dice: fastrand::Rng,
    fund: (WalletId, WalletKey),
    gone: Vec<Member>,
}

impl Story {
    /// Founded at a time, with a few members.
    pub fn new(dice: fastrand::Rng, founded: i64) -> Self {
        let community = Community::founded(5, founded);
        let fund = WalletId::random();
        let shell = community.shell();
        shell
            .execute_batch(&format!(
                "INSERT INTO wallets (id, is_system, created_at, updated_at) VALUES ('{fund}', 1, {founded}, {founded});
                 INSERT INTO system_accounts (id, wallet, name, created_at)
                 VALUES ('00000000-0000-4000-8000-000000000001', last_insert_rowid(), '{FUND}', {founded});"
            ))
            .unwrap();
        let key =
            WalletKey(shell.query_row("SELECT key FROM wallets WHERE id = ?1", [fund], |row| row.get(0)).unwrap());
        Self { community, dice, fund: (fund, key), gone: Vec::new() }
    }

    fn someone(&mut self) -> usize {
        // Some trade far more than others.
        let members = self.community.members.len();
        self.dice.usize(0..=self.dice.clone().usize(0..members))
    }

    /// Mostly small round amounts, now and then any.
    fn tokens(&mut self) -> i64 {
        match self.dice.u32(0..10) {
            0 => self.dice.i64(1..5_000),
            1..=3 => self.dice.i64(1..=20) * 5,
            _ => self.dice.i64(1..=30),
        }
    }

    /// Some transactions at random times, evenly over the years but busier by day, with everything else that
    /// happens in a community now and then. Most payments are queued, so that many share a commit.
    pub fn live(&mut self, transactions: u64) {
        let step = DAYS * DAY as u64 / transactions;
        let mut done = 0;
        let (queue, queued) = mpsc::channel();
        while done < transactions {
            let time = self.community.clock.time() + self.dice.i64(0..=2 * step as i64);
            let from = self.someone();
            let to = self.someone();
            let (from, to) = (self.community.members[from].clone(), self.community.members[to].wallet_id);
            done += 1;
            let tokens = amount(self.tokens());
            let send = match self.dice.u32(0..100) {
                0..2 => Send { from: self.fund.1, to: self.community.treasury, amount: tokens, note: None },
                2..9 => Send { from: from.wallet_key, to: self.community.treasury, amount: tokens, note: None },
                9..11 => Send { from: from.wallet_key, to: self.fund.0, amount: tokens, note: None },
                _ => Send { from: from.wallet_key, to, amount: tokens, note: None },
            };
            let then = Then { command: send, clock: self.community.clock.clone(), time };
            // Whatever is refused for want of tokens, or because someone is frozen or has left, is refused.
            queue.send(self.community.books().submit(then).unwrap()).unwrap();
            if done % 60 == 0 {
                for waiting in queued.try_iter() {
                    drop(waiting.wait_blocking());
                }
                done += self.happening();
                self.community.clock.turn(time.max(self.community.clock.time()) - self.community.clock.time());
            }
        }
        for waiting in queued.try_iter() {
            drop(waiting.wait_blocking());
        }
    }

    /// Something other than a payment. Gives how many transactions it made.
    pub fn happening(&mut self) -> u64 {
        let everyone = self.community.members.len();
        let who = self.dice.usize(0..everyone);
        let member = self.community.members[who].clone();
        match self.dice.u32(0..12) {
            0..5 => {
                let first = self.dice.usize(0..everyone);
                let tokens = self.dice.i64(10..200);
                let shares: Vec<_> =
                    self.community.members.iter().skip(first).take(40).map(|m| (m.wallet_id, tokens)).collect();
                let system_account = (self.dice.u8(0..3) == 0).then(|| FUND.to_owned());
                let given = self.community.run(Distribute { system_account, ..distribution(shares) });
                given.map_or(0, |given| given.transactions.len() as u64)
            }
            5..8 => {
                if everyone + self.gone.len() < 300 {
                    let name = format!("member_{}", everyone + self.gone.len());
                    self.community.members.push(self.community.run(register(&name)).unwrap());
                }
                0
            }
            8 => {
                let frozen = self.dice.bool();
                self.community.run(freeze(member.wallet_id, frozen)).unwrap();
                0
            }
            9 if everyone > 5 => {
                self.community.run(delete(&member, true)).unwrap();
                self.gone.push(self.community.members.remove(who));
                0
            }
            10 => {
                if let Some(member) = self.gone.pop() {
                    self.community.run(delete(&member, false)).unwrap();
                    self.community.members.push(member);
                }
                0
            }
            11 => u64::from(self.give_back()),
            _ => {
                let tokens = self.dice.i64(1..1_000);
                u64::from(self.community.run(issue(tokens)).is_ok())
            }
        }
    }

    /// The newest payment between members is given back, if it still can be.
    fn give_back(&self) -> bool {
        let newest = self.community.books().read_blocking(|conn| {
            let sequence: Option<i64> =
                conn.query_row("SELECT max(sequence) FROM transactions WHERE kind = 3", [], |row| row.get(0))?;
            let Some(sequence) = sequence else { return Ok(None) };
            let paid = communitytoken::ledger::by_sequence(conn, sequence, None)?;
            let caller = communitytoken::ledger::Wallet::by_id(conn, paid.to.wallet_id)?;
            Ok(Some((paid.id, caller.key)))
        });
        newest.unwrap().is_some_and(|(transaction_id, caller)| {
            self.community.run(Reverse { caller, transaction_id, amount: None, note: None }).is_ok()
        })
    }
}
