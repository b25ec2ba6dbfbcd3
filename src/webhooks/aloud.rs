//! That the ledger does not add up, told to the webhooks that hear of alerts. Nothing is written any more, so it
//! goes out from memory, once for as long as the program serves, and what comes of it stands in the log alone.

use std::time::Duration;

use tokio::task::JoinSet;

use super::deliver::send;
use super::event::EventKind;
use super::pending::Message;
use super::progress::Failure;
use super::webhook::{Webhook, list};
use crate::alerts::{failing_invariant, until_it_does_not_add_up};
use crate::error::{Error, Result};
use crate::outgoing::{Outgoing, rest};
use crate::web::App;

/// How long what could not be read waits.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// Tells them, when it comes to that: each at its own pace.
pub async fn tell_aloud(app: App) {
    until_it_does_not_add_up(&app).await;
    let (message, webhooks, outgoing) = loop {
        match what_and_whom(&app).await {
            Ok(found) => break found,
            Err(error) => {
                tracing::warn!(%error, cause = error.cause(), "webhooks could not be told that the ledger does not add up; tried again");
                tokio::time::sleep(TRY_AGAIN).await;
            }
        }
    };
    let mut tasks = JoinSet::new();
    for webhook in webhooks {
        tasks.spawn(tell(app.clone(), outgoing.clone(), webhook, message.clone()));
    }
    tasks.join_all().await;
}

async fn what_and_whom(app: &App) -> Result<(Message, Vec<Webhook>, Outgoing)> {
    let now = app.books.now();
    let (alert, mut webhooks) = app.books.read(move |conn| Ok((failing_invariant(conn, now)?, list(conn)?))).await?;
    webhooks.retain(|one| one.stopped_at.is_none() && one.kinds.contains(&EventKind::AlertRaised));
    let outgoing = Outgoing::new(&app.config.outgoing.allowed).map_err(Error::internal)?;
    Ok((Message::unkept(&alert), webhooks, outgoing))
}

/// Tells one until it has taken it, or as often as any message is tried.
async fn tell(app: App, outgoing: Outgoing, webhook: Webhook, message: Message) {
    let mut attempts = 0;
    while let Err(failure) = send(&app, &outgoing, &webhook, &message).await {
        attempts += 1;
        tracing::info!(message = message.id, answer = failure.answer(), "a webhook did not take a message");
        if attempts >= failure.patience() || matches!(failure, Failure::Gone) {
            break;
        }
        rest(attempts).await;
    }
}
