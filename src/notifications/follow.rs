//! Follows the ledger while the program serves.

use std::time::Duration;

use crate::error::Result;
use crate::ledger::Books;
use crate::notices::{Cursors, Follow, look};
use crate::web::App;

/// How often is looked.
const LOOK: Duration = Duration::from_secs(1);
/// How long what could not be read or written waits.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// How far the follower may be ahead of what is kept of it, where it found nothing to tell: so many rows
/// are read again after the program broke off.
const KEPT_EVERY: i64 = 10_000;

/// Tells members what happens to them, for as long as the program serves.
pub async fn follow(app: App) {
    let mut cursors: Option<Cursors> = None;
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(error) = catch_up(&app.books, &mut cursors).await {
            tracing::warn!(%error, "members could not be told what happened; tried again");
            cursors = None;
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }
}

async fn catch_up(books: &Books, cursors: &mut Option<Cursors>) -> Result<()> {
    loop {
        let from = match *cursors {
            Some(from) => from,
            None => books.look_up(Cursors::kept).await?,
        };
        if books.look_up(Cursors::heads).await? == from {
            *cursors = Some(from);
            return Ok(());
        }
        let found = books.read(move |conn| look(conn, from)).await?;
        let kept = books.look_up(Cursors::kept).await?;
        let is_far =
            found.to.transactions - kept.transactions >= KEPT_EVERY || found.to.audit - kept.audit >= KEPT_EVERY;
        let next = found.to;
        *cursors = Some(if is_far || found.has_something() { books.execute(Follow(found)).await? } else { next });
    }
}
