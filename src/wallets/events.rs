//! What happens to one's wallet, while it happens (server-sent events): for programs as JSON, for the
//! wallet's page as that part of it which changes.
//!
//! A stream ends by itself after a few minutes, and whoever goes on listening comes back with a new
//! request. Before each word the listener is judged as if they had just come.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use tokio::time::{Instant, timeout};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::WalletView;
use crate::error::{Error, Result};
use crate::ledger::{Transaction, UserKey, Wallet, WalletKey, since};
use crate::web::{App, BearerListener, Ear, Pass};

/// After so much silence a word is said that means nothing, so that no proxy takes the line for dead,
/// and whoever may listen no longer is noticed.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// How long a stream goes on at most.
const LIFE: Duration = Duration::from_secs(5 * 60);
/// After how long a listener whose stream has ended comes back.
const COME_BACK: Duration = Duration::from_secs(2);
/// Transactions that are told of at once at most.
const MISSED_MAX: usize = 200;

/// The route for programs.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events))
}

/// What happens to your wallet
///
/// Server-sent events. `transaction` carries one, as it stands in your history; `balance` carries your
/// wallet, at first and after every change. The id of each event is the `sequence` of your latest
/// transaction by then: who comes back with it in `Last-Event-ID` is told what came since, oldest first.
/// Of more than 200, the newest are told, and the first one's `balance_before` shows the gap; your
/// history has them all. A stream ends after five minutes, when its token does, and when you leave; come
/// back with the last id. At most 8 streams for each member.
#[utoipa::path(get, path = "/v1/events", tag = "Wallet",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard. One that was never given begins anew.")),
    responses((status = 200, description = "`transaction` and `balance` events, as they happen.", body = String, content_type = "text/event-stream")))]
async fn events(
    State(app): State<App>,
    BearerListener(member, pass): BearerListener,
    headers: HeaderMap,
) -> Result<Response> {
    let heard = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok()?.parse().ok());
    Listener::new(app, member.key, member.wallet_key, pass, heard).map(Listener::answer)
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// One stream.
struct Listener {
    app: App,
    user: UserKey,
    wallet: WalletKey,
    pass: Pass,
    ear: Ear,
    end: Instant,
    /// The latest transaction that the listener knows of; `None`: they ask for none from before.
    heard: Option<i64>,
    /// What was told of the wallet last: changes that are no transaction are seen by it.
    told: Option<WalletView>,
    /// What is still to be said.
    words: VecDeque<Event>,
}

impl Listener {
    fn new(app: App, user: UserKey, wallet: WalletKey, pass: Pass, heard: Option<i64>) -> Result<Self> {
        let ear = app.feed.listen(&app.books, wallet)?;
        let words = VecDeque::from([Event::default().retry(COME_BACK)]);
        Ok(Self { app, user, wallet, pass, ear, end: Instant::now() + LIFE, heard, told: None, words })
    }

    fn answer(self) -> Response {
        // Proxies that gather an answer before they pass it on would make old news of it.
        let at_once = [(HeaderName::from_static("x-accel-buffering"), "no")];
        let mut answer = (at_once, Sse::new(unfold(self, Self::next))).into_response();
        // The frame says "no-store", which is more than the "no-cache" that comes with it.
        answer.headers_mut().remove(axum::http::header::CACHE_CONTROL);
        answer
    }

    /// The next word, once there is one; `None` ends the stream. It is asked for only when the client
    /// takes it, so that one who takes nothing costs no memory.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        while self.words.is_empty() {
            let left = self.end.checked_duration_since(Instant::now())?;
            if self.told.is_some() {
                match timeout(left.min(SILENCE_MAX), self.ear.news()).await {
                    Ok(news) => news.ok()?,
                    Err(_silence) => {
                        self.words.push_back(Event::default().comment(""));
                        break;
                    }
                }
            }
            if let Err(error) = self.look().await {
                tracing::debug!(%error, "a stream of events ended early");
                return None;
            }
        }
        // What could not be judged is not said; who may come in comes back.
        let may_hear = self.app.would_admit(&self.pass, self.user).await.unwrap_or(false);
        let word = self.words.pop_front().filter(|_| may_hear)?;
        Some((Ok(word), self))
    }

    /// Finds the words for what has changed.
    async fn look(&mut self) -> Result<()> {
        let (key, heard) = (self.wallet, self.heard);
        let read = move |conn: &_| {
            let wallet = Wallet::by_key(conn, key)?;
            // Who knows of none yet has missed none; who knows of one that is not there yet, neither.
            let missed = heard.map_or(Ok(Vec::new()), |heard| since(conn, &wallet, heard, MISSED_MAX))?;
            Ok((wallet, missed))
        };
        let (wallet, missed) = self.app.books.read(read).await?;
        self.tell(wallet, &missed)
    }

    fn tell(&mut self, wallet: Wallet, missed: &[Transaction]) -> Result<()> {
        let latest = wallet.last_sequence;
        let view = WalletView::from(wallet);
        if self.heard == Some(latest) && self.told.as_ref() == Some(&view) {
            return Ok(());
        }
        for transaction in missed {
            self.words.push_back(word("transaction", transaction.sequence, transaction)?);
        }
        self.words.push_back(word("balance", latest, &view)?);
        self.heard = Some(latest);
        self.told = Some(view);
        Ok(())
    }
}

fn word(name: &str, id: i64, content: &impl serde::Serialize) -> Result<Event> {
    Event::default().event(name).id(id.to_string()).json_data(content).map_err(Error::internal)
}
