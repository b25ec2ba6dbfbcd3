//! The lines that are open to clients, and who gives way when there are too many.
//!
//! No timer runs for a request or a connection: the accept loop looks over all lines a few times a
//! second, and tells those whose clients have kept them waiting for too long.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::line::{Line, Patience, millis};
use crate::config::Limits;
use crate::web::household;

/// The patience when lines are short: who is in the midst of sending or taking something keeps its line
/// for as long as an honest client seldom needs.
const PRESSED: Patience = Patience { header: 1000, body: 1000, answer: 1000, idle: 0 };
/// The patience when the program is about to stop. The next request of a busy client may be on its way
/// already: so an idle line stays for a moment, and with its last answer the client is told.
const CLOSING: Patience = Patience { header: 1000, body: 1000, answer: 1000, idle: 100 };

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
    pub(super) fn new(limits: &Limits) -> Self {
        let patience = Patience {
            header: millis(limits.header),
            body: millis(limits.body),
            answer: millis(limits.answer),
            idle: millis(limits.idle),
        };
        Self {
            epoch: Instant::now(),
            most: limits.connections,
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
        let line = Arc::new(Line::new(address, self.epoch));
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
    /// or else are slowest to send a request. `None` if nobody does.
    fn dismiss(&mut self, most: usize, who: impl Fn(&Line) -> bool) -> Option<()> {
        let candidates = self.open.values().filter(|line| !line.is_leaving() && who(line));
        let mut waiting: Vec<_> = candidates.filter_map(|line| Some((line.overdue(&PRESSED)?, line))).collect();
        let last = most.min(waiting.len()).checked_sub(1)?;
        waiting.select_nth_unstable_by_key(last, |(waits, _)| *waits);
        for ((order, _), line) in &waiting[..=last] {
            line.dismiss(*order);
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
