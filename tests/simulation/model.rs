//! What must happen, in plain Rust: balances in a list, keys in a map, no database. It is small
//! enough to be read in one go, and that is what makes it worth comparing with.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use communitytoken::error::Code;
use communitytoken::ledger::DAY_MS;

/// Days for which a repeated request is recognised.
const KEPT_DAYS: i64 = 7;
/// Days on which something moved whose records are kept.
const DAYS_WITH_RECORDS: usize = 9;
/// Records dropped at the beginning of one batch at most.
const DROPPED_AT_ONCE: usize = 10_000;
/// Recipients of one distribution at most.
pub const RECIPIENTS_MAX: usize = 100;
/// The community's own wallet; member n's is n.
pub const TREASURY: usize = 0;

/// What moves tokens. Accounts are numbered; a number nobody has stands for a wallet that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    Send { from: usize, to: usize, amount: i64, note: Option<u32> },
    GiveBack { caller: usize, which: i64, amount: Option<i64> },
    Correct { which: i64, amount: Option<i64> },
    Issue { amount: i64 },
    Distribute { shares: Vec<(usize, i64)> },
}

/// What a caller names a request by, and when it was made, where the key says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub text: String,
    pub made_at: Option<i64>,
}

/// A request that can be repeated.
#[derive(Debug, Clone)]
pub struct Request {
    pub caller: usize,
    pub key: Key,
    pub doing: Doing,
}

/// One command.
#[derive(Debug, Clone)]
pub enum Step {
    /// Once per caller and key.
    Keyed(Request),
    /// Without a key.
    Plain(Doing),
    /// Sends with a fresh key, and then refuses or breaks off after all.
    Spoiled {
        caller: usize,
        key: Key,
        to: usize,
        amount: i64,
        panics: bool,
    },
    Freeze {
        who: usize,
        on: bool,
    },
    Delete {
        who: usize,
        on: bool,
    },
    Register {
        who: usize,
    },
    /// Reads the newest lines of a history.
    Look {
        who: usize,
        lines: usize,
    },
    /// Somebody sets the clock.
    Turn {
        by: i64,
    },
}

/// What an operator does by hand, in SQL, from another process.
#[derive(Debug, Clone)]
pub enum ByHand {
    Issue {
        amount: i64,
    },
    Distribute {
        shares: Vec<(usize, i64)>,
    },
    Freeze {
        who: usize,
    },
    Unfreeze {
        who: usize,
    },
    /// Something the database never allows.
    Forbidden {
        which: usize,
    },
}

/// What is seen of a command that was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Seen {
    /// Whether it was answered again, not done again.
    pub replayed: bool,
    /// Its first and its last transaction; 0: it made none.
    pub sequences: (i64, i64),
    /// When.
    pub at: i64,
    /// What it tells besides: balances of the wallets it touched, lines of a history, a state.
    pub told: Vec<i64>,
    /// Every token ever issued, at this moment.
    pub issued: i64,
}

#[derive(Debug, Clone, Default)]
pub struct Account {
    pub balance: i64,
    pub frozen: bool,
    pub closed: bool,
    /// (sequence, change, balance after), oldest first.
    pub history: Vec<(i64, i64, i64)>,
}

/// A transaction.
#[derive(Debug, Clone)]
pub struct Moved {
    pub from: usize,
    pub to: usize,
    pub amount: i64,
    pub at: i64,
    pub reverses: Option<i64>,
    given_back: i64,
}

#[derive(Debug, Clone)]
struct Kept {
    doing: Doing,
    sequences: (i64, i64),
    day: i64,
}

/// The whole community.
#[derive(Debug, Clone)]
pub struct Model {
    pub clock: i64,
    pub accounts: Vec<Account>,
    pub issued: i64,
    pub moved: Vec<Moved>,
    pub audit_lines: i64,
    /// The times of the last transaction and of the last audit line.
    newest: (i64, i64),
    /// Rows made by hand wait to be chained.
    unsealed: bool,
    /// Days on which something moved.
    days: BTreeSet<i64>,
    kept: HashMap<(usize, String), Kept>,
    kept_by_sequence: BTreeMap<i64, (usize, String)>,
}

type Outcome<T = ()> = Result<T, Code>;

impl Model {
    /// A community just founded, whose founding is its first audit line.
    pub fn new(clock: i64) -> Self {
        Self {
            clock,
            accounts: vec![Account::default()],
            issued: 0,
            moved: Vec::new(),
            audit_lines: 1,
            newest: (0, clock),
            unsealed: false,
            days: BTreeSet::new(),
            kept: HashMap::new(),
            kept_by_sequence: BTreeMap::new(),
        }
    }

    pub fn members(&self) -> usize {
        self.accounts.len() - 1
    }

    pub fn records(&self) -> usize {
        self.kept.len()
    }

    /// Time does not run backwards in the ledger, whatever the clock does.
    fn now(&self) -> i64 {
        self.clock.max(self.by_hand_at())
    }

    /// Rows by hand bear today's time, which in a simulation lies long before its own.
    fn by_hand_at(&self) -> i64 {
        self.newest.0.max(self.newest.1)
    }

    fn next(&self) -> i64 {
        i64::try_from(self.moved.len()).unwrap_or(i64::MAX) + 1
    }

    /// A batch begins: what came by hand is chained, and keys of days that have passed are dropped.
    pub fn begin(&mut self) {
        if self.unsealed {
            self.unsealed = false;
            self.audit(self.clock.max(self.newest.1));
        }
        let Some(first) = self.days.iter().rev().nth(DAYS_WITH_RECORDS - 1).copied() else { return };
        for _ in 0..DROPPED_AT_ONCE {
            let Some(oldest) = self.kept_by_sequence.first_entry() else { break };
            if self.kept[oldest.get()].day >= first {
                break;
            }
            self.kept.remove(&oldest.remove());
        }
    }

    fn audit(&mut self, at: i64) {
        self.audit_lines += 1;
        self.newest.1 = at;
    }

    /// Runs a command; one that is refused changes nothing.
    pub fn run(&mut self, step: &Step) -> Outcome<Seen> {
        let now = self.now();
        let mut seen = match step {
            Step::Keyed(request) => self.once(request)?,
            Step::Plain(doing) => Seen { sequences: self.act(doing, now)?, at: now, ..Seen::default() },
            Step::Spoiled { caller, key, to, amount, panics } => {
                // What it would have refused by itself is refused so.
                self.check_key(key)?;
                self.may_send(*caller)?;
                self.check(*caller, *to, *amount)?;
                return Err(if *panics { Code::Internal } else { Code::Forbidden });
            }
            Step::Freeze { who, on } => {
                if *who == TREASURY {
                    return Err(Code::SystemWallet);
                }
                let account = self.accounts.get_mut(*who).ok_or(Code::WalletNotFound)?;
                if std::mem::replace(&mut account.frozen, *on) != *on {
                    self.audit(now);
                }
                Seen { told: vec![i64::from(*on)], ..Seen::default() }
            }
            Step::Delete { who, on } => {
                if std::mem::replace(&mut self.accounts[*who].closed, *on) != *on {
                    self.audit(now);
                }
                Seen { told: vec![i64::from(*on)], ..Seen::default() }
            }
            Step::Register { who } => {
                if *who == self.accounts.len() {
                    self.accounts.push(Account::default());
                }
                Seen::default()
            }
            Step::Look { who, lines } => {
                let newest = self.accounts[*who].history.iter().rev().take(*lines);
                Seen { told: newest.flat_map(|line| [line.0, line.1, line.2]).collect(), ..Seen::default() }
            }
            Step::Turn { by } => {
                self.clock += by;
                Seen::default()
            }
        };
        if let Some(doing) = step.doing() {
            seen.told = doing.touched().into_iter().map(|who| self.accounts[who].balance).collect();
        }
        seen.issued = self.issued;
        Ok(seen)
    }

    /// One request, one effect.
    fn once(&mut self, request: &Request) -> Outcome<Seen> {
        let name = (request.caller, request.key.text.clone());
        if let Some(kept) = self.kept.get(&name) {
            if kept.doing != request.doing {
                return Err(Code::IdempotencyKeyReused);
            }
            if let Doing::Send { from: payer, .. } | Doing::GiveBack { caller: payer, .. } = &kept.doing {
                self.may_send(*payer)?;
            }
            let first = usize::try_from(kept.sequences.0 - 1).map_err(|_| Code::Internal)?;
            return Ok(Seen { replayed: true, sequences: kept.sequences, at: self.moved[first].at, ..Seen::default() });
        }
        self.check_key(&request.key)?;
        let now = self.now();
        let sequences = self.act(&request.doing, now)?;
        self.kept_by_sequence.insert(sequences.0, name.clone());
        self.kept.insert(name, Kept { doing: request.doing.clone(), sequences, day: now / DAY_MS });
        Ok(Seen { sequences, at: now, ..Seen::default() })
    }

    /// Whoever has left pays and gives back no more, and is told nothing of what they paid.
    fn may_send(&self, from: usize) -> Outcome {
        if self.accounts.get(from).is_some_and(|account| account.closed) { Err(Code::Forbidden) } else { Ok(()) }
    }

    fn check_key(&self, key: &Key) -> Outcome {
        let expired = key.made_at.is_some_and(|made| made < self.clock - KEPT_DAYS * DAY_MS);
        if expired { Err(Code::IdempotencyKeyExpired) } else { Ok(()) }
    }

    fn act(&mut self, doing: &Doing, now: i64) -> Outcome<(i64, i64)> {
        let first = self.next();
        match doing {
            Doing::Send { from, to, amount, .. } => {
                self.may_send(*from)?;
                self.movement(*from, *to, *amount, None, now)?;
            }
            Doing::GiveBack { caller, which, amount } => {
                self.may_send(*caller)?;
                let original = self.original(*which)?;
                if original.to != *caller {
                    let involved = original.from == *caller;
                    return Err(if involved { Code::Forbidden } else { Code::TransactionNotFound });
                }
                self.reversal(*which, *amount, now)?;
            }
            Doing::Correct { which, amount } => {
                self.original(*which)?;
                self.reversal(*which, *amount, now)?;
                self.audit(now);
            }
            Doing::Issue { amount } => {
                self.movement(TREASURY, TREASURY, *amount, None, now)?;
                self.audit(now);
            }
            Doing::Distribute { shares } => {
                self.distribute(shares, now)?;
                self.audit(now);
            }
        }
        Ok((first, self.next() - 1))
    }

    /// Whether the tokens may move.
    fn check(&self, from: usize, to: usize, amount: i64) -> Outcome {
        if to >= self.accounts.len() {
            return Err(Code::WalletNotFound);
        }
        if from == to && from != TREASURY {
            return Err(Code::SelfTransfer);
        }
        if self.accounts[from].frozen || self.accounts[to].frozen {
            return Err(Code::WalletFrozen);
        }
        if self.accounts[to].closed {
            return Err(Code::RecipientClosed);
        }
        if from == to {
            return self.issued.checked_add(amount).map(drop).ok_or(Code::AmountOverflow);
        }
        if self.accounts[from].balance < amount { Err(Code::InsufficientBalance) } else { Ok(()) }
    }

    fn movement(&mut self, from: usize, to: usize, amount: i64, reverses: Option<i64>, now: i64) -> Outcome {
        self.check(from, to, amount)?;
        let sequence = self.next();
        if from == to {
            self.issued += amount;
        } else {
            self.accounts[from].receive(sequence, -amount);
        }
        self.accounts[to].receive(sequence, amount);
        self.days.insert(now / DAY_MS);
        self.moved.push(Moved { from, to, amount, at: now, reverses, given_back: 0 });
        self.newest.0 = now;
        Ok(())
    }

    /// The transaction with this sequence.
    pub fn transaction(&self, sequence: i64) -> Option<&Moved> {
        usize::try_from(sequence - 1).ok().and_then(|place| self.moved.get(place))
    }

    fn original(&self, which: i64) -> Outcome<Moved> {
        self.transaction(which).cloned().ok_or(Code::TransactionNotFound)
    }

    fn reversal(&mut self, which: i64, amount: Option<i64>, now: i64) -> Outcome {
        let original = self.original(which)?;
        if original.from == original.to || original.reverses.is_some() {
            return Err(Code::NotReversible);
        }
        let left = original.amount - original.given_back;
        let amount = amount.unwrap_or(left);
        if left == 0 || amount > left {
            return Err(Code::AlreadyReversed);
        }
        self.movement(original.to, original.from, amount, Some(which), now)?;
        let place = usize::try_from(which - 1).map_err(|_| Code::Internal)?;
        self.moved[place].given_back += amount;
        Ok(())
    }

    /// All or nothing, and what the pool lacks is issued first.
    fn distribute(&mut self, shares: &[(usize, i64)], now: i64) -> Outcome {
        if shares.is_empty() {
            return Err(Code::InvalidRequest);
        }
        if shares.len() > RECIPIENTS_MAX {
            return Err(Code::TooManyRecipients);
        }
        let mut total = 0_i64;
        for (place, (who, amount)) in shares.iter().enumerate() {
            let account = self.accounts.get(*who).ok_or(Code::WalletNotFound)?;
            if *who == TREASURY {
                return Err(Code::SystemWallet);
            }
            if shares[..place].iter().any(|(other, _)| other == who) {
                return Err(Code::InvalidRequest);
            }
            if account.frozen {
                return Err(Code::WalletFrozen);
            }
            if account.closed {
                return Err(Code::RecipientClosed);
            }
            total = total.checked_add(*amount).ok_or(Code::AmountOverflow)?;
        }
        let lacking = total - self.accounts[TREASURY].balance;
        if lacking > 0 {
            self.movement(TREASURY, TREASURY, lacking, None, now)?;
        }
        for (who, amount) in shares {
            self.movement(TREASURY, *who, *amount, None, now)?;
        }
        Ok(())
    }

    /// Says whether the database allows it, and does it if so.
    pub fn by_hand(&mut self, action: &ByHand) -> bool {
        let at = self.by_hand_at();
        let allowed = match action {
            ByHand::Issue { amount } => self.movement(TREASURY, TREASURY, *amount, None, at).is_ok(),
            ByHand::Distribute { shares } => self.distribute(shares, at).is_ok(),
            // Freezing what is frozen gives it a new reason.
            ByHand::Freeze { who } => *who != TREASURY && self.freeze(*who, true),
            ByHand::Unfreeze { who } => self.accounts[*who].frozen && self.freeze(*who, false),
            ByHand::Forbidden { .. } => false,
        };
        if allowed {
            self.audit(at);
            self.unsealed = true;
        }
        allowed
    }

    fn freeze(&mut self, who: usize, on: bool) -> bool {
        self.accounts[who].frozen = on;
        true
    }
}

impl Account {
    fn receive(&mut self, sequence: i64, change: i64) {
        self.balance += change;
        self.history.push((sequence, change, self.balance));
    }
}

impl Step {
    /// What it does with tokens.
    pub fn doing(&self) -> Option<&Doing> {
        match self {
            Self::Keyed(request) => Some(&request.doing),
            Self::Plain(doing) => Some(doing),
            _ => None,
        }
    }
}

impl Doing {
    /// The accounts whose balances tell whether it did what it should.
    pub fn touched(&self) -> Vec<usize> {
        match self {
            Self::Send { from, to, .. } => vec![*from, *to],
            Self::GiveBack { caller, .. } => vec![*caller],
            Self::Correct { .. } | Self::Issue { .. } => vec![TREASURY],
            Self::Distribute { shares } => {
                std::iter::once(TREASURY).chain(shares.iter().take(3).map(|share| share.0)).collect()
            }
        }
    }
}
