//! The lines that are open to clients: what each is doing, how long we wait for its client, and who
//! gives way when there are too many.
//!
//! No timer runs for a request or a connection. A line notes since when it has been waiting for its
//! client, and the accept loop looks over all of them a few times a second.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::config::Limits;

/// The patience when lines are short: who is in the midst of sending or taking something keeps its line
/// for as long as an honest client seldom needs.
const PRESSED: Patience = Patience { header: 1000, answer: 1000, idle: 0 };
/// The patience when the program is about to stop. The next request of a busy client may be on its way
/// already: so an idle line stays for a moment, and with its last answer the client is told.
const CLOSING: Patience = Patience { header: 1000, answer: 1000, idle: 100 };

/// What happens on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing: the client may send a request, or hang up.
    Idle = 0,
    /// The head of a request has begun to arrive.
    Head = 1,
    /// A request is being answered.
    Work = 2,
}

/// What a line is told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// Close at once.
    Cut = 1,
    /// Answer what is being answered, and then close.
    Leave = 2,
    /// The head came too slowly: say so and close.
    TooLate = 3,
}

/// One connection, as seen from outside.
pub(super) struct Line {
    address: IpAddr,
    /// From when its times are counted.
    epoch: Instant,
    /// The phase in the lowest two bits, and since when, in milliseconds, above them.
    state: AtomicU64,
    /// Since when the client has taken no byte of what we have for it; 0: nothing waits.
    stalled: AtomicU64,
    leaving: AtomicBool,
    order: AtomicU8,
    ordered: Notify,
}

impl Line {
    /// Milliseconds since the epoch, never 0.
    fn now(&self) -> u64 {
        millis(self.epoch.elapsed()) + 1
    }

    fn enter(&self, phase: Phase) {
        self.state.store(self.now() << 2 | phase as u64, Ordering::Relaxed);
    }

    /// What it does, and since when.
    fn state(&self) -> (Phase, u64) {
        let state = self.state.load(Ordering::Relaxed);
        let phase = match state & 3 {
            0 => Phase::Idle,
            1 => Phase::Head,
            _ => Phase::Work,
        };
        (phase, state >> 2)
    }

    /// Something arrived. On an idle line, it is the beginning of a request.
    pub(super) fn heard(&self) {
        if self.state().0 == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    /// The head is there, and its request goes to work.
    pub(super) fn works(&self) {
        self.enter(Phase::Work);
    }

    /// Whether a request is being answered.
    pub(super) fn is_working(&self) -> bool {
        self.state().0 == Phase::Work
    }

    /// The answer has been handed over.
    pub(super) fn rests(&self) {
        self.enter(Phase::Idle);
    }

    /// The client takes no more for now.
    pub(super) fn stalls(&self) {
        if self.stalled.load(Ordering::Relaxed) == 0 {
            self.stalled.store(self.now(), Ordering::Relaxed);
        }
    }

    /// The client took something.
    pub(super) fn flows(&self) {
        if self.stalled.load(Ordering::Relaxed) != 0 {
            self.stalled.store(0, Ordering::Relaxed);
        }
    }

    fn give(&self, order: Order) {
        self.order.store(order as u8, Ordering::Relaxed);
        self.ordered.notify_one();
    }

    /// Waits for the next order.
    pub(super) async fn order(&self) -> Order {
        loop {
            match self.order.swap(0, Ordering::Relaxed) {
                1 => return Order::Cut,
                2 => return Order::Leave,
                3 => return Order::TooLate,
                _ => self.ordered.notified().await,
            }
        }
    }

    /// Whether another connection is coming in for this one.
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }

    /// Since when it has been waiting for its client, and how it ends if it waits no longer.
    fn waits(&self) -> Option<(Order, u64)> {
        let stalled = self.stalled.load(Ordering::Relaxed);
        if stalled != 0 {
            return Some((Order::Cut, stalled));
        }
        match self.state() {
            (Phase::Idle, since) => Some((Order::Leave, since)),
            (Phase::Head, since) => Some((Order::TooLate, since)),
            (Phase::Work, _) => None,
        }
    }

    /// The same, where it has waited for longer than the patience for it.
    fn overdue(&self, patience: &Patience) -> Option<(Order, u64)> {
        self.waits().filter(|(order, since)| {
            let limit = match order {
                Order::Cut => patience.answer,
                Order::Leave => patience.idle,
                Order::TooLate => patience.header,
            };
            self.now() >= since + limit
        })
    }
}

/// How long a client is waited for, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Patience {
    header: u64,
    answer: u64,
    idle: u64,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX >> 3)
}

/// Why no line can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// All lines are at work.
    Full,
    /// This address has all the lines it may have, and they are at work.
    AddressFull,
}

#[derive(Default)]
struct Book {
    /// By order of arrival.
    open: BTreeMap<u64, Arc<Line>>,
    /// How many of them have not been told to leave.
    staying: usize,
    next: u64,
}

/// All lines.
pub(super) struct Lines {
    epoch: Instant,
    most: usize,
    most_per_address: usize,
    patience: Patience,
    closing: AtomicBool,
    book: Mutex<Book>,
}

/// A line for as long as its connection lives.
pub(super) struct Held {
    pub(super) line: Arc<Line>,
    lines: Arc<Lines>,
    number: u64,
}

impl Held {
    /// Whether the answer that is given now is the last one.
    pub(super) fn is_closing(&self) -> bool {
        self.lines.closing.load(Ordering::Relaxed)
    }
}

impl Lines {
    pub(super) fn new(limits: &Limits, most: usize) -> Self {
        let patience =
            Patience { header: millis(limits.header), answer: millis(limits.answer), idle: millis(limits.idle) };
        Self {
            epoch: Instant::now(),
            most,
            most_per_address: limits.connections_per_address,
            patience,
            closing: AtomicBool::new(false),
            book: Mutex::default(),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line for a new client. Where there are too many, the client that has kept us waiting for
    /// longest gives way: so thousands of silent connections do not shut an honest one out.
    pub(super) fn open(self: &Arc<Self>, address: IpAddr) -> Result<Held, Refusal> {
        let address = household(address);
        let mut book = self.book();
        if self.most_per_address > 0 {
            let here = |line: &Line| line.address == address && !line.is_leaving();
            if book.open.values().filter(|line| here(line)).count() >= self.most_per_address {
                book.dismiss(1, here).ok_or(Refusal::AddressFull)?;
            }
        }
        if book.staying >= self.most {
            // A few at once, so that a flood of connections does not have all lines looked over for each.
            book.dismiss((self.most / 100).max(1), |_| true).ok_or(Refusal::Full)?;
        }
        let line = Arc::new(Line {
            address,
            epoch: self.epoch,
            state: AtomicU64::new(0),
            stalled: AtomicU64::new(0),
            leaving: AtomicBool::new(false),
            order: AtomicU8::new(0),
            ordered: Notify::new(),
        });
        line.rests();
        let number = book.next;
        book.next += 1;
        book.staying += 1;
        book.open.insert(number, Arc::clone(&line));
        Ok(Held { line, lines: Arc::clone(self), number })
    }

    /// Tells those who have kept us waiting for too long.
    pub(super) fn look_over(&self) {
        self.tell(&self.patience);
    }

    /// From now on, every answer is the last of its connection.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Looks over the lines with little patience.
    pub(super) fn wind_up(&self) {
        self.tell(&CLOSING);
    }

    fn tell(&self, patience: &Patience) {
        for line in self.book().open.values() {
            if let Some((order, _)) = line.overdue(patience) {
                line.give(order);
            }
        }
    }

    /// Whether nobody is left.
    pub(super) fn is_empty(&self) -> bool {
        self.book().open.is_empty()
    }
}

impl Book {
    /// Sends up to so many away who keep us waiting: who take no answer, or else are idle for longest,
    /// or else are slowest to send a head. `None` if nobody does.
    fn dismiss(&mut self, most: usize, who: impl Fn(&Line) -> bool) -> Option<()> {
        let candidates = self.open.values().filter(|line| !line.is_leaving() && who(line));
        let mut waiting: Vec<_> = candidates.filter_map(|line| Some((line.overdue(&PRESSED)?, line))).collect();
        let last = most.min(waiting.len()).checked_sub(1)?;
        waiting.select_nth_unstable_by_key(last, |(waits, _)| *waits);
        for ((order, _), line) in &waiting[..=last] {
            line.leaving.store(true, Ordering::Relaxed);
            line.give(*order);
        }
        self.staying -= last + 1;
        Some(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut book = self.lines.book();
        book.open.remove(&self.number);
        if !self.line.is_leaving() {
            book.staying -= 1;
        }
    }
}

/// Whom an address stands for: of version 6, whoever has one has its whole network.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}
