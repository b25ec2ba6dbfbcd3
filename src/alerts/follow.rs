//! Following the ledger and the audit log while the program serves. While nothing happens that costs one look at
//! two numbers a second.

use std::time::{Duration, Instant};

use super::finding::Finding;
use super::happening::{acts, movements};
use super::raise::{Raise, kept};
use super::watch::Watch;
use crate::config::Alerts;
use crate::error::Result;
use crate::identity::Overseers;
use crate::ledger::Books;
use crate::notices::Cursors;
use crate::web::App;

/// How often is looked.
const LOOK: Duration = Duration::from_secs(1);
/// How long what could not be read or written waits.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// Rows looked at in one go.
const SPAN: i64 = 2_000;
/// Whoever pays comes first: where there is more to look at than is read in one go, at the start above all, the looking
/// rests so many times as long as it took.
const REST: u32 = 9;
/// How far the rules may be ahead of what is kept of them, where they found nothing: so many rows are read again
/// after the program broke off.
const KEPT_EVERY: i64 = 10_000;

/// Rules at work: what they remember, up to where, and how far that is kept. They begin before what is kept, and
/// what they find there was raised long ago.
#[derive(Debug)]
pub struct Seen {
    watch: Watch,
    at: Cursors,
    kept: Cursors,
}

/// Watches for as long as the program serves.
pub async fn watch(app: App) {
    let settings = app.config.alerts;
    if !settings.on {
        return;
    }
    let (mut seen, overseers) = (None, Overseers::of(&app.config));
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(error) = catch_up(&app.books, settings, &overseers, &mut seen).await {
            tracing::warn!(%error, cause = error.cause(), "nobody watches for what is unusual; tried again");
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }
}

/// Looks at everything that came since, and raises what is found. What `seen` holds is gone where that fails, and
/// is read anew.
pub async fn catch_up(books: &Books, settings: Alerts, overseers: &Overseers, seen: &mut Option<Seen>) -> Result<()> {
    loop {
        let heads = books.look_up(Cursors::heads).await?;
        let Seen { mut watch, at, kept } = match seen.take() {
            Some(seen) => seen,
            None => books.read(move |conn| Seen::begin(conn, settings)).await?,
        };
        if at == heads {
            *seen = Some(Seen { watch, at, kept });
            return Ok(());
        }
        let remembers = at.audit < kept.audit || at.transactions < kept.transactions;
        let end = if remembers { kept } else { heads };
        let to = Cursors {
            audit: end.audit.min(at.audit + SPAN),
            transactions: end.transactions.min(at.transactions + SPAN),
        };
        let begun = Instant::now();
        let (read, found) = books
            .read(move |conn| {
                let mut found: Vec<Finding> = Vec::new();
                movements(conn, at.transactions, to.transactions, |movement| found.extend(watch.movement(&movement)))?;
                acts(conn, at.audit, to.audit, |act| found.extend(watch.act(act)))?;
                Ok((watch, found))
            })
            .await?;
        watch = read;
        let rest = if to == heads { Duration::ZERO } else { begun.elapsed() * REST };
        let is_far = to.transactions - kept.transactions >= KEPT_EVERY || to.audit - kept.audit >= KEPT_EVERY;
        let kept = if !remembers && (is_far || !found.is_empty()) {
            let (now, overseers) = (books.now(), overseers.clone());
            if !books.execute(Raise { from: at, to, found, now, overseers }).await? {
                continue;
            }
            to
        } else {
            kept
        };
        *seen = Some(Seen { watch, at: to, kept });
        tokio::time::sleep(rest).await;
    }
}

impl Seen {
    fn begin(conn: &rusqlite::Connection, settings: Alerts) -> Result<Self> {
        let (kept, heads) = (kept(conn)?, Cursors::heads(conn)?);
        // A restored ledger may end before.
        let kept =
            Cursors { audit: kept.audit.min(heads.audit), transactions: kept.transactions.min(heads.transactions) };
        Ok(Self { watch: Watch::new(settings), at: Watch::begins_after(conn, kept)?, kept })
    }
}
