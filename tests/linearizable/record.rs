//! What is recorded: everything asked and answered, with its moments on one clock that only runs
//! forward, and the ledger as it stood afterwards.

/// A moment: nanoseconds since the run began.
pub type Moment = u64;

/// One movement of tokens. Wallets are numbered; the last is the community's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    pub from: usize,
    pub to: usize,
    pub amount: i64,
}

/// A row of the ledger.
#[derive(Debug, Clone)]
pub struct Row {
    pub sequence: i64,
    pub id: String,
    /// The request it came by: clients write their key into the note or the reason.
    pub label: String,
    pub from: usize,
    pub to: usize,
    pub amount: i64,
    pub from_balance: i64,
    pub to_balance: i64,
}

impl Row {
    pub fn leg(&self) -> Leg {
        Leg { from: self.from, to: self.to, amount: self.amount }
    }
}

/// One line of a wallet's history, as the API shows it.
#[derive(Debug, Clone)]
pub struct Line {
    pub sequence: i64,
    /// Tokens in, or (negative) out.
    pub change: i64,
    pub before: i64,
    pub after: i64,
}

/// How a request to move tokens ended.
#[derive(Debug, Clone)]
pub enum Reply {
    /// 201: the answer's text, its transactions' sequences, and whether it says it was given before.
    Done { replayed: bool, body: String, sequences: Vec<i64> },
    /// Refused; where it was for want of tokens, what the wallet was said to hold.
    Refused { code: String, balance: Option<i64> },
    /// Nobody knows: the client hung up, or the server said so.
    Lost,
}

/// What was asked, and what was answered.
#[derive(Debug, Clone)]
pub enum Asked {
    /// To move tokens, by a request with this key.
    Move { label: String, legs: Vec<Leg>, reply: Reply },
    /// What a wallet holds.
    Balance { wallet: usize, balance: i64 },
    /// What was issued, and what the pool holds.
    Supply { issued: i64, pool: i64 },
    /// A wallet's history, newest first, over one page or several; `whole`: down to its beginning.
    History { wallet: usize, lines: Vec<Line>, whole: bool },
}

#[derive(Debug, Clone)]
pub struct Operation {
    /// Who: for people who read a record.
    #[expect(dead_code, reason = "written into the record of a run that failed")]
    pub client: usize,
    pub invoked: Moment,
    /// When its answer was there: for a history, that of its first page. Lost: never.
    pub answered: Moment,
    pub asked: Asked,
}

/// The answer of a request that was lost may be given at any time.
pub const NEVER: Moment = Moment::MAX;

#[derive(Debug)]
pub struct Record {
    /// Wallets there are.
    pub wallets: usize,
    /// Rows that were there before the first request.
    pub foundation: usize,
    pub rows: Vec<Row>,
    pub operations: Vec<Operation>,
}

/// How often each thing happened.
#[derive(Debug, Default)]
struct Count {
    executed: usize,
    replayed: usize,
    overdrawn: usize,
    reused: usize,
    lost: usize,
    balances: usize,
    supplies: usize,
    histories: usize,
}

impl Record {
    fn count(&self) -> Count {
        let mut count = Count::default();
        for operation in &self.operations {
            *match &operation.asked {
                Asked::Move { reply: Reply::Done { replayed: false, .. }, .. } => &mut count.executed,
                Asked::Move { reply: Reply::Done { .. }, .. } => &mut count.replayed,
                Asked::Move { reply: Reply::Refused { code, .. }, .. } if code == "insufficient_balance" => {
                    &mut count.overdrawn
                }
                Asked::Move { reply: Reply::Refused { .. }, .. } => &mut count.reused,
                Asked::Move { reply: Reply::Lost, .. } => &mut count.lost,
                Asked::Balance { .. } => &mut count.balances,
                Asked::Supply { .. } => &mut count.supplies,
                Asked::History { .. } => &mut count.histories,
            } += 1;
        }
        count
    }

    pub fn summary(&self) -> String {
        format!("{} operations, {} rows: {:?}", self.operations.len(), self.rows.len(), self.count())
    }

    /// A run in which one of these did not happen proves less than it says.
    pub fn assert_eventful(&self) {
        let Count { executed, replayed, overdrawn, reused, lost, balances, supplies, histories } = self.count();
        for (what, times) in [
            ("executed", executed),
            ("replayed", replayed),
            ("overdrawn", overdrawn),
            ("reused", reused),
            ("lost", lost),
            ("balances", balances),
            ("supplies", supplies),
            ("histories", histories),
        ] {
            assert!(times > 0, "{what} never happened");
        }
    }
}
