//! That the ledger does not add up, told to operators at once. It is the one alert that cannot be kept: nothing is
//! written any more, so it goes out from memory, once for as long as the program serves.

use std::time::Duration;

use serde_json::json;

use super::finding::Rule;
use crate::error::Result;
use crate::identity::{Overseers, Role};
use crate::notices::NoticeKind;
use crate::notifications::tell_unkept;
use crate::web::App;

/// How often is looked.
const LOOK: Duration = Duration::from_secs(1);
/// How long what could not be read waits.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// Waits until the ledger does not add up; for ever, where all is well.
pub async fn until_it_does_not_add_up(app: &App) {
    while app.books.adds_up() {
        tokio::time::sleep(LOOK).await;
    }
}

/// Tells the operators by mail and in their browsers, when it comes to that. Switching the rules off does not
/// switch this off: what counts here is counted with or without them.
pub async fn tell_aloud(app: App) {
    until_it_does_not_add_up(&app).await;
    while let Err(error) = tell(&app).await {
        tracing::warn!(%error, cause = error.cause(), "operators could not be told that the ledger does not add up; tried again");
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

async fn tell(app: &App) -> Result<()> {
    let (overseers, now) = (Overseers::of(&app.config), app.books.now());
    let operators = app.books.read(move |conn| overseers.told(conn, Role::Operator, now)).await?;
    tell_unkept(app, operators, NoticeKind::AlertRaised, json!({ "rule": Rule::Invariant })).await
}
