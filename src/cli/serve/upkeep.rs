//! What goes on while the program serves: the living proof, checkpoints, the head of the ledger that is
//! kept beside the database, telling members what happened, watching for what is unusual, running schedules, the following of tokens, and
//! the end of sessions whose provider has withdrawn its key.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, spawn_blocking};

use super::backups::keep_backups;
use super::refused;
use crate::alerts;
use crate::identity::Change;
use crate::identity::session::EndWithdrawn;
use crate::ledger::{Books, KeptHead, ReadHead};
use crate::notifications;
use crate::proofs;
use crate::schedules;
use crate::statistics;
use crate::web::App;
use crate::webhooks;

/// How long after one another those begin that look again and again.
const APART: Duration = Duration::from_millis(40);
/// How often the supply is counted anew.
const PROOF_EVERY: Duration = Duration::from_mins(1);
/// How often the head is kept, if it has moved.
const HEAD_EVERY: Duration = Duration::from_secs(10);
/// How often the newest payments are followed, so that those who ask where tokens went need not wait.
const FOLLOWED_EVERY: Duration = Duration::from_secs(10);
/// How long what could not be written waits.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// The work beside the requests.
pub(super) struct Upkeep {
    app: App,
    tasks: Vec<AbortHandle>,
    looking: u32,
    takes_checkpoints: bool,
}

impl Upkeep {
    /// Begins it.
    pub(super) fn start(app: &App) -> Self {
        let (books, settings) = (&app.books, &app.config.ledger);
        let takes_checkpoints = settings.checkpoint_minutes > 0;
        let mut upkeep = Self { app: app.clone(), tasks: Vec::new(), looking: 0, takes_checkpoints };
        if takes_checkpoints {
            let every = Duration::from_mins(settings.checkpoint_minutes.into());
            upkeep.begin(take_checkpoints(books.clone(), every));
        }
        upkeep.begin(prove_again(books.clone()));
        upkeep.begin(keep_heads(books.clone()));
        upkeep.begin_looking(follow(books.clone()));
        upkeep.begin_looking(notifications::follow(app.clone()));
        upkeep.begin_looking(notifications::deliver(app.clone()));
        upkeep.begin_looking(notifications::push(app.clone()));
        upkeep.begin(statistics::tell_reports(app.clone()));
        upkeep.begin_looking(webhooks::deliver(app.clone()));
        upkeep.begin_looking(webhooks::tell_aloud(app.clone()));
        upkeep.begin(schedules::keep(app.clone()));
        upkeep.begin_looking(alerts::watch(app.clone()));
        upkeep.begin_looking(alerts::tell_aloud(app.clone()));
        upkeep.begin(refused::note_regularly(app.clone()));
        let backup = app.config.backup.clone();
        if backup.every_hours > 0 {
            let every = Duration::from_hours(backup.every_hours.into());
            upkeep.begin(keep_backups(app.clone(), backup, every));
        }
        for provider in app.verifier.providers() {
            let (issuer, changes) = (provider.issuer().to_owned(), provider.keys.changes());
            upkeep.begin(end_withdrawn(books.clone(), issuer, changes));
        }
        upkeep
    }

    /// Begins what may write at once: whoever reads that the program listens finds it done, or soon.
    fn begin(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.push(tokio::spawn(task).abort_handle());
    }

    /// Begins what looks again and again, a little after the one before: each looks by a reading connection, which holds
    /// a megabyte, and were it at the same moment, there would be as many of them while nobody is there.
    fn begin_looking(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.looking += 1;
        let after = self.looking * APART;
        self.begin(async move {
            tokio::time::sleep(after).await;
            task.await;
        });
    }

    /// Ends it with a last checkpoint: what was acknowledged to the last moment is vouched for.
    pub(super) async fn end(self) {
        for task in &self.tasks {
            task.abort();
        }
        refused::note(&self.app).await;
        if self.takes_checkpoints {
            take_checkpoint(self.app.books.clone()).await;
        }
    }
}

/// Ends the sessions whose keys a provider withdraws, as soon as it is noticed.
async fn end_withdrawn(books: Books, issuer: String, mut changes: watch::Receiver<Option<Change>>) {
    while changes.changed().await.is_ok() {
        let Some(Change { listed, last_listed }) = changes.borrow_and_update().clone() else { continue };
        let ended = loop {
            let command = EndWithdrawn { issuer: issuer.clone(), listed: listed.clone(), last_listed };
            match books.execute(command).await {
                Ok(ended) => break ended,
                Err(error) => {
                    tracing::warn!(%error, "sessions whose key was withdrawn could not be ended; tried again");
                    tokio::time::sleep(TRY_AGAIN).await;
                }
            }
        };
        if ended > 0 {
            tracing::warn!(issuer, sessions = ended, "the provider has withdrawn a key: its sessions are ended");
        }
    }
}

/// The living proof goes on.
async fn prove_again(books: Books) {
    let mut turn = tokio::time::interval(PROOF_EVERY);
    turn.tick().await;
    loop {
        turn.tick().await;
        let books = books.clone();
        match spawn_blocking(move || books.prove()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the supply could not be counted"),
            Err(error) => tracing::warn!(%error, "the supply could not be counted"),
        }
    }
}

/// Follows the tokens, piece by piece: at the start from the first transaction on.
async fn follow(books: Books) {
    let mut turn = tokio::time::interval(FOLLOWED_EVERY);
    loop {
        turn.tick().await;
        loop {
            let books = books.clone();
            let piece = move || books.read_blocking(|conn| books.trail().follow(conn));
            match spawn_blocking(piece).await {
                Ok(Ok(false)) => {}
                Ok(Ok(true)) => break,
                // Whoever asks follows what is left, or hears what is wrong.
                Ok(Err(error)) => {
                    tracing::warn!(%error, "tokens could not be followed");
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, "tokens could not be followed");
                    break;
                }
            }
        }
    }
}

/// Checkpoints on a schedule; nothing is signed where nothing has happened.
async fn take_checkpoints(books: Books, every: Duration) {
    let mut turn = tokio::time::interval(every);
    loop {
        // The first turn comes at once: what came in before the program broke off is vouched for too.
        turn.tick().await;
        take_checkpoint(books.clone()).await;
    }
}

async fn take_checkpoint(books: Books) {
    match spawn_blocking(move || proofs::take(&books)).await {
        Ok(Ok(Some(signed))) => tracing::info!(sequence = signed.checkpoint.sequence, "a checkpoint was taken"),
        Ok(Ok(None)) => {}
        Ok(Err(error)) => {
            tracing::error!(%error, cause = error.cause(), "no checkpoint could be taken");
        }
        Err(error) => tracing::error!(%error, "no checkpoint could be taken"),
    }
}

/// Keeps the head of the ledger beside the database, so that the next start can tell whether the
/// database has lost anything.
async fn keep_heads(books: Books) {
    let mut turn = tokio::time::interval(HEAD_EVERY);
    let mut kept = None;
    loop {
        turn.tick().await;
        let books = books.clone();
        kept = spawn_blocking(move || keep_head(&books, kept.as_ref())).await.ok().flatten();
    }
}

/// Keeps the head unless it is the one that was kept last; gives what is kept now. While the ledger
/// cannot be written its head does not move.
pub(super) fn keep_head(books: &Books, kept: Option<&KeptHead>) -> Option<KeptHead> {
    let head = books.execute_blocking(ReadHead).ok()?;
    if kept != Some(&head)
        && let Err(error) = head.keep(books.path())
    {
        tracing::warn!(%error, "the head of the ledger could not be kept beside the database");
        return None;
    }
    Some(head)
}
