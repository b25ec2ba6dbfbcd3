//! The ledger by itself: the same commands, guards, chain and synced commits as behind the API,
//! without HTTP. What the program could reach if answering cost nothing.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::community::Community;
use super::process;
use super::table::Line;
use crate::cli::Failure;
use crate::ledger::{Amount, Books, IdempotencyKey, Note, Once, Options};
use crate::store::Batches;
use crate::transfers::{FeeTerms, Send};

/// One payment in this many carries a note.
const NOTES: u64 = 10;

/// Transfers a second with batches of up to `batch`, and what each writes, over `length`.
pub(super) fn measure(community: &Community, batch: usize, length: Duration) -> Result<Line, Failure> {
    let batches = Batches { most: batch, ..Batches::default() };
    let books = Books::open(&community.config.database.path, &Options { batches, ..Options::default() })?;
    let (written, worked) = (process::bytes_written("self"), process::processor_time("self"));
    let began = Instant::now();
    // Enough waiting that every batch is full; one alone is a batch of one.
    let ahead = if batch == 1 { 1 } else { batch * 3 };
    let done = pay(community, &books, ahead, &mut |_| began.elapsed() < length)?;
    let elapsed = began.elapsed();
    books.close();
    let bytes = process::bytes_written("self").zip(written).map(|(after, before)| (after - before) / done.max(1));
    Ok(Line {
        batch: Some(batch),
        transactions: Some(community.transactions),
        count: Some(done),
        per_second: Some(per_second(done, elapsed)),
        cpu_us_each: process::microseconds_each(worked, process::processor_time("self"), done),
        bytes_each: bytes,
        ..Line::new("ledger", format!("batch {batch}"))
    })
}

/// Pays while `more` says so, with `ahead` payments under way; gives how many were made.
pub(super) fn pay(
    community: &Community,
    books: &Books,
    ahead: usize,
    more: &mut dyn FnMut(u64) -> bool,
) -> Result<u64, Failure> {
    let mut waiting = VecDeque::with_capacity(ahead);
    let mut turn = 0;
    while more(turn) {
        if waiting.len() == ahead
            && let Some(pending) = waiting.pop_front()
        {
            let pending: crate::ledger::Pending<_> = pending;
            pending.wait_blocking()?;
        }
        let (from, to) = community.pair(turn);
        let note = (turn % NOTES == 0).then(|| Note::new(&format!("Lunch number {turn}"))).transpose()?;
        let command =
            Send { from: from.wallet_key, to: to.wallet_id, amount: Amount::new(1)?, note, terms: FeeTerms::default() };
        waiting.push_back(books.submit(Once::new(from.key, &IdempotencyKey::fresh(), command))?);
        turn += 1;
    }
    for pending in waiting {
        pending.wait_blocking()?;
    }
    Ok(turn)
}

#[expect(clippy::cast_precision_loss, reason = "counts of transfers fit a double exactly")]
pub(super) fn per_second(count: u64, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}
