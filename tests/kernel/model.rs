//! Random sequences of everything that can happen, beside a small model of what must happen. After
//! every step: the outcome and its code, every balance, the supply, the histories, and `verify`; and
//! a step that was refused has changed no row.

use std::collections::HashMap;

use communitytoken::error::{Code, Error};
use communitytoken::ledger::{
    DAY_MS, Direction, Filter, Once, PageRequest, Repeatable, Transaction, TransactionId, Wallet, history,
};
use communitytoken::proofs;
use communitytoken::transfers::Reverse;
use communitytoken::treasury::{Correct, Issue};
use proptest::prelude::*;

use super::support::{Community, MORNING, amount, authority, delete, distribution, freeze, key, transfer};

/// An amount, relative to what is there.
#[derive(Debug, Clone, Copy)]
enum Tokens {
    Small(i64),
    Balance,
    OneMore,
    Most,
}

impl Tokens {
    fn of(self, balance: i64) -> i64 {
        match self {
            Self::Small(tokens) => tokens,
            Self::Balance => balance.max(1),
            Self::OneMore => balance.saturating_add(1),
            Self::Most => i64::MAX,
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Register,
    Issue(Tokens),
    Distribute(Vec<(usize, Tokens)>),
    Send(usize, usize, Tokens),
    Pool(usize, Tokens),
    GiveBack(usize, Option<Tokens>),
    Correct(usize, Option<Tokens>),
    Freeze(usize, bool),
    Delete(usize, bool),
    Replay(usize),
    Reuse(usize),
    Checkpoint,
    RotateKey,
    Reopen,
    Clock(i64),
}

fn tokens() -> impl Strategy<Value = Tokens> {
    prop_oneof![
        8 => (1..200_i64).prop_map(Tokens::Small),
        2 => Just(Tokens::Balance),
        2 => Just(Tokens::OneMore),
        1 => Just(Tokens::Most),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..6_usize;
    prop_oneof![
        2 => Just(Step::Register),
        2 => tokens().prop_map(Step::Issue),
        4 => prop::collection::vec((who.clone(), tokens()), 0..4).prop_map(Step::Distribute),
        10 => (who.clone(), who.clone(), tokens()).prop_map(|(from, to, tokens)| Step::Send(from, to, tokens)),
        3 => (who.clone(), tokens()).prop_map(|(from, tokens)| Step::Pool(from, tokens)),
        4 => (any::<usize>(), prop::option::of(tokens())).prop_map(|(which, tokens)| Step::GiveBack(which, tokens)),
        3 => (any::<usize>(), prop::option::of(tokens())).prop_map(|(which, tokens)| Step::Correct(which, tokens)),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, on)| Step::Freeze(who, on)),
        2 => (who, any::<bool>()).prop_map(|(who, on)| Step::Delete(who, on)),
        3 => any::<usize>().prop_map(Step::Replay),
        1 => any::<usize>().prop_map(Step::Reuse),
        2 => Just(Step::Checkpoint),
        1 => Just(Step::RotateKey),
        1 => Just(Step::Reopen),
        2 => prop_oneof![Just(-DAY_MS), Just(DAY_MS), Just(-5_000), Just(3_600_000), Just(-40 * DAY_MS)].prop_map(Step::Clock),
    ]
}

/// Wallet 0 is the treasury; wallet n + 1 is member n's.
#[derive(Debug, Clone, Default)]
struct Account {
    balance: i64,
    frozen: bool,
    closed: bool,
}

#[derive(Debug, Clone)]
struct Moved {
    id: TransactionId,
    from: usize,
    to: usize,
    amount: i64,
    given_back: i64,
    is_reversal: bool,
}

/// A request that was executed, to be repeated.
#[derive(Clone)]
struct Request {
    caller: usize,
    key: String,
    command: communitytoken::transfers::Send,
    answer: TransactionId,
}

struct Model {
    accounts: Vec<Account>,
    issued: i64,
    moved: Vec<Moved>,
    histories: HashMap<usize, Vec<(i64, i64)>>,
}

impl Model {
    /// What a movement must give, and its effect if it is granted.
    fn movement(&mut self, from: usize, to: usize, tokens: i64) -> Result<(), Code> {
        if from == to && from != 0 {
            return Err(Code::SelfTransfer);
        }
        if self.accounts[from].frozen || self.accounts[to].frozen {
            return Err(Code::WalletFrozen);
        }
        if self.accounts[to].closed {
            return Err(Code::RecipientClosed);
        }
        if from == to {
            self.issued = self.issued.checked_add(tokens).ok_or(Code::AmountOverflow)?;
        } else {
            if self.accounts[from].balance < tokens {
                return Err(Code::InsufficientBalance);
            }
            self.accounts[from].balance -= tokens;
            let after = self.accounts[from].balance;
            self.histories.entry(from).or_default().push((-tokens, after));
        }
        self.accounts[to].balance += tokens;
        let after = self.accounts[to].balance;
        self.histories.entry(to).or_default().push((tokens, after));
        Ok(())
    }

    fn reversal(&mut self, which: usize, tokens: Option<i64>) -> Result<(usize, usize, i64), Code> {
        let original = self.moved[which].clone();
        if original.from == original.to || original.is_reversal {
            return Err(Code::NotReversible);
        }
        let left = original.amount - original.given_back;
        let tokens = tokens.unwrap_or(left);
        if left == 0 || tokens > left {
            return Err(Code::AlreadyReversed);
        }
        self.movement(original.to, original.from, tokens)?;
        self.moved[which].given_back += tokens;
        Ok((original.to, original.from, tokens))
    }
}

struct Run {
    community: Community,
    model: Model,
    requests: Vec<Request>,
    counter: usize,
}

type Outcome<T> = Result<T, Error>;

/// Compares what happened with what had to happen.
fn compare<T, U>(seen: &Outcome<T>, expected: &Result<U, Code>) -> bool {
    match (seen, expected) {
        (Ok(_), Ok(_)) => true,
        (Err(error), Err(code)) => error.code == *code,
        _ => false,
    }
}

fn told<T>(seen: &Outcome<T>) -> String {
    seen.as_ref().map_or_else(|error| format!("{}: {error} {:?}", error.code, error.cause()), |_| "done".into())
}

impl Run {
    fn new() -> Self {
        Self {
            community: Community::founded(3, MORNING),
            model: Model {
                accounts: vec![Account::default(); 4],
                issued: 0,
                moved: Vec::new(),
                histories: HashMap::new(),
            },
            requests: Vec::new(),
            counter: 0,
        }
    }

    fn members(&self) -> usize {
        self.community.members.len()
    }

    fn wallet(&self, account: usize) -> communitytoken::ledger::WalletId {
        if account == 0 { self.community.treasury } else { self.community.wallet(account - 1) }
    }

    fn record(&mut self, made: &Transaction, from: usize, to: usize, is_reversal: bool) {
        self.model.moved.push(Moved { id: made.id, from, to, amount: made.amount, given_back: 0, is_reversal });
    }

    /// Sends with a key, as the API does.
    fn send(&mut self, from: usize, to: usize, tokens: i64) {
        self.counter += 1;
        let name = format!("request-{}", self.counter);
        let member = self.community.members[from - 1].clone();
        let command = transfer(&member, self.wallet(to), tokens);
        let once = Once { caller: member.key, key: key(&name), command: command.clone() };
        let seen = self.community.run(once);
        let has_left = self.model.accounts[from].closed;
        let expected = if has_left { Err(Code::Forbidden) } else { self.model.movement(from, to, tokens) };
        assert!(compare(&seen, &expected), "{}, expected {expected:?}", told(&seen));
        if let Ok(outcome) = seen {
            assert!(!outcome.replayed);
            self.record(&outcome.output, from, to, false);
            self.requests.push(Request { caller: from - 1, key: name, command, answer: outcome.output.id });
        }
    }

    fn distribute(&mut self, shares: &[(usize, Tokens)]) {
        let members = self.members();
        let shares: Vec<(usize, i64)> =
            shares.iter().map(|(who, tokens)| (who % members + 1, tokens.of(self.model.accounts[0].balance))).collect();
        let seen = self.community.run(distribution(shares.iter().map(|(who, tokens)| (self.wallet(*who), *tokens))));
        let expected = self.expect_distribution(&shares);
        assert!(compare(&seen, &expected), "{}, expected {expected:?}", told(&seen));
        if let (Ok(made), Ok(issued)) = (seen, expected) {
            assert_eq!(made.issued, issued, "exactly what lacked");
            let mut made = made.transactions.into_iter();
            if issued > 0 {
                let first = made.next().unwrap();
                assert_eq!(first.amount, issued);
                self.record(&first, 0, 0, false);
            }
            for ((who, tokens), transaction) in shares.into_iter().zip(made.by_ref()) {
                assert_eq!(transaction.amount, tokens);
                self.record(&transaction, 0, who, false);
            }
            assert!(made.next().is_none());
        }
    }

    /// What a distribution must give: how much it issues, or why not; on refusal nothing is changed.
    fn expect_distribution(&mut self, shares: &[(usize, i64)]) -> Result<i64, Code> {
        if shares.is_empty() {
            return Err(Code::InvalidRequest);
        }
        let mut total = 0_i64;
        for (place, (who, tokens)) in shares.iter().enumerate() {
            if shares[..place].iter().any(|(other, _)| other == who) {
                return Err(Code::InvalidRequest);
            }
            if self.model.accounts[*who].frozen {
                return Err(Code::WalletFrozen);
            }
            if self.model.accounts[*who].closed {
                return Err(Code::RecipientClosed);
            }
            total = total.checked_add(*tokens).ok_or(Code::AmountOverflow)?;
        }
        let issued = (total - self.model.accounts[0].balance).max(0);
        if issued > 0 {
            self.model.movement(0, 0, issued)?;
        }
        for (who, tokens) in shares {
            self.model.movement(0, *who, *tokens).expect("the shares were looked at");
        }
        Ok(issued)
    }

    fn reverse(&mut self, which: usize, wanted: Option<Tokens>, by_operator: bool) {
        if self.model.moved.is_empty() {
            return;
        }
        let which = which % self.model.moved.len();
        let original = self.model.moved[which].clone();
        if !by_operator && original.to == 0 {
            return;
        }
        let tokens = wanted.map(|tokens| tokens.of(original.amount - original.given_back));
        let seen = if by_operator {
            self.community.run(Correct {
                transaction_id: original.id,
                amount: tokens.map(amount),
                authority: authority("A mistake"),
            })
        } else {
            let caller = self.community.members[original.to - 1].wallet_key;
            self.community.run(Reverse { caller, transaction_id: original.id, amount: tokens.map(amount), note: None })
        };
        let expected = self.model.reversal(which, tokens);
        assert!(compare(&seen, &expected), "{}, expected {expected:?}", told(&seen));
        if let (Ok(made), Ok((from, to, tokens))) = (seen, expected) {
            assert_eq!((made.amount, made.reverses), (tokens, Some(original.id)));
            self.record(&made, from, to, true);
        }
    }

    /// The same key: the same answer and no effect; with another request it is refused.
    fn replay(&mut self, which: usize, same: bool) {
        if self.requests.is_empty() {
            return;
        }
        let request = self.requests[which % self.requests.len()].clone();
        let mut command = request.command.clone();
        if !same {
            command.amount = amount(command.amount.get().checked_add(1).unwrap_or(1));
        }
        let caller = self.community.members[request.caller].key;
        let before = self.community.rows();
        let seen = self.community.run(Once { caller, key: key(&request.key), command });
        if same && self.model.accounts[request.caller + 1].closed {
            assert_eq!(seen.unwrap_err().code, Code::Forbidden);
        } else if same {
            let outcome = seen.unwrap();
            assert!(outcome.replayed);
            assert_eq!(outcome.output.id, request.answer);
            assert_eq!(communitytoken::transfers::Send::first_sequence(&outcome.output), request.answer.sequence());
        } else {
            assert_eq!(seen.unwrap_err().code, Code::IdempotencyKeyReused);
        }
        assert_eq!(self.community.rows(), before, "a repetition changes nothing");
    }

    fn take(&mut self, step: &Step) {
        let members = self.members();
        match *step {
            Step::Register if members < 6 => {
                self.community.join(&format!("member_{members}"));
                self.model.accounts.push(Account::default());
            }
            Step::Register => {
                let known = self.community.run(super::support::register("member_0")).unwrap();
                assert_eq!(known.id, self.community.members[0].id, "a known identity stays who it is");
            }
            Step::Issue(tokens) => {
                let tokens = tokens.of(self.model.accounts[0].balance);
                let command = Issue { amount: amount(tokens), system_account: None, authority: authority("Stock") };
                let seen = self.community.run(command);
                let expected = self.model.movement(0, 0, tokens);
                assert!(compare(&seen, &expected), "{}, expected {expected:?}", told(&seen));
                if let Ok(made) = seen {
                    self.record(&made, 0, 0, false);
                }
            }
            Step::Distribute(ref shares) => self.distribute(shares),
            Step::Send(from, to, tokens) => {
                let (from, to) = (from % members + 1, to % members + 1);
                self.send(from, to, tokens.of(self.model.accounts[from].balance));
            }
            Step::Pool(from, tokens) => {
                let from = from % members + 1;
                self.send(from, 0, tokens.of(self.model.accounts[from].balance));
            }
            Step::GiveBack(which, tokens) => self.reverse(which, tokens, false),
            Step::Correct(which, tokens) => self.reverse(which, tokens, true),
            Step::Freeze(who, on) => {
                let who = who % members;
                self.community.run(freeze(self.community.wallet(who), on)).unwrap();
                self.model.accounts[who + 1].frozen = on;
            }
            Step::Delete(who, on) => {
                let who = who % members;
                self.community.run(delete(&self.community.members[who], on)).unwrap();
                self.model.accounts[who + 1].closed = on;
            }
            Step::Replay(which) => self.replay(which, true),
            Step::Reuse(which) => self.replay(which, false),
            Step::Checkpoint => {
                let books = self.community.books();
                let newest = |conn: &_| Ok(communitytoken::ledger::proof::newest(conn)?.map(|newest| newest.sequence));
                let taken = proofs::take(books).unwrap().map(|taken| taken.checkpoint.sequence);
                assert_eq!(taken.or(books.read_blocking(newest).unwrap()), books.read_blocking(newest).unwrap());
                assert!(proofs::take(books).unwrap().is_none(), "nothing has happened since");
            }
            Step::RotateKey => {
                proofs::rotate_key(self.community.books(), authority("Yearly change")).unwrap();
            }
            Step::Reopen => self.community.reopen(),
            Step::Clock(by) => self.community.clock.turn(by),
        }
    }

    /// Everything agrees with the model.
    fn check(&self) {
        for (place, account) in self.model.accounts.iter().enumerate() {
            let wallet = self.wallet(place);
            let stored =
                self.community.books().read_blocking(|conn| Wallet::by_id(conn, wallet)).expect("the wallet is there");
            assert_eq!(stored.balance, account.balance);
            assert_eq!((stored.frozen_reason.is_some(), stored.is_closed), (account.frozen, account.closed));
            self.check_history(&stored, self.model.histories.get(&place).map_or(&[], Vec::as_slice));
        }
        let supply = self.community.supply();
        assert!(supply.is_consistent);
        assert_eq!(supply.total_issuance, self.model.issued);
        assert_eq!(supply.system_pool, self.model.accounts[0].balance);
        self.community.assert_sound();
    }

    fn check_history(&self, wallet: &Wallet, expected: &[(i64, i64)]) {
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let request = PageRequest { limit: 25, cursor };
            let page = self
                .community
                .books()
                .read_blocking(|conn| history(conn, wallet, &Filter::default(), &request))
                .unwrap();
            seen.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        let lines: Vec<(i64, i64)> = seen
            .iter()
            .rev()
            .map(|line| {
                let signed = if line.direction == Some(Direction::In) { line.amount } else { -line.amount };
                assert_eq!(line.balance_before.unwrap() + signed, line.balance_after.unwrap());
                (signed, line.balance_after.unwrap())
            })
            .collect();
        assert_eq!(lines, expected);
        for pair in seen.windows(2) {
            assert!(pair[0].sequence > pair[1].sequence && pair[0].created_at >= pair[1].created_at);
            assert_eq!(pair[0].balance_before, pair[1].balance_after, "each line goes on from the one before");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_books_agree_with_the_model(steps in prop::collection::vec(step(), 30..60)) {
        let mut run = Run::new();
        for step in &steps {
            let before = run.community.rows();
            let moved = run.model.moved.len();
            run.take(step);
            let is_movement = matches!(
                step,
                Step::Issue(_) | Step::Distribute(_) | Step::Send(..) | Step::Pool(..) | Step::GiveBack(..) | Step::Correct(..)
            );
            if is_movement && run.model.moved.len() == moved {
                prop_assert_eq!(run.community.rows(), before, "a refused step changed something: {:?}", step);
            }
            run.check();
        }
    }
}
