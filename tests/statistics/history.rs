//! A community's made-up years: members join, leave and come back, are frozen, get tokens every week from
//! two system accounts, pay each other, pay the accounts, give back.

use std::sync::mpsc;

use communitytoken::error::Result;
use communitytoken::identity::Member;
use communitytoken::ledger::{Command, Ledger, WalletId};
use communitytoken::transfers::{FeeTerms, Reverse, Send};
use communitytoken::treasury::{AddAccount, Correct, Distribute, MoveBetween};

use crate::kernel::{Community, Hand, amount, authority, delete, distribution, freeze, issue, register};

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
    fund: WalletId,
    gone: Vec<Member>,
}

impl Story {
    /// Founded at a time, with a few members.
    pub fn new(dice: fastrand::Rng, founded: i64) -> Self {
        let community = Community::founded(5, founded);
        let made = community.run(AddAccount { name: FUND.into(), authority: authority("For the harvest") });
        let fund = made.unwrap().wallet_id;
        Self { community, dice, fund, gone: Vec::new() }
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

    fn rows(&self) -> u64 {
        let rows: i64 = self
            .community
            .shell()
            .query_row("SELECT max(sequence) FROM transactions", [], |row| row.get(0))
            .unwrap_or(0);
        rows.try_into().unwrap()
    }

    /// Some transactions at random times, over so many days, with everything else that
    /// happens in a community now and then. Most payments are queued, so that many share a commit.
    pub fn live(&mut self, transactions: u64, days: u64) {
        let span = days * DAY as u64;
        let (before, step) = (self.rows(), span / transactions);
        let (mut tried, mut time) = (0, self.community.clock.time());
        let (queue, queued) = mpsc::channel();
        while tried % 60 != 0 || self.rows() < before + transactions {
            time += self.dice.i64(0..=2 * step as i64);
            let from = self.someone();
            let to = self.someone();
            let (from, to) = (self.community.members[from].clone(), self.community.members[to].wallet_id);
            tried += 1;
            let tokens = amount(self.tokens());
            let send = match self.dice.u32(0..100) {
                0..7 => Send {
                    from: from.wallet_key,
                    to: self.community.treasury,
                    amount: tokens,
                    note: None,
                    terms: FeeTerms::default(),
                },
                7..11 => Send {
                    from: from.wallet_key,
                    to: self.fund,
                    amount: tokens,
                    note: None,
                    terms: FeeTerms::default(),
                },
                _ => Send { from: from.wallet_key, to, amount: tokens, note: None, terms: FeeTerms::default() },
            };
            let then = Then { command: send, clock: self.community.clock.clone(), time };
            // Whatever is refused for want of tokens, or because someone is frozen or has left, is refused.
            queue.send(self.community.books().submit(then).unwrap()).unwrap();
            if tried % 60 == 0 {
                for waiting in queued.try_iter() {
                    drop(waiting.wait_blocking());
                }
                self.happening();
            }
        }
        for waiting in queued.try_iter() {
            drop(waiting.wait_blocking());
        }
    }

    /// Something other than a payment.
    pub fn happening(&mut self) {
        let everyone = self.community.members.len();
        let who = self.dice.usize(0..everyone);
        let member = self.community.members[who].clone();
        match self.dice.u32(0..14) {
            0..5 => {
                let first = self.dice.usize(0..everyone);
                let tokens = self.dice.i64(50..900);
                let shares: Vec<_> =
                    self.community.members.iter().skip(first).take(40).map(|m| (m.wallet_id, tokens)).collect();
                let system_account = (self.dice.u8(0..3) == 0).then(|| FUND.to_owned());
                // All or nothing: where one of them is frozen, nobody gets any.
                drop(self.community.run(Distribute { system_account, ..distribution(shares) }));
            }
            5..8 => {
                if everyone + self.gone.len() < 300 {
                    let name = format!("member_{}", everyone + self.gone.len());
                    self.community.members.push(self.community.run(register(&name)).unwrap());
                }
            }
            8 => {
                let frozen = self.dice.u8(0..4) == 0;
                self.community.run(freeze(member.wallet_id, frozen)).unwrap();
            }
            9 if everyone > 5 => {
                self.community.run(delete(&member, true)).unwrap();
                self.gone.push(self.community.members.remove(who));
            }
            10 => {
                if let Some(member) = self.gone.pop() {
                    self.community.run(delete(&member, false)).unwrap();
                    self.community.members.push(member);
                }
            }
            11 => self.give_back(),
            12 => {
                let (fund, tokens) = (Some(FUND.to_owned()), self.dice.i64(1..200));
                let (from, to) = if self.dice.bool() { (fund, None) } else { (None, fund) };
                let authority = authority("Kept apart");
                // Of what is not there, nothing moves.
                drop(self.community.run(MoveBetween { amount: amount(tokens), from, to, authority }));
            }
            _ => {
                let tokens = self.dice.i64(1..1_000);
                self.community.run(issue(tokens)).unwrap();
            }
        }
    }

    /// The newest transaction of some kind is given back, whole or in part, if it still can be: by whoever
    /// received it, or by an operator.
    fn give_back(&mut self) {
        let kind = self.dice.i64(2..=4);
        let newest = self.community.books().read_blocking(|conn| {
            let sequence: Option<i64> = conn.query_row(
                "SELECT max(sequence) FROM transactions WHERE kind = ?1 AND reverses IS NULL",
                [kind],
                |row| row.get(0),
            )?;
            let Some(sequence) = sequence else { return Ok(None) };
            let paid = communitytoken::ledger::by_sequence(conn, sequence, None)?;
            let caller = communitytoken::ledger::Wallet::by_id(conn, paid.to.wallet_id)?;
            Ok(Some((paid.id, caller.key, paid.amount)))
        });
        let Some((transaction_id, caller, all)) = newest.unwrap() else { return };
        let part = self.dice.bool().then(|| amount(self.dice.i64(1..=all)));
        if self.dice.bool() {
            let authority = authority("A mistake");
            drop(self.community.run(Correct { transaction_id, amount: part, authority }));
        } else {
            drop(self.community.run(Reverse { caller, transaction_id, amount: part, note: None }));
        }
    }
}
