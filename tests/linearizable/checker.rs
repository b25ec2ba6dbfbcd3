//! The proof. The ledger's own order, its `sequence`, is the order to be justified: state `p` is
//! what the books say after row `p`.
//!
//! * Each key has one effect at most, wholly, and exactly what was asked; who was told "done" has it.
//! * Each row happens within a window: not before a request that can have made it was sent, and not
//!   after somebody was told of it. Row by row those windows must leave room for the ledger's order.
//! * Each read (and each refusal for want of tokens, which tells a balance) sees one state within
//!   its own window, never one in the middle of a distribution.
//! * A read that begins after another was answered sees the same state or a later one, whoever asks.
//!
//! Together that is strict serializability: every pair of operations, one of which ended before the
//! other began, stands in that order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::record::{Asked, Leg, Line, Moment, NEVER, Operation, Record, Reply, Row};

/// Something that no order explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    pub what: &'static str,
    pub told: String,
}

fn found(what: &'static str, told: impl Into<String>) -> Anomaly {
    Anomaly { what, told: told.into() }
}

/// All that cannot be explained; empty: strictly serializable in the order of `sequence`.
pub fn check(record: &Record) -> Vec<Anomaly> {
    let mut anomalies = Vec::new();
    let states = States::replay(record, &mut anomalies);
    if !anomalies.is_empty() {
        // Without sound rows there is no order to compare with.
        return anomalies;
    }
    let requests = Request::all(record);
    let mut reads = Vec::new();
    let mut windows = vec![Window { from: 0, until: 0 }; record.rows.len() + 1];
    explain_rows(&requests, &mut windows, &mut anomalies);
    for (label, request) in &requests {
        request.check(label, record, &mut reads, &mut anomalies);
    }
    for operation in &record.operations {
        read_of(operation, &states, &mut reads, &mut anomalies);
    }
    if order(&mut windows, &mut anomalies) {
        justify(reads, &states, &windows, &mut anomalies);
    }
    anomalies
}

/// What the books say after each row.
struct States {
    /// For each wallet: (row, balance), from row 0, where all is empty.
    balances: Vec<Vec<(usize, i64)>>,
    /// (row, total issued).
    issued: Vec<(usize, i64)>,
    /// Whether anyone may see the state after this row: not in the middle of a distribution.
    visible: Vec<bool>,
}

impl States {
    /// Plays the rows again from nothing.
    fn replay(record: &Record, anomalies: &mut Vec<Anomaly>) -> Self {
        let mut states = Self {
            balances: vec![vec![(0, 0)]; record.wallets],
            issued: vec![(0, 0)],
            visible: vec![true; record.rows.len() + 1],
        };
        for (place, row) in record.rows.iter().enumerate() {
            let after = place + 1;
            if usize::try_from(row.sequence) != Ok(after) {
                anomalies.push(found("gap", format!("row {after} has sequence {}", row.sequence)));
            }
            if row.from == row.to {
                let issued = states.issued[states.issued.len() - 1].1 + row.amount;
                states.issued.push((after, issued));
            } else {
                states.change(row.from, after, -row.amount);
            }
            states.change(row.to, after, row.amount);
            for (wallet, said) in [(row.from, row.from_balance), (row.to, row.to_balance)] {
                let balance = states.balance(wallet, after);
                if balance < 0 {
                    anomalies.push(found("negative balance", format!("wallet {wallet} after {row:?}")));
                }
                if balance != said {
                    anomalies.push(found("conservation", format!("wallet {wallet} holds {balance} after {row:?}")));
                }
            }
            let next = record.rows.get(after);
            states.visible[after] = next.is_none_or(|next| next.label != row.label || after < record.foundation);
        }
        let end = record.rows.len();
        let held: i64 = (0..record.wallets).map(|wallet| states.balance(wallet, end)).sum();
        if held != states.issued(end) {
            anomalies.push(found("conservation", format!("{held} held, {} issued", states.issued(end))));
        }
        states
    }

    fn change(&mut self, wallet: usize, after: usize, by: i64) {
        let line = &mut self.balances[wallet];
        let balance = line[line.len() - 1].1 + by;
        line.push((after, balance));
    }

    fn balance(&self, wallet: usize, after: usize) -> i64 {
        let line = &self.balances[wallet];
        line[line.partition_point(|(row, _)| *row <= after) - 1].1
    }

    fn issued(&self, after: usize) -> i64 {
        self.issued[self.issued.partition_point(|(row, _)| *row <= after) - 1].1
    }

    /// The wallet's latest row; 0: none.
    fn latest(&self, wallet: usize, after: usize) -> usize {
        let line = &self.balances[wallet];
        line[line.partition_point(|(row, _)| *row <= after) - 1].0
    }
}

/// The state a row makes. The rows have been played again by now, so they are numbered as they must be.
fn place(row: &Row) -> usize {
    usize::try_from(row.sequence).unwrap()
}

/// When something can have happened.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Moment,
    until: Moment,
}

/// All that was asked with one key, and the rows that say they came by it.
#[derive(Default)]
struct Request<'a> {
    attempts: Vec<Attempt<'a>>,
    rows: Vec<&'a Row>,
}

struct Attempt<'a> {
    invoked: Moment,
    answered: Moment,
    legs: &'a [Leg],
    reply: &'a Reply,
}

impl<'a> Request<'a> {
    fn all(record: &'a Record) -> HashMap<&'a str, Self> {
        let mut requests: HashMap<&str, Self> = HashMap::new();
        for operation in &record.operations {
            if let Asked::Move { label, legs, reply } = &operation.asked {
                let (invoked, answered) = (operation.invoked, operation.answered);
                let attempt = Attempt { invoked, answered, legs, reply };
                requests.entry(label).or_default().attempts.push(attempt);
            }
        }
        for row in &record.rows[record.foundation..] {
            requests.entry(&row.label).or_default().rows.push(row);
        }
        requests
    }

    /// The movements it made; what had to be issued first belongs to the distribution.
    fn made(&self) -> Vec<Leg> {
        self.rows.iter().map(|row| row.leg()).filter(|leg| leg.from != leg.to).collect()
    }

    /// When the effect can have happened; `None`: no attempt can have had it.
    fn window(&self) -> Option<Window> {
        let made = self.made();
        let of_this = |attempt: &&Attempt<'_>| attempt.legs == made;
        let executed = |attempt: &&Attempt<'_>| matches!(attempt.reply, Reply::Done { replayed: false, .. });
        let lost = |attempt: &&Attempt<'_>| matches!(attempt.reply, Reply::Lost);
        let told = |attempt: &&Attempt<'_>| match attempt.reply {
            Reply::Done { .. } => true,
            Reply::Refused { code, .. } => code == "idempotency_key_reused",
            Reply::Lost => false,
        };
        let mine = || self.attempts.iter().filter(of_this);
        let from = match mine().find(executed) {
            Some(attempt) => attempt.invoked,
            None => mine().filter(lost).map(|attempt| attempt.invoked).min()?,
        };
        let until = self.attempts.iter().filter(told).map(|attempt| attempt.answered).min().unwrap_or(NEVER);
        Some(Window { from, until })
    }

    /// What was answered about it, and what those answers tell of the state they were given in.
    fn check(&self, label: &str, record: &Record, reads: &mut Vec<Read>, anomalies: &mut Vec<Anomaly>) {
        let sequences: Vec<i64> = self.rows.iter().map(|row| row.sequence).collect();
        let first = self.rows.first().map(|row| place(row));
        let made = self.made();
        let mut text: Option<&str> = None;
        let mut executed = 0;
        for attempt in &self.attempts {
            let same = attempt.legs == made;
            match attempt.reply {
                Reply::Done { body, sequences: said, replayed } => {
                    executed += usize::from(!replayed);
                    if self.rows.is_empty() || *said != sequences || !same {
                        anomalies.push(found("lost acknowledgement", format!("{label}: told {said:?}, made {made:?}")));
                    } else if self.rows.iter().any(|row| !body.contains(&row.id)) {
                        anomalies.push(found("wrong answer", format!("{label}: {body}")));
                    }
                    if *text.get_or_insert(body) != body {
                        anomalies.push(found("another answer to the same request", format!("{label}: {body}")));
                    }
                }
                Reply::Refused { code, balance } => match (code.as_str(), balance) {
                    ("insufficient_balance", Some(balance)) => {
                        let wallet = attempt.legs[0].from;
                        if *balance >= attempt.legs[0].amount {
                            anomalies.push(found("refused without need", format!("{label}: {balance} were there")));
                        }
                        reads.push(Read {
                            window: Window { from: attempt.invoked, until: attempt.answered },
                            fact: Fact::Balance(wallet, *balance),
                            // Once the request has its effect, it is answered again, not refused.
                            last: first.map_or(record.rows.len(), |first| first - 1),
                            told: format!("refusal of {label}"),
                        });
                    }
                    ("idempotency_key_reused", _) if !self.rows.is_empty() && !same => {}
                    // Too busy to look: that says nothing of the books, and does nothing to them.
                    ("overloaded" | "storage_unavailable", _) => {}
                    _ => anomalies.push(found("refused without need", format!("{label}: {code}"))),
                },
                Reply::Lost => {}
            }
        }
        if executed > 1 {
            anomalies.push(found("double effect", format!("{label}: {executed} attempts were told they did it")));
        }
    }
}

/// Each row has its request; each request has its rows once.
fn explain_rows(requests: &HashMap<&str, Request<'_>>, windows: &mut [Window], anomalies: &mut Vec<Anomaly>) {
    for (label, request) in requests {
        let (Some(first), Some(last)) = (request.rows.first(), request.rows.last()) else { continue };
        let count = i64::try_from(request.rows.len()).unwrap_or(i64::MAX);
        if request.attempts.is_empty() {
            anomalies.push(found("phantom effect", format!("nobody asked for {first:?}")));
            continue;
        }
        let made = request.made();
        if last.sequence - first.sequence + 1 != count || request.attempts.iter().all(|attempt| made != attempt.legs) {
            anomalies.push(found("double effect", format!("{label} made {:?}", request.rows)));
            continue;
        }
        if first.from == first.to && last.from_balance != 0 {
            anomalies.push(found("issued too much", format!("{label} made {:?}", request.rows)));
        }
        let Some(window) = request.window() else {
            anomalies.push(found("refused, but done", format!("{label} made {:?}", request.rows)));
            continue;
        };
        for row in &request.rows {
            windows[place(row)] = window;
        }
    }
}

/// Narrows each row's window by its neighbours': no row happens before those below it, or after
/// those above it. Says whether every row has a moment left.
fn order(windows: &mut [Window], anomalies: &mut Vec<Anomaly>) -> bool {
    for place in 1..windows.len() {
        windows[place].from = windows[place].from.max(windows[place - 1].from);
    }
    for place in (1..windows.len() - 1).rev() {
        windows[place].until = windows[place].until.min(windows[place + 1].until);
    }
    let before = anomalies.len();
    for (row, window) in windows.iter().enumerate().filter(|(_, window)| window.from > window.until) {
        anomalies.push(found("order reversed", format!("row {row} has no moment left: {window:?}")));
    }
    anomalies.len() == before
}

/// Something that was seen, and when.
struct Read {
    window: Window,
    fact: Fact,
    /// The last state it can have seen.
    last: usize,
    told: String,
}

enum Fact {
    Balance(usize, i64),
    Supply { issued: i64, pool: i64 },
    Latest(usize, usize),
}

impl Fact {
    fn holds(&self, states: &States, after: usize) -> bool {
        match *self {
            Self::Balance(wallet, balance) => states.balance(wallet, after) == balance,
            Self::Latest(wallet, row) => states.latest(wallet, after) == row,
            Self::Supply { issued, pool } => {
                states.issued(after) == issued && states.balance(states.balances.len() - 1, after) == pool
            }
        }
    }
}

fn read_of(operation: &Operation, states: &States, reads: &mut Vec<Read>, anomalies: &mut Vec<Anomaly>) {
    let fact = match &operation.asked {
        Asked::Move { .. } => return,
        Asked::Balance { wallet, balance } => Fact::Balance(*wallet, *balance),
        Asked::Supply { issued, pool } => Fact::Supply { issued: *issued, pool: *pool },
        Asked::History { wallet, lines, whole } => {
            let newest = lines.first().map_or(0, |line| line.sequence);
            if !is_stretch(&states.balances[*wallet], lines, *whole) {
                anomalies.push(found("history", format!("not a stretch of the wallet's rows: {operation:?}")));
            }
            Fact::Latest(*wallet, usize::try_from(newest).unwrap_or(usize::MAX))
        }
    };
    reads.push(Read {
        window: Window { from: operation.invoked, until: operation.answered },
        fact,
        last: states.visible.len() - 1,
        told: format!("{operation:?}").chars().take(300).collect(),
    });
}

/// Whether the lines are the wallet's rows, downwards and without a gap, with the right balances.
fn is_stretch(timeline: &[(usize, i64)], lines: &[Line], whole: bool) -> bool {
    let Some(newest) = lines.first() else { return whole && timeline.len() == 1 };
    let Some(top) = timeline.iter().rposition(|(row, _)| i64::try_from(*row) == Ok(newest.sequence)) else {
        return false;
    };
    // Row 0 of a timeline is the empty wallet.
    if top < lines.len() || (whole && top != lines.len()) {
        return false;
    }
    lines.iter().enumerate().all(|(down, line)| {
        let ((row, after), (_, before)) = (timeline[top - down], timeline[top - down - 1]);
        i64::try_from(row) == Ok(line.sequence)
            && (line.before, line.after, line.change) == (before, after, after - before)
    })
}

/// Gives each read the earliest state that explains it; a read for which there is none is an anomaly.
fn justify(mut reads: Vec<Read>, states: &States, windows: &[Window], anomalies: &mut Vec<Anomaly>) {
    reads.sort_by_key(|read| read.window.from);
    // Reads that were answered, the earliest first, with the state each has seen.
    let mut answered: BinaryHeap<Reverse<(Moment, usize)>> = BinaryHeap::new();
    let mut seen = 0;
    for read in reads {
        while let Some(Reverse((moment, state))) = answered.peek().copied()
            && moment < read.window.from
        {
            seen = seen.max(state);
            answered.pop();
        }
        // Row 0 is the empty book: it was always there.
        let acknowledged = windows.partition_point(|window| window.until < read.window.from).saturating_sub(1);
        let begun = windows.partition_point(|window| window.from <= read.window.until) - 1;
        let open = acknowledged.max(seen)..=begun.min(read.last);
        let explains = |state: &usize| states.visible[*state] && read.fact.holds(states, *state);
        if let Some(state) = open.clone().find(explains) {
            answered.push(Reverse((read.window.until, state)));
        } else {
            let what = if (0..=begun).any(|state| explains(&state)) { "stale read" } else { "phantom read" };
            anomalies.push(found(what, format!("{}; states {open:?} were open to it", read.told)));
        }
    }
}
