//! Random histories against a small model in memory: after every step, balances, supply, links,
//! chain and rollups agree, and a refused step has changed nothing.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use communitytoken::identity::Member;
use communitytoken::ledger::{
    Amount, Filter, IdempotencyKey, Once, PageRequest, Transaction, Wallet, WalletId, history, supply,
};
use communitytoken::members::SetDeleted;
use communitytoken::transfers::{Reverse, Send};
use communitytoken::treasury::{Correct, Distribute, Issue, Recipient, SetFrozen};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::support::{Community, authority};

/// Members of the model; enough to meet each other, few enough to meet again.
const MEMBERS: usize = 4;

/// One thing someone does. Members and earlier payments are named by number.
#[derive(Debug, Clone)]
enum Step {
    Issue(i64),
    Distribute(Vec<(usize, i64)>),
    Pay(usize, usize, Choice),
    Pool(usize, Choice),
    GiveBack(usize, Choice),
    Correct(usize, Choice),
    Freeze(usize, bool),
    Delete(usize, bool),
    Replay(usize, bool),
    Reopen,
    Clock(i64),
}

/// How much, in view of what there is: the borders are the interesting places.
#[derive(Debug, Clone, Copy)]
enum Choice {
    Some(i64),
    All,
    OneMore,
    Largest,
}

impl Choice {
    fn of(self, held: i64) -> i64 {
        match self {
            Self::Some(amount) => amount,
            Self::All => held.max(1),
            Self::OneMore => held.saturating_add(1),
            Self::Largest => i64::MAX,
        }
    }
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![6 => (1..60_i64).prop_map(Choice::Some), 2 => Just(Choice::All), 1 => Just(Choice::OneMore), 1 => Just(Choice::Largest)]
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 1..100_i64, 1 => Just(i64::MAX), 1 => Just(i64::MAX / 2)]
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..MEMBERS;
    prop_oneof![
        1 => amount().prop_map(Step::Issue),
        3 => prop::collection::vec((who.clone(), amount()), 1..4).prop_map(Step::Distribute),
        8 => (who.clone(), who.clone(), choice()).prop_map(|(from, to, amount)| Step::Pay(from, to, amount)),
        2 => (who.clone(), choice()).prop_map(|(from, amount)| Step::Pool(from, amount)),
        3 => (0..50_usize, choice()).prop_map(|(which, amount)| Step::GiveBack(which, amount)),
        2 => (0..50_usize, choice()).prop_map(|(which, amount)| Step::Correct(which, amount)),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, frozen)| Step::Freeze(who, frozen)),
        1 => (who, any::<bool>()).prop_map(|(who, deleted)| Step::Delete(who, deleted)),
        3 => (0..50_usize, any::<bool>()).prop_map(|(which, same)| Step::Replay(which, same)),
        1 => Just(Step::Reopen),
        1 => (-200_000_000..200_000_000_i64).prop_map(Step::Clock),
    ]
}

/// A payment the model remembers.
#[derive(Debug, Clone)]
struct Paid {
    made: Transaction,
    given_back: i64,
}

/// What the ledger should be.
#[derive(Default)]
struct Model {
    balances: HashMap<WalletId, i64>,
    frozen: HashMap<WalletId, bool>,
    closed: HashMap<WalletId, bool>,
    issued: i64,
    paid: Vec<Paid>,
    requests: Vec<(IdempotencyKey, Send, Member, Transaction)>,
}

type Code = &'static str;

impl Model {
    fn balance(&self, wallet: WalletId) -> i64 {
        self.balances.get(&wallet).copied().unwrap_or(0)
    }

    fn is(map: &HashMap<WalletId, bool>, wallet: WalletId) -> bool {
        map.get(&wallet).copied().unwrap_or(false)
    }

    /// What a movement must lead to: the rule, written once more and otherwise.
    fn judge(&self, from: WalletId, to: WalletId, amount: i64) -> Result<(), Code> {
        if from == to {
            return Err("self_transfer");
        }
        if Self::is(&self.frozen, from) || Self::is(&self.frozen, to) {
            return Err("wallet_frozen");
        }
        if Self::is(&self.closed, to) {
            return Err("recipient_closed");
        }
        if self.balance(from) < amount {
            return Err("insufficient_balance");
        }
        if self.balance(to).checked_add(amount).is_none() {
            return Err("amount_overflow");
        }
        Ok(())
    }

    fn apply(&mut self, from: WalletId, to: WalletId, amount: i64) {
        *self.balances.entry(from).or_default() -= amount;
        *self.balances.entry(to).or_default() += amount;
    }

    /// What giving back must lead to.
    fn judge_back(&self, paid: &Paid, amount: i64) -> Result<(), Code> {
        if paid.made.reverses.is_some() {
            return Err("not_reversible");
        }
        if amount > paid.made.amount - paid.given_back {
            return Err("already_reversed");
        }
        self.judge(paid.made.to.wallet_id, paid.made.from.wallet_id, amount)
    }
}

struct World {
    community: Community,
    members: Vec<Member>,
    treasury: WalletId,
    model: Model,
}

impl World {
    fn new() -> Self {
        let community = Community::new();
        let members = (0..MEMBERS).map(|number| community.join(&format!("member-{number}"))).collect();
        let treasury = community.treasury();
        Self { community, members, treasury, model: Model::default() }
    }

    /// Does the step; gives what the model expected and what happened.
    fn take(&mut self, step: &Step) -> (Result<(), Code>, Result<(), String>) {
        let treasury = self.treasury;
        match step {
            Step::Issue(amount) => {
                let expected = self.model.issued.checked_add(*amount).map(|_| ()).ok_or("amount_overflow");
                let command =
                    Issue { amount: Amount::new(*amount).unwrap(), system_account: None, authority: authority() };
                let outcome = said(self.community.run(command));
                if outcome.is_ok() {
                    self.model.issued += amount;
                    *self.model.balances.entry(treasury).or_default() += amount;
                }
                (expected, outcome)
            }
            Step::Distribute(shares) => self.distribute(shares),
            Step::Pay(from, to, amount) => {
                let to = self.members[*to].wallet_id;
                self.pay(*from, to, *amount)
            }
            Step::Pool(from, amount) => self.pay(*from, treasury, *amount),
            Step::GiveBack(which, amount) => self.give_back(*which, *amount, false),
            Step::Correct(which, amount) => self.give_back(*which, *amount, true),
            Step::Freeze(who, frozen) => {
                let wallet_id = self.members[*who].wallet_id;
                self.model.frozen.insert(wallet_id, *frozen);
                (Ok(()), said(self.community.run(SetFrozen { wallet_id, frozen: *frozen, authority: authority() })))
            }
            Step::Delete(who, deleted) => {
                let member = &self.members[*who];
                self.model.closed.insert(member.wallet_id, *deleted);
                let command = SetDeleted { user_id: member.id, deleted: *deleted, authority: authority() };
                (Ok(()), said(self.community.run(command)))
            }
            Step::Replay(which, same) => self.replay(*which, *same),
            Step::Reopen => {
                self.community.reopen();
                (Ok(()), Ok(()))
            }
            Step::Clock(jump) => {
                self.community.clock.fetch_add(*jump, Ordering::Relaxed);
                (Ok(()), Ok(()))
            }
        }
    }

    fn pay(&mut self, from: usize, to: WalletId, amount: Choice) -> (Result<(), Code>, Result<(), String>) {
        let member = self.members[from].clone();
        let amount = amount.of(self.model.balance(member.wallet_id));
        let expected = self.model.judge(member.wallet_id, to, amount);
        let command = Send { from: member.wallet_key, to, amount: Amount::new(amount).unwrap(), note: None };
        // Without a time of its own: the test's clock jumps about.
        let key = IdempotencyKey::new(&format!("request-{}", self.model.requests.len())).unwrap();
        let once = Once { caller: member.key, key: key.clone(), command: command.clone() };
        let outcome = self.community.run(once).map(|outcome| {
            assert!(!outcome.replayed);
            self.model.apply(member.wallet_id, to, amount);
            self.model.paid.push(Paid { made: outcome.output.clone(), given_back: 0 });
            self.model.requests.push((key, command, member, outcome.output));
        });
        (expected, said(outcome))
    }

    fn distribute(&mut self, shares: &[(usize, i64)]) -> (Result<(), Code>, Result<(), String>) {
        let mut expected = Ok(());
        let mut seen = Vec::new();
        let mut total = 0_i64;
        for (who, amount) in shares {
            let wallet = self.members[*who].wallet_id;
            let problem = if seen.contains(who) {
                Some("invalid_request")
            } else if Model::is(&self.model.frozen, wallet) {
                Some("wallet_frozen")
            } else if Model::is(&self.model.closed, wallet) {
                Some("recipient_closed")
            } else {
                match total.checked_add(*amount) {
                    Some(sum) => {
                        total = sum;
                        None
                    }
                    None => Some("amount_overflow"),
                }
            };
            seen.push(*who);
            if let (Some(code), Ok(())) = (problem, expected) {
                expected = Err(code);
            }
        }
        let shortfall = (total - self.model.balance(self.treasury)).max(0);
        if expected.is_ok() && self.model.issued.checked_add(shortfall).is_none() {
            expected = Err("amount_overflow");
        }
        let recipients = shares
            .iter()
            .map(|(who, amount)| Recipient {
                wallet_id: self.members[*who].wallet_id,
                amount: Amount::new(*amount).unwrap(),
                place: who.to_string(),
            })
            .collect();
        let command =
            Distribute { recipients, recipients_max: 100, note: None, system_account: None, authority: authority() };
        let outcome = self.community.run(command).map(|made| {
            assert_eq!((made.issued, made.distributed), (shortfall, total));
            self.model.issued += shortfall;
            *self.model.balances.entry(self.treasury).or_default() += shortfall;
            for transaction in made.transactions.into_iter().filter(|made| made.from != made.to) {
                self.model.apply(self.treasury, transaction.to.wallet_id, transaction.amount);
                self.model.paid.push(Paid { made: transaction, given_back: 0 });
            }
        });
        (expected, said(outcome))
    }

    fn give_back(&mut self, which: usize, amount: Choice, by_operator: bool) -> (Result<(), Code>, Result<(), String>) {
        if self.model.paid.is_empty() {
            return (Ok(()), Ok(()));
        }
        let which = which % self.model.paid.len();
        let paid = self.model.paid[which].clone();
        let Some(recipient) = self.members.iter().find(|member| member.wallet_id == paid.made.to.wallet_id) else {
            // Paid into the pool: only an operator gives that back, and that is the same rule.
            return (Ok(()), Ok(()));
        };
        let amount = amount.of(paid.made.amount - paid.given_back);
        let expected = self.model.judge_back(&paid, amount);
        let tokens = Some(Amount::new(amount).unwrap());
        let outcome = if by_operator {
            self.community.run(Correct { transaction_id: paid.made.id, amount: tokens, authority: authority() })
        } else {
            self.community.run(Reverse {
                caller: recipient.wallet_key,
                transaction_id: paid.made.id,
                amount: tokens,
                note: None,
            })
        };
        let outcome = outcome.map(|made| {
            self.model.apply(paid.made.to.wallet_id, paid.made.from.wallet_id, amount);
            self.model.paid[which].given_back += amount;
            self.model.paid.push(Paid { made, given_back: 0 });
        });
        (expected, said(outcome))
    }

    /// An earlier request again: the same answer and no effect; another request under its key: refused.
    fn replay(&mut self, which: usize, same: bool) -> (Result<(), Code>, Result<(), String>) {
        if self.model.requests.is_empty() {
            return (Ok(()), Ok(()));
        }
        let (key, command, member, first) = self.model.requests[which % self.model.requests.len()].clone();
        let before = self.community.digest();
        let command = if same {
            command
        } else {
            Send { amount: Amount::new(command.amount.get() % 1000 + 1001).unwrap(), ..command }
        };
        let outcome = self.community.run(Once { caller: member.key, key, command });
        assert_eq!(self.community.digest(), before, "a repeated request changed something");
        if let Ok(outcome) = &outcome {
            assert!(outcome.replayed);
            assert_eq!((outcome.output.id, &outcome.output.hash), (first.id, &first.hash));
        }
        (if same { Ok(()) } else { Err("idempotency_key_reused") }, said(outcome))
    }

    /// Everything agrees with the model and with itself.
    fn check(&self) -> Result<(), TestCaseError> {
        let books = &self.community.books;
        let figures = books.read_blocking(|conn| supply(conn, 0)).unwrap();
        prop_assert!(figures.is_consistent);
        prop_assert_eq!(figures.total_issuance, self.model.issued);
        prop_assert_eq!(figures.system_pool, self.model.balance(self.treasury));
        for wallet_id in self.members.iter().map(|member| member.wallet_id).chain([self.treasury]) {
            let (wallet, entries) = books
                .read_blocking(|conn| {
                    let wallet = Wallet::by_id(conn, wallet_id)?;
                    let all = PageRequest { limit: 10_000, cursor: None };
                    let entries = history(conn, &wallet, &Filter::default(), &all)?.items;
                    Ok((wallet, entries))
                })
                .unwrap();
            prop_assert_eq!(wallet.balance, self.model.balance(wallet_id));
            let mut balance = wallet.balance;
            for entry in &entries {
                prop_assert_eq!(entry.balance_after, Some(balance));
                balance = entry.balance_before.unwrap();
            }
            prop_assert_eq!(balance, 0, "a history begins with nothing");
        }
        let report = self.community.verify();
        prop_assert!(report.is_sound, "{:?}", report.findings);
        Ok(())
    }
}

fn said<T>(outcome: communitytoken::error::Result<T>) -> Result<(), String> {
    outcome.map(|_| ()).map_err(|error| error.code.as_str().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, ..ProptestConfig::default() })]

    /// Whatever members and operators do, in whatever order: the ledger is what the model says, sound
    /// after every step, and a refused step has changed nothing.
    #[test]
    fn the_ledger_is_what_the_model_says(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for step in &steps {
            let before = world.community.digest();
            let (expected, outcome) = world.take(step);
            prop_assert_eq!(outcome.as_ref().map_err(String::as_str), expected.as_ref().map_err(|code| *code), "{:?}", step);
            if expected.is_err() {
                prop_assert_eq!(world.community.digest(), before, "{:?} was refused and changed something", step);
            }
            world.check()?;
        }
    }
}
