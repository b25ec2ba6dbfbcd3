//! One line, as seen from outside its connection: what happens on it, and since when it waits for its
//! client. Reading or writing that costs an atomic number, so it can be done for every request.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// What happens on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing: the client may send a request, or hang up.
    Idle = 0,
    /// The head of a request has begun to arrive.
    Head = 1,
    /// The head is there, and the rest is waited for.
    Body = 2,
    /// A request is being answered.
    Work = 3,
}

/// What a line is told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// Close at once.
    Cut = 1,
    /// Answer what is being answered, and then close.
    Leave = 2,
    /// The head or the body came too slowly: say so and close.
    TooLate = 3,
}

/// One line.
pub(super) struct Line {
    pub(super) address: IpAddr,
    /// From when its times are counted.
    epoch: Instant,
    /// The phase in the lowest two bits, and since when, in milliseconds, above them.
    state: AtomicU64,
    /// Since when the client has taken no byte of what we have for it; 0: nothing waits.
    stalled: AtomicU64,
    unread: AtomicBool,
    leaving: AtomicBool,
    order: AtomicU8,
    ordered: Notify,
}

impl Line {
    /// An idle one, whose times count from this epoch.
    pub(super) fn new(address: IpAddr, epoch: Instant) -> Self {
        let line = Self {
            address,
            epoch,
            state: AtomicU64::new(0),
            stalled: AtomicU64::new(0),
            unread: AtomicBool::new(false),
            leaving: AtomicBool::new(false),
            order: AtomicU8::new(0),
            ordered: Notify::new(),
        };
        line.rests();
        line
    }

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
            2 => Phase::Body,
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

    /// The work waits for the body.
    pub(super) fn receives(&self) {
        if self.state().0 == Phase::Work {
            self.enter(Phase::Body);
        }
    }

    /// It waits no longer; perhaps because nobody wants what is still to come.
    pub(super) fn received(&self, unread: bool) {
        if unread {
            self.unread.store(true, Ordering::Relaxed);
        }
        if self.state().0 == Phase::Body {
            self.enter(Phase::Work);
        }
    }

    /// Whether more is to come of a body than is worth waiting for, so that no other request can.
    pub(super) fn is_spoilt(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
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

    /// Tells it.
    pub(super) fn give(&self, order: Order) {
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

    /// Another connection comes in for this one.
    pub(super) fn dismiss(&self, order: Order) {
        self.leaving.store(true, Ordering::Relaxed);
        self.give(order);
    }

    /// Since when it has waited for its client, and how that ends, if this is longer than the patience.
    pub(super) fn overdue(&self, patience: &Patience) -> Option<(Order, u64)> {
        let stalled = self.stalled.load(Ordering::Relaxed);
        let (order, since, limit) = match self.state() {
            _ if stalled != 0 => (Order::Cut, stalled, patience.answer),
            (Phase::Idle, since) => (Order::Leave, since, patience.idle),
            (Phase::Head, since) => (Order::TooLate, since, patience.header),
            (Phase::Body, since) => (Order::TooLate, since, patience.body),
            (Phase::Work, _) => return None,
        };
        (self.now() >= since + limit).then_some((order, since))
    }
}

/// How long a client is waited for, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) header: u64,
    pub(super) body: u64,
    pub(super) answer: u64,
    pub(super) idle: u64,
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX >> 3)
}
