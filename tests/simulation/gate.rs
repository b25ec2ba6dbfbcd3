//! The writer is the real one, with its thread and its queue. A gate makes it deterministic: a first
//! command holds it until the whole round is queued, so that every round is one batch. The books are
//! opened with [`options`]: however long that command took, its batch takes nobody along.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use communitytoken::error::{Error, Result};
use communitytoken::ledger::{Books, Command, Ledger, Options};
use communitytoken::store::Batches;
use tokio::runtime::{Builder, Runtime};

use super::support::Hand;
use super::world::{Reply, Waiting};

/// How books are opened whose batches the gate makes.
pub fn options(clock: &Hand) -> Options {
    Options { batches: Batches { long: Duration::MAX, ..Batches::default() }, ..clock.options() }
}

/// What the held writer says, and what it waits for.
type Held = Arc<(Sender<()>, Mutex<Receiver<()>>)>;

pub struct Gate {
    entered: Receiver<()>,
    go: Sender<()>,
    hold: Held,
    runtime: Runtime,
}

impl Gate {
    pub fn new() -> Self {
        let ((enter, entered), (go, wait)) = (channel(), channel());
        let runtime = Builder::new_current_thread().build().unwrap();
        Self { entered, go, hold: Arc::new((enter, Mutex::new(wait))), runtime }
    }

    /// Holds the writer, and gives it what `fill` queues as one batch. Gives the replies; of those whose
    /// callers have left, none. Fails where the writer cannot begin at all.
    pub fn round<'a>(
        &self,
        books: &'a Books,
        fill: impl FnOnce() -> Vec<Option<Waiting<'a>>>,
    ) -> Result<Vec<Option<Reply>>> {
        let mut hold = Box::pin(books.execute(Hold(Arc::clone(&self.hold))));
        let mut begun = hold.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        while self.entered.recv_timeout(Duration::from_millis(200)).is_err() {
            if let Poll::Ready(refused) = begun {
                refused?;
            }
            begun = hold.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        let queued = fill();
        self.go.send(()).unwrap();
        self.runtime.block_on(async {
            hold.await?;
            let mut replies = Vec::with_capacity(queued.len());
            for waiting in queued {
                replies.push(match waiting {
                    Some(waiting) => Some(waiting.await),
                    None => None,
                });
            }
            Ok(replies)
        })
    }
}

/// Says that it is running, and runs until it is told to go on.
struct Hold(Held);

impl Command for Hold {
    type Output = ();
    fn run(self, _: &mut Ledger<'_>) -> Result<()> {
        let (entered, go) = &*self.0;
        entered.send(()).map_err(Error::internal)?;
        go.lock().map_err(Error::internal)?.recv().map_err(Error::internal)
    }
}
