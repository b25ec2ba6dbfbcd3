//! Telling webhooks what happens, for as long as the program serves. Each goes at its own pace: one that
//! hangs holds up neither the others nor any payment.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tokio::task::{AbortHandle, JoinSet};

use super::letters::waiting;
use super::pending::{Message, pending};
use super::progress::{Failed, Failure, SentAgain, Told};
use super::webhook::{Places, Webhook, by_key, list};
use crate::error::Result;
use crate::identity::Overseers;
use crate::outgoing::Outgoing;
use crate::web::App;

/// How often is looked whether there is something to tell.
const LOOK: Duration = Duration::from_secs(1);
/// How long what could not be read or written waits.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// How often is kept how far a webhook has come while it is being told: what came since is told again after
/// the program broke off.
const KEPT_EVERY: Duration = Duration::from_secs(1);
/// Where there was nothing to tell, it is kept after so many rows.
const KEPT_ROWS: i64 = 1_000;

/// Tells webhooks for as long as the program serves.
pub async fn deliver(app: App) {
    let mut outgoing = None;
    let mut tasks = JoinSet::new();
    let mut at_work: HashMap<i64, AbortHandle> = HashMap::new();
    // Of which it could not be kept how far they have come.
    let mut unsure = HashSet::new();
    loop {
        tokio::time::sleep(LOOK).await;
        while let Some(ended) = tasks.try_join_next() {
            unsure.extend(ended.ok().flatten());
        }
        if app.books.write_failure().is_some() {
            continue;
        }
        at_work.retain(|_, task| !task.is_finished());
        let webhooks = match app.books.look_up(list).await {
            Ok(webhooks) => webhooks,
            Err(error) => {
                tracing::warn!(%error, "webhooks could not be read; tried again");
                tokio::time::sleep(TRY_AGAIN).await;
                continue;
            }
        };
        let now = app.books.now();
        let free = |one: &Webhook| one.stopped_at.is_none() && !one.waits(now) && !at_work.contains_key(&one.key);
        let free: Vec<i64> = webhooks.iter().filter(|one| free(one)).map(|one| one.key).collect();
        if !free.is_empty() && outgoing.is_none() {
            outgoing = Outgoing::new(&app.config.outgoing.allowed)
                .inspect_err(|error| tracing::error!(error, "webhooks cannot be told anything"))
                .ok();
        }
        for key in free {
            let Some(outgoing) = outgoing.clone() else { break };
            at_work.insert(key, tasks.spawn(work(app.clone(), outgoing, key, unsure.remove(&key))));
        }
    }
}

/// Gives the webhook where it could not be told, and the next time it has to be seen first that the ledger takes a
/// write: how far it has come could not be kept, and it would be told the same again and again.
async fn work(app: App, outgoing: Outgoing, key: i64, is_unsure: bool) -> Option<i64> {
    let mut teller = Teller { app, outgoing, key };
    let error = teller.tell(is_unsure).await.err()?;
    tracing::warn!(%error, cause = error.cause(), "a webhook could not be told what happened; tried again");
    tokio::time::sleep(TRY_AGAIN).await;
    Some(key)
}

struct Teller {
    app: App,
    outgoing: Outgoing,
    key: i64,
}

impl Teller {
    /// The webhook as it is now, if it is to be told anything: it may be stopped or renewed meanwhile.
    async fn webhook(&self) -> Result<Option<Webhook>> {
        let key = self.key;
        let found = self.app.books.look_up(|conn| by_key(conn, key)).await?;
        Ok(found.filter(|webhook| webhook.stopped_at.is_none()))
    }

    /// Tells everything there is, and ends where something is not taken.
    async fn tell(&mut self, is_unsure: bool) -> Result<()> {
        let Some(webhook) = self.webhook().await? else { return Ok(()) };
        let mut places = webhook.places;
        if is_unsure {
            self.told(places, None).await?;
        }
        self.send_again().await?;
        let (mut kept, mut kept_at, mut taken_at) = (places, Instant::now(), None);
        loop {
            let (asked, from) = (webhook.clone(), places);
            let found = self.app.books.read(move |conn| pending(conn, &asked, from)).await?;
            for (message, after) in found.messages {
                let Some(webhook) = self.webhook().await? else { return self.told(places, taken_at).await };
                if self.app.books.write_failure().is_some() {
                    return self.told(places, taken_at).await;
                }
                if let Err(failure) = send(&self.app, &self.outgoing, &webhook, &message).await {
                    return self.failed(places, message, after, failure, taken_at).await;
                }
                (places, taken_at) = (after, Some(self.app.books.now()));
                if kept_at.elapsed() >= KEPT_EVERY {
                    self.told(places, taken_at).await?;
                    (kept, kept_at) = (places, Instant::now());
                }
            }
            if found.to == places {
                break;
            }
            places = found.to;
        }
        let rows = |places: Places| places.0.iter().sum::<i64>();
        if taken_at.is_some() && kept != places || rows(places) < rows(kept) || rows(places) - rows(kept) >= KEPT_ROWS {
            self.told(places, taken_at).await?;
        }
        Ok(())
    }

    async fn told(&self, places: Places, taken_at: Option<i64>) -> Result<()> {
        self.app.books.execute(Told { webhook: self.key, places, taken_at }).await
    }

    async fn failed(
        &self,
        places: Places,
        message: Message,
        after: Places,
        failure: Failure,
        taken_at: Option<i64>,
    ) -> Result<()> {
        tracing::info!(message = message.id, answer = failure.answer(), "a webhook did not take a message");
        if taken_at.is_some() {
            // Whatever was wrong before is over.
            self.told(places, taken_at).await?;
        }
        let (now, overseers) = (self.app.books.now(), Overseers::of(&self.app.config));
        self.app.books.execute(Failed { webhook: self.key, places, message, after, failure, now, overseers }).await
    }

    /// Sends what an operator wants sent again, each once.
    async fn send_again(&self) -> Result<()> {
        while let Some(webhook) = self.webhook().await? {
            let asked = webhook.clone();
            let Some((letter, message)) = self.app.books.read(move |conn| waiting(conn, &asked)).await? else { break };
            let failure = match message {
                Some(message) => send(&self.app, &self.outgoing, &webhook, &message).await.err(),
                None => None,
            };
            let now = self.app.books.now();
            self.app.books.execute(SentAgain { webhook: self.key, letter, failure, now }).await?;
        }
        Ok(())
    }
}

/// One attempt.
pub(super) async fn send(app: &App, outgoing: &Outgoing, webhook: &Webhook, message: &Message) -> Result<(), Failure> {
    let url = webhook.address(&app.config.outgoing.allowed).map_err(Failure::Unreached)?;
    let (now, body) = (app.books.now(), message.body());
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("webhook-id", message.id.clone()),
        ("webhook-timestamp", (now / 1000).to_string()),
        ("webhook-signature", webhook.signatures(&message.id, now, &body)),
    ] {
        let value = HeaderValue::from_str(&value).map_err(|error| Failure::Unreached(error.to_string()))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    let status = outgoing.post(&url, headers, body.into_bytes()).await.map_err(Failure::Unreached)?;
    Failure::of(status).map_or(Ok(()), Err)
}
