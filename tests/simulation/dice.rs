//! What the dice make happen next. They know the model, so that what they choose is mostly about
//! something that is there, and often just at the border of what is allowed.

use uuid::{Builder, Uuid};

use super::model::{Doing, Key, RECIPIENTS_MAX, Request, Step, TREASURY};
use super::play::Episode;

/// Members at most: few, so that they meet often.
const MEMBERS_MAX: usize = 12;
/// A number that no wallet has.
const NOBODY: usize = 9_999;

impl Episode {
    /// The next command; without turning the clock, if `turns` is false.
    pub fn next_step(&mut self, turns: bool) -> Step {
        match self.dice.u32(0..1_000) {
            0..300 => {
                let doing = self.send();
                let Doing::Send { from, .. } = doing else { unreachable!("it sends") };
                self.keyed(from, doing)
            }
            300..520 => Step::Plain(self.send()),
            520..650 => self.again(),
            650..670 => self.reuse(),
            670..700 => {
                let shares = self.shares();
                self.by_operator(Doing::Distribute { shares })
            }
            700..720 => {
                let amount = self.amount(TREASURY);
                self.by_operator(Doing::Issue { amount })
            }
            720..770 => self.give_back(),
            770..800 => {
                let (which, amount) = (self.some_transaction(), self.part());
                self.by_operator(Doing::Correct { which, amount })
            }
            800..840 => Step::Freeze { who: self.anybody(), on: self.dice.u32(0..20) == 0 },
            840..870 => Step::Delete { who: self.member(), on: self.dice.u32(0..20) == 0 },
            870..880 => {
                let fresh = self.model.members() + 1;
                Step::Register { who: if fresh <= MEMBERS_MAX { fresh } else { self.member() } }
            }
            880..900 => {
                let (caller, to, key) = (self.member(), self.anybody(), self.fresh_key());
                Step::Spoiled { caller, key, to, amount: self.amount(caller), panics: self.dice.u32(0..4) == 0 }
            }
            900..910 if turns => {
                let second = 1_000;
                Step::Turn { by: [1, second, 3_600 * second, -second, -3_600 * second][self.dice.usize(0..5)] }
            }
            _ => Step::Look { who: self.dice.usize(0..=self.world.known()), lines: self.dice.usize(1..6) },
        }
    }

    /// A member who knows that they are one.
    fn member(&mut self) -> usize {
        self.dice.usize(1..=self.world.known())
    }

    /// Mostly a member; sometimes the community itself, or nobody.
    fn anybody(&mut self) -> usize {
        match self.dice.u32(0..50) {
            0 => NOBODY,
            1..6 => TREASURY,
            _ => self.member(),
        }
    }

    /// Mostly little; sometimes all there is, and one more than that; very rarely the most there can be.
    pub fn amount(&mut self, from: usize) -> i64 {
        let balance = self.model.accounts[from].balance;
        match self.dice.u32(0..2_000) {
            0 => i64::MAX - self.model.issued.min(i64::MAX - 1),
            1..100 => balance.max(1),
            100..200 => balance.saturating_add(1),
            _ => self.dice.i64(1..200),
        }
    }

    pub fn send(&mut self) -> Doing {
        let (from, mut to) = (self.member(), self.anybody());
        if from == to && self.dice.u32(0..10) > 0 {
            to = self.anybody();
        }
        let note = (self.dice.u32(0..4) == 0).then(|| self.dice.u32(0..1_000));
        Doing::Send { from, to, amount: self.amount(from), note }
    }

    pub fn shares(&mut self) -> Vec<(usize, i64)> {
        if self.dice.u32(0..40) == 0 {
            return vec![(1, 1); RECIPIENTS_MAX + 1];
        }
        let mut shares: Vec<(usize, i64)> = Vec::new();
        for _ in 0..self.dice.usize(0..5) {
            let who = self.anybody();
            // Mostly each once, as it must be.
            if shares.iter().all(|(other, _)| *other != who) || self.dice.u32(0..8) == 0 {
                shares.push((who, self.dice.i64(1..20_000)));
            }
        }
        shares
    }

    /// Mostly a recent one.
    fn some_transaction(&mut self) -> i64 {
        let count = self.model.moved.len();
        match self.dice.u32(0..20) {
            0 => 1_000_000,
            1..5 => i64::try_from(self.dice.usize(0..=count)).unwrap_or(0) + 1,
            _ => i64::try_from(count - self.dice.usize(0..count.clamp(1, 100)).min(count)).unwrap_or(0),
        }
    }

    fn part(&mut self) -> Option<i64> {
        self.dice.bool().then(|| self.dice.i64(1..150))
    }

    fn give_back(&mut self) -> Step {
        let (which, amount) = (self.some_transaction(), self.part());
        let recipient = self.model.transaction(which).map(|row| row.to);
        let caller = match recipient {
            Some(recipient) if recipient != TREASURY && self.dice.u32(0..10) > 0 => recipient,
            _ => self.member(),
        };
        self.keyed(caller, Doing::GiveBack { caller, which, amount })
    }

    /// By the API, with a key, or on the command line, without one.
    fn by_operator(&mut self, doing: Doing) -> Step {
        if self.dice.u32(0..4) == 0 {
            return Step::Plain(doing);
        }
        let caller = self.member();
        self.keyed(caller, doing)
    }

    fn keyed(&mut self, caller: usize, doing: Doing) -> Step {
        let request = Request { caller, key: self.fresh_key(), doing };
        self.requests.push(request.clone());
        Step::Keyed(request)
    }

    /// The half of them say when they were made; few of those are old.
    fn fresh_key(&mut self) -> Key {
        if self.dice.bool() {
            return Key { text: format!("request-{:016x}", self.dice.u64(..)), made_at: None };
        }
        let days_ago = [0, 0, 0, 0, 0, 0, 0, 3, 6, 7, 8][self.dice.usize(0..11)];
        let made_at = self.model.clock - days_ago * communitytoken::ledger::DAY_MS;
        let random: [u8; 10] = std::array::from_fn(|_| self.dice.u8(..));
        let id: Uuid = Builder::from_unix_timestamp_millis(u64::try_from(made_at).unwrap_or(0), &random).into_uuid();
        Key { text: id.to_string(), made_at: Some(made_at) }
    }

    /// A request that was made before, executed or not, answered or not.
    fn again(&mut self) -> Step {
        let count = self.requests.len();
        if count == 0 {
            return Step::Plain(self.send());
        }
        let recent = count.saturating_sub(300);
        let place = if self.dice.u32(0..3) > 0 { self.dice.usize(recent..count) } else { self.dice.usize(0..count) };
        Step::Keyed(self.requests[place].clone())
    }

    /// An old key with another request.
    fn reuse(&mut self) -> Step {
        let Step::Keyed(mut request) = self.again() else { return Step::Plain(self.send()) };
        match &mut request.doing {
            Doing::Send { amount, .. } | Doing::Issue { amount } => *amount = amount.saturating_sub(1).max(1),
            other => *other = Doing::Issue { amount: 3 },
        }
        Step::Keyed(request)
    }
}
