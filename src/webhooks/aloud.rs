//! That the ledger does not add up, told to the webhooks that hear of alerts. Nothing is written any more, so it
//! goes out from memory, once for as long as the program serves, and what comes of it stands in the log alone.

use std::time::Duration;

use super::deliver::send;
use super::event::EventKind;
use super::pending::Message;
use super::webhook::{Webhook, list};
use crate::alerts::{failing_invariant, until_it_does_not_add_up};
use crate::error::{Error, Result};
use crate::outgoing::Outgoing;
use crate::web::App;

/// The wait after not all have taken it; each after it is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// Tells them, when it comes to that.
pub async fn tell_aloud(app: App) {
    until_it_does_not_add_up(&app).await;
    let (mut told, mut wait) = (Told::default(), FIRST_WAIT);
    loop {
        match told.tell(&app).await {
            Ok(0) => return,
            Ok(left) => {
                tracing::warn!(webhooks = left, "not all could be told that the ledger does not add up; tried again");
            }
            Err(error) => {
                tracing::warn!(%error, cause = error.cause(), "webhooks could not be told that the ledger does not add up; tried again");
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// What was said, and who has taken it.
#[derive(Default)]
struct Told {
    message: Option<Message>,
    by: Vec<i64>,
}

impl Told {
    /// Tries each that has not taken it. Gives how many are left.
    async fn tell(&mut self, app: &App) -> Result<usize> {
        let now = app.books.now();
        let (webhooks, alert) =
            app.books.read(move |conn| Ok((list(conn)?, failing_invariant(conn, false, now)?))).await?;
        let Some(alert) = alert else { return Ok(0) };
        // The same at each attempt.
        let message = self.message.get_or_insert_with(|| Message::unkept(&alert));
        let outgoing = Outgoing::new(&app.config.outgoing.allowed).map_err(Error::internal)?;
        let mut left = 0;
        let hears = |one: &Webhook| one.stopped_at.is_none() && one.kinds.contains(&EventKind::AlertRaised);
        let untold: Vec<Webhook> =
            webhooks.into_iter().filter(|one| hears(one) && !self.by.contains(&one.key)).collect();
        for webhook in untold {
            match send(app, &outgoing, &webhook, message).await {
                Ok(()) => self.by.push(webhook.key),
                Err(failure) => {
                    tracing::info!(message = message.id, answer = failure.answer(), "a webhook did not take a message");
                    left += 1;
                }
            }
        }
        Ok(left)
    }
}
