//! The service manager, where one has started the program: it is told when members can come, that the
//! program is alive, and when it stops. Where there is none, nobody is told.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::task::AbortHandle;

use crate::web::App;

/// Members can come from now on.
pub(super) fn ready() {
    tell(NotifyState::Ready);
}

/// What is under way is answered, and then the program ends.
pub(super) fn stopping() {
    tell(NotifyState::Stopping);
}

/// Gives a sign of life twice in the time after which the manager would start the program anew. That is for
/// a program that hangs: one whose disk has failed still lets members read, and a new start would not.
pub(super) fn keep_watch(app: &App) -> Option<AbortHandle> {
    let within = sd_notify::watchdog_enabled()?;
    Some(tokio::spawn(give_signs(app.clone(), within / 2)).abort_handle())
}

async fn give_signs(app: App, every: Duration) {
    let mut turn = tokio::time::interval(every);
    loop {
        turn.tick().await;
        // Whatever it answers, it has passed through what every request passes through.
        let _answered = app.books.look_up(|conn| Ok(conn.query_row("SELECT only FROM ledger", [], |_| Ok(()))?)).await;
        tell(NotifyState::Watchdog);
    }
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager could not be told");
    }
}
