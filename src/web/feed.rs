//! Who waits for news of which wallet, and who wakes them.
//!
//! Nobody is told by the writer: it would cost every payment something, and know nothing of the command
//! line and of shells, which write beside it. Instead one task looks, while anybody waits, a few times a
//! second at the wallets that somebody waits for, and at no others. So what it costs depends on how many
//! listen, and not on how much is paid.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::error::{Code, Error, Result};
use crate::ledger::{Books, Wallet, WalletKey};

/// How often the wallets are looked at.
const LOOK: Duration = Duration::from_millis(250);
/// How many of them in one go, so that payments that look something up have their turn in between.
const WALLETS_AT_ONCE: usize = 32;
/// How many may listen to one wallet: a few devices of its owner, with a few windows each.
const LISTENERS_OF_ONE: usize = 8;

/// By which it is seen that something happened to a wallet: its latest transaction, when it changed,
/// whether it is frozen and whether its owner has left; and the latest payment request to its owner, and how
/// many of them have no answer.
type Mark = (i64, i64, bool, bool, (i64, i64));

/// All who wait. Cheap to clone.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

struct Shared {
    most: usize,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    wallets: HashMap<WalletKey, watch::Sender<Option<Mark>>>,
    listeners: usize,
    is_looking: bool,
    is_closed: bool,
}

impl Feed {
    /// For so many listeners at most.
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Shared { most, book: Mutex::default() }))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens to a wallet from now on. Refused where its owner, or everybody together, listens too
    /// often already: connections are for requests first.
    pub fn listen(&self, books: &Books, wallet: WalletKey) -> Result<Ear> {
        let mut book = self.book();
        if book.is_closed || book.listeners >= self.0.most {
            let detail = "More people are listening than the program serves at once. Try again in a while.";
            return Err(Error::new(Code::Overloaded, detail).with("retry_after_seconds", 30));
        }
        let sender = book.wallets.entry(wallet).or_default();
        if sender.receiver_count() >= LISTENERS_OF_ONE {
            let detail = "This wallet is listened to in as many places as it can be. Close one of them.";
            return Err(Error::new(Code::TooManyRequests, detail).with("retry_after_seconds", 30));
        }
        let ear = Ear { receiver: sender.subscribe(), wallet, feed: self.clone() };
        book.listeners += 1;
        if !book.is_looking {
            book.is_looking = true;
            tokio::spawn(self.clone().look(books.clone()));
        }
        Ok(ear)
    }

    /// Looks for as long as anybody listens.
    async fn look(self, books: Books) {
        loop {
            sleep(LOOK).await;
            let wallets: Vec<WalletKey> = {
                let mut book = self.book();
                book.is_looking = !book.wallets.is_empty();
                if !book.is_looking {
                    return;
                }
                book.wallets.keys().copied().collect()
            };
            for some in wallets.chunks(WALLETS_AT_ONCE) {
                match books.look_up(|conn| some.iter().map(|key| mark(conn, *key)).collect()).await {
                    Ok(marks) => self.tell(some, marks),
                    // Who pays or reads hears of it too; the next look may be luckier.
                    Err(error) => tracing::debug!(%error, "wallets that are listened to could not be read"),
                }
            }
        }
    }

    fn tell(&self, wallets: &[WalletKey], marks: Vec<Mark>) {
        let book = self.book();
        for (wallet, mark) in wallets.iter().zip(marks) {
            if let Some(sender) = book.wallets.get(wallet) {
                sender.send_if_modified(|last| last.replace(mark) != Some(mark));
            }
        }
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.book().listeners
    }

    /// Nobody listens any longer: the program is about to stop.
    pub fn close(&self) {
        let mut book = self.book();
        book.is_closed = true;
        book.wallets.clear();
    }
}

fn mark(conn: &Connection, wallet: WalletKey) -> Result<Mark> {
    let asked = conn
        .prepare_cached(
            "SELECT (SELECT coalesce(max(key), 0) FROM payment_requests WHERE payer = ?1),
                    (SELECT count(*) FROM payment_requests WHERE payer = ?1 AND ended_at IS NULL)",
        )?
        .query_row([wallet], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let wallet = Wallet::by_key(conn, wallet)?;
    Ok((wallet.last_sequence, wallet.updated_at, wallet.frozen_reason.is_some(), wallet.is_closed, asked))
}

/// One who listens to a wallet, for as long as this is kept.
pub struct Ear {
    receiver: watch::Receiver<Option<Mark>>,
    wallet: WalletKey,
    feed: Feed,
}

impl Ear {
    /// Waits until something may have happened. Fails once nobody is to listen any longer.
    pub async fn news(&mut self) -> Result<(), watch::error::RecvError> {
        self.receiver.changed().await
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let mut book = self.feed.book();
        book.listeners -= 1;
        // The last one goes; its receiver is still counted here.
        if book.wallets.get(&self.wallet).is_some_and(|sender| sender.receiver_count() <= 1) {
            book.wallets.remove(&self.wallet);
        }
    }
}
